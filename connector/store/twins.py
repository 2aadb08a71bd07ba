"""Pairs of records that are kept in step, and what each side held when they last were."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from connector.model.records import Kind, RecordRef
from connector.model.twins import Carrying, End, Pair
from connector.store.codec import list_from_json, list_to_json, sorted_json, stamp, values_from
from connector.store.database import Database, Row

_KINDS = (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY)
_COLUMNS = (
    "id, kind, key, source_connection, source_object, source_id, target_connection, target_object, target_id,"
    " agreed_source, agreed_target, words, revision, pending"
)
_DIGEST = (
    "coalesce((SELECT d.digest FROM directory d WHERE d.connection = {0}_connection AND d.record_id = {0}_id"
    " AND d.object = {0}_object), '')"
)
_LOOK_AGAIN = "?"
"""Stands in place of a digest, and differs from every one."""

# A record has one twin in each CRM, whichever of the two its lead came from.
_FREE = (
    "NOT EXISTS (SELECT 1 FROM twins w WHERE w.ended_at IS NULL AND w.source_connection = {0}.connection"
    " AND w.source_id = {0}.record_id AND w.source_object = {0}.object AND w.target_connection = {1}.connection)"
    " AND NOT EXISTS (SELECT 1 FROM twins w WHERE w.ended_at IS NULL AND w.target_connection = {0}.connection"
    " AND w.target_id = {0}.record_id AND w.target_object = {0}.object AND w.source_connection = {1}.connection)"
)
_UNPAIRED = (
    "SELECT s.key, s.role, s.object, s.record_id, t.object, t.record_id FROM crosswalk s"
    " JOIN crosswalk t ON t.key = s.key AND t.role = s.role AND t.connection = ?"
    " WHERE (s.key, s.role) > (?, ?) AND s.key < ? AND s.connection = ?"
    " AND s.role IN ('account', 'contact', 'opportunity')"
    f" AND {_FREE.format('s', 't')} AND {_FREE.format('t', 's')}"
    " AND NOT EXISTS (SELECT 1 FROM twins w WHERE w.ended_at IS NOT NULL AND w.source_connection = s.connection"
    " AND w.source_id = s.record_id AND w.target_connection = t.connection AND w.target_id = t.record_id)"
    " ORDER BY s.key, s.role LIMIT ?"
)
_MOVED = (
    f"SELECT {_COLUMNS} FROM twins WHERE id > ? AND ended_at IS NULL AND source_connection = ?"
    f" AND target_connection = ? AND (pending <> '[]' OR source_digest IS NOT {_DIGEST.format('source')}"
    f" OR target_digest IS NOT {_DIGEST.format('target')}"
    " OR words <> CASE kind WHEN 'account' THEN ? WHEN 'contact' THEN ? ELSE ? END) ORDER BY id LIMIT ?"
)


class SqliteTwins:
    """Keeps `connector.ports.Twins` in the table ``twins``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def unpaired(self, source: str, target: str, batch: int = 500) -> Iterator[Sequence[Pair]]:
        """What the crosswalk links between two connections and is no pair yet, for leads of *source*."""
        last: tuple[str, str] = (f"{source}:", "")
        while True:
            rows = self._database.rows(_UNPAIRED, (target, *last, f"{source};", source, batch))
            if rows:
                yield [_linked(row, source, target) for row in rows]
            if len(rows) < batch:
                return
            last = rows[-1][:2]

    def add(self, pair: Pair, at: datetime) -> int:
        """Keep a new pair; answers its number, 0 when one of its records has its twin already."""
        refs = [(ref.connection, ref.object, ref.id) for ref in (pair.source, pair.target)]
        with suppress(sqlite3.IntegrityError), self._database.transaction():
            if self._twin_of(pair.source, pair.target.connection) or self._twin_of(pair.target, pair.source.connection):
                return 0
            number = self._database.run(
                "INSERT INTO twins (kind, key, source_connection, source_object, source_id, target_connection,"
                " target_object, target_id, agreed_source, agreed_target, words, paired_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}', '{}', '', ?)",
                (pair.kind.value, pair.key, *refs[0], *refs[1], stamp(at)),
            ).lastrowid
            self._keep(pair, number or 0, looked=True)
            return number or 0
        return 0

    def moved(self, source: str, target: str, words: Mapping[Kind, str], batch: int = 500) -> Iterator[Sequence[Pair]]:
        """Pairs of which a record changed in the directory since they were in step, or with a write under way.

        Those that were read with other mappings than *words* names come too. Safe to keep pairs while iterating.
        """
        last = 0
        wanted = [words.get(kind, "") for kind in _KINDS]
        while True:
            rows = self._database.rows(_MOVED, (last, source, target, *wanted, batch))
            if rows:
                yield [_pair(row) for row in rows]
            if len(rows) < batch:
                return
            last = rows[-1][0]

    def keep(self, pair: Pair, looked: bool) -> None:
        """Keep what is known of a pair now; *looked*: what the directory holds of it is no news any more."""
        with self._database.transaction():
            self._keep(pair, pair.id, looked)

    def end(self, pair: Pair, why: str, at: datetime) -> None:
        """The two are no pair any more, and will not become one again by the same links."""
        with self._database.transaction():
            self._database.run(
                "UPDATE twins SET ended_at = ?, ended_why = ?, pending = '[]' WHERE id = ?", (stamp(at), why, pair.id)
            )

    def of(self, ref: RecordRef) -> Sequence[Pair]:
        """The pairs that a record belongs to: one for each other CRM."""
        found = []
        for end in End:
            found += self._database.rows(
                f"SELECT {_COLUMNS} FROM twins WHERE ended_at IS NULL AND {end}_connection = ? AND {end}_id = ?"
                f" AND {end}_object = ? ORDER BY id",
                (ref.connection, ref.id, ref.object),
            )
        return [_pair(row) for row in found]

    def _twin_of(self, ref: RecordRef, connection: str) -> bool:
        return any(connection in (pair.source.connection, pair.target.connection) for pair in self.of(ref))

    def _keep(self, pair: Pair, number: int, looked: bool) -> None:
        self._database.run(
            "UPDATE twins SET source_object = ?, source_id = ?, target_object = ?, target_id = ?, agreed_source = ?,"
            " agreed_target = ?, words = ?, revision = ?, pending = ?, source_digest = ?, target_digest = ?"
            " WHERE id = ?",
            (
                pair.source.object,
                pair.source.id,
                pair.target.object,
                pair.target.id,
                *(sorted_json(dict(pair.agreed.get(end, {}))) for end in End),
                pair.words,
                pair.revision,
                list_to_json(Carrying, pair.pending),
                _LOOK_AGAIN,
                _LOOK_AGAIN,
                number,
            ),
        )
        if looked:
            digests = ", ".join(f"{end}_digest = {_DIGEST.format(end)}" for end in End)
            self._database.run(f"UPDATE twins SET {digests} WHERE id = ?", (number,))


def _linked(row: Row, source: str, target: str) -> Pair:
    key, role, source_object, source_id, target_object, target_id = row
    ends = RecordRef(source, source_object, source_id), RecordRef(target, target_object, target_id)
    return Pair(Kind(role), key, *ends)


def _pair(row: Row) -> Pair:
    agreed = {End.SOURCE: values_from(row[9]), End.TARGET: values_from(row[10])}
    pending = list_from_json(Carrying, row[13])
    ends = RecordRef(*row[3:6]), RecordRef(*row[6:9])
    return Pair(Kind(row[1]), row[2], *ends, agreed, words=row[11], revision=row[12], pending=pending, id=row[0])
