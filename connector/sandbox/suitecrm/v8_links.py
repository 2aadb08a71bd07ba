"""V8's relationships: read, relate, end.

Source: SuiteCRM 7.14.6, Api/V8/Service/RelationshipService.php, Api/V8/BeanDecorator/BeanManager.php.
"""

from __future__ import annotations

import math

from connector.sandbox.exchange import Reply
from connector.sandbox.sugar import words
from connector.sandbox.sugar.schema import LinkDef, Module
from connector.sandbox.sugar.words import Row, Selection
from connector.sandbox.suitecrm import v8_parameters as parameters
from connector.sandbox.suitecrm.v8_answers import ParameterError, V8Error, document, message
from connector.sandbox.suitecrm.v8_filters import parse_filter, parse_sort
from connector.sandbox.suitecrm.v8_records import V8Call, data_of, page_links, refuse_rows
from connector.sandbox.suitecrm.v8_shapes import Shape


def list_related(call: V8Call, module_name: str, record_id: str, link_name: str) -> Reply:
    """`GET .../relationships/{link}`: all related records, or a page of them; `fields` is not known here."""
    query = call.query
    options = ("filter", "id", "linkFieldName", "moduleName", "page", "sort", "sourceBean")
    parameters.check_options(query, options)
    module, row = _source(call, module_name, record_id)
    link = _link(module, link_name)
    other = call.instance.modules[link.module]
    page = parameters.page_option(query)
    order = parse_sort(other, parameters.sort_option(query))
    wanted = parse_filter(other, parameters.array_option(query, "filter"))
    wanted.check()
    call.demand("view", row)
    limits = words.Page(page.size, page.offset) if page.paged else words.Page()
    rows = call.instance.related(module.name, record_id, link.name, Selection(wanted.where, order, limits))
    call.trace.records = len(rows)
    if not rows:
        return message(200, f"There is no relationship set in {module.object_name} module with {link.name} link field")
    shape = Shape(other, None, call.manner)
    data = [shape.related(one) for one in rows]
    total = call.instance.count_related(module.name, record_id, link.name, wanted.where) if page.paged else len(rows)
    pages = math.ceil(total / page.size) if page.paged else 1
    meta = {"total-records": total, "total-pages": pages, "records-on-this-page": len(data)}
    return document(200, data, meta, page_links(call, page, pages) if page.paged else None)


def relate(call: V8Call, module_name: str, record_id: str, link_name: str | None) -> Reply:
    """`POST .../relationships[/{link}]`: 201. Without a link, the one between the two modules is looked up."""
    module, row = _source(call, module_name, record_id)
    other, other_row = _related_bean(call)
    link = _link(module, link_name) if link_name is not None else _guessed_link(module, other)
    call.demand("edit", row)
    refuse_rows(call)
    if not call.instance.relate(module.name, row["id"], link.name, other_row["id"]):
        raise V8Error(
            f"Cannot create relationship {link.name} between module {module.object_name} and {other.object_name}"
        )
    _wrote(call, module, row, other, other_row)
    if link_name is None:
        said = f"{other.object_name} with id {other_row['id']} has been added to"
        return message(201, f"{said} {module.object_name} with id {row['id']}")
    return message(
        201,
        f"{other.name} record with id {other_row['id']} has been related to {module.name} record"
        f" with id {row['id']} using link {link.name}",
        sourceModule=module.name,
        sourceModuleLabel=module.name,
        sourceId=row["id"],
        relatedModule=other.name,
        relatedModuleLabel=other.name,
        relatedId=other_row["id"],
        relationshipLink=link.name,
    )


def unrelate(call: V8Call, module_name: str, record_id: str, link_name: str, other_id: str) -> Reply:
    """`DELETE .../relationships/{link}/{relatedId}`."""
    parameters.check_uuid(other_id, "relatedBeanId")
    module, row = _source(call, module_name, record_id)
    link = _link(module, link_name)
    other = call.instance.modules[link.module]
    related = {
        one["id"]: one for one in call.instance.related(module.name, row["id"], link.name, Selection(fields=["id"]))
    }
    if other_id not in related:
        raise V8Error(f"Module with {other_id} id is not related to {module.object_name}")
    call.demand("edit", row)
    refuse_rows(call)
    call.instance.unrelate(module.name, row["id"], link.name, other_id)
    _wrote(call, module, row, other, related[other_id])
    return message(
        200,
        f"Relationship has been deleted between {module.object_name} with id {row['id']}"
        f" and {other.object_name} with id {other_id}",
    )


def _source(call: V8Call, module_name: str, record_id: str) -> tuple[Module, Row]:
    """The record that a path begins with: found while the parameters are read, so refused as one of them."""
    parameters.check_module_name(module_name)
    parameters.check_id(record_id)
    return _parameter_bean(call, module_name, record_id)


def _related_bean(call: V8Call) -> tuple[Module, Row]:
    data = data_of(call.request)
    parameters.check_options(data, ("id", "type"))
    parameters.require_options(data, ("id", "type"))
    name = parameters.check_module_name(data["type"], "type")
    return _parameter_bean(call, name, parameters.check_id(data["id"]))


def _parameter_bean(call: V8Call, module_name: str, record_id: str) -> tuple[Module, Row]:
    try:
        module = call.bean_module(module_name)
        return module, call.bean(module, record_id)
    except V8Error as error:
        raise ParameterError(error.detail) from error


def _link(module: Module, name: str) -> LinkDef:
    link = module.links.get(name)
    if link is None:
        raise ParameterError(f"Cannot load relationship {name} for {module.object_name} module")
    return link


def _guessed_link(module: Module, other: Module) -> LinkDef:
    """The last link whose relationship joins the two modules, as SuiteCRM looks it up."""
    found = [one for one in module.links.values() if one.module == other.name]
    if not found:
        raise V8Error(
            f"Link field has not found in {module.object_name} to determine relationship for {other.object_name}"
        )
    return found[-1]


def _wrote(call: V8Call, module: Module, row: Row, other: Module, other_row: Row) -> None:
    call.trace.records = 1
    call.trace.wrote(module.name, [row["id"]])
    call.trace.wrote(other.name, [other_row["id"]])
