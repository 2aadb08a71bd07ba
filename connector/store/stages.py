"""How opportunities moved: told by the CRM's own history, or seen when we looked."""

from __future__ import annotations

from collections.abc import Sequence

from connector.model.history import Origin, StageChange
from connector.model.records import RecordRef
from connector.store.codec import moment, parts, ref_of, stamp
from connector.store.database import Database, Row

_SAID = "stage, amount, close_date, probability, forecast, closed, won"
_COLUMNS = f"connection, opportunity_id, object, at, origin, {_SAID}"
_THIS = "connection = ? AND opportunity_id = ? AND object = ?"


class SqliteStages:
    """Keeps `connector.ports.Stages` in the table ``opportunity_stages``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def put(self, changes: Sequence[StageChange]) -> None:
        """Keep changes, each once: the last word on an instant counts. A snapshot that tells nothing new is left out.

        It tells nothing new where the latest that is known up to its instant says the same.
        """
        with self._database.transaction():
            for change in changes:
                if change.origin is Origin.HISTORY or self._is_news(change):
                    self._database.run(
                        f"INSERT OR REPLACE INTO opportunity_stages ({_COLUMNS})"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (*parts(change.opportunity), stamp(change.at), change.origin.value, *_said(change)),
                    )

    def of(self, opportunity: RecordRef) -> Sequence[StageChange]:
        """All that is known of an opportunity, oldest first; history goes before snapshots of the same instant."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM opportunity_stages WHERE {_THIS} ORDER BY at, origin", parts(opportunity)
        )
        return [_change(row) for row in rows]

    def _is_news(self, snapshot: StageChange) -> bool:
        latest = self._database.row(
            f"SELECT {_SAID} FROM opportunity_stages WHERE {_THIS} AND at <= ? ORDER BY at DESC, origin DESC LIMIT 1",
            (*parts(snapshot.opportunity), stamp(snapshot.at)),
        )
        return latest != _said(snapshot)


def _said(change: StageChange) -> Row:
    return (
        change.stage,
        change.amount,
        change.close_date,
        change.probability,
        change.forecast,
        int(change.closed),
        int(change.won),
    )


def _change(row: Row) -> StageChange:
    connection, record_id, object_name, at, origin, stage, amount, close_date, probability, forecast = row[:10]
    return StageChange(
        opportunity=ref_of(connection, record_id, object_name),
        at=moment(at),
        stage=stage,
        origin=Origin(origin),
        amount=amount,
        close_date=close_date,
        probability=probability,
        forecast=forecast,
        closed=bool(row[10]),
        won=bool(row[11]),
    )
