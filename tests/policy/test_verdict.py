"""The verdict: the first row decides, people win, and nothing impossible is asked for."""

from __future__ import annotations

import pytest

from connector.model.decision import Motion, Ruling, Verdict
from connector.model.match import Linkage
from connector.model.records import Kind, Record
from tests.policy.making import ACCOUNT, NOW, OLDER, decided, lead, small, survivor

SMALL = small()
HOT = lead(employees=500, requested_action="demo")


def says(verdict: Verdict, reason: str = "", note: str = "") -> Ruling:
    """A person's word."""
    return Ruling(verdict, "ann", NOW, reason, note)


def test_first_row_that_holds_decides() -> None:
    """Rows are asked in the order of the file, and the next one that holds is named as the runner-up."""
    found = decided(SMALL, HOT)
    assert (found.verdict, found.rule, found.runner_up) == (Verdict.CONVERT, "asks", "rest")
    foe = decided(SMALL, lead(company="foe inc", employees=500, requested_action="demo"), Linkage.POSSIBLE)
    assert (foe.rule, foe.runner_up) == ("disqualified", "possible")
    assert decided(SMALL).runner_up == ""


def test_reasons_begin_with_the_row() -> None:
    """The row's reason stands first, the lines of the scorecard and the identity behind it."""
    codes = [reason.code for reason in decided(SMALL, HOT).reasons]
    assert codes == ["asks", "fit", "engagement", "intent"]


def test_disqualification_names_its_reason() -> None:
    """A disqualified lead carries the code of the list and its sentence, never free text."""
    found = decided(SMALL, lead(company="Foe Inc"))
    assert (found.verdict, found.disqualification) == (Verdict.DISQUALIFY, "foe")
    assert (found.reasons[0].code, found.reasons[0].detail) == ("foe", "It is a foe.")


@pytest.mark.parametrize("linkage", [Linkage.CONTACT, Linkage.ACCOUNT])
def test_known_account_is_farmed(linkage: Linkage) -> None:
    """A lead of a known account is attached; only intent or BANT opens an opportunity there."""
    quiet, asking = decided(SMALL, lead(), linkage), decided(SMALL, lead(requested_action="quote"), linkage)
    assert (quiet.verdict, quiet.motion, quiet.opportunity) == (Verdict.ATTACH, Motion.FARMER, None)
    assert asking.opportunity is not None
    assert asking.opportunity.name == "Plain Harbor Inc - Quote"


def test_named_account_is_farmed_unknown_to_crm() -> None:
    """A named account is known by its domain, its web site or its name without the legal form."""
    assert decided(SMALL, lead(email="x@mail.bigfish.example")).motion is Motion.FARMER
    assert decided(SMALL, lead(website="www.bigfish.example")).motion is Motion.FARMER
    assert decided(SMALL, lead(company="Big Fish GmbH")).motion is Motion.FARMER
    assert decided(SMALL, lead(company="Big Fishing AG")).motion is Motion.HUNTER


@pytest.mark.parametrize(
    ("standing", "verdict", "reason"),
    [
        (None, Verdict.NURTURE, "duplicate-of"),
        (survivor(Verdict.CONVERT), Verdict.ATTACH, "duplicate-of"),
        (survivor(Verdict.ATTACH), Verdict.ATTACH, "duplicate-of"),
        (survivor(Verdict.REVIEW), Verdict.REVIEW, "duplicate-of"),
        (survivor(Verdict.NURTURE), Verdict.NURTURE, "duplicate-of"),
        (survivor(Verdict.DISQUALIFY, disqualification="foe"), Verdict.DISQUALIFY, "duplicate-of"),
    ],
)
def test_duplicate_takes_survivors_verdict(standing: object, verdict: Verdict, reason: str) -> None:
    """A duplicate follows its survivor, and waits while that one is not decided."""
    found = decided(SMALL, lead(), Linkage.LEAD, survivor=standing)
    assert (found.verdict, found.reasons[0].code, found.duplicate_of) == (verdict, reason, OLDER)
    assert found.disqualification == ("foe" if verdict is Verdict.DISQUALIFY else "")


def test_who_asks_after_being_set_aside_is_reviewed() -> None:
    """A disqualified survivor does not speak for a lead that asks anew: a person is asked, in their own review."""
    standing = survivor(Verdict.DISQUALIFY, disqualification="closed-in-crm")
    found = decided(SMALL, lead(requested_action="demo"), Linkage.LEAD, survivor=standing)
    assert (found.verdict, found.reasons[0].code, found.duplicate_of) == (Verdict.REVIEW, "asked-again", None)


@pytest.mark.parametrize(("opened", "expected"), [(True, False), (False, True)])
def test_one_opportunity_for_survivor_and_duplicate(opened: bool, expected: bool) -> None:
    """A duplicate that asks opens an opportunity only when its survivor opened none."""
    standing = survivor(Verdict.CONVERT, opportunity=opened)
    found = decided(SMALL, lead(requested_action="demo"), Linkage.LEAD, survivor=standing)
    assert (found.opportunity is not None) is expected


def test_worked_lead_stays_with_its_person() -> None:
    """What would convert becomes a review, what would be disqualified is nurtured, the rest is as it was."""
    converting = decided(SMALL, HOT, worked="owner changed")
    assert (converting.verdict, converting.reasons[0].code) == (Verdict.REVIEW, "worked-by-person")
    assert (converting.rule, converting.opportunity) == ("asks", None)
    foe = decided(SMALL, lead(company="Foe Inc"), worked="owner changed")
    assert (foe.verdict, foe.disqualification) == (Verdict.NURTURE, "")
    attached = decided(SMALL, lead(), Linkage.ACCOUNT, worked="owner changed")
    assert attached.verdict is Verdict.REVIEW
    assert decided(SMALL, lead(), worked="owner changed").reasons[0].code == "rest"


def test_policy_may_overtake_people() -> None:
    """With `even_if_worked` a worked lead is treated like any other."""
    rulebook = small(opportunity='opportunity: {name: "{company}"}\npeople: {even_if_worked: true}')
    assert decided(rulebook, HOT, worked="owner changed").verdict is Verdict.CONVERT


def test_status_that_only_people_set_is_work() -> None:
    """A status beyond the untouched ones means that a person has taken the lead up."""
    rulebook = small(opportunity='opportunity: {name: "{company}"}\npeople: {untouched_statuses: [Open, New]}')
    assert decided(rulebook, lead(employees=500, requested_action="demo", status="open")).verdict is Verdict.CONVERT
    assert decided(rulebook, lead(employees=500, requested_action="demo")).verdict is Verdict.CONVERT
    taken = decided(rulebook, lead(employees=500, requested_action="demo", status="Working"))
    assert (taken.verdict, taken.reasons[0].code) == (Verdict.REVIEW, "worked-by-person")


def test_closed_lead_stays_closed() -> None:
    """A lead that a person closed is left, also when it counts as worked; a reason on record stays the reason."""
    closed = decided(SMALL, lead(status="Closed", employees=500, requested_action="demo"), worked="status changed")
    assert (closed.verdict, closed.disqualification) == (Verdict.DISQUALIFY, "closed-in-crm")
    for recorded in ("foe", "It is a foe."):
        kept = decided(SMALL, lead(status="Closed", disqualification_reason=recorded))
        assert kept.disqualification == "foe"
    other = decided(SMALL, lead(status="Closed", disqualification_reason="did not like them"))
    assert other.disqualification == "closed-in-crm"


def test_queue_owned_lead_needs_an_owner() -> None:
    """A lead in a queue converts only when the route names an owner."""
    queued = lead(employees=500, requested_action="demo", owner_kind="queue")
    assert decided(SMALL, queued).reasons[0].code == "queue-owned"
    assert decided(SMALL, queued).verdict is Verdict.REVIEW
    assert decided(SMALL, queued, owner="005").verdict is Verdict.CONVERT
    assert decided(SMALL, lead(owner_kind="queue")).verdict is Verdict.NURTURE
    assert decided(SMALL, lead(owner_kind="queue"), Linkage.ACCOUNT).reasons[0].code == "queue-owned"
    assert decided(SMALL, queued, ruling=says(Verdict.CONVERT)).reasons[0].code == "queue-owned"


@pytest.mark.parametrize("verdict", [Verdict.REVIEW, Verdict.NURTURE, Verdict.CONVERT])
def test_ruling_wins_over_everything(verdict: Verdict) -> None:
    """A person's answer overrules rows and work; the row that would have fired is the runner-up."""
    foe = lead(company="Foe Inc", owner_kind="queue")
    word = says(verdict, note="I know them")
    found = decided(SMALL, foe, worked="owner changed", owner="005", ruling=word)
    assert (found.verdict, found.rule, found.ruled_by) == (verdict, "ruling", "ann")
    assert (found.reasons[0].code, found.runner_up) == ("human-answer", "disqualified")
    assert "I know them" in found.reasons[0].detail


def test_ruled_reason_stays_on_the_list() -> None:
    """A person disqualifies with a reason of the list; anything else becomes `not-a-fit`."""
    assert decided(SMALL, ruling=says(Verdict.DISQUALIFY, "foe")).disqualification == "foe"
    assert decided(SMALL, ruling=says(Verdict.DISQUALIFY, "smells")).disqualification == "not-a-fit"
    assert decided(SMALL, ruling=says(Verdict.DISQUALIFY)).disqualification == "not-a-fit"


def test_ruled_conversion_uses_the_known_account() -> None:
    """Convert means attach where the account is known by now, and attach needs one."""
    assert decided(SMALL, lead(), Linkage.ACCOUNT, ruling=says(Verdict.CONVERT)).verdict is Verdict.ATTACH
    assert decided(SMALL, lead(), Linkage.POSSIBLE, ruling=says(Verdict.CONVERT)).verdict is Verdict.CONVERT
    nowhere = decided(SMALL, ruling=says(Verdict.ATTACH))
    assert (nowhere.verdict, nowhere.reasons[0].code) == (Verdict.REVIEW, "no-account")
    follower = decided(
        SMALL, lead(), Linkage.LEAD, ruling=says(Verdict.CONVERT), survivor=survivor(Verdict.CONVERT, opportunity=True)
    )
    assert (follower.verdict, follower.duplicate_of) == (Verdict.ATTACH, OLDER)


def test_converted_lead_stays_converted() -> None:
    """Nothing undoes a conversion, not even a person's answer; nothing is opened a second time."""
    found = decided(SMALL, lead(converted=True, requested_action="demo"), ruling=says(Verdict.DISQUALIFY))
    assert (found.verdict, found.rule, found.opportunity) == (Verdict.CONVERT, "already-converted", None)
    assert found.look_again_at is None


@pytest.mark.parametrize(
    ("account_made", "verdict"),
    [("2025-01-01T00:00:00Z", Verdict.ATTACH), ("2026-01-10T00:00:00Z", Verdict.CONVERT)],
)
def test_converted_lead_was_attached_to_older_account(account_made: str, verdict: Verdict) -> None:
    """A converted lead counts as attached when its account is older than the lead, else as converted."""
    account = Record(Kind.ACCOUNT, ACCOUNT, {"created_at": account_made})
    record = lead(converted=True, created_at="2026-01-09T00:00:00Z")
    assert decided(SMALL, record, Linkage.CONTACT, account=account).verdict is verdict


def test_table_cannot_ask_for_the_impossible() -> None:
    """A second account for a known company, an account without a name, and an attachment to nothing are refused."""
    always = small(rest="  - {name: rest, says: All., verdict: convert}", known="")
    assert decided(always, lead(), Linkage.ACCOUNT).verdict is Verdict.ATTACH
    nameless = decided(always, lead(company="n/a"))
    assert (nameless.verdict, nameless.reasons[0].code) == (Verdict.REVIEW, "no-company")
    homeless = decided(small(rest="  - {name: rest, says: All., verdict: attach}"))
    assert (homeless.verdict, homeless.reasons[0].code) == (Verdict.REVIEW, "no-account")


def test_broken_promise_becomes_review() -> None:
    """A verdict that an invariant forbids becomes a review that names it."""
    promise = "invariants: [{name: no-gifts, says: Never., when: {field: rating, is: Hot}, never: [convert]}]"
    rulebook = small(opportunity='opportunity: {name: "{company}"}\n' + promise)
    hot = lead(employees=500, requested_action="demo", rating="Hot")
    assert decided(rulebook, hot).reasons[0].code == "no-gifts"
    assert decided(rulebook, hot).verdict is Verdict.REVIEW
    assert decided(rulebook, HOT).verdict is Verdict.CONVERT


def test_disqualifying_row_may_name_its_reason() -> None:
    """A row can disqualify with a reason of its own choice from the list."""
    rulebook = small(rest="  - {name: rest, says: All., verdict: disqualify, disqualification: not-a-fit}")
    assert decided(rulebook).disqualification == "not-a-fit"


def test_opportunity_name_is_cut_at_the_company() -> None:
    """A long company name gives way so that the action stays readable; values are filled in where there are any."""
    extra = 'max_length: 20, values: {source: "{source}", type: New}'
    rulebook = small(opportunity=f'opportunity: {{name: "{{company}} - {{action}}", {extra}}}')
    record = lead(company="An Extraordinarily Long Name", employees=500, requested_action="demo")
    terms = decided(rulebook, record).opportunity
    assert terms is not None
    assert (terms.name, dict(terms.values)) == ("An Extraordin - Demo", {"type": "New"})
    sourced = decided(rulebook, lead(employees=500, requested_action="demo", source="Web")).opportunity
    assert sourced is not None
    assert sourced.values["source"] == "Web"


def test_braces_in_data_are_only_text() -> None:
    """A company whose name looks like a placeholder is taken as it is."""
    terms = decided(SMALL, lead(company="{action} {0} Inc", employees=500, requested_action="demo")).opportunity
    assert terms is not None
    assert terms.name == "{action} {0} Inc - Demo"
