"""What time alone does: when to look again, and SLAs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.model.decision import Decision, Verdict
from connector.model.records import Activity, iso
from connector.policy import decide, load_policy, side_by_side
from tests.policy.making import NOW, VERSIONS, changed, decided, inputs, lead, loaded, small, starter
from tests.policy.making import SMALL as TEXT

SMALL = small()
SECOND = timedelta(seconds=1)


def ago(days: float) -> str:
    """An instant some days before now."""
    return iso(NOW - timedelta(days=days))


def levels(decision: Decision) -> tuple[str, str, Verdict]:
    """What time may change."""
    card = decision.scorecard
    return card.engagement.level, card.intent.level, decision.verdict


def test_expiring_intent_is_looked_at_again() -> None:
    """A review rests on a request; when that expires, the lead is looked at again."""
    record = lead(requested_action="demo", requested_at=ago(20))
    found = decided(SMALL, record)
    assert found.look_again_at == NOW + timedelta(days=10) + SECOND
    assert decided(SMALL, record, as_of=found.look_again_at).scorecard.intent.level == "expired"
    assert decided(SMALL, record, as_of=found.look_again_at - SECOND).scorecard.intent.level == "demo"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["webinar", "email_open", "call"]), st.floats(0, 40)), min_size=1, max_size=5)
)
@example([("call", 2.0)] * 4)
def test_decay_boundary_is_where_the_level_falls(recent: list[tuple[str, float]]) -> None:
    """Just before the time to look again the level is as it was; at that time it has fallen."""
    activities = tuple(Activity(kind, NOW - timedelta(days=days), str(i)) for i, (kind, days) in enumerate(recent))
    now = decided(SMALL, activities=activities)
    if now.look_again_at is None:
        assert now.scorecard.engagement.level == "none"
        return
    before = decided(SMALL, activities=activities, as_of=max(NOW, now.look_again_at - 2 * SECOND))
    after = decided(SMALL, activities=activities, as_of=now.look_again_at)
    assert before.scorecard.engagement.level == now.scorecard.engagement.level
    assert after.scorecard.engagement.level != now.scorecard.engagement.level


@pytest.mark.parametrize("days", [1, 100, 364])
def test_growing_stale_is_looked_at_again(days: int) -> None:
    """A quiet lead is looked at again no later than when it grows stale."""
    rulebook = starter()
    record = lead(created_at=ago(days))
    found = decided(rulebook, record)
    assert found.verdict is Verdict.NURTURE
    assert found.look_again_at == NOW + timedelta(days=365 - days) + SECOND
    assert decided(rulebook, record, as_of=found.look_again_at).disqualification == "stale"


def test_closed_leads_are_not_woken_by_time() -> None:
    """A verdict that closes the lead needs no second look."""
    assert decided(SMALL, lead(employees=500, requested_action="demo", requested_at=ago(1))).look_again_at is None
    assert decided(SMALL, lead(company="Foe Inc", requested_action="demo", requested_at=ago(1))).look_again_at is None


def test_sla_tells_until_when_and_since_when() -> None:
    """An SLA is a reason with its due time, a time to look again, and overdue after that."""
    rulebook = starter()
    record = lead(requested_action="demo", requested_at=iso(NOW - timedelta(hours=20)))
    found = decided(rulebook, record)
    assert found.verdict is Verdict.REVIEW
    due = next(reason for reason in found.reasons if reason.code == "answer-review")
    assert "Due 2026-01-15T13:00:00Z" in due.detail
    assert found.look_again_at == NOW + timedelta(hours=4)
    late = decided(rulebook, record, as_of=NOW + timedelta(hours=5))
    assert any("Overdue since 2026-01-15T13:00:00Z" in reason.detail for reason in late.reasons)
    assert late.look_again_at is not None
    assert late.look_again_at > NOW + timedelta(hours=5)


def test_sla_may_be_for_one_stage() -> None:
    """The SLA for MQLs does not bind leads that are none."""
    rulebook = starter()
    mql = lead(title="CTO", industry="Technology", employees=300, last_activity_at=ago(2))
    assert any(reason.code == "revisit-mql" for reason in decided(rulebook, mql).reasons)
    assert not any(reason.code == "revisit-mql" for reason in decided(rulebook, lead(created_at=ago(2))).reasons)


def test_looking_again_moves_forward() -> None:
    """The time to look again is always in the future, so that no lead is woken in a circle."""
    rulebook, moment = starter(), NOW
    record = lead(title="CTO", industry="Technology", employees=300, created_at=ago(2), last_activity_at=ago(2))
    for _ in range(20):
        again = decided(rulebook, record, as_of=moment).look_again_at
        if again is None:
            break
        assert again > moment
        moment = again
    assert levels(decided(rulebook, record, as_of=moment))[2] is Verdict.DISQUALIFY


def test_conditions_on_points_are_looked_at_again() -> None:
    """A row that asks for engagement points holds only until so few are left, whatever the level."""
    busy = "  - {name: busy, says: Active., when: {field: engagement_points, at_least: 14}, verdict: review}"
    book = loaded(changed(rest=f"{busy}\n  - {{name: rest, says: Not yet., verdict: nurture}}"))
    webinar = (Activity("webinar", NOW, "t:1"),)
    found = decided(book, lead(), activities=webinar)
    assert (found.verdict, found.look_again_at is not None) == (Verdict.REVIEW, True)
    again = found.look_again_at or NOW
    assert decided(book, lead(), activities=webinar, as_of=again - SECOND).verdict is Verdict.REVIEW
    assert decided(book, lead(), activities=webinar, as_of=again).verdict is Verdict.NURTURE


def test_age_may_hand_a_lead_to_another_policy() -> None:
    """Where an earlier policy is for old leads, a younger one is looked at again when it has that age."""
    applies = "applies: {says: Old leads., when: {field: created_at, older_than_days: 30}}"
    old = load_policy(f"name: old\n{applies}\n{TEXT}", "old.yaml")
    policies = side_by_side([old, load_policy(f"name: rest\n{TEXT}", "rest.yaml")])
    young = inputs(lead(created_at=ago(1)))
    found = decide(policies.of(young), young, VERSIONS)
    assert (found.policy, found.look_again_at) == ("rest", NOW + timedelta(days=29, seconds=1))


def test_one_sla_follows_another() -> None:
    """The verdict that an SLA ends in may have an SLA of its own; both run out by themselves."""
    slas = """slas:
  - name: look
    says: Look at it.
    verdict: review
    counted_from: [created_at]
    hours: 24
    then: {verdict: nurture, reason: waited}
  - name: forget
    says: Forget it.
    verdict: nurture
    counted_from: [created_at]
    hours: 48
    then: {verdict: disqualify, reason: not-a-fit}
"""
    book = loaded(changed(rest="  - {name: rest, says: Not yet., verdict: review}") + slas)
    record = lead(created_at=iso(NOW))
    after = [decided(book, record, as_of=NOW + timedelta(hours=hours)) for hours in (0, 25, 49, 999)]
    assert [one.verdict.value for one in after] == ["review", "nurture", "disqualify", "disqualify"]
    assert after[1].look_again_at == NOW + timedelta(hours=48)
