"""Company names: one spelling, the legal form set apart, and the shapes in which a firm's name comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from connector.values import letters
from connector.values.company_words import (
    ABBREVIATIONS,
    COUNTRY_WORDS,
    FAKE,
    FREQUENT,
    JUNK,
    STOP_WORDS,
)
from connector.values.legal_forms import LEADING, NATIVE, ONLY_LEADING, SPELLINGS

_SINGLE_DOT = re.compile(r"(?<![a-z0-9])([a-z])[./](?=[a-z](?![a-z0-9])|\W|\Z)")
_AND = re.compile(r"\s*(?:&amp;|&|\+)\s*")
_APOSTROPHE = re.compile(r"['’`´]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_REPEATED = re.compile(r"([a-z0-9])\1*\Z")
_GLUED = re.compile(r"(?<=[a-z])(AG|GmbH|LLC|Ltd|LTD|Inc|INC|SA|SAS|SARL|BV|NV|AB|PLC|Corp|CORP|OOO|SRL|KG)\b")
_LONGEST_FORM = 6
_LONG_ENOUGH = 11  # letters of a spelled-out legal form in which one slip of the finger is forgiven


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A company name taken apart: *words* of the name itself, *form* the legal form, *country* words beside it."""

    words: tuple[str, ...]
    form: str
    country: str


@lru_cache(maxsize=1 << 16)
def normal(text: str) -> str:
    """The whole name in one spelling: 'Müller & Söhne GmbH' -> 'muller and sohne gmbh'. The legal form stays in."""
    return _spelled(text, long=False)


def _spelled(text: str, *, long: bool) -> str:
    if not text.isascii():
        text = letters.uniform(text)
        for native, latin in NATIVE:
            if native in text:
                text = text.replace(native, f" {latin} ")
    plain = _APOSTROPHE.sub("", letters.latin(text, long=long))
    plain = _SINGLE_DOT.sub(r"\1", _AND.sub(" and ", plain))
    return _NOT_WORD.sub(" ", plain).strip()


def normal_long(text: str) -> str:
    """As `normal`, with the two-letter spelling of German and Nordic letters: 'Müller' -> 'mueller'."""
    return _spelled(text, long=True)


@lru_cache(maxsize=1 << 16)
def split(text: str) -> CompanyName:
    """Take the name apart: 'Acme Holdings (UK) Limited' -> words acme holdings, form ltd, country GB.

    At least one word of the name always stays, so a firm called 'Limited' keeps its name.
    """
    return _apart(normal(_GLUED.sub(r" \1", text)).split())


def _apart(written: list[str]) -> CompanyName:
    words = [ABBREVIATIONS.get(word, word) for word in written]
    words, form = _leading_form(words)
    country = ""
    while len(words) > 1:
        length, found = _form_at_end(words)
        if length:
            words, form = words[:-length], form or found
            continue
        length = _country_at_end(words)
        if not length:
            break
        country = country or COUNTRY_WORDS[" ".join(words[-length:])]
        words = words[:-length]
    if len(words) > 1 and words[-1] == "and":
        words = words[:-1]
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return CompanyName(tuple(words), form, country)


def _country_at_end(words: list[str]) -> int:
    """How many words at the end name a country beside the name; 0 where it is in the name: 'Bank of China'."""
    for length in (1, 2):
        rest = words[:-length]
        if " ".join(words[-length:]) in COUNTRY_WORDS and rest and rest[-1] not in STOP_WORDS:
            return length if any(word not in FREQUENT and word not in STOP_WORDS for word in rest) else 0
    return 0


def _leading_form(words: list[str]) -> tuple[list[str], str]:
    for length in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
        found = _form("".join(words[:length]))
        if found in LEADING:
            return words[length:], found
    if len(words) > 2 and words[0] == "sc" and words[-1] in ("srl", "sa"):  # Romanian: 'SC Dacia SA'
        return words[1:], ""
    return words, ""


def _form_at_end(words: list[str]) -> tuple[int, str]:
    """How many words at the end are a legal form, the longest first ('gmbh and co kg' before 'kg')."""
    for length in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
        found = _form("".join(words[-length:]))
        if found and found not in ONLY_LEADING:
            return length, found
    return 0, ""


@lru_cache(maxsize=1 << 15)
def _form(word: str) -> str:
    """The form that the letters spell, one slip of the finger forgiven where it is written out; '' for none."""
    return SPELLINGS.get(word) or (_mistyped_form(word) if len(word) >= _LONG_ENOUGH else "")


def _mistyped_form(word: str) -> str:
    """One slip leaves either the first or the last letters as they were: only such spellings are looked at."""
    near = _LONG_FORMS.get(word[:4], ()) + _LONG_FORMS.get(word[-4:], ())
    return next((SPELLINGS[found] for found in near if OSA.distance(word, found, score_cutoff=1) <= 1), "")


def _long_forms() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for spelled in (spelled for spelled in SPELLINGS if len(spelled) >= _LONG_ENOUGH):
        for end in {spelled[:4], spelled[-4:]}:
            found[end] = (*found.get(end, ()), spelled)
    return found


_LONG_FORMS = _long_forms()


def core(text: str) -> str:
    """The name without legal form and country: 'The Acme Group USA, L.L.C.' -> 'acme group'."""
    return " ".join(split(text).words)


def core_long(text: str) -> str:
    """As `core`, with the two-letter spelling of German and Nordic letters."""
    return " ".join(_apart(normal_long(text).split()).words)


def legal_form(text: str) -> str:
    """The legal form in one spelling: 'Limited' -> 'ltd', 'Sp. z o.o.' -> 'spzoo'; '' when none is named.

    Two firms may differ in nothing else, so it is kept as evidence of its own.
    """
    return split(text).form


def country(text: str) -> str:
    """The ISO code of a country that the name itself tells: 'Acme France SAS' -> 'FR'; '' when it tells none."""
    return split(text).country


def joined(text: str) -> str:
    """The core without spaces, as in a domain name: 'Silver Fox Ltd' -> 'silverfox'."""
    return "".join(split(text).words)


def tokens(text: str) -> tuple[str, ...]:
    """The words of the core that tell firms apart; fillers such as 'and' and 'of' only where nothing else is left."""
    words = split(text).words
    telling = tuple(word for word in words if word not in STOP_WORDS)
    return telling or words


@lru_cache(maxsize=1 << 15)
def acronym(text: str) -> str:
    """The first letters of the name: 'North Hessen Data GmbH' -> 'nhd'; '' for names of a single word."""
    words = tokens(text)
    return "".join(word[0] for word in words) if len(words) > 1 else ""


@lru_cache(maxsize=1 << 16)
def is_junk(text: str) -> bool:
    """Whether the name tells no firm: empty, 'n/a', 'none', 'test', 'self', 'individual', one letter repeated."""
    name = normal(text)
    if not name or name in JUNK or name.replace(" ", "") in JUNK:
        return True
    parts = split(text)
    bare = "".join(parts.words)
    if parts.form and bare in FAKE:
        return True
    return bool(_REPEATED.match(bare)) and (len(bare) > 3 or (len(bare) == 1 and not parts.form))
