"""Refitted points: they follow the labels, stay near what is in use, keep their order, and are judged on others."""

from __future__ import annotations

import random
import sys

import pytest

from connector.errors import UsageError
from connector.matching import compare
from connector.matching.training import (
    ENOUGH,
    Example,
    Term,
    example,
    judged,
    points_in_use,
    refit,
    split,
    total,
)
from connector.model.records import Kind

from .making import account, contact, lead, rules

START: Term = ("people", "start")
SAME: Term = ("people", "evidence", "email", "same")
OTHER: Term = ("people", "evidence", "name", "different")


def made(count: int, seed: int = 3, lies: float = 0.0) -> list[Example]:
    """Pairs with the same address that are the same person, and pairs with other names that are not."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        same = number % 2 == 0
        terms = ((START, 1.0), (SAME if same else OTHER, 1.0))
        found.append(Example("people", terms, 0.0, same ^ (draw.random() < lies), f"L{number}", f"P{number}"))
    return found


@pytest.mark.parametrize("other", [contact(title="CFO"), account(), lead("L2", email="a.weber@nordwindtools.com")])
def test_example_scores_as_compared(other: object) -> None:
    """The terms of an example and what stands beside them sum to the score that the comparison gave."""
    match = compare(lead(title="CEO"), other, rules())  # type: ignore[arg-type]
    assert total(example(match, True, "L1", rules()), points_in_use(rules())) == pytest.approx(match.score, abs=1e-3)


def test_points_follow_the_labels() -> None:
    """A level that mostly stands with the same person gains points, one that mostly does not loses them."""
    found, lacking = refit(made(400, lies=0.3), rules())
    used = points_in_use(rules())
    assert [one.name for one in found] == ["people"]
    assert [short.name for short in lacking] == ["companies"]
    assert found[0].points[SAME] < used[SAME]
    assert found[0].after.log_loss < found[0].before.log_loss
    assert found[0].points[("repeats", "start")] == used["repeats", "start"]


def test_levels_without_examples_stay() -> None:
    """What no example shows keeps the points that it has, unless the order of its comparison moves it."""
    found, _ = refit(made(200), rules())
    used = points_in_use(rules())
    assert found[0].points["people", "evidence", "phone", "same"] == used["people", "evidence", "phone", "same"]


def test_order_of_levels_is_kept() -> None:
    """However the labels lie, a level never overtakes one that has more points in the file in use."""
    used = points_in_use(rules())
    weak: Term = ("people", "evidence", "email", "other-pattern")
    examples = [
        Example("people", ((START, 1.0), (term, 1.0)), 0.0, term is weak, f"L{number}", f"P{number}")
        for number, term in enumerate([SAME, weak] * 200)
    ]
    points = refit(examples, rules())[0][0].points
    emails = sorted((term for term in points if term[:3] == SAME[:3]), key=lambda term: used[term])
    assert [points[term] for term in emails] == sorted(points[term] for term in emails)


def test_too_few_examples_are_refused() -> None:
    """A family with too few of either label is not refitted, and it is told how many are missing."""
    found, lacking = refit(made(2 * ENOUGH - 2), rules())
    assert found == []
    assert [(one.same, one.different) for one in lacking] == [(1, 1), (ENOUGH, ENOUGH)]


def test_nobody_stands_on_both_sides() -> None:
    """All examples of one person are learnt from, or all are held out, whatever the seed."""
    examples = [Example("people", (), 0.0, True, f"L{n}", f"P{n % 40}") for n in range(200)]
    sides = [{one.group for one in side} for side in split(examples, 5)]
    assert sides[0] & sides[1] == set()
    assert all(sides)
    assert split(examples, 5) != split(examples, 6)


def test_refit_repeats_itself() -> None:
    """The same examples and seed give the same points, in whatever order the examples come."""
    examples = made(300, lies=0.2)
    shuffled = random.Random(1).sample(examples, len(examples))
    assert refit(examples, rules(), 4)[0][0].points == refit(shuffled, rules(), 4)[0][0].points


def test_judging_counts_links_only() -> None:
    """Precision and recall are those of pairs that reach the band in which links are made."""
    used = points_in_use(rules())
    strong = Example("people", ((START, 1.0), (SAME, 9.0)), 0.0, True, "L1", "P1")
    wrong = Example("people", ((START, 1.0), (SAME, 9.0)), 0.0, False, "L2", "P2")
    missed = Example("companies", ((("companies", "start"), 1.0),), 0.0, True, "L3", "P3")
    found = judged([strong, wrong, missed], used, rules())
    assert (found.rate.precision, found.rate.recall) == (0.5, 0.5)
    assert found.precision_within[0] < 0.5 < found.precision_within[1]


def test_missing_libraries_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the command to install it is told."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(UsageError) as caught:
        refit(made(200), rules())
    assert caught.value.next_command == "pip install 'lead-connector[train]'"


def test_every_term_has_a_place() -> None:
    """All three start values and every level of the file can be refitted."""
    assert {term[0] for term in points_in_use(rules())} == {"people", "repeats", "companies"}
    assert len(points_in_use(rules())) == 3 + len(rules().person_weights) + len(rules().company_weights)
    assert example(compare(lead(), account(), rules()), True, "L1", rules()).section == "companies"
    assert Kind.ACCOUNT.value == account().kind.value
