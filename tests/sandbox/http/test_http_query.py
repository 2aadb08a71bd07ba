"""Queries over HTTP: paging, locators, errors, columns, search and the limits of an address."""

from __future__ import annotations

import pytest

from tests.sandbox_caller import Caller


def load_leads(caller: Caller, count: int) -> None:
    """Put that many leads into the sandbox."""
    leads = [{"LastName": f"Lead {n:05}", "Company": "Acme"} for n in range(count)]
    assert caller.control("POST", "load", {"salesforce": {"Lead": leads}}).status_code == 200


def test_query_pages_to_the_end(caller: Caller) -> None:
    """Pages hold what the batch size asks for, say the whole count, and end with done."""
    load_leads(caller, 450)
    options = {"Sforce-Query-Options": "batchSize=200"}
    page = caller.query("SELECT Id, Name FROM Lead ORDER BY Id", headers=options)
    seen: list[str] = []
    sizes: list[int] = []
    while True:
        assert page["totalSize"] == 450
        sizes.append(len(page["records"]))
        seen += [row["Id"] for row in page["records"]]
        if page["done"]:
            break
        assert page["nextRecordsUrl"].startswith("/services/data/v62.0/query/0r8")
        page = caller.get(page["nextRecordsUrl"], headers=options).json()
    assert "nextRecordsUrl" not in page
    assert sizes == [200, 200, 50]
    assert seen == sorted(set(seen))
    assert [call["operation"] for call in caller.calls()] == ["query", "queryMore", "queryMore"]


@pytest.mark.parametrize(("hint", "size"), [("batchSize=50", 200), ("batchSize=9999", 2000), ("nonsense", 2000)])
def test_batch_size_is_held_in_bounds(caller: Caller, hint: str, size: int) -> None:
    """The page size hint counts between 200 and 2,000 only."""
    load_leads(caller, 2100)
    page = caller.query("SELECT Id FROM Lead", headers={"Sforce-Query-Options": hint})
    assert len(page["records"]) == size


def test_query_all_sees_deleted_rows(caller: Caller) -> None:
    """queryAll includes the recycle bin, query does not; a trailing slash changes nothing."""
    caller.delete(f"sobjects/Lead/{caller.lead()}")
    soql = "SELECT Id, IsDeleted FROM Lead"
    assert caller.query(soql)["totalSize"] == 0
    everything = caller.get("queryAll/", params={"q": soql}).json()
    assert [row["IsDeleted"] for row in everything["records"]] == [True]


def test_foreign_locator_is_refused(caller: Caller) -> None:
    """A query locator belongs to the session that opened it; an invented one is refused as well."""
    load_leads(caller, 300)
    page = caller.query("SELECT Id FROM Lead", headers={"Sforce-Query-Options": "batchSize=200"})
    invented = caller.get("query/0r8000000000000AAA-2000")
    assert (invented.status_code, invented.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
    login = caller.login
    caller.token = caller.session.post(
        f"{caller.base_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(login["client_id"], login["client_secret"]),
        timeout=20,
    ).json()["access_token"]
    assert caller.get(page["nextRecordsUrl"]).status_code in (400, 401)


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FORM Lead", "MALFORMED_QUERY"),
        ("SELECT Foo FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM XYZZY", "INVALID_TYPE"),
        ("", "MALFORMED_QUERY"),
    ],
)
def test_bad_queries_are_400(caller: Caller, soql: str, code: str) -> None:
    """A bad query is a list with Salesforce's code."""
    answer = caller.get("query", params={"q": soql})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_columns_are_described(caller: Caller) -> None:
    """`columns=true` describes the columns instead of running the query."""
    answer = caller.get("query", params={"q": "SELECT Id, Owner.Name FROM Lead", "columns": "true"}).json()
    assert [column["columnName"] for column in answer["columnMetadata"]] == ["Id", "Owner"]


def test_over_long_address_is_refused(caller: Caller) -> None:
    """Over 16,384 bytes an address is 414, with headers 431; a composite takes the same query."""
    soql = f"SELECT Id FROM Lead WHERE LastName IN ({','.join(repr('x' * 40) for _ in range(450))})"
    assert caller.get("query", params={"q": soql}).status_code == 414
    assert caller.get("limits", headers={"X-Filler": "y" * 16_300}).status_code == 431
    part = {"method": "GET", "url": f"/services/data/v62.0/query?q={soql}", "referenceId": "q1"}
    inside = caller.post("composite", {"compositeRequest": [part]}).json()["compositeResponse"][0]
    assert (inside["httpStatusCode"], inside["body"]["totalSize"]) == (200, 0)


def test_pretty_print_spaces_keys(caller: Caller) -> None:
    """X-PrettyPrint answers `"key" : value`, as real orgs do."""
    assert '"done" : true' in caller.get("query?q=SELECT+Id+FROM+Lead", headers={"X-PrettyPrint": "1"}).text
    assert '"done":true' in caller.get("query?q=SELECT+Id+FROM+Lead").text


def test_search_finds_names(caller: Caller) -> None:
    """Text search finds a term, quotes included, in both of its forms."""
    lead = caller.lead(Company="O'Brien & Sons")
    found = caller.get(
        "search/", params={"q": "FIND {O'Brien} IN ALL FIELDS RETURNING Lead(Id, Company LIMIT 5)"}
    ).json()
    assert [row["Id"] for row in found["searchRecords"]] == [lead]
    asked = {"q": "brien", "fields": ["Id"], "sobjects": [{"name": "Lead", "limit": 5}, {"name": "Contact"}]}
    assert [row["Id"] for row in caller.post("parameterizedSearch", asked).json()["searchRecords"]] == [lead]
    by_get = caller.get("parameterizedSearch", params={"q": "brien", "sobject": "Lead"}).json()
    assert [row["Id"] for row in by_get["searchRecords"]] == [lead]
    assert caller.get("search", params={"q": "LOOK FOR x"}).json()[0]["errorCode"] == "MALFORMED_SEARCH"


def test_actions_offer_no_conversion(caller: Caller) -> None:
    """No standard action converts leads."""
    assert caller.get("actions/standard").json() == {"actions": []}
