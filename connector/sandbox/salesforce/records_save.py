"""Saving one record: read, complete, check, write. A refusal raises `RowRefused` with all its reasons."""

from collections.abc import Mapping
from typing import Any

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.duplicates import check_duplicates
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.last_activity import ACTIVITIES, roll_up
from connector.sandbox.salesforce.org_state import OrgState, RowRefused
from connector.sandbox.salesforce.org_time import stamp_text
from connector.sandbox.salesforce.org_types import DmlOptions, RowError
from connector.sandbox.salesforce.records_rules import assign, derive, fill_defaults
from connector.sandbox.salesforce.schema import ObjectDef
from connector.sandbox.salesforce.stage_history import note_changed, note_created
from connector.sandbox.salesforce.validation import Draft

_LOCKING_PARENTS = ("AccountId", "OpportunityId")


def create_one(state: OrgState, definition: ObjectDef, record: Mapping[str, Any], options: DmlOptions) -> str:
    """Insert one record and answer its id."""
    if not definition.createable:
        raise _cannot(definition, "create")
    draft = Draft(state, definition, options, None)
    if any(name.lower() == "id" and value for name, value in record.items()):
        draft.refuse("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
    draft.read(record)
    fill_defaults(draft)
    assign(draft)
    record_id = _checked(draft)
    draft.values = {"Id": record_id, **audit(state, draft.values), **draft.values}
    _insert(state, definition, draft.values)
    _after_create(state, definition, draft.values, options)
    return record_id


def update_one(state: OrgState, definition: ObjectDef, record: Mapping[str, Any], options: DmlOptions) -> str:
    """Change one record named by its `Id` and answer the id."""
    before = find_row(state, definition, _given_id(record))
    if not definition.updateable:
        raise _cannot(definition, "update")
    _check_editable(state, definition, before, options)
    draft = Draft(state, definition, options, before)
    draft.read(record)
    assign(draft)
    _checked(draft)
    write_row(state, definition, before, draft.values)
    _after_update(state, definition, before, draft.values)
    return str(before["Id"])


def _after_update(state: OrgState, definition: ObjectDef, before: Row, changes: Row) -> None:
    if definition.name == "Opportunity":
        note_changed(state, before, changes)
    if definition.name in ACTIVITIES:
        roll_up(state, definition.name, before, {**before, **changes})
    if definition.name == "OpportunityContactRole" and changes.get("IsPrimary"):
        _only_primary(state, before["OpportunityId"], before["Id"])


def _checked(draft: Draft) -> str:
    """Run every check, refuse the record when one fails, and answer its id (a new one on create)."""
    draft.check_required()
    derive(draft)
    draft.check_unique()
    if draft.errors:
        raise RowRefused(*draft.errors)
    check_duplicates(draft)
    locking = [draft.values.get(name) for name in _LOCKING_PARENTS]
    own = None if draft.before is None else draft.before["Id"]
    draft.state.take_lock([own, *locking])
    return str(own) if own is not None else draft.state.new_id(draft.definition)


def _insert(state: OrgState, definition: ObjectDef, values: Row) -> None:
    columns = {field.name for field in definition.stored()}
    state.database.insert(definition.name, {name: item for name, item in values.items() if name in columns})


def write_row(state: OrgState, definition: ObjectDef, before: Row, changes: Mapping[str, Any]) -> None:
    """Write changed columns and move both stamps, as every change by a user does."""
    stamps = {"LastModifiedDate": state.stamp(), "LastModifiedById": state.user_id}
    stamps = {name: value for name, value in stamps.items() if name.lower() in definition.fields}
    touch_row(state, definition, before["Id"], {**stamps, **changes})


def touch_row(state: OrgState, definition: ObjectDef, record_id: str, changes: Mapping[str, Any]) -> None:
    """Write changed columns and move only SystemModstamp, as the system's own changes do."""
    state.database.update(definition.name, record_id, {**changes, "SystemModstamp": state.stamp()})


def audit(state: OrgState, given: Mapping[str, Any]) -> Row:
    """Who and when for a new record; moments that the caller may set are kept."""
    now = state.stamp()
    created = given.get("CreatedDate") or now
    return {
        "CreatedDate": created,
        "CreatedById": state.user_id,
        "LastModifiedDate": given.get("LastModifiedDate") or now,
        "LastModifiedById": state.user_id,
        "SystemModstamp": now,
    }


def find_row(state: OrgState, definition: ObjectDef, given: object) -> Row:
    """The live row behind an id from a caller, else the refusal that fits."""
    normal = to_eighteen(given)
    if normal is None or (normal[:3] != definition.prefix):
        raise RowRefused(RowError("MALFORMED_ID", f"malformed id {given}", ("Id",)))
    found = state.read(definition, normal)
    if found is None:
        raise RowRefused(RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))
    if found["IsDeleted"]:
        raise RowRefused(RowError("ENTITY_IS_DELETED", "entity is deleted"))
    return found


def _given_id(record: Mapping[str, Any]) -> object:
    found = next((value for name, value in record.items() if name.lower() == "id"), None)
    if found is None:
        raise RowRefused(RowError("MISSING_ARGUMENT", "Id not specified in an update call"))
    return found


def _cannot(definition: ObjectDef, verb: str) -> RowRefused:
    text = f"entity type {definition.name} does not support {verb}"
    return RowRefused(RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text))


def _check_editable(state: OrgState, definition: ObjectDef, before: Row, options: DmlOptions) -> None:
    locked = definition.name == "Lead" and before["IsConverted"] and not state.settings.edit_converted_leads
    if locked:
        raise RowRefused(RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"))
    since = options.unmodified_since
    if since is not None and before["LastModifiedDate"] > stamp_text(since):
        text = "Entity was modified after the given time"
        raise RowRefused(RowError("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE", text))


def _after_create(state: OrgState, definition: ObjectDef, values: Row, options: DmlOptions) -> None:
    if definition.name == "Opportunity":
        note_created(state, values)
    if definition.name in ACTIVITIES:
        roll_up(state, definition.name, None, values)
    if definition.name == "Opportunity" and values.get("ContactId"):
        role = {"OpportunityId": values["Id"], "ContactId": values["ContactId"], "IsPrimary": True}
        create_one(state, state.definition("OpportunityContactRole"), role, options)
    if definition.name == "OpportunityContactRole" and values.get("IsPrimary"):
        _only_primary(state, values["OpportunityId"], values["Id"])


def _only_primary(state: OrgState, opportunity_id: str, kept: str) -> None:
    """One primary contact role per opportunity: the newest."""
    roles = state.definition("OpportunityContactRole")
    for row in state.live(roles.name, "OpportunityId = ? AND IsPrimary = 1 AND Id <> ?", (opportunity_id, kept)):
        write_row(state, roles, row, {"IsPrimary": 0})
