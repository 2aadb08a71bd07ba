"""One SQLite connection with the house's manners: errors in sentences, write transactions that nest."""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from connector.errors import ConnectorError, Paused, StateError
from connector.ports import Clock


@contextmanager
def _absent(*packages: str) -> Iterator[None]:
    """Let an import inside find none of the packages; one that is imported already stays."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: "cannot be imported"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


# It imports both where they are installed, to know their numbers; every command would start 0.7 s later for it.
with _absent("numpy", "pandas"):
    import sqlite_utils

Row: TypeAlias = tuple[Any, ...]

BUSY_SECONDS = 30.0
"""How long a writer waits for another process before it gives up cleanly."""

_SLICE = 0.5
"""Waiting is cut into slices so that a signal is heard within one of them."""

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
)
_MAPPED_BYTES = 768 * 1024 * 1024
_FAST_READING = (
    f"PRAGMA mmap_size = {_MAPPED_BYTES}",
    "PRAGMA cache_size = -131072",
    "PRAGMA cell_size_check = OFF",
    "PRAGMA query_only = ON",
)


class Damaged(StateError):
    """The state file is no sound database."""

    def __init__(self, path: Path, found: str) -> None:
        """Keep what SQLite *found*."""
        super().__init__(f"the state file {path} is damaged ({found})", next_command="connector state verify")
        self.found = found


class Database:
    """The connection that all shelves of one store share; safe to use from several threads, one at a time."""

    def __init__(self, path: Path, clock: Clock, wait: float = BUSY_SECONDS, *, read_only: bool = False) -> None:
        """Connect to the existing file at *path*; *wait* is the time in seconds to wait for another writer.

        With *read_only* nothing is written through it, and much is read fast: up to `_MAPPED_BYTES` of the file are
        mapped into memory.
        """
        self.path = path
        self.clock = clock
        self._wait = wait
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self.connection = connect(path, min(wait, _SLICE), read_only=read_only)
            for pragma in _FAST_READING if read_only else ():
                self.connection.execute(pragma)
        except sqlite3.Error as error:
            raise_explained(error, path)
        self.tables = sqlite_utils.Database(self.connection, recursive_triggers=False, execute_plugins=False)

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self.connection.close()

    def go_wal(self) -> None:
        """Let readers and one writer work at the same time; the file remembers it."""
        self.rows("PRAGMA journal_mode = WAL")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A write transaction; inside another one, a savepoint of it. Durable on disk when the outermost ends.

        Raises Paused when another process keeps the file locked for too long, StateError when the disk
        refuses; nothing of the transaction is kept then.
        """
        with self._lock:
            savepoint = f"level_{self._depth}" if self._depth else ""
            try:
                self._begin(savepoint)
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                self._end(savepoint)
            except sqlite3.Error as error:
                self._undo(savepoint)
                raise_explained(error, self.path)
            except BaseException:
                self._undo(savepoint)
                raise

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a query."""
        try:
            with self._lock:
                return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise_explained(error, self.path)

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """The first row of a query, None when there is none."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def run(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        """Carry out one statement; call it inside `transaction`."""
        return self.connection.execute(sql, parameters)

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Carry out one statement for every row; answers how many rows changed."""
        return max(self.connection.executemany(sql, rows).rowcount, 0)

    def _begin(self, savepoint: str) -> None:
        if savepoint:
            self.connection.execute(f"SAVEPOINT {savepoint}")
            return
        deadline = time.monotonic() + self._wait
        while True:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() >= deadline:
                    raise

    def _end(self, savepoint: str) -> None:
        if not self.connection.in_transaction:
            raise StateError(f"the state file {self.path} gave up a transaction half-way; nothing of it was kept")
        self.connection.execute(f"RELEASE {savepoint}" if savepoint else "COMMIT")

    def _undo(self, savepoint: str) -> None:
        if not self.connection.in_transaction:
            return
        if savepoint:
            self.connection.execute(f"ROLLBACK TO {savepoint}")
            self.connection.execute(f"RELEASE {savepoint}")
        elif self._depth == 0:
            self.connection.execute("ROLLBACK")


def connect(path: Path, busy_seconds: float, *, read_only: bool = False) -> sqlite3.Connection:
    """Open an existing file with the house's settings; raises sqlite3.Error."""
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def raise_explained(error: sqlite3.Error, path: Path) -> NoReturn:
    """Raise *error* as a sentence for people where its cause is the file or the disk, else as it is."""
    explained = explain(error, path)
    if explained is None:
        raise error
    raise explained from error


def explain(error: sqlite3.Error, path: Path) -> ConnectorError | None:
    """What *error* means for the state file at *path*; None where the cause is not the file but the caller."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Paused(f"another process kept the state file {path} locked", next_command="connector status")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Damaged(path, str(error))
    if code == sqlite3.SQLITE_FULL:
        return StateError(f"no room left on disk for the state file {path}", next_command="connector doctor")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return StateError(f"the state file {path} cannot be opened for writing", next_command="connector doctor")
    if code == sqlite3.SQLITE_IOERR:
        return StateError(f"the disk failed under the state file {path} ({error})", next_command="connector doctor")
    return None


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
