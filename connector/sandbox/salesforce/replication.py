"""`getUpdated` and `getDeleted`: which records changed or went away in a window of time.

Windows reach back 30 days for updates and 15 for deletes, and are cut to whole minutes. `latestDateCovered`
stays before the oldest change that is not visible yet, so it is a safe start for the next window.
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

from datetime import UTC, datetime, timedelta

from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_time import stamp_text
from connector.sandbox.salesforce.org_types import ApiError, Record
from connector.sandbox.salesforce.schema import ObjectDef

MAX_IDS = 600_000
UPDATED_DAYS = 30
DELETED_DAYS = 15


def updated(state: OrgState, object_name: str, start: datetime, end: datetime) -> Record:
    """Ids of the live records changed in the window, and how far the answer reaches."""
    definition = state.definition(object_name)
    low, high = _window(state, definition, start, end, UPDATED_DAYS)
    sql = f"SELECT Id FROM {_changed(definition)} AND IsDeleted = 0 ORDER BY SystemModstamp, _n"
    rows = state.database.rows(sql, (stamp_text(low), stamp_text(high), _now(state)))
    _check_count(len(rows))
    return {"ids": [row[0] for row in rows], "latestDateCovered": _covered(state, definition, high)}


def deleted(state: OrgState, object_name: str, start: datetime, end: datetime) -> Record:
    """Records deleted in the window with the moment of each."""
    definition = state.definition(object_name)
    low, high = _window(state, definition, start, end, DELETED_DAYS)
    sql = f"SELECT Id, SystemModstamp FROM {_changed(definition)} AND IsDeleted = 1 ORDER BY SystemModstamp, _n"
    rows = state.database.rows(sql, (stamp_text(low), stamp_text(high), _now(state)))
    _check_count(len(rows))
    earliest = _minute(state.clock.now() - timedelta(days=DELETED_DAYS))
    return {
        "deletedRecords": [{"id": row[0], "deletedDate": row[1]} for row in rows],
        "earliestDateAvailable": stamp_text(earliest),
        "latestDateCovered": _covered(state, definition, high),
    }


def _changed(definition: ObjectDef) -> str:
    seen = "(_visible_at IS NULL OR _visible_at <= ?)"
    return f'"{definition.name}" WHERE SystemModstamp >= ? AND SystemModstamp < ? AND {seen}'


def _now(state: OrgState) -> str:
    return stamp_text(state.clock.now())


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _window(
    state: OrgState, definition: ObjectDef, start: datetime, end: datetime, days: int
) -> tuple[datetime, datetime]:
    if not definition.replicateable:
        raise ApiError("INVALID_TYPE", f"entity type {definition.name} is not replicateable")
    if start >= end:
        raise ApiError("INVALID_REPLICATION_DATE", "startDate must be before endDate")
    if start < _minute(state.clock.now() - timedelta(days=days)):
        raise ApiError("INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return _minute(start), _minute(end)


def _covered(state: OrgState, definition: ObjectDef, high: datetime) -> str:
    """The end of the window, or earlier: the present, or the oldest change that is not visible yet."""
    now = _now(state)
    sql = f'SELECT MIN(SystemModstamp) FROM "{definition.name}" WHERE _visible_at > ?'
    hidden = state.database.one(sql, (now,))
    limits = [stamp_text(high), now]
    if hidden is not None and hidden[0] is not None:
        limits.append(str(hidden[0]))
    return min(limits)


def _check_count(count: int) -> None:
    if count > MAX_IDS:
        raise ApiError("EXCEEDED_ID_LIMIT", f"more than {MAX_IDS} ids; ask for a smaller window")
