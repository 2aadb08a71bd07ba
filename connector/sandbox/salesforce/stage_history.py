"""Keeps the stage history of opportunities: a row at creation and at every change of what a forecast goes by.

Source: the Object Reference on OpportunityHistory (the system writes a row whenever one of the major fields changes,
with their then-current values). `CreatedDate` is the moment of the change; `SystemModstamp` of the row before moves
to that moment, too, because that is when it became history
(http://digicomet.blogspot.com/2011/08/understanding-opportunityhistory-object.html).
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.ids import record_id
from connector.sandbox.salesforce.org_state import OrgState

HISTORY = "OpportunityHistory"
_WATCHED = ("StageName", "Amount", "CloseDate", "Probability", "ForecastCategory")
_COPIED = (*_WATCHED, "ExpectedRevenue")
_COLUMNS = ("Id", "OpportunityId", "CreatedById", "CreatedDate", "SystemModstamp", "PrevAmount", "PrevCloseDate",
            "IsDeleted", "_visible_at", "_deleted_with", *_COPIED)  # fmt: skip


def note_created(state: OrgState, opportunity: Row) -> None:
    """The first row of a new opportunity."""
    _insert(state, [_entry(opportunity, opportunity["CreatedDate"], state.user_id)])


def note_changed(state: OrgState, before: Row, changes: Mapping[str, Any]) -> None:
    """A further row when a watched field really changed; nothing otherwise."""
    if all(name not in changes or changes[name] == before[name] for name in _WATCHED):
        return
    now = state.stamp()
    state.database.run(
        f"UPDATE {HISTORY} SET SystemModstamp = ? WHERE _n = (SELECT MAX(_n) FROM {HISTORY} WHERE OpportunityId = ?)",
        (now, before["Id"]),
    )
    entry = _entry({**before, **changes}, now, state.user_id)
    _insert(state, [{**entry, "PrevAmount": before["Amount"], "PrevCloseDate": before["CloseDate"]}])


def complete(state: OrgState, opportunity_ids: Sequence[str]) -> None:
    """After loading: loaded opportunities that no history tells of get the one row they were born with,
    and those whose history was loaded know when their stage changed last."""
    bare = state.database.named_rows(
        f"SELECT o.* FROM Opportunity o WHERE NOT EXISTS (SELECT 1 FROM {HISTORY} h WHERE h.OpportunityId = o.Id)"
        " ORDER BY o._n"
    )
    _insert(state, [_entry(row, row["CreatedDate"], row["CreatedById"]) for row in bare])
    for opportunity_id in opportunity_ids:
        _date_last_stage(state, opportunity_id)


def _date_last_stage(state: OrgState, opportunity_id: str) -> None:
    rows = state.database.rows(
        f"SELECT StageName, CreatedDate FROM {HISTORY} WHERE OpportunityId = ? ORDER BY CreatedDate, _n",
        (opportunity_id,),
    )
    entered = [later[1] for earlier, later in pairwise(rows) if later[0] != earlier[0]]
    if entered:
        state.database.run(
            "UPDATE Opportunity SET LastStageChangeDate = ? WHERE Id = ? AND LastStageChangeDate IS NULL",
            (entered[-1], opportunity_id),
        )


def _entry(opportunity: Row, moment: str, user_id: str) -> Row:
    gone = int(opportunity.get("IsDeleted") or 0)
    return {
        "OpportunityId": opportunity["Id"],
        "CreatedById": user_id,
        "CreatedDate": moment,
        "SystemModstamp": moment,
        "IsDeleted": gone,
        "_visible_at": opportunity.get("_visible_at"),
        "_deleted_with": opportunity["Id"] if gone else None,
        **{name: opportunity.get(name) for name in _COPIED},
    }


def _insert(state: OrgState, entries: Sequence[Row]) -> None:
    """Rows get ids of a count of their own, so that keeping history shifts no other record's id."""
    if not entries:
        return
    found = state.database.one(f"SELECT COALESCE(MAX(_n), 0) FROM {HISTORY}")
    number = int(found[0]) if found else 0
    prefix = state.definition(HISTORY).prefix
    for entry in entries:
        candidate = record_id(prefix, number)
        while state.database.one(f"SELECT 1 FROM {HISTORY} WHERE Id = ?", (candidate,)):
            number += 1
            candidate = record_id(prefix, number)
        entry["Id"] = candidate
        number += 1
    state.database.insert_many(HISTORY, _COLUMNS, ([entry.get(name) for name in _COLUMNS] for entry in entries))
