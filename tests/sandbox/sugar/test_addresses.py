"""E-mail addresses: kept once, shared, and hard to change in SuiteCRM."""

from __future__ import annotations

import pytest

from tests.sandbox.sugar.records import Records


def test_address_is_shared_by_capitals(either: Records) -> None:
    """Two people with one address share its row, which takes the newest spelling and one opt-out for both."""
    lead = either.add("Leads", last_name="Nowak", email1="Jan@X.example")
    contact = either.add("Contacts", last_name="Nowak", email1="JAN@x.example", email_opt_out=1)
    assert either.instance.count("EmailAddresses") == 1
    assert either.get("Leads", lead)["email1"] == "JAN@x.example"
    assert either.get("Leads", lead)["email_opt_out"] == 1
    assert either.get("Contacts", contact)["invalid_email"] == 0


def test_second_address_is_email2(either: Records) -> None:
    """email1 is the primary address, email2 the next one; without any both are empty."""
    both = either.add("Leads", last_name="Both", email1="a@x.example", email2="b@x.example")
    none = either.add("Leads", last_name="None")
    assert (either.get("Leads", both)["email1"], either.get("Leads", both)["email2"]) == ("a@x.example", "b@x.example")
    row = either.get("Leads", none)
    assert (row["email1"], row["email2"], row["email_opt_out"]) == (None, None, None)


@pytest.mark.parametrize(
    "text", [" a@x.example", "a@x.example ", "a at x.example", "a@x", "@x.example", "<a@x.example>"]
)
def test_what_is_no_address_is_dropped(either: Records, text: str) -> None:
    """A text that is no address is not stored; the record is."""
    lead = either.add("Leads", last_name="Nowak", email1=text)
    assert either.get("Leads", lead)["email1"] is None


def test_suitecrm_ignores_a_changed_address(suite: Records) -> None:
    """SuiteCRM 7.14.6 ignores a changed email1 once the record has an address, an empty one included."""
    lead = suite.add("Leads", last_name="Nowak", email1="old@x.example")
    for text in ("new@x.example", ""):
        suite.change("Leads", lead, email1=text)
        assert suite.addresses("Leads", lead) == ["old@x.example"]


def test_address_changes_after_unlinking(suite: Records) -> None:
    """Once the old address is unlinked, email1 is honoured again: the way around."""
    lead = suite.add("Leads", last_name="Nowak", email1="old@x.example")
    old = suite.instance.emails("Leads", lead)[0]["email_address_id"]
    assert suite.instance.unrelate("Leads", lead, "email_addresses", old)
    suite.change("Leads", lead, email1="new@x.example")
    assert suite.addresses("Leads", lead) == ["new@x.example"]


def test_switch_lets_addresses_change(suite: Records) -> None:
    """With `email_update_ignored` off a changed email1 replaces the set, as later releases do."""
    suite.instance.reset({"settings": {"email_update_ignored": False}})
    records = Records(suite.instance)
    lead = records.add("Leads", last_name="Nowak", email1="old@x.example", email2="other@x.example")
    records.change("Leads", lead, email1="new@x.example")
    assert records.addresses("Leads", lead) == ["new@x.example"]


def test_sugarcrm_replaces_the_address(sugar: Records) -> None:
    """Sugar takes a changed email1."""
    lead = sugar.add("Leads", last_name="Nowak", email1="old@x.example")
    sugar.change("Leads", lead, email1="new@x.example")
    assert sugar.addresses("Leads", lead) == ["new@x.example"]


def test_set_emails_replaces_or_adds(either: Records) -> None:
    """A list replaces the whole set, or adds to it, and names what is no address."""
    lead = either.add("Leads", last_name="Nowak", email1="a@x.example")
    new: list[dict[str, object]] = [
        {"email_address": "b@x.example", "primary_address": True, "opt_out": True},
        {"email_address": "nothing"},
    ]
    assert either.instance.set_emails("Leads", lead, new, replace=False) == ["nothing"]
    assert either.addresses("Leads", lead) == ["b@x.example", "a@x.example"]
    either.instance.set_emails("Leads", lead, new[:1])
    assert [(one["email_address"], one["opt_out"]) for one in either.instance.emails("Leads", lead)] == [
        ("b@x.example", 1)
    ]


def test_address_search_finds_its_owners(either: Records) -> None:
    """A condition on addresses finds the records of that module that have one."""
    lead = either.add("Leads", last_name="Nowak", email1="a@x.example")
    either.add("Contacts", last_name="Nowak", email1="a@x.example")
    where = either.instance.email_where("Leads", "a.email_address_caps = ?", ("A@X.EXAMPLE",))
    assert [row["id"] for row in either.instance.select("Leads", where)] == [lead]


def test_silent_save_takes_flags_back_in_suitecrm(suite: Records, sugar: Records) -> None:
    """SuiteCRM saves an address with the flags of the record that it comes with; what is not told of them is ended."""
    for records, kept in ((suite, 0), (sugar, 1)):
        lead = records.add("Leads", last_name="Nowak", email1="jan@x.example", email_opt_out=1)
        records.add("Contacts", last_name="Nowak", email1="jan@x.example")
        assert records.get("Leads", lead)["email_opt_out"] == kept


def test_link_made_anew_is_a_new_one(either: Records) -> None:
    """A pair that was ended comes back without the columns that it had: no address is primary again by a bare link."""
    lead = either.add("Leads", last_name="Nowak", email1="old@x.example")
    old = either.instance.emails("Leads", lead)[0]["email_address_id"]
    for _ in range(2):
        assert either.instance.unrelate("Leads", lead, "email_addresses", old)
        assert either.instance.relate("Leads", lead, "email_addresses", old)
        assert [one["primary_address"] for one in either.instance.emails("Leads", lead)] == [0]
