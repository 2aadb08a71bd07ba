"""Plays recorded request and answer pairs of a real SuiteCRM against the sandbox, in their order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import requests

from tests.golden.alike import Names, differences
from tests.suite_caller import SuiteCaller

ADMIN = "admin"
RECORDED_CLIENT = "11111111-1111-4111-8111-111111111111"
RECORDED_SERVICE = "22222222-2222-4222-8222-222222222222"

# Lists that the server did not sort: which rows come first is the affair of the database's own indexes.
UNSORTED = frozenset(
    {
        "list_orderby_bad",
        "list_date_filter",
        "list_deleted1_after_delete",
        "list_filter_gt_date",
    }
)
_ROWS = frozenset({".entry_list", ".data"})


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as far as it is compared: recorded, or the sandbox's."""

    status: int
    kind: str
    body: object


@dataclass(frozen=True, slots=True)
class Played:
    """One pair after it was played, and what the recorded names stood for before its answers were compared."""

    name: str
    recorded: Told
    here: Told
    names: Names

    def differences(self, names: Names, recorded: Told | None = None) -> Iterator[str]:
        """Every difference between the recorded answer (or another in its place) and the sandbox's; binds *names*."""
        told = recorded or self.recorded
        if told.status != self.here.status:
            yield f"status: {told.status} / {self.here.status}"
        if told.kind != self.here.kind:
            yield f"content type: {told.kind} / {self.here.kind}"
        loose = self.name in UNSORTED
        yield from differences(told.body, self.here.body, names, lambda at: loose and at in _ROWS)


class Replay:
    """One run: the sandbox's SuiteCRM, and what the recorded names are called there."""

    def __init__(self, caller: SuiteCaller) -> None:
        self.caller = caller
        self.names = Names(
            {RECORDED_CLIENT: caller.login["client_id"], RECORDED_SERVICE: caller.login["service_client_id"]}
        )
        self.refresh_token = ""
        self._sessions: dict[str, str] = {}

    def play(self, pair: Mapping[str, Any]) -> tuple[Played, list[str]]:
        """Send the recorded request; answers what was compared, and every difference."""
        request, recorded = pair["request"], pair["response"]
        self.names.send(unquote(request["path"]) + json.dumps(request.get("body")))
        answer = self.send(request)
        kind = {name.lower(): value for name, value in recorded["headers"].items()}["content-type"]
        told = Told(recorded["status"], kind, recorded["body"])
        here = Told(answer.status_code, answer.headers.get("Content-Type", ""), _body(answer, "json" in kind))
        played = Played(pair["name"], told, here, self.names.copy())
        return played, list(played.differences(self.names))

    def send(self, request: Mapping[str, Any]) -> requests.Response:
        """One recorded request, its names replaced."""
        headers = {name: self._header(name, value) for name, value in request["headers"].items()}
        body = request.get("body")
        if request["path"].startswith("/service/") and isinstance(body, dict):
            content = self._rest_body(request, body)
            return self.caller.call(request["method"], request["path"], headers=headers, **content)
        data: object = None
        if isinstance(body, str):
            data = body
        elif body is not None:
            data = json.dumps(self._secrets(self.names.translate(body)))
        return self.caller.call(request["method"], self.names.here(request["path"]), headers=headers, data=data)

    def _rest_body(self, request: Mapping[str, Any], body: Mapping[str, str]) -> dict[str, Any]:
        if request["headers"]["Content-Type"] == "application/json":
            return {"data": json.dumps(body)}
        form = dict(body)
        if "rest_data" in form:
            form["rest_data"] = self._rest_data(form["rest_data"])
        return {"data": form}

    def _rest_data(self, text: str) -> str:
        try:
            parsed = json.loads(text)
        except ValueError:
            return text
        return json.dumps(self._secrets(self.names.translate(parsed)))

    def _header(self, name: str, value: str) -> str:
        return value.replace("<jwt access token>", self.caller.token) if name == "Authorization" else value

    def _secrets(self, value: Any) -> Any:
        """The recorded placeholders for secrets, replaced by those of the sandbox."""
        if isinstance(value, dict):
            secret = "client_secret"
            if value.get("client_id") == self.caller.login["service_client_id"]:
                secret = "service_client_secret"
            known = {
                "<md5 of password>": hashlib.md5(
                    self.caller.login["password"].encode(), usedforsecurity=False
                ).hexdigest(),
                "<client secret>": self.caller.login[secret],
                "<refresh token>": self.refresh_token,
            }
            return {key: known.get(item, self._secrets(item)) if isinstance(item, str) else self._secrets(item)
                    for key, item in value.items()}  # fmt: skip
        if isinstance(value, list):
            return [self._secrets(item) for item in value]
        return value

    # -- what happened between the recorded calls ---------------------------------------------------------------

    def open_session(self, recorded: str, user_name: str = ADMIN) -> None:
        """A login that was not recorded: the session goes by this id in the requests that follow."""
        self.names.bind(recorded, self.caller.rest_session(user_name))

    def rest(self, method: str, **arguments: object) -> Any:
        """A v4_1 call that was not recorded, as the administrator; answers its JSON."""
        if "admin" not in self._sessions:
            self._sessions["admin"] = self.caller.rest_session(ADMIN)
        answer = self.caller.rest(method, {"session": self._sessions["admin"], **arguments})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def save(self, module: str, recorded: str = "", **values: object) -> str:
        """Create or change a record by v4_1; a new one goes by the recorded id in the requests that follow."""
        pairs = [{"name": name, "value": value} for name, value in values.items()]
        record_id = str(self.rest("set_entry", module_name=module, name_value_list=pairs)["id"])
        if recorded:
            self.names.bind(recorded, record_id)
        return record_id

    def here(self, recorded: str) -> str:
        """What a recorded id is called in the sandbox."""
        return self.names.here(recorded)


def _body(answer: requests.Response, is_json: bool) -> object:
    """The body: what its JSON means where JSON was recorded, else (and where it is none) its text."""
    try:
        return answer.json() if is_json else answer.text
    except ValueError:
        return answer.text
