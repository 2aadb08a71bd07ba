"""Finding records by shared keys: which ones, what they are known as, and what the directory counts beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connector.model.lookup import ENOUGH, MOST, MOST_VOTES, OF_CONTACTS, RUNAWAY, VOTED, worth_of
from connector.model.match import Candidates, Known, Query
from connector.model.records import Kind, RecordRef
from connector.store.codec import ref_of
from connector.store.database import Database, Row
from connector.store.directory_rows import KINDS, among, hash_of, kind_of, numbers_of, scope_of

_STEP = 8
"""Keys are looked up by this many more, so that few statements are prepared."""

_TOGETHER = 400
"""Keys looked up by one statement."""

_KNOWN = "SELECT i.directory_id, i.connection, i.record_id, i.object, i.account_id, i.profile FROM"
_HOLDERS = (
    "SELECT hash, (SELECT group_concat(directory_id) FROM (SELECT directory_id FROM blocking_keys b"
    f" WHERE b.hash = wanted.hash LIMIT {RUNAWAY + 1})) FROM wanted"
)


@dataclass(slots=True)
class _Found:
    """What the keys brought: the worth of each record by kind and number, and how many share each key."""

    worth: dict[Kind, dict[int, int]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    held: dict[str, int] = field(default_factory=dict)

    def take(self, key: str, holders: Mapping[Kind, Sequence[int]], kinds: Iterable[Kind], rank: int) -> None:
        """Count a key for those that share it: the fewer they are, the more it says; earlier keys break ties."""
        for kind in kinds:
            numbers = holders.get(kind, ())
            if not 0 < len(numbers) <= RUNAWAY:
                continue
            worth, points = self.worth[kind], worth_of(len(numbers)) - rank
            for number in numbers:
                worth[number] = worth.get(number, 0) + points
        counted = (Kind.CONTACT,) if key.startswith(OF_CONTACTS) else KINDS
        self.held[key] = self.held.get(key, 0) + sum(len(holders.get(kind, ())) for kind in counted)


class Lookup:
    """The reading half of the directory."""

    def __init__(self, database: Database) -> None:
        """Read from *database*."""
        self._database = database

    def candidates(self, query: Query, connections: Sequence[str]) -> Candidates:
        """As `connector.ports.Directory` says."""
        found = _Found()
        self._share(found, query.strong, KINDS, connections, 0)
        poor = [kind for kind in KINDS if len(found.worth[kind]) < ENOUGH]
        if poor and query.weak:
            self._share(found, query.weak, poor, connections, len(query.strong))
        rows = self._best(found)
        votes, voted = self._votes(query.domains, connections)
        contacts, accounts = rows[Kind.CONTACT], rows[Kind.ACCOUNT]
        accounts += self._others(accounts, [*_homes(contacts), *voted])
        return Candidates(
            tuple([_known(row, Kind.CONTACT) for row in contacts]),
            tuple([_known(row, Kind.ACCOUNT) for row in accounts]),
            tuple([_known(row, Kind.LEAD) for row in rows[Kind.LEAD]]),
            self._counts(query.terms, connections),
            found.held,
            votes,
            self._sizes(connections),
        )

    def known(self, ref: RecordRef) -> Known | None:
        """The identity of the record itself; None where it has none."""
        rows = self._identities(ref.connection, [ref.id])
        return next((_known(row, kind_of(row[0])) for row in rows if row[3] == ref.object), None)

    def _share(
        self, found: _Found, keys: Sequence[str], kinds: Sequence[Kind], connections: Sequence[str], rank: int
    ) -> None:
        """Look up *keys* on every connection for records of *kinds*; *rank* is how many keys come before."""
        ranks = {key: rank + place for place, key in enumerate(dict.fromkeys(keys))}
        hashes = {key: hash_of(key) for key in ranks}
        for connection in connections:
            scope = scope_of(connection)
            wanted = {number ^ scope: key for key, number in hashes.items()}
            for number, holders in self._holders(list(wanted)):
                found.take(wanted[number], holders, kinds, ranks[wanted[number]])

    def _holders(self, hashes: Sequence[int]) -> Iterator[tuple[int, Mapping[Kind, Sequence[int]]]]:
        """The numbers of the records that hold each hash, by kind; one more than `RUNAWAY` at most of a kind."""
        for start in range(0, len(hashes), _TOGETHER):
            some = hashes[start : start + _TOGETHER]
            size = -(-len(some) // _STEP) * _STEP
            marks = ", ".join(["(?)"] * size)
            rows = self._database.rows(
                f"WITH wanted (hash) AS (VALUES {marks}) {_HOLDERS}", (*some, *[None] * (size - len(some)))
            )
            for number, text in rows:
                if text is not None:
                    yield number, self._by_kind(number, text)

    def _by_kind(self, number: int, text: str) -> Mapping[Kind, Sequence[int]]:
        """The holders of a hash by kind. Where many share it, one kind may hide the others: each is asked for."""
        holders = list(map(int, text.split(",")))
        if len(holders) <= RUNAWAY:
            first, last = kind_of(holders[0]), kind_of(holders[-1])
            if first is last:
                return {first: holders}
            return {kind: [one for one in holders if kind_of(one) is kind] for kind in KINDS}
        return {kind: self._of_kind(number, kind) for kind in KINDS}

    def _of_kind(self, number: int, kind: Kind) -> Sequence[int]:
        rows = self._database.rows(
            "SELECT directory_id FROM blocking_keys WHERE hash = ? AND directory_id >= ? AND directory_id < ?"
            f" LIMIT {RUNAWAY + 1}",
            (number, *numbers_of(kind)),
        )
        return [row[0] for row in rows]

    def _best(self, found: _Found) -> dict[Kind, list[Row]]:
        """The identities of the records of each kind that share most, in that order."""
        chosen = [number for kind in KINDS for number in _chosen(found.worth[kind])]
        rows: dict[Kind, list[Row]] = {kind: [] for kind in KINDS}
        for row in among(self._database, f"{_KNOWN} identities i WHERE i.directory_id IN", (), chosen):
            rows[kind_of(row[0])].append(row)
        for kind in KINDS:
            rows[kind] = _first(rows[kind], found.worth[kind])
        return rows

    def _others(self, accounts: Sequence[Row], wanted: Sequence[tuple[str, str]]) -> list[Row]:
        """Accounts by connection and id that did not come yet, merged ones as their survivor."""
        here = {(row[1], row[2]) for row in accounts}
        missing = dict.fromkeys(place for place in wanted if place not in here)
        added: dict[tuple[str, str], Row] = {}
        for connection in dict.fromkeys(place[0] for place in missing):
            ids = [record_id for there, record_id in missing if there == connection]
            added |= {(row[1], row[2]): row for row in self._accounts(connection, ids)}
        return [row for place, row in added.items() if place not in here]

    def _accounts(self, connection: str, ids: Sequence[str]) -> Iterator[Row]:
        _, end = numbers_of(Kind.ACCOUNT)
        found = {row[2]: row for row in self._identities(connection, ids) if row[0] < end}
        for record_id in ids:
            if record_id in found:
                yield found[record_id]
            elif survivor := self._survivor(connection, record_id):
                yield from (row for row in self._identities(connection, [survivor]) if row[0] < end)

    def _survivor(self, connection: str, account_id: str) -> str:
        """The id of the account that this one was merged into; empty where it was not."""
        seen = {account_id}
        while row := self._database.row(
            "SELECT merged_into FROM directory WHERE connection = ? AND record_id = ? AND kind = 'account'",
            (connection, account_id),
        ):
            if row[0] is None:
                return account_id if len(seen) > 1 else ""
            account_id = row[0]
            if account_id in seen:
                return ""
            seen.add(account_id)
        return ""

    def _identities(self, connection: str, ids: Sequence[str]) -> list[Row]:
        """The identities of the records with these ids, of whatever object."""
        sql = f"{_KNOWN} directory d JOIN identities i ON i.directory_id = d.id"
        return among(self._database, f"{sql} WHERE d.connection = ? AND d.record_id IN", (connection,), ids)

    def _votes(
        self, domains: Sequence[str], connections: Sequence[str]
    ) -> tuple[dict[str, dict[str, int]], list[tuple[str, str]]]:
        """Votes for accounts by domain, and the accounts that each is voted for most."""
        votes: dict[str, dict[str, int]] = {}
        voted: list[tuple[str, str]] = []
        for domain in dict.fromkeys(domains):
            for connection in connections:
                rows = self._database.rows(
                    "SELECT account_id, votes FROM directory_votes WHERE domain = ? ORDER BY votes DESC, account_id"
                    f" LIMIT {MOST_VOTES}",
                    (hash_of(domain) ^ scope_of(connection),),
                )
                if rows:
                    votes.setdefault(domain, {}).update(rows)
                    voted += [(connection, row[0]) for row in rows[:VOTED]]
        return votes, voted

    def _counts(self, terms: Sequence[str], connections: Sequence[str]) -> dict[str, int]:
        """How many records hold each term, where any does."""
        scopes = [scope_of(connection) for connection in connections]
        wanted = {hash_of(term) ^ scope: term for term in terms for scope in scopes}
        counts: dict[str, int] = {}
        sql = "SELECT hash, accounts + contacts + leads FROM directory_terms WHERE hash IN"
        for number, count in among(self._database, sql, (), list(wanted)):
            term = wanted[number]
            counts[term] = counts.get(term, 0) + count
        return counts

    def _sizes(self, connections: Sequence[str]) -> dict[Kind, int]:
        """Live records per kind."""
        sizes: dict[Kind, int] = {}
        for connection in connections:
            sql = "SELECT kind, live FROM directory_sizes WHERE connection = ? AND live > 0"
            for kind, live in self._database.rows(sql, (connection,)):
                sizes[Kind(kind)] = sizes.get(Kind(kind), 0) + live
        return sizes


def _chosen(worth: Mapping[int, int]) -> Sequence[int]:
    """The numbers worth most, with all that tie for the last places: of those the ids choose, not the numbers."""
    if len(worth) <= MOST:
        return list(worth)
    last = sorted(worth.values(), reverse=True)[MOST - 1]
    return [number for number, points in worth.items() if points >= last]


def _first(rows: Sequence[Row], worth: Mapping[int, int]) -> list[Row]:
    """Those worth most first, then by their ids: in whatever order they were laid in the directory."""
    return sorted(rows, key=lambda row: (-worth[row[0]], row[1:4]))[:MOST]


def _homes(contacts: Iterable[Row]) -> Iterator[tuple[str, str]]:
    return ((row[1], row[4]) for row in contacts if row[4])


def _known(row: Row, kind: Kind) -> Known:
    return Known(ref_of(row[1], row[2], row[3]), kind, row[5])
