"""Job titles: one spelling for the ways in which one function is written."""

from __future__ import annotations

import re
from functools import lru_cache

from connector.values import letters

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CHIEF = re.compile(r"\bchief (\w)\w*(?: (\w)\w*)? officer\b")
_FILLERS = frozenset(("of", "the", "and", "for", "de", "du", "der", "die", "des"))
_SHORT = {
    "vice president": "vp", "senior vice president": "svp", "executive vice president": "evp",
    "managing director": "md", "general manager": "gm", "human resources": "hr", "information technology": "it",
    "research development": "rd", "public relations": "pr", "quality assurance": "qa",
}  # fmt: skip
_WORDS = {
    "sr": "senior", "snr": "senior", "jr": "junior", "mgr": "manager", "mngr": "manager", "dir": "director",
    "eng": "engineer", "dev": "developer", "asst": "assistant", "assoc": "associate", "exec": "executive",
    "admin": "administrator", "coord": "coordinator", "mktg": "marketing", "acct": "account", "ops": "operations",
    "tech": "technical", "intl": "international", "natl": "national", "reg": "regional", "vice": "vice",
}  # fmt: skip


@lru_cache(maxsize=1 << 14)
def normal(text: str) -> str:
    """The title in one spelling: 'Chief Executive Officer' and 'C.E.O.' -> 'ceo', 'Sr. Mgr' -> 'senior manager'."""
    if not text:
        return ""
    plain = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", letters.latin(text))
    words = [_WORDS.get(word, word) for word in _NOT_WORD.sub(" ", plain).split() if word not in _FILLERS]
    found = _CHIEF.sub(lambda made: f"c{made.group(1)}{made.group(2) or ''}o", " ".join(words))
    for long, short in _SHORT.items():
        found = re.sub(rf"\b{long}\b", short, found)
    return found
