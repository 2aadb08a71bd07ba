"""What people did, and what was done with them, as the CRMs tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.model.history import ActivityRow
from connector.model.records import Activity, RecordRef
from connector.store.codec import moment, parts, ref_of, stamp
from connector.store.database import Database

_LAID = "object, record_id, account_id, kind, at, gone"


class SqliteActivities:
    """Keeps `connector.ports.Activities` in the table ``activities``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def put(self, rows: Sequence[ActivityRow]) -> Sequence[RecordRef]:
        """Keep rows, the newest word of each; answers the records whose activities changed by it, each once.

        A row that is gone takes away what is kept under its id, whatever else it says; one that was never kept is
        passed over. An activity that moved from one record to another changes both.
        """
        changed: dict[RecordRef, None] = {}
        with self._database.transaction():
            for row in rows:
                changed.update(dict.fromkeys(self._lay(row)))
        return list(changed)

    def of(self, who: RecordRef) -> tuple[Activity, ...]:
        """The activities of a record that are not gone, oldest first."""
        rows = self._database.rows(
            "SELECT kind, at, source_id FROM activities WHERE connection = ? AND record_id = ? AND object = ?"
            " AND gone = 0 ORDER BY at, source_id",
            parts(who),
        )
        return tuple(Activity(kind, moment(at), source_id) for kind, at, source_id in rows)

    def keep_only(self, connection: str, objects: Sequence[str]) -> Sequence[RecordRef]:
        """Take away what came from other objects of a connection; answers the records that had any, each once."""
        other = "connection = ? AND gone = 0" + " AND substr(source_id, 1, ?) <> ?" * len(objects)
        wanted = [part for name in objects for part in (len(name) + 1, f"{name}:")]
        with self._database.transaction():
            rows = self._database.rows(
                f"SELECT DISTINCT record_id, object FROM activities WHERE {other}", (connection, *wanted)
            )
            self._database.run(f"UPDATE activities SET gone = 1 WHERE {other}", (connection, *wanted))
        return [ref_of(connection, record_id, object_name) for record_id, object_name in rows]

    def between(self, connection: str, since: datetime, until: datetime) -> Sequence[RecordRef]:
        """The records with which something happens after *since*, up to and including *until*; each once."""
        rows = self._database.rows(
            "SELECT DISTINCT record_id, object FROM activities"
            " WHERE connection = ? AND at > ? AND at <= ? AND gone = 0",
            (connection, stamp(since), stamp(until)),
        )
        return [ref_of(connection, record_id, object_name) for record_id, object_name in rows]

    def last(self, connection: str) -> Mapping[str, datetime]:
        """Per record id and per account id of a connection: when something last happened with it."""
        rows = self._database.rows(
            "SELECT record_id, max(at) FROM activities WHERE connection = ? AND gone = 0 GROUP BY record_id"
            " UNION ALL SELECT account_id, max(at) FROM activities WHERE connection = ? AND account_id <> ''"
            " AND gone = 0 GROUP BY account_id",
            (connection, connection),
        )
        return {record_id: moment(at) for record_id, at in rows}

    def _lay(self, row: ActivityRow) -> list[RecordRef]:
        """Lay one row; answers the records it changes."""
        connection = row.who.connection
        standing = self._database.row(
            f"SELECT {_LAID} FROM activities WHERE connection = ? AND source_id = ?", (connection, row.source_id)
        )
        before = [] if standing is None or standing[5] else [ref_of(connection, standing[1], standing[0])]
        if row.gone:
            self._database.run(
                "UPDATE activities SET gone = 1 WHERE connection = ? AND source_id = ?", (connection, row.source_id)
            )
            return before
        laid = (row.who.object, row.who.id, row.account_id, row.kind, stamp(row.at), 0)
        if standing == laid:
            return []
        self._database.run(
            f"INSERT OR REPLACE INTO activities (connection, source_id, {_LAID}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (connection, row.source_id, *laid),
        )
        return [*before, row.who]
