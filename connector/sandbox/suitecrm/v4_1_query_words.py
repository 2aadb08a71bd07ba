"""Cutting a WHERE clause into words, and what the validator refuses before anything else is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from connector.sandbox.suitecrm.v4_1_transport import Broken

_WORD = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
      | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
      | (?P<name>[A-Za-z_][\w$]*|`[^`]+`)
      | (?P<sign><=>|<>|!=|<=|>=|\|\||&&|[=<>(),.*+-])
    )""",
    re.X | re.S,
)
_TEXT = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*\"""", re.S)
_REFUSED = re.compile(
    r"--|/\*|\*/|#|;|\b(?:union|limit|order\s+by|group\s+by|having|procedure|into|user_hash|sleep|benchmark|load_file"
    r"|outfile|dumpfile|insert|update|drop|alter|truncate|information_schema)\b",
    re.I,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "Z": "\x1a", "b": "\b"}


class Kind(Enum):
    """What a word is."""

    TEXT = "text"
    NUMBER = "number"
    NAME = "name"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `value` is a text's content, a number as written, a name or sign as written."""

    kind: Kind
    value: str

    def says(self, *words: str) -> bool:
        """Whether this is one of these keywords (upper case) or signs."""
        return self.kind in (Kind.NAME, Kind.SIGN) and self.value.upper() in words


def forbidden(query: str) -> bool:
    """Whether the text, its literals aside, holds what is refused outright: comments, further clauses, `user_hash`."""
    return _REFUSED.search(_TEXT.sub("''", query)) is not None


def split_words(query: str) -> list[Word]:
    """The words of a query. Raises Broken at a character that begins none."""
    words: list[Word] = []
    at = 0
    while query[at:].strip():
        found = _WORD.match(query, at)
        if found is None or found.lastgroup is None:
            raise Broken("syntax error")
        raw = found[found.lastgroup]
        kind = Kind(found.lastgroup)
        if kind is Kind.TEXT:
            raw = _unquoted(raw)
        elif kind is Kind.NAME:
            raw = raw.strip("`")
        words.append(Word(kind, raw))
        at = found.end()
    return words


def _unquoted(raw: str) -> str:
    quote, inner = raw[0], raw[1:-1]

    def plain(match: re.Match[str]) -> str:
        sign = match[0][1]
        # In a LIKE pattern an escaped wildcard keeps its backslash.
        return match[0] if sign in "%_" else _ESCAPES.get(sign, sign)

    return re.sub(
        rf"\\.|{quote}{quote}", lambda match: quote if match[0] == quote * 2 else plain(match), inner, flags=re.S
    )
