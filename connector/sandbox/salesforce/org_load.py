"""Putting records in as given and taking them out whole, for worlds, tests and side doors."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_time import parse_day, parse_moment, stamp_text
from connector.sandbox.salesforce.org_types import ApiError, DmlOptions, Record
from connector.sandbox.salesforce.records_rules import derive
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef
from connector.sandbox.salesforce.validation import Draft


def load(state: OrgState, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Record]]:
    """Insert records without any rule; ApiError names what the schema does not know."""
    answer: dict[str, list[Record]] = {}
    with state.transaction():
        for name, rows in records.items():
            definition = state.definition(name)
            prepared = [_prepared(state, definition, row) for row in rows]
            columns = ["Id", "IsDeleted", *(f.name for f in definition.stored() if f.name not in ("Id", "IsDeleted"))]
            _insert(state, definition, columns, prepared)
            answer[name] = [{**given, "Id": new["Id"]} for new, given in zip(prepared, rows, strict=True)]
    return answer


def _insert(state: OrgState, definition: ObjectDef, columns: Sequence[str], rows: Sequence[Row]) -> None:
    values = ([row.get(column) for column in columns] for row in rows)
    try:
        state.database.insert_many(definition.name, columns, values)
    except sqlite3.IntegrityError as error:
        text = f"{definition.name}: an Id is given twice or is taken already"
        raise ApiError("DUPLICATE_VALUE", text) from error


def _prepared(state: OrgState, definition: ObjectDef, given: Mapping[str, Any]) -> Row:
    """One row with every column: what was given, else the server's defaults."""
    values: Row = {}
    for name, value in given.items():
        field = definition.fields.get(name.lower())
        if name.lower() in ("attributes", "isdeleted") and field is None:
            continue
        if field is None or not field.stored:
            raise ApiError("INVALID_FIELD", f"No such column '{name}' on sobject of type {definition.name}")
        values[field.name] = _stored(field, value)
    _complete(state, definition, values)
    values["IsDeleted"] = int(bool(given.get("IsDeleted", values.get("IsDeleted"))))
    for field in definition.stored():
        if field.type == "boolean" and values.get(field.name) is None:
            values[field.name] = 0
    values["Id"] = values.get("Id") or state.new_id(definition)
    return values


def _stored(field: FieldDef, value: Any) -> Any:
    """A value from a world file or a request as the column holds it."""
    if field.type == "boolean":
        return int(bool(value))
    if value is None or value == "":
        return None
    if field.is_id:
        return to_eighteen(str(value)) or str(value)
    if field.type == "datetime":
        moment = value if hasattr(value, "hour") else parse_moment(str(value))
        day = parse_day(str(value)) if moment is None else None
        if moment is None and day is None:
            raise ApiError("INVALID_FIELD", f"{field.name}: not a date and time: {value}")
        return stamp_text(moment) if moment is not None else f"{day}T00:00:00.000+0000"
    if field.type == "date":
        return str(value)[:10]
    return str(value) if field.is_text else value


def _complete(state: OrgState, definition: ObjectDef, values: Row) -> None:
    """Fill in what a loaded record leaves out; a stamp that was left out follows the ones given."""
    created = values.get("CreatedDate") or values.get("LastModifiedDate") or values.get("SystemModstamp")
    now = created or state.stamp()
    modified = values.get("LastModifiedDate") or values.get("SystemModstamp") or now
    stamps = {
        "CreatedDate": now,
        "LastModifiedDate": modified,
        "SystemModstamp": modified,
        "CreatedById": state.user_id,
        "LastModifiedById": state.user_id,
    }
    owner = {"OwnerId": state.user_id} if "ownerid" in definition.fields else {}
    for name, value in {**stamps, **owner}.items():
        if name.lower() in definition.fields and values.get(name) is None:
            values[name] = value
    for field in definition.stored():
        if field.name not in values and field.default is not None:
            values[field.name] = int(field.default) if isinstance(field.default, bool) else field.default
    # What the server works out is filled in; what the caller gave stays, and broken rules do not matter here.
    draft = Draft(state, definition, DmlOptions(), None)
    draft.values = dict(values)
    derive(draft)
    values.update({name: value for name, value in draft.values.items() if values.get(name) is None})


def dump(state: OrgState, object_name: str) -> list[Record]:
    """Every record of an object, unseen and deleted ones too, as JSON values."""
    definition = state.definition(object_name)
    fields = [field for field in definition.fields.values() if field.stored]
    return [_shown(fields, row) for row in state.database.select(definition.name, "1 = 1")]


def _shown(fields: Sequence[FieldDef], row: Row) -> Record:
    values: Iterator[tuple[str, Any]] = (
        (field.name, bool(row[field.name]) if field.type == "boolean" else row[field.name]) for field in fields
    )
    return {"Id": row["Id"], "IsDeleted": bool(row["IsDeleted"]), **dict(values)}
