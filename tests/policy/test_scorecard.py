"""Fit, engagement, intent and BANT: the lines of the scorecard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.model.decision import Stage
from connector.model.records import Activity, Scalar, iso
from connector.policy.facts import email_kind
from tests.policy.making import NOW, decided, lead, small, starter

SMALL = small()


def acts(*given_acts: tuple[str, float]) -> tuple[Activity, ...]:
    """Activities of a kind, each some days ago."""
    return tuple(
        Activity(kind, NOW - timedelta(days=days), str(index)) for index, (kind, days) in enumerate(given_acts)
    )


def test_fit_is_capped_per_group() -> None:
    """Rules of one group count up to its cap, and the cap is said."""
    fit = decided(SMALL, lead(employees=500, rating="Hot")).scorecard.fit
    assert (fit.points, fit.level) == (60, "strong")
    assert [(reason.code, reason.points) for reason in fit.reasons] == [("big", 50), ("hot", 20), ("cap", -10)]


def test_fit_levels_begin_at_their_points() -> None:
    """A level begins exactly at its threshold."""
    assert decided(SMALL, lead(rating="Hot")).scorecard.fit.level == "middling"
    assert decided(SMALL, lead()).scorecard.fit.level == "weak"
    assert decided(starter(), lead(email="a@gmail.com", rating="Cold", employees=3)).scorecard.fit.level == "weak"


@pytest.mark.parametrize(
    ("activities", "points", "level"),
    [
        (acts(("webinar", 0)), 16, "engaged"),
        (acts(("webinar", 10)), 8, "some"),
        (acts(("webinar", 20)), 4, "some"),
        (acts(("webinar", 20.1)), 3, "none"),
        (acts(("webinar", 10), ("email_open", 0), ("party", 0)), 11, "engaged"),
        (acts(*[("webinar", 0)] * 9), 50, "engaged"),
        (acts(("webinar", -1)), 0, "none"),
        ((), 0, "none"),
    ],
)
def test_engagement_halves_with_every_half_life(activities: tuple[Activity, ...], points: int, level: str) -> None:
    """Points halve every half-life, unknown kinds count little, the future not at all, and the sum has a cap."""
    found = decided(SMALL, activities=activities).scorecard.engagement
    assert (found.points, found.level) == (points, level)


def test_activity_counts_once_per_source() -> None:
    """An activity that was read twice counts once."""
    twice = acts(("webinar", 0)) + acts(("webinar", 0))
    assert decided(SMALL, activities=twice).scorecard.engagement.points == 16


def test_last_activity_counts_when_newer() -> None:
    """The CRM's last-activity date counts when no activity on record is as new, and never from the future."""
    yesterday, tomorrow = iso(NOW - timedelta(days=1)), iso(NOW + timedelta(days=1))
    assert decided(SMALL, lead(last_activity_at=yesterday)).scorecard.engagement.points == 7
    assert decided(SMALL, lead(last_activity_at=tomorrow)).scorecard.engagement.points == 0
    known = decided(SMALL, lead(last_activity_at=yesterday), activities=acts(("email_open", 0)))
    assert known.scorecard.engagement.points == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["webinar", "email_open", "call"]), st.floats(0, 90)), max_size=6))
def test_engagement_never_grows_with_time(recent: list[tuple[str, float]]) -> None:
    """Waiting alone never makes anybody more engaged."""
    activities = acts(*recent)
    now = decided(SMALL, activities=activities).scorecard.engagement.points
    later = decided(SMALL, activities=activities, as_of=NOW + timedelta(days=3)).scorecard.engagement.points
    assert later <= now


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"requested_action": "demo", "requested_at": iso(NOW - timedelta(days=30))}, "demo"),
        ({"requested_action": "demo", "requested_at": iso(NOW - timedelta(days=30, seconds=1))}, "expired"),
        ({"requested_action": "QUOTE", "requested_at": iso(NOW - timedelta(days=45))}, "quote"),
        ({"requested_action": "demo", "created_at": iso(NOW - timedelta(days=31))}, "expired"),
        ({"requested_action": "demo", "created_at": iso(NOW - timedelta(days=3))}, "demo"),
        ({"requested_action": "demo"}, "demo"),
        ({"requested_action": "newsletter"}, "none"),
        ({}, "none"),
    ],
)
def test_intent_counts_within_its_window(values: dict[str, Scalar], level: str) -> None:
    """An action counts within its window from the request, else from the creation; undated it counts."""
    found = decided(SMALL, lead(**values))
    assert found.scorecard.intent.level == level
    assert (found.stage is Stage.SRL) is (level not in ("none", "expired"))


def test_activity_can_be_a_request() -> None:
    """An activity that the policy names as a request is intent; the later of two requests names it."""
    asked = decided(SMALL, lead(requested_action="quote", requested_at=iso(NOW - timedelta(days=9))))
    assert asked.scorecard.intent.level == "quote"
    both = decided(
        SMALL,
        lead(requested_action="quote", requested_at=iso(NOW - timedelta(days=9))),
        activities=acts(("demo_request", 2)),
    )
    assert both.scorecard.intent.level == "demo"


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        (("yes", "yes", "yes", "yes"), "met"),
        (("Yes", "yes", "TRUE", None), "met"),
        (("yes", "yes", "yes", "no"), "unmet"),
        (("yes", "yes", None, None), "open"),
        (("no", None, None, None), "unmet"),
        (("maybe", None, None, None), "open"),
        ((None, None, None, None), "open"),
    ],
)
def test_bant_needs_enough_yeses(answers: tuple[Scalar, ...], level: str) -> None:
    """BANT is met by enough yeses without a no; what was not answered stays open."""
    names = ("budget", "authority", "need", "timeframe")
    found = decided(SMALL, lead(**dict(zip(names, answers, strict=True))))
    assert found.scorecard.bant.level == level
    assert (found.rule == "answered") is (level == "met")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("ames@plainharbor.com", "corporate"),
        ("info@plainharbor.com", "role"),
        ("ames@gmail.com", "free"),
        ("ames@guerrillamail.com", "disposable"),
        ("test@test.com", "junk"),
        ("n/a", "junk"),
        ("", "none"),
    ],
)
def test_mailboxes_tell_their_kind(address: str, kind: str) -> None:
    """What an address says of its owner's company."""
    assert email_kind(address) == kind


def test_stage_is_the_furthest_reached() -> None:
    """A lead that is both strong and engaged and asks is an SRL; without the asking an MQL."""
    engaged = acts(("webinar", 0))
    assert decided(SMALL, lead(employees=500), activities=engaged).stage is Stage.MQL
    assert decided(SMALL, lead(employees=500, requested_action="demo"), activities=engaged).stage is Stage.SRL
    assert decided(SMALL, lead(employees=500)).stage is Stage.NEW
