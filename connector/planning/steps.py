"""From a decision to steps: what will be written in the target, why, and what each step waits for."""

from __future__ import annotations

from dataclasses import replace

from connector.model.decision import CLOSED_IN_CRM, Verdict
from connector.model.plan import Action, Breach, Ceiling, Grade, PlannedLead, Step, step_key
from connector.model.records import Kind, Values
from connector.planning.conversion import conversion, conversion_step
from connector.planning.invariants import breaches, promises
from connector.planning.push_back import give_back, push_back
from connector.planning.situation import Situation

# Facts that hold in the CRM a lead comes from and nowhere else; an owner's id there names nobody here.
OF_ITS_CRM = frozenset(
    {"owner_id", "owner_kind", "converted", "converted_to"}
    | {f"converted_{kind.value}_id" for kind in Kind if kind is not Kind.LEAD}
)


def plan_lead(situation: Situation) -> PlannedLead:
    """The steps for one lead, in the order they must happen; doing nothing is a step with a reason.

    Steps that would break an invariant are left out, all of them: see `PlannedLead.refused`.
    """
    steps = _steps(situation)
    planned = PlannedLead(
        lead=situation.lead.ref,
        verdict=situation.decision.verdict,
        fingerprint=situation.fingerprint,
        steps=steps,
        waiting=bool(situation.waiting_for),
        promises=promises(situation, steps),
    )
    broken = breaches(planned)
    return refused(planned, broken) if broken else planned


def refused(planned: PlannedLead, broken: tuple[Breach, ...]) -> PlannedLead:
    """The lead with nothing to be written for it, because its steps would have broken an invariant."""
    told = tuple(f"{breach.invariant.value}: {breach.what}" for breach in broken)
    return replace(planned, steps=(_nothing(planned, told),), promises=(), refused=broken)


def held_back(planned: PlannedLead, ceiling: Ceiling) -> PlannedLead:
    """The lead with nothing to be written for it in this run, because it stands above *ceiling*."""
    reason = f"held back by {ceiling}; a later run takes it up first"
    return replace(planned, steps=(_nothing(planned, (reason,)),), promises=(), held=ceiling)


def _nothing(planned: PlannedLead, because: tuple[str, ...]) -> Step:
    first = planned.steps[0]
    return Step(
        key=step_key("", planned.lead, Action.SKIP, "Lead", {"reason": "; ".join(because)}),
        action=Action.SKIP,
        lead=planned.lead,
        object=first.object,
        kind=first.kind,
        because=because,
    )


def _steps(situation: Situation) -> tuple[Step, ...]:
    nothing = _why_nothing(situation)
    if nothing:
        return _given_back(situation) or _judged_there(situation) or (_skip(situation, nothing),)
    landing = _landing(situation)
    write_back = _write_back(situation) if situation.in_place else ()
    first = (*landing, *write_back)
    if not situation.decision.verdict.converts:
        return first or (_skip(situation, _standing(situation)),)
    converting = conversion(situation, first[-1] if first else None)
    return (*first, *converting, *push_back(situation, conversion_step(converting)))


def _why_nothing(situation: Situation) -> str:
    if situation.waiting_for:
        return situation.waiting_for
    if situation.lead.flag("converted"):
        return "the lead is already converted"
    verdict = situation.decision.verdict
    if not situation.in_place and not situation.lead_id:
        if situation.decision.duplicate_of is not None:
            return f"a duplicate of {situation.decision.duplicate_of}, which stands in the target for both"
        if not situation.land_all and not verdict.converts:
            return "the route lands converted leads only"
    if not situation.in_place and situation.lead_id and not (situation.resuming and verdict.converts):
        return f"landed as {situation.lead_id}; it belongs to that CRM's own route now"
    return ""


def _given_back(situation: Situation) -> tuple[Step, ...]:
    """What a lead's own CRM is told where its survivor was converted elsewhere for both: the same contact."""
    original, verdict = situation.original, situation.decision.verdict
    elsewhere = not situation.in_place and not situation.lead_id and situation.decision.duplicate_of is not None
    if situation.waiting_for or not elsewhere or original is None or not verdict.converts:
        return ()
    return () if situation.lead.flag("converted") else give_back(situation, original.roles)


def _judged_there(situation: Situation) -> tuple[Step, ...]:
    """What a verdict that lands nothing writes on the lead in its own CRM, where somebody still looks at it."""
    origin, open_there = situation.origin, not situation.lead_id and not situation.lead.flag("converted")
    if origin is None or not open_there or situation.waiting_for or situation.decision.verdict.converts:
        return ()
    return _write_back(origin)


def _standing(situation: Situation) -> str:
    verdict = situation.decision.verdict
    told = {
        Verdict.REVIEW: "a person decides first",
        Verdict.NURTURE: "stays a lead",
        Verdict.DISQUALIFY: "the lead already says so, or nothing is to be written",
    }
    return told.get(verdict, "nothing to change")


def _skip(situation: Situation, reason: str) -> Step:
    lead = situation.lead.ref
    return Step(
        key=step_key(situation.org, lead, Action.SKIP, "Lead", {"reason": reason}),
        action=Action.SKIP,
        lead=lead,
        object=situation.wording.object_name(Kind.LEAD),
        kind=Kind.LEAD.value,
        because=(reason,),
    )


def _because(situation: Situation) -> tuple[str, ...]:
    return tuple(reason.detail for reason in situation.decision.reasons)


def _written_back(situation: Situation) -> Values:
    """The canonical lead values that the verdict writes, with the reason's sentence filled in."""
    decision = situation.decision
    template = situation.rules.write_back.get(decision.verdict, {})
    if decision.verdict is Verdict.DISQUALIFY and decision.disqualification in ("", CLOSED_IN_CRM):
        return {}
    sentences = (reason.detail for reason in decision.reasons if reason.code == decision.disqualification)
    reason = next(sentences, decision.disqualification)
    return {
        name: value.replace("{reason}", reason) if isinstance(value, str) else value for name, value in template.items()
    }


def _landing(situation: Situation) -> tuple[Step, ...]:
    """The lead itself, upserted by its key into the target of a route from elsewhere."""
    if situation.in_place or situation.lead_id:
        return ()
    lead, wording = situation.lead, situation.wording
    own = {name: value for name, value in lead.values.items() if name not in OF_ITS_CRM}
    values = {**own, **_written_back(situation), "external_key": lead.ref.key}
    object_name = wording.object_name(Kind.LEAD)
    return (
        Step(
            key=step_key(situation.org, lead.ref, Action.LAND, object_name),
            action=Action.LAND,
            lead=lead.ref,
            object=object_name,
            kind=Kind.LEAD.value,
            because=(f"lands from {lead.ref.connection}", *_because(situation)),
            after=wording.payload(Kind.LEAD, values, True),
            grade=Grade.B,
            cost=situation.style.write_calls,
            connection=situation.connection,
            external_key=lead.ref.key,
        ),
    )


def _write_back(situation: Situation) -> tuple[Step, ...]:
    """What the verdict writes on the lead; before a conversion, because a converted lead is read-only."""
    wanted = {n: v for n, v in _written_back(situation).items() if situation.lead.get(n) != v}
    after = situation.wording.payload(Kind.LEAD, wanted, False) if wanted else {}
    if not after:
        return ()
    lead = situation.lead
    before = situation.wording.payload(Kind.LEAD, {name: lead.get(name) for name in wanted}, False)
    object_name = situation.wording.object_name(Kind.LEAD)
    return (
        Step(
            key=step_key(situation.org, lead.ref, Action.UPDATE, object_name, after),
            action=Action.UPDATE,
            lead=lead.ref,
            object=object_name,
            kind=Kind.LEAD.value,
            because=_because(situation),
            ids={"record": situation.lead_id},
            before={name: before.get(name) for name in after},
            after=after,
            cost=situation.style.write_calls,
            connection=situation.connection,
        ),
    )
