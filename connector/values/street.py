"""Streets: one spelling for the ways in which a street and its house number are written."""

from __future__ import annotations

import re
from functools import lru_cache

from connector.values import letters
from connector.values.street_words import ABBREVIATIONS, DIRECTIONS, GLUED, ORDINALS, UNIT_WORDS

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHE = re.compile(r"['’`´]")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")
_NUMBER = re.compile(r"\d+[a-z]?\Z")
_BRACKETS = re.compile(r"\([^()]*\)")
_RANGE = re.compile(r"(?<=\d)\s*[-/–]\s*(?=\d)")
_GLUED = re.compile(rf"(?<=[a-z]{{3}})({'|'.join(GLUED)})\Z")


@lru_cache(maxsize=1 << 16)
def normal(text: str) -> str:
    """The street in one spelling: '435 S. La Cienega Blv., Suite 5' -> '435 south la cienega boulevard'.

    Kinds of street are written out ('St.', 'Str.', 'Av.'), ordinals in digits, directions in full; suites, floors and
    remarks such as 'between 5th and 6th' are left out. The house number comes first wherever it was written. A text
    with no letter or digit gives ''.
    """
    words = _words(text)
    found = _number_at(words)
    if found is None:
        return " ".join(words)
    return " ".join((words[found], *words[:found], *words[found + 1 :]))


@lru_cache(maxsize=1 << 16)
def number(text: str) -> str:
    """The house number: '12a' in '12a Main St' and in 'Hauptstr. 12 a'; '' when there is none."""
    words = _words(text)
    found = _number_at(words)
    return words[found] if found is not None else ""


def name(text: str) -> str:
    """The street without its house number, kind and direction: '435 S. La Cienega Blvd.' -> 'la cienega'."""
    words = _words(text)
    found = _number_at(words)
    rest = [word for index, word in enumerate(words) if index != found]
    bare = [word for word in rest if word not in _KINDS and word not in DIRECTIONS.values()]
    return " ".join(bare or rest)


_KINDS = frozenset(ABBREVIATIONS.values())


@lru_cache(maxsize=1 << 10)
def _words(text: str) -> list[str]:
    plain = _APOSTROPHE.sub("", letters.latin(_BRACKETS.sub(" ", text) if "(" in text else text))
    words = _NOT_WORD.sub(" ", _RANGE.sub(" ", plain)).split()
    kept = _without_unit(words)
    return _letter_joined([_written_out(word, index, kept) for index, word in enumerate(kept)])


def _without_unit(words: list[str]) -> list[str]:
    """Up to the suite, floor, corner or remark that follows the street; something always stays."""
    for index, word in enumerate(words):
        if index > 1 and word in UNIT_WORDS:
            return words[:index]
    return words


def _written_out(word: str, index: int, words: list[str]) -> str:
    if word in DIRECTIONS and len(words) > 2:
        return DIRECTIONS[word]
    if word == "st" and index + 1 < len(words) and index and not words[index - 1].isalpha():
        return "saint"  # '12 St James Place'; after a word it is a street
    if word in ABBREVIATIONS and (index or word != "st"):
        return ABBREVIATIONS[word]
    ordinal = _ORDINAL.match(word)
    if ordinal and index:
        return ordinal.group(1) + "th"
    if word in ORDINALS:
        return ORDINALS[word]
    return _GLUED.sub(lambda found: " " + GLUED[found.group()], word)


def _letter_joined(words: list[str]) -> list[str]:
    """'12 a' as '12a' at the start and the end; a joined kind of street apart."""
    apart = [part for word in words for part in word.split()]
    if len(apart) > 2 and len(apart[-1]) == 1 and apart[-1].isalpha() and apart[-2].isdigit():
        return [*apart[:-2], apart[-2] + apart[-1]]
    return apart


def _number_at(words: list[str]) -> int | None:
    """Where the house number stands: first, else last ('5 2' is a number and a door), else the first number at all."""
    places = [index for index, word in enumerate(words) if _NUMBER.match(word)]
    if not places or len(words) < 2:
        return None
    if 0 in places:
        return 0
    last = len(words) - 1
    while last - 1 in places:
        last -= 1
    return last if last in places else places[0]
