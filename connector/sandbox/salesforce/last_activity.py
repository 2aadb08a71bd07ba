"""Rolls the dates of tasks and events up into `LastActivityDate` of the records they are about.

It is the latest of the due dates of closed tasks and the start dates of events, also one in the future: on a lead or
contact by `WhoId`, on an opportunity by `WhatId`, on an account by the activity's `AccountId`. It moves no stamp.
Source: https://help.salesforce.com/s/articleView?id=000385365 and "Guidelines for Tracking Activities".
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

from collections.abc import Iterable

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.org_state import OrgState

ACTIVITIES = ("Task", "Event")
_COLUMNS = {"Lead": "WhoId", "Contact": "WhoId", "Opportunity": "WhatId", "Account": "AccountId"}


def counted_day(object_name: str, row: Row) -> str | None:
    """The day that an activity counts for; None for an open task."""
    day = row.get("ActivityDate")
    counts = object_name == "Event" or row.get("IsClosed")
    return str(day) if day and counts else None


def roll_up(state: OrgState, object_name: str, before: Row | None, after: Row | None) -> None:
    """Bring the records that an activity was or is about up to date; None says it is not there (yet, any more)."""
    if before is not None:
        for parent in _parents(before):
            _withdraw(state, parent, counted_day(object_name, before))
    if after is not None:
        for parent in _parents(after):
            raise_to(state, parent, counted_day(object_name, after))


def after_load(state: OrgState, names: Iterable[str]) -> None:
    """Once activities were loaded: every record they are about has at least their day; a later day given stays."""
    for name in names:
        closed = " AND IsClosed = 1" if name == "Task" else ""
        for parent, column in _COLUMNS.items():
            state.database.run(
                f'UPDATE "{parent}" SET LastActivityDate = d.day FROM (SELECT "{column}" AS parent,'
                f' MAX(ActivityDate) AS day FROM "{name}" WHERE IsDeleted = 0{closed} GROUP BY 1) d'
                f' WHERE d.parent = "{parent}".Id AND d.day > COALESCE("{parent}".LastActivityDate, \'\')'
            )


def refresh(state: OrgState, record_id: str) -> None:
    """Take over the latest day of what a record's activities are by now."""
    raise_to(state, record_id, _latest(state, record_id))


def raise_to(state: OrgState, record_id: str, day: str | None) -> None:
    """Set a record's day unless it has a later one."""
    parent = _object(state, record_id)
    if parent and day:
        sql = f"UPDATE \"{parent}\" SET LastActivityDate = ? WHERE Id = ? AND COALESCE(LastActivityDate, '') < ?"
        state.database.run(sql, (day, record_id, day))


def _withdraw(state: OrgState, record_id: str, day: str | None) -> None:
    """An activity no longer counts here: where the record showed its day, look for the latest of the others."""
    parent = _object(state, record_id)
    if parent and day:
        sql = f'UPDATE "{parent}" SET LastActivityDate = ? WHERE Id = ? AND LastActivityDate = ?'
        state.database.run(sql, (_latest(state, record_id), record_id, day))


def _latest(state: OrgState, record_id: str) -> str | None:
    column = _COLUMNS.get(_object(state, record_id))
    if column is None:
        return None
    sql = (
        f'SELECT MAX(day) FROM (SELECT ActivityDate AS day FROM Task WHERE "{column}" = ? AND IsDeleted = 0'
        f' AND IsClosed = 1 UNION ALL SELECT ActivityDate FROM Event WHERE "{column}" = ? AND IsDeleted = 0)'
    )
    found = state.database.one(sql, (record_id, record_id))
    return found[0] if found else None


def _object(state: OrgState, record_id: str) -> str:
    found = state.schema.by_prefix(record_id)
    return found.name if found is not None and found.name in _COLUMNS else ""


def _parents(row: Row) -> set[str]:
    return {str(row[name]) for name in ("WhoId", "WhatId", "AccountId") if row.get(name)}
