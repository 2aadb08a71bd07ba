"""Clusters: links join what nothing keeps apart, whatever the order they are told in."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.matching import clustering, clusters, seniority
from tests.matching.making import lead

Links = list[tuple[int, int, float]]
PAIRS = st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] != pair[1])
LINKS = st.lists(st.tuples(PAIRS, st.integers(0, 3)).map(lambda told: (*told[0], float(told[1]))), max_size=14)
APART = st.lists(PAIRS, max_size=4)


@pytest.mark.parametrize(
    ("links", "apart", "survivors"),
    [
        ([], [], {}),
        ([(1, 2, 5.0)], [], {1: 1, 2: 1}),
        ([(2, 1, 5.0), (2, 3, 4.0)], [], {1: 1, 2: 1, 3: 1}),
        ([(1, 2, 5.0), (2, 3, 4.0)], [(1, 3)], {1: 1, 2: 1, 3: 3}),
        ([(1, 2, 4.0), (2, 3, 5.0)], [(3, 1)], {1: 1, 2: 2, 3: 2}),
        ([(1, 2, 5.0), (3, 4, 5.0), (2, 3, 1.0)], [(1, 4)], {1: 1, 2: 1, 3: 3, 4: 3}),
        ([(1, 2, 5.0)], [(1, 2)], {1: 1, 2: 2}),
        ([(1, 2, 5.0), (2, 3, 5.0)], [(1, 9)], {1: 1, 2: 1, 3: 1}),
    ],
)
def test_links_join_what_may_be_one(links: Links, apart: list[tuple[int, int]], survivors: dict[int, int]) -> None:
    """Links chain; the weakest link of a contradiction is left out; the first in order survives."""
    assert clusters(links, apart) == survivors


def test_link_left_out_is_told() -> None:
    """What would have joined two that are apart is named, so that a person can be asked."""
    assert clustering([(3, 2, 1.0), (1, 2, 5.0)], [(1, 3)]).contested == ((2, 3),)


@given(LINKS, APART, st.integers(0, 999))
def test_order_of_links_changes_nothing(links: Links, apart: list[tuple[int, int]], seed: int) -> None:
    """Shuffled, turned round or told twice, links give the same clusters."""
    random = Random(seed)
    told = [(right, left, score) if random.random() < 0.5 else (left, right, score) for left, right, score in links]
    told += random.sample(told, len(told) // 2)
    random.shuffle(told)
    found = clustering(told, random.sample(apart, len(apart)))
    assert found == clustering(links, apart)


@given(LINKS, APART)
def test_members_agree_and_none_is_apart(links: Links, apart: list[tuple[int, int]]) -> None:
    """A survivor stands for itself, no cluster holds two that are apart, and every link joins or is contested."""
    found = clustering(links, apart)
    assert all(found.survivor[survivor] == survivor for survivor in found.survivor.values())
    assert all(found.survivor[one] <= one for one in found.survivor)
    for one, other in combinations(found.survivor, 2):
        together = found.survivor[one] == found.survivor[other]
        assert not (together and ((one, other) in apart or (other, one) in apart))
    for left, right, _ in links:
        assert (found.survivor[left] == found.survivor[right]) is (
            (min(left, right), max(left, right)) not in found.contested
        )


def test_survivor_is_the_senior_lead() -> None:
    """Landed before not landed, then the older, then the smaller id."""
    leads = [
        lead("L3", created_at="2026-01-01T00:00:00Z", external_key="web:1"),
        lead("L2", created_at="2025-01-01T00:00:00Z"),
        lead("L1", created_at="2026-01-01T00:00:00Z"),
        lead("L4"),
    ]
    ranked = {one.ref.id: seniority(one) for one in leads}
    assert set(clusters([("L4", "L1", 1.0), ("L1", "L2", 1.0)], rank=ranked.__getitem__).values()) == {"L2"}
    assert sorted(ranked, key=ranked.__getitem__) == ["L3", "L2", "L1", "L4"]
