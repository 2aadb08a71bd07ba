"""Putting records in as given and taking them out whole, for worlds, tests and side doors."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.sandbox.salesforce import last_activity, stage_history
from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_time import parse_day, parse_moment, stamp_text
from connector.sandbox.salesforce.org_types import ApiError, DmlOptions, Record
from connector.sandbox.salesforce.records_rules import derive
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef
from connector.sandbox.salesforce.validation import Draft

_CHUNK = 1000


def load(state: OrgState, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Record]]:
    """Insert records without any rule; ApiError names what the schema does not know."""
    answer: dict[str, list[Record]] = {}
    with state.transaction():
        for name, rows in records.items():
            loader = _Loader(state, state.definition(name))
            answer[name] = []
            for start in range(0, len(rows), _CHUNK):
                chunk = rows[start : start + _CHUNK]
                prepared = [loader.row(row) for row in chunk]
                _insert(state, loader, prepared)
                answer[name] += [{**given, "Id": new["Id"]} for new, given in zip(prepared, chunk, strict=True)]
        _settle(state, answer)
    return answer


def _settle(state: OrgState, loaded: Mapping[str, Sequence[Record]]) -> None:
    """What follows from loaded rows on others: the first row of a stage history, the days of last activity."""
    told = {to_eighteen(row.get("OpportunityId")) or "" for row in loaded.get(stage_history.HISTORY, ())}
    if told or loaded.get("Opportunity"):
        stage_history.complete(state, sorted(told))
    last_activity.after_load(state, [name for name in last_activity.ACTIVITIES if loaded.get(name)])


class _Loader:
    """Completes the rows of one object; what all of them share is worked out once."""

    def __init__(self, state: OrgState, definition: ObjectDef) -> None:
        self.state = state
        self.definition = definition
        stored = list(definition.stored())
        self.columns = ["Id", "IsDeleted", *(f.name for f in stored if f.name not in ("Id", "IsDeleted"))]
        self._unset = {f.name: 0 for f in stored if f.type == "boolean"}
        self._defaults = {
            f.name: int(f.default) if isinstance(f.default, bool) else f.default
            for f in stored
            if (f.default is not None and f.type != "boolean") or f.default is True
        }

    def row(self, given: Mapping[str, Any]) -> Row:
        """One row with every column: what was given, else what the server would fill in."""
        values: Row = {}
        deleted = False
        for name, value in given.items():
            field = self.definition.fields.get(name.lower())
            if name.lower() == "isdeleted":
                deleted = bool(value)
            elif field is not None and field.stored:
                values[field.name] = _stored(field, value)
            elif name.lower() != "attributes":
                raise ApiError("INVALID_FIELD", f"No such column '{name}' on sobject of type {self.definition.name}")
        self._stamp(values)
        values = {**self._defaults, **values}
        self._derive(values)
        values["Id"] = values.get("Id") or self.state.new_id(self.definition)
        return {**self._unset, **values, "IsDeleted": int(deleted)}

    def _stamp(self, values: Row) -> None:
        """Who and when; a moment that was left out follows the ones given."""
        created = values.get("CreatedDate") or values.get("LastModifiedDate") or values.get("SystemModstamp")
        now = created or self.state.stamp()
        modified = values.get("LastModifiedDate") or values.get("SystemModstamp") or now
        user = self.state.user_id
        filled = {
            "CreatedDate": now,
            "CreatedById": user,
            "LastModifiedDate": modified,
            "LastModifiedById": user,
            "SystemModstamp": modified,
            "OwnerId": user,
        }
        for name, value in filled.items():
            if values.get(name) is None and name.lower() in self.definition.fields:
                values[name] = value

    def _derive(self, values: Row) -> None:
        """Fill in what the server works out; what was given stays, and broken rules do not matter here."""
        draft = Draft(self.state, self.definition, DmlOptions(), None)
        draft.values = dict(values)
        derive(draft)
        values.update({name: value for name, value in draft.values.items() if values.get(name) is None})


def _insert(state: OrgState, loader: _Loader, rows: Sequence[Row]) -> None:
    values = ([row.get(column) for column in loader.columns] for row in rows)
    try:
        state.database.insert_many(loader.definition.name, loader.columns, values)
    except sqlite3.IntegrityError as error:
        text = f"{loader.definition.name}: an Id is given twice or is taken already"
        raise ApiError("DUPLICATE_VALUE", text) from error


def _stored(field: FieldDef, value: Any) -> Any:
    """A value from a world file or a request as the column holds it."""
    if field.type == "boolean":
        return int(bool(value))
    if value is None or value == "":
        return None
    if field.is_id:
        return to_eighteen(str(value)) or str(value)
    if field.type == "datetime":
        moment = parse_moment(str(value))
        day = parse_day(str(value)) if moment is None else None
        if moment is None and day is None:
            raise ApiError("INVALID_FIELD", f"{field.name}: not a date and time: {value}")
        return stamp_text(moment) if moment is not None else f"{day}T00:00:00.000+0000"
    if field.type == "date":
        return str(value)[:10]
    return str(value) if field.is_text else value


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
