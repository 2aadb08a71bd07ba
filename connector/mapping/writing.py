"""From canonical values to what is sent into the CRM."""

from __future__ import annotations

from dataclasses import dataclass

from connector.mapping.compiled import Field, ObjectMapping
from connector.mapping.shapes import family
from connector.mapping.text_steps import as_text
from connector.model.progress import FieldShape, ObjectShape, Problem
from connector.model.records import Scalar, Values


@dataclass(frozen=True, slots=True)
class Payload:
    """Native fields to send, and what keeps others from being sent.

    *doubts*: words of ours that the CRM has none for, in fields that it can do without. They are left out, and a
    person is asked.
    """

    fields: Values
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()


class _Stop(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Doubt(_Stop):
    """A word that the CRM does not know."""


def payload(values: Values, mapping: ObjectMapping, shape: ObjectShape | None, creating: bool) -> Payload:
    """Native fields for canonical *values*, as the CRM of *shape* takes them; all problems at once.

    Left out: fields that the mapping only reads or does not know, optional fields that the CRM lacks, fields
    that cannot be created (or updated), and on creation empty values. An empty value on an update clears the field.
    """
    native: dict[str, Scalar] = {}
    problems: list[Problem] = []
    doubts: list[Problem] = []
    for name, value in values.items():
        field = mapping.writing.get(name)
        if field is None:
            continue
        try:
            described = _described(field, mapping, shape)
            if _sendable(described, shape, creating, value):
                sent = _shaped(field, _undone(field, value, described), described)
                if not (creating and sent is None):
                    native[field.target] = sent
        except _Stop as stop:
            noted = doubts if isinstance(stop, _Doubt) and not field.rule.required else problems
            noted.append(Problem(name, field.place, stop.code, str(stop)))
    return Payload(native, tuple(problems), tuple(doubts))


def _described(field: Field, mapping: ObjectMapping, shape: ObjectShape | None) -> FieldShape | None:
    described = shape.fields.get(field.target) if shape else None
    if shape and not described and not field.sources[0].optional:
        raise _Stop("missing-field", f"{mapping.object} has no field {field.target}: add it, or mark it optional")
    return described


def _sendable(described: FieldShape | None, shape: ObjectShape | None, creating: bool, value: Scalar) -> bool:
    if creating and (value is None or value == ""):
        return False
    if shape is None:
        return True
    return described is not None and (described.createable if creating else described.updateable)


def _undone(field: Field, value: Scalar, described: FieldShape | None) -> Scalar:
    """Our value in the CRM's words."""
    if value is None or value == "":
        return None
    value = _worded(field, value, described)
    if value is None:
        return None
    for undo in field.undo:
        if undo is None:
            raise _Stop("read-only", f"{field.name} cannot be written back: say `direction: read`")
        try:
            value = undo(value, "")
        except ValueError:
            raise _Stop("unreadable", f"{field.name} cannot be written in the CRM's format") from None
    return value


def _worded(field: Field, value: Scalar, described: FieldShape | None) -> Scalar:
    """Our word as the table reads backwards, as the CRM's own picklist has it, or as the mapping says it is written."""
    if value in field.back:
        return field.back[value]
    if described and value in described.values:
        return value
    if value in field.instead:
        return field.instead[value]
    if field.rule.values:
        words = f"no word of the CRM stands for `{value}`"
        raise _Doubt("unknown-value", f"{words}: add it to `values` or `written_as` of {field.name}")
    return value


def _shaped(field: Field, value: Scalar, described: FieldShape | None) -> Scalar:
    """Fit a value to the type, the length and the picklist that the CRM describes."""
    if not described:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and family(described.type) == "text":
        value = as_text(value)
    if not isinstance(value, str):
        return value
    if described.restricted and described.values and value not in described.values:
        words = f"`{value}` is not a value of {described.name}"
        raise _Doubt("not-in-picklist", f"{words}: add it to `written_as` of {field.name}, with the CRM's word for it")
    if not described.length or len(value) <= described.length:
        return value
    if not field.rule.cut:
        sizes = f"{len(value)} characters do not fit into {described.name} ({described.length})"
        mended = (
            "let it hold 255: a key is never cut" if field.name == "external_key" else "shorten it, or say `cut: true`"
        )
        raise _Stop("too-long", f"{sizes}: {mended}")
    return _cut(value, described.length)


def _cut(text: str, length: int) -> str:
    """The beginning of *text* that fits, ended at a word where that loses less than half of it."""
    head = text[:length]
    at = length if text[length].isspace() else max(head.rfind(" "), head.rfind("\n"))
    return (head[:at] if at * 2 >= length else head).rstrip()
