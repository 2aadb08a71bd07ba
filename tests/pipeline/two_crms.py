"""Two CRMs in memory with habits of their own, and the route between them, on a real state file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from connector.mapping import MappingSet, load_mappings, translate
from connector.model.plan import Outcome
from connector.model.progress import Identity
from connector.model.records import Kind, RawRecord, Record, RecordRef, Scalar
from connector.model.twins import End
from connector.pipeline import RouteResult, sync_route
from connector.pipeline.route import PushBack, Route, RouteOptions, Rules
from connector.store import SqliteStore, open_store
from connector.wiring import RuleFiles, Silence
from tests.contracts.memory import MemorySystem
from tests.contracts.memory_crm import GIVEN, LENGTHS, NATIVE, OBJECTS, MemoryCrm, RowRefused, StillClock

ROUTE = "west-to-east"
NAMES = {End.SOURCE: "west", End.TARGET: "east"}
FOLDERS = {End.SOURCE: "elsewhere", End.TARGET: "salesforce"}
STARTERS = Path(__file__).resolve().parent.parent.parent / "mappings"
T = TypeVar("T")


class Killed(BaseException):
    """The process dies here."""


@dataclass(slots=True)
class HabitCrm(MemoryCrm):
    """Cuts some fields without a word, refuses a value, and dies with the process at a chosen call.

    *meanwhile* is what a colleague does right after our next write.
    """

    cuts: Mapping[str, int] = field(default_factory=dict)
    refuses: Mapping[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], None] | None = None
    calls_left: int = -1
    after: bool = False

    def die(self, nth: int, after: bool) -> None:
        """The process is killed before or *after* the *nth* call from now."""
        self.calls_left, self.after = nth, after

    def saved(self, kind: Kind, name: str, value: Scalar) -> Scalar:
        """What a field holds after *value* is saved."""
        kept = MemoryCrm.saved(self, kind, name, value)
        if kept is not None and self.refuses.get(name) == kept:
            raise RowRefused("REFUSED", f"{name} is not accepted")
        most = self.cuts.get(name)
        return kept[:most].rstrip() if most and isinstance(kept, str) else kept

    def call(self, token: str, sort: str, act: Callable[[], T]) -> T:
        """One call of a client, before or after which the process may die."""
        self.calls_left -= 1
        if self.calls_left == 0 and not self.after:
            raise Killed
        answer = MemoryCrm.call(self, token, sort, act)
        if sort == "write" and self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if self.calls_left == 0:
            raise Killed
        return answer


class NamedSystem(MemorySystem):
    """A client whose CRM has an id of its own."""

    def identity(self) -> Identity:
        """Named after the connection."""
        super().identity()
        return Identity(f"org-of-{self.name}")


@cache
def rules(both_changed: str = "newest", cold: str = "") -> Rules:
    """The starter's files; *elsewhere* reads as Salesforce does, but has no word for a cold account or a web lead."""
    files = RuleFiles.of_folder(STARTERS)
    texts = files.mapping_texts()
    for name in [name for name in texts if "/salesforce/" in name]:
        text = texts[name].replace("system: salesforce", "system: elsewhere", 1)
        text = text.replace(
            "  rating: Rating\n",
            "  rating: { from: Rating, values: { " + cold + " Hot: Hot, Warm: Warm }, written_as: { Cold: Warm } }\n",
        )
        texts[name.replace("/salesforce/", "/elsewhere/")] = text[: text.index("\ncases:")]
    for name in [name for name in texts if name.endswith("conversion.yaml")]:
        texts[name] = _with_rule(texts[name], both_changed)
    return Rules(load_mappings(texts), files.load_matching(), files.load_policies())


def _with_rule(text: str, rule: str) -> str:
    kept = text[: text.index("\nboth_changed:")] if "\nboth_changed:" in text else text
    lines = [f"  {kind}: {{ '*': {rule} }}" for kind in ("account", "contact", "opportunity")]
    return "\n".join([kept, "both_changed:", *lines, ""])


@dataclass
class TwoCrms:
    """Both CRMs, the state file and the clock; one lead in the source converts at once."""

    store: SqliteStore
    clock: StillClock
    crms: Mapping[End, HabitCrm]
    rules: Rules
    options: RouteOptions
    runs: int = 0

    def route(self) -> Route:
        """A route as a new process would make it."""
        systems = {end: NamedSystem(crm, NAMES[end]) for end, crm in self.crms.items()}
        return Route(
            name=ROUTE,
            source=systems[End.SOURCE],
            target=systems[End.TARGET],
            source_system=FOLDERS[End.SOURCE],
            target_system=FOLDERS[End.TARGET],
            rules=self.rules,
            options=self.options,
            store=self.store,
            clock=self.clock,
            observer=Silence(),
        )

    def sync(self, dry_run: bool = False) -> RouteResult:
        """One cycle, a minute after what happened last."""
        self.clock.advance(60)
        self.runs += 1
        with self.store.lease.hold("test"):
            return sync_route(self.route(), f"run-{self.runs}", dry_run=dry_run)

    def writes(self) -> int:
        """Writing calls that both CRMs have had."""
        return sum(1 for crm in self.crms.values() for call in crm.log if call.sort == "write")

    def written(self, act: Callable[[], object]) -> int:
        """Writing calls during *act*."""
        before = self.writes()
        act()
        return self.writes() - before

    @property
    def lead(self) -> RecordRef:
        """The lead in the source that became the twins."""
        row = self.crms[End.SOURCE].live(Kind.LEAD)[0]
        return RecordRef(NAMES[End.SOURCE], OBJECTS[Kind.LEAD], row.id)

    def id(self, end: End, kind: Kind) -> str:
        """The id of the only live record of a kind that stands for the lead's."""
        return self.crms[end].live(kind)[0].id

    def edit(self, end: End, kind: Kind, name: str, value: Scalar) -> None:
        """A colleague's edit."""
        self.crms[end].edit(kind, self.id(end, kind), **{name: value})

    def value(self, end: End, kind: Kind, name: str) -> Scalar:
        """What a field holds."""
        return self.crms[end].live(kind)[0].get(name)

    def record(self, end: End, kind: Kind) -> Record:
        """The record in canonical words."""
        row = self.crms[end].live(kind)[0]
        raw = RawRecord(
            RecordRef(NAMES[end], OBJECTS[kind], row.id), {n: row.get(n) for n in LENGTHS[kind]}, row.modified
        )
        found = translate(raw, self.mappings.object_mapping(FOLDERS[end], kind)).record
        assert found is not None
        return found

    @property
    def mappings(self) -> MappingSet:
        """How both are read."""
        return self.rules.mappings


@contextmanager
def two_crms(folder: Path, both_changed: str = "newest", **options: object) -> Iterator[TwoCrms]:
    """A source that trims, cuts titles and writes phones its own way, a target that cuts names; one lead to convert."""
    clock = StillClock()
    source = HabitCrm(GIVEN, clock=clock, cuts={"Title": 12, "Name": 20})
    target = HabitCrm(NATIVE, clock=clock, cuts={"Description": 10, "BillingCity": 8})
    target.manners = type(target.manners)(phones=False)
    given = RouteOptions(push_back=PushBack.RECORDS, **options)  # type: ignore[arg-type]
    with open_store(folder / "connector.db", clock=clock) as store:
        store.database.connection.execute("PRAGMA synchronous = OFF")  # nothing here outlives the process
        made = TwoCrms(store, clock, {End.SOURCE: source, End.TARGET: target}, rules(both_changed), given)
        source.add(
            Kind.LEAD,
            FirstName="Ada",
            LastName="Marsh",
            Company="Northwind Tools",
            Email="ada.marsh@northwindtools.com",
            Title="VP Sales",
            Industry="Manufacturing",
            NumberOfEmployees=900,
            Requested_Action__c="Demo",
        )
        clock.advance(60)
        yield made


def converted(crms: TwoCrms) -> TwoCrms:
    """After the cycle that made the twins."""
    result = crms.sync()
    assert result.steps[Outcome.REJECTED] == 0
    assert len(crms.crms[End.TARGET].live(Kind.CONTACT)) == 1
    return crms
