"""What became of the opportunities that automatic verdicts opened; reads the tables that other shelves write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from connector.model.assurance import Fate
from connector.store.codec import moment, stamp
from connector.store.database import Database, Row

_PAGE = 2000  # conversions read at a time
# One row per stage of each opportunity that we made, at least one per conversion in the route's target. Without a
# decision stays a conversion that was none of the policy's own: a person gave it, or it followed another lead's. The
# + keeps the index on leads: by route and time the search would be quadratic.
_MOVES = """
WITH own AS (
    SELECT j.rowid AS number, j.sent_at, j.connection, j.record_id, j.object, j.route, (
        SELECT max(d.id) FROM decisions d WHERE d.connection = j.connection AND d.record_id = j.record_id
        AND d.object = j.object AND +d.route = j.route AND +d.policy_version = j.policy_version
        AND +d.decided_at >= ?1 AND d.verdict IN ('convert', 'attach') AND d.rule <> 'already-converted') AS decision
    FROM journal j
    WHERE j.action = 'convert' AND j.sent_at IS NOT NULL AND j.route = ?2 AND j.policy_version = ?3
        AND j.state = 'applied' AND (j.sent_at, j.rowid) > (?5, ?6)
        AND coalesce(json_extract(j.step, '$.connection'), '') = ''
    ORDER BY j.sent_at, j.rowid LIMIT ?7
)
SELECT own.sent_at, own.number, c.connection, s.at, s.stage, s.closed, s.won,
    CASE WHEN d.id IS NOT NULL AND standing.verdict = 'disqualify' AND standing.rule <> 'gone'
        THEN standing.decided_at END
FROM own LEFT JOIN decisions d ON d.id = own.decision AND json_extract(d.decision, '$.policy') = ?4
    AND coalesce(json_extract(d.decision, '$.ruled_by'), '') = ''
    AND json_extract(d.decision, '$.duplicate_of') IS NULL
LEFT JOIN crosswalk c ON d.id IS NOT NULL AND c.key = own.connection || ':' || own.record_id || ':opportunity'
    AND c.role = 'opportunity' AND c.created = 1
LEFT JOIN opportunity_stages s ON s.connection = c.connection AND s.opportunity_id = c.record_id
LEFT JOIN decisions standing ON standing.connection = own.connection AND standing.record_id = own.record_id
    AND standing.object = own.object AND standing.route = own.route AND standing.standing = 1
ORDER BY own.sent_at, own.number, c.connection, s.at, s.origin
"""


def fates(database: Database, policy: str, under: Sequence[tuple[str, str]], since: datetime) -> list[Fate]:
    """As `connector.ports.Samples.fates`; reads page by page, and holds nothing of a lead but its fate."""
    found = [fate for route, version in under for fate in _of_route(database, policy, route, version, since)]
    return sorted(found, key=lambda fate: fate.at)


def _of_route(database: Database, policy: str, route: str, version: str, since: datetime) -> Iterator[Fate]:
    start = stamp(since)
    after, number = start, 0
    while rows := database.rows(_MOVES, (start, route, version, policy, after, number, _PAGE)):
        after, number = rows[-1][:2]
        for _, moves in groupby(rows, key=lambda row: row[1]):
            yield from _of_lead(list(moves))


def _of_lead(rows: Sequence[Row]) -> Iterator[Fate]:
    """A lead given back to its own CRM has an opportunity in each: the one that was accepted speaks."""
    sides = (_fate(list(moves)) for side, moves in groupby(rows, key=lambda row: row[2]) if side is not None)
    known = sorted((fate for fate in sides if fate is not None), key=lambda fate: (not fate.good, fate.at))
    yield from known[:1]


def _fate(moves: Sequence[Row]) -> Fate | None:
    """Of one opportunity; it began in the first stage that is known of it. None while nothing is known."""
    seen = [row[3:7] for row in moves if row[3] is not None]
    accepted = next((at for at, stage, closed, won in seen if won or (stage != seen[0][1] and not closed)), None)
    if accepted is not None:
        return Fate(moment(accepted), True)
    bad = _first([moves[0][7], next((at for at, _, closed, _ in seen if closed), None)])
    return None if bad is None else Fate(moment(bad), False)


def _first(instants: Iterable[str | None]) -> str | None:
    return min((instant for instant in instants if instant is not None), default=None)
