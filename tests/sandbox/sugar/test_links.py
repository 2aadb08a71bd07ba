"""Relationships between records of the engine."""

from __future__ import annotations

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugar.words import NoSuchField, NoSuchLink, Order, Page, Selection, Where
from tests.sandbox.sugar.records import Records


def test_many_to_many_carries_its_role(either: Records) -> None:
    """A contact of an opportunity carries a role, seen from both ends, and relating again changes it."""
    contact, deal = either.add("Contacts", last_name="Nowak"), either.add("Opportunities", name="Deal")
    instance = either.instance
    assert instance.relate("Opportunities", deal, "contacts", contact, {"contact_role": "Influencer"})
    assert instance.relate("Contacts", contact, "opportunities", deal, {"contact_role": "Other"})
    rows = instance.related("Opportunities", deal, "contacts", Selection(fields=["last_name"]))
    assert rows == [{"id": contact, "last_name": "Nowak", "contact_role": "Other"}]
    assert instance.count_related("Contacts", contact, "opportunities") == 1


def test_linking_a_lead_fills_its_id(either: Records, clock: SandboxClock) -> None:
    """Relating a contact to a lead writes contact_id on the lead and moves its date_modified."""
    contact, lead = either.add("Contacts", last_name="Nowak"), either.add("Leads", last_name="Nowak")
    clock.advance(5)
    assert either.instance.relate("Contacts", contact, "leads", lead)
    row = either.get("Leads", lead)
    assert (row["contact_id"], row["date_modified"]) == (contact, "2026-03-02 12:00:05")
    assert either.instance.unrelate("Leads", lead, "contacts", contact)
    assert either.get("Leads", lead)["contact_id"] is None


def test_missing_ends_are_not_related(either: Records) -> None:
    """Neither an unknown nor a deleted record is related."""
    lead, gone = either.add("Leads", last_name="Nowak"), either.add("Contacts", last_name="Gone")
    either.instance.delete("Contacts", gone, either.user_id)
    assert not either.instance.relate("Leads", lead, "contacts", "unknown")
    assert not either.instance.relate("Leads", lead, "contacts", gone)
    assert not either.instance.relate("Leads", "unknown", "contacts", gone)
    assert not either.instance.unrelate("Leads", lead, "contacts", gone)


def test_unknown_links_and_columns_are_refused(either: Records) -> None:
    """A link or a column that there is not raises."""
    contact, deal = either.add("Contacts", last_name="Nowak"), either.add("Opportunities", name="Deal")
    with pytest.raises(NoSuchLink):
        either.instance.related_ids("Contacts", contact, "nope")
    with pytest.raises(NoSuchField):
        either.instance.relate("Opportunities", deal, "contacts", contact, {"nope": "x"})


def test_deleted_record_leaves_its_links(either: Records) -> None:
    """Deleting a record ends its relationships and hides it behind every link."""
    account = either.add("Accounts", name="Acme")
    contact = either.add("Contacts", last_name="Nowak", account_id=account, email1="a@x.example")
    assert either.instance.delete("Contacts", contact, either.user_id)
    assert not either.instance.delete("Contacts", contact, either.user_id)
    assert either.instance.related_ids("Accounts", account, "contacts") == []
    row = either.instance.get("Contacts", contact, deleted=True)
    assert row is not None
    assert (row["deleted"], row["account_id"], row["email1"]) == (1, None, None)


def test_notes_hang_on_their_parent(either: Records) -> None:
    """An activity's parent type and id are its relationship to the parent."""
    lead = either.add("Leads", last_name="Nowak")
    note = either.add("Notes", name="Called back", parent_type="Leads", parent_id=lead)
    assert either.instance.related_ids("Leads", lead, "notes") == [note]
    assert either.instance.related_ids("Notes", note, "leads") == [lead]


def test_related_rows_are_sorted_and_paged(either: Records) -> None:
    """Rows behind a link take a condition, a sort and a page."""
    account = either.add("Accounts", name="Acme")
    for name in ("Cole", "Abel", "Boyd", "Xu"):
        either.add("Contacts", last_name=name, account_id=account)
    where = Where('"contacts"."last_name" < ?', ("X",))
    order = [Order("last_name", descending=True)]
    selection = Selection(where, order, Page(2, 1), ["last_name"])
    rows = either.instance.related("Accounts", account, "contacts", selection)
    assert [row["last_name"] for row in rows] == ["Boyd", "Abel"]


def test_links_of_many_records_at_once(either: Records) -> None:
    """Rows behind a link come for many records at once; those without any are absent."""
    accounts = [either.add("Accounts", name=f"Account {number}") for number in range(3)]
    contacts = [either.add("Contacts", last_name=f"C{number}", account_id=accounts[number % 2]) for number in range(4)]
    found = either.instance.related_of("Accounts", accounts, "contacts", ["last_name"])
    assert {near: [row["id"] for row in rows] for near, rows in found.items()} == {
        accounts[0]: [contacts[0], contacts[2]],
        accounts[1]: [contacts[1], contacts[3]],
    }


def test_records_are_found_through_links(either: Records) -> None:
    """A condition on the records behind a link selects the near records."""
    account = either.add("Accounts", name="Acme")
    contact = either.add("Contacts", last_name="Nowak", account_id=account)
    either.add("Contacts", last_name="Nobody")
    where = either.instance.linked_where("Contacts", "accounts", Where('"accounts"."name" = ?', ("acme",)))
    assert [row["id"] for row in either.instance.select("Contacts", where)] == [contact]
