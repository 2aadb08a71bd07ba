"""How far a verdict is trusted: near a level, with the gate closed, confirmed by people, sampled; and SLAs run out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.model.decision import Assurance, Gate, Ruling, Stage, Verdict
from connector.model.match import Linkage
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.policy import Rulebook, decide
from tests.policy.making import NOW, VERSIONS, changed, decided, inputs, lead, loaded, small, survivor

OPPORTUNITY = 'opportunity: {name: "{company} - {action}"}'
HOT: dict[str, Scalar] = {"employees": 500, "requested_action": "demo"}


def adding(*lines: str) -> Rulebook:
    """The small policy with more lines at its end."""
    return small(opportunity="\n".join((OPPORTUNITY, *lines)))


def banded(points: int) -> Rulebook:
    """The small policy with a review band of fit."""
    return loaded(changed().replace("fit:\n", f"fit:\n  review_band: {points}\n"))


def test_conversion_just_above_a_level_is_reviewed() -> None:
    """A lead that converts by a fit inside the band goes to a person; one beyond it does not."""
    near, clear = decided(banded(1), lead(**HOT)), decided(banded(1), lead(**HOT, rating="Hot"))
    assert (near.verdict, near.reasons[0].code, near.rule) == (Verdict.REVIEW, "near-threshold", "asks")
    assert clear.verdict is Verdict.CONVERT
    assert decided(banded(10), lead(**HOT, rating="Hot")).verdict is Verdict.CONVERT
    assert decided(banded(11), lead(**HOT, rating="Hot")).verdict is Verdict.REVIEW


def test_band_leaves_what_converts_anyway() -> None:
    """Where one level lower would convert too, the nearness of the level decides nothing."""
    answered = lead(**HOT, budget="yes", authority="yes", need="yes")
    assert decided(banded(10), answered).verdict is Verdict.CONVERT


def test_band_leaves_attaching_and_people() -> None:
    """Attaching rests on the match, and a person's word on the person."""
    assert decided(banded(10), lead(**HOT), Linkage.ACCOUNT).verdict is Verdict.ATTACH
    ruling = Ruling(Verdict.CONVERT, "ann", NOW)
    assert decided(banded(10), lead(**HOT), ruling=ruling).verdict is Verdict.CONVERT


def test_closed_gate_sends_conversions_to_people() -> None:
    """With the gate closed the verdict is a review that says so; a person's answer still carries."""
    book = small()
    closed = decided(book, lead(**HOT), gate=Gate.CLOSED)
    assert (closed.verdict, closed.reasons[0].code, closed.opportunity) == (Verdict.REVIEW, "gate-closed", None)
    assert decided(book, lead(**HOT), Linkage.ACCOUNT, gate=Gate.CLOSED).verdict is Verdict.REVIEW
    ruling = Ruling(Verdict.CONVERT, "ann", NOW)
    assert decided(book, lead(**HOT), gate=Gate.CLOSED, ruling=ruling).verdict is Verdict.CONVERT


def test_duplicates_follow_whatever_the_gate() -> None:
    """A duplicate goes with its survivor, about whom somebody decided."""
    made = decided(small(), lead(), Linkage.LEAD, gate=Gate.CLOSED, survivor=survivor(Verdict.CONVERT))
    assert made.verdict is Verdict.ATTACH


def test_human_assurance_asks_first() -> None:
    """A verdict that people confirm becomes a review, also disqualification."""
    book = adding("assurance: {convert: human, disqualify: human}")
    assert decided(book, lead(**HOT)).reasons[0].code == "needs-confirmation"
    assert decided(book, lead(company="Foe Inc")).verdict is Verdict.REVIEW
    assert decided(book, lead(**HOT), Linkage.ACCOUNT).verdict is Verdict.ATTACH


@pytest.mark.parametrize(("word", "low", "high"), [("sampled(20 %)", 140, 260), ("sampled(0 %)", 0, 0), ("auto", 0, 0)])
def test_share_is_sampled(word: str, low: int, high: int) -> None:
    """About the share that the policy names is marked for blind review, and carried out all the same."""
    made = many(adding(f"assurance: {{convert: {word}}}"), Gate.OPEN)
    assert low <= sum(made) <= high


def test_probation_samples_more() -> None:
    """On probation the greater share counts; without an error budget there is no probation."""
    budget = "error_budget: {target: 0.9, probation: {sample_percent: 50}}"
    assert 400 <= sum(many(adding("assurance: {convert: sampled(5 %)}", budget), Gate.PROBATION)) <= 600
    assert sum(many(adding(), Gate.PROBATION)) == 0


def many(book: Rulebook, gate: Gate) -> list[bool]:
    """Whether each of a thousand leads that convert is sampled; every one converts."""
    marks = []
    for number in range(1000):
        ref = RecordRef("crm", "Lead", f"L{number}")
        record = Record(Kind.LEAD, ref, lead(**HOT).values)
        made = decide(book, inputs(record, gate=gate), VERSIONS)
        assert made.verdict is Verdict.CONVERT
        marks.append(made.sampled)
    return marks


def test_people_and_reviews_are_not_sampled() -> None:
    """Only what the policy alone carries out is sampled."""
    book = adding("assurance: {convert: sampled(100 %), attach: sampled(100 %)}")
    assert decided(book, lead(**HOT)).sampled
    assert decided(book, lead(**HOT)).assurance is Assurance.SAMPLED
    assert not decided(book, lead(**HOT), ruling=Ruling(Verdict.CONVERT, "ann", NOW)).sampled
    assert not decided(book, lead()).sampled


SLA = (
    "slas: [{name: slow, says: It took too long., verdict: nurture, stage: new, counted_from: [created_at], hours: 24,"
    " then: {verdict: VERDICT, reason: REASON}}]"
)


@pytest.mark.parametrize(
    ("verdict", "reason", "disqualification"), [("review", "slow-lead", ""), ("disqualify", "foe", "foe")]
)
def test_sla_that_ran_out_moves_the_lead(verdict: str, reason: str, disqualification: str) -> None:
    """After its time, and not before, a lead becomes what the SLA says."""
    book = adding(SLA.replace("VERDICT", verdict).replace("REASON", reason))
    young, old = lead(created_at="2026-01-14T10:00:00Z"), lead(created_at="2026-01-14T08:00:00Z")
    assert decided(book, young).verdict is Verdict.NURTURE
    assert decided(book, young).look_again_at == NOW + timedelta(hours=1)
    late = decided(book, old)
    assert (late.verdict.value, late.reasons[0].code, late.disqualification) == (verdict, reason, disqualification)


def test_sla_leaves_what_people_work() -> None:
    """A lead that a person works stays with that person, however late."""
    book = adding(SLA.replace("VERDICT", "disqualify").replace("REASON", "foe"))
    for company in ("Foe Inc", "Plain Harbor"):
        late = lead(created_at="2026-01-01T08:00:00Z", company=company)
        assert decided(book, late, worked="owner changed").verdict is Verdict.NURTURE


def test_stage_of_an_sla_must_fit() -> None:
    """An SLA of one stage says nothing of another."""
    book = adding(SLA.replace("stage: new", "stage: MQL").replace("VERDICT", "review").replace("REASON", "slow"))
    made = decided(book, lead(created_at="2026-01-01T08:00:00Z"))
    assert (made.verdict, made.stage) == (Verdict.NURTURE, Stage.NEW)


@pytest.mark.parametrize("asked", ["{field: fit, is: weak}", "{field: fit_points, at_most: 19}"])
def test_band_knows_disqualifiers_and_points(asked: str) -> None:
    """A lead that would be disqualified one level lower does not convert by a hair."""
    foe = f"  - {{reason: foe, says: It does not fit., when: {asked}}}"
    asks = "  - {name: asks, says: Asked., when: {field: intent, is: true}, verdict: convert}"
    book = loaded(changed(foe=foe, asks=asks).replace("fit:\n", "fit:\n  review_band: 5\n", 1))
    wanted = {name: value for name, value in HOT.items() if name != "employees"}
    found = decided(book, lead(**wanted, rating="Hot"))
    assert (found.verdict, found.reasons[0].code) == (Verdict.REVIEW, "near-threshold")
