"""Single records: retrieve, create, update, delete."""

from __future__ import annotations

from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Row
from connector.sandbox.sugarcrm.answers import Answer, SugarError, ok
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.listing import shaped
from connector.sandbox.sugarcrm.saving import create_record, delete_record, update_record
from connector.sandbox.sugarcrm.selection import read_fields
from connector.sandbox.sugarcrm.shape import Record
from connector.sandbox.sugarcrm.values import moment_of


def retrieve(call: SugarCall) -> Answer:
    """`GET /<module>/:id`."""
    module = call.module(call.segments[0])
    row = call.row(module, call.segments[1])
    call.trace.records += 1
    return ok(record_of(call, module, row))


def create(call: SugarCall) -> Answer:
    """`POST /<module>`: 200 with the new record."""
    module = call.writable_module(call.segments[0])
    record_id = create_record(call, module, call.body)
    return ok(record_of(call, module, call.row(module, record_id)))


def update(call: SugarCall) -> Answer:
    """`PUT /<module>/:id`: what is sent changes, the rest stays; 200 with the record."""
    module = call.writable_module(call.segments[0])
    row = call.row(module, call.segments[1], "edit")
    _check_stamp(call, module, row)
    update_record(call, module, str(row["id"]), call.body)
    return ok(record_of(call, module, call.row(module, str(row["id"]))))


def delete(call: SugarCall) -> Answer:
    """`DELETE /<module>/:id`."""
    module = call.writable_module(call.segments[0])
    row = call.row(module, call.segments[1], "delete")
    delete_record(call, module, row)
    return ok({"id": row["id"]})


def record_of(call: SugarCall, module: Module, row: Row) -> Record:
    """A row as the answer shows it, with the fields that were asked for."""
    selection = read_fields(call.arguments.get("fields"))
    return shaped(call, module, [row], selection)[0]


def _check_stamp(call: SugarCall, module: Module, row: Row) -> None:
    """The opt-in check against lost updates: `X-TIMESTAMP` holds the `date_modified` that the client last read."""
    seen = call.request.header("x-timestamp")
    if not seen:
        return
    one = module.fields["date_modified"]
    if moment_of(one, seen, call.viewer.zone) != moment_of(one, f"{row['date_modified']}+00:00", call.viewer.zone):
        raise SugarError("edit_conflict", extra={"record": record_of(call, module, row)})
