"""The SQLite file of one instance: a table per module, a table per many-to-many relationship.

Besides its fields every module's table has `_n` (the row number) and `_visible_at` (nobody sees the row before that
moment, `YYYY-MM-DD HH:MM:SS`). Text compares without regard to case, as a MySQL installation's collation does.
"""

from __future__ import annotations

from connector.sandbox.sqlfile import SqlFile, quoted
from connector.sandbox.sugar.schema import NUMBER_TYPES, FieldDef, Module, RelationDef, Schema

_EXACT = frozenset({"id", "date", "datetime"})
_INDEXED = frozenset(
    {"account_id", "contact_id", "opportunity_id", "campaign_id", "parent_id", "reports_to_id", "last_name", "name",
     "email_address_caps", "assigned_user_id", "connector_key_c", "sync_key", "user_name"}
)  # fmt: skip


def _column(one: FieldDef) -> str:
    name = quoted(one.name)
    if one.type == "bool":
        return f"{name} INTEGER DEFAULT 0"
    if one.type == "int":
        return f"{name} INTEGER"
    if one.type in NUMBER_TYPES:
        return f"{name} REAL"
    return f"{name} TEXT" if one.type in _EXACT else f"{name} TEXT COLLATE NOCASE"


class Database(SqlFile):
    """The tables of a schema."""

    def prepare(self, schema: Schema) -> None:
        """Make the tables and columns that the schema asks for and that are not there yet."""
        with self.transaction():
            for module in schema.modules.values():
                self._prepare_module(module)
            for relation in schema.relations.values():
                if relation.table:
                    self._prepare_join(relation)

    def _prepare_module(self, module: Module) -> None:
        table = quoted(module.table)
        known = self.columns_of(module.table)
        stored = list(module.stored())
        if not known:
            columns = ", ".join(_column(one) for one in stored if one.name != "id")
            self.run(
                f"CREATE TABLE {table} (_n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, _visible_at TEXT, {columns})"
            )
        for one in stored:
            if known and one.name not in known:
                self.run(f"ALTER TABLE {table} ADD COLUMN {_column(one)}")
            self._index(module, one)
        if "date_entered" in module.fields:
            name = quoted(f"{module.table}_modified")
            self.run(f"CREATE INDEX IF NOT EXISTS {name} ON {table} (date_modified, id, deleted)")

    def add_column(self, module: Module, one: FieldDef) -> None:
        """Add the column of a field unless the table has it."""
        if one.stored and one.name not in self.columns_of(module.table):
            self.run(f"ALTER TABLE {quoted(module.table)} ADD COLUMN {_column(one)}")
        self._index(module, one)

    def _index(self, module: Module, one: FieldDef) -> None:
        if one.name in _INDEXED and one.stored:
            index = quoted(f"{module.table}_{one.name}")
            self.run(f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(module.table)} ({quoted(one.name)})")

    def _prepare_join(self, relation: RelationDef) -> None:
        table = quoted(relation.table)
        columns = [relation.left_key, relation.right_key, *relation.columns]
        if relation.role_column:
            columns.append(relation.role_column)
        self.run(
            f"CREATE TABLE IF NOT EXISTS {table} (_n INTEGER PRIMARY KEY, id TEXT NOT NULL, date_modified TEXT,"
            f" deleted INTEGER NOT NULL DEFAULT 0, {', '.join(f'{quoted(name)} TEXT' for name in columns)})"
        )
        for key in (relation.left_key, relation.right_key):
            index = quoted(f"{relation.table}_{key}")
            self.run(f"CREATE INDEX IF NOT EXISTS {index} ON {table} ({quoted(key)})")
