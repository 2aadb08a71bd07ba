"""What was done with leads, as one page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from connector.model.records import iso
from connector.reports.conversions import ConversionsReport, conversions_tables
from connector.reports.funnel_told import interval, percent
from connector.reports.markup import Html
from connector.reports.page import Section, facts, figure, note, page, table
from connector.reports.svg import Bar, Series, bars, lines

_ROWS = 12  # bars of a plot; the table has all


def conversions_page(report: ConversionsReport) -> str:
    """The whole page."""
    told = {one.title: table(one.columns, one.rows) for one in conversions_tables(report)}
    sections = [Section("At a glance", (_glance(report), *_by_rule(report), *_by_day(report)))]
    for title, shown in reversed(told.items()):
        plots = tuple(_accepted(report)) if title.startswith("How") else ()
        sections.append(Section(title, (*plots, shown)))
    lead = f"Decided from {iso(report.since)[:10]} until {iso(report.until)[:10]}, from the state file"
    foot = (
        "Early: converted as sales ready before BANT was met. Accepted: sales took the opportunity past the first"
        " stage. Intervals are of 95 % (Wilson; differences Newcombe)."
    )
    return page("What was done with leads", sections, lead, foot)


def _glance(report: ConversionsReport) -> Html:
    verdicts: Counter[str] = Counter()
    for deed in report.deeds:
        verdicts[deed.verdict] += deed.leads
    pairs = [(verdict, f"{count:,}") for verdict, count in verdicts.most_common()]
    return facts(pairs) if pairs else note("Nothing was decided in this time.")


def _by_rule(report: ConversionsReport) -> Iterator[Html]:
    """How many leads each row of the decision table decided, and of how many that was carried out."""
    counts: Counter[tuple[str, str]] = Counter()
    done: Counter[tuple[str, str]] = Counter()
    for deed in report.deeds:
        counts[deed.verdict, deed.rule] += deed.leads
        done[deed.verdict, deed.rule] += deed.carried_out
    rows = [
        Bar(f"{verdict}: {rule}", leads, f"{leads:,} ({done[verdict, rule]:,} carried out)")
        for (verdict, rule), leads in counts.most_common(_ROWS)
    ]
    if rows:
        yield figure(bars("Leads decided, by verdict and row", rows))


def _by_day(report: ConversionsReport) -> Iterator[Html]:
    days = sorted({deed.day for deed in report.deeds})
    if len(days) < 2:
        return
    counts: Counter[tuple[str, str]] = Counter()
    for deed in report.deeds:
        counts[deed.verdict, deed.day] += deed.leads
    verdicts = [verdict for verdict, _ in Counter({v: 0 for v, _ in counts}).items()]
    ranked = sorted(verdicts, key=lambda verdict: -sum(counts[verdict, day] for day in days))
    series = [Series(verdict, tuple(float(counts[verdict, day]) for day in days)) for verdict in ranked[:4]]
    yield figure(lines("Leads decided a day", days, series))


def _accepted(report: ConversionsReport) -> Iterator[Html]:
    rows = []
    for name, fared in report.fared.items():
        rate = fared.settled
        if rate.value is not None and rate.interval is not None:
            told = f"{percent(rate.value)} ({interval(rate)})"
            rows.append(Bar(name, rate.value, told, *rate.interval, rate.healthy))
    if rows:
        yield figure(
            bars("Accepted by sales, of those no longer in the first stage", rows, most=1.0),
            "Line: 95 % interval. Pale field: healthy range.",
        )
