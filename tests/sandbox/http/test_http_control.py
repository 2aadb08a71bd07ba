"""The control plane: reset, load, dump, log, clock, and who may call it."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox_caller import Caller


def test_info_holds_every_login(caller: Caller) -> None:
    """`info` has the address, the process and exactly the documented logins of each CRM."""
    info = caller.control("GET", "info").json()
    assert info["base_url"] == caller.base_url
    assert (
        {"base_url", "pid", "salesforce", "sugarcrm"}
        <= set(info)
        <= {
            "base_url",
            "pid",
            "salesforce",
            "sugarcrm",
            "suitecrm",
        }
    )
    assert set(info["sugarcrm"]) == {"username", "password", "client_id", "platform"}
    assert set(info["salesforce"]) == {
        "client_id",
        "client_secret",
        "username",
        "password",
        "security_token",
        "access_token",
        "refresh_token",
        "jwt_private_key",
        "org_id",
    }


def test_reset_keeps_logins_and_org(caller: Caller) -> None:
    """A reset clears records, faults and log, and keeps credentials and org id."""
    before = caller.control("GET", "info").json()
    caller.lead()
    caller.faults({"operation": "any", "action": "status", "status": 503})
    assert caller.control("POST", "reset", {"world": "empty"}).status_code == 200
    assert caller.control("GET", "info").json() == before
    assert caller.calls() == []
    assert caller.dump("Lead") == []
    assert caller.get("limits").status_code == 200


def test_load_answers_ids_in_order(caller: Caller) -> None:
    """Loaded records come back with ids in order, and given ids and stamps are honoured."""
    given = {
        "Id": "00Q5g00000AbCdEEAV",
        "LastName": "Given",
        "Company": "Acme",
        "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "SystemModstamp": "2026-01-02T03:04:05.000+0000",
    }
    payload = {"salesforce": {"Lead": [{"LastName": "First", "Company": "A"}, given]}}
    answer = caller.control("POST", "load", payload).json()
    assert [row["LastName"] for row in answer["salesforce"]["Lead"]] == ["First", "Given"]
    assert answer["salesforce"]["Lead"][1]["Id"] == "00Q5g00000AbCdEEAV"
    dumped = {row["Id"]: row for row in caller.dump("Lead")}
    assert len(dumped) == 2
    assert dumped["00Q5g00000AbCdEEAV"]["SystemModstamp"] == "2026-01-02T03:04:05.000+0000"


def test_dump_includes_deleted_records(caller: Caller) -> None:
    """A dump lists deleted records with all their fields."""
    lead = caller.lead()
    caller.delete(f"sobjects/Lead/{lead}")
    assert [(row["Id"], row["IsDeleted"]) for row in caller.dump("Lead")] == [(lead, True)]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "reset", {"world": "nowhere"}, 400),
        ("POST", "load", {"pipedrive": {}}, 400),
        ("POST", "load", {"salesforce": {"Nothing__c": [{}]}}, 400),
        ("GET", "dump/pipedrive/Lead", None, 404),
        ("GET", "dump/salesforce/Nothing__c", None, 400),
        ("POST", "clock", {"now": "yesterday"}, 400),
        ("POST", "clock", {"advance": "much"}, 400),
        ("POST", "clock", {}, 400),
        ("GET", "nothing", None, 404),
        ("DELETE", "info", None, 404),
    ],
)
def test_bad_control_calls_say_why(caller: Caller, method: str, path: str, body: object, status: int) -> None:
    """A control call that cannot be done names its problem."""
    answer = caller.control(method, path, body)
    assert answer.status_code == status
    assert answer.json()["problems"]


def test_foreign_host_is_refused(caller: Caller) -> None:
    """The control plane refuses a foreign Host or Origin, so that no web page can steer it."""
    for headers in ({"Host": "evil.test"}, {"Host": "127.0.0.1.evil.test:80"}, {"Origin": "http://evil.test"}):
        assert caller.control("GET", "info", headers=headers).status_code == 421
    port = caller.base_url.rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert caller.control("GET", "info", headers={"Host": host}).status_code == 200


def test_clock_moves_stamps_and_date(caller: Caller) -> None:
    """Records and the Date header follow the sandbox clock."""
    now = caller.control("POST", "clock", {"now": "2027-05-06T07:08:09Z"}).json()["now"]
    assert now.startswith("2027-05-06T07:08:09")
    answer = caller.get("limits")
    assert parsedate_to_datetime(answer.headers["Date"]).date().isoformat() == "2027-05-06"
    lead = caller.lead()
    stamp = caller.get(f"sobjects/Lead/{lead}?fields=SystemModstamp").json()["SystemModstamp"]
    assert stamp.startswith("2027-05-06T07:08:")
    moved = caller.control("POST", "clock", {"advance": 3600}).json()["now"]
    assert datetime.fromisoformat(moved).hour == 8


def test_calls_have_documented_keys(caller: Caller) -> None:
    """The access log lists seq, time, dialect, method, path, operation, kind, status, records, fault."""
    caller.lead()
    caller.query("SELECT Id FROM Lead")
    caller.get("/nowhere")
    create, query, unknown = caller.calls()
    assert list(create) == [
        "seq",
        "time",
        "dialect",
        "method",
        "path",
        "operation",
        "kind",
        "status",
        "records",
        "fault",
    ]
    assert (create["seq"], create["operation"], create["kind"], create["status"]) == (1, "create", "write", 201)
    assert create["dialect"] == "salesforce"
    assert (query["seq"], query["operation"], query["kind"], query["records"]) == (2, "query", "read", 1)
    assert (unknown["status"], unknown["dialect"]) == (404, None)


def test_deleting_calls_clears_log(caller: Caller) -> None:
    """DELETE forgets the log and numbers from 1 again; control calls are never in it."""
    caller.get("limits")
    assert caller.control("DELETE", "calls").json() == {"cleared": 1}
    assert caller.calls() == []
    caller.get("limits")
    assert [call["seq"] for call in caller.calls()] == [1]
