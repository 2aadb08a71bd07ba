"""Reading records by id, as `GET /sobjects/X/{id}` and the retrieve calls answer them."""

from collections.abc import Sequence

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_types import ApiError, Record
from connector.sandbox.salesforce.query_layout import attributes
from connector.sandbox.salesforce.query_scope import no_such_column
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef


def retrieve(
    state: OrgState, object_name: str, ids: Sequence[str], fields: Sequence[str] | None, version: str
) -> list[Record | None]:
    """Records in the order of the ids, None for those missing, deleted or of another object."""
    definition = state.definition(object_name)
    wanted = [*definition.readable()] if fields is None else [_field(definition, name) for name in fields]
    return [_read(state, definition, record_id, wanted, version) for record_id in ids]


def _field(definition: ObjectDef, name: str) -> FieldDef:
    found = definition.find(name.strip())
    if found is None:
        raise ApiError("INVALID_FIELD", no_such_column(name, definition.name))
    return found


def _read(
    state: OrgState, definition: ObjectDef, record_id: str, wanted: Sequence[FieldDef], version: str
) -> Record | None:
    normal = to_eighteen(record_id)
    row = state.read(definition, normal) if normal is not None and normal[:3] == definition.prefix else None
    if row is None or row["IsDeleted"]:
        return None
    record: Record = {"attributes": attributes(definition.name, row["Id"], version)}
    for field in wanted:
        record[field.name] = _value(definition, field, row)
    return record


def _value(definition: ObjectDef, field: FieldDef, row: Row) -> object:
    if field.type == "address":
        return _address(definition, field, row)
    value = row[field.name]
    return bool(value) if field.type == "boolean" else value


def _address(definition: ObjectDef, field: FieldDef, row: Row) -> Record | None:
    prefix = field.name.removesuffix("Address")
    parts = {part.name.removeprefix(prefix): row[part.name] for part in definition.parts_of(field.name)}
    if all(value is None for value in parts.values()):
        return None
    return {name[0].lower() + name[1:]: parts[name] for name in sorted(parts)}
