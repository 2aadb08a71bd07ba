"""Faults, side doors, the access log and restarts around the legacy service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from connector.sandbox import Sandbox
from tests.sandbox.suitecrm_v4_1.service import Service
from tests.suite_caller import SuiteCaller


def _plan(service: Service, **fault: Any) -> None:
    service.caller.control("POST", "faults", {"faults": [fault]})


def test_log_names_methods(service: Service) -> None:
    """The access log names methods, their kind and how many records they touched."""
    service.caller.control("DELETE", "calls")
    service.caller.rest_session()
    lead = service.save("Leads", last_name="Nowak")
    service.list()
    service.relate("Leads", lead, "contacts")
    service.caller.rest("nope", {})
    log = [
        (one["operation"], one["kind"], one["records"], one["dialect"])
        for one in service.caller.control("GET", "calls")
    ]
    assert log == [
        ("login", "login", 0, "suitecrm"), ("set_entry", "write", 1, "suitecrm"),
        ("get_entry_list", "read", 1, "suitecrm"), ("set_relationship", "write", 0, "suitecrm"),
        ("v4_1_unknown", "read", 0, "suitecrm"),
    ]  # fmt: skip


@pytest.mark.parametrize("action", ["drop_before_apply", "drop_after_apply"])
def test_dropped_answers_hide_the_outcome(service: Service, action: str) -> None:
    """An answer may be dropped before or after the save is applied."""
    _plan(service, operation="set_entry", action=action)
    with pytest.raises(requests.ConnectionError):
        service.save("Leads", last_name="Nowak")
    assert len(service.dump("Leads")) == (1 if action == "drop_after_apply" else 0)


def test_late_save_outlives_its_session(service: Service) -> None:
    """A save applied late is carried out though its session ended since."""
    _plan(service, operation="set_entry", action="apply_late", seconds=60)
    with pytest.raises(requests.ConnectionError):
        service.save("Leads", last_name="Late")
    _plan(service, operation="get_user_id", action="expire_session")
    assert service.ask("get_user_id")["number"] == 11
    assert service.dump("Leads") == []
    service.caller.control("POST", "clock", {"advance": 61})
    assert [row["last_name"] for row in service.dump("Leads")] == ["Late"]


@pytest.mark.parametrize(
    ("status", "seen"), [(401, (200, "Invalid Session ID")), (500, (500, "Database failure")), (503, (503, "503"))]
)
def test_planned_statuses_in_its_words(service: Service, status: int, seen: tuple[int, str]) -> None:
    """A planned status comes as this service would word it; a lost session is a fault in HTTP 200."""
    _plan(service, operation="read", action="status", status=status)
    answer = service.post("get_user_id")
    assert (answer.status_code, seen[1] in answer.text) == (seen[0], True)


def test_planned_refusal_of_a_login(service: Service) -> None:
    """A login is refused as a login is."""
    _plan(service, operation="login", action="status", status=401)
    assert service.caller.rest("login", {"user_auth": {}}).json()["number"] == 10


def test_session_ends_whatever_the_order(service: Service) -> None:
    """A session is found by its argument's name where arguments bind by name, by its place where they do not."""
    for by_name, arguments in ((True, {"module_name": "Leads", "session": ""}), (False, {"a": "", "b": "Leads"})):
        service.settle(strict_named_args=by_name)
        _plan(service, operation="get_module_fields", action="expire_session")
        own = {name: value or service.session for name, value in arguments.items()}
        assert service.caller.rest("get_module_fields", own).json()["number"] == 11


def test_refused_rows_are_left_out(service: Service) -> None:
    """A refused row of a batch is missing from its ids; a refused single save is a fault."""
    _plan(service, operation="write", action="row_error", rows=[1], code="Row Denied", message="no")
    rows = [{"last_name": name} for name in ("A", "B", "C")]
    assert len(service.ask("set_entries", module_name="Leads", name_value_lists=rows)["ids"]) == 2
    assert [row["last_name"] for row in service.dump("Leads")] == ["A", "C"]
    _plan(service, operation="write", action="row_error", code="Row Denied", message="no")
    assert service.ask("set_entry", module_name="Leads", name_value_list={})["name"] == "Row Denied"


def test_omitted_rows_shorten_lists(service: Service) -> None:
    """Rows may be missing from an answer whose counts still tell of them."""
    for name in ("A", "B"):
        service.save("Leads", last_name=name)
    _plan(service, operation="get_entry_list", action="omit_row", rows=[0])
    page = service.list()
    assert (page["result_count"], [one["name_value_list"]["last_name"]["value"] for one in page["entry_list"]]) == (
        2,
        ["B"],
    )


def test_late_visible_save(service: Service) -> None:
    """A record just saved may stay unseen for a while."""
    _plan(service, operation="set_entry", action="late_visible", seconds=30)
    lead = service.save("Leads", last_name="Late")
    assert (service.names(), service.read("Leads", lead, "id")) == ([], {})
    service.caller.control("POST", "clock", {"advance": 30})
    assert service.names() == ["Late"]


def test_colleague_converts_before_a_save(service: Service) -> None:
    """A side door strikes before the call it names, in the CRM that was called."""
    lead = service.save("Leads", last_name="Nowak", account_name="Acme")
    _plan(service, operation="get_entry", action="convert_elsewhere", object="Leads", match={"last_name": "Nowak"})
    assert service.read("Leads", lead, "converted") == {"converted": "1"}
    assert [row["name"] for row in service.dump("Accounts")] == ["Acme"]


def test_field_disappears_from_the_schema(service: Service) -> None:
    """A dropped field is gone from descriptions and queries; saves drop its values silently."""
    _plan(service, operation="get_user_id", action="schema", object="Leads", drop=["connector_key_c"])
    service.ask("get_user_id")
    assert "connector_key_c" not in service.ask("get_module_fields", module_name="Leads")["module_fields"]
    bad = service.post("get_entry_list", module_name="Leads", query="leads_cstm.connector_key_c = 'x'")
    assert bad.status_code == 500
    assert "connector_key_c" not in service.read("Leads", service.save("Leads", connector_key_c="x"))


def test_quota_is_unknown_here(service: Service) -> None:
    """SuiteCRM counts no calls: a fault on the quota is noted as refused."""
    _plan(service, operation="get_user_id", action="quota", used=5)
    service.caller.control("DELETE", "calls")
    service.ask("get_user_id")
    assert "no quota" in service.caller.control("GET", "calls")[0]["fault"]


def test_load_and_dump_refuse_unknown(service: Service) -> None:
    """The control plane says what it does not know."""
    for method, path, body in (
        ("POST", "load", {"suitecrm": {"Leads": [{"nope": 1}]}}),
        ("GET", "dump/suitecrm/Nope", None),
        ("POST", "reset", {"world": {"suitecrm": {"settings": {"nope": 1}}}}),
    ):
        answer = service.caller.call(method, f"/__sandbox__/{path}", json=body)
        assert (answer.status_code, "ope" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("load", {"Users": [{"user_name": "u", "_access": ["x"]}]}),
        ("load", {"Users": [{"user_name": "u", "_access": 10**30}]}),
        ("load", {"Leads": [{"_audit": "x"}]}),
        ("reset", {"records": {"Users": [{"user_name": "u", "_access": ["x"]}]}}),
        ("reset", {"settings": {"list_max_entries_per_page": "20"}}),
        ("reset", {"settings": {"list_max_entries_per_page": 0}}),
        ("reset", {"settings": {"session_idle_seconds": None}}),
        ("reset", {"settings": {"html_entities": 1}}),
        ("reset", {"settings": {"v8_offset": 5}}),
    ],
)
def test_load_and_reset_refuse_odd_values(service: Service, path: str, section: Any) -> None:
    """A value that no field or switch can take is refused, and nothing of it is kept."""
    service.load(Leads=[{"last_name": "Kept"}])
    body = {"suitecrm": section} if path == "load" else {"world": {"suitecrm": section}}
    answer = service.caller.call("POST", f"/__sandbox__/{path}", json=body)
    assert (answer.status_code, "suitecrm: " in answer.text) == (400, True)
    assert [row["last_name"] for row in service.dump("Leads")] == ["Kept"]


def test_restart_keeps_login_and_records(tmp_path: Path) -> None:
    """A sandbox started anew on its state file has the same logins and records; sessions are over."""
    state = tmp_path / "sandbox.db"
    with Sandbox("empty", state=state) as first:
        caller = SuiteCaller(first)
        service = Service(caller)
        lead = service.save("Leads", last_name="Nowak")
        before, session = dict(caller.login), service.session
        caller.close()
    with Sandbox("empty", state=state) as second:
        caller = SuiteCaller(second)
        assert dict(caller.login) == before
        assert caller.rest("get_user_id", {"session": session}).json()["number"] == 11
        assert Service(caller).read("Leads", lead, "last_name") == {"last_name": "Nowak"}
        caller.close()


@pytest.mark.parametrize("world", ["empty", "demo"])
def test_shipped_worlds_have_people(sandbox_server: Sandbox, world: str) -> None:
    """Every shipped world has the administrator, the API user and two sales people."""
    sandbox_server.reset(world)
    caller = SuiteCaller(sandbox_server)
    users = [row["user_name"] for row in Service(caller).dump("Users")]
    assert users[:4] == ["admin", "connector", "will", "sarah"]
    caller.close()
