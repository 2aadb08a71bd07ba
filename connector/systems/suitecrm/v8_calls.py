"""SuiteCRM's JSON:API under ``/Api``: token, requests, and what its statuses mean.

SuiteCRM 7.14.6, ``Api/Core`` and ``Api/V8``: nearly every refusal is a 400 whose `errors` is an object, tokens are
refused with 401, and a wrong password is a 500 whose message repeats the password; so nothing that the token
address says is ever quoted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import datetime
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
from connector.systems.secret import Secret
from connector.systems.suitecrm.line import READ
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.v4_calls import DATABASE, DENIED, NO_MODULE, http_error, present, suite_wire
from connector.systems.wire import Ask, Away, Busy, retry_after

_TOKEN = Ask(reading=True, wants="token")
_REFRESH = Ask(reading=False, wants="token")  # a refresh token counts once; a second try would burn nothing but time
_JSON_API = "application/vnd.api+json"
GONE, EXISTS, BAD_FIELD = "not-found", "exists", "unknown-field"

# By the words that a 400 begins with or holds, in this order; there is nothing else to tell refusals apart by.
_DETAILS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"AccessDenied|NotAllowed|does not have access"), DENIED),
    (re.compile(r"is already exist"), EXISTS),
    (re.compile(r"^Module .* does not exist|^Module with name"), NO_MODULE),
    (re.compile(r"^Property (?P<field>\w+) in"), BAD_FIELD),
    (re.compile(r"^(?:Filter|Sort) field (?P<field>\w+)"), BAD_FIELD),
    (re.compile(r"^The following field.*: ?(?P<field>\w+)"), BAD_FIELD),
    (re.compile(r"^Filter operator"), "filter-operator"),
    (re.compile(r"is not found"), GONE),
    (re.compile(r"Database failure"), DATABASE),
)

_DROPPED = (
    "SuiteCRM refuses a token that it has just given: its web server may drop the Authorization header, which"
    " Admin > Repair > Rebuild .htaccess File mends under Apache"
)
_CLIENT = (
    "check client_id and client_secret, and that the client's grant type under Admin > OAuth2 Clients and Tokens is"
    " the connection's `grant`"
)
_CHECKS: Mapping[int, str] = {
    400: _CLIENT,
    401: _CLIENT,
    403: "the web server in front of it keeps us out; check its rules for /Api/access_token",
    500: (
        "check the user name and password, and client_id: SuiteCRM refuses a wrong one this way; if all are right,"
        " the keys in Api/V8/OAuth2 may be missing or readable by others, which its log tells"
    ),
}
"""What to look at when a login is refused, by HTTP status: its text is never used (it may hold the password)."""


class RecordRefused(Rejected):
    """A record that SuiteCRM did not take; *field* where it named one."""

    def __init__(self, message: str = "", *, field: str = "", **facts: Any) -> None:
        """Keep the field's name."""
        super().__init__(message, **facts)
        self.field = field


class V8Calls:
    """A token, asked for when first needed and renewed once when it has ended."""

    def __init__(self, name: str, options: SuiteOptions, clock: Clock, rng: random.Random) -> None:
        """Send nothing yet; raises ConfigError for an address that may not be spoken to."""
        self.name = name
        self._options = options
        self._token = Secret()
        self._refresh = Secret()
        self._refusal: Refused | None = None
        self.wire = suite_wire(options, self._judge, clock, rng)

    def now(self) -> datetime:
        """The CRM's clock; logs in first when nothing was heard from it yet."""
        if self.wire.server_time.now() is None:
            self.open()
        return present(self.wire, self.name)

    def open(self) -> Secret:
        """The access token. Raises Refused; after a refusal no second login is tried."""
        if self._refusal is not None:
            raise self._refusal
        if not self._token:
            try:
                self._log_in()
            except RemoteError as error:
                error.applied = Applied.NEVER  # whatever call needed this login was not sent
                self._refusal = error if isinstance(error, Refused) else None
                raise
        return self._token

    def call(
        self, verb: str, path: str, ask: Ask = READ, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> dict[str, Any]:
        """The parsed document that a path below ``/Api/V8`` answers with."""
        token = self.open()
        try:
            return self._send(verb, path, ask, token, params, body)
        except SessionExpired:
            if self._token is token:
                self._token = Secret()
        try:
            return self._send(verb, path, ask, self.open(), params, body)
        except SessionExpired as error:
            raise SessionExpired(_DROPPED, system=self.name, status=401, code=error.code) from None

    def _send(
        self, verb: str, path: str, ask: Ask, token: Secret, params: Mapping[str, Any] | None, body: Any
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token.reveal()}", "Accept": _JSON_API}
        if body is not None:
            headers["Content-Type"] = _JSON_API
        url = f"{self._options.base}/Api/V8/{path}"
        answer: Any = self.wire.request(verb, url, headers=headers, params=params, json=body, ask=ask).json()
        if not isinstance(answer, dict):
            raise Unreadable("SuiteCRM's answer is not a document", system=self.name, applied=ask.doubt)
        return answer

    def _log_in(self) -> None:
        """Refresh where that can work, else log in anew: some versions (7.13.3 to 7.14.4) refuse every refresh."""
        spent, self._refresh = self._refresh, Secret()
        if not (spent and self._refreshed(spent)):
            self._ask_token(self._grant(), _TOKEN)

    def _refreshed(self, spent: Secret) -> bool:
        try:
            self._ask_token({"grant_type": "refresh_token", "refresh_token": spent.reveal()}, _REFRESH)
        except (Refused, Unreadable, Unavailable):
            return False  # also where its answer was lost: a refresh token counts once
        return True

    def _grant(self) -> dict[str, str]:
        options = self._options
        if options.grant not in ("password", "client_credentials"):
            raise ConfigError(f"SuiteCRM's grant is password or client_credentials, not {options.grant!r}")
        given = {"client_id": options.client_id, "client_secret": options.client_secret}
        if options.grant == "password":
            given |= {"username": options.username, "password": options.password}
        missing = [name for name, value in given.items() if not value]
        if missing:
            raise ConfigError(f"the SuiteCRM login ({options.grant}) lacks {', '.join(missing)}")
        if options.grant == "client_credentials":
            return {"grant_type": "client_credentials"}
        return {"grant_type": "password", "username": options.username, "password": options.password.reveal()}

    def _ask_token(self, grant: Mapping[str, str], ask: Ask) -> None:
        client = {"client_id": self._options.client_id, "client_secret": self._options.client_secret.reveal()}
        url = f"{self._options.base}/Api/access_token"
        answer: Any = self.wire.request("POST", url, json={**grant, **client}, ask=ask).json()
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            raise Unreadable("the login answer holds no token", system=self.name)
        self._token = Secret(answer["access_token"])
        self._refresh = Secret(str(answer.get("refresh_token") or ""))

    def _judge(self, answer: Response, ask: Ask) -> None:
        try:
            judge(answer, ask)
        except RemoteError as error:
            error.system = self.name
            raise


def judge(answer: Response, ask: Ask) -> None:
    """Raise unless *answer* is a good one."""
    status = answer.status_code
    if ask.wants == "token" and status != 200:
        raise _login_error(answer)
    if status == 401:
        raise SessionExpired("SuiteCRM's token ended", status=401, code="401")
    if status == 400:
        raise detail_error(answer, ask)
    if status not in (200, 201):
        raise http_error(answer, ask)
    try:
        answer.json()
    except ValueError:
        raise Unavailable(
            "the answer is not one of SuiteCRM's", status=status, code="not-readable", applied=ask.doubt
        ) from None


def _login_error(answer: Response) -> ConnectorError:
    """A refused login is final. Its text is not looked at: it may hold the password."""
    status = answer.status_code
    if status == 429:
        return Busy("too many logins at once (HTTP 429)", retry_after=retry_after(answer), status=status, code="429")
    if status in (502, 503, 504):
        return Away(f"SuiteCRM is in trouble (HTTP {status})", retry_after=retry_after(answer), status=status)
    if status in _CHECKS:
        why = f"http-{status}"
        what = f"SuiteCRM refuses the login ({why}): {_CHECKS[status]}"
        return LoginRefused(what, status=status, code=why, next_command="connector doctor")
    what = f"the login address does not answer as SuiteCRM does (HTTP {status}): correct `address`"
    return Unreadable(what, status=status)


def detail_error(answer: Response, ask: Ask) -> ConnectorError:
    """The error behind a 400, by the beginning of its `detail`; only a field's name is ever taken from it."""
    code, field = _meaning(_detail(answer))
    named = f"{code}: {field}" if field else code
    if not ask.reading:
        return RecordRefused(f"SuiteCRM refused the record ({named})", field=field, status=400, code=code)
    if code == DENIED:
        return Refused("SuiteCRM refuses this (access denied)", status=400, code=code, next_command="connector doctor")
    if code == BAD_FIELD:
        return ConfigError(
            f"SuiteCRM does not have a field that was asked for ({field or 'unnamed'})",
            next_command="connector mapping lint",
        )
    return Unreadable(f"SuiteCRM refused a question ({named})", status=400, code=code)


def _detail(answer: Response) -> str:
    try:
        body: Any = answer.json()
    except ValueError:
        return ""
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else errors
    return str(first.get("detail") or "") if isinstance(first, dict) else ""


def _meaning(detail: str) -> tuple[str, str]:
    for pattern, code in _DETAILS:
        found = pattern.search(detail)
        if found:
            return code, found.groupdict().get("field") or ""
    return "http-400", ""
