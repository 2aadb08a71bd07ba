"""Planned faults over real sockets: lost answers, late writes, cut bodies, and which calls they strike."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.sandbox_caller import Caller, lead_convert

LEAD = {"LastName": "Okafor", "Company": "Acme"}


def test_dropped_before_apply_changes_nothing(caller: Caller) -> None:
    """The socket closes without an answer and the write never happened; the call is logged all the same."""
    caller.faults({"operation": "create", "nth": 1, "action": "drop_before_apply"})
    with pytest.raises(requests.ConnectionError):
        caller.post("sobjects/Lead", LEAD)
    assert caller.dump("Lead") == []
    (call,) = caller.calls()
    assert (call["operation"], call["status"], call["fault"]) == ("create", None, "drop_before_apply")


def test_dropped_after_apply_keeps_write(caller: Caller) -> None:
    """The socket closes without an answer although the write happened."""
    caller.faults({"operation": "write", "nth": 1, "action": "drop_after_apply"})
    with pytest.raises(requests.ConnectionError):
        caller.post("sobjects/Lead", LEAD)
    assert len(caller.dump("Lead")) == 1
    assert caller.post("sobjects/Lead", LEAD).status_code == 201
    assert [call["status"] for call in caller.calls()] == [None, 201]


def test_late_write_follows_sandbox_clock(caller: Caller) -> None:
    """A write applied late is unseen until the sandbox clock has passed its moment, then it is there."""
    caller.faults({"operation": "create", "action": "apply_late", "seconds": 300, "times": 1})
    with pytest.raises(requests.ConnectionError):
        caller.post("sobjects/Lead", LEAD)
    caller.control("POST", "clock", {"advance": 299})
    assert caller.query("SELECT Id FROM Lead")["totalSize"] == 0
    caller.control("POST", "clock", {"advance": 2})
    assert caller.query("SELECT Id FROM Lead")["totalSize"] == 1


def test_late_write_outlives_its_session(caller: Caller) -> None:
    """A write that was accepted is applied even if its session has ended by then."""
    caller.faults({"operation": "create", "action": "apply_late", "seconds": 9000, "times": 1})
    with pytest.raises(requests.ConnectionError):
        caller.post("sobjects/Lead", LEAD)
    caller.control("POST", "clock", {"advance": 9001})
    assert len(caller.dump("Lead")) == 1


def test_late_write_comes_in_real_time(caller: Caller) -> None:
    """Real time reaches the moment as well, without another call to the CRM."""
    caller.faults({"operation": "create", "action": "apply_late", "seconds": 0.05, "times": 1})
    with pytest.raises(requests.ConnectionError):
        caller.post("sobjects/Lead", LEAD)
    for _ in range(500):
        if caller.dump("Lead"):
            break
    assert len(caller.dump("Lead")) == 1


def test_delay_ends_with_sandbox_clock(caller: Caller) -> None:
    """A delayed call waits by the sandbox clock; a client that gave up finds the write applied."""
    caller.faults({"operation": "create", "action": "delay", "seconds": 500, "times": 1})
    with pytest.raises(requests.Timeout):
        caller.post("sobjects/Lead", LEAD, timeout=0.2)
    assert caller.dump("Lead") == []
    caller.control("POST", "clock", {"advance": 501})
    for _ in range(500):
        if caller.dump("Lead"):
            break
    assert len(caller.dump("Lead")) == 1


def test_cut_answer_breaks_off(caller: Caller) -> None:
    """A cut answer promises its whole length, sends so many bytes and breaks off; the write is done."""
    caller.faults({"operation": "create", "action": "cut", "bytes": 10, "times": 1})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.post("sobjects/Lead", LEAD)
    assert len(caller.dump("Lead")) == 1
    caller.faults({"operation": "create", "action": "cut", "times": 1})
    answer = caller.post("sobjects/Lead", LEAD, stream=True)
    assert answer.status_code == 201
    assert len(answer.raw.read(10, decode_content=False)) == 10


def test_drip_sends_piece_by_piece(caller: Caller) -> None:
    """A dripping answer arrives whole in the end, one piece at a time."""
    caller.faults({"operation": "limits", "action": "drip", "bytes": 100, "seconds": 0.001})
    assert caller.get("limits").json()["DailyApiRequests"]["Max"] == 15000
    caller.faults({"operation": "limits", "action": "drip", "bytes": 1, "seconds": 3600})
    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        caller.get("limits", timeout=0.2)


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [
        ({"status": 503, "headers": {"Retry-After": "7"}}, 503, b"SERVER_UNAVAILABLE"),
        ({"status": 403}, 403, b"REQUEST_LIMIT_EXCEEDED"),
        ({"status": 401}, 401, b"INVALID_SESSION_ID"),
        ({"status": 502}, 502, b"<html>"),
        ({"status": 420}, 420, b""),
        ({"status": 400, "body": [{"errorCode": "X"}]}, 400, b'[{"errorCode": "X"}]'),
        ({"status": 200, "body": "<html>maintenance</html>"}, 200, b"<html>maintenance</html>"),
    ],
)
def test_status_fault_answers_instead(caller: Caller, fault: dict[str, Any], status: int, content: bytes) -> None:
    """A `status` fault answers without carrying the call out, worded as the CRM words it unless given."""
    caller.faults({"operation": "create", "action": "status", **fault})
    answer = caller.post("sobjects/Lead", LEAD)
    assert answer.status_code == status
    assert content in answer.content
    assert answer.headers.get("Retry-After") == fault.get("headers", {}).get("Retry-After")
    assert caller.dump("Lead") == []
    assert caller.calls()[0]["status"] == status


def test_status_after_apply_keeps_write(caller: Caller) -> None:
    """A `status` fault with `when: after` carries the call out first."""
    caller.faults({"operation": "create", "action": "status", "status": 504, "when": "after"})
    assert caller.post("sobjects/Lead", LEAD).status_code == 504
    assert len(caller.dump("Lead")) == 1


def test_status_fault_on_soap_is_fault(caller: Caller) -> None:
    """On the SOAP endpoint a planned refusal is a SOAP fault, from a gateway it is HTML."""
    caller.faults({"operation": "convertLead", "nth": 1, "action": "status", "status": 503})
    answer = caller.soap(f"<urn:convertLead>{lead_convert('00Q5g00000AbCdEEAV')}</urn:convertLead>")
    assert (answer.status_code, "<sf:exceptionCode>SERVER_UNAVAILABLE" in answer.text) == (503, True)


def test_replaced_body_keeps_write(caller: Caller) -> None:
    """A replaced body goes out with the real status, after the call was carried out."""
    caller.faults({"operation": "create", "action": "replace_body", "body": "<html>oops</html>"})
    answer = caller.post("sobjects/Lead", LEAD)
    assert (answer.status_code, answer.text) == (201, "<html>oops</html>")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert len(caller.dump("Lead")) == 1
    body: dict[str, Any] = {"id": None, "success": False, "errors": []}
    caller.faults({"operation": "create", "action": "replace_body", "status": 200, "body": body})
    assert caller.post("sobjects/Lead", LEAD).json() == body


def test_redirect_points_elsewhere(caller: Caller) -> None:
    """A redirect answers 302 (or as told) with the location, and does nothing."""
    caller.faults({"operation": "create", "action": "redirect", "location": "https://elsewhere.test/x", "status": 307})
    answer = caller.post("sobjects/Lead", LEAD)
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://elsewhere.test/x")
    assert caller.dump("Lead") == []


def test_row_error_refuses_single_rows(caller: Caller) -> None:
    """Refused rows of a collection are not written; their siblings are, each at its index."""
    fault = {
        "operation": "collections",
        "action": "row_error",
        "rows": [1],
        "code": "UNABLE_TO_LOCK_ROW",
        "message": "locked",
    }
    caller.faults({**fault, "times": 1})
    rows = [{"attributes": {"type": "Lead"}, "LastName": f"L{n}", "Company": "A"} for n in range(3)]
    results = caller.post("composite/sobjects", {"records": rows}).json()
    assert [item["success"] for item in results] == [True, False, True]
    assert results[1]["errors"] == [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "locked", "fields": []}]
    assert sorted(row["LastName"] for row in caller.dump("Lead")) == ["L0", "L2"]
    assert all(item["success"] for item in caller.post("composite/sobjects", {"records": rows}).json())


def test_row_error_under_all_or_none(caller: Caller) -> None:
    """Under allOrNone a refused row rolls its siblings back."""
    caller.faults({"operation": "collections", "action": "row_error", "rows": 0, "code": "X", "message": "m"})
    rows = [{"attributes": {"type": "Lead"}, "LastName": f"L{n}", "Company": "A"} for n in range(2)]
    results = caller.post("composite/sobjects", {"allOrNone": True, "records": rows}).json()
    assert [item["errors"][0]["statusCode"] for item in results] == ["X", "ALL_OR_NONE_OPERATION_ROLLED_BACK"]
    assert caller.dump("Lead") == []


def test_row_error_reaches_every_write(caller: Caller) -> None:
    """Row errors work on single records, inside composites (rows counted on) and on conversions."""
    caller.faults(
        {"operation": "write", "action": "row_error", "code": "UNABLE_TO_LOCK_ROW", "message": "m", "times": 1}
    )
    refused = caller.post("sobjects/Lead", LEAD)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    lead, other = caller.lead(), caller.lead()
    caller.faults({"operation": "convertLead", "action": "row_error", "rows": [0], "code": "X", "message": "m"})
    text = caller.soap(f"<urn:convertLead>{lead_convert(lead)}{lead_convert(other)}</urn:convertLead>").text
    assert "<statusCode>X</statusCode>" in text
    assert {row["Id"]: row["IsConverted"] for row in caller.dump("Lead")} == {lead: False, other: True}
    caller.faults({"operation": "composite", "action": "row_error", "rows": [2], "code": "X", "message": "m"})
    rows = [{"attributes": {"type": "Account"}, "Name": f"A{n}"} for n in range(2)]
    parts = [
        {
            "method": "POST",
            "url": "/services/data/v62.0/composite/sobjects",
            "referenceId": f"r{n}",
            "body": {"records": rows},
        }
        for n in range(2)
    ]
    answers = caller.post("composite", {"compositeRequest": parts}).json()["compositeResponse"]
    flags = [item["success"] for answer in answers for item in answer["body"]]
    assert flags == [True, True, False, True]


def test_omitted_rows_leave_answer_only(caller: Caller) -> None:
    """An omitted row is missing from the answer of a collection, a query and a conversion, not from the CRM."""
    rows = [{"attributes": {"type": "Lead"}, "LastName": f"L{n}", "Company": "A"} for n in range(3)]
    caller.faults({"operation": "any", "action": "omit_row", "rows": [1]})
    results = caller.post("composite/sobjects", {"records": rows}).json()
    assert len(results) == 2
    assert len(caller.dump("Lead")) == 3
    page = caller.query("SELECT Id FROM Lead")
    assert (page["totalSize"], len(page["records"])) == (3, 2)
    ids = [row["Id"] for row in caller.dump("Lead")]
    text = caller.soap(f"<urn:convertLead>{lead_convert(ids[0])}{lead_convert(ids[1])}</urn:convertLead>").text
    assert text.count("<result>") == 1


def test_expired_session_is_401_once(caller: Caller) -> None:
    """expire_session ends the caller's session at that call, in REST and in SOAP."""
    caller.faults({"operation": "limits", "nth": 2, "action": "expire_session"})
    assert [caller.get("limits").status_code for _ in range(3)] == [200, 401, 401]
    caller.sandbox.reset("empty")
    caller.faults({"operation": "convertLead", "action": "expire_session"})
    answer = caller.soap(f"<urn:convertLead>{lead_convert('00Q5g00000AbCdEEAV')}</urn:convertLead>")
    assert "<faultcode>sf:INVALID_SESSION_ID</faultcode>" in answer.text


def test_late_visible_hides_written_rows(caller: Caller) -> None:
    """Records written by a struck call stay unseen, then appear with their old stamp."""
    caller.faults({"operation": "create", "action": "late_visible", "seconds": 300, "times": 1})
    lead = caller.lead()
    assert caller.query("SELECT Id FROM Lead")["totalSize"] == 0
    assert caller.get(f"sobjects/Lead/{lead}").status_code == 404
    written = caller.sandbox.clock.now()
    caller.control("POST", "clock", {"advance": 301})
    row = caller.query("SELECT Id, SystemModstamp FROM Lead")["records"][0]
    assert row["Id"] == lead
    assert row["SystemModstamp"] <= written.strftime("%Y-%m-%dT%H:%M:%S.999+0000")


def test_late_visible_takes_named_records(caller: Caller) -> None:
    """late_visible can name a record that is there already."""
    lead = caller.lead(Email="ada@example.test")
    named = {"object": "Lead", "match": {"Email": "ada@example.test"}}
    caller.faults({"operation": "limits", "action": "late_visible", "seconds": 60, **named})
    caller.get("limits")
    assert caller.query("SELECT Id FROM Lead")["totalSize"] == 0
    caller.control("POST", "clock", {"advance": 61})
    assert caller.query("SELECT Id FROM Lead")["records"][0]["Id"] == lead


def test_edit_happens_between_calls(caller: Caller) -> None:
    """An edit before the call is seen by it, one after the call is not."""
    lead = caller.lead(Email="ada@example.test")
    door = {"operation": "query", "action": "edit", "object": "Lead", "set": {"Title": "CTO"}, "times": 1}
    caller.faults({**door, "match": {"Email": "ada@example.test"}, "when": "after"})
    assert caller.query("SELECT Title FROM Lead")["records"][0]["Title"] is None
    assert caller.query("SELECT Title FROM Lead")["records"][0]["Title"] == "CTO"
    caller.faults({**door, "id": lead, "set": {"Title": "CEO"}})
    assert caller.query("SELECT Title FROM Lead")["records"][0]["Title"] == "CEO"


def test_colleague_converts_before_us(caller: Caller) -> None:
    """convert_elsewhere converts the lead just before our call, which is then refused."""
    lead = caller.lead()
    account = caller.post("sobjects/Account", {"Name": "Known"}).json()["id"]
    door = {"action": "convert_elsewhere", "object": "Lead", "id": lead, "set": {"accountId": account}}
    caller.faults({"operation": "convertLead", **door})
    assert "CANNOT_UPDATE_CONVERTED_LEAD" in caller.convert(lead).text
    row = next(row for row in caller.dump("Lead") if row["Id"] == lead)
    assert (row["IsConverted"], row["ConvertedAccountId"]) == (True, account)


def test_colleague_merges_and_deletes(caller: Caller) -> None:
    """merge joins a record into another, delete puts it into the recycle bin."""
    one, two = (caller.post("sobjects/Account", {"Name": name}).json()["id"] for name in ("A", "B"))
    caller.faults(
        {"operation": "limits", "nth": 1, "action": "merge", "object": "Account", "id": two, "into": one},
        {"operation": "limits", "nth": 2, "action": "delete", "object": "Account", "match": {"Name": "A"}},
    )
    caller.get("limits")
    rows = {row["Id"]: row for row in caller.dump("Account")}
    assert (rows[two]["IsDeleted"], rows[two]["MasterRecordId"]) == (True, one)
    caller.get("limits")
    assert all(row["IsDeleted"] for row in caller.dump("Account"))


def test_refused_door_is_noted(caller: Caller) -> None:
    """A side door that the CRM refuses leaves its reason in the log and lets the call go on."""
    caller.faults({"operation": "limits", "action": "delete", "object": "Lead", "match": {"Email": "nobody@x.test"}})
    assert caller.get("limits").status_code == 200
    assert caller.calls()[0]["fault"] == "delete (no such Lead)"


def test_schema_fault_changes_describe(caller: Caller) -> None:
    """Fields can be added, dropped and altered while clients run."""
    change = {
        "add": [{"name": "Budget_2__c", "type": "string", "length": 10}],
        "drop": ["Title"],
        "alter": {"City": {"required": True}},
    }
    caller.faults({"operation": "describe", "nth": 1, "action": "schema", "object": "Lead", **change})
    fields = {field["name"]: field for field in caller.get("sobjects/Lead/describe").json()["fields"]}
    assert "Title" not in fields
    assert fields["Budget_2__c"]["length"] == 10
    assert fields["City"]["nillable"] is False
    assert caller.get("query?q=SELECT+Title+FROM+Lead").json()[0]["errorCode"] == "INVALID_FIELD"


def test_selectors_count_matching_calls(caller: Caller) -> None:
    """nth, every and times count the matching calls since the plan was set."""

    def statuses(fault: dict[str, Any], calls: int = 6) -> list[int]:
        caller.faults({"operation": "limits", "action": "status", "status": 503, **fault})
        caller.query("SELECT Id FROM Lead")
        return [index for index in range(1, calls + 1) if caller.get("limits").status_code == 503]

    assert statuses({"nth": 3}) == [3]
    assert statuses({"nth": [1, 4]}) == [1, 4]
    assert statuses({"every": 2}) == [2, 4, 6]
    assert statuses({"every": 2, "times": 2}) == [2, 4]
    assert statuses({"times": 1}) == [1]
    assert statuses({}) == [1, 2, 3, 4, 5, 6]


def test_share_is_repeatable(caller: Caller) -> None:
    """A share strikes about that part of the calls, the same ones for the same seed."""

    def struck(seed: int) -> list[int]:
        caller.faults({"operation": "limits", "action": "status", "status": 503, "share": 0.3, "seed": seed})
        return [index for index in range(60) if caller.get("limits").status_code == 503]

    first = struck(41)
    assert first == struck(41)
    assert first != struck(42)
    assert 8 <= len(first) <= 28


@pytest.mark.parametrize(
    ("operation", "struck"),
    [
        ("any", ["create", "query", "queryAll", "token", "convertLead"]),
        ("read", ["query", "queryAll"]),
        ("write", ["create", "convertLead"]),
        ("login", ["token"]),
        ("query", ["query", "queryAll"]),
        ("queryAll", ["queryAll"]),
        ("POST /services/data/*/sobjects/*", ["create"]),
        ("* /services/Soap/*", ["convertLead"]),
        ("GET /services/*", ["query", "queryAll"]),
    ],
)
def test_operations_select_calls(caller: Caller, operation: str, struck: list[str]) -> None:
    """A fault strikes by group, by operation name, or by method and path."""
    caller.faults({"operation": operation, "action": "delay", "seconds": 0})
    caller.post("sobjects/Lead", LEAD)
    caller.query("SELECT Id FROM Lead")
    caller.get("queryAll?q=SELECT+Id+FROM+Lead")
    caller.session.post(f"{caller.base_url}/services/oauth2/token", data={"grant_type": "x"}, timeout=20)
    caller.convert("00Q5g00000AbCdEEAV")
    assert [call["operation"] for call in caller.calls() if call["fault"]] == struck


def test_empty_plan_clears_faults(caller: Caller) -> None:
    """A new plan replaces the old one; an empty one clears it."""
    caller.faults({"operation": "any", "action": "status", "status": 503})
    assert caller.get("limits").status_code == 503
    caller.faults()
    assert caller.get("limits").status_code == 200


def test_first_answering_fault_counts(caller: Caller) -> None:
    """Of several faults that decide the answer the first counts; the others keep their `times`."""
    caller.faults(
        {"operation": "limits", "action": "status", "status": 503, "nth": 1},
        {"operation": "limits", "action": "status", "status": 500, "times": 1},
        {"operation": "limits", "action": "delay", "seconds": 0, "nth": 1},
    )
    assert [caller.get("limits").status_code for _ in range(3)] == [503, 500, 200]
    assert caller.calls()[0]["fault"] == "status,delay"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({}, ["faults"]),
        ({"faults": ["x"]}, ["faults[0]"]),
        (
            {"faults": [{"operation": "frobnicate", "action": "explode"}]},
            ["frobnicate", "explode", "drop_before_apply"],
        ),
        ({"faults": [{"action": "status"}]}, ["faults[0].status"]),
        ({"faults": [{"action": "status", "status": 99}]}, ["faults[0].status"]),
        ({"faults": [{"action": "delay", "seconds": -1, "colour": "red"}]}, ["faults[0].seconds", "faults[0].colour"]),
        ({"faults": [{"action": "drop_before_apply", "nth": 0}]}, ["faults[0].nth"]),
        ({"faults": [{"action": "drop_before_apply", "nth": 1, "every": 2}]}, ["only one of"]),
        ({"faults": [{"action": "drop_before_apply", "share": 2}]}, ["faults[0].share"]),
        ({"faults": [{"action": "edit", "object": "Lead", "set": {}}]}, ["id or match"]),
        ({"faults": [{"action": "merge", "id": "x"}]}, ["faults[0].object", "faults[0].into"]),
        ({"faults": [{"action": "schema", "object": "Lead"}]}, ["add, drop, alter"]),
        (
            {"faults": [{"action": "edit", "dialect": "pipedrive", "object": "Lead", "id": "x", "set": {}}]},
            ["pipedrive"],
        ),
        ({"faults": [{"operation": "FETCH /x", "action": "drop_before_apply"}]}, ["METHOD /path/glob"]),
    ],
)
def test_bad_plans_name_every_problem(caller: Caller, plan: dict[str, Any], words: list[str]) -> None:
    """A bad plan is refused whole with all its problems, and the old plan stays in force."""
    caller.faults({"operation": "limits", "action": "status", "status": 503})
    answer = caller.control("POST", "faults", plan)
    assert answer.status_code == 400
    problems = json.dumps(answer.json()["problems"])
    assert all(word in problems for word in words), problems
    assert caller.get("limits").status_code == 503


def test_keep_alive_survives_drops(caller: Caller) -> None:
    """After a dropped answer the next call on a new connection is served normally."""
    caller.faults({"operation": "limits", "every": 2, "action": "drop_before_apply"})
    outcomes = []
    for _ in range(6):
        try:
            outcomes.append(caller.get("limits").status_code)
        except requests.ConnectionError:
            outcomes.append(0)
    assert outcomes == [200, 0, 200, 0, 200, 0]
