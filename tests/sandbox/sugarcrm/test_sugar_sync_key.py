"""Records by another system's key: the repeatable create."""

from __future__ import annotations

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused

KEY = "sf:00D/1 é"
PATH = "sf%3A00D%2F1%20%C3%A9"


@pytest.mark.parametrize("route", ["Leads/sync_key/", "integrate/Leads/sync_key/"])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_upsert_creates_once(sugar: SugarCaller, route: str, method: str) -> None:
    """The first call is a 201, the second a 200 with the same record; the key may hold any character."""
    first = sugar.call(method, route + PATH, json={"last_name": "One"})
    second = sugar.call(method, route + PATH, json={"last_name": "Two", "id": "ignored"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json() == {"record": sugar.dump("Leads")[0]["id"]}
    assert [(row["last_name"], row["sync_key"]) for row in sugar.dump("Leads")] == [("Two", KEY)]


def test_key_finds_its_record(sugar: SugarCaller) -> None:
    """A GET answers the record; an unknown key is a 422, not a 404."""
    record = sugar.patch(f"Accounts/sync_key/{PATH}", {"name": "Acme"}).json()["record"]
    found = sugar.get(f"integrate/Accounts/sync_key/{PATH}", fields="name").json()
    assert (found["id"], found["name"]) == (record, "Acme")
    assert_refused(sugar.get("integrate/Accounts/sync_key/none"), 422, "invalid_parameter")


def test_any_stored_field_may_be_key(sugar: SugarCaller) -> None:
    """The integrate routes take any column of the module; a field that is none is a 422."""
    assert sugar.patch("integrate/Leads/connector_key_c/k1", {"last_name": "One"}).status_code == 201
    assert sugar.dump("Leads")[0]["connector_key_c"] == "k1"
    assert_refused(sugar.patch("integrate/Leads/nonsense/k1", {}), 422, "invalid_parameter")
    assert_refused(sugar.patch("integrate/Leads/full_name/k1", {}), 422, "invalid_parameter")


def test_two_records_of_one_key_are_refused(sugar: SugarCaller) -> None:
    """A key that two records carry names neither of them."""
    sugar.load(Leads=[{"last_name": name, "sync_key": "k1"} for name in ("One", "Two")])
    assert_refused(sugar.patch("Leads/sync_key/k1", {"status": "New"}), 422, "invalid_parameter")


def test_record_is_stamped_with_a_key(sugar: SugarCaller) -> None:
    """An existing record takes a key that no other record has."""
    lead, other = sugar.lead(), sugar.lead()
    assert sugar.put(f"integrate/Leads/{lead}/sync_key/{PATH}").json() == {"success": True}
    assert sugar.row("Leads", lead)["sync_key"] == KEY
    assert_refused(sugar.put(f"integrate/Leads/{other}/sync_key/{PATH}"), 422, "invalid_parameter")
    assert_refused(sugar.put("integrate/Leads/none/sync_key/k2"), 404, "not_found")


def test_delete_frees_the_key(sugar: SugarCaller) -> None:
    """A deleted record's key makes a new record."""
    first = sugar.patch("Leads/sync_key/k1", {"last_name": "One"}).json()["record"]
    assert sugar.delete("integrate/Leads/sync_key/k1").json() == {"record": first}
    again = sugar.patch("Leads/sync_key/k1", {"last_name": "One"})
    assert again.status_code == 201
    assert again.json()["record"] != first


def test_admin_only_switch_refuses_others(sugar: SugarCaller) -> None:
    """With the switch on, a user who is no administrator gets a 403 on every such route."""
    sugar.settings(sync_key_admin_only=True)
    assert sugar.patch("Leads/sync_key/k1", {"last_name": "One"}).status_code == 201
    sugar.log_in(username="sarah")
    for answer in (
        sugar.patch("Leads/sync_key/k1", {}),
        sugar.get("integrate/Leads/sync_key/k1"),
        sugar.delete("integrate/Leads/sync_key/k1"),
    ):
        assert_refused(answer, 403, "not_authorized")
    sugar.settings(sync_key_admin_only=True, api_user_admin=False)
    assert_refused(sugar.patch("Leads/sync_key/k1", {"last_name": "One"}), 403, "not_authorized")
