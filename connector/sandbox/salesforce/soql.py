"""SOQL text to its tree, with Salesforce's complaints about what is not SOQL."""

import re
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from lark import Lark, Token, Transformer, Tree, UnexpectedCharacters, UnexpectedToken
from lark.exceptions import UnexpectedEOF, VisitError

from connector.sandbox.salesforce.org_types import ApiError
from connector.sandbox.salesforce.soql_tree import (
    Call,
    Column,
    Compare,
    Junction,
    Literal,
    Negation,
    Ordering,
    Path,
    Query,
    Within,
)

MAX_LENGTH = 100_000
MAX_LITERAL = 4_000
_GREATEST_WHOLE = 2**31 - 1

_ALIAS_BEFORE = re.compile(r"(\w+)\s*$")
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)


def malformed(message: str) -> ApiError:
    """The refusal of a text that is not SOQL."""
    return ApiError("MALFORMED_QUERY", message)


def parse(soql: str) -> Query:
    """Read a query. ApiError MALFORMED_QUERY with the server's text when it is not one."""
    if len(soql) > MAX_LENGTH:
        raise malformed(f"SOQL statements cannot be longer than {MAX_LENGTH} characters.")
    try:
        tree = _parser().parse(soql)
        query: Query = _Reader(soql).transform(tree)
    except UnexpectedToken as error:
        raise malformed(f"unexpected token: '{_culprit(soql, error)}'") from error
    except UnexpectedEOF as error:
        raise malformed("unexpected token: '<EOF>'") from error
    except UnexpectedCharacters as error:
        raise malformed(_stray(soql, error.pos_in_stream or 0)) from error
    except VisitError as error:
        if isinstance(error.orig_exc, ApiError):
            raise error.orig_exc from error
        raise
    return query


@cache
def _parser() -> Lark:
    grammar = FilePath(__file__).with_name("soql.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=True)


def _culprit(soql: str, error: UnexpectedToken) -> str:
    """The word that Salesforce would name: a misspelt FROM looks like an alias to the grammar."""
    token = error.token
    if token.type == "$END":
        return "<EOF>"
    before = soql[: token.start_pos]
    alias = _ALIAS_BEFORE.search(before)
    if token.type == "NAME" and alias is not None and not _FROM.search(before):
        return alias.group(1)
    return str(token)


def _stray(soql: str, at: int) -> str:
    """The complaint about a character that starts nothing."""
    line = soql.count("\n", 0, at) + 1
    column = at - (soql.rfind("\n", 0, at) + 1)
    if soql[at] == "'":
        return f"line {line}:{len(soql)} mismatched character '<EOF>' expecting '''"
    return f"line {line}:{column} no viable alternative at character '{soql[at]}'"


class _Reader(Transformer[Token, Query]):
    """Turns the grammar's tree into `soql_tree`, bottom up."""

    def __init__(self, soql: str) -> None:
        super().__init__()
        self._soql = soql

    def path(self, items: list[Any]) -> Path:
        return Path(str(items[0]), items[0].start_pos)

    def call(self, items: list[Any]) -> Call:
        arguments = tuple(
            _keyword_literal(item) if isinstance(item, Token) else item for item in items[1:] if item is not None
        )
        return Call(str(items[0]), arguments, items[0].start_pos)

    def _literal(self, kind: str, items: list[Any]) -> Literal:
        return Literal(kind, str(items[0]), items[0].start_pos)

    def text(self, items: list[Any]) -> Literal:
        token = items[0]
        if len(token) - 2 > MAX_LITERAL:
            raise malformed(f"line 1:{token.start_pos} string literal exceeds {MAX_LITERAL} characters")
        return Literal("text", str(token)[1:-1], token.start_pos)

    def number(self, items: list[Any]) -> Literal:
        return self._literal("number", items)

    def moment(self, items: list[Any]) -> Literal:
        return self._literal("moment", items)

    def day(self, items: list[Any]) -> Literal:
        return self._literal("day", items)

    def true(self, items: list[Any]) -> Literal:
        return self._literal("boolean", items)

    def false(self, items: list[Any]) -> Literal:
        return self._literal("boolean", items)

    def null(self, items: list[Any]) -> Literal:
        return self._literal("null", items)

    def date_literal(self, items: list[Any]) -> Literal:
        return self._literal("date_literal", items)

    def alias(self, items: list[Any]) -> str:
        return str(items[0])

    def column(self, items: list[Any]) -> Column:
        return Column(items[0], items[1])

    def subquery(self, items: list[Any]) -> Query:
        found: Query = items[0]
        return found

    def compare(self, items: list[Any]) -> Compare:
        operator = "!=" if items[1] == "<>" else str(items[1])
        return Compare(items[0], operator, items[2])

    def like(self, items: list[Any]) -> Compare:
        return Compare(items[0], "like", items[1])

    def values(self, items: list[Any]) -> tuple[Literal, ...]:
        return tuple(items)

    def nested(self, items: list[Any]) -> Query:
        found: Query = items[0]
        return found

    def within(self, items: list[Any]) -> Within:
        return _within(items, negated=False, mode="in")

    def without(self, items: list[Any]) -> Within:
        return _within(items, negated=True, mode="in")

    def includes(self, items: list[Any]) -> Within:
        return _within(items, negated=False, mode="includes")

    def excludes(self, items: list[Any]) -> Within:
        return _within(items, negated=True, mode="includes")

    def conjunction(self, items: list[Any]) -> Junction:
        return Junction("and", tuple(items))

    def disjunction(self, items: list[Any]) -> Junction:
        return Junction("or", tuple(items))

    def negation(self, items: list[Any]) -> Negation:
        return Negation(items[0])

    def order_item(self, items: list[Any]) -> Ordering:
        descending = items[1] is not None and items[1].lower() == "desc"
        nulls_last = items[2] is not None and items[2].lower() == "last"
        return Ordering(items[0], descending, nulls_last)

    def start(self, items: list[Any]) -> Query:
        columns, source, _, where, group, having, order, limit, offset, _ = items
        name, alias = source.children[0], source.children[-1]
        return Query(
            columns=tuple(columns.children),
            source=str(name),
            source_at=name.start_pos,
            alias=alias,
            where=_only(where),
            group=_many(group),
            having=_only(having),
            order=_many(order),
            limit=_whole(limit),
            offset=_whole(offset),
            at=name.start_pos,
        )


def _within(items: list[Any], *, negated: bool, mode: str) -> Within:
    expression, values = items
    if isinstance(values, Query):
        return Within(expression, (), values, negated, mode)
    return Within(expression, values, None, negated, mode)


def _keyword_literal(token: Token) -> Literal:
    return Literal("text", str(token), token.start_pos or 0)


def _only(tree: Tree[Any] | None) -> Any:
    return None if tree is None else tree.children[0]


def _many(tree: Tree[Any] | None) -> tuple[Any, ...]:
    return () if tree is None else tuple(tree.children)


def _whole(tree: Tree[Any] | None) -> int | None:
    if tree is None:
        return None
    text = str(tree.children[0])
    if not text.isdigit():
        raise malformed(f"unexpected token: '{text}'")
    if int(text) > _GREATEST_WHOLE:
        raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", f"the number {text} is too large")
    return int(text)
