"""How Salesforce words its JSON answers: success, lists of errors, and the status of each refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.sandbox.exchange import Reply, Trace
from connector.sandbox.salesforce.org import ApiError, Org, RowError

JSON_TYPE = "application/json;charset=UTF-8"

# Refusals of a single record that are not a plain 400 (REST API developer guide, status codes and error responses).
_ROW_STATUS = {
    "ENTITY_IS_DELETED": 404,
    "NOT_FOUND": 404,
    "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE": 412,
    "INSUFFICIENT_ACCESS": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
}

_STATUS_ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("UNKNOWN_EXCEPTION", "An unexpected error occurred."),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    405: ("METHOD_NOT_ALLOWED", "HTTP method not allowed."),
    412: ("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE", "Entity was modified since the given time"),
    429: ("REQUEST_LIMIT_EXCEEDED", "Too many requests."),
    500: (
        "UNKNOWN_EXCEPTION",
        "An unexpected error occurred. Please include this ErrorId if you contact support: 0-0 (0)",
    ),
    503: ("SERVER_UNAVAILABLE", "Server is too busy to handle the request"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is encoded, so that a composite can carry it; `data` None means no body."""

    status: int
    data: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RestCall:
    """One REST call (or one part of a composite) as its handler needs it.

    `segments` and `version` come from `/services/data/v<version>/<segments>`; `run` carries out a part.
    """

    org: Org
    method: str
    version: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object
    session: str
    trace: Trace
    run: Callable[[RestCall], Answer]

    def header(self, name: str) -> str:
        """A header's value, empty where it is absent."""
        return self.headers.get(name.lower(), "")

    def mapping_body(self) -> Mapping[str, object]:
        """The body, which must be a JSON object."""
        if not isinstance(self.body, dict):
            raise ApiError(
                "JSON_PARSER_ERROR",
                "Unexpected parameter encountered during deserialization: expected an object",
            )
        return self.body

    def url(self, *segments: str) -> str:
        """The path of a resource in this version."""
        return "/".join((f"/services/data/v{self.version}", *segments))


def encode(answer: Answer, pretty: bool, extra: Mapping[str, str]) -> Reply:
    """The reply on the wire. `pretty` (header X-PrettyPrint) spaces keys as real orgs do."""
    if answer.data is None:
        return Reply(answer.status, b"", {**answer.headers, **extra})
    separators = (",", " : ") if pretty else (",", ":")
    body = json.dumps(answer.data, ensure_ascii=False, separators=separators).encode("utf-8", "surrogatepass")
    return Reply(answer.status, body, {"Content-Type": JSON_TYPE, **answer.headers, **extra})


def refusal(error: ApiError) -> Answer:
    """A refused call: a list with one error object."""
    item: dict[str, object] = {"message": error.message, "errorCode": error.code, **error.extra}
    if error.fields:
        item["fields"] = list(error.fields)
    headers = {"WWW-Authenticate": "Token"} if error.http_status == 401 else {}
    return Answer(error.http_status, [item], headers)


def row_refusal(errors: Sequence[RowError]) -> Answer:
    """A refused single record: every error of it in one list."""
    items = [
        {
            **(error.extra or {}),
            "message": error.message,
            "errorCode": error.status_code,
            "fields": list(error.fields),
        }
        for error in errors
    ]
    return Answer(_ROW_STATUS.get(errors[0].status_code, 400), items)


def status_answer(status: int) -> Answer:
    """What Salesforce answers with a bare status, as a fault plan asks for it."""
    code, message = _STATUS_ERRORS.get(status, _STATUS_ERRORS[500 if status >= 500 else 400])
    return refusal(ApiError(code, message, status))


def not_found() -> ApiError:
    """There is no such resource or record."""
    return ApiError("NOT_FOUND", "The requested resource does not exist", 404)
