"""What resolution found, and the standing words of people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from connector.model.match import Judgement, Resolution, Word
from connector.model.records import RecordRef
from connector.store.codec import from_json, moment, parts, plain_json, ref_of, stamp, to_json
from connector.store.database import Database, Row

_WORD_COLUMNS = (
    "left_connection, left_id, left_object, right_connection, right_id, right_object, word, said_by, said_at, note"
)


class SqliteMatches:
    """Keeps `connector.ports.Matches` in the tables ``matches``, ``match_refs`` and ``judgements``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def save(self, route: str, resolution: Resolution, at: datetime) -> None:
        """Keep the latest resolution of a lead on a route, in place of the one before."""
        lead = parts(resolution.lead)
        with self._database.transaction():
            self._database.run(
                "DELETE FROM matches WHERE connection = ? AND record_id = ? AND object = ? AND route = ?",
                (*lead, route),
            )
            cursor = self._database.run(
                "INSERT INTO matches (route, connection, record_id, object, linkage, gap, because, resolution,"
                " saved_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    route,
                    *lead,
                    resolution.linkage.value,
                    resolution.gap,
                    resolution.because,
                    to_json(Resolution, resolution),
                    stamp(at),
                ),
            )
            self._database.run_many(
                "INSERT OR IGNORE INTO match_refs (connection, record_id, object, match_id) VALUES (?, ?, ?, ?)",
                [(*parts(ref), cursor.lastrowid) for ref in resolution.refs()],
            )

    def latest(self, route: str, lead: RecordRef) -> Resolution | None:
        """The latest resolution of *lead* on *route*."""
        row = self._database.row(
            "SELECT resolution FROM matches WHERE connection = ? AND record_id = ? AND object = ? AND route = ?",
            (*parts(lead), route),
        )
        return None if row is None else from_json(Resolution, row[0])

    def leaning_on(self, refs: Iterable[RecordRef]) -> Sequence[RecordRef]:
        """Leads whose latest resolution leans on one of *refs*, each once."""
        leads: dict[RecordRef, None] = {}
        for ref in refs:
            rows = self._database.rows(
                "SELECT m.connection, m.record_id, m.object FROM match_refs r JOIN matches m ON m.id = r.match_id"
                " WHERE r.connection = ? AND r.record_id = ? AND r.object = ? ORDER BY m.id",
                parts(ref),
            )
            leads.update((ref_of(*row), None) for row in rows)
        return list(leads)

    def judge(self, judgement: Judgement) -> None:
        """Keep a person's word; the latest on a pair stands, the earlier ones stay on record."""
        pair = plain_json(sorted([str(judgement.left), str(judgement.right)]))
        said_at = stamp(judgement.at)
        with self._database.transaction():
            later = self._database.row(
                "SELECT 1 FROM judgements WHERE pair = ? AND standing = 1 AND said_at > ?", (pair, said_at)
            )
            if not later:
                self._database.run("UPDATE judgements SET standing = 0 WHERE pair = ? AND standing = 1", (pair,))
            self._database.run(
                f"INSERT INTO judgements (pair, {_WORD_COLUMNS}, standing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    pair,
                    *parts(judgement.left),
                    *parts(judgement.right),
                    judgement.word.value,
                    judgement.by,
                    said_at,
                    judgement.note,
                    0 if later else 1,
                ),
            )

    def judgements(self, ref: RecordRef) -> Sequence[Judgement]:
        """Standing words on pairs that hold *ref*, oldest first."""
        rows = self._database.rows(
            f"SELECT id, {_WORD_COLUMNS} FROM judgements WHERE standing = 1"
            " AND left_connection = ?1 AND left_id = ?2 AND left_object = ?3"
            f" UNION SELECT id, {_WORD_COLUMNS} FROM judgements WHERE standing = 1"
            " AND right_connection = ?1 AND right_id = ?2 AND right_object = ?3 ORDER BY 1",
            parts(ref),
        )
        return [_judgement(row[1:]) for row in rows]


def _judgement(row: Row) -> Judgement:
    return Judgement(
        left=ref_of(*row[0:3]),
        right=ref_of(*row[3:6]),
        word=Word(row[6]),
        by=row[7],
        at=moment(row[8]),
        note=row[9],
    )
