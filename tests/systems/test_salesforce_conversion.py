"""Native conversion: which leads share a call, what is sent, and what an answer is worth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import RateLimited, RowLocked
from connector.model.plan import Action, Order, Outcome, Receipt, Step
from connector.model.records import RecordRef
from connector.systems.salesforce import SalesforceSystem
from connector.systems.salesforce.conversion import conversion_batches, lead_convert
from tests.contracts.subjects import SalesforceSubject, salesforce

WSDL_ORDER = [
    "accountId",
    "accountRecord",
    "bypassAccountDedupeCheck",
    "bypassContactDedupeCheck",
    "contactId",
    "contactRecord",
    "convertedStatus",
    "doNotCreateOpportunity",
    "leadId",
    "opportunityId",
    "opportunityName",
    "opportunityRecord",
    "overwriteLeadSource",
    "ownerId",
    "relatedPersonAccountId",
    "relatedPersonAccountRecord",
    "sendNotificationEmail",
]


def order(
    number: int, share: str = "", terms: Mapping[str, Any] | None = None, ids: Mapping[str, str] | None = None
) -> Order:
    """One conversion order."""
    known = {"lead": f"00Q5g0000000{number:03d}EAV", **(ids or {})}
    given_terms = {"converted_status": "Closed - Converted", "opportunity": "none", **(terms or {})}
    lead = RecordRef("crm", "Lead", known["lead"])
    return Order(Step(f"k{number}", Action.CONVERT, lead, "Lead", "lead", (), terms=given_terms, share=share), known)


def perform(system: SalesforceSystem, orders: Sequence[Order]) -> list[Receipt]:
    """Receipts in the order of *orders*."""
    found = {receipt.step: receipt for batch in system.batches(orders) for receipt in system.perform(batch)}
    return [found[each.step.key] for each in orders]


def parts(xml: str) -> dict[str, str]:
    """The elements of one leadConverts, in order."""
    return dict(re.findall(r"<urn:(\w+)>([^<]*)</urn:\1>", xml))


_groups = st.lists(
    st.tuples(
        st.sampled_from(["", "acme", "bolt"]),
        st.sampled_from(["", "A1", "A2", "A3"]),
        st.sampled_from(["", "C1", "C2"]),
    ),
    max_size=60,
)


@pytest.mark.fault
@given(_groups, st.integers(1, 8))
def test_A11_twins_never_share_a_call(drawn: list[tuple[str, str, str]], most: int) -> None:  # noqa: N802
    """No call holds two leads of one new account or one contact; nothing is lost, and no call is too long."""
    orders = [
        order(n, share, ids={role: value for role, value in (("account", account), ("contact", contact)) if value})
        for n, (share, account, contact) in enumerate(drawn)
    ]
    batches = list(conversion_batches(orders, most))
    assert sorted(each.step.key for batch in batches for each in batch) == sorted(each.step.key for each in orders)
    for batch in batches:
        assert len(batch) <= most
        new = [each.step.share for each in batch if each.step.share and "account" not in each.ids]
        contacts = [each.ids["contact"] for each in batch if "contact" in each.ids]
        assert len(set(new)) == len(new)
        assert len(set(contacts)) == len(contacts)


@given(st.lists(st.sampled_from(["", "A1", "A2", "A3", "A4"]), max_size=80))
def test_account_mates_stay_together(accounts: list[str]) -> None:
    """Leads of one existing account stand in one call when they fit in one."""
    orders = [order(n, ids={"account": account} if account else {}) for n, account in enumerate(accounts)]
    batches = list(conversion_batches(orders, 20))
    for account in {known for known in accounts if known and accounts.count(known) <= 20}:
        assert sum(any(each.ids.get("account") == account for each in batch) for batch in batches) == 1


def test_thousand_leads_are_ten_calls() -> None:
    """Free leads fill every call to the brim, whatever groups stand between them."""
    orders = [order(n, ids={"account": f"A{n % 40}"} if n % 3 else {}) for n in range(1000)]
    assert len(list(conversion_batches(orders, 100))) == 10


def test_many_orders_pack_in_one_walk() -> None:
    """Packing looks only at a few open calls, so that many orders stay cheap."""
    orders = [order(n % 999, share=f"s{n}") for n in range(3)] + [order(n, share="one") for n in range(30)]
    assert sum(len(batch) for batch in conversion_batches(orders, 100)) == 33


def test_elements_stand_in_wsdl_order() -> None:
    """The parts of a conversion stand in the WSDL's sequence, empty ones left out."""
    terms = {"opportunity": "new", "opportunity_name": "Acme", "overwrite_source": True, "owner_id": "005x"}
    sent = parts(lead_convert(order(1, terms=terms, ids={"account": "001a", "contact": "003c"})))
    positions = [WSDL_ORDER.index(name) for name in sent]
    assert positions == sorted(positions)
    assert sent == {
        "accountId": "001a",
        "contactId": "003c",
        "convertedStatus": "Closed - Converted",
        "doNotCreateOpportunity": "false",
        "leadId": "00Q5g0000000001EAV",
        "opportunityName": "Acme",
        "overwriteLeadSource": "true",
        "ownerId": "005x",
        "sendNotificationEmail": "false",
    }


def test_opportunity_words_exclude_each_other() -> None:
    """None sends no name, join sends the id without a name, new without a name leaves it to the CRM."""
    none = parts(lead_convert(order(1, terms={"opportunity": "none", "opportunity_name": "Acme"})))
    join = parts(
        lead_convert(order(1, terms={"opportunity": "join", "opportunity_name": "Acme"}, ids={"opportunity": "006x"}))
    )
    new = parts(lead_convert(order(1, terms={"opportunity": "new"})))
    assert (none["doNotCreateOpportunity"], "opportunityName" in none) == ("true", False)
    assert (join["opportunityId"], "opportunityName" in join) == ("006x", False)
    assert list(join) == sorted(join, key=WSDL_ORDER.index)
    assert (new["doNotCreateOpportunity"], "opportunityName" in new, "opportunityId" in new) == ("false", False, False)


def test_source_overwritten_on_contacts_only() -> None:
    """The lead source may be overwritten only where there is a contact to overwrite it on."""
    assert parts(lead_convert(order(1, terms={"overwrite_source": True})))["overwriteLeadSource"] == "false"


@given(st.text())
def test_any_name_makes_good_xml(name: str) -> None:
    """Whatever a name holds, the message stays XML and the name at most 80 characters long."""
    from connector.systems.salesforce.soap import envelope, parse_xml

    sent = lead_convert(order(1, terms={"opportunity": "new", "opportunity_name": name}))
    tree = parse_xml(envelope("", sent))
    assert tree is not None
    (shown,) = [node.text or "" for node in tree.iter() if node.tag.endswith("opportunityName")] or [""]
    assert len(shown) <= 80


def test_join_uses_known_opportunity(org: SalesforceSubject) -> None:
    """A lead joined to an opportunity makes no second one."""
    system = salesforce(org.sandbox)
    first = perform(system, [org.convert(org.lead(), opportunity="new")])[0]
    joined = org.convert(org.lead(), opportunity="join", account=first.ids["account"])
    joined = Order(joined.step, {**joined.ids, "opportunity": first.ids["opportunity"]})
    second = perform(system, [joined])[0]
    assert second.ids["opportunity"] == first.ids["opportunity"]
    assert len(org.dump("Opportunity")) == 1


@pytest.mark.fault
def test_A08_bad_row_spares_the_batch(org: SalesforceSubject) -> None:  # noqa: N802
    """One refused lead of a batch is rejected with its code; the others are converted."""
    gone = org.caller.query("SELECT Id FROM User WHERE IsActive = false")["records"][0]["Id"]
    owners = [{}, {"owner_id": gone}, {}, {}]
    orders = [org.convert(each, **owner) for each, owner in zip(org.leads(4), owners, strict=True)]
    receipts = perform(salesforce(org.sandbox), orders)
    assert [receipt.outcome for receipt in receipts] == ["applied", "rejected", "applied", "applied"]
    assert receipts[1].code


@pytest.mark.fault
def test_A06_converted_between_is_adopted(org: SalesforceSubject) -> None:  # noqa: N802
    """A lead converted by a person in the very moment before our call is adopted with the person's ids."""
    leads = org.leads(3)
    org.faults(
        {"operation": "convertLead", "action": "convert_elsewhere", "object": "Lead", "id": leads[1], "times": 1}
    )
    receipts = perform(salesforce(org.sandbox), [org.convert(each) for each in leads])
    assert [receipt.outcome for receipt in receipts] == ["applied", "already", "applied"]
    stored = {row["Id"]: row for row in org.dump("Lead")}
    assert receipts[1].ids["account"] == stored[leads[1]]["ConvertedAccountId"]
    assert len(org.dump("Account")) == 3


@pytest.mark.fault
def test_A04_late_apply_is_found_later(org: SalesforceSubject) -> None:  # noqa: N802
    """A conversion applied after our first look is not there at first, and found later."""
    orders = [org.convert(org.lead())]
    system = salesforce(org.sandbox)
    system.identity()
    org.faults({"operation": "convertLead", "action": "apply_late", "seconds": 120, "times": 1})
    assert perform(system, orders)[0].outcome is Outcome.UNKNOWN
    first = system.settle(orders)[0]
    assert (first.outcome, first.code) == (Outcome.REJECTED, "not-there")
    org.advance(200)
    assert system.settle(orders)[0].outcome is Outcome.APPLIED
    assert len(org.dump("Account")) == 1


def test_other_ids_settle_as_already(org: SalesforceSubject) -> None:
    """A lead that turns out converted into another account than ours was converted by somebody else."""
    mine = perform(salesforce(org.sandbox), [org.convert(org.lead())])[0]
    lead = org.lead()
    org.convert_by_hand(lead)
    (receipt,) = salesforce(org.sandbox).settle([org.convert(lead, account=mine.ids["account"])])
    assert (receipt.outcome, receipt.code) == (Outcome.ALREADY, "converted-elsewhere")
    assert receipt.ids["account"] != mine.ids["account"]


@pytest.mark.parametrize(("code", "kind"), [("REQUEST_LIMIT_EXCEEDED", RateLimited), ("UNABLE_TO_LOCK_ROW", RowLocked)])
def test_fault_before_work_raises(org: SalesforceSubject, code: str, kind: type[Exception]) -> None:
    """A whole-call fault that cannot have converted anything is raised."""
    system = salesforce(org.sandbox)
    system.identity()
    org.faults({"operation": "convertLead", "action": "status", "status": 500, "body": fault(code)})
    with pytest.raises(kind):
        perform(system, [org.convert(org.lead())])


def test_fault_of_the_question_rejects_rows(org: SalesforceSubject) -> None:
    """A whole-call fault about what was asked is each row's rejection."""
    org.faults({"operation": "convertLead", "action": "status", "status": 500, "body": fault("XML_PARSER_ERROR")})
    receipts = perform(salesforce(org.sandbox), [org.convert(each) for each in org.leads(2)])
    assert {(receipt.outcome, receipt.code) for receipt in receipts} == {(Outcome.REJECTED, "XML_PARSER_ERROR")}


def test_fault_in_the_middle_is_unknown(org: SalesforceSubject) -> None:
    """A fault that may strike half-way leaves every row unknown."""
    org.faults({"operation": "convertLead", "action": "status", "status": 500, "body": fault("UNKNOWN_EXCEPTION")})
    receipts = perform(salesforce(org.sandbox), [org.convert(each) for each in org.leads(2)])
    assert {receipt.outcome for receipt in receipts} == {Outcome.UNKNOWN}


def test_convert_batch_is_an_option(org: SalesforceSubject) -> None:
    """Orgs with heavy triggers ask for smaller calls; more than 100 is never sent."""
    orders = [order(n) for n in range(250)]
    assert [len(batch) for batch in salesforce(org.sandbox, convert_batch=100_000).batches(orders)] == [100, 100, 50]
    assert {len(batch) for batch in salesforce(org.sandbox, convert_batch=50).batches(orders)} == {50}


def test_rows_and_conversions_never_mix(org: SalesforceSubject) -> None:
    """Rows and conversions are calls of their own."""
    mixed = [org.convert(org.lead()), org.land("1")]
    assert [[each.step.action for each in batch] for batch in org.system.batches(mixed)] == [["land"], ["convert"]]
    with pytest.raises(ValueError, match="either"):
        org.system.perform(mixed)


def fault(code: str) -> str:
    """A SOAP fault as Salesforce words it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault>'
        f"<faultcode>sf:{code}</faultcode><faultstring>{code}: words</faultstring><detail><sf:UnexpectedErrorFault>"
        f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>words</sf:exceptionMessage>"
        "</sf:UnexpectedErrorFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
