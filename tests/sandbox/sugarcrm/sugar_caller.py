"""A plain HTTP caller for the sandbox's SugarCRM: no client library, so that the bytes themselves are tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from connector.sandbox import Sandbox

VERSION = "v11_24"


class SugarCaller:
    """Calls one sandbox's SugarCRM; `log_in` before the first call."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.base_url = sandbox.base_url
        self.login: Mapping[str, str] = sandbox.info["sugarcrm"]  # type: ignore[assignment]
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = ""

    def token_for(self, **changes: object) -> requests.Response:
        """A password grant with the API user's login."""
        body = {"grant_type": "password", "client_secret": "", **self.login, **changes}
        return self.raw("POST", "oauth2/token", json=body)

    def log_in(self, **changes: object) -> str:
        """Log in and call with that token from now on."""
        answer = self.token_for(**changes)
        assert answer.status_code == 200, answer.text
        self.token = str(answer.json()["access_token"])
        return self.token

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        """One call without a token; a path that starts with a slash is taken as it is."""
        url = path if path.startswith("/") else f"/rest/{VERSION}/{path}"
        options.setdefault("timeout", 20)
        return self.session.request(method, self.base_url + url, allow_redirects=False, **options)

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One call with the token."""
        headers = {"OAuth-Token": self.token, **options.pop("headers", {})}
        return self.raw(method, path, headers=headers, **options)

    def get(self, path: str, **params: object) -> requests.Response:
        return self.call("GET", path, params=params)

    def post(self, path: str, json: object = None, **options: Any) -> requests.Response:
        return self.call("POST", path, json=json, **options)

    def put(self, path: str, json: object = None, **options: Any) -> requests.Response:
        return self.call("PUT", path, json=json, **options)

    def patch(self, path: str, json: object = None, **options: Any) -> requests.Response:
        return self.call("PATCH", path, json=json, **options)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)

    def create(self, module: str, **fields: object) -> str:
        """Create a record and answer its id."""
        answer = self.post(module, fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def lead(self, **fields: object) -> str:
        """Create a lead and answer its id."""
        return self.create("Leads", **{"last_name": "Okafor", **fields})

    def record(self, module: str, record_id: str, fields: str = "") -> dict[str, Any]:
        """One record as the API answers it."""
        answer = self.get(f"{module}/{record_id}", **({"fields": fields} if fields else {}))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def filter(self, module: str, *conditions: Mapping[str, object], **more: object) -> requests.Response:
        """One filtered list."""
        return self.post(f"{module}/filter", {"filter": list(conditions), **more})

    def names(self, *conditions: Mapping[str, object], **more: object) -> list[str]:
        """The last names of the leads that a filter finds, sorted."""
        answer = self.filter("Leads", *conditions, **{"fields": "last_name", "max_num": 100, **more})
        assert answer.status_code == 200, answer.text
        return sorted(record["last_name"] for record in answer.json()["records"])

    def control(self, method: str, path: str, json: object = None) -> Any:
        """One call of the control plane, which must succeed."""
        answer = self.session.request(method, f"{self.base_url}/__sandbox__/{path}", json=json, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def world(self, **sections: object) -> None:
        """Reset to a world with these sections, and log in again."""
        self.control("POST", "reset", {"world": {"sugarcrm": sections}})
        self.log_in()

    def settings(self, **switches: object) -> None:
        """Reset to an empty world with these switches."""
        self.world(settings=switches)

    def load(self, **records: list[dict[str, object]]) -> dict[str, Any]:
        """Load records as given; answers them with ids."""
        answer: dict[str, Any] = self.control("POST", "load", {"sugarcrm": records})["sugarcrm"]
        return answer

    def dump(self, module: str) -> list[dict[str, Any]]:
        """Every record of a module."""
        rows: list[dict[str, Any]] = self.control("GET", f"dump/sugarcrm/{module}")
        return rows

    def row(self, module: str, record_id: str) -> dict[str, Any]:
        """One record of the dump."""
        return next(row for row in self.dump(module) if row["id"] == record_id)

    def faults(self, *faults: Mapping[str, object]) -> None:
        """Put a fault plan in force."""
        self.control("POST", "faults", {"faults": list(faults)})

    def clock(self, **change: object) -> None:
        """Move the sandbox's clock."""
        self.control("POST", "clock", change)

    def calls(self) -> list[dict[str, Any]]:
        """The access log."""
        log: list[dict[str, Any]] = self.control("GET", "calls")
        return log


def assert_refused(answer: requests.Response, status: int, label: str) -> None:
    """The answer is an API exception with this status and label."""
    assert (answer.status_code, answer.json()["error"]) == (status, label), answer.text
    assert answer.json()["error_message"]
