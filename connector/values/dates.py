"""Dates and instants: read in the format that the mapping names, written in the house's one spelling."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WORDS = (
    ("YYYY", "%Y"), ("YY", "%y"), ("MMMM", "%B"), ("MMM", "%b"), ("MM", "%m"), ("M", "%m"),
    ("DD", "%d"), ("D", "%d"), ("HH", "%H"), ("hh", "%I"), ("mm", "%M"), ("ss", "%S"), ("AM", "%p"),
)  # fmt: skip


@lru_cache(maxsize=256)
def format_of(words: str) -> str:
    """The format for reading, from words a person writes: 'DD.MM.YYYY' -> '%d.%m.%Y'; a '%' format is kept.

    YYYY year, MM month, DD day, MMM short and MMMM long month name, HH hour (hh with AM), mm minute, ss
    second. Raises ValueError when no part of a date is named.
    """
    if "%" in words:
        return words
    found, rest = "", words
    while rest:
        word, code = next(((w, c) for w, c in _WORDS if rest.startswith(w)), (rest[0], rest[0]))
        found, rest = found + code, rest[len(word) :]
    if "%" not in found:
        raise ValueError(f"{words!r} names no part of a date; write for example DD.MM.YYYY")
    return found


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The time zone of that name ('Europe/Berlin', 'UTC'). Raises ValueError for a name nobody knows."""
    if name.upper() in ("", "UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write for example Europe/Berlin") from None


@lru_cache(maxsize=1 << 14)
def to_date(text: str, form: str = "") -> str:
    """A date as 'YYYY-MM-DD'. *form* says how it is written ('MM/DD/YYYY'); without it only ISO dates are read.

    Day and month are never guessed. Raises ValueError when the text does not fit.
    """
    spelled = text.strip()
    if form:
        return datetime.strptime(spelled, format_of(form)).date().isoformat()  # noqa: DTZ007 - a date has no zone
    return date.fromisoformat(spelled[:10] if spelled[10:11] in ("T", " ") else spelled).isoformat()


@lru_cache(maxsize=1 << 14)
def to_instant(text: str, form: str = "", zone_name: str = "") -> str:
    """An instant in UTC: '2024-05-01T10:00:00.000+0000' -> '2024-05-01T10:00:00Z'.

    *form* says how it is written; without it ISO 8601 is read. A text without an offset is taken in
    *zone_name*, UTC when none is named; a bare date is its first moment there. Fractions of a second
    stay when they are not zero. Raises ValueError when the text does not fit.
    """
    spelled = text.strip()
    moment = datetime.strptime(spelled, format_of(form)) if form else datetime.fromisoformat(spelled)  # noqa: DTZ007
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(zone_name))
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write_date(text: str, form: str) -> str:
    """An ISO date in the format that the mapping names. Raises ValueError for text that is no ISO date."""
    return date.fromisoformat(text).strftime(format_of(form)) if form else text


def write_instant(text: str, form: str, zone_name: str) -> str:
    """An ISO instant in the format and zone that the mapping names; ISO 8601 with its offset without a format."""
    moment = datetime.fromisoformat(text).astimezone(zone(zone_name))
    return moment.strftime(format_of(form)) if form else moment.isoformat()
