"""Reading methods of the legacy service.

Source: `service/core/SugarWebServiceImpl.php` and its heirs up to v4_1, `SugarBean::process_order_by`, SuiteCRM 7.14.6.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Deleted, NoSuchLink, Order, Page, Row, Selection, Where
from connector.sandbox.suitecrm.v4_1_context import Context
from connector.sandbox.suitecrm.v4_1_query import translate
from connector.sandbox.suitecrm.v4_1_shapes import Pair, Shaper, gone, link_requests
from connector.sandbox.suitecrm.v4_1_transport import Fatal, no_access

_SORT = re.compile(r"\s*(?:(\w+)\.)?(\w+)(?:\s+(asc|desc))?\s*", re.I)
_USER_NAMES = ("assigned_user_name", "modified_by_name", "created_by_name")


def get_entry_list(call: Context) -> object:
    """A page of records."""
    module = call.module()
    call.check("list")
    where, order = _condition(call, module, call.text("query")), _order(module, call.text("order_by"))
    deleted: Deleted = "all" if call.flag("deleted") else "live"
    offset = max(call.number("offset"), 0)
    size = call.number("max_results")
    if size <= 0:
        size = int(str(call.instance.settings["list_max_entries_per_page"]))
    shaper = call.shaper(module)
    names = shaper.names(call.arguments.get("select_fields"))
    rows = call.instance.select(module.name, where, order, Page(size, offset), fields=names, deleted=deleted)
    _show_user_names(call, rows, names)
    total = call.instance.count(module.name, where, deleted=deleted)
    call.count(len(rows))
    return {
        "result_count": len(rows),
        "total_count": str(total) if total else 0,
        "next_offset": offset + len(rows),
        "entry_list": [shaper.entry(row, names) for row in rows],
        "relationship_list": _wrapped_links(call, module, rows),
    }


def get_entries_count(call: Context) -> object:
    """How many records there are, everybody's; the number is a text.

    The query is put before `deleted` without parentheses: an OR on its outermost level counts deleted records too.
    """
    module = call.module()
    call.check("list")
    where = translate(call.instance, module.name, call.text("query"))
    if not call.flag("deleted"):
        where = Where(f'{where.sql} AND +"{module.table}".deleted = 0', where.params)
    return {"result_count": str(call.instance.count(module.name, where, deleted="all"))}


def get_entry(call: Context) -> object:
    """One record by id."""
    entries, rows = _entries(call, [call.text("id")])
    return {"entry_list": entries, "relationship_list": _plain_links(call, call.module(), rows)}


def get_entries(call: Context) -> object:
    """Several records by their ids; linked records come as in a list, not as in a single record."""
    entries, rows = _entries(call, [str(one) for one in call.items("ids")])
    return {"entry_list": entries, "relationship_list": _wrapped_links(call, call.module(), rows)}


def _entries(call: Context, ids: Sequence[str]) -> tuple[list[Pair], list[Row]]:
    """Every asked-for record as it is shown, and the rows of those that are there."""
    module = call.module()
    shaper = call.shaper(module)
    names = shaper.names(call.arguments.get("select_fields"))
    entries: list[Pair] = []
    found: list[Row] = []
    for record_id in ids:
        row = call.instance.get(module.name, record_id)
        if row is None:
            entries.append(gone(module, record_id))
            continue
        call.check("view", row)
        found.append(row)
        entries.append({})
    _show_user_names(call, found, names)
    shown = iter([shaper.entry(row, names) for row in found])
    call.count(len(found))
    return [entry or next(shown) for entry in entries], found


def get_relationships(call: Context) -> object:
    """The records behind a link; `deleted` is not looked at.

    PHP sorts a page after it was read, upwards and by one field: a direction or a second name sorts nothing.
    """
    module = call.module()
    row = call.instance.get(module.name, call.text("module_id"))
    if row is None:
        raise Fatal("Call to a member function on null")
    call.check("view", row)
    link = call.text("link_field_name")
    if link not in module.links:
        return {"entry_list": [], "relationship_list": []}
    other = call.instance.module(module.links[link].module)
    where = translate(call.instance, other.name, call.text("related_module_query"))
    _order(other, call.text("order_by"))
    sort = call.text("order_by") if call.text("order_by") in other.fields else ""
    page = Page(call.number("limit") or None, max(call.number("offset"), 0))
    names = call.shaper(other).names(call.items("related_fields")) if call.items("related_fields") else []
    rows = call.instance.related(module.name, str(row["id"]), link, Selection(where, (), page, {*names, sort}))
    if sort:
        rows.sort(key=lambda one: (one[sort] is not None, one[sort]))
    shaper = call.shaper(other)
    call.count(len(rows))
    return {
        "entry_list": [shaper.entry(one, names) for one in rows],
        "relationship_list": _plain_links(call, other, rows, "related_module_link_name_to_fields_array"),
    }


def search_by_module(call: Context) -> object:
    """Records whose names, addresses or phone numbers hold a text; one row more than asked for, as in life."""
    text = call.text("search_string").strip()
    wanted = [str(one) for one in call.items("modules")] if text else []
    size = call.number("max_results") or int(str(call.instance.settings["list_max_entries_per_page"]))
    found = []
    for name in sorted(set(wanted) & set(call.instance.modules)):
        module = call.instance.module(name)
        rows = _searched(call, module, text, Page(size + 1, max(call.number("offset"), 0)))
        shaper = call.shaper(module)
        names = shaper.names(call.arguments.get("select_fields"))
        found.append({"name": name, "records": [shaper.pairs(row, names) for row in rows]})
        call.count(len(rows))
    return {"entry_list": found}


def _searched(call: Context, module: Module, text: str, page: Page) -> list[Row]:
    pattern = f"{text}%"
    columns = [one for one in ("first_name", "last_name", "name", "phone_work", "phone_office", "account_name")
               if one in module.fields and module.fields[one].stored]  # fmt: skip
    where = Where("0")
    for column in columns:
        where = where | Where(f"{call.instance.column(module.name, column)} LIKE ?", (pattern,))
    if "email_addresses" in module.links:
        where = where | call.instance.email_where(module.name, "a.email_address_caps LIKE ?", (pattern.upper(),))
    if call.text("assigned_user_id") and "assigned_user_id" in module.fields:
        owner = Where(f"{call.instance.column(module.name, 'assigned_user_id')} = ?", (call.text("assigned_user_id"),))
        where = where & owner
    return call.instance.select(module.name, where & call.access.listed(module), (), page)


def get_modified_relationships(call: Context) -> object:
    """Only between users and meetings, calls or contacts; none of those changes by user here, so it stays empty."""
    call.module()
    call.module("related_module")
    none = {"number": "0", "name": "No Error", "description": "No Error"}
    return {"result_count": 0, "next_offset": call.number("offset"), "entry_list": [], "error": none}


def _condition(call: Context, module: Module, query: str) -> Where:
    where = translate(call.instance, module.name, query)
    owner = call.access.listed(module)
    if owner.sql == "1":
        return where
    # Put behind the query without parentheses, as SuiteCRM does: `a OR b` becomes `a OR (b AND owner)`.
    return Where(f"{where.sql} AND {owner.sql}", (*where.params, *owner.params))


def _order(module: Module, text: str) -> list[Order]:
    """Only bare names of stored fields sort; others are dropped silently. Raises Fault (40) for what is no sort."""
    order = []
    for part in text.split(",") if text.strip() else []:
        found = _SORT.fullmatch(part)
        if found is None:
            raise no_access()
        table, name, direction = found.groups()
        one = module.fields.get(name)
        if table is None and one is not None and one.stored:
            order.append(Order(name, (direction or "").lower() == "desc"))
    return order


def _show_user_names(call: Context, rows: Sequence[Row], names: Sequence[str]) -> None:
    """The service shows user names where the interface shows the people's own names."""
    shown = [name for name in _USER_NAMES if name in names]
    if not rows or not shown:
        return
    known = {row["id"]: row["user_name"] for row in call.instance.select("Users", fields=["user_name"], deleted="all")}
    keys = {"assigned_user_name": "assigned_user_id", "modified_by_name": "modified_user_id",
            "created_by_name": "created_by"}  # fmt: skip
    for row in rows:
        row.update({name: known.get(row.get(keys[name]), "") for name in shown})


def _plain_links(
    call: Context, module: Module, rows: Sequence[Row], argument: str = "link_name_to_fields_array"
) -> list[object]:
    if not call.flag(argument):
        return []
    behind = _behind(call, module, rows, link_requests(call.arguments[argument]))
    return [
        [{"name": name, "records": records} for name, records in _of_row(behind, row)]
        for row in rows
    ]  # fmt: skip


def _wrapped_links(call: Context, module: Module, rows: Sequence[Row]) -> list[object]:
    if not call.flag("link_name_to_fields_array"):
        return []
    behind = _behind(call, module, rows, link_requests(call.arguments["link_name_to_fields_array"]))
    return [
        {"link_list": [
            {"name": name, "records": [{"link_value": record} for record in records]}
            for name, records in _of_row(behind, row)
        ]}
        for row in rows
    ]  # fmt: skip


Behind = list[tuple[str, dict[str, list[object]] | None]]


def _behind(call: Context, module: Module, rows: Sequence[Row], asked: list[tuple[str, list[str]]]) -> Behind:
    """Records behind the asked links by record id; None for a link that there is not."""
    ids = [str(row["id"]) for row in rows]
    found: Behind = []
    for name, fields in asked:
        try:
            related = call.instance.related_of(module.name, ids, name, fields)
        except NoSuchLink:
            found.append((name, None))
            continue
        other = call.instance.module(module.links[name].module)
        shown = [field for field in fields if field not in other.links]
        linked = {near: [_linked(call.shaper(other), row, shown) for row in rows] for near, rows in related.items()}
        found.append((name, linked))
    return found


def _linked(shaper: Shaper, row: Row, fields: Sequence[str]) -> object:
    # What the module has no field for is shown, but empty: the relationship's own columns (`primary_address`) too.
    shown = shaper.pairs(row, shaper.names(list(fields)) if fields else [])
    pairs: dict[str, object] = dict(shown) if isinstance(shown, dict) else {}
    pairs.update({name: {"name": name, "value": ""} for name in fields if name not in pairs})
    return pairs or []


def _of_row(behind: Behind, row: Row) -> list[tuple[str, list[object]]]:
    """A link without related rows is left out; one that there is not shows an empty list."""
    shown: list[tuple[str, list[object]]] = []
    for name, records in behind:
        if records is None:
            shown.append((name, []))
        elif records.get(str(row["id"])):
            shown.append((name, records[str(row["id"])]))
    return shown
