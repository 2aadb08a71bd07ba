"""Saving lists of records: partial success or all or none, updates, upserts, deletes."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from connector.sandbox.salesforce.database import same_text
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_state import OrgState, RowRefused
from connector.sandbox.salesforce.org_types import ApiError, DmlOptions, RowError, SaveResult
from connector.sandbox.salesforce.records_delete import delete_one, undelete_one
from connector.sandbox.salesforce.records_save import create_one, find_row, update_one
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef

MAX_RECORDS = 200
_ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)

Save = Callable[[], SaveResult]
Fields = Mapping[str, Any]


class _AllUndone(Exception):
    """Raised to undo a whole list; carries the results to answer."""

    def __init__(self, results: list[SaveResult]) -> None:
        super().__init__("all or none")
        self.results = results


def create(state: OrgState, object_name: str, records: Sequence[Fields], options: DmlOptions) -> list[SaveResult]:
    """Insert records, one result each."""
    definition = state.definition(object_name)
    return _save_all(state, [_saving(_creator(state, definition, record, options)) for record in records], options)


def update(state: OrgState, object_name: str, records: Sequence[Fields], options: DmlOptions) -> list[SaveResult]:
    """Change records, one result each; an id given twice is refused the second time."""
    definition = state.definition(object_name)
    seen: set[str] = set()
    saves: list[Save] = []
    for record in records:
        record_id = to_eighteen(_value(record, "id"))
        if record_id is not None and record_id in seen:
            saves.append(_refusal("DUPLICATE_VALUE", f"duplicate id in list: {record_id}", record_id))
            continue
        seen.add(record_id or "")
        saves.append(_saving(_updater(state, definition, record, options)))
    return _save_all(state, saves, options)


def upsert(
    state: OrgState,
    object_name: str,
    field: str,
    records: Sequence[Fields],
    options: DmlOptions,
    update_only: bool,
) -> list[SaveResult]:
    """Create or update by a key field that each record carries."""
    definition = state.definition(object_name)
    key = key_field(definition, field)
    values = [_value(record, key.name) for record in records]
    times = Counter(_folded(value) for value in values)
    saves: list[Save] = []
    for record, value in zip(records, values, strict=True):
        if value is None or value == "":
            saves.append(_refusal("MISSING_ARGUMENT", f"{key.name} not specified"))
        elif times[_folded(value)] > 1:
            saves.append(_refusal("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", None, key.name))
        else:
            saves.append(_upserter(state, definition, key, record, options, update_only))
    return _save_all(state, saves, options)


def delete(state: OrgState, ids: Sequence[str], options: DmlOptions) -> list[SaveResult]:
    """Delete records of any objects."""
    _check_size(ids)
    return _save_all(state, [_saving(_bind(delete_one, state, item), item) for item in ids], options)


def undelete(state: OrgState, ids: Sequence[str]) -> list[SaveResult]:
    """Restore records of any objects."""
    _check_size(ids)
    return _save_all(state, [_saving(_bind(undelete_one, state, item), item) for item in ids], DmlOptions())


def key_field(definition: ObjectDef, name: str) -> FieldDef:
    """The field that an upsert goes by. ApiError NOT_FOUND (404) unless it is an external id or a look-up id."""
    found = definition.find(name)
    if found is None or not (found.external_id or found.id_lookup):
        text = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError("NOT_FOUND", text, 404)
    return found


def find_by_key(state: OrgState, definition: ObjectDef, key: FieldDef, value: object) -> list[str]:
    """Ids of the live records whose key field holds a value, without regard to case unless the field has it."""
    if key.name == "Id":
        found = state.read(definition, str(value))
        return [str(found["Id"])] if found is not None and not found["IsDeleted"] else []
    test, wanted = same_text(key.name, str(value), key.case_sensitive)
    return [str(row["Id"]) for row in state.live(definition.name, test, (wanted,))]


def _upserter(
    state: OrgState, definition: ObjectDef, key: FieldDef, record: Fields, options: DmlOptions, update_only: bool
) -> Save:
    def save() -> SaveResult:
        value = _value(record, key.name)
        found = find_by_key(state, definition, key, value)
        if len(found) > 1:
            ids = ", ".join(item[:15] for item in found)
            text = f"{key.name}: more than one record found for external id field: [{ids}]"
            raise RowRefused(RowError("DUPLICATE_EXTERNAL_ID", text, (key.name,)))
        rest = {name: item for name, item in record.items() if name.lower() != "id"}
        if found:
            rest = {name: item for name, item in rest.items() if name.lower() != key.name.lower()}
            return SaveResult(update_one(state, definition, {**rest, "Id": found[0]}, options), True, (), False)
        if key.name == "Id":
            find_row(state, definition, value)
        if update_only:
            raise RowRefused(RowError("NOT_FOUND", "The requested resource does not exist"))
        return SaveResult(create_one(state, definition, rest, options), True, (), True)

    return save


def _creator(state: OrgState, definition: ObjectDef, record: Fields, options: DmlOptions) -> Callable[[], str]:
    return lambda: create_one(state, definition, record, options)


def _updater(state: OrgState, definition: ObjectDef, record: Fields, options: DmlOptions) -> Callable[[], str]:
    return lambda: update_one(state, definition, record, options)


def _bind(act: Callable[[OrgState, str], str], state: OrgState, record_id: str) -> Callable[[], str]:
    return lambda: act(state, record_id)


def _saving(act: Callable[[], str], given: str | None = None) -> Save:
    """A save whose result carries the id that the act answers."""

    def save() -> SaveResult:
        try:
            return SaveResult(act(), True)
        except RowRefused as refused:
            refused.given = to_eighteen(given) or given
            raise

    return save


def _refusal(code: str, message: str, record_id: str | None = None, *fields: str) -> Save:
    def save() -> SaveResult:
        return SaveResult(record_id, False, (RowError(code, message, fields),))

    return save


def _save_all(state: OrgState, saves: Iterable[Save], options: DmlOptions) -> list[SaveResult]:
    """Run every save in a transaction of its own, or undo all of them when one fails."""
    try:
        with state.transaction():
            results = [_save_one(state, save) for save in saves]
            if options.all_or_none and not all(result.success for result in results):
                raise _AllUndone([_undone(result) for result in results])
    except _AllUndone as undone:
        return undone.results
    return results


def _save_one(state: OrgState, save: Save) -> SaveResult:
    try:
        with state.transaction():
            return save()
    except RowRefused as refused:
        return SaveResult(refused.given, False, refused.errors)


def _undone(result: SaveResult) -> SaveResult:
    return SaveResult(None, False, (_ROLLED_BACK,)) if result.success else result


def _check_size(ids: Sequence[str]) -> None:
    if len(ids) > MAX_RECORDS:
        raise ApiError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MAX_RECORDS} records")


def _value(record: Fields, name: str) -> Any:
    wanted = name.lower()
    return next((value for key, value in record.items() if key.lower() == wanted), None)


def _folded(value: object) -> str:
    return str(value).lower()
