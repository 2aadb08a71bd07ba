"""What modules and fields there are, as the legacy service tells it.

Source: `SugarWebServiceUtilv4::get_field_list`, `get_visible_modules`, `get_module_fields` of SuiteCRM 7.14.6.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from connector.sandbox.sugar.schema import FieldDef, LinkDef, Module
from connector.sandbox.suitecrm.v4_1_context import Context

_ACTIONS = ("edit", "delete", "list", "view", "import", "export")
_LABELS = {"EmailAddresses": "Email Address"}
# The order of the tabs of a fresh installation.
_FIRST_TABS = ("Accounts", "Contacts", "Opportunities", "Leads")
_DATE_SEARCHES = {
    "=": "Equals", "not_equal": "Not On", "greater_than": "After", "less_than": "Before",
    "last_7_days": "Last 7 Days", "next_7_days": "Next 7 Days", "last_30_days": "Last 30 Days",
    "next_30_days": "Next 30 Days", "last_month": "Last Month", "this_month": "This Month", "next_month": "Next Month",
    "last_year": "Last Year", "this_year": "This Year", "next_year": "Next Year", "between": "Is Between",
}  # fmt: skip
_YES_OR_NO: dict[str, dict[str, object]] = {
    "": {"name": "", "value": ""}, "1": {"name": 1, "value": "Yes"}, "2": {"name": 2, "value": "No"}
}  # fmt: skip
_TABS = ("Accounts", "Contacts", "Opportunities", "Leads", "Emails", "Campaigns", "Calls", "Meetings", "Tasks", "Notes")


def get_available_modules(call: Context) -> object:
    """The modules with a tab (filter `default`), else every module the user may see, with its rights."""
    tabs = ("Home", *_visible(call))
    others = () if call.text("filter") == "default" else sorted(set(call.instance.modules) - set(tabs))
    return {"modules": [_module(call, name) for name in (*tabs, *others)]}


def _visible(call: Context) -> list[str]:
    """In the order of the tabs of a fresh installation."""
    return [name for name in _TABS if name in call.instance.modules]


def _module(call: Context, name: str) -> object:
    rights = [
        {"action": action, "access": call.access.may(action if action in ("edit", "delete", "list") else "view")}
        for action in _ACTIONS
    ]
    return {"module_key": name, "module_label": _LABELS.get(name, name), "favorite_enabled": False, "acls": rights}


def get_module_fields(call: Context) -> object:
    """Fields and links of a module, those named or all of them."""
    module = call.module()
    return _described(call, module, {str(name) for name in call.items("fields")})


def get_module_fields_md5(call: Context) -> object:
    """A digest of each named module's description, by the module's name; one name or a list of them is taken."""
    names = [str(one) for one in call.items("module_name")] or [call.text("module_name")]
    return {name: _digest(_described(call, call.named(name), set())) for name in names}


def _digest(described: Mapping[str, object]) -> str:
    text = json.dumps(described, sort_keys=True)
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()


def _described(call: Context, module: Module, wanted: set[str]) -> dict[str, object]:
    fields = {one.name: _field(call, one) for one in module.fields.values() if not wanted or one.name in wanted}
    links = {one.name: _link(one) for one in module.links.values() if not wanted or one.name in wanted}
    return {
        "module_name": module.name,
        "table_name": module.table,
        "module_fields": fields or [],
        "link_fields": links or [],
    }


def _field(call: Context, one: FieldDef) -> dict[str, object]:
    described: dict[str, object] = {
        "name": one.name, "type": one.type, "group": one.group, "id_name": one.id_name, "label": one.label,
        "required": int(one.required), "options": _options(call, one) or [], "related_module": one.module,
        "calculated": False, "len": str(one.len) if one.len else "",
    }  # fmt: skip
    if one.default is not None and one.name != "deleted":
        described["default_value"] = str(one.default)
    return described


def _options(call: Context, one: FieldDef) -> dict[str, dict[str, object]]:
    if one.type == "bool":
        return _YES_OR_NO
    if one.type in ("date", "datetime"):
        return {key: {"name": key, "value": label} for key, label in _DATE_SEARCHES.items()}
    return {key: {"name": key, "value": label} for key, label in call.instance.schema.options_of(one)}


def _link(one: LinkDef) -> dict[str, object]:
    return {"name": one.name, "type": "link", "group": "", "id_name": "", "relationship": one.relationship,
            "module": one.module, "bean_name": one.bean_name}  # fmt: skip
