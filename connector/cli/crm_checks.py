"""What ``connector doctor`` asks a CRM: who answers, what its objects hold, and what it lacks for our work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from connector.config import Config, CrmConnection, SalesforceConnection, SugarConnection
from connector.errors import ConfigError, Refused
from connector.mapping import ActivityObject, MappingSet, ObjectMapping, payload
from connector.model.progress import FieldShape, ObjectShape
from connector.model.records import Kind
from connector.ports import Target
from connector.wiring import House, RuleFiles, read_rules

_RIGHTS = "give the login's user Read on it, in Salesforce"
_METADATA = "connector init --salesforce-metadata DIR"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``ok``, ``warn`` or ``fail``, what was found, the next step, and the exit code."""

    name: str
    level: str
    detail: str
    next_step: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class _Use:
    """How routes use a connection: the mappings of one folder, what of them, and whether leads are converted there."""

    mappings: MappingSet
    kinds: frozenset[Kind]
    converts: bool


def crm_checks(house: House, name: str, settings: CrmConnection) -> Iterator[Check]:
    """Everything about one CRM; holds the connection to the org that answers. Raises what the CRM raises."""
    system = cast(Target, house.system(name))
    identity = system.identity()
    house.store.runs.pin(name, identity.org_id, house.config.connections)
    kind = "sandbox" if identity.is_test else "production"
    yield Check(name, "ok", f"logged in to {identity.name or identity.org_id} ({kind}, org {identity.org_id})")
    uses = _uses(house.config, name)
    mappings = {each: None for use in uses for each in _objects(use, settings.type)}
    objects = list(dict.fromkeys(mapping.object for mapping in mappings))
    told = _activities(uses, settings.type)
    shapes = system.describe([*objects, *told])
    for object_name in objects:
        own = [mapping for mapping in mappings if mapping.object == object_name]
        yield from _object(f"{name} {object_name}", own, shapes.get(object_name), settings)
    for each in told.values():
        yield from _signals(name, each, shapes.get(each.name))
    for use in uses:
        yield from _terms(name, use, system, shapes, settings.type)
    for short in system.shortcomings(objects):
        yield _failing(name, short.what, short.fix) if short.fatal else Check(name, "warn", short.what, short.fix)
    budget = system.budget()
    if budget is not None:
        yield Check(f"{name} API calls", "ok", f"{budget.used} of {budget.limit} used")


def _uses(config: Config, name: str) -> list[_Use]:
    """The connection as its routes use it, every mapping folder once."""
    found: dict[RuleFiles, _Use] = {}
    for route_name, route in config.routes.items():
        if name not in (route.source, route.target):
            continue
        files = RuleFiles.of_route(config, route)
        known = found.get(files)
        mappings = known.mappings if known else read_rules(config, route).mappings
        kinds = _kinds(config, route_name, name) | (known.kinds if known else frozenset())
        found[files] = _Use(mappings, kinds, route.target == name or (known is not None and known.converts))
    return list(found.values())


def _kinds(config: Config, route: str, name: str) -> frozenset[Kind]:
    """What a route needs of a connection: of a lead's own CRM leads alone, unless records are made there too."""
    all_kinds = config.route(route).target == name or config.push_back(route) == "records"
    return frozenset(Kind) if all_kinds else frozenset({Kind.LEAD})


def _objects(use: _Use, system: str) -> list[ObjectMapping]:
    """The mappings that are there and needed; what a route misses is told with its files."""
    there = use.mappings.mappings
    return [mapping for kind in Kind if kind in use.kinds and (mapping := there.get((system, kind)))]


def _activities(uses: list[_Use], system: str) -> dict[str, ActivityObject]:
    """The objects that tell of activities, by name."""
    mapped = (use.mappings.activities.get(system) for use in uses)
    return {name: each for mapping in mapped if mapping for name, each in mapping.objects.items()}


def _signals(name: str, wanted: ActivityObject, shape: ObjectShape | None) -> Iterator[Check]:
    """Whether one object can tell of activities; where it cannot, leads are decided without what it tells."""
    lack = "the login may not see this object" if shape is None else wanted.missing(shape)
    if lack:
        fix = f"give the login's user Read on it, or take {wanted.name} out of activities.yaml"
        yield Check(f"{name} {wanted.name}", "warn", f"{lack}; what it tells of activities is left out", fix)
    elif shape is not None:
        yield Check(f"{name} {wanted.name}", "ok", f"{len(wanted.asked(shape))} fields tell of activities")


def _failing(name: str, detail: str, next_step: str) -> Check:
    return Check(name, "fail", detail, next_step, ConfigError.exit_code)


def _object(
    label: str, mappings: list[ObjectMapping], shape: ObjectShape | None, settings: CrmConnection
) -> Iterator[Check]:
    """Compare the CRM's own description of one object with every mapping of it, and with the key field."""
    if shape is None:
        if settings.type == "salesforce":  # the others tell it themselves, with the steps
            yield Check(label, "fail", "the login may not see this object", _RIGHTS, Refused.exit_code)
        return
    found = [
        *_failures(label, mappings, shape),
        *_key_failures(label, shape, settings),
        *_other_key(label, mappings, shape, settings),
    ]
    yield from found
    yield from _read_only(label, mappings, shape)
    if not found:
        key = settings.key_field
        place = f", key field {key} in place" if key in shape.fields else ""
        yield Check(label, "ok", f"{len(shape.fields)} fields seen{place}")


def _failures(label: str, mappings: list[ObjectMapping], shape: ObjectShape) -> Iterator[Check]:
    missing = dict.fromkeys(problem for mapping in mappings for problem in mapping.missing(shape))
    for problem in missing:
        yield _failing(label, f"{problem.place}: {problem.message}", "connector mapping lint --online")


def _key_failures(label: str, shape: ObjectShape, settings: CrmConnection) -> Iterator[Check]:
    """Salesforce's key field; what the others lack of theirs they say themselves."""
    if not isinstance(settings, SalesforceConnection):
        return
    key = shape.fields.get(settings.key_field)
    if key is None or not (key.external_id and key.unique):
        yield _failing(label, f"the field {settings.key_field} is missing, or is not a unique external id", _METADATA)


def _other_key(
    label: str, mappings: list[ObjectMapping], shape: ObjectShape, settings: CrmConnection
) -> Iterator[Check]:
    """A mapping that writes our key nowhere, or into another field than the connection looks for it in."""
    key = settings.key_field
    if isinstance(settings, SugarConnection) and not key:
        return
    for mapping in mappings:
        field = mapping.writing.get("external_key")
        if field and field.target != key:
            detail = f"{field.place}: external_key is `{field.target}`, but key_field is `{key}`"
            yield _failing(label, detail, f"write `from: {key}` there, or correct key_field")
        elif field is None and key in shape.fields:
            detail = f"{mapping.path}: external_key is not written, but key_field is `{key}`"
            yield _failing(label, detail, f"add `external_key: {{ from: {key}, optional: true }}` to its fields")


def _read_only(label: str, mappings: list[ObjectMapping], shape: ObjectShape) -> Iterator[Check]:
    """Fields that the mappings write and this login may not: they are left out of what is sent."""
    targets = dict.fromkeys(field.target for mapping in mappings for field in mapping.writing.values())
    closed = [name for name in targets if (found := shape.fields.get(name)) and not _takes(found)]
    if closed:
        what = f"the mapping writes fields that the login may not: {', '.join(closed)}; they are left as they are"
        fix = "let the login's user edit them in the CRM, or say `direction: read` in the mapping"
        yield Check(label, "warn", what, fix)


def _takes(field: FieldShape) -> bool:
    return field.createable or field.updateable


def _terms(name: str, use: _Use, system: Target, shapes: Mapping[str, ObjectShape], folder: str) -> Iterator[Check]:
    """Whether the status that closes a lead, as conversion.yaml has it, is one of this CRM's."""
    if not use.converts:
        return
    status, offered = use.mappings.conversion.converted_status, system.conversion_terms()["converted_statuses"]
    mapping = use.mappings.object_mapping(folder, Kind.LEAD)
    field, shape = mapping.writing.get("status"), shapes.get(mapping.object)
    if field and shape and field.target not in shape.fields:
        return  # that the field is missing is told already
    sent = payload({"status": status}, mapping, shape, creating=False).fields
    native = sent.get(field.target) if field else status
    if offered and native not in offered:
        detail = f"converted_status is `{status}`, and this CRM has {', '.join(f'`{word}`' for word in offered)} for it"
        yield _failing(name, detail, "edit mappings/conversion.yaml (converted_status), or the values of status")
