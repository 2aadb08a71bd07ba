"""Conditions of a query as SQL.

Text compares without regard to case, ids exactly, `!=` and NOT IN also find empty values, and NOT is
two-valued (an empty field does not meet a condition, so it meets its opposite).
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

import json
from dataclasses import dataclass
from typing import Any

from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_time import parse_moment, stamp_text
from connector.sandbox.salesforce.org_types import ApiError
from connector.sandbox.salesforce.query_functions import Operand, Operands
from connector.sandbox.salesforce.schema import FieldDef
from connector.sandbox.salesforce.soql_dates import day_start, span, zone
from connector.sandbox.salesforce.soql_literals import like_pattern, unescape
from connector.sandbox.salesforce.soql_tree import Compare, Condition, Junction, Literal, Negation, Query, Within

Sql = tuple[str, list[Any]]

_TYPE_WORDS = {"datetime": "dateTime", "currency": "double", "percent": "double", "id": "ID", "reference": "reference"}
_LONGEST_WHOLE = 19  # characters that always fit into 64 bits
_FILTER_OPERATOR = "INVALID_QUERY_FILTER_OPERATOR"


@dataclass(slots=True)
class Conditions:
    """Compiles the conditions of one query; `nested` compiles a query inside IN."""

    operands: Operands
    nested: "Nested"
    aggregates: bool = False

    def sql(self, condition: Condition) -> Sql:
        """The SQL of a condition and its parameters."""
        if isinstance(condition, Junction):
            parts = [self.sql(member) for member in condition.members]
            joint = f" {condition.operator.upper()} ".join(f"({text})" for text, _ in parts)
            return joint, [value for _, values in parts for value in values]
        if isinstance(condition, Negation):
            text, values = self.sql(condition.member)
            return f"NOT COALESCE(({text}), 0)", values
        if isinstance(condition, Within):
            return self._within(condition)
        return self._compare(condition)

    def _operand(self, condition: Compare | Within) -> Operand:
        operand = self.operands.read(condition.expression, aggregates=self.aggregates)
        if not operand.field.filterable:
            raise ApiError("INVALID_FIELD", f"field '{operand.field.name}' can not be filtered in a query call")
        return operand

    def _compare(self, condition: Compare) -> Sql:
        operand = self._operand(condition)
        value = condition.value
        self._check_operator(operand.field, condition.operator)
        if value.kind == "null" or (value.kind == "text" and value.text == ""):
            return _null_test(operand, condition.operator)
        if condition.operator == "like":
            return _like(operand, value)
        if value.kind == "date_literal" and operand.field.type in ("date", "datetime"):
            return self._in_span(operand, condition.operator, value)
        return _plain(operand, condition.operator, read_value(operand.field, value))

    def _check_operator(self, field: FieldDef, operator: str) -> None:
        if operator == "like" and not field.is_text:
            where = "id" if field.is_id else field.type
            raise ApiError(_FILTER_OPERATOR, f"invalid operator on {where} field")
        if field.type == "boolean" and operator not in ("=", "!="):
            raise ApiError(_FILTER_OPERATOR, "invalid operator on boolean field")
        if field.type == "multipicklist" and operator not in ("=", "!="):
            raise ApiError(_FILTER_OPERATOR, "invalid operator on multipicklist field")

    def _in_span(self, operand: Operand, operator: str, value: Literal) -> Sql:
        state = self.operands
        start, end = span(value.text, state.today, state.fiscal_start)
        if operand.field.type == "datetime":
            where = zone(state.time_zone)
            low, high = day_start(start, where), day_start(end, where)
        else:
            low, high = start.isoformat(), end.isoformat()
        sql = operand.sql
        texts: dict[str, Sql] = {
            "=": (f"{sql} >= ? AND {sql} < ?", [low, high]),
            "!=": (f"NOT COALESCE({sql} >= ? AND {sql} < ?, 0)", [low, high]),
            "<": (f"{sql} < ?", [low]),
            "<=": (f"{sql} < ?", [high]),
            ">": (f"{sql} >= ?", [high]),
            ">=": (f"{sql} >= ?", [low]),
        }
        return texts[operator]

    def _within(self, condition: Within) -> Sql:
        operand = self._operand(condition)
        if condition.mode == "includes":
            return _includes(operand, condition)
        if condition.query is not None:
            inner, values = self.nested.ids(condition.query, operand)
            return _membership(operand, f"({inner})", condition.negated), values
        if any(value.kind == "date_literal" for value in condition.values):
            raise ApiError("MALFORMED_QUERY", "date literals are not supported in IN")
        found = [None if value.kind == "null" else read_value(operand.field, value) for value in condition.values]
        return _listed(operand, found, condition.negated)


class Nested:
    """How a query inside IN is compiled; the plan gives the real one."""

    def ids(self, query: Query, operand: Operand) -> Sql:
        """SQL that answers the values of the nested query's only column."""
        raise ApiError("MALFORMED_QUERY", "Nesting of semi join sub-selects is not supported")


def read_value(field: FieldDef, value: Literal) -> Any:
    """A literal as the column holds it. ApiError INVALID_FIELD when it is of the wrong kind."""
    quoted = value.kind == "text"
    if field.is_text:
        if not quoted:
            raise _wrong(field, "string", "should be enclosed in quotes")
        return unescape(value.text)
    if field.is_id:
        return _id_value(field, value)
    word = _TYPE_WORDS.get(field.type, field.type)
    if quoted:
        raise _wrong(field, word, "should not be enclosed in quotes")
    reader = {"boolean": _boolean, "date": _day, "datetime": _moment}.get(field.type, _number)
    found = reader(value)
    if found is None:
        raise _wrong(field, word, "should not be enclosed in quotes")
    return found


def _wrong(field: FieldDef, word: str, quotes: str) -> ApiError:
    text = f"value of filter criterion for field '{field.name}' must be of type {word} and {quotes}"
    return ApiError("INVALID_FIELD", text)


def _id_value(field: FieldDef, value: Literal) -> str | None:
    if value.kind != "text":
        raise _wrong(field, "ID", "should be enclosed in quotes")
    text = unescape(value.text)
    if text == "":
        return None
    normal = to_eighteen(text)
    if normal is None:
        raise ApiError(_FILTER_OPERATOR, f"invalid ID field: {text}")
    return normal


def _boolean(value: Literal) -> int | None:
    return None if value.kind != "boolean" else int(value.text.lower() == "true")


def _day(value: Literal) -> str | None:
    return value.text if value.kind == "day" else None


def _moment(value: Literal) -> str | None:
    found = parse_moment(value.text) if value.kind == "moment" else None
    return None if found is None else stamp_text(found)


def _number(value: Literal) -> float | int | None:
    if value.kind != "number":
        return None
    # Whole numbers beyond SQLite's range compare as floats.
    whole = value.text.lstrip("+-").isdigit() and len(value.text) < _LONGEST_WHOLE
    return int(value.text) if whole else float(value.text)


def _null_test(operand: Operand, operator: str) -> Sql:
    if operator not in ("=", "!="):
        raise ApiError(_FILTER_OPERATOR, "invalid operator for a null value")
    return f"{operand.sql} IS {'NOT ' if operator == '!=' else ''}NULL", []


def _folded(operand: Operand, texts: list[Any]) -> tuple[str, list[Any]]:
    """Column SQL and values such that letters beyond ASCII also compare without regard to case."""
    plain = not operand.field.is_text or operand.field.case_sensitive
    if plain or all(not isinstance(text, str) or text.isascii() for text in texts):
        return operand.sql, texts
    return f"lowered({operand.sql})", [text.lower() if isinstance(text, str) else text for text in texts]


def _plain(operand: Operand, operator: str, value: Any) -> Sql:
    sql, values = _folded(operand, [value])
    return f"{sql} {'IS NOT' if operator == '!=' else operator} ?", values


def _like(operand: Operand, value: Literal) -> Sql:
    if value.kind != "text":
        raise _wrong(operand.field, "string", "should be enclosed in quotes")
    sql, values = _folded(operand, [like_pattern(value.text)])
    return f"{sql} LIKE ? ESCAPE '\\'", values


def _membership(operand: Operand, values: str, negated: bool) -> str:
    if negated:
        return f"({operand.sql} IS NULL OR {operand.sql} NOT IN {values})"
    return f"{operand.sql} IN {values}"


def _listed(operand: Operand, found: list[Any], negated: bool) -> Sql:
    """Membership in literals; null and the empty text in the list stand for an empty field."""
    wanted = [value for value in found if value is not None and value != ""]
    empty = len(wanted) < len(found)
    sql, values = _folded(operand, wanted)
    inside = f"{sql} IN (SELECT value FROM json_each(?))"
    if negated:
        outside = f"{sql} NOT IN (SELECT value FROM json_each(?))"
        text = f"{operand.sql} IS NOT NULL AND {outside}" if empty else f"({operand.sql} IS NULL OR {outside})"
    else:
        text = f"({operand.sql} IS NULL OR {inside})" if empty else inside
    return text, [json.dumps(values)]


def _includes(operand: Operand, condition: Within) -> Sql:
    """INCLUDES and EXCLUDES of a multi-select picklist; `a;b` asks for both."""
    if operand.field.type != "multipicklist" or condition.query is not None:
        raise ApiError(_FILTER_OPERATOR, "invalid operator for a field that is not a multi-select picklist")
    values: list[Any] = []
    choices = []
    for literal in condition.values:
        wanted = unescape(literal.text).split(";")
        choices.append(" AND ".join([f"instr(lower(';' || {operand.sql} || ';'), ?) > 0"] * len(wanted)))
        values.extend(f";{item.strip().lower()};" for item in wanted)
    text = " OR ".join(f"({choice})" for choice in choices)
    return (f"NOT COALESCE(({text}), 0)" if condition.negated else text), values
