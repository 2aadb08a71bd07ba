"""Seeding, loading and dumping an instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.sandbox.sugar import schema_changes
from connector.sandbox.sugar.cleaning import stored_value
from connector.sandbox.sugar.people import ADMIN_ID
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import NoSuchField, Row, new_id

if TYPE_CHECKING:
    from connector.sandbox.sugar.instance import SugarInstance

_RELATION_KEYS = {
    "Contacts": {"account_id": "accounts"},
    "Opportunities": {"account_id": "accounts", "contact_id": "contacts"},
}
_SECTIONS = frozenset({"settings", "fields", "records"})


def reset(instance: SugarInstance, world: Mapping[str, Any]) -> None:
    """Clear and seed. Raises ValueError for a section or a setting that there is not, and what `load` raises."""
    unknown = sorted(set(world) - _SECTIONS)
    if unknown:
        raise ValueError(f"a world of {instance.flavour.name} has no {', '.join(unknown)}")
    with instance.transaction():
        for module in instance.modules.values():
            instance.db.clear(module.table)
        for relation in instance.schema.relations.values():
            if relation.table:
                instance.db.clear(relation.table)
        schema_changes.forget(instance)
        _set_switches(instance, world.get("settings") or {})
        instance.people.seed()
        for name, definitions in (world.get("fields") or {}).items():
            for definition in definitions:
                instance.declare_field(name, definition)
        load(instance, world.get("records") or {})
    instance.note_hidden()


def _set_switches(instance: SugarInstance, given: Mapping[str, object]) -> None:
    unknown = sorted(set(given) - set(instance.flavour.settings))
    if unknown:
        known = ", ".join(sorted(instance.flavour.settings))
        raise ValueError(f"no setting {', '.join(unknown)}; known are {known}")
    instance.saver.settings = {**instance.flavour.settings, **given}
    instance.db.write_meta("settings", instance.saver.settings)


def load(instance: SugarInstance, records: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Insert records as given. Raises NoSuchModule, NoSuchField, TypeError, DuplicateId."""
    answer: dict[str, list[Row]] = {}
    with instance.transaction():
        for name, rows in records.items():
            module = instance.module(name)
            if not isinstance(rows, list):
                raise TypeError(f"{name}: must be a list of records")
            answer[name] = [_load_one(instance, module, row) for row in rows]
    return answer


def _load_one(instance: SugarInstance, module: Module, given: Mapping[str, Any]) -> Row:
    extra = {"email", "emails", "contact_ids", "_access", "id", *_RELATION_KEYS.get(module.name, {})}
    unknown = sorted(name for name in given if name not in module.fields and name not in extra)
    if unknown:
        raise NoSuchField(f"{module.name}: {', '.join(unknown)}")
    row = _columns_of(instance, module, given)
    instance.db.insert(module.table, row)
    record_id = str(row["id"])
    for key, link in _RELATION_KEYS.get(module.name, {}).items():
        if given.get(key):
            _relate(instance, module, record_id, link, str(given[key]))
    for contact_id in given.get("contact_ids") or []:
        _relate(instance, module, record_id, "contacts", str(contact_id))
    if "email_addresses" in module.links:
        _load_emails(instance, module, record_id, given)
    return {**given, "id": record_id}


def _columns_of(instance: SugarInstance, module: Module, given: Mapping[str, Any]) -> Row:
    # Loaded text stays as given, whatever a save would clean away: it stands for rows that are already there.
    plain = replace(instance.flavour, cleans_text=False)
    row: Row = {one.name: one.default for one in module.stored() if one.default is not None}
    row |= {
        one.name: stored_value(one, given[one.name], plain, instance.settings)
        for one in module.stored()
        if one.name in given
    }
    now = instance.now()
    audit = {"date_entered": row.get("date_modified") or now, "date_modified": row.get("date_entered") or now,
             "date_created": now, "created_by": ADMIN_ID, "modified_user_id": ADMIN_ID}  # fmt: skip
    row |= {name: value for name, value in audit.items() if name in module.fields and not row.get(name)}
    row["id"] = str(given.get("id") or new_id())
    if "email_address_caps" in module.fields:
        row["email_address_caps"] = str(row.get("email_address") or "").upper()
    if "_access" in given and module.name == "Users":
        row["_access"] = given["_access"]
    if module.name == "Opportunities" and row.get("amount_usdollar") is None:
        row["amount_usdollar"] = row.get("amount")
    return row


def _load_emails(instance: SugarInstance, module: Module, record_id: str, given: Mapping[str, Any]) -> None:
    addresses: list[dict[str, object]] = [dict(one) for one in given.get("emails") or given.get("email") or []]
    for name in ("email1", "email2"):
        if given.get(name):
            addresses.append({"email_address": given[name], "primary_address": name == "email1"})
    if not addresses:
        return
    for key, name in (("email_opt_out", "opt_out"), ("invalid_email", "invalid_email")):
        if key in given:
            addresses[0][name] = given[key]
    refused = instance.set_emails(module.name, record_id, addresses)
    if refused:
        raise ValueError(f"{module.name}: {', '.join(refused)} is no e-mail address")


def _relate(instance: SugarInstance, module: Module, record_id: str, link: str, other_id: str) -> None:
    known, relation = instance.rows.relations.link(module, link)
    left, right = (record_id, other_id) if known.left else (other_id, record_id)
    instance.rows.relations.join(relation, left, right, {}, instance.now())


def dump(instance: SugarInstance, module: Module) -> list[Row]:
    """Every record of a module, deleted ones included."""
    rows = instance.select(module.name, deleted="all")
    if module.name == "Opportunities":
        related = instance.related_of(module.name, [row["id"] for row in rows], "contacts", ["id"])
        for row in rows:
            contacts = related.get(row["id"], [])
            row["contact_ids"] = [one["id"] for one in contacts]
            row["contact_roles"] = {one["id"]: one["contact_role"] for one in contacts}
    if module.name == "Leads":
        _show_own_account_name(instance, rows)
    if "email_addresses" in module.links:
        _show_emails(instance, module, rows)
    return rows


def _show_own_account_name(instance: SugarInstance, rows: Iterable[Row]) -> None:
    stored = dict(instance.db.rows("SELECT id, account_name FROM leads"))
    for row in rows:
        row["account_name"] = stored[row["id"]]


def _show_emails(instance: SugarInstance, module: Module, rows: list[Row]) -> None:
    known = instance.emails_of(module.name, [row["id"] for row in rows])
    for row in rows:
        row["email"] = known.get(row["id"], [])
