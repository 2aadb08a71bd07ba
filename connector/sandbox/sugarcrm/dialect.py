"""The SugarCRM dialect: OAuth2 login and REST v11 in front of one embedded CRM."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta

from connector.sandbox.dialect import DialectSetup, DoorRefused
from connector.sandbox.exchange import Call, Kind, Reply, Request, RowFault, Trace
from connector.sandbox.faults import Fault
from connector.sandbox.info import kept_credentials, random_text
from connector.sandbox.sugar import doors
from connector.sandbox.sugar.flavour import SUGARCRM
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.people import API_USER
from connector.sandbox.sugar.words import EngineError, NoSuchRecord
from connector.sandbox.sugarcrm import bulk
from connector.sandbox.sugarcrm.answers import Answer, SugarError, encode, refusal, status_answer
from connector.sandbox.sugarcrm.arguments import parse_body, parse_query
from connector.sandbox.sugarcrm.auth_routes import CLIENT_ID
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.filters import Viewer
from connector.sandbox.sugarcrm.omitting import without_rows
from connector.sandbox.sugarcrm.rest import OPERATIONS, Operation, find_operation
from connector.sandbox.sugarcrm.settings import Settings, read_settings
from connector.sandbox.sugarcrm.tokens import Tokens, TokenSet
from connector.sandbox.sugarcrm.versions import is_known
from connector.sandbox.world import WorldError

PLATFORM = "connector"
_UNKNOWN = Call("unknown", Kind.READ)
_OWN_SETTINGS = frozenset(one.name for one in fields(Settings))
_FLAVOUR = replace(SUGARCRM, settings={**SUGARCRM.settings, **asdict(Settings())})


class SugarCrmDialect:
    """One SugarCRM instance on the sandbox's port."""

    name = "sugarcrm"
    operations = OPERATIONS | {bulk.OPERATION, "unknown"}

    def __init__(self, setup: DialectSetup) -> None:
        self._clock = setup.clock
        path = f"{setup.state}.sugarcrm" if setup.state else None
        self.instance = SugarInstance(path, setup.clock, _FLAVOUR)
        self._credentials = kept_credentials(setup.state, self.name, _draw_credentials)
        self._tokens = Tokens(setup.clock)
        self._settle()

    def owns(self, raw_path: str) -> bool:
        """Everything under `/rest/`."""
        return raw_path.startswith("/rest/")

    def classify(self, request: Request) -> Call:
        """Name the call by its path, a bulk by its parts."""
        version, segments = _split(request)
        if _is_bulk(request, segments) and is_known(version):
            return bulk.classify(request)
        found = find_operation(request.method, segments) if is_known(version) else None
        return found.call if found else _UNKNOWN

    def answer(self, request: Request, trace: Trace) -> Reply:
        """Carry the call out."""
        version, segments = _split(request)
        return encode(self._versioned(request, version, segments, trace))

    def _versioned(self, request: Request, version: str, segments: tuple[str, ...], trace: Trace) -> Answer:
        if self._settings.maintenance:
            return status_answer(503)
        if not is_known(version):
            return refusal(SugarError("incorrect_version", f"The requested version is not supported: {version}"))
        try:
            if _is_bulk(request, segments):
                return self._bulk(request, trace)
            return self._single(request, segments, trace)
        except SugarError as error:
            return refusal(error)
        except (sqlite3.Error, RecursionError) as error:
            return refusal(SugarError("fatal_error", f"Database failure: {type(error).__name__}"))

    def _bulk(self, request: Request, trace: Trace) -> Answer:
        self._session(request, trace)
        parts = bulk.read_parts(request, self._settings.bulk_limit)
        return Answer(200, [bulk.answered(self._part(part, trace)) for part in parts])

    def _part(self, part: bulk.Part, trace: Trace) -> Answer:
        first = trace.rows_seen
        answer = self._versioned(part.request, part.version, part.segments, trace)
        # A part that came to no operation is a row of the bulk too.
        trace.rows_seen = max(trace.rows_seen, first + 1)
        return answer

    def _single(self, request: Request, segments: tuple[str, ...], trace: Trace) -> Answer:
        operation = find_operation(request.method, segments)
        if operation is None:
            raise SugarError("no_method", f"Could not find a route with {len(segments)} elements")
        session = None if operation.open else self._session(request, trace)
        fault = trace.refused_rows(1).get(0) if operation.kind is not Kind.LOGIN else None
        if fault is not None:
            raise _row_error(fault)
        return self._run(operation, self._call(request, segments, session, trace))

    def _run(self, operation: Operation, call: SugarCall) -> Answer:
        try:
            if operation.kind is not Kind.WRITE:
                return operation.handler(call)
            with self.instance.transaction():
                return operation.handler(call)
        except EngineError as error:
            if isinstance(error, NoSuchRecord) and str(error) == call.user_id:
                # The user was deleted after the login: the token is nobody's.
                raise SugarError("invalid_grant", "The access token provided is invalid.") from error
            raise SugarError("fatal_error", f"{type(error).__name__}: {error}") from error

    def _call(
        self, request: Request, segments: tuple[str, ...], session: TokenSet | None, trace: Trace
    ) -> SugarCall:  # fmt: skip
        body = parse_body(request.body, request.header("content-type")) if request.method != "GET" else {}
        user_id = session.user_id if session else self._api_user_id()
        return SugarCall(
            instance=self.instance,
            settings=self._settings,
            tokens=self._tokens,
            viewer=Viewer(user_id, self._zone, self._clock.now(), self._settings.acl_hidden_fields),
            request=request,
            segments=segments,
            arguments={**body, **parse_query(request.query_string)},
            body=body,
            session=session,
            trace=trace,
        )

    def _session(self, request: Request, trace: Trace) -> TokenSet | None:
        token = _token_of(request)
        session = self._tokens.user_of(token) if token else None
        if session is None and not trace.admitted:
            if not token:
                raise SugarError("need_login", "No valid authentication for user.")
            raise SugarError("invalid_grant", "The access token provided is invalid.")
        return session

    def _api_user_id(self) -> str:
        user = self.instance.user(API_USER)
        return str(user["id"]) if user else ""

    def fault_reply(self, request: Request, status: int) -> Reply:
        """A refusal with this status: HTML from a gateway, else the JSON of an API exception."""
        if status in (502, 504):
            page = f"<html><head><title>{status}</title></head><body><h1>{status} Gateway error</h1></body></html>"
            return Reply(status, page.encode("ascii"), {"Content-Type": "text/html; charset=UTF-8"})
        return encode(status_answer(status))

    def omit_rows(self, reply: Reply, rows: Sequence[int]) -> Reply:
        """The answer without these records of a list, or parts of a bulk."""
        return without_rows(reply, rows)

    def expire_session(self, request: Request) -> None:
        """End the access token that this request carries; its refresh token lives on."""
        self._tokens.expire(_token_of(request))

    def open_door(self, fault: Fault) -> None:
        """Edit, merge, delete or convert records behind the clients' back."""
        doors.open_door(self.instance, fault)

    def hide(self, fault: Fault, written: Sequence[tuple[str, str]], until: datetime) -> None:
        """Keep records unseen until then."""
        doors.hide(self.instance, fault, written, until)

    def change_schema(self, fault: Fault) -> None:
        """Add, drop or alter fields."""
        doors.change_schema(self.instance, fault)

    def set_quota(self, fault: Fault) -> None:
        """Sugar counts no calls. Raises DoorRefused."""
        raise DoorRefused("sugarcrm has no call quota")

    def clock_set(self, by: timedelta) -> None:
        """Being set to another moment does not age a token."""
        self._tokens.shift(by)

    def credentials(self) -> Mapping[str, str]:
        """The API user's login as `info` shows it."""
        return self._credentials

    def load(self, records: Mapping[str, object]) -> Mapping[str, object]:
        """Insert records as given; loaded users get the API user's password. Raises DoorRefused."""
        answer = doors.load(self.instance, records)
        self._share_password()
        return answer

    def dump(self, object_name: str) -> list[dict[str, object]]:
        """Every record of a module, deleted ones included. Raises DoorRefused for an unknown module."""
        try:
            return self.instance.dump(object_name)
        except EngineError as error:
            raise DoorRefused(f"sugarcrm: no module {object_name}") from error

    def reset(self, world: Mapping[str, object]) -> None:
        """Clear and seed; every session ends. Raises WorldError."""
        try:
            given = world.get("settings")
            read_settings({name: value for name, value in (given if isinstance(given, Mapping) else {}).items()
                           if name not in SUGARCRM.settings or name in _OWN_SETTINGS})  # fmt: skip
            self.instance.reset(world)
        except doors.NOT_A_RECORD as error:
            raise WorldError(f"sugarcrm: {type(error).__name__}: {error}") from error
        self._settle()

    def _settle(self) -> None:
        """Put the settings that the instance remembers in force."""
        known = self.instance.settings
        self._settings = read_settings({name: known[name] for name in _OWN_SETTINGS if name in known})
        self._zone = self._settings.zone
        self._tokens.reset(self._settings)
        self._share_password()

    def _share_password(self) -> None:
        for user in self.instance.select("Users", fields=["user_name"]):
            self.instance.set_password(str(user["user_name"]), self._credentials["password"])

    def close(self) -> None:
        """Close the database."""
        self.instance.close()


def _split(request: Request) -> tuple[str, tuple[str, ...]]:
    """The version of a path below `/rest/`, and what follows it."""
    segments = request.segments[1:]
    return segments[0] if segments else "", segments[1:]


def _is_bulk(request: Request, segments: tuple[str, ...]) -> bool:
    return segments == (bulk.OPERATION,) and request.method == "POST"


def _draw_credentials() -> dict[str, str]:
    return {"username": API_USER, "password": random_text(20), "client_id": CLIENT_ID, "platform": PLATFORM}


def _token_of(request: Request) -> str:
    scheme, _, bearer = request.header("authorization").partition(" ")
    return request.header("oauth-token").strip() or (bearer.strip() if scheme.lower() == "bearer" else "")


def _row_error(fault: RowFault) -> SugarError:
    message: str | Mapping[str, object] = fault.message
    if fault.fields:
        message = {name: [fault.message] for name in fault.fields}
    return SugarError(fault.code, message)
