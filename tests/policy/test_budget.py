"""The error budget: how soon a bad policy is found out, how seldom a good one is closed, and what follows."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.model.assurance import GateRecord
from connector.model.decision import Gate
from connector.policy.budget import ALPHA, Evidence, judged, weigh
from connector.policy.rules import ErrorBudget

from .making import NOW

BUDGET = ErrorBudget(0.9, 0.6, reviewed_needed=60, probation_per_day=1000, probation_share=0.2)
NEW = GateRecord("policy", "v1", Gate.PROBATION, NOW, "new", evidence_from=NOW)
STRONG = Evidence(20, 9, 40.0, against_at=18)


def answers(precision: float, count: int, chance: random.Random) -> Iterator[bool]:
    """Blind answers on a policy of that precision."""
    return (chance.random() < precision for _ in range(count))


def closed_share(precision: float, target: float, count: int, runs: int) -> float:
    """In which share of *runs* the gate closes within *count* answers."""
    chance = random.Random(f"{precision:.2f} {target}")
    return sum(weigh(answers(precision, count, chance), target).against_at is not None for _ in range(runs)) / runs


@pytest.mark.parametrize(
    ("target", "least"), [(0.7, 0.91), (0.8, 0.96), (0.85, 0.98), (0.9, 0.99), (0.95, 0.99), (0.98, 0.99)]
)
def test_bad_policy_is_found_out(target: float, least: float) -> None:
    """At 10 points under the target the gate closes within 300 answers: nearly always, where so few can tell."""
    assert closed_share(target - 0.1, target, 300, 400) >= least


@pytest.mark.parametrize("target", [0.7, 0.9, 0.95])
def test_good_policy_stays_open(target: float) -> None:
    """At 2 points above the target the gate closes in less than 1 % of cases over 2,000 answers."""
    assert closed_share(target + 0.02, target, 2000, 250) < 0.01


def test_later_decline_is_found_out() -> None:
    """A policy that was good for 1,000 answers and then errs twice as often as allowed is closed within 500 more."""
    chance = random.Random(11)
    runs = [[*answers(0.97, 1000, chance), *answers(0.8, 500, chance)] for _ in range(60)]
    found = [weigh(run, 0.9).against_at or math.inf for run in runs]
    assert sum(1000 < at < math.inf for at in found) >= 54


@pytest.mark.parametrize("allowed", [0.3, 0.1, 0.02])
def test_stake_is_a_fair_bet(allowed: float) -> None:
    """At exactly the target the stake is worth 1 on average, which is what bounds false closures for ever."""
    expected = 0.0
    for wrong in itertools.product([False, True], repeat=9):
        likely = math.prod(allowed if bad else 1 - allowed for bad in wrong)
        expected += likely * weigh((not bad for bad in wrong), 1 - allowed).strength
    assert expected == pytest.approx(1.0)


@given(run=some.lists(some.booleans(), min_size=1, max_size=250), place=some.integers(0, 249))
def test_a_wrong_answer_never_helps(run: list[bool], place: int) -> None:
    """One more wrong answer never makes the evidence against the policy weaker, nor the gate close later."""
    worse = [answer and index != place % len(run) for index, answer in enumerate(run)]
    before, after = weigh(run, 0.9), weigh(worse, 0.9)
    if before.against_at is not None:
        assert (after.against_at or math.inf) <= before.against_at
    elif after.against_at is None:
        assert after.strength >= before.strength


def test_without_target_nothing_closes() -> None:
    """Outcomes without a target are counted, and close nothing."""
    assert weigh([False] * 400, None) == Evidence(400, 0)
    assert weigh([], 0.9) == Evidence()
    assert weigh([False] * 400, 0.9).against_at == 7
    assert weigh([False] * 7, 0.9).strength >= 1 / ALPHA


def test_probation_ends_with_enough_reviews() -> None:
    """The gate opens with as many reviews as the policy asks for, and not before."""
    waiting = judged(BUDGET, NEW, Evidence(59, 57), Evidence(), NOW)
    opened = judged(BUDGET, waiting, Evidence(60, 58), Evidence(3, 2), NOW)
    assert (waiting.state, waiting.reviewed, waiting.right) == (Gate.PROBATION, 59, 57)
    assert (opened.state, opened.why) == (Gate.OPEN, "58 of 60 blind reviews agreed; nothing speaks against 90 %")
    assert (opened.outcomes, opened.good) == (3, 2)


@pytest.mark.parametrize("state", [Gate.PROBATION, Gate.OPEN])
def test_evidence_closes_from_either_state(state: Gate) -> None:
    """Reviews or outcomes that speak against the policy close its gate, and each is told in its own words."""
    record = replace(NEW, state=state)
    by_people = judged(BUDGET, record, STRONG, Evidence(), NOW)
    by_sales = judged(BUDGET, record, Evidence(70, 70), STRONG, NOW)
    assert (by_people.state, by_people.why) == (Gate.CLOSED, "9 of 20 blind reviews agreed, and 90 % must")
    assert by_sales.why == "sales accepted 9 of 20 opportunities that it opened, and 60 % must be"


def test_closed_gate_stays_closed() -> None:
    """No later answer opens a gate that closed, nor changes what it closed on."""
    record = replace(NEW, state=Gate.CLOSED, why="it erred", reviewed=20, right=9)
    assert judged(BUDGET, record, Evidence(500, 500), Evidence(500, 500), NOW) == record
