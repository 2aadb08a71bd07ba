"""Phone numbers: one spelling where the country is known, and the digits where it is not."""

from __future__ import annotations

import re
from functools import lru_cache

_NOT_DIGITS = re.compile(r"\D+")
_E164 = re.compile(r"\+[1-9]\d{6,14}(?:;ext=\d{1,10})?\Z")
_PLAIN = re.compile(r"[\d\s().\-/]+\Z")
_NORTH_AMERICA = frozenset(("US", "CA"))
_EXTENSION = re.compile(r"(?:;ext=|\bext(?:ension)?\.?|\bx|\bdurchwahl|\bposte|#)\s*:?\s*(\d{1,7})\s*\Z", re.IGNORECASE)
_SAME_DIGIT = re.compile(r"(\d)\1+\Z")
_COUNTING = ("01234567890123456789", "98765432109876543210")


@lru_cache(maxsize=1 << 16)
def normal(text: str, country: str = "") -> str:
    """The number in international spelling (E.164), with an extension as ';ext=': '+15046218927;ext=45'.

    *country* is the ISO code of where the number is at home; without it only numbers that start with '+'
    (or the same written '00') can be told. Where it cannot be told, or could not be dialled there, the answer is ''.
    """
    if _E164.match(text):
        return text
    if not any(map(str.isdigit, text)):
        return ""
    return _north_american(text, country) or _parsed(text, country.upper())


def _north_american(text: str, country: str) -> str:
    """Ten plain digits in the US or Canada need no library: area code and number, neither of which may start with 1."""
    if country not in _NORTH_AMERICA or not _PLAIN.match(text):
        return ""
    found = _NOT_DIGITS.sub("", text)
    return f"+1{found}" if len(found) == 10 and found[0] > "1" else ""


def _parsed(text: str, country: str) -> str:
    written = text.strip()
    told = _told(written, country) if country else ""
    return told or _told("+" + written[2:] if written.startswith("00") else written, "")


def _told(text: str, country: str) -> str:
    import phonenumbers  # metadata of all countries: only when a number is read

    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    spelled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{spelled};ext={number.extension}" if number.extension else str(spelled)


def without_extension(number: str) -> str:
    """The number without its extension: '+15046218927;ext=45' -> '+15046218927'."""
    return number.partition(";ext=")[0]


@lru_cache(maxsize=1 << 15)
def extension(text: str) -> str:
    """The extension, however it is written: '504-621-8927 x45' -> '45'; '' when there is none."""
    found = _EXTENSION.search(text)
    return found.group(1) if found else ""


@lru_cache(maxsize=1 << 16)
def digits(text: str) -> str:
    """The digits of the number as written, extension left out: '(504) 621-8927 x45' -> '5046218927'."""
    return _NOT_DIGITS.sub("", _EXTENSION.sub("", text))


def tail(text: str) -> str:
    """The last eight digits, which stay the same however the country is written; '' for shorter numbers."""
    found = digits(text)
    return found[-8:] if len(found) >= 8 else ""


@lru_cache(maxsize=1 << 16)
def is_junk(text: str) -> bool:
    """Whether the number was typed to get past a form: fewer than seven digits, one digit repeated, counting up.

    '000 000 0000', '+1 999 999 9999' and '1234567890' are junk; 555 numbers are not. Empty is missing, not junk.
    """
    found = digits(text)
    if not text.strip():
        return False
    if len(found) < 7:
        return True
    behind = [found[skip:] for skip in range(4) if len(found) - skip >= 7]  # a country code may stand in front
    national = behind[:3] if text.strip().startswith("+") else behind[:1]
    return (len(set(found)) < 5 and any(_SAME_DIGIT.match(number) for number in behind)) or any(
        number in line for number in national for line in _COUNTING
    )
