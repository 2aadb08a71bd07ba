"""How the legacy service is spoken to: arguments, sessions, faults, and what is no JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.suitecrm_v4_1.service import Service

PATH = "/service/v4_1/rest.php"
INVALID_SESSION = {"name": "Invalid Session ID", "number": 11, "description": "The session ID is invalid"}


def _form(service: Service, **parameters: str) -> Any:
    return service.caller.call("POST", PATH, data=parameters)


def test_plain_password_is_hashed_by_server(service: Service) -> None:
    """With `encryption` PLAIN the password itself is sent; a wrong one is fault 10 in HTTP 200."""
    login = service.caller.login
    auth = {"user_name": login["username"], "password": login["password"], "encryption": "PLAIN"}
    answer = service.caller.rest("login", {"user_auth": auth, "application": "test"})
    assert answer.json()["name_value_list"]["user_name"]["value"] == "connector"
    wrong = service.caller.rest("login", {"user_auth": {**auth, "password": "x"}, "application": "test"})
    assert (wrong.status_code, wrong.json()["number"]) == (200, 10)


def test_session_ends_by_logout(service: Service) -> None:
    """A log-out answers null; the session is invalid afterwards."""
    assert service.ask("get_user_id") == service.caller.rest("get_user_id", [service.session]).json()
    assert service.ask("logout") is None
    assert service.ask("get_user_id") == INVALID_SESSION


def test_session_ends_by_idling(service: Service) -> None:
    """A session idle for 24 minutes is over; one in use stays; setting the clock is no idling.

    `seamless_login` answers whether the session lives, where the others answer a fault.
    """
    for seconds in (1400, 1400):
        service.caller.control("POST", "clock", {"advance": seconds})
        assert service.ask("seamless_login") == 1
    service.caller.control("POST", "clock", {"now": "2031-01-01T00:00:00Z"})
    assert service.ask("seamless_login") == 1
    service.caller.control("POST", "clock", {"advance": 1441})
    assert service.ask("seamless_login") == 0
    assert service.ask("get_user_id") == INVALID_SESSION
    assert service.caller.rest("seamless_login", {"session": ""}).json() == 0


@pytest.mark.parametrize("rest_data", ['{"session": ', "[NaN]", '{"session": "\\ud800"}', ""])
def test_bad_json_is_null(service: Service, rest_data: str) -> None:
    """What PHP cannot read as JSON becomes a single null: a call without a session, which is answered by null."""
    answer = _form(service, method="get_user_id", input_type="JSON", response_type="JSON", rest_data=rest_data)
    assert (answer.status_code, answer.text) == (200, "null")
    form = {"input_type": "JSON", "response_type": "JSON", "rest_data": rest_data}
    assert _form(service, method="login", **form).json()["number"] == 10
    assert _form(service, method="nope", **form).json()["number"] == "-1"
    assert _form(service, method="get_server_info", **form).json()["flavor"] == "CE"


def test_single_value_is_the_first_argument(service: Service) -> None:
    """Anything but an array or an object is an array of one."""
    assert service.caller.rest("get_user_id", service.session).json() == service.ask("get_user_id")
    assert service.caller.rest("get_entry", service.session).status_code == 500


def test_unknown_method_is_a_text_number(service: Service) -> None:
    """A method that there is not is a fault whose number is a text."""
    answer = service.caller.rest("nope", {})
    assert (answer.status_code, answer.json()["number"]) == (200, "-1")


@pytest.mark.parametrize("headers", [{"Content-Type": "application/json"}, {"Content-Type": "text/plain"}])
def test_body_must_be_a_form(service: Service, headers: dict[str, str]) -> None:
    """A body that is no form is not read: the service shows its own page."""
    answer = service.caller.call("POST", PATH, data=json.dumps({"method": "get_server_info"}), headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert answer.text.startswith("<pre>")


def test_parameters_may_be_in_the_address(service: Service) -> None:
    """GET works too, and a callback wraps the answer."""
    query = {"method": "get_server_info", "input_type": "JSON", "response_type": "JSON", "jsoncallback": "f"}
    answer = service.caller.call("GET", PATH, params=query)
    assert answer.text.startswith('f({"flavor":"CE","version":"6.5.25"')


def test_without_response_type_comes_a_dump(service: Service) -> None:
    """Without `response_type` PHP prints the answer."""
    answer = _form(service, method="get_server_info", rest_data="{}")
    assert answer.text.startswith("Array\n(\n    [flavor] => CE\n")


def test_legacy_folder_is_the_same_service(service: Service) -> None:
    """In SuiteCRM 8 the service stands under `/legacy`."""
    form = {"method": "get_server_info", "input_type": "JSON", "response_type": "JSON", "rest_data": "{}"}
    assert service.caller.call("POST", f"/legacy{PATH}", data=form).json()["flavor"] == "CE"


def test_arguments_bind_by_name(service: Service) -> None:
    """PHP 8 binds by name: another order is fine, an unknown name or a missing argument is HTTP 500."""
    service.save("Leads", last_name="Nowak")
    reordered = {"module_name": "Leads", "session": service.session, "select_fields": ["last_name"], "query": ""}
    assert service.caller.rest("get_entry_list", reordered).json()["result_count"] == 1
    for arguments in (
        {"session": service.session, "module_name": "Leads", "nope": 1},
        {"session": service.session},
    ):
        answer = service.caller.rest("get_entry_list", arguments)
        assert (answer.status_code, answer.text) == (500, "")
        assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"


def test_arguments_bind_by_position(service: Service) -> None:
    """An array is positional everywhere; with the switch for PHP 7 an object is too, whatever its names."""
    service.save("Leads", last_name="Nowak")
    assert service.caller.rest("get_entries_count", [service.session, "Leads", "", 0]).json() == {"result_count": "1"}
    service.settle(strict_named_args=False)
    named = {"a": service.session, "b": "Leads", "c": "", "d": 0}
    assert service.caller.rest("get_entries_count", named).json() == {"result_count": "0"}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_entry_list", {}),
        ("get_entry", {"id": "x"}),
        ("set_entry", {"name_value_list": []}),
        ("get_module_fields", {}),
        ("get_module_fields_md5", {}),
        ("get_entries_count", {"query": "", "deleted": 0}),
    ],
)
def test_unknown_module_is_fault_twenty(service: Service, method: str, arguments: dict[str, Any]) -> None:
    """A module that there is not is fault 20."""
    assert service.ask(method, module_name="Nope", **arguments)["number"] == 20


def test_cookie_names_the_session(service: Service) -> None:
    """Answers within a session set PHP's cookie; a read does not change it."""
    answer = service.post("get_user_id")
    assert answer.headers["Set-Cookie"] == f"PHPSESSID={service.session}; path=/"
    assert "Set-Cookie" not in service.caller.rest("get_server_info", {}).headers
