"""One field compared with one value: each filter operator as SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from connector.sandbox.sugar.schema import NUMBER_TYPES, FieldDef
from connector.sandbox.sugar.words import Where
from connector.sandbox.sugarcrm.answers import SugarError
from connector.sandbox.sugarcrm.date_ranges import RANGES
from connector.sandbox.sugarcrm.values import day_bounds, day_of, is_day, stored_value

_TIMES = frozenset({"datetime", "datetimecombo"})
_EXACT = NUMBER_TYPES | _TIMES | {"bool", "date", "id", "relate_id"}


@dataclass(frozen=True, slots=True)
class Operand:
    """What stands left of an operator: an SQL expression, the field it stands for, and who asks when."""

    sql: str
    field: FieldDef
    zone: tzinfo
    now: datetime

    @property
    def folded(self) -> str:
        """The expression with the collation of a MySQL database, in which text compares without case.

        Text columns carry that collation already, and their indexes serve only without a second one.
        """
        return self.sql if self.field.stored or self.field.type in _EXACT else f"{self.sql} COLLATE NOCASE"

    def stored(self, value: object) -> object:
        """The value as the column keeps it. Raises SugarError."""
        return stored_value(self.field, value, self.zone)

    def bounds(self, value: object) -> tuple[object, object]:
        """First and last stored value that the value stands for: a day of a time field is a whole day."""
        if self.field.type in _TIMES and is_day(value):
            return day_bounds(day_of(self.field, value), self.zone)
        one = self.stored(value)
        return one, one


def compare(operand: Operand, operator: str, value: object) -> Where:
    """One condition. Raises SugarError for an unknown operator, or a value that does not fit."""
    build = _OPERATORS.get(operator)
    if build is None:
        raise SugarError("invalid_parameter", f"Did not recognize the operand: {operator}")
    return build(operand, value)


def _equals(operand: Operand, value: object) -> Where:
    if value is None:
        return Where(f"{operand.sql} IS NULL")
    if value == "" and operand.field.type != "bool":
        return _empty(operand)
    low, high = operand.bounds(value)
    if low != high:
        return Where(f"{operand.sql} BETWEEN ? AND ?", (low, high))
    return Where(f"{operand.folded} = ?", (low,))


def _not_equals(operand: Operand, value: object) -> Where:
    same = _equals(operand, value)
    if value in (None, ""):
        return Where(f"NOT ({same.sql})", same.params)
    return Where(f"({operand.sql} IS NULL OR NOT ({same.sql}))", same.params)


def _like(before: str, after: str) -> Callable[[Operand, object], Where]:
    def build(operand: Operand, value: object) -> Where:
        escaped = str(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return Where(f"{operand.sql} LIKE ? ESCAPE '\\'", (f"{before}{escaped}{after}",))

    return build


def _not_contains(operand: Operand, value: object) -> Where:
    found = _like("%", "%")(operand, value)
    return Where(f"({operand.sql} IS NULL OR NOT ({found.sql}))", found.params)


def _in(operand: Operand, value: object) -> Where:
    given = _listed(operand, value)
    items = [operand.stored(item) for item in given if item not in (None, "") or operand.field.type == "bool"]
    found = Where(f"{operand.folded} IN ({', '.join('?' * len(items))})", tuple(items)) if items else Where("0")
    if len(items) == len(given):
        return found
    return Where(f"({found.sql} OR {_empty(operand).sql})", found.params)


def _not_in(operand: Operand, value: object) -> Where:
    found = _in(operand, value)
    if any(item in (None, "") for item in _listed(operand, value)):
        return Where(f"NOT ({found.sql})", found.params)
    return Where(f"({operand.sql} IS NULL OR NOT ({found.sql}))", found.params)


def _ordered(sign: str, bound: int) -> Callable[[Operand, object], Where]:
    def build(operand: Operand, value: object) -> Where:
        return Where(f"{operand.folded} {sign} ?", (operand.bounds(value)[bound],))

    return build


def _between(operand: Operand, value: object) -> Where:
    pair = _listed(operand, value)
    if len(pair) != 2:
        raise SugarError("invalid_parameter", f"{operand.field.name}: a range needs two values")
    low, high = operand.bounds(pair[0])[0], operand.bounds(pair[1])[1]
    return Where(f"{operand.folded} BETWEEN ? AND ?", (low, high))


def _date_range(operand: Operand, value: object) -> Where:
    days = RANGES.get(str(value))
    if days is None or operand.field.type not in _TIMES | {"date"}:
        raise SugarError("invalid_parameter", f"{operand.field.name}: {value!r} is no date range")
    first, last = days(operand.now.astimezone(operand.zone).date())
    return Where(f"{operand.sql} BETWEEN ? AND ?", _days(operand, first, last))


def _days(operand: Operand, first: date, last: date) -> tuple[str, str]:
    if operand.field.type == "date":
        return first.isoformat(), last.isoformat()
    return day_bounds(first, operand.zone)[0], day_bounds(last, operand.zone)[1]


def _empty(operand: Operand) -> Where:
    return Where(f"({operand.sql} IS NULL OR {operand.sql} = '')")


def _not_empty(operand: Operand) -> Where:
    return Where(f"({operand.sql} IS NOT NULL AND {operand.sql} <> '')")


def _listed(operand: Operand, value: object) -> list[object]:
    if not isinstance(value, list):
        raise SugarError("invalid_parameter", f"{operand.field.name}: the operator needs a list of values")
    return value


_OPERATORS: Mapping[str, Callable[[Operand, object], Where]] = {
    "$equals": _equals,
    "$not_equals": _not_equals,
    "$starts": _like("", "%"),
    "$ends": _like("%", ""),
    "$contains": _like("%", "%"),
    "$not_contains": _not_contains,
    "$in": _in,
    "$not_in": _not_in,
    "$gt": _ordered(">", 1),
    "$gte": _ordered(">=", 0),
    "$lt": _ordered("<", 0),
    "$lte": _ordered("<=", 1),
    "$between": _between,
    "$dateBetween": _between,
    "$dateRange": _date_range,
    "$is_null": lambda operand, _: Where(f"{operand.sql} IS NULL"),
    "$not_null": lambda operand, _: Where(f"{operand.sql} IS NOT NULL"),
    "$empty": lambda operand, _: _empty(operand),
    "$not_empty": lambda operand, _: _not_empty(operand),
}

NEGATED: Mapping[str, str] = {
    "$not_equals": "$equals",
    "$not_in": "$in",
    "$not_contains": "$contains",
    "$is_null": "$not_null",
    "$empty": "$not_empty",
}
"""Operators that, over several rows (addresses, related records), mean that no row fits the other one."""
