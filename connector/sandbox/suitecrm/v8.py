"""SuiteCRM's V8 JSON:API (`/Api/…`, in SuiteCRM 8 also `/legacy/Api/…`) over one instance of the family's engine.

Source: SuiteCRM 7.14.6, Api/V8/Config/routes.php.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from connector.sandbox.clock import SandboxClock
from connector.sandbox.exchange import Call, Kind, Reply, Request, Trace
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.suitecrm import v8_links, v8_meta, v8_records, v8_views
from connector.sandbox.suitecrm.v8_answers import (
    OAuthError,
    V8Error,
    message,
    not_found_page,
    oauth_refusal,
    refusal,
    token_denied,
    without_records,
)
from connector.sandbox.suitecrm.v8_records import V8Call
from connector.sandbox.suitecrm.v8_tokens import Client, Grants, Session, Tokens, unknown_error, wrong_client

_READ, _WRITE, _LOGIN = Kind.READ, Kind.WRITE, Kind.LOGIN
_CALLS = {
    name: Call(name, kind)
    for name, kind in {
        "access_token": _LOGIN,
        "v8_logout": _LOGIN,
        "v8_list": _READ,
        "v8_get": _READ,
        "v8_related": _READ,
        "v8_meta": _READ,
        "v8_current_user": _READ,
        "v8_create": _WRITE,
        "v8_update": _WRITE,
        "v8_delete": _WRITE,
        "v8_relate": _WRITE,
        "v8_unrelate": _WRITE,
        "v8_unknown": _READ,
    }.items()
}
_HTML = {"Content-Type": "text/html; charset=UTF-8"}

Handler = Callable[[V8Call], Reply]


class V8:
    """The V8 half of a SuiteCRM: token endpoint and JSON:API routes.

    `credentials` holds `username`, `password`, `client_id`, `client_secret` (password grant, and client credentials
    unless `v8_one_grant` is set) and `service_client_id`, `service_client_secret` (client credentials alone); client
    credentials act as that user.
    """

    operations: frozenset[str] = frozenset(_CALLS)

    def __init__(self, instance: SugarInstance, clock: SandboxClock, credentials: Mapping[str, str]) -> None:
        self._instance = instance
        self._credentials = credentials
        self._tokens = Tokens(clock)
        self._grants = Grants(self._tokens, self._clients, self._log_in)

    def classify(self, request: Request) -> Call | None:
        """Name the call; None when the path is not one of V8's."""
        rest = _below_api(request)
        if rest is None:
            return None
        return _CALLS[_operation(request.method, rest)]

    def answer(self, request: Request, trace: Trace) -> Reply:
        """Carry the call out."""
        rest = _below_api(request) or ()
        try:
            if rest == ("access_token",) and request.method == "POST":
                self._grants.refresh_refused = bool(self._instance.settings.get("v8_refresh_bug", False))
                return self._grants.token(request)
            session = self._tokens.admit(request, aged=not trace.admitted)
            return self._run(request, trace, session, rest)
        except OAuthError as error:
            return oauth_refusal(error)
        except V8Error as error:
            return refusal(error)

    def _run(self, request: Request, trace: Trace, session: Session, rest: tuple[str, ...]) -> Reply:
        if rest == ("V8", "logout") and request.method == "POST":
            self._tokens.revoke(session)
            return message(200, "You have been successfully logged out")
        handler = _handler(request.method, rest[1:]) if rest[:1] == ("V8",) else None
        if handler is None:
            return not_found_page()
        with self._instance.transaction():
            return handler(V8Call(self._instance, request, trace, session.user_id, "/".join(rest)))

    def _clients(self) -> Mapping[str, Client]:
        given = self._credentials
        user = self._instance.user(given["username"])
        user_id = str(user["id"]) if user else ""
        service = frozenset({"client_credentials"})
        grants = frozenset({"password"}) | (frozenset() if self._instance.settings.get("v8_one_grant") else service)
        clients = (
            Client(given["client_id"], given["client_secret"], grants, user_id),
            Client(given["service_client_id"], given["service_client_secret"], service, user_id),
        )
        return {one.id: one for one in clients}

    def _log_in(self, username: str, password: str) -> str:
        if self._instance.user(username) is None:
            raise unknown_error(f"No user found with this username: {username}")
        user_id = self._instance.authenticate(username, password)
        if user_id is None:
            raise unknown_error(f"The password is invalid: {password}")
        return user_id

    def fault_reply(self, request: Request, status: int) -> Reply:
        """How V8 words a refusal with this status: JSON up to 499, a page of the web server above."""
        at_tokens = _below_api(request) == ("access_token",)
        if status == 401:
            return oauth_refusal(wrong_client() if at_tokens else token_denied("Access token has been revoked"))
        if status >= 500 and not at_tokens:
            return Reply(status, f"<html><body><h1>{status}</h1></body></html>".encode(), _HTML)
        if status >= 500:
            return oauth_refusal(OAuthError(status, "unknown_error", "refused by the fault plan"))
        if status >= 400:
            return refusal(V8Error("refused by the fault plan"), status)
        return Reply(status)

    def omit_rows(self, reply: Reply, rows: Sequence[int]) -> Reply:
        """The same document without these records of `data`."""
        return without_records(reply, rows)

    def expire_session(self, request: Request) -> None:
        """End the token that this request carries."""
        self._tokens.expire(request)

    def reset(self, switches: Mapping[str, object]) -> None:
        """Forget every token; the switches themselves are the instance's settings."""
        self._tokens.reset()

    def clock_set(self, by: timedelta) -> None:
        """The clock was set to a moment that much later; tokens do not age by it."""
        self._tokens.shift(by)


def _below_api(request: Request) -> tuple[str, ...] | None:
    """The path below `/Api`, None when it is not there."""
    segments = request.segments
    if segments[:1] == ("legacy",):
        segments = segments[1:]
    return segments[1:] if segments[:1] == ("Api",) else None


def _operation(method: str, rest: tuple[str, ...]) -> str:
    match (method, *rest):
        case ("POST", "access_token"):
            return "access_token"
        case ("POST", "V8", "logout"):
            return "v8_logout"
        case ("GET", "V8", "module", _):
            return "v8_list"
        case ("GET", "V8", "module", _, _):
            return "v8_get"
        case ("POST", "V8", "module"):
            return "v8_create"
        case ("PATCH", "V8", "module"):
            return "v8_update"
        case ("DELETE", "V8", "module", _, _):
            return "v8_delete"
        case ("GET", "V8", "module", _, _, "relationships", _):
            return "v8_related"
        case ("POST", "V8", "module", _, _, "relationships", *_):
            return "v8_relate"
        case ("DELETE", "V8", "module", _, _, "relationships", _, _):
            return "v8_unrelate"
        case ("GET", "V8", "meta", *_) | ("GET", "V8", "listview", "columns", _) | ("GET", "V8", "search-defs", _, _):
            return "v8_meta"
        case ("GET", "V8", "current-user"):
            return "v8_current_user"
    return "v8_unknown"


def _handler(method: str, rest: tuple[str, ...]) -> Handler | None:
    """What carries a route out; `rest` is the path below `/Api/V8`."""
    match (method, *rest):
        case ("GET", "module", module):
            return lambda call: v8_records.list_records(call, module)
        case ("GET", "module", module, record_id):
            return lambda call: v8_records.get_record(call, module, record_id)
        case ("POST", "module"):
            return v8_records.create_record
        case ("PATCH", "module"):
            return v8_records.update_record
        case ("DELETE", "module", module, record_id):
            return lambda call: v8_records.delete_record(call, module, record_id)
        case ("GET", "module", module, record_id, "relationships", link):
            return lambda call: v8_links.list_related(call, module, record_id, link)
        case ("POST", "module", module, record_id, "relationships"):
            return lambda call: v8_links.relate(call, module, record_id, None)
        case ("POST", "module", module, record_id, "relationships", link):
            return lambda call: v8_links.relate(call, module, record_id, link)
        case ("DELETE", "module", module, record_id, "relationships", link, other_id):
            return lambda call: v8_links.unrelate(call, module, record_id, link, other_id)
        case ("GET", "meta", "modules"):
            return v8_meta.list_modules
        case ("GET", "meta", "fields", module):
            return lambda call: v8_meta.list_fields(call, module)
        case ("GET", "meta", "swagger.json"):
            return v8_views.describe_routes
        case ("GET", "listview", "columns", module):
            return lambda call: v8_views.list_columns(call, module)
        case ("GET", "search-defs", "module", module):
            return lambda call: v8_views.search_definitions(call, module)
        case ("GET", "current-user"):
            return v8_meta.current_user
    return None
