"""Writes: addresses kept, hidden fields left alone, edits of others respected, every part of a bulk looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from connector.errors import RateLimited, Refused, Unavailable
from connector.model.plan import Order, Outcome, Receipt
from connector.model.records import Kind
from connector.systems.sugarcrm.rows import outgoing_emails
from tests.contracts.doing import make, outcomes, perform
from tests.contracts.sugarcrm_subject import SugarSubject

from .conftest import Made

OLD = {"date_modified": "2026-01-01T00:00:00+00:00"}


def updating(crm: SugarSubject, lead_id: str, before: Mapping[str, Any] | None = None, **values: Any) -> Order:
    """An update with native names."""
    order = crm.update(lead_id, "x")
    return replace(order, step=replace(order.step, after=values, before=before or {}))


def one(crm: SugarSubject, order: Order) -> Receipt:
    """The receipt of one order."""
    return perform(crm.system, order)[0]


def row(crm: SugarSubject, module: str, record_id: str) -> dict[str, Any]:
    """A record of the dump."""
    return next(each for each in crm.dump(module) if each["id"] == record_id)


def addresses(crm: SugarSubject, module: str, record_id: str) -> dict[str, dict[str, Any]]:
    """A record's addresses as the API tells them."""
    found = crm.call("GET", f"{module}/{record_id}?fields=email")["email"]
    return {each["email_address"]: each for each in found}


def operations(crm: SugarSubject) -> list[str]:
    """What was called, logins aside."""
    return [str(call["operation"]) for call in crm.log() if call["kind"] != "login"]


def test_H01_new_address_keeps_the_others(crm: SugarSubject) -> None:  # noqa: N802
    """A changed primary address is primary; the addresses that the person had stay, with their flags."""
    lead_id = crm.lead()
    given = [
        {"email_address": "old@acme.example", "primary_address": True, "opt_out": True},
        {"email_address": "other@acme.example", "invalid_email": True},
    ]
    crm.call("PUT", f"Leads/{lead_id}", {"email": given})
    order = updating(crm, lead_id, email1="new@acme.example")
    assert one(crm, order).outcome is Outcome.APPLIED
    found = addresses(crm, "Leads", lead_id)
    assert {address: each["primary_address"] for address, each in found.items()} == {
        "new@acme.example": True,
        "old@acme.example": False,
        "other@acme.example": False,
    }
    assert found["old@acme.example"]["opt_out"]
    assert found["other@acme.example"]["invalid_email"]
    assert outcomes(crm.system.settle([order])) == ["applied"]


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        ({"title": "x"}, None),
        ({"email1": "B@acme.example"}, [("B@acme.example", True, True), ("a@acme.example", False, False)]),
        ({"email_opt_out": True}, [("a@acme.example", True, True), ("b@acme.example", False, True)]),
        ({"email_opt_out": "0"}, [("a@acme.example", True, False), ("b@acme.example", False, True)]),
        ({"email1": None}, [("b@acme.example", True, True)]),
    ],
)
def test_address_list_is_written_whole(values: Mapping[str, Any], sent: list[tuple[str, bool, bool]] | None) -> None:
    """What is written is the whole list, one primary; an address that is there already is moved, not doubled."""
    known = {
        "email": [
            {"email_address": "a@acme.example", "primary_address": "1", "opt_out": "0", "id": "1"},
            {"email_address": "b@acme.example", "primary_address": "0", "opt_out": "1", "id": "2"},
        ]
    }
    found = outgoing_emails(values, known).get("email")
    shown = found and [(each["email_address"], each["primary_address"], each["opt_out"]) for each in found]
    assert shown == sent


def test_H01_flags_follow_the_shared_address(crm: SugarSubject) -> None:  # noqa: N802
    """A contact made of a lead that opted out has opted out, and making it does not opt the lead in again."""
    lead_id = crm.lead()
    crm.call(
        "PUT",
        f"Leads/{lead_id}",
        {"email": [{"email_address": "a@acme.example", "primary_address": True, "opt_out": True}]},
    )
    contact = make(crm, Kind.CONTACT, "7", lead=lead_id)
    assert addresses(crm, "Contacts", contact)["a@acme.example"]["opt_out"]
    assert addresses(crm, "Leads", lead_id)["a@acme.example"]["opt_out"]


def test_created_contact_takes_the_leads_fields(crm: SugarSubject) -> None:
    """Fields that lead and contact name alike are carried over; what is planned wins, what is a lead's own stays."""
    lead = {
        "last_name": "Okafor",
        "first_name": "Ann",
        "title": "Buyer",
        "phone_work": "+1 512 757 9000",
        "status": "New",
        "primary_address_city": "Austin",
        "birthdate": "1970-12-31",
        "do_not_call": 1,
        "refered_by": "Bob",
    }
    (lead_id,) = crm.load("Leads", [lead])
    order = crm.create(Kind.CONTACT, "7", lead=lead_id)
    order = replace(order, step=replace(order.step, after={**order.step.after, "title": "Chief"}))
    made = row(crm, "Contacts", one(crm, order).ids["record"])
    names = ("first_name", "title", "phone_work", "primary_address_city", "birthdate", "do_not_call")
    assert [made[name] for name in names] == ["Ann", "Chief", "+1 512 757 9000", "Austin", "1970-12-31", 1]


def test_created_account_takes_the_leads_address(crm: SugarSubject) -> None:
    """A new account has the lead's phone, bills to its first address, ships to the other; a planned name stays."""
    lead = {"last_name": "Okafor", "account_name": "Acme", "phone_work": "1", "primary_address_city": "Austin"}
    (lead_id,) = crm.load("Leads", [{**lead, "alt_address_city": "Waco"}])
    made = row(crm, "Accounts", make(crm, Kind.ACCOUNT, "7", lead=lead_id))
    names = ("name", "phone_office", "billing_address_city", "shipping_address_city")
    assert [made[name] for name in names] == ["Acme Test", "1", "Austin", "Waco"]


def test_clearing_a_field_sends_blank(crm: SugarSubject) -> None:
    """None clears."""
    lead_id = crm.lead(title="Old")
    order = updating(crm, lead_id, title=None)
    assert one(crm, order).outcome is Outcome.APPLIED
    assert not row(crm, "Leads", lead_id)["title"]
    assert outcomes(crm.system.settle([order])) == ["applied"]


def test_H26_only_named_fields_are_written(crm: SugarSubject) -> None:  # noqa: N802
    """An update touches nothing but what it names."""
    (lead_id,) = crm.load(
        "Leads", [{"last_name": "O'Brien", "account_name": "A & <B>", "phone_work": "1", "status": "New", **OLD}]
    )
    before = row(crm, "Leads", lead_id)
    one(crm, updating(crm, lead_id, title="New"))
    after = row(crm, "Leads", lead_id)
    assert {name for name in after if after[name] != before[name]} <= {
        "title",
        "date_modified",
        "modified_user_id",
        "modified_by_name",
    }


def test_H10_hidden_field_is_not_overwritten(crm_with: Made) -> None:  # noqa: N802
    """A field that access control hides looks blank and is not blank: it is left out, the rest is written."""
    crm = crm_with({"acl_hidden_fields": {"Leads": ["phone_work"]}})
    (lead_id,) = crm.load("Leads", [{"last_name": "Okafor", "phone_work": "+1 512 757 9000"}])
    order = updating(crm, lead_id, phone_work=None, title="New")
    assert one(crm, order).outcome is Outcome.APPLIED
    kept = row(crm, "Leads", lead_id)
    assert (kept["phone_work"], kept["title"]) == ("+1 512 757 9000", "New")
    assert outcomes(crm.system.settle([order])) == ["applied"]
    nothing = one(crm, updating(crm, lead_id, phone_work="1"))
    assert (nothing.outcome, nothing.code, nothing.fields) == (Outcome.REJECTED, "hidden-fields", ("phone_work",))


def test_H10_hidden_lead_field_is_not_carried(crm_with: Made) -> None:  # noqa: N802
    """A blank that comes from access control is not copied to the contact."""
    crm = crm_with({"acl_hidden_fields": {"Leads": ["email", "title"]}})
    lead_id = crm.lead(title="Buyer", email="a@acme.example")
    made = row(crm, "Contacts", make(crm, Kind.CONTACT, "7", lead=lead_id))
    assert not made["title"]
    assert not made["email1"]


def test_denied_field_is_rejected_with_reason(crm_with: Made) -> None:
    """A field that we may read and not write is refused for that row, with the CRM's code."""
    crm = crm_with({"acl_readonly_fields": {"Leads": ["title"]}})
    first, second = crm.lead(), crm.lead()
    receipts = perform(crm.system, updating(crm, first, title="x"), updating(crm, second, department="y"))
    assert outcomes(receipts) == ["rejected", "applied"]
    assert receipts[0].code == "not_authorized"


def test_read_only_module_refuses_rows(crm_with: Made) -> None:
    """Without the right to create, each row says so; nothing is retried."""
    crm = crm_with({"acl_readonly_modules": ["Accounts"]})
    (receipt,) = perform(crm.system, crm.create(Kind.ACCOUNT, "7"))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "not_authorized")
    assert operations(crm).count("create") == 1


def test_edit_between_look_and_write_is_respected(crm: SugarSubject) -> None:
    """Somebody saved the very field after we looked: theirs stays, and the row says which field it was."""
    (lead_id,) = crm.load("Leads", [{"last_name": "Okafor", "title": "Old", **OLD}])
    order = updating(crm, lead_id, {"title": "Old"}, title="Ours")
    edit = {"action": "edit", "dialect": "sugarcrm", "object": "Leads", "id": lead_id, "when": "before"}
    crm.faults({"operation": "update", "nth": 1, **edit, "set": {"title": "Theirs"}})
    receipt = one(crm, order)
    assert (receipt.outcome, receipt.code, receipt.fields) == (Outcome.REJECTED, "changed-meanwhile", ("title",))
    assert row(crm, "Leads", lead_id)["title"] == "Theirs"


def test_edit_of_another_field_is_written_over_with_care(crm: SugarSubject) -> None:
    """Somebody saved another field: the row is looked at again and written, and their value stays."""
    (lead_id, other) = crm.load("Leads", [{"last_name": "Okafor", "title": "Old", **OLD}] * 2)
    edit = {"action": "edit", "dialect": "sugarcrm", "object": "Leads", "id": lead_id, "when": "before"}
    crm.faults({"operation": "bulk", "nth": 1, **edit, "set": {"department": "Theirs"}})
    orders = [updating(crm, each, {"title": "Old"}, title="Ours") for each in (lead_id, other)]
    assert outcomes(perform(crm.system, *orders)) == ["applied", "applied"]
    kept = row(crm, "Leads", lead_id)
    assert (kept["title"], kept["department"]) == ("Ours", "Theirs")


def test_endless_conflict_is_given_up(crm: SugarSubject) -> None:
    """A record that somebody saves each time is rejected with the CRM's code in the end."""
    lead_id = crm.lead()
    crm.faults(
        {"operation": "update", "action": "row_error", "code": "edit_conflict", "message": "Edit conflict", "rows": [0]}
    )
    receipt = one(crm, updating(crm, lead_id, title="x"))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "edit_conflict")
    assert 1 < operations(crm).count("update") < 10


def test_landing_leaves_a_converted_lead_closed(crm: SugarSubject) -> None:
    """A lead that was converted since it landed is not opened again by landing its source once more."""
    first = one(crm, crm.land("7"))
    crm.convert_by_hand(first.ids["record"])
    again = one(crm, crm.land("7", "Acme Renamed"))
    assert (again.outcome, again.ids) == (Outcome.ALREADY, first.ids)
    assert row(crm, "Leads", first.ids["record"])["account_name"] != "Acme Renamed"


def test_creation_leaves_edits_alone(crm: SugarSubject) -> None:
    """A record that was made before and edited since is found by its key and left as it is."""
    account = make(crm, Kind.ACCOUNT, "7")
    crm.call("PUT", f"Accounts/{account}", {"name": "Renamed by hand"})
    again = one(crm, crm.create(Kind.ACCOUNT, "7"))
    assert (again.outcome, again.ids["record"]) == (Outcome.ALREADY, account)
    assert row(crm, "Accounts", account)["name"] == "Renamed by hand"


def test_H18_nameless_record_is_not_sent(crm: SugarSubject) -> None:  # noqa: N802
    """The API would take a record without a name; we do not send one."""
    order = crm.create(Kind.ACCOUNT, "7")
    order = replace(order, step=replace(order.step, after={**order.step.after, "name": None}))
    receipt = one(crm, order)
    assert (receipt.outcome, receipt.code, receipt.fields) == (Outcome.REJECTED, "required-field-missing", ("name",))
    assert crm.dump("Accounts") == []


def test_record_of_a_gone_lead_is_not_made(crm: SugarSubject) -> None:
    """An account of a lead that was deleted meanwhile would be nobody's."""
    lead_id = crm.lead()
    crm.delete(lead_id)
    assert one(crm, crm.create(Kind.ACCOUNT, "7", lead=lead_id)).code == "gone"
    assert crm.dump("Accounts") == []


def test_H15_inner_status_counts(crm: SugarSubject) -> None:  # noqa: N802
    """A bulk that is fine as a whole may hold refused parts, each with its own code."""
    ids = crm.leads(3)
    orders = [crm.update(ids[0], "A"), crm.refused(ids[1]), crm.update(ids[2], "C")]
    receipts = perform(crm.system, *orders)
    assert outcomes(receipts) == ["applied", "rejected", "applied"]
    assert receipts[1].code == "invalid_parameter"
    assert operations(crm).count("bulk") == 1


@pytest.mark.parametrize("missing", [[0], [2], [0, 1, 2]])
def test_missing_parts_credit_nobody(crm: SugarSubject, missing: list[int]) -> None:
    """A bulk's answer with fewer parts than were sent leaves all of them unknown; reading back finds them."""
    orders = [crm.update(lead_id, "New") for lead_id in crm.leads(3)]
    crm.system.describe(["Leads"])
    crm.faults({"operation": "write", "action": "omit_row", "rows": missing, "times": 1})
    assert set(outcomes(perform(crm.system, *orders))) == {"unknown"}
    crm.faults()
    assert set(outcomes(crm.system.settle(orders))) == {"applied"}


def test_too_large_bulk_is_halved(crm_with: Made) -> None:
    """A server that takes fewer parts at once gets them in halves; each row is written once."""
    crm = crm_with({"bulk_limit": 6})
    receipts = perform(crm.system, *(crm.land(str(n)) for n in range(20)))
    assert set(outcomes(receipts)) == {"applied"}
    assert len(crm.dump("Leads")) == 20


def test_bulks_are_cut_to_size(crm_with: Made) -> None:
    """So many rows a call as the options say."""
    crm = crm_with({}, write_batch=5)
    assert [len(batch) for batch in crm.system.batches([crm.land(str(n)) for n in range(12)])] == [5, 5, 2]


def test_waits_as_long_as_the_server_says(crm: SugarSubject) -> None:
    """429 and 503 are waited out, as long as Retry-After says."""
    order = crm.update(crm.lead(), "New")
    crm.system.describe(["Leads"])
    for status in (429, 503):
        crm.faults(
            {"operation": "write", "nth": 1, "action": "status", "status": status, "headers": {"Retry-After": "17"}}
        )
        assert one(crm, order).outcome is Outcome.APPLIED
        assert max(crm.clock.waits) >= 17
        crm.clock.waits.clear()


def test_endless_limit_raises(crm: SugarSubject) -> None:
    """A limit that does not pass ends the run with nothing applied."""
    crm.system.describe(["Leads"])
    crm.faults({"operation": "write", "action": "status", "status": 429})
    with pytest.raises(RateLimited):
        perform(crm.system, crm.land("7"))
    assert crm.dump("Leads") == []


def test_own_pace_is_kept(crm_with: Made) -> None:
    """With a limit of our own, calls are spread over time."""
    crm = crm_with({}, requests_per_second=2.0)
    crm.system.describe(["Leads"])
    for _ in range(3):
        crm.system.fetch("Leads", ["x"], ())
    assert sum(crm.clock.waits) >= 1.0


def test_maintenance_raises_unavailable(crm_with: Made) -> None:
    """An instance under maintenance is away; no write was applied."""
    crm = crm_with({"maintenance": True})
    with pytest.raises(Unavailable):
        perform(crm.system, crm.land("7"))


def test_refused_login_during_a_write_raises(crm: SugarSubject) -> None:
    """A password that was changed between two runs is told as such, with nothing applied."""
    crm.system.describe(["Leads"])
    stranger = crm.stranger()
    with pytest.raises(Refused):
        perform(stranger, crm.land("7"))
    assert crm.dump("Leads") == []


@pytest.mark.parametrize("name", ["a'b/c?d", "../Accounts", "x&y=z#w", "100%25"])
def test_H21_odd_ids_stay_data(crm: SugarSubject, name: str) -> None:  # noqa: N802
    """An id with slashes, dots or question marks is an id in every path, alone and in a bulk."""
    crm.load("Leads", [{"id": name, "last_name": "Okafor"}])
    other = crm.lead()
    assert one(crm, updating(crm, name, title="alone")).outcome is Outcome.APPLIED
    assert row(crm, "Leads", name)["title"] == "alone"
    orders = [updating(crm, name, title="in bulk"), updating(crm, other, title="other")]
    assert outcomes(perform(crm.system, *orders)) == ["applied", "applied"]
    assert row(crm, "Leads", name)["title"] == "in bulk"


def test_refusal_names_the_module(crm_with: Made) -> None:
    """A read that is refused as a whole says which module it was about, alone and in a bulk."""
    crm = crm_with({"acl_denied_modules": ["Contacts"]})
    with pytest.raises(Refused, match=r"SugarCRM refuses Contacts \(not_authorized\)"):
        crm.system.fetch("Contacts", ["x"], ())
    with pytest.raises(Refused, match=r"SugarCRM refuses Contacts \(not_authorized\)"):
        list(crm.system.changes("Contacts", (), None))
