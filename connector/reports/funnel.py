"""The funnel: how many leads came how far, how fast, and what is in the pipeline, from one pass over them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from connector.model.history import LeadHistory
from connector.reports.funnel_row import STAGES, Anomaly, contradictions, sum_of
from connector.reports.funnel_tally import Sum, Tally
from connector.reports.funnel_way import LEGS, Way
from connector.reports.measures import Rate, Seen, Spread, spread

HEALTHY: Mapping[str, tuple[float, float]] = {
    "mql_to_srl": (0.20, 0.40),
    "srl_to_sql": (0.80, 0.90),
    "win_new": (0.25, 0.35),
    "win_existing": (0.70, 0.80),
}
"""Healthy ranges of the hybrid model. Its win rates, 30 % and 75 %, are taken with five points to either side."""

DIMENSIONS = ("source", "segment", "motion", "owner", "cohort", "customer")
GROUPS = 1000
"""Groups kept apart per dimension, in the order in which they come; later ones are counted together as OTHERS."""

YOUNG = 14.0
"""Days in a stage below which a lead that has not gone further says little of the rate."""

OTHERS = "(others)"
NOTHING = "(none)"
AGES = (7.0, 30.0, 90.0, 180.0)
"""Days at which the ages of open leads are parted; the last part has no end."""

_SHOULD_WIN = frozenset({"forecast", "commit", "closed"})
_UPSIDE = frozenset({"bestcase", "best case", "mostlikely"})


@dataclass(frozen=True, slots=True)
class StageTime:
    """Days in a stage by how its instants are known: of leads that left it, and of those still there."""

    stage: str
    origin: str
    left: Spread
    still: Spread


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many opportunities, and what they are worth together; *unknown* of them have no amount."""

    count: int
    value: float
    unknown: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The open pipeline. *qualified* (SQL and later) and *unqualified* (SRL); the V's beside volume and value.

    *velocity_days* is the median from SQL to won, *conversion* the win rate. *value_per_day* is volume times win rate
    times the mean amount won, by the days from SQL to won: what the pipeline brings a day. *should_win* and *upside*
    are the amounts that the CRM's forecast categories name so, *weighted* the amount times the win rate with its
    interval. None where it cannot be told.
    """

    qualified: Amounts
    unqualified: Amounts
    velocity_days: float | None
    conversion: float | None
    value_per_day: float | None
    forecast: Mapping[str, Amounts]
    should_win: float | None
    upside: float | None
    weighted: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is told of one group of leads.

    *counts*: leads that have the instant; *reached*: leads that came this far or further, whether or not each instant
    on the way is known; rates rest on these. *ages* are the open leads of each stage by how long they
    have been in it (see `AGES`).
    """

    counts: Mapping[str, int]
    reached: Mapping[str, int]
    rates: Mapping[str, Rate]
    velocity: Mapping[str, Spread]
    impossible: int
    stages: Sequence[StageTime]
    won: Amounts
    pipeline: Pipeline
    reasons: Mapping[str, Mapping[str, int]]
    ages: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class FunnelReport:
    """The figures of all leads and of each group, and what of the rows cannot be.

    *outside* rows lie outside of the asked cohorts, *undated* of them because they have no created_at.
    """

    as_of: datetime
    total: Figures
    groups: Mapping[str, Mapping[str, Figures]]
    anomalies: Sequence[Anomaly]
    notes: Sequence[str] = ()
    outside: int = 0
    undated: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: as of when, by which `DIMENSIONS`, and which cohorts (created from *since* until before *until*).

    *missing* are instants that no row can have, because the source of the rows does not keep them.
    """

    as_of: datetime
    by: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    missing: frozenset[str] = frozenset()


@dataclass
class _Count:
    """The pass over the rows."""

    question: Question
    anomalies: list[Anomaly]
    total: Tally = field(default_factory=Tally)
    groups: dict[str, dict[str, Tally]] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    deals: Seen = field(default_factory=Seen)
    shared: int = 0
    outside: int = 0
    undated: int = 0

    def take(self, row: LeadHistory) -> None:
        if row.lead_id and not self.seen.add(row.lead_id):
            self._strange(row, "this lead_id came before; the first row counts, this one does not")
            return
        if not self._asked(row):
            return
        if row.created_at is None and "created_at" not in self.question.missing:
            self._strange(row, "no created_at: it is in no cohort, and in no duration that begins with it")
        shared = bool(row.opportunity and sum_of(row)) and not self.deals.add(row.opportunity)
        self.shared += shared
        way = Way(row, self.question.as_of, shared)
        if way.strange:
            for what in contradictions(row, self.question.as_of):
                self._strange(row, what)
        self.total.add(way)
        for dimension in self.question.by:
            self._group(dimension, row).add(way)

    def _strange(self, row: LeadHistory, what: str) -> None:
        self.anomalies.append(Anomaly(row.lead_id, what))

    def _asked(self, row: LeadHistory) -> bool:
        since, until = self.question.since, self.question.until
        if since is None and until is None:
            return True
        at = row.created_at
        if at is not None and (since is None or at >= since) and (until is None or at < until):
            return True
        self.outside += 1
        self.undated += at is None
        return False

    def _group(self, dimension: str, row: LeadHistory) -> Tally:
        groups = self.groups.setdefault(dimension, {})
        name = group_of(row, dimension)
        found = groups.get(name)
        if found is None:
            name = name if len(groups) < GROUPS else OTHERS
            found = groups.setdefault(name, Tally())
        return found


def summarise(
    rows: Iterable[LeadHistory], question: Question, anomalies: list[Anomaly] | None = None, notes: Sequence[str] = ()
) -> FunnelReport:
    """The funnel of *rows* in one pass.

    *anomalies* may be a list that the reader of the rows adds to as they go by; what is found here is put there too.
    A contradiction leaves the row in the counts, and out of the durations that it makes impossible.
    """
    count = _Count(question, [] if anomalies is None else anomalies)
    for row in rows:
        count.take(row)
    basis = _basis(count.total, question)
    groups = {
        dimension: {name: figures_of(tally, basis) for name, tally in sorted(count.groups.get(dimension, {}).items())}
        for dimension in question.by
    }
    total, told = figures_of(count.total, basis), [*notes, *_basis_told(basis, count.total)]
    told += _young(total)
    if count.shared:
        leads = f"{count.shared} lead{'' if count.shared == 1 else 's'}"
        told.append(f"{leads} led to the opportunity of another one: its amount counts once")
    return FunnelReport(question.as_of, total, groups, count.anomalies, told, count.outside, count.undated)


@dataclass(frozen=True, slots=True)
class Basis:
    """What the rows as a whole tell: *unknown* stages have no instant in any row though leads passed them.

    *losses*: it is known who was lost. Without instants of SQL every loss counts against the win rate, else those
    after it.
    """

    unknown: frozenset[str] = frozenset()
    losses: bool = True


def _basis(total: Tally, question: Question) -> Basis:
    passed = dict(zip(STAGES, total.reached, strict=True))
    unknown = frozenset(stage for stage in STAGES if passed[stage] and not total.counts[stage])
    unknown |= {stage for stage in STAGES if f"{stage}_at" in question.missing}
    return Basis(unknown, "lost_at" not in question.missing)


def _basis_told(basis: Basis, total: Tally) -> Iterator[str]:
    for stage in (stage for stage in STAGES if stage in basis.unknown):
        word = "was won" if stage == "won" else f"became {stage.upper()}"
        yield f"no row says when it {word}: rates from and to it cannot be told"
    if "sql" in basis.unknown and (total.won or total.lost_before_sql):
        yield "without instants of SQL, win rates are over all that was won or lost"
    if not basis.losses:
        yield "no row says what was lost: there are no win rates"


def _young(total: Figures) -> Iterator[str]:
    """Rates that most leads had no time for yet."""
    for stage, name in _JUDGED.items():
        rate = total.rates[name]
        if rate.young:
            waiting, newest = _waiting(total.stages, stage)
            least = math.ceil(newest) or 1
            yield (
                f"{waiting} of {rate.of} leads at {stage} {'has' if waiting == 1 else 'have'} not gone further yet,"
                f" most of them for less than {least} {'day' if least == 1 else 'days'}: the rate cannot be judged yet"
            )


_JUDGED = {"MQL": "mql_to_srl", "SRL": "srl_to_sql"}


def _waiting(stages: Sequence[StageTime], stage: str) -> tuple[int, float]:
    """How many leads are still at *stage*, and the median of the days that they have been there."""
    still = [time.still for time in stages if time.stage == stage]
    return sum(one.count for one in still), max((one.median or 0.0 for one in still), default=0.0)


def _with_youth(rates: dict[str, Rate], stages: Sequence[StageTime]) -> dict[str, Rate]:
    """Marks rates of which most leads could still come further, and had less time for it than `YOUNG`."""
    for stage, name in _JUDGED.items():
        waiting, newest = _waiting(stages, stage)
        if rates[name].of and 2 * waiting > rates[name].of and newest < YOUNG:
            rates[name] = replace(rates[name], young=True)
    return rates


def group_of(row: LeadHistory, dimension: str) -> str:
    """The group of a dimension that a row belongs to; the cohort is the month of created_at (UTC)."""
    if dimension == "cohort":
        return row.created_at.astimezone(UTC).isoformat()[:7] if row.created_at else NOTHING
    return str(getattr(row, dimension)) or NOTHING


def figures_of(tally: Tally, basis: Basis) -> Figures:
    """The figures of a tally."""
    stages = _stage_times(tally)
    rates = _with_youth(_rates(tally, basis), stages)
    velocity = {leg: spread(tally.durations[leg]) for leg in LEGS}
    return Figures(
        counts=tally.counts,
        reached=dict(zip(STAGES, tally.reached, strict=True)),
        rates=rates,
        velocity=velocity,
        impossible=tally.impossible,
        stages=stages,
        won=_amounts(tally.won_value),
        pipeline=_pipeline(tally, rates["win_all"], velocity["sql_to_won"].median),
        reasons={kind: dict(counts.most_common()) for kind, counts in sorted(tally.reasons.items())},
        ages=_ages(tally),
    )


def _rates(tally: Tally, basis: Basis) -> dict[str, Rate]:
    passed = dict(zip(STAGES, tally.reached, strict=True))
    steps = (("lead", "mql"), ("mql", "srl"), ("srl", "sql"), ("mql", "won"))
    rates = {}
    for start, end in steps:
        known = basis.unknown.isdisjoint((start, end))
        name = f"{start}_to_{end}"
        rates[name] = Rate(passed[end] if known else 0, passed[start] if known else 0, HEALTHY.get(name))
    lost = tally.lost + tally.lost_before_sql if "sql" in basis.unknown else tally.lost
    for customer in ("new", "existing"):
        rates[f"win_{customer}"] = _win(basis, tally.won[customer], lost[customer], HEALTHY[f"win_{customer}"])
    return {**rates, "win_all": _win(basis, tally.won.total(), lost.total())}


def _win(basis: Basis, won: int, lost: int, healthy: tuple[float, float] | None = None) -> Rate:
    return Rate(won, won + lost, healthy) if basis.losses else Rate(0, 0, healthy)


def _stage_times(tally: Tally) -> list[StageTime]:
    order = ("new", "MQL", "SRL", "SQL")
    keys = sorted({*tally.left, *tally.still}, key=lambda key: (order.index(key[0]), key[1]))
    return [StageTime(*key, spread(tally.left.get(key, ())), spread(tally.still.get(key, ()))) for key in keys]


def _ages(tally: Tally) -> Mapping[str, Sequence[int]]:
    ages: dict[str, list[int]] = {}
    for (stage, _), values in sorted(tally.still.items()):
        counts = ages.setdefault(stage, [0] * (len(AGES) + 1))
        for value in values:
            counts[bisect_right(AGES, value)] += 1
    return ages


def _amounts(kept: Sum) -> Amounts:
    return Amounts(kept.count, round(kept.amount, 2), kept.unknown)


def _pipeline(tally: Tally, win: Rate, velocity: float | None) -> Pipeline:
    volume, value = tally.qualified.count, tally.qualified.amount
    known = tally.won_value.count - tally.won_value.unknown
    per_day = None
    if win.value is not None and velocity and known:
        per_day = volume * win.value * (tally.won_value.amount / known) / velocity
    weighted = None
    if win.value is not None and win.interval is not None:
        low, high = win.interval
        weighted = (value * win.value, value * low, value * high)
    return Pipeline(
        qualified=_amounts(tally.qualified),
        unqualified=_amounts(tally.unqualified),
        velocity_days=velocity,
        conversion=win.value,
        value_per_day=per_day,
        forecast={name or NOTHING: _amounts(kept) for name, kept in sorted(tally.forecast.items())},
        should_win=_named(tally, _SHOULD_WIN),
        upside=_named(tally, _UPSIDE),
        weighted=weighted,
    )


def _named(tally: Tally, names: frozenset[str]) -> float | None:
    """The amount in the categories called so; None where no opportunity has a category."""
    if not any(tally.forecast):
        return None
    return round(sum(kept.amount for name, kept in tally.forecast.items() if name.lower() in names), 2)
