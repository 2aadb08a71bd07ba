"""Side doors: changes to records that no client asked for, and loading and dumping for the control plane."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from connector.sandbox.dialect import DoorRefused
from connector.sandbox.faults import Action, Fault
from connector.sandbox.sugar.conversion import Conversion, convert_lead
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.merging import merge
from connector.sandbox.sugar.words import EngineError, Where

COLLEAGUE = "will"
# What comes of values that no field can take; the last two are the database's words for lists and for endless numbers.
NOT_A_RECORD = (EngineError, KeyError, TypeError, ValueError, sqlite3.Error, OverflowError)
_AUDIT = frozenset({"date_modified", "modified_user_id", "created_by", "date_entered"})


def file_of(state: Path | None, dialect: str) -> str | None:
    """The instance's own file beside the sandbox's state file."""
    return None if state is None else str(state.with_name(f"{state.name}.{dialect}"))


def open_door(instance: SugarInstance, fault: Fault) -> None:
    """Carry out `edit`, `merge`, `delete` or `convert_elsewhere` as a colleague. Raises DoorRefused."""
    try:
        module = module_named(instance, fault.text("object", "Leads"))
        ids = named_records(instance, module, fault)
        if not ids:
            raise DoorRefused(f"no such {module}")
        with instance.transaction():
            _carry_out(instance, module, ids, fault)
    except EngineError as error:
        raise DoorRefused(f"{type(error).__name__}: {error}") from error


def _carry_out(instance: SugarInstance, module: str, ids: Sequence[str], fault: Fault) -> None:
    given = fault.options.get("set")
    values = given if isinstance(given, Mapping) else {}
    user_id = instance.people.id_of(COLLEAGUE)
    if fault.action is Action.MERGE:
        merge(instance, module, fault.text("into"), ids)
        return
    for record_id in ids:
        if fault.action is Action.EDIT:
            _edit(instance, module, record_id, values)
        elif fault.action is Action.DELETE:
            instance.require(module, record_id)
            instance.delete(module, record_id, user_id)
        else:
            convert_lead(instance, record_id, Conversion.of(values), user_id)


def _edit(instance: SugarInstance, module: str, record_id: str, values: Mapping[str, object]) -> None:
    """Save as the screen does, where an address does change; audit fields may be set to tell of another moment."""
    for name in values:
        instance.field(module, name)
    kept = {name: value for name, value in values.items() if name != "email1"}
    user_id = instance.people.id_of(COLLEAGUE)
    instance.save(module, {**kept, "id": record_id}, user_id=user_id, create=False, keep=_AUDIT & kept.keys())
    if "email1" in values:
        primary = {"email_address": values["email1"], "primary_address": True}
        others = [one for one in instance.emails(module, record_id) if not one["primary_address"]]
        instance.set_emails(module, record_id, [*([primary] if values["email1"] else []), *others])


def module_named(instance: SugarInstance, name: str) -> str:
    """A module by its name or its bean's (`Leads`, `Lead`). Raises NoSuchModule."""
    beans = {module.object_name: module.name for module in instance.modules.values()}
    return instance.module(beans.get(name, name)).name


def named_records(instance: SugarInstance, module: str, fault: Fault) -> list[str]:
    """Ids of the live records that a fault names by `id` or by `match`. Raises NoSuchModule, NoSuchField."""
    if fault.options.get("id"):
        return [fault.text("id")]
    match = fault.options.get("match")
    if not isinstance(match, Mapping):
        return []
    where = Where()
    for name, value in match.items():
        where = where & _equal(instance, module, str(name), value)
    return [str(row["id"]) for row in instance.select(module, where, fields=["id"])]


def _equal(instance: SugarInstance, module: str, name: str, value: object) -> Where:
    if name == "email1":
        return instance.email_where(module, "a.email_address_caps = ?", (str(value).upper(),))
    plain = int(value) if isinstance(value, bool) else value
    return Where(f"{instance.column(module, name)} IS ?", (plain,))


def hide(instance: SugarInstance, fault: Fault, written: Sequence[tuple[str, str]], until: datetime) -> None:
    """Keep the records that the fault names, else those just written, unseen until then. Raises DoorRefused."""
    try:
        module = module_named(instance, fault.text("object")) if fault.text("object") else ""
        named = [(module, record_id) for record_id in named_records(instance, module, fault)] if module else []
        for name, record_id in named or written:
            instance.hide_until(name, [record_id], until)
    except EngineError as error:
        raise DoorRefused(f"{type(error).__name__}: {error}") from error


def change_schema(instance: SugarInstance, fault: Fault) -> None:
    """Add, drop and alter fields. Raises DoorRefused."""
    add, drop, alter = (fault.options.get(name) for name in ("add", "drop", "alter"))
    try:
        module = module_named(instance, fault.text("object", "Leads"))
        for definition in add if isinstance(add, list) else []:
            instance.declare_field(module, definition)
        for name in drop if isinstance(drop, list) else []:
            instance.drop_field(module, name)
        for name, changes in (alter if isinstance(alter, dict) else {}).items():
            instance.alter_field(module, name, changes)
    except (EngineError, KeyError, TypeError, ValueError) as error:
        raise DoorRefused(f"{type(error).__name__}: {error}") from error


def load(instance: SugarInstance, records: Mapping[str, object]) -> Mapping[str, object]:
    """Insert records as given; the same shape with ids, in order. Raises DoorRefused."""
    try:
        return instance.load(records)
    except NOT_A_RECORD as error:
        raise DoorRefused(f"{instance.flavour.name}: {type(error).__name__}: {error}") from error


def dump(instance: SugarInstance, module: str) -> list[dict[str, object]]:
    """Every record of a module. Raises DoorRefused for an unknown one."""
    try:
        return instance.dump(module)
    except EngineError as error:
        raise DoorRefused(f"{instance.flavour.name}: no module {error}") from error
