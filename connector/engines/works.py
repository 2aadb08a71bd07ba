"""The shared functions: records to identities and pairs to evidence, run by every engine as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar

from connector.engines import shapes
from connector.matching import MatchingRules, entry, query
from connector.matching.bounds import bounded
from connector.matching.candidates import among_leads, is_twin
from connector.matching.evidence import Beside
from connector.matching.evidence import Found as Piece
from connector.matching.profile import Profile, read
from connector.matching.resolution import may_repeat, own_keys
from connector.matching.scoring import evidence
from connector.model.match import Band, Query
from connector.model.records import Kind, Record, external_key

if TYPE_CHECKING:
    import pyarrow as pa

Reader = Callable[[Sequence[str]], Record]
"""Makes a record of the cells of a row."""

ACCOUNT, CONTACT, LEAD = range(3)
"""The kinds of candidates, as numbers."""

_COUNTED = "phone="  # of these keys it counts how many records hold them


@dataclass(frozen=True, slots=True)
class Normalise:
    """Rows of text -> `shapes.identities`: the profile, keys, terms and vote of each record, and what a lead asks."""

    read: Reader
    rules: MatchingRules
    rows: ClassVar[int] = 2000

    @property
    def schema(self) -> pa.Schema:
        """Identities."""
        return shapes.identities()

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Normalise every row: its place, then its cells."""
        places, *cells = (column.to_pylist() for column in batch.columns)
        rows = [self._row(place, row) for place, row in zip(places, zip(*cells, strict=True), strict=True)]
        return shapes.batch(rows, self.schema)

    def _row(self, place: int, cells: Sequence[str]) -> tuple[Any, ...]:
        record = self.read(cells)
        laid = entry(record, self.rules)
        asked = query(record, self.rules) if record.kind is Kind.LEAD else Query()
        account_id = record.ref.id if record.kind is Kind.ACCOUNT else record.text("account_id")
        who = (place, record.ref.id, record.text("created_at"), laid.profile, account_id, laid.vote)
        keys = list(dict.fromkeys(map(number_of, laid.keys)))
        return (*who, keys, laid.terms, asked.terms, asked.domains, list(_lookups(asked)))


def number_of(key: str) -> int:
    """64 bits of the key's BLAKE2b hash, signed."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def _lookups(asked: Query) -> Iterator[tuple[int, int, bool, str]]:
    for place, key in enumerate((*asked.strong, *asked.weak)):
        counted = key if key.startswith(_COUNTED) else ""
        yield number_of(key), place, place < len(asked.strong), counted


def codes(rules: MatchingRules) -> Mapping[tuple[bool, str, str], int]:
    """The number of each comparison and level, of people (False) and of companies (True), from 1 on."""
    named = [(False, *one) for one in sorted(rules.person_weights)]
    named += [(True, *one) for one in sorted(rules.company_weights)]
    return {one: number for number, one in enumerate(named, 1)}


def weights(rules: MatchingRules) -> list[float]:
    """The points of each number of `codes`."""
    both = {False: rules.person_weights, True: rules.company_weights}
    return [both[of_company][name, level][0] for of_company, name, level in codes(rules)]


@dataclass(frozen=True, slots=True)
class Compare:
    """Leads with all their candidates -> `shapes.compared`: the evidence of each pair, without its points.

    *contacts* is how many the directory holds, *connection* where the leads live.
    """

    rules: MatchingRules
    contacts: int
    connection: str
    _codes: Mapping[tuple[bool, str, str], int] = field(init=False)
    rows: ClassVar[int] = 200

    def __post_init__(self) -> None:
        """Number the comparisons."""
        object.__setattr__(self, "_codes", codes(self.rules))

    @property
    def schema(self) -> pa.Schema:
        """Compared pairs."""
        return shapes.compared()

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Compare every lead: its place, id and profile, what is known beside it, and its candidates."""
        leads = (batch.column(name).to_pylist() for name in ("lead", "id", "profile"))
        around = (
            shapes.structs(batch.column("counts"), ("term", "held")),
            shapes.structs(batch.column("held"), ("key", "held")),
            shapes.structs(batch.column("votes"), ("domain", "account_id", "votes")),
        )
        others = shapes.structs(batch.column("others"), ("kind", "id", "profile"))
        rows: list[tuple[Any, ...]] = []
        for lead, name, text, counts, held, votes, found in zip(*leads, *around, others, strict=True):
            known = Beside(dict(counts), dict(held), _votes(votes), {Kind.CONTACT: self.contacts})
            rows += self._pairs((lead, name, read(text)), known, found)
        return shapes.batch(rows, self.schema)

    def _pairs(
        self, lead: tuple[int, str, Profile], around: Beside, others: Sequence[tuple[int, str, str]]
    ) -> Iterator[tuple[Any, ...]]:
        place, lead_id, me = lead
        homes = {name: read(text) for kind, name, text in others if kind == ACCOUNT}
        own = own_keys(external_key(self.connection, lead_id), me)
        read_once = [(kind, name, homes[name] if kind == ACCOUNT else read(text)) for kind, name, text in others]
        known = [
            (kind, name, other)
            for kind, name, other in read_once
            if not other.junk and (kind != LEAD or may_repeat(own, external_key(self.connection, name), other))
        ]
        among = among_leads(me, (other for kind, _, other in known if kind == LEAD), homes.values(), around)
        for kind, name, other in known:
            firm = homes.get(other.account_id) if kind == CONTACT else None
            found = list(evidence(me, other, firm, among if kind == LEAD else around))
            yield (place, kind, name, *self._pair(me, other, found))

    def _pair(self, me: Profile, other: Profile, found: Sequence[Piece]) -> tuple[Any, ...]:
        of_company = other.kind == Kind.ACCOUNT
        guarded = bounded(Band.LINK, me, other, found) is not Band.LINK
        asked = bounded(Band.NEW, me, other, found) is not Band.NEW
        mail = other.mail if other.personal else ""
        pieces = [(self._codes[of_company, name, level], amount) for name, level, amount in found]
        return other.account_id, mail, guarded, asked, pieces


def _votes(rows: Sequence[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    votes: dict[str, dict[str, int]] = {}
    for domain, account_id, count in rows:
        votes.setdefault(domain, {})[account_id] = count
    return votes


@dataclass(frozen=True, slots=True)
class Twins:
    """The best contact of each lead with the others of its firm or mailbox -> `shapes.twins`: those that are it."""

    rows: ClassVar[int] = 500

    @property
    def schema(self) -> pa.Schema:
        """Twins."""
        return shapes.twins()

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Compare every lead's best contact, whose *firm* may be unknown, with the *others*."""
        columns = (batch.column(name).to_pylist() for name in ("lead", "profile", "firm"))
        others = shapes.structs(batch.column("others"), ("id", "profile"))
        rows: list[tuple[int, str]] = []
        for lead, profile_text, firm, found in zip(*columns, others, strict=True):
            best, home = read(profile_text), read(firm) if firm else None
            rows += [(lead, name) for name, text in found if is_twin(best, read(text), home)]
        return shapes.batch(rows, self.schema)
