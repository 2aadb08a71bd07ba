"""Countries: whatever people write, as the two-letter ISO code."""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

from connector.values.country_names import ROWS, SHOWN

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_SMALL = frozenset(("and", "of", "the"))
_APOSTROPHE = re.compile(r"['’`´]")


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], frozenset[str]]:
    names: dict[str, str] = {}
    codes: set[str] = set()
    for row in ROWS.strip().splitlines():
        code_, _, spellings = row.partition(" ")
        codes.add(code_)
        for name in spellings.split("|"):
            names.setdefault(name, code_)
            names.setdefault(name.replace(" ", ""), code_)
    for code_, shown in SHOWN.items():
        names.setdefault(_folded(shown), code_)
    return names, frozenset(codes)


def _folded(text: str) -> str:
    return _NOT_WORD.sub(" ", _APOSTROPHE.sub("", anyascii(text).lower())).strip()


@lru_cache(maxsize=1 << 13)
def code(text: str) -> str:
    """The ISO 3166 alpha-2 code: 'Deutschland', 'U.S.A.', 'DEU', 'de', 'Россия' -> 'DE', 'US', 'DE', 'DE', 'RU'.

    Codes, names in some twenty languages and usual short forms are known ('UK' is GB, 'EL' is Greece as in
    the European Union). Text that is no country gives '': nothing is guessed.
    """
    names, codes = _table()
    spelled = text.strip().upper()
    if spelled in codes:
        return spelled
    if spelled in ("UK", "EL"):
        return "GB" if spelled == "UK" else "GR"
    folded = _folded(text)
    return names.get(folded) or names.get(folded.replace(" ", ""), "")


@lru_cache(maxsize=512)
def name(code_: str) -> str:
    """The English name of a code, the way CRMs word it: 'DE' -> 'Germany', 'US' -> 'United States'; '' when unknown."""
    row = next((row for row in ROWS.splitlines() if row.startswith(f"{code_} ")), "") if is_code(code_) else ""
    words = SHOWN.get(code_) or row[3:].split("|")[1 if "|" in row else 0]
    return (
        words if code_ in SHOWN else " ".join(word if word in _SMALL else word.capitalize() for word in words.split())
    )


def is_code(text: str) -> bool:
    """Whether the text is an ISO 3166 alpha-2 code in capitals."""
    return text in _table()[1]
