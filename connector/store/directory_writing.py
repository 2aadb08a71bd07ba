"""Laying records in the directory: what of each changed, and its keys, terms and votes taken out and put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from connector.model.match import Entry
from connector.model.records import Kind, RecordRef
from connector.store.codec import parts, sorted_json, stamp_or_none
from connector.store.database import Database, Row
from connector.store.directory_rows import (
    KINDS,
    among,
    hashes_of,
    insert_many,
    is_gone,
    kind_of,
    numbers_of,
    pack,
    unpack,
    vote_of,
)

_STANDING = (
    "SELECT d.connection, d.record_id, d.object, d.id, d.digest, d.gone, d.merged_into, d.modified,"
    " i.account_id, i.profile, i.keys, i.terms, i.vote"
    " FROM directory d LEFT JOIN identities i ON i.directory_id = d.id WHERE d.connection = ? AND d.record_id IN"
)
_INTO_DIRECTORY = (
    "INSERT OR REPLACE INTO directory (id, connection, record_id, object, kind, fields, digest, modified,"
    " account_id, gone, merged_into)"
)
INTO_IDENTITIES = (
    "INSERT OR REPLACE INTO identities (directory_id, connection, record_id, object, account_id, profile, keys,"
    " terms, vote)"
)
INTO_KEYS = "INSERT OR IGNORE INTO blocking_keys (hash, directory_id)"
_INTO_TERMS = "INSERT INTO directory_terms (hash, accounts, contacts, leads)"
_MORE_TERMS = (
    "ON CONFLICT (hash) DO UPDATE SET accounts = accounts + excluded.accounts,"
    " contacts = contacts + excluded.contacts, leads = leads + excluded.leads"
)
_INTO_VOTES = "INSERT INTO directory_votes (domain, account_id, votes)"
_MORE_VOTES = "ON CONFLICT (domain, account_id) DO UPDATE SET votes = votes + excluded.votes"
_INTO_SIZES = "INSERT INTO directory_sizes (connection, kind, live)"
_MORE_SIZES = "ON CONFLICT (connection, kind) DO UPDATE SET live = live + excluded.live"


@dataclass(frozen=True, slots=True)
class Laid:
    """What matching made of a record, as it is kept; nothing of one that is gone or that no lead is matched with."""

    account_id: str = ""
    profile: str = ""
    keys: bytes = b""
    terms: bytes = b""
    vote: int | None = None

    @classmethod
    def of(cls, entry: Entry) -> Laid:
        """Hash and pack an entry."""
        record = entry.record
        if is_gone(record) or record.kind not in KINDS:
            return NOTHING
        here = record.ref.connection
        keys, terms = pack(hashes_of(entry.keys, here)), pack(hashes_of(entry.terms, here))
        laid = cls(record.text("account_id"), entry.profile, keys, terms, vote_of(entry))
        return laid if laid.profile or keys or terms or laid.vote is not None else NOTHING

    @property
    def row(self) -> Row:
        """Its columns, in the order of the table."""
        return self.account_id, self.profile, self.keys, self.terms, self.vote


NOTHING = Laid()


class Tally:
    """Terms, votes and sizes that are to be added or taken away."""

    def __init__(self) -> None:
        """Start from nothing."""
        self.terms: dict[Kind, Counter[int]] = {kind: Counter() for kind in KINDS}
        self.votes: Counter[tuple[int, str]] = Counter()
        self.sizes: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        """How many numbers it holds."""
        return sum(map(len, self.terms.values())) + len(self.votes)

    def take(self, kind: Kind, before: Laid, after: Laid) -> None:
        """Count what a record says now instead of before."""
        if kind in KINDS and before.terms != after.terms:
            self.terms[kind].subtract(unpack(before.terms))
            self.terms[kind].update(unpack(after.terms))
        if (before.vote, before.account_id) != (after.vote, after.account_id):
            for laid, sign in ((before, -1), (after, 1)):
                if laid.vote is not None:
                    self.votes[laid.vote, laid.account_id] += sign

    def write(self, database: Database) -> None:
        """Add everything to the tables, and start from nothing again; what nobody holds any more is taken out."""
        changes = {number: change for kind in KINDS for number, change in self.terms[kind].items() if change}
        terms = [(number, *(self.terms[kind][number] for kind in KINDS)) for number in sorted(changes)]
        insert_many(database, _INTO_TERMS, terms, _MORE_TERMS)
        database.run_many(
            "DELETE FROM directory_terms WHERE hash = ? AND accounts = 0 AND contacts = 0 AND leads = 0",
            [row[:1] for row in terms if min(row[1:]) < 0],
        )
        votes = sorted((*voted, change) for voted, change in self.votes.items() if change)
        insert_many(database, _INTO_VOTES, votes, _MORE_VOTES)
        database.run_many(
            "DELETE FROM directory_votes WHERE domain = ? AND account_id = ? AND votes = 0",
            [row[:2] for row in votes if row[2] < 0],
        )
        sizes = [(*place, change) for place, change in self.sizes.items() if change]
        insert_many(database, _INTO_SIZES, sizes, _MORE_SIZES)
        self.__init__()  # type: ignore[misc]


class Batch:
    """What one `put` writes, gathered so that each table is written in one sweep."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database
        self._next: dict[Kind, int] = {}
        self.changed: list[RecordRef] = []
        self._rows: list[Row] = []
        self._identities: list[Row] = []
        self._forgotten: list[Row] = []
        self._old_keys: list[Row] = []
        self._new_keys: list[Row] = []
        self._tally = Tally()

    def take(self, entry: Entry, standing: Row | None) -> None:
        """Gather one record; *standing* is its row so far: the columns of `standing` without the reference."""
        record = entry.record
        gone = is_gone(record)
        fields = "{}" if gone else sorted_json(dict(record.values))
        digest = sha256(f"{record.kind.value} {fields}".encode()).hexdigest()
        content = (digest, int(gone), record.merged_into)
        modified = stamp_or_none(record.modified)
        if standing is not None and kind_of(standing[0]) is not record.kind:
            self._forget(record.ref, standing)
            standing = None
        number = self._number(record.kind) if standing is None else standing[0]
        if (standing is None and not gone) or (standing is not None and standing[1:4] != content):
            self.changed.append(record.ref)
        if standing is None or standing[1:5] != (*content, modified):
            account_id = "" if gone else record.text("account_id")
            place = (*parts(record.ref), record.kind.value)
            self._rows.append((number, *place, fields, digest, modified, account_id, int(gone), record.merged_into))
        was_live = standing is not None and not standing[2]
        self._tally.sizes[record.ref.connection, record.kind.value] += (not gone) - was_live
        self._lay(record.ref, number, _laid(standing), Laid.of(entry))

    def _lay(self, ref: RecordRef, number: int, before: Laid, after: Laid) -> None:
        """Take out what the record said before, and put in what it says now."""
        if before == after:
            return
        self._tally.take(kind_of(number), before, after)
        old, new = frozenset(unpack(before.keys)), frozenset(unpack(after.keys))
        self._old_keys.extend((key, number) for key in old - new)
        self._new_keys.extend((key, number) for key in new - old)
        if after == NOTHING:
            self._forgotten.append((number,))
        else:
            self._identities.append((number, *parts(ref), *after.row))

    def _forget(self, ref: RecordRef, standing: Row) -> None:
        """A record that is of another kind now leaves the place that it had."""
        number = standing[0]
        self._lay(ref, number, _laid(standing), NOTHING)
        self._tally.sizes[ref.connection, kind_of(number).value] -= not standing[2]
        self._database.run("DELETE FROM directory WHERE id = ?", (number,))

    def _number(self, kind: Kind) -> int:
        if kind not in self._next:
            first, end = numbers_of(kind)
            row = self._database.row("SELECT max(id) FROM directory WHERE id >= ? AND id < ?", (first, end))
            self._next[kind] = first if row is None or row[0] is None else row[0] + 1
        self._next[kind] += 1
        return self._next[kind] - 1

    def write(self) -> None:
        """Write what was gathered; call it inside a transaction."""
        database = self._database
        database.run_many("DELETE FROM blocking_keys WHERE hash = ? AND directory_id = ?", self._old_keys)
        database.run_many("DELETE FROM identities WHERE directory_id = ?", self._forgotten)
        insert_many(database, _INTO_DIRECTORY, self._rows)
        insert_many(database, INTO_IDENTITIES, self._identities)
        insert_many(database, INTO_KEYS, sorted(self._new_keys))
        self._tally.write(database)


def standing(database: Database, refs: Sequence[RecordRef]) -> Mapping[Row, Row]:
    """What is kept of *refs* so far, by the columns of `parts`.

    Number, digest, gone, merged_into, modified; then account_id, profile, keys, terms and vote, None where the
    record has no identity.
    """
    found: dict[Row, Row] = {}
    for connection in dict.fromkeys(ref.connection for ref in refs):
        ids = [ref.id for ref in refs if ref.connection == connection]
        found.update((row[:3], row[3:]) for row in among(database, _STANDING, (connection,), ids))
    return found


def _laid(standing: Row | None) -> Laid:
    return NOTHING if standing is None or standing[5] is None else Laid(*standing[5:])
