"""Comparing people's names: taken apart once per record, then a level or a likeness for each pair.

Levels say in which way two names agree; which way is worth how much is for the weights to say. A level never
counts two names as one because of a short form or a spelling alone: it only tells what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from rapidfuzz.distance import OSA

from connector.matching.name_parts import NameParts, parts
from connector.values import names, sounds
from connector.values.name_words import PARTICLES

__all__ = ("ALIKE", "LEVELS", "NameParts", "first_word", "is_near", "level", "likeness", "parts")

LEVELS = (
    "same", "sound", "swapped", "middle", "nickname", "initial", "mistyped", "part", "other-middle", "last-only",
    "first-only", "other-first", "other-last", "different",
)  # fmt: skip

_DIMINUTIVE = re.compile(r"(?:ie|ey|y|i)\Z")
_FEMININE = frozenset(("ine", "ette", "ina", "etta", "elle", "ella", "anne", "ia", "essa"))
_AGREE = frozenset(("same", "sound"))
_CROSSWISE = frozenset(("middle", "nickname", "initial", "mistyped", "part"))
_WEAK = frozenset(("mistyped", "other-middle", "last-only", "first-only", "other-first", "other-last", "different"))


def level(left: NameParts, right: NameParts) -> str:
    """How two names agree, as one of `LEVELS`; the generation is left to its own comparison.

    ``same`` also where only the cut between words differs; ``sound``: another transliteration; ``swapped``: first
    and last name the other way round; ``middle``: one side has more given names; ``other-middle``: both have some,
    and they differ; ``part``: one of two last names. A name without words is ``different`` from all.
    """
    if left.joined == right.joined:
        if left.native and right.native and left.native != right.native:
            return "sound"
        return "same" if left.words else "different"
    if not left.words or not right.words:
        return "different"
    if not (left.joined[0] and left.joined[1] and right.joined[0] and right.joined[1]):
        return _of_one_field(left, right)
    straight = _by_field(left, right)
    return straight if straight not in _WEAK else _in_other_order(left, right) or straight


def _of_one_field(left: NameParts, right: NameParts) -> str:
    """Where one side has a single field only, it may hold the first or the last name of the other."""
    if left.key == right.key:
        return "same"
    alone, other = (left, right) if not (left.joined[0] and left.joined[1]) else (right, left)
    if alone.first and not other.first:
        alone, other = other, alone
    word, heard = "".join(alone.joined), sounds.sound("".join(alone.joined))
    if heard in other.heard:
        return "last-only" if heard == other.heard[1] else "first-only"
    if len(word) > 1 and other.joined[1] and is_near(word, other.joined[1]):
        return "last-only"
    if other.first and len(word) > 1 and first_word(word, other.first[0]) in ("same", "sound", "nickname", "near"):
        return "first-only"
    return "different"


def _by_field(left: NameParts, right: NameParts) -> str:
    lasts = _last(left, right)
    if lasts == "different":
        return "other-last" if _may_agree(left, right) and _first(left, right) in _AGREE else "different"
    return _WORTH.get((_first(left, right), lasts), "different")


_WORTH = {
    **{(first, last): "sound" for first in _AGREE for last in _AGREE},
    ("same", "same"): "same",
    **{
        (first, last): worth
        for last in _AGREE
        for first, worth in {
            "middle": "middle", "other-middle": "other-middle", "nickname": "nickname", "initial": "initial",
            "near": "mistyped", "different": "other-first",
        }.items()
    },
    **{(first, last): worth for last, worth in (("near", "mistyped"), ("part", "part"))
       for first in ("same", "sound", "middle", "nickname")},
}  # fmt: skip


def _may_agree(left: NameParts, right: NameParts) -> bool:
    """Whether first names could be the same in writing or sound: a cheap look before the dear one."""
    return left.sounds[0] == right.sounds[0] or left.heard[0] == right.heard[0] or left.bare != right.bare


def _first(left: NameParts, right: NameParts) -> str:
    if left.joined[0] == right.joined[0]:
        return "same"
    exact = left.strict and right.strict
    lead = first_word(left.first[0], right.first[0])
    if exact and lead not in _AGREE:
        return "different"
    if lead == "different" or lead == "near":
        if _contained(left.first, right.first) or _run(left.first, right.first):
            return "middle"
        if _bare_alike(left, right, 0) or left.heard[0] == right.heard[0]:
            return "sound"
        return lead
    if len(left.first) == 1 and len(right.first) == 1:
        return lead
    rest = _rest(left.first[1:], right.first[1:])
    if rest == "other-middle" or lead not in _AGREE:
        return rest if rest == "other-middle" else lead
    return rest or lead


def _rest(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """What further given names say: '' for nothing, ``middle`` for more on one side or short, ``other-middle``."""
    if not left or not right:
        return "middle" if left or right else ""
    fewer, more = sorted((left, right), key=lambda words: (len(words), words))
    levels = [min((first_word(word, other) for other in more), key=_ORDER.index) for word in fewer]
    if all(found in _AGREE for found in levels):
        return "" if len(fewer) == len(more) else "middle"
    return "other-middle" if "different" in levels else "middle"


_ORDER = ("same", "sound", "nickname", "initial", "near", "different")


def _contained(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether the only given name of one side is one of the given names of the other."""
    fewer, more = sorted((left, right), key=lambda words: (len(words), words))
    return len(more) > 1 and set(fewer) <= set(more)


def _run(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether initials run together stand for the given names: 'jc' and 'jean claude'."""
    fewer, more = sorted((left, right), key=len)
    return len(fewer) == 1 and len(more) == len(fewer[0]) > 1 and fewer[0] == "".join(word[0] for word in more)


def _bare_alike(left: NameParts, right: NameParts, which: int) -> bool:
    """Whether the consonants agree, where one side comes from a script without vowels."""
    if left.bare == right.bare:
        return False
    one, other = sounds.skeleton(left.joined[which]), sounds.skeleton(right.joined[which])
    return len(one) > 1 and one == other


def _last(left: NameParts, right: NameParts) -> str:
    one, other = left.joined[1], right.joined[1]
    if one == other:
        return "same"
    if left.heard[1] == right.heard[1] or _bare_alike(left, right, 1):
        return "sound"
    if left.strict and right.strict:
        return "different"
    mine, theirs = left.family, right.family
    if mine == theirs:
        return "same"
    if mine <= theirs or theirs <= mine:
        return "part"
    return "near" if is_near(one, other) else "different"


@lru_cache(maxsize=1 << 17)
def first_word(one: str, other: str) -> str:
    """How two given names agree: ``same``, ``sound``, ``initial``, ``nickname``, ``near`` or ``different``."""
    if one == other:
        return "same"
    if len(one) == 1 or len(other) == 1:
        return "initial" if one[0] == other[0] else "different"
    if sounds.sound(one) == sounds.sound(other):
        return "sound"
    if _may_be_short(one, other) or not names.nickname_group(one).isdisjoint(names.nickname_group(other)):
        return "nickname"
    return "near" if is_near(one, other) else "different"


def _may_be_short(one: str, other: str) -> bool:
    """Whether one is the beginning of the other, as short forms are ('Rob', 'Robbie'), but not its feminine form."""
    short, long = sorted((one, other), key=len)
    stem = _DIMINUTIVE.sub("", short)
    stem = stem[:-1] if stem != short and stem[-2:-1] == stem[-1:] else stem
    return len(stem) > 2 and long.startswith(stem) and len(long) > len(stem) + 1 and long[len(stem) :] not in _FEMININE


def is_near(one: str, other: str) -> bool:
    """Whether one word is the other with a slip of the finger: one letter off, two in nine letters or more."""
    shorter = min(len(one), len(other))
    if shorter < 3 or not ((one.isalpha() and other.isalpha()) or _digits_agree(one, other)):
        return False
    if shorter < 5:
        return one[0] == other[0] and OSA.distance(one, other, score_cutoff=1) <= 1
    cut = 1 if shorter < 9 else 2
    return OSA.distance(one, other, score_cutoff=cut) <= cut


def _digits_agree(one: str, other: str) -> bool:
    """Digits in a name are no slips of the finger, unless they stand for a letter: 'ig0r'."""
    mine, theirs = (tuple(filter(str.isdigit, word)) for word in (one, other))
    return mine == theirs or not mine or not theirs


def _in_other_order(left: NameParts, right: NameParts) -> str:
    """What the names are with their words in another order: ``swapped``, ``middle`` or weaker; '' for nothing."""
    if left.key == right.key:
        return "sound" if left.sounds == right.sounds else "swapped"
    if _share_nothing(left, right):
        return ""
    whole = "".join(left.joined)
    if whole in ("".join(right.joined), "".join(right.joined[::-1])):
        return "swapped"
    if left.strict and right.strict:
        return ""
    fewer, more = sorted((left.telling, right.telling), key=len)
    if len(fewer) >= 2 and fewer <= more and all(len(word) > 1 for word in fewer):
        return "middle"
    if left.heard[0] == right.heard[1] or left.heard[1] == right.heard[0]:
        return _crosswise(left, right)
    return ""


def _share_nothing(left: NameParts, right: NameParts) -> bool:
    """Whether no word, no field and not even the number of letters agrees, in any order."""
    return (
        left.telling.isdisjoint(right.telling)
        and left.heard[0] != right.heard[1]
        and left.heard[1] != right.heard[0]
        and sum(map(len, left.joined)) != sum(map(len, right.joined))
    )


def _crosswise(left: NameParts, right: NameParts) -> str:
    """The first name of one side against the last name of the other, and the other way round; '' for nothing."""
    ways = (_by_field(_turned(left), right), _by_field(left, _turned(right)))
    return min((found for found in ways if found in _CROSSWISE), key=LEVELS.index, default="")


def _turned(name: NameParts) -> NameParts:
    return NameParts(name.last, name.first, name.suffix, name.strict, name.bare, name.native)


# From here on two names, and nothing but the names, are more likely one person's than not (see benchmarks/names.py).
ALIKE = 0.79

# How much a word counts that agrees in this way, of 1 for the same word.
_WORTHS = {"same": 1.0, "sound": 0.96, "nickname": 0.86, "initial": 0.72, "near": 0.84, "different": 0.0}
_LIGHT = 0.15  # weight of a particle ('van', 'al') against 1 for a name
_ONE_LETTER = 0.5
_BEST = 0.97  # of names that are not the same to the letter
_OTHER_CHARACTERS = 0.85  # other Chinese characters that are read alike
_EXTRA = 0.07  # what each further name on one side alone takes off
_REPLACED = 0.62  # what a name that stands against another one takes off


def likeness(left: NameParts, right: NameParts) -> float:
    """How alike two names are, from 0 to 1, by the names alone and in any order of the words.

    Each word is laid beside its best counterpart; a word that stands against another word weighs far more than a
    word that one side merely has in addition.
    """
    if not left.words or not right.words:
        return 0.0
    if left.suffix and right.suffix and left.suffix != right.suffix:
        return 0.3
    if left.joined == right.joined:
        return _OTHER_CHARACTERS if left.native and right.native and left.native != right.native else 1.0
    if "".join(left.joined) in ("".join(right.joined), "".join(right.joined[::-1])):
        return _BEST
    return _aligned(left, right)


def _aligned(left: NameParts, right: NameParts) -> float:
    strict = left.strict and right.strict
    bare = left.bare != right.bare
    mine, theirs = dict(enumerate(left.words)), dict(enumerate(right.words))
    gain = _joins(mine, theirs, str.__eq__) + _joins(theirs, mine, str.__eq__)
    pairs = [
        (-worth, i, j)
        for i, one in mine.items()
        for j, other in theirs.items()
        if (worth := _worth(one, other, strict, bare))
    ]
    loss = 0.0
    for negative, i, j in sorted(pairs):
        if i in mine and j in theirs:
            weight = (_weight(mine.pop(i)) + _weight(theirs.pop(j))) / 2
            gain += weight
            loss += weight * (1.0 + negative)
    if mine and theirs:
        gain += _joins(mine, theirs, is_near) + _joins(theirs, mine, is_near)
    return _judged(gain, loss, sum(map(_weight, mine.values())), sum(map(_weight, theirs.values())))


def _judged(gain: float, loss: float, mine: float, theirs: float) -> float:
    if not gain:
        return 0.0
    replaced, extra = min(mine, theirs), abs(mine - theirs)
    found = 1.0 - loss / (gain + 0.5) * 1.2 - _REPLACED * min(1.0, replaced) - _EXTRA * extra * (2.0 / gain)
    return max(0.0, min(_BEST, found))


def _joins(apart: dict[int, str], whole: dict[int, str], alike: Callable[[str, str], bool]) -> float:
    """Neighbours on one side that the other writes as one word: 'jong un' and 'jongun'; takes them out."""
    found = 0.0
    if len(apart) < 2:
        return found
    for i in sorted(apart):
        if i not in apart or i + 1 not in apart:
            continue
        two = apart[i] + apart[i + 1]
        match = next((j for j, word in whole.items() if alike(two, word)), None)
        if match is not None:
            found += (_weight(apart.pop(i)) + _weight(apart.pop(i + 1)) + _weight(whole.pop(match))) / 2
    return found


def _weight(word: str) -> float:
    if word in PARTICLES:
        return _LIGHT
    return _ONE_LETTER if len(word) == 1 else 1.0


def _worth(one: str, other: str, strict: bool, bare: bool) -> float:
    found = _WORTHS[first_word(one, other)]
    if strict and found < 0.9:
        return 0.0
    if bare and not found:
        mine, theirs = sounds.skeleton(one), sounds.skeleton(other)
        return 0.9 if len(mine) > 1 and mine == theirs else 0.0
    return found
