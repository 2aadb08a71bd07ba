"""Composite graph and batch: many composites as separate transactions, and plain lists of calls.

Sources: REST API developer guide, "Composite Graph", "Composite Graph Limits", "Composite Batch".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from connector.sandbox.salesforce.composite import Part, Progress, halted, parse_parts, part_call, run_as_one
from connector.sandbox.salesforce.composite_references import references_in
from connector.sandbox.salesforce.http_answers import Answer, RestCall, refusal
from connector.sandbox.salesforce.org import ApiError
from connector.sandbox.salesforce.rest_options import flag

MAX_GRAPHS, MAX_NODES, MAX_DEPTH, MAX_KINDS, MAX_FAILED = 75, 500, 15, 15, 14
MAX_BATCH = 25
_SOBJECTS = re.compile(r"/?services/data/v(?P<version>\d+\.0)/sobjects/(?P<object>\w+)")


def graph(call: RestCall) -> Answer:
    """`POST /composite/graph`: each graph is one transaction; after 14 failed ones the rest is not run."""
    graphs = _parsed_graphs(call)
    shown: list[dict[str, object]] = []
    failed = 0
    for graph_id, parts in graphs:
        progress = Progress()
        if failed >= MAX_FAILED:
            progress, good = halted(progress, parts), False
        else:
            good = run_as_one(call, parts, progress)
            progress = progress if good else halted(progress, parts)
        failed += not good
        shown.append(
            {
                "graphId": graph_id,
                "isSuccessful": good,
                "graphResponse": {"compositeResponse": progress.shown()},
            }
        )
    return Answer(200, {"graphs": shown})


def batch(call: RestCall, spend: Callable[[int], None]) -> Answer:
    """`POST /composite/batch`: up to 25 independent calls, each counted against the quota (`spend`)."""
    body = call.mapping_body()
    requests = body.get("batchRequests")
    if not isinstance(requests, list) or not requests:
        raise ApiError("JSON_PARSER_ERROR", "batchRequests must be a list of subrequests")
    if len(requests) > MAX_BATCH:
        raise ApiError("LIMIT_EXCEEDED", f"{len(requests)} subrequests were given, the limit is {MAX_BATCH}")
    # The batch itself was counted as one call on arrival.
    spend(len(requests) - 1)
    halt, results = flag(body, "haltOnError"), list[dict[str, object]]()
    for item in requests:
        stopped = halt and any(int(str(result["statusCode"])) >= 400 for result in results)
        answer = _halted_batch() if stopped else _run_batch_item(call, item)
        results.append({"statusCode": answer.status, "result": answer.data})
    has_errors = any(int(str(result["statusCode"])) >= 400 for result in results)
    return Answer(200, {"hasErrors": has_errors, "results": results})


def _halted_batch() -> Answer:
    return refusal(ApiError("BATCH_PROCESSING_HALTED", "Batch processing has halted because a request failed", 412))


def _run_batch_item(call: RestCall, item: object) -> Answer:
    method, url = (item.get("method"), item.get("url")) if isinstance(item, dict) else (None, None)
    if not isinstance(method, str) or not isinstance(url, str) or not isinstance(item, dict):
        return refusal(ApiError("JSON_PARSER_ERROR", "a subrequest needs method and url"))
    path = url if "services/data/" in url else f"/services/data/{url.lstrip('/')}"
    try:
        inner = part_call(call, method, path, item.get("richInput"), call.headers)
    except ApiError as error:
        return refusal(error)
    return call.run(inner)


def _parsed_graphs(call: RestCall) -> list[tuple[str, list[Part]]]:
    raw = call.mapping_body().get("graphs")
    if not isinstance(raw, list) or not raw:
        raise ApiError("JSON_PARSER_ERROR", "graphs must be a list")
    if len(raw) > MAX_GRAPHS:
        raise ApiError("LIMIT_EXCEEDED", f"{len(raw)} graphs were given, the limit is {MAX_GRAPHS}")
    graphs: list[tuple[str, list[Part]]] = []
    for item in raw:
        graph_id = item.get("graphId") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(graph_id, str):
            raise ApiError("JSON_PARSER_ERROR", "a graph needs graphId and compositeRequest")
        graphs.append((graph_id, parse_parts(item.get("compositeRequest"), call, MAX_NODES)))
    _check_graphs(graphs)
    return graphs


def _check_graphs(graphs: Sequence[tuple[str, Sequence[Part]]]) -> None:
    names = [name for name, _ in graphs]
    if len(set(names)) < len(names):
        raise ApiError("INVALID_REFERENCE_ID", "graphId must be unique")
    nodes = sum(len(parts) for _, parts in graphs)
    if nodes > MAX_NODES:
        raise ApiError("LIMIT_EXCEEDED", f"{nodes} nodes were given, the limit is {MAX_NODES}")
    for name, parts in graphs:
        kinds = {_kind(part) for part in parts}
        if len(kinds) > MAX_KINDS:
            raise ApiError(
                "LIMIT_EXCEEDED",
                f"graph {name} has {len(kinds)} different kinds of node, the limit is {MAX_KINDS}",
            )
        if _depth(parts) > MAX_DEPTH:
            raise ApiError("LIMIT_EXCEEDED", f"graph {name} is deeper than {MAX_DEPTH}")


def _kind(part: Part) -> tuple[str, str, str]:
    found = _SOBJECTS.match(part.url)
    if not found:
        raise ApiError("INVALID_REQUEST", f"only sobjects resources are allowed in a graph, not {part.url}")
    return found["version"], part.method, found["object"].lower()


def _depth(parts: Sequence[Part]) -> int:
    depths: dict[str, int] = {}
    for part in parts:
        above: Mapping[str, int] = depths
        depths[part.reference_id] = 1 + max((above[name] for name in references_in([part.url, part.body])), default=0)
    return max(depths.values())
