"""Single records: create, read, update, upsert by external id, delete.

Source: REST API developer guide, "sObject Rows" and "sObject Rows by External ID".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connector.sandbox.salesforce.http_answers import Answer, RestCall, not_found, row_refusal
from connector.sandbox.salesforce.org import ApiError, Record, SaveResult
from connector.sandbox.salesforce.rest_options import dml_options, flag, http_date
from connector.sandbox.salesforce.saving import save_rows
from connector.sandbox.salesforce.versions import number_of

# Before this version an upsert that updated answered 204 without a body.
_UPSERT_BODY_SINCE = 46


def create(call: RestCall) -> Answer:
    """`POST /sobjects/<Object>`, also the form `POST /sobjects/<Object>/Id`."""
    object_name = call.segments[1]
    options = dml_options(call)
    row = _without_attributes(call.mapping_body())
    result = save_rows(call.trace, object_name, [row], lambda rows: call.org.create(object_name, rows, options))[0]
    if not result.success or result.id is None:
        return row_refusal(result.errors)
    return _created(call, object_name, {"id": result.id, "success": True, "errors": []})


def retrieve(call: RestCall) -> Answer:
    """`GET /sobjects/<Object>/<id>`."""
    return _retrieve(call, call.segments[1], _live_id(call))


def update(call: RestCall) -> Answer:
    """`PATCH /sobjects/<Object>/<id>`."""
    body = _without_attributes(call.mapping_body())
    if any(name.lower() == "id" for name in body):
        raise ApiError("INVALID_FIELD", "The Id field should not be specified in the sobject data.", fields=("Id",))
    return _update(call, call.segments[1], _live_id(call), body)


def delete(call: RestCall) -> Answer:
    """`DELETE /sobjects/<Object>/<id>`."""
    return _delete(call, call.segments[1], _live_id(call))


def retrieve_by_external(call: RestCall) -> Answer:
    """`GET /sobjects/<Object>/<Field>/<value>`; 300 with the addresses when several records match."""
    ids = _external_ids(call)
    if len(ids) > 1:
        return _several(call, ids)
    return _retrieve(call, call.segments[1], ids[0])


def delete_by_external(call: RestCall) -> Answer:
    """`DELETE /sobjects/<Object>/<Field>/<value>`."""
    ids = _external_ids(call)
    return _several(call, ids) if len(ids) > 1 else _delete(call, call.segments[1], ids[0])


def upsert(call: RestCall) -> Answer:
    """`PATCH /sobjects/<Object>/<Field>/<value>`: 201 created, 200 updated (204 before v46), 300 ambiguous."""
    _, object_name, field, value = call.segments
    body = _without_attributes(call.mapping_body())
    if any(name.lower() == field.lower() for name in body):
        raise ApiError(
            "INVALID_FIELD",
            f"The {field} field should not be specified in the sobject data.",
            fields=(field,),
        )
    ids = call.org.find_by_external(object_name, field, value)
    if len(ids) > 1:
        return _several(call, ids)
    update_only = flag(dict(call.query), "updateOnly")
    if update_only and not ids:
        raise not_found()
    options = dml_options(call)
    result = save_rows(
        call.trace,
        object_name,
        [{**body, field: value}],
        lambda rows: call.org.upsert(object_name, field, rows, options, update_only),
    )[0]
    return _upserted(call, object_name, result)


def _upserted(call: RestCall, object_name: str, result: SaveResult) -> Answer:
    if not result.success:
        return row_refusal(result.errors)
    shown: dict[str, object] = {"id": result.id, "success": True, "errors": [], "created": bool(result.created)}
    if result.created:
        return _created(call, object_name, shown)
    return Answer(200, shown) if number_of(call.version) >= _UPSERT_BODY_SINCE else Answer(204)


def _created(call: RestCall, object_name: str, shown: Mapping[str, object]) -> Answer:
    return Answer(201, shown, {"Location": call.url("sobjects", object_name, str(shown["id"]))})


def _live_id(call: RestCall) -> str:
    object_name, record_id = call.segments[1], call.segments[2]
    state = call.org.record_state(object_name, record_id)
    if state == "deleted":
        raise ApiError("ENTITY_IS_DELETED", "entity is deleted", 404)
    if state != "live":
        raise not_found()
    return record_id


def _external_ids(call: RestCall) -> list[str]:
    ids = call.org.find_by_external(call.segments[1], call.segments[2], call.segments[3])
    if not ids:
        raise not_found()
    return ids


def _several(call: RestCall, ids: list[str]) -> Answer:
    return Answer(300, [call.url("sobjects", call.segments[1], record_id) for record_id in ids])


def _retrieve(call: RestCall, object_name: str, record_id: str) -> Answer:
    asked = call.query.get("fields")
    fields = [name.strip() for name in asked.split(",")] if asked else None
    found = call.org.retrieve(object_name, [record_id], fields, call.version)[0]
    if found is None:
        raise not_found()
    stale = _unchanged(call, object_name, record_id)
    if stale is not None:
        return stale
    call.trace.records += 1
    return Answer(200, found)


def _unchanged(call: RestCall, object_name: str, record_id: str) -> Answer | None:
    newer = http_date(call.header("if-modified-since"))
    older = http_date(call.header("if-unmodified-since"))
    if newer is None and older is None:
        return None
    record: Record = call.org.retrieve(object_name, [record_id], ["LastModifiedDate"], call.version)[0] or {}
    changed = datetime.fromisoformat(record["LastModifiedDate"]).replace(microsecond=0)
    if newer is not None and changed <= newer:
        return Answer(304)
    return Answer(412) if older is not None and changed > older else None


def _update(call: RestCall, object_name: str, record_id: str, body: Mapping[str, object]) -> Answer:
    options = dml_options(call)
    row = {**body, "Id": record_id}
    result = save_rows(call.trace, object_name, [row], lambda rows: call.org.update(object_name, rows, options))[0]
    return Answer(204) if result.success else row_refusal(result.errors)


def _delete(call: RestCall, object_name: str, record_id: str) -> Answer:
    options = dml_options(call)
    result = save_rows(
        call.trace,
        object_name,
        [{"Id": record_id}],
        lambda rows: call.org.delete([str(row["Id"]) for row in rows], options),
    )[0]
    return Answer(204) if result.success else row_refusal(result.errors)


def _without_attributes(body: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in body.items() if name != "attributes"}
