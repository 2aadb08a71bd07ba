"""What the mappings of a project can bring to a policy: fields, and the values of those that have only some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connector.model.progress import ObjectShape
from connector.model.records import Kind

if TYPE_CHECKING:
    from connector.mapping import MappingSet
    from connector.mapping.compiled import Field
    from connector.policy import KnownFields


def known_fields(mappings: MappingSet, shapes: Mapping[str, Mapping[str, ObjectShape]] | None = None) -> KnownFields:
    """Every field that some mapping reads, and all the values that it can have where they can be listed.

    *shapes*: what the CRMs say of their objects, by system and object name, picklists included.
    """
    from connector.policy import KnownFields

    fields: dict[Kind, set[str]] = {}
    values: dict[tuple[Kind, str], set[str] | None] = {}
    for (system, kind), mapping in mappings.mappings.items():
        shape = (shapes or {}).get(system, {}).get(mapping.object)
        for field in mapping.reading:
            fields.setdefault(kind, set()).add(field.name)
            if mapping.loose:
                continue  # a file may hold any word; what the CRMs know is the measure
            mine, others = _listed(field, shape), values.get((kind, field.name), set())
            values[kind, field.name] = None if mine is None or others is None else mine | others
    bounded = {place: frozenset(found) for place, found in values.items() if found}
    return KnownFields({kind: frozenset(names) for kind, names in fields.items()}, bounded)


def _listed(field: Field, shape: ObjectShape | None) -> set[str] | None:
    """All values of a field in one CRM; None where it can have any."""
    if field.table:
        default = field.rule.default if field.rule.has_default else None
        return {str(value) for value in (*field.table.values(), default) if value not in (None, "")}
    if shape is None or any(source.transforms for source in field.sources):
        return None
    found: set[str] = set()
    for name in field.rule.natives():
        native = shape.fields.get(name)
        if native is None:
            continue  # an org without the field brings nothing
        if not native.values:
            return None
        found |= set(native.values)
    return found
