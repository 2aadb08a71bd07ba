"""V8's records: list, read, create, change and delete.

Source: SuiteCRM 7.14.6, Api/V8/Service/ModuleService.php and Api/V8/Param/.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from connector.sandbox.exchange import Reply, Request, Trace
from connector.sandbox.sugar import words
from connector.sandbox.sugar.cleaning import is_true, plain
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import DuplicateId, Order, Row
from connector.sandbox.suitecrm import v8_parameters as parameters
from connector.sandbox.suitecrm.v8_answers import AccessDenied, ParameterError, V8Error, document, message
from connector.sandbox.suitecrm.v8_filters import DATABASE_FAILURE, Filter, parse_filter, parse_sort
from connector.sandbox.suitecrm.v8_parameters import Nested, Page
from connector.sandbox.suitecrm.v8_shapes import Manner, Shape, TimeFormat
from connector.sandbox.suitecrm.v8_vardefs import attribute_names

_AUDIT = {
    "created_by": frozenset({"created_by", "created_by_name"}),
    "modified_user_id": frozenset({"modified_user_id", "modified_by_name"}),
    "date_entered": frozenset({"date_entered"}),
    "date_modified": frozenset({"date_modified"}),
}
# Properties of the bean itself, which are no fields but may be set.
_BEAN_PROPERTIES = frozenset({"new_with_id", "update_date_modified", "update_modified_by", "set_created_by"})


@dataclass(frozen=True, slots=True)
class V8Call:
    """One call on its way: who makes it, what it asks, and the path that its links begin with."""

    instance: SugarInstance
    request: Request
    trace: Trace
    user_id: str
    path: str

    @property
    def query(self) -> Nested:
        """The query string, brackets nested."""
        return parameters.parse_query(self.request.query_string)

    @property
    def manner(self) -> Manner:
        """How values leave this instance."""
        settings = self.instance.settings
        times = TimeFormat(str(settings["user_time_format"]), str(settings["v8_offset"]))
        return Manner(times, bool(settings["html_entities"]))

    def module(self, name: str) -> Module:
        """A module by its name or its bean's (`Leads`, `Lead`). Raises ParameterError."""
        found = module_named(self.instance, name)
        if found is None:
            raise ParameterError(f"Module {name} does not exist")
        return found

    def bean_module(self, name: str) -> Module:
        """The same where a record is looked up: the refusal comes later and in other words."""
        found = module_named(self.instance, name)
        if found is None:
            raise V8Error(f"Module with name {name} is not found")
        return found

    def bean(self, module: Module, record_id: str) -> Row:
        """A live record. Raises V8Error."""
        row = self.instance.get(module.name, record_id)
        if row is None:
            raise V8Error(f"{module.name} module with id {record_id} is not found")
        return row

    def demand(self, action: str, row: Row | None = None) -> None:
        """Refuse what the user may not do."""
        if not self.instance.access(self.user_id).may(action, row):
            raise AccessDenied


def module_named(instance: SugarInstance, name: str) -> Module | None:
    """A module by its own name or by that of its bean."""
    found = instance.modules.get(name)
    return found or next((one for one in instance.modules.values() if one.object_name == name), None)


def list_records(call: V8Call, module_name: str) -> Reply:
    """`GET /module/{m}`: a page of live records, or the first 20 without `meta` when no size is asked for."""
    query = call.query
    parameters.check_options(query, ("fields", "filter", "moduleName", "page", "sort"))
    parameters.check_module_name(module_name)
    module = call.module(module_name)
    fields = _fields(call, query)
    page = parameters.page_option(query)
    order = parse_sort(module, parameters.sort_option(query))
    wanted = parse_filter(module, parameters.array_option(query, "filter"), bool(call.instance.settings["v8_or_bug"]))
    wanted.check()
    call.demand("view")
    rows = _page_of(call, module, (wanted, order, page), fields)
    call.trace.records = len(rows)
    shape = Shape(module, fields, call.manner)
    data = [shape.resource(row, f"{call.path}/{row['id']}") for row in rows]
    if not data or not page.paged:
        return document(200, data)
    pages = math.ceil(call.instance.count(module.name, wanted.where) / page.size)
    meta = {"total-pages": pages, "records-on-this-page": len(data)}
    return document(200, data, meta, page_links(call, page, pages))


def _page_of(
    call: V8Call, module: Module, asked: tuple[Filter, tuple[Order, ...], Page], fields: list[str] | None
) -> list[Row]:
    wanted, order, page = asked
    where = wanted.where & call.instance.access(call.user_id).listed(module)
    limit = page.size if page.paged else int(str(call.instance.settings["list_max_entries_per_page"]))
    rows = call.instance.select(
        module.name,
        where,
        order,
        words.Page(limit, page.offset),
        fields=fields,
        deleted="deleted" if wanted.deleted else "live",
    )
    if wanted.deleted and rows:
        # Each row found is fetched again, and a deleted one is not there any more.
        raise V8Error(f"{module.name} module with id {rows[0]['id']} is not found")
    return rows


def page_links(call: V8Call, page: Page, pages: int) -> Mapping[str, object]:
    """The links between pages: relative, without `/Api`, not percent-encoded, null where there is no such page."""
    back, on = page.number > 1, page.number + 1 <= pages
    return {
        "first": _page_link(call, 1) if back else None,
        "prev": _page_link(call, page.number - 1) if back else None,
        "next": _page_link(call, page.number + 1) if on else None,
        "last": _page_link(call, pages) if on else None,
    }


def _page_link(call: V8Call, number: int) -> str:
    query = call.query
    page = query.get("page")
    query["page"] = {**(page if isinstance(page, dict) else {}), "number": str(number)}
    return f"{call.path}?{parameters.build_query(query)}"


def _fields(call: V8Call, query: Mapping[str, object]) -> list[str] | None:
    """The names in `fields[<Module>]`; only the first module named there is looked at."""
    given = parameters.array_option(query, "fields")
    if given is None:
        return None
    name, text = next(iter(given.items()))
    module = call.module(name)
    if not isinstance(text, str) or not text:
        raise ParameterError('The option "fields" with value array is invalid.')
    fields = text.split(",")
    unknown = [one for one in fields if one not in attribute_names(module)]
    if unknown:
        plural, verb = ("s", "are") if len(unknown) > 1 else ("", "is")
        raise ParameterError(
            f"The following field{plural} in {module.object_name} module {verb} not found: {', '.join(unknown)}"
        )
    return fields


def get_record(call: V8Call, module_name: str, record_id: str) -> Reply:
    """`GET /module/{m}/{id}`."""
    query = call.query
    parameters.check_options(query, ("fields", "id", "moduleName"))
    parameters.check_module_name(module_name)
    parameters.check_id(record_id)
    fields = _fields(call, query)
    module = call.bean_module(module_name)
    row = call.bean(module, record_id)
    call.demand("view", row)
    call.trace.records = 1
    return document(200, Shape(module, fields, call.manner).resource(row, call.path))


@dataclass(frozen=True, slots=True)
class _Sent:
    """The `data` of a create or an update."""

    module: Module
    id: str | None
    attributes: Mapping[str, object]


def create_record(call: V8Call) -> Reply:
    """`POST /module`: 201 and the record as it was stored."""
    sent = _sent(call, update=False)
    if sent.id is not None and call.instance.get(sent.module.name, sent.id, deleted=True) is not None:
        raise V8Error(f"Bean {sent.module.name} with id {sent.id} is already exist")
    call.demand("edit")
    return _saved(call, sent, create=True)


def update_record(call: V8Call) -> Reply:
    """`PATCH /module`: 201 and the record as it is now; the id is in the body, not in the path."""
    sent = _sent(call, update=True)
    row = call.bean(sent.module, str(sent.id))
    call.demand("edit", row)
    return _saved(call, sent, create=False)


def delete_record(call: V8Call, module_name: str, record_id: str) -> Reply:
    """`DELETE /module/{m}/{id}`: a soft delete."""
    parameters.check_options(call.query, ("id", "moduleName"))
    parameters.check_module_name(module_name)
    parameters.check_id(record_id)
    module = call.bean_module(module_name)
    row = call.bean(module, record_id)
    call.demand("delete", row)
    refuse_rows(call)
    call.instance.delete(module.name, record_id, call.user_id)
    _wrote(call, module, record_id)
    return message(200, f"Record with id {record_id} is deleted")


def refuse_rows(call: V8Call) -> None:
    """Raise what the fault plan holds against the one row of this call."""
    for fault in call.trace.refused_rows(1).values():
        raise V8Error(fault.message)


def _saved(call: V8Call, sent: _Sent, create: bool) -> Reply:
    refuse_rows(call)
    # A null is passed over, as PHP's isset does; an empty text clears.
    values = {name: plain(value) for name, value in sent.attributes.items() if value is not None}
    deleting = is_true(values.pop("deleted", None))
    keep = frozenset(name for name, given in _AUDIT.items() if given & values.keys())
    try:
        done = call.instance.save(
            sent.module.name,
            values if create else {**values, "id": sent.id},
            user_id=call.user_id,
            create=create,
            new_id=sent.id if create else None,
            keep=keep,
        )
    except DuplicateId as error:
        raise V8Error(DATABASE_FAILURE) from error
    if deleting:
        return _deleted_by_attribute(call, sent, done.id)
    _wrote(call, sent.module, done.id)
    row = call.instance.require(sent.module.name, done.id)
    return document(201, Shape(sent.module, None, call.manner).resource(row, f"{call.path}/{done.id}"))


def _deleted_by_attribute(call: V8Call, sent: _Sent, record_id: str) -> Reply:
    call.demand("delete")
    call.instance.delete(sent.module.name, record_id, call.user_id)
    _wrote(call, sent.module, record_id)
    row = call.instance.get(sent.module.name, record_id, deleted=True) or {"id": record_id}
    return document(201, Shape(sent.module, None, call.manner).resource(row, f"{call.path}/{record_id}"))


def _wrote(call: V8Call, module: Module, record_id: str) -> None:
    call.trace.records = 1
    call.trace.wrote(module.name, [record_id])


def body_of(request: Request) -> Mapping[str, object]:
    """The JSON body; one that cannot be read counts as empty, as Slim reads it."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def data_of(request: Request) -> Mapping[str, object]:
    """The `data` of the body. Raises ParameterError."""
    body = body_of(request)
    parameters.require_options(body, ("data",))
    parameters.check_options(body, ("data",))
    return parameters.array_option(body, "data") or {}


def _sent(call: V8Call, update: bool) -> _Sent:
    data = data_of(call.request)
    parameters.check_options(data, ("attributes", "id", "type"))
    parameters.require_options(data, ("id", "type") if update else ("type",))
    name = parameters.check_module_name(data["type"], "type")
    check_id = parameters.check_id if update else parameters.check_uuid
    record_id = check_id(data["id"]) if "id" in data else None
    attributes = parameters.array_option(data, "attributes") if data.get("attributes") else {}
    if attributes:
        _check_attributes(call.module(name), attributes)
    return _Sent(call.module(name), record_id, attributes or {})


def _check_attributes(module: Module, attributes: Mapping[str, object]) -> None:
    known = attribute_names(module) | _BEAN_PROPERTIES
    for name in attributes:
        if name not in known:
            raise ParameterError(f"Property {name} in {module.object_name} module is invalid")
