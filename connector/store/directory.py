"""Local index of a target's accounts and contacts, and of leads, by blocking keys.

A key is kept as one 64-bit number: the BLAKE2b hash of the key, mixed with that of the connection and kind
it belongs to, so that one look-up brings the records of one kind on one connection and nothing else.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b, sha256

from connector.model.match import Candidates, Entry, Known, Query
from connector.model.records import Kind, Record, RecordRef
from connector.store.codec import moment_or_none, parts, ref_of, sorted_json, stamp_or_none, values_from
from connector.store.database import Database, Row

RUNAWAY = 200
"""A key that more records share than this says nothing and brings none of them."""

ENOUGH = 3
"""Weak keys are looked up only for a kind of which the strong ones brought fewer."""

_COLUMNS = "connection, record_id, object, kind, fields, modified"
_KINDS = (Kind.CONTACT, Kind.ACCOUNT, Kind.LEAD)
_HOLDERS = f"SELECT * FROM (SELECT hash, directory_id FROM blocking_keys WHERE hash = ? LIMIT {RUNAWAY + 1})"
_COMPOUND = 100
"""SQLite joins at most 500 selects into one."""

_LIST = 512
"""Older SQLite takes at most 999 parameters in one statement."""

_LONGEST_MERGE = 20


class SqliteDirectory:
    """Keeps `connector.ports.Directory` in the tables ``directory`` and ``blocking_keys``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def put(self, entries: Sequence[Entry]) -> Sequence[RecordRef]:
        """Add or replace records; answers those whose content changed. Deleted and merged ones leave the index."""
        latest = {entry.record.ref: entry for entry in entries}
        with self._database.transaction():
            batch = _Batch(self._next_id())
            standing = self._standing(list(latest))
            for ref, entry in latest.items():
                batch.take(entry, _hashes(entry), standing.get(parts(ref)))
            self._write(batch)
        return batch.changed

    def candidates(self, query: Query, connections: Sequence[str]) -> Candidates:
        """Records on *connections* that share a key, those that share most first; contacts bring their account.

        At most `RUNAWAY` records of a kind come, accounts that contacts bring along not counted.
        """
        shared = self._sharing(query.strong, _KINDS, connections)
        poor = [kind for kind in _KINDS if len(shared[kind]) < ENOUGH]
        weak = self._sharing(query.weak, poor, connections)
        found = {kind: self._best(shared[kind] + weak.get(kind, Counter())) for kind in _KINDS}
        accounts = {record.ref: record for record in found[Kind.ACCOUNT]}
        for account in self._accounts_of(found[Kind.CONTACT]):
            accounts.setdefault(account.ref, account)
        return Candidates(
            tuple(map(_known, found[Kind.CONTACT])),
            tuple(map(_known, accounts.values())),
            tuple(map(_known, found[Kind.LEAD])),
        )

    def known(self, ref: RecordRef) -> Known | None:
        """The identity of a record, merged ones followed to their survivor; None when it is gone or unknown."""
        record = self.get(ref)
        return None if record is None else _known(record)

    def live(self, batch: int = 2000) -> Iterator[Sequence[Record]]:
        """Every record that is not gone, in batches, for `rebuild`."""
        last = 0
        while rows := self._database.rows(
            f"SELECT {_COLUMNS}, id FROM directory WHERE id > ? AND gone = 0 ORDER BY id LIMIT ?", (last, batch)
        ):
            last = rows[-1][6]
            yield [_record(row) for row in rows]

    def rebuild(self, entries: Iterable[Sequence[Entry]], made_by: str) -> int:
        """Lay every live record anew under other keys, in one transaction; answers how many."""
        count = 0
        with self._database.transaction():
            self._database.run("DELETE FROM blocking_keys")
            for some in entries:
                count += len(some)
                self.put(some)
        return count

    def made_by(self) -> str:
        """What the standing entries were made with; empty when none was ever laid."""
        return ""

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

    def _standing(self, refs: Sequence[RecordRef]) -> dict[Row, Row]:
        """What is kept of *refs* so far, by the columns of `parts`: id, digest, gone, merged_into, keys, modified."""
        found: dict[Row, Row] = {}
        for connection in dict.fromkeys(ref.connection for ref in refs):
            ids = [ref.id for ref in refs if ref.connection == connection]
            for start in range(0, len(ids), _LIST):
                rows = self._among(
                    "SELECT connection, record_id, object, id, digest, gone, merged_into, keys, modified FROM directory"
                    " WHERE connection = ? AND record_id IN",
                    (connection,),
                    ids[start : start + _LIST],
                )
                found.update((row[:3], row[3:]) for row in rows)
        return found

    def _sharing(
        self, keys: Sequence[str], kinds: Sequence[Kind], connections: Sequence[str]
    ) -> dict[Kind, Counter[int]]:
        """How many of *keys* each record of *kinds* shares, by the number of its row."""
        shared: dict[Kind, Counter[int]] = {kind: Counter() for kind in kinds}
        scopes = [(kind, _scope_hash(connection, kind.value)) for kind in kinds for connection in connections]
        wanted = {_key_hash(key) ^ scope: kind for key in dict.fromkeys(keys) for kind, scope in scopes}
        holders: dict[int, list[int]] = {}
        for number, holder in self._holders(list(wanted)):
            holders.setdefault(number, []).append(holder)
        for number, held_by in holders.items():
            if len(held_by) <= RUNAWAY:
                shared[wanted[number]].update(held_by)
        return shared

    def _holders(self, hashes: Sequence[int]) -> Iterator[Row]:
        """Hash and row number of every record that holds one of *hashes*; one more than `RUNAWAY` at most of each."""
        for start in range(0, len(hashes), _COMPOUND):
            some = hashes[start : start + _COMPOUND]
            yield from self._database.rows(" UNION ALL ".join([_HOLDERS] * len(some)), some)

    def _best(self, shared: Counter[int]) -> list[Record]:
        """The records that share most keys, in that order."""
        ranked = sorted(shared, key=lambda number: (-shared[number], number))[:RUNAWAY]
        rows = {row[6]: row for row in self._among(f"SELECT {_COLUMNS}, id FROM directory WHERE id IN", (), ranked)}
        return [_record(rows[number]) for number in ranked if number in rows]

    def _accounts_of(self, contacts: Sequence[Record]) -> Iterator[Record]:
        """The accounts of *contacts*, on the connection of each, merged ones followed to their survivor."""
        for connection in dict.fromkeys(contact.ref.connection for contact in contacts):
            ids = {c.text("account_id"): None for c in contacts if c.ref.connection == connection}
            rows = self._among(
                f"SELECT {_COLUMNS}, gone FROM directory WHERE connection = ? AND kind = 'account' AND record_id IN",
                (connection,),
                [account_id for account_id in ids if account_id],
            )
            for row in rows:
                account = self.get(ref_of(*row[:3])) if row[6] else _record(row)
                if account is not None:
                    yield account

    def _among(self, sql: str, parameters: Sequence[object], wanted: Sequence[object]) -> list[Row]:
        """The rows of a query that ends in ``IN``; few sizes of list, so that prepared statements are found again."""
        size = 1 << max(len(wanted) - 1, 0).bit_length()
        marks = ", ".join("?" * size)
        padding = [None] * (size - len(wanted))
        return self._database.rows(f"{sql} ({marks})", (*parameters, *wanted, *padding)) if wanted else []

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

    def take(self, entry: Entry, hashes: frozenset[int], standing: Row | None) -> None:
        """Gather one record; *standing* is its row so far: id, digest, gone, merged_into, keys, modified."""
        record = entry.record
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
        if not packed:
            self.new_keys.extend([(key, number) for key in hashes])
            return
        before = frozenset(struct.unpack(f">{len(packed) // 8}q", packed))
        self.old_keys.extend((key, number) for key in before - hashes)
        self.new_keys.extend((key, number) for key in hashes - before)


def _hashes(entry: Entry) -> frozenset[int]:
    record = entry.record
    if record.deleted or record.merged_into is not None:
        return frozenset()
    scope = _scope_hash(record.ref.connection, record.kind.value)
    return frozenset([_key_hash(key) ^ scope for key in entry.keys])


@lru_cache(maxsize=256)
def _scope_hash(connection: str, kind: str) -> int:
    return _key_hash(f"{connection}\0{kind}")


def _key_hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _known(record: Record) -> Known:
    return Known(record.ref, record.kind, sorted_json(dict(record.values)))


def _record(row: Row) -> Record:
    connection, record_id, object_name, kind, fields, modified = row[:6]
    return Record(
        Kind(kind), ref_of(connection, record_id, object_name), values_from(fields), modified=moment_or_none(modified)
    )
