"""What a real server's database and PHP take in their stride: endless lists, ends of the calendar, half letters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused


def test_many_alternatives_are_one_condition(sugar: SugarCaller) -> None:
    """A filter may name thousands of alternatives, each a condition of its own."""
    sugar.lead(last_name="x1499")
    assert sugar.names({"$or": [{"last_name": f"x{number}"} for number in range(1500)]}) == ["x1499"]
    assert sugar.names(*({"last_name": {"$not_equals": f"y{number}"}} for number in range(1500))) == ["x1499"]


def test_database_failure_is_worded(sugar: SugarCaller, caplog: pytest.LogCaptureFixture) -> None:
    """What is too much for the database is a `fatal_error`, as any bad query is, and no crash of the server."""
    sugar.lead()
    answer = sugar.filter("Leads", {"last_name": {"$contains": "a" * 60_000}})
    assert_refused(answer, 500, "fatal_error")
    nested: dict[str, Any] = {"name": "contacts", "fields": ["id"]}
    account = sugar.create("Accounts", name="Acme")
    sugar.create("Contacts", last_name="Baker", account_id=account)
    for number in range(400):
        nested = {"name": ("accounts", "contacts")[number % 2], "fields": [nested]}
    assert_refused(sugar.post("Accounts/filter", {"fields": [nested]}), 500, "fatal_error")
    assert [record for record in caplog.records if record.exc_info] == []


def test_bulks_in_bulks_end_somewhere(sugar: SugarCaller, caplog: pytest.LogCaptureFixture) -> None:
    """Bulks inside each other to no end are answered; what is too deep to be read is not carried out."""
    part: dict[str, Any] = {"url": "/v11/Leads", "method": "POST", "data": {"last_name": "Deep"}}
    for _ in range(310):
        part = {"url": "/v11/bulk", "method": "POST", "data": {"requests": [part]}}
    assert sugar.post("bulk", {"requests": [part]}).status_code == 200
    logged = [call["kind"] for call in sugar.calls() if call["operation"] == "bulk"]
    assert (logged, sugar.dump("Leads")) == (["read"], [])
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("zone", ["UTC", "-05:00", "Asia/Tokyo"])
def test_ends_of_the_calendar_compare(sugar: SugarCaller, zone: str) -> None:
    """First and last day of the calendar, which stand for "ever", are days as others."""
    sugar.settings(api_user_tz=zone)
    sugar.lead(last_name="Now")
    for low, high in (("0001-01-01", "9999-12-31"), ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")):
        assert sugar.names({"date_modified": {"$gte": low, "$lte": high}}) == ["Now"]
        assert sugar.names({"date_modified": {"$between": [low, high]}}) == ["Now"]


@pytest.mark.parametrize("zone", ["UTC", "-05:00"])
def test_old_times_come_back(sugar: SugarCaller, zone: str) -> None:
    """A time of the first years is stored with four digits of its year and read again."""
    sugar.settings(api_user_tz=zone)
    made = sugar.post("Meetings", {"name": "Old", "date_start": "0500-06-06T10:00:00Z"})
    assert made.status_code == 200, made.text
    assert sugar.row("Meetings", made.json()["id"])["date_start"] == "0500-06-06 10:00:00"
    assert made.json()["date_start"].startswith("0500-06-06T")
    first = sugar.post("Meetings", {"name": "First", "date_start": "0001-01-01T00:00:00Z"})
    assert first.json()["date_start"].startswith("0001-01-01T00:00:00")


def test_half_letters_are_refused_in_queries(sugar: SugarCaller) -> None:
    """Half a surrogate pair is no text in a filter or a field list either, which come as JSON of their own."""
    broken = '[{"last_name": "\\ud800"}]'
    assert_refused(sugar.get("Leads", filter=broken), 422, "invalid_parameter")
    assert_refused(sugar.post("Leads/filter", {"filter": broken}), 422, "invalid_parameter")
    assert_refused(sugar.get("Leads", fields='{"name": "\\ud800"}'), 422, "invalid_parameter")


@pytest.mark.parametrize("module", ["Users", "EmailAddresses"])
def test_own_records_need_an_owner(sugar: SugarCaller, module: str) -> None:
    """A module whose records nobody owns has no own ones: a 422, as for any field that is not there."""
    assert_refused(sugar.filter(module, {"$owner": ""}), 422, "invalid_parameter")
    assert_refused(sugar.get(module, my_items="true"), 422, "invalid_parameter")


def test_numbered_keys_are_a_list(sugar: SugarCaller) -> None:
    """PHP makes no difference between a list and a mapping of numbers, wherever these begin."""
    sugar.load(Leads=[{"last_name": "A", "status": "New"}, {"last_name": "B", "status": "Dead"}])
    found = sugar.get("Leads", **{"filter[1][status]": "New", "filter[7][last_name]": "A"}).json()["records"]
    assert [one["last_name"] for one in found] == ["A"]
    assert sugar.names({"$or": {"3": {"status": "New"}, "4": {"status": "Dead"}}}) == ["A", "B"]
    text = sugar.get("Leads", filter=json.dumps({"0": {"status": "Dead"}})).json()["records"]
    assert [one["last_name"] for one in text] == ["B"]


def test_lists_of_values_know_the_empty_one(sugar: SugarCaller) -> None:
    """An empty text among the values of `$in` and `$not_in` stands for fields without a value."""
    sugar.load(Leads=[{"last_name": "A", "title": "CTO"}, {"last_name": "B"}, {"last_name": "C", "title": "CEO"}])
    assert sugar.names({"title": {"$in": ["", "CTO"]}}) == ["A", "B"]
    assert sugar.names({"title": {"$in": [None]}}) == ["B"]
    assert sugar.names({"title": {"$not_in": ["", "CTO"]}}) == ["C"]
    assert sugar.names({"title": {"$not_in": ["CTO"]}}) == ["B", "C"]


def test_address_flags_are_no_addresses(sugar: SugarCaller) -> None:
    """Behind `email_addresses` every field of an address is reached, not its text alone."""
    sugar.lead(last_name="Out", email=[{"email_address": "o@acme.example", "opt_out": True}])
    sugar.lead(last_name="In", email1="i@acme.example")
    assert sugar.names({"email_addresses.opt_out": 1}) == ["Out"]
    assert sugar.names({"email_addresses.email_address": "I@acme.example"}) == ["In"]
    assert_refused(sugar.filter("Leads", {"email_addresses.nonsense": 1}), 422, "invalid_parameter")


def test_hidden_fields_are_neither_searched_nor_sorted_by(sugar: SugarCaller) -> None:
    """A field that the user may not see is a 403 in a filter and in an order: its values would tell themselves."""
    sugar.settings(acl_hidden_fields={"Leads": ["phone_work", "email"], "Accounts": ["industry"]})
    for condition in ({"phone_work": "1"}, {"email": "a@b.example"}, {"accounts.industry": "Banking"}):
        assert_refused(sugar.filter("Leads", condition), 403, "not_authorized")
    assert_refused(sugar.get("Leads", order_by="phone_work"), 403, "not_authorized")
    assert sugar.filter("Accounts", {"phone_office": "1"}).status_code == 200


def test_page_size_of_zero_is_none(sugar: SugarCaller) -> None:
    """To PHP a size of 0 was not given: the page has its usual size."""
    sugar.load(Leads=[{"last_name": f"L{number}"} for number in range(25)])
    page = sugar.get("Leads", max_num=0).json()
    assert (len(page["records"]), page["next_offset"]) == (20, 20)


@pytest.mark.parametrize("rows", [[{"id": "one"}, {"id": "one"}], ["text"], [["last_name"]], [5]])
def test_load_names_what_is_no_record(sugar: SugarCaller, rows: list[object]) -> None:
    """A load with an id twice, or with rows that are no records, is refused as a whole."""
    answer = sugar.session.post(
        f"{sugar.base_url}/__sandbox__/load", json={"sugarcrm": {"Leads": [{"last_name": "Kept"}, *rows]}}, timeout=20
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["problems"]
    assert sugar.dump("Leads") == []


@pytest.mark.parametrize("path", ["load", "reset"])
@pytest.mark.parametrize("access", [["x"], 10**30])
def test_value_that_no_column_takes_is_refused(sugar: SugarCaller, path: str, access: object) -> None:
    """A value that the database cannot hold is named, by a load and by a reset, and what stood there stands."""
    sugar.load(Leads=[{"last_name": "Kept"}])
    users = {"Users": [{"user_name": "u", "_access": access}]}
    body = {"sugarcrm": users} if path == "load" else {"world": {"sugarcrm": {"records": users}}}
    answer = sugar.session.post(f"{sugar.base_url}/__sandbox__/{path}", json=body, timeout=20)
    assert (answer.status_code, "sugarcrm: " in answer.text) == (400, True)
    assert [row["last_name"] for row in sugar.dump("Leads")] == ["Kept"]
