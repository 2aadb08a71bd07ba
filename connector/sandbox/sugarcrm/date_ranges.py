"""`$dateRange`: days by name, told from the API user's own today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

Days = tuple[date, date]


def _month(today: date, shift: int) -> Days:
    months = today.year * 12 + today.month - 1 + shift
    first = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _year(today: date, shift: int) -> Days:
    return date(today.year + shift, 1, 1), date(today.year + shift, 12, 31)


def _days(first: int, last: int) -> Callable[[date], Days]:
    return lambda today: (today + timedelta(days=first), today + timedelta(days=last))


# The names that Sugar's own PHP client offers; `last_7_days` counts today in, as the list view does.
RANGES: Mapping[str, Callable[[date], Days]] = {
    "yesterday": _days(-1, -1),
    "today": _days(0, 0),
    "tomorrow": _days(1, 1),
    "last_7_days": _days(-6, 0),
    "next_7_days": _days(0, 6),
    "last_30_days": _days(-29, 0),
    "next_30_days": _days(0, 29),
    "last_month": lambda today: _month(today, -1),
    "this_month": lambda today: _month(today, 0),
    "next_month": lambda today: _month(today, 1),
    "last_year": lambda today: _year(today, -1),
    "this_year": lambda today: _year(today, 0),
    "next_year": lambda today: _year(today, 1),
}
