"""Runs, what holds a connection to its org, and API usage as last told."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from connector.errors import SafetyStop
from connector.model.progress import BudgetReading, Run
from connector.store.codec import moment, moment_or_none, plain_json, stamp
from connector.store.database import Database

KEEP_READINGS = timedelta(days=30)
"""Older budget readings are dropped when a new one comes."""


class SqliteRuns:
    """Keeps `connector.ports.Runs` in the tables ``runs``, ``connections`` and ``connection_facts``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def start(self, verb: str, at: datetime) -> str:
        """A new run id: its instant to the second, then six random hex digits."""
        run_id = f"{stamp(at)[:19].replace('-', '').replace(':', '')}Z-{secrets.token_hex(3)}"
        with self._database.transaction():
            self._database.tables.table("runs").insert({"id": run_id, "verb": verb, "started_at": stamp(at)})
        return run_id

    def finish(self, run_id: str, status: str, summary: Mapping[str, object], at: datetime) -> None:
        """Keep how a run ended; *summary* holds plain JSON values."""
        with self._database.transaction():
            self._database.run(
                "UPDATE runs SET ended_at = ?, status = ?, summary = ? WHERE id = ?",
                (stamp(at), status, plain_json(dict(summary)), run_id),
            )

    def latest(self, limit: int = 10) -> Sequence[Run]:
        """The latest runs, newest first."""
        rows = self._database.rows(
            "SELECT id, verb, started_at, ended_at, status, summary FROM runs"
            " ORDER BY started_at DESC, rowid DESC LIMIT ?",
            (limit,),
        )
        return [
            Run(run_id, verb, moment(started), moment_or_none(ended), status, json.loads(summary))
            for run_id, verb, started, ended, status, summary in rows
        ]

    def pin(self, connection: str, org_id: str, named: Collection[str] = ()) -> str:
        """Remember the org behind a connection; raises SafetyStop when it is another one than before.

        So does a new connection to an org known by a name that none of those *named* in connector.yaml has any more.
        A partial id (see `Identity`) contradicts no other of the same place: the fuller one is kept, and answered.
        A source without an org of its own (empty *org_id*) is not pinned.
        """
        if not org_id:
            return ""
        with self._database.transaction():
            known = self.pinned().get(connection)
            if known is None and named and (before := self._called(org_id) - set(named)):
                raise _renamed(connection, min(before), org_id)
            if known is None:
                self._database.tables.table("connections").insert(
                    {"name": connection, "org_id": org_id, "pinned_at": stamp(self._database.clock.now())}
                )
                return org_id
            kept = _fuller(known, org_id)
            if not kept:
                raise _other_org(connection, known, org_id)
            if kept != known:
                self._complete(known, kept)
            return kept

    def _called(self, org_id: str) -> set[str]:
        """The connections that have led to an org."""
        return {name for name, known in self.pinned().items() if _fuller(known, org_id)}

    def _complete(self, partial: str, full: str) -> None:
        """Know an org by its full id wherever its partial one was kept, in plans too: they stay plans for it."""
        self._database.run("UPDATE connections SET org_id = ? WHERE org_id = ?", (full, partial))
        self._database.run("UPDATE plans SET org = ? WHERE org = ?", (full, partial))

    def pinned(self) -> Mapping[str, str]:
        """The org id behind each connection that has one."""
        return dict(self._database.rows("SELECT name, org_id FROM connections ORDER BY name"))

    def remember(self, connection: str, name: str, value: object) -> None:
        """Keep a small JSON fact about a connection, in place of the one before."""
        with self._database.transaction():
            self._database.run(
                "INSERT OR REPLACE INTO connection_facts (connection, name, value, noted_at) VALUES (?, ?, ?, ?)",
                (connection, name, plain_json(value), stamp(self._database.clock.now())),
            )

    def recall(self, connection: str, name: str) -> object:
        """The fact, None when there is none."""
        row = self._database.row(
            "SELECT value FROM connection_facts WHERE connection = ? AND name = ?", (connection, name)
        )
        return None if row is None else json.loads(row[0])


def _fuller(known: str, told: str) -> str:
    """The id that says more, of two that may be one org's; empty when they are two orgs'."""
    if told in (known, f"{known.rpartition('#')[0]}#"):
        return known
    return told if known == f"{told.rpartition('#')[0]}#" else ""


def _other_org(connection: str, known: str, told: str) -> SafetyStop:
    return SafetyStop(
        f"connection {connection} was org {known} before and is org {told} now; nothing is written. Check "
        f"connections.{connection} in connector.yaml (address, login); if the CRM really moved or is a copy, give "
        "`state:` in connector.yaml the path of a new file: it starts anew, and the file before keeps what was",
        next_command="connector doctor",
    )


def _renamed(connection: str, before: str, org_id: str) -> SafetyStop:
    return SafetyStop(
        f"connection {connection} leads to org {org_id}, which was called {before} before; nothing is written. The keys"
        f" on its records carry the name {before}: by another name, what is done would be done again. Call it {before}"
        " in connector.yaml (connections, and source and target of its routes), or, to start anew, give `state:` the"
        " path of a new file",
        next_command="connector doctor",
    )


class SqliteBudgets:
    """Keeps `connector.ports.Budgets` in the table ``budget_readings``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def note(self, reading: BudgetReading) -> None:
        """Keep a reading, and drop those of the connection that are a month older."""
        with self._database.transaction():
            self._database.run(
                "INSERT OR REPLACE INTO budget_readings (connection, at, used, allowed) VALUES (?, ?, ?, ?)",
                (reading.connection, stamp(reading.at), reading.used, reading.limit),
            )
            self._database.run(
                "DELETE FROM budget_readings WHERE connection = ? AND at < ?",
                (reading.connection, stamp(reading.at - KEEP_READINGS)),
            )

    def latest(self) -> Sequence[BudgetReading]:
        """The latest reading of each connection."""
        rows = self._database.rows(
            "SELECT connection, used, allowed, max(at) FROM budget_readings GROUP BY connection ORDER BY connection"
        )
        return [BudgetReading(connection, used, allowed, moment(at)) for connection, used, allowed, at in rows]
