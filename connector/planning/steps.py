"""From a decision to steps: what will be written in the target, why, and what each step waits for."""

from __future__ import annotations

from collections.abc import Mapping

from connector.model.decision import CLOSED_IN_CRM, Verdict
from connector.model.plan import Action, Grade, PlannedLead, Step, Take, step_key
from connector.model.records import Kind, Scalar, Values, external_key
from connector.planning.differences import changed
from connector.planning.situation import Situation

# API calls per step when batches are full: 100 leads a convertLead call, 5 collections of 200 a composite.
CONVERT_COST = 1 / 100
WRITE_COST = 1 / 1000

# Facts that hold in the CRM a lead comes from and nowhere else; an owner's id there names nobody here.
OF_ITS_CRM = frozenset({"owner_id", "owner_kind"})

_CREATED = (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY)


def plan_lead(situation: Situation) -> PlannedLead:
    """The steps for one lead, in the order they must happen; doing nothing is a step with a reason."""
    return PlannedLead(
        lead=situation.lead.ref,
        verdict=situation.decision.verdict,
        fingerprint=situation.fingerprint,
        steps=_steps(situation),
        waiting=bool(situation.waiting_for),
    )


def _steps(situation: Situation) -> tuple[Step, ...]:
    nothing = _why_nothing(situation)
    if nothing:
        return (_skip(situation, nothing),)
    landing = _landing(situation)
    write_back = _write_back(situation) if situation.in_place else ()
    first = (*landing, *write_back)
    if not situation.decision.verdict.converts:
        return first or (_skip(situation, _standing(situation)),)
    convert = _conversion(situation, first[-1] if first else None)
    return (*first, convert, *_stamps(situation, convert), *_corrections(situation, convert))


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
            cost=WRITE_COST,
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
            cost=WRITE_COST,
        ),
    )


def _conversion(situation: Situation, after: Step | None) -> Step:
    ids, takes = _destination(situation)
    if after is not None:
        takes["lead"] = Take(after.key, "record")
    else:
        ids["lead"] = situation.lead_id
    lead = situation.lead
    object_name = situation.wording.object_name(Kind.LEAD)
    return Step(
        key=step_key(situation.org, lead.ref, Action.CONVERT, object_name),
        action=Action.CONVERT,
        lead=lead.ref,
        object=object_name,
        kind=Kind.LEAD.value,
        because=_because(situation),
        ids=ids,
        takes=takes,
        terms=_terms(situation, "opportunity" in ids or "opportunity" in takes),
        grade=Grade.C,
        cost=CONVERT_COST,
        share=situation.share if situation.decision.verdict is Verdict.CONVERT else "",
    )


def _destination(situation: Situation) -> tuple[dict[str, str], dict[str, Take]]:
    """Where the conversion goes: existing records, or those that another lead's conversion brings."""
    ids: dict[str, str] = {}
    takes: dict[str, Take] = {}
    leader = situation.original or situation.leader
    if leader is not None:
        for role, where in leader.roles.items():
            if role == "opportunity" and situation.decision.opportunity is None:
                continue
            if isinstance(where, Take):
                takes[role] = where
            elif where:
                ids[role] = where
        return ids, takes
    if situation.account is not None:
        ids["account"] = situation.account.ref.id
        if situation.contact is not None:
            ids["contact"] = situation.contact.ref.id
    return ids, takes


def _terms(situation: Situation, joins: bool) -> dict[str, Scalar]:
    opportunity = situation.decision.opportunity
    terms: dict[str, Scalar] = {
        "converted_status": situation.rules.converted_status,
        "opportunity": "none" if opportunity is None else "join" if joins else "new",
        "overwrite_source": False,
    }
    if opportunity is not None and not joins:
        terms["opportunity_name"] = opportunity.name
    if situation.owner:
        terms["owner_id"] = situation.owner
    return terms


def _offered(situation: Situation, kind: Kind) -> dict[str, Scalar]:
    """The lead's values for a record of *kind*, under that record's canonical names."""
    fields = situation.rules.fields.get(kind, {})
    offered = {to: situation.lead.get(frm) for to, frm in fields.items()}
    return {name: value for name, value in offered.items() if value is not None}


def _stamps(situation: Situation, convert: Step) -> tuple[Step, ...]:
    """Our key, and what the native conversion would lose, on every record that it created."""
    made = [kind for kind in _CREATED if _creates(kind, convert)]
    return tuple(_stamp(situation, convert, kind) for kind in made)


def _creates(kind: Kind, convert: Step) -> bool:
    if kind is Kind.OPPORTUNITY:
        return convert.terms["opportunity"] == "new"
    return kind.value not in convert.ids and kind.value not in convert.takes


def _stamp(situation: Situation, convert: Step, kind: Kind) -> Step:
    lead = situation.lead.ref
    native = situation.rules.native.get(kind, frozenset())
    values: dict[str, Scalar] = {n: v for n, v in _offered(situation, kind).items() if n not in native}
    if kind is Kind.OPPORTUNITY and situation.decision.opportunity is not None:
        values |= dict(situation.decision.opportunity.values)
    values["external_key"] = external_key(lead.connection, lead.id, kind)
    after = situation.wording.payload(kind, values, False)
    object_name = situation.wording.object_name(kind)
    return Step(
        key=step_key(situation.org, lead, Action.STAMP, object_name, after),
        action=Action.STAMP,
        lead=lead,
        object=object_name,
        kind=kind.value,
        because=(f"marks the new {kind.value} as ours, so that it is found again",),
        takes={"record": Take(convert.key, kind.value)},
        after=after,
        cost=WRITE_COST,
    )


def _corrections(situation: Situation, convert: Step) -> tuple[Step, ...]:
    """What the lead knows better than an existing record, as survivorship settled it."""
    found = []
    for kind, existing in ((Kind.ACCOUNT, situation.account), (Kind.CONTACT, situation.contact)):
        won = situation.survivors.get(kind, {})
        if existing is None or not won:
            continue
        found.append(_correction(situation, convert, kind, existing.values, won))
    return tuple(step for step in found if step.after)


def _correction(situation: Situation, convert: Step, kind: Kind, existing: Mapping[str, Scalar], won: Values) -> Step:
    native = situation.rules.native.get(kind, frozenset())
    wanted = {n: v for n, v in won.items() if not (n in native and existing.get(n) in (None, "", False))}
    after = situation.wording.payload(kind, wanted, False) if wanted else {}
    before = situation.wording.payload(kind, {name: existing.get(name) for name in wanted}, False)
    object_name = situation.wording.object_name(kind)
    lead = situation.lead.ref
    return Step(
        key=step_key(situation.org, lead, Action.UPDATE, object_name, after),
        action=Action.UPDATE,
        lead=lead,
        object=object_name,
        kind=kind.value,
        because=(f"the lead knows better: {', '.join(changed(before, after))}",),
        takes={"record": Take(convert.key, kind.value)},
        before={name: before.get(name) for name in after},
        after=after,
        cost=WRITE_COST,
    )
