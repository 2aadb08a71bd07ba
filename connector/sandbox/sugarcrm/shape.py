"""Records as the API writes them: chosen fields, values in wire form, addresses as a list, and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import partial

from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugar.words import Row
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.selection import Selection
from connector.sandbox.sugarcrm.values import wire_value

Record = dict[str, object]
Convert = Callable[[object], object]

_CONSTANT: Mapping[str, object] = {
    "team_name": [{"id": "1", "name": "Global", "name_2": "", "primary": True}],
    "tag": [],
    "my_favorite": False,
    "following": False,
}
_PERSON_NAMES = frozenset({"name", "full_name"})
# Fields told by the rows of addresses; they are read once for a page.
ADDRESS_FIELDS = frozenset({"email", "email1", "email2", "email_opt_out", "invalid_email"})
_AS_STORED = frozenset(
    {"varchar", "name", "phone", "text", "enum", "url", "id", "fullname", "user_name", "date", "image"}
)
_USER_LINKS = {
    "assigned_user_link": ("assigned_user_id", "assigned_user_name"),
    "created_by_link": ("created_by", "created_by_name"),
    "modified_user_link": ("modified_user_id", "modified_by_name"),
}


class Shaper:
    """Writes the records of one module for one call.

    What each field needs is worked out once, so that a page costs little per record.
    """

    def __init__(self, call: SugarCall, module: Module, selection: Selection) -> None:
        self._call = call
        self._module = module
        self._hidden = frozenset(call.settings.acl_hidden_fields.get(module.name, ()))
        self._reduces = call.settings.deleted_shape == "reduced"
        names = self._names(selection)
        self._converted = {name: made for name in names if (made := self._converter(name)) is not None}
        self._addressed = [name for name in names if name in ADDRESS_FIELDS and "email_addresses" in module.links]
        self._constant = {name: value for name, value in _CONSTANT.items() if name in names}
        self._linking = [name for name in names if name in module.links]
        apart = {*self._converted, *self._addressed, *self._constant, *self._linking}
        self._plain = [name for name in names if name not in apart]
        self._frame = {"_acl": self._rights(), "_module": module.name}

    def records(self, rows: Sequence[Row]) -> list[Record]:
        """The records of a page, in order."""
        ids = [str(row["id"]) for row in rows]
        addresses = self._call.instance.emails_of(self._module.name, ids) if self._addressed else {}
        return [self._record(row, addresses.get(row["id"], [])) for row in rows]

    def _record(self, row: Row, addresses: Sequence[Row]) -> Record:
        if self._reduces and row.get("deleted"):
            return self._reduced(row)
        record: Record = {name: row.get(name) for name in self._plain}
        for name, convert in self._converted.items():
            record[name] = convert(row.get(name))
        for name in self._addressed:
            record[name] = _address_field(name, addresses)
        for name in self._linking:
            record[name] = self._behind(name, row)
        record.update(self._constant)
        record.update(self._frame)
        return record

    def _reduced(self, row: Row) -> Record:
        stamp = wire_value(self._module.fields["date_modified"], row["date_modified"], self._call.viewer.zone)
        return {"id": row["id"], "date_modified": stamp, "deleted": True, **self._frame}

    def _names(self, selection: Selection) -> list[str]:
        fields, links = self._module.fields, self._module.links
        if selection.names is None:
            chosen = [one.name for one in fields.values() if is_default(one, self._module)]
            chosen += [*(name for name in _USER_LINKS if name in links), *_CONSTANT]
        else:
            known = {*fields, *links, *_CONSTANT}
            chosen = [name for name in selection.names if name in known and name not in selection.nested]
        return [name for name in chosen if name not in self._hidden]

    def _converter(self, name: str) -> Convert | None:
        one = self._module.fields.get(name)
        if one is None or name in ADDRESS_FIELDS or name in _CONSTANT:
            return None
        if one.type in ("relate", "id") and not one.stored:
            return _blank_for_none
        if one.type in _AS_STORED:
            return None
        if one.type == "bool":
            return _is_set
        return partial(_wired, one, self._call.viewer.zone)

    def _behind(self, name: str, row: Row) -> object:
        if name not in _USER_LINKS:
            return self._linked(name, row)
        id_field, label = _USER_LINKS[name]
        return {"full_name": row.get(label) or "", "id": row.get(id_field) or "", "_acl": self._empty_acl()}

    def _linked(self, name: str, row: Row) -> object:
        link = self._module.links[name]
        ids = self._call.instance.related_ids(self._module.name, str(row["id"]), name)
        other = self._call.instance.get(link.module, ids[0]) if ids else None
        label = (other or {}).get("name") or ""
        return {"name": label, "id": ids[0] if other else "", "_acl": self._empty_acl()}

    def _empty_acl(self) -> Record:
        return {"fields": [] if self._call.settings.empty_acl == "list" else {}}

    def _rights(self) -> Record:
        settings, name = self._call.settings, self._module.name
        fields = settings.field_rights(name)
        acl: Record = {"fields": fields} if fields else self._empty_acl()
        if name in settings.acl_readonly_modules:
            acl.update({"edit": "no", "create": "no", "delete": "no"})
        return acl


def is_default(one: FieldDef, module: Module) -> bool:
    """Whether a field is answered when no field was asked for by name."""
    if one.name in _CONSTANT:
        return False
    if one.stored or one.id_name or one.name in ADDRESS_FIELDS:
        return True
    return one.name in _PERSON_NAMES and module.is_person


def _is_set(value: object) -> object:
    return value == 1


def _blank_for_none(value: object) -> object:
    return "" if value is None else value


def _wired(one: FieldDef, zone: tzinfo, value: object) -> object:
    return wire_value(one, value, zone)


def _address_field(name: str, addresses: Sequence[Row]) -> object:
    """A field told by a record's addresses, the primary one of which comes first."""
    if name == "email":
        return [_address(one) for one in addresses]
    first = addresses[0] if addresses and addresses[0]["primary_address"] else None
    if name == "email2":
        others = addresses[1:] if first else addresses
        return others[0]["email_address"] if others else None
    if name == "email1":
        return first["email_address"] if first else None
    return bool(first and first["opt_out" if name == "email_opt_out" else "invalid_email"])


def _address(one: Row) -> Record:
    return {
        "email_address": one["email_address"],
        "email_address_id": one["email_address_id"],
        "primary_address": one["primary_address"] == 1,
        "reply_to_address": one["reply_to_address"] == 1,
        "invalid_email": one["invalid_email"] == 1,
        "opt_out": one["opt_out"] == 1,
    }
