"""Comparing companies' names: taken apart once per record, then a level or a likeness for each pair.

The legal form is set apart and never speaks here: people leave it out, translate it and mistake it. Words that many
firms share weigh less than the one that is a firm's own; digits are part of a name ('Fund 2' is not 'Fund 3').
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import OSA

from connector.values import company, legal_forms, sounds
from connector.values.company_words import COUNTRY_WORDS, FREQUENT, NUMBER_WORDS, STOP_WORDS

LEVELS = (
    "same", "joined", "reordered", "near", "short", "acronym", "branch", "other-number", "shared-word", "different",
)  # fmt: skip

Weight = Callable[[str], float]

_SITE = re.compile(
    r"\b(?:https?://)?www\.|\.(?:(?:com|co|net|org)\.[a-z]{2}|com|net|org|io|co|de|fr|it|es|nl|ru|pl)\b", re.IGNORECASE
)
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")
_SPELLING = ((re.compile(r"is(ation|ations|ing|ed|e)\Z"), r"iz\1"), (re.compile(r"(?<=[a-z]{3})our\Z"), "or"))
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18", "xix": "19", "xx": "20",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FirmParts:
    """A company's name, ready to be compared.

    *core*: the words without legal form and country, in one spelling; *form* and its *kind*: the legal form, and
    *homes*: the countries that have it; *country*: the ISO code that the name itself tells, and *abroad* the first
    letter of the word that tells it; *numbers*: the words with digits; *telling*: the core without fillers.
    """

    core: tuple[str, ...] = ()
    form: str = ""
    country: str = ""
    abroad: str = ""
    kind: str = field(init=False, repr=False)
    homes: frozenset[str] = field(init=False, repr=False)
    telling: tuple[str, ...] = field(init=False, repr=False)
    joined: str = field(init=False, repr=False)
    acronyms: tuple[str, ...] = field(init=False, repr=False)
    numbers: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out what every comparison needs."""
        form = legal_forms.FORMS.get(self.form)
        telling = tuple(word for word in self.core if word not in STOP_WORDS) or self.core
        worked_out = {
            "kind": form.kind if form else "",
            "homes": form.countries if form else frozenset[str](),
            "telling": telling,
            "joined": "".join(self.core),
            "acronyms": _acronyms(telling, self.abroad),
            "numbers": tuple(sorted(word for word in telling if any(map(str.isdigit, word)))),
        }
        for name, value in worked_out.items():
            object.__setattr__(self, name, value)


def parts(name: str) -> FirmParts:
    """A company's name, ready to be compared; one of which nothing is left has an empty core."""
    core, form, country = taken_apart(name)
    return FirmParts(core, form, country, _abroad(name) if country else "")


def taken_apart(name: str) -> tuple[tuple[str, ...], str, str]:
    """A company's name without its legal form and country, the form, and the country that the name itself tells."""
    found = company.split(_SITE.sub(" ", name) if _SITE.search(name) else name)
    words = _numbered([_spelled(word) for word in found.words])
    if len(words) > 1 and words[-1] in ("i", "v", "x"):
        words[-1] = {"i": "1", "v": "5", "x": "10"}[words[-1]]
    return tuple(_state_names(words)), found.form, found.country


def initials(core: tuple[str, ...]) -> str:
    """The first letters of the words that tell a firm: 'north hessen data' -> 'nhd'; '' for a single one."""
    telling = [word for word in core if word not in STOP_WORDS] or core
    return "".join(word[0] for word in telling) if len(telling) > 1 else ""


def _abroad(name: str) -> str:
    return next((word[0] for word in reversed(company.normal(name).split()) if word in COUNTRY_WORDS), "")


def _acronyms(telling: tuple[str, ...], abroad: str) -> tuple[str, ...]:
    """The first letters, with that of a country beside the name and without it; nothing under three letters."""
    letters = "".join(word[0] for word in telling)
    return tuple(found for found in (letters, letters + abroad) if len(found) > 2 and len(telling) > 1)


@lru_cache(maxsize=1 << 16)
def _spelled(word: str) -> str:
    for pattern, written in _SPELLING:
        if len(word) > 6:
            word = pattern.sub(written, word)
    return word


def _numbered(words: list[str]) -> list[str]:
    """Numbers in digits: 'first' and '1st' -> '1', 'forty four' -> '44', 'iii' -> '3' but as first word."""
    found: list[str] = []
    for word in words:
        ordinal = _ORDINAL.match(word)
        digits = ordinal.group(1) if ordinal else NUMBER_WORDS.get(word) or (_ROMAN.get(word) if found else None)
        if digits and len(digits) == 1 and found and found[-1] in _TENS and not ordinal:
            found[-1] = found[-1][0] + digits
        else:
            found.append(digits or word)
    return found


_TENS = frozenset(str(ten) for ten in range(20, 100, 10))


def _state_names(words: list[str]) -> list[str]:
    """'united states' as 'us', 'united kingdom' as 'uk'."""
    text = " ".join(words)
    return text.replace("united states", "us").replace("united kingdom", "uk").split() if "united" in text else words


def default_weight(word: str) -> float:
    """How much a word tells, from 0 to 1, where no frequencies are known: fillers least, words of many firms little."""
    if word in STOP_WORDS:
        return 0.1
    return 0.4 if word in FREQUENT else 1.0


def level(left: FirmParts, right: FirmParts) -> str:
    """How two names agree, as one of `LEVELS`; legal forms are left to their own comparison.

    ``same``: the same words; ``joined``: the same but for spaces; ``near``: mistyped; ``short``: one name is the
    beginning of the other, or all its telling words are in it; ``branch``: the same, in two countries;
    ``other-number``: they differ in a number.
    """
    if not left.core or not right.core:
        return "different"
    if left.joined == right.joined:
        if left.country and right.country and left.country != right.country:
            return "branch"
        return "same" if left.telling == right.telling else "joined"
    if "".join(left.telling) == "".join(right.telling):
        return "joined"
    found = _by_words(left, right)
    return "acronym" if found == "different" and _is_acronym(left, right) else found


def _by_words(left: FirmParts, right: FirmParts) -> str:
    mine, theirs = set(left.telling), set(right.telling)
    if mine == theirs and len(left.telling) == len(right.telling):
        return "reordered"
    if left.numbers != right.numbers and left.numbers and right.numbers:
        return "other-number" if _without(left) == _without(right) else "different"
    if left.numbers != right.numbers and _without(left) == _without(right):
        return "other-number"
    if (
        _words_near(left.telling, right.telling)
        or _one_slip(left, right)
        or _one_word_like(left.telling, right.telling)
    ):
        return "near"
    if _shorter(left.telling, right.telling) or (
        len(min(mine, theirs, key=len)) > 1 and (mine <= theirs or theirs <= mine)
    ):
        return "short"
    return "shared-word" if _shared(left.telling, right.telling) else "different"


def _without(parts_: FirmParts) -> tuple[str, ...]:
    return tuple(word for word in parts_.telling if word not in parts_.numbers)


def _words_near(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    if len(left) != len(right):
        return False
    return all(word_worth(one, other) > 0 for one, other in zip(left, right, strict=True))


def _one_word_like(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether two words or more are the same, and the only other one is like: 'Harbor Grid Worx' and '... Works'."""
    if len(left) != len(right) or len(left) < 3:
        return False
    other = [(one, two) for one, two in zip(left, right, strict=True) if one != two]
    one, two = other[0] if len(other) == 1 else ("", "")
    if min(len(one), len(two)) < 4 or any(map(str.isdigit, one + two)):
        return False
    return OSA.distance(one, two, score_cutoff=2) <= 2 and one[:2] == two[:2]


def _one_slip(left: FirmParts, right: FirmParts) -> bool:
    """Whether one letter is all that differs, in a single word or beside another word that tells the firm."""
    one, other = left.joined, right.joined
    if min(len(one), len(other)) < _LONG_NAME or left.numbers != right.numbers:
        return False
    if OSA.distance(one, other, score_cutoff=1) > 1:
        return False
    if len(left.telling) != len(right.telling):
        return True
    return any(word not in FREQUENT and len(word) > 2 for word in set(left.telling) & set(right.telling))


def _shorter(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    count = min(len(left), len(right))
    return left[:count] == right[:count] and sum(map(len, left[:count])) >= 3


def _shared(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether most of what the names tell agrees, mistakes in typing allowed."""
    fewer, more = sorted((left, right), key=lambda words: (len(words), words))
    found = sum(default_weight(word) for word in fewer if any(word_worth(word, other) for other in more))
    return found * 2 > sum(map(default_weight, more))


@lru_cache(maxsize=1 << 17)
def word_worth(one: str, other: str) -> float:
    """How far one word of a company's name stands for another, from 0 to 1; digits must be the same."""
    if one == other:
        return 1.0
    shorter = min(len(one), len(other))
    if shorter < 4 or not (one.isalpha() and other.isalpha()):
        return 0.0
    mine, theirs = _singular(one), _singular(other)
    if mine == theirs:
        return 0.95
    if shorter < 5:
        return 0.8 if one[0] == other[0] and _apart(one, other, 1) <= 1 else 0.0
    if sounds.sound(one) == sounds.sound(other):
        return 0.95
    cut = 1 if shorter < 9 else 2
    return 0.85 if min(_apart(one, other, cut), _apart(mine, theirs, cut)) <= cut else 0.0


def _apart(one: str, other: str, cut: int) -> int:
    return OSA.distance(one, other, score_cutoff=cut)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 4 else word


# From here on two names, and nothing but the names, are more likely one firm's than not (see benchmarks/names.py).
ALIKE = 0.81

_EXTRA = 0.3
_REPLACED = 0.75
_OTHER_COUNTRY = 0.45
_ONE_COUNTRY = 0.2
_OTHER_FORM = 0.12
_CIVIC = 0.3
_ACRONYM = 0.7
_ONE_SLIP = 0.82
_LONG_NAME = 9


def likeness(left: FirmParts, right: FirmParts, weight: Weight = default_weight) -> float:
    """How alike two names are, from 0 to 1, by the names alone.

    *weight* says how much a word tells, 1 for a word of its own and near 0 for one that every firm has; words that
    stand against each other count more than words that one side has in addition.
    """
    if not left.core or not right.core:
        return 0.0
    against = _countries(left.country, right.country) + _forms(left, right)
    if left.joined == right.joined:
        return 1.0 - against
    if _is_acronym(left, right):
        return _ACRONYM - against
    found = _aligned(left, right, weight)
    if found < _ONE_SLIP and _one_slip(left, right):
        found = _ONE_SLIP
    return max(0.0, found - against)


def _is_acronym(left: FirmParts, right: FirmParts) -> bool:
    one, other = "".join(left.telling), "".join(right.telling)
    return one in right.acronyms or other in left.acronyms


def _forms(left: FirmParts, right: FirmParts) -> float:
    """What two legal forms of other kinds take off; little, for a form is often left out or mistaken."""
    if not left.form or not right.form or legal_forms.relation(left.form, right.form) != "different":
        return 0.0
    return _CIVIC if "civic" in (left.kind, right.kind) else _OTHER_FORM


def _countries(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return _OTHER_COUNTRY if one and other else _ONE_COUNTRY


def _aligned(left: FirmParts, right: FirmParts, weight: Weight) -> float:
    mine, theirs = dict(enumerate(left.telling)), dict(enumerate(right.telling))
    pairs = [
        (-worth, abs(i - j), i, j)
        for i, one in mine.items()
        for j, other in theirs.items()
        if (worth := word_worth(one, other))
    ]
    gain = loss = 0.0
    for negative, _, i, j in sorted(pairs):
        if i in mine and j in theirs:
            found = (weight(mine.pop(i)) + weight(theirs.pop(j))) / 2
            gain += found
            loss += found * (1.0 + negative)
    if mine and theirs:
        gain += _joins(mine, theirs, weight) + _joins(theirs, mine, weight)
    return _judged(gain, loss, sum(map(weight, mine.values())), sum(map(weight, theirs.values())))


def _joins(apart: dict[int, str], whole: dict[int, str], weight: Weight) -> float:
    """Neighbours on one side that the other writes as one word: 'good will' and 'goodwill'; takes them out."""
    found = 0.0
    if len(apart) < 2:
        return found
    for j, word in list(whole.items()):
        for i in sorted(apart):
            run = _run(apart, i, word)
            if run:
                found += weight(word)
                del whole[j]
                for taken in run:
                    del apart[taken]
                break
    return found


def _run(apart: dict[int, str], start: int, word: str) -> list[int]:
    taken, text = [], ""
    while start in apart and len(text) < len(word) and apart[start][0] in word:
        text += apart[start]
        taken.append(start)
        start += 1
    return taken if len(taken) > 1 and (text == word or word_worth(text, word) > 0) else []


def _judged(gain: float, loss: float, mine: float, theirs: float) -> float:
    if not gain:
        return 0.0
    replaced, extra = min(mine, theirs), abs(mine - theirs)
    told = gain + (mine + theirs) / 2
    found = gain / told - loss / told - _REPLACED * min(1.0, replaced) - _EXTRA * extra / told
    return max(0.0, min(0.98, found))
