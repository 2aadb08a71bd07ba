"""Local index of a target's accounts and contacts, and of leads, by blocking keys.

A key is kept as one 64-bit number: the BLAKE2b hash of the key, mixed with that of the connection and kind
it belongs to, so that one look-up brings the records of one kind on one connection and nothing else.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b, sha256

from connector.model.match import BlockingKey, Candidates
from connector.model.records import Kind, Record, RecordRef
from connector.store.codec import moment_or_none, parts, ref_of, sorted_json, stamp_or_none, values_from
from connector.store.database import Database, Row

RUNAWAY = 200
"""A key that more records share than this says nothing and brings none of them."""

ENOUGH = 3
"""Weak keys are looked up only for a kind of which the strong ones brought fewer."""

_COLUMNS = "connection, record_id, object, kind, fields, modified"
_LONGEST_MERGE = 20


class SqliteDirectory:
    """Keeps `connector.ports.Directory` in the tables ``directory`` and ``blocking_keys``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def put(self, records: Sequence[tuple[Record, Sequence[BlockingKey]]]) -> Sequence[RecordRef]:
        """Add or replace records; answers those whose content changed. Deleted and merged ones leave the index."""
        latest = {record.ref: (record, keys) for record, keys in records}
        with self._database.transaction():
            batch = _Batch(self._next_id())
            for record, keys in latest.values():
                standing = self._database.row(
                    "SELECT id, digest, gone, merged_into, keys, modified FROM directory"
                    " WHERE connection = ? AND record_id = ? AND object = ?",
                    parts(record.ref),
                )
                batch.take(record, _hashes(record, keys), standing)
            self._write(batch)
        return batch.changed

    def candidates(self, keys: Sequence[BlockingKey], connections: Sequence[str]) -> Candidates:
        """Records on *connections* that share a key, those that share most first; contacts bring their account.

        At most `RUNAWAY` records of a kind come, accounts that contacts bring along not counted.
        """
        found = {kind: self._sharing(keys, kind, connections) for kind in (Kind.CONTACT, Kind.ACCOUNT, Kind.LEAD)}
        accounts = {record.ref: record for record in found[Kind.ACCOUNT]}
        for contact in found[Kind.CONTACT]:
            account = self._account_of(contact)
            if account is not None:
                accounts.setdefault(account.ref, account)
        return Candidates(tuple(found[Kind.CONTACT]), tuple(accounts.values()), tuple(found[Kind.LEAD]))

    def get(self, ref: RecordRef) -> Record | None:
        """A record by reference, merged ones followed to their survivor; None when unknown or deleted."""
        for _ in range(_LONGEST_MERGE):
            row = self._database.row(
                f"SELECT {_COLUMNS}, gone, merged_into FROM directory"
                " WHERE connection = ? AND record_id = ? AND object = ?",
                parts(ref),
            )
            if row is None or not row[6]:
                return None if row is None else _record(row)
            if row[7] is None:
                return None
            ref = RecordRef(ref.connection, ref.object, row[7])
        return None

    def counts(self) -> Mapping[str, int]:
        """Live records per kind."""
        return dict(self._database.rows("SELECT kind, count(*) FROM directory WHERE gone = 0 GROUP BY kind"))

    def _sharing(self, keys: Sequence[BlockingKey], kind: Kind, connections: Sequence[str]) -> list[Record]:
        shared: Counter[int] = Counter()
        for strong in (True, False):
            if not strong and len(shared) >= ENOUGH:
                break
            for key in keys:
                if key.strong is strong:
                    for connection in connections:
                        shared.update(self._holders(_key_hash(str(key)) ^ _scope_hash(connection, kind.value)))
        ranked = sorted(shared, key=lambda number: (-shared[number], number))
        return self._records(ranked[:RUNAWAY])

    def _holders(self, number: int) -> Iterable[int]:
        rows = self._database.rows(
            "SELECT directory_id FROM blocking_keys WHERE hash = ? LIMIT ?", (number, RUNAWAY + 1)
        )
        return () if len(rows) > RUNAWAY else [row[0] for row in rows]

    def _records(self, numbers: Sequence[int]) -> list[Record]:
        found = (self._database.row(f"SELECT {_COLUMNS} FROM directory WHERE id = ?", (n,)) for n in numbers)
        return [_record(row) for row in found if row is not None]

    def _account_of(self, contact: Record) -> Record | None:
        account_id = contact.text("account_id")
        if not account_id:
            return None
        row = self._database.row(
            "SELECT connection, record_id, object FROM directory"
            " WHERE connection = ? AND record_id = ? AND kind = 'account'",
            (contact.ref.connection, account_id),
        )
        return None if row is None else self.get(ref_of(*row))

    def _next_id(self) -> int:
        row = self._database.row("SELECT coalesce(max(id), 0) + 1 FROM directory")
        return int(row[0]) if row else 1

    def _write(self, batch: _Batch) -> None:
        self._database.run_many("DELETE FROM blocking_keys WHERE hash = ? AND directory_id = ?", batch.old_keys)
        self._database.run_many(
            "INSERT OR REPLACE INTO directory (id, connection, record_id, object, kind, fields, digest, modified,"
            " account_id, gone, merged_into, keys) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            batch.rows,
        )
        batch.new_keys.sort()
        self._database.run_many(
            "INSERT OR IGNORE INTO blocking_keys (hash, directory_id) VALUES (?, ?)", batch.new_keys
        )


class _Batch:
    """What one `put` will write, gathered so that each table is written in one sweep."""

    def __init__(self, next_id: int) -> None:
        self._next_id = next_id
        self.rows: list[Row] = []
        self.old_keys: list[tuple[int, int]] = []
        self.new_keys: list[tuple[int, int]] = []
        self.changed: list[RecordRef] = []

    def take(self, record: Record, hashes: frozenset[int], standing: Row | None) -> None:
        """Gather one record; *standing* is its row so far: id, digest, gone, merged_into, keys, modified."""
        gone = record.deleted or record.merged_into is not None
        fields = "{}" if gone else sorted_json(dict(record.values))
        digest = sha256(f"{record.kind.value} {fields}".encode()).hexdigest()
        content = (digest, int(gone), record.merged_into)
        packed = struct.pack(f">{len(hashes)}q", *sorted(hashes))
        modified = stamp_or_none(record.modified)
        if standing is not None and standing[1:] == (*content, packed, modified):
            return
        number = self._next_id if standing is None else standing[0]
        self._next_id += standing is None
        if (standing is None and not gone) or (standing is not None and standing[1:4] != content):
            self.changed.append(record.ref)
        self._take_keys(number, hashes, b"" if standing is None else standing[4])
        account_id = "" if gone else record.text("account_id")
        self.rows.append(
            (
                number,
                *parts(record.ref),
                record.kind.value,
                fields,
                digest,
                modified,
                account_id,
                int(gone),
                record.merged_into,
                packed,
            )
        )

    def _take_keys(self, number: int, hashes: frozenset[int], packed: bytes) -> None:
        before = frozenset(struct.unpack(f">{len(packed) // 8}q", packed))
        self.old_keys.extend((key, number) for key in before - hashes)
        self.new_keys.extend((key, number) for key in hashes - before)


def _hashes(record: Record, keys: Sequence[BlockingKey]) -> frozenset[int]:
    if record.deleted or record.merged_into is not None:
        return frozenset()
    scope = _scope_hash(record.ref.connection, record.kind.value)
    return frozenset(_key_hash(str(key)) ^ scope for key in keys)


@lru_cache(maxsize=256)
def _scope_hash(connection: str, kind: str) -> int:
    return _key_hash(f"{connection}\0{kind}")


def _key_hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _record(row: Row) -> Record:
    connection, record_id, object_name, kind, fields, modified = row[:6]
    return Record(
        Kind(kind), ref_of(connection, record_id, object_name), values_from(fields), modified=moment_or_none(modified)
    )
