"""Routes behind `/<module>/:id/link`: list, create, relate, change the relation, unrelate."""

from __future__ import annotations

from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Row
from connector.sandbox.sugarcrm.answers import Answer, SugarError, ok
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.listing import Listing, count_of, page_rows, shaped
from connector.sandbox.sugarcrm.records import record_of
from connector.sandbox.sugarcrm.saving import create_related, link_of, relate_existing, unrelate_existing
from connector.sandbox.sugarcrm.selection import Selection
from connector.sandbox.sugarcrm.shape import Record


def _near(call: SugarCall, writing: bool = False) -> tuple[Module, Row]:
    find = call.writable_module if writing else call.module
    module = find(call.segments[0])
    return module, call.row(module, call.segments[1], "edit" if writing else "view")


def _listing(call: SugarCall, module: Module, row: Row) -> Listing:
    name = call.segments[3]
    other = call.module(link_of(module, name).module)
    return Listing(other, call.instance.behind(module.name, str(row["id"]), name))


def related(call: SugarCall) -> Answer:
    """`GET /<module>/:id/link/:link`: a page, each record with the relation's own columns."""
    module, row = _near(call)
    listing = _listing(call, module, row)
    rows, following, selection = page_rows(call, listing)
    records = shaped(call, listing.module, rows, selection)
    _add_relation_columns(call, module, str(row["id"]), records)
    return ok({"next_offset": following, "records": records})


def _add_relation_columns(call: SugarCall, module: Module, record_id: str, records: list[Record]) -> None:
    name = call.segments[3]
    columns = call.instance.schema.relations[link_of(module, name).relationship].columns
    if not columns or link_of(module, name).module == "EmailAddresses":
        return
    known = call.instance.relation_columns(module.name, record_id, name)
    for record in records:
        row = known.get(str(record["id"]), {})
        record.update({column: row.get(column) or "" for column in columns})


def related_count(call: SugarCall) -> Answer:
    """`GET /<module>/:id/link/:link/count`."""
    module, row = _near(call)
    return ok({"record_count": count_of(call, _listing(call, module, row))})


def related_record(call: SugarCall) -> Answer:
    """`GET /<module>/:id/link/:link/:remote_id`."""
    module, row = _near(call)
    name, remote = call.segments[3], call.segments[4]
    other = call.module(link_of(module, name).module)
    if remote not in call.instance.related_ids(module.name, str(row["id"]), name):
        raise SugarError("not_found", f"Could not find record: {remote} behind link: {name}")
    return ok(_far(call, other, remote))


def create_behind(call: SugarCall) -> Answer:
    """`POST /<module>/:id/link/:link`: a new record from the body, related at once."""
    module, row = _near(call, writing=True)
    name = call.segments[3]
    new_id = create_related(call, module, (str(row["id"]), name), call.body)
    return ok(_pair(call, module, str(row["id"]), new_id))


def relate_many(call: SugarCall) -> Answer:
    """`POST /<module>/:id/link`: `{"link_name": …, "ids": [id or {"id": …, relation columns}]}`."""
    module, row = _near(call, writing=True)
    name, ids = str(call.body.get("link_name") or ""), call.body.get("ids")
    if not name or not isinstance(ids, list):
        raise SugarError("missing_parameter", "Missing parameter: link_name, ids")
    other = call.module(link_of(module, name).module)
    near_id = str(row["id"])
    far_ids = [relate_existing(call, module, (near_id, name), item) for item in ids]
    record = record_of(call, module, call.row(module, near_id))
    return ok({"record": record, "related_records": [_far(call, other, far_id) for far_id in far_ids]})


def relate_one(call: SugarCall) -> Answer:
    """`POST|PUT /<module>/:id/link/:link/:remote_id`; the body may hold relation columns."""
    module, row = _near(call, writing=True)
    remote = call.segments[4]
    relate_existing(call, module, (str(row["id"]), call.segments[3]), {**call.body, "id": remote})
    return ok(_pair(call, module, str(row["id"]), remote))


def unrelate(call: SugarCall) -> Answer:
    """`DELETE /<module>/:id/link/:link/:remote_id`."""
    module, row = _near(call, writing=True)
    remote = call.segments[4]
    unrelate_existing(call, module, (str(row["id"]), call.segments[3]), remote)
    call.trace.wrote(module.name, [str(row["id"])])
    return ok(_pair(call, module, str(row["id"]), remote))


def _pair(call: SugarCall, module: Module, near_id: str, far_id: str) -> dict[str, object]:
    other = call.module(link_of(module, call.segments[3]).module)
    return {"record": record_of(call, module, call.row(module, near_id)), "related_record": _far(call, other, far_id)}


def _far(call: SugarCall, other: Module, record_id: str) -> Record:
    return shaped(call, other, [call.row(other, record_id)], Selection())[0]
