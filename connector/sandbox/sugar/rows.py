"""Reading rows: selection in SQL, then the fields that have no column of their own."""

# ruff: noqa: S608 - names come from the schema, values are parameters

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from connector.sandbox.sqlfile import quoted
from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.emails import Emails
from connector.sandbox.sugar.flavour import Flavour
from connector.sandbox.sugar.relations import Relations
from connector.sandbox.sugar.schema import FieldDef, Module, Schema
from connector.sandbox.sugar.words import Deleted, NoSuchField, Order, Page, Row, Where

_EMAIL_FIELDS = frozenset({"email1", "email2", "email_opt_out", "invalid_email", "email_addresses_non_primary"})
_NAME_FIELDS = frozenset({"name", "full_name"})
_CHUNK = 500


class Rows:
    """Rows of one instance as its dialects see them."""

    def __init__(self, db: Database, schema: Schema, flavour: Flavour, now: Callable[[], str]) -> None:
        self._db = db
        self._schema = schema
        self._flavour = flavour
        self._now = now
        self.emails = Emails(db)
        self.relations = Relations(db, schema)
        self.some_hidden = False

    def select(
        self, module: Module, fields: Collection[str] | None, where: Where, order: Sequence[Order], page: Page,
        deleted: Deleted,
    ) -> list[Row]:  # fmt: skip
        """Rows with the named fields (None: all of them) and `id`; unsorted ones in the order of insertion."""
        table = quoted(module.table)
        columns = ", ".join(f"{table}.{quoted(name)}" for name in self._columns(module, fields))
        limit = -1 if page.limit is None else page.limit
        rows = self._db.named_rows(
            f"SELECT {columns} FROM {table} WHERE {self._scope(module, deleted)} AND ({where.sql})"
            f" ORDER BY {self._order(module, order)} LIMIT ? OFFSET ?",
            (*where.params, limit, page.offset),
        )
        self.decorate(module, rows, fields)
        return rows

    def count(self, module: Module, where: Where, deleted: Deleted) -> int:
        """How many rows there are."""
        table = quoted(module.table)
        found = self._db.one(
            f"SELECT count(*) FROM {table} WHERE {self._scope(module, deleted)} AND ({where.sql})", where.params
        )
        return int(found[0]) if found else 0

    def _columns(self, module: Module, fields: Collection[str] | None) -> list[str]:
        if fields is None:
            return [one.name for one in module.stored()]
        wanted = set(fields)
        for one in module.fields.values():
            if one.name in wanted and one.id_name:
                wanted.add(one.id_name)
        if module.is_person and wanted & _NAME_FIELDS:
            wanted |= {"salutation", "first_name", "last_name"}
        if module.name == "Leads" and "account_name" in wanted:
            wanted.add("account_id")
        return [one.name for one in module.stored() if one.name in wanted or one.name == "id"]

    def _scope(self, module: Module, deleted: Deleted) -> str:
        table = quoted(module.table)
        parts = ["1"]
        if deleted != "all":
            # The unary plus keeps the planner from any index but that of the sort or of the condition.
            parts.append(f"+{table}.deleted = {int(deleted == 'deleted')}")
        if self.some_hidden:
            parts.append(f"({table}._visible_at IS NULL OR {table}._visible_at <= '{self._now()}')")
        return " AND ".join(parts)

    def _order(self, module: Module, order: Sequence[Order]) -> str:
        parts = []
        for one in order:
            known = module.fields.get(one.field)
            if known is None or not known.stored:
                raise NoSuchField(one.field)
            parts.append(f"{quoted(module.table)}.{quoted(one.field)} {'DESC' if one.descending else 'ASC'}")
        # An id is unique: behind it no further column can change the order.
        decided = any(one.field == "id" for one in order)
        return ", ".join(parts if decided else [*parts, f"{quoted(module.table)}._n"])

    def decorate(self, module: Module, rows: list[Row], fields: Collection[str] | None) -> None:
        """Add the asked-for fields that have no column (None: all)."""
        if not rows:
            return
        missing = [one for one in module.fields.values() if not one.stored and (fields is None or one.name in fields)]
        names = {one.name for one in missing}
        if names & _EMAIL_FIELDS:
            self._add_emails(module, rows, names & _EMAIL_FIELDS)
        if module.is_person and names & _NAME_FIELDS:
            _add_names(rows, names & _NAME_FIELDS)
        if module.name in ("Contacts", "Opportunities") and names & {"account_id", "account_name"}:
            self._add_accounts(module, rows)
        for one in missing:
            if one.type == "relate" and one.name != "account_id" and one.id_name:
                self._add_related_name(rows, one)
        if module.name == "Leads" and self._flavour.account_name_follows and "account_name" in rows[0]:
            self._follow_accounts(rows)
        for one in missing:
            if one.name not in rows[0]:
                for row in rows:
                    row[one.name] = None

    def _add_emails(self, module: Module, rows: list[Row], names: Iterable[str]) -> None:
        known = self.emails.of(module, [row["id"] for row in rows])
        for row in rows:
            addresses = known.get(row["id"], [])
            # The primary one comes first. Where there is none, any other stands for it.
            first = addresses[0] if addresses else None
            others = [one["email_address"] for one in addresses if one is not first]
            values = {
                "email1": first["email_address"] if first else None,
                "email2": others[0] if others else None,
                "email_opt_out": first["opt_out"] if first else None,
                "invalid_email": first["invalid_email"] if first else None,
                "email_addresses_non_primary": None,
            }
            row.update({name: values[name] for name in names})

    def _add_accounts(self, module: Module, rows: list[Row]) -> None:
        pairs, params, _ = self.relations.edges(module, "accounts")
        found: dict[str, tuple[str, str]] = {}
        for some in _chunks([row["id"] for row in rows]):
            for near, far, name in self._db.rows(
                f"SELECT e.near, a.id, a.name FROM ({pairs}) e JOIN accounts a ON a.id = e.far"
                f" WHERE e.near IN ({', '.join('?' * len(some))}) AND a.deleted = 0 ORDER BY e._n DESC",
                (*params, *some),
            ):
                found[near] = (far, name)
        for row in rows:
            row["account_id"], row["account_name"] = found.get(row["id"], (None, None))

    def _add_related_name(self, rows: list[Row], one: FieldDef) -> None:
        other = self._schema.modules.get(one.module)
        if other is None or one.id_name not in rows[0]:
            return
        names = self.names_of(other, {row[one.id_name] for row in rows if row[one.id_name]})
        for row in rows:
            row[one.name] = names.get(row[one.id_name])

    def _follow_accounts(self, rows: list[Row]) -> None:
        accounts = self._schema.modules["Accounts"]
        names = self.names_of(accounts, {row["account_id"] for row in rows if row.get("account_id")})
        for row in rows:
            if row.get("account_id"):
                row["account_name"] = names.get(row["account_id"])

    def names_of(self, module: Module, ids: Collection[str]) -> dict[str, str]:
        """The display names of records by id, deleted records included."""
        expression = "name"
        if module.is_person:
            expression = "trim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))"
        found: dict[str, str] = {}
        for some in _chunks(sorted(ids)):
            marks = ", ".join("?" * len(some))
            found.update(
                (row[0], row[1])
                for row in self._db.rows(
                    f"SELECT id, {expression} FROM {quoted(module.table)} WHERE id IN ({marks})", some
                )
            )
        return found


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _add_names(rows: list[Row], names: Iterable[str]) -> None:
    for row in rows:
        parts = (row.get("salutation"), row.get("first_name"), row.get("last_name"))
        text = " ".join(part for part in parts if part)
        for name in names:
            row[name] = text
