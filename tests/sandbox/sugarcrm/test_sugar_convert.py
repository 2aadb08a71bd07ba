"""`/Leads/:id/convert`: the end state of a conversion, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused

CONTACT: dict[str, object] = {
    "first_name": "Darius",
    "last_name": "Paisley",
    "email": [{"email_address": "d@acme.example", "primary_address": True}],
}
DEAL: dict[str, object] = {
    "name": "Acme - pilot",
    "amount": "25000",
    "date_closed": "2026-09-30",
    "sales_stage": "Prospecting",
}


@pytest.fixture
def lead(sugar: SugarCaller) -> str:
    """An open lead with an owner."""
    return sugar.lead(first_name="Darius", last_name="Paisley", assigned_user_id="1", email1="d@acme.example")


def convert(sugar: SugarCaller, lead: str, **modules: object) -> Any:
    """Convert, and answer the response."""
    return sugar.post(f"Leads/{lead}/convert", {"modules": modules})


def test_conversion_leaves_the_end_state(sugar: SugarCaller, lead: str) -> None:
    """A new contact, account and opportunity, related to each other and to the closed lead."""
    answer = convert(sugar, lead, Contacts=CONTACT, Accounts={"name": "Acme"}, Opportunities=DEAL)
    made = {record["_module"]: record["id"] for record in answer.json()["modules"]}
    row = sugar.row("Leads", lead)
    assert (row["converted"], row["status"], row["deleted"]) == (1, "Converted", 0)
    assert (row["contact_id"], row["account_id"], row["opportunity_id"]) == (
        made["Contacts"],
        made["Accounts"],
        made["Opportunities"],
    )
    contact, deal = sugar.row("Contacts", made["Contacts"]), sugar.row("Opportunities", made["Opportunities"])
    assert (contact["account_id"], contact["email1"], contact["assigned_user_id"]) == (
        made["Accounts"],
        "d@acme.example",
        "1",
    )
    assert (deal["account_id"], deal["contact_ids"], deal["assigned_user_id"]) == (
        made["Accounts"],
        [made["Contacts"]],
        "1",
    )
    assert deal["contact_roles"] == {made["Contacts"]: None}


def test_existing_records_are_linked_untouched(sugar: SugarCaller, lead: str) -> None:
    """A module given by id is used by its id alone: nothing else of the body is written to it."""
    account = sugar.create("Accounts", name="Acme")
    contact = sugar.create("Contacts", last_name="Known", account_id=account)
    answer = convert(sugar, lead, Contacts={"id": contact, "last_name": "Other"}, Accounts={"id": account, "name": "X"})
    assert answer.status_code == 200
    assert sugar.row("Contacts", contact)["last_name"] == "Known"
    assert sugar.row("Accounts", account)["name"] == "Acme"
    row = sugar.row("Leads", lead)
    assert (row["contact_id"], row["account_id"], row["opportunity_id"]) == (contact, account, None)
    assert len(sugar.dump("Contacts")) == len(sugar.dump("Accounts")) == 1


def test_known_contact_moves_to_new_account(sugar: SugarCaller, lead: str) -> None:
    """An existing contact picked with another account belongs to that account afterwards."""
    contact = sugar.create("Contacts", last_name="Known", account_id=sugar.create("Accounts", name="Old"))
    convert(sugar, lead, Contacts={"id": contact}, Accounts={"name": "New"})
    assert sugar.row("Contacts", contact)["account_name"] == "New"


def test_server_copies_nothing_from_lead(sugar: SugarCaller) -> None:
    """The route fills no field of the new contact from the lead but the owner."""
    lead = sugar.lead(last_name="Paisley", title="CTO", phone_work="555", assigned_user_id="1")
    convert(sugar, lead, Contacts={"last_name": "Paisley"})
    contact = sugar.dump("Contacts")[0]
    assert (contact["title"], contact["phone_work"], contact["assigned_user_id"]) == (None, None, "1")


def test_second_conversion_is_not_refused(sugar: SugarCaller, lead: str) -> None:
    """The route converts a converted lead again: not to do so is the client's duty."""
    for _ in range(2):
        assert convert(sugar, lead, Contacts=CONTACT).status_code == 200
    assert len(sugar.dump("Contacts")) == 2
    assert sugar.row("Leads", lead)["contact_id"] == sugar.dump("Contacts")[1]["id"]


def test_refusing_instance_converts_once(sugar: SugarCaller) -> None:
    """An instance may refuse a converted lead, and may keep plain updates from marking one converted."""
    sugar.settings(convert_again=False, conversion_fields_writable=False)
    lead = sugar.lead()
    assert sugar.put(f"Leads/{lead}", {"converted": True, "contact_id": "x", "title": "CTO"}).status_code == 200
    row = sugar.row("Leads", lead)
    assert (row["converted"], row["contact_id"], row["title"]) == (0, None, "CTO")
    assert convert(sugar, lead, Contacts=CONTACT).status_code == 200
    assert_refused(convert(sugar, lead, Contacts=CONTACT), 422, "invalid_parameter")
    assert len(sugar.dump("Contacts")) == 1


def test_refused_record_is_told_as_424(sugar: SugarCaller, lead: str) -> None:
    """A new record that is refused stops the conversion: words and label change places, what was made before stays."""
    answer = convert(sugar, lead, Contacts=CONTACT, Accounts={"name": "A"}, Opportunities={**DEAL, "amount": "lots"})
    assert answer.status_code == 424
    assert answer.json()["error_message"] == "invalid_parameter"
    assert "amount" in answer.json()["error"]
    assert [len(sugar.dump(module)) for module in ("Contacts", "Accounts", "Opportunities")] == [1, 1, 0]
    row = sugar.row("Leads", lead)
    assert (row["converted"], row["contact_id"], row["account_id"]) == (0, None, None)


def test_missing_record_stops_the_conversion(sugar: SugarCaller, lead: str) -> None:
    """A record named by an id that is not there is a 404; the contact made before it stays, the lead stays open."""
    assert_refused(convert(sugar, lead, Contacts=CONTACT, Accounts={"id": "none"}), 404, "not_found")
    assert len(sugar.dump("Contacts")) == 1
    assert sugar.row("Leads", lead)["converted"] == 0


def test_refused_record_in_a_bulk_undoes_as_little(sugar: SugarCaller, lead: str) -> None:
    """The same holds for a conversion that is one part of a bulk."""
    body = {"modules": {"Contacts": CONTACT, "Opportunities": {**DEAL, "amount": "lots"}}}
    part = {"url": f"/v11/Leads/{lead}/convert", "method": "POST", "data": json.dumps(body)}
    assert [item["status"] for item in sugar.post("bulk", {"requests": [part]}).json()] == [424]
    assert len(sugar.dump("Contacts")) == 1


def test_all_records_are_saved_and_owned(sugar: SugarCaller, lead: str) -> None:
    """Records picked by id are saved too: their time moves, and one that nobody owns gets the lead's owner."""
    sugar.clock(now="2026-05-01T10:00:00Z")
    free = sugar.create("Accounts", name="Acme Inc")
    owned = sugar.create("Contacts", last_name="Known", assigned_user_id="other")
    sugar.clock(now="2026-05-01T11:00:00Z")
    assert convert(sugar, lead, Contacts={"id": owned}, Accounts={"id": free}).status_code == 200
    account, contact = sugar.row("Accounts", free), sugar.row("Contacts", owned)
    assert (account["date_modified"][:13], account["assigned_user_id"]) == ("2026-05-01 11", "1")
    assert (contact["date_modified"][:13], contact["assigned_user_id"]) == ("2026-05-01 11", "other")
    assert sugar.row("Leads", lead)["account_name"] == "Acme Inc"


def test_contact_is_required(sugar: SugarCaller, lead: str) -> None:
    """Without `modules`, or without Contacts in it, nothing happens."""
    assert_refused(sugar.post(f"Leads/{lead}/convert", {}), 422, "missing_parameter")
    assert_refused(convert(sugar, lead, Accounts={"name": "Acme"}), 422, "missing_parameter")
    assert sugar.dump("Accounts") == []


def test_unlisted_module_follows_the_switch(sugar: SugarCaller) -> None:
    """A module outside the Convert Lead layout is passed over or refused."""
    note = {"Contacts": CONTACT, "Notes": {"name": "Hello"}}
    assert convert(sugar, sugar.lead(), **note).status_code == 200
    assert sugar.dump("Notes") == []
    sugar.settings(convert_unlisted="refuse")
    assert_refused(convert(sugar, sugar.lead(), **note), 422, "invalid_parameter")


def test_layout_decides_what_is_offered(sugar: SugarCaller) -> None:
    """The layout of an instance may demand an account; a switched-off route is no route."""
    sugar.settings(convert_required=["Contacts", "Accounts"])
    assert_refused(convert(sugar, sugar.lead(), Contacts=CONTACT), 422, "missing_parameter")
    sugar.settings(convert_enabled=False)
    assert_refused(convert(sugar, sugar.lead(), Contacts=CONTACT), 404, "no_method")


@pytest.mark.parametrize(("action", "calls"), [("donothing", 1), ("copy", 2), ("move", 1)])
def test_activities_follow_the_asked_action(sugar: SugarCaller, lead: str, action: str, calls: int) -> None:
    """Activities stay with the lead, are copied to the contact, or move there."""
    sugar.load(Calls=[{"name": "Intro", "parent_type": "Leads", "parent_id": lead}])
    body = {"modules": {"Contacts": CONTACT}, "transfer_activities_action": action}
    assert sugar.post(f"Leads/{lead}/convert", body).status_code == 200
    rows = sugar.dump("Calls")
    parents = {row["parent_type"] for row in rows}
    assert len(rows) == calls
    assert parents == {"donothing": {"Leads"}, "copy": {"Leads", "Contacts"}, "move": {"Contacts"}}[action]


def test_unknown_action_is_refused(sugar: SugarCaller, lead: str) -> None:
    """Only copy, move and donothing are actions."""
    body = {"modules": {"Contacts": CONTACT}, "transfer_activities_action": "burn"}
    assert_refused(sugar.post(f"Leads/{lead}/convert", body), 422, "invalid_parameter")


def test_hidden_account_cannot_be_used(sugar: SugarCaller) -> None:
    """An account that the user's teams do not see is a 404, and the lead stays open."""
    sugar.world(
        settings={"acl_hidden_ids": {"Accounts": ["acc-1"]}}, records={"Accounts": [{"id": "acc-1", "name": "S"}]}
    )
    lead = sugar.lead()
    assert_refused(convert(sugar, lead, Contacts=CONTACT, Accounts={"id": "acc-1"}), 404, "not_found")
    assert sugar.row("Leads", lead)["converted"] == 0


def test_lost_answer_is_applied_once(sugar: SugarCaller, lead: str) -> None:
    """With the answer dropped the conversion stands, and reading the lead back tells so."""
    sugar.faults({"operation": "convert", "action": "drop_after_apply"})
    with pytest.raises(OSError, match="Connection"):
        convert(sugar, lead, Contacts=CONTACT)
    assert sugar.record("Leads", lead, "converted,contact_id")["converted"] is True


def test_explicit_sequence_reaches_same_state(sugar: SugarCaller) -> None:
    """Creating, linking and updating step by step ends in the rows that the route leaves behind."""

    def shape(lead: str) -> dict[str, object]:
        row = sugar.row("Leads", lead)
        contact = sugar.row("Contacts", row["contact_id"])
        deal = sugar.row("Opportunities", row["opportunity_id"])
        return {
            "lead": (row["converted"], row["status"], row["deleted"], row["account_name"]),
            "contact": (contact["account_id"] == row["account_id"], contact["email1"], contact["last_name"]),
            "deal": (deal["account_id"] == row["account_id"], deal["contact_ids"] == [contact["id"]], deal["amount"]),
        }

    native, by_hand = (sugar.lead(last_name="Paisley", account_name="Acme") for _ in range(2))
    convert(sugar, native, Contacts=CONTACT, Accounts={"name": "Acme"}, Opportunities=DEAL)
    account = sugar.create("Accounts", name="Acme")
    contact = sugar.create("Contacts", **CONTACT, account_id=account)
    deal = sugar.create("Opportunities", **DEAL, account_id=account)
    assert sugar.post(f"Contacts/{contact}/link/opportunities/{deal}").status_code == 200
    ids = {"contact_id": contact, "account_id": account, "opportunity_id": deal}
    assert sugar.put(f"Leads/{by_hand}", {"converted": True, "status": "Converted", **ids}).status_code == 200
    assert shape(native) == shape(by_hand)
