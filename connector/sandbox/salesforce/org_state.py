"""What the parts of the engine share: database, schema, clock, switches, and the open transaction's stamp."""

# ruff: noqa: S608 - names come from the schema, values are parameters

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.database import Database, Row
from connector.sandbox.salesforce.ids import record_id as numbered_id
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_time import stamp_text
from connector.sandbox.salesforce.org_types import ApiError, OrgSettings, RowError
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef, Schema

USER_ID = "0055g00000UuVvWAAV"
INACTIVE_USER_ID = "0055g00000UuVvXAAV"
QUEUE_ID = "00G5g00000QqQqQEAV"

_ORG_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class RowRefused(Exception):
    """Raised inside a record's own transaction to undo it; carries the reasons."""

    def __init__(self, *errors: RowError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors
        self.given: str | None = None


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """A duplicate rule: which saves it watches, against which object, on which fields, and how it acts.

    Every field pair (saved object's field, matched object's field) must be equal without regard to case.
    `block` refuses whatever the caller allows; otherwise `allowSave` lets the save through.
    """

    name: str
    object_name: str
    match_object: str
    fields: tuple[tuple[str, str], ...]
    block: bool = False
    message: str = "Use one of these records?"
    active: bool = True


@dataclass(slots=True)
class OrgState:
    """The shared state of one org. All access happens under the database's lock."""

    database: Database
    schema: Schema
    clock: SandboxClock
    settings: OrgSettings
    org_id: str = ""
    user_id: str = USER_ID
    duplicate_rules: tuple[DuplicateRule, ...] = ()
    row_locks: dict[str, int] = field(default_factory=dict)
    next_number: int = 0
    _stamp: datetime | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A database transaction whose records all carry the moment it started."""
        with self.database.lock:
            outermost = not self.database.in_transaction
            if outermost:
                self._stamp = self.clock.now()
            try:
                with self.database.transaction():
                    number = self.next_number
                    yield
                    if outermost and self.next_number != number:
                        self.database.write_meta("next_number", self.next_number)
            finally:
                if outermost:
                    self._stamp = None

    def started(self) -> datetime:
        """When the open transaction started; now when there is none."""
        return self._stamp or self.clock.now()

    def stamp(self) -> str:
        """The open transaction's start as the API writes it."""
        return stamp_text(self.started())

    def fiscal_start(self) -> int:
        """The month in which the organisation's fiscal year starts."""
        found = self.database.one("SELECT FiscalYearStartMonth FROM Organization LIMIT 1")
        return int(found[0]) if found and found[0] else self.settings.fiscal_year_start_month

    def new_id(self, definition: ObjectDef) -> str:
        """An id that no record of the object has."""
        while True:
            candidate = numbered_id(definition.prefix, self.next_number)
            self.next_number += 1
            if self.database.one(f'SELECT 1 FROM "{definition.name}" WHERE Id = ?', (candidate,)) is None:
                return candidate

    def definition(self, name: str) -> ObjectDef:
        """The object of that name; ApiError NOT_FOUND (404) when there is none."""
        found = self.schema.find(name)
        if found is None:
            raise ApiError("NOT_FOUND", "The requested resource does not exist", 404)
        return found

    def read(self, definition: ObjectDef, record_id: str | None) -> Row | None:
        """One visible record, deleted or not; None when absent. Takes 15 or 18 characters."""
        normal = to_eighteen(record_id)
        if normal is None:
            return None
        where = "Id = ? AND (_visible_at IS NULL OR _visible_at <= ?)"
        found = self.database.select(definition.name, where, (normal, stamp_text(self.clock.now())))
        return found[0] if found else None

    def live(self, object_name: str, where: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Visible records outside the recycle bin that meet an SQL condition, in order of insertion."""
        condition = f"({where}) AND IsDeleted = 0 AND (_visible_at IS NULL OR _visible_at <= ?)"
        return self.database.select(object_name, condition, (*parameters, stamp_text(self.clock.now())))

    def take_lock(self, record_ids: Sequence[str | None]) -> None:
        """Refuse once per call while a record among these is locked by somebody else."""
        for record_id in record_ids:
            left = self.row_locks.get(record_id or "", 0)
            if left > 0:
                self.row_locks[record_id or ""] = left - 1
                raise RowRefused(lock_error(record_id or ""))

    def parents(self, definition: ObjectDef, row: Row) -> list[tuple[FieldDef, str]]:
        """The references of a record that have a value."""
        references = (f for f in definition.readable() if f.type == "reference" and row.get(f.name))
        return [(f, str(row[f.name])) for f in references]


def lock_error(record_id: str) -> RowError:
    """The refusal of a write to a record that another transaction holds."""
    text = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return RowError("UNABLE_TO_LOCK_ROW", text)


def random_org_id() -> str:
    """An id for a new org, so that two sandboxes are never taken for each other."""
    letters = "".join(secrets.choice(_ORG_LETTERS) for _ in range(5))
    found = to_eighteen(f"00D5g00000{letters}")
    if found is None:
        raise ValueError("an org id is made of letters and digits")
    return found
