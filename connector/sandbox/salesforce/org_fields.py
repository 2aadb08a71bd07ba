"""Custom fields of a world and the changes an administrator makes to fields while we look."""

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from typing import Any

from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_types import ApiError
from connector.sandbox.salesforce.schema import NUMBER_TYPES, FieldDef, ObjectDef
from connector.sandbox.salesforce.schema_fields import label_of

_LENGTHS = {"string": 255, "email": 80, "phone": 40, "url": 255, "picklist": 255, "textarea": 255,
            "multipicklist": 4099, "combobox": 255, "reference": 18}  # fmt: skip
_TYPES = frozenset({*_LENGTHS, *NUMBER_TYPES, "boolean", "date", "datetime"})
_RENAMED = {"required": "nillable"}
_KNOWN = frozenset(item.name for item in dataclass_fields(FieldDef)) | set(_RENAMED)
_LONGEST_FILTERABLE = 255


def declare_field(state: OrgState, object_name: str, definition: Mapping[str, Any]) -> None:
    """Add a field, or change it when the object has it already. ApiError INVALID_FIELD for a bad definition."""
    owner = state.definition(object_name)
    name = str(definition["name"])
    existing = owner.fields.get(name.lower())
    if existing is not None and existing.visible:
        alter_field(state, object_name, name, definition)
        return
    field = _read(definition)
    state.schema.put_field(owner.name, field)
    state.database.add_column(owner, field)


def drop_field(state: OrgState, object_name: str, name: str) -> None:
    """Withdraw a field: it is absent from then on, its values stay."""
    owner = state.definition(object_name)
    state.schema.change_field(owner.name, _existing(owner, name).name, visible=False)


def alter_field(state: OrgState, object_name: str, name: str, changes: Mapping[str, Any]) -> None:
    """Change some attributes of a field."""
    owner = state.definition(object_name)
    found = _existing(owner, name)
    changed = state.schema.change_field(owner.name, found.name, **_attributes(changes))
    state.database.add_column(owner, changed)


def _existing(owner: ObjectDef, name: str) -> FieldDef:
    found = owner.fields.get(name.lower())
    if found is None:
        raise ApiError("INVALID_FIELD", f"No such column '{name}' on sobject of type {owner.name}")
    return found


def _attributes(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that a definition names, checked and in the form that fields hold them."""
    unknown = sorted(set(definition) - _KNOWN)
    if unknown:
        raise ApiError("INVALID_FIELD", f"unknown attribute of a field: {', '.join(unknown)}")
    found: dict[str, Any] = {}
    for key, value in definition.items():
        if key == "name":
            continue
        if key == "required":
            found["nillable"] = not value
        elif key in ("values", "reference_to"):
            found[key] = tuple(str(item) for item in ([value] if isinstance(value, str) else value))
        else:
            found[key] = value
    if found.get("type", "string") not in _TYPES:
        raise ApiError("INVALID_FIELD", f"unknown type of a field: {found['type']}")
    return found


def _read(definition: Mapping[str, Any]) -> FieldDef:
    """A new field, with the usual length or precision of its type where none is given."""
    name = str(definition["name"])
    given = _attributes(definition)
    kind = str(given.pop("type", "string"))
    usual: dict[str, Any] = {"label": label_of(name), "length": _LENGTHS.get(kind, 0), "custom": name.endswith("__c")}
    if kind in NUMBER_TYPES:
        usual |= {"precision": 8 if kind == "int" else 18, "scale": 0 if kind == "int" else 2}
    if kind == "boolean":
        usual |= {"nillable": False, "defaulted": True, "default": False}
    if kind == "reference":
        usual["relationship_name"] = f"{name.removesuffix('__c')}__r" if usual["custom"] else name.removesuffix("Id")
    if kind == "textarea" and int(given.get("length", 0)) > _LONGEST_FILTERABLE:
        usual |= {"filterable": False, "sortable": False, "groupable": False}
    return FieldDef(name=name, type=kind, **{**usual, **given})
