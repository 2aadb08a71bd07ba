"""For a comparison of a rulebook: the value of its field that would make it hold, or not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.model.fields import FieldType
from connector.model.records import Scalar, iso
from connector.policy.conditions import Test
from connector.policy.facts import Fact, later, type_of
from connector.policy.operators import number

OTHER = "Something Else"
"""A text that no comparison of a policy names."""

_SOME: Mapping[FieldType, Scalar] = {
    FieldType.FLAG: True,
    FieldType.NUMBER: 1,
    FieldType.DATE: "2000-01-01",
    FieldType.EMAIL: "somebody@company.example",
    FieldType.URL: "company.example",
}


@dataclass(frozen=True, slots=True)
class Witness:
    """A value that settles a comparison; *value* None stands for an empty field."""

    value: Scalar


def witness(test: Test, holds: bool, now: Fact, as_of: datetime, lists: Mapping[str, Sequence[str]]) -> Witness | None:
    """The value nearest to *now* that makes *test* hold or fail as of *as_of*; None where no value does."""
    if test.operator in ("empty", "not_empty"):
        return _some(test.field, as_of) if (test.operator == "not_empty") is holds else Witness(None)
    if test.operator in ("is_not", "not_in"):
        return Witness(None) if holds else _first(test.value)
    if test.operator in ("older_than_days", "within_days"):
        return _moved(test, holds, as_of)
    if not holds:
        return _outside(test, now)
    if test.operator in ("at_least", "at_most", "between"):
        return _inside(test, now)
    if test.operator in ("in_list", "word_in_list"):
        return _first(list(lists.get(test.value, ())))
    return _first(test.value)


def _first(value: object) -> Witness | None:
    item = (value[0] if value else None) if isinstance(value, list) else value
    return Witness(item) if isinstance(item, str | int | float | bool) else None


def _some(field: str, as_of: datetime) -> Witness:
    kind = type_of(field) or FieldType.TEXT
    return Witness(iso(as_of) if kind is FieldType.INSTANT else _SOME.get(kind, "something"))


def _moved(test: Test, holds: bool, as_of: datetime) -> Witness | None:
    """Now is within any number of days; a second more than that many days ago is older."""
    if (test.operator == "within_days") is holds:
        return Witness(iso(as_of))
    before = later(as_of, -timedelta(days=float(test.value), seconds=1))
    return Witness(iso(before)) if before else None


def _inside(test: Test, now: Fact) -> Witness:
    low, high = test.value if test.operator == "between" else (test.value, test.value)
    known = number(now)
    return Witness(low if known is None or known < low else high)


def _outside(test: Test, now: Fact) -> Witness:
    """A text may be another one, a number one beyond; an empty field fails every comparison that asks for something."""
    if test.operator == "at_least" and number(now) is not None:
        return Witness(test.value - 1)
    if test.operator == "at_most" and number(now) is not None:
        return Witness(test.value + 1)
    return Witness(OTHER if type_of(test.field) is FieldType.TEXT else None)
