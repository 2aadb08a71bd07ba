"""Consider: resolve, decide and plan every awake lead of one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from connector.model.assurance import Sample
from connector.model.decision import Decision, Verdict
from connector.model.match import Resolution
from connector.model.plan import Outcome, PlannedLead
from connector.model.progress import InboxRow, InboxState
from connector.model.records import Record, RecordRef
from connector.pipeline.decide import decide_lead
from connector.pipeline.follow import followed_conversions, followed_repeat
from connector.pipeline.gate import open_gates, sample_of
from connector.pipeline.parking import park
from connector.pipeline.plan import Draft, Planner, landed_id
from connector.pipeline.resolve import TakenUp, index_leads, resolve_lead, take_up, told
from connector.pipeline.result import RouteResult
from connector.pipeline.review_asked import open_review
from connector.pipeline.route import Route

PASSES = 5  # how often one run looks for leads that its own decisions woke


@dataclass
class Consideration:
    """The leads of one run as they are decided and planned.

    With *final* false (a dry run) nothing is put to sleep and nobody is asked anything.
    With *only*, other awake leads are left for the next cycle. *begun*: leads whose conversion an earlier run began.
    *sampled*: what is to be reviewed blind of each lead decided, once it is carried out.
    """

    route: Route
    run_id: str
    result: RouteResult
    final: bool
    only: frozenset[RecordRef] | None = None
    planned: dict[RecordRef, PlannedLead] = field(default_factory=dict)
    awake: set[RecordRef] = field(default_factory=set)
    begun: set[RecordRef] = field(default_factory=set)
    sampled: dict[RecordRef, Sample | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn what earlier runs left open, and how far the policies are trusted."""
        open_gates(self.route, self.result, self.final)
        self._planner = Planner(self.route, self.final)

    def run(self) -> None:
        """Take up every awake lead, and those that these very decisions wake."""
        for _ in range(PASSES if self.final else 1):
            self._index()
            if not self._decide():
                break
        for planned in followed_conversions(self.route, self._planner):
            self.planned.setdefault(planned.lead, planned)

    def _awake(self) -> Iterator[Sequence[InboxRow]]:
        for rows in self.route.store.inbox.awake(self.route.name):
            wanted = [row for row in rows if self.only is None or row.raw.ref in self.only]
            if wanted:
                yield wanted

    def _index(self) -> None:
        """Put every awake lead in the directory before the first is resolved: they may be one another."""
        route = self.route
        for rows in self._awake():
            with route.store.transaction():
                taken = list(take_up(route, rows))
                leads = [lead for each in taken if (lead := each.lead) is not None]
                index_leads(route, leads)
            self.awake.update(lead.ref for lead in leads)
            self._count_dead(taken)
            route.checkpoint()

    def _count_dead(self, taken: Sequence[TakenUp]) -> None:
        dead = [each for each in taken if each.lead is None]
        news = sum(1 for each in dead if each.counts)
        self.result.pulled += news
        self.result.dead_letters += news
        self.result.parked += len(dead) - news

    def _decide(self) -> bool:
        route, any_row = self.route, False
        route.observer.stage(route.name, "decide", None)
        for rows in self._awake():
            any_row = True
            with route.store.transaction():
                for taken in take_up(route, rows):
                    if taken.lead is not None:
                        self._one(taken, taken.lead)
            route.observer.advance(len(rows))
            route.checkpoint()
        return any_row

    def _one(self, taken: TakenUp, lead: Record) -> None:
        route = self.route
        if taken.unfinished:
            self._finish(taken, lead)
            return
        repeated = followed_repeat(route, self._planner, taken.row, lead)
        if repeated is not None:
            self._follow(taken, repeated)
            return
        before = route.store.decisions.latest(route.name, lead.ref)
        self._planner.forget(lead.ref)
        self.result.waiting.discard(lead.ref)
        resolution = resolve_lead(route, lead, taken.counts, self.awake)
        decision, draft = self._draft(taken, lead, resolution)
        self.result.count(taken, resolution, decision.verdict, before.verdict if before else None)
        if draft.problems and draft.writes:
            park(route, lead.ref, "plan", draft.problems, taken.row.raw.fields)
            self.result.parked += 1
            return
        self._planner.keep(draft.planned)
        self.planned[lead.ref] = draft.planned
        self.result.refused += draft.planned.refused
        self.sampled[lead.ref] = sample_of(route, decision)
        if self.final:
            route.store.matches.release(lead.ref, decision.decided_at)
            self._tell_people(decision, resolution, draft.planned)
            self._rest(lead, draft.planned)

    def _draft(self, taken: TakenUp, lead: Record, resolution: Resolution) -> tuple[Decision, Draft]:
        """The verdict and its plan; where a CRM has no word for what would be written, a person is asked first."""
        decision = decide_lead(self.route, taken, lead, resolution, self.run_id)
        draft = self._planner.plan(lead, taken.row, decision, resolution)
        if draft.doubts and draft.writes and not decision.ruled_by:
            doubting = replace(taken, doubts=(*taken.doubts, *told(draft.doubts)))
            decision = decide_lead(self.route, doubting, lead, resolution, self.run_id)
            draft = self._planner.plan(lead, taken.row, decision, resolution)
        return decision, draft

    def _finish(self, taken: TakenUp, lead: Record) -> None:
        """Try again what the CRM refused beside a conversion that is done."""
        decision = self.route.store.decisions.latest(self.route.name, lead.ref)
        verdict = decision.verdict if decision else Verdict.CONVERT
        self.planned[lead.ref] = PlannedLead(lead.ref, verdict, taken.row.fingerprint, taken.unfinished)
        self.begun.add(lead.ref)
        if self.final:
            self.route.store.matches.release(lead.ref, self.route.clock.now())
            self.route.store.inbox.set_state(self.route.name, lead.ref, InboxState.WAITING)

    def _follow(self, taken: TakenUp, planned: PlannedLead) -> None:
        """The lead's survivor stands for both: what is left is to tell its own CRM."""
        if planned.steps:
            self.planned[planned.lead] = planned
        if self.final:
            state = InboxState.WAITING if planned.steps else InboxState.DONE
            self.route.store.inbox.set_state(self.route.name, planned.lead, state)
            self.route.store.reviews.close(self.route.name, planned.lead)

    def _tell_people(self, decision: Decision, resolution: Resolution, planned: PlannedLead) -> None:
        """Open the question that a review verdict asks, or a plan that must not be; a duplicate's is its survivor's."""
        route, lead = self.route, decision.lead
        if planned.refused:
            question = " ".join(planned.steps[0].because)
            open_review(route.store, route.name, resolution, question, decision.decided_at)
        elif decision.verdict is Verdict.REVIEW and decision.duplicate_of is None:
            question = " ".join(dict.fromkeys([decision.reasons[0].detail, resolution.because])).strip()
            open_review(route.store, route.name, resolution, question, decision.decided_at)
        else:
            route.store.reviews.close(route.name, lead)
        route.store.dead_letters.clear(route.name, lead)

    def _rest(self, lead: Record, planned: PlannedLead) -> None:
        """Put the row to sleep; one that writes waits for its receipts."""
        state = InboxState.DECIDED
        if lead.deleted:
            state = InboxState.GONE
        elif planned.waiting or any(step.writes for step in planned.steps):
            state = InboxState.WAITING
        elif lead.flag("converted") or (not self.route.in_place and landed_id(self.route, lead.ref)):
            state = InboxState.DONE
        if planned.waiting:
            self.result.waiting.add(lead.ref)
        self.route.store.inbox.set_state(self.route.name, lead.ref, state)
        self.result.steps[Outcome.SKIPPED] += sum(1 for step in planned.steps if not step.writes)
