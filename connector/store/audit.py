"""Who did what: a chain in which every line's digest covers the line before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from connector.model.progress import AuditEntry
from connector.model.records import Scalar
from connector.store.codec import moment, sorted_json, stamp, values_from
from connector.store.database import Database, Row

_COLUMNS = "id, at, run_id, actor, event, subject, facts, digest"
_PAGE = 5000

Ask: TypeAlias = Callable[[str, Sequence[object]], Sequence[Row]]
"""Carries out a query with its parameters."""


class SqliteAudit:
    """Keeps `connector.ports.Audit` in the table ``audit``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def append(
        self, at: datetime, run_id: str, actor: str, event: str, subject: str, facts: Mapping[str, Scalar]
    ) -> None:
        """Add a line to the end of the chain."""
        with self._database.transaction():
            last = self._database.row("SELECT digest FROM audit ORDER BY id DESC LIMIT 1") or ("",)
            number = _issued(self._database.rows) + 1
            told = (stamp(at), run_id, actor, event, subject, sorted_json(dict(facts)))
            self._database.run(
                f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (number, *told, _digest(last[0], (number, *told))),
            )

    def entries(self, subject: str | None = None, limit: int = 1000) -> Sequence[AuditEntry]:
        """The latest *limit* lines (about *subject* when named), in the order they were written."""
        where, parameters = ("", ()) if subject is None else (" WHERE subject = ?", (subject,))
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM audit{where} ORDER BY id DESC LIMIT ?", (*parameters, limit)
        )
        return [_entry(row) for row in reversed(rows)]

    def verify(self) -> Sequence[str]:
        """Breaks in the chain, in sentences; empty when sound."""
        return audit_breaks(self._database.rows)


def audit_breaks(ask: Ask) -> list[str]:
    """Lines that were edited, taken out or added behind the chain's back; *ask* carries out a query."""
    breaks: list[str] = []
    number, digest = 0, ""
    while rows := ask(f"SELECT {_COLUMNS} FROM audit WHERE id > ? ORDER BY id LIMIT ?", (number, _PAGE)):
        for row in rows:
            if row[0] != number + 1:
                breaks.append(f"audit: {_lines(number + 1, row[0] - 1)} missing")
            elif row[7] != _digest(digest, row[:7]):
                breaks.append(f"audit: line {row[0]} was changed after it was written")
            number, digest = row[0], row[7]
    if (issued := _issued(ask)) > number:
        breaks.append(f"audit: {_lines(number + 1, issued)} missing at the end")
    return breaks


def _issued(ask: Ask) -> int:
    """The highest number ever given out; SQLite keeps it even when the line is taken away again."""
    return int(ask("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'", ())[0][0])


def _digest(previous: str, told: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps([previous, *told], ensure_ascii=True).encode()).hexdigest()


def _lines(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"


def _entry(row: Row) -> AuditEntry:
    number, at, run_id, actor, event, subject, facts, digest = row
    return AuditEntry(number, moment(at), run_id, actor, event, subject, values_from(facts), digest)
