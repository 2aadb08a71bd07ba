"""The embedded Salesforce org: records, queries and lead conversion, without any HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connector.sandbox.clock import SandboxClock
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

    org_id: str
    user_id: str
    username: str
    queue_id: str
    inactive_user_id: str
    clock: SandboxClock
    settings: OrgSettings

    def __init__(self, path: str | None, clock: SandboxClock, settings: OrgSettings = OrgSettings()) -> None:  # noqa: B008 - frozen
        raise NotImplementedError

    def close(self) -> None:
        """Close the database; a file keeps everything."""
        raise NotImplementedError

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group calls: an exception undoes all of them. Nests (savepoints). Holds the lock of the org."""
        raise NotImplementedError
        yield

    def create(
        self, object_name: str, records: Sequence[Mapping[str, Any]], options: DmlOptions = _DEFAULTS
    ) -> list[SaveResult]:
        """Insert up to 200 records; one result each, in order, with all the errors of a record together."""
        raise NotImplementedError

    def update(
        self, object_name: str, records: Sequence[Mapping[str, Any]], options: DmlOptions = _DEFAULTS
    ) -> list[SaveResult]:
        """Change records; each carries its `Id` (or `id`). Absent keys stay, None clears."""
        raise NotImplementedError

    def upsert(
        self,
        object_name: str,
        field: str,
        records: Sequence[Mapping[str, Any]],
        options: DmlOptions = _DEFAULTS,
        update_only: bool = False,
    ) -> list[SaveResult]:
        """Create or update by external id; each record carries the key field itself. `created` is set."""
        raise NotImplementedError

    def delete(self, ids: Sequence[str], options: DmlOptions = _DEFAULTS) -> list[SaveResult]:
        """Put records (of any objects) into the recycle bin."""
        raise NotImplementedError

    def undelete(self, ids: Sequence[str]) -> list[SaveResult]:
        """Take records out of the recycle bin."""
        raise NotImplementedError

    def retrieve(
        self, object_name: str, ids: Sequence[str], fields: Sequence[str] | None, version: str = "62.0"
    ) -> list[Record | None]:
        """Read records by id, None where missing, deleted or unseen; `fields` None means all readable."""
        raise NotImplementedError

    def record_state(self, object_name: str, record_id: str) -> str:
        """Say whether an id is `live`, `deleted` or `absent` (also for a malformed id)."""
        raise NotImplementedError

    def find_by_external(self, object_name: str, field: str, value: str) -> list[str]:
        """Ids of the live records whose external id field holds `value`. ApiError NOT_FOUND for a bad field."""
        raise NotImplementedError

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
        raise NotImplementedError

    def query_more(self, locator: str, *, session: str = "", version: str = "62.0") -> QueryPage:
        """The page behind a locator (`0r8...-2000`). ApiError INVALID_QUERY_LOCATOR when it is unknown."""
        raise NotImplementedError

    def query_columns(self, soql: str) -> dict[str, Any]:
        """The undocumented `columns=true` answer: names and nesting of the selected columns."""
        raise NotImplementedError

    def updated(self, object_name: str, start: datetime, end: datetime) -> dict[str, Any]:
        """`getUpdated`: JSON-ready `ids` and `latestDateCovered`."""
        raise NotImplementedError

    def deleted(self, object_name: str, start: datetime, end: datetime) -> dict[str, Any]:
        """`getDeleted`: JSON-ready `deletedRecords`, `earliestDateAvailable`, `latestDateCovered`."""
        raise NotImplementedError

    def convert_leads(
        self, requests: Sequence[LeadConvert], options: DmlOptions = _DEFAULTS
    ) -> list[LeadConvertResult]:
        """`convertLead`: each lead in its own transaction, results by index; over 100 is an ApiError."""
        raise NotImplementedError

    def merge(
        self,
        object_name: str,
        master: Mapping[str, Any],
        loser_ids: Sequence[str],
        options: DmlOptions = _DEFAULTS,
    ) -> MergeResult:
        """Merge one or two losers into the master (a record with `Id` and the fields to keep)."""
        raise NotImplementedError

    def describe_global(self, version: str = "62.0") -> dict[str, Any]:
        """The body of `GET /sobjects`."""
        raise NotImplementedError

    def describe(self, object_name: str, version: str = "62.0") -> dict[str, Any]:
        """The body of `GET /sobjects/X/describe`. ApiError NOT_FOUND (404) for an unknown object."""
        raise NotImplementedError

    def object_basic(self, object_name: str, version: str = "62.0") -> dict[str, Any]:
        """The body of `GET /sobjects/X`: `objectDescribe` and `recentItems`."""
        raise NotImplementedError

    def object_of(self, record_id: str) -> str | None:
        """The object that an id belongs to, by its prefix; None when unknown or malformed."""
        raise NotImplementedError

    def record_count(self, names: Sequence[str] | None = None) -> dict[str, int]:
        """Live records per known object; unknown names are left out; None means every object."""
        raise NotImplementedError

    def load(self, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Record]]:
        """Insert records as given, without any rule; answers the same shape with `Id` in each, in order."""
        raise NotImplementedError

    def dump(self, object_name: str) -> list[Record]:
        """Every record of an object, deleted ones included, with all fields and no `attributes`."""
        raise NotImplementedError

    def reset(self, world: Mapping[str, Any]) -> None:
        """Clear all records and switches, keep the org id, and seed `world` (a parsed world file)."""
        raise NotImplementedError

    def declare_field(self, object_name: str, definition: Mapping[str, Any]) -> None:
        """Add a custom field: `name`, `type`, optional `label`, `length`, `precision`, `scale`, `values`,
        `required`, `unique`, `external_id`, `restricted`, `default`, `reference_to`, `relationship_name`.
        """
        raise NotImplementedError

    def drop_field(self, object_name: str, name: str) -> None:
        """Hide a field from describe, queries and saves (its values stay, as when access is withdrawn)."""
        raise NotImplementedError

    def alter_field(self, object_name: str, name: str, changes: Mapping[str, Any]) -> None:
        """Change what describe says of a field and what saves enforce; keys as in `declare_field`."""
        raise NotImplementedError

    def hide_until(self, object_name: str, ids: Sequence[str], visible_at: datetime) -> None:
        """Keep records unseen by any read until `visible_at`, as if their transaction committed then."""
        raise NotImplementedError

    def lock_rows(self, ids: Sequence[str], times: int) -> None:
        """Refuse the next `times` writes that touch these records with UNABLE_TO_LOCK_ROW."""
        raise NotImplementedError
