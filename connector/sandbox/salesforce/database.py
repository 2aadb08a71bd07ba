"""The SQLite file of the embedded org: one table per object with one column per field.

Besides its fields every table has `_n` (the row number), `IsDeleted`, `_visible_at` (a row nobody sees
before that moment) and `_deleted_with` (the parent whose deletion took the row along).
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from connector.sandbox.salesforce.schema import FieldDef, ObjectDef, Schema

Row = dict[str, Any]

_INDEXED = ("SystemModstamp", "Email", "Company", "Name", "AccountId", "OpportunityId", "ContactId", "LeadId",
            "CampaignId", "WhoId", "WhatId", "MasterRecordId")  # fmt: skip


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _column(field: FieldDef) -> str:
    name = quoted(field.name)
    if field.type == "boolean":
        return f"{name} INTEGER NOT NULL DEFAULT 0"
    if field.type == "int":
        return f"{name} INTEGER"
    if field.is_number:
        return f"{name} REAL"
    if field.is_text and not field.case_sensitive:
        return f"{name} TEXT COLLATE NOCASE"
    return f"{name} TEXT"


def _lowered(value: str | float | None) -> str | float | None:
    return value.lower() if isinstance(value, str) else value


def same_text(column: str, value: Any, case_sensitive: bool = False) -> tuple[str, Any]:
    """An SQL test that a text column holds `value` without regard to case, and the parameter for it.

    Columns compare ASCII letters without regard to case by themselves (and by index); others are lowered.
    """
    if case_sensitive or not isinstance(value, str) or value.isascii():
        return f"{quoted(column)} = ?", value
    return f"lowered({quoted(column)}) = ?", value.lower()


class Database:
    """One connection behind one re-entrant lock; transactions nest as savepoints."""

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

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and answer how many rows it changed."""
        with self.lock:
            return self._connection.execute(sql, parameters).rowcount

    def read_meta(self, key: str, default: Any = None) -> Any:
        """A remembered JSON value of the org."""
        found = self.one("SELECT value FROM _meta WHERE key = ?", (key,))
        return default if found is None else json.loads(found[0])

    def write_meta(self, key: str, value: Any) -> None:
        """Remember a JSON value of the org."""
        self.run("INSERT OR REPLACE INTO _meta (key, value) VALUES (?, ?)", (key, json.dumps(value)))

    def prepare(self, schema: Schema) -> None:
        """Make the tables and columns that the schema asks for and that are not there yet."""
        for definition in schema:
            if self.rows(f"PRAGMA table_info({quoted(definition.name)})"):
                for field in definition.stored():
                    self.add_column(definition, field)
            else:
                self._make_table(definition)
            self._index(definition)

    def _make_table(self, definition: ObjectDef) -> None:
        columns = [_column(field) for field in definition.stored() if field.name not in ("Id", "IsDeleted")]
        self.run(
            f"CREATE TABLE {quoted(definition.name)} (_n INTEGER PRIMARY KEY, Id TEXT NOT NULL UNIQUE,"
            " IsDeleted INTEGER NOT NULL DEFAULT 0, _visible_at TEXT, _deleted_with TEXT,"
            f" {', '.join(columns)})"
        )

    def add_column(self, definition: ObjectDef, field: FieldDef) -> None:
        """Add the column of a field unless the table has it."""
        known = {row[1].lower() for row in self.rows(f"PRAGMA table_info({quoted(definition.name)})")}
        if field.stored and field.name.lower() not in known:
            self.run(f"ALTER TABLE {quoted(definition.name)} ADD COLUMN {_column(field)}")
        if field.stored and (field.external_id or field.unique):
            self._make_index(definition, field.name)

    def _index(self, definition: ObjectDef) -> None:
        for field in definition.stored():
            if field.name in _INDEXED or field.external_id or field.unique:
                self._make_index(definition, field.name)

    def _make_index(self, definition: ObjectDef, column: str) -> None:
        name = quoted(f"{definition.name}_{column}")
        columns = f"{quoted(column)}, Id"
        self.run(f"CREATE INDEX IF NOT EXISTS {name} ON {quoted(definition.name)} ({columns})")

    def insert(self, table: str, values: Mapping[str, Any]) -> None:
        """Insert one row given by column names."""
        columns = ", ".join(quoted(name) for name in values)
        marks = ", ".join("?" * len(values))
        self.run(f"INSERT INTO {quoted(table)} ({columns}) VALUES ({marks})", tuple(values.values()))

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows with the same columns."""
        names = ", ".join(quoted(name) for name in columns)
        marks = ", ".join("?" * len(columns))
        with self.lock:
            self._connection.executemany(f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks})", rows)

    def update(self, table: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Change columns of one row."""
        assignments = ", ".join(f"{quoted(name)} = ?" for name in values)
        self.run(f"UPDATE {quoted(table)} SET {assignments} WHERE Id = ?", (*values.values(), record_id))

    def select(self, table: str, where: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Whole rows as dictionaries, in order of insertion."""
        with self.lock:
            cursor = self._connection.execute(
                f"SELECT * FROM {quoted(table)} WHERE {where} ORDER BY _n", tuple(parameters)
            )
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def clear(self, table: str) -> None:
        """Forget every row of a table."""
        self.run(f"DELETE FROM {quoted(table)}")
