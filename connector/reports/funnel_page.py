"""The funnel as one page: plots with their numbers beside them, readable without script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from connector.model.records import iso
from connector.reports.funnel import AGES, Figures, FunnelReport
from connector.reports.funnel_told import (
    GROUP_COLUMNS,
    LEG_NAMES,
    RATE_NAMES,
    STAGE_NAMES,
    group_rows,
    in_days,
    interval,
    money,
    percent,
    tables,
)
from connector.reports.markup import Html
from connector.reports.measures import wilson
from connector.reports.page import Section, facts, figure, note, page, table
from connector.reports.svg import Bar, Series, bars, funnel, heat_map, lines

_ANOMALIES = 500
_COHORTS = 24
_GROUPS = 40
_NONE = "(none)"


def funnel_page(report: FunnelReport, source: str) -> str:
    """The whole page; *source* says where the rows came from."""
    sections = [*_sections(report)]
    lead = f"{source}, as of {iso(report.as_of)[:16].replace('T', ' ')} UTC"
    foot = (
        "Rates count a lead that came further as having passed the stages before. Intervals are of 95 % (Wilson)."
        " Medians and 90th percentiles leave out durations that cannot be; those are listed as anomalies."
    )
    return page("Lead funnel", sections, lead, foot)


def _sections(report: FunnelReport) -> Iterator[Section]:
    told = {one.title: table(one.columns, one.rows) for one in tables(report) if not one.title.startswith("By ")}
    figures = report.total
    yield Section("At a glance", (_glance(report), *(note(words) for words in report.notes)))
    yield Section("Funnel", (figure(_funnel(figures)), told["Funnel"]))
    rated = {name: rate for name, rate in figures.rates.items() if rate.of}
    if rated:
        caption = "Line: 95 % interval. Pale field: healthy range."
        yield Section("Rates", (figure(_rates(figures), caption), told["Rates"]))
    cohorts = report.groups.get("cohort", {})
    if cohorts:
        yield Section("Cohorts", tuple(_cohorts(cohorts)))
    if "Velocity, in days" in told:
        yield Section("Velocity", (figure(_velocity(figures)), told["Velocity, in days"]))
    if "Days in stage" in told:
        yield Section("Ageing", (*_ageing(figures), told["Days in stage"]))
    yield Section("Pipeline", tuple(told[name] for name in ("Pipeline", "Forecast") if name in told))
    if "Reasons" in told:
        yield Section("Disqualified, recycled and lost", (told["Reasons"],))
    yield from _groups(report)
    yield Section("Anomalies", tuple(_anomalies(report)))


def _glance(report: FunnelReport) -> Html:
    figures = report.total
    return facts(
        [
            ("leads", f"{figures.reached['lead']:,}"),
            ("won", f"{figures.reached['won']:,}"),
            ("won value", money(figures.won.value)),
            ("MQL to SRL", percent(figures.rates["mql_to_srl"].value)),
            ("win rate", percent(figures.rates["win_all"].value)),
            ("median days to won", in_days(figures.velocity["created_to_won"].median)),
            ("open value", money(figures.pipeline.qualified.value)),
            ("anomalies", f"{len(report.anomalies):,}"),
        ]
    )


def _funnel(figures: Figures) -> Html:
    first = figures.reached["lead"] or 1
    return funnel(
        "How many leads came how far",
        [
            Bar(STAGE_NAMES[stage], leads, f"{leads:,} ({percent(leads / first)})")
            for stage, leads in figures.reached.items()
        ],
    )


def _rates(figures: Figures) -> Html:
    rows = []
    for name, rate in figures.rates.items():
        if rate.value is None or rate.interval is None:
            continue
        low, high = rate.interval
        label = RATE_NAMES[name].replace("win rate, ", "win, ").removesuffix(" customers")
        rows.append(Bar(label, rate.value, f"{percent(rate.value)} ({interval(rate)})", low, high, rate.healthy))
    return bars("Conversion rates", rows, most=1.0)


def _cohorts(cohorts: Mapping[str, Figures]) -> Iterator[Html]:
    """The share of each month's leads that came to each stage, as a map and as lines."""
    dated = [(name, figures) for name, figures in cohorts.items() if name != _NONE]
    shown = dated[-_COHORTS:]
    stages = ("mql", "srl", "sql", "won")
    shares = [[100 * figures.reached[stage] / figures.reached["lead"] for stage in stages] for _, figures in shown]
    names = [f"{name} ({figures.reached['lead']:,})" for name, figures in shown]
    if shown:
        columns = [STAGE_NAMES[stage] for stage in stages]
        picture = heat_map("Share of each month's leads that came to a stage", columns, names, shares, " %")
        yield figure(picture, "Months by created_at, with their leads. Young cohorts have not had their time yet.")
    if len(shown) > 1:
        yield figure(lines("Won of each month's leads", [name for name, _ in shown], _won(shown), " %"))
    if len(dated) > len(shown):
        yield note(f"The last {len(shown)} of {len(dated)} months are shown; --csv has all.")


def _won(shown: list[tuple[str, Figures]]) -> list[Series]:
    rates = [(100.0 * f.reached["won"] / f.reached["lead"], f.reached["won"], f.reached["lead"]) for _, f in shown]
    spread = [wilson(won, leads) for _, won, leads in rates]
    return [Series("won", tuple(value for value, _, _ in rates), tuple((100 * a, 100 * b) for a, b in spread))]


def _velocity(figures: Figures) -> Html:
    rows = [
        Bar(
            LEG_NAMES[leg],
            spread.median,
            f"{in_days(spread.median)} d (p90 {in_days(spread.p90)})",
            spread.median,
            spread.p90,
        )
        for leg, spread in figures.velocity.items()
        if spread.median is not None
    ]
    return bars("Median days from one stage to another; the line reaches to the 90th percentile", rows)


def _ageing(figures: Figures) -> Iterator[Html]:
    if not figures.ages:
        return
    edges = [f"{int(edge)}" for edge in AGES]
    columns = [f"under {edges[0]} d", *(f"{a}-{b} d" for a, b in pairwise(edges)), f"{edges[-1]} d on"]
    rows, cells = list(figures.ages), [[float(count) or None for count in counts] for counts in figures.ages.values()]
    yield figure(heat_map("Open leads by how long they have been in their stage", columns, rows, cells))


def _groups(report: FunnelReport) -> Iterator[Section]:
    for dimension, named in report.groups.items():
        if len(named) < 2 and dimension != "cohort":
            continue
        ranked = (
            sorted(named.items(), key=lambda one: -one[1].reached["lead"]) if dimension != "cohort" else named.items()
        )
        shown = dict(list(ranked)[:_GROUPS] if dimension != "cohort" else ranked)
        parts = [table(GROUP_COLUMNS, group_rows(shown))]
        if len(shown) < len(named):
            parts.append(note(f"The {len(shown)} largest of {len(named)} are shown; --csv has all."))
        yield Section(f"By {dimension}", tuple(parts))


def _anomalies(report: FunnelReport) -> Iterator[Html]:
    found = report.anomalies
    if not found:
        yield note("None: no row contradicts itself.")
        return
    yield note(f"{len(found):,} found. Each row stays in the counts; a duration that cannot be is in no median.")
    yield table(("lead", "what", "where"), [(one.lead_id, one.what, one.place) for one in found[:_ANOMALIES]])
    if len(found) > _ANOMALIES:
        yield note(f"The first {_ANOMALIES} are shown; --json and --csv have all.")
