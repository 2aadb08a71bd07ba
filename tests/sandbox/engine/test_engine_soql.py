"""SOQL: what queries find and how their answers look, as tables of cases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.org import Org, OrgSettings
from connector.sandbox.salesforce.soql_literals import escape, unescape
from tests.sandbox.engine.engine_answers import NOON, Make, column, values

_LEADS: list[dict[str, Any]] = [
    {"LastName": "Adams", "Email": "a@x.test", "AnnualRevenue": 10, "LeadSource": "Web", "Title": "100% sure"},
    {"LastName": "baker", "Email": "B@X.TEST", "AnnualRevenue": 20, "LeadSource": "Other", "Title": "a_b"},
    {"LastName": "Çelik", "AnnualRevenue": 30, "LeadSource": "Web", "Title": "aXb"},
    {"LastName": "O'Hara", "Email": "d@x.test", "IsUnreadByOwner": False, "Title": "back\\slash"},
]
_DATED = ["2026-05-20T00:00:00Z", "2026-05-19T23:59:59Z", "2026-04-20T00:00:00Z", "2025-12-31T23:59:59Z"]


@pytest.fixture(scope="module")
def library() -> Org:
    """Four leads of different letters, sources, numbers and dates, at noon of 20 May 2026."""
    org = Org(None, SandboxClock(lambda: NOON), OrgSettings(shuffle_unordered=False))
    dated = [
        {**lead, "Company": "Acme", "CreatedDate": day, "SystemModstamp": day}
        for lead, day in zip(_LEADS, _DATED, strict=True)
    ]
    org.load({"Lead": dated})
    return org


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("LastName = 'ADAMS'", "A"),
        ("LastName = 'çELIK'", "C"),
        ("Email = 'b@x.test'", "B"),
        ("LastName = 'O\\'Hara'", "D"),
        ("Email != 'a@x.test'", "BCD"),
        ("Email <> 'a@x.test'", "BCD"),
        ("Email = null", "C"),
        ("Email = ''", "C"),
        ("Email != null", "ABD"),
        ("Email IN ('A@X.TEST', 'd@x.test')", "AD"),
        ("Email IN ('a@x.test', null)", "AC"),
        ("Email NOT IN ('a@x.test')", "BCD"),
        ("LastName IN ('ÇELIK', 'Adams')", "AC"),
        ("LastName LIKE 'a%'", "A"),
        ("LastName LIKE '%ELIK'", "C"),
        ("LastName LIKE 'ÇE%'", "C"),
        ("Title LIKE 'a_b'", "BC"),
        ("Title LIKE 'a\\_b'", "B"),
        ("Title LIKE '%\\%%'", "A"),
        ("Title LIKE '%\\\\%'", "D"),
        ("(NOT LastName LIKE 'a%')", "BCD"),
        ("NOT Email = 'a@x.test'", "BCD"),
        ("(NOT (Email LIKE '%x.test'))", "C"),
        ("AnnualRevenue > 10", "BC"),
        ("AnnualRevenue >= 10.0 AND AnnualRevenue < 3e1", "AB"),
        ("AnnualRevenue != 10", "BCD"),
        ("AnnualRevenue IN (10, 30)", "AC"),
        ("IsUnreadByOwner = FALSE", "D"),
        ("IsUnreadByOwner != true", "D"),
        ("LeadSource = 'web' AND (AnnualRevenue = 10 OR AnnualRevenue = 30)", "AC"),
        ("(LeadSource = 'Web' AND AnnualRevenue = 10) OR LastName = 'baker'", "AB"),
        ("CreatedDate = TODAY", "A"),
        ("CreatedDate = YESTERDAY", "B"),
        ("CreatedDate < TODAY", "BCD"),
        ("CreatedDate >= TODAY", "A"),
        ("CreatedDate > YESTERDAY", "A"),
        ("CreatedDate <= YESTERDAY", "BCD"),
        ("CreatedDate != TODAY", "BCD"),
        ("CreatedDate = LAST_N_DAYS:1", "AB"),
        ("CreatedDate = LAST_N_DAYS:30", "ABC"),
        ("CreatedDate = THIS_MONTH", "AB"),
        ("CreatedDate = LAST_MONTH", "C"),
        ("CreatedDate = LAST_YEAR", "D"),
        ("CreatedDate = THIS_QUARTER", "ABC"),
        ("CreatedDate = LAST_WEEK", ""),
        ("CreatedDate = N_DAYS_AGO:1", "B"),
        ("CreatedDate > 2026-05-19T23:59:59Z", "A"),
        ("CreatedDate >= 2026-05-20T01:59:59+02:00", "AB"),
        ("CreatedDate >= 2026-05-19T23:59:59.000Z", "AB"),
        ("CALENDAR_YEAR(CreatedDate) = 2025", "D"),
        ("DAY_ONLY(CreatedDate) = 2026-05-20", "A"),
        ("Owner.Name = 'integration user'", "ABCD"),
        ("Owner.Type = 'User'", "ABCD"),
        ("OwnerId IN (SELECT Id FROM User WHERE IsActive = false)", ""),
        ("OwnerId NOT IN (SELECT Id FROM User WHERE IsActive = false)", "ABCD"),
        ("Lead.LastName = 'Adams'", "A"),
    ],
)
def test_condition_finds_these_leads(library: Org, condition: str, found: str) -> None:
    """Each condition finds the leads that the language's reference says it finds."""
    soql = f"SELECT LastName FROM Lead WHERE {condition}"
    letters = {"Adams": "A", "baker": "B", "Çelik": "C", "O'Hara": "D"}
    assert "".join(sorted(letters[name] for name in column(library, soql))) == found


@pytest.mark.parametrize(
    ("clause", "order"),
    [
        ("ORDER BY LastName LIMIT 2", ["Adams", "baker"]),
        ("ORDER BY LastName DESC LIMIT 1", ["Çelik"]),
        ("ORDER BY Email, LastName", ["Çelik", "Adams", "baker", "O'Hara"]),
        ("ORDER BY Email DESC", ["Çelik", "O'Hara", "baker", "Adams"]),
        ("ORDER BY Email NULLS LAST", ["Adams", "baker", "O'Hara", "Çelik"]),
        ("ORDER BY AnnualRevenue DESC NULLS LAST LIMIT 2 OFFSET 1", ["baker", "Adams"]),
        ("ORDER BY Owner.Name, CreatedDate LIMIT 1", ["O'Hara"]),
    ],
)
def test_order_puts_nulls_first(library: Org, clause: str, order: list[str]) -> None:
    """Sorting ignores case, puts empty values first in both directions, and takes LIMIT and OFFSET."""
    assert column(library, f"SELECT LastName FROM Lead {clause}") == order


@pytest.mark.parametrize(
    ("soql", "rows"),
    [
        ("SELECT COUNT(Id) CNT FROM Lead", [{"CNT": 4}]),
        ("SELECT COUNT(Email), MAX(AnnualRevenue) top FROM Lead", [{"expr0": 3, "top": 30.0}]),
        ("SELECT COUNT(Id), COUNT_DISTINCT(LeadSource) FROM Lead", [{"expr0": 4, "expr1": 2}]),
        (
            "SELECT LeadSource, SUM(AnnualRevenue) s FROM Lead GROUP BY LeadSource ORDER BY LeadSource",
            [{"LeadSource": None, "s": None}, {"LeadSource": "Other", "s": 20.0}, {"LeadSource": "Web", "s": 40.0}],
        ),
        (
            "SELECT LeadSource src FROM Lead GROUP BY LeadSource HAVING COUNT(Id) > 1",
            [{"src": "Web"}],
        ),
        (
            "SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM Lead GROUP BY CALENDAR_YEAR(CreatedDate) "
            "ORDER BY COUNT(Id)",
            [{"y": 2025, "n": 1}, {"y": 2026, "n": 3}],
        ),
        ("SELECT Owner.Name, COUNT(Id) FROM Lead GROUP BY Owner.Name", [{"Name": "Integration User", "expr0": 4}]),
    ],
)
def test_aggregates_name_their_columns(library: Org, soql: str, rows: list[dict[str, Any]]) -> None:
    """Grouped answers are AggregateResult rows keyed by alias, field, or expr0 onwards."""
    records = library.query(soql).records
    assert [record.pop("attributes") for record in records] == [{"type": "AggregateResult"}] * len(rows)
    assert records == rows


def test_count_answers_only_the_number(library: Org) -> None:
    """COUNT() has no records and its number in totalSize, LIMIT respected."""
    page = library.query("SELECT COUNT() FROM Lead WHERE LeadSource = 'Web'")
    assert (page.total_size, page.records, page.done) == (2, [], True)
    assert library.query("SELECT COUNT() FROM Lead LIMIT 3").total_size == 3


def test_parents_come_as_nested_records(org: Org, make: Make, make_lead: Make) -> None:
    """Fields of parents arrive in objects with attributes, an empty lookup as null."""
    account = make("Account", Name="Acme")
    make("Contact", LastName="Okafor", AccountId=account)
    record = org.query("select lastname, account.owner.email, Account.Name, ReportsTo.Name from contact").records[0]
    assert record["LastName"] == "Okafor"
    assert record["Account"]["attributes"]["url"] == f"/services/data/v62.0/sobjects/Account/{account}"
    assert record["Account"]["Name"] == "Acme"
    assert record["Account"]["Owner"]["Email"] == org.username
    assert record["ReportsTo"] is None


def test_queue_owner_answers_as_group(org: Org, make_lead: Make) -> None:
    """The owner of a queued lead is a Group record whose type says Queue."""
    make_lead(OwnerId=org.queue_id)
    owner = org.query("SELECT Owner.Name, Owner.Type, Owner.Email FROM Lead").records[0]["Owner"]
    assert owner["attributes"]["type"] == "Group"
    assert (owner["Name"], owner["Type"], owner["Email"]) == ("Inbound Leads", "Queue", None)


def test_subquery_answers_children_or_null(org: Org, make: Make) -> None:
    """A child subquery gives a small result per parent, null where there is no child."""
    full, empty = make("Account", Name="Full"), make("Account", Name="Empty")
    for name in ("Zoe", "Ada", "Bob"):
        make("Contact", LastName=name, AccountId=full)
    soql = "SELECT Id, (SELECT LastName FROM Contacts WHERE LastName != 'Bob' ORDER BY LastName LIMIT 1) FROM Account"
    found = {record["Id"]: record["Contacts"] for record in org.query(soql).records}
    assert found[empty] is None
    assert (found[full]["totalSize"], found[full]["done"]) == (1, True)
    assert found[full]["records"][0]["LastName"] == "Ada"


def test_semi_join_finds_accounts_by_contact(org: Org, make: Make) -> None:
    """IN with a nested query goes by the ids the nested query selects."""
    with_contact, without = make("Account", Name="A"), make("Account", Name="B")
    make("Contact", LastName="Okafor", Email="a@x.test", AccountId=with_contact)
    nested = "(SELECT AccountId FROM Contact WHERE Email LIKE '%@x.test')"
    assert column(org, f"SELECT Id FROM Account WHERE Id IN {nested}") == [with_contact]
    assert column(org, f"SELECT Id FROM Account WHERE Id NOT IN {nested}") == [without]


def test_address_comes_as_an_object(org: Org, make_lead: Make) -> None:
    """The compound address is an object, null when all its parts are empty."""
    make_lead(Street="1 Main St", City="Bonn")
    make_lead()
    first, second = (record["Address"] for record in org.query("SELECT Address FROM Lead ORDER BY Id").records)
    assert (first["street"], first["city"], first["postalCode"]) == ("1 Main St", "Bonn", None)
    assert second is None


def test_fields_all_selects_every_field(org: Org, make_lead: Make) -> None:
    """FIELDS(ALL) gives the fields of describe; CUSTOM only custom ones."""
    make_lead()
    record = org.query("SELECT FIELDS(ALL) FROM Lead LIMIT 200").records[0]
    assert set(record) - {"attributes"} == {item["name"] for item in org.describe("Lead")["fields"]}
    custom = org.query("SELECT FIELDS(CUSTOM) FROM Lead LIMIT 1").records[0]
    assert set(custom) == {"attributes", "Connector_Key__c"}


def test_fifteen_character_ids_match_in_where(org: Org, make_lead: Make) -> None:
    """Id literals may have 15 or 18 characters; comparison keeps their case."""
    lead = make_lead()
    assert column(org, f"SELECT Id FROM Lead WHERE Id = '{lead[:15]}'") == [lead]
    assert column(org, f"SELECT Id FROM Lead WHERE Id > '{lead[:14]}0'") == [lead]
    assert column(org, f"SELECT Id FROM Lead WHERE Id > '{lead}'") == []


def test_multipicklist_includes_all_of_a_pair(org: Org, make_lead: Make) -> None:
    """INCLUDES takes any of its values; a value with a semicolon asks for both parts."""
    org.declare_field("Lead", {"name": "Tags__c", "type": "multipicklist", "values": ["a", "b", "c"]})
    both, one = make_lead(Tags__c="a;b"), make_lead(Tags__c="b")
    assert column(org, "SELECT Id FROM Lead WHERE Tags__c INCLUDES ('a;b')") == [both]
    assert set(column(org, "SELECT Id FROM Lead WHERE Tags__c INCLUDES ('a','B')")) == {both, one}
    assert column(org, "SELECT Id FROM Lead WHERE Tags__c EXCLUDES ('a')") == [one]


def test_query_all_sees_the_recycle_bin(org: Org, make_lead: Make) -> None:
    """Plain queries hide deleted rows, queryAll shows them with IsDeleted."""
    lead = make_lead()
    org.delete([lead])
    assert values(org, "SELECT Id FROM Lead") == []
    rows = org.query("SELECT Id, IsDeleted FROM Lead", include_deleted=True).records
    assert [(row["Id"], row["IsDeleted"]) for row in rows] == [(lead, True)]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_escaped_text_comes_back_unchanged(text: str) -> None:
    """Escaping and reading a literal are inverse for every text."""
    assert unescape(escape(text)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_any_company_name_finds_its_lead(library: Org, text: str) -> None:
    """A stored text is found by its escaped literal, whatever letters and quotes it holds."""
    if not text.strip():
        return
    made = library.create("Lead", [{"LastName": "X", "Company": text}])[0].id
    found = column(library, f"SELECT Id FROM Lead WHERE Company = '{escape(text)}' AND Id = '{made}'")
    library.delete([made or ""])
    assert found == [made]
