"""Laying every record of the directory anew, from its own fields, under other rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from connector.model.match import Entry
from connector.model.records import Kind, Record
from connector.ports import Spread
from connector.store.codec import parts
from connector.store.database import Database, Row
from connector.store.directory_rows import KINDS, RECORD_COLUMNS, insert_many, kind_of, numbers_of, record_of, unpack
from connector.store.directory_writing import INTO_IDENTITIES, NOTHING, Laid, Tally, insert_keys

BATCH = 2000
"""Records that are handed out together."""

_HELD_BACK = 1_000_000
"""Keys and counts that are kept in memory, to be written sorted: in one sweep over the table, not all over it."""

_DERIVED = ("blocking_keys", "identities", "directory_terms", "directory_votes")


class Laying:
    """Normalises rows of the directory; can be carried to another process where *entry_of* can."""

    def __init__(self, entry_of: Callable[[Record], Entry]) -> None:
        """Make entries with *entry_of*."""
        self._entry_of = entry_of

    def __call__(self, rows: Sequence[Row]) -> list[Row]:
        """The columns of ``identities`` for each row (a number, then `RECORD_COLUMNS`) that is matched with."""
        laid = []
        for row in rows:
            record = record_of(row[1:])
            made = Laid.of(self._entry_of(record))
            if made != NOTHING:
                laid.append((row[0], *parts(record.ref), *made.row))
        return laid


def live_rows(database: Database, kinds: Sequence[Kind], batch: int) -> Iterator[list[Row]]:
    """Every record of *kinds* that is not gone, in batches: its number, then `RECORD_COLUMNS`."""
    for kind in kinds:
        last, end = numbers_of(kind)[0] - 1, numbers_of(kind)[1]
        while rows := database.rows(
            f"SELECT id, {RECORD_COLUMNS} FROM directory WHERE id > ? AND id < ? AND gone = 0 ORDER BY id LIMIT ?",
            (last, end, batch),
        ):
            last = rows[-1][0]
            yield rows


def rebuild(
    database: Database, entry_of: Callable[[Record], Entry], made_by: str, spread: Spread, told: Callable[[int], None]
) -> int:
    """Lay every live record anew, in one transaction: readers see the old state until it ends, as after a crash."""
    with database.transaction():
        database.rows("PRAGMA secure_delete = FAST")  # what is taken out comes back: no need to overwrite it first
        for table in _DERIVED:
            database.run(f"DELETE FROM {table}")
        filling = _Filling(database)
        for rows in spread(Laying(entry_of), live_rows(database, KINDS, BATCH)):
            filling.take(rows)
            told(len(rows))
        filling.write()
        database.run("UPDATE directory_layout SET made_by = ?", (made_by,))
    return filling.count


class _Filling:
    """Fills the emptied tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: list[tuple[bytes, int]] = []
        self._waiting = 0
        self._tally = Tally()
        self.count = 0

    def take(self, rows: Sequence[Row]) -> None:
        """Write identities; keys and counts are kept until there are many."""
        insert_many(self._database, INTO_IDENTITIES, rows)
        for number, _, _, _, *columns in rows:
            laid = Laid(*columns)
            self._tally.take(kind_of(number), NOTHING, laid)
            self._keys.append((laid.keys, number))
            self._waiting += len(laid.keys) // 8
        self.count += len(rows)
        if self._waiting + len(self._tally) > _HELD_BACK:
            self.write()

    def write(self) -> None:
        """Write what was kept."""
        insert_keys(self._database, sorted_keys(self._keys))
        self._tally.write(self._database)
        self._keys, self._waiting = [], 0


def sorted_keys(packed: Sequence[tuple[bytes, int]]) -> list[Row]:
    """Hash and number for each of the packed keys, sorted."""
    return sorted(chain.from_iterable(((key, number) for key in unpack(keys)) for keys, number in packed))
