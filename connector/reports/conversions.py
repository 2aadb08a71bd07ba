"""What we did with leads, and how early conversions fared against those that met BANT first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.model.history import LeadHistory
from connector.model.records import iso
from connector.model.stagnant import Deed
from connector.reports.funnel import HEALTHY
from connector.reports.funnel_told import HEALTH_WORDS, Told, in_days, interval, percent, rate_json
from connector.reports.funnel_way import reached
from connector.reports.measures import Rate, quantile

EARLY, ON_BANT, WITHOUT = "early", "on BANT", "no opportunity asked for"
_SQL, _DAY = 3, 86400.0


@dataclass(frozen=True, slots=True)
class Fared:
    """What became of conversions of one kind.

    *accepted* is the share that sales took on (SQL or further), *settled* that share of those no longer in the first
    stage, *won* the share won of those won or lost after SQL. *waiting_days* is the median age of those still in the
    first stage. Only *settled* is judged: what is young has not had its time.
    """

    converted: int
    sql: int
    won: int
    lost: int
    open: int
    waiting: int
    waiting_days: float | None
    accepted: Rate
    settled: Rate
    win: Rate


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher the early share is than the other, with its 95 % interval (Newcombe 1998); None without both."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ConversionsReport:
    """What was done in a stretch of time, and how the conversions of that time fared."""

    as_of: datetime
    since: datetime
    until: datetime
    deeds: Sequence[Deed]
    fared: Mapping[str, Fared]
    differences: Mapping[str, Difference | None]


@dataclass
class _Group:
    converted: int = 0
    sql: int = 0
    won: int = 0
    lost: int = 0
    lost_early: int = 0
    gone: int = 0
    waiting: list[float] = field(default_factory=list)

    def add(self, row: LeadHistory, as_of: datetime) -> None:
        self.converted += 1
        accepted = reached(row) >= _SQL
        self.sql += accepted
        self.won += row.won_at is not None
        if row.lost_at is not None:
            self.lost += accepted
            self.lost_early += not accepted
        elif row.gone:
            self.gone += 1
        elif not accepted and row.converted_at is not None:
            self.waiting.append((as_of - row.converted_at).total_seconds() / _DAY)

    def fared(self) -> Fared:
        waiting = sorted(self.waiting)
        return Fared(
            converted=self.converted,
            sql=self.sql,
            won=self.won,
            lost=self.lost + self.lost_early,
            open=self.converted - self.won - self.lost - self.lost_early - self.gone,
            waiting=len(waiting),
            waiting_days=quantile(waiting, 0.5) if waiting else None,
            accepted=Rate(self.sql, self.converted),
            settled=Rate(self.sql, self.sql + self.lost_early, HEALTHY["srl_to_sql"]),
            win=Rate(self.won, self.won + self.lost),
        )


def conversions_report(
    as_of: datetime, since: datetime, until: datetime, deeds: Sequence[Deed], rows: Iterable[LeadHistory]
) -> ConversionsReport:
    """Sum what was done from *since* until before *until*; *rows* are gone through once."""
    groups = {EARLY: _Group(), ON_BANT: _Group(), WITHOUT: _Group()}
    for row in rows:
        if row.converted_at is not None and since <= row.converted_at < until:
            groups[kind_of(row)].add(row, as_of)
    fared = {kind: group.fared() for kind, group in groups.items()}
    early, other = fared[EARLY], fared[ON_BANT]
    differences = {
        "settled": difference(early.settled, other.settled),
        "win": difference(early.win, other.win),
    }
    return ConversionsReport(as_of, since, until, deeds, fared, differences)


def kind_of(row: LeadHistory) -> str:
    """Which conversions a converted lead is compared with; who was attached without asking has no opportunity."""
    if row.early:
        return EARLY
    return ON_BANT if row.srl_at is not None else WITHOUT


def difference(first: Rate, second: Rate) -> Difference | None:
    """First less second; its interval is put together from the two rates' own (Newcombe's tenth method)."""
    if first.value is None or second.value is None or first.interval is None or second.interval is None:
        return None
    (low, high), (least, most) = first.interval, second.interval
    value = first.value - second.value
    below = math.hypot(first.value - low, most - second.value)
    above = math.hypot(high - first.value, second.value - least)
    return Difference(value, value - below, value + above)


def conversions_json(report: ConversionsReport) -> dict[str, object]:
    """The published form of the report."""
    return {
        "status": "done",
        "as_of": iso(report.as_of),
        "since": iso(report.since),
        "until": iso(report.until),
        "done": [
            {
                "route": one.route,
                "day": one.day,
                "verdict": one.verdict,
                "rule": one.rule,
                "leads": one.leads,
                "carried_out": one.carried_out,
            }
            for one in report.deeds
        ],
        "fared": {
            name: {
                "converted": one.converted,
                "sql": one.sql,
                "won": one.won,
                "lost": one.lost,
                "open": one.open,
                "waiting": one.waiting,
                "waiting_days": one.waiting_days,
                "accepted": rate_json(one.accepted),
                "settled": rate_json(one.settled),
                "win": rate_json(one.win),
            }
            for name, one in zip(("early", "bant", "without"), report.fared.values(), strict=True)
        },
        "difference": {
            name: {"value": one.value, "low": one.low, "high": one.high} if one else None
            for name, one in report.differences.items()
        },
    }


def conversions_rows(report: ConversionsReport) -> Iterator[tuple[object, ...]]:
    """One row per figure, as the funnel's."""
    for one in report.deeds:
        group = f"route={one.route} day={one.day} verdict={one.verdict} rule={one.rule}"
        yield ("done", group, "leads", one.leads, "", "")
        yield ("done", group, "carried out", one.carried_out, "", "")
    for name, fared in report.fared.items():
        for metric in ("converted", "sql", "won", "lost", "open", "waiting"):
            yield ("fared", name, metric, getattr(fared, metric), "", "")
        for metric in ("accepted", "settled", "win"):
            rate: Rate = getattr(fared, metric)
            yield ("fared", name, metric, "" if rate.value is None else rate.value, *(rate.interval or ("", "")))
    for metric, apart in report.differences.items():
        if apart is not None:
            yield ("difference", "early less on BANT", metric, apart.value, apart.low, apart.high)


def conversions_tables(report: ConversionsReport) -> Iterator[Told]:
    """The report for people, those without rows left out."""
    converted = any(one.converted for one in report.fared.values())
    made = [
        Told("What was decided, and what of it was carried out", _DONE, _done_rows(report.deeds)),
        Told("How conversions fared", _FARED, _fared_rows(report.fared) if converted else ()),
        Told("Early less on BANT", ("share", "difference", "95 % interval", "told"), _difference_rows(report)),
    ]
    return (one for one in made if one.rows)


_DONE = ("route", "day", "verdict", "row", "leads", "carried out")
_FARED = (
    *("converted", "leads", "SQL", "won", "lost", "open", "in the first stage", "median days there"),
    *("accepted", "accepted of those settled", "95 % interval", "told", "win rate"),
)
_NAMES = {"settled": "accepted of those settled", "win": "win rate"}


def _done_rows(deeds: Sequence[Deed]) -> list[tuple[object, ...]]:
    return [(one.route, one.day, one.verdict, one.rule, one.leads, one.carried_out) for one in deeds]


def _fared_rows(fared: Mapping[str, Fared]) -> list[tuple[object, ...]]:
    return [
        (
            *(name, one.converted, one.sql, one.won, one.lost, one.open, one.waiting, in_days(one.waiting_days)),
            *(percent(one.accepted.value), percent(one.settled.value), interval(one.settled)),
            *(HEALTH_WORDS[one.settled.health.value] if one.settled.of else "-", percent(one.win.value)),
        )
        for name, one in fared.items()
        if one.converted
    ]


def _difference_rows(report: ConversionsReport) -> list[tuple[object, ...]]:
    return [
        (_NAMES[name], _points(one.value), f"{_points(one.low)} to {_points(one.high)}", _told(one))
        for name, one in report.differences.items()
        if one is not None
    ]


def _told(one: Difference) -> str:
    if one.low > 0:
        return "early ones do better"
    return "early ones do worse" if one.high < 0 else "no difference can be told"


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"
