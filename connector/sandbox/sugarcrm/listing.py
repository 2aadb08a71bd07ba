"""Lists of records: filter, sort, page and count, of a module or behind a link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Deleted, Order, Page, Row, Where
from connector.sandbox.sugarcrm.answers import Answer, SugarError, ok
from connector.sandbox.sugarcrm.arguments import as_flag, as_whole
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.filters import filter_clause
from connector.sandbox.sugarcrm.selection import Selection, check_order, read_fields, read_order
from connector.sandbox.sugarcrm.shape import ADDRESS_FIELDS, Record, Shaper, is_default

_NAME_SORT = {"name": ("last_name", "first_name"), "full_name": ("last_name", "first_name")}


_USER_FIELDS = ("assigned_user_id", "assigned_user_name", "created_by", "created_by_name", "modified_user_id",
                "modified_by_name")  # fmt: skip
_ANY = Where()


@dataclass(frozen=True, slots=True)
class Listing:
    """One list to answer: which rows of a module, besides what the caller's arguments ask."""

    module: Module
    within: Where = _ANY
    with_deleted: bool = True


def list_records(call: SugarCall) -> Answer:
    """`GET|POST /<module>/filter`, `GET /<module>`."""
    return ok(page_of(call, Listing(call.module(call.segments[0]))))


def count_records(call: SugarCall) -> Answer:
    """`GET|POST /<module>/filter/count`, `GET /<module>/count`."""
    return ok({"record_count": count_of(call, Listing(call.module(call.segments[0])))})


def count_of(call: SugarCall, listing: Listing) -> int:
    """How many rows a list has."""
    return call.instance.count(listing.module.name, _where(call, listing), deleted=_deleted(call, listing))


def page_of(call: SugarCall, listing: Listing) -> dict[str, object]:
    """One page: `next_offset` (-1 on the last one) and `records`."""
    rows, following, selection = page_rows(call, listing)
    return {"next_offset": following, "records": shaped(call, listing.module, rows, selection)}


def page_rows(call: SugarCall, listing: Listing) -> tuple[list[Row], int, Selection]:
    """The rows of one page, the next offset, and the fields that were asked for."""
    module, arguments = listing.module, call.arguments
    selection = read_fields(arguments.get("fields"))
    limit, offset = _limit(call), _offset(call)
    if offset < 0:
        return [], -1, selection
    rows = call.instance.select(
        module.name,
        _where(call, listing),
        order=_order(module, arguments.get("order_by"), call.viewer.hidden.get(module.name, ())),
        page=Page(limit + 1, offset),
        deleted=_deleted(call, listing),
        fields=_read_fields(module, selection),
    )
    more = len(rows) > limit
    call.trace.records += min(len(rows), limit)
    return rows[:limit], offset + limit if more else -1, selection


def shaped(call: SugarCall, module: Module, rows: list[Row], selection: Selection) -> list[Record]:
    """Rows as records, with the lists that `fields` asks for behind links."""
    records = Shaper(call, module, selection).records(rows)
    for name, options in selection.nested.items():
        if name in module.links:
            for record, row in zip(records, rows, strict=True):
                record[name] = _nested(call, module, (name, str(row["id"])), options)
    return records


def _nested(call: SugarCall, module: Module, at: tuple[str, str], options: object) -> dict[str, object]:
    link_name, record_id = at
    given = dict(options) if isinstance(options, dict) else {}
    names = given.pop("fields", None)
    inner = {**given, "fields": list(names) if isinstance(names, list) else names}
    other = call.module(module.links[link_name].module)
    where = call.instance.behind(module.name, record_id, link_name)
    asked = call.with_arguments(**{"filter": None, "offset": 0, "order_by": None, **inner})
    return page_of(asked, Listing(other, where, with_deleted=False))


def _where(call: SugarCall, listing: Listing) -> Where:
    module, arguments = listing.module, call.arguments
    if arguments.get("filter_id"):
        raise SugarError("not_found", f"Could not find record: {arguments['filter_id']} in module: Filters")
    where = filter_clause(call.instance, module, arguments.get("filter"), call.viewer)
    where = where & listing.within & call.visible(module)
    if as_flag(arguments, "my_items"):
        where = where & filter_clause(call.instance, module, [{"$owner": ""}], call.viewer)
    if as_flag(arguments, "favorites"):
        where = where & Where("0")
    if arguments.get("q"):
        where = where & _search(call, module, str(arguments["q"]))
    return where


def _search(call: SugarCall, module: Module, text: str) -> Where:
    names = ("first_name", "last_name") if module.is_person else ("name",)
    wanted = [{name: {"$starts": word}} for word in text.split() for name in names]
    return filter_clause(call.instance, module, [{"$or": wanted}] if wanted else [], call.viewer)


def _limit(call: SugarCall) -> int:
    most = call.settings.max_list_limit
    # To PHP a size of 0 is an empty argument, hence none.
    asked = as_whole(call.arguments, "max_num", 0) or call.settings.default_max_num
    return min(asked, most) if asked > 0 else most


def _offset(call: SugarCall) -> int:
    return -1 if call.arguments.get("offset") == "end" else max(0, as_whole(call.arguments, "offset", 0))


def _deleted(call: SugarCall, listing: Listing) -> Deleted:
    return "all" if listing.with_deleted and as_flag(call.arguments, "deleted") else "live"


def _order(module: Module, given: object, hidden: Collection[str]) -> list[Order]:
    pairs = read_order(given)
    check_order(module, pairs, hidden)
    order: list[Order] = []
    for name, descending in pairs:
        for column in _NAME_SORT.get(name, (name,)) if module.is_person else (name,):
            if not module.fields[column].stored:
                raise SugarError("invalid_parameter", f"Unable to order by {name} in module {module.name}")
            order.append(Order(column, descending))
    # Rows of one sort value come by id, so that pages do not overlap.
    return order if any(one.field == "id" for one in order) else [*order, Order("id")]


def _read_fields(module: Module, selection: Selection) -> list[str]:
    """What the engine has to read: addresses are read by the page, users behind links by their ids and names."""
    if selection.names is None:
        return [
            one.name for one in module.fields.values() if is_default(one, module) and one.name not in ADDRESS_FIELDS
        ]
    names = [name for name in selection.names if name not in ADDRESS_FIELDS]
    if any(name in module.links for name in names):
        names += _USER_FIELDS
    return [*names, "deleted"]
