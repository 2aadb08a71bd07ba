"""Saving what a body holds: values, addresses, and related records inside it."""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.sugar.schema import LinkDef, Module
from connector.sandbox.sugar.words import DuplicateId, Row
from connector.sandbox.sugarcrm.answers import SugarError
from connector.sandbox.sugarcrm.call import SugarCall, Values
from connector.sandbox.sugarcrm.revenue import computed_fields, roll_up
from connector.sandbox.sugarcrm.values import stored_value

# What the server keeps itself; whole records sent back hold them, and they are passed over.
_SERVER_OWNED = frozenset(
    {"id", "date_entered", "date_modified", "created_by", "modified_user_id", "deleted", "email", "name", "full_name"}
)
_CONVERSION = frozenset({"converted", "account_id", "contact_id", "opportunity_id"})
_EMAIL_FLAGS = ("primary_address", "reply_to_address", "opt_out", "invalid_email")


def delete_record(call: SugarCall, module: Module, row: Row) -> None:
    """Soft-delete a record."""
    call.instance.delete(module.name, str(row["id"]), call.user_id)
    if module.name == "RevenueLineItems":
        roll_up(call, str(row.get("opportunity_id") or ""))
    _wrote(call, module, str(row["id"]))


def create_record(call: SugarCall, module: Module, body: Values) -> str:
    """Create a record from a body; answers its id, which the client may have chosen.

    Raises SugarError: 403 for fields that the caller may not write, 422 for bad values and for an id that is taken.
    """
    chosen = str(body.get("id") or "") or None if call.settings.client_ids else None
    if chosen is not None and len(chosen) > 36:
        raise SugarError("invalid_parameter", f"Invalid id: {chosen}")
    values = writable_values(call, module, body)
    try:
        saved = call.instance.save(module.name, values, user_id=call.user_id, new_id=chosen, create=True)
    except DuplicateId as error:
        raise SugarError("invalid_parameter", f"A record with the id {chosen} exists already") from error
    _after_save(call, module, saved.id, body)
    return saved.id


def update_record(call: SugarCall, module: Module, record_id: str, body: Values) -> None:
    """Change a live record by a body. Raises SugarError as `create_record` does."""
    values = writable_values(call, module, body)
    call.instance.save(module.name, {**values, "id": record_id}, user_id=call.user_id, create=False)
    _after_save(call, module, record_id, body)


def _after_save(call: SugarCall, module: Module, record_id: str, body: Values) -> None:
    addresses = body.get("email")
    if isinstance(addresses, list) and "email" in module.fields:
        call.instance.set_emails(module.name, record_id, _addresses(addresses), replace=True)
    _nested_links(call, module, record_id, body)
    if module.name == "RevenueLineItems":
        row = call.instance.get(module.name, record_id) or {}
        roll_up(call, str(row.get("opportunity_id") or ""))
    elif module.name == "Opportunities":
        roll_up(call, record_id)
    _wrote(call, module, record_id)


def _nested_links(call: SugarCall, module: Module, record_id: str, body: Values) -> None:
    """Link operations of a body: `{"contacts": {"create": [...], "add": [...], "delete": [...]}}`."""
    for name, operations in body.items():
        if name not in module.links or not isinstance(operations, Mapping):
            continue
        for item in _items(operations, "create"):
            if not isinstance(item, Mapping):
                raise SugarError("invalid_parameter", f"{name}: create needs records")
            create_related(call, module, (record_id, name), item)
        for item in _items(operations, "add"):
            relate_existing(call, module, (record_id, name), item)
        for item in _items(operations, "delete"):
            unrelate_existing(call, module, (record_id, name), str(item))


def _items(operations: Mapping[str, object], key: str) -> list[object]:
    given = operations.get(key)
    return given if isinstance(given, list) else []


def create_related(call: SugarCall, module: Module, at: tuple[str, str], body: Values) -> str:
    """Create a record behind a link; `at` is (record id, link). Answers the new id. Raises SugarError."""
    link_name = at[1]
    other = call.writable_module(link_of(module, link_name).module)
    new_id = create_record(call, other, body)
    _relate(call, module, at, (new_id, relation_columns(call, module, link_name, body)))
    return new_id


def relate_existing(call: SugarCall, module: Module, at: tuple[str, str], item: object) -> str:
    """Put an existing record behind a link: its id, or a mapping with `id` and relation columns. Answers the id.

    Raises SugarError (404) for a record that is missing or invisible.
    """
    other = call.module(link_of(module, at[1]).module)
    given: Mapping[str, object] = item if isinstance(item, Mapping) else {"id": item}
    other_id = str(given.get("id") or "")
    call.row(other, other_id)
    _relate(call, module, at, (other_id, relation_columns(call, module, at[1], given)))
    return other_id


def unrelate_existing(call: SugarCall, module: Module, at: tuple[str, str], other_id: str) -> None:
    """Take a record away from behind a link. Raises SugarError (404) when it is not there."""
    other = call.module(link_of(module, at[1]).module)
    call.row(other, other_id)
    if not call.instance.unrelate(module.name, at[0], at[1], other_id):
        raise SugarError("not_found", f"Could not find record: {other_id} behind link: {at[1]}")


def _relate(call: SugarCall, module: Module, at: tuple[str, str], far: tuple[str, Mapping[str, object]]) -> None:
    other_id, columns = far
    call.instance.relate(module.name, at[0], at[1], other_id, columns)
    call.trace.wrote(module.name, [at[0]])


def link_of(module: Module, name: str) -> LinkDef:
    """A link of a module. Raises SugarError (404)."""
    link = module.links.get(name)
    if link is None:
        raise SugarError("not_found", f"Could not find a relationship named: {name}")
    return link


def relation_columns(call: SugarCall, module: Module, link_name: str, given: Values) -> dict[str, object]:
    """The members of a body that belong to the relationship itself (`contact_role`).

    Raises SugarError (422) for one that is no plain value.
    """
    relation = call.instance.schema.relations[link_of(module, link_name).relationship]
    columns = {name: given[name] for name in relation.columns if name in given}
    for name, value in columns.items():
        if isinstance(value, list | dict):
            raise SugarError("invalid_parameter", f"Invalid field value: field {name} cannot be {value!r}")
    return columns


def _wrote(call: SugarCall, module: Module, record_id: str) -> None:
    call.trace.records += 1
    call.trace.wrote(module.name, [record_id])


def writable_values(call: SugarCall, module: Module, body: Values) -> dict[str, object]:
    """The members of a body that are fields one may write, as the tables keep them; unknown ones are passed over.

    Raises SugarError: 403 for a field that the caller may not write, 422 for a value that the field cannot take.
    """
    refused = {
        *call.settings.acl_readonly_fields.get(module.name, ()),
        *call.settings.acl_hidden_fields.get(module.name, ()),
    }
    computed = computed_fields(call.settings, module.name)
    if module.name == "Leads" and not call.settings.conversion_fields_writable:
        computed = computed | _CONVERSION
    values: dict[str, object] = {}
    for name, value in body.items():
        one = module.fields.get(name)
        if one is None:
            continue
        if name in refused:
            raise SugarError("not_authorized", f"Not allowed to edit field {name} in module: {module.name}")
        owned = name in _SERVER_OWNED and not (name == "name" and not module.is_person)
        if owned or one.readonly or name in computed or (one.type == "relate" and name != "account_id"):
            continue
        stored = stored_value(one, value, call.viewer.zone)
        values[name] = "" if stored is None else stored
    return values


def _addresses(given: list[object]) -> list[dict[str, object]]:
    addresses = [_one_address(item) for item in given]
    kept = [one for one in addresses if one["email_address"]]
    if kept and not any(one["primary_address"] for one in kept):
        kept[0]["primary_address"] = True
    return kept


def _one_address(item: object) -> dict[str, object]:
    if not isinstance(item, Mapping):
        raise SugarError("invalid_parameter", "email must be a list of addresses")
    flags = {name: str(item[name]).lower() in ("1", "true") for name in _EMAIL_FLAGS if name in item}
    return {"primary_address": False, **flags, "email_address": str(item.get("email_address") or "")}
