"""The audit log of a CRM of the family: who changed which audited field from what to what, and when.

A CRM keeps it in a table `<module>_audit` per module; here one table holds them all. A row is written when a save
changes an audited field of a record that is there already, not when the record is made: the first value is what the
oldest row calls `before`. Which fields are audited follows `'audited' => true` of SuiteCRM 7.14.6's vardefs, with
the amount and the forecast fields of Sugar; an administrator may choose others.
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.sandbox.sqlfile import quoted
from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugar.words import Row, new_id, read_time

_PERSON = ("assigned_user_id", "do_not_call", "phone_work", "lead_source")
AUDITED: Mapping[str, tuple[str, ...]] = {
    "Leads": (*_PERSON, "status"),
    "Contacts": _PERSON,
    "Accounts": ("assigned_user_id", "name", "phone_office", "parent_id"),
    "Opportunities": ("assigned_user_id", "amount", "amount_usdollar", "date_closed", "sales_stage", "probability",
                      "opportunity_type", "sales_status", "best_case", "worst_case", "commit_stage"),
}  # fmt: skip
_DECIMALS = frozenset({"currency", "decimal"})
_GIVEN = frozenset({"field_name", "before", "after", "date_created", "created_by"})


def prepare(db: Database) -> None:
    """Make the table that holds the log."""
    db.run(
        "CREATE TABLE IF NOT EXISTS audit_log (_n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, module TEXT NOT NULL,"
        " parent_id TEXT NOT NULL, event_id TEXT NOT NULL, date_created TEXT NOT NULL, created_by TEXT NOT NULL,"
        " field_name TEXT NOT NULL, data_type TEXT NOT NULL, before_value TEXT, after_value TEXT)"
    )
    db.run("CREATE INDEX IF NOT EXISTS audit_log_parent ON audit_log (parent_id, module)")


class AuditLog:
    """The log of one instance. Its callers hold the transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def before(self, module: Module, record_id: str, names: Sequence[str]) -> Row:
        """The present values of those of the named fields that are audited."""
        kept = [name for name in _audited(module) if name in names]
        if not kept:
            return {}
        columns = ", ".join(quoted(name) for name in kept)
        found = self._db.named_rows(f"SELECT {columns} FROM {quoted(module.table)} WHERE id = ?", (record_id,))
        return found[0] if found else {}

    def note(self, module: Module, record_id: str, before: Row, after: Mapping[str, object], who: str, at: str) -> None:
        """Write a row for each field that is not what it was; all of one save share an event."""
        event = new_id()
        for name, old in before.items():
            one = module.fields[name]
            values = (audit_text(one, old), audit_text(one, after.get(name)))
            if values[0] != values[1]:
                self._write(module, record_id, one, (event, at, who, *values))

    def load(self, module: Module, record_id: str, rows: Sequence[Mapping[str, object]], who: str) -> None:
        """Take in rows as given: `field_name`, `before`, `after`, `date_created`, and perhaps `created_by` (an id).

        Raises ValueError for a row that cannot be one.
        """
        for row in rows:
            if not isinstance(row, Mapping):
                raise ValueError(f"{module.name}: {row!r} is no row of an audit log")
            one = module.fields.get(str(row.get("field_name")))
            at = read_time(row.get("date_created"))
            if one is None or at is None or set(row) - _GIVEN:
                raise ValueError(f"{module.name}: {dict(row)} is no row of an audit log")
            values = (audit_text(one, row.get("before")), audit_text(one, row.get("after")))
            self._write(module, record_id, one, (new_id(), at, str(row.get("created_by") or who), *values))

    def rows(self, module: Module, record_id: str) -> list[Row]:
        """The log of a record, the newest row first."""
        return self._db.named_rows(
            "SELECT l.*, u.user_name AS created_by_username FROM audit_log l LEFT JOIN users u ON u.id = l.created_by"
            " WHERE l.parent_id = ? AND l.module = ? ORDER BY l.date_created DESC, l._n DESC",
            (record_id, module.name),
        )

    def clear(self) -> None:
        """Forget everything."""
        self._db.clear("audit_log")

    def _write(self, module: Module, record_id: str, one: FieldDef, values: tuple[str, str, str, str, str]) -> None:
        event, at, who, before, after = values
        self._db.insert(
            "audit_log",
            {"id": new_id(), "module": module.name, "parent_id": record_id, "event_id": event, "date_created": at,
             "created_by": who, "field_name": one.name, "data_type": one.type, "before_value": before,
             "after_value": after},
        )  # fmt: skip


def audits(module: Module) -> bool:
    """Whether a module keeps a log at all."""
    return module.name in AUDITED


def _audited(module: Module) -> list[str]:
    names = AUDITED.get(module.name, ())
    return [name for name in names if name in module.fields and module.fields[name].stored]


def audit_text(one: FieldDef, value: object) -> str:
    """A value as the log keeps it: text, amounts with six decimals, nothing as an empty text."""
    if value is None or value == "":
        return ""
    if one.type in _DECIMALS:
        return f"{float(str(value)):.6f}"
    if one.type == "bool":
        return "1" if value in (1, "1", True) else "0"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
