"""Values on their way from and to SuiteCRM: decoded once, sent so that nothing is lost silently.

Sources: SuiteCRM 7.14.6, ``include/utils/db_utils.php`` (the four entities), ``data/SugarBean.php`` (number
format, cutting), ``include/clean.php`` (markup).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from connector.model.progress import FieldShape
from connector.model.records import Scalar, iso

Sent = str | int | float
"""What a value is on the wire: text, or a JSON number."""

BOOLS = frozenset({"bool", "boolean"})
INTEGERS = frozenset({"int", "uint", "ulong", "long", "short", "tinyint", "integer"})
DECIMALS = frozenset({"float", "double", "decimal", "decimal2", "currency"})
INSTANTS = frozenset({"datetime", "datetimecombo", "timestamp"})
DATES = frozenset({"date"})
ENUMS = frozenset({"enum", "radioenum", "dynamicenum"})
_NO_TEXT = BOOLS | INTEGERS | DECIMALS | INSTANTS | DATES

_ENTITIES = {"&quot;": '"', "&lt;": "<", "&gt;": ">", "&#039;": "'"}
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)))
_TRUE, _FALSE = frozenset({"1", "true", "on", "yes"}), frozenset({"", "0", "false", "off", "no"})
_MARKUP = re.compile(r"<[A-Za-z!/?][^>]*>?")
_DATABASE = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Unsendable(Exception):
    """A value that SuiteCRM would quietly turn into nothing, or into something else."""

    code: str
    message: str


def decode_text(text: str) -> str:
    """Undo the four entities that SuiteCRM writes on every read, once; a literal ``&amp;`` stays as it is."""
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], text)


def decode(value: object, kind: str, *, trust_offset: bool = False) -> Scalar:
    """A value as read, by the described type of its field: empty is None, booleans and numbers are such.

    Raises ValueError for an instant that is none. Objects (V8 shows a few link fields as such) are None.
    """
    if kind in BOOLS:
        return _flag(value)
    if value is None or value == "" or isinstance(value, dict | list):
        return None
    if kind in INTEGERS or kind in DECIMALS:
        return _number(value, whole=kind in INTEGERS)
    if kind in INSTANTS:
        return iso(utc(str(value), trust_offset=trust_offset))
    if kind in DATES:
        return str(value)[:10]
    return decode_text(str(value))


def _flag(value: object) -> bool | None:
    try:
        return _truth(value)
    except ValueError:
        return None


def _truth(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("a boolean that is neither true nor false")
    return word in _TRUE


def _number(value: object, *, whole: bool) -> Scalar:
    try:
        number = float(str(value))
    except ValueError:
        return decode_text(str(value))
    return int(number) if whole and number.is_integer() else number


def utc(text: str, *, trust_offset: bool = False) -> datetime:
    """An instant as SuiteCRM writes it: its first 19 characters are UTC, whatever offset stands behind them.

    V8 prints the web server's offset behind UTC digits (SuiteCRM issue 9952); *trust_offset* believes it.
    Raises ValueError.
    """
    if trust_offset and len(text) > 19:
        return datetime.fromisoformat(text).astimezone(UTC)
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)


def database_time(moment: datetime) -> str:
    """An instant the way SuiteCRM stores and filters it."""
    return moment.astimezone(UTC).strftime(_DATABASE)


def encode(value: Scalar, shape: FieldShape) -> Sent:
    """What to send for *value*: empty clears, decimals are JSON numbers, texts are trimmed and cut by us.

    Raises Unsendable: a date that does not parse would become empty, text in an amount would become 0.
    """
    if value is None or value == "":
        return ""
    if shape.type in BOOLS:
        return _as_flag(value, shape)
    if shape.type in INTEGERS or shape.type in DECIMALS:
        return _as_number(value, shape)
    if shape.type in INSTANTS or shape.type in DATES:
        return _as_date(str(value), shape)
    text = _plain(value)
    if shape.type in ENUMS and shape.values and text not in shape.values:
        raise Unsendable("unknown-value", f"{shape.name} has no value of that name in its list")
    return cut(text, shape.length)


def _as_flag(value: Scalar, shape: FieldShape) -> str:
    try:
        return "1" if _truth(value) else "0"
    except ValueError:
        raise Unsendable("invalid-flag", f"{shape.name} wants yes or no") from None


def _plain(value: Scalar) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\r\n", "\n").strip()


def _as_number(value: Scalar, shape: FieldShape) -> Sent:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        number = float(value)
    else:
        try:
            number = float(str(value).strip())
        except ValueError:
            number = math.nan
    if not math.isfinite(number):
        raise Unsendable("invalid-number", f"{shape.name} wants a number")
    return int(number) if number.is_integer() else number


def _as_date(text: str, shape: FieldShape) -> str:
    try:
        if len(text) <= 10:
            day = date.fromisoformat(text)
            return f"{day.isoformat()} 00:00:00" if shape.type in INSTANTS else day.isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unsendable("invalid-date", f"{shape.name} wants a date") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    shown = database_time(moment)
    return shown if shape.type in INSTANTS else shown[:10]


def cut(text: str, length: int) -> str:
    """*text* no longer than *length* characters (0: any), ended at a word where that loses less than half."""
    if not length or len(text) <= length:
        return text
    head = text[:length]
    if text[length].isspace():
        return head.rstrip()
    at = max(head.rfind(" "), head.rfind("\n"))
    return (head[:at] if at * 2 >= length else head).rstrip()


def stands(sent: Sent, read: Scalar, shape: FieldShape) -> bool:
    """Whether a field read back holds what was sent, as SuiteCRM keeps it.

    Markup is removed on save, ``&amp;`` decoded, and a database without four-byte characters stores ``?``
    for them; where the text held markup, whatever the server left of it is taken as its version.
    """
    if shape.type in BOOLS:
        return bool(_truth(sent)) is bool(read)
    if sent == "":
        return read is None or read == "" or read == 0
    if isinstance(sent, int | float) or isinstance(read, int | float):
        return _close(sent, read)
    if shape.type in INSTANTS:
        return read is not None and str(read)[:16] == str(sent).replace(" ", "T")[:16]
    left, right = _laundered(str(sent)), _laundered(str(read or ""))
    if shape.name in ("email1", "email2"):
        return left.lower() == right.lower()
    return left == right or _is_left_of(str(sent), str(read or ""))


def unchanged(sent: Sent, read: Scalar, shape: FieldShape) -> bool:
    """Whether writing *sent* would change nothing.

    Of text that is the very text alone: a look-alike may be somebody's, and what is not sent is lost.
    """
    if not isinstance(sent, str) or not sent or shape.type in _NO_TEXT or shape.name in ("email1", "email2"):
        return stands(sent, read, shape)
    found = str(read or "").replace("\r\n", "\n").strip()
    return found in (sent, decode_text(sent).replace("&amp;", "&"))


def _is_left_of(sent: str, read: str) -> bool:
    """Whether *read* can be what markup removal left of *sent*: all before the first tag, and not a letter more."""
    tag = _MARKUP.search(sent)
    if tag is None:
        return False
    head, tail, rest = _solid(sent[: tag.start()]), iter(_solid(sent[tag.start() :])), _solid(read)
    return rest.startswith(head) and all(letter in tail for letter in rest[len(head) :])


def _solid(text: str) -> str:
    text = decode_text(text).replace("&amp;", "&")
    return "".join("?" if ord(letter) > 0xFFFF else letter for letter in text if not letter.isspace())


def _close(sent: Sent, read: Scalar) -> bool:
    try:
        return math.isclose(float(sent), float(str(read)), rel_tol=1e-6, abs_tol=1e-6)
    except ValueError:
        return str(sent) == str(read)


def _laundered(text: str) -> str:
    text = _MARKUP.sub("", decode_text(text).replace("&amp;", "&"))
    text = "".join("?" if ord(letter) > 0xFFFF else letter for letter in text)
    return re.sub(r"\s+", " ", re.sub(r"\?+", "?", text)).strip()
