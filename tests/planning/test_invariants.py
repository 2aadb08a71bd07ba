"""Invariants on a plan: whatever the situation and the files say, no plan breaks one, and a broken plan is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.model.conversion import ConversionRules, Survives
from connector.model.decision import OpportunityTerms, Verdict
from connector.model.plan import Action, ConversionStyle, Invariant, PlannedLead, Step, Take
from connector.model.records import Kind, Record, RecordRef, Scalar, Values
from connector.planning import Leader, Situation, breaches, plan_breaches, plan_lead
from connector.planning.conversion import CONSENT

from .test_plan import NATIVE, Words, decision, situation

STYLES = (NATIVE, ConversionStyle(), ConversionStyle(given=frozenset({Kind.OPPORTUNITY})))
FIELDS = {
    Kind.ACCOUNT: {"name": "company", "phone": "phone", "owner_id": "owner_id"},
    Kind.CONTACT: {"last_name": "last_name", "phone": "phone", "owner_id": "owner_id"},
    Kind.OPPORTUNITY: {"source": "source"},
}
TERMS = OpportunityTerms("Okafor Looms - demo", {"type": "New Customer"})
ACCOUNT, CONTACT = RecordRef("salesforce", "Account", "001A"), RecordRef("salesforce", "Contact", "003C")

flags = st.fixed_dictionaries({}, optional=dict.fromkeys(CONSENT, st.booleans()))
texts = st.sampled_from([None, "one", "two"])
filled = st.fixed_dictionaries({}, optional={"phone": texts, "owner_id": texts, "name": texts, "last_name": texts})
words = st.dictionaries(
    st.sampled_from([*CONSENT, "phone", "owner_id"]), st.sampled_from([True, False, "one", "three"])
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Leads that convert, into records that are known or not, under files that may say anything."""
    lead: dict[str, Scalar] = {"last_name": "Okafor", "company": "Okafor Looms", **draw(filled), **draw(flags)}
    account = Record(Kind.ACCOUNT, ACCOUNT, draw(filled)) if draw(st.booleans()) else None
    person = {**draw(filled), **draw(flags)}
    contact = Record(Kind.CONTACT, CONTACT, person) if account is not None and draw(st.booleans()) else None
    survivors = {Kind.ACCOUNT: draw(words) if account else {}, Kind.CONTACT: draw(words) if contact else {}}
    known = st.sampled_from([None, Leader({"account": Take("k", "account"), "contact": Take("k", "contact")})])
    names = draw(st.sets(st.sampled_from([*CONSENT, "phone", "last_name"])))
    rule = draw(st.sampled_from(list(Survives)))
    rules = ConversionRules(
        "Converted",
        {**FIELDS, Kind.CONTACT: FIELDS[Kind.CONTACT] | {name: name for name in names & {*CONSENT}}},
        native={Kind.CONTACT: frozenset(names)},
        survivorship={Kind.CONTACT: dict.fromkeys(CONSENT, rule)},
    )
    return situation(
        Verdict.ATTACH if account else Verdict.CONVERT,
        lead,
        decision=decision(Verdict.CONVERT, opportunity=draw(st.sampled_from([None, TERMS]))),
        rules=rules,
        account=account,
        contact=contact,
        survivors=survivors,
        original=draw(known) if account is None else None,
        standing=draw(st.sampled_from(["", "006O", Take("k", "opportunity")])),
        style=draw(st.sampled_from(STYLES)),
        owner=draw(st.sampled_from(["", "005U"])),
    )


def writes(planned: PlannedLead, kind: Kind) -> list[Step]:
    """Steps that write on a record of *kind*."""
    return [step for step in planned.steps if step.kind == kind.value and step.action is not Action.CONVERT]


@settings(max_examples=80, deadline=None)
@given(situations())
def test_no_plan_breaks_an_invariant(case: Situation) -> None:
    """An opt-out arrives and none is lifted, filled fields and the account's owner stay, one opportunity is open."""
    planned = plan_lead(case)
    assert breaches(planned) == planned.refused == ()
    arrived: dict[str, Scalar] = {}
    for step in writes(planned, Kind.CONTACT):
        arrived |= step.after
    for name in CONSENT:
        assert arrived.get(name) is not False or not (case.contact and case.contact.flag(name))
        stands = case.contact is not None and case.contact.flag(name)
        native = Kind.CONTACT in case.style.makes and name in case.rules.native[Kind.CONTACT]
        if case.lead.flag(name) and not stands and (case.contact or case.original or not native):
            assert arrived.get(name) is True
    for existing in filter(None, (case.account, case.contact)):
        for step in writes(planned, existing.kind):
            lost = {n for n in step.after if existing.get(n) is not None and step.after[n] != existing.get(n)}
            assert lost <= {*case.survivors[existing.kind], *CONSENT}
            assert existing.kind is not Kind.ACCOUNT or "owner_id" not in step.after
    assert not case.standing or planned.steps[-1].terms.get("opportunity") != "new"


def known(**changes: object) -> PlannedLead:
    """A lead with opt-outs that goes into a known account and contact, both filled."""
    person: dict[str, Scalar] = {"phone": "one", "last_name": "Okafor", "do_not_call": True}
    facts = {
        "lead": {"last_name": "Okafor", "company": "Okafor Looms", "phone": "two", "opted_out_email": True},
        "account": Record(Kind.ACCOUNT, ACCOUNT, {"name": "Okafor", "phone": "one", "owner_id": "005A"}),
        "contact": Record(Kind.CONTACT, CONTACT, person),
    }
    lead = facts.pop("lead")
    assert isinstance(lead, dict)
    rules = ConversionRules("Converted", FIELDS, native={}, survivorship={})
    made = decision(Verdict.ATTACH, opportunity=TERMS)
    return plan_lead(situation(Verdict.ATTACH, lead, decision=made, rules=rules, **{**facts, **changes}))


def with_step(planned: PlannedLead, kind: Kind, after: Values, before: Values | None = None) -> PlannedLead:
    """The plan with one more write."""
    like = planned.steps[0]
    step = replace(like, key="x", action=Action.UPDATE, kind=kind.value, before=before or {}, after=after, terms={})
    return replace(planned, steps=(*planned.steps, step))


def without(planned: PlannedLead, kind: Kind) -> PlannedLead:
    """The plan without its writes on *kind*."""
    return replace(planned, steps=tuple(step for step in planned.steps if step not in writes(planned, kind)))


def reopened(planned: PlannedLead) -> PlannedLead:
    """The plan with an opportunity of its own after all."""
    convert = replace(planned.steps[0], terms={**planned.steps[0].terms, "opportunity": "new"})
    return replace(planned, steps=(convert, *planned.steps[1:]))


CORRUPTED: list[tuple[Callable[[], PlannedLead], Invariant]] = [
    (lambda: without(known(), Kind.CONTACT), Invariant.CONSENT),
    (lambda: with_step(known(), Kind.CONTACT, {"do_not_call": False}), Invariant.CONSENT),
    (lambda: with_step(known(), Kind.CONTACT, {"opted_out_email": None}), Invariant.CONSENT),
    (lambda: with_step(known(), Kind.ACCOUNT, {"phone": "two"}), Invariant.FILLED),
    (lambda: with_step(known(), Kind.ACCOUNT, {"site": "b"}, {"site": "a"}), Invariant.FILLED),
    (lambda: with_step(known(), Kind.ACCOUNT, {"owner_id": "005B"}), Invariant.OWNER),
]


@pytest.mark.parametrize(("plan", "invariant"), CORRUPTED)
def test_corrupted_plan_is_found(plan: Callable[[], PlannedLead], invariant: Invariant) -> None:
    """A plan that was sound and lost or got a step breaks the promise that it states."""
    assert breaches(known()) == ()
    assert invariant in {breach.invariant for breach in breaches(plan())}


def test_second_opportunity_is_found() -> None:
    """Neither a lead beside a standing opportunity nor two leads of a plan may open one of a type on one account."""
    first = known()
    promise = next(one for one in first.promises if one.invariant is Invariant.ONE_OPPORTUNITY)
    beside = replace(first, promises=(replace(promise, record="006O"),))
    assert [one.invariant for one in breaches(beside)] == [Invariant.ONE_OPPORTUNITY]
    other = RecordRef("salesforce", "Lead", "00Q2")
    second = replace(first, lead=other)
    assert [(one.invariant, one.lead) for one in plan_breaches([first, second])] == [
        (Invariant.ONE_OPPORTUNITY, str(other))
    ]
    upgrade = replace(second, promises=(replace(promise, type="Upgrade"),))
    assert plan_breaches([first, upgrade]) == ()
    joining = known(standing="006O")
    assert plan_breaches([first, joining]) == ()
    assert joining.steps[0].ids["opportunity"] == "006O"
    assert [one.invariant for one in breaches(reopened(joining))] == [Invariant.ONE_OPPORTUNITY]
    assert "open-opportunity" in joining.steps[0].because[-1]


class Mute(Words):
    """A CRM that does not take an opt-out, though it has the field."""

    def payload(self, kind: Kind, values: Values, creating: bool) -> Values:
        """Everything but that."""
        said = Words.payload(self, kind, values, creating)
        return {name: value for name, value in said.items() if kind is not Kind.CONTACT or name != "opted_out_email"}


def test_plan_that_would_break_one_writes_nothing() -> None:
    """Where the opt-out cannot be written, nothing is, and the reason stands in the plan."""
    planned = known(wording=Mute(), asking=Words())
    assert [step.action for step in planned.steps] == [Action.SKIP]
    assert [breach.invariant for breach in planned.refused] == [Invariant.CONSENT]
    assert "opted_out_email of the lead would be lost" in planned.steps[0].because[0]
