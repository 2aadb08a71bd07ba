"""`POST /bulk`: several calls in one, carried out one after the other; one that fails stops none of the others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from connector.sandbox.exchange import Call, Kind, Request
from connector.sandbox.sugarcrm.answers import Answer, SugarError
from connector.sandbox.sugarcrm.arguments import parse_body
from connector.sandbox.sugarcrm.rest import find_operation
from connector.sandbox.sugarcrm.versions import is_known

OPERATION = "bulk"


@dataclass(frozen=True, slots=True)
class Part:
    """One call of a bulk, as if it had come by itself."""

    request: Request

    @property
    def version(self) -> str:
        """The version segment of its `url` (`v11`)."""
        return self.request.segments[0] if self.request.segments else ""

    @property
    def segments(self) -> tuple[str, ...]:
        """What follows the version."""
        return self.request.segments[1:]


def read_parts(request: Request, limit: int) -> list[Part]:
    """The parts of a bulk.

    Raises SugarError: 422 without `requests` or for a part without `url`, before any part is carried out; 413 for more
    parts than `limit` (0: any).
    """
    body = parse_body(request.body, "application/json")
    given = body.get("requests")
    if not isinstance(given, list):
        raise SugarError("missing_parameter", "Missing parameter: requests")
    if limit and len(given) > limit:
        raise SugarError("request_too_large", f"A bulk takes at most {limit} requests.")
    if not all(isinstance(item, Mapping) and item.get("url") for item in given):
        raise SugarError("missing_parameter", "Invalid request - URL is missing")
    return [Part(_request(request, item)) for item in given]


def _request(outer: Request, item: object) -> Request:
    given = item if isinstance(item, Mapping) else {}
    path, _, query = str(given.get("url") or "").partition("?")
    data = given.get("data")
    body = data if isinstance(data, str) else json.dumps(data) if data is not None else ""
    return Request(
        method=str(given.get("method") or "GET").upper(),
        raw_path="/" + path.strip("/"),
        query_string=query,
        headers={**_kept(outer), **_headers(given.get("headers"))},
        body=body.encode("utf-8"),
        base_url=outer.base_url,
    )


def _kept(outer: Request) -> dict[str, str]:
    return {name: value for name, value in outer.headers.items() if name in ("oauth-token", "authorization")}


def _headers(given: object) -> dict[str, str]:
    if isinstance(given, Mapping):
        return {str(name).lower(): str(value) for name, value in given.items()}
    lines = given if isinstance(given, list) else []
    pairs = (str(line).partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def classify(request: Request) -> Call:
    """A bulk is a write if any part can write, a bulk inside it too."""
    try:
        writes = any(_writes(part) for part in read_parts(request, 0))
    except (SugarError, RecursionError):
        # What cannot be read here, too deep a nest of bulks for one, is not carried out either.
        writes = False
    return Call(OPERATION, Kind.WRITE if writes else Kind.READ)


def _writes(part: Part) -> bool:
    if not is_known(part.version):
        return False
    if part.segments == (OPERATION,) and part.request.method == "POST":
        return classify(part.request).kind is Kind.WRITE
    found = find_operation(part.request.method, part.segments)
    return found is not None and found.kind is Kind.WRITE


def answered(answer: Answer) -> dict[str, object]:
    """One part's answer as the bulk's answer lists it."""
    return {"contents": answer.data, "headers": [], "status": answer.status}
