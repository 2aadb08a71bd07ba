"""Transforms towards numbers, flags, dates, instants, phones and the few closed words of the canon."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from connector.mapping import requests
from connector.mapping.text_steps import as_text
from connector.model.records import Scalar
from connector.values import dates, names
from connector.values import phone as phones

Step = Callable[[Scalar, str], Scalar]

_TRUE = frozenset(("true", "yes", "y", "t", "1", "on", "x", "ja", "oui", "si", "sí", "checked"))
_FALSE = frozenset(("false", "no", "n", "f", "0", "off", "nein", "non", "unchecked"))
_UNKNOWN = frozenset(("unknown", "not sure", "maybe", "-", "?", "n/a", "na", "tbd", "none"))
_POINT = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:[,' \u00a0\u202f]\d{3})+)(?:\.\d+)?\Z")
_COMMA = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:[.' \u00a0\u202f]\d{3})+)(?:,\d+)?\Z")
_GROUPS = re.compile(r"[' \u00a0\u202f]")
_AROUND = re.compile(r"^[^\d+\-.,]+|[^\d.,]+$")
_FIRST = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?")
_SCALES = {"": 1} | {word: 10**power for words, power in (
    (("k", "thousand"), 3), (("m", "mn", "mio", "million"), 6), (("b", "bn", "billion"), 9),
) for word in words}  # fmt: skip
_MONEY = re.compile(
    r"[^\d\s.,+-]{0,3}\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s?(k|thousand|mn|mio|million|m|bn|billion|b)?(?:\s?(?:[A-Z]{3}|[^\w\s.,+-]))?\Z",
    re.IGNORECASE,
)
_KEPT_ACCENTS = str.maketrans("’`´–—", "'''--")


def whole_if_possible(value: float) -> int | float:
    """3.0 as 3, so that equal numbers are spelled the same; raises ValueError for what is no number."""
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise ValueError("this is no finite number")
    return int(value) if value.is_integer() else value


def number(decimal_comma: bool = False) -> Step:
    """A number out of '1,200.50' or '$1,200'; with number:comma out of '1.200,50 €'. Words are refused."""
    form, group, point = (_COMMA, ".", ",") if decimal_comma else (_POINT, ",", ".")

    def step(value: Scalar, _country: str = "") -> Scalar:
        if isinstance(value, bool):
            raise ValueError("a yes or no is no number")
        if isinstance(value, int | float):
            return whole_if_possible(value)
        text = _AROUND.sub("", as_text(value).strip())
        if not form.match(text):
            raise ValueError("this is no number")
        return whole_if_possible(float(_GROUPS.sub("", text).replace(group, "").replace(point, ".")))

    return step


def first_number(value: Scalar, _country: str = "") -> Scalar:
    """The first number in the text: '51-200 employees' -> 51, '1,000+' -> 1000. A text without one is refused."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return whole_if_possible(value)
    found = _FIRST.search(as_text(value))
    if not found:
        raise ValueError("there is no number in this text")
    return whole_if_possible(float(found.group().replace(",", "")))


def lower_bound(value: Scalar, _country: str = "") -> Scalar:
    """The first number in the text: '50-100' -> 50, '1,000+' -> 1000. A text without one counts as empty."""
    try:
        return first_number(value)
    except ValueError:
        return None


def money(value: Scalar, _country: str = "") -> Scalar:
    """An amount out of text: '$1,200.50', '1.5M', '2 million EUR'. A span ('1-5M') or words count as empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return whole_if_possible(value)
    found = _MONEY.match(as_text(value).strip())
    if not found:
        return None
    return whole_if_possible(round(float(found[1].replace(",", "")) * _SCALES[(found[2] or "").casefold()], 2))


def flag(value: Scalar, _country: str = "") -> Scalar:
    """True or false out of true/false, yes/no, 1/0, on/off. Other words are refused."""
    if isinstance(value, bool):
        return value
    word = as_text(value).strip().casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("this is neither yes nor no")


def yes_no(value: Scalar, _country: str = "") -> Scalar:
    """'yes' or 'no' (budget, authority, need, timeframe); 'unknown' counts as empty. Other words are refused."""
    word = as_text(value).strip().casefold()
    if word in _UNKNOWN:
        return None
    return "yes" if flag(value) else "no"


def date(form: str = "") -> Step:
    """A date; its format follows the colon, in quotes: 'date:DD.MM.YYYY', 'date:M/D/YYYY'. Without: 2024-12-31."""

    def step(value: Scalar, _country: str = "") -> Scalar:
        try:
            return dates.to_date(as_text(value), form)
        except ValueError:
            raise ValueError(f"this is no date written {'as the mapping says' if form else 'as YYYY-MM-DD'}") from None

    return step


def instant(form: str = "", zone: str = "") -> Step:
    """A moment in UTC; format and zone, in quotes: 'instant:DD.MM.YYYY HH:mm@Europe/Berlin'. Without: ISO 8601."""

    def step(value: Scalar, _country: str = "") -> Scalar:
        try:
            return dates.to_instant(as_text(value), form, zone)
        except ValueError:
            raise ValueError(f"this is no moment written {'as the mapping says' if form else 'as ISO 8601'}") from None

    return step


def phone(home: str = "") -> Step:
    """The number in international form by the record's country (phone:US: by that one when the record has none)."""

    def step(value: Scalar, country: str = "") -> Scalar:
        text = as_text(value).strip()
        return phones.normal(text, country if len(country) == 2 else home) or text

    return step


def phone_for_people(value: Scalar, _country: str = "") -> Scalar:
    """The way back: an extension is written as people write it, ' x45'."""
    return as_text(value).replace(";ext=", " x")


def requested_action(value: Scalar, _country: str = "") -> Scalar:
    """demo, trial, quote or call out of a picklist word such as 'Call me'. Other words are refused."""
    found = requests.picked(as_text(value))
    if not found:
        raise ValueError("this names none of demo, trial, quote, call")
    return found


def requested_action_in_text(value: Scalar, _country: str = "") -> Scalar:
    """demo, trial, quote or call where free text asks for it ('please call me'); nothing otherwise."""
    return requests.in_text(names.plain(as_text(value).translate(_KEPT_ACCENTS))) or None
