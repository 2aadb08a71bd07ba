"""Verdicts with the inputs they rested on, and the rulings of people on leads as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from connector.model.decision import Decision, DecisionInputs, Ruling, Verdict, Versions
from connector.model.history import StoredDecision
from connector.model.records import RecordRef
from connector.store.codec import from_json, list_from_json, moment, parts, stamp, stamp_or_none, to_json
from connector.store.database import Database, Row

_CHOSEN = ("contact", "account", "duplicate_of")
_NEVER = "9999"
_STANDING = "standing = 1 AND connection = ? AND record_id = ? AND object = ? AND route = ?"


class SqliteDecisions:
    """Keeps `connector.ports.Decisions` in the tables ``decisions`` and ``rulings``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def save(self, route: str, decision: Decision, inputs: DecisionInputs, run_id: str) -> None:
        """Keep a decision as the standing one; those before it stay on record."""
        lead = parts(decision.lead)
        versions = decision.versions
        with self._database.transaction():
            self._database.run(f"UPDATE decisions SET standing = 0 WHERE {_STANDING}", (*lead, route))
            self._database.run(
                "INSERT INTO decisions (route, connection, record_id, object, verdict, stage, motion, rule,"
                " policy_version, mapping_version, matching_version, decided_at, look_again_at, run_id, decision,"
                " inputs, standing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                (
                    route,
                    *lead,
                    decision.verdict.value,
                    decision.stage.value,
                    decision.motion.value,
                    decision.rule,
                    versions.policy,
                    versions.mapping,
                    versions.matching,
                    stamp(decision.decided_at),
                    stamp_or_none(decision.look_again_at),
                    run_id,
                    self.text_of(decision),
                    to_json(DecisionInputs, inputs),
                ),
            )

    def latest(self, route: str, lead: RecordRef) -> Decision | None:
        """The standing decision on *lead*."""
        row = self._database.row(f"SELECT decision FROM decisions WHERE {_STANDING}", (*parts(lead), route))
        return None if row is None else from_json(Decision, row[0])

    def inputs(self, route: str, lead: RecordRef) -> DecisionInputs | None:
        """The inputs of the standing decision, as they were known then."""
        row = self._database.row(f"SELECT inputs FROM decisions WHERE {_STANDING}", (*parts(lead), route))
        return None if row is None else from_json(DecisionInputs, row[0])

    def history(self, route: str, lead: RecordRef) -> Sequence[Decision]:
        """Every decision on *lead*, oldest first; the last one stands."""
        rows = self._database.rows(
            "SELECT decision FROM decisions WHERE connection = ? AND record_id = ? AND object = ? AND route = ?"
            " ORDER BY id",
            (*parts(lead), route),
        )
        return [from_json(Decision, row[0]) for row in rows]

    def stored(
        self, route: str, since: datetime | None = None, until: datetime | None = None, batch: int = 1000
    ) -> Iterator[Sequence[StoredDecision]]:
        """Every decision of a route made from *since* until before *until*, in the order in which they were made."""
        at, number = "" if since is None else stamp(since), 0
        end = _NEVER if until is None else stamp(until)
        while found := self._database.rows(
            "SELECT id, decision, inputs, decided_at, policy_version, mapping_version, matching_version FROM decisions"
            " WHERE route = ? AND (decided_at, id) > (?, ?) AND decided_at < ? ORDER BY decided_at, id LIMIT ?",
            (route, at, number, end, batch),
        ):
            number, at = found[-1][0], found[-1][3]
            yield _stored(found)

    def text_of(self, decision: Decision) -> str:
        """The exact text that `save` keeps of a decision."""
        return to_json(Decision, decision)

    def linked_at(self, lead: RecordRef, other: RecordRef) -> datetime | None:
        """When *lead* was first decided on as linked to *other*, on any route; None when it never was."""
        links = [f"json_extract(inputs, '$.resolution.{role}.ref')" for role in _CHOSEN]
        same = "json_extract({0}, '$.connection') = ? AND json_extract({0}, '$.id') = ?"
        row = self._database.row(
            "SELECT min(decided_at) FROM decisions WHERE connection = ? AND record_id = ? AND object = ? AND ("
            + " OR ".join(f"({same.format(link)})" for link in links)
            + ")",
            (*parts(lead), *((other.connection, other.id) * len(links))),
        )
        return None if row is None or row[0] is None else moment(row[0])

    def rule(self, lead: RecordRef, ruling: Ruling) -> None:
        """Keep a person's ruling on a lead as a whole; earlier ones stay on record."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO rulings (connection, record_id, object, verdict, ruled_by, ruled_at, reason, note)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*parts(lead), ruling.verdict.value, ruling.by, stamp(ruling.at), ruling.reason, ruling.note),
            )

    def ruling(self, lead: RecordRef) -> Ruling | None:
        """The latest ruling on *lead*."""
        row = self._database.row(
            "SELECT verdict, ruled_by, ruled_at, reason, note FROM rulings"
            " WHERE connection = ? AND record_id = ? AND object = ? ORDER BY ruled_at DESC, id DESC LIMIT 1",
            parts(lead),
        )
        return None if row is None else Ruling(Verdict(row[0]), row[1], moment(row[2]), row[3], row[4])

    def counts(self, route: str) -> Mapping[str, int]:
        """Leads per standing verdict."""
        return dict(
            self._database.rows(
                "SELECT verdict, count(*) FROM decisions WHERE standing = 1 AND route = ? GROUP BY verdict", (route,)
            )
        )


def _stored(rows: Sequence[Row]) -> list[StoredDecision]:
    """Rows read in one go, which takes half the time of reading them one by one."""
    inputs = list_from_json(DecisionInputs, f"[{','.join(row[2] for row in rows)}]")
    return [
        StoredDecision(row[0], Versions(*row[4:7]), known, row[1], _read)
        for row, known in zip(rows, inputs, strict=True)
    ]


def _read(text: str) -> Decision:
    return from_json(Decision, text)
