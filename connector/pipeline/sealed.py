"""Sealed plans: plan now, let a person read it, apply exactly that later."""

from __future__ import annotations

from connector.errors import SafetyStop
from connector.model.decision import OpportunityTerms
from connector.model.plan import Invariant, Plan, PlannedLead
from connector.model.progress import InboxRow, InboxState
from connector.model.records import Kind, RecordRef
from connector.pipeline.ceilings import Ceilings
from connector.pipeline.consider import Consideration
from connector.pipeline.frozen import frozen_since, stop_begun
from connector.pipeline.gate import drawn_of, open_gates
from connector.pipeline.in_step import keep_in_step
from connector.pipeline.opportunities import OpenOpportunities
from connector.pipeline.owning import Owners
from connector.pipeline.parking import has_begun
from connector.pipeline.plan import make_plan
from connector.pipeline.pull import pull_leads, refresh_directory
from connector.pipeline.read_back import keep_broken
from connector.pipeline.recover import finish_earlier, settle_earlier
from connector.pipeline.result import RouteResult
from connector.pipeline.route import Route
from connector.pipeline.sync import apply_planned, guard_mass_change, measured, refuse_breaches, take_outcomes
from connector.planning import IN_STEP


def apply_sealed(route: Route, run_id: str, plan: Plan) -> RouteResult:
    """Apply a plan made earlier; records that drifted since are planned anew, the others stand as sealed.

    Raises SafetyStop for a plan of another org or route, or one that changes too much.
    """
    result = RouteResult(route.name)
    with measured(route, result):
        _same_place(route, plan)
        take_outcomes(result, settle_earlier(route))
        result.take_frozen(stop_begun(route))
        finished = finish_earlier(route, run_id)
        take_outcomes(result, finished)
        result.take_frozen(finished.frozen)
        guard_mass_change(route, plan)
        pull_leads(route, run_id)
        refresh_directory(route)
        rows = route.store.inbox.rows(route.name, [lead.lead for lead in plan.leads])
        frozen = frozen_since(route, plan.created_at)
        result.take_frozen({lead.lead: frozen[lead.lead] for lead in plan.leads if lead.lead in frozen})
        sealed = [
            lead
            for lead in plan.leads
            if lead.lead not in frozen and _as_sealed(lead, rows.get(lead.lead)) and not _repeats(route, lead)
        ]
        writing = [lead for lead in sealed if any(step.writes for step in lead.steps)]
        for lead in writing:
            result.verdicts[lead.verdict] += 1
            route.store.inbox.set_state(route.name, lead.lead, InboxState.WAITING)
        open_gates(route, result, final=True)
        ceilings = Ceilings(route)
        admitted = _admitted(route, ceilings, writing, result)
        apply_planned(route, run_id, _with(plan, admitted), result, drawn_of(route, admitted))
        drifted = ({lead.lead for lead in plan.leads} - {lead.lead for lead in sealed}) | set(result.stale)
        _plan_anew(route, run_id, result, frozenset(drifted - result.frozen.keys()), ceilings)
        keep_broken(route, ceilings.exceeded(), result)
        take_outcomes(result, keep_in_step(route, run_id, only=_edited(route, plan)))
    return result


def _edited(route: Route, plan: Plan) -> set[RecordRef]:
    """The records that the plan carries edits to; what goes there is what stands on the other side by now."""
    carrying = [step for step in plan.steps if step.terms.get(IN_STEP)]
    return {RecordRef(route.side(step.connection).name, step.object, step.ids["record"]) for step in carrying}


def _same_place(route: Route, plan: Plan) -> None:
    if plan.route != route.name:
        raise SafetyStop(f"the plan is for route {plan.route}, not {route.name}")
    if plan.org != route.org:
        raise SafetyStop(
            f"the plan was made for org {plan.org}, but {route.org} answers; nothing was written",
            next_command=f"connector plan {route.name} -o FILE",
        )
    refuse_breaches(plan)


def _as_sealed(lead: PlannedLead, row: InboxRow | None) -> bool:
    """Whether the lead still is what the plan rests on, and nothing has been done with it since."""
    return row is not None and row.state is InboxState.PENDING and row.fingerprint == lead.fingerprint


def _repeats(route: Route, lead: PlannedLead) -> bool:
    """Whether an opportunity that was opened since stands on the account where the plan opens another of its type."""
    for promise in lead.promises:
        if promise.invariant is Invariant.ONE_OPPORTUNITY and not promise.connection:
            convert = next(step for step in lead.steps if step.converts)
            terms = OpportunityTerms("", {"type": promise.type})
            opened = OpenOpportunities(route).standing(route.target_side, convert.ids.get("account"), terms)
            return convert.terms["opportunity"] == "new" and bool(opened)
    return False


def _admitted(route: Route, ceilings: Ceilings, leads: list[PlannedLead], result: RouteResult) -> list[PlannedLead]:
    """The leads as they go now: a ceiling may have been reached since the plan was made. Turns are used up here."""
    begun = {lead.lead for lead in leads if has_begun(route.store.journal.story(lead.lead))}
    admitted = ceilings.admit(leads, begun)
    result.take_held(admitted)
    owners = Owners(route, final=True)
    for lead in admitted:
        decision = route.store.decisions.latest(route.name, lead.lead) if lead.held is None else None
        if decision is not None and decision.owner is not None and not _joins(lead):
            owners.take_turn(decision.policy, decision.owner, lead.lead)
    return admitted


def _joins(lead: PlannedLead) -> bool:
    """Whether another lead opens the account: its owner owns what this one becomes, and no turn is used up."""
    own = {step.key for step in lead.steps}
    accounts = (step.takes.get(Kind.ACCOUNT.value) for step in lead.steps if step.converts)
    return any(take is not None and take.step not in own for take in accounts)


def _with(plan: Plan, leads: list[PlannedLead]) -> Plan:
    return Plan(plan.id, plan.route, plan.org, plan.created_at, plan.versions, tuple(leads), plan.calls)


def _plan_anew(
    route: Route, run_id: str, result: RouteResult, drifted: frozenset[RecordRef], ceilings: Ceilings
) -> None:
    """Decide and apply what drifted, from fresh rows."""
    if not drifted:
        return
    considered = Consideration(route, run_id, result, final=True, only=drifted)
    considered.run()
    leads = ceilings.admit(list(considered.planned.values()), considered.begun)
    result.take_held(leads)
    apply_planned(route, run_id, make_plan(route, run_id, leads), result, considered.sampled)
