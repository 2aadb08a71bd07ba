"""Saving methods of the legacy service.

Source: `SoapHelperWebServices::new_handle_set_entries_array`, `SugarWebServiceImplv4::set_entry`, SuiteCRM 7.14.6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from connector.sandbox.exchange import RowFault
from connector.sandbox.sugar.cleaning import plain
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import DuplicateId, NoSuchRecord, Row, SaveResult, Where, new_id
from connector.sandbox.suitecrm.v4_1_context import Context
from connector.sandbox.suitecrm.v4_1_shapes import echo
from connector.sandbox.suitecrm.v4_1_transport import Broken, Fatal, Fault, Nothing, invalid_data

_ID = re.compile(r"[A-Za-z0-9_-]*")
_KEPT_BY = {
    "update_date_modified": ("date_modified",),
    "update_modified_by": ("modified_user_id",),
    "set_created_by": ("created_by",),
}
_PARALLEL = {
    "module_names": "module_name", "module_ids": "module_id", "link_field_names": "link_field_name",
    "related_ids": "related_ids", "name_value_lists": "name_value_list", "delete_array": "delete",
}  # fmt: skip
_NEEDED = ("module_names", "module_ids", "link_field_names", "related_ids")
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
    if module.name == "Contacts":
        call.check("edit")
        values = _with_account(call, values)
        twin = None if values.get("id") else _same_person(call, values)
        if twin is not None:
            return twin
    return _save(call, module, values)[0]


def named_values(given: object) -> Values:
    """A name/value list in any of its forms: pairs, a mapping of values, a mapping of pairs."""
    if isinstance(given, dict):
        return {
            str(name): plain(value["value"] if isinstance(value, dict) and "value" in value else value)
            for name, value in given.items()
        }
    pairs = given if isinstance(given, list) else []
    return {str(pair["name"]): plain(pair.get("value")) for pair in pairs if isinstance(pair, dict) and "name" in pair}


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

    Somebody of another account than the one that `account_name` names is not meant. A contact found so is saved again
    without a change. Nobody is found when both addresses are missing.
    """
    given = (str(values.get(name) or "").strip().upper() for name in ("email1", "email2"))
    addresses = [address for address in given if address]
    last_name, account = str(values.get("last_name") or "").strip(), values.get("account_name") or ""
    for name in ("Contacts", "Leads") if addresses and last_name else ():
        test = f"a.email_address_caps IN ({', '.join('?' * len(addresses))})"
        where = call.instance.email_where(name, test, addresses)
        for row in call.instance.select(name, where, fields=["id", "last_name", "account_name"]):
            if row["last_name"] == last_name and account in ("", row["account_name"]):
                return _touched(call, name, str(row["id"]))
    return None


def _touched(call: Context, module: str, record_id: str) -> str:
    """The id of somebody taken for a contact. Only a contact is saved: a lead's id is none of a contact's rows."""
    if module == "Contacts":
        _store(call, call.instance.module(module), {"id": record_id}, create=False)
        call.count(1)
        call.trace.wrote(module, [record_id])
    return record_id


def _with_account(call: Context, values: Values) -> Values:
    """A contact that names an account and has none yet gets the one of that name, a new one if there is none."""
    name = str(values.get("account_name") or "")
    known = call.instance.get("Contacts", str(values["id"])) if values.get("id") else None
    if not name or values.get("account_id") or (known is not None and known["account_id"]):
        return values
    return {**values, "account_id": _account_named(call, name)}


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
    """Relate one record to others, or end it; a module or link that there is not counts as failed."""
    return _tally([(_relate(call), call.flag("delete"))])


def set_relationships(call: Context) -> object:
    """The same for parallel lists; a row without a `delete` of its own has that of the row before it."""
    if not all(call.items(name) for name in _NEEDED):
        raise invalid_data()
    results = []
    delete: object = 0
    for position in range(len(call.items("module_names"))):
        row = {single: _nth(call.items(several), position) for several, single in _PARALLEL.items()}
        delete = row["delete"] = delete if row["delete"] is None else row["delete"]
        single = replace(call, arguments=row)
        results.append((_relate(single), single.flag("delete")))
    return _tally(results)


def _nth(items: list[object], position: int) -> object:
    return items[position] if position < len(items) else None


def _relate(call: Context) -> bool:
    """Whether there is such a link, and the record may be seen; the records need not be there."""
    module = call.instance.modules.get(call.text("module_name"))
    record_id, link = call.text("module_id"), call.text("link_field_name")
    row = call.instance.get(module.name, record_id) if module else None
    if module is None or (row is not None and not call.access.may("view", row)) or link not in module.links:
        return False
    related = [str(one) for one in call.items("related_ids")]
    columns = {} if call.flag("delete") else _columns(call, module.links[link].relationship)
    for other_id in related:
        if call.flag("delete"):
            call.instance.unrelate(module.name, record_id, link, other_id)
        else:
            call.instance.relate(module.name, record_id, link, other_id, columns)
    if row is not None:
        call.count(len(related))
        call.trace.wrote(module.name, [record_id])
    return True


def _columns(call: Context, relationship: str) -> Values:
    """The relationship's own columns; they come as pairs only. Raises Fatal for another form."""
    known = call.instance.schema.relations[relationship].columns
    given = call.items("name_value_list") if known else []
    if not all(isinstance(pair, dict) for pair in given):
        raise Fatal("Cannot access offset of type string on string")
    return {name: value for name, value in named_values(given).items() if name in known}


def _tally(results: list[tuple[bool, bool]]) -> object:
    return {
        "created": sum(done and not deleting for done, deleting in results),
        "failed": sum(not done for done, _ in results),
        "deleted": sum(done and deleting for done, deleting in results),
    }
