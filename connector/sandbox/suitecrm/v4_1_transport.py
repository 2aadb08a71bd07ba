"""How the legacy service is spoken: form fields in, JSON (or PHP's plain dump) out, faults in HTTP 200.

Source: `service/core/REST/SugarRestJSON.php`, `SugarRest.php`, `service/core/SoapHelperWebService.php` of
SuiteCRM 7.14.6.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from connector.sandbox.exchange import Reply, Request

JSON_TYPE = "application/json; charset=UTF-8"
HTML_TYPE = "text/html; charset=UTF-8"
DATABASE_FAILURE = "Database failure. Please refer to suitecrm.log for details."


class Fault(Exception):
    """A refusal that the service words as `{name, number, description}` with HTTP 200."""

    def __init__(self, name: str, number: int | str, description: str) -> None:
        super().__init__(name)
        self.body = {"name": name, "number": number, "description": description}


class Broken(Exception):
    """PHP or the database gave up: HTTP 500, text/html."""


class Fatal(Broken):
    """PHP ended: the body is empty."""


class Nothing(Exception):
    """The service answers a bare JSON `null`."""


def invalid_login() -> Fault:
    """Wrong user name or password."""
    return Fault("Invalid Login", 10, "Login attempt failed please check the username and password")


def invalid_session() -> Fault:
    """The session is unknown or over."""
    return Fault("Invalid Session ID", 11, "The session ID is invalid")


def no_module() -> Fault:
    """The module is not there."""
    return Fault("Module Does Not Exist", 20, "This module is not available on this server")


def no_access() -> Fault:
    """Access control, or the validator of `query` and `order_by`, says no."""
    return Fault("Access Denied", 40, "You do not have access")


def invalid_data() -> Fault:
    """Lists that a call needs are empty."""
    said = "The data sent for this function is invalid. Please look at WSDL file for details"
    return Fault("Invalid data sent", 1001, said)


def invalid_call() -> Fault:
    """There is no such method; the number is a text here."""
    return Fault("An Undefined Error - invalid_call occurred", "-1", "There is no error definition for invalid_call")


@dataclass(frozen=True, slots=True)
class Message:
    """What a request asks for: parameters of the form, those of the address where the form has none."""

    parameters: Mapping[str, str]

    @property
    def method(self) -> str:
        """The method, "" when the request names none."""
        return self.parameters.get("method", "")

    @property
    def speaks_json(self) -> bool:
        """Whether answers are to be JSON."""
        return self.parameters.get("response_type", "").upper() == "JSON"

    def arguments(self) -> object:
        """What `rest_data` holds; None when it is no JSON as PHP reads it (no NaN, no half of a surrogate pair)."""
        text = self.parameters.get("rest_data", "")
        if not text:
            return None
        try:
            data = json.loads(text, parse_constant=_no_number)
            if "\\ud" in text.lower():
                json.dumps(data, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            return None
        return data


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no JSON")


def read_message(request: Request) -> Message:
    """The request's parameters; a body that is no form is not read (PHP's `$_REQUEST`)."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    form = request.form if kind == "application/x-www-form-urlencoded" else {}
    return Message({**request.query, **form})


def json_reply(body: object, session: str = "", callback: str = "") -> Reply:
    """An answer; HTTP 200 whatever it says. `callback` wraps it as JSONP."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    text = f"{callback}({text})" if callback else text
    return Reply(200, text.encode("utf-8", "replace"), {"Content-Type": JSON_TYPE, **_cookie(session)})


def html_reply(status: int, text: str, session: str = "") -> Reply:
    """A page where JSON was wanted."""
    return Reply(status, text.encode("utf-8"), {"Content-Type": HTML_TYPE, **_cookie(session)})


def dump_reply(body: object, session: str = "") -> Reply:
    """The answer to a caller that did not ask for JSON: PHP's `print_r`."""
    return html_reply(200, _print_r(body, 0), session)


def _cookie(session: str) -> dict[str, str]:
    if not session:
        return {}
    return {"Set-Cookie": f"PHPSESSID={session}; path=/", "Cache-Control": "no-store, no-cache, must-revalidate"}


def _print_r(value: object, depth: int) -> str:
    if isinstance(value, list):
        value = dict(enumerate(value))
    if not isinstance(value, dict):
        return "" if value is None or value is False else "1" if value is True else str(value)
    pad = " " * 8 * depth
    lines = "".join(f"{pad}    [{key}] => {_print_r(item, depth + 1)}\n" for key, item in value.items())
    return f"Array\n{pad}(\n{lines}{pad})\n"
