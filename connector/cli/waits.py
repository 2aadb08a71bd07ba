"""How long leads waited, and for whom: for machines and for people."""

from __future__ import annotations

from collections.abc import Iterator

from connector.model.match import Frozen
from connector.model.records import iso
from connector.reports.waiting import WAITED_FOR, Interval, Part, Spread, Waiting, WaitingReport

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_WORDS = {Part.OURS: "us"}


def spell(seconds: float) -> str:
    """A length of time in the two largest units that it fills: ``2 d 3 h``, ``40 s``."""
    left = int(seconds)
    told: list[str] = []
    for size, unit in _UNITS:
        if left >= size and len(told) < 2:
            told.append(f"{left // size} {unit}")
            left %= size
    return " ".join(told) or "0 s"


def waiting_json(waiting: Waiting) -> dict[str, object]:
    """A lead's time: seconds per part, their sum, the stretches, and whom it waits for now."""
    return {
        "seconds": {part.value: round(waiting.seconds.get(part, 0.0), 3) for part in WAITED_FOR},
        "total": round(waiting.total, 3),
        "for_now": waiting.for_now.value,
        "intervals": [_interval_json(interval) for interval in waiting.intervals],
    }


def _interval_json(interval: Interval) -> dict[str, object]:
    return {"since": iso(interval.since), "until": iso(interval.until), "part": interval.part.value}


def waiting_lines(waiting: Waiting) -> Iterator[str]:
    """A lead's time in a sentence."""
    parts = [
        f"{_WORDS.get(part, part.value)} {spell(seconds)}"
        for part in WAITED_FOR
        if (seconds := waiting.seconds[part]) >= 1
    ]
    told = f": {', '.join(parts)}" if parts else ""
    now = (
        ""
        if waiting.for_now is Part.RESTING
        else f"; now waits for {_WORDS.get(waiting.for_now, waiting.for_now.value)}"
    )
    yield f"  waited {spell(waiting.total)}{told}{now}"


def frozen_json(mark: Frozen | None) -> dict[str, object] | None:
    """Since when nothing is written for a lead, and why."""
    return None if mark is None else {"since": iso(mark.since), "why": mark.why}


def frozen_lines(mark: Frozen | None) -> Iterator[str]:
    """Why nothing is written for a lead, in a sentence."""
    if mark is not None:
        yield f"  frozen until the next sync decides it anew: {mark.why}"


def report_json(report: WaitingReport) -> dict[str, object]:
    """The published form of one route's waits; times in seconds."""
    return {
        "route": report.route,
        "leads": report.leads,
        "for_now": {part.value: count for part, count in report.for_now.items()},
        "parts": {part.value: _spread_json(spread) for part, spread in report.parts.items()},
        "total": _spread_json(report.total),
    }


def _spread_json(spread: Spread) -> dict[str, object]:
    return {
        "leads": spread.leads,
        "median": round(spread.median, 3),
        "p90": round(spread.p90, 3),
        "total": round(spread.total, 3),
    }


def report_rows(report: WaitingReport) -> Iterator[tuple[object, ...]]:
    """The rows of one route's table: part, leads that waited, how many wait now, median, nine in ten."""
    for part, spread in report.parts.items():
        waits = report.for_now.get(part, 0)
        yield report.route, part.value, spread.leads, waits, spell(spread.median), spell(spread.p90)
    waits = sum(count for part, count in report.for_now.items() if part is not Part.RESTING)
    yield report.route, "in all", report.total.leads, waits, spell(report.total.median), spell(report.total.p90)
