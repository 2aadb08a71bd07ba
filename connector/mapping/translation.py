"""From a raw row to a canonical record: every value with where it came from, every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from connector.mapping.compiled import ObjectMapping
from connector.mapping.reading import Doubt, Reader, Stop, reader
from connector.model.progress import Problem
from connector.model.records import Provenance, RawRecord, Record, Scalar, Values, digest_of

_Readers: TypeAlias = tuple[tuple[str, str, Reader], ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """The record, or None when *problems* keep it from walking on.

    *doubts*: words that a picklist table does not know. The record lacks those values, and a person is asked.
    """

    record: Record | None
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()


@lru_cache(maxsize=512)
def _readers(mapping: ObjectMapping, headers: tuple[str, ...]) -> _Readers:
    return tuple((field.name, field.place, reader(field)) for field in mapping.bound(headers))


def translate(raw: RawRecord, mapping: ObjectMapping) -> Translation:
    """Read *raw* through *mapping*. A deleted or merged row is read as far as it goes and never refused."""
    fields = raw.fields
    values: dict[str, Scalar] = {}
    provenance: dict[str, Provenance] = {}
    problems: list[Problem] = []
    doubts: list[Problem] = []
    country = ""
    for name, place, read in _readers(mapping, tuple(fields) if mapping.loose else ()):
        try:
            found = read(fields, country)
        except Stop as stop:
            noted = doubts if isinstance(stop, Doubt) else problems
            noted.append(Problem(name, place, stop.code, str(stop)))
            continue
        if found is not None:
            values[name], provenance[name] = found
            if name == "country":
                country = str(values[name])
    if problems and not raw.deleted and raw.merged_into is None:
        return Translation(None, tuple(problems), tuple(doubts))
    record = Record(mapping.kind, raw.ref, values, provenance, raw.modified, raw.deleted, raw.merged_into)
    return Translation(record, doubts=tuple(doubts))


def snapshot(raw: RawRecord, mapping: ObjectMapping) -> Values:
    """The raw fields that count as content: all that the mapping reads, without our own external key."""
    fields = raw.fields
    names = mapping.own_keys(tuple(fields)) if mapping.loose else mapping.kept
    return {name: value for name in names if (value := fields.get(name)) is not None and value != ""}


def fingerprint(raw: RawRecord, mapping: ObjectMapping) -> str:
    """A digest of `snapshot`: it changes when something changed that the mapping reads, and only then."""
    return digest_of(snapshot(raw, mapping))
