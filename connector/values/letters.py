# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Letters of all scripts in plain Latin, one spelling for every Unicode form; text that hides behind look-alikes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# Characters that show nothing: joiners, marks of direction, fillers, soft hyphens, variation selectors, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_JOINERS = "\u200c\u200d"  # part of the spelling in Persian, Urdu and the scripts of India
_WORD = re.compile(r"[^\W\d_]+")
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u30ff\u3130-\u318f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_ABJAD = re.compile("[\u0590-\u06ff\u0750-\u077f]")
_EAST_ASIAN = frozenset(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"))
_JOINING = frozenset(
    "ARABIC SYRIAC MONGOLIAN DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL TELUGU KANNADA MALAYALAM SINHALA "
    "MYANMAR KHMER TIBETAN".split()
)
# Small letters of Cyrillic and Greek that pass for a Latin letter in one of its cases (after Unicode TR39).
_LOOK_ALIKE = str.maketrans(
    "авекмнорстухіѕјһԁԛԝӏгαβεζηικμνορτυχϲϳ",
    "abekmhopctyxisjhdqwlrabezhikmnoptyxcj",
)
_LOOKS = frozenset(map(chr, _LOOK_ALIKE))
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Russian legal forms stand beside Latin names in daily use.
_HARMLESS = frozenset(("ооо", "оао", "зао", "пао", "нао", "ао", "тоо"))


def uniform(text: str) -> str:
    """Small letters in one Unicode form (NFKC), without what cannot be seen: 'Ｊosé' in any composition -> 'josé'."""
    if text.isascii():
        return text.lower()
    seen = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFKC", seen.casefold())


def latin(text: str, *, long: bool = False) -> str:
    """The text in small ASCII letters: accents off, other scripts written in Latin letters, punctuation kept.

    Cyrillic or Greek letters inside a Latin word are read as the Latin letters that they look like. *long* writes
    the German and Nordic letters with two: 'Müller' -> 'mueller'.
    """
    if text.isascii():
        return text.lower()
    plain = _unmasked(uniform(text))
    return anyascii(plain.translate(_TWO_LETTERS) if long else plain).lower()


def syllables(text: str) -> list[str]:
    """Chinese characters or Korean blocks one by one in Latin letters: '习近平' -> ['xi', 'jin', 'ping']."""
    return [found for char in uniform(text) if (found := anyascii(char).strip().lower())]


def is_east_asian(text: str) -> bool:
    """Whether the text holds Chinese, Japanese or Korean characters."""
    return not text.isascii() and bool(_CJK.search(text))


def is_without_vowels(text: str) -> bool:
    """Whether the text holds Arabic or Hebrew letters, whose spelling leaves most vowels out."""
    return not text.isascii() and bool(_ABJAD.search(text))


def _unmasked(text: str) -> str:
    return _WORD.sub(lambda found: _word_unmasked(found.group()), text)


def _word_unmasked(word: str) -> str:
    if word.isascii():
        return word
    scripts = _scripts(word)
    return word.translate(_LOOK_ALIKE) if "LATIN" in scripts and len(scripts) > 1 else word


def _scripts(word: str) -> frozenset[str]:
    return frozenset(_script(char) for char in word) - {""}


@lru_cache(maxsize=1 << 12)
def _script(char: str) -> str:
    """The script of a letter by its Unicode name; '' for what belongs to all scripts."""
    if unicodedata.category(char)[0] != "L":
        return ""
    script = unicodedata.name(char, "UNKNOWN").split(" ")[0]
    return "" if script == "MODIFIER" else script


@lru_cache(maxsize=1 << 14)
def looks_disguised(text: str) -> bool:
    """Whether the text may hide behind look-alikes, so that a person should see it before it is merged.

    True for invisible characters and marks of direction, for letters of two scripts in one word (Cyrillic 'а' in a
    Latin name), for a word of look-alikes only beside Latin words, and for mathematical or circled letters. Scripts
    that are mixed in daily use (Chinese, Japanese or Korean with Latin) and full-width letters are not. The idea is
    that of Unicode Technical Standard 39, 'highly restrictive'.
    """
    if text.isascii():
        return False
    if _hides_something(text) or any(map(_is_styled, text)):
        return True
    words = _WORD.findall(uniform(text))
    scripts = [_scripts(word) for word in words]
    if any(_is_mixed(found) for found in scripts):
        return True
    if not any("LATIN" in found for found in scripts):
        return False
    return any(not word.isascii() and word not in _HARMLESS and _LOOKS.issuperset(word) for word in words)


def _is_mixed(scripts: frozenset[str]) -> bool:
    """Latin may stand beside East Asian characters, and those beside each other."""
    return len(scripts) > 1 and not (scripts - _EAST_ASIAN <= {"LATIN"})


def _is_styled(char: str) -> bool:
    kind = unicodedata.decomposition(char).partition(" ")[0]
    return kind in ("<font>", "<circle>") and unicodedata.normalize("NFKC", char).isalpha()


def _hides_something(text: str) -> bool:
    for found in _INVISIBLE.finditer(text):
        char, at = found.group(), found.start()
        neighbours = {_script(near) for near in text[max(at - 1, 0) : at] + text[at + 1 : at + 2]}
        if char not in _JOINERS or not neighbours & _JOINING:
            return True
    return False
