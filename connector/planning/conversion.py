"""The steps of one conversion: what is made before it, the conversion, and what is written after it.

CRMs differ in what a conversion makes by itself (`connector.model.plan.ConversionStyle`). Whatever the style,
the records end up the same: keyed, linked, and filled as ``conversion.yaml`` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from connector.model.conversion import Survives
from connector.model.plan import Action, Grade, Step, Take, step_key
from connector.model.records import Kind, Record, Scalar, Values, external_key
from connector.planning.differences import changed
from connector.planning.situation import Situation

# A new opportunity's close date, where the policy's `opportunity.values` gives none and the CRM does not either.
CLOSES_IN_DAYS = 90

# Consent that people give and take back; whatever the files say, it only gets stricter.
CONSENT = ("opted_out_email", "opted_out_fax", "do_not_call")

_CREATED = (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY)


@dataclass(frozen=True, slots=True)
class Ends:
    """Ids that a step needs, by role: known ones, and those that earlier steps bring."""

    ids: Mapping[str, str]
    takes: Mapping[str, Take]

    def knows(self, kind: Kind) -> bool:
        """Whether there is a record of *kind* to go to."""
        return kind.value in self.ids or kind.value in self.takes

    def plus(self, role: str, step: Step) -> Ends:
        """These, and under *role* the record that *step* brings."""
        return Ends(self.ids, {**self.takes, role: Take(step.key, "record")})


def conversion(situation: Situation, before: Step | None) -> tuple[Step, ...]:
    """Everything a conversion takes, in order. *before* is the last step that must be done first, None for none."""
    ends = _destination(situation, before)
    joins = ends.knows(Kind.OPPORTUNITY)
    made: list[Step] = []
    for kind in _to_be_created(situation, ends):
        step = _create(situation, kind, ends)
        made.append(step)
        ends = ends.plus(kind.value, step)
    convert = _convert(situation, ends, joins)
    return (*made, convert, *_stamps(situation, convert), *_corrections(situation, convert))


def conversion_step(steps: Sequence[Step]) -> Step:
    """The step among these that converts the lead."""
    return next(step for step in steps if step.action is Action.CONVERT)


def _destination(situation: Situation, before: Step | None) -> Ends:
    """Where the conversion goes: existing records, or those that another lead's conversion brings."""
    ids: dict[str, str] = {}
    takes: dict[str, Take] = {}
    if situation.after is not None:
        takes["after"] = situation.after
    if before is not None:
        takes["lead"] = Take(before.key, "record")
    else:
        ids["lead"] = situation.lead_id
    leader = situation.original or situation.leader
    if leader is not None:
        for role, where in leader.roles.items():
            if role == "opportunity" and situation.decision.opportunity is None:
                continue
            if isinstance(where, Take):
                takes[role] = where
            elif where:
                ids[role] = where
    elif situation.account is not None:
        ids["account"] = situation.account.ref.id
        if situation.contact is not None:
            ids["contact"] = situation.contact.ref.id
    return _joined(situation, Ends(ids, takes))


def _joined(situation: Situation, ends: Ends) -> Ends:
    """The ends, and the open opportunity of the account that the lead's own would repeat."""
    if not situation.standing or situation.decision.opportunity is None or ends.knows(Kind.OPPORTUNITY):
        return ends
    if isinstance(situation.standing, Take):
        return Ends(ends.ids, {**ends.takes, Kind.OPPORTUNITY.value: situation.standing})
    return Ends({**ends.ids, Kind.OPPORTUNITY.value: situation.standing}, ends.takes)


def _to_be_created(situation: Situation, ends: Ends) -> list[Kind]:
    """Kinds that are new and that the CRM's conversion does not make, in the order they lean on each other."""
    style = situation.style
    wanted = [kind for kind in _CREATED if kind not in style.makes | style.given and not ends.knows(kind)]
    return [kind for kind in wanted if kind is not Kind.OPPORTUNITY or situation.decision.opportunity is not None]


def _create(situation: Situation, kind: Kind, ends: Ends) -> Step:
    lead = situation.lead.ref
    object_name = situation.wording.object_name(kind)
    key = external_key(lead.connection, lead.id, kind)
    return Step(
        key=step_key(situation.org, lead, Action.CREATE, object_name),
        action=Action.CREATE,
        lead=lead,
        object=object_name,
        kind=kind.value,
        because=(f"the conversion goes into a new {kind.value}",),
        ids=ends.ids,
        takes=ends.takes,
        after=situation.wording.payload(kind, _new_values(situation, kind), True),
        grade=Grade.B,
        cost=situation.style.write_calls,
        share=situation.share,
        connection=situation.connection,
        external_key=key,
    )


def _convert(situation: Situation, ends: Ends, joins: bool) -> Step:
    lead = situation.lead.ref
    object_name = situation.wording.object_name(Kind.LEAD)
    new = situation.decision.opportunity is not None and not joins
    given = Kind.OPPORTUNITY in situation.style.given and new
    return Step(
        key=step_key(situation.org, lead, Action.CONVERT, object_name),
        action=Action.CONVERT,
        lead=lead,
        object=object_name,
        kind=Kind.LEAD.value,
        because=_because(situation),
        ids=ends.ids,
        takes=ends.takes,
        after=_given_opportunity(situation) if given else {},
        terms=_terms(situation, joins),
        grade=Grade.C,
        cost=situation.style.conversion_calls,
        share=situation.share,
        connection=situation.connection,
        external_key=lead.key,
        policy=situation.decision.policy,
    )


def _because(situation: Situation) -> tuple[str, ...]:
    told = tuple(reason.detail for reason in situation.decision.reasons)
    if not situation.standing or situation.decision.opportunity is None:
        return told
    return (*told, "open-opportunity: an opportunity of this type that we opened is open on the account; it joins that")


def _given_opportunity(situation: Situation) -> Values:
    return situation.wording.payload(Kind.OPPORTUNITY, _new_values(situation, Kind.OPPORTUNITY), True)


def _terms(situation: Situation, joins: bool) -> dict[str, Scalar]:
    opportunity = situation.decision.opportunity
    terms: dict[str, Scalar] = {
        "converted_status": _converted_status(situation),
        "opportunity": "none" if opportunity is None else "join" if joins else "new",
        "overwrite_source": False,
    }
    if opportunity is not None and not joins:
        terms["opportunity_name"] = opportunity.name
    if situation.owner:
        terms["owner_id"] = situation.owner
    return terms


def _converted_status(situation: Situation) -> Scalar:
    """The status of a converted lead in the CRM's own word, where the mapping has one for it."""
    status = situation.rules.converted_status
    said = situation.wording.payload(Kind.LEAD, {"status": status}, False)
    return next(iter(said.values()), status)


def offered(situation: Situation, kind: Kind) -> dict[str, Scalar]:
    """The lead's values for a record of *kind*, under that record's canonical names; its opt-outs always."""
    fields = situation.rules.fields.get(kind, {})
    found = {to: situation.lead.get(frm) for to, frm in fields.items()}
    foreign = {"owner_id"} if situation.foreign else set()
    values: dict[str, Scalar] = {n: value for n, value in found.items() if value is not None and n not in foreign}
    return {**values, **_opt_outs(situation)} if kind is Kind.CONTACT else values


def _opt_outs(situation: Situation) -> dict[str, Scalar]:
    return dict.fromkeys(filter(situation.lead.flag, CONSENT), True)


def _new_values(situation: Situation, kind: Kind) -> dict[str, Scalar]:
    """All that a new record of *kind* is made of, our key included."""
    lead, opportunity = situation.lead.ref, situation.decision.opportunity
    values = offered(situation, kind)
    if kind is Kind.OPPORTUNITY and opportunity is not None:
        values = {**_unqualified(situation), **values, "name": opportunity.name, **opportunity.values}
    if situation.owner:
        values["owner_id"] = situation.owner
    return {**values, "external_key": external_key(lead.connection, lead.id, kind)}


def _unqualified(situation: Situation) -> dict[str, Scalar]:
    """What every opportunity must have, and the lead cannot tell: it begins in the first stage, worth nothing yet."""
    closes = situation.decision.decided_at.date() + timedelta(days=CLOSES_IN_DAYS)
    return {"stage": situation.first_stage or None, "amount": 0, "close_date": closes.isoformat()}


def _stamps(situation: Situation, convert: Step) -> tuple[Step, ...]:
    """Our key, and what the native conversion would lose, on every record that it made by itself."""
    made = [kind for kind in _CREATED if kind in situation.style.makes and _creates(kind, convert)]
    return tuple(_stamp(situation, convert, kind) for kind in made)


def _creates(kind: Kind, convert: Step) -> bool:
    if kind is Kind.OPPORTUNITY:
        return convert.terms["opportunity"] == "new"
    return kind.value not in convert.ids and kind.value not in convert.takes


def _stamp(situation: Situation, convert: Step, kind: Kind) -> Step:
    lead = situation.lead.ref
    native = situation.rules.native.get(kind, frozenset())
    values: dict[str, Scalar] = {n: v for n, v in offered(situation, kind).items() if n not in native}
    if kind is Kind.OPPORTUNITY and situation.decision.opportunity is not None:
        values |= dict(situation.decision.opportunity.values)
    values["external_key"] = external_key(lead.connection, lead.id, kind)
    if situation.owner:
        values.pop("owner_id", None)  # the conversion gave the record to the owner that was chosen
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
        cost=situation.style.write_calls,
        connection=situation.connection,
    )


def _corrections(situation: Situation, convert: Step) -> tuple[Step, ...]:
    """What the lead knows better than an existing record, as survivorship settled it."""
    found = []
    for kind, existing in ((Kind.ACCOUNT, situation.account), (Kind.CONTACT, situation.contact)):
        won = _won(situation, kind, existing)
        if existing is not None and won:
            found.append(_correction(situation, convert, kind, existing.values, won))
    if situation.contact is None and _is_anothers(situation):
        found.append(_correction(situation, convert, Kind.CONTACT, {}, _opt_outs(situation)))
    return tuple(step for step in found if step.after)


def _won(situation: Situation, kind: Kind, existing: Record | None) -> Values:
    """What survivorship lets the lead win, as far as no invariant speaks against it: see `invariants`."""
    won = dict(situation.survivors.get(kind, {}))
    if kind is Kind.ACCOUNT:
        won.pop("owner_id", None)
    if kind is Kind.CONTACT and existing is not None:
        lifted = [name for name in CONSENT if won.get(name) is not True and existing.flag(name)]
        won = {name: value for name, value in won.items() if name not in lifted}
        won |= {name: True for name in _opt_outs(situation) if not existing.flag(name)}
    return won


def _is_anothers(situation: Situation) -> bool:
    """Whether the contact is one that another lead's conversion brings: nothing of this lead reaches it by itself."""
    leader = situation.original or situation.leader
    return bool(_opt_outs(situation)) and leader is not None and "contact" in leader.roles


def _correction(situation: Situation, convert: Step, kind: Kind, existing: Mapping[str, Scalar], won: Values) -> Step:
    native = _filled_by_the_crm(situation, kind)
    wanted = {n: v for n, v in won.items() if not (n in native and existing.get(n) in (None, ""))}
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
        cost=situation.style.write_calls,
        connection=situation.connection,
    )


def _filled_by_the_crm(situation: Situation, kind: Kind) -> frozenset[str]:
    """Blanks of an existing record that the CRM's own conversion fills.

    Consent is never among them: Salesforce gives the opt-outs of a lead to a new contact and to no existing one.
    """
    if kind not in situation.style.makes:
        return frozenset()
    rules = situation.rules.survivorship.get(kind, {})
    native = situation.rules.native.get(kind, frozenset())
    return native - {*CONSENT, *(name for name, rule in rules.items() if rule is Survives.TIGHTEN)}
