"""Composite: up to 25 calls in one, each able to use the answers of earlier ones.

Source: REST API developer guide, "Composite".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, unquote

from connector.sandbox.salesforce.composite_references import references_in, resolved
from connector.sandbox.salesforce.http_answers import Answer, RestCall, refusal
from connector.sandbox.salesforce.org import ApiError
from connector.sandbox.salesforce.rest_options import flag

MAX_PARTS, MAX_QUERIES_AND_COLLECTIONS = 25, 5
ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."
_REFERENCE_ID = re.compile(r"[A-Za-z0-9_]+\Z")
_ADDRESS = re.compile(r"/?services/data/v(?P<version>\d+\.0)/(?P<path>[^?]*)(?:\?(?P<query>.*))?\Z", re.S)
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Part:
    """One subrequest."""

    method: str
    url: str
    reference_id: str
    body: object
    headers: Mapping[str, str]

    @property
    def costly(self) -> bool:
        """Whether it is a query or a collections call, of which five are allowed."""
        found = _ADDRESS.match(self.url)
        return bool(found and re.match(r"(query|queryAll|composite/sobjects)\b", found["path"]))


@dataclass(slots=True)
class Progress:
    """What the parts answered so far, in order, and what later parts may refer to."""

    answers: list[tuple[Part, Answer]] = field(default_factory=list)
    bodies: dict[str, object] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether any part failed."""
        return any(answer.status >= 400 for _, answer in self.answers)

    def shown(self) -> list[dict[str, object]]:
        """The `compositeResponse` list."""
        return [
            {
                "body": answer.data,
                "httpHeaders": dict(answer.headers),
                "httpStatusCode": answer.status,
                "referenceId": part.reference_id,
            }
            for part, answer in self.answers
        ]


class Undo(Exception):
    """Leaves a transaction so that it is rolled back."""


def composite(call: RestCall) -> Answer:
    """`POST /composite`: the outer status is 200 whatever the parts answered."""
    body = call.mapping_body()
    parts = parse_parts(body.get("compositeRequest"), call, MAX_PARTS)
    costly = sum(part.costly for part in parts)
    if costly > MAX_QUERIES_AND_COLLECTIONS:
        raise ApiError(
            "LIMIT_EXCEEDED",
            f"a composite may hold {MAX_QUERIES_AND_COLLECTIONS} queries and collections, not {costly}",
        )
    progress = Progress()
    if not flag(body, "allOrNone"):
        run_parts(call, parts, progress, stop_at_failure=False)
    elif not run_as_one(call, parts, progress):
        progress = halted(progress, parts)
    return Answer(200, {"compositeResponse": progress.shown()})


def run_as_one(call: RestCall, parts: Sequence[Part], progress: Progress) -> bool:
    """Carry the parts out in one transaction; False when one failed and everything was undone."""
    mark = len(call.trace.written)
    try:
        with call.org.transaction():
            run_parts(call, parts, progress, stop_at_failure=True)
            if progress.failed:
                raise Undo
    except Undo:
        del call.trace.written[mark:]
        return False
    return True


def run_parts(call: RestCall, parts: Sequence[Part], progress: Progress, *, stop_at_failure: bool) -> None:
    """Carry the parts out in the order given; a part that needs a failed one is not run."""
    for part in parts:
        answer = _run_part(call, part, progress.bodies)
        progress.answers.append((part, answer))
        if answer.status < 400:
            progress.bodies[part.reference_id] = answer.data
        elif stop_at_failure:
            return


def halted(progress: Progress, parts: Sequence[Part]) -> Progress:
    """The answers after a rollback: only the part that failed keeps its own."""
    known = {part.reference_id: answer for part, answer in progress.answers if answer.status >= 400}
    undone = refusal(ApiError("PROCESSING_HALTED", ROLLED_BACK))
    return Progress([(part, known.get(part.reference_id, undone)) for part in parts])


def parse_parts(raw: object, call: RestCall, most: int) -> list[Part]:
    """The subrequests, their shape and references checked. Raises ApiError for a malformed list."""
    if not isinstance(raw, list) or not raw:
        raise ApiError("JSON_PARSER_ERROR", "compositeRequest must be a list of subrequests")
    if len(raw) > most:
        raise ApiError("LIMIT_EXCEEDED", f"{len(raw)} subrequests were given, the limit is {most}")
    parts = [_parse_part(item, call) for item in raw]
    seen: set[str] = set()
    for part in parts:
        if part.reference_id in seen:
            raise ApiError(
                "INVALID_REFERENCE_ID", f"Duplicate ReferenceId provided in the request: {part.reference_id}"
            )
        unknown = [name for name in references_in([part.url, part.body]) if name not in seen]
        if unknown:
            raise ApiError("INVALID_REFERENCE_ID", f"Invalid reference specified: {unknown[0]}")
        seen.add(part.reference_id)
    return parts


def _parse_part(item: object, call: RestCall) -> Part:
    if not isinstance(item, dict):
        raise ApiError("JSON_PARSER_ERROR", "a subrequest must be an object")
    method, url, reference = item.get("method"), item.get("url"), item.get("referenceId")
    if not (isinstance(method, str) and isinstance(url, str) and isinstance(reference, str)) or method not in _METHODS:
        raise ApiError("JSON_PARSER_ERROR", "a subrequest needs method, url and referenceId")
    if not _REFERENCE_ID.match(reference):
        raise ApiError("INVALID_REFERENCE_ID", f"Provided referenceId ('{reference}') is not valid")
    headers = item.get("httpHeaders") or {}
    if not isinstance(headers, dict):
        raise ApiError("JSON_PARSER_ERROR", "httpHeaders must be an object")
    own = {str(name).lower(): str(value) for name, value in headers.items()}
    return Part(method, url, reference, item.get("body"), {**_inherited(call), **own})


def _inherited(call: RestCall) -> dict[str, str]:
    return {name: value for name, value in call.headers.items() if name.startswith("sforce-")}


def _run_part(call: RestCall, part: Part, bodies: Mapping[str, object]) -> Answer:
    try:
        url, body = str(resolved(part.url, bodies)), resolved(part.body, bodies)
        inner = part_call(call, part.method, url, body, part.headers)
    except ApiError as error:
        return refusal(error)
    return call.run(inner)


def part_call(call: RestCall, method: str, url: str, body: object, headers: Mapping[str, str]) -> RestCall:
    """The call that a subrequest's address stands for; spaces in it need not be encoded."""
    found = _ADDRESS.match(url)
    if not found:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", 404)
    segments = tuple(unquote(segment) for segment in found["path"].split("/") if segment)
    query = dict(parse_qsl(found["query"] or "", keep_blank_values=True))
    return replace(
        call,
        method=method,
        version=found["version"],
        segments=segments,
        query=query,
        headers=headers,
        body=body,
    )
