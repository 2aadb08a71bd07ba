"""Single records over HTTP: statuses, bodies and errors as Salesforce answers them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime

import pytest

from connector.sandbox import Sandbox
from tests.sandbox_caller import Caller


def test_create_answers_201_with_location(caller: Caller) -> None:
    """A create answers 201, an 18-character id and where the record is; the trailing slash is optional."""
    for path in ("sobjects/Lead/", "sobjects/Lead", "sobjects/Lead/Id"):
        answer = caller.post(path, {"LastName": "Okafor", "Company": "Acme"})
        body = answer.json()
        assert answer.status_code == 201
        assert body == {"id": body["id"], "success": True, "errors": []}
        assert len(body["id"]) == 18
        assert answer.headers["Location"] == f"/services/data/v62.0/sobjects/Lead/{body['id']}"
        assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"


def test_retrieve_takes_short_and_long_ids(caller: Caller) -> None:
    """A record is read by its 15- and its 18-character id, with chosen fields or all."""
    lead = caller.lead(Email="Ada@Example.test")
    chosen = caller.get(f"sobjects/Lead/{lead[:15]}?fields=Id,Email").json()
    assert chosen["attributes"] == {"type": "Lead", "url": f"/services/data/v62.0/sobjects/Lead/{lead}"}
    assert chosen["Id"] == lead
    assert chosen["Email"].lower() == "ada@example.test"
    assert "SystemModstamp" in caller.get(f"sobjects/Lead/{lead}/").json()


def test_update_answers_204_and_clears(caller: Caller) -> None:
    """An update has no body; an absent key stays, null clears."""
    lead = caller.lead(Title="CTO", City="Lagos")
    answer = caller.patch(f"sobjects/Lead/{lead}", {"Title": None})
    assert (answer.status_code, answer.content) == (204, b"")
    found = caller.get(f"sobjects/Lead/{lead}?fields=Title,City").json()
    assert (found["Title"], found["City"]) == (None, "Lagos")


def test_id_in_update_is_refused(caller: Caller) -> None:
    """The Id may not be in the body of an update."""
    lead = caller.lead()
    answer = caller.patch(f"sobjects/Lead/{lead}", {"Id": lead, "Title": "CTO"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_FIELD")


def test_method_override_means_patch(caller: Caller) -> None:
    """POST with `_HttpMethod=PATCH` is an update, for clients that cannot send PATCH."""
    lead = caller.lead()
    assert caller.post(f"sobjects/Lead/{lead}?_HttpMethod=PATCH", {"Title": "CTO"}).status_code == 204
    assert caller.calls()[-1]["operation"] == "update"


def test_second_delete_is_entity_is_deleted(caller: Caller) -> None:
    """A deleted record is 404 ENTITY_IS_DELETED, an unknown one 404 NOT_FOUND."""
    lead = caller.lead()
    assert caller.delete(f"sobjects/Lead/{lead}").status_code == 204
    for answer in (caller.delete(f"sobjects/Lead/{lead}"), caller.patch(f"sobjects/Lead/{lead}", {"Title": "x"})):
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")
    for unknown in ("00Q5g00000AbCdEEAV", "nonsense", "0015g00000XyZ12AAF"):
        answer = caller.get(f"sobjects/Lead/{unknown}")
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")


def test_all_errors_come_in_one_list(caller: Caller) -> None:
    """A refused create is 400 with a list whose items carry errorCode, message and fields."""
    answer = caller.post("sobjects/Lead", {"FirstName": "Ada"})
    assert answer.status_code == 400
    error = answer.json()[0]
    assert error["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert set(error["fields"]) == {"LastName", "Company"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Foo__c": "x"}, "INVALID_FIELD"),
        ({"Email": "foo"}, "INVALID_EMAIL_ADDRESS"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG"),
        ({"ConvertedDate": "2026-01-01"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
    ],
)
def test_bad_fields_are_refused(caller: Caller, fields: dict[str, str], code: str) -> None:
    """Each rule of a field has its own error code."""
    answer = caller.post("sobjects/Lead", {"LastName": "Okafor", "Company": "Acme", **fields})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_malformed_json_is_parser_error(caller: Caller) -> None:
    """A body that is not JSON, or not an object, is JSON_PARSER_ERROR; CSV is the wrong media type."""
    for body in (b"{", b"[1]", b'"text"', b"[" * 100_000):
        answer = caller.call("POST", "sobjects/Lead", data=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")
    csv = caller.call("POST", "sobjects/Lead", data=b"a,b", headers={"Content-Type": "text/csv"})
    assert csv.status_code == 415


def test_chunked_bodies_are_read(caller: Caller) -> None:
    """A body without Content-Length is read to its end."""
    pieces = iter([b'{"LastName":"Okafor",', b'"Company":"Acme"}'])
    answer = caller.call("POST", "sobjects/Lead", data=pieces, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


def test_upsert_creates_then_updates(caller: Caller) -> None:
    """An upsert by external id answers 201, then 200 (204 before v46), on an encoded slash too."""
    path = "sobjects/Lead/Connector_Key__c/acme%2F4%202"
    body = {"LastName": "Okafor", "Company": "Acme"}
    first, second = caller.patch(path, body), caller.patch(path, {"Title": "CTO"})
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (second.status_code, second.json()["created"]) == (200, False)
    assert first.json()["id"] == second.json()["id"]
    old = caller.patch(f"/services/data/v45.0/{path}", {"Title": "CEO"})
    assert (old.status_code, old.content) == (204, b"")
    assert caller.dump("Lead")[0]["Connector_Key__c"] == "acme/4 2"
    assert caller.get(path).json()["Title"] == "CEO"
    assert caller.delete(path).status_code == 204


def test_upsert_refuses_its_key_in_body(caller: Caller) -> None:
    """The external field may not be in the body; an unknown one is 404; updateOnly does not create."""
    body = {"LastName": "Okafor", "Company": "Acme"}
    doubled = caller.patch("sobjects/Lead/Connector_Key__c/a", {**body, "Connector_Key__c": "a"})
    assert (doubled.status_code, doubled.json()[0]["errorCode"]) == (400, "INVALID_FIELD")
    assert caller.patch("sobjects/Lead/Nothing__c/a", body).status_code == 404
    assert caller.patch("sobjects/Lead/Connector_Key__c/a?updateOnly=true", body).status_code == 404
    assert caller.dump("Lead") == []


def test_ambiguous_external_id_is_300(caller: Caller) -> None:
    """Two records for one external id answer 300 with their addresses, and nothing changes."""
    ids = [caller.lead(Email="ada@example.test") for _ in range(2)]
    answer = caller.patch("sobjects/Lead/Email/ada@example.test", {"Title": "CTO"})
    assert answer.status_code == 300
    assert sorted(answer.json()) == sorted(f"/services/data/v62.0/sobjects/Lead/{one}" for one in ids)
    assert {row["Title"] for row in caller.dump("Lead")} == {None}


def test_stale_write_is_412(caller: Caller) -> None:
    """If-Unmodified-Since refuses a record changed since, and lets an unchanged one through."""
    lead = caller.lead()
    now = caller.sandbox.clock.now()
    past = {"If-Unmodified-Since": format_datetime(now.replace(year=now.year - 1), usegmt=True)}
    future = {"If-Unmodified-Since": format_datetime(now.replace(year=now.year + 1), usegmt=True)}
    stale = caller.patch(f"sobjects/Lead/{lead}", {"Title": "CTO"}, headers=past)
    assert stale.status_code == 412
    assert caller.patch(f"sobjects/Lead/{lead}", {"Title": "CTO"}, headers=future).status_code == 204
    assert caller.get(f"sobjects/Lead/{lead}", headers=past).status_code == 412
    unchanged = {"If-Modified-Since": future["If-Unmodified-Since"]}
    assert caller.get(f"sobjects/Lead/{lead}", headers=unchanged).status_code == 304


def test_describe_answers_not_modified(caller: Caller) -> None:
    """A describe repeats its Last-Modified as 304 until a field changes."""
    first = caller.get("sobjects/Lead/describe")
    names = {field["name"] for field in first.json()["fields"]}
    assert {"LastName", "Connector_Key__c"} <= names
    seen = {"If-Modified-Since": first.headers["Last-Modified"]}
    caller.sandbox.clock.advance(10)
    assert caller.get("sobjects/Lead/describe", headers=seen).status_code == 304
    caller.faults({"operation": "limits", "action": "schema", "object": "Lead", "drop": ["Title"]})
    caller.get("limits")
    again = caller.get("sobjects/Lead/describe", headers=seen)
    assert again.status_code == 200
    assert "Title" not in {field["name"] for field in again.json()["fields"]}


def test_describe_resources_answer(caller: Caller) -> None:
    """The global and the basic describe have their shapes; an unknown object is 404."""
    assert {item["name"] for item in caller.get("sobjects").json()["sobjects"]} >= {"Lead", "Account", "Contact"}
    assert caller.get("sobjects/Lead/").json()["objectDescribe"]["name"] == "Lead"
    unknown = caller.get("sobjects/Nothing__c/describe")
    assert (unknown.status_code, unknown.json()[0]["errorCode"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [("31.0", 200, None), ("68.0", 200, None), ("30.0", 410, "UNSUPPORTED_API_VERSION"), ("69.0", 404, "NOT_FOUND")],
)
def test_versions_are_supported_gone_or_unknown(caller: Caller, version: str, status: int, code: str | None) -> None:
    """31 to 68 answer, older ones are 410, others 404."""
    answer = caller.get(f"/services/data/v{version}/limits/")
    assert answer.status_code == status
    if code:
        assert answer.json()[0]["errorCode"] == code


def test_version_list_needs_no_login(caller: Caller) -> None:
    """The list of versions is open, ascending, and labels seasons."""
    caller.token = "none"
    versions = caller.get("/services/data").json()
    assert [item["version"] for item in versions] == [f"{n}.0" for n in range(31, 69)]
    labels = {item["version"]: item["label"] for item in versions}
    assert (labels["62.0"], labels["64.0"], labels["65.0"]) == ("Winter '25", "Summer '25", "Winter '26")


def test_head_answers_without_body(caller: Caller) -> None:
    """HEAD answers as GET does, its length included, without the body."""
    head, full = caller.call("HEAD", "sobjects"), caller.get("sobjects")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == full.headers["Content-Length"]


def test_unknown_resources_and_methods(caller: Caller) -> None:
    """An unknown resource is 404, a wrong method 405 that names the right ones."""
    assert caller.get("nothing/here").status_code == 404
    wrong = caller.call("PUT", "sobjects/Lead", json={})
    assert (wrong.status_code, wrong.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")
    assert "POST" in wrong.json()[0]["message"]


def test_updated_and_deleted_windows(caller: Caller) -> None:
    """getUpdated and getDeleted list what happened in a window; a bad window is refused."""
    kept, gone = caller.lead(), caller.lead()
    caller.delete(f"sobjects/Lead/{gone}")
    now = caller.sandbox.clock.now()
    window = {"start": now.replace(microsecond=0, second=0).isoformat(), "end": now.isoformat()}
    caller.sandbox.clock.advance(120)
    window["end"] = caller.sandbox.clock.now().isoformat()
    updated = caller.get("sobjects/Lead/updated/", params=window).json()
    assert kept in updated["ids"]
    assert updated["latestDateCovered"]
    deleted = caller.get("sobjects/Lead/deleted/", params=window).json()
    assert [item["id"] for item in deleted["deletedRecords"]] == [gone]
    assert caller.get("sobjects/Lead/updated/", params={"start": "x", "end": "y"}).status_code == 400
    assert caller.get("sobjects/Lead/updated/", params={"start": window["start"]}).status_code == 400


@pytest.mark.parametrize("source", ["world", "load"])
def test_duplicate_rule_body_is_misspelt(caller: Caller, sandbox: Sandbox, source: str) -> None:
    """A duplicate rule refuses with the key `duplicateResut`; the header saves it where the rule allows."""
    rule = {"object": "Lead", "fields": ["Email"]}
    if source == "world":
        sandbox.reset({"salesforce": {"duplicate_rules": [rule]}})
    else:
        loaded = caller.control("POST", "load", {"salesforce": {"DuplicateRule": [rule]}})
        assert loaded.json() == {"salesforce": {"DuplicateRule": [rule]}}
    fields = {"LastName": "Okafor", "Company": "Acme", "Email": "ada@example.test"}
    caller.lead(Email="ada@example.test")
    refused = caller.post("sobjects/Lead", fields)
    assert refused.status_code == 400
    error = refused.json()[0]
    assert error["errorCode"] == "DUPLICATES_DETECTED"
    assert error["duplicateResut"]["allowSave"] is True
    saved = caller.post("sobjects/Lead", fields, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})
    assert saved.status_code == 201


@pytest.mark.parametrize("value", [10**30, [], {"a": 1}, True])
def test_odd_values_are_no_server_error(caller: Caller, value: object) -> None:
    """Values of a wrong type or size are refused or stored, never a failure of the server."""
    for body in ({"Connector_Key__c": value}, {"NumberOfEmployees": value}, {"Email": value}):
        row = {"attributes": {"type": "Lead"}, "LastName": "L", "Company": "A", "Connector_Key__c": "k", **body}
        assert caller.patch("composite/sobjects/Lead/Connector_Key__c", {"records": [row]}).status_code < 500
    for soql in (f"SELECT Id FROM Lead LIMIT {10**30}", f"SELECT Id FROM Lead WHERE NumberOfEmployees = {10**30}"):
        assert caller.get("query", params={"q": soql}).status_code < 500


def test_own_failure_is_unknown_exception(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure inside the sandbox is answered and logged as 500 UNKNOWN_EXCEPTION."""
    monkeypatch.setattr("connector.sandbox.salesforce.dialect.age_of", None)
    answer = caller.get("limits")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (500, "UNKNOWN_EXCEPTION")
    assert caller.calls()[0]["status"] == 500


def test_parallel_callers_are_served(caller: Caller) -> None:
    """Many threads create at once; every record is there once."""
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda number: Caller(caller.sandbox).lead(LastName=f"L{number}"), range(40)))
    assert len(set(ids)) == 40
    assert {row["Id"] for row in caller.dump("Lead")} == set(ids)
    assert sorted(call["seq"] for call in caller.calls()) == list(range(1, 41))
