"""The filter grammar: every operator, nesting, links, addresses, and what is refused."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused

NOW = "2026-05-15T12:00:00Z"
PEOPLE: list[dict[str, object]] = [
    {
        "last_name": "Adams",
        "status": "New",
        "title": "Head of 50% Growth",
        "do_not_call": True,
        "date_entered": "2026-05-15T10:00:00Z",
        "birthdate": "1990-01-31",
        "email1": "adams@acme.example",
        "email2": "a.adams@home.example",
    },
    {
        "last_name": "Baker",
        "status": "In Process",
        "title": "CTO",
        "date_entered": "2026-05-14T23:30:00Z",
        "email1": "baker@acme.example",
    },
    {"last_name": "Clark", "status": "Dead", "title": "", "date_entered": "2026-04-20T08:00:00Z"},
    {"last_name": "adler", "date_entered": "2025-05-15T10:00:00Z", "email1": "adler@other.example"},
]


@pytest.fixture
def people(sugar: SugarCaller) -> SugarCaller:
    """Four leads, told from a set clock."""
    sugar.clock(now=NOW)
    sugar.load(Leads=PEOPLE)
    return sugar


CASES = [
    ({"status": "New"}, ["Adams"]),
    ({"status": {"$equals": "new"}}, ["Adams"]),
    ({"status": {"$not_equals": "New"}}, ["Baker", "Clark", "adler"]),
    ({"last_name": {"$starts": "Ad"}}, ["Adams", "adler"]),
    ({"last_name": {"$ends": "er"}}, ["Baker", "adler"]),
    ({"last_name": {"$contains": "LAR"}}, ["Clark"]),
    ({"last_name": {"$not_contains": "a"}}, []),
    ({"title": {"$contains": "50%"}}, ["Adams"]),
    ({"title": {"$contains": "5%G"}}, []),
    ({"last_name": {"$in": ["Baker", "CLARK", "Nobody"]}}, ["Baker", "Clark"]),
    ({"last_name": {"$in": []}}, []),
    ({"status": ["New", "Dead"]}, ["Adams", "Clark"]),
    ({"status": {"$not_in": ["New", "Dead"]}}, ["Baker", "adler"]),
    ({"last_name": {"$gt": "Adler"}}, ["Baker", "Clark"]),
    ({"last_name": {"$gte": "Adler", "$lt": "Clark"}}, ["Baker", "adler"]),
    ({"last_name": {"$lte": "Adler"}}, ["Adams", "adler"]),
    ({"last_name": {"$between": ["Adams", "Baker"]}}, ["Adams", "Baker", "adler"]),
    ({"status": {"$is_null": ""}}, ["adler"]),
    ({"status": {"$not_null": ""}}, ["Adams", "Baker", "Clark"]),
    ({"title": {"$empty": ""}}, ["Clark", "adler"]),
    ({"title": {"$not_empty": ""}}, ["Adams", "Baker"]),
    ({"title": ""}, ["Clark", "adler"]),
    ({"do_not_call": True}, ["Adams"]),
    ({"do_not_call": {"$equals": "0"}}, ["Baker", "Clark", "adler"]),
    ({"date_entered": {"$dateRange": "today"}}, ["Adams"]),
    ({"date_entered": {"$dateRange": "yesterday"}}, ["Baker"]),
    ({"date_entered": {"$dateRange": "last_7_days"}}, ["Adams", "Baker"]),
    ({"date_entered": {"$dateRange": "last_month"}}, ["Clark"]),
    ({"date_entered": {"$dateRange": "last_year"}}, ["adler"]),
    ({"date_entered": {"$dateRange": "this_year"}}, ["Adams", "Baker", "Clark"]),
    ({"date_entered": {"$dateBetween": ["2026-04-20", "2026-05-14"]}}, ["Baker", "Clark"]),
    ({"date_entered": {"$gte": "2026-05-15T01:00:00+02:00"}}, ["Adams", "Baker"]),
    ({"date_entered": {"$gt": "2026-05-14"}}, ["Adams"]),
    ({"date_entered": "2026-05-14"}, ["Baker"]),
    ({"birthdate": {"$equals": "1990-01-31"}}, ["Adams"]),
    ({"birthdate": {"$dateBetween": ["1990-01-01", "1990-12-31"]}}, ["Adams"]),
    ({"email": {"$contains": "acme"}}, ["Adams", "Baker"]),
    ({"email": "A.Adams@home.example"}, ["Adams"]),
    ({"email1": "a.adams@home.example"}, []),
    ({"email2": {"$starts": "a."}}, ["Adams"]),
    ({"email1": {"$in": ["BAKER@acme.example", "adler@other.example"]}}, ["Baker", "adler"]),
    ({"email": {"$empty": ""}}, ["Clark"]),
    ({"email": {"$not_contains": "acme"}}, ["Clark", "adler"]),
    ({"email_addresses.email_address": {"$ends": "other.example"}}, ["adler"]),
    ({"full_name": "Baker"}, ["Baker"]),
    ({"$owner": ""}, []),
    ({"$favorite": ""}, []),
    ({"$or": [{"status": "New"}, {"last_name": "adler"}]}, ["Adams", "adler"]),
    ({"$and": [{"status": {"$not_null": ""}}, {"$or": [{"title": "CTO"}, {"status": "Dead"}]}]}, ["Baker", "Clark"]),
    ({"status": "New", "last_name": "Baker"}, []),
]


@pytest.mark.parametrize(("condition", "found"), CASES, ids=[json.dumps(case[0]) for case in CASES])
def test_operator_finds_its_rows(people: SugarCaller, condition: dict[str, object], found: list[str]) -> None:
    """Each operator finds exactly the rows it says; text compares without case."""
    assert people.names(condition) == found


def test_list_elements_are_anded(people: SugarCaller) -> None:
    """Several mappings of one filter must all hold, and no filter finds everything."""
    assert people.names({"last_name": {"$starts": "a"}}, {"status": "New"}) == ["Adams"]
    assert len(people.names()) == 4


def test_query_keys_nest_like_php(people: SugarCaller) -> None:
    """A GET carries the filter in nested keys, or as one JSON text."""
    nested = people.get("Leads", **{"filter[0][last_name][$starts]": "ad", "filter[0][status]": "New"})
    assert [record["last_name"] for record in nested.json()["records"]] == ["Adams"]
    either = people.get("Leads/filter", **{"filter[0][$or][0][status]": "New", "filter[0][$or][1][status]": "Dead"})
    assert len(either.json()["records"]) == 2
    text = people.get("Leads", filter=json.dumps([{"status": {"$in": ["New"]}}]))
    assert [record["last_name"] for record in text.json()["records"]] == ["Adams"]
    bare = people.get("Leads", **{"filter[0][status][$in][]": "Dead"})
    assert [record["last_name"] for record in bare.json()["records"]] == ["Clark"]


def test_form_body_carries_filter(people: SugarCaller) -> None:
    """A POST may bring the same keys as a form."""
    answer = people.call("POST", "Leads/filter", data={"filter[0][status]": "New", "fields": "last_name"})
    assert [record["last_name"] for record in answer.json()["records"]] == ["Adams"]


@pytest.mark.parametrize(
    "condition",
    [
        {"nonsense": "x"},
        {"status": {"$resembles": "New"}},
        {"$nonsense": ""},
        {"nolink.name": "x"},
        {"accounts.nonsense": "x"},
        {"last_name": {"$in": "Baker"}},
        {"last_name": {"$between": ["a"]}},
        {"date_entered": {"$gte": "soon"}},
        {"date_entered": {"$dateRange": "someday"}},
        {"last_name": {"$dateRange": "today"}},
        {"do_not_call": "perhaps"},
        {"status": {}},
    ],
)
def test_unknown_words_are_refused(sugar: SugarCaller, condition: dict[str, object]) -> None:
    """A field, link, operator or value that does not exist is a 422."""
    assert_refused(sugar.filter("Leads", condition), 422, "invalid_parameter")


def test_broken_filter_is_refused(sugar: SugarCaller) -> None:
    """A filter that is no list of mappings, and one that is no JSON, are a 422, and so is a broken body."""
    assert_refused(sugar.post("Leads/filter", {"filter": ["status"]}), 422, "invalid_parameter")
    assert_refused(sugar.get("Leads", filter="[{"), 422, "invalid_parameter")
    assert_refused(sugar.post("Leads/filter", {"filter_id": "none"}), 404, "not_found")
    assert_refused(sugar.call("POST", "Leads/filter", data=b'{"filter":'), 422, "invalid_parameter")


def test_deep_nesting_is_refused(sugar: SugarCaller) -> None:
    """A filter nested without end neither breaks the server nor is answered."""
    condition: dict[str, object] = {"status": "New"}
    for _ in range(40):
        condition = {"$and": [condition]}
    assert_refused(sugar.filter("Leads", condition), 422, "invalid_parameter")


def test_links_reach_related_records(sugar: SugarCaller) -> None:
    """`link.field` finds records by what is related to them, in each kind of relationship."""
    account = sugar.create("Accounts", name="Acme")
    other = sugar.create("Accounts", name="Beta", parent_id=account)
    contact = sugar.create("Contacts", last_name="Baker", account_id=account)
    sugar.create("Contacts", last_name="Clark", account_id=other)
    lead = sugar.lead(account_id=account)

    def ids(module: str, condition: dict[str, object]) -> list[str]:
        return [record["id"] for record in sugar.filter(module, condition).json()["records"]]

    assert ids("Contacts", {"accounts.name": "acme"}) == [contact]
    assert ids("Contacts", {"account_id": account}) == [contact]
    assert ids("Contacts", {"account_name": {"$starts": "AC"}}) == [contact]
    assert ids("Accounts", {"contacts.last_name": "Baker"}) == [account]
    assert ids("Accounts", {"contacts.last_name": {"$not_equals": "Baker"}}) == [other]
    assert ids("Accounts", {"member_of.name": "Acme"}) == [other]
    assert ids("Accounts", {"members.name": "Beta"}) == [account]
    assert ids("Leads", {"accounts.name": {"$in": ["Acme"]}}) == [lead]
    sugar.delete(f"Accounts/{account}")
    assert ids("Contacts", {"accounts.name": "Acme"}) == []


def test_pseudo_fields_know_the_caller(sugar: SugarCaller) -> None:
    """`$owner` and `$creator` are the calling user's; `my_items` is the same as `$owner`."""
    me = sugar.get("me").json()["current_user"]["id"]
    sugar.lead(last_name="Mine", assigned_user_id=me)
    sugar.load(Leads=[{"last_name": "Foreign", "assigned_user_id": "1"}])
    assert sugar.names({"$owner": ""}) == ["Mine"]
    assert sugar.names({"$creator": ""}) == ["Mine"]
    assert sugar.names(my_items=True) == ["Mine"]
    assert sugar.names(favorites=1) == []
    assert sugar.names(q="Fore") == ["Foreign"]


def test_time_filter_uses_users_zone(sugar: SugarCaller) -> None:
    """Whole days and times without an offset are the API user's own."""
    sugar.world(settings={"api_user_tz": "America/New_York"}, records={"Leads": PEOPLE})
    assert sugar.names({"date_entered": "2026-05-14"}) == ["Baker"]
    assert sugar.names({"date_entered": {"$lt": "2026-05-15T05:59:00"}}) == ["Baker", "Clark", "adler"]
    assert sugar.names({"date_entered": {"$lte": "2026-05-15T06:00:00"}}) == ["Adams", "Baker", "Clark", "adler"]
