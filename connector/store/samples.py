"""Automatic verdicts that are reviewed blind, and where the error budget of each policy stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from connector.errors import UsageError
from connector.model.assurance import Fate, GateRecord, Sample
from connector.model.decision import Gate, Verdict
from connector.store.codec import moment, moment_or_none, parts, plain_json, ref_of, stamp, stamp_or_none
from connector.store.database import Database, Row
from connector.store.fates import fates

_SAMPLE = (
    "id, route, connection, record_id, object, policy, policy_version, verdict, decided_at, answer, answered_by,"
    " answered_at"
)
_GATE = (
    "policy, policy_version, state, since, why, reviewed, reviewed_right, outcomes, outcomes_good, alerted_at,"
    " reopened_by, evidence_from, decides_under"
)


class SqliteSamples:
    """Keeps `connector.ports.Samples` in the tables ``samples`` and ``gates``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def add(self, samples: Iterable[Sample]) -> None:
        """Keep what is to be reviewed; a lead is sampled once per route and policy version (as of `Sample`)."""
        with self._database.transaction():
            self._database.run_many(
                "INSERT OR IGNORE INTO samples (route, connection, record_id, object, policy, policy_version, verdict,"
                " decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (one.route, *parts(one.lead), one.policy, one.version, one.verdict.value, stamp(one.decided_at))
                    for one in samples
                ),
            )

    def list(self, open_only: bool = True) -> Sequence[Sample]:
        """Samples, the oldest first."""
        where = "WHERE answer IS NULL " if open_only else ""
        return [_sample(row) for row in self._database.rows(f"SELECT {_SAMPLE} FROM samples {where}ORDER BY id")]

    def answer(self, sample_id: int, answer: Verdict, by: str, at: datetime) -> Sample:
        """Keep a person's blind answer; raises UsageError when there is no such sample or it was answered before."""
        with self._database.transaction():
            row = self._database.row(f"SELECT {_SAMPLE} FROM samples WHERE id = ?", (sample_id,))
            if row is None:
                raise UsageError(f"there is no sample {sample_id}", next_command="connector review samples")
            if row[9] is not None:
                raise UsageError(
                    f"sample {sample_id} was answered by {row[10]} before", next_command="connector review samples"
                )
            self._database.run(
                "UPDATE samples SET answer = ?, answered_by = ?, answered_at = ? WHERE id = ?",
                (answer.value, by, stamp(at), sample_id),
            )
            return _sample((*row[:9], answer.value, by, stamp(at)))

    def reviewed(self, policy: str, version: str) -> Sequence[Sample]:
        """Answered samples of one policy as it decides, in the order in which they were answered."""
        rows = self._database.rows(
            f"SELECT {_SAMPLE} FROM samples WHERE policy = ? AND policy_version = ? AND answer IS NOT NULL"
            " ORDER BY answered_at, id",
            (policy, version),
        )
        return [_sample(row) for row in rows]

    def gate(self, policy: str, version: str) -> GateRecord | None:
        """Where the gate of a policy as it decides stands; None when nothing was kept of it."""
        row = self._database.row(
            f"SELECT {_GATE} FROM gates WHERE policy = ? AND policy_version = ?", (policy, version)
        )
        return None if row is None else _gate(row)

    def set_gate(self, record: GateRecord) -> None:
        """Keep where a gate stands, in place of what was kept of it."""
        with self._database.transaction():
            self._database.run(
                f"INSERT OR REPLACE INTO gates ({_GATE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.policy,
                    record.version,
                    record.state.value,
                    stamp(record.since),
                    record.why,
                    record.reviewed,
                    record.right,
                    record.outcomes,
                    record.good,
                    stamp_or_none(record.alerted_at),
                    record.reopened_by,
                    stamp_or_none(record.evidence_from),
                    plain_json([list(pair) for pair in record.under]),
                ),
            )

    def gates(self) -> Sequence[GateRecord]:
        """Every gate that was ever kept, the newest first."""
        rows = self._database.rows(f"SELECT {_GATE} FROM gates ORDER BY since DESC, policy, policy_version")
        return [_gate(row) for row in rows]

    def fates(self, policy: str, under: Sequence[tuple[str, str]], since: datetime) -> Sequence[Fate]:
        """What became of the opportunities that a policy opened by itself since an instant."""
        return fates(self._database, policy, under, since)


def _sample(row: Row) -> Sample:
    number, route, connection, record_id, object_name, policy, version, verdict, decided_at, answer = row[:10]
    return Sample(
        route=route,
        lead=ref_of(connection, record_id, object_name),
        policy=policy,
        version=version,
        verdict=Verdict(verdict),
        decided_at=moment(decided_at),
        number=number,
        answer=None if answer is None else Verdict(answer),
        answered_by=row[10],
        answered_at=moment_or_none(row[11]),
    )


def _gate(row: Row) -> GateRecord:
    policy, version, state, since, why, reviewed, right, outcomes, good, alerted_at, reopened_by = row[:11]
    return GateRecord(
        policy=policy,
        version=version,
        state=Gate(state),
        since=moment(since),
        why=why,
        reviewed=reviewed,
        right=right,
        outcomes=outcomes,
        good=good,
        alerted_at=moment_or_none(alerted_at),
        reopened_by=reopened_by,
        evidence_from=moment_or_none(row[11]),
        under=tuple((route, known) for route, known in json.loads(row[12])),
    )
