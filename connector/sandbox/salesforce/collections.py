"""sObject Collections: up to 200 records of mixed objects in one call.

Source: REST API developer guide, "sObject Collections".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from connector.sandbox.salesforce.http_answers import Answer, RestCall
from connector.sandbox.salesforce.org import ApiError, DmlOptions, SaveResult
from connector.sandbox.salesforce.rest_options import dml_options, flag
from connector.sandbox.salesforce.saving import Rows, result_json, rolled_back, save_rows

MAX_RECORDS, MAX_CHUNKS, MAX_RETRIEVED = 200, 10, 2000

Chunk = tuple[str, list[Mapping[str, object]]]
SaveChunk = Callable[[str, Rows, DmlOptions], list[SaveResult]]


class _Undo(Exception):
    """Leaves a transaction so that it is rolled back; carries the results to answer with."""

    def __init__(self, results: list[SaveResult]) -> None:
        super().__init__()
        self.results = results


def create(call: RestCall) -> Answer:
    """`POST /composite/sobjects`."""
    body, all_or_none = _request(call)
    return _save(call, _chunks(body), all_or_none, call.org.create)


def update(call: RestCall) -> Answer:
    """`PATCH /composite/sobjects`; every record carries `id` (in any case)."""
    body, all_or_none = _request(call)
    return _save(call, _chunks(body), all_or_none, call.org.update)


def upsert(call: RestCall) -> Answer:
    """`PATCH /composite/sobjects/<Object>/<Field>`; every record carries the field."""
    body, all_or_none = _request(call)
    _, _, object_name, field = call.segments
    rows: list[Mapping[str, object]] = [_without_attributes(record) for record in body]
    return _save(
        call,
        [(object_name, rows)],
        all_or_none,
        lambda name, chunk, options: call.org.upsert(name, field, chunk, options),
    )


def delete(call: RestCall) -> Answer:
    """`DELETE /composite/sobjects?ids=a,b&allOrNone=false`."""
    ids = [part for part in call.query.get("ids", "").split(",") if part]
    if not ids:
        raise ApiError("MISSING_ARGUMENT", "ids is a required parameter")
    _check_size(ids, MAX_RECORDS)
    rows: list[Mapping[str, object]] = [{"Id": record_id} for record_id in ids]
    chunks = [
        (name, list(group)) for name, group in groupby(rows, lambda row: call.org.object_of(str(row["Id"])) or "")
    ]
    return _save(
        call,
        chunks,
        flag(dict(call.query), "allOrNone"),
        lambda _, chunk, options: call.org.delete([str(row["Id"]) for row in chunk], options),
    )


def retrieve(call: RestCall) -> Answer:
    """`POST /composite/sobjects/<Object>` with `ids` and `fields`: null where a record is missing."""
    body = call.mapping_body()
    ids, fields = body.get("ids"), body.get("fields")
    if not isinstance(ids, list) or not isinstance(fields, list):
        raise ApiError("MISSING_ARGUMENT", "ids and fields are required")
    return _retrieved(call, [str(item) for item in ids], [str(item) for item in fields])


def retrieve_by_query(call: RestCall) -> Answer:
    """`GET /composite/sobjects/<Object>?ids=&fields=`."""
    ids = [part for part in call.query.get("ids", "").split(",") if part]
    fields = [part for part in call.query.get("fields", "").split(",") if part]
    if not ids or not fields:
        raise ApiError("MISSING_ARGUMENT", "ids and fields are required")
    return _retrieved(call, ids, fields)


def _retrieved(call: RestCall, ids: Sequence[str], fields: Sequence[str]) -> Answer:
    _check_size(ids, MAX_RETRIEVED)
    found = call.org.retrieve(call.segments[2], ids, fields, call.version)
    call.trace.records += sum(record is not None for record in found)
    return Answer(200, found)


def _request(call: RestCall) -> tuple[list[Mapping[str, object]], bool]:
    body = call.mapping_body()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ApiError("JSON_PARSER_ERROR", "records must be a list of sObjects")
    _check_size(records, MAX_RECORDS)
    return records, flag(body, "allOrNone")


def _check_size(items: Sequence[object], most: int) -> None:
    if len(items) > most:
        raise ApiError(
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {most} records in this operation",
        )


def _chunks(records: Sequence[Mapping[str, object]]) -> list[Chunk]:
    """Consecutive records of one object; the server works through them in this order."""
    typed = [(_type_of(record), _without_attributes(record)) for record in records]
    chunks: list[Chunk] = [
        (name, [record for _, record in group]) for name, group in groupby(typed, lambda item: item[0])
    ]
    if len(chunks) > MAX_CHUNKS:
        raise ApiError(
            "TOO_MANY_CHUNKS", f"records of mixed types form {len(chunks)} chunks, the limit is {MAX_CHUNKS}"
        )
    return chunks


def _type_of(record: Mapping[str, object]) -> str:
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str) or not name:
        raise ApiError(
            "INVALID_TYPE",
            "Missing entity type information. sObject requires a separate 'attributes' field with the entity type.",
        )
    return name


def _without_attributes(record: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if name != "attributes"}


def _save(call: RestCall, chunks: Sequence[Chunk], all_or_none: bool, save: SaveChunk) -> Answer:
    options = dml_options(call, all_or_none)
    mark = len(call.trace.written)
    try:
        with call.org.transaction():
            results = [result for name, rows in chunks for result in _save_chunk(call, name, rows, options, save)]
            if all_or_none and not all(result.success for result in results):
                raise _Undo([rolled_back() if result.success else result for result in results])
    except _Undo as undo:
        results = undo.results
        del call.trace.written[mark:]
    return Answer(200, [result_json(result) for result in results])


def _save_chunk(call: RestCall, name: str, rows: Rows, options: DmlOptions, save: SaveChunk) -> list[SaveResult]:
    try:
        return save_rows(call.trace, name, rows, lambda accepted: save(name, accepted, options))
    except ApiError as error:
        # An unknown object makes the whole request malformed, which this resource answers with 400.
        raise ApiError(error.code, error.message, 400, error.fields, error.extra) from error
