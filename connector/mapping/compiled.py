"""A mapping made ready to run: every field as a short list of functions, worked out once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from connector.mapping.grammar import FieldRule, MappingFile
from connector.mapping.transforms import USUAL, Gather, Step, Transform, named
from connector.model.document import Document
from connector.model.fields import FieldType, field_spec
from connector.model.progress import ObjectShape, Problem
from connector.model.records import Kind, Scalar

LOOSE_SYSTEM = "csv"
_TEXTS = (FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.COUNTRY)


@lru_cache(maxsize=1 << 14)
def header_key(header: str) -> str:
    """A CSV header without case, spaces and punctuation: 'E-mail Address' -> 'emailaddress'."""
    return "".join(char for char in header.casefold() if char.isalnum())


@dataclass(frozen=True, slots=True)
class Source:
    """Native names to look at, in order, and what is done with the value found there."""

    names: tuple[str, ...]
    steps: tuple[Step, ...]
    transforms: tuple[str, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical field ready to be read and written.

    *table* is the picklist (the CRM's word, folded -> ours), *back* the way into the CRM (ours -> its word),
    *instead* its word for those that have no way back. *target* is the native field that is written, '' when the
    field is only read.
    """

    name: str
    type: FieldType
    rule: FieldRule
    place: str
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]
    transforms: tuple[str, ...]
    gather: Gather | None
    undo: tuple[Step | None, ...]
    table: Mapping[str, Scalar]
    back: Mapping[Scalar, Scalar]
    instead: Mapping[Scalar, Scalar]
    target: str

    @property
    def reads(self) -> bool:
        """Whether the field is read from the CRM."""
        return self.rule.reads


def table_key(word: Scalar) -> str:
    """How a picklist word is looked up: letter case and spaces around it do not matter."""
    if isinstance(word, bool):
        return "true" if word else "false"
    return "" if word is None else str(word).strip().casefold()


def compile_field(name: str, rule: FieldRule, kind: Kind, document: Document) -> Field:
    """Work out one field; names and transforms have been checked before."""
    spec = field_spec(kind, name)
    type_ = spec.type if spec else FieldType.TEXT
    usual = () if rule.values and type_ not in _TEXTS else USUAL[type_]
    chain = [named(word) for word in (usual if rule.transforms is None else rule.transforms)]
    sources = tuple(_source(rule, index) for index in range(len(rule.sources)))
    own = [named(word) for word in rule.sources[0].transforms] if rule.sources else []
    return Field(
        name=name,
        type=type_,
        rule=rule,
        place=document.where(("fields", name)),
        sources=sources,
        steps=tuple(t.step for t in chain if not t.gather),
        transforms=tuple(t.name for t in chain),
        gather=next((t.gather for t in chain if t.gather), None),
        undo=_way_back([*own, *chain]),
        table={table_key(word): value for word, value in rule.values.items()},
        back=_back(rule),
        instead=dict(rule.written_as.items()),
        target=rule.sources[0].field[0] if rule.writes and rule.sources else "",
    )


def _source(rule: FieldRule, index: int) -> Source:
    source = rule.sources[index]
    chain = [named(word) for word in source.transforms]
    names = tuple(source.field)
    return Source(names, tuple(t.step for t in chain), tuple(t.name for t in chain), rule.is_optional(source))


def _way_back(chain: list[Transform]) -> tuple[Step | None, ...]:
    return tuple(transform.undo for transform in reversed(chain))


def _back(rule: FieldRule) -> dict[Scalar, Scalar]:
    found: dict[Scalar, Scalar] = {}
    for word, value in rule.values.items():
        if value is not None:
            found.setdefault(value, word)
    return found


def fit(value: Scalar, type_: FieldType) -> Scalar:
    """Check that *value* is what the canonical type says; raises ValueError, in words for people."""
    if type_ in _TEXTS:
        if isinstance(value, str):
            return value
        raise ValueError("this is no text; add a transform or a values table")
    if type_ is FieldType.FLAG:
        if isinstance(value, bool):
            return value
        raise ValueError("this is neither true nor false; add the transform flag")
    if type_ is FieldType.NUMBER:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return value
        raise ValueError("this is no number; add the transform number")
    if isinstance(value, str):
        return value
    raise ValueError("this is no date; add the transform date or instant")


class ObjectMapping:
    """One object of one CRM, ready to be read into canonical records and written from them."""

    def __init__(self, file: MappingFile, document: Document) -> None:
        """Work out every field of a *file* that has no findings; *document* knows the places."""
        self.system = file.system
        self.kind = file.kind
        self.object = file.object
        self.path = document.path
        self.loose = file.system == LOOSE_SYSTEM
        self.file = file
        self.document = document
        self.fields = {name: compile_field(name, rule, file.kind, document) for name, rule in file.fields.items()}

    def __repr__(self) -> str:
        """Name the mapping by what it maps."""
        return f"ObjectMapping({self.system}/{self.object} as {self.kind.value})"

    @cached_property
    def reading(self) -> tuple[Field, ...]:
        """The fields to read; the country comes first, since phones are told by it."""
        read = [field for field in self.fields.values() if field.reads]
        return tuple(sorted(read, key=lambda field: field.name != "country"))

    @cached_property
    def writing(self) -> Mapping[str, Field]:
        """The fields that may be written, by canonical name."""
        return {name: field for name, field in self.fields.items() if field.target}

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """Native fields whose change makes a record count as changed: all that are read but our own key."""
        own = {name for field in self.reading if field.name == "external_key" for name in field.rule.natives()}
        return tuple(sorted({name for field in self.reading for name in field.rule.natives()} - own))

    def read_fields(self, shape: ObjectShape | None = None) -> tuple[str, ...]:
        """The native fields to ask for; what the shape lacks and the mapping calls optional is left out."""
        wanted = dict.fromkeys(
            name
            for field in self.reading
            for source in field.sources
            for name in source.names
            if shape is None or not source.optional or self._has(shape, name)
        )
        return tuple(wanted)

    def missing(self, shape: ObjectShape) -> tuple[Problem, ...]:
        """The fields that the mapping needs and the CRM does not have; all of them."""
        return tuple(
            Problem(field.name, field.place, "missing-field", _lack(self, names))
            for field in self.fields.values()
            for names in self._lacking(field, shape)
        )

    def _lacking(self, field: Field, shape: ObjectShape) -> Iterable[tuple[str, ...]]:
        """Groups of names of which the CRM has none; in a CSV file only a required field can be missing."""
        if self.loose:
            names = tuple(field.rule.natives())
            needed = field.rule.required and not field.rule.has_default
            return [names] if needed and not any(self._has(shape, name) for name in names) else []
        return [(n,) for s in field.sources if not s.optional for n in s.names if not self._has(shape, n)]

    def _has(self, shape: ObjectShape, name: str) -> bool:
        if not self.loose:
            return name in shape.fields
        return header_key(name) in {header_key(header) for header in shape.fields}

    def bound(self, headers: tuple[str, ...]) -> tuple[Field, ...]:
        """The fields to read, with the file's own headers in place of the spellings that the mapping knows."""
        return _bind(self, headers) if self.loose else self.reading

    def own_keys(self, headers: tuple[str, ...]) -> tuple[str, ...]:
        """The native fields that count as content, under the names that the record uses."""
        if not self.loose:
            return self.kept
        wanted = {header_key(name) for name in self.kept}
        return tuple(header for header in headers if header_key(header) in wanted)


def _lack(mapping: ObjectMapping, names: tuple[str, ...]) -> str:
    if mapping.loose:
        return f"the file has none of the columns {', '.join(names)}"
    return f"{mapping.object} has no field {names[0]}: add it in the CRM, or mark it `optional: true`"


@lru_cache(maxsize=256)
def _bind(mapping: ObjectMapping, headers: tuple[str, ...]) -> tuple[Field, ...]:
    known: dict[str, list[str]] = {}
    for header in headers:
        known.setdefault(header_key(header), []).append(header)
    return tuple(replace(field, sources=tuple(_rename(s, known) for s in field.sources)) for field in mapping.reading)


def _rename(source: Source, known: Mapping[str, list[str]]) -> Source:
    found = [header for name in source.names for header in known.get(header_key(name), ())]
    return replace(source, names=tuple(dict.fromkeys(found)))
