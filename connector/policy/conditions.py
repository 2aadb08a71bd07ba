"""Conditions as data: ``field``, an operator and a value, joined by ``all``, ``any`` and ``not``.

They are read once, checked for sense, and compiled into plain functions; nothing in the file is ever
evaluated as code. The parsed form is kept, so that a condition can also be analysed and put into words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from connector.model.activities import ACTIVITY_KINDS, is_activity_kind
from connector.model.document import Document, Loc
from connector.model.fields import ACCOUNT_FIELDS, CONTACT_FIELDS, LEAD_FIELDS, FieldType
from connector.policy import operators
from connector.policy.facts import DERIVED, Facts, Known, known_at, reader, type_of

Predicate: TypeAlias = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a fact with a value."""

    field: str
    operator: str
    value: Any

    def __str__(self) -> str:
        """Render as people would read it aloud."""
        return f"{self.field} {operators.words(self.operator, self.value)}"


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every part holds; with no part, always."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        """Render as people would read it aloud."""
        return _joined(self.parts, " and ") or "always"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one part holds."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        """Render as people would read it aloud."""
        return _joined(self.parts, " or ")


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    part: Condition

    def __str__(self) -> str:
        """Render as people would read it aloud."""
        return f"not ({self.part})"


Condition: TypeAlias = Test | All | AnyOf | Not
ALWAYS = All(())


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition may use: facts known by *known*, and the file's own *lists*."""

    document: Document
    lists: Mapping[str, Sequence[str]]
    known: Known
    words: Mapping[str, frozenset[str]]


def parse(data: Any, loc: Loc, scope: Scope) -> Condition:
    """Read the condition at *loc*; what is wrong with it goes to the document's findings."""
    if not isinstance(data, dict) or not data:
        scope.document.find(loc, "condition", "a condition is a mapping", "write `field:` and an operator")
        return ALWAYS
    joined = [key for key in ("all", "any", "not") if key in data]
    if not joined:
        return _test(data, loc, scope)
    if len(data) > 1:
        scope.document.find(loc, "condition", f"`{joined[0]}` stands with other keys", "keep it alone")
    key = joined[0]
    if key == "not":
        return Not(parse(data[key], (*loc, key), scope))
    return _group(key, data[key], (*loc, key), scope)


def _group(key: str, items: Any, loc: Loc, scope: Scope) -> Condition:
    if not isinstance(items, list) or not items:
        scope.document.find(loc, "condition", f"`{key}` takes a list of conditions", "put `- ` before each")
        return ALWAYS
    parts = tuple(parse(item, (*loc, index), scope) for index, item in enumerate(items))
    return All(parts) if key == "all" else AnyOf(parts)


def _test(data: Mapping[str, Any], loc: Loc, scope: Scope) -> Condition:
    found = [key for key in data if key != "field"]
    name = data.get("field")
    if not isinstance(name, str) or len(found) != 1:
        scope.document.find(
            loc, "condition", "a condition names one `field` and one operator", f"one of {_listed(operators.NAMES)}"
        )
        return ALWAYS
    operator, place = found[0], (*loc, found[0])
    if operator not in operators.NAMES:
        scope.document.find(
            place, "unknown-operator", f"`{operator}` is no operator", f"one of {_listed(operators.NAMES)}"
        )
        return ALWAYS
    if not _check_field(name, (*loc, "field"), scope):
        return ALWAYS
    test = Test(name, operator, data[operator])
    _check_value(test, place, scope)
    return test


_NUMERIC = frozenset({"at_least", "at_most", "between"})


def _is_own(field: str) -> bool:
    """Whether a field is one of the organisation's own, which may hold anything."""
    return field.rpartition(".")[2].startswith("x_")


def alike(name: str) -> str:
    """What to do about a field that nobody knows: the name that was meant, where one is near."""
    room, _, plain = name.rpartition(".")
    known = [*LEAD_FIELDS, *DERIVED] if room == "" else [*ACCOUNT_FIELDS, *CONTACT_FIELDS]
    near = get_close_matches(plain, known, 1)
    if near:
        return f"did you mean `{f'{room}.' if room else ''}{near[0]}`?"
    return "a field of your own is called `x_…` and filled by a mapping"


def _check_field(name: str, loc: Loc, scope: Scope) -> bool:
    if type_of(name) is None:
        scope.document.find(loc, "unknown-field", f"`{name}` is no field of a lead, nor a fact", alike(name))
        return False
    if known_at(name) > scope.known:
        what = f"`{name}` is worked out later than this part of the policy"
        scope.document.find(loc, "not-known-yet", what, "ask for what it is worked out from")
        return False
    return True


def _check_value(test: Test, loc: Loc, scope: Scope) -> None:
    kind = type_of(test.field)
    problem = operators.problem(test.operator, test.value, kind) if kind else ""
    if not problem and kind is not FieldType.NUMBER and test.operator in _NUMERIC and not _is_own(test.field):
        problem = "the field is no number"
    if problem:
        what = f"`{test.field}` {test.operator}: {problem}"
        scope.document.find(loc, "bad-value", what, "see docs/policy-and-mappings.md for what each operator takes")
    elif test.operator in ("in_list", "word_in_list") and test.value not in scope.lists:
        scope.document.find(loc, "unknown-list", f"there is no list `{test.value}`", "add it under `lists:`")
    elif test.field == "activity_kinds" and test.operator in ("is", "is_not", "in", "not_in"):
        for kind in test.value if isinstance(test.value, list) else [test.value]:
            if not is_activity_kind(str(kind)):
                scope.document.find(
                    loc, "unknown-activity", f"`{kind}` is no kind of activity", _listed([*ACTIVITY_KINDS])
                )
    elif test.field in scope.words and test.operator in ("is", "is_not", "in", "not_in"):
        for word in test.value if isinstance(test.value, list) else [test.value]:
            if word not in scope.words[test.field]:
                options = _listed(sorted(scope.words[test.field]))
                scope.document.find(loc, "unknown-word", f"`{test.field}` is never `{word}`", f"one of {options}")


def compiled(condition: Condition, lists: Mapping[str, Sequence[str]]) -> Predicate:
    """Turn a condition into one function of the facts."""
    if isinstance(condition, Test):
        return operators.compiled(condition.operator, condition.value, reader(condition.field), lists)
    if isinstance(condition, Not):
        inner = compiled(condition.part, lists)
        return lambda facts: not inner(facts)
    parts = tuple(compiled(part, lists) for part in condition.parts)
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        return _either(*parts) if isinstance(condition, AnyOf) else _both(*parts)
    return _any_of(parts) if isinstance(condition, AnyOf) else _all_of(parts)


def _either(one: Predicate, other: Predicate) -> Predicate:
    return lambda facts: one(facts) or other(facts)


def _both(one: Predicate, other: Predicate) -> Predicate:
    return lambda facts: one(facts) and other(facts)


def _any_of(parts: Sequence[Predicate]) -> Predicate:
    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - a loop costs half of what a generator costs here
            if part(facts):
                return True
        return False

    return holds


def _all_of(parts: Sequence[Predicate]) -> Predicate:
    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if not part(facts):
                return False
        return True

    return holds


def tests(condition: Condition) -> Iterator[Test]:
    """Every comparison inside *condition*."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, Not):
        yield from tests(condition.part)
    else:
        for part in condition.parts:
            yield from tests(part)


def schema() -> dict[str, Any]:
    """The JSON Schema of one condition."""
    again = {"$ref": "#/$defs/Condition"}
    group = {"type": "array", "items": again, "minItems": 1}
    compare: dict[str, Any] = {"field": {"type": "string"}} | {name: {} for name in operators.NAMES}
    return {
        "oneOf": [
            {
                "type": "object",
                "required": ["field"],
                "properties": compare,
                "additionalProperties": False,
                "minProperties": 2,
                "maxProperties": 2,
            },
            _single("all", group),
            _single("any", group),
            _single("not", again),
        ]
    }


def _single(key: str, inner: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [key], "properties": {key: inner}, "additionalProperties": False}


def _joined(parts: Sequence[Condition], word: str) -> str:
    return word.join(f"({part})" if isinstance(part, All | AnyOf) else str(part) for part in parts)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
