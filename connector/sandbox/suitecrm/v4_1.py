"""The legacy service `service/v4_1/rest.php` over one instance of the family's engine.

Sources: SuiteCRM 7.14.6 (`service/v4_1` and the classes below it), and the answers of an installation of that version.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from connector.sandbox.clock import SandboxClock
from connector.sandbox.exchange import Call, Kind, Reply, Request, Trace
from connector.sandbox.sugar.access import Access
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.words import NoSuchField, NoSuchRecord
from connector.sandbox.suitecrm import v4_1_fields, v4_1_login, v4_1_reads, v4_1_writes
from connector.sandbox.suitecrm.v4_1_arguments import CALLS, bind
from connector.sandbox.suitecrm.v4_1_context import Context
from connector.sandbox.suitecrm.v4_1_sessions import Sessions
from connector.sandbox.suitecrm.v4_1_transport import (
    DATABASE_FAILURE,
    Broken,
    Fatal,
    Fault,
    Message,
    Nothing,
    dump_reply,
    html_reply,
    invalid_call,
    invalid_login,
    invalid_session,
    json_reply,
    read_message,
)

_UNNAMED = Call("v4_1_unknown", Kind.READ)
_SERVICE_PAGE = "<pre>SugarRestServiceImpl</pre>"
_METHODS: Mapping[str, Callable[[Context], object]] = {
    "get_available_modules": v4_1_fields.get_available_modules,
    "get_module_fields": v4_1_fields.get_module_fields,
    "get_module_fields_md5": v4_1_fields.get_module_fields_md5,
    "get_entry_list": v4_1_reads.get_entry_list,
    "get_entries_count": v4_1_reads.get_entries_count,
    "get_entry": v4_1_reads.get_entry,
    "get_entries": v4_1_reads.get_entries,
    "get_relationships": v4_1_reads.get_relationships,
    "get_modified_relationships": v4_1_reads.get_modified_relationships,
    "search_by_module": v4_1_reads.search_by_module,
    "set_entry": v4_1_writes.set_entry,
    "set_entries": v4_1_writes.set_entries,
    "set_relationship": v4_1_writes.set_relationship,
    "set_relationships": v4_1_writes.set_relationships,
    "get_user_id": lambda call: call.user_id,
}
_ROWS = ("entry_list", "ids", "relationship_list")


class V41:
    """The legacy half of a SuiteCRM."""

    operations = frozenset({*CALLS, _UNNAMED.operation})

    def __init__(self, instance: SugarInstance, clock: SandboxClock) -> None:
        self._instance = instance
        self._sessions = Sessions(clock)
        self.reset()

    def owns(self, request_path: str) -> bool:
        """`/service/v4_1/rest.php`, in SuiteCRM 8 under `/legacy`; a site may live in a folder."""
        return request_path.rstrip("/").endswith("/service/v4_1/rest.php")

    def classify(self, request: Request) -> Call:
        """Name the call by its method."""
        return CALLS.get(read_message(request).method, _UNNAMED)

    def answer(self, request: Request, trace: Trace) -> Reply:
        """Carry the call out; faults are HTTP 200."""
        message = read_message(request)
        if not message.method:
            return html_reply(200, _SERVICE_PAGE)
        session = ""
        try:
            if message.method not in CALLS:
                raise invalid_call()
            arguments = self._bound(message.method, message.arguments())
            session = _session_of(message.method, arguments)
            body, session = self._run(message.method, arguments, trace)
        except Fault as fault:
            return self._reply(message, fault.body, session)
        except Nothing:
            return self._reply(message, None, session)
        except Fatal:
            return html_reply(500, "", session)
        except Broken:  # the database layer says its one sentence
            return html_reply(500, DATABASE_FAILURE, session)
        return self._reply(message, body, session)

    def _bound(self, method: str, given: object) -> Mapping[str, object]:
        return bind(method, given, named=bool(self._instance.settings["strict_named_args"]))

    def _reply(self, message: Message, body: object, session: str) -> Reply:
        if not message.speaks_json:
            return dump_reply(body, session)
        return json_reply(body, session, message.parameters.get("jsoncallback", ""))

    def _run(self, method: str, arguments: Mapping[str, object], trace: Trace) -> tuple[object, str]:
        if method == "get_server_info":
            return v4_1_login.server_info(self._instance), ""
        if method == "login":
            session, body = v4_1_login.login(self._instance, self._sessions, arguments)
            return body, session
        session = _session_of(method, arguments)
        if method == "seamless_login":
            return int(self._sessions.user_of(session, admitted=trace.admitted) is not None), session
        if not session:
            raise Nothing
        access = self._access(session, trace)
        if method == "logout":
            self._sessions.end(session)
            raise Nothing
        call = Context(self._instance, access, session, arguments, trace)
        try:
            return _METHODS[method](call), session
        except NoSuchField as error:
            raise Broken(f"Unknown column '{error}'") from None
        except sqlite3.Error as error:
            raise Broken(str(error)) from None

    def _access(self, session: str, trace: Trace) -> Access:
        user_id = self._sessions.user_of(session, admitted=trace.admitted)
        if user_id is None:
            raise invalid_session()
        try:
            return self._instance.access(user_id)
        except NoSuchRecord:
            raise invalid_session() from None

    def fault_reply(self, request: Request, status: int) -> Reply:
        """A refusal with this status: what a proxy or PHP says, a page; 401 is a fault, told in HTTP 200."""
        if status == 401:
            return json_reply(
                (invalid_login() if self.classify(request).kind is Kind.LOGIN else invalid_session()).body
            )
        if status >= 500:
            return html_reply(status, DATABASE_FAILURE if status == 500 else f"<html><h1>{status}</h1></html>")
        return html_reply(status, f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>")

    def omit_rows(self, reply: Reply, rows: Sequence[int]) -> Reply:
        """The same answer without these rows of `entry_list` or `ids`."""
        try:
            body = json.loads(reply.body)
        except ValueError:
            return reply
        if not isinstance(body, dict):
            return reply
        for name in _ROWS:
            if isinstance(body.get(name), list):
                body[name] = [item for position, item in enumerate(body[name]) if position not in rows]
        return Reply(reply.status, json.dumps(body, ensure_ascii=False).encode("utf-8"), reply.headers)

    def expire_session(self, request: Request) -> None:
        """End the session that the request names."""
        message = read_message(request)
        given = message.arguments()
        if message.method in CALLS and given:
            try:
                self._sessions.end(_session_of(message.method, self._bound(message.method, given)))
            except Broken:
                return

    def reset(self) -> None:
        """Forget sessions and take the instance's switches."""
        self._sessions.clear()
        self._sessions.idle = timedelta(seconds=float(str(self._instance.settings["session_idle_seconds"])))

    def clock_set(self, by: timedelta) -> None:
        """Being set to another moment is no idle time for a session."""
        self._sessions.shift(by)


def _session_of(method: str, arguments: Mapping[str, object]) -> str:
    value = arguments.get("session")
    return value if isinstance(value, str) and method != "login" else ""
