"""Sync: one incremental cycle of a route, from inbox to receipts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from connector.errors import SafetyStop
from connector.model.assurance import Sample
from connector.model.plan import Action, Outcome, Plan, PlannedLead, Receipt, Step
from connector.model.progress import InboxRow, InboxState, Woken
from connector.model.records import RecordRef
from connector.pipeline.apply import Outcomes, apply_steps, links_of
from connector.pipeline.ceilings import Ceilings
from connector.pipeline.consider import Consideration
from connector.pipeline.frozen import hold, stop_begun, weigh_words
from connector.pipeline.gate import distrusted, keep_samples
from connector.pipeline.in_step import foresee, keep_in_step
from connector.pipeline.parking import DUPLICATE, park_refused
from connector.pipeline.plan import make_plan
from connector.pipeline.pull import pull_leads, refresh_directory
from connector.pipeline.read_back import keep_broken, read_back
from connector.pipeline.recover import finish_earlier, settle_earlier
from connector.pipeline.reread import reread_leads
from connector.pipeline.result import RouteResult
from connector.pipeline.route import Route
from connector.pipeline.signals import pull_activities
from connector.pipeline.verify import verify_plan
from connector.planning import plan_breaches

CHUNK = 1000  # leads verified and applied together: one composite call holds a thousand rows


def sync_route(
    route: Route,
    run_id: str,
    *,
    dry_run: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    into: RouteResult | None = None,
) -> RouteResult:
    """One cycle: settle, finish, pull, resolve, decide, plan, apply, keep in step; no remote write with *dry_run*.

    *since* and *until* make it a backfill: a bounded pull with a watermark of its own. *into* is filled as
    the cycle goes on, so that one that stops still tells how far it came and what it cost.
    Raises SafetyStop when the org is another one or too much would change; the errors of the systems.
    """
    result = into or RouteResult(route.name)
    with measured(route, result):
        if not dry_run:
            take_outcomes(result, settle_earlier(route))
        result.take_frozen(stop_begun(route))
        if not dry_run:
            finished = finish_earlier(route, run_id)
            result.take_frozen(finished.frozen)
            take_outcomes(result, finished)
            result.parked += len(finished.rejected)
        scope = backfill_scope(route, since, until)
        pulled = pull_leads(route, run_id, scope=scope, since=since, until=until)
        result.completeness, result.findings = pulled.completeness, pulled.findings
        signals = pull_activities(route, run_id)
        result.statements = (*route.source.statements, *signals.notes)
        result.findings = (*result.findings, *signals.findings)
        refresh_directory(route)
        weigh_words(route.store, route.clock.now())
        route.store.inbox.wake_due(route.name, route.clock.now(), route.versions)
        reread_leads(route)
        considered = Consideration(route, run_id, result, final=not dry_run)
        considered.run()
        ceilings = Ceilings(route)
        leads = ceilings.admit(list(considered.planned.values()), considered.begun)
        result.take_held(leads)
        plan = make_plan(route, run_id, leads)
        result.plan = make_plan(route, run_id, [*plan.leads, *foresee(route, fresh=dry_run)])
        if not dry_run:
            guard_mass_change(route, result.plan)
            apply_planned(route, run_id, plan, result, considered.sampled)
            keep_broken(route, ceilings.exceeded(), result)
            take_outcomes(result, keep_in_step(route, run_id))
    return result


@contextmanager
def measured(route: Route, result: RouteResult) -> Iterator[None]:
    """Log in, hold the connections to their orgs, and count the API calls of what is done inside."""
    before = _calls(route)
    try:
        _pin(route)
        yield
    finally:
        result.api_calls = _calls(route) - before
        _note_budget(route)


def backfill_scope(route: Route, since: datetime | None, until: datetime | None) -> str:
    """The watermark of a backfill, empty for a live cycle: the live one is never touched by it."""
    if since is None and until is None:
        return ""
    ends = "/".join(moment.isoformat() if moment else "" for moment in (since, until))
    return f"backfill:{route.name}:{ends}"


def _calls(route: Route) -> int:
    return route.target.calls + (0 if route.in_place else route.source.calls)


def _pin(route: Route) -> None:
    """Log in and hold every connection to the org it belonged to before."""
    for side in dict.fromkeys((route.source, route.target)):
        identity = side.identity()
        known = route.store.runs.pin(side.name, identity.org_id, route.connections) if identity.org_id else ""
        route.orgs[side.name] = known


def _note_budget(route: Route) -> None:
    reading = route.target.budget()
    if reading is not None:
        route.store.budgets.note(reading)


def guard_mass_change(route: Route, plan: Plan) -> None:
    """Refuse a plan that changes more in one CRM than the route allows in one run."""
    counted = Counter(step.connection for step in plan.steps if step.writes)
    most = max(counted.values(), default=0)
    if most > route.options.max_changes and not route.options.accept_mass_change:
        raise SafetyStop(
            f"route {route.name} would make {most} changes in one CRM, more than limits.max_changes "
            f"({route.options.max_changes}); nothing was written",
            next_command=f"connector sync {route.name} --accept-mass-change",
        )


def refuse_breaches(plan: Plan) -> None:
    """Refuse a plan, whoever made it, that does not keep the promises that it states."""
    found = plan_breaches(plan.leads)
    if found:
        first = found[0]
        more = f", and {len(found) - 1} more such" if len(found) > 1 else ""
        raise SafetyStop(
            f"the plan breaks the invariant {first.invariant.value} for {first.lead}: {first.what}{more};"
            " nothing was written",
            next_command=f"connector plan {plan.route} -o FILE",
        )


def apply_planned(
    route: Route,
    run_id: str,
    plan: Plan,
    result: RouteResult,
    sampled: Mapping[RecordRef, Sample | None],
) -> None:
    """Journal the plan, verify it against the CRM, carry it out, and settle where each lead stands.

    Of what is carried out the samples that were drawn (*sampled*) are kept.
    """
    plan = _trusted(route, plan, result)
    refuse_breaches(plan)
    _supersede(route, plan, result.waiting)
    _keep_awake(route, plan.leads, result)
    writing = [lead for lead in plan.leads if any(step.writes for step in lead.steps)]
    keep_samples(route, sampled, (lead for lead in plan.leads if not any(step.writes for step in lead.steps)))
    for chunk in _chunks(writing):
        checked = verify_plan(route, chunk)
        _drop_stale(route, chunk, checked.stale, result)
        _let_go(route, checked.missing)
        keep_samples(route, sampled, checked.sound)
        adopted = {lead.lead: lead for lead in checked.sound if lead.lead in checked.converted}
        for ref, planned in adopted.items():
            _adopt(route, planned, checked.converted[ref], result)
        steps = [s for lead in checked.sound if lead.lead not in adopted for s in lead.steps if s.writes]
        outcomes = apply_steps(route, run_id, steps, plan.created_at)
        take_outcomes(result, outcomes)
        read_back(route, checked, outcomes, result)
        for ref, mark in outcomes.frozen.items():
            hold(route, ref, mark)
        result.take_frozen(outcomes.frozen)
        moved = _moved_under(route, checked.sound, outcomes)
        _drop_stale(route, chunk, moved, result)
        left = [lead for lead in checked.sound if lead.lead not in {*adopted, *moved, *outcomes.frozen}]
        rows = route.store.inbox.rows(route.name, [lead.lead for lead in left])
        for lead in left:
            _settle_lead(route, lead, outcomes, rows.get(lead.lead), result)


def _trusted(route: Route, plan: Plan, result: RouteResult) -> Plan:
    """The plan without what an error budget that closed meanwhile forbids; those leads are decided again next time."""
    held = distrusted(route, plan, result)
    _drop_stale(route, plan.leads, held, result)
    return replace(plan, leads=tuple(lead for lead in plan.leads if lead.lead not in held)) if held else plan


def _keep_awake(route: Route, leads: Iterable[PlannedLead], result: RouteResult) -> None:
    """Leads above a ceiling stay awake for the next run."""
    with route.store.transaction():
        for lead in leads:
            if lead.held is not None:
                route.store.inbox.set_state(route.name, lead.lead, InboxState.PENDING)
                result.steps[Outcome.SKIPPED] += 1


def _supersede(route: Route, plan: Plan, waiting: Set[RecordRef]) -> None:
    """Put the plan in the journal in place of what earlier runs planned for its leads and never sent.

    A lead that waits, or is held back, keeps its old plan, which tells what it was to follow.
    """
    anew = {lead.lead for lead in plan.leads if lead.held is None} - waiting
    keys = {step.key for step in plan.steps}
    with route.store.transaction():
        left = [e.step for e in route.store.journal.open_steps(route.name) if e.step.lead in anew]
        route.store.journal.drop_planned([step.key for step in left if step.key not in keys])
        route.store.journal.planned(plan)


def _moved_under(route: Route, leads: Sequence[PlannedLead], outcomes: Outcomes) -> Mapping[RecordRef, str]:
    """Leads whose conversion in the target was refused because what the plan rests on went away since it was verified.

    One that their own CRM refused is done in the target by then: nothing of it is planned anew, a person is told.
    """
    refused = [lead for lead in leads if any(_is_refusal(s, r) for s, r in outcomes.rejected.get(lead.lead, ()))]
    return verify_plan(route, refused).stale if refused else {}


def _is_refusal(step: Step, receipt: Receipt) -> bool:
    return step.action is Action.CONVERT and not step.connection and receipt.code != DUPLICATE


def _chunks(leads: Sequence[PlannedLead]) -> Iterator[Sequence[PlannedLead]]:
    for start in range(0, len(leads), CHUNK):
        yield leads[start : start + CHUNK]


def _drop_stale(
    route: Route, chunk: Sequence[PlannedLead], stale: Mapping[RecordRef, str], result: RouteResult
) -> None:
    """Plans that no longer hold are forgotten; their leads are looked at again by the next cycle."""
    keys = [step.key for lead in chunk if lead.lead in stale for step in lead.steps]
    route.store.journal.drop_planned(keys)
    route.store.inbox.wake(stale, Woken.RETRY)
    result.stale.update(stale)


def _let_go(route: Route, missing: Set[RecordRef]) -> None:
    """Leads that their CRM does not show any more rest until a pull brings them back: not every CRM tells deletions."""
    for lead in missing:
        facts = {"reason": "deleted, or hidden from the connector's user"}
        route.store.audit.append(route.clock.now(), route.name, "crm", "not there any more", str(lead), facts)
        route.store.inbox.set_state(route.name, lead, InboxState.GONE)


def _adopt(route: Route, planned: PlannedLead, receipt: Receipt, result: RouteResult) -> None:
    """Somebody converted the lead meanwhile: their ids are kept, nothing of ours is added."""
    convert = next(step for step in planned.steps if step.key == receipt.step)
    route.store.journal.settle([receipt], list(links_of(route, convert, convert.ids, receipt)))
    route.store.journal.drop_planned([step.key for step in planned.steps if step.key != receipt.step])
    facts = {"step": receipt.step, **receipt.ids}
    route.store.audit.append(receipt.at, route.name, "crm", "converted elsewhere", str(planned.lead), facts)
    route.store.inbox.set_state(route.name, planned.lead, InboxState.DONE)
    result.steps[Outcome.ALREADY] += 1


def _settle_lead(
    route: Route, planned: PlannedLead, outcomes: Outcomes, row: InboxRow | None, result: RouteResult
) -> None:
    lead = planned.lead
    if lead in outcomes.rejected:
        result.parked += park_refused(route, lead, outcomes.rejected[lead], row.raw.fields if row else {})
    elif lead in outcomes.waiting:
        result.waiting.add(lead)
    else:
        _settle_state(route, planned, row, outcomes)


def _settle_state(route: Route, planned: PlannedLead, row: InboxRow | None, outcomes: Outcomes) -> None:
    done = planned.verdict.converts or any(step.action is Action.LAND for step in planned.steps)
    route.store.inbox.set_state(route.name, planned.lead, InboxState.DONE if done else InboxState.DECIDED)
    route.store.dead_letters.clear(route.name, planned.lead)
    mine = [outcomes.written.get(step.key, {}) for step in planned.steps if _on_source(route, step)]
    written = {name: value for values in mine for name, value in values.items()}
    if row is not None and written:
        left = replace(row.raw, fields={**row.raw.fields, **written})
        route.store.inbox.expect(route.name, planned.lead, written, route.fingerprint(left))


def _on_source(route: Route, step: Step) -> bool:
    """Whether the step writes values on the lead that the route pulled."""
    mine = step.kind == "lead" and step.action is Action.UPDATE
    return mine and (route.in_place or bool(step.connection))


def take_outcomes(result: RouteResult, outcomes: Outcomes) -> None:
    """Add what became of some steps to the run's counts."""
    result.steps.update(outcomes.counts)
    result.waiting |= outcomes.waiting
