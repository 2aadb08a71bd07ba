"""Which rows a selection answers, in which order, and what stays unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugar.words import NoSuchField, Order, Page, Where
from tests.sandbox.sugar.conftest import NOON
from tests.sandbox.sugar.records import Records


def _names(records: Records, *args: object, **more: object) -> list[str]:
    rows = records.instance.select("Leads", *args, fields=["last_name"], **more)  # type: ignore[arg-type]
    return [row["last_name"] for row in rows]


def test_unsorted_rows_come_as_inserted(either: Records) -> None:
    """Without a sort rows come in the order of insertion; with one, by it, equal rows as inserted."""
    for name, title in (("Cole", "b"), ("Abel", "a"), ("Boyd", "b")):
        either.add("Leads", last_name=name, title=title)
    assert _names(either) == ["Cole", "Abel", "Boyd"]
    assert _names(either, order=[Order("title")]) == ["Abel", "Cole", "Boyd"]
    assert _names(either, order=[Order("title", descending=True), Order("last_name")]) == ["Boyd", "Cole", "Abel"]
    with pytest.raises(NoSuchField):
        _names(either, order=[Order("email1")])


def test_deleted_rows_are_asked_for(either: Records) -> None:
    """Live rows, all rows or deleted rows only."""
    either.add("Leads", last_name="Live")
    either.instance.delete("Leads", either.add("Leads", last_name="Gone"), either.user_id)
    assert _names(either) == ["Live"]
    assert _names(either, deleted="all") == ["Live", "Gone"]
    assert _names(either, deleted="deleted") == ["Gone"]
    assert either.instance.count("Leads", deleted="all") == 2


def test_pages_cover_all_rows_once(either: Records) -> None:
    """Pages sorted by (date_modified, id) cover rows of one second without gap or twin."""
    made = {either.add("Leads", last_name=f"L{number}") for number in range(45)}
    order = [Order("date_modified"), Order("id")]
    pages = [either.instance.select("Leads", Where(), order, Page(20, start), fields=["id"]) for start in (0, 20, 40)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [row["id"] for page in pages for row in page] == sorted(made)


def test_text_compares_without_case(either: Records) -> None:
    """Text columns compare without regard to case, as a MySQL installation's do."""
    either.add("Leads", last_name="Nowak")
    assert _names(either, Where(f"{either.instance.column('Leads', 'last_name')} = ?", ("NOWAK",))) == ["Nowak"]


def test_conditions_combine(either: Records) -> None:
    """Conditions are joined by and, or and not; an empty column is no match and no obstacle."""
    either.add("Leads", last_name="Abel", title="CEO")
    either.add("Leads", last_name="Boyd")
    ceo = Where(f"{either.instance.column('Leads', 'title')} = ?", ("CEO",))
    boyd = Where(f"{either.instance.column('Leads', 'last_name')} = ?", ("Boyd",))
    assert _names(either, ceo & boyd) == []
    assert _names(either, ceo | boyd) == ["Abel", "Boyd"]
    assert _names(either, ceo.negated()) == ["Boyd"]


def test_late_record_appears_in_time(either: Records, clock: SandboxClock) -> None:
    """A hidden record is in no list, count or retrieval before its moment."""
    lead = either.add("Leads", last_name="Late")
    either.instance.hide_until("Leads", [lead], NOON + timedelta(seconds=30))
    assert (either.instance.get("Leads", lead), either.instance.count("Leads")) == (None, 0)
    clock.advance(30)
    assert _names(either) == ["Late"]


def test_user_names_are_looked_up(either: Records) -> None:
    """Names of users and related records are shown beside their ids."""
    seller = either.instance.people.id_of("sarah")
    boss = either.add("Contacts", last_name="Boss", first_name="Big")
    contact = either.add("Contacts", last_name="Nowak", assigned_user_id=seller, reports_to_id=boss)
    row = either.get("Contacts", contact)
    assert (row["assigned_user_name"], row["report_to_name"]) == ("Sarah Smith", "Big Boss")


def test_limited_rights_narrow_lists(either: Records) -> None:
    """A user with owner-only lists sees what is assigned to him, and may not edit without the right to."""
    either.instance.load({"Users": [{"user_name": "ro", "last_name": "Ro", "_access": "list=owner,edit=none"}]})
    ro = str((either.instance.user("ro") or {})["id"])
    either.add("Leads", last_name="Mine", assigned_user_id=ro)
    other = either.get("Leads", either.add("Leads", last_name="Other"))
    access = either.instance.access(ro)
    assert _names(either, access.listed(either.instance.module("Leads"))) == ["Mine"]
    assert (access.may("view", other), access.may("edit", other), access.may("edit")) == (True, False, False)
    assert either.instance.access(either.user_id).may("delete", other)


def test_passwords_outlive_a_reset(either: Records) -> None:
    """A user logs in with the password set, or its MD5 digest, also after a reset; nobody else does."""
    either.instance.set_password("will", "secret")
    either.instance.reset({})
    will = either.instance.people.id_of("will")
    assert either.instance.authenticate("will", "secret") == will
    digest = "5ebe2294ecd0e0f08eab7690d2a6ee69"
    assert either.instance.people.authenticate_digest("will", digest) == will
    assert either.instance.authenticate("will", "other") is None
    assert either.instance.authenticate("sarah", "secret") is None
    either.change("Users", will, status="Inactive")
    assert either.instance.authenticate("will", "secret") is None
