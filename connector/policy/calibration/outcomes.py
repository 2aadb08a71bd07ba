"""Reading what became of each lead: won or lost, in the words people use for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from connector.errors import InputError
from connector.model.records import Scalar

ENOUGH = 50
"""Leads of each outcome that a calibration needs at least: ten in each of five parts."""

_WON = frozenset(("1", "1.0", "yes", "y", "true", "won", "converted", "closed won"))
_LOST = frozenset(("0", "0.0", "no", "n", "false", "lost", "disqualified", "closed lost"))
_SHOWN = 8
_HELP = "connector policy calibrate --help"


def outcome_of(value: Scalar) -> bool | None:
    """Whether the lead was won; None for an empty cell. Raises ValueError for a word that says neither."""
    word = ("1" if value else "0") if isinstance(value, bool) else str("" if value is None else value)
    word = " ".join(word.casefold().split())
    if not word:
        return None
    if word not in _WON | _LOST:
        raise ValueError(word)
    return word in _WON


def find_outcome(headings: Sequence[str], wanted: str) -> int:
    """The place of the column *wanted*; raises InputError that offers what is headed alike."""
    if wanted in headings:
        return headings.index(wanted)
    folded = {heading.casefold(): heading for heading in headings}
    if wanted.casefold() in folded:
        return headings.index(folded[wanted.casefold()])
    near = [folded[word] for word in get_close_matches(wanted.casefold(), list(folded), 3, 0.5)]
    offer = f"did you mean {_or(near)}?" if near else f"its columns are {', '.join(headings)}"
    raise InputError([], f"there is no column `{wanted}` in the history; {offer}", next_command=_HELP)


def _or(names: Sequence[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def read_outcomes(name: str, values: Sequence[Scalar]) -> list[bool | None]:
    """The outcome of each lead, None where the cell is empty (the lead is still open).

    Raises InputError when the column says other things than won and lost, or too little of either.
    """
    found: list[bool | None] = []
    strange: Counter[str] = Counter()
    for value in values:
        try:
            found.append(outcome_of(value))
        except ValueError:
            found.append(None)
            strange[" ".join(str(value).split())] += 1
    if strange:
        raise InputError([], _strange(name, strange), next_command=_HELP)
    counts = Counter(found)
    if min(counts[True], counts[False]) < ENOUGH:
        has = f"`{name}` tells of {counts[True]} won and {counts[False]} lost leads"
        what = f"{has}; at least {ENOUGH} of each are needed before points may rest on them"
        raise InputError([], what, next_command=_HELP)
    return found


def _strange(name: str, values: Counter[str]) -> str:
    shown = ", ".join(f"`{value[:40]}` ({count})" for value, count in values.most_common(_SHOWN))
    more = f" and {len(values) - _SHOWN} others" if len(values) > _SHOWN else ""
    fix = "write 1 or 0, yes or no, true or false, won or lost; leave it empty for a lead that is still open"
    return f"`{name}` does not say won or lost everywhere: it also holds {shown}{more}; {fix}"
