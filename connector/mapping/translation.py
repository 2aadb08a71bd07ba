"""From a raw row to a canonical record: every value with where it came from, every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from connector.mapping.compiled import Field, ObjectMapping, fit, table_key
from connector.mapping.text_steps import as_text
from connector.mapping.transforms import Step
from connector.model.progress import Problem
from connector.model.records import Provenance, RawRecord, Record, Scalar, Values, digest_of


@dataclass(frozen=True, slots=True)
class Translation:
    """The record, or None when *problems* keep it from walking on."""

    record: Record | None
    problems: tuple[Problem, ...] = ()


class _Stop(Exception):
    """A value cannot be translated: the code and the words of the problem."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def translate(raw: RawRecord, mapping: ObjectMapping) -> Translation:
    """Read *raw* through *mapping*. A deleted or merged row is read as far as it goes and never refused."""
    values: dict[str, Scalar] = {}
    provenance: dict[str, Provenance] = {}
    problems: list[Problem] = []
    country = ""
    for field in mapping.bound(tuple(raw.fields) if mapping.loose else ()):
        try:
            value, origin = _read(field, raw.fields, country)
        except _Stop as stop:
            problems.append(Problem(field.name, field.place, stop.code, str(stop)))
            continue
        if value is None or value == "":
            continue
        values[field.name] = value
        provenance[field.name] = origin
        if field.name == "country":
            country = str(value)
    gone = raw.deleted or raw.merged_into is not None
    if problems and not gone:
        return Translation(None, tuple(problems))
    return Translation(
        Record(mapping.kind, raw.ref, values, provenance, raw.modified, raw.deleted, raw.merged_into), ()
    )


def _read(field: Field, fields: Values, country: str) -> tuple[Scalar, Provenance]:
    value, raw, looked, used = _found(field, fields, country)
    applied = (*used, *field.transforms) if value is not None else ()
    if value is not None:
        value = _stepped(field.steps, value, country)
    value = _worded(field, value)
    if value is None or value == "":
        if field.rule.required:
            raise _Stop("required", _required(field))
        return None, _NOWHERE
    try:
        value = fit(value, field.type)
    except ValueError as error:
        raise _Stop("wrong-type", str(error)) from None
    return value, Provenance(looked, raw, applied, field.place)


# Value, raw value, native names looked at, transforms applied so far.
_Finding: TypeAlias = tuple[Scalar, Scalar, tuple[str, ...], tuple[str, ...]]
_NOWHERE = Provenance((), None, (), "")


def _found(field: Field, fields: Values, country: str) -> _Finding:
    """The first value that is not empty (after its source's own transforms), raw, names looked at, transforms."""
    if field.gather:
        return _gathered(field, fields, country)
    looked: list[str] = []
    for source in field.sources:
        for name in source.names:
            looked.append(name)
            raw = fields.get(name)
            if raw is None or raw == "" or (isinstance(raw, str) and not raw.strip()):
                continue
            value = _stepped(source.steps, raw, country) if source.steps else raw
            if value is not None and value != "":
                return value, raw, tuple(looked), source.transforms
    return None, None, tuple(looked), ()


def _gathered(field: Field, fields: Values, country: str) -> _Finding:
    """All values that are not empty, joined by the field's gathering transform."""
    assert field.gather is not None
    looked: list[str] = []
    parts: list[str] = []
    first: Scalar = None
    for source in field.sources:
        for name in source.names:
            looked.append(name)
            raw = fields.get(name)
            text = as_text(_stepped(source.steps, raw, country)).strip()
            if text:
                parts.append(text)
                first = raw if first is None else first
    return (field.gather(parts) if parts else None), first, tuple(looked), ()


def _stepped(steps: tuple[Step, ...], value: Scalar, country: str) -> Scalar:
    if value is None or value == "":
        return None
    try:
        for step in steps:
            value = step(value, country)
            if value is None or value == "":
                return None
    except ValueError as error:
        raise _Stop("unreadable", str(error)) from None
    return value


def _worded(field: Field, value: Scalar) -> Scalar:
    """Apply the picklist table and the default."""
    if field.table:
        key = table_key(value)
        if key in field.table:
            return field.table[key]
        if value is not None and not field.rule.has_default:
            raise _Stop("unknown-value", _unknown(field, value))
        return field.rule.default
    if value is None or value == "":
        return field.rule.default
    return value


def _required(field: Field) -> str:
    names = ", ".join(field.rule.natives()) or "no source"
    return f"{field.name} is empty, and a {field.name} is required: fill it in the CRM or file (read from {names})"


def _unknown(field: Field, value: Scalar) -> str:
    return f"`{value}` is not in the values table of {field.name}: add it there, or give the table a default"


def snapshot(raw: RawRecord, mapping: ObjectMapping) -> Values:
    """The raw fields that count as content: all that the mapping reads, without our own external key."""
    fields = raw.fields
    names = mapping.own_keys(tuple(fields))
    return {name: fields[name] for name in names if fields.get(name) is not None and fields[name] != ""}


def fingerprint(raw: RawRecord, mapping: ObjectMapping) -> str:
    """A digest of `snapshot`: it changes when something changed that the mapping reads, and only then."""
    return digest_of(dict(snapshot(raw, mapping)))
