"""One spelling for the ways in which a name is written in Latin letters: Sergej, Sergei and Sergey are one."""

from __future__ import annotations

import re
from functools import lru_cache

from connector.values.sound_words import FAMILIES, ONLY_WADE_GILES, WADE_GILES

_DOUBLED = re.compile(r"([a-z])\1+")
# In this order: what several languages write for one sound, in one letter. Vowels stay, for they tell people apart.
_SPELLINGS = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"shch|schtsch|szcz|sc(?=[ei])", "s"),
        (r"tzsch|tsch", "c"),
        (r"sch|sh|sz", "s"),
        (r"tch|tsh|ch|cz|ts|tz|c(?=[eiy])", "c"),
        (r"dzh|dsch|dj", "j"),
        (r"kh(?=.)", "h"),
        (r"zh", "z"),
        (r"ph", "f"),
        (r"ck|qu(?=[ei])|q|c(?![eihy]|$)", "k"),
        (r"x(?!i)(?<=.x)", "ks"),
        (r"gh", "g"),
        (r"w", "v"),
        (r"(?:off|of|ow)$", "ov"),
        (r"(?:eff|ef|ew)$", "ev"),
        (r"th", "t"),
        (r"dh", "d"),
        (r"bh", "b"),
        (r"ez$", "es"),
        (r"ae|aa", "a"),
        (r"oe", "o"),
        (r"ue|ou|oo", "u"),
        (r"ee", "i"),
        (r"y|j(?=$)|(?<=[aeiou])j(?=[^aeiou])|^j(?=[ueo]\w{2})|(?<=[ln])j(?=a)", "i"),
        (r"^ie(?=[vlkgrf])", "e"),
        (r"(?<=.)h$", ""),
        (r"ssen$", "sen"),
    )
)


@lru_cache(maxsize=1 << 17)
def sound(word: str) -> str:
    """The folded word in one spelling for all transliterations: 'sergej' -> 'sergei', 'muhamed' -> 'mohammed'.

    Only spellings of one name meet; names that merely sound alike ('scholz', 'schulze') stay apart.
    """
    found = FAMILIES.get(word)
    if found:
        return found
    for pattern, written in _SPELLINGS:
        word = pattern.sub(written, word)
    plain = _DOUBLED.sub(r"\1", word)
    return FAMILIES.get(plain, plain)


_SKELETON = str.maketrans(
    {**dict.fromkeys("aeiouywh`'", ""), "p": "b", "v": "b", "q": "k", "c": "k", "g": "k", "j": "k", "x": "k", "z": "s"}
)


@lru_cache(maxsize=1 << 15)
def skeleton(word: str) -> str:
    """The consonants alone, each run once, for scripts that write no vowels: 'fernando', 'frnandw' -> 'frnd'."""
    bare = word.replace("sh", "s").replace("th", "t").replace("kh", "k").translate(_SKELETON)
    return "".join(letter for at, letter in enumerate(bare) if letter != bare[at - 1 : at])


def is_wade_giles(words: tuple[str, ...]) -> bool:
    """Whether all words are syllables in Wade-Giles, one of them in no other spelling: 'hsi', 'chin', 'ping'."""
    return len(words) > 1 and not ONLY_WADE_GILES.isdisjoint(words) and all(word in WADE_GILES for word in words)


def pinyin(words: tuple[str, ...]) -> tuple[str, ...]:
    """Wade-Giles syllables in Pinyin: 'hsi', 'chin', 'ping' -> 'xi', 'jin', 'ping'."""
    return tuple(WADE_GILES[word] for word in words)
