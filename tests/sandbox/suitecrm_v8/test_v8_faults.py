"""Faults and the access log on V8's calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import requests

from tests.suite_caller import SuiteCaller

LEAD = "66666666-aaaa-4000-8000-000000000001"


def _faults(suite: SuiteCaller, *faults: Mapping[str, object]) -> None:
    suite.control("POST", "faults", {"faults": list(faults)})


def _calls(suite: SuiteCaller) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = suite.control("GET", "calls")
    return calls


def _lead(suite: SuiteCaller) -> None:
    suite.load(Leads=[{"id": LEAD, "last_name": "X"}])


def test_log_names_every_call(suite: SuiteCaller) -> None:
    """Each call is logged by its name, as a read, a write or a login, with how many records it touched."""
    suite.load(Contacts=[{"id": LEAD, "last_name": "C"}])
    _lead(suite)
    suite.call("DELETE", "/__sandbox__/calls")
    suite.grant()
    suite.v8("POST", "module", {"type": "Leads", "attributes": {"last_name": "Y"}})
    suite.v8("PATCH", "module", {"type": "Leads", "id": LEAD, "attributes": {"title": "T"}})
    suite.v8("GET", "module/Leads?page[size]=5")
    suite.v8("GET", f"module/Leads/{LEAD}")
    suite.v8("POST", f"module/Leads/{LEAD}/relationships/contacts", {"type": "Contacts", "id": LEAD})
    suite.v8("GET", f"module/Leads/{LEAD}/relationships/contacts")
    suite.v8("DELETE", f"module/Leads/{LEAD}/relationships/contacts/{LEAD}")
    suite.v8("DELETE", f"module/Leads/{LEAD}")
    suite.v8("GET", "meta/modules")
    suite.v8("GET", "current-user")
    suite.v8("POST", "logout")
    assert [(call["operation"], call["kind"], call["records"]) for call in _calls(suite)] == [
        ("access_token", "login", 0),
        ("v8_create", "write", 1),
        ("v8_update", "write", 1),
        ("v8_list", "read", 2),
        ("v8_get", "read", 1),
        ("v8_relate", "write", 1),
        ("v8_related", "read", 1),
        ("v8_unrelate", "write", 1),
        ("v8_delete", "write", 1),
        ("v8_meta", "read", 0),
        ("v8_current_user", "read", 1),
        ("v8_logout", "login", 0),
    ]


def test_lost_answer_is_applied(suite: SuiteCaller) -> None:
    """A write whose answer is lost was carried out."""
    _faults(suite, {"operation": "v8_create", "action": "drop_after_apply"})
    with pytest.raises(requests.ConnectionError):
        suite.v8("POST", "module", {"type": "Leads", "id": LEAD, "attributes": {"last_name": "X"}})
    assert [row["id"] for row in suite.dump("Leads")] == [LEAD]


def test_late_write_needs_no_token(suite: SuiteCaller) -> None:
    """A write that is applied late was let in when it arrived, whatever became of its token since."""
    _faults(suite, {"operation": "v8_create", "action": "apply_late", "seconds": 60})
    with pytest.raises(requests.ConnectionError):
        suite.v8("POST", "module", {"type": "Leads", "id": LEAD, "attributes": {"last_name": "X"}})
    suite.v8("POST", "logout")
    suite.control("POST", "clock", {"advance": 61})
    assert [row["id"] for row in suite.dump("Leads")] == [LEAD]


def test_row_error_refuses_the_write(suite: SuiteCaller) -> None:
    """A planned row error refuses the one record of a write in the words given."""
    _lead(suite)
    _faults(suite, {"operation": "write", "action": "row_error", "message": "logic hook failed"})
    answer = suite.v8("PATCH", "module", {"type": "Leads", "id": LEAD, "attributes": {"title": "T"}})
    assert (answer.status_code, answer.json()["errors"]["detail"]) == (400, "logic hook failed")
    assert suite.dump("Leads")[0]["title"] is None


def test_omitted_row_is_left_out(suite: SuiteCaller) -> None:
    """A row can be left out of a list without a trace in its meta."""
    suite.load(Leads=[{"last_name": "A"}, {"last_name": "B"}])
    _faults(suite, {"operation": "v8_list", "action": "omit_row", "rows": [0]})
    body = suite.v8("GET", "module/Leads?page[size]=2&sort=last_name").json()
    assert [item["attributes"]["last_name"] for item in body["data"]] == ["B"]
    assert body["meta"]["records-on-this-page"] == 2


def test_session_can_be_expired(suite: SuiteCaller) -> None:
    """An expired session is a revoked token."""
    _faults(suite, {"operation": "v8_list", "nth": 1, "action": "expire_session"})
    answer = suite.v8("GET", "module/Leads")
    assert (answer.status_code, answer.json()["hint"]) == (401, "Access token has been revoked")


@pytest.mark.parametrize(
    ("status", "content_type"), [(401, "application/json"), (400, "application/vnd.api+json"), (503, "text/html")]
)
def test_planned_status_is_worded(suite: SuiteCaller, status: int, content_type: str) -> None:
    """A planned status is answered in the form that the server gives that status."""
    _faults(suite, {"operation": "v8_list", "action": "status", "status": status})
    answer = suite.v8("GET", "module/Leads")
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith(content_type)


def test_planned_status_of_the_token_endpoint(suite: SuiteCaller) -> None:
    """The token endpoint words a failure of the server as its other errors, without any secret."""
    _faults(suite, {"operation": "login", "action": "status", "status": 500})
    answer = suite.grant()
    assert (answer.status_code, answer.json()["error"]) == (500, "unknown_error")
    assert suite.login["password"] not in answer.text
    _faults(suite, {"operation": "login", "action": "status", "status": 401})
    assert suite.grant().json()["error"] == "invalid_client"


def test_late_visible_record_is_hidden(suite: SuiteCaller) -> None:
    """A record that was just written can stay unseen for a while."""
    _faults(suite, {"operation": "v8_create", "action": "late_visible", "seconds": 30})
    suite.v8("POST", "module", {"type": "Leads", "id": LEAD, "attributes": {"last_name": "X"}})
    assert suite.v8("GET", f"module/Leads/{LEAD}").status_code == 400
    suite.control("POST", "clock", {"advance": 31})
    assert suite.v8("GET", f"module/Leads/{LEAD}").status_code == 200


def test_colleague_converts_meanwhile(suite: SuiteCaller) -> None:
    """A colleague can convert a lead before a V8 call reads it."""
    _lead(suite)
    _faults(suite, {"operation": "v8_get", "action": "convert_elsewhere", "object": "Leads", "id": LEAD})
    attributes = suite.v8("GET", f"module/Leads/{LEAD}").json()["data"]["attributes"]
    assert (attributes["converted"], attributes["status"]) == ("1", "Converted")
    assert attributes["contact_id"] == suite.dump("Contacts")[0]["id"]
