"""The gate of each policy: whether its automatic conversions are trusted, and what becomes of them when not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connector.model.assurance import GateRecord, Sample, gates_fact
from connector.model.decision import Decision, Gate
from connector.model.plan import Plan, PlannedLead
from connector.model.progress import Woken
from connector.model.records import RecordRef, Scalar
from connector.pipeline.result import RouteResult
from connector.pipeline.route import Route
from connector.policy import Rulebook
from connector.policy.budget import Evidence, judged, weigh
from connector.policy.trust import GATE_CLOSED
from connector.ports import Store

_DAY = timedelta(days=1)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)  # a sealed plan may have been decided before its gate was first kept
_SHORT = 12  # characters of a version that people are told
_MENDED = "; once the policy is mended"  # what follows tells how a closed gate is opened, not why it closed


def open_gates(route: Route, result: RouteResult, final: bool, reviews_only: bool = False) -> None:
    """Learn where the gates of the route's policies stand, before it decides or writes by them.

    With *final* false (a dry run) nothing is kept, and nobody is told that a gate closed.
    """
    now, version = route.clock.now(), route.versions.policy
    gated = [book for book in route.rules.policies.books if book.budget is not None]
    for book in gated:
        with _held(route.store, final):
            record = settle(route.store, book, now, (route.name, version), keep=final, reviews_only=reviews_only)
            if final and record.state is Gate.CLOSED and record.alerted_at is None:
                result.alerts += (f"policy {book.name} fell back to review: {record.why}; connector policy gate",)
                record = replace(record, alerted_at=now)
                route.store.samples.set_gate(record)
        route.gates[book.name] = record
    result.gates = tuple(route.gates[book.name] for book in gated)
    known = [[book.name, book.decides] for book in gated]
    fact = gates_fact(route.name)
    if final and known != (route.store.runs.recall(route.target.name, fact) or []):
        route.store.runs.remember(route.target.name, fact, known)


def _held(store: Store, keep: bool) -> AbstractContextManager[None]:
    """Where something is kept, what people say meanwhile comes before all of it or after."""
    return store.transaction() if keep else nullcontext()


def settle(
    store: Store,
    book: Rulebook,
    now: datetime,
    under: tuple[str, str] | None = None,
    *,
    keep: bool = True,
    reviews_only: bool = False,
) -> GateRecord:
    """Where the gate of a policy stands by the evidence of now; kept by what decides who converts, `Rulebook.decides`.

    A policy that decides otherwise than before starts on probation, or closed where it was closed. *under*: the route
    that asks, and what its decisions call their policy. What changed is kept, and audited, unless *keep* is false.
    With *reviews_only* later outcomes are not looked up. The policy must have an error budget.
    """
    assert book.budget is not None, f"policy {book.name} has no error budget"
    with _held(store, keep):
        before = store.samples.gate(book.name, book.decides)
        record = before or _fresh(store, book, now)
        if under is not None and under not in record.under:
            record = replace(record, under=(*record.under, under))
        known = Evidence(record.outcomes, record.good) if reviews_only else _fates(store, book, record)
        record = judged(book.budget, record, _reviews(store, book, record), known, now)
        if keep and record != before:
            store.samples.set_gate(record)
            if record.state is not (before.state if before is not None else Gate.PROBATION):
                _audit(store, record, now, "error budget", f"gate {record.state.value}")
    return record


def _fresh(store: Store, book: Rulebook, now: datetime) -> GateRecord:
    """The gate of a policy that decides otherwise than before: only a person opens what was closed.

    A new name for what decides as before opens nothing either.
    """
    gates = store.samples.gates()
    newest = next((one for one in gates if one.policy == book.name or one.version == book.decides), None)
    if newest is not None and newest.state is Gate.CLOSED:
        return GateRecord(
            policy=book.name,
            version=book.decides,
            state=Gate.CLOSED,
            since=now,
            why=_still_closed(newest, book.name),
            alerted_at=newest.alerted_at,
            evidence_from=now,
        )
    why = "what the policy decides by is new"
    return GateRecord(book.name, book.decides, Gate.PROBATION, now, why, evidence_from=_EVER)


def _still_closed(newest: GateRecord, name: str) -> str:
    """Why a policy starts closed; of several changes one after the other the evidence against the first is told."""
    why = _cause(newest)
    if newest.reviewed or newest.outcomes:
        why = f"version {newest.version[:_SHORT]} was closed on {newest.since:%Y-%m-%d}: {why}"
    return f"{why}{_MENDED}, `connector policy gate --reopen {name} --by … --why …` opens it"


def _cause(record: GateRecord) -> str:
    return record.why.partition(_MENDED)[0]


def _reviews(store: Store, book: Rulebook, record: GateRecord) -> Evidence:
    """Blind answers on conversions; those on what was decided before the gate was opened by hand do not count."""
    assert book.budget is not None
    since = record.evidence_from or record.since
    answered = store.samples.reviewed(book.name, book.decides)
    counted = [one for one in answered if one.verdict.converts and one.decided_at >= since]
    return weigh((bool(one.right) for one in counted), book.budget.target)


def _fates(store: Store, book: Rulebook, record: GateRecord) -> Evidence:
    """What became of opportunities; weighed once a run, when its leads are decided (100,000 take three seconds)."""
    assert book.budget is not None
    known = store.samples.fates(book.name, record.under, record.evidence_from or record.since) if record.under else ()
    return weigh((fate.good for fate in known), book.budget.outcome_target)


def gate_of(route: Route, book: Rulebook) -> Gate:
    """Where the gate stood when the run began; open where the policy has no error budget."""
    record = route.gates.get(book.name)
    return Gate.OPEN if record is None or book.budget is None else record.state


def sample_of(route: Route, decision: Decision) -> Sample | None:
    """What is to be reviewed blind of a decision; None where its verdict was not drawn."""
    book = route.rules.policies.named(decision.policy) if decision.sampled else None
    if book is None:
        return None
    lead, at = decision.lead, decision.decided_at
    return Sample(route.name, lead, book.name, book.decides, decision.verdict, at)


def drawn_of(route: Route, leads: Sequence[PlannedLead]) -> dict[RecordRef, Sample | None]:
    """The samples of leads that a sealed plan carries out: when it was made nothing was certain."""
    decisions = (route.store.decisions.latest(route.name, lead.lead) for lead in leads)
    return {decision.lead: sample_of(route, decision) for decision in decisions if decision is not None}


def keep_samples(route: Route, drawn: Mapping[RecordRef, Sample | None], leads: Iterable[PlannedLead]) -> None:
    """Keep the samples of the leads that this run carries out; what a ceiling holds back is drawn when it goes."""
    going = (drawn.get(lead.lead) for lead in leads if lead.held is None and not lead.refused)
    route.store.samples.add(sample for sample in going if sample is not None)


def distrusted(route: Route, plan: Plan, result: RouteResult) -> dict[RecordRef, str]:
    """Leads that must not convert as planned, with the reason: their policy's gate closed after they were decided.

    Leads that take records from their steps wait with them. What a person decided is not held up.
    """
    converting = [lead for lead in plan.leads if any(step.converts for step in lead.steps)]
    if not converting or not any(book.budget for book in route.rules.policies.books):
        return {}
    open_gates(route, result, final=True, reviews_only=bool(route.gates))
    closed = {name for name, record in route.gates.items() if record.state is Gate.CLOSED}
    held = {lead.lead for lead in converting if closed and _is_automatic(route, lead.lead, closed)}
    while more := set(_leaning(plan.leads, held)):
        held |= more
    return dict.fromkeys(held, "automatic conversion closed meanwhile; a person decides")


def _is_automatic(route: Route, lead: RecordRef, closed: Set[str]) -> bool:
    """Whether a lead is converted by the word of a closed policy alone."""
    decision = route.store.decisions.latest(route.name, lead)
    if decision is None or not decision.verdict.converts or decision.policy not in closed:
        return False
    return not decision.ruled_by and decision.duplicate_of is None


def _leaning(leads: Sequence[PlannedLead], held: Set[RecordRef]) -> Iterator[RecordRef]:
    """Leads outside *held* that take a record from a step of one within."""
    keys = {step.key for lead in leads if lead.lead in held for step in lead.steps}
    for lead in leads:
        if lead.lead not in held and any(take.step in keys for step in lead.steps for take in step.takes.values()):
            yield lead.lead


def daily_allowance(route: Route, policy: str) -> int | None:
    """How many more conversions a policy on probation may make today (the last 24 hours); None without a ceiling."""
    record, book = route.gates.get(policy), route.rules.policies.named(policy)
    if record is None or record.state is not Gate.PROBATION or book is None or book.budget is None:
        return None
    since = route.target.now() - _DAY
    routes = dict.fromkeys([route.name, *(name for name, _ in record.under)])
    made = sum(route.store.turns.made_since(name, since, policy)["conversions"] for name in routes)
    return max(0, book.budget.probation_per_day - made)


def reopen(store: Store, record: GateRecord, by: str, why: str, now: datetime) -> int:
    """Open a closed gate by hand: on probation, with evidence that starts anew. Answers how many leads woke."""
    told = f"{by} opened it again: {why}; it was closed because {_cause(record)}"
    opened = replace(
        record,
        state=Gate.PROBATION,
        since=now,
        why=told,
        reviewed=0,
        right=0,
        outcomes=0,
        good=0,
        alerted_at=None,
        reopened_by=by,
        evidence_from=now,
    )
    with store.transaction():
        store.samples.set_gate(opened)
        _audit(store, opened, now, by, "gate reopened")
        return store.inbox.wake(list(_waiting_at(store, record.policy)), Woken.LOOK_AGAIN)


def _waiting_at(store: Store, policy: str) -> Iterator[RecordRef]:
    """Leads that wait for a person because the gate is closed."""
    for review in store.reviews.list():
        decision = store.decisions.latest(review.route, review.lead)
        if decision is not None and decision.policy == policy and decision.reasons[0].code == GATE_CLOSED:
            yield review.lead


def _audit(store: Store, record: GateRecord, now: datetime, actor: str, event: str) -> None:
    counts: dict[str, Scalar] = {"reviewed": record.reviewed, "right": record.right}
    facts = {"version": record.version, "why": record.why, **counts}
    store.audit.append(now, "", actor, event, f"policy {record.policy}", facts)
