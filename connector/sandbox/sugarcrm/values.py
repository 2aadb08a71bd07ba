"""Values between the wire and the table: times in the user's offset, JSON booleans, decimals as text."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from connector.sandbox.sugar.schema import NUMBER_TYPES, FieldDef
from connector.sandbox.sugarcrm.answers import SugarError

_STORED = "%Y-%m-%d %H:%M:%S"
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_YES = frozenset({"1", "true", "on", "yes"})
_NO = frozenset({"", "0", "false", "off", "no"})
_LARGE = 2.0**62
_DECIMALS = frozenset({"currency", "decimal"})


def wire_value(one: FieldDef, value: object, zone: tzinfo) -> object:
    """A stored value as the API writes it: ISO times in `zone`, `true`/`false`, decimals with six places as text."""
    if one.type == "bool":
        return str(value) == "1" if value is not None else False
    if value is None:
        return [] if one.type == "multienum" else None
    if one.type in ("datetime", "datetimecombo"):
        return wire_time(str(value), zone)
    if one.type in _DECIMALS:
        return f"{float(str(value)):.6f}"
    if one.type in NUMBER_TYPES:
        return int(float(str(value))) if one.type == "int" else float(str(value))
    if one.type == "multienum":
        return [part.strip("^") for part in str(value).split(",") if part.strip("^")]
    return value


@lru_cache(maxsize=65_536)
def wire_time(stored: str, zone: tzinfo) -> str:
    """`2024-05-01 18:00:37` (UTC) as `2024-05-01T14:00:37-04:00`; empty text for an empty value."""
    if not stored:
        return ""
    moment = datetime.strptime(stored[:19], _STORED).replace(tzinfo=UTC)
    try:
        return moment.astimezone(zone).isoformat(timespec="seconds")
    except OverflowError:
        return moment.isoformat(timespec="seconds")


def stored_value(one: FieldDef, value: object, zone: tzinfo) -> object:
    """A value from the wire as the table keeps it. Raises SugarError (422) for one that the field cannot take."""
    if one.type == "bool":
        return _stored_flag(one, value)
    if value is None:
        return None
    if one.type in ("datetime", "datetimecombo"):
        return _stamp(moment_of(one, value, zone)) if value != "" else None
    if one.type == "date":
        return day_of(one, value).isoformat() if value != "" else None
    if one.type in NUMBER_TYPES:
        return _stored_number(one, value)
    if isinstance(value, list):
        return ",".join(f"^{item}^" for item in value)
    if isinstance(value, dict):
        raise invalid(one, value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def invalid(one: FieldDef, value: object) -> SugarError:
    """The refusal of a value that a field cannot take."""
    return SugarError("invalid_parameter", f"Invalid field value: field {one.name} cannot be {value!r}")


def _stored_flag(one: FieldDef, value: object) -> int:
    text = "" if value is None else str(value).strip().lower()
    if text not in _YES | _NO:
        raise invalid(one, value)
    return 1 if text in _YES else 0


def _stored_number(one: FieldDef, value: object) -> int | float | None:
    if value == "":
        return None
    try:
        number = float(str(value))
    except ValueError as error:
        raise invalid(one, value) from error
    # Not a number, or larger than a whole-number column holds.
    if not abs(number) < _LARGE or isinstance(value, bool):
        raise invalid(one, value)
    return int(number) if one.type == "int" else number


def moment_of(one: FieldDef, value: object, zone: tzinfo) -> datetime:
    """An ISO 8601 time from the wire in UTC; without an offset it is the user's own time. Raises SugarError."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise invalid(one, value) from error
    return _in_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _in_utc(moment: datetime) -> datetime:
    """A moment in UTC; one beyond the calendar, which people send for "ever", is its first or last."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _FIRST if moment.year == 1 else _LAST


def day_of(one: FieldDef, value: object) -> date:
    """The calendar day of a date field; a time behind it is cut off, never shifted. Raises SugarError."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise invalid(one, value) from error


def is_day(value: object) -> bool:
    """Whether a value names a whole day (`2024-05-01`)."""
    return isinstance(value, str) and len(value) == 10


def day_bounds(day: date, zone: tzinfo) -> tuple[str, str]:
    """First and last second of a day in `zone`, as the table keeps times."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    end = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone, fold=1)
    return _stamp(_in_utc(start)), _stamp(_in_utc(end))


def _stamp(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")
