"""Seeding, loading and dumping an core."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from connector.sandbox.sugar import schema_changes
from connector.sandbox.sugar.audit import audits
from connector.sandbox.sugar.cleaning import stored_value
from connector.sandbox.sugar.core import Core
from connector.sandbox.sugar.people import ADMIN_ID
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.schema_build import build_schema
from connector.sandbox.sugar.words import DuplicateId, NoSuchField, Page, Row, Where, new_id

_RELATION_KEYS = {
    "Contacts": {"account_id": "accounts"},
    "Opportunities": {"account_id": "accounts", "contact_id": "contacts"},
}
_TOO_MANY = 2**31
_SECTIONS = frozenset({"settings", "fields", "records"})


def reset(core: Core, world: Mapping[str, Any]) -> None:
    """Clear and seed. Raises ValueError for a section or a setting that there is not, and what `load` raises."""
    unknown = sorted(set(world) - _SECTIONS)
    if unknown:
        raise ValueError(f"a world of {core.flavour.name} has no {', '.join(unknown)}")
    with core.db.transaction():
        for module in core.schema.modules.values():
            core.db.clear(module.table)
        for relation in core.schema.relations.values():
            if relation.table:
                core.db.clear(relation.table)
        core.audit.clear()
        schema_changes.forget(core.db, core.schema, build_schema(core.flavour.sugar_fields))
        _set_switches(core, world.get("settings") or {})
        core.people.seed()
        for name, definitions in (world.get("fields") or {}).items():
            for definition in definitions:
                schema_changes.declare(core.db, core.schema, core.module(name), definition)
        load(core, world.get("records") or {})
    core.note_hidden()


def _set_switches(core: Core, given: Mapping[str, object]) -> None:
    unknown = sorted(set(given) - set(core.flavour.settings))
    if unknown:
        known = ", ".join(sorted(core.flavour.settings))
        raise ValueError(f"no setting {', '.join(unknown)}; known are {known}")
    for name, value in given.items():
        if not _is_like(core.flavour.settings[name], value):
            raise ValueError(f"setting {name} cannot be {value!r}")
    core.saver.settings = {**core.flavour.settings, **given}
    core.db.write_meta("settings", core.saver.settings)


def _is_like(default: object, value: object) -> bool:
    """Whether a switch can take a value: a truth, a text or a whole number, as its default is one.

    A number is above 0 unless the default is not. Lists and the like are the dialect's to check.
    """
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, int):
        return isinstance(value, int) and min(default, 1) <= value < _TOO_MANY
    return isinstance(value, str) or not isinstance(default, str)


def load(core: Core, records: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Insert records as given. Raises NoSuchModule, NoSuchField, TypeError, DuplicateId."""
    answer: dict[str, list[Row]] = {}
    with core.db.transaction():
        for name, rows in records.items():
            module = core.module(name)
            if not isinstance(rows, list):
                raise TypeError(f"{name}: must be a list of records")
            answer[name] = [_load_one(core, module, row) for row in rows]
    return answer


def _load_one(core: Core, module: Module, given: Mapping[str, Any]) -> Row:
    if not isinstance(given, Mapping):
        raise TypeError(f"{module.name}: a record must be a mapping")
    extra = {"email", "emails", "contact_ids", "lead_ids", "id", *_RELATION_KEYS.get(module.name, {})}
    if module.name == "Users":
        extra |= {"_access", "password"}
    if audits(module):
        extra |= {"_audit"}
    unknown = sorted(name for name in given if name not in module.fields and name not in extra)
    if unknown:
        raise NoSuchField(f"{module.name}: {', '.join(unknown)}")
    row = _columns_of(core, module, given)
    record_id = str(row["id"])
    try:
        core.db.insert(module.table, row)
    except sqlite3.IntegrityError as error:
        raise DuplicateId(f"{module.name}: {record_id}") from error
    for key, link in _RELATION_KEYS.get(module.name, {}).items():
        if given.get(key):
            _relate(core, module, record_id, link, str(given[key]))
    if module.name == "Users" and given.get("password"):
        core.people.set_password(str(given["user_name"]), str(given["password"]))
    for link in ("contacts", "leads"):
        for other_id in given.get(f"{link[:-1]}_ids") or []:
            _relate(core, module, record_id, link, str(other_id))
    if "email_addresses" in module.links:
        _load_emails(core, module, record_id, given)
    core.audit.load(module, record_id, given.get("_audit") or [], ADMIN_ID)
    return {**given, "id": record_id}


def _columns_of(core: Core, module: Module, given: Mapping[str, Any]) -> Row:
    # Loaded text stays as given, whatever a save would clean away: it stands for rows that are already there.
    plain = replace(core.flavour, cleans_text=False)
    row: Row = _defaults(module)
    for name, value in given.items():
        one = module.fields.get(name)
        if one is not None and one.stored:
            row[name] = stored_value(one, value, plain, core.saver.settings)
    now = core.now()
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


def _defaults(module: Module) -> Row:
    return {one.name: one.default for one in module.fields.values() if one.stored and one.default is not None}


def _load_emails(core: Core, module: Module, record_id: str, given: Mapping[str, Any]) -> None:
    addresses: list[dict[str, object]] = [dict(one) for one in given.get("emails") or given.get("email") or []]
    for name in ("email1", "email2"):
        if given.get(name):
            addresses.append({"email_address": given[name], "primary_address": name == "email1"})
    if not addresses:
        return
    for key, name in (("email_opt_out", "opt_out"), ("invalid_email", "invalid_email")):
        if key in given:
            addresses[0][name] = given[key]
    refused = core.linking.set_emails(module, record_id, addresses, True)
    if refused:
        raise ValueError(f"{module.name}: {', '.join(refused)} is no e-mail address")


def _relate(core: Core, module: Module, record_id: str, link: str, other_id: str) -> None:
    known, relation = core.rows.relations.link(module, link)
    left, right = (record_id, other_id) if known.left else (other_id, record_id)
    core.rows.relations.join(relation, left, right, {}, core.now())


def dump(core: Core, module: Module) -> list[Row]:
    """Every record of a module, deleted ones included."""
    rows = core.rows.select(module, None, Where(), (), Page(), "all")
    if module.name == "Opportunities":
        related = core.linking.related_of(module, [row["id"] for row in rows], "contacts", ["id"])
        for row in rows:
            contacts = related.get(row["id"], [])
            row["contact_ids"] = [one["id"] for one in contacts]
            row["contact_roles"] = {one["id"]: one["contact_role"] for one in contacts}
    if module.name == "Leads":
        _show_own_account_name(core, rows)
    if "email_addresses" in module.links:
        _show_emails(core, module, rows)
    return rows


def _show_own_account_name(core: Core, rows: Iterable[Row]) -> None:
    stored = dict(core.db.rows("SELECT id, account_name FROM leads"))
    for row in rows:
        row["account_name"] = stored[row["id"]]


def _show_emails(core: Core, module: Module, rows: list[Row]) -> None:
    known = core.rows.emails.of(module, [row["id"] for row in rows])
    for row in rows:
        row["email"] = known.get(row["id"], [])
