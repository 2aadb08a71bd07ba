"""Side doors: changes to records that no client asked for, as a colleague in the CRM would make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.sandbox.dialect import DoorRefused
from connector.sandbox.faults import Action, Fault
from connector.sandbox.sugar.doors_convert import convert_as_colleague
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import EngineError

COLLEAGUE = "will"
_AUDIT = frozenset({"date_modified", "modified_user_id", "created_by", "date_entered"})
_REFUSED = (EngineError, KeyError, TypeError, ValueError)


def open_door(instance: SugarInstance, fault: Fault) -> None:
    """Carry out `edit`, `merge`, `delete` or `convert_elsewhere`. Raises DoorRefused when the CRM says no."""
    try:
        module = named_module(instance, fault.text("object", "Leads"))
        ids = named_records(instance, module, fault)
        if not ids:
            raise DoorRefused(f"no such record in {module.name}")
        with instance.transaction():
            for record_id in ids:
                _open(instance, module, record_id, fault)
    except _REFUSED as error:
        raise DoorRefused(f"{type(error).__name__}: {error}") from error


def _open(instance: SugarInstance, module: Module, record_id: str, fault: Fault) -> None:
    user_id = instance.people.id_of(COLLEAGUE)
    given = fault.options.get("set")
    values: Mapping[str, object] = given if isinstance(given, Mapping) else {}
    if fault.action is Action.EDIT:
        edit(instance, module, record_id, values)
    elif fault.action is Action.DELETE:
        if not instance.delete(module.name, record_id, user_id):
            raise DoorRefused(f"{module.name} {record_id} is deleted already")
    elif fault.action is Action.MERGE:
        merge(instance, module, record_id, fault.text("into"))
    else:
        convert_as_colleague(instance, record_id, values, user_id)


def named_module(instance: SugarInstance, name: str) -> Module:
    """A module by its name or the name of its bean (`Leads`, `Lead`). Raises NoSuchModule."""
    for module in instance.modules.values():
        if name in (module.name, module.object_name):
            return module
    return instance.module(name)


def named_records(instance: SugarInstance, module: Module, fault: Fault) -> list[str]:
    """Ids of the live records that a fault names by `id` or by `match`."""
    if fault.options.get("id"):
        return [fault.text("id")]
    match = fault.options.get("match")
    if not isinstance(match, Mapping):
        return []
    rows = instance.select(module.name)
    return [str(row["id"]) for row in rows if all(row.get(name) == value for name, value in match.items())]


def edit(instance: SugarInstance, module: Module, record_id: str, values: Mapping[str, object]) -> None:
    """Save a record as a colleague does on screen, where an address does change. Raises NoSuchRecord, NoSuchField."""
    unknown = sorted(name for name in values if name not in module.fields)
    if unknown:
        raise DoorRefused(f"{module.name} has no {', '.join(unknown)}")
    kept = {name: value for name, value in values.items() if name != "email1"}
    instance.save(
        module.name,
        {**kept, "id": record_id},
        user_id=instance.people.id_of(COLLEAGUE),
        create=False,
        keep=_AUDIT & set(kept),
    )
    if "email1" in values:
        address = {"email_address": values["email1"], "primary_address": True}
        instance.set_emails(module.name, record_id, [address] if values["email1"] else [])


def merge(instance: SugarInstance, module: Module, record_id: str, into: str) -> None:
    """Merge a record into another: its relations go over, it is deleted, and nothing points to the survivor.

    Raises NoSuchRecord.
    """
    instance.require(module.name, record_id)
    instance.require(module.name, into)
    known = {one["email_address"] for one in instance.emails(module.name, into)} if _has_email(module) else set()
    for address in instance.emails(module.name, record_id) if _has_email(module) else []:
        if address["email_address"] not in known:
            more = {**address, "primary_address": not known and address["primary_address"]}
            instance.set_emails(module.name, into, [more], replace=False)
    for name, link in module.links.items():
        if link.module in ("Users", "EmailAddresses") or not _moves(instance, module, name):
            continue
        for other_id in instance.related_ids(module.name, record_id, name):
            instance.relate(module.name, into, name, other_id)
    instance.delete(module.name, record_id, instance.people.id_of(COLLEAGUE))


def _has_email(module: Module) -> bool:
    return "email_addresses" in module.links


def _moves(instance: SugarInstance, module: Module, link_name: str) -> bool:
    """Whether a link's relations go over: the survivor keeps its own owners (account, campaign)."""
    link = module.links[link_name]
    return link.left or bool(instance.schema.relations[link.relationship].table and link_name != "accounts")


def hide(instance: SugarInstance, fault: Fault, written: Sequence[tuple[str, str]], until: datetime) -> None:
    """Keep the records that the fault names, else those just written, unseen until then. Raises DoorRefused."""
    try:
        named: list[tuple[str, str]] = []
        if fault.text("object"):
            module = named_module(instance, fault.text("object"))
            named = [(module.name, record_id) for record_id in named_records(instance, module, fault)]
        for name, record_id in named or written:
            instance.hide_until(name, [record_id], until)
    except _REFUSED as error:
        raise DoorRefused(f"{type(error).__name__}: {error}") from error


def change_schema(instance: SugarInstance, fault: Fault) -> None:
    """Add, drop and alter fields. Raises DoorRefused when the CRM says no."""
    add, drop, alter = (fault.options.get(name) for name in ("add", "drop", "alter"))
    try:
        module = named_module(instance, fault.text("object")).name
        for definition in add if isinstance(add, list) else []:
            instance.declare_field(module, definition)
        for name in drop if isinstance(drop, list) else []:
            instance.drop_field(module, name)
        for name, changes in (alter if isinstance(alter, dict) else {}).items():
            instance.alter_field(module, name, changes)
    except _REFUSED as error:
        raise DoorRefused(f"{type(error).__name__}: {error}") from error
