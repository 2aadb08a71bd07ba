"""Saving methods of the legacy service.

Source: `SoapHelperWebServices::new_handle_set_entries_array`, `SugarWebServiceImplv4::set_entry`, SuiteCRM 7.14.6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from connector.sandbox.exchange import RowFault
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import DuplicateId, NoSuchRecord, Row, SaveResult, Where, new_id
from connector.sandbox.suitecrm.v4_1_context import Context
from connector.sandbox.suitecrm.v4_1_shapes import echo
from connector.sandbox.suitecrm.v4_1_transport import Broken, Fault, Nothing, no_access

_ID = re.compile(r"[A-Za-z0-9_-]*")
_KEPT_BY = {
    "update_date_modified": ("date_modified",),
    "update_modified_by": ("modified_user_id",),
    "set_created_by": ("created_by",),
}
Values = dict[str, object]


def set_entry(call: Context) -> object:
    """Create or change one record; the answer echoes what was sent, not what was stored."""
    module = call.module()
    values = named_values(call.arguments.get("name_value_list"))
    refused = call.trace.refused_rows(1)
    if refused:
        raise _refusal(refused[0])
    record_id = _checked_id(values)
    if record_id is None:
        raise Nothing
    saved_id, row = _save(call, module, values)
    return {"id": saved_id, "entry_list": echo(module, values, row)}


def set_entries(call: Context) -> object:
    """Create or change several records.

    What access control denies is left out of `ids`; a bad id comes back as it was sent; a contact without an id may
    be taken for a contact or lead that is there already.
    """
    module = call.module()
    lists = call.items("name_value_lists")
    refused = call.trace.refused_rows(len(lists))
    ids: list[str] = []
    for position, given in enumerate(lists):
        values = named_values(given)
        if position in refused:
            continue
        if _checked_id(values) is None:
            ids.append(str(values["id"]))
            continue
        try:
            ids.append(_save_one_of_many(call, module, values))
        except Fault:
            continue
    return {"ids": ids}


def _save_one_of_many(call: Context, module: Module, values: Values) -> str:
    values = {name: _key_of(call, module, name, value) for name, value in values.items()}
    if module.name == "Contacts" and not values.get("id"):
        twin = _same_person(call, values)
        if twin is not None:
            return twin
        if values.get("account_name") and not values.get("account_id"):
            values["account_id"] = _account_named(call, str(values["account_name"]))
    return _save(call, module, values)[0]


def named_values(given: object) -> Values:
    """A name/value list in any of its forms: pairs, a mapping of values, a mapping of pairs."""
    if isinstance(given, dict):
        return {
            str(name): value["value"] if isinstance(value, dict) and "value" in value else value
            for name, value in given.items()
        }
    pairs = given if isinstance(given, list) else []
    return {str(pair["name"]): pair.get("value") for pair in pairs if isinstance(pair, dict) and "name" in pair}


def _refusal(fault: RowFault) -> Fault:
    return Fault(fault.code, 40, fault.message)


def _checked_id(values: Mapping[str, object]) -> str | None:
    """The id given, "" for none; None when it is no id."""
    text = str(values.get("id") or "")
    return text if _ID.fullmatch(text) else None


def _save(call: Context, module: Module, values: Values) -> tuple[str, Row]:
    """Save one record as the beans do; answers its id and the row it became.

    An unknown or deleted id is answered as if it had been saved, though nothing is stored. Raises Fault (40), Broken
    for an id that is taken.
    """
    record_id = str(values.get("id") or "")
    given = {name: value for name, value in values.items() if value is not None}
    known = call.instance.get(module.name, record_id) if record_id else None
    call.check("edit", known)
    try:
        if _truth(given.get("deleted")) and known is not None:
            return _delete(call, module, known)
        saved = _store(call, module, given, create=not record_id or _truth(given.get("new_with_id")))
    except NoSuchRecord:
        return record_id, {}
    except DuplicateId as error:
        raise Broken(f"Duplicate entry '{error}'") from None
    call.count(1)
    call.trace.wrote(module.name, [saved.id])
    return saved.id, call.instance.get(module.name, saved.id) or {}


def _store(call: Context, module: Module, given: Values, *, create: bool) -> SaveResult:
    keep = frozenset(
        field for flag, fields in _KEPT_BY.items() if flag in given and not _truth(given[flag]) for field in fields
    )
    chosen = str(given.get("id") or "") or None
    if module.name == "EmailAddresses" and given.get("email_address"):
        given = {**given, "email_address_caps": str(given["email_address"]).upper()}
    return call.instance.save(module.name, given, user_id=call.user_id, create=create, new_id=chosen, keep=keep)


def _delete(call: Context, module: Module, known: Row) -> tuple[str, Row]:
    call.check("delete", known)
    record_id = str(known["id"])
    call.instance.delete(module.name, record_id, call.user_id)
    call.count(1)
    call.trace.wrote(module.name, [record_id])
    return record_id, call.instance.get(module.name, record_id, deleted=True) or {}


def _truth(value: object) -> bool:
    return value not in (None, False, 0, "", "0", "false")


def _key_of(call: Context, module: Module, name: str, value: object) -> object:
    """`set_entries` takes a dropdown's label for its key."""
    one = module.fields.get(name)
    if one is None or one.type != "enum" or not isinstance(value, str):
        return value
    return next((key for key, label in call.instance.schema.options_of(one) if label == value), value)


def _same_person(call: Context, values: Values) -> str | None:
    """A contact, else a lead, of the same last name and address; the first name is not looked at.

    A contact found so is saved again without a change. Nobody is found when the address is missing.
    """
    address, last_name = str(values.get("email1") or ""), values.get("last_name")
    if not address or not last_name:
        return None
    for name in ("Contacts", "Leads"):
        where = call.instance.email_where(name, "a.email_address_caps = ?", (address.upper(),))
        same = Where(f"{call.instance.column(name, 'last_name')} = ?", (last_name,))
        found = call.instance.select(name, where & same, fields=["id"])
        if found:
            if name == "Contacts":
                _store(call, call.instance.module(name), {"id": found[0]["id"]}, create=False)
                call.trace.wrote(name, [found[0]["id"]])
            return str(found[0]["id"])
    return None


def _account_named(call: Context, name: str) -> str:
    same = Where(f"{call.instance.column('Accounts', 'name')} = ?", (name,))
    found = call.instance.select("Accounts", same, fields=["id"])
    if found:
        return str(found[0]["id"])
    account_id = new_id()
    call.instance.save("Accounts", {"name": name}, user_id=call.user_id, create=True, new_id=account_id)
    call.trace.wrote("Accounts", [account_id])
    return account_id


def set_relationship(call: Context) -> object:
    """Relate one record to others, or end it; only a link that there is not counts as failed."""
    module = call.module()
    columns = named_values(call.arguments.get("name_value_list"))
    related = [str(one) for one in call.items("related_ids")]
    done = _relate(call, module, (call.text("module_id"), call.text("link_field_name"), related, columns))
    return _tally([(done, call.flag("delete"))])


def set_relationships(call: Context) -> object:
    """The same for parallel lists; once a row deletes, the later ones do too."""
    names = [str(one) for one in call.items("module_names")]
    results = []
    deleting = False
    for position, name in enumerate(names):
        single = Context(
            call.instance, call.access, call.session, _row_of(call.arguments, position, name, deleting), call.trace
        )
        deleting = single.flag("delete")
        related = [str(one) for one in single.items("related_ids")]
        columns = named_values(single.arguments.get("name_value_list"))
        at = (single.text("module_id"), single.text("link_field_name"), related, columns)
        results.append((_relate(single, single.module(), at), deleting))
    return _tally(results)


def _row_of(arguments: Mapping[str, object], position: int, name: str, deleting: bool) -> Values:
    def nth(argument: str) -> object:
        given = arguments.get(argument)
        return given[position] if isinstance(given, list) and position < len(given) else None

    delete = nth("delete_array")
    return {
        "module_name": name, "module_id": nth("module_ids"), "link_field_name": nth("link_field_names"),
        "related_ids": nth("related_ids"), "name_value_list": nth("name_value_lists"),
        "delete": 1 if deleting or _truth(delete) else 0,
    }  # fmt: skip


def _relate(call: Context, module: Module, at: tuple[str, str, list[str], Values]) -> bool:
    """Whether the link is there; what it relates need not be."""
    record_id, link, related, given = at
    row = call.instance.get(module.name, record_id)
    if row is not None and not call.access.may("edit", row):
        raise no_access()
    if link not in module.links:
        return False
    relation = call.instance.schema.relations[module.links[link].relationship]
    columns = {name: value for name, value in given.items() if name in relation.columns}
    for other_id in related:
        if call.flag("delete"):
            call.instance.unrelate(module.name, record_id, link, other_id)
        else:
            call.instance.relate(module.name, record_id, link, other_id, columns)
    if row is not None:
        call.count(len(related))
        call.trace.wrote(module.name, [record_id])
    return True


def _tally(results: list[tuple[bool, bool]]) -> object:
    return {
        "created": sum(done and not deleting for done, deleting in results),
        "failed": sum(not done for done, _ in results),
        "deleted": sum(done and deleting for done, deleting in results),
    }
