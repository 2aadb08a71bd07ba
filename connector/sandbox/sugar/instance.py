"""One embedded CRM of the Sugar family: what its wire protocols stand on.

Values in rows: text raw (never entity-encoded), booleans 0 or 1, datetimes `YYYY-MM-DD HH:MM:SS` in UTC, dates
`YYYY-MM-DD`, numbers as numbers, an empty field None. `date_modified` has a resolution of one second and moves on
every save, also on one that changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugar import schema_changes, worlds
from connector.sandbox.sugar.access import Access
from connector.sandbox.sugar.core import Core
from connector.sandbox.sugar.flavour import Flavour
from connector.sandbox.sugar.people import API_USER
from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugar.words import (
    Deleted,
    NoSuchField,
    NoSuchRecord,
    Order,
    Page,
    Row,
    SaveResult,
    Selection,
    Where,
    stored_time,
)

_EVERYTHING = Page()
_ANY = Where()
_WHOLE = Selection()


class SugarInstance:
    """The records of one CRM. Safe to use from several threads: one lock guards it.

    `path` is its SQLite file, None keeps it for this run. `modules` answers each module's fields and links.
    """

    def __init__(self, path: str | None, clock: SandboxClock, flavour: Flavour) -> None:
        self._core = Core(path, clock, flavour)
        self.clock = clock
        self.flavour = flavour
        self.db = self._core.db
        self.schema = self._core.schema
        self.people = self._core.people
        if self.people.find(API_USER) is None:
            self.reset({})

    @property
    def modules(self) -> Mapping[str, Module]:
        """Every module by name (`Leads`)."""
        return self.schema.modules

    @property
    def settings(self) -> Mapping[str, object]:
        """The switches of the world, those not named there with their defaults."""
        return self._core.saver.settings

    def now(self) -> str:
        """The present moment as records keep it."""
        return self._core.now()

    def module(self, name: str) -> Module:
        """A module by name. Raises NoSuchModule."""
        return self._core.module(name)

    def column(self, module: str, field: str) -> str:
        """A stored field as an SQL operand (`"leads"."status"`). Raises NoSuchModule, NoSuchField."""
        known = self.module(module)
        one = known.fields.get(field)
        if one is None or not one.stored:
            raise NoSuchField(field)
        return f'"{known.table}"."{one.name}"'

    def field(self, module: str, name: str) -> FieldDef:
        """A field. Raises NoSuchModule, NoSuchField."""
        one = self.module(module).fields.get(name)
        if one is None:
            raise NoSuchField(name)
        return one

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: an exception undoes the block. May be nested."""
        with self.db.transaction():
            yield

    # -- reading ------------------------------------------------------------------------------------------------

    def get(self, module: str, record_id: str, *, deleted: bool = False) -> Row | None:
        """One whole row, fields without a column included; None when it is not there.

        `deleted` finds a deleted row too.
        """
        known = self.module(module)
        where = Where(f'"{known.table}".id = ?', (record_id,))
        found = self._core.rows.select(known, None, where, (), Page(1), "all" if deleted else "live")
        return found[0] if found else None

    def select(
        self, module: str, where: Where = _ANY, order: Sequence[Order] = (), page: Page = _EVERYTHING, *,
        fields: Collection[str] | None = None, deleted: Deleted = "live",
    ) -> list[Row]:  # fmt: skip
        """Rows meeting a condition; unsorted ones in the order of insertion.

        `fields` limits the answer to these (`id` always comes); None means every field. Unknown names are passed
        over. Raises NoSuchModule, NoSuchField (in `order`).
        """
        return self._core.rows.select(self.module(module), fields, where, order, page, deleted)

    def count(self, module: str, where: Where = _ANY, *, deleted: Deleted = "live") -> int:
        """How many rows meet a condition."""
        return self._core.rows.count(self.module(module), where, deleted)

    def emails(self, module: str, record_id: str) -> list[Row]:
        """The record's addresses, the primary one first: `email_address_id`, `email_address` and, as 0 or 1,
        `primary_address`, `reply_to_address`, `opt_out`, `invalid_email`."""
        return self.emails_of(module, [record_id]).get(record_id, [])

    def emails_of(self, module: str, ids: Sequence[str]) -> dict[str, list[Row]]:
        """The addresses of many records by record id; a record without any is absent."""
        return self._core.rows.emails.of(self.module(module), ids)

    def email_where(self, module: str, test: str, params: Sequence[object]) -> Where:
        """Records with an address that meets `test`, an SQL condition on `a` (`a.email_address_caps = ?`)."""
        known = self.module(module)
        return Where(f'"{known.table}".id IN ({self._core.rows.emails.matching(known, test)})', tuple(params))

    def linked_where(self, module: str, link: str, where: Where) -> Where:
        """Records with a live record behind the link that meets `where`. Raises NoSuchLink."""
        return self._core.rows.relations.linked(self.module(module), link, where)

    def related(self, module: str, record_id: str, link: str, selection: Selection = _WHOLE) -> list[Row]:
        """Live rows of the other module behind a link, each with the relationship's own columns (`contact_role`).

        Raises NoSuchModule, NoSuchLink.
        """
        return self._core.linking.related(self.module(module), record_id, link, selection)

    def related_of(
        self, module: str, ids: Sequence[str], link: str, fields: Collection[str] | None = None
    ) -> dict[str, list[Row]]:
        """The same for many records at once, by record id; a record without any is absent."""
        return self._core.linking.related_of(self.module(module), ids, link, fields)

    def related_ids(self, module: str, record_id: str, link: str) -> list[str]:
        """Ids of the live records behind a link, in the order they were related. Raises NoSuchModule, NoSuchLink."""
        return self._core.rows.relations.far_ids(self.module(module), record_id, link)

    def relation_columns(self, module: str, record_id: str, link: str) -> dict[str, Row]:
        """The relationship's own columns (`contact_role`) by the id of the record behind the link."""
        return self._core.linking.columns(self.module(module), record_id, link)

    def behind(self, module: str, record_id: str, link: str) -> Where:
        """The records behind a link, as a condition on the other module. Raises NoSuchModule, NoSuchLink."""
        return self._core.linking.behind(self.module(module), record_id, link)

    def count_related(self, module: str, record_id: str, link: str, where: Where = _ANY) -> int:
        """How many live rows are behind a link."""
        return self._core.linking.count(self.module(module), record_id, link, where)

    def audit(self, module: str, record_id: str) -> list[Row]:
        """The audit log of a record, the newest row first: `field_name`, `data_type`, `before_value`, `after_value`,
        `date_created`, `created_by`, `created_by_username`, `event_id`. Raises NoSuchModule."""
        return self._core.audit.rows(self.module(module), record_id)

    # -- writing ------------------------------------------------------------------------------------------------

    def save(
        self, module: str, values: Mapping[str, object], *, user_id: str, create: bool, new_id: str | None = None,
        keep: frozenset[str] = frozenset(),
    ) -> SaveResult:  # fmt: skip
        """Save a bean: create it (with `new_id` when given), else update the record named by `values["id"]`.

        None or "" empties a field; keys that are no field are passed over. `email1`, `email2`, `email_opt_out`,
        `invalid_email`, `account_id` (on contacts and opportunities) and `contact_id` (on opportunities) act on what
        they stand for. `keep` names audit fields taken from `values` instead of set by the server (`date_modified`,
        `modified_user_id`, `created_by`, `date_entered`; a `date_entered` given on create is always taken).
        Raises NoSuchModule, NoSuchRecord, DuplicateId.
        """
        known = self.module(module)
        with self.transaction():
            if create:
                return self._core.saver.create(known, values, user_id, new_id, keep)
            return self._core.saver.update(known, str(values.get("id") or ""), values, user_id, keep)

    def delete(self, module: str, record_id: str, user_id: str) -> bool:
        """Mark a record deleted and end its relationships; False when there is no live one."""
        with self.transaction():
            return self._core.linking.delete(self.module(module), record_id, user_id)

    def set_emails(
        self, module: str, record_id: str, addresses: Sequence[Mapping[str, object]], *, replace: bool = True
    ) -> list[str]:
        """Give a record these addresses (keys as in `emails`), ending others when `replace`; answers those refused
        because they are no address. Does not move `date_modified`."""
        with self.transaction():
            return self._core.linking.set_emails(self.module(module), record_id, addresses, replace)

    def relate(
        self, module: str, record_id: str, link: str, other_id: str, columns: Mapping[str, object] | None = None
    ) -> bool:
        """Relate two live records, or set the relationship's columns anew; False when one of them is not there.

        Where the relationship is an id on one of them (`Leads.contact_id`), that record is saved: its
        `date_modified` moves. Raises NoSuchModule, NoSuchLink, NoSuchField (in `columns`).
        """
        with self.transaction():
            return self._core.linking.relate(self.module(module), record_id, link, other_id, columns or {})

    def unrelate(self, module: str, record_id: str, link: str, other_id: str) -> bool:
        """End a relationship; whether there was one."""
        with self.transaction():
            return self._core.linking.unrelate(self.module(module), record_id, link, other_id)

    # -- people -------------------------------------------------------------------------------------------------

    def user(self, user_name: str) -> Row | None:
        """The user of that name, deleted ones left out."""
        return self.people.find(user_name)

    def authenticate(self, user_name: str, password: str) -> str | None:
        """The id of the live, active user with this password; None when there is none."""
        return self.people.authenticate(user_name, password)

    def set_password(self, user_name: str, password: str) -> None:
        """Give a user a password; it is kept over every reset."""
        self.people.set_password(user_name, password)

    def access(self, user_id: str) -> Access:
        """What a user may do. Raises NoSuchRecord."""
        return self.people.access(user_id)

    # -- side doors ---------------------------------------------------------------------------------------------

    def hide_until(self, module: str, ids: Sequence[str], until: datetime) -> None:
        """Nobody sees these records before that moment."""
        known = self.module(module)
        with self.transaction():
            for record_id in ids:
                self._core.saver.write(known, record_id, {"_visible_at": stored_time(until)})
        self._core.note_hidden()

    def declare_field(self, module: str, definition: Mapping[str, Any]) -> None:
        """Add a custom field: `name`, `type`, and as wanted `len`, `label`, `options` (keys), `required`, `default`."""
        schema_changes.declare(self.db, self.schema, self.module(module), definition)

    def drop_field(self, module: str, name: str) -> None:
        """Take a field away; its values are no longer shown. Raises NoSuchField."""
        schema_changes.drop(self.db, self.module(module), name)

    def alter_field(self, module: str, name: str, changes: Mapping[str, Any]) -> None:
        """Change what a field declares. Raises NoSuchField."""
        schema_changes.alter(self.db, self.schema, self.module(module), name, changes)

    def load(self, records: Mapping[str, object]) -> dict[str, list[Row]]:
        """Insert records as given (ids, times, `deleted`, `converted` honoured); the same shape with ids, in order."""
        return worlds.load(self._core, records)

    def dump(self, module: str) -> list[Row]:
        """Every record of a module, deleted ones included, with `email1`, `account_id` and related ids."""
        return worlds.dump(self._core, self.module(module))

    def reset(self, world: Mapping[str, object]) -> None:
        """Clear the records and seed a world; users that every instance has stay the same people."""
        worlds.reset(self._core, world)

    def require(self, module: str, record_id: str) -> Row:
        """A live record. Raises NoSuchRecord."""
        found = self.get(module, record_id)
        if found is None:
            raise NoSuchRecord(record_id)
        return found

    def close(self) -> None:
        """Close the database."""
        self.db.close()
