"""Whether some lead could make conditions hold: a search over the values that the comparisons of a policy tell apart.

Every comparison looks at one fact, so a few values per fact stand for all others: those that the policy names, one
it does not name, and nothing at all. Facts are taken as independent of each other, so that "no lead" is never said of
what some lead could be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connector.model.decision import DecisionInputs
from connector.model.fields import FieldType
from connector.model.match import Linkage, Resolution
from connector.model.records import Kind, Record, RecordRef, Scalar, iso
from connector.policy import operators
from connector.policy.bant import ANSWERS
from connector.policy.conditions import All, AnyOf, Condition, Not, Test, tests
from connector.policy.facts import DERIVED, Fact, Facts, reader, type_of
from connector.policy.witnesses import OTHER

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
_MAY_BE_EMPTY = frozenset({"action", "disqualified", *ANSWERS})
_LEAD = RecordRef("sample", "lead", "sample")
_MOST_VALUES = 240  # of one fact; longer lists are told apart by their first values
_MOST_STEPS = 50_000


@dataclass(frozen=True, slots=True)
class Domains:
    """For each fact, which of its sample values make which comparison hold: ``truth[text of the test][value]``."""

    values: Mapping[str, tuple[Fact, ...]]
    truth: Mapping[str, tuple[bool, ...]]


def domains(
    conditions: Iterable[Condition], words: Mapping[str, frozenset[str]], lists: Mapping[str, Sequence[str]]
) -> Domains:
    """Sample values for every fact that *conditions* look at; *words* are the only answers that some facts have."""
    found = {str(test): test for condition in conditions for test in tests(condition)}
    by_field: dict[str, list[Test]] = {}
    for test in found.values():
        by_field.setdefault(test.field, []).append(test)
    values = {field: _samples(field, group, words, lists) for field, group in by_field.items()}
    truth = {text: tuple(_holds(test, value, lists) for value in values[test.field]) for text, test in found.items()}
    return Domains(values, truth)


def _samples(
    field: str, group: Sequence[Test], words: Mapping[str, frozenset[str]], lists: Mapping[str, Sequence[str]]
) -> tuple[Fact, ...]:
    if field in words:
        nothing: tuple[Fact, ...] = (None,) if field in _MAY_BE_EMPTY else ()
        return (*sorted(words[field]), *nothing)
    kind = type_of(field)
    if kind is FieldType.FLAG:
        derived = field in DERIVED
        return (True, False) if derived else (True, False, None)
    of_each = [_named(test, lists) for test in group]
    turns = range(max(map(len, of_each), default=0))  # each comparison has its turn, so that none goes without a value
    named = [values[turn] for turn in turns for values in of_each if turn < len(values)]
    plain: list[Fact] = [None, *([OTHER] if kind is not FieldType.NUMBER else [0])]
    once = {repr(value): value for value in (*plain, *named)}
    return tuple(once.values())[:_MOST_VALUES]


def _named(test: Test, lists: Mapping[str, Sequence[str]]) -> list[Fact]:
    value = test.value
    if test.operator in ("in_list", "word_in_list"):
        return list(lists.get(value, ()))
    if test.operator in operators.TIMED:
        return [iso(NOW - timedelta(days=float(value), seconds=s)) for s in (-1, 1)] if float(value) < 700_000 else []
    if test.operator in ("at_least", "at_most", "between"):
        bounds = value if isinstance(value, list) else [value]
        return [each + step for step in (0, -1, 1) for each in bounds]
    if test.operator in ("empty", "not_empty"):
        return []
    return list(value) if isinstance(value, list) else [value]


def _holds(test: Test, value: Fact, lists: Mapping[str, Sequence[str]]) -> bool:
    facts = _facts(test.field, value)
    return operators.compiled(test.operator, test.value, reader(test.field), lists)(facts)


def _facts(field: str, value: Fact) -> Facts:
    """Facts of a lead of which nothing but one is known."""
    facts = Facts(DecisionInputs(Record(Kind.LEAD, _LEAD, {}), Resolution(_LEAD, Linkage.NEW), NOW))
    if field in DERIVED:
        many = DERIVED[field].many and isinstance(value, str)
        facts.derived[field] = (str(value),) if many else value
        return facts
    room, _, name = field.rpartition(".")
    known: dict[str, Scalar] = {name: value} if not isinstance(value, tuple) else {}
    if room in ("", "company"):
        facts.lead = known
    elif room == "account":
        facts.account = known
    else:
        facts.contact = known
    return facts


def possible(wanted: Sequence[Condition], excluded: Sequence[Condition], among: Domains) -> bool:
    """Whether some values make all of *wanted* hold and none of *excluded*; True where the search is too long."""
    search = _Search(wanted, excluded, among)
    return search.run(0, {})


class _Search:
    """Fact after fact is given a value, until what is known already settles the question."""

    def __init__(self, wanted: Sequence[Condition], excluded: Sequence[Condition], among: Domains) -> None:
        self.wanted = wanted
        self.excluded = excluded
        self.among = among
        fields = [test.field for condition in (*wanted, *excluded) for test in tests(condition)]
        self.fields = list(dict.fromkeys(fields))
        self.steps = 0

    def run(self, depth: int, chosen: dict[str, int]) -> bool:
        """Whether the facts from *depth* on can be chosen so that the question is answered yes."""
        self.steps += 1
        if self.steps > _MOST_STEPS:
            return True
        known = [self.value(condition, chosen) for condition in self.wanted]
        barred = [self.value(condition, chosen) for condition in self.excluded]
        if False in known or True in barred:
            return False
        if None not in known and None not in barred:
            return True
        field = self.fields[depth]
        for index in self._telling(field):
            chosen[field] = index
            if self.run(depth + 1, chosen):
                return True
        del chosen[field]
        return False

    def _telling(self, field: str) -> list[int]:
        """One value for each way in which the comparisons of *field* can come out."""
        texts = {str(t) for c in (*self.wanted, *self.excluded) for t in tests(c) if t.field == field}
        ways: dict[tuple[bool, ...], int] = {}
        for index in range(len(self.among.values[field])):
            ways.setdefault(tuple(self.among.truth[text][index] for text in sorted(texts)), index)
        return list(ways.values())

    def value(self, condition: Condition, chosen: Mapping[str, int]) -> bool | None:
        """What is known of a condition: it holds, it does not, or None while that is open."""
        if isinstance(condition, Test):
            index = chosen.get(condition.field)
            return None if index is None else self.among.truth[str(condition)][index]
        if isinstance(condition, Not):
            inner = self.value(condition.part, chosen)
            return None if inner is None else not inner
        parts = [self.value(part, chosen) for part in condition.parts]
        settles = isinstance(condition, AnyOf)
        if settles in parts:
            return settles
        return None if None in parts else not settles


def both(*conditions: Condition) -> Condition:
    """All of them."""
    return All(conditions)
