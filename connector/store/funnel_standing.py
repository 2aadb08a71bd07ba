"""What stands still, and what was done, read off the state file in bounded pieces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from connector.model.history import Origin
from connector.model.records import Kind, from_iso
from connector.model.stagnant import Deadline, Deed, Quiet, Stay
from connector.store.codec import moment, ref_of, stamp
from connector.store.database import Database, Row

_TIMED = re.compile(r"^(?P<says>.*?) ?(?:Due|Overdue since) (?P<at>\d{4}-\d\d-\d\dT[\d:.]+Z)\.$", re.DOTALL)
_PROMISES = """
SELECT d.id, d.connection, d.record_id, d.object, d.route, d.verdict, d.stage, (
    SELECT json_group_array(json_array(json_extract(r.value, '$.code'), json_extract(r.value, '$.detail')))
    FROM json_each(d.decision, '$.reasons') r WHERE json_extract(r.value, '$.detail') LIKE '%Due %'
    OR json_extract(r.value, '$.detail') LIKE '%Overdue since %')
FROM decisions d
WHERE d.id > ?1 AND d.standing = 1 AND d.verdict IN ('review', 'nurture')
AND d.route IN (SELECT value FROM json_each(?2)) ORDER BY d.id LIMIT ?3
"""
_NAMES = {
    Kind.ACCOUNT: "json_extract(d.fields, '$.name')",
    Kind.CONTACT: "trim(coalesce(json_extract(d.fields, '$.first_name'), '') || ' ' ||"
    " coalesce(json_extract(d.fields, '$.last_name'), ''))",
}
_ACTED = {Kind.ACCOUNT: "a.account_id = d.record_id", Kind.CONTACT: "a.record_id = d.record_id AND a.object = d.object"}
# A record of which nothing is known but its creation counts from there.
_QUIET = """
SELECT * FROM (
    SELECT d.id, d.connection, d.record_id, d.object, {name}, (SELECT a.at FROM activities a
        WHERE a.connection = d.connection AND {acted} AND a.gone = 0 ORDER BY a.at DESC LIMIT 1) AS acted,
        json_extract(d.fields, '$.created_at') AS created
    FROM directory d WHERE d.id > ?1 AND d.kind = ?2 AND d.gone = 0 AND d.merged_into IS NULL)
WHERE coalesce(acted, '') < ?3 AND coalesce(created, '') < ?3 ORDER BY id LIMIT ?4
"""
_MOVES = """
SELECT s.connection, s.opportunity_id, s.at, s.origin, s.object, s.stage, s.amount, s.closed FROM opportunity_stages s
WHERE (s.connection, s.opportunity_id, s.at, s.origin) > (?1, ?2, ?3, ?4)
AND NOT EXISTS (SELECT 1 FROM directory d WHERE d.connection = s.connection AND d.record_id = s.opportunity_id
    AND d.object = s.object AND d.gone = 1)
ORDER BY s.connection, s.opportunity_id, s.at, s.origin LIMIT ?5
"""
# A conversion is carried out by converting, any other verdict by what was planned (by our clock) since it has stood.
_DEEDS = """
SELECT d.route, substr(d.decided_at, 1, 10), d.verdict, d.rule, count(*), sum(EXISTS (SELECT 1 FROM journal j
    WHERE j.connection = d.connection AND j.record_id = d.record_id AND j.object = d.object
    AND j.state IN ('applied', 'already') AND CASE WHEN d.verdict IN ('convert', 'attach') THEN j.action = 'convert'
    ELSE j.action NOT IN ('skip', 'convert') AND j.planned_at >= (SELECT min(e.decided_at) FROM decisions e
        WHERE e.connection = d.connection AND e.record_id = d.record_id AND e.object = d.object AND e.route = d.route
        AND e.id > coalesce((SELECT max(f.id) FROM decisions f WHERE f.connection = d.connection
            AND f.record_id = d.record_id AND f.object = d.object AND f.route = d.route
            AND f.verdict <> d.verdict), 0)) END))
FROM decisions d WHERE d.standing = 1 AND d.route IN (SELECT value FROM json_each(?1))
AND d.decided_at >= ?2 AND d.decided_at < ?3 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def deadlines(database: Database, routes: Sequence[str], batch: int) -> Iterator[Sequence[Deadline]]:
    """Every SLA that a standing decision speaks of; the policy ends such a reason with when it is due."""
    after, named = 0, json.dumps(list(routes))
    while found := database.rows(_PROMISES, (after, named, batch)):
        after = found[-1][0]
        yield [deadline for row in found for deadline in _deadlines(row)]


def quiet(database: Database, kind: Kind, before: datetime, batch: int) -> Iterator[Sequence[Quiet]]:
    """Live records with which nothing has happened since *before*."""
    query, after = _QUIET.format(name=_NAMES[kind], acted=_ACTED[kind]), 0
    while found := database.rows(query, (after, kind.value, stamp(before), batch)):
        after = found[-1][0]
        yield [_quiet(row, kind) for row in found]


def stays(database: Database, batch: int) -> Iterator[Stay]:
    """Every stay of an opportunity in a stage; one that is closed stays nowhere."""
    for _, moves in groupby(_moves(database, batch), key=lambda row: (row[0], row[1])):
        yield from _stays(list(moves))


def deeds(database: Database, routes: Sequence[str], since: datetime, until: datetime) -> Sequence[Deed]:
    """What was decided and still stands, counted."""
    named = json.dumps(list(routes))
    return [Deed(*row) for row in database.rows(_DEEDS, (named, stamp(since), stamp(until)))]


def _deadlines(row: Row) -> Iterator[Deadline]:
    for name, says in json.loads(row[7]):
        timed = _TIMED.match(str(says))
        if timed is not None:
            lead = ref_of(row[1], row[2], row[3])
            yield Deadline(lead, row[4], row[5], row[6], str(name), timed["says"], from_iso(timed["at"]))


def _quiet(row: Row, kind: Kind) -> Quiet:
    acted, created = _instant(row[5]), _instant(row[6])
    since = max((at for at in (acted, created) if at is not None), default=None)
    return Quiet(ref_of(row[1], row[2], row[3]), kind, str(row[4] or ""), since, acted is not None)


def _moves(database: Database, batch: int) -> Iterator[Row]:
    after: tuple[Any, ...] = ("", "", "", "")
    while found := database.rows(_MOVES, (*after, batch)):
        after = found[-1][:4]
        yield from found


def _stays(moves: Sequence[Row]) -> Iterator[Stay]:
    entered = 0
    for at, move in enumerate(moves):
        following = moves[at + 1] if at + 1 < len(moves) else None
        if following is not None and (following[5], following[7]) == (move[5], move[7]):
            continue
        first, entered = moves[entered], at + 1
        if not move[7]:
            until = moment(following[2]) if following is not None else None
            opportunity = ref_of(move[0], move[1], move[4])
            yield Stay(opportunity, move[5], moment(first[2]), until, Origin(first[3]), move[6])


def _instant(text: object) -> datetime | None:
    try:
        return from_iso(str(text)) if text else None
    except ValueError:
        return None
