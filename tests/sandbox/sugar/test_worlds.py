"""Loading, dumping, resetting and restarting an engine; changing its fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugar.flavour import SUITECRM
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.words import NoSuchField, NoSuchModule
from tests.sandbox.sugar.records import Records


def test_load_honours_what_is_given(either: Records) -> None:
    """Ids, times, deletion, conversion, relations and addresses are taken as given, text untouched."""
    loaded = either.instance.load(
        {
            "Accounts": [{"id": "a1", "name": "Acme <word"}],
            "Contacts": [{"id": "c1", "last_name": "Nowak", "account_id": "a1", "email1": "Jan@x.example"}],
            "Opportunities": [{"id": "o1", "name": "Deal", "account_id": "a1", "contact_ids": ["c1"], "amount": 5}],
            "Leads": [
                {"last_name": "One", "date_entered": "2024-01-01T00:00:00Z", "date_modified": "2024-05-01 18:00:37",
                 "converted": True, "contact_id": "c1", "deleted": 1, "assigned_user_id": "1"},
                {"id": "l2", "last_name": "Two", "email1": "two@x.example", "email_opt_out": 1},
            ],
        }
    )  # fmt: skip
    one = either.instance.get("Leads", loaded["Leads"][0]["id"], deleted=True) or {}
    assert (one["date_entered"], one["date_modified"]) == ("2024-01-01 00:00:00", "2024-05-01 18:00:37")
    assert (one["converted"], one["contact_id"], one["deleted"], one["assigned_user_id"]) == (1, "c1", 1, "1")
    assert either.get("Accounts", "a1")["name"] == "Acme <word"
    assert either.get("Contacts", "c1")["account_id"] == "a1"
    assert either.get("Leads", "l2")["email_opt_out"] == 1
    deal = either.instance.dump("Opportunities")[0]
    assert (deal["contact_ids"], deal["account_id"], deal["amount_usdollar"]) == (["c1"], "a1", 5)


@pytest.mark.parametrize(
    ("records", "error"),
    [
        ({"Nope": []}, NoSuchModule),
        ({"Leads": [{"nope": 1}]}, NoSuchField),
        ({"Leads": {"last_name": "X"}}, TypeError),
        ({"Leads": [{"last_name": "X", "email1": "none"}]}, ValueError),
    ],
)
def test_bad_load_inserts_nothing(either: Records, records: dict[str, Any], error: type[Exception]) -> None:
    """What cannot be loaded is refused whole."""
    good = {"Accounts": [{"name": "Acme"}]}
    with pytest.raises(error):
        either.instance.load({**good, **records})
    assert either.instance.dump("Accounts") == []


def test_dump_shows_every_row_raw(either: Records) -> None:
    """A dump has deleted rows too, and every address with its flags."""
    either.instance.load({"Leads": [{"last_name": "O'Brien", "email1": "a@x.example", "deleted": True}]})
    row = either.instance.dump("Leads")[0]
    assert (row["last_name"], row["deleted"], row["email1"]) == ("O'Brien", 1, "a@x.example")
    assert [one["email_address"] for one in row["email"]] == ["a@x.example"]


def test_reset_keeps_the_people(either: Records) -> None:
    """A reset clears the records; the users every instance has keep their ids and birthdays."""
    before = either.instance.dump("Users")
    either.add("Leads", last_name="Nowak", email1="a@x.example")
    either.instance.reset({"records": {"Accounts": [{"name": "Acme"}]}})
    assert either.instance.dump("Users") == before
    assert [either.instance.count(name) for name in ("Leads", "EmailAddresses", "Accounts")] == [0, 0, 1]
    assert before[0]["id"] == "1"


def test_worlds_with_unknown_words_are_refused(either: Records) -> None:
    """A section, a setting or a field's property that there is not is refused."""
    worlds: list[dict[str, Any]] = [
        {"nope": {}},
        {"settings": {"nope": 1}},
        {"fields": {"Leads": [{"name": "x_c", "nope": 1}]}},
    ]
    for world in worlds:
        with pytest.raises(ValueError, match="nope"):
            either.instance.reset(world)


def test_fields_are_added_and_dropped(either: Records) -> None:
    """A declared field stores values; a dropped one is gone from rows; a reset returns to the first fields."""
    instance = either.instance
    instance.declare_field("Leads", {"name": "tier_c", "type": "enum", "options": ["Gold", "Silver"]})
    lead = either.add("Leads", last_name="Nowak", tier_c="Gold", title="CEO")
    assert either.get("Leads", lead)["tier_c"] == "Gold"
    assert instance.schema.options_of(instance.field("Leads", "tier_c")) == (
        ("", ""), ("Gold", "Gold"), ("Silver", "Silver"),
    )  # fmt: skip
    instance.drop_field("Leads", "title")
    assert "title" not in either.get("Leads", lead)
    with pytest.raises(NoSuchField):
        instance.drop_field("Leads", "title")
    instance.alter_field("Leads", "tier_c", {"len": 3})
    assert instance.field("Leads", "tier_c").len == 3
    instance.reset({})
    assert "tier_c" not in instance.modules["Leads"].fields
    assert "title" in instance.modules["Leads"].fields


def test_restart_keeps_everything(tmp_path: Path, clock: SandboxClock) -> None:
    """An engine opened anew on its file has its records, people, settings and fields."""
    path = str(tmp_path / "suite.db")
    first = SugarInstance(path, clock, SUITECRM)
    first.reset({"settings": {"list_max_entries_per_page": 50}, "fields": {"Leads": [{"name": "tier_c"}]}})
    first.drop_field("Leads", "birthdate")
    lead = Records(first).add("Leads", last_name="Nowak", tier_c="Gold")
    people = first.dump("Users")
    first.close()
    second = SugarInstance(path, clock, SUITECRM)
    assert Records(second).get("Leads", lead)["tier_c"] == "Gold"
    assert "birthdate" not in second.modules["Leads"].fields
    assert (second.dump("Users"), second.settings["list_max_entries_per_page"]) == (people, 50)
    second.close()


def test_every_link_has_two_ends(either: Records) -> None:
    """Each link names a relationship that joins exactly its two modules."""
    for module in either.instance.modules.values():
        for link in module.links.values():
            relation = either.instance.schema.relations[link.relationship]
            ends = (relation.left, relation.right) if link.left else (relation.right, relation.left)
            assert ends == (module.name, link.module)


def test_custom_fields_are_in_every_world(either: Records) -> None:
    """The fields an administrator adds for the connector are there from the first day."""
    keyed = [name for name, module in either.instance.modules.items() if "connector_key_c" in module.fields]
    assert keyed == ["Leads", "Accounts", "Contacts", "Opportunities"]
    leads = either.instance.modules["Leads"].fields
    assert [leads[name].type for name in ("requested_action_c", "requested_at_c", "budget_c", "converted_to_c")] == [
        "enum", "datetime", "enum", "varchar",
    ]  # fmt: skip
