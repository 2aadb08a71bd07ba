"""Saves and relationships of the legacy service, silent failures included."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.suitecrm_v4_1.service import Service


def _entries(service: Service, module: str, *rows: dict[str, Any]) -> Any:
    return service.ask("set_entries", module_name=module, name_value_lists=list(rows))["ids"]


@pytest.mark.parametrize(
    "values",
    [
        [{"name": "last_name", "value": "Nowak"}],
        {"last_name": "Nowak"},
        {"last_name": {"name": "last_name", "value": "Nowak"}},
    ],
)
def test_values_come_in_three_forms(service: Service, values: Any) -> None:
    """Pairs, a mapping of values and a mapping of pairs are the same."""
    service.ask("set_entry", module_name="Leads", name_value_list=values)
    assert service.dump("Leads")[0]["last_name"] == "Nowak"


def test_echo_is_the_bean_in_memory(service: Service) -> None:
    """The echo has JSON booleans and numbers, text encoded twice, and what was not stored at all."""
    answer = service.ask(
        "set_entry", module_name="Opportunities",
        name_value_list={"name": "O'Brien é", "amount": "12,345.60", "probability": "7", "date_closed": "31/12/2026",
                         "nope": "x", "next_step": None},
    )  # fmt: skip
    assert {name: pair["value"] for name, pair in answer["entry_list"].items()} == {
        "name": "O&amp;#039;Brien &eacute;", "amount": 12345.6, "probability": 7, "date_closed": "",
    }  # fmt: skip
    lead = service.ask("set_entry", module_name="Leads", name_value_list={"converted": "1", "email1": " a@x.example "})
    assert lead["entry_list"]["converted"]["value"] is True
    assert lead["entry_list"]["email1"]["value"] == " a@x.example "
    assert service.dump("Leads")[0]["email1"] is None


def test_array_is_stored_as_its_name(service: Service) -> None:
    """PHP makes an array the word for it where a text is wanted."""
    lead = service.save("Leads", last_name=["x"], title=[])
    assert service.read("Leads", lead, "last_name", "title") == {"last_name": "Array", "title": "Array"}


def test_null_is_ignored_and_empty_clears(service: Service) -> None:
    """A null leaves a field, an empty text clears it."""
    lead = service.save("Leads", last_name="Nowak", title="CEO")
    service.save("Leads", id=lead, title=None)
    assert service.read("Leads", lead, "title") == {"title": "CEO"}
    service.save("Leads", id=lead, title="")
    assert service.read("Leads", lead, "title") == {"title": ""}


def test_chosen_id_creates_once(service: Service) -> None:
    """new_with_id creates with the id given; a second time the database fails, and nothing changes."""
    chosen = "aaaaaaaa-0000-4000-8000-000000000001"
    assert service.save("Leads", id=chosen, new_with_id=True, last_name="First") == chosen
    again = service.post("set_entry", module_name="Leads",
                         name_value_list={"id": chosen, "new_with_id": True, "last_name": "Second"})  # fmt: skip
    assert (again.status_code, again.headers["Content-Type"]) == (500, "text/html; charset=UTF-8")
    assert [row["last_name"] for row in service.dump("Leads")] == ["First"]


def test_unknown_id_is_answered_unsaved(service: Service) -> None:
    """An unknown or deleted id comes back as if saved; nothing is stored, and deleted=0 undeletes nothing."""
    gone = service.save("Leads", last_name="Gone")
    service.save("Leads", id=gone, deleted=1)
    for record_id in ("aaaaaaaa-0000-4000-8000-000000000009", gone):
        assert service.save("Leads", id=record_id, last_name="Ghost", deleted=0) == record_id
    assert [(row["last_name"], row["deleted"]) for row in service.dump("Leads")] == [("Gone", 1)]


def test_bad_id_is_null(service: Service) -> None:
    """An id with other characters than letters, digits, - and _ is answered by null."""
    assert service.ask("set_entry", module_name="Leads", name_value_list={"id": "x' y"}) is None


def test_flags_keep_audit_fields(service: Service) -> None:
    """date_modified is the server's unless update_date_modified is false."""
    then = "2020-01-02 03:04:05"
    lead = service.save("Leads", last_name="Nowak", date_modified=then, date_entered=then)
    row = service.dump("Leads")[0]
    assert (row["date_entered"], row["date_modified"] > "2026") == (then, True)
    service.save("Leads", id=lead, date_modified=then, update_date_modified=False, update_modified_by=False)
    assert service.dump("Leads")[0]["date_modified"] == then


def test_conversion_is_one_save(service: Service) -> None:
    """The three ids, converted and status are written by one save, and show behind the links of both ends."""
    account = service.save("Accounts", name="Acme")
    contact = service.save("Contacts", last_name="Nowak", account_id=account)
    deal = service.save("Opportunities", name="Deal", account_id=account)
    lead = service.save("Leads", last_name="Nowak", account_name="ACME inc")
    ids = {"account_id": account, "contact_id": contact, "opportunity_id": deal}
    service.save("Leads", id=lead, status="Converted", converted="1", **ids)
    shown = service.read("Leads", lead, "converted", "status", "account_name", *ids)
    assert shown == {"converted": "1", "status": "Converted", "account_name": "Acme", **ids}
    for module, record_id in (("Accounts", account), ("Contacts", contact), ("Opportunities", deal)):
        behind = service.ask(
            "get_relationships", module_name=module, module_id=record_id, link_field_name="leads",
            related_module_query="", related_fields=["id"], related_module_link_name_to_fields_array=[], deleted=0,
        )  # fmt: skip
        assert [one["id"] for one in behind["entry_list"]] == [lead]


def test_contacts_are_taken_for_others(service: Service) -> None:
    """set_entries takes a contact of the same last name and address, else such a lead, for the new one."""
    known = service.save("Contacts", first_name="First", last_name="Same", email1="shared@x.example")
    lead = service.save("Leads", first_name="Lea", last_name="Trap", email1="trap@x.example")
    ids = _entries(
        service, "Contacts",
        {"first_name": "Second", "last_name": "Same", "email1": "Shared@x.example"},
        {"first_name": "Other", "last_name": "Trap", "email1": "trap@x.example"},
        {"first_name": "New", "last_name": "Same", "email1": "new@x.example", "account_name": "Acme"},
        {"first_name": "None", "last_name": "Same"},
    )  # fmt: skip
    assert ids[:2] == [known, lead]
    assert [row["first_name"] for row in service.dump("Contacts")] == ["First", "New", "None"]
    assert service.read("Contacts", ids[2], "account_name") == {"account_name": "Acme"}


def test_contact_of_another_account_is_another(service: Service) -> None:
    """Somebody of the same name and address is only meant when the account is his too; the second address counts."""
    acme = service.save("Accounts", name="Acme")
    known = service.save("Contacts", last_name="Same", email1="same@x.example", account_id=acme)
    ids = _entries(
        service, "Contacts",
        {"last_name": "Same", "email1": "same@x.example", "account_name": "Acme"},
        {"last_name": "Same", "email2": "same@x.example"},
        {"last_name": "same", "email1": "same@x.example"},
        {"last_name": "Same", "email1": "same@x.example", "account_name": "Other"},
    )  # fmt: skip
    assert [one == known for one in ids] == [True, True, False, False]
    assert [row["name"] for row in service.dump("Accounts")] == ["Acme", "Other"]


def test_contact_without_account_gets_one(service: Service) -> None:
    """set_entries gives an existing contact the account it names when it has none; one it has is kept."""
    contact = service.save("Contacts", last_name="Ash")
    for name in ("Acme", "Other"):
        assert _entries(service, "Contacts", {"id": contact, "account_name": name}) == [contact]
        assert service.read("Contacts", contact, "account_name") == {"account_name": "Acme"}


def test_leads_are_never_merged(service: Service) -> None:
    """set_entries creates each lead, alike or not, and takes labels of dropdowns for their keys."""
    twin = {"last_name": "Same", "email1": "same@x.example"}
    assert len(set(_entries(service, "Leads", twin, twin))) == 2
    deal = _entries(service, "Opportunities", {"name": "D", "sales_stage": "Identifying Decision Makers"})[0]
    assert service.read("Opportunities", deal, "sales_stage") == {"sales_stage": "Id. Decision Makers"}
    single = service.save("Opportunities", name="D", sales_stage="Identifying Decision Makers")
    assert service.read("Opportunities", single, "sales_stage") == {"sales_stage": "Identifying Decision Makers"}


def test_batch_keeps_rows_before_a_failure(service: Service) -> None:
    """What was saved before a row that breaks the database stays saved."""
    service.save("Leads", id="taken", new_with_id=1, last_name="Taken")
    rows = [{"last_name": "Before"}, {"id": "taken", "new_with_id": 1}, {"last_name": "After"}]
    assert service.post("set_entries", module_name="Leads", name_value_lists=rows).status_code == 500
    assert [row["last_name"] for row in service.dump("Leads")] == ["Taken", "Before"]


def test_address_changes_the_long_way(service: Service) -> None:
    """email1 is ignored on update; unlinking the old address first lets it through."""
    lead = service.save("Leads", last_name="Nowak", email1="old@x.example")
    service.save("Leads", id=lead, email1="new@x.example")
    assert service.read("Leads", lead, "email1") == {"email1": "old@x.example"}
    old = service.dump("Leads")[0]["email"][0]["email_address_id"]
    assert service.relate("Leads", lead, "email_addresses", old, delete=1) == {"created": 0, "failed": 0, "deleted": 1}
    service.save("Leads", id=lead, email1="new@x.example")
    assert service.read("Leads", lead, "email1") == {"email1": "new@x.example"}


def test_another_address_stands_for_the_primary_one(service: Service) -> None:
    """Without its primary address a record shows the next one as email1, with its flags, and takes no new one."""
    lead = service.save("Leads", last_name="Nowak", email1="old@x.example", email2="next@x.example")
    service.load(Contacts=[{"last_name": "Other", "emails": [{"email_address": "next@x.example", "opt_out": True}]}])
    old = service.dump("Leads")[0]["email"][0]["email_address_id"]
    service.relate("Leads", lead, "email_addresses", old, delete=1)
    shown = {"email1": "next@x.example", "email2": "", "email_opt_out": "1"}
    assert service.read("Leads", lead, "email1", "email2", "email_opt_out") == shown
    service.save("Leads", id=lead, email1="new@x.example")
    assert service.read("Leads", lead, "email1") == {"email1": "next@x.example"}


def test_address_record_is_linked_as_primary(service: Service) -> None:
    """An address record of its own can be linked as primary."""
    lead = service.save("Leads", last_name="Nowak")
    address = service.save("EmailAddresses", email_address="own@x.example")
    service.relate("Leads", lead, "email_addresses", address, primary_address="1")
    assert service.read("Leads", lead, "email1") == {"email1": "own@x.example"}
    assert service.dump("EmailAddresses")[0]["email_address_caps"] == "OWN@X.EXAMPLE"


def test_relationships_always_succeed(service: Service) -> None:
    """Only a module or a link that there is not counts as failed; records need not be there."""
    deal, contact = service.save("Opportunities", name="Deal"), service.save("Contacts", last_name="Nowak")
    assert service.relate("Opportunities", deal, "contacts", contact, contact_role="Influencer")["created"] == 1
    assert service.dump("Opportunities")[0]["contact_roles"] == {contact: "Influencer"}
    assert service.relate("Opportunities", deal, "contacts", "unknown")["created"] == 1
    assert service.relate("Opportunities", "unknown", "contacts", contact)["created"] == 1
    assert service.relate("Opportunities", deal, "nope", contact) == {"created": 0, "failed": 1, "deleted": 0}
    assert service.relate("Nope", deal, "contacts", contact) == {"created": 0, "failed": 1, "deleted": 0}
    assert service.dump("Opportunities")[0]["contact_ids"] == [contact]


@pytest.mark.parametrize(
    ("deletes", "told", "left"),
    [([0, 1, 0], (2, 1, 0), True), ([0, 1], (1, 1, 1), False), ([0, 1, None], (1, 1, 1), False), ([], (2, 1, 0), True)],
)
def test_delete_flag_sticks(service: Service, deletes: list[Any], told: tuple[int, ...], left: bool) -> None:
    """In set_relationships a row without a flag of its own has that of the row before it."""
    deal, contact = service.save("Opportunities", name="Deal"), service.save("Contacts", last_name="Nowak")
    answer = service.ask(
        "set_relationships", module_names=["Opportunities"] * 3, module_ids=[deal] * 3,
        link_field_names=["contacts", "nope", "contacts"], related_ids=[[contact]] * 3, name_value_lists=[[], [], []],
        delete_array=deletes,
    )  # fmt: skip
    assert (answer["created"], answer["failed"], answer["deleted"]) == told
    assert service.dump("Opportunities")[0]["contact_ids"] == ([contact] if left else [])


def test_empty_lists_are_invalid_data(service: Service) -> None:
    """set_relationships without a module, a record, a link or related records is fault 1001."""
    lists = {"module_names": ["Leads"], "module_ids": ["x"], "link_field_names": ["contacts"], "related_ids": [["y"]],
             "name_value_lists": [], "delete_array": []}  # fmt: skip
    assert service.ask("set_relationships", **lists) == {"created": 1, "failed": 0, "deleted": 0}
    for name in ("module_names", "module_ids", "link_field_names", "related_ids"):
        assert service.ask("set_relationships", **{**lists, name: []})["number"] == 1001


def test_columns_of_a_relationship_are_pairs(service: Service) -> None:
    """A mapping where pairs are wanted ends in PHP, and relates nothing."""
    deal, contact = service.save("Opportunities", name="Deal"), service.save("Contacts", last_name="Nowak")
    answer = service.post(
        "set_relationship", module_name="Opportunities", module_id=deal, link_field_name="contacts",
        related_ids=[contact], name_value_list={"contact_role": "Influencer"}, delete=0,
    )  # fmt: skip
    assert (answer.status_code, answer.text) == (500, "")
    assert service.dump("Opportunities")[0]["contact_ids"] == []


def test_limited_user_is_denied(service: Service) -> None:
    """A user who may not edit gets fault 40; from a batch his rows are left out; his lists show his own records.

    Counting and relating look at other rights: a count is everybody's, to relate one has to be able to view.
    """
    service.load(Users=[{"user_name": "ro", "last_name": "Ro", "password": "ro", "_access": "list=owner,edit=none"},
                        {"user_name": "no", "last_name": "No", "password": "no", "_access": "view=none"}])  # fmt: skip
    lead = service.save("Leads", last_name="Nowak", email1="a@x.example")
    limited = Service(service.caller, "ro", "ro")
    assert limited.list()["entry_list"] == []
    assert limited.ask("get_entries_count", module_name="Leads", query="", deleted=0) == {"result_count": "1"}
    assert limited.relate("Leads", lead, "contacts", "unknown")["created"] == 1
    assert Service(service.caller, "no", "no").relate("Leads", lead, "contacts", "unknown")["failed"] == 1
    assert _entries(limited, "Contacts", {"last_name": "Nowak", "email1": "a@x.example"}) == []
    assert limited.read("Leads", lead, "last_name") == {"last_name": "Nowak"}
    assert limited.ask("set_entry", module_name="Leads", name_value_list={"last_name": "X"})["number"] == 40
    assert _entries(limited, "Leads", {"last_name": "X"}, {"last_name": "Y"}) == []
    assert len(service.dump("Leads")) == 1


def test_open_or_reaches_past_the_owner(service: Service) -> None:
    """The owner's condition goes behind the query without parentheses, so an open OR gets past it."""
    service.load(Users=[{"user_name": "ro", "last_name": "Ro", "password": "ro", "_access": "list=owner"}])
    service.save("Leads", last_name="Nowak")
    limited = Service(service.caller, "ro", "ro")
    assert limited.names("leads.last_name = 'Nowak' or 1=0") == ["Nowak"]
    assert limited.names("(leads.last_name = 'Nowak' or 1=0)") == []
