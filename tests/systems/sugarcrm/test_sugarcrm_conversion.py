"""Conversion by the endpoint and by steps: one end state, whatever the layout makes of it, and never twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.model.plan import ConversionStyle, Order, Outcome
from connector.model.records import Kind, external_key
from tests.contracts.doing import check_converted, closing, counts, live, outcomes, perform
from tests.contracts.sugarcrm_subject import SugarSubject

from .conftest import Made

STYLES = ["endpoint", "steps"]


def performed(crm: SugarSubject, order: Order) -> Any:
    """The receipt of one order."""
    return perform(crm.system, order)[0]


@pytest.mark.parametrize("convert", STYLES)
def test_both_ways_end_alike(crm_with: Made, convert: str) -> None:
    """Lead, account, contact and opportunity end in the same state, and each new record carries its key."""
    crm = crm_with({}, convert=convert)
    lead_id = crm.lead(email="ann@acme.example", title="Buyer", lead_source="Web Site")
    receipt = performed(crm, closing(crm, lead_id))
    assert receipt.outcome is Outcome.APPLIED
    check_converted(crm, receipt)
    keys = {kind: live(crm, kind)[0].key for kind in (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY)}
    assert keys == {kind: external_key("source", lead_id, kind) for kind in keys}
    (contact,) = live(crm, Kind.CONTACT)
    assert (contact.email, contact.title) == ("ann@acme.example", "Buyer")
    (opportunity,) = crm.dump("Opportunities")
    assert opportunity["lead_source"] == "Web Site"


def test_style_follows_the_options(crm_with: Made) -> None:
    """The endpoint makes the opportunity out of values; steps, and an instance without a key field, do not."""
    given = ConversionStyle(given=frozenset({Kind.OPPORTUNITY}))
    assert crm_with({}).system.conversion_style.given == given.given
    assert crm_with({}, convert="steps").system.conversion_style.given == frozenset()
    assert crm_with({}, key_field="").system.conversion_style.given == frozenset()


def test_H22_converted_lead_is_converted_no_more(crm: SugarSubject) -> None:  # noqa: N802
    """The endpoint would convert a lead again; we read first and do not call it."""
    order = closing(crm, crm.lead())
    performed(crm, order)
    before = counts(crm)
    again = performed(crm, order)
    assert again.outcome is Outcome.ALREADY
    assert counts(crm) == before
    assert [call["operation"] for call in crm.log()].count("convert") == 1


@pytest.mark.parametrize("convert", STYLES)
def test_H22_ids_without_the_flag_are_a_conversion(crm_with: Made, convert: str) -> None:  # noqa: N802
    """A lead that points at another person is somebody's, though nobody set the flag."""
    crm = crm_with({}, convert=convert)
    (theirs,) = crm.load("Contacts", [{"last_name": "Theirs"}])
    (lead_id,) = crm.load("Leads", [{"last_name": "Okafor", "contact_id": theirs}])
    receipt = performed(crm, closing(crm, lead_id, opportunity=False))
    assert (receipt.outcome, receipt.code, receipt.ids["contact"]) == (Outcome.ALREADY, "converted-elsewhere", theirs)


@pytest.mark.parametrize("convert", STYLES)
def test_deleted_person_took_up_no_lead(crm_with: Made, convert: str) -> None:
    """A lead that points at a person who was deleted since is open, and is converted: nobody else would answer it."""
    crm = crm_with({}, convert=convert)
    (theirs,) = crm.load("Contacts", [{"last_name": "Theirs", "deleted": 1}])
    (lead_id,) = crm.load("Leads", [{"last_name": "Okafor", "contact_id": theirs}])
    order = closing(crm, lead_id, opportunity=False)
    receipt = performed(crm, order)
    assert (receipt.outcome, receipt.ids["contact"]) == (Outcome.APPLIED, order.ids["contact"])


def test_lead_of_an_account_is_still_open(crm: SugarSubject) -> None:
    """A lead that stands in an account's subpanel is not converted by that."""
    (account,) = crm.load("Accounts", [{"name": "Acme"}])
    (lead_id,) = crm.load("Leads", [{"last_name": "Okafor", "account_id": account}])
    receipt = performed(crm, closing(crm, lead_id, opportunity=False))
    assert receipt.outcome is Outcome.APPLIED
    check_converted(crm, receipt)


def test_H22_status_alone_goes_to_a_person(crm: SugarSubject) -> None:  # noqa: N802
    """Somebody picked the word Converted, nothing shows into what: the lead is left as it is."""
    (lead_id,) = crm.load("Leads", [{"last_name": "Okafor", "status": "Converted"}])
    order = crm.convert(lead_id, contact="c1", account="a1")
    receipt = performed(crm, order)
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "status-converted")
    assert crm.system.settle([order])[0].code == "not-there"


@pytest.mark.parametrize("layout", [["Contacts"], ["Contacts", "Accounts"], ["Contacts", "Opportunities"]])
def test_module_outside_the_layout_is_made_good(crm_with: Made, layout: list[str]) -> None:
    """What the Convert Lead layout leaves out is made, linked and written on the lead by ourselves."""
    crm = crm_with({"convert_modules": layout})
    receipt = performed(crm, closing(crm, crm.lead()))
    assert receipt.outcome is Outcome.APPLIED
    check_converted(crm, receipt)
    assert counts(crm) == dict.fromkeys(Kind, 1)
    assert live(crm, Kind.OPPORTUNITY)[0].key


def test_loose_contact_is_tied_outside_the_layout(crm_with: Made) -> None:
    """Where the layout leaves accounts out, a contact without one still gets the account of the conversion."""
    crm = crm_with({"convert_modules": ["Contacts"]})
    (account,) = crm.load("Accounts", [{"id": "7", "name": "Acme"}])
    (contact,) = crm.load("Contacts", [{"id": "8", "last_name": "Okafor"}])
    (lead_id,) = crm.load("Leads", [{"id": "8", "last_name": "Okafor"}])
    receipt = performed(crm, closing(crm, lead_id, opportunity=False, account=account, contact=contact))
    assert receipt.outcome is Outcome.APPLIED
    check_converted(crm, receipt)


@pytest.mark.parametrize(
    "settings", [{"convert_enabled": False}, {"convert_modules": ["Contacts"], "convert_unlisted": "refuse"}]
)
def test_refused_endpoint_names_the_way_out(crm_with: Made, settings: dict[str, Any]) -> None:
    """Where the endpoint does not do, the row is refused and the option that does without it is named."""
    crm = crm_with(settings)
    lead_id = crm.lead()
    receipt = performed(crm, closing(crm, lead_id))
    assert receipt.outcome is Outcome.REJECTED
    assert "convert: steps" in receipt.message
    assert not next(lead for lead in live(crm, Kind.LEAD) if lead.id == lead_id).converted


def test_opportunity_refused_inside_is_told(crm_with: Made) -> None:
    """The endpoint hides the refusal of a new opportunity in a 424, which would come again: the row is refused."""
    crm = crm_with({"acl_readonly_fields": {"Opportunities": ["lead_source"]}})
    lead_id = crm.lead(lead_source="Web Site")
    receipt = performed(crm, closing(crm, lead_id))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "not_authorized")
    assert "lead_source" in receipt.message
    assert (live(crm, Kind.OPPORTUNITY), crm.dump("Leads")[0]["converted"]) == ([], 0)


def test_trouble_inside_a_conversion_stays_open(crm: SugarSubject) -> None:
    """A 424 that tells of the server's own trouble says nothing for good: the lead is looked at again later."""
    crm.faults({"operation": "convert", "action": "status", "status": 424})
    assert performed(crm, closing(crm, crm.lead())).outcome is Outcome.UNKNOWN


def test_conversion_without_a_contact_is_refused(crm: SugarSubject) -> None:
    """The endpoint wants a contact; an order without one is not sent."""
    assert performed(crm, crm.convert(crm.lead())).code == "no-contact"


def test_joined_opportunity_gets_its_person(crm: SugarSubject) -> None:
    """A lead that joins an open deal is linked to it, and the contact is linked with it."""
    (account,) = crm.load("Accounts", [{"name": "Acme"}])
    (deal,) = crm.load(
        "Opportunities", [{"name": "Open", "account_id": account, "sales_stage": "Qualification", "amount": 1}]
    )
    order = closing(crm, crm.lead(), opportunity=False, account=account)
    order = replace(
        order,
        ids={**order.ids, "opportunity": deal},
        step=replace(order.step, terms={**order.step.terms, "opportunity": "join"}),
    )
    receipt = performed(crm, order)
    assert (receipt.outcome, receipt.ids["opportunity"]) == (Outcome.APPLIED, deal)
    check_converted(crm, receipt)
    assert crm.dump("Opportunities")[0]["name"] == "Open"


@pytest.mark.parametrize("convert", STYLES)
def test_line_item_mode_opens_a_deal_that_counts(crm_with: Made, convert: str) -> None:
    """Where opportunities sum up line items, the new one has an item with its amount, date and stage."""
    crm = crm_with({"opps_mode": "rli"}, convert=convert)
    order = closing(crm, crm.lead())
    for _ in range(2):
        receipt = performed(crm, order)
    check_converted(crm, receipt)
    (item,) = crm.dump("RevenueLineItems")
    assert (item["sales_stage"], float(item["likely_case"]), item["opportunity_id"]) == (
        "Prospecting",
        100.0,
        receipt.ids["opportunity"],
    )
    assert float(crm.dump("Opportunities")[0]["amount"]) == 100.0


def test_conversion_cut_off_before_the_item_is_finished(crm_with: Made) -> None:
    """A conversion whose line item never came is not there yet, and performing again adds just the item."""
    crm = crm_with({"opps_mode": "rli"})
    order = closing(crm, crm.lead())
    crm.system.describe(["Opportunities"])
    crm.faults({"operation": "write", "nth": 2, "action": "drop_before_apply"})
    assert performed(crm, order).outcome is Outcome.UNKNOWN
    crm.faults()
    assert crm.fresh().settle([order])[0].code == "not-there"
    assert performed(crm, order).outcome is Outcome.ALREADY
    assert len(crm.dump("RevenueLineItems")) == len(crm.dump("Opportunities")) == 1


@pytest.mark.parametrize("convert", STYLES)
def test_edit_during_the_conversion_is_looked_at(crm_with: Made, convert: str) -> None:
    """Somebody saves the lead between our look and our write: it is read again, then converted."""
    crm = crm_with({"convert_modules": ["Contacts"]}, convert=convert)
    old = {"date_modified": "2026-01-01T00:00:00+00:00"}
    (lead_id,) = crm.load("Leads", [{"last_name": "Okafor", "account_name": "Acme", **old}])
    order = closing(crm, lead_id, opportunity=False)
    edit = {"action": "edit", "dialect": "sugarcrm", "object": "Leads", "id": lead_id, "when": "before"}
    crm.advance(5)
    crm.faults({"operation": "update", "nth": 1, **edit, "set": {"title": "Theirs"}})
    receipt = performed(crm, order)
    assert receipt.outcome is Outcome.APPLIED
    check_converted(crm, receipt)
    assert crm.dump("Leads")[0]["title"] == "Theirs"


def test_person_converting_at_the_same_moment_wins(crm_with: Made) -> None:
    """A lead that a person converts between our look and our write keeps what the person made of it."""
    crm = crm_with({}, convert="steps")
    old = {"date_modified": "2026-01-01T00:00:00+00:00"}
    (lead_id,) = crm.load("Leads", [{"last_name": "Okafor", "account_name": "Acme", **old}])
    order = closing(crm, lead_id, opportunity=False)
    door = {"action": "convert_elsewhere", "dialect": "sugarcrm", "object": "Leads", "id": lead_id, "when": "before"}
    crm.faults({"operation": "update", "nth": 1, **door})
    receipt = performed(crm, order)
    assert (receipt.outcome, receipt.code) == (Outcome.ALREADY, "converted-elsewhere")
    assert receipt.ids["contact"] != order.ids["contact"]


@pytest.mark.parametrize("convert", STYLES)
def test_many_leads_share_the_calls(crm_with: Made, convert: str) -> None:
    """Twenty leads are converted by a handful of calls, not by twenty times as many."""
    crm = crm_with({}, convert=convert)
    orders = [closing(crm, lead_id) for lead_id in crm.leads(20)]
    before = crm.system.calls
    receipts = perform(crm.system, *orders)
    assert set(outcomes(receipts)) == {"applied"}
    assert crm.system.calls - before <= 5
    for receipt in receipts:
        check_converted(crm, receipt)


def test_one_gone_lead_spares_the_others(crm: SugarSubject) -> None:
    """Of a batch of conversions the gone lead is rejected, the others are converted."""
    orders = [closing(crm, lead_id, opportunity=False) for lead_id in crm.leads(3)]
    crm.delete(orders[1].ids["lead"])
    receipts = perform(crm.system, *orders)
    assert outcomes(receipts) == ["applied", "rejected", "applied"]
    assert receipts[1].code == "gone"


def test_converted_status_alone_is_offered(crm: SugarSubject) -> None:
    """A conversion sets one status; the stages come in the CRM's order."""
    terms = crm.system.conversion_terms()
    assert list(terms["converted_statuses"]) == ["Converted"]
    assert list(terms["stages"])[:2] == ["Prospecting", "Qualification"]


@pytest.mark.parametrize("key", ["connector_key_c", "sync_key"])
def test_unkeyed_opportunity_gets_our_key(crm_with: Made, key: str) -> None:
    """An endpoint that leaves our key out of the opportunity it makes is made good: the key is written after it."""
    crm = crm_with({}, key_field=key)
    order = closing(crm, crm.lead())
    account, contact = order.ids["account"], order.ids["contact"]
    (deal,) = crm.load("Opportunities", [{"name": "Made", "account_id": account, "sales_stage": "Prospecting"}])
    ids = {"account_id": account, "contact_id": contact, "opportunity_id": deal}
    crm.call("PUT", f"Leads/{order.ids['lead']}", {**ids, "converted": True, "status": "Converted"})
    receipt = performed(crm, order)
    assert (receipt.outcome, receipt.ids["opportunity"]) == (Outcome.APPLIED, deal)
    (made,) = crm.dump("Opportunities")
    assert made[key] == external_key("source", order.ids["lead"], Kind.OPPORTUNITY)
    check_converted(crm, receipt)


@pytest.mark.parametrize("key", ["connector_key_c", "sync_key"])
def test_half_made_conversion_is_finished(crm_with: Made, key: str) -> None:
    """The endpoint makes the opportunity by a call of its own: one left behind by a conversion that died is taken."""
    crm = crm_with({}, key_field=key)
    order = closing(crm, crm.lead())
    ours = external_key("source", order.ids["lead"], Kind.OPPORTUNITY)
    (deal,) = crm.load("Opportunities", [{"name": "Made", "sales_stage": "Prospecting", key: ours}])
    assert outcomes(crm.fresh().settle([order])) == ["rejected"]
    receipt = performed(crm, order)
    assert (receipt.outcome, receipt.ids["opportunity"]) == (Outcome.APPLIED, deal)
    assert [row["id"] for row in crm.dump("Opportunities")] == [deal]
    check_converted(crm, receipt)


def test_denied_line_items_leave_the_lead(crm_with: Made) -> None:
    """Where our user may not add line items, a conversion with a new opportunity is refused before it begins."""
    crm = crm_with({"opps_mode": "rli", "acl_denied_modules": ["RevenueLineItems"]})
    order = closing(crm, crm.lead())
    receipt = performed(crm, order)
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "line-items-denied")
    assert "Role Management" in receipt.message
    assert not crm.dump("Leads")[0]["converted"]
    assert crm.dump("Opportunities") == []
    assert outcomes(crm.fresh().settle([order])) == ["rejected"]


def test_hidden_opportunity_link_makes_no_second(crm_with: Made) -> None:
    """A converted lead whose opportunities may not be seen is refused: one more could be a second."""
    crm = crm_with({})
    lead_id = crm.lead()
    order = closing(crm, lead_id)
    crm.call("PUT", f"Leads/{lead_id}", {"converted": True, "status": "Converted", "account_id": order.ids["account"]})
    words = {"error": "not_authorized", "error_message": "You may not see this."}
    crm.faults({"operation": "read", "nth": 2, "action": "status", "status": 403, "body": words})
    receipt = performed(crm, order)
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "not_authorized")
    assert crm.dump("Opportunities") == []
