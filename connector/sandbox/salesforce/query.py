"""Running queries and handing out their pages.

A cursor remembers row numbers, not rows: pages are stable, a row deleted since is left out of its page, and
100,000 results cost less than a megabyte.
"""

import json
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.sandbox.salesforce.ids import record_id, to_eighteen
from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_types import ApiError, QueryPage, Record
from connector.sandbox.salesforce.query_layout import Layout
from connector.sandbox.salesforce.query_plan import ChildPlan, Plan, Planner
from connector.sandbox.salesforce.schema import ObjectDef
from connector.sandbox.salesforce.soql import parse

MIN_PAGE = 200
MAX_PAGE = 2000
_LOCATOR_PREFIX = "0r8"
_MAX_CURSORS = 2000


@dataclass(slots=True)
class Cursor:
    """An open result: the plan, what it found, whose it is, and the page size."""

    plan: Plan
    found: Sequence[Any]
    session: str
    page_size: int
    opened: datetime
    include_deleted: bool


class Queries:
    """Runs queries of one org and keeps their cursors."""

    def __init__(self, state: OrgState) -> None:
        self._state = state
        self._cursors: OrderedDict[str, Cursor] = OrderedDict()
        self._opened = 0

    def forget(self) -> None:
        """Close every cursor."""
        self._cursors.clear()

    def count(self, definition: ObjectDef) -> int:
        """How many live records an object has."""
        return self.first(f"SELECT COUNT() FROM {definition.name}", False, MAX_PAGE, "", "62.0").total_size  # noqa: S608 - a name of the schema

    def plan(self, soql: str, include_deleted: bool = False) -> Plan:
        """Parse and compile a query without running it."""
        return Planner(self._state, soql, include_deleted).plan(parse(soql))

    def first(self, soql: str, include_deleted: bool, batch_size: int, session: str, version: str) -> QueryPage:
        """Run a query and answer its first page."""
        plan = self.plan(soql, include_deleted)
        rows = self._state.database.rows(plan.keys, plan.values)
        if plan.kind == "count":
            return QueryPage(rows[0][0], [], True)
        found: Sequence[Any] = array("q", (row[0] for row in rows)) if plan.kind == "rows" else rows
        size = min(max(batch_size, MIN_PAGE), MAX_PAGE)
        now = self._state.clock.now()
        cursor = Cursor(plan, found, session, size, now, include_deleted)
        if plan.capped and len(found) > size:
            page = self._page("", cursor, 0, version)
            return QueryPage(len(page.records), page.records, True)
        return self._page(self._keep(cursor), cursor, 0, version)

    def more(self, locator: str, session: str, version: str) -> QueryPage:
        """The page behind a locator. ApiError INVALID_QUERY_LOCATOR when it is unknown or too old."""
        name, _, offset = locator.rpartition("-")
        cursor = self._cursors.get(name[:15])
        if cursor is None or not offset.isdigit() or self._expired(cursor):
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        if cursor.session != session:
            raise _foreign(self._state.settings.foreign_locator_code)
        return self._page(name[:15], cursor, int(offset), version)

    def _expired(self, cursor: Cursor) -> bool:
        life = timedelta(seconds=self._state.settings.locator_life_seconds)
        return self._state.clock.now() - cursor.opened > life

    def _keep(self, cursor: Cursor) -> str:
        if len(cursor.found) <= cursor.page_size and not self._state.settings.short_pages:
            return ""
        name = record_id(_LOCATOR_PREFIX, self._opened)[:15]
        self._opened += 1
        self._cursors[name] = cursor
        while len(self._cursors) > _MAX_CURSORS:
            self._cursors.popitem(last=False)
        return name

    def _page(self, name: str, cursor: Cursor, offset: int, version: str) -> QueryPage:
        end = min(offset + self._size(cursor, offset), len(cursor.found))
        if cursor.plan.kind == "groups":
            records = [_group(cursor.plan, row) for row in cursor.found[offset:end]]
        else:
            records = self._records(cursor, list(cursor.found[offset:end]), version)
        done = end >= len(cursor.found) or not name
        locator = None if done else f"{to_eighteen(name)}-{end}"
        return QueryPage(len(cursor.found), records, done, locator)

    def _size(self, cursor: Cursor, offset: int) -> int:
        """How many rows this page takes; with short pages on, a steady but uneven number."""
        if not self._state.settings.short_pages:
            return cursor.page_size
        share = ((offset + 1) * 2654435761 + self._state.settings.shuffle_seed) % 60
        return max(1, cursor.page_size * (100 - share) // 100)

    def _records(self, cursor: Cursor, numbers: list[int], version: str) -> list[Record]:
        plan = cursor.plan
        if plan.layout is None:
            raise ValueError("a row plan has a layout")
        rows = self._state.database.rows(plan.rows, (json.dumps(numbers),))
        shaped = [record for row in rows if (record := plan.layout.shape(row, version)) is not None]
        if plan.children:
            ids = [row[1] for row in rows]
            for child in plan.children:
                self._attach(child, ids, shaped, version)
        return shaped

    def _attach(self, child: ChildPlan, ids: list[str], parents: list[Record], version: str) -> None:
        """Put the records of a subquery under their parents; None where there are none."""
        rows = self._state.database.rows(child.sql, (*child.values, json.dumps(ids)))
        grouped: dict[str, list[Record]] = {}
        for row in rows:
            members = grouped.setdefault(row[0], [])
            if child.limit is None or len(members) < child.limit:
                members.append(_shaped(child.layout, row, version))
        for parent_id, parent in zip(ids, parents, strict=True):
            members = grouped.get(parent_id, [])
            found = {"totalSize": len(members), "done": True, "records": members}
            parent[child.key] = found if members else None


def _shaped(layout: Layout, row: Sequence[Any], version: str) -> Record:
    record = layout.shape(row, version)
    if record is None:
        raise ValueError("a child row has an id")
    return record


def _group(plan: Plan, row: Sequence[Any]) -> Record:
    record: Record = {"attributes": {"type": "AggregateResult"}}
    for label, value in zip(plan.labels, row, strict=True):
        record[label.key] = bool(value) if label.boolean else value
    return record


def _foreign(code: str) -> ApiError:
    """What a locator that another session opened answers."""
    if code == "INVALID_SESSION_ID":
        return ApiError(code, "Session expired or invalid", 401)
    return ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
