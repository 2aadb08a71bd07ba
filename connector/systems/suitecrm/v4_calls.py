"""The legacy REST service ``service/v4_1/rest.php``: argument lists, login, faults in HTTP 200.

SuiteCRM 7.14.6, ``service/v4_1/SugarWebServiceImplv4_1.php`` and its parents; the faults are those of
``service/core/SugarSoapError.php``. PHP 7 binds arguments by position and PHP 8 by name, so that both the
names and their order have to be right.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from requests import Response

from connector.errors import (
    Applied,
    ConfigError,
    ConnectorError,
    LoginRefused,
    Refused,
    Rejected,
    RemoteError,
    SessionExpired,
    Unavailable,
    Unreadable,
)
from connector.ports import Clock
from connector.systems.suitecrm.line import READ
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.wire import AllowedHosts, Ask, Away, Busy, WireOptions, WireSession, retry_after

_LOGIN = Ask(reading=True, wants="login")
_NULL = "null-body"
_DROPPED = (
    "SuiteCRM drops a session that it has just opened: it ties sessions to one network; where our address changes, set"
    " 'verify_client_ip' => false in its config_override.php"
)

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    # `application` is right for every version: the name that the documentation gives breaks on 7.12 under PHP 8.
    "login": ("user_auth", "application", "name_value_list"),
    "get_server_info": (),
    "get_available_modules": ("session", "filter"),
    "get_module_fields": ("session", "module_name", "fields"),
    "get_entry_list": (
        "session",
        "module_name",
        "query",
        "order_by",
        "offset",
        "select_fields",
        "link_name_to_fields_array",
        "max_results",
        "deleted",
        "favorites",
    ),
    "get_entries_count": ("session", "module_name", "query", "deleted"),
    "get_entry": ("session", "module_name", "id", "select_fields", "link_name_to_fields_array", "track_view"),
    "set_entry": ("session", "module_name", "name_value_list", "track_view"),
    "set_entries": ("session", "module_name", "name_value_lists"),
    "set_relationship": (
        "session",
        "module_name",
        "module_id",
        "link_field_name",
        "related_ids",
        "name_value_list",
        "delete",
    ),
}

NO_MODULE, DENIED, DATABASE = "no-module", "access-denied", "database-failure"
_REFUSED_LOGINS = {
    10: ("invalid-login", "check the user name and password"),
    12: ("user-not-configured", "check that the user is active, and not only for portals or groups"),
    70: ("admin-needed", "SuiteCRM lets only administrators in now; end its maintenance, or use such a user"),
    1008: ("password-expired", "set a new password for the user, in SuiteCRM and for the connector"),
    1009: ("locked-out", "SuiteCRM locked the user after wrong passwords; unlock it, then check the password"),
    1012: ("ldap", "the user is checked by LDAP, which this service cannot do; use a local user"),
}


def arguments(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The named arguments in the documented order; raises ValueError for one that is unknown or leaves a gap."""
    order = ARGUMENTS[method]
    known = [name for name in order if name in given]
    if len(known) != len(given) or tuple(known) != order[: len(known)]:
        raise ValueError(f"{method} takes {', '.join(order)} in this order and without a gap")
    return {name: given[name] for name in known}


class V4Calls:
    """A session of the legacy service, made when first needed and once more when it has ended."""

    def __init__(self, name: str, options: SuiteOptions, clock: Clock, rng: random.Random) -> None:
        """Send nothing yet; raises ConfigError for an address that may not be spoken to."""
        self.name = name
        self._options = options
        self._session = ""
        self._refusal: Refused | None = None
        self.user: Mapping[str, Any] = {}
        self.wire = suite_wire(options, self._judge, clock, rng)

    def now(self) -> datetime:
        """The CRM's clock; logs in first when nothing was heard from it yet."""
        if self.wire.server_time.now() is None:
            self.open()
        return present(self.wire, self.name)

    def open(self) -> str:
        """The session id. Raises Refused; after a refusal no second login is tried, it could lock the user."""
        if self._refusal is not None:
            raise self._refusal
        if not self._session:
            try:
                self._log_in()
            except RemoteError as error:
                error.applied = Applied.NEVER  # whatever call needed this login was not sent
                self._refusal = error if isinstance(error, Refused) else None
                raise
        return self._session

    def call(self, method: str, ask: Ask = READ, **given: Any) -> Any:
        """The parsed answer of one method; the session is put in front and renewed once when it has ended."""
        session = self.open()
        try:
            return self._send(method, {"session": session, **given}, ask)
        except SessionExpired:
            if self._session == session:
                self._session = ""
        try:
            return self._send(method, {"session": self.open(), **given}, ask)
        except SessionExpired as error:
            if error.code != _NULL:
                raise SessionExpired(_DROPPED, system=self.name, status=200, code=error.code) from None
            raise Unreadable(
                "SuiteCRM answers a call with nothing", system=self.name, code=_NULL, applied=ask.doubt
            ) from None

    def server_info(self) -> Mapping[str, Any]:
        """Flavour and versions; needs no session."""
        answer = self._send("get_server_info", {}, READ)
        return answer if isinstance(answer, dict) else {}

    def _log_in(self) -> None:
        options = self._options
        if not options.username or not options.password:
            raise ConfigError("the SuiteCRM login lacks a username or a password")
        # The service wants the MD5 of the password; that is its protocol, not our choice.
        digest = hashlib.md5(options.password.reveal().encode(), usedforsecurity=False).hexdigest()
        auth = {"user_name": options.username, "password": digest, "version": "1"}
        given = {"user_auth": auth, "application": "lead-connector", "name_value_list": []}
        answer = self._send("login", given, _LOGIN)
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
            raise Unreadable("the login answer holds no session", system=self.name)
        self._session = answer["id"]
        self.user = named_values(answer.get("name_value_list"))

    def _send(self, method: str, given: Mapping[str, Any], ask: Ask) -> Any:
        form = {
            "method": method,
            "input_type": "JSON",
            "response_type": "JSON",
            "rest_data": json.dumps(arguments(method, given)),
        }
        url = f"{self._options.base}/service/v4_1/rest.php"
        return self.wire.request("POST", url, data=form, ask=ask).json()

    def _judge(self, answer: Response, ask: Ask) -> None:
        try:
            judge(answer, ask)
        except RemoteError as error:
            error.system = self.name
            raise


def suite_wire(
    options: SuiteOptions, judge: Callable[[Response, Ask], None], clock: Clock, rng: random.Random
) -> WireSession:
    """The one HTTP door, without cookies: a session travels in the call, and an old cookie would contradict it."""
    limits = WireOptions(
        options.connect_timeout,
        options.read_timeout,
        options.total_timeout,
        options.most_bytes,
        options.attempts,
        ca_file=options.ca_file,
    )
    wire = WireSession(AllowedHosts(options.address, options.allowed_hosts), judge, clock, rng, limits)
    wire.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return wire


def present(wire: WireSession, name: str) -> datetime:
    """The server's clock from its last Date header."""
    moment = wire.server_time.now()
    if moment is None:
        raise Unreadable("SuiteCRM sends no Date header", system=name)
    return moment


def named_values(found: Any) -> dict[str, Any]:
    """A ``name_value_list`` as plain values; empty for the lists that stand for nothing."""
    if not isinstance(found, dict):
        return {}
    return {str(name): pair.get("value") for name, pair in found.items() if isinstance(pair, dict)}


def judge(answer: Response, ask: Ask) -> None:
    """Raise unless *answer* is a good one; nothing of its text goes into a message."""
    if answer.status_code != 200:
        raise http_error(answer, ask)
    try:
        body = answer.json()
    except ValueError:
        # A maintenance page, a PHP error or a proxy: HTML with status 200.
        raise Unavailable(
            "the answer is not one of SuiteCRM's", status=200, code="not-readable", applied=ask.doubt
        ) from None
    if body is None:
        # What older versions say of a session that is gone, and every version of an id that it does not like.
        raise SessionExpired("SuiteCRM answers a call with nothing", code=_NULL, status=200)
    if is_fault(body):
        raise fault_error(body["number"], ask)


def is_fault(body: object) -> bool:
    """Whether an answer with status 200 is a fault."""
    if not isinstance(body, dict) or {"entry_list", "id", "result_count"} & set(body):
        return False
    return {"name", "number", "description"} <= set(body)


def fault_error(number: object, ask: Ask) -> ConnectorError:
    """The error for a fault number; an unknown method has the number "-1" as text."""
    code = int(str(number)) if str(number).lstrip("-").isdigit() else -1
    if code == 11:
        return SessionExpired("the SuiteCRM session ended", code="11")
    if code in _REFUSED_LOGINS:
        why, hint = _REFUSED_LOGINS[code]
        return LoginRefused(f"SuiteCRM refuses the login ({why}): {hint}", code=why, next_command="connector doctor")
    if code in (60, 90):
        return Busy(f"SuiteCRM has no room for this call now (fault {code})", code=str(code))
    label = {20: NO_MODULE, 40: DENIED}.get(code, f"fault-{code}")
    if not ask.reading:
        return Rejected(f"SuiteCRM refused the call ({label})", code=label)
    if code == 40:
        return Refused("SuiteCRM refuses this (access denied)", code=label, next_command="connector doctor")
    return Unreadable(f"SuiteCRM refused a question ({label})", code=label)


def of_one_record(error: RemoteError) -> RemoteError:
    """What a failed question about one record means: where access control hides it, that record alone is refused."""
    if error.code != DENIED:
        return error
    return Rejected("access control does not let the API user see this record", system=error.system, code=DENIED)


def http_error(answer: Response, ask: Ask) -> ConnectorError:
    """The error for an HTTP status; SQL errors come as status 500 with a sentence of plain text."""
    status = answer.status_code
    facts: dict[str, Any] = {"status": status, "code": f"http-{status}"}
    if status == 429:
        return Busy("too many calls at once (HTTP 429)", retry_after=retry_after(answer), **facts)
    if status == 500 and b"Database failure" in answer.content[:2000]:
        if ask.reading:
            return Unreadable("SuiteCRM's database refused a question", status=500, code=DATABASE)
        return Rejected("SuiteCRM's database refused a write", status=500, code=DATABASE, applied=Applied.UNKNOWN)
    if status >= 500:
        return Away(
            f"SuiteCRM is in trouble (HTTP {status})", retry_after=retry_after(answer), applied=ask.doubt, **facts
        )
    if status in (401, 403):
        return Refused(f"the web server refuses this (HTTP {status})", next_command="connector doctor", **facts)
    return Unreadable(f"the address does not answer as SuiteCRM does (HTTP {status})", applied=ask.doubt, **facts)
