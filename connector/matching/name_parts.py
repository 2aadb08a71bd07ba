"""A person's name taken apart for comparison, once per record: words, sounds, generation, script."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from connector.values import letters, names, sounds
from connector.values.name_words import COMPOUND_FAMILIES, PARTICLES, POST_NOMINALS, SUFFIXES, TITLES

_APOSTROPHES = re.compile("['’‘ʼʻʿʾ`´′]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class NameParts:
    """A person's name, ready to be compared.

    *first* and *last*: folded words; *suffix*: the generation as ``jr``, ``sr``, ``3``; *sounds*: one spelling per
    word for all transliterations; *strict*: written in Chinese characters or Korean blocks, where another character
    is another name, and *native* holds those; *bare*: from a script without vowels; *key*: the same for all orders
    and transliterations.
    """

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    suffix: str = ""
    strict: bool = False
    bare: bool = False
    native: str = ""
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)
    sounds: tuple[str, ...] = field(init=False, repr=False, compare=False)
    joined: tuple[str, str] = field(init=False, repr=False, compare=False)
    heard: tuple[str, str] = field(init=False, repr=False, compare=False)
    family: frozenset[str] = field(init=False, repr=False, compare=False)
    telling: frozenset[str] = field(init=False, repr=False, compare=False)
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out what every comparison needs."""
        heard = tuple(map(sounds.sound, self.first + self.last))
        family = heard[len(self.first) :]
        joined = "".join(self.first), "".join(self.last)
        put = object.__setattr__
        put(self, "words", self.first + self.last)
        put(self, "sounds", heard)
        put(self, "joined", joined)
        put(self, "heard", (sounds.sound(joined[0]), sounds.sound(joined[1])))
        put(self, "family", frozenset(family) - PARTICLES or frozenset(family))
        put(self, "telling", frozenset(heard) - PARTICLES)
        put(self, "key", " ".join(sorted(word for word in heard if word not in PARTICLES)))

    @property
    def initials(self) -> str:
        """The first letters in the order of writing."""
        return "".join(word[0] for word in self.words)


def parts(first: str, last: str = "") -> NameParts:
    """A name, ready to be compared; see `taken_apart`."""
    return NameParts(*taken_apart(first, last))


def taken_apart(first: str, last: str = "") -> tuple[tuple[str, ...], tuple[str, ...], str, bool, bool, str]:
    """Take a name apart: two fields, or all of it in one of them.

    Titles, degrees and names in brackets are left out, the generation is set apart. Chinese and Korean names
    in one field are read family name first. A single word stays in the field that it came in. The answer
    holds the first six fields of `NameParts`.
    """
    whole = f"{first} {last}" if first and last else first or last
    east, bare = letters.is_east_asian(whole), letters.is_without_vowels(whole)
    suffix = ""
    if east and not (first and last):
        first, last = _family_first(whole)
    elif not (first and last) and len(whole.split(maxsplit=1)) > 1:
        found = names.split_full(whole)
        first, last, suffix = found.first, found.last, names.suffix(f"x {found.suffix}") if found.suffix else ""
    suffix = suffix or _generation(first, last)
    mine, family = _words(first, suffix), _words(last, suffix)
    if sounds.is_wade_giles(mine + family):
        mine, family = sounds.pinyin(mine), sounds.pinyin(family)
    native = "".join(sorted(letters.uniform(whole))).strip() if east else ""
    return mine, family, suffix, east, bare, native


def _family_first(text: str) -> tuple[str, str]:
    """The given and the family name of a name in East Asian writing, each in Latin letters."""
    words = [word for word in re.split(r"[\s·・･,，]+", letters.uniform(text)) if word]
    if len(words) > 1:
        return " ".join("".join(letters.syllables(word)) for word in words[1:]), "".join(letters.syllables(words[0]))
    heard = letters.syllables(text)
    cut = 2 if len(heard) > 3 or "".join(heard[:2]) in COMPOUND_FAMILIES else 1
    return "".join(heard[cut:]), "".join(heard[:cut])


def _generation(first: str, last: str) -> str:
    """The generation after the last name, or after the first where the two were swapped."""
    found = names.suffix(last) if len(last.split(maxsplit=1)) > 1 else ""
    swapped = names.suffix(first) if not found and len(first.split(maxsplit=1)) > 1 else ""
    return found or (swapped if swapped in ("jr", "sr") else "")


def _words(text: str, suffix: str) -> tuple[str, ...]:
    """The folded words without titles, degrees and generation; at least one stays."""
    if text.isascii() and text.isalpha():
        return (text.lower(),)
    words = tuple(_NOT_WORD.sub(" ", letters.latin(_APOSTROPHES.sub("", text))).split())
    if len(words) < 2:
        return words
    kept = words
    while len(kept) > 1 and kept[0] in TITLES:
        kept = kept[1:]
    while len(kept) > 1 and (kept[-1] in POST_NOMINALS or (suffix and kept[-1] in SUFFIXES)):
        kept = kept[:-1]
    return kept
