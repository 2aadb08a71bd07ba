"""The smallest change that would flip a verdict: it flips it, and nothing smaller does."""

from __future__ import annotations

from itertools import combinations

import pytest

from connector.model.decision import DecisionInputs, Gate, Ruling, Verdict
from connector.model.match import Linkage
from connector.model.records import Activity, Scalar
from connector.policy import Rulebook, decide
from connector.policy.cases import case_inputs
from connector.policy.counterfactual import Flip, smallest_changes
from connector.policy.levers import Lever, State, levers
from tests.policy.making import NOW, VERSIONS, inputs, lead, small, starter

SMALL = small()


def converts(verdict: Verdict) -> bool:
    """The verdict that most people wait for."""
    return verdict.converts


def stays(verdict: Verdict) -> bool:
    """Anything else."""
    return not verdict.converts


def told(flips: tuple[Flip, ...]) -> list[tuple[str, ...]]:
    """The changes in words."""
    return [flip.changes for flip in flips]


def asks(**values: Scalar) -> DecisionInputs:
    """A lead of a big company (fit is strong), with more values."""
    return inputs(lead(**{"employees": 500, **values}))


@pytest.mark.parametrize(
    ("given", "first"),
    [
        (asks(), ("a demo request",)),
        (asks(budget="yes", authority="yes"), ("a demo request",)),
        (inputs(lead(budget="yes", authority="yes")), ("one BANT answer: need",)),
        (inputs(lead(requested_action="demo", rating="Hot")), ("30 more fit points",)),
        (inputs(lead(requested_action="demo")), ("50 more fit points",)),
        (inputs(lead(employees=500, requested_action="demo"), Linkage.POSSIBLE), ("no match with what is known",)),
        (inputs(lead(employees=500, requested_action="demo"), worked="owner changed"), ("nobody working it",)),
        (inputs(lead(employees=500, requested_action="demo"), gate=Gate.CLOSED), ("automatic conversion open",)),
        (inputs(lead(employees=500, requested_action="demo"), doubts=("Odd.",)), ("values that the mapping knows",)),
        (
            inputs(lead(employees=500, requested_action="demo", owner_kind="queue")),
            ("an `owner` named by the route",),
        ),
        (inputs(lead(company="Foe Inc", employees=500, requested_action="demo")), ("another company",)),
    ],
)
def test_nearest_change_comes_first(given: DecisionInputs, first: tuple[str, ...]) -> None:
    """What a lead can do comes before what it is, and points are counted."""
    flips = smallest_changes(SMALL, given, converts)
    assert told(flips)[0] == first


def test_engagement_is_counted_in_points() -> None:
    """The points that are missing to an MQL are said exactly."""
    rulebook = small(answered="  - {name: answered, says: Warm., when: {field: stage, is: MQL}, verdict: convert}")
    warm = inputs(lead(employees=500), activities=(Activity("email_open", NOW, "1"), Activity("other", NOW, "2")))
    flips = smallest_changes(rulebook, warm, converts)
    assert ("7 more engagement points",) in told(flips)


def test_converting_lead_tells_what_keeps_it() -> None:
    """For a lead that converts, the change that would stop it is told."""
    flips = smallest_changes(SMALL, asks(requested_action="demo"), stays)
    assert told(flips)[0] == ("no sales-specific request",)


def test_persons_answer_is_a_change() -> None:
    """Where a person ruled, the verdict hangs on their word alone."""
    ruled = inputs(lead(), ruling=Ruling(Verdict.CONVERT, "ann", NOW))
    assert told(smallest_changes(SMALL, ruled, stays))[0] == ("no answer by ann",)


def test_nothing_flips_what_is_wanted_already() -> None:
    """A lead that has the wanted verdict, or that is converted, needs no change."""
    assert smallest_changes(SMALL, asks(requested_action="demo"), converts) == ()
    assert smallest_changes(SMALL, inputs(lead(converted=True)), stays) == ()


LEADS = [
    inputs(),
    asks(),
    asks(budget="no"),
    asks(status="Closed"),
    asks(company="Foe Inc"),
    inputs(lead(rating="Hot", requested_action="demo")),
    inputs(lead(budget="yes", need="no")),
    inputs(lead(budget="yes"), Linkage.POSSIBLE),
    asks(requested_action="demo"),
    asks(requested_action="demo", requested_at="2025-01-01T09:00:00Z"),
    inputs(lead(), Linkage.ACCOUNT),
    asks(requested_action="demo", owner_kind="queue"),
    inputs(lead(company="Foe Inc", budget="yes"), worked="status changed"),
]


@pytest.mark.parametrize("given", LEADS, ids=range(len(LEADS)))
def test_nothing_smaller_flips(given: DecisionInputs) -> None:
    """Every answer flips the verdict; no smaller set of changes does, nor one point less. All sets are tried."""
    wanted = stays if decide(SMALL, given, VERSIONS).verdict.converts else converts
    pulled = levers(SMALL, given)
    flips = smallest_changes(SMALL, given, wanted, most=100)
    smallest = next((size for size in (1, 2, 3) if any(flipped(given, s, wanted) for s in sets(pulled, size))), None)
    assert {len(flip.changes) for flip in flips} == ({smallest} if smallest else set())
    for flip in flips:
        chosen = [lever for lever in pulled if lever.what in flip.changes]
        assert flipped(given, tuple(chosen), wanted)
        assert not any(flipped(given, less, wanted) for less in one_point_less(tuple(chosen)))


def sets(pulled: list[Lever], size: int) -> list[tuple[Lever, ...]]:
    """Every set of changes that can be made together."""
    return [s for s in combinations(pulled, size) if len({lever.subject for lever in s}) == size]


def flipped(given: DecisionInputs, chosen: tuple[Lever, ...], wanted: object) -> bool:
    """Whether the lead as changed has a wanted verdict, decided anew."""
    state = State(given)
    for lever in chosen:
        state = lever.apply(state)
    return bool(callable(wanted) and wanted(decide(SMALL, state.inputs, VERSIONS, state.shift).verdict))


def one_point_less(chosen: tuple[Lever, ...]) -> list[tuple[Lever, ...]]:
    """The same changes, each that is counted in points made one point smaller in turn."""
    found = []
    for index, lever in enumerate(chosen):
        if "points" in lever.subject:
            found.append((*chosen[:index], shrunk(lever), *chosen[index + 1 :]))
    return found


def shrunk(lever: Lever) -> Lever:
    """A change in points, one point smaller."""

    def apply(state: State) -> State:
        after = lever.apply(state)
        fit, engagement = after.shift.fit, after.shift.engagement
        if lever.subject == "fit points":
            fit -= 1 if fit > 0 else -1
        else:
            engagement -= 1 if engagement > 0 else -1
        return State(after.inputs, type(after.shift)(fit, engagement))

    return Lever(lever.subject, lever.what, lever.rank, apply, lever.size)


def test_every_starter_case_can_be_asked() -> None:
    """Each case of the starter policy is answered by changes that flip it under the starter policy."""
    rulebook: Rulebook = starter()
    asked = [case_inputs(case.part) for case in rulebook.cases[:12]]
    for given in asked:
        verdict = decide(rulebook, given, VERSIONS).verdict
        flips = smallest_changes(rulebook, given, stays if verdict.converts else converts)
        assert all(flip.decision.verdict.converts is not verdict.converts for flip in flips)
        assert flips
