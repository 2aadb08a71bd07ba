"""How one canonical field is read out of a raw row: a function per field, made once and run for every row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeAlias

from connector.mapping.compiled import Field, Source, fit, table_key
from connector.mapping.text_steps import as_text
from connector.mapping.transforms import Step
from connector.model.fields import FieldType
from connector.model.records import Provenance, Scalar, Values

Found: TypeAlias = tuple[Scalar, Provenance]
Reader: TypeAlias = Callable[[Values, str], Found | None]
_PLAIN_KEY = re.compile(r"[A-Za-z][\w./-]*(?: [\w./-]+)*\Z")


class Stop(Exception):
    """A value cannot be translated: the code and the words of the problem."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code; the message is for people and holds no personal data."""
        super().__init__(message)
        self.code = code


class Doubt(Stop):
    """A word that the picklist table does not know: a person is asked, and the record walks on without the value."""


def reader(field: Field) -> Reader:
    """The function that reads *field*: raw fields and the record's country in; value and provenance out, or None.

    It raises Stop when the value cannot be read or a required one is missing.
    """
    if field.gather:
        return _gathering(field)
    names = [name for source in field.sources for name in source.names]
    if len(names) == 1 and not field.table:
        return _single(field, next(source for source in field.sources if source.names))
    return _first_of(field)


def _single(field: Field, source: Source) -> Reader:
    """The usual case, kept lean: one native field, no picklist table."""
    name, names = source.names[0], source.names
    steps = (*source.steps, *field.steps)
    applied = (*source.transforms, *field.transforms)
    nothing, type_, place = _nothing(field, names), field.type, field.place

    def read(fields: Values, country: str) -> Found | None:
        raw = value = fields.get(name)
        if value is None or value == "" or (value.__class__ is str and str(value).isspace()):
            return nothing()
        try:
            for step in steps:
                value = step(value, country)
                if value is None or value == "":
                    return nothing()
        except ValueError as error:
            raise Stop("unreadable", str(error)) from None
        return _fitted(value, type_), Provenance(names, raw, applied, place)

    return read


def _first_of(field: Field) -> Reader:
    """Several native fields: the first that is not empty after its own transforms."""
    tries = tuple((name, source) for source in field.sources for name in source.names)
    names = tuple(name for name, _ in tries)
    nothing, worded = _nothing(field, names), _worded(field)

    def read(fields: Values, country: str) -> Found | None:
        for index, (name, source) in enumerate(tries):
            raw = fields.get(name)
            value = _stepped((*source.steps, *field.steps), raw, country)
            if value is None:
                continue
            told = worded(value)
            if told is None or told == "":
                break
            applied = (*source.transforms, *field.transforms)
            return _fitted(told, field.type), Provenance(names[: index + 1], raw, applied, field.place)
        return nothing()

    return read


def _gathering(field: Field) -> Reader:
    """All native fields that are not empty, joined by the field's gathering transform."""
    assert field.gather is not None
    join = field.gather
    tries = tuple((name, source.steps) for source in field.sources for name in source.names)
    names = tuple(name for name, _ in tries)
    nothing, worded = _nothing(field, names), _worded(field)

    def read(fields: Values, country: str) -> Found | None:
        texts = [as_text(_stepped(steps, fields.get(name), country)).strip() for name, steps in tries]
        parts = [text for text in texts if text]
        value = _stepped(field.steps, join(parts), country) if parts else None
        told = None if value is None else worded(value)
        if told is None or told == "":
            return nothing()
        raw = next(fields[name] for name, text in zip(names, texts, strict=True) if text)
        return _fitted(told, field.type), Provenance(names, raw, field.transforms, field.place)

    return read


def _stepped(steps: tuple[Step, ...], value: Scalar, country: str) -> Scalar:
    if value is None or value == "" or (value.__class__ is str and not str(value).strip()):
        return None
    try:
        for step in steps:
            value = step(value, country)
            if value is None or value == "":
                return None
    except ValueError as error:
        raise Stop("unreadable", str(error)) from None
    return value


def _fitted(value: Scalar, type_: FieldType) -> Scalar:
    try:
        return fit(value, type_)
    except ValueError as error:
        raise Stop("wrong-type", str(error)) from None


def _worded(field: Field) -> Callable[[Scalar], Scalar]:
    """The way through the picklist table; without one the value itself."""
    table, rule = field.table, field.rule
    if not table:
        return lambda value: value

    def worded(value: Scalar) -> Scalar:
        key = table_key(value)
        if key in table:
            return table[key]
        if rule.has_default:
            return rule.default
        words = f"`{value}` is not in the values table of {field.name}"
        refusal = Stop if rule.required else Doubt
        raise refusal("unknown-value", f"{words}: add the line `{_key(value)}: …` there, with our word for it")

    return worded


def _key(value: Scalar) -> str:
    """A word as the key of a YAML table."""
    text = as_text(value)
    return text if _PLAIN_KEY.match(text) else json.dumps(text, ensure_ascii=False)


def _nothing(field: Field, names: tuple[str, ...]) -> Callable[[], Found | None]:
    """What an empty source means: the table's word for it, the default, a problem, or nothing."""
    value = field.table.get("", field.rule.default)
    if value is not None and value != "":
        found = (value, Provenance(names, None, (), field.place))
        return lambda: found
    if not field.rule.required:
        return lambda: None
    natives = field.rule.natives()
    sources = ", ".join(natives[:3]) + (" …" if len(natives) > 3 else "")
    message = f"{field.name} is empty, and it is required: fill it in where the record comes from (read from {sources})"

    def refuse() -> None:
        raise Stop("required", message)

    return refuse
