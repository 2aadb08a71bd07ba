"""Fields that a world, a load or a fault plan adds, takes away or changes; remembered in the instance's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.field_makers import labelled
from connector.sandbox.sugar.schema import FieldDef, Module, Schema
from connector.sandbox.sugar.words import NoSuchField

_DECLARABLE = frozenset({"name", "type", "len", "label", "options", "required", "default", "readonly"})


def declare(db: Database, schema: Schema, module: Module, definition: Mapping[str, Any]) -> None:
    """Add a custom field. Raises ValueError for what a field cannot be."""
    _declare(schema, module, definition)
    _remember(db, ["declare", module.name, dict(definition)])
    db.add_column(module, module.fields[str(definition["name"])])


def drop(db: Database, module: Module, name: str) -> None:
    """Take a field away. Raises NoSuchField."""
    if name not in module.fields:
        raise NoSuchField(name)
    _remember(db, ["drop", module.name, name])
    del module.fields[name]


def alter(db: Database, schema: Schema, module: Module, name: str, changes: Mapping[str, Any]) -> None:
    """Change a field. Raises NoSuchField, ValueError."""
    if name not in module.fields:
        raise NoSuchField(name)
    _declare(schema, module, {**changes, "name": name})
    _remember(db, ["declare", module.name, {**changes, "name": name}])


def recall(db: Database, schema: Schema) -> None:
    """Make the remembered changes again, after a restart on the same file."""
    for kind, module_name, what in db.read_meta("schema_changes", []):
        module = schema.modules[module_name]
        if kind == "drop":
            module.fields.pop(what, None)
        else:
            _declare(schema, module, what)


def forget(db: Database, schema: Schema, fresh: Schema) -> None:
    """Return to the fields of `fresh`, those every instance starts with."""
    db.write_meta("schema_changes", [])
    schema.dropdowns.clear()
    schema.dropdowns.update(fresh.dropdowns)
    for name, module in schema.modules.items():
        module.fields = fresh.modules[name].fields


def _remember(db: Database, change: list[Any]) -> None:
    db.write_meta("schema_changes", [*db.read_meta("schema_changes", []), change])


def _declare(schema: Schema, module: Module, definition: Mapping[str, Any]) -> None:
    unknown = sorted(set(definition) - _DECLARABLE)
    if unknown:
        raise ValueError(f"a field has no {', '.join(unknown)}")
    name = str(definition["name"])
    known = module.fields.get(name)
    given = {key: value for key, value in definition.items() if key not in ("name", "options")}
    if "options" in definition:
        given["options"] = f"{module.table}_{name}_list"
        keys = ["", *(str(key) for key in definition["options"] if key != "")]
        schema.dropdowns[given["options"]] = tuple((key, key) for key in keys)
    if known is not None:
        module.fields[name] = replace(known, **given)
        return
    made = FieldDef(name, label=labelled(name), custom=name.endswith("_c"))
    module.fields[name] = replace(made, **given)
