"""How SugarCRM words what it answers: JSON bodies, error labels, and the status of each refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.sandbox.exchange import Reply

JSON_TYPE = "application/json"

# Labels and statuses as in the table of API exceptions of Sugar's developer guide.
STATUS_OF: Mapping[str, int] = {
    "incorrect_version": 301,
    "invalid_request": 400,
    "invalid_client": 400,
    "unsupported_grant_type": 400,
    "need_login": 401,
    "invalid_grant": 401,
    "not_authorized": 403,
    "not_found": 404,
    "no_method": 404,
    "edit_conflict": 409,
    "metadata_out_of_date": 412,
    "request_too_large": 413,
    "invalid_parameter": 422,
    "missing_parameter": 422,
    "request_failure": 424,
    "client_outdated": 433,
    "fatal_error": 500,
    "maintenance": 503,
}

_MESSAGES: Mapping[int, tuple[str, str]] = {
    301: ("incorrect_version", "The requested version of the API is not supported."),
    400: ("invalid_request", "The request could not be read."),
    401: ("invalid_grant", "The access token provided is invalid."),
    403: ("not_authorized", "You are not authorized to perform this action. Contact your administrator."),
    404: ("not_found", "Your requested resource was not found."),
    409: ("edit_conflict", "Someone saved the record after you read it."),
    412: ("metadata_out_of_date", "Your metadata or user hash did not match the server."),
    413: ("request_too_large", "The request is too large."),
    422: ("invalid_parameter", "The parameters for this request are invalid."),
    424: ("request_failure", "The request failed because of something it depends on."),
    429: ("request_failure", "Too many requests."),
    433: ("client_outdated", "Your software is out of date, please update your client."),
    500: ("fatal_error", "An unknown exception happened."),
    503: ("maintenance", "SugarCRM is in maintenance mode. Only administrators can log in."),
}


class SugarError(Exception):
    """A refused call. `label` is what clients go by; `extra` are further members of the body."""

    def __init__(
        self, label: str, message: str | Mapping[str, object] = "", extra: Mapping[str, object] | None = None
    ) -> None:
        self.label = label
        self.status = STATUS_OF.get(label, 422)
        self.message = message or _MESSAGES.get(self.status, ("", label))[1]
        self.extra = extra or {}
        super().__init__(f"{label}: {self.message}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is encoded, so that a bulk can carry it."""

    status: int
    data: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


def ok(data: object) -> Answer:
    """HTTP 200 with this body."""
    return Answer(200, data)


def refusal(error: SugarError) -> Answer:
    """The body of a refused call: label, text, and what else belongs to it."""
    return Answer(error.status, {"error": error.label, "error_message": error.message, **error.extra})


def status_answer(status: int) -> Answer:
    """What SugarCRM answers with a bare status, as a fault plan asks for it."""
    label, message = _MESSAGES.get(status, _MESSAGES[500 if status >= 500 else 422])
    return Answer(status, {"error": label, "error_message": message})


def encode(answer: Answer) -> Reply:
    """The reply on the wire. Text goes out as it is stored: this API encodes no entities."""
    body = json.dumps(answer.data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return Reply(answer.status, body, {"Content-Type": JSON_TYPE, "Cache-Control": "no-cache", **answer.headers})
