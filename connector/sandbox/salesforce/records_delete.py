"""The recycle bin: deleting with dependants, and restoring them together."""

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.last_activity import ACTIVITIES, roll_up
from connector.sandbox.salesforce.org_state import OrgState, RowRefused
from connector.sandbox.salesforce.org_types import DmlOptions, RowError
from connector.sandbox.salesforce.records_save import find_row, touch_row, write_row
from connector.sandbox.salesforce.schema import ObjectDef
from connector.sandbox.salesforce.validation import Draft


def definition_of(state: OrgState, given: object) -> ObjectDef:
    """The object that an id from a caller belongs to, else the refusal of the id."""
    normal = to_eighteen(given)
    found = state.schema.by_prefix(normal) if normal is not None else None
    if found is None:
        raise RowRefused(RowError("MALFORMED_ID", f"malformed id {given}"))
    return found


def delete_one(state: OrgState, given: str) -> str:
    """Put one record and what cascades from it into the recycle bin; answers the id."""
    definition = definition_of(state, given)
    row = find_row(state, definition, given)
    if not definition.deletable:
        text = f"entity type {definition.name} does not support delete"
        raise RowRefused(RowError("INSUFFICIENT_ACCESS_OR_READONLY", text))
    state.take_lock([row["Id"]])
    _bury(state, definition, row, None)
    return str(row["Id"])


def _bury(state: OrgState, definition: ObjectDef, row: Row, taken_by: str | None) -> None:
    """Mark a row deleted, take its dependants along and clear the other references to it."""
    write_row(state, definition, row, {"IsDeleted": 1, "_deleted_with": taken_by})
    if definition.name in ACTIVITIES:
        roll_up(state, definition.name, row, None)
    for relation in list(state.schema.children_of(definition.name)):
        child = state.definition(relation.child)
        column = relation.field.name
        if relation.field.cascade_delete:
            for dependant in state.live(child.name, f'"{column}" = ?', (row["Id"],)):
                _bury(state, child, dependant, str(row["Id"]))
        elif relation.field.updateable and relation.field.nillable:
            for other in state.live(child.name, f'"{column}" = ?', (row["Id"],)):
                touch_row(state, child, other["Id"], {column: None})


def undelete_one(state: OrgState, given: str) -> str:
    """Restore one record and what was deleted along with it; answers the id."""
    definition = definition_of(state, given)
    row = state.read(definition, given)
    if row is None:
        raise RowRefused(RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))
    if not row["IsDeleted"] or row.get("MasterRecordId") or not definition.undeletable:
        raise RowRefused(RowError("UNDELETE_FAILED", "Entity is not in the recycle bin"))
    _restore(state, definition, row)
    return str(row["Id"])


def _restore(state: OrgState, definition: ObjectDef, row: Row) -> None:
    draft = Draft(state, definition, DmlOptions(), {**dict.fromkeys(row), "Id": row["Id"]})
    draft.values = {field.name: row[field.name] for field in definition.stored() if field.unique}
    draft.check_unique()
    if draft.errors:
        raise RowRefused(*draft.errors)
    write_row(state, definition, row, {"IsDeleted": 0, "_deleted_with": None})
    if definition.name in ACTIVITIES:
        roll_up(state, definition.name, None, row)
    for relation in list(state.schema.children_of(definition.name)):
        child = state.definition(relation.child)
        where = f'"{relation.field.name}" = ? AND IsDeleted = 1 AND _deleted_with = ?'
        if relation.field.cascade_delete:
            for dependant in state.database.select(child.name, where, (row["Id"], row["Id"])):
                _restore(state, child, dependant)
