"""Precision, recall and their intervals, held against counting by hand and against the definitions."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.matching.measure import (
    Graded,
    Scored,
    at,
    best_f1,
    curve,
    figures,
    most_recall,
    pairwise,
    wilson,
)

LINKS = st.lists(st.builds(Scored, st.integers(-5, 5).map(float), st.booleans()), max_size=30)


def graded(*links: tuple[float, bool], wanted: int) -> Graded:
    """Links in one line."""
    return Graded(tuple(Scored(*link) for link in links), wanted)


def test_ties_stand_or_fall_together() -> None:
    """Links of one score are never parted by a threshold."""
    cuts = list(curve(graded((3, True), (3, False), (1, True), wanted=4)))
    assert [(cut.threshold, cut.precision, cut.recall) for cut in cuts] == [(3, 0.5, 0.25), (1, 2 / 3, 0.5)]


@given(LINKS, st.integers(0, 40))
def test_curve_agrees_with_counting(links: list[Scored], more: int) -> None:
    """Each cut says what counting the links from its threshold on says."""
    whole = Graded(tuple(links), sum(link.right for link in links) + more)
    for cut in curve(whole):
        reached = [link for link in links if link.score >= cut.threshold]
        right = sum(link.right for link in reached)
        assert cut == at(whole, cut.threshold)
        assert cut.precision == right / len(reached)
        assert cut.recall == (right / whole.wanted if whole.wanted else 0)


@given(LINKS)
def test_best_cut_beats_all_others(links: list[Scored]) -> None:
    """No threshold has a better F1 than the one that is chosen."""
    whole = Graded(tuple(links), len(links))
    assert best_f1(whole).f1 >= max((at(whole, threshold).f1 for threshold in range(-6, 7)), default=0)


def test_thresholds_come_from_dev_rows() -> None:
    """The test rows are judged where the dev rows were best, however good another cut would be for them."""
    dev = graded((5, True), (4, True), (1, False), wanted=2)
    test = graded((5, True), (4, False), (3, True), (2, True), wanted=3)
    found = figures(dev, test)
    assert (found.chosen.threshold, found.chosen.precision) == (4, 0.5)
    assert found.chosen.recall == pytest.approx(1 / 3)
    assert found.recall_at_p99 == pytest.approx(1 / 3)
    assert found.at_dev_p99 is not None
    assert found.at_dev_p99.threshold == 4


def test_precision_out_of_reach_is_told() -> None:
    """Where no cut of the dev rows is precise enough there is no threshold, and no figure is made up."""
    never = graded((5, False), (4, True), wanted=1)
    assert most_recall(never) is None
    assert figures(never, never).at_dev_p99 is None
    assert figures(never, never).recall_at_p99 == 0


def test_nothing_linked_has_no_precision() -> None:
    """Without links there is no precision, and recall is zero."""
    found = figures(Graded((), 3), Graded((), 3)).chosen
    assert (found.precision, found.recall, found.f1) == (None, 0, 0)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)]
)
def test_wilson_agrees_with_published_values(hits: int, of: int, low: float, high: float) -> None:
    """The examples of Newcombe (1998, Statistics in Medicine 17, table I) come out."""
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


LABELS = st.dictionaries(
    st.integers(0, 12).map(str), st.tuples(st.sampled_from("ab1"), st.sampled_from(("", "x", "y")))
)


@given(LABELS)
def test_pairwise_agrees_with_all_pairs(rows: dict[str, tuple[str, str]]) -> None:
    """Counting cluster sizes says what going through all pairs says; a row without a label is alone."""
    found, true = ({key: labels[side] for key, labels in rows.items()} for side in (0, 1))
    pairs = list(combinations(rows, 2))
    made = [pair for pair in pairs if found[pair[0]] == found[pair[1]]]
    wanted = [pair for pair in pairs if true[pair[0]] and true[pair[0]] == true[pair[1]]]
    right = len(set(made) & set(wanted))
    told = pairwise(found, true)
    assert told.precision == (right / len(made) if made else None)
    assert told.recall == (right / len(wanted) if wanted else 0)
