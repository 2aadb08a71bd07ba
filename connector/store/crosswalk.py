"""One record, its id in each CRM."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from connector.errors import StateError
from connector.model.progress import CrosswalkEntry
from connector.model.records import RecordRef
from connector.store.codec import parts, ref_of, stamp
from connector.store.database import Database, Row

_COLUMNS = "key, role, connection, record_id, object, created"


class SqliteCrosswalk:
    """Keeps `connector.ports.Crosswalk` in the table ``crosswalk``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def link(self, entries: Sequence[CrosswalkEntry]) -> None:
        """Remember ids; a link to a record that somebody else made may move, one that we made never does.

        Raises StateError when a key would name two records that we made, or one record that we made two keys.
        """
        with self._database.transaction():
            for entry in entries:
                self._link(entry)

    def by_key(self, key: str) -> Sequence[CrosswalkEntry]:
        """Everything that *key* names."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM crosswalk WHERE key = ? ORDER BY role, connection", (key,))
        return [_entry(row) for row in rows]

    def by_ref(self, ref: RecordRef) -> Sequence[CrosswalkEntry]:
        """Every key that names *ref*."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM crosswalk WHERE connection = ? AND record_id = ? AND object = ?"
            " ORDER BY key, role",
            parts(ref),
        )
        return [_entry(row) for row in rows]

    def converted_since(self, source: str, target: str) -> Sequence[CrosswalkEntry]:
        """Leads of *source* that we landed in *target* and that are converted there, while *source* was not told."""
        columns = ", ".join(f"c.{name}" for name in _COLUMNS.split(", "))
        rows = self._database.rows(
            f"SELECT {columns} FROM crosswalk c JOIN directory d"
            " ON d.connection = c.connection AND d.record_id = c.record_id AND d.object = c.object"
            " WHERE c.role = 'lead' AND c.created = 1 AND c.connection = ? AND substr(c.key, 1, length(?)) = ?"
            " AND d.gone = 0 AND json_extract(d.fields, '$.converted')"
            " AND NOT EXISTS (SELECT 1 FROM crosswalk t"
            " WHERE t.key = c.key AND t.role = 'converted' AND t.connection = ?)"
            " ORDER BY c.key",
            (target, f"{source}:", f"{source}:", source),
        )
        return [_entry(row) for row in rows]

    def _link(self, entry: CrosswalkEntry) -> None:
        standing = self._database.row(
            f"SELECT {_COLUMNS} FROM crosswalk WHERE key = ? AND role = ? AND connection = ?",
            (entry.key, entry.role, entry.ref.connection),
        )
        created = entry.created
        if standing is not None:
            known = _entry(standing)
            if known.ref == entry.ref:
                created = created or known.created
            elif known.created:
                raise StateError(
                    f"{entry.key} ({entry.role}) already names {known.ref}, which we made; it cannot also name"
                    f" {entry.ref}",
                    next_command="connector journal verify",
                )
        try:
            self._database.run(
                "INSERT INTO crosswalk (key, role, connection, record_id, object, created, linked_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key, role, connection) DO UPDATE SET"
                " record_id = excluded.record_id, object = excluded.object, created = excluded.created",
                (entry.key, entry.role, *parts(entry.ref), int(created), stamp(self._database.clock.now())),
            )
        except sqlite3.IntegrityError as error:
            raise StateError(
                f"{entry.ref} was made for another key; it cannot be made for {entry.key} too",
                next_command="connector journal verify",
            ) from error


def _entry(row: Row) -> CrosswalkEntry:
    key, role, connection, record_id, object_name, created = row
    return CrosswalkEntry(key, role, ref_of(connection, record_id, object_name), bool(created))
