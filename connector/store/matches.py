"""What resolution found, and the standing words of people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.model.match import Frozen, Judgement, Resolution, Saying, Word
from connector.model.records import RecordRef
from connector.store.codec import from_json, moment, moment_or_none, parts, plain_json, ref_of, stamp, to_json
from connector.store.database import Database, Row

_WORD_COLUMNS = (
    "left_connection, left_id, left_object, right_connection, right_id, right_object, word, said_by, said_at, note"
)
_FROZEN_COLUMNS = "connection, record_id, object, since, why, judgement_id, released_at"


class SqliteMatches:
    """Keeps `connector.ports.Matches` in the tables ``matches``, ``match_refs``, ``judgements`` and ``frozen``."""

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
        self._keep(judgement)

    def judgements(self, ref: RecordRef) -> Sequence[Judgement]:
        """Standing words on pairs that hold *ref*, oldest first."""
        return [_judgement(row[1:]) for row in self._rows_of(ref)]

    def words(self, batch: int = 1000) -> Iterator[Sequence[Judgement]]:
        """Every standing word that a person said, oldest first; copies of a word are left out."""
        last = 0
        while rows := self._database.rows(
            f"SELECT id, {_WORD_COLUMNS} FROM judgements"
            " WHERE standing = 1 AND carried_from IS NULL AND id > ? ORDER BY id LIMIT ?",
            (last, batch),
        ):
            last = rows[-1][0]
            yield [_judgement(row[1:]) for row in rows]

    def carry(self, gone: RecordRef, survivor: RecordRef, at: datetime, why: str) -> Sequence[Judgement]:
        """Let the standing words on *gone* hold for *survivor* too, each once; answers those that hold now.

        Where the survivor's own word on a pair is another one, UNSURE stands, said by *why* at *at*.
        """
        held = []
        with self._database.transaction():
            for number, said in self._not_carried(gone, survivor):
                before = self._standing(survivor, said.right)
                note = f"said of {gone}, which was merged into {survivor}"
                word = replace(said, left=survivor, note=f"{said.note} ({note})" if said.note else note)
                if before is not None and before.word is not said.word:
                    note = (
                        f"{before.by} said {before.word.value} of {survivor}, and {said.by} said {said.word.value} of"
                    )
                    word = Judgement(survivor, said.right, Word.UNSURE, why, at, f"{note} {gone}, merged into it since")
                self._keep(word, number)
                held += [word] if before is None or before.word is not word.word else []
        return held

    def lend(self, source: RecordRef, copy: RecordRef) -> None:
        """Let the standing words on *source* hold for its *copy* too, each once; the later word on a pair stands."""
        with self._database.transaction():
            for number, said in self._not_carried(source, copy):
                self._keep(replace(said, left=copy), number)

    def unweighed(self) -> Sequence[Saying]:
        """Words of which it was not looked yet what leans on their pair, oldest first."""
        rows = self._database.rows(
            f"SELECT {_WORD_COLUMNS}, id, kept_at FROM judgements WHERE weighed_at IS NULL ORDER BY id"
        )
        return [Saying(row[10], _judgement(row[:10]), moment(row[11])) for row in rows]

    def weighed(self, number: int, at: datetime) -> None:
        """It was looked what leans on the pair of word *number*."""
        with self._database.transaction():
            self._database.run("UPDATE judgements SET weighed_at = ? WHERE id = ?", (stamp(at), number))

    def freeze(self, leads: Mapping[RecordRef, str], saying: Saying) -> None:
        """Nothing that was planned for *leads* (with the reason for each) before the word was kept is written."""
        with self._database.transaction():
            self._database.run_many(
                "INSERT OR IGNORE INTO frozen (connection, record_id, object, judgement_id, why, since)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [(*parts(lead), saying.number, why, stamp(saying.kept_at)) for lead, why in leads.items()],
            )

    def frozen(self, since: datetime | None = None) -> Mapping[RecordRef, Frozen]:
        """Leads frozen after *since*, decided anew meanwhile or not; without it, those not decided anew."""
        where, parameters = ("released_at IS NULL", ()) if since is None else ("since > ?", (stamp(since),))
        rows = self._database.rows(f"SELECT {_FROZEN_COLUMNS} FROM frozen WHERE {where} ORDER BY id", parameters)
        return {one.lead: one for one in map(_frozen, rows)}

    def froze(self, lead: RecordRef) -> Sequence[Frozen]:
        """Every time that *lead* was frozen, oldest first."""
        rows = self._database.rows(
            f"SELECT {_FROZEN_COLUMNS} FROM frozen WHERE connection = ? AND record_id = ? AND object = ? ORDER BY id",
            parts(lead),
        )
        return [_frozen(row) for row in rows]

    def release(self, lead: RecordRef, at: datetime) -> None:
        """The lead was decided anew at *at*."""
        with self._database.transaction():
            self._database.run(
                "UPDATE frozen SET released_at = ? WHERE connection = ? AND record_id = ? AND object = ?"
                " AND released_at IS NULL",
                (stamp(at), *parts(lead)),
            )

    def _keep(self, judgement: Judgement, carried_from: int | None = None) -> None:
        pair, said_at = _pair(judgement.left, judgement.right), stamp(judgement.at)
        with self._database.transaction():
            later = self._database.row(
                "SELECT 1 FROM judgements WHERE pair = ? AND standing = 1 AND said_at > ?", (pair, said_at)
            )
            if not later:
                self._database.run("UPDATE judgements SET standing = 0 WHERE pair = ? AND standing = 1", (pair,))
            marks = ", ".join("?" * 14)
            self._database.run(
                f"INSERT INTO judgements (pair, {_WORD_COLUMNS}, standing, kept_at, carried_from) VALUES ({marks})",
                (
                    pair,
                    *parts(judgement.left),
                    *parts(judgement.right),
                    judgement.word.value,
                    judgement.by,
                    said_at,
                    judgement.note,
                    0 if later else 1,
                    stamp(self._database.clock.now()),
                    carried_from,
                ),
            )

    def _standing(self, one: RecordRef, other: RecordRef) -> Judgement | None:
        row = self._database.row(
            f"SELECT {_WORD_COLUMNS} FROM judgements WHERE pair = ? AND standing = 1", (_pair(one, other),)
        )
        return None if row is None else _judgement(row)

    def _not_carried(self, ref: RecordRef, to: RecordRef) -> list[tuple[int, Judgement]]:
        """Standing words on *ref* (on its left) that were not carried to *to* yet, by their numbers."""
        found = []
        for row in self._rows_of(ref):
            said = _judgement(row[1:])
            other = said.right if said.left == ref else said.left
            done = self._database.row(
                "SELECT 1 FROM judgements WHERE carried_from = ? AND pair = ?", (row[0], _pair(to, other))
            )
            if not done and other not in (ref, to):
                found.append((int(row[0]), replace(said, left=ref, right=other)))
        return found

    def _rows_of(self, ref: RecordRef) -> list[Row]:
        return self._database.rows(
            f"SELECT id, {_WORD_COLUMNS} FROM judgements WHERE standing = 1"
            " AND left_connection = ?1 AND left_id = ?2 AND left_object = ?3"
            f" UNION SELECT id, {_WORD_COLUMNS} FROM judgements WHERE standing = 1"
            " AND right_connection = ?1 AND right_id = ?2 AND right_object = ?3 ORDER BY 1",
            parts(ref),
        )


def _pair(one: RecordRef, other: RecordRef) -> str:
    """Two records, whichever is named first."""
    return plain_json(sorted([str(one), str(other)]))


def _frozen(row: Row) -> Frozen:
    return Frozen(ref_of(*row[0:3]), moment(row[3]), row[4], row[5], moment_or_none(row[6]))


def _judgement(row: Row) -> Judgement:
    return Judgement(
        left=ref_of(*row[0:3]),
        right=ref_of(*row[3:6]),
        word=Word(row[6]),
        by=row[7],
        at=moment(row[8]),
        note=row[9],
    )
