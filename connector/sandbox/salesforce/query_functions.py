"""The expressions of a query: fields, aggregates, date functions."""

from dataclasses import dataclass
from datetime import date

from connector.sandbox.salesforce.org_types import ApiError
from connector.sandbox.salesforce.query_scope import Resolved, Scope
from connector.sandbox.salesforce.schema import FieldDef
from connector.sandbox.salesforce.schema_fields import make
from connector.sandbox.salesforce.soql_tree import Call, Expression, Path

AGGREGATES = frozenset({"count", "count_distinct", "sum", "avg", "min", "max"})

_DATE_PARTS = {
    "calendar_year": "CAST(substr({0}, 1, 4) AS INTEGER)",
    "calendar_month": "CAST(substr({0}, 6, 2) AS INTEGER)",
    "calendar_quarter": "((CAST(substr({0}, 6, 2) AS INTEGER) + 2) / 3)",
    "day_in_month": "CAST(substr({0}, 9, 2) AS INTEGER)",
    "hour_in_day": "CAST(substr({0}, 12, 2) AS INTEGER)",
}


@dataclass(frozen=True, slots=True)
class Operand:
    """An expression as SQL, with a field definition that tells its type. `resolved` is None for functions."""

    sql: str
    field: FieldDef
    resolved: Resolved | None
    aggregate: bool = False


@dataclass(slots=True)
class Operands:
    """Reads expressions in a scope; the day, time zone and fiscal start are for date literals."""

    scope: Scope
    today: date
    time_zone: str
    fiscal_start: int

    def read(self, expression: Expression, *, aggregates: bool = False) -> Operand:
        """An expression as SQL. ApiError for an unknown field or function, or an aggregate out of place."""
        if isinstance(expression, Path):
            resolved = self.scope.resolve(expression)
            return Operand(resolved.sql, resolved.definition, resolved)
        name = expression.name.lower()
        if name in AGGREGATES:
            if not aggregates:
                text = f"aggregate function {expression.name} is not allowed here"
                raise ApiError("MALFORMED_QUERY", text)
            return self._aggregate(expression, name)
        return self._function(expression, name)

    def _argument(self, call: Call) -> Resolved:
        if len(call.arguments) != 1 or not isinstance(call.arguments[0], Path):
            raise ApiError("MALFORMED_QUERY", f"unexpected token: '{call.name}'")
        return self.scope.resolve(call.arguments[0])

    def _aggregate(self, call: Call, name: str) -> Operand:
        if name == "count" and not call.arguments:
            return Operand("COUNT(*)", make("Count", "int"), None, True)
        found = self._argument(call)
        kind = found.definition.type
        counting = name in ("count", "count_distinct")
        numeric = name in ("sum", "avg") and found.definition.is_number
        ordered = name in ("min", "max") and kind not in ("boolean", "address", "multipicklist")
        if not (counting or numeric or ordered) or not found.definition.filterable:
            text = f"field {found.definition.name} does not support aggregate operator {call.name.upper()}"
            raise ApiError("MALFORMED_QUERY", text)
        if counting:
            inner = f"DISTINCT {found.sql}" if name == "count_distinct" else found.sql
            return Operand(f"COUNT({inner})", make("Count", "int"), None, True)
        field = found.definition if name != "avg" else make(found.definition.name, "double")
        return Operand(f"{name.upper()}({found.sql})", field, None, True)

    def _function(self, call: Call, name: str) -> Operand:
        if name == "tolabel":
            found = self._argument(call)
            return Operand(found.sql, found.definition, found)
        if name == "day_only":
            found = self._argument(call)
            return Operand(f"substr({found.sql}, 1, 10)", make(found.definition.name, "date"), None)
        if name not in _DATE_PARTS:
            raise ApiError("MALFORMED_QUERY", f"unexpected token: '{call.name}'")
        found = self._argument(call)
        if found.definition.type not in ("date", "datetime"):
            text = f"field {found.definition.name} does not support function {call.name.upper()}"
            raise ApiError("INVALID_FIELD", text)
        return Operand(_DATE_PARTS[name].format(found.sql), make(found.definition.name, "int"), None)
