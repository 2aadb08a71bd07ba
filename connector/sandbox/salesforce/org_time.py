"""Dates and times as Salesforce writes them: `2026-03-17T16:21:26.000+0000`, always UTC, whole seconds.

The text form sorts like time, so it is what the tables hold.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|z|[+-]\d{2}:?\d{2})?"
)


def stamp_text(moment: datetime) -> str:
    """Write an aware moment the way the API does, with the fraction of a second cut off."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def parse_moment(value: str) -> datetime | None:
    """Read an ISO 8601 moment (`Z`, `+00:00`, `+0000` or none, then UTC); None when it is not one."""
    found = _MOMENT.fullmatch(value.strip())
    if found is None:
        return None
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    second = int(found.group(6) or 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(found.group(7)))
    except ValueError:
        return None


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def parse_day(value: str) -> date | None:
    """Read `2026-03-31` (a time after it is ignored); None when it is not a date."""
    text = value.strip()
    found = _DATE.fullmatch(text[:10])
    if found is None or (len(text) > 10 and parse_moment(text) is None):
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def last_day_of_fiscal_quarter(today: date, start_month: int) -> date:
    """The last day of the fiscal quarter that holds `today`, in a fiscal year starting in `start_month`."""
    into_quarter = (today.month - start_month) % 3
    months = today.year * 12 + today.month - 1 - into_quarter + 3
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)


def fiscal_period(day: date, start_month: int) -> tuple[int, int]:
    """The fiscal year (named after the year it ends in) and quarter of a day."""
    shifted = (day.month - start_month) % 12
    year = day.year + 1 if start_month > 1 and day.month >= start_month else day.year
    return year, shifted // 3 + 1
