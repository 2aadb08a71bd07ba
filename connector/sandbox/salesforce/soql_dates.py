"""Date literals of SOQL (TODAY, LAST_N_DAYS:30, THIS_FISCAL_QUARTER, ...) as half-open ranges of days.

They are evaluated in the user's time zone; weeks start on Sunday. Source: SOQL reference, "Date Formats and
Date Literals".
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.sandbox.salesforce.org_time import stamp_text

Span = tuple[date, date]

_NAMED = re.compile(r"(last|this|next)_(week|month|quarter|year|fiscal_quarter|fiscal_year)")
_COUNTED = re.compile(r"(last|next)_n_(days|weeks|months|quarters|years):(\d+)")
_AGO = re.compile(r"n_days_ago:(\d+)")
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}
_DAY = timedelta(days=1)


def zone(name: str) -> tzinfo:
    """The time zone of that name; UTC when it is GMT or unknown here."""
    if name in ("GMT", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def span(literal: str, today: date, fiscal_start: int) -> Span:
    """The first day and the day after the last day that a date literal covers."""
    text = literal.lower()
    simple = {"yesterday": -1, "today": 0, "tomorrow": 1}
    if text in simple:
        start = today + simple[text] * _DAY
        return start, start + _DAY
    if text in ("last_90_days", "next_90_days"):
        text = f"{text[:4]}_n_days:90"
    named = _NAMED.fullmatch(text)
    if named is not None:
        step = {"last": -1, "this": 0, "next": 1}[named.group(1)]
        return _period(named.group(2), today, step, fiscal_start)
    ago = _AGO.fullmatch(text)
    if ago is not None:
        start = today - int(ago.group(1)) * _DAY
        return start, start + _DAY
    return _counted(text, today, fiscal_start)


def _counted(text: str, today: date, fiscal_start: int) -> Span:
    found = _COUNTED.fullmatch(text)
    if found is None:
        raise ValueError(f"not a date literal: {text}")
    direction, unit, count = found.group(1), found.group(2).removesuffix("s"), int(found.group(3))
    if unit == "day":
        if direction == "last":
            return today - count * _DAY, today + _DAY
        return today + _DAY, today + (count + 1) * _DAY
    first = _period(unit, today, -count if direction == "last" else 1, fiscal_start)
    last = _period(unit, today, -1 if direction == "last" else count, fiscal_start)
    return first[0], last[1]


def _period(unit: str, today: date, step: int, fiscal_start: int) -> Span:
    """The week, month, quarter or year that is `step` such periods after the present one."""
    if unit == "week":
        sunday = today - ((today.weekday() + 1) % 7) * _DAY + step * 7 * _DAY
        return sunday, sunday + 7 * _DAY
    length = _MONTHS[unit]
    origin = fiscal_start - 1 if unit.startswith("fiscal") else 0
    months = today.year * 12 + today.month - 1 - origin
    first = (months // length + step) * length + origin
    return _month(first), _month(first + length)


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def day_start(day: date, where: tzinfo) -> str:
    """Midnight of a day in a time zone, as the API writes moments."""
    return stamp_text(datetime.combine(day, time.min, tzinfo=where))
