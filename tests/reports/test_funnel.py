"""The funnel: counts, rates, days, pipeline and contradictions, from one pass over the leads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model.history import LeadHistory, Origin
from connector.reports.funnel import GROUPS, OTHERS, Amounts, Question, summarise
from connector.reports.funnel_row import days
from connector.reports.funnel_told import rate_json, tables
from connector.reports.measures import Health

from .leads import NOW, START, day, report, way


def anomalies(*rows: LeadHistory) -> list[str]:
    """What is found strange."""
    return [one.what for one in report(rows).anomalies]


def test_counts_follow_instants_and_rates_follow_depth() -> None:
    """A stage counts where it has its instant; a rate counts who came further as having passed."""
    rows = [way(1), way(2, mql=1), way(3, mql=1, srl=2), way(4, mql=2, sql=5), way(5, srl=1, sql=2, won=3)]
    figures = report(rows).total
    assert figures.counts == {"lead": 5, "mql": 3, "srl": 2, "sql": 2, "won": 1, "lost": 0}
    assert figures.reached == {"lead": 5, "mql": 4, "srl": 3, "sql": 2, "won": 1}
    assert (figures.rates["mql_to_srl"].hits, figures.rates["mql_to_srl"].of) == (3, 4)


def test_win_rate_is_of_the_qualified_pipeline() -> None:
    """Losses before SQL are disqualifications; new and existing customers are told apart."""
    rows = [
        way(1, sql=1, won=2, customer="new"),
        way(2, sql=1, lost=2, customer="new", reason="price"),
        way(3, srl=1, lost=2, customer="new", reason="no budget"),
        way(4, sql=1, won=2, customer="existing"),
        way(5, sql=1, won=3),
    ]
    figures = report(rows).total
    assert [figures.rates[f"win_{name}"].value for name in ("new", "existing", "all")] == [0.5, 1.0, 0.75]
    assert figures.reasons == {"lost": {"price": 1}, "disqualified": {"no budget": 1}}


def test_win_rate_without_sql_instants_is_over_all() -> None:
    """Where nobody says when a lead became SQL, every loss counts, and the report says so."""
    told = report([way(1, won=2), way(2, lost=2)])
    assert told.total.rates["win_all"].value == 0.5
    assert any("win rates are over all" in note for note in told.notes)


def test_impossible_days_are_left_out_and_counted() -> None:
    """A duration that runs backwards is in no median; the row stays in the counts, and what is wrong is told."""
    told = report([way(1, mql=2, won=9), way(2, created=5, mql=6, won=4)])
    assert told.total.counts["won"] == 2
    assert told.total.velocity["created_to_won"].count == 1
    assert told.total.impossible == 1
    assert [one.what for one in told.anomalies] == ["won on 2026-01-05T12:00Z, before it was MQL on 2026-01-07T12:00Z"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (way(1, created=3, mql=2), "MQL on 2026-01-03T12:00Z, before it was created"),
        (way(1, srl=5, sql=4), "SQL on 2026-01-05T12:00Z, before it was SRL"),
        (way(1, created=5, lost=4), "lost on 2026-01-05T12:00Z, before it was created"),
        (way(1, created=5, disqualified=4), "disqualified on 2026-01-05T12:00Z, before it was created"),
        (way(1, sql=1, won=2, lost=3), "both won (2026-01-03T12:00Z) and lost (2026-01-04T12:00Z)"),
        (way(1, won=101), "won on 2026-04-12T12:00Z, which is after 2026-04-11T12:00Z"),
        (way(1, created=200), "created on 2026-07-20T12:00Z, which is after"),
        (way(1, created=None, mql=1), "no created_at"),
    ],
)
def test_contradiction_is_told_in_words(row: LeadHistory, word: str) -> None:
    """What cannot be is said with both instants."""
    assert any(what.startswith(word) for what in anomalies(row)), anomalies(row)


def test_lead_that_comes_twice_counts_once() -> None:
    """The first row of a lead counts, the second is told and left out."""
    told = report([way(1), way(1, mql=2), way(2)])
    assert told.total.counts["lead"] == 2
    assert [(one.lead_id, "came before" in one.what) for one in told.anomalies] == [("lead-1", True)]


def test_won_and_lost_counts_in_no_rate() -> None:
    """A lead said to be both won and lost is in both counts, and in neither rate nor value nor age."""
    figures = report([way(1, sql=1, won=2, lost=3, amount=100), way(2, sql=1, won=2, amount=7)]).total
    assert (figures.counts["won"], figures.counts["lost"], figures.won) == (2, 1, Amounts(1, 7.0, 0))
    assert figures.rates["win_all"].value == 1.0


def test_date_of_the_same_day_is_no_contradiction() -> None:
    """A date without a time does not lie before an instant of that day; one of the day before does."""
    noon, midnight = START, START.replace(hour=0)
    assert days(noon, midnight) == 0.0
    assert days(noon, midnight - timedelta(days=1)) is None
    row = LeadHistory("l", created_at=noon, mql_at=midnight, won_at=noon)
    assert anomalies(row) == []


def test_pipeline_tells_the_four_vs() -> None:
    """Volume, value, velocity and conversion of what is open at SQL or later, and what it brings a day."""
    rows = [
        way(1, srl=1, sql=10, amount=100.0, forecast="BestCase"),
        way(2, sql=10, amount=50.0, forecast="Forecast"),
        way(3, sql=10, forecast="Pipeline"),
        way(4, sql=10, won=30, amount=40.0),
        way(5, sql=10, lost=20),
        way(6, srl=3, amount=9.0),
    ]
    pipeline = report(rows).total.pipeline
    assert (pipeline.qualified, pipeline.unqualified) == (Amounts(3, 150.0, 1), Amounts(1, 9.0, 0))
    assert (pipeline.velocity_days, pipeline.conversion) == (20.0, 0.5)
    assert pipeline.value_per_day == pytest.approx(3 * 0.5 * 40 / 20)
    assert (pipeline.should_win, pipeline.upside) == (50.0, 100.0)
    assert pipeline.weighted is not None
    assert pipeline.weighted[0] == pytest.approx(75.0)


def test_young_rates_are_not_judged() -> None:
    """While most leads of a stage had no time to go further, their rate is judged neither in words nor in JSON."""
    rows = [way(n, created=90, mql=99) for n in range(1, 200)]
    told = report([*rows, way(200, created=90, mql=95, srl=99)])
    rate = told.total.rates["mql_to_srl"]
    assert (rate.young, rate_json(rate)["healthy"]) == (True, "unknown")
    assert any("199 of 200 leads at MQL have not gone further yet" in note and "1 day:" in note for note in told.notes)
    assert any("too early to tell" in row for table in tables(told) for row in table.rows)
    old = report([way(n, created=10, mql=20) for n in range(1, 200)]).total.rates["mql_to_srl"]
    assert (old.young, old.health) == (False, Health.BELOW)


def test_negative_amount_is_strange() -> None:
    """No deal is worth less than nothing: the row is told, and stays in the counts."""
    told = report([way(1, mql=1, srl=2, sql=3, won=4, amount=-5.0)])
    assert [one.what for one in told.anomalies] == ["its amount is negative (-5.00)"]
    assert told.total.counts["won"] == 1


def test_won_without_instants_is_told_in_words() -> None:
    """What no row tells is named as people say it."""
    told = summarise([], Question(NOW, missing=frozenset({"won_at", "sql_at"})))
    assert "no row says when it was won: rates from and to it cannot be told" in told.notes
    assert "no row says when it became SQL: rates from and to it cannot be told" in told.notes


def test_shared_opportunity_is_worth_its_amount_once() -> None:
    """Two leads of one opportunity are two leads and one deal."""
    told = report([way(n, sql=1, amount=10.0, opportunity="006A") for n in (1, 2)])
    assert told.total.pipeline.qualified == Amounts(1, 10.0, 0)
    assert told.total.counts["sql"] == 2
    assert any("1 lead led to the opportunity of another one" in note for note in told.notes)


def test_shared_opportunity_is_worth_it_in_any_order() -> None:
    """A lead of the deal that is in no sum leaves the amount to the one that is."""
    rows = [way(1, opportunity="006A", amount=10.0, mql=1), way(2, sql=1, amount=10.0, opportunity="006A")]
    for told in (report(rows), report(rows[::-1])):
        assert told.total.pipeline.qualified == Amounts(1, 10.0, 0)


def test_time_in_stage_tells_origins_apart() -> None:
    """Days in stage are told by how they are known, and those still in it apart from those that left."""
    rows = [
        way(1, srl=2, sql=6, origin=Origin.HISTORY),
        way(2, srl=2, sql=12, origin=Origin.SNAPSHOT),
        way(3, srl=40, origin=Origin.HISTORY),
    ]
    found = {(time.stage, time.origin): time for time in report(rows).total.stages}
    assert found["SRL", "history"].left.median == 4.0
    assert found["SRL", "snapshot"].left.median == 10.0
    assert found["SRL", "history"].still.median == 60.0
    assert found["new", "given"].left.count == 3
    assert report(rows).total.ages["SRL"] == [0, 0, 1, 0, 0]


def test_reasons_are_told_by_outcome() -> None:
    """Disqualified and recycled leads are counted by reason."""
    rows = [
        way(1, disqualified=3, reason="competitor"),
        way(2, disqualified=3, reason="competitor"),
        way(3, mql=1, recycled=9, reason="recycled"),
    ]
    assert report(rows).total.reasons == {"disqualified": {"competitor": 2}, "recycled": {"recycled": 1}}


def test_cohorts_are_cut_by_creation() -> None:
    """Only leads created in the asked days count; those of unknown creation are told."""
    rows = [way(1, 0), way(2, 10), way(3, 20), way(4, None)]
    told = report(rows, since=day(10), until=day(20))
    assert (told.total.counts["lead"], told.outside, told.undated) == (1, 3, 1)


def test_health_is_told_where_sure() -> None:
    """Many leads with half of the MQLs ready lie above the healthy range, a handful tells nothing."""
    rows = [way(n, mql=1, **({"srl": 2} if n % 2 else {})) for n in range(400)]
    assert report(rows).total.rates["mql_to_srl"].health is Health.ABOVE
    assert report(rows[:6]).total.rates["mql_to_srl"].health is Health.UNKNOWN


def test_too_many_groups_are_counted_together() -> None:
    """Groups beyond the limit are not lost: they are one group."""
    rows = [way(number, owner=f"o{number}") for number in range(GROUPS + 5)]
    named = report(rows, "owner").groups["owner"]
    assert len(named) == GROUPS + 1
    assert named[OTHERS].counts["lead"] == 5


INSTANTS = st.none() | st.integers(-5, 120).map(day)
ROWS = st.lists(
    st.builds(
        LeadHistory,
        lead_id=st.integers(0, 30).map(str),
        source=st.sampled_from(["", "a", "b"]),
        customer=st.sampled_from(["", "new", "existing"]),
        created_at=INSTANTS,
        mql_at=INSTANTS,
        srl_at=INSTANTS,
        sql_at=INSTANTS,
        won_at=INSTANTS,
        lost_at=INSTANTS,
        disqualified_at=INSTANTS,
        amount=st.none() | st.integers(0, 100).map(float),
    ),
    max_size=25,
)


@given(ROWS)
def test_groups_always_sum_to_the_whole(rows: list[LeadHistory]) -> None:
    """Whatever the rows say, groups sum to the total, each stage holds the next, and no duration is negative."""
    told = report(rows, "source", "cohort")
    for named in told.groups.values():
        for stage, count in told.total.counts.items():
            assert sum(figures.counts[stage] for figures in named.values()) == count
    reached = list(told.total.reached.values())
    assert reached == sorted(reached, reverse=True)
    for spread in told.total.velocity.values():
        assert spread.median is None or spread.median >= 0
    assert {one.lead_id for one in told.anomalies} <= {row.lead_id for row in rows}


@given(ROWS)
def test_every_impossible_row_is_an_anomaly(rows: list[LeadHistory]) -> None:
    """A row with a won instant before any other of its instants is always told."""
    told = {one.lead_id for one in report(rows).anomalies}
    first = {row.lead_id: row for row in reversed(rows)}
    for row in first.values():
        earlier = [at for at in (row.created_at, row.mql_at, row.srl_at, row.sql_at) if at is not None]
        if row.won_at is not None and any(days(at, row.won_at) is None for at in earlier):
            assert row.lead_id in told


def test_as_of_is_the_present() -> None:
    """Ages are counted up to the instant asked for."""
    (time,) = report([way(1)]).total.stages
    assert time.still.median == (NOW - datetime(2026, 1, 1, 12, tzinfo=UTC)).days
