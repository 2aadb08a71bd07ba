"""One SQLite file as an embedded CRM uses it: nested transactions behind one lock, and a few remembered values."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _lowered(value: str | float | None) -> str | float | None:
    return value.lower() if isinstance(value, str) else value


@cache
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    # Names come from a schema, values are parameters.
    names = ", ".join(quoted(name) for name in columns)
    return f"INSERT INTO {quoted(table)} ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608


class SqlFile:
    """One connection behind one re-entrant lock; transactions nest as savepoints.

    `lowered(x)` is an SQL function that lowers all letters, not only the ASCII ones.
    """

    def __init__(self, path: str | None) -> None:
        self.lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path or "", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL" if path else "PRAGMA journal_mode=MEMORY")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("PRAGMA cache_size=-65536")
        self._connection.create_function("lowered", 1, _lowered, deterministic=True)
        self._connection.execute("CREATE TABLE IF NOT EXISTS _meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            self._connection.close()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._depth > 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the outermost block; an exception undoes the block it leaves."""
        with self.lock:
            name = f"level_{self._depth}"
            self._connection.execute("BEGIN IMMEDIATE" if self._depth == 0 else f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._undo(name)
                raise
            else:
                self._depth -= 1
                self._connection.execute("COMMIT" if self._depth == 0 else f"RELEASE {name}")

    def _undo(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute("ROLLBACK")
        else:
            self._connection.execute(f"ROLLBACK TO {name}")
            self._connection.execute(f"RELEASE {name}")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        with self.lock:
            return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a statement, None when there is none."""
        with self.lock:
            found: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
            return found

    def named_rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows of a statement as dictionaries by column name."""
        with self.lock:
            cursor = self._connection.execute(sql, tuple(parameters))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and answer how many rows it changed."""
        with self.lock:
            return self._connection.execute(sql, parameters).rowcount

    def columns_of(self, table: str) -> set[str]:
        """Names of the columns of a table; empty when there is no such table."""
        return {row[1] for row in self.rows(f"PRAGMA table_info({quoted(table)})")}

    def read_meta(self, key: str, default: Any = None) -> Any:
        """A remembered JSON value."""
        found = self.one("SELECT value FROM _meta WHERE key = ?", (key,))
        return default if found is None else json.loads(found[0])

    def write_meta(self, key: str, value: Any) -> None:
        """Remember a JSON value."""
        self.run("INSERT OR REPLACE INTO _meta (key, value) VALUES (?, ?)", (key, json.dumps(value)))

    def insert(self, table: str, values: Mapping[str, Any]) -> None:
        """Insert one row given by column names."""
        self.run(_insertion(table, tuple(values)), tuple(values.values()))

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows with the same columns."""
        with self.lock:
            self._connection.executemany(_insertion(table, tuple(columns)), rows)

    def clear(self, table: str) -> None:
        """Forget every row of a table."""
        self.run(f"DELETE FROM {quoted(table)}")  # noqa: S608
