"""What a save of the family's engine stores, and what it works out itself."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugar.words import DuplicateId, NoSuchModule, NoSuchRecord
from tests.sandbox.sugar.records import Records


def test_create_sets_audit_fields(either: Records) -> None:
    """A new record says who made it and when, in UTC, to the second."""
    row = either.get("Leads", either.add("Leads", last_name="Nowak"))
    assert (row["date_entered"], row["date_modified"]) == ("2026-03-02 12:00:00", "2026-03-02 12:00:00")
    assert (row["created_by"], row["modified_user_id"]) == (either.user_id, either.user_id)
    assert (row["deleted"], row["converted"], row["full_name"]) == (0, 0, "Nowak")


def test_unchanged_save_moves_date_modified(either: Records, clock: SandboxClock) -> None:
    """A save that changes nothing still moves date_modified, and leaves date_entered."""
    lead = either.add("Leads", last_name="Nowak")
    clock.advance(61)
    either.change("Leads", lead, last_name="Nowak")
    row = either.get("Leads", lead)
    assert (row["date_entered"], row["date_modified"]) == ("2026-03-02 12:00:00", "2026-03-02 12:01:01")


def test_chosen_id_is_kept_once(either: Records) -> None:
    """A client may choose the id of a new record; a second time it is taken, also after a deletion."""
    either.add("Leads", id="chosen-1", last_name="Nowak")
    either.instance.delete("Leads", "chosen-1", either.user_id)
    with pytest.raises(DuplicateId):
        either.add("Leads", id="chosen-1", last_name="Other")


def test_missing_records_are_not_saved(either: Records) -> None:
    """An update of an unknown or deleted record is refused, and so is an unknown module."""
    gone = either.add("Leads", last_name="Nowak")
    either.instance.delete("Leads", gone, either.user_id)
    for record_id in ("unknown", gone):
        with pytest.raises(NoSuchRecord):
            either.change("Leads", record_id, last_name="X")
    with pytest.raises(NoSuchModule):
        either.add("Nope", name="X")


def test_failed_block_leaves_nothing(either: Records) -> None:
    """An exception inside a transaction undoes its saves, those of an inner block included."""

    def save_two_and_fail() -> None:
        with either.instance.transaction():
            either.add("Accounts", name="Outer")
            with either.instance.transaction():
                either.add("Accounts", name="Inner")
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        save_two_and_fail()
    assert either.instance.count("Accounts", deleted="all") == 0


def test_kept_audit_fields_are_taken(either: Records) -> None:
    """Audit fields named in `keep` come from the caller; date_entered is taken on create without being named."""
    when = "2020-01-02 03:04:05"
    values = {"last_name": "Old", "date_entered": when, "date_modified": when, "created_by": "1"}
    kept = either.instance.save("Leads", values, user_id=either.user_id, create=True, keep=frozenset({"date_modified"}))
    row = either.get("Leads", kept.id)
    assert (row["date_entered"], row["date_modified"], row["created_by"]) == (when, when, either.user_id)


def test_lead_without_status_is_new(either: Records) -> None:
    """A lead's bean gives it the status New when it has none, also when the status is cleared."""
    lead = either.add("Leads", last_name="Nowak")
    assert either.get("Leads", lead)["status"] == "New"
    either.change("Leads", lead, status="Dead")
    either.change("Leads", lead, status="")
    assert either.get("Leads", lead)["status"] == "New"


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        ("last_name", "  Trimmed  ", "Trimmed"),
        ("last_name", "Bob <bob@x.example> Smith", "Bob  Smith"),
        ("last_name", "AT&amp;T", "AT&T"),
        ("last_name", "O'Neil & <b>Sons</b>", "O'Neil & <b>Sons</b>"),
        ("last_name", "a < b", "a < b"),
        ("last_name", "x" * 120, "x" * 100),
        ("title", "", None),
        ("description", "one\ntwo <script>alert(1)</script>", "one\ntwo"),
        ("birthdate", "1990-02-31", None),
        ("birthdate", "02/28/1990", "1990-02-28"),
        ("birthdate", "28.2.1990", None),
        ("requested_at_c", "2026-03-01T10:00:00Z", None),
        ("requested_at_c", "2026-03-01 10:00:00", "2026-03-01 10:00:00"),
        ("requested_at_c", "03/01/2026 10:30", "2026-03-01 10:30:00"),
        ("converted", "1", 1),
        ("converted", "off", 0),
        ("do_not_call", True, 1),
        ("status", "No such status", "No such status"),
        ("primary_address_street_2", "Floor 3", None),
    ],
)
def test_suitecrm_stores_value_as(suite: Records, field: str, given: Any, stored: Any) -> None:
    """SuiteCRM's bean cleans, cuts and reads values without ever refusing one."""
    lead = suite.add("Leads", **{"last_name": "Nowak", field: given})
    assert suite.get("Leads", lead)[field] == stored


def test_sugarcrm_stores_text_raw(sugar: Records) -> None:
    """Sugar stores markup, entities and spaces as they are given."""
    lead = sugar.add("Leads", last_name=" Bob <bob@x.example> &amp; ", description="a" * 300)
    assert sugar.get("Leads", lead)["last_name"] == " Bob <bob@x.example> &amp; "


def test_street_lines_become_one(either: Records) -> None:
    """Street lines 2 and 3 are joined to the first by line ends."""
    lead = either.add("Leads", last_name="N", primary_address_street="1 Main St", primary_address_street_2="Floor 3")
    assert either.get("Leads", lead)["primary_address_street"] == "1 Main St\nFloor 3"


@pytest.mark.parametrize(
    ("given", "stored"),
    [("12,345.60", 12345.6), (12345.67, 12345.67), ("abc", 0.0), ("", None), ("25000", 25000.0), (10**400, 0.0)],
)
def test_amount_is_read_as_number(suite: Records, given: Any, stored: Any) -> None:
    """Amounts given as text are read in the user's format; what is no number is 0."""
    deal = suite.add("Opportunities", name="Deal", amount=given)
    row = suite.get("Opportunities", deal)
    assert (row["amount"], row["amount_usdollar"], row["currency_id"]) == (stored, stored, "-99")


def test_amount_follows_users_separators(suite: Records) -> None:
    """With German separators a decimal point is read as a group separator."""
    suite.instance.reset({"settings": {"user_number_separator": ".", "user_decimal_separator": ","}})
    records = Records(suite.instance)
    deal = records.add("Opportunities", name="Deal", amount="1234.56")
    assert records.get("Opportunities", deal)["amount"] == 123456.0


def test_probability_is_set_once(either: Records) -> None:
    """The stage's probability fills an empty one on create; a later change of stage leaves it."""
    deal = either.add("Opportunities", name="Deal", sales_stage="Needs Analysis")
    assert either.get("Opportunities", deal)["probability"] == 25
    either.change("Opportunities", deal, sales_stage="Closed Won")
    assert either.get("Opportunities", deal)["probability"] == 25


def test_account_id_moves_the_contact(either: Records) -> None:
    """account_id on a contact relates it, a new one replaces the old one, and an empty one ends it."""
    first, second = either.add("Accounts", name="First"), either.add("Accounts", name="Second")
    contact = either.add("Contacts", last_name="Nowak", account_id=first)
    assert either.get("Contacts", contact)["account_name"] == "First"
    either.change("Contacts", contact, account_id=second)
    assert either.get("Contacts", contact)["account_id"] == second
    assert either.instance.related_ids("Accounts", first, "contacts") == []
    either.change("Contacts", contact, title="CEO")
    assert either.get("Contacts", contact)["account_id"] == second
    either.change("Contacts", contact, account_id="")
    assert either.get("Contacts", contact)["account_id"] is None


def test_contact_id_on_opportunity_adds_role(either: Records) -> None:
    """contact_id on an opportunity relates the contact as primary decision maker."""
    contact = either.add("Contacts", last_name="Nowak")
    deal = either.add("Opportunities", name="Deal", contact_id=contact)
    assert either.instance.relation_columns("Opportunities", deal, "contacts") == {
        contact: {"contact_role": "Primary Decision Maker"}
    }


def test_lead_shows_its_accounts_name(suite: Records) -> None:
    """A SuiteCRM lead with an account shows that account's name, deleted or not, and a later save keeps it."""
    account = suite.add("Accounts", name="Acme Corporation")
    lead = suite.add("Leads", last_name="Nowak", account_name="acme", account_id=account)
    suite.instance.delete("Accounts", account, suite.user_id)
    assert suite.get("Leads", lead)["account_name"] == "Acme Corporation"
    assert suite.instance.dump("Leads")[0]["account_name"] == "acme"
    suite.change("Leads", lead, title="CEO")
    assert suite.instance.dump("Leads")[0]["account_name"] == "Acme Corporation"


def test_sugar_lead_keeps_its_text(sugar: Records) -> None:
    """In Sugar account_name of a lead is plain text, whatever its account is called."""
    account = sugar.add("Accounts", name="Acme Corporation")
    lead = sugar.add("Leads", last_name="Nowak", account_name="acme", account_id=account)
    assert sugar.get("Leads", lead)["account_name"] == "acme"
