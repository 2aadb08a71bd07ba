"""A plain HTTP caller for the sandbox: no client library, so that the bytes themselves are tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from connector.sandbox import Sandbox

VERSION = "62.0"


class Caller:
    """Calls one sandbox with the token of its `info`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.base_url = sandbox.base_url
        self.login: Mapping[str, str] = sandbox.info["salesforce"]  # type: ignore[assignment]
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = self.login["access_token"]

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One call; a path that does not start with a slash is below `/services/data/v62.0/`."""
        url = path if path.startswith("/") else f"/services/data/v{VERSION}/{path}"
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        options.setdefault("timeout", 20)
        return self.session.request(method, self.base_url + url, headers=headers, allow_redirects=False, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, json: object = None, **options: Any) -> requests.Response:
        return self.call("POST", path, json=json, **options)

    def patch(self, path: str, json: object = None, **options: Any) -> requests.Response:
        return self.call("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.call("DELETE", path, **options)

    def query(self, soql: str, **options: Any) -> Any:
        """The parsed answer of a query."""
        return self.get("query", params={"q": soql}, **options).json()

    def lead(self, **fields: object) -> str:
        """Create a lead and answer its id."""
        answer = self.post("sobjects/Lead", {"LastName": "Okafor", "Company": "Acme Test", **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def soap(self, body: str, version: str = VERSION, session: str | None = None, **options: Any) -> requests.Response:
        """One SOAP call with this operation inside its body; `header` adds header elements, `kind` is the endpoint."""
        token = self.token if session is None else session
        extra, kind = options.pop("header", ""), options.pop("kind", "u")
        envelope = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"'
            ' xmlns:urn="urn:partner.soap.sforce.com">'
            f"<env:Header><urn:SessionHeader><urn:sessionId>{token}</urn:sessionId></urn:SessionHeader>{extra}</env:Header>"
            f"<env:Body>{body}</env:Body></env:Envelope>"
        )
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""', **options.pop("headers", {})}
        return self.session.post(
            f"{self.base_url}/services/Soap/{kind}/{version}",
            data=envelope.encode(),
            headers=headers,
            timeout=20,
            **options,
        )

    def convert(self, lead_id: str, **members: str) -> requests.Response:
        """Convert one lead natively."""
        return self.soap(f"<urn:convertLead>{lead_convert(lead_id, **members)}</urn:convertLead>")

    def control(self, method: str, path: str, json: object = None, **options: Any) -> requests.Response:
        """One call of the control plane."""
        return self.session.request(method, f"{self.base_url}/__sandbox__/{path}", json=json, timeout=20, **options)

    def faults(self, *faults: Mapping[str, object]) -> None:
        """Put a fault plan in force."""
        answer = self.control("POST", "faults", {"faults": list(faults)})
        assert answer.status_code == 200, answer.text

    def calls(self) -> list[dict[str, Any]]:
        """The access log."""
        answer = self.control("GET", "calls").json()
        assert isinstance(answer, list)
        return answer

    def dump(self, object_name: str) -> list[dict[str, Any]]:
        """Every record of an object."""
        answer = self.control("GET", f"dump/salesforce/{object_name}").json()
        assert isinstance(answer, list)
        return answer


def lead_convert(lead_id: str, **members: str) -> str:
    """A `leadConverts` element in the order of the WSDL."""
    values = {
        "convertedStatus": "Closed - Converted",
        "doNotCreateOpportunity": "false",
        "leadId": lead_id,
        "overwriteLeadSource": "false",
        "sendNotificationEmail": "false",
        **members,
    }
    inside = "".join(f"<urn:{name}>{values[name]}</urn:{name}>" for name in sorted(values))
    return f"<urn:leadConverts>{inside}</urn:leadConverts>"
