"""How far each lead came, from what the state file remembers of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.model.history import LeadHistory, Origin
from connector.model.records import Kind, RecordRef, external_key
from connector.model.stagnant import Deadline, Deed, Quiet, Stay
from connector.store import funnel_standing
from connector.store.codec import ref_of
from connector.store.database import Database
from connector.store.funnel_lead import Move, Opportunity, Standing, Turn, history_of

# Leads in the order of their first decision. One that we landed for a lead of another CRM is that lead, if it is here.
_FIRST = """
SELECT d.id, d.connection, d.record_id, d.object FROM decisions d
WHERE d.id > ?1 AND d.route IN (SELECT value FROM json_each(?2))
AND NOT EXISTS (SELECT 1 FROM decisions e WHERE e.connection = d.connection AND e.record_id = d.record_id
    AND e.object = d.object AND e.id < d.id AND e.route IN (SELECT value FROM json_each(?2)))
AND NOT EXISTS (SELECT 1 FROM crosswalk c JOIN decisions s
    ON s.connection = substr(c.key, 1, instr(c.key, ':') - 1) AND s.record_id = substr(c.key, instr(c.key, ':') + 1)
    WHERE c.connection = d.connection AND c.record_id = d.record_id AND c.object = d.object AND c.role = 'lead'
    AND c.created = 1 AND s.connection <> d.connection AND s.route IN (SELECT value FROM json_each(?2)))
{only}ORDER BY d.id LIMIT ?3
"""
# Leads of which an opportunity may be known: it is keyed to them, or to what we landed for them, or their CRM names it.
_WITH_OPPORTUNITY = """
AND (length(d.connection || d.record_id) > 200
    OR EXISTS (SELECT 1 FROM crosswalk k WHERE k.key = d.connection || ':' || d.record_id || ':opportunity')
    OR EXISTS (SELECT 1 FROM crosswalk k WHERE k.key = d.connection || ':' || d.record_id
        AND k.role = 'lead' AND k.created = 1)
    OR EXISTS (SELECT 1 FROM directory l WHERE l.connection = d.connection AND l.record_id = d.record_id
        AND l.object = d.object AND l.fields LIKE '%"converted_opportunity_id":"%')
    OR d.inputs LIKE '%"converted_opportunity_id":"%')
"""
_REFS = """
WITH refs AS (SELECT json_extract(value, '$[0]') AS connection, json_extract(value, '$[1]') AS record_id,
    json_extract(value, '$[2]') AS object FROM json_each(?1))
"""
_SAME = "ON d.connection = refs.connection AND d.record_id = refs.record_id AND d.object = refs.object"
_KEYED = "SELECT key, role, connection, record_id, object, created, linked_at FROM crosswalk"
_TURNS = f"""{_REFS}
SELECT d.connection, d.record_id, d.object, d.verdict, d.stage, d.motion, d.rule, d.decided_at,
    json_extract(d.decision, '$.scorecard.bant.level'), json_extract(d.decision, '$.disqualification'),
    json_extract(d.decision, '$.reasons[0].code'), json_extract(d.decision, '$.duplicate_of') IS NOT NULL,
    d.standing
FROM refs CROSS JOIN decisions d {_SAME}
WHERE d.route IN (SELECT value FROM json_each(?2)) ORDER BY d.id
"""
_STANDING = f"""{_REFS}
SELECT d.connection, d.record_id, d.object, json_extract(d.inputs, '$.lead.values.source'),
    coalesce(json_extract(d.inputs, '$.lead.values.industry'), json_extract(d.inputs, '$.account.values.industry')),
    json_extract(d.inputs, '$.lead.values.created_at'), json_extract(d.inputs, '$.lead.values.owner_id'),
    json_extract(d.inputs, '$.account.values.type'),
    json_extract(d.inputs, '$.lead.values.converted_opportunity_id')
FROM refs CROSS JOIN decisions d {_SAME}
WHERE d.standing = 1 AND d.route IN (SELECT value FROM json_each(?2)) ORDER BY d.id
"""
_RECEIVED = f"""{_REFS}
SELECT d.connection, d.record_id, d.object, min(d.received_at) FROM refs CROSS JOIN inbox d {_SAME}
GROUP BY d.connection, d.record_id, d.object
"""
_CONVERTED = f"""{_REFS}
SELECT d.connection, d.record_id, d.object, min(d.settled_at) FROM refs CROSS JOIN journal d {_SAME}
WHERE d.action = 'convert' AND d.state IN ('applied', 'already') GROUP BY d.connection, d.record_id, d.object
"""
_LED_TO = f"""{_REFS}
SELECT d.connection, d.record_id, d.object, json_extract(d.fields, '$.converted_opportunity_id')
FROM refs CROSS JOIN directory d {_SAME}
"""
_OPPORTUNITIES = """
WITH refs AS (SELECT json_extract(value, '$[0]') AS connection, json_extract(value, '$[1]') AS record_id
    FROM json_each(?1))
SELECT d.connection, d.record_id, d.fields, d.gone FROM refs CROSS JOIN directory d
ON d.connection = refs.connection AND d.record_id = refs.record_id WHERE d.kind = 'opportunity'
"""
_STAGES = """
WITH refs AS (SELECT json_extract(value, '$[0]') AS connection, json_extract(value, '$[1]') AS record_id
    FROM json_each(?1))
SELECT s.connection, s.opportunity_id, s.at, s.origin, s.stage, s.amount, s.forecast, s.closed, s.won
FROM refs CROSS JOIN opportunity_stages s ON s.connection = refs.connection AND s.opportunity_id = refs.record_id
ORDER BY s.connection, s.opportunity_id, s.at, s.origin
"""
# The stages in which opportunities begin, those that we made before all others.
_BEGINNINGS = """
SELECT connection, stage, sum(made), count(*) FROM (
    SELECT s.connection, s.stage, min(s.at), EXISTS (SELECT 1 FROM crosswalk c WHERE c.connection = s.connection
        AND c.record_id = s.opportunity_id AND c.role = 'opportunity' AND c.created = 1) AS made
    FROM opportunity_stages s GROUP BY s.connection, s.opportunity_id)
GROUP BY connection, stage ORDER BY 3, 4, 2 DESC
"""
_Place = tuple[str, str]


@dataclass
class _Gathered:
    """What is known of the leads of one batch."""

    turns: dict[RecordRef, list[Turn]] = field(default_factory=lambda: defaultdict(list))
    standing: dict[RecordRef, Standing] = field(default_factory=dict)
    received: dict[RecordRef, str] = field(default_factory=dict)
    converted: dict[RecordRef, str] = field(default_factory=dict)
    opened: dict[RecordRef, _Place] = field(default_factory=dict)
    made: set[_Place] = field(default_factory=set)
    opportunities: dict[_Place, Opportunity] = field(default_factory=dict)


class SqliteFunnel:
    """Keeps `connector.ports.Funnel`; reads the tables that other shelves write."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def histories(self, routes: Sequence[str], batch: int = 1000) -> Iterator[Sequence[LeadHistory]]:
        """One row per lead of *routes* that was ever decided on, in the order in which they first came.

        A fixed number of queries a batch. A lead that we landed in another CRM and that is decided on there goes on
        as the lead it came from. The name of a lead is its external key.
        """
        yield from self._rows(routes, batch, "")

    def with_opportunity(self, routes: Sequence[str], batch: int = 1000) -> Iterator[Sequence[LeadHistory]]:
        """As `histories`, without the leads of which no opportunity is known: asking for few of many is quick."""
        yield from self._rows(routes, batch, _WITH_OPPORTUNITY)

    def _rows(self, routes: Sequence[str], batch: int, only: str) -> Iterator[Sequence[LeadHistory]]:
        named, after = json.dumps(list(routes)), 0
        first = {connection: stage for connection, stage, _, _ in self._database.rows(_BEGINNINGS)}
        while True:
            found = self._database.rows(_FIRST.format(only=only), (after, named, batch))
            if not found:
                return
            after = found[-1][0]
            yield self._batch([ref_of(*row[1:]) for row in found], named, first)

    def deadlines(self, routes: Sequence[str], batch: int = 1000) -> Iterator[Sequence[Deadline]]:
        """Every SLA that a standing decision of *routes* speaks of, kept or not."""
        return funnel_standing.deadlines(self._database, routes, batch)

    def quiet(self, kind: Kind, before: datetime, batch: int = 1000) -> Iterator[Sequence[Quiet]]:
        """Live accounts or contacts with which nothing has happened since *before*, in the order of their ids."""
        return funnel_standing.quiet(self._database, kind, before, batch)

    def stays(self, batch: int = 5000) -> Iterator[Stay]:
        """Every stay of an opportunity in a stage, those of one opportunity together and in the order of time."""
        return funnel_standing.stays(self._database, batch)

    def deeds(self, routes: Sequence[str], since: datetime, until: datetime) -> Sequence[Deed]:
        """What was decided from *since* until before *until* and still stands, counted by day, verdict and rule."""
        return funnel_standing.deeds(self._database, routes, since, until)

    def _batch(self, leads: Sequence[RecordRef], routes: str, first: Mapping[str, str]) -> list[LeadHistory]:
        known = _Gathered()
        keys = {external_key(ref.connection, ref.id): ref for ref in leads}
        also = self._landed(keys)
        self._decided([*leads, *also], also, routes, known)
        self._opened(leads, keys, also, known)
        self._followed(known, first)
        return [self._history(ref, known) for ref in leads]

    def _history(self, lead: RecordRef, known: _Gathered) -> LeadHistory:
        place = known.opened.get(lead)
        return history_of(
            lead,
            known.turns[lead],
            known.standing.get(lead, Standing()),
            known.received.get(lead, ""),
            known.converted.get(lead, ""),
            known.opportunities.get(place) if place else None,
        )

    def _landed(self, keys: Mapping[str, RecordRef]) -> dict[RecordRef, RecordRef]:
        """Leads that we landed elsewhere, and whom they stand for."""
        query = f"{_KEYED} WHERE role = 'lead' AND created = 1 AND key IN (SELECT value FROM json_each(?1))"
        rows = self._database.rows(query, (json.dumps([*keys]),))
        found = {ref_of(row[2], row[3], row[4]): keys[row[0]] for row in rows}
        return {ref: lead for ref, lead in found.items() if ref != lead}

    def _decided(
        self, refs: Sequence[RecordRef], also: Mapping[RecordRef, RecordRef], routes: str, known: _Gathered
    ) -> None:
        named = json.dumps([(ref.connection, ref.id, ref.object) for ref in refs])
        for row in self._database.rows(_TURNS, (named, routes)):
            ref = ref_of(*row[:3])
            known.turns[also.get(ref, ref)].append(Turn(*row[3:]))
        for row in self._database.rows(_STANDING, (named, routes)):
            ref = ref_of(*row[:3])
            if ref not in also:  # what a lead was in the CRM that it came from says where it comes from
                known.standing[ref] = Standing(*(value or "" for value in row[3:8]))
            if row[8]:
                known.opened[also.get(ref, ref)] = (ref.connection, str(row[8]))
        for target, query in ((known.received, _RECEIVED), (known.converted, _CONVERTED)):
            for row in self._database.rows(query, (named,)):
                ref = ref_of(*row[:3])
                lead = also.get(ref, ref)
                target[lead] = min(row[3], target.get(lead, row[3]))

    def _opened(
        self,
        leads: Sequence[RecordRef],
        keys: Mapping[str, RecordRef],
        also: Mapping[RecordRef, RecordRef],
        known: _Gathered,
    ) -> None:
        """The opportunity of each lead: the one that the crosswalk names, else the one its CRM says it became."""
        named = json.dumps([(ref.connection, ref.id, ref.object) for ref in [*leads, *also]])
        for row in self._database.rows(_LED_TO, (named,)):
            ref = ref_of(*row[:3])
            if row[3]:
                known.opened[also.get(ref, ref)] = (ref.connection, str(row[3]))
        roles = {external_key(ref.connection, ref.id, Kind.OPPORTUNITY): ref for ref in [*leads, *also]}
        query = f"{_KEYED} WHERE role = 'opportunity' AND key IN (SELECT value FROM json_each(?1)) ORDER BY created"
        ranks: dict[RecordRef, tuple[bool, bool]] = {}
        for row in self._database.rows(query, (json.dumps([*roles]),)):
            lead = also.get(roles[row[0]], roles[row[0]])
            known.made |= {(row[2], row[3])} if row[5] else set()
            rank = (bool(row[5]), row[2] != lead.connection)  # of what we made on both sides, the target's is worked
            if rank >= ranks.get(lead, (False, False)):
                known.opened[lead], ranks[lead] = (row[2], row[3]), rank

    def _followed(self, known: _Gathered, first: Mapping[str, str]) -> None:
        """What became of the opportunities."""
        named = json.dumps(sorted(set(known.opened.values())))
        found: dict[_Place, Opportunity] = defaultdict(Opportunity)
        for row in self._database.rows(_OPPORTUNITIES, (named,)):
            found[row[0], row[1]].fields, found[row[0], row[1]].gone = json.loads(row[2]), bool(row[3])
        for row in self._database.rows(_STAGES, (named,)):
            if not found[row[0], row[1]].gone:
                found[row[0], row[1]].moves.append(Move(*row[2:]))
        for place in set(known.opened.values()):
            found[place].id, found[place].first = place[1], _first_stage(found[place], place, known, first)
            known.opportunities[place] = found[place]


def _first_stage(opportunity: Opportunity, place: _Place, known: _Gathered, first: Mapping[str, str]) -> str:
    """The first stage of its pipeline: what we made begins there, and the CRM's history tells where it began."""
    moves = opportunity.moves
    if moves and place in known.made and moves[0].origin == Origin.HISTORY.value:
        return moves[0].stage
    return first.get(place[0], "")
