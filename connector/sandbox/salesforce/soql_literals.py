"""Text literals of SOQL: what the backslash means in them, plain and in LIKE.

Source: the SOQL reference, "Quoted String Escape Sequences".
"""

from connector.sandbox.salesforce.org_types import ApiError

_PLAIN = {"n": "\n", "N": "\n", "r": "\r", "R": "\r", "t": "\t", "T": "\t", "b": "\b", "B": "\b", "f": "\f",
          "F": "\f", '"': '"', "'": "'", "\\": "\\"}  # fmt: skip


def unescape(raw: str) -> str:
    """The value of a text literal, given what stands between its quotes."""
    if "\\" not in raw:
        return raw
    out: list[str] = []
    at = 0
    while at < len(raw):
        if raw[at] != "\\":
            out.append(raw[at])
            at += 1
            continue
        value, at = _escape(raw, at)
        out.append(value)
    return "".join(out)


def like_pattern(raw: str) -> str:
    """The SQL LIKE pattern (escape character backslash) of a SOQL LIKE literal."""
    out: list[str] = []
    at = 0
    while at < len(raw):
        char = raw[at]
        if char != "\\":
            out.append(char)
            at += 1
        elif raw[at + 1] in "%_":
            out.append(raw[at : at + 2])
            at += 2
        else:
            value, at = _escape(raw, at)
            out.append("\\\\" if value == "\\" else value)
    return "".join(out)


def escape(value: str) -> str:
    """Write a value so that `unescape` gives it back; quotes not included."""
    table = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    return "".join(table.get(char, char) for char in value)


def _escape(raw: str, at: int) -> tuple[str, int]:
    """The character that an escape at `at` stands for, and where the text goes on."""
    letter = raw[at + 1]
    if letter in _PLAIN:
        return _PLAIN[letter], at + 2
    digits = raw[at + 2 : at + 6]
    if letter in "uU" and len(digits) == 4 and all(c in "0123456789abcdefABCDEF" for c in digits):
        return chr(int(digits, 16)), at + 6
    message = f"Invalid string literal '{raw}'. Illegal character sequence '\\{letter}' in string literal."
    raise ApiError("MALFORMED_QUERY", message)
