"""Tests over a row's native fields as data: ``field``, an operator and a value, joined by ``all``, ``any``, ``not``.

Text is compared without regard to letter case and the blanks around it. A comparison with an empty field is false,
except for ``empty``, ``is_not`` and ``not_in``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from connector.model.document import Document, Loc
from connector.model.records import Scalar, Values

Predicate: TypeAlias = Callable[[Values], bool]

OPERATORS = ("is", "is_not", "in", "not_in", "begins", "matches_word", "empty", "not_empty")
_JOINED = ("all", "any", "not")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class FieldTest:
    """A test ready to run: whether a row passes, and the native fields that it looks at."""

    holds: Predicate
    fields: tuple[str, ...]


ALWAYS = FieldTest(lambda _row: True, ())


def parse_test(data: Any, loc: Loc, document: Document) -> FieldTest:
    """Read the test at *loc*; what is wrong with it goes to the document's findings."""
    if not isinstance(data, dict) or not data:
        document.find(loc, "condition", "a test is a mapping", "write `field:` and an operator")
        return ALWAYS
    joined = next((key for key in _JOINED if key in data), None)
    if joined is None:
        return _comparison(data, loc, document)
    if len(data) > 1:
        document.find(loc, "condition", f"`{joined}` stands with other keys", "keep it alone")
    if joined == "not":
        inner = parse_test(data[joined], (*loc, joined), document)
        return FieldTest(lambda row: not inner.holds(row), inner.fields)
    return _group(joined, data[joined], (*loc, joined), document)


def _group(key: str, items: Any, loc: Loc, document: Document) -> FieldTest:
    if not isinstance(items, list) or not items:
        document.find(loc, "condition", f"`{key}` takes a list of tests")
        return ALWAYS
    parts = [parse_test(item, (*loc, index), document) for index, item in enumerate(items)]
    gather = all if key == "all" else any
    fields = tuple(dict.fromkeys(name for part in parts for name in part.fields))
    return FieldTest(lambda row: gather(part.holds(row) for part in parts), fields)


def _comparison(data: Mapping[str, Any], loc: Loc, document: Document) -> FieldTest:
    found = [key for key in data if key != "field"]
    name = data.get("field")
    known = ", ".join(OPERATORS)
    if not isinstance(name, str) or not name or len(found) != 1:
        document.find(loc, "condition", "a test names one `field` and one operator", f"one of {known}")
        return ALWAYS
    operator, value = found[0], data[found[0]]
    if operator not in OPERATORS:
        document.find((*loc, operator), "unknown-operator", f"`{operator}` is no operator", f"one of {known}")
        return ALWAYS
    if problem := _problem(operator, value):
        document.find((*loc, operator), "bad-value", f"`{name}` {operator}: {problem}")
        return ALWAYS
    return FieldTest(_compiled(name, operator, value), (name,))


def _problem(operator: str, value: Any) -> str:
    if operator in ("empty", "not_empty"):
        return "" if value is True else "write `true`"
    if operator in ("in", "not_in"):
        return "" if isinstance(value, list) and value and all(map(_plain, value)) else "it takes a list of values"
    if operator in ("begins", "matches_word"):
        items = value if isinstance(value, list) else [value]
        texts = bool(items) and all(isinstance(item, str) and words(item) for item in items)
        return "" if texts else "it takes a text or a list of texts"
    return "" if _plain(value) and value != "" else "it takes one value; for nothing use `empty: true`"


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _compiled(name: str, operator: str, value: Any) -> Predicate:
    wanted = value if isinstance(value, list) else [value]
    if operator == "matches_word":
        phrases = [f" {words(item)} " for item in wanted]
        return lambda row: any(phrase in f" {words(folded(row.get(name)))} " for phrase in phrases)
    if operator == "begins":
        starts = tuple(folded(item) for item in wanted)
        return lambda row: folded(row.get(name)).startswith(starts)
    if operator in ("empty", "not_empty"):
        return lambda row: (folded(row.get(name)) == "") is (operator == "empty")
    among = frozenset(folded(item) for item in wanted)
    return lambda row: (folded(row.get(name)) in among) is (operator in ("is", "in"))


def folded(value: Scalar) -> str:
    """How a native value is compared: small letters, no blanks around it, ``true`` and ``false`` for flags."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).strip().casefold()


def words(text: str) -> str:
    """The words of a text, one blank between them, for finding phrases."""
    return " ".join(_WORD.findall(text.casefold()))


def schema() -> dict[str, Any]:
    """The JSON Schema of one test."""
    again = {"$ref": "#/$defs/FieldTest"}
    several: dict[str, Any] = {"type": "array", "items": again, "minItems": 1}
    compared: dict[str, Any] = {"field": {"type": "string"}} | {name: {} for name in OPERATORS}
    shapes: Iterator[Sequence[Any]] = iter(
        (
            ("all", several, "Holds when every test holds."),
            ("any", several, "Holds when one test holds."),
            ("not", again, "Holds when the test does not."),
        )
    )
    joined = [
        {
            "type": "object",
            "properties": {key: {**shape, "description": told}},
            "required": [key],
            "additionalProperties": False,
        }
        for key, shape, told in shapes
    ]
    single = {
        "type": "object",
        "properties": compared,
        "required": ["field"],
        "minProperties": 2,
        "maxProperties": 2,
        "additionalProperties": False,
    }
    return {"anyOf": [single, *joined]}
