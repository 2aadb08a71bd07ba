"""What an answer is worth, and which questions are the same."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model.decision import (
    Decision,
    Motion,
    OpportunityTerms,
    Reason,
    Score,
    Scorecard,
    Stage,
    Verdict,
    Versions,
)
from connector.model.match import Band, Match
from connector.model.progress import Review, ReviewState
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.pipeline.review_order import ReviewTerms, amount_of, priority, shares, usual
from connector.pipeline.review_queue import grouped

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TERMS = ReviewTerms(levels=(25, 55))


def ref(kind: Kind, number: int) -> RecordRef:
    """A reference."""
    return RecordRef("crm", kind.value, str(number))


def review(number: int = 1, *candidates: tuple[Kind, int, float], hours: float = 24, route: str = "r") -> Review:
    """An open review of lead *number*."""
    matches = tuple(Match(kind, ref(kind, one), score, Band.POSSIBLE, ()) for kind, one, score in candidates)
    opened = NOW - timedelta(hours=hours)
    return Review(number, route, ref(Kind.LEAD, number), "Who?", matches, opened, ReviewState.OPEN)


def decision(
    stage: Stage = Stage.MQL, *, fit: int = 50, asked: bool = False, motion: Motion = Motion.HUNTER, amount: int = 0
) -> Decision:
    """A decision that sends a lead to review."""
    none = Score(0, "none")
    card = Scorecard(Score(fit, "middling"), none, Score(int(asked), "demo"), none)
    terms = OpportunityTerms("x", {"amount": amount}) if amount else None
    return Decision(
        ref(Kind.LEAD, 1),
        Verdict.REVIEW,
        stage,
        motion,
        card,
        (Reason("r", "r"),),
        "r",
        Versions("", "", ""),
        NOW,
        terms,
    )


def total(one: Review, made: Decision | None = None, lead: Record | None = None, terms: ReviewTerms = TERMS) -> float:
    """The priority of a review where the usual amount is 1000."""
    return priority(one, made, lead, 1000, terms, NOW).total


def lead(number: int, **values: Scalar) -> Record:
    """A lead."""
    return Record(Kind.LEAD, ref(Kind.LEAD, number), values)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (decision(Stage.SRL), decision(Stage.MQL)),
        (decision(Stage.MQL), decision(Stage.NEW)),
        (decision(fit=80), decision(fit=54)),
        (decision(Stage.NEW, asked=True), decision(Stage.NEW)),
        (decision(motion=Motion.FARMER), decision()),
        (decision(amount=4000), decision(amount=1000)),
        (decision(amount=1000), decision(amount=300)),
    ],
    ids=["stage", "mql", "fit", "intent", "farmer", "amount", "small amount"],
)
def test_value_grows_with_what_it_may_bring(more: Decision, less: Decision) -> None:
    """Stage, fit, intent, a known customer and a bigger amount each make an answer worth more."""
    one = review(1, (Kind.CONTACT, 1, 0.0))
    assert total(one, more) > total(one, less)


def test_huge_amount_does_not_rule() -> None:
    """An amount counts at most five times the usual one."""
    one = review(1, (Kind.CONTACT, 1, 0.0))
    assert total(one, decision(amount=10**9)) == pytest.approx(5 * total(one, decision(amount=1000)), rel=1e-3)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"x_amount": "1,500"}, 1500),
        ({"amount": 20}, 20),
        ({"x_amount": "plenty"}, None),
        ({"amount": -5}, None),
        ({}, None),
    ],
)
def test_amount_is_read_off_the_lead(values: dict[str, Scalar], found: float | None) -> None:
    """A number in one of the fields that carry amounts counts; words, nothing and debts do not."""
    assert amount_of(lead(1, **values), None) == found
    assert amount_of(lead(1, **values), decision(amount=7)) == 7


def test_usual_amount_is_the_middle() -> None:
    """One huge amount does not change what is usual."""
    assert (usual([1, 2, 10**9]), usual([])) == (2, 0)


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=6))
def test_shares_sum_to_one(scores: list[float]) -> None:
    """Candidates and nobody share one chance, whatever the points."""
    found = shares(scores)
    assert len(found) == len(scores) + 1
    assert math.isclose(sum(found), 1)
    assert min(found) >= 0


@pytest.mark.parametrize(
    ("scores", "bits"), [([0.0], 1.0), ([40.0, 40.0], 1.0), ([20.0], 0.25), ([-20.0], 0.25), ([0.0, 0.0, 0.0], 2.0)]
)
def test_uncertainty_is_entropy(scores: list[float], bits: float) -> None:
    """One to one is a bit, whoever the two are; four alike are two bits; what seems settled is still a quarter."""
    one = review(1, *((Kind.CONTACT, number, score) for number, score in enumerate(scores)))
    assert priority(one, None, None, 0, TERMS, NOW).uncertainty == pytest.approx(bits, abs=1e-3)


@pytest.mark.parametrize(
    ("made", "bits"),
    [(decision(fit=50), 1.0), (decision(fit=90), 0.5), (decision(fit=90, asked=True), 1.0), (decision(fit=34), 1.0)],
)
def test_yes_or_no_near_a_threshold(made: Decision, bits: float) -> None:
    """A question without candidates is one bit where fit is near a level or sales were asked for, else a half."""
    assert priority(review(), made, None, 0, TERMS, NOW).uncertainty == bits


@pytest.mark.parametrize(("hours", "age"), [(0, 0.25), (12, 0.5), (24, 1), (48, 2), (1000, 4)])
def test_age_is_bounded(hours: float, age: float) -> None:
    """Age is the time waited against the SLA; a fresh question counts a quarter, a very late one four times."""
    assert priority(review(hours=hours), None, None, 0, TERMS, NOW).age == age


def test_sla_of_the_stage_counts() -> None:
    """The shorter of the SLA for the stage and the one for all stages is the time allowed."""
    terms = ReviewTerms(hours={None: 48, Stage.SRL: 4})
    assert (terms.allowed(Stage.SRL), terms.allowed(Stage.NEW), ReviewTerms().allowed(Stage.NEW)) == (4, 48, 24)


def test_mailbox_joins_over_names() -> None:
    """Leads are one group through a mailbox or through name and firm, in any number of steps."""
    same = {"last_name": "Lee", "company": "Acme"}
    leads = [
        lead(1, email="a@one.example", **same),
        lead(2, email="a@one.example", last_name="Li", company="Acme One"),
        lead(3, email="a@gmail.com", **same),
        lead(4, email="z@one.example", last_name="Zed", company="Acme"),
    ]
    found = grouped([(review(one, (Kind.CONTACT, 1, 0.0)), who) for one, who in enumerate(leads, 1)])
    assert {number: group.reviews for number, group in found.items()} == dict.fromkeys((1, 2, 3), (1, 2, 3))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (review(1, (Kind.CONTACT, 1, 0.0)), review(2, (Kind.CONTACT, 2, 0.0))),
        (review(1, (Kind.CONTACT, 1, 0.0)), review(2)),
        (review(1, (Kind.CONTACT, 1, 0.0)), review(2, (Kind.CONTACT, 1, 0.0), route="other")),
    ],
    ids=["candidates", "none", "route"],
)
def test_other_question_is_no_group(left: Review, right: Review) -> None:
    """Other candidates, or another route, are another question, though the person is the same."""
    who = {"email": "a@one.example"}
    assert grouped([(left, lead(1, **who)), (right, lead(2, **who))]) == {}


@given(st.permutations(range(1, 6)))
def test_groups_know_no_order(order: list[int]) -> None:
    """Groups and their names are the same in whatever order the reviews come."""
    mails = {1: "a@one.example", 2: "a@one.example", 3: "b@one.example", 4: "c@two.example", 5: "c@two.example"}
    asked = [(review(one, (Kind.CONTACT, 1, 0.0)), lead(one, email=mails[one])) for one in order]
    assert grouped(asked) == grouped(sorted(asked, key=lambda pair: pair[0].id))
