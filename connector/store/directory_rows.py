"""How the directory writes things down: numbers that tell the kind, and 64-bit hashes of keys, terms and domains.

A key is kept as one 64-bit number: the BLAKE2b hash of the key, mixed with that of its connection, so that
one look-up brings the records of one connection and nothing else. The kind is told by the number of the record:
accounts come first, then contacts, leads and what is under no key.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

from connector.model.match import Entry
from connector.model.records import Kind, Record
from connector.store.codec import moment_or_none, ref_of, values_from
from connector.store.database import Database, Row

KINDS = (Kind.ACCOUNT, Kind.CONTACT, Kind.LEAD)
"""The kinds that leads are matched with, in the order of their numbers."""

RECORD_COLUMNS = "connection, record_id, object, kind, fields, modified"

_SLICE = 1 << 29
_BEGINS = {Kind.ACCOUNT: 0, Kind.CONTACT: _SLICE, Kind.LEAD: 3 * _SLICE, Kind.OPPORTUNITY: 4 * _SLICE}
_ENDS = {Kind.ACCOUNT: _SLICE, Kind.CONTACT: 3 * _SLICE, Kind.LEAD: 4 * _SLICE, Kind.OPPORTUNITY: 1 << 62}
_KIND_OF_SLICE = (Kind.ACCOUNT, Kind.CONTACT, Kind.CONTACT, Kind.LEAD)
_PARAMETERS = 900
"""Older SQLite takes at most 999 parameters in one statement."""


def kind_of(number: int) -> Kind:
    """The kind of the record with this number."""
    place = number >> 29
    return _KIND_OF_SLICE[place] if place < 4 else Kind.OPPORTUNITY


def numbers_of(kind: Kind) -> tuple[int, int]:
    """The first number that records of *kind* may have, and the first after them."""
    return _BEGINS[kind] + 1, _ENDS[kind]


def hash_of(text: str) -> int:
    """64 bits of BLAKE2b, as the signed number that SQLite keeps."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@lru_cache(maxsize=256)
def scope_of(connection: str) -> int:
    """What the hashes of a connection are mixed with."""
    return hash_of(f"{connection}\0")


def hashes_of(texts: Iterable[str], connection: str) -> list[int]:
    """The hashes of *texts* on *connection*, each once, sorted."""
    scope = scope_of(connection)
    return sorted({hash_of(text) ^ scope for text in texts})


def pack(hashes: Sequence[int]) -> bytes:
    """Hashes as bytes, eight to each."""
    return struct.pack(f">{len(hashes)}q", *hashes)


def unpack(packed: bytes) -> tuple[int, ...]:
    """The hashes that `pack` wrote."""
    return struct.unpack(f">{len(packed) // 8}q", packed)


def vote_of(entry: Entry) -> int | None:
    """The hash of the domain that the record speaks for, where it belongs to an account."""
    record = entry.record
    if not entry.vote or not record.text("account_id"):
        return None
    return hash_of(entry.vote) ^ scope_of(record.ref.connection)


def is_gone(record: Record) -> bool:
    """Whether the record was deleted or merged away."""
    return record.deleted or record.merged_into is not None


def is_bare(entry: Entry) -> bool:
    """Whether a record that leads are matched with came as it was read, still without its identity."""
    return not entry.profile and entry.record.kind in KINDS and not is_gone(entry.record)


def record_of(row: Row) -> Record:
    """The record in the columns `RECORD_COLUMNS`."""
    connection, record_id, object_name, kind, fields, modified = row[:6]
    ref = ref_of(connection, record_id, object_name)
    return Record(Kind(kind), ref, values_from(fields), modified=moment_or_none(modified))


def among(database: Database, sql: str, parameters: Sequence[object], wanted: Sequence[object]) -> list[Row]:
    """The rows of a query that ends in ``IN``; few sizes of list, so that prepared statements are found again."""
    found: list[Row] = []
    for start in range(0, len(wanted), 512):
        some = wanted[start : start + 512]
        size = 1 << max(len(some) - 1, 0).bit_length()
        padding = [None] * (size - len(some))
        found += database.rows(f"{sql} ({', '.join('?' * size)})", (*parameters, *some, *padding))
    return found


def insert_flat(database: Database, into: str, width: int, stretches: Iterable[Sequence[object]]) -> None:
    """As `insert_many`, for rows of *width* values that come as stretches of values, row after row."""
    marks = f"({', '.join('?' * width)})"
    size = _PARAMETERS // width * width
    many = f"{into} VALUES {', '.join([marks] * (size // width))}"
    for values in stretches:
        whole = len(values) - len(values) % size
        for start in range(0, whole, size):
            database.run(many, values[start : start + size])
        for start in range(whole, len(values), width):
            database.run(f"{into} VALUES {marks}", values[start : start + width])


def insert_many(database: Database, into: str, rows: Sequence[Row], conflict: str = "") -> None:
    """Carry out ``INSERT <into> VALUES …``, many rows to a statement: a statement for each costs four times as much."""
    if not rows:
        return
    marks = f"({', '.join('?' * len(rows[0]))})"
    size = _PARAMETERS // len(rows[0])
    whole = len(rows) - len(rows) % size
    sql = f"{into} VALUES {', '.join([marks] * size)} {conflict}"
    for start in range(0, whole, size):
        database.run(sql, [value for row in rows[start : start + size] for value in row])
    database.run_many(f"{into} VALUES {marks} {conflict}", rows[whole:])
