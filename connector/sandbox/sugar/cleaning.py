"""How a value given for a field is stored.

SuiteCRM cleans text before it stores it (`SugarBean::cleanBean`, `include/clean.php`: HTML Purifier, then decoding
of entities); Sugar stores what it is given. Both cut nothing but SuiteCRM text longer than its column.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from connector.sandbox.sugar.flavour import Flavour
from connector.sandbox.sugar.schema import NUMBER_TYPES, FieldDef
from connector.sandbox.sugar.words import read_date, read_time

# Tags that the purifier's configuration lets through.
_KEPT_TAGS = frozenset(
    {"a", "b", "i", "u", "p", "br", "hr", "em", "strong", "div", "span", "ul", "ol", "li", "table", "tr", "td", "th",
     "tbody", "thead", "tfoot", "h1", "h2", "h3", "h4", "h5", "h6", "img", "pre", "code", "blockquote", "font", "sub",
     "sup", "small", "big", "center", "s", "strike", "tt", "dl", "dt", "dd", "caption", "address", "cite", "q"}
)  # fmt: skip
_VOID_BODIES = re.compile(r"(?is)<(script|style|iframe|object)\b.*?(</\1\s*>|$)")
_TAG = re.compile(r"(?s)</?([A-Za-z][\w:-]*)[^<>]*>?|<!--.*?(-->|$)")
_MOST = 2**31 - 1
_LARGEST = 1e300
_FALSE = frozenset({"", "0", "false", "off", "no"})
_STORED_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STORED_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")
# The user's own formats, those of a fresh installation: m/d/Y and H:i.
_USER_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def is_true(value: object) -> bool:
    """Whether PHP takes a value for a set flag."""
    return value is not None and str(value).strip().lower() not in _FALSE


def plain(value: object) -> object:
    """A value as a field can hold it: PHP stores an array as the word for it."""
    return "Array" if isinstance(value, dict | list) else value


def stored_value(one: FieldDef, value: object, flavour: Flavour, settings: Mapping[str, object]) -> object:
    """What the column of a field holds after `value` was saved; None is an empty field."""
    if one.type == "bool":
        return int(is_true(value))
    if value is None or value == "":
        return one.default if one.type != "enum" and one.default is not None else None
    if one.type == "date":
        return _strict_date(str(value)) if flavour.cleans_text else read_date(value)
    if one.type == "datetime":
        return _strict_time(str(value)) if flavour.cleans_text else read_time(value)
    if one.type in NUMBER_TYPES:
        return _number(one, value, settings)
    return _text(one, value, flavour, settings)


def _strict_date(text: str) -> str | None:
    """A date in the database's format or the user's; any other text is no date (`SugarBean::fixUpFormatting`)."""
    user = _USER_DATE.fullmatch(text)
    if user:
        return read_date(f"{user[3]}-{user[1]}-{user[2]}")
    return read_date(text) if _STORED_DATE.fullmatch(text[:10]) and text[10:11] in ("", " ") else None


def _strict_time(text: str) -> str | None:
    """The same for a moment; ISO 8601 with a `T` or an offset is in neither format."""
    day, _, rest = text.partition(" ")
    user = _USER_DATE.fullmatch(day)
    plain = f"{user[3]}-{user[1]}-{user[2]} {rest}".strip() if user else text
    if _STORED_DATE.fullmatch(plain):
        plain += " 00:00:00"
    if not _STORED_TIME.fullmatch(plain):
        return None
    return read_time(plain if plain.count(":") == 2 else f"{plain}:00")


def clean_markup(text: str) -> str:
    """Text without the markup that SuiteCRM's purifier removes, entities decoded once, trimmed."""
    text = _VOID_BODIES.sub("", text)
    kept = _TAG.sub(lambda match: match[0] if (match[1] or "").lower() in _KEPT_TAGS else "", text)
    return html.unescape(kept).strip() if "&" in kept else kept.strip()


def _text(one: FieldDef, value: object, flavour: Flavour, settings: Mapping[str, object]) -> str | None:
    text = ("1" if value else "0") if isinstance(value, bool) else str(value)
    if flavour.cleans_text:
        text = clean_markup(text)
        if settings.get("three_byte_utf8"):
            text = _ASTRAL.sub("????", text)
        if one.limit is not None:
            text = text[: one.limit]
    return text if text != "" else None


def _number(one: FieldDef, value: object, settings: Mapping[str, object]) -> int | float:
    if isinstance(value, bool | int | float) and abs(value) < _LARGEST:
        number = float(value)
    else:
        number = plain_number(str(value), settings)
    return max(-_MOST, min(_MOST, int(number))) if one.type == "int" else number


def plain_number(text: str, settings: Mapping[str, object]) -> float:
    """A number written in the user's format; what is no number is 0 (PHP's reading of `unformat_number`)."""
    grouped = str(settings.get("user_number_separator", ","))
    point = str(settings.get("user_decimal_separator", "."))
    plain = text.strip().replace(grouped, "").replace(point, ".")
    found = re.match(r"[+-]?\d*\.?\d+(?:[eE][+-]?\d+)?", plain)
    number = float(found[0]) if found else 0.0
    return number if abs(number) < _LARGEST else 0.0
