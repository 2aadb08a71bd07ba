"""A plain HTTP caller of the sandbox's SuiteCRM: both protocols, and the control plane."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import requests

from connector.sandbox import Sandbox

REST = "/service/v4_1/rest.php"
JSON_API = "application/vnd.api+json"


class SuiteCaller:
    """Calls one SuiteCRM as one of its users; the bytes themselves are tested, so there is no client library."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.base_url = sandbox.base_url
        self.login: Mapping[str, str] = sandbox.info["suitecrm"]  # type: ignore[assignment]
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = ""

    def close(self) -> None:
        """Release the connection."""
        self.session.close()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One HTTP call."""
        options.setdefault("timeout", 20)
        return self.session.request(method, self.base_url + path, allow_redirects=False, **options)

    def rest(self, method: str, rest_data: object) -> requests.Response:
        """One call of legacy v4_1."""
        form = {"method": method, "input_type": "JSON", "response_type": "JSON", "rest_data": json.dumps(rest_data)}
        return self.call("POST", REST, data=form)

    def rest_session(self, user_name: str = "", password: str = "") -> str:
        """Log in to v4_1 and answer the session's id."""
        user_name, password = user_name or self.login["username"], password or self.login["password"]
        digest = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
        auth = {"user_name": user_name, "password": digest}
        answer = self.rest("login", {"user_auth": auth, "application_name": "caller", "name_value_list": []})
        return str(answer.json()["id"])

    def grant(self, **fields: str) -> requests.Response:
        """One call of V8's token endpoint; without a grant, the password grant of the API user."""
        given = {
            "grant_type": "password",
            "client_id": self.login["client_id"],
            "client_secret": self.login["client_secret"],
            "username": self.login["username"],
            "password": self.login["password"],
            **fields,
        }
        return self.call("POST", "/Api/access_token", json=given)

    def log_in(self, **fields: str) -> Mapping[str, str]:
        """Take a token for the calls that follow, and answer what was granted."""
        answer = self.grant(**fields)
        assert answer.status_code == 200, answer.text
        granted: Mapping[str, str] = answer.json()
        self.token = granted["access_token"]
        return granted

    def v8(self, method: str, path: str, data: object = None, **options: Any) -> requests.Response:
        """One V8 call; `path` is below `/Api/V8/`, `data` the JSON:API data of the body."""
        headers = {"Accept": JSON_API, "Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        if data is not None:
            headers["Content-Type"] = JSON_API
            options["data"] = json.dumps({"data": data})
        return self.call(method, f"/Api/V8/{path}", headers=headers, **options)

    def control(self, method: str, path: str, body: object = None) -> Any:
        """One call of the control plane; answers its JSON."""
        answer = self.call(method, f"/__sandbox__/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def load(self, **records: list[dict[str, object]]) -> Any:
        """Put records into SuiteCRM as they are."""
        return self.control("POST", "load", {"suitecrm": records})["suitecrm"]

    def dump(self, module: str) -> list[dict[str, Any]]:
        """Every row of a module, deleted ones included."""
        rows: list[dict[str, Any]] = self.control("GET", f"dump/suitecrm/{module}")
        return rows
