"""The SQLite file of the embedded org: one table per object with one column per field.

Besides its fields every table has `_n` (the row number), `IsDeleted`, `_visible_at` (a row nobody sees
before that moment) and `_deleted_with` (the parent whose deletion took the row along).
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

from collections.abc import Mapping, Sequence
from typing import Any

from connector.sandbox.salesforce.schema import FieldDef, ObjectDef, Schema
from connector.sandbox.sqlfile import SqlFile, quoted

Row = dict[str, Any]

_INDEXED = ("SystemModstamp", "Email", "Company", "Name", "AccountId", "OpportunityId", "ContactId", "LeadId",
            "CampaignId", "WhoId", "WhatId", "MasterRecordId")  # fmt: skip


def _column(field: FieldDef) -> str:
    name = quoted(field.name)
    if field.type == "boolean":
        return f"{name} INTEGER NOT NULL DEFAULT 0"
    if field.type == "int":
        return f"{name} INTEGER"
    if field.is_number:
        return f"{name} REAL"
    if field.is_text and not field.case_sensitive:
        return f"{name} TEXT COLLATE NOCASE"
    return f"{name} TEXT"


def same_text(column: str, value: Any, case_sensitive: bool = False) -> tuple[str, Any]:
    """An SQL test that a text column holds `value` without regard to case, and the parameter for it.

    Columns compare ASCII letters without regard to case by themselves (and by index); others are lowered.
    """
    if case_sensitive or not isinstance(value, str) or value.isascii():
        return f"{quoted(column)} = ?", value
    return f"lowered({quoted(column)}) = ?", value.lower()


class Database(SqlFile):
    """The tables of an org's schema."""

    def prepare(self, schema: Schema) -> None:
        """Make the tables and columns that the schema asks for and that are not there yet."""
        for definition in schema:
            if self.rows(f"PRAGMA table_info({quoted(definition.name)})"):
                for field in definition.stored():
                    self.add_column(definition, field)
            else:
                self._make_table(definition)
            self._index(definition)

    def _make_table(self, definition: ObjectDef) -> None:
        columns = [_column(field) for field in definition.stored() if field.name not in ("Id", "IsDeleted")]
        self.run(
            f"CREATE TABLE {quoted(definition.name)} (_n INTEGER PRIMARY KEY, Id TEXT NOT NULL UNIQUE,"
            " IsDeleted INTEGER NOT NULL DEFAULT 0, _visible_at TEXT, _deleted_with TEXT,"
            f" {', '.join(columns)})"
        )

    def add_column(self, definition: ObjectDef, field: FieldDef) -> None:
        """Add the column of a field unless the table has it."""
        known = {row[1].lower() for row in self.rows(f"PRAGMA table_info({quoted(definition.name)})")}
        if field.stored and field.name.lower() not in known:
            self.run(f"ALTER TABLE {quoted(definition.name)} ADD COLUMN {_column(field)}")
        if field.stored and (field.external_id or field.unique):
            self._make_index(definition, field.name)

    def _index(self, definition: ObjectDef) -> None:
        for field in definition.stored():
            if field.name in _INDEXED or field.external_id or field.unique:
                self._make_index(definition, field.name)

    def _make_index(self, definition: ObjectDef, column: str) -> None:
        name = quoted(f"{definition.name}_{column}")
        columns = f"{quoted(column)}, Id"
        self.run(f"CREATE INDEX IF NOT EXISTS {name} ON {quoted(definition.name)} ({columns})")

    def update(self, table: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Change columns of one row."""
        assignments = ", ".join(f"{quoted(name)} = ?" for name in values)
        self.run(f"UPDATE {quoted(table)} SET {assignments} WHERE Id = ?", (*values.values(), record_id))

    def select(self, table: str, where: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Whole rows as dictionaries, in order of insertion."""
        return self.named_rows(f"SELECT * FROM {quoted(table)} WHERE {where} ORDER BY _n", parameters)
