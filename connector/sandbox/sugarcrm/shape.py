"""Records as the API writes them: chosen fields, values in wire form, addresses as a list, and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugar.words import Row
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.selection import Selection
from connector.sandbox.sugarcrm.values import wire_value

Record = dict[str, object]
Convert = Callable[[object], object]

_TEAM = {"id": "1", "name": "Global", "name_2": "", "primary": True}
_PERSON_NAMES = frozenset({"name", "full_name"})
_ADDRESS_FIELDS = frozenset({"email1", "email2", "email_opt_out", "invalid_email"})
_USER_LINKS = {
    "assigned_user_link": ("assigned_user_id", "assigned_user_name"),
    "created_by_link": ("created_by", "created_by_name"),
    "modified_user_link": ("modified_user_id", "modified_by_name"),
}
_FLAGS = ("primary_address", "reply_to_address", "invalid_email", "opt_out")


class Shaper:
    """Writes the records of one module for one call."""

    def __init__(self, call: SugarCall, module: Module, selection: Selection) -> None:
        self._call = call
        self._module = module
        self._selection = selection
        self._hidden = frozenset(call.settings.acl_hidden_fields.get(module.name, ()))
        self._plan = self._columns()
        self._acl = self._rights()

    @property
    def wants_email(self) -> bool:
        """Whether the list of addresses is part of the answer."""
        if "email" not in self._module.fields or "email" in self._hidden:
            return False
        return self._selection.names is None or self._selection.wants("email")

    def records(self, rows: Sequence[Row]) -> list[Record]:
        """The records of a page, in order."""
        ids = [str(row["id"]) for row in rows]
        addresses = self._call.instance.emails_of(self._module.name, ids) if self.wants_email else {}
        return [self._record(row, addresses.get(str(row["id"]), [])) for row in rows]

    def record(self, row: Row) -> Record:
        """One record."""
        return self.records([row])[0]

    def _record(self, row: Row, addresses: Sequence[Row]) -> Record:
        if row.get("deleted") and self._call.settings.deleted_shape == "reduced":
            return self._reduced(row)
        record: Record = {}
        for name, convert in self._plan:
            if convert is not None:
                record[name] = convert(row.get(name))
            elif name == "email":
                record[name] = [_address(one) for one in addresses]
            else:
                record[name] = self._special(name, row)
        record["_acl"] = self._acl
        record["_module"] = self._module.name
        return record

    def _reduced(self, row: Row) -> Record:
        stamp = wire_value(self._module.fields["date_modified"], row["date_modified"], self._call.viewer.zone)
        return {
            "id": row["id"],
            "date_modified": stamp,
            "deleted": True,
            "_acl": self._acl,
            "_module": self._module.name,
        }

    def _columns(self) -> list[tuple[str, Convert | None]]:
        fields = self._module.fields
        names = self._selection.names
        if names is None:
            chosen = [one.name for one in fields.values() if _is_default(one, self._module)]
            chosen += [*self._default_links(), "team_name", "tag", "my_favorite", "following"]
        else:
            known = {*fields, *self._module.links, "team_name", "tag", "my_favorite", "following"}
            chosen = [name for name in names if name in known and name not in self._selection.nested]
        return [(name, self._converter(name)) for name in chosen if name not in self._hidden]

    def _default_links(self) -> list[str]:
        return [name for name in _USER_LINKS if name in self._module.links]

    def _converter(self, name: str) -> Convert | None:
        one = self._module.fields.get(name)
        if one is None or name in ("email", "team_name", "tag"):
            return None
        if one.type in ("relate", "id") and not one.stored:
            return lambda value: "" if value is None else value
        if one.type in ("varchar", "name", "phone", "text", "enum", "url", "id", "fullname", "user_name", "date"):
            return _same
        return partial(_wired, one, self._call)

    def _special(self, name: str, row: Row) -> object:
        if name == "team_name":
            return [_TEAM]
        if name == "tag":
            return []
        if name in _USER_LINKS:
            id_field, label = _USER_LINKS[name]
            return {"full_name": row.get(label) or "", "id": row.get(id_field) or "", "_acl": self._empty_acl()}
        if name in self._module.links:
            return self._linked(name, row)
        return False

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
        fields: dict[str, Mapping[str, str]] = {
            one: {"write": "no", "create": "no"} for one in settings.acl_readonly_fields.get(name, ())
        }
        fields.update({one: {"read": "no", "write": "no", "create": "no"} for one in self._hidden})
        acl: Record = {"fields": fields} if fields else self._empty_acl()
        if name in settings.acl_readonly_modules:
            acl.update({"edit": "no", "create": "no", "delete": "no"})
        return acl


def _is_default(one: FieldDef, module: Module) -> bool:
    if one.stored:
        return True
    if one.name == "email" or (one.name in _PERSON_NAMES and module.is_person):
        return True
    return one.name in _ADDRESS_FIELDS or bool(one.id_name)


def _same(value: object) -> object:
    return value


def _wired(one: FieldDef, call: SugarCall, value: object) -> object:
    return wire_value(one, value, call.viewer.zone)


def _address(one: Row) -> Record:
    flags = {name: bool(one[name]) for name in _FLAGS}
    return {"email_address": one["email_address"], "email_address_id": one["email_address_id"], **flags}
