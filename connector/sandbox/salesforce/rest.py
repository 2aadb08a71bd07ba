"""The REST resources: which path and method is which operation, and who answers it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from connector.sandbox.exchange import Call, Kind, Request
from connector.sandbox.salesforce import (
    collections,
    composite,
    composite_graph,
    composite_tree,
    limits,
    rest_objects,
    rest_query,
    rest_records,
)
from connector.sandbox.salesforce.http_answers import Answer, RestCall, not_found, refusal
from connector.sandbox.salesforce.org import ApiError
from connector.sandbox.salesforce.versions import Age, age_of

Handler = Callable[[RestCall], Answer]
ANY = "*"


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method on one path does."""

    name: str
    kind: Kind
    handler: Handler
    aliases: tuple[str, ...] = ()

    @property
    def call(self) -> Call:
        """The operation as access log and fault plan know it."""
        return Call(self.name, self.kind, self.aliases)


Table = tuple[tuple[tuple[str, ...], Mapping[str, Operation]], ...]


def read(name: str, handler: Handler, *aliases: str) -> Operation:
    """An operation that changes no record."""
    return Operation(name, Kind.READ, handler, aliases)


def write(name: str, handler: Handler) -> Operation:
    """An operation that can change records."""
    return Operation(name, Kind.WRITE, handler)


def build_table(quota: limits.Quota, schema_changed: Callable[[], datetime], base_url: str) -> Table:
    """Every resource below `/services/data/v<version>`, the first fitting pattern counting."""
    return (
        ((), {"GET": read("resources", partial(rest_objects.resources, base_url=base_url))}),
        (("sobjects",), {"GET": read("describeGlobal", rest_objects.describe_global)}),
        *_record_table(lambda call: rest_objects.describe(call, schema_changed())),
        (("query",), {"GET": read("query", rest_query.query)}),
        (("queryAll",), {"GET": read("queryAll", rest_query.query_all, "query")}),
        (("query", ANY), {"GET": read("queryMore", rest_query.query_more)}),
        (("queryAll", ANY), {"GET": read("queryMore", rest_query.query_more)}),
        (("search",), {"GET": read("search", rest_query.search)}),
        (("parameterizedSearch",), _both(read("parameterizedSearch", rest_query.parameterized_search))),
        (("limits",), {"GET": read("limits", lambda _: limits.limits(quota))}),
        (("limits", "recordCount"), {"GET": read("recordCount", limits.record_count)}),
        (("actions",), {"GET": read("actions", rest_objects.actions)}),
        (("actions", "standard"), {"GET": read("actions", rest_objects.actions)}),
        *_composite_table(quota),
    )


def _both(operation: Operation) -> dict[str, Operation]:
    return {"GET": operation, "POST": operation}


def _record_table(describe: Handler) -> Table:
    one = {
        "GET": read("retrieve", rest_records.retrieve),
        "PATCH": write("update", rest_records.update),
        "DELETE": write("delete", rest_records.delete),
    }
    by_external = {
        "GET": read("retrieve", rest_records.retrieve_by_external),
        "PATCH": write("upsert", rest_records.upsert),
        "DELETE": write("delete", rest_records.delete_by_external),
    }
    basic = {"GET": read("describe", rest_objects.object_basic), "POST": write("create", rest_records.create)}
    return (
        (("sobjects", ANY), basic),
        (("sobjects", ANY, "describe"), {"GET": read("describe", describe)}),
        (("sobjects", ANY, "updated"), {"GET": read("updated", rest_objects.updated)}),
        (("sobjects", ANY, "deleted"), {"GET": read("deleted", rest_objects.deleted)}),
        (("sobjects", ANY, "Id"), {"POST": write("create", rest_records.create)}),
        (("sobjects", ANY, ANY), one),
        (("sobjects", ANY, ANY, ANY), by_external),
    )


def _composite_table(quota: limits.Quota) -> Table:
    many = {
        "POST": write("collections", collections.create),
        "PATCH": write("collections", collections.update),
        "DELETE": write("collections", collections.delete),
    }
    of_object = {
        "POST": read("collections", collections.retrieve),
        "GET": read("collections", collections.retrieve_by_query),
    }
    return (
        (("composite",), {"POST": write("composite", composite.composite)}),
        (("composite", "graph"), {"POST": write("graph", composite_graph.graph)}),
        (("composite", "batch"), {"POST": write("batch", partial(composite_graph.batch, spend=quota.spend))}),
        (("composite", "tree", ANY), {"POST": write("tree", composite_tree.tree)}),
        (("composite", "sobjects"), many),
        (("composite", "sobjects", ANY), of_object),
        (("composite", "sobjects", ANY, ANY), {"PATCH": write("collections", collections.upsert)}),
    )


class Rest:
    """Finds the operation of a call and carries it out."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def operations(self) -> frozenset[str]:
        """The names of all operations."""
        return frozenset(operation.name for _, methods in self._table for operation in methods.values())

    def run(self, call: RestCall) -> Answer:
        """Carry a call out; a refusal becomes its answer."""
        try:
            _check_version(call.version)
            return self._find(call.segments, call.method).handler(call)
        except ApiError as error:
            return refusal(error)

    def classify(self, request: Request, segments: tuple[str, ...]) -> Call:
        """Name a call by its path; a composite of reads is a read."""
        method = method_of(request)
        try:
            operation = self._find(segments, method)
        except ApiError:
            return Call("unknown", Kind.READ if method in ("GET", "HEAD") else Kind.WRITE)
        if operation.name in ("composite", "batch") and self._only_reads(request.body):
            return Call(operation.name, Kind.READ)
        return operation.call

    def _only_reads(self, body: bytes) -> bool:
        try:
            parsed = json.loads(body)
        except ValueError:
            return False
        parts = (parsed.get("compositeRequest") or parsed.get("batchRequests")) if isinstance(parsed, dict) else None
        return isinstance(parts, list) and all(self._reads(part) for part in parts)

    def _reads(self, part: object) -> bool:
        method, url = (part.get("method"), part.get("url")) if isinstance(part, dict) else (None, None)
        if not isinstance(method, str) or not isinstance(url, str):
            return False
        path = url.partition("?")[0].partition("/v")[2] if url.startswith("/") else url.partition("?")[0]
        segments = tuple(segment for segment in path.split("/") if segment)[1:]
        try:
            return self._find(segments, method).kind is Kind.READ
        except ApiError:
            return method == "GET"

    def _find(self, segments: tuple[str, ...], method: str) -> Operation:
        for pattern, methods in self._table:
            if len(pattern) != len(segments) or not all(p in (ANY, s) for p, s in zip(pattern, segments, strict=True)):
                continue
            wanted = "GET" if method == "HEAD" else method
            if wanted in methods:
                return methods[wanted]
            allowed = ",".join(methods)
            raise ApiError("METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are {allowed}", 405)
        raise not_found()


def method_of(request: Request) -> str:
    """The method meant: `?_HttpMethod=PATCH` stands in for clients that cannot send PATCH."""
    return request.query.get("_HttpMethod", request.method) if request.method == "POST" else request.method


def _check_version(version: str) -> None:
    age = age_of(version)
    if age is Age.RETIRED:
        raise ApiError("UNSUPPORTED_API_VERSION", f"API version {version} was retired", 410)
    if age is Age.UNKNOWN:
        raise not_found()
