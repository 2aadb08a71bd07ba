"""People's names: folded for comparison, split when they came in one field, and known by their short forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from connector.values import letters
from connector.values.letters import looks_disguised
from connector.values.name_words import JUNK, NICKNAMES, PARTICLES, POST_NOMINALS, SUFFIXES, TITLES

if TYPE_CHECKING:
    from nicknames import NickNamer

__all__ = (
    "PersonName", "fold", "fold_long", "folds", "is_junk", "looks_disguised", "may_be_same_first", "nickname_group",
    "plain", "split_full", "suffix", "title_case",
)  # fmt: skip

_NOT_LETTERS = re.compile(r"[^a-z]+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_HYPHENS = re.compile(r"([-'’])")
_SPACES = re.compile(r"\s+")
_REPEATED = re.compile(r"([a-z])\1{2,}\Z")
_BRACKETS = re.compile(r"[\"“”(\[][^\"“”()\[\]]*[\"“”)\]]")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name that came in one field, taken apart; parts that are not there are empty, casing is kept."""

    first: str = ""
    last: str = ""
    salutation: str = ""
    suffix: str = ""


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """The name in plain lower-case letters for comparison: 'José  O'Brien-Müller' -> 'jose o brien muller'.

    Accents are taken off and other scripts are written in Latin letters; whatever is no letter or digit becomes one
    space. Every Unicode form of a text gives the same answer.
    """
    return _NOT_WORD.sub(" ", letters.latin(text)).strip()


@lru_cache(maxsize=1 << 16)
def fold_long(text: str) -> str:
    """As `fold`, but with the two-letter spelling of German and Nordic letters: 'Müller' -> 'mueller'."""
    return _NOT_WORD.sub(" ", letters.latin(text, long=True)).strip()


def plain(text: str) -> str:
    """Text in small Latin letters with its punctuation kept: 'Rückruf, bitte!' -> 'ruckruf, bitte!'."""
    return letters.latin(text)


def folds(text: str) -> tuple[str, ...]:
    """Every spelling under which the name may be written elsewhere: 'Müller' -> ('muller', 'mueller')."""
    plain, long = fold(text), fold_long(text)
    return (plain,) if plain == long else (plain, long)


@lru_cache(maxsize=1 << 15)
def split_full(text: str) -> PersonName:
    """Take a one-field name apart, in either order.

    'Dr. Ana María López' -> Ana María / López (Dr.); 'Butt, James Jr.' -> James / Butt (Jr.);
    'Ludwig van Beethoven' -> Ludwig / van Beethoven. A single word is taken as the last name. Degrees
    after the name ('MBA', 'CPA') and nicknames in quotes or brackets are left out.
    """
    words = _SPACES.sub(" ", _BRACKETS.sub(" ", text)).strip(" ,;")
    head, *rest = (part.strip() for part in words.split(","))
    rest = [part for part in rest if part]
    tails = [part for part in rest if _is_tail(part)]
    given = [part for part in rest if not _is_tail(part)]
    if given:
        return _reversed_order(head, " ".join(given), tails)
    return _plain_order(head.split(" "), tails)


def _is_tail(part: str) -> bool:
    return all(_key(word) in SUFFIXES or _key(word) in POST_NOMINALS for word in part.split(" "))


def _key(word: str) -> str:
    return letters.latin(word).replace(".", "").strip("-' ")


def _reversed_order(last: str, given: str, tails: list[str]) -> PersonName:
    front, first, first_suffix = _strip_ends(given.split(" "))
    title, words, last_suffix = _strip_ends(last.split(" "))
    found = last_suffix or first_suffix or _suffix_in(tails)
    return PersonName(" ".join(first), " ".join(words), front or title, found)


def _plain_order(words: list[str], tails: list[str]) -> PersonName:
    title, words, found = _strip_ends(words)
    found = found or _suffix_in(tails)
    cut = _last_starts(words)
    return PersonName(" ".join(words[:cut]), " ".join(words[cut:]), title, found)


def _suffix_in(tails: list[str]) -> str:
    words = [word for tail in tails for word in tail.split(" ")]
    return next((word for word in words if _key(word) in SUFFIXES), "")


def _strip_ends(words: list[str]) -> tuple[str, list[str], str]:
    """Titles off the front, degrees and one suffix off the end; at least one word stays."""
    front = 0
    while front < len(words) - 1 and _key(words[front]) in TITLES:
        front += 1
    end, found = len(words), ""
    while end > front + 1 and (_key(words[end - 1]) in POST_NOMINALS or _ends_in_suffix(words, front, end)):
        end -= 1
        found = words[end] if _key(words[end]) in SUFFIXES else found
    return " ".join(words[:front]), words[front:end], found


def _ends_in_suffix(words: list[str], front: int, end: int) -> bool:
    """A suffix needs a first and a last name before it: 'Ann V' is a last name, 'Ann Lee V' a suffix."""
    word = _key(words[end - 1])
    return word in SUFFIXES and (end - front > 2 or word in ("jr", "sr"))


def _last_starts(words: list[str]) -> int:
    """Where the last name starts: at its first particle, else at the last word ('von Braun' alone is a last name)."""
    particles = [_key(word) in PARTICLES for word in words[:-1]]
    if particles and particles[0] and (words[0].islower() or particles[1:2] == [True]):
        return 0
    return next((index for index, found in enumerate(particles) if found and index), len(words) - 1)


@lru_cache(maxsize=1 << 14)
def suffix(text: str) -> str:
    """The generation in a name, in one spelling: 'Jr.' and 'junior' -> 'jr', 'II' -> '2', none -> ''."""
    for word in reversed(text.replace(",", " ").split()[1:] or text.split()):
        found = SUFFIXES.get(_key(word))
        if found:
            return found
    return ""


@lru_cache(maxsize=1 << 15)
def nickname_group(first: str) -> frozenset[str]:
    """The given names that this one may stand for, itself included: 'Bob' -> {'bob', 'robert', …}.

    Two first names fit when their groups overlap. The list is wide, so an overlap is weak evidence.
    Only the first word counts ('Bob J.' is read as 'Bob').
    """
    word = fold(first).partition(" ")[0]
    if not word:
        return frozenset()
    return frozenset({word, *_canonicals(word)})


@lru_cache(maxsize=1 << 14)
def _canonicals(word: str) -> frozenset[str]:
    own = NICKNAMES.get(word)
    return frozenset(_nicknamer().canonicals_of(word)) | (frozenset(own.split()) if own else frozenset())


@lru_cache(maxsize=1)
def _nicknamer() -> NickNamer:
    from nicknames import NickNamer  # its table is read from disk: only when a name is compared

    return NickNamer()


def may_be_same_first(left: str, right: str) -> bool:
    """Whether one first name may be a short form of the other ('Liz' and 'Elizabeth')."""
    return not nickname_group(left).isdisjoint(nickname_group(right))


@lru_cache(maxsize=1 << 16)
def is_junk(text: str) -> bool:
    """Whether the name tells nothing: empty, 'test', 'asdf', 'n/a', 'first name', one letter three times over."""
    word = _NOT_LETTERS.sub(" ", letters.latin(text)).strip()
    return not word or word in JUNK or word.replace(" ", "") in JUNK or bool(_REPEATED.match(word))


@lru_cache(maxsize=1 << 15)
def title_case(text: str) -> str:
    """Give a name that is all capitals or all small letters its usual casing: 'MCDONALD-LEE' -> 'McDonald-Lee'.

    A name in mixed casing is left as its owner wrote it.
    """
    if text != text.upper() and text != text.lower():
        return text
    return " ".join(
        word.lower() if index and _key(word) in PARTICLES else _cased(word)
        for index, word in enumerate(_SPACES.sub(" ", text).strip().split(" "))
    )


def _cased(word: str) -> str:
    if _key(word) in SUFFIXES and _key(word) not in ("jr", "sr", "junior", "senior"):
        return word.upper()
    parts = _HYPHENS.split(word.lower())
    return "".join(
        "Mc" + part[2:].capitalize() if part.startswith("mc") and len(part) > 3 else part.capitalize() for part in parts
    )
