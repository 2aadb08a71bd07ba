"""A person converts the lead, or deletes what we made for it, while we are at it: nothing is done over their head."""

from __future__ import annotations

import pytest

from connector.model.plan import CONVERTED_ELSEWHERE, Outcome
from connector.model.records import Kind
from tests.contracts.doing import DONE, closing, counts, live, make, perform
from tests.contracts.sugarcrm_subject import SugarSubject

from .conftest import Made

KINDS = [Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY]


def taken_up(crm: SugarSubject) -> dict[str, str]:
    """A lead that a person converted: its id and those of what it became."""
    ids = {
        "account": crm.load("Accounts", [{"name": "Theirs"}])[0],
        "contact": crm.load("Contacts", [{"last_name": "Theirs"}])[0],
        "opportunity": crm.load("Opportunities", [{"name": "Theirs"}])[0],
    }
    told = {f"{role}_id": record for role, record in ids.items()}
    (lead,) = crm.load("Leads", [{"last_name": "Okafor", "converted": 1, "status": "Converted", **told}])
    return {"lead": lead, **ids}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("convert", ["endpoint", "steps"])
def test_no_twins_of_their_records(crm_with: Made, convert: str, kind: Kind) -> None:
    """Nothing is made of a lead that somebody else converted, and the receipt names their records."""
    crm = crm_with({}, convert=convert)
    parents = {} if kind is Kind.ACCOUNT else {"account": make(crm, Kind.ACCOUNT, "9")}
    theirs = taken_up(crm)
    before = counts(crm)
    (receipt,) = perform(crm.system, crm.create(kind, "8", lead=theirs["lead"], **parents))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, CONVERTED_ELSEWHERE)
    assert receipt.ids == theirs
    assert counts(crm) == before


@pytest.mark.parametrize("role", ["account", "contact", "opportunity"])
@pytest.mark.parametrize("convert", ["endpoint", "steps"])
def test_deleted_party_tells_what_to_do(crm_with: Made, convert: str, role: str) -> None:
    """A lead is not converted into a deleted record; the refusal says what a person does, not to change options."""
    crm = crm_with({}, convert=convert)
    (deal,) = crm.load("Opportunities", [{"name": "Theirs"}])
    lead_id = crm.lead()
    made = closing(crm, lead_id, opportunity=False).ids
    order = crm.convert(lead_id, account=made["account"], contact=made["contact"], opportunity_id=deal)
    crm.door("delete", order.ids[role], Kind(role))
    (receipt,) = perform(crm.system, order)
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, f"{role}-gone")
    assert "undelete it in the CRM, then retry; or convert the lead by hand" in receipt.message
    assert "steps" not in receipt.message
    assert not next(lead for lead in live(crm, Kind.LEAD) if lead.id == lead_id).converted


def test_deal_of_our_own_conversion_is_made(crm: SugarSubject) -> None:
    """A lead that became the very records which the order builds on is nobody else's: its deal can still be made."""
    account, contact = crm.load("Accounts", [{"name": "A"}])[0], crm.load("Contacts", [{"last_name": "B"}])[0]
    told = {"converted": 1, "status": "Converted", "account_id": account, "contact_id": contact}
    (lead,) = crm.load("Leads", [{"last_name": "Okafor", **told}])
    order = crm.create(Kind.OPPORTUNITY, "9", lead=lead, account=account, contact=contact)
    (receipt,) = perform(crm.system, order)
    assert receipt.outcome is Outcome.APPLIED


def test_record_made_before_stays_ours(crm: SugarSubject) -> None:
    """What we made before the person was faster is told as done, so that its id is not lost."""
    account = make(crm, Kind.ACCOUNT, "9")
    (receipt,) = perform(crm.system, crm.create(Kind.ACCOUNT, "9", lead=taken_up(crm)["lead"]))
    assert receipt.outcome in DONE
    assert receipt.ids["record"] == account


@pytest.mark.parametrize("convert", ["endpoint", "steps"])
def test_moved_contact_stays_where_it_is(crm_with: Made, convert: str) -> None:
    """A contact that a person has moved to another account is not taken back by a conversion."""
    crm = crm_with({}, convert=convert)
    lead_id = crm.lead()
    order = closing(crm, lead_id, opportunity=False)
    (elsewhere,) = crm.load("Accounts", [{"name": "Elsewhere"}])
    crm.door("edit", order.ids["contact"], Kind.CONTACT, set={"account_id": elsewhere})
    (receipt,) = perform(crm.system, order)
    assert (receipt.outcome, receipt.code, receipt.fields) == (Outcome.REJECTED, "contact-moved", ("account_id",))
    assert "move the contact back first, or convert the lead by hand" in receipt.message
    assert [contact.account for contact in live(crm, Kind.CONTACT)] == [elsewhere]
    assert not next(lead for lead in live(crm, Kind.LEAD) if lead.id == lead_id).converted


def test_contact_moved_after_the_conversion_is_nobodys_business(crm: SugarSubject) -> None:
    """A conversion that is done stays done, wherever a person moves its contact afterwards."""
    order = closing(crm, crm.lead(), opportunity=False)
    first = perform(crm.system, order)[0]
    (elsewhere,) = crm.load("Accounts", [{"name": "Elsewhere"}])
    crm.door("edit", order.ids["contact"], Kind.CONTACT, set={"account_id": elsewhere})
    (again,) = perform(crm.system, order)
    assert (again.outcome, again.ids) == (Outcome.ALREADY, first.ids)
    assert [contact.account for contact in live(crm, Kind.CONTACT)] == [elsewhere]


@pytest.mark.parametrize(("kind", "code"), [(Kind.LEAD, "gone"), (Kind.ACCOUNT, "account-gone")])
def test_deletion_in_the_instant_is_told_as_such(crm: SugarSubject, kind: Kind, code: str) -> None:
    """A record that goes between our look and the conversion is what the refusal names, not the layout or options."""
    order = closing(crm, crm.lead(), opportunity=False)
    door = {"dialect": "sugarcrm", "object": crm.words.objects[kind], "id": order.ids[kind.value], "when": "before"}
    crm.faults({"operation": "convert", "nth": 1, "action": "delete", **door})
    (receipt,) = perform(crm.system, order)
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, code)
    assert "steps" not in receipt.message
