"""The funnel as it is told: the published JSON, long rows for spreadsheets, and tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.model.records import iso
from connector.reports.funnel import Amounts, Figures, FunnelReport
from connector.reports.measures import Rate, Spread

STAGE_NAMES = {"lead": "lead", "mql": "MQL", "srl": "SRL", "sql": "SQL", "won": "won", "lost": "lost"}
RATE_NAMES = {
    "lead_to_mql": "lead to MQL",
    "mql_to_srl": "MQL to SRL",
    "srl_to_sql": "SRL to SQL",
    "mql_to_won": "MQL to won",
    "win_new": "win rate, new customers",
    "win_existing": "win rate, existing customers",
    "win_all": "win rate, all",
}
LEG_NAMES = {
    "created_to_mql": "created to MQL",
    "mql_to_srl": "MQL to SRL",
    "srl_to_sql": "SRL to SQL",
    "sql_to_won": "SQL to won",
    "sql_to_lost": "SQL to lost",
    "created_to_won": "created to won",
}
LONG_COLUMNS = ("section", "group", "metric", "value", "low", "high")


@dataclass(frozen=True, slots=True)
class Told:
    """A table for people."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]


def report_json(report: FunnelReport) -> dict[str, object]:
    """The published form of the report; see ``docs/how-to-funnel.md``."""
    groups = {
        dimension: {name: figures_json(figures) for name, figures in named.items()}
        for dimension, named in report.groups.items()
    }
    anomalies = [
        {"lead_id": one.lead_id, "what": one.what, **({"place": one.place} if one.place else {})}
        for one in report.anomalies
    ]
    return {
        "status": "done",
        "as_of": iso(report.as_of),
        **figures_json(report.total),
        "by": groups,
        "outside": {"rows": report.outside, "undated": report.undated},
        "anomalies": anomalies,
        "notes": list(report.notes),
    }


def figures_json(figures: Figures) -> dict[str, object]:
    """The published form of one group's figures."""
    win = {customer: figures.rates[f"win_{customer}"].value for customer in ("new", "existing", "all")}
    return {
        "counts": dict(figures.counts),
        "reached": dict(figures.reached),
        "rates": {name: rate_json(rate) for name, rate in figures.rates.items()},
        "win_rate": win,
        "velocity_days": {leg: _spread_json(spread) for leg, spread in figures.velocity.items()},
        "durations_left_out": figures.impossible,
        "time_in_stage": [
            {
                "stage": time.stage,
                "origin": time.origin,
                "left": _spread_json(time.left),
                "still": _spread_json(time.still),
            }
            for time in figures.stages
        ],
        "value": figures.won.value,
        "value_unknown": figures.won.unknown,
        "pipeline": _pipeline_json(figures),
        "forecast": _forecast_json(figures),
        "reasons": {kind: dict(counts) for kind, counts in figures.reasons.items()},
    }


def rate_json(rate: Rate) -> dict[str, object]:
    """A rate with its interval, its healthy range, and where it lies against it."""
    low, high = rate.interval or (None, None)
    return {
        "value": rate.value,
        "low": low,
        "high": high,
        "healthy": rate.health.value,
        "range": list(rate.healthy) if rate.healthy else None,
        "hits": rate.hits,
        "of": rate.of,
    }


def _spread_json(spread: Spread) -> dict[str, object]:
    return {"median": spread.median, "p90": spread.p90, "count": spread.count}


def _amounts_json(amounts: Amounts) -> dict[str, object]:
    return {"count": amounts.count, "value": amounts.value, "unknown": amounts.unknown}


def _pipeline_json(figures: Figures) -> dict[str, object]:
    pipeline = figures.pipeline
    return {
        "volume": pipeline.qualified.count,
        "value": pipeline.qualified.value,
        "value_unknown": pipeline.qualified.unknown,
        "velocity_days": pipeline.velocity_days,
        "conversion": pipeline.conversion,
        "value_per_day": pipeline.value_per_day,
        "unqualified": _amounts_json(pipeline.unqualified),
    }


def _forecast_json(figures: Figures) -> dict[str, object]:
    pipeline = figures.pipeline
    weighted = dict(zip(("value", "low", "high"), pipeline.weighted, strict=True)) if pipeline.weighted else None
    return {
        "should_win": pipeline.should_win,
        "upside": pipeline.upside,
        "weighted": weighted,
        "categories": {name: _amounts_json(amounts) for name, amounts in pipeline.forecast.items()},
    }


def long_rows(report: FunnelReport) -> Iterator[tuple[object, ...]]:
    """One row per figure: section, group, metric, value, low, high; empty where there is none."""
    yield from _long("all", report.total)
    for dimension, named in report.groups.items():
        for name, figures in named.items():
            yield from _long(f"{dimension}={name}", figures)
    for one in report.anomalies:
        yield ("anomalies", one.lead_id, f"{one.place}: {one.what}" if one.place else one.what, "", "", "")


def _long(group: str, figures: Figures) -> Iterator[tuple[object, ...]]:
    for section in ("counts", "reached"):
        for metric, count in getattr(figures, section).items():
            yield (section, group, metric, count, "", "")
    for metric, rate in figures.rates.items():
        low, high = rate.interval or ("", "")
        yield ("rates", group, metric, _or_empty(rate.value), low, high)
    for metric, spread in figures.velocity.items():
        yield from _long_spread("velocity_days", group, metric, spread)
    for time in figures.stages:
        yield from _long_spread("time_in_stage", group, f"{time.stage} {time.origin} left", time.left)
        yield from _long_spread("time_in_stage", group, f"{time.stage} {time.origin} still", time.still)
    pipeline = figures.pipeline
    yield ("value", group, "won", figures.won.value, "", "")
    yield ("pipeline", group, "volume", pipeline.qualified.count, "", "")
    yield ("pipeline", group, "value", pipeline.qualified.value, "", "")
    yield ("pipeline", group, "value_per_day", _or_empty(pipeline.value_per_day), "", "")
    for category, amounts in pipeline.forecast.items():
        yield ("forecast", group, category, amounts.value, "", "")
    if pipeline.weighted:
        yield ("forecast", group, "weighted", *pipeline.weighted)
    for kind, counts in figures.reasons.items():
        for reason, count in counts.items():
            yield ("reasons", group, f"{kind}: {reason or 'no reason given'}", count, "", "")


def _long_spread(section: str, group: str, metric: str, spread: Spread) -> Iterator[tuple[object, ...]]:
    yield (section, group, f"{metric} median", _or_empty(spread.median), "", "")
    yield (section, group, f"{metric} p90", _or_empty(spread.p90), "", "")
    yield (section, group, f"{metric} count", spread.count, "", "")


def _or_empty(value: float | None) -> float | str:
    return "" if value is None else value


def tables(report: FunnelReport) -> Iterator[Told]:
    """The report as tables, those without rows left out."""
    figures = report.total
    made = [
        Told("Funnel", ("stage", "leads", "with its date", "of the stage before"), _funnel_rows(figures)),
        Told("Rates", ("rate", "value", "95 % interval", "of", "healthy", "told"), _rate_rows(figures.rates)),
        Told("Velocity, in days", ("from, to", "leads", "median", "p90"), _velocity_rows(figures)),
        Told(
            "Days in stage",
            ("stage", "known from", "left it", "median", "p90", "still in it", "median so far", "p90 so far"),
            _stage_rows(figures),
        ),
        Told("Pipeline", ("what", "value"), pipeline_rows(figures)),
        Told("Forecast", ("category", "opportunities", "value", "without amount"), _forecast_rows(figures)),
        Told("Reasons", ("outcome", "reason", "leads"), reason_rows(figures)),
        *(Told(f"By {dimension}", GROUP_COLUMNS, group_rows(named)) for dimension, named in report.groups.items()),
    ]
    return (one for one in made if one.rows)


GROUP_COLUMNS = (
    *("group", "leads", "MQL", "SRL", "SQL", "won", "lost", "MQL to SRL", "SRL to SQL", "win rate"),
    *("median days created to won", "won value", "open value"),
)


def group_rows(named: Mapping[str, Figures]) -> list[tuple[object, ...]]:
    """A row per group, in the order given."""
    return [
        (
            name,
            *(figures.reached[stage] for stage in ("lead", "mql", "srl", "sql", "won")),
            figures.counts["lost"],
            *(percent(figures.rates[rate].value) for rate in ("mql_to_srl", "srl_to_sql", "win_all")),
            in_days(figures.velocity["created_to_won"].median),
            money(figures.won.value),
            money(figures.pipeline.qualified.value),
        )
        for name, figures in named.items()
    ]


def _funnel_rows(figures: Figures) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    before = 0
    for stage, leads in figures.reached.items():
        dated = figures.counts[stage]
        rows.append((STAGE_NAMES[stage], leads, dated, percent(leads / before) if before and dated else "-"))
        before = leads if dated else 0
    return [*rows, ("lost", figures.counts["lost"], figures.counts["lost"], "-")]


def _rate_rows(rates: Mapping[str, Rate]) -> list[tuple[object, ...]]:
    return [
        (RATE_NAMES[name], percent(rate.value), interval(rate), f"{rate.hits} of {rate.of}", *_health(rate))
        for name, rate in rates.items()
        if rate.of
    ]


def _health(rate: Rate) -> tuple[str, str]:
    if rate.healthy is None:
        return "-", "-"
    low, high = rate.healthy
    return f"{low:.0%} to {high:.0%}".replace("%", " %"), "too early to tell" if rate.young else HEALTH_WORDS[
        rate.health.value
    ]


HEALTH_WORDS = {"below": "below", "within": "within", "above": "above", "unknown": "too few to tell"}


def _velocity_rows(figures: Figures) -> list[tuple[object, ...]]:
    return [
        (LEG_NAMES[leg], spread.count, in_days(spread.median), in_days(spread.p90))
        for leg, spread in figures.velocity.items()
        if spread.count
    ]


def _stage_rows(figures: Figures) -> list[tuple[object, ...]]:
    return [
        (
            *(time.stage, time.origin, time.left.count, in_days(time.left.median), in_days(time.left.p90)),
            *(time.still.count, in_days(time.still.median), in_days(time.still.p90)),
        )
        for time in figures.stages
    ]


def pipeline_rows(figures: Figures) -> list[tuple[object, ...]]:
    """The four V's and what stands beside them."""
    pipeline = figures.pipeline
    rows: list[tuple[object, ...]] = [
        ("volume: open opportunities at SQL or later", pipeline.qualified.count),
        ("value of these", _with_unknown(pipeline.qualified)),
        ("velocity: median days from SQL to won", in_days(pipeline.velocity_days)),
        ("conversion: win rate", percent(pipeline.conversion)),
        ("value a day at this pace", money(pipeline.value_per_day)),
        ("not yet qualified: open at SRL", pipeline.unqualified.count),
        ("won in total", _with_unknown(figures.won)),
    ]
    if pipeline.should_win is not None:
        rows += [("should win (forecast)", money(pipeline.should_win)), ("upside (best case)", money(pipeline.upside))]
    if pipeline.weighted and pipeline.qualified.value:
        value, low, high = (money(part) for part in pipeline.weighted)
        rows.append(("open value times win rate", f"{value} ({low} to {high})"))
    return rows


def _with_unknown(amounts: Amounts) -> str:
    return money(amounts.value) + (f" ({amounts.unknown} without an amount)" if amounts.unknown else "")


def _forecast_rows(figures: Figures) -> list[tuple[object, ...]]:
    named = figures.pipeline.forecast
    if not any(name != "(none)" for name in named):
        return []
    return [(name, amounts.count, money(amounts.value), amounts.unknown) for name, amounts in named.items()]


def reason_rows(figures: Figures) -> list[tuple[object, ...]]:
    """Why leads were disqualified, recycled or lost, the most frequent first."""
    return [
        (kind, reason or "(no reason given)", count)
        for kind, counts in figures.reasons.items()
        for reason, count in counts.items()
    ]


def percent(share: float | None) -> str:
    """A share for people."""
    return "-" if share is None else f"{100 * share:.1f} %"


def interval(rate: Rate) -> str:
    """The interval of a rate for people."""
    return "-" if rate.interval is None else f"{100 * rate.interval[0]:.1f} to {100 * rate.interval[1]:.1f} %"


def in_days(days: float | None) -> str:
    """Days for people."""
    return "-" if days is None else f"{days:.1f}"


def money(amount: float | None) -> str:
    """An amount for people, in the org's currency."""
    return "-" if amount is None else f"{amount:,.0f}"
