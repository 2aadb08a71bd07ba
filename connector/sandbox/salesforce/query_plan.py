"""A parsed query compiled to SQL: what to find, what to read, and how the answer is laid out."""

# ruff: noqa: S608 - names come from the schema, values are parameters

from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_time import stamp_text
from connector.sandbox.salesforce.org_types import ApiError
from connector.sandbox.salesforce.query_functions import AGGREGATES, Operand, Operands
from connector.sandbox.salesforce.query_layout import AddressSlot, ChildSlot, Layout, ValueSlot
from connector.sandbox.salesforce.query_scope import Resolved, Scope, pointed, unsupported_type
from connector.sandbox.salesforce.query_where import Conditions, Nested, Sql
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef
from connector.sandbox.salesforce.soql_dates import zone
from connector.sandbox.salesforce.soql_tree import Call, Column, Expression, Ordering, Path, Query
from connector.sandbox.sqlfile import quoted

MAX_OFFSET = 2000
MAX_SUBQUERIES = 20
MAX_SEMI_JOINS = 2
_FIELDS_LIMIT = 200


@dataclass(slots=True)
class Selection:
    """The SQL columns to read, each once."""

    columns: list[str] = field(default_factory=list)

    def add(self, sql: str) -> int:
        """The index of a column, added when it is new."""
        if sql not in self.columns:
            self.columns.append(sql)
        return self.columns.index(sql)


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """A subquery: `rows` reads, for a JSON list of parent ids, rows that start with the parent's id."""

    key: str
    sql: str
    values: tuple[Any, ...]
    layout: Layout
    limit: int | None


@dataclass(frozen=True, slots=True)
class GroupLabel:
    """A column of a grouped answer: its key, and the function's name when it is one."""

    key: str
    boolean: bool
    function: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`kind` is count, groups or rows.

    `keys` finds row numbers (rows), the groups (groups) or the number (count); `rows` reads the rows of a JSON
    list of row numbers.
    """

    kind: str
    entity: ObjectDef
    keys: str
    values: tuple[Any, ...]
    rows: str = ""
    layout: Layout | None = None
    labels: tuple["GroupLabel", ...] = ()
    children: tuple[ChildPlan, ...] = ()
    limit: int | None = None
    capped: bool = False


class Planner(Nested):
    """Compiles one SOQL text for one org."""

    def __init__(self, state: OrgState, soql: str, include_deleted: bool) -> None:
        self._state = state
        self._soql = soql
        self._include_deleted = include_deleted
        self._now = stamp_text(state.clock.now())
        self._today = state.clock.now().astimezone(zone(state.settings.time_zone)).date()
        self._scopes = 0
        self._semi_joins = 0

    def plan(self, query: Query) -> Plan:
        """The plan of a whole query. ApiError with Salesforce's codes and texts when it cannot run."""
        definition = self._state.schema.find(query.source)
        if definition is None:
            raise unsupported_type(self._soql, query.source_at, query.source)
        if query.offset is not None and query.offset > MAX_OFFSET:
            raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
        scope = self._scope(definition, query)
        if _is_count(query):
            return self._count(scope, query)
        if query.group or any(_is_aggregate(column) for column in query.columns):
            return self._groups(scope, query)
        return self._rows(scope, query)

    def ids(self, query: Query, operand: Operand) -> Sql:
        """The SQL of a semi-join: the ids that the nested query's one column holds."""
        definition = self._state.schema.find(query.source)
        if definition is None:
            raise unsupported_type(self._soql, query.source_at, query.source)
        self._semi_joins += 1
        if self._semi_joins > MAX_SEMI_JOINS:
            raise ApiError("MALFORMED_QUERY", f"maximum number of semi join sub-selects is {MAX_SEMI_JOINS}")
        if len(query.columns) != 1 or not isinstance(query.columns[0], Column):
            raise ApiError("MALFORMED_QUERY", "semi join sub-selects can only query a single column")
        scope = self._scope(definition, query)
        selected = self._operands(scope).read(query.columns[0].expression)
        if not (selected.field.is_id and operand.field.is_id):
            text = f"semi join sub-selects can only query id fields, cannot use: '{selected.field.name}'"
            raise ApiError("MALFORMED_QUERY", text)
        where, values = self._where(scope, query, Nested())
        return f"SELECT {selected.sql} {self._from(scope)} WHERE {where} AND {selected.sql} IS NOT NULL", values

    def _scope(self, definition: ObjectDef, query: Query) -> Scope:
        prefix = f"{chr(ord('a') + self._scopes % 26)}{self._scopes // 26}_"
        self._scopes += 1
        names = (query.alias.lower(),) if query.alias else ()
        schema = self._state.schema
        return Scope(self._soql, schema, definition, self._include_deleted, self._now, prefix, names)

    def _operands(self, scope: Scope) -> Operands:
        return Operands(scope, self._today, self._state.settings.time_zone, self._state.fiscal_start())

    def _from(self, scope: Scope) -> str:
        return f"FROM {quoted(scope.base.name)} {scope.root} {' '.join(scope.joins)}"

    def _where(self, scope: Scope, query: Query, nested: Nested) -> Sql:
        if query.where is None:
            return scope.seen(scope.root), []
        text, values = Conditions(self._operands(scope), nested).sql(query.where)
        return f"({text}) AND {scope.seen(scope.root)}", values

    def _count(self, scope: Scope, query: Query) -> Plan:
        where, values = self._where(scope, query, self)
        inner = f"SELECT 1 {self._from(scope)} WHERE {where} {_limits(query)}"
        return Plan("count", scope.base, f"SELECT COUNT(*) FROM ({inner})", tuple(values))

    def _groups(self, scope: Scope, query: Query) -> Plan:
        operands = self._operands(scope)
        keys = [_groupable(operands.read(item)) for item in query.group]
        columns: list[str] = []
        labels: list[GroupLabel] = []
        for column in query.columns:
            if isinstance(column, Query):
                raise ApiError("MALFORMED_QUERY", "Grouped query cannot use child relationships in the SELECT list")
            operand = operands.read(column.expression, aggregates=True)
            if not operand.aggregate and operand.sql not in keys:
                raise ApiError("MALFORMED_QUERY", f"Field must be grouped or aggregated: {operand.field.name}")
            columns.append(operand.sql)
            labels.append(_group_label(column, operand, labels))
        where, values = self._where(scope, query, self)
        having = ""
        if query.having is not None:
            text, more = Conditions(operands, self, aggregates=True).sql(query.having)
            having, values = f"HAVING {text}", values + more
        order = ", ".join(_order_item(operands.read(item.expression, aggregates=True), item) for item in query.order)
        sql = (
            f"SELECT {', '.join(columns)} {self._from(scope)} WHERE {where}"
            f"{' GROUP BY ' + ', '.join(keys) if keys else ''} {having}"
            f"{' ORDER BY ' + order if order else ''} {_limits(query)}"
        )
        return Plan("groups", scope.base, sql, tuple(values), labels=tuple(labels))

    def _rows(self, scope: Scope, query: Query) -> Plan:
        selection = Selection([f"{scope.root}._n", f"{scope.root}.Id"])
        layout = Layout(((scope.base.name, 1),))
        children = [item for item in query.columns if isinstance(item, Query)]
        if len(children) > MAX_SUBQUERIES:
            raise ApiError("MALFORMED_QUERY", f"Maximum number of subqueries is {MAX_SUBQUERIES}")
        self._select(scope, query, selection, layout)
        plans = tuple(self._child(scope.base, child) for child in children)
        where, values = self._where(scope, query, self)
        order = self._order(scope, query)
        source = self._from(scope)
        keys = f"SELECT {scope.root}._n {source} WHERE {where} {order} {_limits(query)}"
        rows = (
            f"SELECT {', '.join(selection.columns)} FROM json_each(?) wanted CROSS JOIN {quoted(scope.base.name)} "
            f"{scope.root} ON {scope.root}._n = wanted.value AND {scope.seen(scope.root)} "
            f"{' '.join(scope.joins)} ORDER BY wanted.key"
        )
        capped = query.offset is not None
        return Plan("rows", scope.base, keys, tuple(values), rows, layout, (), plans, query.limit, capped)

    def _select(self, scope: Scope, query: Query, selection: Selection, layout: Layout) -> None:
        operands = self._operands(scope)
        for column in query.columns:
            if isinstance(column, Query):
                layout.slots.append(ChildSlot(self._child_reference(scope.base, column)[0]))
                continue
            if column.alias is not None and isinstance(column.expression, Path):
                raise ApiError("MALFORMED_QUERY", "only aggregate expressions use field aliasing")
            for expression in _expanded(scope, query, column.expression):
                operand = operands.read(expression)
                if operand.resolved is None:
                    raise ApiError("MALFORMED_QUERY", "date functions need GROUP BY")
                _put(scope, operand.resolved, column.alias, selection, layout)

    def _order(self, scope: Scope, query: Query) -> str:
        operands = self._operands(scope)
        items = [operands.read(item.expression) for item in query.order]
        for operand in items:
            if not operand.field.sortable:
                raise ApiError("INVALID_FIELD", f"field '{operand.field.name}' can not be sorted in a query call")
        parts = [_order_item(operand, item) for operand, item in zip(items, query.order, strict=True)]
        unique = any(operand.sql == f'{scope.root}."Id"' for operand in items)
        if self._state.settings.shuffle_unordered and not unique:
            seed = self._state.settings.shuffle_seed
            parts.append(f"(({scope.root}._n * 2654435761 + {seed}) & 1048575)")
        return f"ORDER BY {', '.join(parts)}" if parts else ""

    def _child_reference(self, parent: ObjectDef, query: Query) -> tuple[str, str, FieldDef]:
        """The relationship name, the child object and its reference field behind a subquery's FROM."""
        wanted = query.source.lower()
        for relation in self._state.schema.children_of(parent.name):
            if relation.field.children is not None and relation.field.children.lower() == wanted:
                return relation.field.children, relation.child, relation.field
        message = (
            f"Didn't understand relationship '{query.source}' in FROM part of query call. If you are attempting to "
            "use a custom relationship, be sure to append the '__r' after the custom relationship name. Please "
            "reference your WSDL or the describe call for the appropriate names."
        )
        raise ApiError("INVALID_TYPE", pointed(self._soql, query.source_at, message))

    def _child(self, parent: ObjectDef, query: Query) -> ChildPlan:
        key, child, reference = self._child_reference(parent, query)
        if query.group or any(isinstance(item, Query) or _is_aggregate(item) for item in query.columns):
            raise ApiError("MALFORMED_QUERY", "a child relationship can neither group nor nest")
        scope = self._scope(self._state.definition(child), query)
        selection = Selection([f"{scope.root}.{quoted(reference.name)}", f"{scope.root}.Id"])
        layout = Layout(((scope.base.name, 1),))
        self._select(scope, query, selection, layout)
        where, values = self._where(scope, query, self)
        order = self._order(scope, query)
        sql = (
            f"SELECT {', '.join(selection.columns)} {self._from(scope)} WHERE {where} AND "
            f"{selection.columns[0]} IN (SELECT value FROM json_each(?)) {order}"
        )
        return ChildPlan(key, sql, tuple(values), layout, query.limit)


def _is_count(query: Query) -> bool:
    """Whether the query is `SELECT COUNT() FROM ...`."""
    if len(query.columns) != 1 or not isinstance(query.columns[0], Column):
        return False
    found = query.columns[0].expression
    return isinstance(found, Call) and found.name.lower() == "count" and not found.arguments


def _is_aggregate(column: Column | Query) -> bool:
    return (
        isinstance(column, Column)
        and isinstance(column.expression, Call)
        and column.expression.name.lower() in AGGREGATES
    )


def _groupable(operand: Operand) -> str:
    if not operand.field.groupable:
        raise ApiError("INVALID_FIELD", f"field '{operand.field.name}' can not be grouped in a query call")
    return operand.sql


def _group_label(column: Column, operand: Operand, labels: list[GroupLabel]) -> GroupLabel:
    """A grouped column's key: its alias, its field, or `expr0`, `expr1`, ... for a function."""
    function = column.expression.name if isinstance(column.expression, Call) else ""
    unnamed = sum(1 for label in labels if label.key.startswith("expr"))
    key = column.alias or (operand.field.name if operand.resolved is not None else f"expr{unnamed}")
    return GroupLabel(key, operand.field.type == "boolean", function)


def _order_item(operand: Operand, item: Ordering) -> str:
    """One ORDER BY item; nulls come first in both directions unless said otherwise."""
    direction = "DESC" if item.descending else "ASC"
    if not operand.field.nillable:
        return f"{operand.sql} {direction}"
    return f"{operand.sql} {direction} NULLS {'LAST' if item.nulls_last else 'FIRST'}"


def _limits(query: Query) -> str:
    if query.limit is None and query.offset is None:
        return ""
    limit = -1 if query.limit is None else query.limit
    return f"LIMIT {limit} OFFSET {query.offset or 0}"


def _expanded(scope: Scope, query: Query, expression: Expression) -> list[Expression]:
    """FIELDS(ALL), FIELDS(STANDARD) and FIELDS(CUSTOM) as the fields they stand for."""
    if isinstance(expression, Path) or expression.name.lower() != "fields":
        return [expression]
    word = expression.arguments[0] if expression.arguments else None
    which = word.text.upper() if isinstance(word, Path) else ""
    if which not in ("ALL", "STANDARD", "CUSTOM"):
        raise ApiError("MALFORMED_QUERY", "unexpected token: 'FIELDS'")
    if which != "STANDARD" and (query.limit is None or query.limit > _FIELDS_LIMIT):
        raise ApiError("MALFORMED_QUERY", f"The SOQL FIELDS function must have a LIMIT of at most {_FIELDS_LIMIT}")
    kinds = {"ALL": (True, False), "STANDARD": (False,), "CUSTOM": (True,)}[which]
    return [Path(item.name, expression.at) for item in scope.base.readable() if item.custom in kinds]


def _put(scope: Scope, found: Resolved, alias: str | None, selection: Selection, layout: Layout) -> None:
    """Give a selected field its column and its place in the answer."""
    target = layout
    for depth in range(1, len(found.parents) + 1):
        tables = scope.tables(found.parents[:depth])
        entities = tuple((table.definition.name, selection.add(f"{table.alias}.Id")) for table in tables)
        target = target.parent(found.parents[depth - 1], entities)
    key = alias or found.definition.name
    if target.has(key):
        raise ApiError("MALFORMED_QUERY", f"duplicate field selected: {key}")
    if found.definition.type == "address":
        target.slots.append(AddressSlot(key, _address_parts(found, selection)))
        return
    target.slots.append(ValueSlot(key, selection.add(found.sql), found.definition.type == "boolean"))


def _address_parts(found: Resolved, selection: Selection) -> tuple[tuple[str, int], ...]:
    table = found.tables[0]
    prefix = found.definition.name.removesuffix("Address")
    parts = []
    for item in sorted(table.definition.parts_of(found.definition.name), key=lambda part: part.name):
        short = item.name.removeprefix(prefix)
        parts.append((short[0].lower() + short[1:], selection.add(f"{table.alias}.{quoted(item.name)}")))
    return tuple(parts)
