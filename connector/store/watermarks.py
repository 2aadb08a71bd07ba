"""How far each pull has read."""

from __future__ import annotations

from connector.model.progress import Watermark
from connector.store.codec import moment, stamp
from connector.store.database import Database


class SqliteWatermarks:
    """Keeps `connector.ports.Watermarks` in the table ``watermarks``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def get(self, scope: str, object_name: str) -> Watermark | None:
        """How far *scope* has read *object_name*, None when it never has."""
        row = self._database.row(
            "SELECT position, last_id FROM watermarks WHERE scope = ? AND object = ?", (scope, object_name)
        )
        return None if row is None else Watermark(moment(row[0]), row[1])

    def set(self, scope: str, object_name: str, reached: Watermark) -> None:
        """Set the mark, forwards or backwards."""
        with self._database.transaction():
            self._database.run(
                "INSERT OR REPLACE INTO watermarks (scope, object, position, last_id) VALUES (?, ?, ?, ?)",
                (scope, object_name, stamp(reached.position), reached.last_id),
            )

    def advance(self, scope: str, object_name: str, reached: Watermark) -> None:
        """Set the mark unless it stands further already, as it does while a pull re-reads its overlap."""
        standing = self.get(scope, object_name)
        if standing is None or (standing.position, standing.last_id) < (reached.position, reached.last_id):
            self.set(scope, object_name, reached)
