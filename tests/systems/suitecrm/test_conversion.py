"""Conversion in steps: the end state is that of the interface's own conversion."""

from __future__ import annotations

from typing import Any

import pytest

from connector.model.plan import Action, Order, Outcome, Receipt
from connector.model.records import Kind, Scalar
from tests.contracts.doing import perform
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

from .crm import changing, limited, making, operations, order, row

LEAD: dict[str, Scalar] = {
    "salutation": "Ms.",
    "first_name": "Ann",
    "last_name": "O'Kafor",
    "title": "Buyer",
    "department": "Purchasing",
    "account_name": "Acme & Söhne",
    "phone_work": "+49 30 1",
    "phone_mobile": "+49 170 1",
    "do_not_call": 1,
    "primary_address_street": "Main 1",
    "primary_address_city": "Berlin",
    "primary_address_postalcode": "10115",
    "primary_address_country": "Germany",
    "alt_address_city": "Potsdam",
    "website": "https://acme.example",
    "lead_source": "Web Site",
    "description": "wants a demo",
    "email1": "ann@acme.example",
    "status_description": "private",
    "refered_by": "Bob",
    "opportunity_name": "Twelve machines",
    "opportunity_amount": "5000",
    "connector_key_c": "somewhere:1",
    "assigned_user_id": "1",
}
DEAL: dict[str, Scalar] = {"date_closed": "2027-03-01", "sales_stage": "Prospecting"}


def one(subject: SuiteSubject, asked: Order) -> Receipt:
    """The receipt of one order."""
    (receipt,) = perform(subject.system, asked)
    assert receipt.outcome is Outcome.APPLIED, receipt
    return receipt


def closing(lead_id: str, **ids: str) -> Order:
    """The order that closes a lead."""
    terms = {"converted_status": "Converted", "opportunity": "new" if "opportunity" in ids else "none"}
    return order(Action.CONVERT, "Leads", key="source:1", ids={"lead": lead_id, **ids}, terms=terms)


def made(subject: SuiteSubject, lead_id: str, deal: bool = True) -> dict[str, str]:
    """Account, contact and opportunity of a lead, made as the pipeline makes them."""
    key = f"source:{lead_id}"
    ids = {"account": one(subject, making("Accounts", f"{key}:account", {}, lead=lead_id)).ids["record"]}
    contact = making("Contacts", f"{key}:contact", {}, lead=lead_id, **ids)
    ids["contact"] = one(subject, contact).ids["record"]
    if deal:
        ids["opportunity"] = one(subject, making("Opportunities", f"{key}:opportunity", DEAL, lead=lead_id, **ids)).ids[
            "record"
        ]
    return ids


def test_end_state_is_the_interfaces(either: SuiteSubject) -> None:
    """Every line of the checklist: flag, status, three ids, the links between the three, one shared address."""
    lead_id = either.lead(**LEAD)
    ids = made(either, lead_id)
    receipt = one(either, closing(lead_id, **ids))
    assert receipt.ids == {"lead": lead_id, **ids}
    lead, contact = row(either, "Leads", lead_id), row(either, "Contacts", ids["contact"])
    deal = row(either, "Opportunities", ids["opportunity"])
    assert (lead["converted"] in (1, "1", True), lead["status"], lead["deleted"] in (1, "1", True)) == (
        True,
        "Converted",
        False,
    )
    assert [lead[f"{role}_id"] for role in ("account", "contact", "opportunity")] == list(ids.values())
    assert (contact["account_id"], deal["account_id"], deal["contact_ids"]) == (
        ids["account"],
        ids["account"],
        [ids["contact"]],
    )
    assert contact["email1"] == lead["email1"] == "ann@acme.example"
    assert lead["account_name"] == "Acme & Söhne"
    for module, role in (("Accounts", "account"), ("Contacts", "contact"), ("Opportunities", "opportunity")):
        assert row(either, module, ids[role])["assigned_user_id"] == "1"
    assert len(either.dump("EmailAddresses")) == 1


def test_role_is_the_decision_maker(suite: SuiteSubject) -> None:
    """The legacy service can say what the person is to the deal."""
    lead_id = suite.lead(**LEAD)
    ids = made(suite, lead_id)
    deal = row(suite, "Opportunities", ids["opportunity"])
    assert deal["contact_roles"] == {ids["contact"]: "Primary Decision Maker"}


def test_new_records_take_the_leads_fields(either: SuiteSubject) -> None:
    """What the interface copies is copied: fields of one name, the addresses, the few that are renamed; no more."""
    lead_id = either.lead(**LEAD)
    ids = made(either, lead_id)
    contact, company = row(either, "Contacts", ids["contact"]), row(either, "Accounts", ids["account"])
    same = ("salutation", "first_name", "last_name", "title", "department", "phone_mobile", "primary_address_city")
    assert {name: contact[name] for name in (*same, "lead_source", "description")} == {
        name: LEAD[name] for name in (*same, "lead_source", "description")
    }
    assert contact["do_not_call"] in (1, "1", True)
    assert (company["name"], company["phone_office"], company["website"]) == (
        LEAD["account_name"],
        LEAD["phone_work"],
        LEAD["website"],
    )
    assert (company["billing_address_street"], company["billing_address_city"]) == ("Main 1", "Berlin")
    assert (company["shipping_address_street"] or "", company["shipping_address_city"]) == ("", "Potsdam")
    deal = row(either, "Opportunities", ids["opportunity"])
    assert (deal["name"], float(deal["amount"]), deal["lead_source"]) == ("Twelve machines", 5000.0, "Web Site")
    # Our key is each record's own.
    assert company["connector_key_c"] == f"source:{lead_id}:account"
    assert contact["connector_key_c"] == f"source:{lead_id}:contact"


def test_told_values_win_over_carried(either: SuiteSubject) -> None:
    """What the mapping says stands; the lead only fills what it leaves open."""
    lead_id = either.lead(**LEAD)
    create = making("Accounts", "source:1:account", {"name": "ACME SE", "phone_office": "+49 30 2"}, lead=lead_id)
    company = row(either, "Accounts", one(either, create).ids["record"])
    assert (company["name"], company["phone_office"], company["billing_address_city"]) == (
        "ACME SE",
        "+49 30 2",
        "Berlin",
    )


def test_second_conversion_changes_nothing(either: SuiteSubject) -> None:
    """Trap 22: SuiteCRM would convert a lead again; here the second time is told as done and writes nothing."""
    lead_id = either.lead(**LEAD)
    close = closing(lead_id, **made(either, lead_id))
    first, before = one(either, close), row(either, "Leads", lead_id)
    assert one(either, close).ids == first.ids
    assert row(either, "Leads", lead_id) == before


def test_flag_without_status_is_converted(either: SuiteSubject) -> None:
    """Trap 22: the flag alone says that a lead is converted, and its ids are kept."""
    lead_id = either.lead(**LEAD)
    ids = made(either, lead_id, deal=False)
    theirs = either.load("Contacts", [{"last_name": "Other"}])[0]
    (open_lead,) = either.load("Leads", [{**LEAD, "converted": 1, "status": "In Process", "contact_id": theirs}])
    (receipt,) = perform(either.system, closing(open_lead, **ids))
    assert (receipt.outcome, receipt.code, receipt.ids["contact"]) == (Outcome.ALREADY, "converted-elsewhere", theirs)


def test_contact_without_flag_is_converted(either: SuiteSubject) -> None:
    """Trap 22: a lead that is linked to another contact was taken up by somebody."""
    lead_id = either.lead(**LEAD)
    ids = made(either, lead_id, deal=False)
    theirs = either.load("Contacts", [{"last_name": "Other"}])[0]
    (linked,) = either.load("Leads", [{**LEAD, "contact_id": theirs}])
    (receipt,) = perform(either.system, closing(linked, **ids))
    assert (receipt.outcome, receipt.code) == (Outcome.ALREADY, "converted-elsewhere")


def test_status_alone_is_for_a_person(either: SuiteSubject) -> None:
    """Trap 22: a lead whose status says Converted, with no flag and no contact, is not closed over somebody's head."""
    (odd,) = either.load("Leads", [{**LEAD, "status": "Converted"}])
    ids = made(either, either.lead(**LEAD), deal=False)
    (receipt,) = perform(either.system, closing(odd, **ids))
    assert (receipt.outcome, receipt.code, receipt.fields) == (Outcome.REJECTED, "status-converted", ("status",))


def test_lead_of_a_known_account_is_open(either: SuiteSubject) -> None:
    """A lead that was made from an account's page carries its id and is not converted for that."""
    account = either.load("Accounts", [{"name": "Acme"}])[0]
    lead_id = either.lead(**LEAD, account_id=account)
    ids = made(either, lead_id)
    assert one(either, closing(lead_id, **ids)).ids["account"] == ids["account"]


def test_half_done_conversion_is_finished(either: SuiteSubject) -> None:
    """Links and accounts that are missing are made good before the lead is closed."""
    lead_id = either.lead(**LEAD)
    account = either.load("Accounts", [{"name": "Acme"}])[0]
    contact = either.load("Contacts", [{"last_name": "Okafor"}])[0]
    deal = either.load("Opportunities", [{"name": "Demo", **DEAL, "amount": 1}])[0]
    one(either, closing(lead_id, account=account, contact=contact, opportunity=deal))
    assert row(either, "Contacts", contact)["account_id"] == account
    stored = row(either, "Opportunities", deal)
    assert (stored["account_id"], stored["contact_ids"]) == (account, [contact])


def test_contact_of_another_account_stays(either: SuiteSubject) -> None:
    """A contact is not moved from its account: whether it belongs to the new one is a person's question."""
    lead_id = either.lead(**LEAD)
    account, other = either.load("Accounts", [{"name": "Acme"}, {"name": "Other"}])
    contact = either.load("Contacts", [{"last_name": "Okafor", "account_id": other}])[0]
    one(either, closing(lead_id, account=account, contact=contact))
    assert row(either, "Contacts", contact)["account_id"] == other


@pytest.mark.parametrize("kind", [Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY])
def test_missing_party_is_noticed(either: SuiteSubject, kind: Kind) -> None:
    """SuiteCRM would link a lead to records that do not exist, and say that it did."""
    lead_id = either.lead(**LEAD)
    ids = made(either, lead_id)
    either.door("delete", ids[kind.value], kind)
    (receipt,) = perform(either.system, closing(lead_id, **ids))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, f"{kind.value}-gone")
    assert "undelete it in the CRM, then retry; or convert the lead by hand" in receipt.message
    assert row(either, "Leads", lead_id)["converted"] not in (1, "1", True)


def test_lead_without_a_person_is_not_closed(either: SuiteSubject) -> None:
    """A conversion into no contact is none."""
    lead_id = either.lead(**LEAD)
    account = either.load("Accounts", [{"name": "Acme"}])[0]
    (receipt,) = perform(either.system, closing(lead_id, account=account))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "no-contact")


def test_fifty_leads_close_in_one_write(suite: SuiteSubject) -> None:
    """A batch of conversions reads its leads and parties together, and closes all leads in one write."""
    account = suite.load("Accounts", [{"name": "Acme"}])[0]
    contacts = suite.load("Contacts", [{"last_name": f"C{n}", "account_id": account} for n in range(60)])
    leads = suite.leads(60)
    orders = [closing(lead, account=account, contact=c) for lead, c in zip(leads, contacts, strict=True)]
    assert [len(batch) for batch in suite.system.batches(orders)] == [50, 10]
    suite.system.identity()
    before = suite.system.calls
    assert {receipt.outcome for receipt in perform(suite.system, *orders)} == {Outcome.APPLIED}
    assert operations(suite).count("set_entries") == 2
    # Three descriptions once; leads, accounts, contacts, the write and the reading back, twice.
    assert suite.system.calls - before == 3 + 2 * 5


def test_owner_goes_to_an_unowned_lead(suite: SuiteSubject) -> None:
    """The owner of a conversion is the lead's too, unless somebody has it already."""
    account = suite.load("Accounts", [{"name": "Acme"}])[0]
    contact = suite.load("Contacts", [{"last_name": "Okafor", "account_id": account}])[0]
    for lead_id, owner in ((suite.lead(), "1"), (suite.lead(assigned_user_id="seed_x"), "seed_x")):
        close = closing(lead_id, account=account, contact=contact)
        terms: dict[str, Any] = {**close.step.terms, "owner_id": "1"}
        one(suite, order(Action.CONVERT, "Leads", key="k", ids=close.ids, terms=terms))
        assert row(suite, "Leads", lead_id)["assigned_user_id"] == owner


def pointing(subject: SuiteSubject) -> tuple[str, Order]:
    """A lead that points at a contact which was deleted since, and the order that closes it."""
    ids = made(subject, subject.lead(**LEAD), deal=False)
    (theirs,) = subject.load("Contacts", [{"last_name": "Other", "deleted": 1}])
    (lead_id,) = subject.load("Leads", [{**LEAD, "contact_id": theirs}])
    return lead_id, closing(lead_id, **ids)


def test_deleted_contact_closes_no_lead(suite: SuiteSubject) -> None:
    """Trap 22: a lead that points at a deleted contact was taken up by nobody: it is open, and is converted."""
    lead_id, close = pointing(suite)
    receipt = one(suite, close)
    assert receipt.ids["contact"] == close.ids["contact"]
    stored = row(suite, "Leads", lead_id)
    assert (stored["contact_id"], stored["status"]) == (close.ids["contact"], "Converted")


def test_unseen_contact_is_for_a_person(v8: SuiteV8Subject) -> None:
    """Over V8 a deleted contact looks like a hidden one: the lead is told, and is not taken for converted."""
    lead_id, close = pointing(v8)
    (receipt,) = perform(v8.system, close)
    assert (receipt.outcome, receipt.code, receipt.fields) == (Outcome.REJECTED, "contact-unseen", ("contact_id",))
    assert row(v8, "Leads", lead_id)["converted"] not in (1, "1", True)


def test_contact_that_may_not_be_edited_holds_up_its_own_lead_only(either: SuiteSubject) -> None:
    """Where a contact without an account is closed to our user, its lead stays open; the others of the batch close."""
    (account,) = either.load("Accounts", [{"name": "Acme"}])
    contacts = either.load("Contacts", [{"last_name": "A", "assigned_user_id": "1"}, {"last_name": "B"}])
    system = limited(either, "edit=owner")
    (me,) = [each["id"] for each in either.dump("Users") if each["user_name"] == "limited"]
    perform(either.system, changing(contacts[1], "Contacts", assigned_user_id=me))
    leads = either.load("Leads", [{**LEAD, "assigned_user_id": me}] * 2)
    orders = [closing(lead, account=account, contact=c) for lead, c in zip(leads, contacts, strict=True)]
    receipts = perform(system, *orders)
    assert [receipt.outcome for receipt in receipts] == [Outcome.REJECTED, Outcome.APPLIED], receipts
    assert (receipts[0].code, receipts[0].fields) == ("access-denied", ("contact_id",))
    assert row(either, "Leads", leads[0])["converted"] not in (1, "1", True)
