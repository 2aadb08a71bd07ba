"""One lead's way through the funnel, and what its instants say that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connector.model.history import LeadHistory

STAGES = ("lead", "mql", "srl", "sql", "won")
"""The stages in their order; *lost* is the other way to end."""

WON, QUALIFIED, UNQUALIFIED = "won", "qualified", "unqualified"
_DAY = 86400.0
_WORDS = {
    "created_at": "created",
    "mql_at": "MQL",
    "srl_at": "SRL",
    "sql_at": "SQL",
    "won_at": "won",
    "lost_at": "lost",
    "disqualified_at": "disqualified",
    "recycled_at": "recycled",
    "converted_at": "converted",
}
_ORDER = ("created_at", "mql_at", "srl_at", "sql_at")
_ENDS = ("won_at", "lost_at")
_AFTER_CREATION = ("disqualified_at", "recycled_at", "converted_at")


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something about a lead's row that cannot be, in words; *place* is ``file:line:column`` where it is known."""

    lead_id: str
    what: str
    place: str = ""


def days(since: datetime | None, until: datetime | None) -> float | None:
    """Days from one instant to another; None where either is not known, or the second lies before the first.

    An instant at midnight UTC is held to be a date: of the same day, it lies not before another.
    """
    if since is None or until is None:
        return None
    if until < since:
        until, since = until.astimezone(UTC), since.astimezone(UTC)
        return 0.0 if _is_date(until) and until.date() == since.date() else None
    return (until - since).total_seconds() / _DAY


def sum_of(row: LeadHistory) -> str:
    """The sum that the row's amount is a part of: `WON`, `QUALIFIED`, `UNQUALIFIED`, or empty for none."""
    if row.won_at is not None or row.lost_at is not None or row.disqualified_at is not None:
        return WON if row.won_at is not None and row.lost_at is None else ""
    if row.gone or (row.sql_at is None and row.srl_at is None):
        return ""
    return QUALIFIED if row.sql_at is not None else UNQUALIFIED


def contradictions(row: LeadHistory, as_of: datetime) -> Iterator[str]:
    """What the instants and the amount of a row say that cannot be, each in a sentence."""
    latest: str | None = None
    for name in _ORDER:
        yield from _before(row, name, latest)
        latest = _later(row, name, latest)
    for name in _ENDS:
        yield from _before(row, name, latest)
    for name in _AFTER_CREATION:
        yield from _before(row, name, "created_at")
    if row.won_at is not None and row.lost_at is not None:
        yield f"both won ({_told(row.won_at)}) and lost ({_told(row.lost_at)})"
    if row.amount is not None and row.amount < 0:
        yield f"its amount is negative ({row.amount:,.2f})"
    horizon = as_of + timedelta(seconds=1)
    for name, word in _WORDS.items():
        moment: datetime | None = getattr(row, name)
        if moment is not None and moment > horizon:
            yield f"{word} on {_told(moment)}, which is after {_told(as_of)}"


def _before(row: LeadHistory, name: str, earlier: str | None) -> Iterator[str]:
    moment: datetime | None = getattr(row, name)
    first: datetime | None = getattr(row, earlier) if earlier else None
    if moment is not None and first is not None and moment < first and days(first, moment) is None:
        yield f"{_WORDS[name]} on {_told(moment)}, before it was {_WORDS[earlier or '']} on {_told(first)}"


def _later(row: LeadHistory, name: str, other: str | None) -> str | None:
    """Which of two instants is the later one; the first alone where the other is not known."""
    moment: datetime | None = getattr(row, name)
    if moment is None:
        return other
    first: datetime | None = getattr(row, other) if other else None
    return name if first is None or moment > first else other


def _is_date(moment: datetime) -> bool:
    return moment.hour == moment.minute == moment.second == moment.microsecond == 0


def _told(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%d" if _is_date(moment) else "%Y-%m-%dT%H:%MZ")
