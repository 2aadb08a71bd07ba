"""Fields that a world, a load or a fault plan adds, takes away or changes; remembered in the instance's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.sandbox.sugar.field_makers import labelled
from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugar.schema_build import build_schema
from connector.sandbox.sugar.words import NoSuchField

if TYPE_CHECKING:
    from connector.sandbox.sugar.instance import SugarInstance

_DECLARABLE = frozenset({"name", "type", "len", "label", "options", "required", "default", "readonly"})


def declare(instance: SugarInstance, module: Module, definition: Mapping[str, Any]) -> None:
    """Add a custom field. Raises ValueError for what a field cannot be."""
    _remember(instance, ["declare", module.name, dict(definition)])
    _declare(instance, module, definition)
    with instance.transaction():
        instance.db.add_column(module, module.fields[str(definition["name"])])


def drop(instance: SugarInstance, module: Module, name: str) -> None:
    """Take a field away. Raises NoSuchField."""
    if name not in module.fields:
        raise NoSuchField(name)
    _remember(instance, ["drop", module.name, name])
    del module.fields[name]


def alter(instance: SugarInstance, module: Module, name: str, changes: Mapping[str, Any]) -> None:
    """Change a field. Raises NoSuchField, ValueError."""
    if name not in module.fields:
        raise NoSuchField(name)
    _declare(instance, module, {**changes, "name": name})
    _remember(instance, ["declare", module.name, {**changes, "name": name}])


def recall(instance: SugarInstance) -> None:
    """Make the remembered changes again, after a restart on the same file."""
    for kind, module_name, what in instance.db.read_meta("schema_changes", []):
        module = instance.schema.modules[module_name]
        if kind == "drop":
            module.fields.pop(what, None)
        else:
            _declare(instance, module, what)


def forget(instance: SugarInstance) -> None:
    """Return to the fields every instance starts with."""
    instance.db.write_meta("schema_changes", [])
    fresh = build_schema(instance.flavour.sugar_fields)
    instance.schema.dropdowns.clear()
    instance.schema.dropdowns.update(fresh.dropdowns)
    for name, module in instance.schema.modules.items():
        module.fields = fresh.modules[name].fields


def _remember(instance: SugarInstance, change: list[Any]) -> None:
    instance.db.write_meta("schema_changes", [*instance.db.read_meta("schema_changes", []), change])


def _declare(instance: SugarInstance, module: Module, definition: Mapping[str, Any]) -> None:
    unknown = sorted(set(definition) - _DECLARABLE)
    if unknown:
        raise ValueError(f"a field has no {', '.join(unknown)}")
    name = str(definition["name"])
    known = module.fields.get(name)
    given = {key: value for key, value in definition.items() if key not in ("name", "options")}
    if "options" in definition:
        given["options"] = f"{module.table}_{name}_list"
        keys = ["", *(str(key) for key in definition["options"] if key != "")]
        instance.schema.dropdowns[given["options"]] = tuple((key, key) for key in keys)
    if known is not None:
        module.fields[name] = replace(known, **given)
        return
    made = FieldDef(name, label=labelled(name), custom=name.endswith("_c"))
    module.fields[name] = replace(made, **given)
