"""What stands still: leads past a deadline, accounts and contacts without activity, opportunities stuck in a stage."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from connector.model.records import Kind, iso
from connector.model.stagnant import Deadline, Quiet, Stay
from connector.reports.funnel_told import Told, in_days, money
from connector.reports.measures import quantile

FEWEST = 20
"""Finished stays in a stage from which on their 90th percentile says when an opportunity is stuck there."""

_DAY = 86400.0
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Longest(Generic[Item]):
    """How many there are, and those that have waited longest, the longest first."""

    count: int
    shown: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Limit:
    """From how many days on an open opportunity counts as stuck in a stage; *stays* finished ones were measured.

    *measured*: the limit is their 90th percentile, else the days that were asked for.
    """

    days: float
    stays: int
    measured: bool


@dataclass(frozen=True, slots=True)
class Stuck:
    """An opportunity that has been in its stage longer than the *limit* of that stage."""

    stay: Stay
    days: float
    limit: float


@dataclass(frozen=True, slots=True)
class StagnantReport:
    """What stands still as of an instant; *days* is how long nothing may happen.

    *never*: quiet records of a kind of which no activity is known at all. *moving*: open opportunities looked at.
    """

    as_of: datetime
    days: int
    late: Longest[Deadline]
    late_by: Mapping[str, int]
    quiet: Mapping[Kind, Longest[Quiet]]
    never: Mapping[Kind, int]
    stuck: Longest[Stuck]
    stuck_value: float
    stuck_by: Mapping[str, int]
    limits: Mapping[str, Limit]
    moving: int


@dataclass
class _Top(Generic[Item]):
    """Counts all, and holds the *most* that have waited longest."""

    most: int
    since: Callable[[Item], datetime]
    count: int = 0
    heap: list[tuple[float, int, Item]] = field(default_factory=list)

    def add(self, item: Item) -> None:
        self.count += 1
        entry = (-(self.since(item) - _LONG_AGO).total_seconds(), -self.count, item)
        if len(self.heap) < self.most:
            heapq.heappush(self.heap, entry)
        else:
            heapq.heappushpop(self.heap, entry)

    def longest(self) -> Longest[Item]:
        return Longest(self.count, [item for _, _, item in sorted(self.heap, key=lambda one: one[:2], reverse=True)])


@dataclass(frozen=True, slots=True)
class Standstill:
    """What is asked: as of when, how many *days* nothing may happen, and how many of each list are shown."""

    as_of: datetime
    days: int = 90
    most: int = 20


def stagnant_report(
    asked: Standstill,
    deadlines: Iterable[Deadline],
    quiet: Mapping[Kind, Iterable[Quiet]],
    stays: Callable[[], Iterable[Stay]],
) -> StagnantReport:
    """Go through everything once (the stays twice: first to learn how long they last).

    *quiet* holds records with which nothing happened in the days asked for.
    """
    late, late_by = _late(asked, deadlines)
    still = {kind: _quiet(asked, records) for kind, records in quiet.items()}
    limits = stay_limits(stays(), asked.days)
    stuck = _Top[Stuck](asked.most, lambda one: one.stay.since)
    by, value, moving = Counter[str](), 0.0, 0
    for stay in stays():
        if stay.until is not None:
            continue
        moving += 1
        days, limit = (asked.as_of - stay.since).total_seconds() / _DAY, _limit(limits, stay, asked.days)
        if days > limit:
            stuck.add(Stuck(stay, days, limit))
            by[stay.stage] += 1
            value += stay.amount or 0.0
    return StagnantReport(
        as_of=asked.as_of,
        days=asked.days,
        late=late,
        late_by=late_by,
        quiet={kind: found for kind, (found, _) in still.items()},
        never={kind: never for kind, (_, never) in still.items()},
        stuck=stuck.longest(),
        stuck_value=round(value, 2),
        stuck_by=dict(by.most_common()),
        limits=limits,
        moving=moving,
    )


def stay_limits(stays: Iterable[Stay], days: int) -> dict[str, Limit]:
    """How long stays in each stage last before they count as stuck."""
    finished: dict[str, array[float]] = defaultdict(lambda: array("d"))
    for stay in stays:
        lengths = finished[stay.stage]
        if stay.until is not None:
            lengths.append((stay.until - stay.since).total_seconds() / _DAY)
    return {stage: _measured(lengths, days) for stage, lengths in sorted(finished.items())}


def _measured(lengths: Sequence[float], days: int) -> Limit:
    if len(lengths) < FEWEST:
        return Limit(float(days), len(lengths), measured=False)
    return Limit(quantile(sorted(lengths), 0.9), len(lengths), measured=True)


def _limit(limits: Mapping[str, Limit], stay: Stay, days: int) -> float:
    return limits[stay.stage].days if stay.stage in limits else float(days)


def _late(asked: Standstill, deadlines: Iterable[Deadline]) -> tuple[Longest[Deadline], dict[str, int]]:
    late, by = _Top[Deadline](asked.most, lambda one: one.due_at), Counter[str]()
    for deadline in deadlines:
        if deadline.due_at <= asked.as_of:
            late.add(deadline)
            by[deadline.name] += 1
    return late.longest(), dict(by.most_common())


def _quiet(asked: Standstill, records: Iterable[Quiet]) -> tuple[Longest[Quiet], int]:
    top, never = _Top[Quiet](asked.most, lambda one: one.since or _LONG_AGO), 0
    for record in records:
        top.add(record)
        never += not record.ever
    return top.longest(), never


def stagnant_json(report: StagnantReport) -> dict[str, object]:
    """The published form of the report."""
    return {
        "status": "done",
        "as_of": iso(report.as_of),
        "days": report.days,
        "leads": {
            "count": report.late.count,
            "by": dict(report.late_by),
            "longest": [_deadline_json(one, report) for one in report.late.shown],
        },
        **{
            f"{kind.value}s": {
                "count": found.count,
                "never": report.never[kind],
                "longest": [_quiet_json(one) for one in found.shown],
            }
            for kind, found in report.quiet.items()
        },
        "opportunities": {
            "count": report.stuck.count,
            "open": report.moving,
            "value": report.stuck_value,
            "by": dict(report.stuck_by),
            "limits": {
                stage: {"days": limit.days, "stays": limit.stays, "measured": limit.measured}
                for stage, limit in report.limits.items()
            },
            "longest": [_stuck_json(one) for one in report.stuck.shown],
        },
    }


def _deadline_json(one: Deadline, report: StagnantReport) -> dict[str, object]:
    late = (report.as_of - one.due_at).total_seconds() / _DAY
    return {
        "lead": str(one.lead),
        "route": one.route,
        "verdict": one.verdict,
        "stage": one.stage,
        "sla": one.name,
        "says": one.says,
        "due_at": iso(one.due_at),
        "late_days": late,
    }


def _quiet_json(one: Quiet) -> dict[str, object]:
    return {"id": str(one.ref), "name": one.name, "since": iso(one.since) if one.since else None, "ever": one.ever}


def _stuck_json(one: Stuck) -> dict[str, object]:
    stay = one.stay
    return {
        "id": str(stay.opportunity),
        "stage": stay.stage,
        "since": iso(stay.since),
        "origin": stay.origin.value,
        "days": one.days,
        "limit": one.limit,
        "amount": stay.amount,
    }


def stagnant_rows(report: StagnantReport) -> Iterator[tuple[object, ...]]:
    """One row per figure, as the funnel's."""
    yield ("leads", "all", "past SLA", report.late.count, "", "")
    for name, count in report.late_by.items():
        yield ("leads", f"sla={name}", "past SLA", count, "", "")
    for kind, found in report.quiet.items():
        yield (f"{kind.value}s", "all", f"quiet for {report.days} days", found.count, "", "")
        yield (f"{kind.value}s", "all", "no activity known", report.never[kind], "", "")
    yield ("opportunities", "all", "stuck", report.stuck.count, "", "")
    yield ("opportunities", "all", "stuck value", report.stuck_value, "", "")
    yield ("opportunities", "all", "open", report.moving, "", "")
    for stage, limit in report.limits.items():
        yield ("opportunities", f"stage={stage}", "stuck", report.stuck_by.get(stage, 0), "", "")
        yield ("opportunities", f"stage={stage}", "limit in days", limit.days, "", "")


def stagnant_tables(report: StagnantReport) -> Iterator[Told]:
    """The report for people, those without rows left out."""
    made = [
        Told("What stands still", ("what", "count"), _summary(report)),
        Told(
            "Leads past their SLA, the longest first",
            ("lead", "route", "verdict", "stage", "deadline", "since", "days late"),
            [
                (
                    *(one.lead, one.route, one.verdict, one.stage, one.says, iso(one.due_at)[:10]),
                    in_days((report.as_of - one.due_at).total_seconds() / _DAY),
                )
                for one in report.late.shown
            ],
        ),
        *(
            Told(f"{kind.value.capitalize()}s without activity", ("record", "name", "last"), _quiet_rows(found))
            for kind, found in report.quiet.items()
        ),
        Told(
            "Opportunities stuck",
            ("opportunity", "stage", "since", "known from", "days", "limit", "amount"),
            [
                (
                    *(one.stay.opportunity, one.stay.stage, iso(one.stay.since)[:10], one.stay.origin.value),
                    *(in_days(one.days), in_days(one.limit), money(one.stay.amount)),
                )
                for one in report.stuck.shown
            ],
        ),
    ]
    return (one for one in made if one.rows)


def _summary(report: StagnantReport) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [("leads past an SLA", report.late.count)]
    rows += [(f"  of these {name}", count) for name, count in report.late_by.items()]
    for kind, found in report.quiet.items():
        rows.append((f"{kind.value}s without activity for {report.days} days", found.count))
        if report.never[kind]:
            rows.append(("  of these without any activity known", report.never[kind]))
    rows.append(("opportunities stuck", f"{report.stuck.count} of {report.moving} open"))
    for stage, count in report.stuck_by.items():
        limit = report.limits[stage]
        basis = f"p90 of {limit.stays} stays" if limit.measured else "the days asked for"
        rows.append((f"  in {stage}, for more than {in_days(limit.days)} days ({basis})", count))
    if report.stuck.count:
        rows.append(("value of these", money(report.stuck_value)))
    return rows


def _quiet_rows(found: Longest[Quiet]) -> list[tuple[object, ...]]:
    return [
        (one.ref, one.name, (iso(one.since)[:10] + ("" if one.ever else " (created)")) if one.since else "never")
        for one in found.shown
    ]
