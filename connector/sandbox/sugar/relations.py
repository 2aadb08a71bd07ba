"""Relationships between records: reading along a link, making and ending one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.sandbox.sqlfile import quoted
from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.schema import LinkDef, Module, RelationDef, Schema
from connector.sandbox.sugar.words import NoSuchField, NoSuchLink, Where, new_id

# ruff: noqa: S608 - names come from the schema, values are parameters


class Relations:
    """The relationships of one instance, below the rules of saving (nothing here moves `date_modified`)."""

    def __init__(self, db: Database, schema: Schema) -> None:
        self._db = db
        self._schema = schema

    def link(self, module: Module, name: str) -> tuple[LinkDef, RelationDef]:
        """A link of a module and its relationship. Raises NoSuchLink."""
        link = module.links.get(name)
        if link is None:
            raise NoSuchLink(name)
        return link, self._schema.relations[link.relationship]

    def edges(self, module: Module, name: str) -> tuple[str, tuple[object, ...], tuple[str, ...]]:
        """The pairs of a link as a sub-select of columns `near` and `far`, its parameters, and its extra columns."""
        link, relation = self.link(module, name)
        role = f" AND {quoted(relation.role_column)} = ?" if relation.role_column else ""
        params: tuple[object, ...] = (relation.role_value,) if relation.role_column else ()
        if relation.table:
            near, far = relation.left_key, relation.right_key
            if not link.left:
                near, far = far, near
            columns = "".join(f", {quoted(one)}" for one in relation.columns)
            return (
                f"SELECT {quoted(near)} AS near, {quoted(far)} AS far, _n{columns}"
                f" FROM {quoted(relation.table)} WHERE deleted = 0{role}",
                params,
                relation.columns,
            )
        table = quoted(self._schema.modules[relation.right].table)
        key = quoted(relation.right_key)
        near, far = (key, "id") if link.left else ("id", key)
        return (
            f"SELECT {near} AS near, {far} AS far, _n FROM {table} WHERE deleted = 0 AND {key} IS NOT NULL{role}",
            params,
            (),
        )

    def linked(self, module: Module, name: str, where: Where) -> Where:
        """Records of `module` that have a live record behind the link meeting `where` (on the other module's table)."""
        link, _ = self.link(module, name)
        pairs, params, _ = self.edges(module, name)
        other = quoted(self._schema.modules[link.module].table)
        return Where(
            f"{quoted(module.table)}.id IN (SELECT e.near FROM ({pairs}) e JOIN {other} ON {other}.id = e.far"
            f" WHERE {other}.deleted = 0 AND ({where.sql}))",
            (*params, *where.params),
        )

    def far_ids(self, module: Module, record_id: str, name: str) -> list[str]:
        """Ids behind a link, deleted records left out, in the order they were related."""
        link, _ = self.link(module, name)
        pairs, params, _ = self.edges(module, name)
        other = quoted(self._schema.modules[link.module].table)
        rows = self._db.rows(
            f"SELECT e.far FROM ({pairs}) e JOIN {other} o ON o.id = e.far WHERE e.near = ? AND o.deleted = 0"
            " ORDER BY e._n",
            (*params, record_id),
        )
        return [row[0] for row in rows]

    def join(self, relation: RelationDef, left_id: str, right_id: str, columns: Mapping[str, object], now: str) -> None:
        """Relate two records of a many-to-many relationship, or change the columns of the pair.

        A pair that was ended is a new one, with columns of its own (`SugarRelationship::checkExisting`).
        """
        unknown = [name for name in columns if name not in relation.columns]
        if unknown:
            raise NoSuchField(", ".join(unknown))
        table = quoted(relation.table)
        changes = {**columns, "deleted": 0, "date_modified": now}
        pair, params = self._pair(relation, left_id, right_id)
        assignments = ", ".join(f"{quoted(name)} = ?" for name in changes)
        if self._db.run(f"UPDATE {table} SET {assignments} WHERE {pair} AND deleted = 0", (*changes.values(), *params)):
            return
        role = {relation.role_column: relation.role_value} if relation.role_column else {}
        ends = {relation.left_key: left_id, relation.right_key: right_id}
        self._db.insert(relation.table, {"id": new_id(), **ends, **role, **changes})

    def part(self, relation: RelationDef, left_id: str, right_id: str, now: str) -> bool:
        """End the pair; whether there was one."""
        pair, params = self._pair(relation, left_id, right_id)
        done = self._db.run(
            f"UPDATE {quoted(relation.table)} SET deleted = 1, date_modified = ? WHERE {pair} AND deleted = 0",
            (now, *params),
        )
        return done > 0

    def part_all(self, relation: RelationDef, key: str, record_id: str, now: str) -> None:
        """End every pair of a record; `key` is the column that holds its id."""
        role = f" AND {quoted(relation.role_column)} = ?" if relation.role_column else ""
        params: Sequence[object] = (relation.role_value,) if relation.role_column else ()
        self._db.run(
            f"UPDATE {quoted(relation.table)} SET deleted = 1, date_modified = ?"
            f" WHERE {quoted(key)} = ? AND deleted = 0{role}",
            (now, record_id, *params),
        )

    def _pair(self, relation: RelationDef, left_id: str, right_id: str) -> tuple[str, tuple[object, ...]]:
        sql = f"{quoted(relation.left_key)} = ? AND {quoted(relation.right_key)} = ?"
        if relation.role_column:
            return f"{sql} AND {quoted(relation.role_column)} = ?", (left_id, right_id, relation.role_value)
        return sql, (left_id, right_id)
