"""The Salesforce dialect: login, REST and SOAP in front of one embedded org."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.sandbox.dialect import DialectSetup, DoorRefused
from connector.sandbox.exchange import Call, Kind, Reply, Request, Trace
from connector.sandbox.faults import Fault
from connector.sandbox.info import kept_credentials
from connector.sandbox.salesforce import auth_identity, doors
from connector.sandbox.salesforce.auth import IDLE_SECONDS, Sessions, draw_credentials
from connector.sandbox.salesforce.auth_grants import Grants
from connector.sandbox.salesforce.http_answers import (
    Answer,
    RestCall,
    encode,
    not_found,
    refusal,
    status_answer,
)
from connector.sandbox.salesforce.limits import DAILY_REQUESTS, Quota
from connector.sandbox.salesforce.omitting import without_rows
from connector.sandbox.salesforce.org import ApiError, Org
from connector.sandbox.salesforce.rest import Rest, build_table, method_of
from connector.sandbox.salesforce.soap import OPERATIONS as SOAP_OPERATIONS
from connector.sandbox.salesforce.soap import Soap
from connector.sandbox.salesforce.soap_xml import SoapFault, fault_reply
from connector.sandbox.salesforce.versions import Age, age_of, version_list
from connector.sandbox.world import WorldError

MAX_URI_BYTES = 16_384
_LOGIN = {
    ("oauth2", "token"): Call("token", Kind.LOGIN),
    ("oauth2", "revoke"): Call("revoke", Kind.LOGIN),
    ("oauth2", "userinfo"): Call("userinfo", Kind.READ),
}
_IDENTITY = Call("identity", Kind.READ)
_VERSIONS = Call("versions", Kind.READ)
_UNKNOWN = Call("unknown", Kind.READ)
_DUPLICATE_RULE = "DuplicateRule"
_HIDDEN = frozenset({"jwt_public_key"})


class SalesforceDialect:
    """One Salesforce org on the sandbox's port."""

    name = "salesforce"

    def __init__(self, setup: DialectSetup) -> None:
        self._clock = setup.clock
        self.org = Org(str(setup.state) if setup.state else None, setup.clock)
        credentials = kept_credentials(
            setup.state, self.name, lambda: draw_credentials(self.org.username, self.org.org_id)
        )
        self._sessions = Sessions(setup.clock, credentials)
        self._quota = Quota(setup.clock)
        self._schema_changed = setup.clock.now()
        self._grants = Grants(self._sessions, lambda: self.org.user_id, self._now_ms)
        self._rest = Rest(build_table(self._quota, lambda: self._schema_changed, setup.base_url))
        self._soap = Soap(self.org, self._sessions, self._quota)
        named = {call.operation for call in (*SOAP_OPERATIONS.values(), *_LOGIN.values(), _IDENTITY, _VERSIONS)}
        self.operations = self._rest.operations | named | {"soap", "unknown"}

    def owns(self, raw_path: str) -> bool:
        """Everything under `/services/` and `/id/`."""
        return raw_path.startswith(("/services/", "/id/"))

    def classify(self, request: Request) -> Call:
        """Name the call by its path, SOAP calls by their body."""
        match request.segments:
            case ("services", "oauth2", what) if ("oauth2", what) in _LOGIN:
                return _LOGIN["oauth2", what]
            case ("services", "Soap", *_):
                return self._soap.classify(request)
            case ("services", "data"):
                return _VERSIONS
            case ("services", "data", _, *rest):
                return self._rest.classify(request, tuple(rest))
            case ("id", *_):
                return _IDENTITY
        return _UNKNOWN

    def answer(self, request: Request, trace: Trace) -> Reply:
        """Carry the call out."""
        too_long = _too_long(request)
        if too_long is not None:
            return too_long
        match request.segments:
            case ("services", "oauth2", *rest):
                return encode(self._oauth(request, rest), False, {})
            case ("services", "Soap", *_):
                return self._soap.answer(request, trace)
            case ("services", "data"):
                return encode(Answer(200, version_list()), False, self._usage())
            case ("services", "data", version, *rest):
                answer = self._data(request, trace, version, tuple(rest))
                return encode(answer, "x-prettyprint" in request.headers, self._usage())
            case ("id", org_id, user_id):
                return encode(self._identity(request, org_id, user_id), False, {})
        return encode(refusal(not_found()), False, {})

    def _oauth(self, request: Request, rest: Sequence[str]) -> Answer:
        if rest == ["token"] and request.method == "POST":
            return self._grants.token(request)
        if rest == ["revoke"]:
            return auth_identity.revoke(self._sessions, request)
        if rest == ["userinfo"]:
            try:
                self._session(request, Trace())
            except ApiError as error:
                return refusal(error)
            return auth_identity.userinfo(self.org, request.base_url)
        return refusal(not_found())

    def _identity(self, request: Request, org_id: str, user_id: str) -> Answer:
        try:
            self._session(request, Trace())
        except ApiError as error:
            return refusal(error)
        if org_id[:15] != self.org.org_id[:15] or user_id[:15] != self.org.user_id[:15]:
            return refusal(not_found())
        return auth_identity.identity(self.org, request.base_url)

    def _data(self, request: Request, trace: Trace, segment: str, rest: tuple[str, ...]) -> Answer:
        version = segment[1:] if segment.startswith("v") else ""
        if age_of(version) is Age.UNKNOWN:
            return refusal(not_found())
        try:
            session = self._session(request, trace)
            body = _json_body(request)
            self._quota.spend()
        except ApiError as error:
            return refusal(error)
        call = RestCall(
            org=self.org,
            method=method_of(request),
            version=version,
            segments=rest,
            query=request.query,
            headers=request.headers,
            body=body,
            session=session,
            trace=trace,
            run=self._rest.run,
        )
        return self._rest.run(call)

    def _session(self, request: Request, trace: Trace) -> str:
        scheme, _, token = request.header("authorization").partition(" ")
        if request.header("authorization") and (scheme.lower() not in ("bearer", "oauth") or not token.strip()):
            raise ApiError("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", 401)
        if not trace.admitted and not self._sessions.touch(token.strip()):
            raise ApiError("INVALID_SESSION_ID", "Session expired or invalid", 401)
        return token.strip()

    def _usage(self) -> dict[str, str]:
        return {"Sforce-Limit-Info": self._quota.header()}

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def fault_reply(self, request: Request, status: int) -> Reply:
        """A refusal with this status: a SOAP fault on the SOAP endpoint, HTML from a gateway, else JSON."""
        if status in (502, 504):
            page = f"<html><head><title>{status}</title></head><body><h1>{status} Gateway error</h1></body></html>"
            return Reply(status, page.encode("ascii"), {"Content-Type": "text/html;charset=UTF-8"})
        if status in (406, 420):
            return Reply(status)
        if request.raw_path.startswith("/services/Soap") and status >= 400:
            code = (
                "INVALID_SESSION_ID"
                if status == 401
                else "SERVER_UNAVAILABLE"
                if status == 503
                else "UNKNOWN_EXCEPTION"
            )
            return fault_reply(SoapFault(code, "refused by the fault plan"), status)
        if request.raw_path.startswith("/services/oauth2") and status < 500:
            body = {"error": "invalid_grant", "error_description": "authentication failure"}
            return encode(Answer(status, body), False, {})
        return encode(status_answer(status), False, self._usage())

    def omit_rows(self, reply: Reply, rows: Sequence[int]) -> Reply:
        """The answer without these result rows."""
        return without_rows(reply, rows)

    def expire_session(self, request: Request) -> None:
        """End the session that this request carries."""
        token = request.header("authorization").partition(" ")[2].strip()
        self._sessions.end(token or self._soap.session_of(request))

    def open_door(self, fault: Fault) -> None:
        """Edit, merge, delete or convert records behind the clients' back."""
        doors.open_door(self.org, fault)

    def hide(self, fault: Fault, written: Sequence[tuple[str, str]], until: datetime) -> None:
        """Keep records unseen until then."""
        doors.hide(self.org, fault, written, until)

    def change_schema(self, fault: Fault) -> None:
        """Add, drop or alter fields; describes answer `If-Modified-Since` accordingly."""
        self._schema_changed = self._clock.now()
        doors.change_schema(self.org, fault)

    def set_quota(self, fault: Fault) -> None:
        """Set how many calls are allowed and used."""
        if fault.options.get("max") is not None:
            self._quota.maximum = int(fault.number("max"))
        if fault.options.get("used") is not None:
            self._quota.set_used(int(fault.number("used")))

    def clock_set(self, by: timedelta) -> None:
        """Being set to another moment is no idle time for a session."""
        self._sessions.shift(by)

    def credentials(self) -> Mapping[str, str]:
        """Logins as `info` shows them."""
        return {name: value for name, value in self._sessions.credentials.items() if name not in _HIDDEN}

    def load(self, records: Mapping[str, object]) -> Mapping[str, object]:
        """Insert records as given; `DuplicateRule` rows turn rules on. Raises DoorRefused for what is unknown."""
        given: dict[str, Any] = dict(records)
        rules = given.pop(_DUPLICATE_RULE, None)
        try:
            if rules is not None:
                self.org.add_duplicate_rules(rules)
            answer = self.org.load(given)
            return answer if rules is None else {**answer, _DUPLICATE_RULE: rules}
        except (ApiError, KeyError, TypeError, ValueError) as error:
            raise DoorRefused(f"salesforce: {error}") from error

    def dump(self, object_name: str) -> list[dict[str, object]]:
        """Every record of an object. Raises DoorRefused for an unknown one."""
        try:
            return self.org.dump(object_name)
        except ApiError as error:
            raise DoorRefused(f"salesforce: {error}") from error

    def reset(self, world: Mapping[str, object]) -> None:
        """Clear and seed; `http` holds the switches of the wire, the rest is the engine's. Raises WorldError."""
        wire = world.get("http")
        switches = wire if isinstance(wire, Mapping) else {}
        try:
            self.org.reset({"salesforce": {name: value for name, value in world.items() if name != "http"}})
        except (ApiError, KeyError, TypeError, ValueError) as error:
            raise WorldError(f"salesforce: {error}") from error
        self._sessions.idle_seconds = float(switches.get("session_idle_seconds", IDLE_SECONDS))
        self._sessions.rotate_refresh_tokens = bool(switches.get("refresh_rotation", False))
        self._sessions.reset()
        self._soap.strict = bool(switches.get("strict_soap_order", False))
        self._quota.reset(int(switches.get("daily_api_requests", DAILY_REQUESTS)))
        self._schema_changed = self._clock.now()

    def close(self) -> None:
        """Close the database."""
        self.org.close()


def _too_long(request: Request) -> Reply | None:
    uri = len(request.raw_path) + len(request.query_string) + 1
    if uri > MAX_URI_BYTES:
        return Reply(414, b"<html><body><h1>414 URI Too Long</h1></body></html>", {"Content-Type": "text/html"})
    if uri + sum(len(name) + len(value) + 4 for name, value in request.headers.items()) > MAX_URI_BYTES:
        return Reply(431, b"<html><body><h1>431 Headers Too Large</h1></body></html>", {"Content-Type": "text/html"})
    return None


def _json_body(request: Request) -> object:
    if request.method not in ("POST", "PATCH", "PUT") or not request.body:
        return None
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind and kind not in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        raise ApiError("UNSUPPORTED_MEDIA_TYPE", f"Content type {kind} not supported", 415)
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ApiError("JSON_PARSER_ERROR", f"The body is not valid JSON: {error}") from error
