"""Queries over HTTP: SOQL with pages, and a small part of text search.

Sources: REST API developer guide, "Query", "QueryAll", "Query More Results", "Search", "Parameterized Search".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from connector.sandbox.salesforce.http_answers import Answer, RestCall
from connector.sandbox.salesforce.org import ApiError, QueryPage
from connector.sandbox.salesforce.rest_options import batch_size

_MAX_FOUND = 2000
_SEARCHED = ("Name", "Email", "Company", "Phone", "Website", "City")
_FIND = re.compile(
    r"\s*FIND\s*\{(?P<term>.*?)(?<!\\)\}(?:\s+IN\s+\w+\s+FIELDS)?(?:\s+RETURNING\s+(?P<returning>.*))?\s*\Z",
    re.I | re.S,
)
_RETURNING = re.compile(r"(?P<name>\w+)\s*(?:\((?P<inside>[^)]*)\))?\s*(?:,|\Z)")


def query(call: RestCall) -> Answer:
    """`GET /query?q=` and, with `columns=true`, the description of the columns."""
    return _query(call, include_deleted=False)


def query_all(call: RestCall) -> Answer:
    """`GET /queryAll?q=`: deleted rows too."""
    return _query(call, include_deleted=True)


def query_more(call: RestCall) -> Answer:
    """`GET /query/<locator>`: the next page."""
    return _page(call, call.org.query_more(call.segments[1], session=call.session, version=call.version))


def search(call: RestCall) -> Answer:
    """`GET /search?q=FIND {…}`: finds a term in names and addresses, without an index that lags behind."""
    found = _FIND.match(call.query.get("q", ""))
    if not found:
        raise ApiError(
            "MALFORMED_SEARCH",
            "search must be of the form FIND {term} IN ALL FIELDS RETURNING Object(fields)",
        )
    wanted = list(_RETURNING.finditer(found["returning"] or "Account(Id),Contact(Id),Lead(Id)"))
    records = [
        row
        for item in wanted
        for row in _matches(call, item["name"], _term(found["term"]), *_inside(item["inside"] or "Id"))
    ]
    return Answer(200, {"searchRecords": records[:_MAX_FOUND]})


def parameterized_search(call: RestCall) -> Answer:
    """`GET` or `POST /parameterizedSearch`."""
    asked: Mapping[str, object] = call.mapping_body() if call.method == "POST" else call.query
    fields = _names(asked.get("fields")) or ["Id"]
    objects = _search_objects(asked)
    term = str(asked.get("q", ""))
    if len(term) < 2:
        raise ApiError("MALFORMED_SEARCH", "search term must be longer than one character")
    rows = [row for name, limit in objects for row in _matches(call, name, term, fields, limit)]
    return Answer(200, {"searchRecords": rows[:_MAX_FOUND]})


def _query(call: RestCall, include_deleted: bool) -> Answer:
    soql = call.query.get("q")
    if not soql:
        raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
    if call.query.get("columns", "").lower() == "true":
        return Answer(200, call.org.query_columns(soql))
    page = call.org.query(
        soql,
        include_deleted=include_deleted,
        batch_size=batch_size(call),
        session=call.session,
        version=call.version,
    )
    return _page(call, page)


def _page(call: RestCall, page: QueryPage) -> Answer:
    call.trace.records += len(page.records)
    shown: dict[str, object] = {"totalSize": page.total_size, "done": page.done}
    if page.next_locator:
        shown["nextRecordsUrl"] = call.url("query", page.next_locator)
    shown["records"] = page.records
    return Answer(200, shown)


def _term(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).strip().strip('"')


def _inside(text: str) -> tuple[list[str], int]:
    limit = re.search(r"\bLIMIT\s+(\d+)", text, re.I)
    fields = re.split(r"\b(?:WHERE|ORDER|LIMIT)\b", text, maxsplit=1, flags=re.I)[0]
    return _names(fields) or ["Id"], int(limit[1]) if limit else _MAX_FOUND


def _names(value: object) -> list[str]:
    parts: Iterable[object] = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [str(part).strip() for part in parts if str(part).strip()]


def _search_objects(asked: Mapping[str, object]) -> list[tuple[str, int]]:
    objects = asked.get("sobjects", asked.get("sobject"))
    if isinstance(objects, str):
        return [(name, _MAX_FOUND) for name in _names(objects)]
    if isinstance(objects, list) and all(isinstance(item, dict) and "name" in item for item in objects):
        return [(str(item["name"]), int(item.get("limit", _MAX_FOUND))) for item in objects]
    return [(name, _MAX_FOUND) for name in ("Account", "Contact", "Lead")]


def _matches(call: RestCall, object_name: str, term: str, fields: list[str], limit: int) -> list[dict[str, object]]:
    known = {field["name"] for field in call.org.describe(object_name, call.version)["fields"] if field["filterable"]}
    pattern = re.sub(r"([\\'%_])", r"\\\1", term).replace("*", "%")
    tests = " OR ".join(f"{name} LIKE '%{pattern}%'" for name in _SEARCHED if name in known)
    if not tests:
        return []
    soql = f"SELECT {', '.join(fields)} FROM {object_name} WHERE {tests} ORDER BY Id LIMIT {limit}"  # noqa: S608 - escaped SOQL
    page = call.org.query(soql, session=call.session, version=call.version)
    call.trace.records += len(page.records)
    return page.records
