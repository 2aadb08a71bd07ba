"""Records by another system's key: the `sync_key` and `integrate` routes, which make repeatable creates.

Public source: Sugar developer guide, REST endpoints of the Integrate API.
"""

from __future__ import annotations

from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Page, Row, Where
from connector.sandbox.sugarcrm.answers import Answer, SugarError, ok
from connector.sandbox.sugarcrm.call import SugarCall, denied
from connector.sandbox.sugarcrm.records import record_of
from connector.sandbox.sugarcrm.saving import create_record, delete_record, update_record

SYNC_KEY = "sync_key"


def upsert_by_sync_key(call: SugarCall) -> Answer:
    """`PATCH|PUT /<module>/sync_key/:value`."""
    module_name, _, value = call.segments
    return _upsert(call, module_name, SYNC_KEY, value)


def upsert(call: SugarCall) -> Answer:
    """`PATCH|PUT /integrate/<module>/:field/:value`: 201 when created, 200 when updated."""
    _, module_name, field, value = call.segments
    return _upsert(call, module_name, field, value)


def retrieve_by_key(call: SugarCall) -> Answer:
    """`GET /integrate/<module>/:field/:value`. Raises SugarError (422) for an unknown key."""
    _, module_name, field, value = call.segments
    module = _module(call, module_name, field)
    found = _existing(call, module, field, value)
    call.trace.records += 1
    return ok(record_of(call, module, found))


def delete_by_key(call: SugarCall) -> Answer:
    """`DELETE /integrate/<module>/:field/:value`. Raises SugarError (422) for an unknown key."""
    _, module_name, field, value = call.segments
    module = _module(call, module_name, field)
    call.writable_module(module_name)
    found = _existing(call, module, field, value)
    delete_record(call, module, found)
    return ok({"record": found["id"]})


def stamp(call: SugarCall) -> Answer:
    """`PUT|PATCH /integrate/<module>/:record_id/:field/:value`: give an existing record its key."""
    _, module_name, record_id, field, value = call.segments
    module = _module(call, module_name, field)
    call.writable_module(module_name)
    call.row(module, record_id, "edit")
    other = _found(call, module, field, value)
    if other is not None and other["id"] != record_id:
        raise SugarError("invalid_parameter", f"{field} {value} belongs to another record")
    update_record(call, module, record_id, {field: value})
    return ok({"success": True})


def _upsert(call: SugarCall, module_name: str, field: str, value: str) -> Answer:
    module = _module(call, module_name, field)
    call.writable_module(module_name)
    found = _found(call, module, field, value)
    body = {name: item for name, item in call.body.items() if name != "id"}
    if found is None:
        return Answer(201, {"record": create_record(call, module, {**body, field: value})})
    update_record(call, module, str(found["id"]), body)
    return ok({"record": found["id"]})


def _module(call: SugarCall, name: str, field: str) -> Module:
    if call.settings.sync_key_admin_only and not call.is_admin:
        raise denied("the integrate API")
    module = call.module(name)
    one = module.fields.get(field)
    if one is None or not one.stored:
        raise SugarError("invalid_parameter", f"Unable to find field {field} in module {name}")
    return module


def _existing(call: SugarCall, module: Module, field: str, value: str) -> Row:
    found = _found(call, module, field, value)
    if found is None:
        raise SugarError("invalid_parameter", f"Could not find record with {field}: {value} in module: {module.name}")
    return found


def _found(call: SugarCall, module: Module, field: str, value: str) -> Row | None:
    where = Where(f"{call.instance.column(module.name, field)} = ?", (value,))
    rows = call.instance.select(module.name, where & call.visible(module), page=Page(2))
    if len(rows) > 1:
        raise SugarError("invalid_parameter", f"More than one record has {field}: {value}")
    return rows[0] if rows else None
