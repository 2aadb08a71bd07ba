"""`merge`: losers go to the recycle bin and point at the master, which takes over what pointed at them."""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.last_activity import refresh
from connector.sandbox.salesforce.org_state import OrgState, RowRefused
from connector.sandbox.salesforce.org_types import ApiError, DmlOptions, MergeResult, RowError
from connector.sandbox.salesforce.records_save import find_row, touch_row, update_one, write_row
from connector.sandbox.salesforce.schema import ChildRelationship, ObjectDef

MAX_LOSERS = 2
_ONE_PER = {("CampaignMember", "LeadId"): "CampaignId", ("CampaignMember", "ContactId"): "CampaignId",
            ("OpportunityContactRole", "ContactId"): "OpportunityId"}  # fmt: skip

# A member's lead or contact, worked out of the two fields that hold them.
_FOLLOWS = "LeadOrContactId"


def merge(
    state: OrgState, object_name: str, master: Mapping[str, Any], loser_ids: Sequence[str], options: DmlOptions
) -> MergeResult:
    """Merge one or two losers into the master record (its `Id` and the fields to keep)."""
    definition = state.definition(object_name)
    if not definition.mergeable:
        raise ApiError("INVALID_TYPE", f"merge not supported for {definition.name}")
    if not 1 <= len(loser_ids) <= MAX_LOSERS:
        raise ApiError("INVALID_NUMBER_OF_MERGE_RECORDS", "merge requires one or two records to merge", 500)
    try:
        with state.transaction():
            return _merged(state, definition, master, loser_ids, options)
    except RowRefused as refused:
        return MergeResult(None, False, errors=refused.errors)


def _merged(
    state: OrgState,
    definition: ObjectDef,
    master: Mapping[str, Any],
    loser_ids: Sequence[str],
    options: DmlOptions,
) -> MergeResult:
    given = next((value for name, value in master.items() if name.lower() == "id"), None)
    winner = find_row(state, definition, given)
    losers = [find_row(state, definition, loser) for loser in loser_ids]
    ids = [row["Id"] for row in (winner, *losers)]
    if len(set(ids)) < len(ids):
        raise RowRefused(RowError("INVALID_CROSS_REFERENCE_KEY", "a record cannot be merged with itself"))
    if any(row.get("IsConverted") for row in (winner, *losers)):
        raise RowRefused(RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"))
    state.take_lock(ids)
    moved: list[str] = []
    for loser in losers:
        moved += _take_over(state, definition, str(winner["Id"]), str(loser["Id"]))
        write_row(state, definition, loser, {"IsDeleted": 1, "MasterRecordId": winner["Id"]})
    update_one(state, definition, {**master, "Id": winner["Id"]}, options)
    refresh(state, str(winner["Id"]))
    return MergeResult(str(winner["Id"]), True, tuple(str(row["Id"]) for row in losers), tuple(moved))


def _take_over(state: OrgState, definition: ObjectDef, winner: str, loser: str) -> list[str]:
    """Re-point every live reference at the loser, so not the losers of earlier merges; answers the changed ids."""
    moved: list[str] = []
    for relation in list(state.schema.children_of(definition.name)):
        if relation.field.name == _FOLLOWS:
            continue
        for row in state.live(relation.child, f'"{relation.field.name}" = ?', (loser,)):
            _repoint(state, relation, row, winner)
            moved.append(str(row["Id"]))
    return moved


def _repoint(state: OrgState, relation: ChildRelationship, row: Row, winner: str) -> None:
    """Point one record at the master; a second membership or role of the master goes away instead."""
    definition = state.definition(relation.child)
    column = relation.field.name
    single = _ONE_PER.get((relation.child, column))
    if single is not None:
        where = f'"{column}" = ? AND "{single}" = ? AND Id <> ?'
        if state.live(relation.child, where, (winner, row[single], row["Id"])):
            write_row(state, definition, row, {"IsDeleted": 1})
            return
    changes = {column: None if row["Id"] == winner else winner}
    if _FOLLOWS.lower() in definition.fields and row[_FOLLOWS] == row[column]:
        changes[_FOLLOWS] = winner
    touch_row(state, definition, row["Id"], changes)
