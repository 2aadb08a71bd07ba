"""What colleagues do behind a client's back: edit, delete, merge, convert."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.dialect import DoorRefused
from connector.sandbox.faults import Action, Fault
from connector.sandbox.sugar import doors
from tests.sandbox.sugar.records import Records


def _open(records: Records, action: Action, **options: Any) -> None:
    doors.open_door(records.instance, Fault(action, options=options))


def test_edit_changes_record_and_address(either: Records, clock: SandboxClock) -> None:
    """An edit on screen changes fields and the address, as another user, and moves date_modified."""
    lead = either.add("Leads", last_name="Nowak", email1="a@x.example", email2="b@x.example")
    clock.advance(9)
    match = {"email1": "a@x.example", "converted": False}
    _open(either, Action.EDIT, object="Lead", match=match, set={"status": "Dead", "email1": "new@x.example"})
    row = either.get("Leads", lead)
    assert (row["status"], row["email1"], row["email2"]) == ("Dead", "new@x.example", "b@x.example")
    assert row["modified_user_id"] == either.instance.people.id_of("will")
    assert row["date_modified"] == "2026-03-02 12:00:09"


def test_edit_may_tell_another_moment(either: Records) -> None:
    """An edit may set date_modified itself, to stand for one made earlier."""
    lead = either.add("Leads", last_name="Nowak")
    _open(either, Action.EDIT, object="Leads", id=lead, set={"date_modified": "2026-03-02 11:59:59"})
    assert either.get("Leads", lead)["date_modified"] == "2026-03-02 11:59:59"


def test_delete_marks_the_record(either: Records) -> None:
    """A colleague's deletion marks the record deleted."""
    lead = either.add("Leads", last_name="Nowak")
    _open(either, Action.DELETE, object="Leads", id=lead)
    assert either.instance.get("Leads", lead) is None


@pytest.mark.parametrize(
    "options",
    [
        {"object": "Leads", "id": "unknown"},
        {"object": "Nope", "id": "x"},
        {"object": "Leads", "match": {"last_name": "Nobody"}},
        {"object": "Leads", "match": {"nope": 1}},
        {"object": "Leads"},
    ],
)
def test_door_to_nothing_is_refused(either: Records, options: dict[str, Any]) -> None:
    """A door that names no live record says so."""
    with pytest.raises(DoorRefused):
        _open(either, Action.DELETE, **options)


def test_merge_moves_what_belonged(either: Records) -> None:
    """The survivor of a merge takes over contacts, leads and addresses; the loser is a deleted record."""
    winner, loser = either.add("Accounts", name="Acme"), either.add("Accounts", name="Acme Inc", email1="a@x.example")
    contact = either.add("Contacts", last_name="Nowak", account_id=loser)
    lead = either.add("Leads", last_name="Nowak", account_id=loser)
    _open(either, Action.MERGE, object="Accounts", id=loser, into=winner)
    assert either.get("Contacts", contact)["account_id"] == winner
    assert either.get("Leads", lead)["account_id"] == winner
    assert either.get("Accounts", winner)["email1"] == "a@x.example"
    assert either.instance.get("Accounts", loser) is None


def test_merge_keeps_the_survivors_address(either: Records) -> None:
    """A merge adds the loser's address behind the survivor's primary one."""
    winner = either.add("Contacts", last_name="Nowak", email1="a@x.example")
    loser = either.add("Contacts", last_name="Nowak", email1="b@x.example")
    _open(either, Action.MERGE, object="Contacts", id=loser, into=winner)
    shown = [(one["email_address"], one["primary_address"]) for one in either.instance.emails("Contacts", winner)]
    assert shown == [("a@x.example", 1), ("b@x.example", 0)]


def test_conversion_leaves_the_ui_end_state(either: Records) -> None:
    """A conversion makes account, contact and opportunity, relates them all, and marks the lead."""
    lead = either.add(
        "Leads", first_name="Ada", last_name="Nowak", account_name="Acme", phone_work="1", email1="a@x.example",
        primary_address_city="Ghent", alt_address_city="Bruges", description="Hello", lead_source="Web Site",
    )  # fmt: skip
    _open(either, Action.CONVERT_ELSEWHERE, object="Leads", id=lead, set={"opportunity_name": "Acme - Nowak"})
    row = either.get("Leads", lead)
    assert (row["converted"], row["status"], row["deleted"]) == (1, "Converted", 0)
    account = either.get("Accounts", row["account_id"])
    assert (account["name"], account["phone_office"], account["billing_address_city"]) == ("Acme", "1", "Ghent")
    assert account["shipping_address_city"] == "Bruges"
    contact = either.get("Contacts", row["contact_id"])
    assert (contact["account_id"], contact["email1"], contact["first_name"]) == (account["id"], "a@x.example", "Ada")
    deal = either.get("Opportunities", row["opportunity_id"])
    assert (deal["account_id"], deal["lead_source"]) == (account["id"], "Web Site")
    assert either.instance.related_ids("Opportunities", deal["id"], "contacts") == [contact["id"]]
    assert either.instance.count("EmailAddresses") == 1


def test_conversion_into_existing_records(either: Records) -> None:
    """A conversion may name existing records; without a name it opens no opportunity."""
    account = either.add("Accounts", name="Acme")
    contact = either.add("Contacts", last_name="Nowak")
    lead = either.add("Leads", last_name="Nowak", account_name="Acme")
    chosen = {"account_id": account, "contact_id": contact}
    _open(either, Action.CONVERT_ELSEWHERE, object="Leads", id=lead, set=chosen)
    row = either.get("Leads", lead)
    assert (row["account_id"], row["contact_id"], row["opportunity_id"]) == (account, contact, None)
    assert [either.instance.count(name) for name in ("Accounts", "Contacts", "Opportunities")] == [1, 1, 0]


def test_schema_fault_changes_fields(either: Records) -> None:
    """A fault may add, drop and alter fields; an unknown one is refused."""
    options = {"object": "Leads", "add": [{"name": "x_c"}], "drop": ["connector_key_c"], "alter": {"title": {"len": 9}}}
    doors.change_schema(either.instance, Fault(Action.SCHEMA, options=options))
    fields = either.instance.modules["Leads"].fields
    assert ("x_c" in fields, "connector_key_c" in fields, fields["title"].len) == (True, False, 9)
    with pytest.raises(DoorRefused):
        doors.change_schema(either.instance, Fault(Action.SCHEMA, options={"object": "Leads", "drop": ["nope"]}))
