"""Shares with how sure they are, medians, and ids that were seen before."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.reports.conversions import difference
from connector.reports.measures import Health, Rate, Seen, Spread, spread, wilson

NUMBERS = st.lists(st.floats(0, 1e6), min_size=2, max_size=60)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(10, 100, 0.0552, 0.1744), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    """Intervals agree with published ones (the last: Newcombe 1998, table I)."""
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_difference_is_newcombes() -> None:
    """The interval of a difference agrees with a published one (Newcombe 1998, table II: 56/70 less 48/80)."""
    found = difference(Rate(56, 70), Rate(48, 80))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert difference(Rate(0, 0), Rate(48, 80)) is None


@pytest.mark.parametrize(
    ("hits", "of", "health"),
    [
        (5, 100, Health.BELOW),
        (300, 1000, Health.WITHIN),
        (60, 100, Health.ABOVE),
        (3, 10, Health.UNKNOWN),
        (0, 0, Health.UNKNOWN),
    ],
)
def test_health_waits_for_evidence(hits: int, of: int, health: Health) -> None:
    """A rate is judged only when its whole interval lies on one side of an edge of the healthy range."""
    assert Rate(hits, of, (0.2, 0.4)).health is health
    assert Rate(hits, of).health is Health.UNKNOWN


@given(st.integers(1, 500), st.data())
def test_interval_holds_its_share(of: int, data: st.DataObject) -> None:
    """The interval lies within 0 and 1 and holds the share."""
    hits = data.draw(st.integers(0, of))
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of <= high <= 1


@given(NUMBERS)
def test_spread_is_the_standard_librarys(values: list[float]) -> None:
    """Median and 90th percentile are those of the inclusive method of the standard library."""
    found = spread(values)
    expected = statistics.quantiles(values, n=10, method="inclusive")
    assert (found.median, found.p90) == pytest.approx((statistics.median(values), expected[8]))
    assert found.count == len(values)


def test_spread_of_nothing_is_nothing() -> None:
    """Without values there is no median."""
    assert spread([]) == Spread(0, None, None)


@given(st.lists(st.text(max_size=3), max_size=3000))
def test_each_text_is_new_once(texts: list[str]) -> None:
    """A text is new exactly the first time it comes, however many there are."""
    seen, known = Seen(), set[str]()
    for text in [*texts, *map(str, range(2000)), *texts]:
        assert seen.add(text) is (text not in known)
        known.add(text)
