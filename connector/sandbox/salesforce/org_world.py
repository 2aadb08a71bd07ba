"""Setting up the org from a world file, and finding it again after a restart.

The `salesforce` part of a world may hold `fields` (custom fields by object), `settings` (the names in
`OrgSettings`), `duplicate_rules` and `records` (rows by object; given statuses or stages replace the factory's).
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any

from connector.sandbox.salesforce.duplicates import read_rules
from connector.sandbox.salesforce.ids import record_id
from connector.sandbox.salesforce.org_fields import alter_field, declare_field, drop_field
from connector.sandbox.salesforce.org_load import dump, load
from connector.sandbox.salesforce.org_seed import follow_picklists, seeds
from connector.sandbox.salesforce.org_state import OrgState, random_org_id
from connector.sandbox.salesforce.org_types import ApiError, AssignmentRule, OrgSettings
from connector.sandbox.salesforce.schema_setup import standard_schema
from connector.sandbox.sqlfile import quoted

_REPLACEABLE = ("LeadStatus", "OpportunityStage")
_SECTIONS = frozenset({"fields", "settings", "duplicate_rules", "records"})


def open_org(state: OrgState, base: OrgSettings) -> None:
    """Take up what the file holds, or make a new, empty org in it."""
    known = state.database.read_meta("org_id")
    if known is None:
        with state.transaction():
            state.org_id = random_org_id()
            state.database.write_meta("org_id", state.org_id)
            reset(state, base, {})
        return
    state.org_id = known
    state.next_number = state.database.read_meta("next_number", 0)
    state.settings = read_settings(base, state.database.read_meta("settings", {}))
    state.duplicate_rules = read_rules(state.database.read_meta("duplicate_rules", []))
    state.database.prepare(state.schema)
    follow_picklists(state, {name: dump(state, name) for name in _REPLACEABLE})
    for action, object_name, argument in state.database.read_meta("field_changes", []):
        _apply(state, action, object_name, argument)


def reset(state: OrgState, base: OrgSettings, world: Mapping[str, Any]) -> None:
    """Clear everything but the org's identity and set up the world. ApiError for a world that cannot be read."""
    section = world.get("salesforce") or {}
    unknown = sorted(set(section) - _SECTIONS)
    if unknown:
        raise ApiError("INVALID_FIELD", f"unknown part of a salesforce world: {', '.join(unknown)}")
    before = (state.settings, state.duplicate_rules, state.schema)
    try:
        with state.transaction():
            _rebuild(state, base, section)
    except BaseException:
        state.settings, state.duplicate_rules, state.schema = before
        raise


def _rebuild(state: OrgState, base: OrgSettings, section: Mapping[str, Any]) -> None:
    """Drop every table and make the world anew, inside the caller's transaction."""
    state.settings = read_settings(base, section.get("settings") or {})
    state.duplicate_rules = read_rules(section.get("duplicate_rules") or [])
    state.row_locks.clear()
    state.database.write_meta("settings", section.get("settings") or {})
    state.database.write_meta("duplicate_rules", section.get("duplicate_rules") or [])
    fields = [
        ["declare", name, dict(definition)]
        for name, made in (section.get("fields") or {}).items()
        for definition in made
    ]
    if fields == state.database.read_meta("field_changes", None):
        for definition in state.schema:
            state.database.run(f"DELETE FROM {quoted(definition.name)}")  # noqa: S608 - a name of the schema
    else:
        _build_tables(state, fields)
    _seed(state, section.get("records") or {})


def _build_tables(state: OrgState, fields: Sequence[Sequence[Any]]) -> None:
    """Make the standard tables anew, with the custom *fields* of a world."""
    for definition in state.schema:
        state.database.run(f"DROP TABLE IF EXISTS {quoted(definition.name)}")
    state.schema = standard_schema()
    state.database.prepare(state.schema)
    state.database.write_meta("field_changes", [])
    for change in fields:
        change_field(state, *change)


def add_duplicate_rules(state: OrgState, definitions: Sequence[Mapping[str, Any]]) -> None:
    """Put further duplicate rules in force, as a world's `duplicate_rules` writes them."""
    every = [*state.database.read_meta("duplicate_rules", []), *(dict(item) for item in definitions)]
    with state.transaction():
        state.duplicate_rules = read_rules(every)
        state.database.write_meta("duplicate_rules", every)


def _seed(state: OrgState, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    kept = {name: rows for name, rows in seeds(state).items() if name not in _REPLACEABLE or name not in records}
    load(state, kept)
    load(state, records)
    follow_picklists(state, {name: dump(state, name) for name in _REPLACEABLE})


def change_field(state: OrgState, action: str, object_name: str, argument: Mapping[str, Any]) -> None:
    """Declare, drop or alter a field and remember it for the next start."""
    _apply(state, action, object_name, argument)
    changes = state.database.read_meta("field_changes", [])
    state.database.write_meta("field_changes", [*changes, [action, object_name, dict(argument)]])


def _apply(state: OrgState, action: str, object_name: str, argument: Mapping[str, Any]) -> None:
    if action == "declare":
        declare_field(state, object_name, argument)
    elif action == "drop":
        drop_field(state, object_name, str(argument["name"]))
    else:
        changes = {key: value for key, value in argument.items() if key != "name"}
        alter_field(state, object_name, str(argument["name"]), changes)


def read_settings(base: OrgSettings, given: Mapping[str, Any]) -> OrgSettings:
    """Switches of a world over the ones the org was opened with. ApiError INVALID_FIELD for unknown names."""
    unknown = sorted(set(given) - {item.name for item in dataclass_fields(OrgSettings)})
    if unknown:
        raise ApiError("INVALID_FIELD", f"unknown setting: {', '.join(unknown)}")
    values = dict(given)
    if "assignment_rules" in values:
        rules = values["assignment_rules"]
        values["assignment_rules"] = tuple(_rule(item, number) for number, item in enumerate(rules))
    if "lead_field_mapping" in values:
        mapping = values["lead_field_mapping"].items()
        values["lead_field_mapping"] = {
            name: (targets,) if isinstance(targets, str) else tuple(targets) for name, targets in mapping
        }
    return replace(base, **values)


def _rule(item: Mapping[str, Any], number: int) -> AssignmentRule:
    """A rule of a world file: `object`, `active`, optional `id`, `entries` of `when` and `owner`."""
    entries = tuple((dict(entry.get("when") or {}), str(entry["owner"])) for entry in item["entries"])
    identifier = str(item.get("id") or record_id("01Q", number))
    return AssignmentRule(identifier, str(item.get("object", "Lead")), bool(item.get("active", True)), entries)
