"""Where the bands begin: counted on labels, or estimated by decoys."""

from __future__ import annotations

import random

import pytest

from connector.matching.calibration import from_decoys, from_labels
from connector.matching.measure import Graded, Scored


def graded(right: list[float], wrong: list[float]) -> Graded:
    """Scores of right and of wrong candidates."""
    links = [*(Scored(score, True) for score in right), *(Scored(score, False) for score in wrong)]
    return Graded(tuple(links), len(right))


def test_labels_give_the_lowest_precise_cut() -> None:
    """As many links as can be are made while they are as precise as stated."""
    bound = from_labels(graded([5.0] * 99 + [2.0], [4.0, 1.0]), 0.99, used=-9.0)
    assert bound is not None
    assert bound.links == 101
    assert bound.precision == pytest.approx(100 / 101)
    assert 1.0 < bound.link_at <= 2.0
    assert bound.within[0] < bound.precision < bound.within[1]


def test_cut_in_use_stays_where_it_serves() -> None:
    """The band does not move while the same links would be made."""
    bound = from_labels(graded([5.0] * 50, [1.0]), 0.99, used=1.5)
    assert bound is not None
    assert bound.link_at == 1.5


def test_few_labels_lower_no_band() -> None:
    """Thirty-five right links say nothing of one wrong in a hundred: the band stays; hundreds may lower it."""
    few = from_labels(graded([5.0] * 34 + [2.0], [1.0]), 0.99, used=4.0)
    assert few is not None
    assert few.link_at == 4.0
    many = from_labels(graded([5.0] * 300 + [2.0], [1.0]), 0.99, used=4.0)
    assert many is not None
    assert many.link_at <= 2.0


def test_higher_precision_links_less() -> None:
    """The stricter the wish, the higher the band, and what it gives up is asked about."""
    draw = random.Random(11)
    whole = graded([draw.gauss(6, 2) for _ in range(2000)], [draw.gauss(0, 2) for _ in range(1000)])
    lax, strict = (from_labels(whole, precision, used=99) for precision in (0.95, 0.995))
    assert lax is not None
    assert strict is not None
    assert strict.link_at > lax.link_at
    assert strict.links < lax.links
    assert strict.ask_at < strict.link_at - 1


@pytest.mark.parametrize("whole", [graded([], []), graded([5.0] * 29, []), graded([1.0] * 50, [2.0] * 50)])
def test_labels_that_tell_nothing_set_nothing(whole: Graded) -> None:
    """Without links, with few, or where wrong ones score as high, no band is made up."""
    assert from_labels(whole, 0.99, used=1.5) is None


def test_decoys_keep_false_links_rare() -> None:
    """On made-up scores whose truth is known the estimated cut is as precise as was asked for."""
    draw = random.Random(5)
    known = [(draw.gauss(8, 2), draw.gauss(-2, 2)) for _ in range(3000)]
    unknown = [draw.gauss(-2, 2) for _ in range(1000)]
    best = [max(pair) for pair in known] + unknown
    second = [min(pair) for pair in known]
    bound = from_decoys(best, second, 0.99, used=0.0)
    assert bound is not None
    linked = [right for right, wrong in known if max(right, wrong) >= bound.link_at and right > wrong]
    false = sum(score >= bound.link_at for score in unknown)
    assert false / (len(linked) + false) <= 0.012
    assert len(linked) > 2500


def test_few_leads_cannot_be_sure() -> None:
    """A hundredth of false links cannot be told from fewer than a hundred links."""
    assert from_decoys([9.0] * 99, [], 0.99, used=1.5) is None
    bound = from_decoys([9.0] * 100, [], 0.99, used=1.5)
    assert bound is not None
    assert (bound.link_at, bound.ask_at) == (1.5, 0.5)


def test_more_records_raise_the_band() -> None:
    """Where wrong candidates score higher, as they do among more records, links begin higher."""
    draw = random.Random(2)
    best = [draw.gauss(8, 2) for _ in range(2000)]
    small, large = (
        from_decoys(best, [draw.gauss(middle, 1) for _ in range(2000)], 0.99, used=99) for middle in (-4, 1)
    )
    assert small is not None
    assert large is not None
    assert large.link_at > small.link_at + 2
