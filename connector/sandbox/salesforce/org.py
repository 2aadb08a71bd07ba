"""The embedded Salesforce org: records, queries and lead conversion, without any HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce import (
    conversion,
    describe,
    merge,
    org_load,
    org_world,
    query_columns,
    records,
    replication,
)
from connector.sandbox.salesforce.database import Database
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_retrieve import retrieve
from connector.sandbox.salesforce.org_seed import USERNAME
from connector.sandbox.salesforce.org_state import INACTIVE_USER_ID, QUEUE_ID, USER_ID, OrgState
from connector.sandbox.salesforce.org_time import stamp_text
from connector.sandbox.salesforce.org_types import (
    ApiError,
    AssignmentRule,
    DmlOptions,
    LeadConvert,
    LeadConvertResult,
    MergeResult,
    OrgSettings,
    QueryPage,
    Record,
    RowError,
    SaveResult,
)
from connector.sandbox.salesforce.query import Queries
from connector.sandbox.salesforce.schema_setup import standard_schema

__all__ = [
    "ApiError",
    "AssignmentRule",
    "DmlOptions",
    "LeadConvert",
    "LeadConvertResult",
    "MergeResult",
    "Org",
    "OrgSettings",
    "QueryPage",
    "Record",
    "RowError",
    "SaveResult",
]

_DEFAULTS = DmlOptions()


class Org:
    """One Salesforce org in SQLite. Every public call is safe from any thread (one lock, one writer)."""

    user_id = USER_ID
    username = USERNAME
    queue_id = QUEUE_ID
    inactive_user_id = INACTIVE_USER_ID

    def __init__(self, path: str | None, clock: SandboxClock, settings: OrgSettings = OrgSettings()) -> None:  # noqa: B008 - frozen
        self.clock = clock
        self._base = settings
        self._state = OrgState(Database(path), standard_schema(), clock, settings)
        self._queries = Queries(self._state)
        org_world.open_org(self._state, settings)

    @property
    def org_id(self) -> str:
        """The id of the organisation; it stays through resets and, with a file, restarts."""
        return self._state.org_id

    @property
    def settings(self) -> OrgSettings:
        """The switches in force."""
        return self._state.settings

    def close(self) -> None:
        """Close the database; a file keeps everything."""
        self._state.database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group calls: an exception undoes all of them. Nests (savepoints). Holds the lock of the org."""
        with self._state.transaction():
            yield

    def create(
        self, object_name: str, rows: Sequence[Mapping[str, Any]], options: DmlOptions = _DEFAULTS
    ) -> list[SaveResult]:
        """Insert up to 200 records; one result each, in order, with all the errors of a record together."""
        with self._state.transaction():
            return records.create(self._state, object_name, rows, options)

    def update(
        self, object_name: str, rows: Sequence[Mapping[str, Any]], options: DmlOptions = _DEFAULTS
    ) -> list[SaveResult]:
        """Change records; each carries its `Id` (or `id`). Absent keys stay, None clears."""
        with self._state.transaction():
            return records.update(self._state, object_name, rows, options)

    def upsert(
        self,
        object_name: str,
        field: str,
        rows: Sequence[Mapping[str, Any]],
        options: DmlOptions = _DEFAULTS,
        update_only: bool = False,
    ) -> list[SaveResult]:
        """Create or update by external id; each record carries the key field itself. `created` is set."""
        with self._state.transaction():
            return records.upsert(self._state, object_name, field, rows, options, update_only)

    def delete(self, ids: Sequence[str], options: DmlOptions = _DEFAULTS) -> list[SaveResult]:
        """Put records (of any objects) into the recycle bin."""
        with self._state.transaction():
            return records.delete(self._state, ids, options)

    def undelete(self, ids: Sequence[str]) -> list[SaveResult]:
        """Take records out of the recycle bin."""
        with self._state.transaction():
            return records.undelete(self._state, ids)

    def retrieve(
        self, object_name: str, ids: Sequence[str], fields: Sequence[str] | None, version: str = "62.0"
    ) -> list[Record | None]:
        """Read records by id, None where missing, deleted or unseen; `fields` None means all readable."""
        with self._state.database.lock:
            return retrieve(self._state, object_name, ids, fields, version)

    def record_state(self, object_name: str, record_id: str) -> str:
        """Say whether an id is `live`, `deleted` or `absent` (also for a malformed id)."""
        with self._state.database.lock:
            definition = self._state.definition(object_name)
            normal = to_eighteen(record_id) or ""
            found = self._state.read(definition, normal) if normal[:3] == definition.prefix else None
        if found is None:
            return "absent"
        return "deleted" if found["IsDeleted"] else "live"

    def find_by_external(self, object_name: str, field: str, value: str) -> list[str]:
        """Ids of the live records whose external id field holds `value`. ApiError NOT_FOUND for a bad field."""
        with self._state.database.lock:
            definition = self._state.definition(object_name)
            key = records.key_field(definition, field)
            return records.find_by_key(self._state, definition, key, value)

    def query(
        self,
        soql: str,
        *,
        include_deleted: bool = False,
        batch_size: int = 2000,
        session: str = "",
        version: str = "62.0",
    ) -> QueryPage:
        """Run SOQL and answer the first page. ApiError with Salesforce's codes and texts on a bad query."""
        with self._state.database.lock:
            return self._queries.first(soql, include_deleted, batch_size, session, version)

    def query_more(self, locator: str, *, session: str = "", version: str = "62.0") -> QueryPage:
        """The page behind a locator (`0r8...-2000`). ApiError INVALID_QUERY_LOCATOR when it is unknown."""
        with self._state.database.lock:
            return self._queries.more(locator, session, version)

    def query_columns(self, soql: str) -> dict[str, Any]:
        """The undocumented `columns=true` answer: names and nesting of the selected columns."""
        with self._state.database.lock:
            return query_columns.columns_of(self._queries.plan(soql))

    def updated(self, object_name: str, start: datetime, end: datetime) -> dict[str, Any]:
        """`getUpdated`: JSON-ready `ids` and `latestDateCovered`."""
        with self._state.database.lock:
            return replication.updated(self._state, object_name, start, end)

    def deleted(self, object_name: str, start: datetime, end: datetime) -> dict[str, Any]:
        """`getDeleted`: JSON-ready `deletedRecords`, `earliestDateAvailable`, `latestDateCovered`."""
        with self._state.database.lock:
            return replication.deleted(self._state, object_name, start, end)

    def convert_leads(
        self, requests: Sequence[LeadConvert], options: DmlOptions = _DEFAULTS
    ) -> list[LeadConvertResult]:
        """`convertLead`: each lead in its own transaction, results by index; over 100 is an ApiError."""
        with self._state.database.lock:
            return conversion.convert_leads(self._state, requests, options)

    def merge(
        self,
        object_name: str,
        master: Mapping[str, Any],
        loser_ids: Sequence[str],
        options: DmlOptions = _DEFAULTS,
    ) -> MergeResult:
        """Merge one or two losers into the master (a record with `Id` and the fields to keep)."""
        with self._state.database.lock:
            return merge.merge(self._state, object_name, master, loser_ids, options)

    def describe_global(self, version: str = "62.0") -> dict[str, Any]:
        """The body of `GET /sobjects`."""
        with self._state.database.lock:
            return describe.describe_global(self._state, version)

    def describe(self, object_name: str, version: str = "62.0") -> dict[str, Any]:
        """The body of `GET /sobjects/X/describe`. ApiError NOT_FOUND (404) for an unknown object."""
        with self._state.database.lock:
            return describe.describe(self._state, object_name, version)

    def object_basic(self, object_name: str, version: str = "62.0") -> dict[str, Any]:
        """The body of `GET /sobjects/X`: `objectDescribe` and `recentItems`."""
        with self._state.database.lock:
            return describe.object_basic(self._state, object_name, version)

    def object_of(self, record_id: str) -> str | None:
        """The object that an id belongs to, by its prefix; None when unknown or malformed."""
        normal = to_eighteen(record_id)
        found = self._state.schema.by_prefix(normal) if normal is not None else None
        return None if found is None else found.name

    def record_count(self, names: Sequence[str] | None = None) -> dict[str, int]:
        """Live records per known object; unknown names are left out; None means every object."""
        with self._state.database.lock:
            known = [self._state.schema.find(name) for name in names] if names is not None else [*self._state.schema]
            return {item.name: self._queries.count(item) for item in known if item is not None}

    def load(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Record]]:
        """Insert records as given, without any rule; answers the same shape with `Id` in each, in order."""
        with self._state.database.lock:
            return org_load.load(self._state, rows)

    def add_duplicate_rules(self, definitions: Sequence[Mapping[str, Any]]) -> None:
        """Put further duplicate rules in force (`object`, `fields`, `action`: alert or block), until a reset."""
        with self._state.database.lock:
            org_world.add_duplicate_rules(self._state, definitions)

    def dump(self, object_name: str) -> list[Record]:
        """Every record of an object, deleted ones included, with all fields and no `attributes`."""
        with self._state.database.lock:
            return org_load.dump(self._state, object_name)

    def reset(self, world: Mapping[str, Any]) -> None:
        """Clear all records and switches, keep the org id, and seed `world` (a parsed world file)."""
        with self._state.database.lock:
            self._queries.forget()
            org_world.reset(self._state, self._base, world)

    def declare_field(self, object_name: str, definition: Mapping[str, Any]) -> None:
        """Add a custom field: `name`, `type`, optional `label`, `length`, `precision`, `scale`, `values`,
        `required`, `unique`, `external_id`, `restricted`, `default`, `reference_to`, `relationship_name`.
        """
        with self._state.transaction():
            org_world.change_field(self._state, "declare", object_name, definition)

    def drop_field(self, object_name: str, name: str) -> None:
        """Hide a field from describe, queries and saves (its values stay, as when access is withdrawn)."""
        with self._state.transaction():
            org_world.change_field(self._state, "drop", object_name, {"name": name})

    def alter_field(self, object_name: str, name: str, changes: Mapping[str, Any]) -> None:
        """Change what describe says of a field and what saves enforce; keys as in `declare_field`."""
        with self._state.transaction():
            org_world.change_field(self._state, "alter", object_name, {**changes, "name": name})

    def hide_until(self, object_name: str, ids: Sequence[str], visible_at: datetime) -> None:
        """Keep records unseen by any read until `visible_at`, as if their transaction committed then."""
        with self._state.transaction():
            definition = self._state.definition(object_name)
            for record_id in ids:
                values = {"_visible_at": stamp_text(visible_at)}
                self._state.database.update(definition.name, to_eighteen(record_id) or "", values)

    def lock_rows(self, ids: Sequence[str], times: int) -> None:
        """Refuse the next `times` writes that touch these records with UNABLE_TO_LOCK_ROW."""
        with self._state.database.lock:
            for record_id in ids:
                self._state.row_locks[to_eighteen(record_id) or record_id] = times
