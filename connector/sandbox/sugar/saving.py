"""Saving a bean: audit fields, relate ids, addresses and the few values the server works out itself.

Source: `data/SugarBean.php` and `modules/Opportunities/Opportunity.php` of SuiteCRM 7.14.6.
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector.sandbox.sqlfile import quoted
from connector.sandbox.sugar.audit import AuditLog
from connector.sandbox.sugar.cleaning import stored_value
from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.dropdowns import SALES_PROBABILITY
from connector.sandbox.sugar.emails import is_set
from connector.sandbox.sugar.flavour import Flavour
from connector.sandbox.sugar.rows import Rows
from connector.sandbox.sugar.schema import Module, Schema
from connector.sandbox.sugar.words import DuplicateId, NoSuchRecord, Row, SaveResult, new_id, read_time

_AUDIT = ("date_modified", "modified_user_id", "created_by", "date_entered")
# `Lead::save`: a lead without a status is a new one.
_FIRST_STATUS = "New"
_ROLE_OF_CONTACT = "Primary Decision Maker"
_ADDRESS_FLAGS = {"opt_out": "email_opt_out", "invalid_email": "invalid_email"}
_STREET_LINES = ("_street", "_street_2", "_street_3")

Keep = frozenset[str]


class Saver:
    """Saves records of one instance. Its callers hold the transaction."""

    def __init__(
        self, db: Database, schema: Schema, flavour: Flavour, rows: Rows, audit: AuditLog, now: Callable[[], str]
    ) -> None:
        self._db = db
        self._schema = schema
        self._flavour = flavour
        self._rows = rows
        self._audit_log = audit
        self._now = now
        self.settings: dict[str, object] = {}

    def create(
        self, module: Module, values: Mapping[str, object], user_id: str, record_id: str | None, keep: Keep
    ) -> SaveResult:
        """Insert a record. Raises DuplicateId."""
        record_id = record_id or new_id()
        if self._db.one(f"SELECT 1 FROM {quoted(module.table)} WHERE id = ?", (record_id,)):
            raise DuplicateId(record_id)
        now = self._now()
        given = self._stored(module, values)
        row: Row = {one.name: one.default for one in module.stored() if one.default is not None}
        row |= {name: value for name, value in given.items() if name not in _AUDIT and name != "id"}
        row |= self._audit(module, given, user_id, keep, now)
        row |= {"id": record_id}
        if "currency_id" in module.fields:
            # `Opportunity::save`: without a currency of its own it is in the one that the user prefers.
            row["currency_id"] = given.get("currency_id") or self.settings.get("user_currency_id", "-99")
        if module.name == "Opportunities":
            _work_out_opportunity(row)
        if module.name == "Leads":
            row["status"] = row.get("status") or _FIRST_STATUS
        self._db.insert(module.table, row)
        self._save_related(module, record_id, values, now)
        self._save_emails(module, record_id, values, created=True)
        return SaveResult(record_id, True)

    def update(
        self, module: Module, record_id: str, values: Mapping[str, object], user_id: str, keep: Keep
    ) -> SaveResult:
        """Change a live record. Raises NoSuchRecord."""
        found = self._db.one(f"SELECT deleted FROM {quoted(module.table)} WHERE id = ?", (record_id,))
        if found is None or found[0]:
            raise NoSuchRecord(record_id)
        now = self._now()
        given = self._stored(module, values)
        changes = {name: value for name, value in given.items() if name not in _AUDIT and name != "id"}
        audit = self._audit(module, given, user_id, keep, now)
        changes |= {name: audit[name] for name in ("date_modified", "modified_user_id") if name in audit}
        if "date_entered" in keep and given.get("date_entered"):
            changes["date_entered"] = given["date_entered"]
        if module.name == "Opportunities" and "amount" in changes:
            changes["amount_usdollar"] = changes["amount"]
        if module.name == "Leads":
            changes |= self._lead_changes(record_id, changes)
        before = self._audit_log.before(module, record_id, tuple(changes))
        self.write(module, record_id, changes)
        if before:
            self._audit_log.note(module, record_id, before, changes, user_id, str(changes.get("date_modified") or now))
        self._save_related(module, record_id, values, now)
        self._save_emails(module, record_id, values, created=False)
        return SaveResult(record_id, False)

    def _lead_changes(self, lead_id: str, changes: Row) -> Row:
        """What a lead's bean adds: a status, and the name of its account, which it took over when it was read."""
        more: Row = {}
        found = self._db.one("SELECT account_id, status FROM leads WHERE id = ?", (lead_id,))
        if not changes.get("status", found[1] if found else None):
            more["status"] = _FIRST_STATUS
        if self._flavour.account_name_follows and found and found[0] and "account_name" not in changes:
            name = self._db.one("SELECT name FROM accounts WHERE id = ?", (found[0],))
            more["account_name"] = name[0] if name else None
        return more

    def write(self, module: Module, record_id: str, changes: Mapping[str, object]) -> None:
        """Set columns as they are, without rules."""
        if changes:
            assignments = ", ".join(f"{quoted(name)} = ?" for name in changes)
            self._db.run(
                f"UPDATE {quoted(module.table)} SET {assignments} WHERE id = ?", (*changes.values(), record_id)
            )

    def touch(self, module: Module, record_id: str) -> None:
        """Move `date_modified`, as a save that changes nothing does."""
        self.write(module, record_id, {"date_modified": self._now()})

    def _stored(self, module: Module, values: Mapping[str, object]) -> dict[str, object]:
        values = _with_street_lines(values)
        return {
            one.name: stored_value(one, values[one.name], self._flavour, self.settings)
            for one in module.stored()
            if one.name in values
        }

    def _audit(
        self, module: Module, given: Mapping[str, object], user_id: str, keep: Keep, now: str
    ) -> dict[str, object]:
        honoured = {name: given[name] for name in _AUDIT if name in keep and given.get(name)}
        entered = read_time(given["date_entered"]) if given.get("date_entered") else None
        audit = {"date_entered": entered or now, "created_by": user_id, "date_modified": now,
                 "modified_user_id": user_id, **honoured}  # fmt: skip
        return {name: value for name, value in audit.items() if name in module.fields}

    def _save_related(self, module: Module, record_id: str, values: Mapping[str, object], now: str) -> None:
        if module.name in ("Contacts", "Opportunities") and "account_id" in values:
            relation = self._schema.relations[module.links["accounts"].relationship]
            account_id = str(values["account_id"] or "")
            known = self._rows.relations.far_ids(module, record_id, "accounts")
            if known != [account_id]:
                self._rows.relations.part_all(relation, relation.right_key, record_id, now)
                if account_id:
                    self._rows.relations.join(relation, account_id, record_id, {}, now)
        if module.name == "Opportunities" and values.get("contact_id"):
            relation = self._schema.relations["opportunities_contacts"]
            role = {"contact_role": _ROLE_OF_CONTACT}
            self._rows.relations.join(relation, record_id, str(values["contact_id"]), role, now)

    def _save_emails(self, module: Module, record_id: str, values: Mapping[str, object], created: bool) -> None:
        if "email_addresses" not in module.links:
            return
        emails = self._rows.emails
        known = emails.of(module, [record_id]).get(record_id, []) if not created else []
        flags = {name: values[key] for name, key in _ADDRESS_FLAGS.items() if key in values}
        if not (known and self.settings.get("email_update_ignored", self._flavour.email_update_ignored)):
            self._replace_emails(module, record_id, values, known[0] if known else {})
        if flags:
            primary = [one["email_address_id"] for one in emails.of(module, [record_id]).get(record_id, [])[:1]]
            emails.set_flags(primary, flags)

    def _replace_emails(self, module: Module, record_id: str, values: Mapping[str, object], before: Row) -> None:
        known_primary = str(before.get("email_address") or "")
        first, second = values.get("email1"), values.get("email2")
        if first is None and second is None:
            return
        now = self._now()
        wanted = [str(one) for one in (first if first is not None else known_primary, second) if one]
        if first is not None:
            self._rows.emails.keep_only(module, record_id, wanted, now)
        for position, address in enumerate(wanted):
            primary = position == 0 and (first is not None or bool(known_primary))
            flags = _flags_of_save(values, before) if self._flavour.flags_are_saved else {}
            one = {"email_address": address, "primary_address": primary, **flags}
            self._rows.emails.add(module, record_id, one, now)


def _flags_of_save(values: Mapping[str, object], before: Row) -> dict[str, object]:
    """What the bean holds: its primary address's flags as they were read, and those that are told."""
    return {name: is_set(values.get(key, before.get(name))) for name, key in _ADDRESS_FLAGS.items()}


def _work_out_opportunity(row: Row) -> None:
    row["amount_usdollar"] = row.get("amount")
    if row.get("probability") is None and row.get("sales_stage"):
        row["probability"] = SALES_PROBABILITY.get(str(row["sales_stage"]))


def _with_street_lines(values: Mapping[str, object]) -> Mapping[str, object]:
    """Street lines 2 and 3 are joined to the first by line ends (`SugarFieldAddress`)."""
    joined = dict(values)
    for prefix in ("primary_address", "alt_address", "billing_address", "shipping_address"):
        lines = [values.get(prefix + ending) for ending in _STREET_LINES]
        if any(lines[1:]):
            joined[f"{prefix}_street"] = "\n".join(str(line) for line in lines if line)
    return joined
