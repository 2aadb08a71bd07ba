"""Transforms on text: spelling, names, addresses of people and firms, ids."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import lru_cache

from connector.model.records import Scalar
from connector.values import company as companies
from connector.values import country as countries
from connector.values import email as addresses
from connector.values import names

_INVISIBLE = str.maketrans("", "", "\u0000\u200b\u200c\u200d\u2060\ufeff\u00ad")
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\Z")
_ID_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def as_text(value: Scalar) -> str:
    """A scalar as people would write it: 3.0 is '3', true is 'true'."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def trim(value: Scalar, _country: str = "") -> Scalar:
    """Takes off white space at both ends and invisible characters; line ends become plain newlines."""
    text = value if isinstance(value, str) else as_text(value)
    if not text.isascii() or "\r" in text or "\0" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    return text.strip()


def one_line(value: Scalar, _country: str = "") -> Scalar:
    """Makes one line of it: every stretch of white space becomes one space."""
    return " ".join(str(trim(value)).split())


def lower(value: Scalar, _country: str = "") -> Scalar:
    """Writes it in small letters."""
    return as_text(value).strip().lower()


def upper(value: Scalar, _country: str = "") -> Scalar:
    """Writes it in capitals."""
    return as_text(value).strip().upper()


def title_case(value: Scalar, _country: str = "") -> Scalar:
    """Gives a name that is all capitals or all small its usual casing; mixed casing stays as it is."""
    return names.title_case(str(trim(value)))


def html_unescape(value: Scalar, _country: str = "") -> Scalar:
    """Turns HTML entities back into characters: 'R&amp;D' -> 'R&D'."""
    return html.unescape(as_text(value)).strip()


def email(value: Scalar, _country: str = "") -> Scalar:
    """The e-mail address in small letters, without display name or 'mailto:'; other text stays, in small letters."""
    text = as_text(value)
    return addresses.normal(text) or text.strip().lower()


def host(value: Scalar, _country: str = "") -> Scalar:
    """The host of a web address: 'https://www.Acme.com/about' -> 'acme.com'; other text stays."""
    text = as_text(value).strip()
    return addresses.host(text) or text


def country(value: Scalar, _country: str = "") -> Scalar:
    """The country as ISO code ('Deutschland' -> 'DE'); text that is no known country stays as written."""
    text = str(trim(value))
    return countries.code(text) or text


def full_name_first(value: Scalar, _country: str = "") -> Scalar:
    """The first name out of a one-field name, in either order: 'Lee, Ann' and 'Ann Lee' -> 'Ann'."""
    return names.split_full(str(trim(value))).first


def full_name_last(value: Scalar, _country: str = "") -> Scalar:
    """The last name out of a one-field name, in either order; a generation stays: 'John Doe Jr.' -> 'Doe Jr.'."""
    parts = names.split_full(str(trim(value)))
    return f"{parts.last} {parts.suffix}".strip()


def full_name_salutation(value: Scalar, _country: str = "") -> Scalar:
    """The form of address out of a one-field name: 'Dr. Ann Lee' -> 'Dr.'."""
    return names.split_full(str(trim(value))).salutation


def firm_of_email(value: Scalar, _country: str = "") -> Scalar:
    """The firm as its e-mail domain names it: 'ann@acme-tools.co.uk' -> 'Acme Tools'; nothing for free mail."""
    address = addresses.normal(as_text(value))
    domain = addresses.registrable(address) if address else ""
    if not domain or addresses.is_free(domain) or addresses.is_disposable(domain) or addresses.is_junk(address):
        return None
    name = " ".join(part.capitalize() for part in domain.partition(".")[0].split("-") if part)
    return None if companies.is_junk(name) else name


def salesforce_owner_kind(value: Scalar, _country: str = "") -> Scalar:
    """Whether a Salesforce owner id names a queue (it starts with 00G) or a user (005)."""
    prefix = as_text(value)[:3]
    found = {"00G": "queue", "005": "user"}.get(prefix)
    if not found:
        raise ValueError("an owner id starts with 005 (user) or 00G (queue)")
    return found


@lru_cache(maxsize=1 << 14)
def _long_id(text: str) -> str:
    digits = ""
    for start in (0, 5, 10):
        bits = sum(1 << index for index, char in enumerate(text[start : start + 5]) if "A" <= char <= "Z")
        digits += _ID_DIGITS[bits]
    return text[:15] + digits


def salesforce_id(value: Scalar, _country: str = "") -> Scalar:
    """A Salesforce id in its 18-character form, whichever of the two forms came in."""
    text = as_text(value).strip()
    if not _ID.match(text):
        raise ValueError("a Salesforce id has 15 or 18 letters and digits")
    return _long_id(text)


def blank_if(argument: str) -> Callable[[Scalar, str], Scalar]:
    """Takes the named words for blank: blank_if:Select|-- None --."""
    words = frozenset(word.strip().casefold() for word in argument.split("|"))

    def step(value: Scalar, _country: str = "") -> Scalar:
        return None if as_text(value).strip().casefold() in words else value

    return step


def lines(parts: list[str]) -> str:
    """Joins all sources that are not empty, one per line: street and second address line."""
    return "\n".join(parts)


def words(parts: list[str]) -> str:
    """Joins all sources that are not empty with a space: first and last name to one name."""
    return " ".join(parts)
