"""Linking many leads at once: lay tables of records in a directory, then walk the leads over several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from connector.matching import Best, MatchingRules, best, compare, layout, query
from connector.matching.clusters import Rank, clusters
from connector.matching.needed import bands_of
from connector.matching.truth import Proposed
from connector.model.match import Band, Candidates, Entry
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.rebuild import laid_by
from connector.ports import Directory, Spread

_LARGEST = 100  # rows of one cluster that are compared each with each

Rows = Sequence[Sequence[str]]
Reader = Callable[[Sequence[str]], Record]
"""Makes a record of one row."""

Opener = Callable[[], AbstractContextManager[Directory]]
"""Opens the directory for reading, in the process that reads."""


@dataclass(frozen=True, slots=True)
class Link:
    """What was found for one lead. *first* is the first lead of the same person; *created* its own moment, if told."""

    lead: str
    created: str = ""
    contact: Proposed | None = None
    account: Proposed | None = None
    first: Proposed | None = None

    @property
    def order(self) -> tuple[str, str]:
        """Leads in the order in which they came, by id where no moment is told."""
        return self.created or "~", self.lead


def lay(directory: Directory, batches: Iterable[Rows], read: Reader, spread: Spread) -> int:
    """Put the rows of a table in the directory, still under no keys; answers how many. `index` comes after."""
    count = 0
    for records in spread(_Reading(read), batches):
        directory.put([Entry(record) for record in records])
        count += len(records)
    return count


def index(directory: Directory, rules: MatchingRules, spread: Spread) -> int:
    """Lay everything in the directory under its keys, in one sweep; answers how many records can be matched."""
    return directory.rebuild(partial(laid_by, rules), layout(rules), spread, lambda _: None)


def link(batches: Iterable[Rows], read: Reader, opened: Opener, rules: MatchingRules, spread: Spread) -> Iterator[Link]:
    """What the directory holds for each lead, in the order of the rows; *first* is still any other lead."""
    for links in spread(_Linking(read, opened, rules), batches):
        yield from links


@dataclass(frozen=True, slots=True)
class _Reading:
    """Rows as records; like all work here it can be carried to another process."""

    read: Reader

    def __call__(self, rows: Rows) -> list[Record]:
        return [self.read(row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Linking:
    """One batch of leads looked up."""

    read: Reader
    opened: Opener
    rules: MatchingRules

    def __call__(self, rows: Rows) -> list[Link]:
        with self.opened() as directory:
            return [_link(self.read(row), directory, self.rules) for row in rows]


def _link(lead: Record, directory: Directory, rules: MatchingRules) -> Link:
    found = best(lead, candidates_for(lead, directory, rules), rules)
    links = (Proposed(one.ref.id, one.score) if one else None for one in (found.contact, found.account, found.repeat))
    return Link(lead.ref.id, lead.text("created_at"), *links)


def candidates_for(record: Record, directory: Directory, rules: MatchingRules) -> Candidates:
    """What the directory brings for a record on its own connection."""
    return directory.candidates(query(record, rules), [record.ref.connection])


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows of one table that may be the same, the smaller key first, and the score of the pair (log-odds)."""

    left: str
    right: str
    score: float
    band: Band


def pairs(
    batches: Iterable[Rows], read: Reader, opened: Opener, rules: MatchingRules, spread: Spread
) -> Iterator[Pair]:
    """Every two rows of a laid table that share a key and are not plainly different; each pair once."""
    seen: set[tuple[str, str]] = set()
    for found in spread(_Pairing(read, opened, rules), batches):
        for pair in found:
            if (names := (pair.left, pair.right)) not in seen:
                seen.add(names)
                yield pair


@dataclass(frozen=True, slots=True)
class _Pairing:
    """One batch of rows, each compared with the rows of its kind that the directory brings."""

    read: Reader
    opened: Opener
    rules: MatchingRules

    def __call__(self, rows: Rows) -> list[Pair]:
        with self.opened() as directory:
            return [pair for row in rows for pair in self._pairs(self.read(row), directory)]

    def _pairs(self, record: Record, directory: Directory) -> Iterator[Pair]:
        found = candidates_for(record, directory, self.rules)
        for known in found.accounts if record.kind is Kind.ACCOUNT else found.leads:
            other = directory.get(known.ref)
            if other is None or other.ref == record.ref:
                continue
            left, right = sorted((record, other), key=lambda one: one.ref)
            match = compare(left, right, self.rules)
            if match.band is not Band.NEW:
                yield Pair(left.ref.id, right.ref.id, match.score, match.band)


def settle_pairs(
    pairs: Sequence[Pair], ref: Callable[[str], RecordRef], directory: Directory, rules: MatchingRules, rank: Rank
) -> Mapping[str, str]:
    """The first row, by *rank*, of everything that linked pairs make one; *ref* says where the row of a key lies.

    Two that a chain of links would join stay apart where the evidence between them speaks against it.
    """
    links = [(pair.left, pair.right, pair.score) for pair in pairs if pair.band is Band.LINK]
    linked = {(left, right) for left, right, _ in links}
    members: dict[str, list[str]] = {}
    for key, first in clusters(links, rank=rank).items():
        members.setdefault(first, []).append(key)
    apart = []
    for group in members.values():
        if 2 < len(group) <= _LARGEST:
            records = [record for key in sorted(group) if (record := directory.get(ref(key)))]
            apart += [pair for pair in _speaks_against(records, rules) if pair not in linked]
    return clusters(links, apart, rank)


def _speaks_against(records: Sequence[Record], rules: MatchingRules) -> Iterator[tuple[str, str]]:
    """Every two whose evidence, without the start value, sums to less than nothing."""
    for left, right in combinations(sorted(records, key=lambda one: one.ref), 2):
        match = compare(left, right, rules)
        if match.score < bands_of(match.kind, rules).start:
            yield left.ref.id, right.ref.id


def settle_repeats(links: Sequence[Link], link_at: float) -> Mapping[str, Proposed]:
    """For each lead that repeats another: the first lead of its cluster, with the best score it was joined by.

    Pairs from *link_at* on make the clusters; weaker ones propose the first lead of the other's cluster.
    """
    order = {one.lead: one.order for one in links}
    pairs = [(one.lead, one.first.id, one.first.score) for one in links if one.first and one.first.id in order]
    firsts = clusters((pair for pair in pairs if pair[2] >= link_at), rank=order.__getitem__)
    settled: dict[str, Proposed] = {}
    for left, right, score in (*pairs, *((right, left, score) for left, right, score in pairs)):
        first = firsts.get(left, left)
        if first == left:
            first = firsts.get(right, right)
        if order[first] < order[left]:
            kept = settled.setdefault(left, Proposed(first, score))
            if score > kept.score or (score == kept.score and order[first] < order[kept.id]):
                settled[left] = Proposed(first, score)
    return settled


def evidence(lead: RecordRef, directory: Directory, rules: MatchingRules) -> Best:
    """The best candidates of a lead of the directory once more, with every piece of evidence."""
    record = directory.get(lead)
    return best(record, candidates_for(record, directory, rules), rules) if record else Best()
