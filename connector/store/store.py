"""The state file, opened: every shelf over one database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from shlex import quote
from types import TracebackType

from connector.errors import StateError
from connector.ports import Clock
from connector.store import care, custody, migrations
from connector.store.activities import SqliteActivities
from connector.store.audit import SqliteAudit
from connector.store.crosswalk import SqliteCrosswalk
from connector.store.database import BUSY_SECONDS, Damaged, Database
from connector.store.dead_letters import SqliteDeadLetters
from connector.store.decisions import SqliteDecisions
from connector.store.directory import SqliteDirectory
from connector.store.funnel import SqliteFunnel
from connector.store.inbox import SqliteInbox
from connector.store.journal import SqliteJournal
from connector.store.lease import SqliteLease, locked
from connector.store.matches import SqliteMatches
from connector.store.reviews import SqliteReviews
from connector.store.runs import SqliteBudgets, SqliteRuns
from connector.store.samples import SqliteSamples
from connector.store.stages import SqliteStages
from connector.store.turns import SqliteTurns
from connector.store.twins import SqliteTwins
from connector.store.watermarks import SqliteWatermarks

OLDEST_SQLITE = (3, 33, 0)
"""Checking one table at a time came with it."""

_WHOLE_CHECK_BYTES = 64 * 1024 * 1024
_REBUILDABLE = (
    *("directory", "identities", "blocking_keys", "directory_terms", "directory_votes"),
    *("inbox", "inbox_emails"),
)
"""What a CRM can tell again; in a big file these are left to `connector state verify`."""


class SqliteStore:
    """Keeps `connector.ports.Store`; close it, or use it as a context manager."""

    def __init__(self, database: Database) -> None:
        """Put the shelves up over *database*, whose schema is current."""
        self.database = database
        self.watermarks = SqliteWatermarks(database)
        self.inbox = SqliteInbox(database, self.watermarks)
        self.directory = SqliteDirectory(database)
        self.crosswalk = SqliteCrosswalk(database)
        self.twins = SqliteTwins(database)
        self.matches = SqliteMatches(database)
        self.decisions = SqliteDecisions(database)
        self.activities = SqliteActivities(database)
        self.stages = SqliteStages(database)
        self.samples = SqliteSamples(database)
        self.turns = SqliteTurns(database)
        self.funnel = SqliteFunnel(database)
        self.lease = SqliteLease(database)
        self.journal = SqliteJournal(database, self.crosswalk, self.lease.fence)
        self.dead_letters = SqliteDeadLetters(database)
        self.reviews = SqliteReviews(database)
        self.budgets = SqliteBudgets(database)
        self.audit = SqliteAudit(database)
        self.runs = SqliteRuns(database)

    def transaction(self) -> AbstractContextManager[None]:
        """Several shelves in one transaction (BEGIN IMMEDIATE; nests)."""
        return self.database.transaction()

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def __enter__(self) -> SqliteStore:
        """The store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def sqlite_version() -> tuple[str, bool]:
    """The SQLite at hand, and whether it is new enough for a state file."""
    return sqlite3.sqlite_version, sqlite3.sqlite_version_info >= OLDEST_SQLITE


def open_store(path: Path | str, *, clock: Clock, create: bool = True, wait: float = BUSY_SECONDS) -> SqliteStore:
    """Open the state file at *path*, making it when *create*, and bring its schema up to date after a backup.

    *wait* is the time in seconds to wait for another process. Raises StateError, with the next command to
    type, for a file that cannot be reached, read, written or trusted, that is not ours, or that a newer
    connector wrote; raises Paused when another process keeps it locked or is at work on an older schema.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StateError(f"SQLite {sqlite3.sqlite_version} is too old; 3.33 or newer is needed")
    path = Path(path)
    custody.admit(path, create=create)
    try:
        return SqliteStore(_opened(path, clock, wait))
    except Damaged as damage:
        raise _way_out(path, damage.found) from damage


@contextmanager
def open_directory(path: Path | str, *, clock: Clock) -> Iterator[SqliteDirectory]:
    """The directory in the state file at *path*, for reading alone, fast and beside any writer.

    Each process that reads opens its own: a connection does not survive a fork. Raises StateError for a file that
    cannot be reached or read, or whose schema is not this program's; `open_store` brings it up to date.
    """
    custody.admit(Path(path), create=False)
    database = Database(Path(path), clock, read_only=True)
    try:
        if migrations.pending(database):
            raise StateError(f"the state file {path} has an older schema", next_command="connector state migrate")
        yield SqliteDirectory(database)
    finally:
        database.close()


def _opened(path: Path, clock: Clock, wait: float) -> Database:
    database = Database(path, clock, wait)
    try:
        _trust(database)
        custody.tighten(path)
        if migrations.pending(database):
            _bring_up_to_date(database, wait)
    except BaseException:
        database.close()
        raise
    return database


def _trust(database: Database) -> None:
    """Raise StateError unless the file is sound and ours (an empty one will become ours)."""
    tables = [str(row[0]) for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    checks = ["PRAGMA quick_check(1)"]
    if database.path.stat().st_size > _WHOLE_CHECK_BYTES:
        checks = [f"PRAGMA quick_check('{table}')" for table in tables if table not in _REBUILDABLE]
    for check in checks:
        found = str(database.rows(check)[0][0])
        if found != "ok":
            raise Damaged(database.path, found)
    if tables and "schema_migrations" not in tables:
        raise StateError(
            f"{database.path} is a database, but not a state file of the connector", next_command="connector doctor"
        )


def _way_out(path: Path, found: str) -> StateError:
    """Name the last good backup, or what can be done without one."""
    copy = care.last_good_backup(path)
    if copy is None:
        return StateError(
            f"the state file {path} is damaged ({found}), and there is no backup beside it; put aside, what the"
            " CRMs know is read again by the next sync, while answers that people gave are in the damaged file only",
            next_command=f"mv {quote(str(path))} {quote(f'{path}.damaged')}",
        )
    return StateError(
        f"the state file {path} is damaged ({found}); the last good backup is {copy}",
        next_command=f"rm -f {quote(f'{path}-wal')} {quote(f'{path}-shm')} && cp {quote(str(copy))} {quote(str(path))}",
    )


def _bring_up_to_date(database: Database, wait: float) -> None:
    """Migrate under the writers' lock, so that no run works on a schema that changes beneath it."""
    path = database.path
    with locked(path, wait, lambda: "a run is at work on the older schema; let it end first"):
        if not migrations.pending(database):
            return
        if migrations.applied(database):
            care.backup(
                path, care.backup_name(path, database.clock.now(), f"before-{migrations.known()[-1].number:04}")
            )
        database.go_wal()
        migrations.migrate(database)
    custody.tighten(path)
