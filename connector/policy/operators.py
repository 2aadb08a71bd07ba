"""The operators of conditions: what each one compares, and its compiled form.

Text is compared without regard to case, accents or runs of blanks. A comparison with an empty field is
false, except for ``empty``, ``is_not`` and ``not_in``. On facts with several values (``weak_identity``) a
comparison holds when it holds for one of them, and ``is_not`` / ``not_in`` when it holds for all.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from connector.model.fields import FieldType
from connector.model.records import Scalar
from connector.policy.facts import DERIVED, Fact, Facts, OfLead, Reader, WorkedOut, moment
from connector.policy.grammar_parts import CENTURY_DAYS

_PHRASES = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "in_list": "is on the list",
    "contains": "contains",
    "matches_word": "has the word",
    "word_in_list": "has a word of the list",
    "at_least": "is at least",
    "at_most": "is at most",
    "between": "is between",
    "empty": "is empty",
    "not_empty": "is filled",
    "older_than_days": "is older than (days)",
    "within_days": "is within the last (days)",
}
NAMES: tuple[str, ...] = tuple(_PHRASES)
TIMED = frozenset({"older_than_days", "within_days"})
_NUMERIC = frozenset({"at_least", "at_most"})
_LISTED = frozenset({"in", "not_in"})
_TEXTUAL = frozenset({"contains", "matches_word"})
_NEVER_NUMERIC = frozenset({FieldType.FLAG, FieldType.INSTANT, FieldType.DATE})
_INSTANTS = frozenset({FieldType.INSTANT, FieldType.DATE, FieldType.TEXT})


def words(operator: str, value: object) -> str:
    """The comparison in words."""
    if operator in ("empty", "not_empty"):
        return _PHRASES[operator]
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{_PHRASES[operator]} {shown}"


def problem(operator: str, value: object, kind: FieldType) -> str:
    """Why *value* makes no sense for *operator* on a field of *kind*; empty when it does."""
    if operator in TIMED:
        return _timed_problem(value, kind)
    if operator in _NUMERIC or operator == "between":
        return _numeric_problem(operator, value, kind)
    if operator in ("empty", "not_empty"):
        return "" if value is True else "write `true`"
    if operator in _LISTED:
        return "" if isinstance(value, list) and value and all(map(_plain, value)) else "it takes a list of values"
    if operator in _TEXTUAL:
        return "" if _texts(value) else "it takes a text or a list of texts"
    if operator in ("in_list", "word_in_list"):
        return "" if isinstance(value, str) else "it takes the name of a list"
    if not _plain(value) or value == "":
        return "it takes one value; for nothing use `empty: true`"
    if kind is FieldType.FLAG and not isinstance(value, bool):
        return "the field is true or false"
    return ""


def _timed_problem(value: object, kind: FieldType) -> str:
    if kind not in _INSTANTS:
        return "the field is no point in time"
    days = float(str(value)) if _number_like(value) else -1
    return "" if 0 <= days <= CENTURY_DAYS else f"it takes a number of days, from 0 to {CENTURY_DAYS}"


def _numeric_problem(operator: str, value: object, kind: FieldType) -> str:
    if kind in _NEVER_NUMERIC:
        return "the field is no number"
    if operator == "between":
        if isinstance(value, list) and len(value) == 2 and all(map(_number_like, value)) and value[0] <= value[1]:
            return ""
        return "it takes two numbers, the smaller first"
    return "" if _number_like(value) else "it takes a number"


def _plain(value: object) -> bool:
    return isinstance(value, str | bool) or _number_like(value)


def _texts(value: object) -> bool:
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(item, str) and tokens(item).strip() for item in items)


def _number_like(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def compiled(operator: str, value: Any, read: Reader, lists: Mapping[str, Sequence[str]]) -> Callable[[Facts], bool]:
    """The comparison as a function of the facts."""
    if operator in TIMED:
        return _timed(operator, timedelta(days=value), read)
    if operator in ("is", "is_not", "in", "not_in", "in_list"):
        wanted = lists.get(value, ()) if operator == "in_list" else value if isinstance(value, list) else [value]
        return _membership(frozenset(folded(item) for item in wanted), read, operator in ("is_not", "not_in"))
    if operator in ("contains", "matches_word", "word_in_list"):
        sought = lists.get(value, ()) if operator == "word_in_list" else value if isinstance(value, list) else [value]
        return _search([str(item) for item in sought], read, whole=operator != "contains")
    if operator in ("empty", "not_empty"):
        wanted_empty = operator == "empty"
        return lambda facts: (read(facts) in (None, "", ())) is wanted_empty
    low, high = (value[0], value[1]) if operator == "between" else (value, value)
    bounds = (float("-inf") if operator == "at_most" else low, float("inf") if operator == "at_least" else high)
    return _range(bounds, read)


def _membership(wanted: frozenset[str], read: Reader, negated: bool) -> Callable[[Facts], bool]:
    def check(value: Fact) -> bool:
        if isinstance(value, tuple):
            return any(folded(item) in wanted for item in value) is not negated
        if value is None or value == "":
            return negated
        return (folded(value) in wanted) is not negated

    return _remembered(check, read)


def _search(sought: Sequence[str], read: Reader, whole: bool) -> Callable[[Facts], bool]:
    spelt = tokens if whole else folded
    needles = [spelt(item) for item in sought]
    single = frozenset(needle.strip() for needle in needles if whole and " " not in needle.strip())
    phrases = tuple(needle for needle in needles if needle.strip() not in single)

    def found_in(text: str) -> bool:
        if single and not single.isdisjoint(text.split()):
            return True
        return any(phrase in text for phrase in phrases)

    def check(value: Fact) -> bool:
        if value is None or value == "":
            return False
        texts = value if isinstance(value, tuple) else (str(value),)
        return any(found_in(spelt(text)) for text in texts)

    return _remembered(check, read)


def _remembered(check: Callable[[Fact], bool], read: Reader) -> Callable[[Facts], bool]:
    """*check* of what *read* answers, worked out once for texts that are met again; reading the two commonest inline.

    True and 1 are one key, so flags are remembered only of facts that are never anything else.
    """
    known: dict[Fact, bool] = {}
    kinds = {str, type(None)} | ({bool} if isinstance(read, WorkedOut) and _is_flag(read.name) else set())

    def learn(value: Fact) -> bool:
        answer = check(value)
        if type(value) in kinds and len(known) < _REMEMBERED and (not isinstance(value, str) or len(value) <= _LONG):
            known[value] = answer
        return answer

    if isinstance(read, OfLead):
        return _of_lead(read.name, known, learn)
    if isinstance(read, WorkedOut):
        return _worked_out(read.name, known, learn)

    def holds(facts: Facts) -> bool:
        value = read(facts)
        found = known.get(value)
        return learn(value) if found is None else found

    return holds


def _of_lead(name: str, known: Mapping[Fact, bool], learn: Callable[[Fact], bool]) -> Callable[[Facts], bool]:
    def holds(facts: Facts) -> bool:
        value = facts.lead.get(name)
        found = known.get(value)
        return learn(value) if found is None else found

    return holds


def _worked_out(name: str, known: Mapping[Fact, bool], learn: Callable[[Fact], bool]) -> Callable[[Facts], bool]:
    def holds(facts: Facts) -> bool:
        value = facts.derived[name]
        found = known.get(value)
        return learn(value) if found is None else found

    return holds


def _is_flag(name: str) -> bool:
    return name in DERIVED and DERIVED[name].type is FieldType.FLAG


def _range(bounds: tuple[float, float], read: Reader) -> Callable[[Facts], bool]:
    low, high = bounds

    def holds(facts: Facts) -> bool:
        value = read(facts)
        if value is None:
            return False
        if type(value) is int or type(value) is float:
            return low <= value <= high
        told = number(value)
        return told is not None and low <= told <= high

    return holds


def _timed(operator: str, span: timedelta, read: Reader) -> Callable[[Facts], bool]:
    older = operator == "older_than_days"

    def holds(facts: Facts) -> bool:
        at = moment(facts, read)
        return at is not None and (facts.as_of - at > span) is older

    return holds


def number(value: Fact) -> float | None:
    """The value as a number, None when it is none."""
    if isinstance(value, bool) or value is None or isinstance(value, tuple):
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value)
    except ValueError:
        return None


_LONG = 120  # characters; longer texts are rarely met twice and would fill the caches
_REMEMBERED = 2048  # values of one comparison whose answers are kept: picklists are short, and names never end


def _fold(text: str) -> str:
    if text.isascii():
        return " ".join(text.casefold().split())
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


_fold_again = lru_cache(maxsize=16384)(_fold)


def _folded_text(text: str) -> str:
    return _fold_again(text) if len(text) <= _LONG else _fold(text)


def folded(value: Scalar) -> str:
    """The spelling that comparisons use."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _folded_text(str(value))


_NOT_WORD = re.compile(r"[\W_]+")


def _tokens(text: str) -> str:
    return f" {_NOT_WORD.sub(' ', _folded_text(text)).strip()} "


_tokens_again = lru_cache(maxsize=16384)(_tokens)


def tokens(text: str) -> str:
    """The words of *text*, folded, each with a blank on both sides, so that whole words can be searched."""
    return _tokens_again(text) if len(text) <= _LONG else _tokens(text)
