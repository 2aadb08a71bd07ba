"""Relationships by the rules of the beans: reading rows behind a link, relating, deleting."""

# ruff: noqa: S608 - names come from the schema, values are parameters

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from connector.sandbox.sqlfile import quoted
from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.rows import Rows
from connector.sandbox.sugar.saving import Saver
from connector.sandbox.sugar.schema import Module, RelationDef, Schema
from connector.sandbox.sugar.words import Page, Row, Selection, Where

_CHUNK = 500


class Linking:
    """Links of one instance. Its callers hold the transaction."""

    def __init__(self, db: Database, schema: Schema, rows: Rows, saver: Saver, now: Callable[[], str]) -> None:
        self._db = db
        self._schema = schema
        self._rows = rows
        self._saver = saver
        self._now = now

    def related(self, module: Module, record_id: str, link: str, selection: Selection) -> list[Row]:
        """Live rows behind a link."""
        other = self._schema.modules[self._rows.relations.link(module, link)[0].module]
        where = self.behind(module, record_id, link) & selection.where
        found = self._rows.select(other, selection.fields, where, selection.order, selection.page, "live")
        columns = self.columns(module, record_id, link)
        for row in found:
            row.update(columns[row["id"]])
        return found

    def count(self, module: Module, record_id: str, link: str, where: Where) -> int:
        """How many live rows are behind a link."""
        other = self._schema.modules[self._rows.relations.link(module, link)[0].module]
        return self._rows.count(other, self.behind(module, record_id, link) & where, "live")

    def related_of(
        self, module: Module, ids: Sequence[str], link: str, fields: Collection[str] | None
    ) -> dict[str, list[Row]]:
        """Live rows behind a link of many records, by record id."""
        other = self._schema.modules[self._rows.relations.link(module, link)[0].module]
        pairs = self._pairs(module, ids, link)
        far_ids = sorted({row["id"] for row in pairs})
        rows: dict[str, Row] = {}
        for start in range(0, len(far_ids), _CHUNK):
            some = far_ids[start : start + _CHUNK]
            where = Where(f"{quoted(other.table)}.id IN ({', '.join('?' * len(some))})", tuple(some))
            rows.update((row["id"], row) for row in self._rows.select(other, fields, where, (), Page(), "live"))
        found: dict[str, list[Row]] = {}
        for pair in pairs:
            near = pair.pop("near")
            if pair["id"] in rows:
                found.setdefault(near, []).append({**rows[pair["id"]], **pair})
        return found

    def columns(self, module: Module, record_id: str, link: str) -> dict[str, Row]:
        """The relationship's own columns by the id behind the link."""
        pairs = self._pairs(module, [record_id], link)
        return {
            pair["id"]: {name: value for name, value in pair.items() if name not in ("near", "id")} for pair in pairs
        }

    def behind(self, module: Module, record_id: str, link: str) -> Where:
        """The records behind a link, as a condition on the other module."""
        known, _ = self._rows.relations.link(module, link)
        pairs, params, _ = self._rows.relations.edges(module, link)
        other = quoted(self._schema.modules[known.module].table)
        return Where(f"{other}.id IN (SELECT e.far FROM ({pairs}) e WHERE e.near = ?)", (*params, record_id))

    def _pairs(self, module: Module, ids: Sequence[str], link: str) -> list[Row]:
        pairs, params, columns = self._rows.relations.edges(module, link)
        extra = "".join(f", e.{quoted(name)}" for name in columns)
        found: list[Row] = []
        for start in range(0, len(ids), _CHUNK):
            some = ids[start : start + _CHUNK]
            found += self._db.named_rows(
                f"SELECT e.near AS near, e.far AS id{extra} FROM ({pairs}) e"
                f" WHERE e.near IN ({', '.join('?' * len(some))}) ORDER BY e._n",
                (*params, *some),
            )
        return found

    def relate(self, module: Module, record_id: str, link: str, other_id: str, columns: Mapping[str, object]) -> bool:
        """Relate two live records; False when one is not there."""
        known, relation = self._rows.relations.link(module, link)
        if not (self._is_live(module, record_id) and self._is_live(self._schema.modules[known.module], other_id)):
            return False
        left, right = (record_id, other_id) if known.left else (other_id, record_id)
        if relation.table:
            self._rows.relations.join(relation, left, right, columns, self._now())
        else:
            self._own(relation, left, right)
        return True

    def unrelate(self, module: Module, record_id: str, link: str, other_id: str) -> bool:
        """End a relationship; whether there was one."""
        known, relation = self._rows.relations.link(module, link)
        left, right = (record_id, other_id) if known.left else (other_id, record_id)
        if relation.table:
            return self._rows.relations.part(relation, left, right, self._now())
        owned = self._schema.modules[relation.right]
        found = self._db.one(
            f"SELECT {quoted(relation.right_key)} FROM {quoted(owned.table)} WHERE id = ? AND deleted = 0", (right,)
        )
        if found is None or found[0] != left:
            return False
        self._own(relation, None, right)
        return True

    def _own(self, relation: RelationDef, left: str | None, right: str) -> None:
        owned = self._schema.modules[relation.right]
        changes: dict[str, object] = {relation.right_key: left}
        if relation.role_column:
            changes[relation.role_column] = relation.role_value if left else None
        self._saver.write(owned, right, changes)
        self._saver.touch(owned, right)

    def delete(self, module: Module, record_id: str, user_id: str) -> bool:
        """Mark a record deleted and end its many-to-many relationships."""
        if not self._is_live(module, record_id):
            return False
        changes: dict[str, object] = {"deleted": 1, "date_modified": self._now()}
        if "modified_user_id" in module.fields:
            changes["modified_user_id"] = user_id
        self._saver.write(module, record_id, changes)
        for relation in self._schema.relations.values():
            if relation.table:
                for name, key in ((relation.left, relation.left_key), (relation.right, relation.right_key)):
                    if name == module.name:
                        self._rows.relations.part_all(relation, key, record_id, self._now())
        return True

    def set_emails(
        self, module: Module, record_id: str, addresses: Sequence[Mapping[str, object]], replace: bool
    ) -> list[str]:
        """Give a record addresses; answers those that are none."""
        now = self._now()
        texts = [str(one.get("email_address") or "") for one in addresses]
        if replace:
            self._rows.emails.keep_only(module, record_id, texts, now)
        return [
            text
            for one, text in zip(addresses, texts, strict=True)
            if not self._rows.emails.add(module, record_id, one, now)
        ]

    def _is_live(self, module: Module, record_id: str) -> bool:
        return (
            self._db.one(f"SELECT 1 FROM {quoted(module.table)} WHERE id = ? AND deleted = 0", (record_id,)) is not None
        )
