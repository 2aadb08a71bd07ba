"""SuiteCRM's field descriptions as the house sees fields.

Sources: SuiteCRM 7.14.6, ``modules/*/vardefs.php`` and ``include/SugarObjects/templates``, and what the two
services make of them (``get_module_fields``; ``/Api/V8/meta/fields``, which tells no list values).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.model.progress import FieldShape, ObjectShape
from connector.systems.suitecrm.line import CONTACTS, LEADS, OPPORTUNITIES
from connector.systems.suitecrm.values import BOOLS, ENUMS

PERSONS = frozenset({LEADS, CONTACTS, "Users"})
_NEVER = frozenset(
    {
        "id",
        "date_entered",
        "date_modified",
        "modified_user_id",
        "modified_by_name",
        "created_by",
        "created_by_name",
        "deleted",
        "email",  # a field for searching; addresses are written as email1
        "assigned_user_name",
        "amount_usdollar",
    }
)
_READ_ONLY_TYPES = frozenset({"link", "fullname", "function", "file", "image", "photo"})

# An address is limited to what its table takes; the description of the pseudo-field tells 255 or nothing.
_ADDRESS_LENGTH = {"email1": 100, "email2": 100}

# What the interface insists on and the services never check; an opportunity's account is asked for by the writer.
REQUIRED: Mapping[str, frozenset[str]] = {
    LEADS: frozenset({"last_name"}),
    "Accounts": frozenset({"name"}),
    CONTACTS: frozenset({"last_name"}),
    OPPORTUNITIES: frozenset({"name", "amount", "date_closed", "sales_stage"}),
}


def shape_of(module: str, described: Mapping[str, Mapping[str, Any]]) -> ObjectShape:
    """The module's fields from either service's description; links and objects are left out."""
    fields = {name: _field(module, name, found) for name, found in described.items() if _is_value(found)}
    return ObjectShape(module, fields)


def _is_value(found: Mapping[str, Any]) -> bool:
    return str(found.get("type") or "") not in ("link", "")


def _field(module: str, name: str, found: Mapping[str, Any]) -> FieldShape:
    kind = str(found.get("type") or "varchar").lower()
    writable = _writable(module, name, kind, found)
    required = name in REQUIRED.get(module, ()) or (name.endswith("_c") and _must_be_given(kind, found))
    return FieldShape(
        name=name,
        type=kind,
        label=str(found.get("label") or ""),
        length=_ADDRESS_LENGTH.get(name, 0) or _length(found.get("len")),
        required=writable and required,
        createable=writable,
        updateable=writable,
        restricted=kind in ENUMS,
        values=_values(found.get("options")) if kind in ENUMS or kind == "multienum" else (),
    )


def _must_be_given(kind: str, found: Mapping[str, Any]) -> bool:
    """An administrator's own required field, unless it fills itself."""
    fills_itself = kind in BOOLS or found.get("default_value") or found.get("default")
    return _yes(found.get("required")) and not fills_itself


def _writable(module: str, name: str, kind: str, found: Mapping[str, Any]) -> bool:
    if name in _NEVER or kind in _READ_ONLY_TYPES:
        return False
    if module in PERSONS and name in ("name", "full_name"):
        return False  # made of the parts of the name
    if kind == "relate":
        # The text of a relation is looked up on every read; its id is what is stored (SuiteCRM's `id_name`).
        return name.endswith("_id") or found.get("id_name") == name
    return True


def _length(told: object) -> int:
    text = str(told or "").split(",")[0]
    return int(text) if text.isdigit() else 0


def _values(options: object) -> tuple[str, ...]:
    return tuple(str(key) for key in options if str(key)) if isinstance(options, dict) else ()


def _yes(told: object) -> bool:
    return str(told).lower() in ("1", "true")
