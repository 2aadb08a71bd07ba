"""Rows that could not walk on, with every problem that kept them."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import datetime

from connector.errors import UsageError
from connector.model.progress import DeadLetter, Problem
from connector.model.records import RecordRef, Values
from connector.store.codec import (
    list_from_json,
    list_to_json,
    moment,
    parts,
    plain_json,
    ref_of,
    stamp,
    values_from,
)
from connector.store.database import Database, Row

_COLUMNS = "id, route, connection, record_id, object, stage, problems, raw, parked_at, attempts"
_THIS = "connection = ? AND record_id = ? AND object = ? AND route = ?"


class SqliteDeadLetters:
    """Keeps `connector.ports.DeadLetters` in the table ``dead_letters``.

    A letter that is taken out for a retry keeps its number: parked again, it comes back with one attempt more.
    """

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def park(
        self, route: str, lead: RecordRef, stage: str, problems: Sequence[Problem], raw: Values, at: datetime
    ) -> None:
        """Park a row, once; parking it again counts an attempt and refreshes the problems."""
        told = (stage, list_to_json(Problem, problems), plain_json(dict(raw)), stamp(at))
        with self._database.transaction():
            again = self._database.run(
                "UPDATE dead_letters SET state = 'open', attempts = attempts + 1, stage = ?, problems = ?, raw = ?,"
                f" parked_at = ?, closed_at = NULL WHERE {_THIS} AND state IN ('open', 'retried')",
                (*told, *parts(lead), route),
            ).rowcount
            if not again:
                self._database.run(
                    "INSERT INTO dead_letters (stage, problems, raw, parked_at, connection, record_id, object, route)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*told, *parts(lead), route),
                )

    def list(self, route: str | None = None) -> Sequence[DeadLetter]:
        """Letters that lie parked, oldest first."""
        where, parameters = ("", ()) if route is None else (" AND route = ?", (route,))
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM dead_letters WHERE state = 'open'{where} ORDER BY id", parameters
        )
        return [_letter(row) for row in rows]

    def retry(self, ids: Sequence[int]) -> Sequence[DeadLetter]:
        """Take letters out and wake their leads; raises UsageError for a number that names none."""
        with self._database.transaction():
            letters = self._close(ids, "retried", "", "", stamp(self._database.clock.now()))
            self._database.run_many(
                "UPDATE inbox SET state = 'pending', woken = coalesce(woken, 'retry')"
                f" WHERE {_THIS} AND state NOT IN ('done', 'gone')",
                [(*parts(letter.lead), letter.route) for letter in letters],
            )
        return letters

    def is_retried(self, route: str, lead: RecordRef) -> bool:
        """Whether a person wants the lead tried again, and it has not come to anything since."""
        found = self._database.row(
            f"SELECT 1 FROM dead_letters WHERE {_THIS} AND state = 'retried'", (*parts(lead), route)
        )
        return found is not None

    def discard(self, ids: Sequence[int], by: str, why: str, at: datetime) -> Sequence[DeadLetter]:
        """Take letters out for good; raises UsageError for a number that names none."""
        with self._database.transaction():
            return self._close(ids, "discarded", by, why, stamp(at))

    def clear(self, route: str, lead: RecordRef) -> None:
        """The lead walked on after all."""
        with self._database.transaction():
            self._database.run(
                "UPDATE dead_letters SET state = 'cleared', closed_at = ?"
                f" WHERE {_THIS} AND state IN ('open', 'retried')",
                (stamp(self._database.clock.now()), *parts(lead), route),
            )

    def _close(self, ids: Sequence[int], state: str, by: str, why: str, at: str) -> builtins.list[DeadLetter]:
        letters = []
        for number in dict.fromkeys(ids):
            row = self._database.row(f"SELECT {_COLUMNS} FROM dead_letters WHERE id = ? AND state = 'open'", (number,))
            if row is None:
                raise UsageError(f"there is no dead letter {number}", next_command="connector dead-letters list")
            letters.append(_letter(row))
            self._database.run(
                "UPDATE dead_letters SET state = ?, closed_by = ?, why = ?, closed_at = ? WHERE id = ?",
                (state, by, why, at, number),
            )
        return letters


def _letter(row: Row) -> DeadLetter:
    number, route, connection, record_id, object_name, stage, problems, raw, parked_at, attempts = row
    return DeadLetter(
        id=number,
        route=route,
        lead=ref_of(connection, record_id, object_name),
        stage=stage,
        problems=list_from_json(Problem, problems),
        raw=values_from(raw),
        parked_at=moment(parked_at),
        attempts=attempts,
    )
