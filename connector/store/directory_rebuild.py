"""Laying every record of the directory anew, from its own fields, under other rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat

from connector.model.match import Entry
from connector.model.records import Kind, Record
from connector.ports import Spread
from connector.store.codec import parts
from connector.store.database import Database, Row
from connector.store.directory_rows import (
    KINDS,
    RECORD_COLUMNS,
    insert_flat,
    insert_many,
    kind_of,
    numbers_of,
    record_of,
    unpack,
)
from connector.store.directory_writing import INTO_IDENTITIES, INTO_KEYS, NOTHING, Laid, Tally

BATCH = 2000
"""Records that are handed out together."""

_KEYS_HELD_BACK, _COUNTS_HELD_BACK = 2_000_000, 500_000
"""So many are kept in memory, to be written sorted: in one sweep over the table, not all over it."""

_STRETCH = 100_000

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
        self._keys: list[tuple[Sequence[int], Sequence[int], bytes]] = []
        self._waiting = 0
        self._tally = Tally()
        self.count = 0

    def take(self, rows: Sequence[Row]) -> None:
        """Write identities of one kind; keys and counts are kept until there are many."""
        if not rows:
            return
        insert_many(self._database, INTO_IDENTITIES, rows)
        numbers, accounts, keys, terms, votes = ([row[place] for row in rows] for place in (0, 4, 6, 7, 8))
        self._tally.terms[kind_of(numbers[0])].update(unpack(b"".join(terms)))
        self._tally.votes.update(
            [(vote, account) for vote, account in zip(votes, accounts, strict=True) if vote is not None]
        )
        packed = b"".join(keys)
        self._keys.append((numbers, [len(some) // 8 for some in keys], packed))
        self._waiting += len(packed) // 8
        self.count += len(rows)
        if self._waiting > _KEYS_HELD_BACK or len(self._tally) > _COUNTS_HELD_BACK:
            self.write()

    def write(self) -> None:
        """Write what was kept."""
        insert_flat(self._database, INTO_KEYS, 2, sorted_keys(self._keys))
        self._tally.write(self._database)
        self._keys, self._waiting = [], 0


def sorted_keys(kept: Sequence[tuple[Sequence[int], Sequence[int], bytes]]) -> Iterator[list[int]]:
    """Hash and number of every key, sorted, in stretches of hash, number, hash, number …

    *kept*: the numbers of records, how many keys each has, and the keys, packed. Sorted by numpy where there is one,
    which takes a tenth of the time.
    """
    try:
        import numpy
    except ImportError:
        pairs = sorted(pair for some in kept for pair in _pairs(*some))
        for start in range(0, len(pairs), _STRETCH):
            yield [value for pair in pairs[start : start + _STRETCH] for value in pair]
        return
    hashes = numpy.frombuffer(b"".join(packed for _, _, packed in kept), dtype=">i8").astype("i8")
    numbers = numpy.concatenate([numpy.repeat(numbers, counts) for numbers, counts, _ in kept] or [hashes[:0]])
    order = numpy.lexsort((numbers, hashes))
    for start in range(0, len(order), _STRETCH):
        some = order[start : start + _STRETCH]
        yield numpy.column_stack((hashes[some], numbers[some])).ravel().tolist()


def _pairs(numbers: Sequence[int], counts: Sequence[int], packed: bytes) -> Iterator[tuple[int, int]]:
    owners = chain.from_iterable(repeat(number, count) for number, count in zip(numbers, counts, strict=True))
    return zip(unpack(packed), owners, strict=True)
