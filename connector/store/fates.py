"""What became of the opportunities that automatic verdicts opened; reads the tables that other shelves write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from connector.model.assurance import Fate
from connector.store.codec import moment, plain_json, ref_of, stamp
from connector.store.database import Database, Row

# One row per stage of each opportunity that we made for a lead which the policy alone converted. A decision that a
# person gave, that followed another lead's, or that found the lead converted is none of the policy's own.
_MOVES = """
WITH own AS (
    SELECT j.connection, j.record_id, j.object, j.route, max(d.id) AS decision
    FROM journal j JOIN decisions d ON d.connection = j.connection AND d.record_id = j.record_id
        AND d.object = j.object AND d.route = j.route AND d.policy_version = j.policy_version
    WHERE j.action = 'convert' AND j.state = 'applied' AND j.sent_at >= ?1 AND d.decided_at >= ?1
        AND (j.route, j.policy_version) IN
            (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?2))
        AND d.verdict IN ('convert', 'attach') AND d.rule <> 'already-converted'
    GROUP BY j.connection, j.record_id, j.object, j.route
)
SELECT own.connection, own.record_id, own.object, c.connection, c.record_id, s.at, s.stage, s.closed, s.won,
    CASE WHEN standing.verdict = 'disqualify' AND standing.rule <> 'gone' THEN standing.decided_at END
FROM own JOIN decisions d ON d.id = own.decision
JOIN crosswalk c ON c.key = own.connection || ':' || own.record_id || ':opportunity' AND c.role = 'opportunity'
    AND c.created = 1
LEFT JOIN opportunity_stages s ON s.connection = c.connection AND s.opportunity_id = c.record_id
LEFT JOIN decisions standing ON standing.connection = own.connection AND standing.record_id = own.record_id
    AND standing.object = own.object AND standing.route = own.route AND standing.standing = 1
WHERE json_extract(d.decision, '$.policy') = ?3 AND coalesce(json_extract(d.decision, '$.ruled_by'), '') = ''
    AND json_extract(d.decision, '$.duplicate_of') IS NULL
ORDER BY own.connection, own.record_id, own.object, c.connection, c.record_id, s.at, s.origin
"""


def fates(database: Database, policy: str, under: Sequence[tuple[str, str]], since: datetime) -> list[Fate]:
    """As `connector.ports.Samples.fates`. A lead that is in two CRMs has an opportunity in each, and counts once."""
    known: dict[tuple[str, str, str], Fate] = {}
    rows = database.rows(_MOVES, (stamp(since), plain_json([list(pair) for pair in under]), policy))
    for (*lead, _, _), moves in groupby(rows, key=lambda row: row[:5]):
        fate = _fate(list(moves))
        before = known.get((lead[0], lead[1], lead[2]))
        if fate is not None and (before is None or (fate.good and not before.good)):
            known[lead[0], lead[1], lead[2]] = fate
    return sorted(known.values(), key=lambda fate: (fate.at, fate.lead.key))


def _fate(moves: Sequence[Row]) -> Fate | None:
    """Of one opportunity; it began in the first stage that is known of it. None while nothing is known."""
    lead, disqualified_at = ref_of(*moves[0][:3]), moves[0][9]
    seen = [row for row in moves if row[5] is not None]
    accepted = next((row[5] for row in seen if row[8] or (row[6] != seen[0][6] and not row[7])), None)
    if accepted is not None:
        return Fate(lead, moment(accepted), True)
    bad = _first([disqualified_at, next((row[5] for row in seen if row[7]), None)])
    return None if bad is None else Fate(lead, moment(bad), False)


def _first(instants: Iterable[str | None]) -> str | None:
    return min((instant for instant in instants if instant is not None), default=None)
