"""The rows of a points table as rules of the policy: names, sentences and conditions that people read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.model.records import Scalar
from connector.policy.calibration.bins import Bin
from connector.policy.calibration.columns import Column, ColumnKind, History, slug
from connector.policy.calibration.table import PointsTable

_NAME = 60
_NAMED = 3  # values that a sentence and a name spell out
_LONG = 40


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: *when* is the condition as the policy writes it, *leads* and *won* what the history has of it."""

    name: str
    says: str
    points: int
    when: Mapping[str, Any]
    column: str
    leads: int
    won: int


def rules_of(table: PointsTable, history: History) -> list[Rule]:
    """The table as rules, in its order; no name twice."""
    found: list[Rule] = []
    taken: set[str] = set()
    for one, points in zip(table.bins, table.points, strict=True):
        column = table.columns[one.column]
        holds = one.holds(column)
        leads, won = int(holds.sum()), int(history.outcomes[holds].sum())
        name = _free(_name(one, column), taken)
        taken.add(name)
        told = f"{column.name[:120]} {_words(one, column)}: of {leads} such leads {won} were won ({won / leads:.0%})."
        found.append(Rule(name, _squeezed(told), points, condition(one, column), column.name, leads, won))
    return found


def condition(one: Bin, column: Column) -> dict[str, Any]:
    """The condition as structured data; ranges of numbers that are not whole leave no gap and do not overlap."""
    field = column.field
    if one.empty:
        return {"field": field, "empty": True}
    if column.kind is ColumnKind.PRESENCE:
        return {"field": field, "not_empty": True}
    if one.codes:
        values = [column.levels[code] for code in one.codes]
        return {"field": field, "in": values}
    if column.whole:
        return {"field": field, **_whole(one)}
    parts = [{"field": field, "at_least": one.low}] if one.low > -math.inf else []
    if one.high == math.inf:
        return parts[0] if parts else {"field": field, "not_empty": True}
    upper: dict[str, Any] = {"field": field, "at_most": one.high}
    return {"all": [*parts, upper, {"not": {"field": field, "at_least": one.high}}]}


def _whole(one: Bin) -> dict[str, Any]:
    low = math.ceil(one.low) if one.low > -math.inf else None
    high = math.ceil(one.high) - 1 if one.high < math.inf else None
    if low is None and high is None:
        return {"not_empty": True}
    if low is None or high is None:
        return {"at_most": high} if low is None else {"at_least": low}
    return {"between": [low, high]}


def _words(one: Bin, column: Column) -> str:
    if one.empty:
        return "is empty"
    if column.kind is ColumnKind.PRESENCE:
        return "is filled"
    if one.codes:
        values = [_value(column.levels[code]) for code in one.codes]
        shown, more = values[:_NAMED], len(values) - _NAMED
        return f"is {', '.join(shown)} or {more} others" if more > 0 else f"is {_or(shown)}"
    return f"is {_range(one, column.whole)}"


def _range(one: Bin, whole: bool) -> str:
    low, high = _number(one.low), _number(math.ceil(one.high) - 1 if whole and one.high < math.inf else one.high)
    if one.high == math.inf:
        return f"{low} or more" if one.low > -math.inf else "a number"
    if one.low == -math.inf:
        return f"{high} or less" if whole else f"below {high}"
    if whole:
        return low if low == high else f"{low} to {high}"
    return f"{low} or more and below {high}"


def _or(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"


def _value(value: Scalar) -> str:
    text = "yes" if value is True else "no" if value is False else str(value)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _number(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:g}"


def _squeezed(text: str) -> str:
    bare = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(bare.split())[:300]


def _name(one: Bin, column: Column) -> str:
    base = column.field.removeprefix("x_").replace("_", "-")
    name = "-".join([base[:34].strip("-"), *_parts(one, column)])
    name = re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-")
    return name if name[:1].isalpha() else f"n-{name}"


def _parts(one: Bin, column: Column) -> Iterator[str]:
    if one.empty:
        yield "empty"
    elif column.kind is ColumnKind.PRESENCE:
        yield "filled"
    elif one.codes:
        yield slug(str(column.levels[one.codes[0]])).replace("_", "-")
        if len(one.codes) > 1:
            yield f"and-{len(one.codes) - 1}"
    else:
        if one.low > -math.inf:
            yield f"from-{_number(one.low)}"
        if one.high < math.inf:
            yield f"below-{_number(one.high)}"


def _free(name: str, taken: set[str]) -> str:
    name = name[:_NAME].rstrip("-")
    count, tried = 1, name
    while tried in taken:
        count += 1
        tried = f"{name[: _NAME - len(str(count)) - 1]}-{count}"
    return tried
