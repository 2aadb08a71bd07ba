"""Ceilings: how much a policy allows in one run, an hour and a day, and which leads wait for a later run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.model.decision import Stage
from connector.model.plan import Breach, Ceiling, Invariant, PlannedLead, Step
from connector.model.records import RecordRef
from connector.pipeline.gate import daily_allowance
from connector.pipeline.route import Route
from connector.planning import held_back
from connector.policy import Rulebook

PER_RUN = "conversions_per_run"
PER_HOUR = "conversions_per_hour"
ACCOUNTS = "new_accounts_per_hour"
PER_DAY = "error_budget.probation.conversions_per_day"
_HOUR = timedelta(hours=1)


@dataclass
class _Room:
    """What is left under each ceiling of one policy."""

    left: dict[Ceiling, int]

    def full(self, needs: Counter[str]) -> Ceiling | None:
        """The first ceiling that has no room for what a lead needs."""
        return next((one for one, left in self.left.items() if needs[one.name] and needs[one.name] > left), None)

    def take(self, needs: Counter[str]) -> None:
        for ceiling in self.left:
            self.left[ceiling] -= needs[ceiling.name]


@dataclass
class Ceilings:
    """The ceilings of a route's policies during one run.

    What this run did is counted here; what was sent within the last hour, by whichever run, is asked of the journal.
    """

    route: Route
    _done: Counter[str] = field(default_factory=Counter)
    _found: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn what earlier runs made: a ceiling that was lowered since does not make it wrong."""
        self._since = self.route.target.now() - _HOUR
        for book in self.route.rules.policies.books:
            self._found[book.name] = self._made(book.name, self._since)

    def admit(self, leads: Sequence[PlannedLead], begun: Set[RecordRef] = frozenset()) -> list[PlannedLead]:
        """The leads in their order; those above a ceiling have no step that writes, and the ceiling as the reason.

        Sales ready leads go first, then those that came first; a lead that takes records from another one's steps
        goes only with it. A conversion that has *begun* is never held back.
        """
        rooms = {name: _Room(self._left(book)) for name in _policies(leads) if (book := self._book(name))}
        admission = _Admission(leads, rooms, begun)
        if admission.is_tight:
            admission.walk(self._in_order(leads))
        self._done += Counter(step.policy for lead in leads if lead.lead not in admission.held for step in _new(lead))
        return [held_back(lead, admission.held[lead.lead]) if lead.lead in admission.held else lead for lead in leads]

    def exceeded(self) -> Iterator[Breach]:
        """Read back from the journal after the write: policies of which this run made more accounts than allowed.

        What earlier runs made within the hour leaves less room, and is never itself called too much.
        """
        since = self.route.target.now() - _HOUR
        for book in self.route.rules.policies.books:
            most = book.limits.new_accounts_per_hour
            made = self._made(book.name, since)
            own = self._made(book.name, self._since) - self._found[book.name]
            if made > most and own > 0:
                what = f"{made:,} accounts within the hour, and policy {book.name} allows {most:,}"
                yield Breach(Invariant.NEW_ACCOUNTS, "", what)

    def _made(self, policy: str, since: datetime) -> int:
        return self.route.store.turns.made_since(self.route.name, since, policy)["accounts"]

    def _book(self, name: str) -> Rulebook | None:
        return self.route.rules.policies.named(name)

    def _left(self, book: Rulebook) -> dict[Ceiling, int]:
        limits, now = book.limits, self.route.target.now()
        made = self.route.store.turns.made_since(self.route.name, now - _HOUR, book.name)
        done = self._done[book.name]
        left = {
            Ceiling(book.name, PER_RUN, limits.conversions_per_run): limits.conversions_per_run - done,
            Ceiling(book.name, PER_HOUR, limits.conversions_per_hour): limits.conversions_per_hour
            - made["conversions"],
            Ceiling(book.name, ACCOUNTS, limits.new_accounts_per_hour): limits.new_accounts_per_hour - made["accounts"],
        }
        allowance = daily_allowance(self.route, book.name)
        if allowance is not None and book.budget is not None:
            left[Ceiling(book.name, PER_DAY, book.budget.probation_per_day)] = allowance
        return left

    def _in_order(self, leads: Sequence[PlannedLead]) -> list[PlannedLead]:
        store, name = self.route.store, self.route.name
        rows = store.inbox.rows(name, [lead.lead for lead in leads])

        def rank(lead: PlannedLead) -> tuple[bool, datetime]:
            decision, row = store.decisions.latest(name, lead.lead), rows.get(lead.lead)
            ready = decision is not None and decision.stage in (Stage.SRL, Stage.SQL)
            return not ready, row.received_at if row is not None else self.route.clock.now()

        return sorted(leads, key=rank)


class _Admission:
    """Which leads of one plan go."""

    def __init__(self, leads: Sequence[PlannedLead], rooms: Mapping[str, _Room], begun: Set[RecordRef]) -> None:
        """Weigh all of them at once: mostly there is room for all."""
        self.held: dict[RecordRef, Ceiling] = {}
        self._rooms = rooms
        self._begun = begun
        self._leads = {lead.lead: lead for lead in leads}
        self._maker = {step.key: step.lead for lead in leads for step in lead.steps}
        self._settled: set[RecordRef] = set()
        self._opened: set[str] = set()
        needs = _needs([step for lead in leads if lead.lead not in begun for step in _new(lead)])
        self.is_tight = any(rooms[name].full(count) for name, count in needs.items() if name in rooms)

    def walk(self, leads: Sequence[PlannedLead]) -> None:
        """Let the leads in, in this order."""
        for lead in leads:
            self._enter(lead)

    def _enter(self, lead: PlannedLead) -> None:
        if lead.lead in self._settled:
            return
        self._settled.add(lead.lead)
        for other in self._leaders(lead):
            self._enter(self._leads[other])
            if other in self.held and lead.lead not in self._begun:
                self.held[lead.lead] = self.held[other]
        if lead.lead not in self.held and lead.lead not in self._begun:
            self._count(lead)

    def _leaders(self, lead: PlannedLead) -> Iterator[RecordRef]:
        """The leads whose steps bring this one what it needs."""
        for step in lead.steps:
            for take in step.takes.values():
                other = self._maker.get(take.step, lead.lead)
                if other != lead.lead:
                    yield other

    def _count(self, lead: PlannedLead) -> None:
        for step in _new(lead):
            room = self._rooms.get(step.policy)
            if room is None:
                continue
            needs = _needs([step], self._opened)[step.policy]
            full = room.full(needs)
            if full is not None:
                self.held[lead.lead] = full
                return
            room.take(needs)
            self._opened.add(step.new_account)


def _new(lead: PlannedLead) -> list[Step]:
    """The conversions in the target that the plan holds for a lead."""
    return [step for step in lead.steps if step.converts]


def _policies(leads: Sequence[PlannedLead]) -> list[str]:
    return sorted({step.policy for lead in leads for step in _new(lead)})


def _needs(conversions: Sequence[Step], opened: Set[str] = frozenset()) -> Mapping[str, Counter[str]]:
    """What conversions take of each ceiling, by policy; *opened*: accounts that are counted already."""
    found: dict[str, Counter[str]] = {}
    seen = {"", *opened}
    for step in conversions:
        needs = found.setdefault(step.policy, Counter())
        needs.update({PER_RUN: 1, PER_HOUR: 1, PER_DAY: 1, ACCOUNTS: int(step.new_account not in seen)})
        seen.add(step.new_account)
    return found
