"""Which value stays when an existing record and a lead both have one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.matching import Offer, settled, survivors
from connector.model.conversion import Survives
from connector.model.records import Scalar
from tests.matching.making import NOW, contact


def winner(rule: Survives, current: Scalar, offered: Scalar, newer: timedelta | None = None) -> Scalar:
    """What is to be written, None when nothing is; *newer* is the lead's head start over the record."""
    existing = replace(contact(title=current), modified=NOW)
    stamp: datetime | None = NOW + newer if newer is not None else None
    return survivors(existing, Offer({"title": offered}, stamp), {"title": rule}).get("title")


@pytest.mark.parametrize(
    ("rule", "current", "offered", "expected"),
    [
        (Survives.NEVER, None, "CTO", None),
        (Survives.BLANK, None, "CTO", "CTO"),
        (Survives.BLANK, "   ", "CTO", "CTO"),
        (Survives.BLANK, "CEO", "CTO", None),
        (Survives.LEAD, "CEO", "CTO", "CTO"),
        (Survives.LEAD, "CTO", "CTO", None),
        (Survives.LEAD, "CEO", "", None),
        (Survives.LEAD, "CEO", None, None),
        (Survives.LEAD, 5, 0, 0),
        (Survives.RECENT, None, "CTO", "CTO"),
        (Survives.RECENT, "CEO", "CTO", None),
        (Survives.TIGHTEN, False, True, True),
        (Survives.TIGHTEN, None, True, True),
        (Survives.TIGHTEN, True, False, None),
        (Survives.TIGHTEN, True, True, None),
    ],
)
def test_rule_says_who_wins(rule: Survives, current: Scalar, offered: Scalar, expected: Scalar) -> None:
    """Each rule lets the right value win, and what would change nothing is not written."""
    assert winner(rule, current, offered) == expected


@pytest.mark.parametrize(
    ("newer", "expected"),
    [(timedelta(seconds=1), "CTO"), (timedelta(0), None), (timedelta(seconds=-1), None), (None, None)],
)
def test_recent_needs_a_later_stamp(newer: timedelta | None, expected: str | None) -> None:
    """The later change wins; without two stamps, or at the same instant, the existing value stays."""
    assert winner(Survives.RECENT, "CEO", "CTO", newer) == expected


def test_unnamed_fields_fill_blanks_only() -> None:
    """A field without a rule of its own is filled where it is blank and kept where it is not."""
    offered = {"title": "CTO", "phone": "+491713920045", "email": "other@nordwindtools.com"}
    assert survivors(contact(), Offer(offered), {}) == {"title": "CTO", "phone": "+491713920045"}


@pytest.mark.parametrize(
    ("current", "offered", "expected"),
    [
        (None, "Johanna", "Johanna"),
        ("Jo", "Johanna", "Johanna"),
        ("J.", "Johanna", "Johanna"),
        ("Johanna", "Jo", None),
        ("Johanna", "Jürgen Klaus", None),
        ("Leeds", "12 Main Street, Leeds", "12 Main Street, Leeds"),
        ("12 Main St", "12 Main Street, Leeds", "12 Main Street, Leeds"),
        ("12 Main Street", "14 Main Street, Leeds", None),
        ("1 Main Street", "12 Main Street", None),
        ("Leeds", "London", None),
        ("müller", "MÜLLER", None),
        ("Muller", "Müller-Lüdenscheidt", "Müller-Lüdenscheidt"),
        ("+49 30 1234567", "+49 30 1234567-89", "+49 30 1234567-89"),
        ("+49 30 1234567", "+49 40 1234567-89", None),
        (5, 500, None),
    ],
)
def test_complete_says_all_and_more(current: Scalar, offered: Scalar, expected: Scalar) -> None:
    """A value wins that holds all of the other, abbreviated or in part, and more; a different one does not."""
    assert winner(Survives.COMPLETE, current, offered) == expected


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_two_values_are_each_more_complete(one: str, other: str) -> None:
    """Of two values at most one is more complete, whichever of them is the lead's."""
    wins = [winner(Survives.COMPLETE, one, other), winner(Survives.COMPLETE, other, one)]
    assert None in wins or not one.strip() or not other.strip()


ORDER = ("crm", "web", "fair")


@pytest.mark.parametrize(
    ("brought_by", "held_by", "wins"),
    [
        ("crm", "web", True),
        ("web", "crm", False),
        ("web", "fair", True),
        ("web", "web", False),
        ("fair", "somewhere", True),
        ("somewhere", "elsewhere", False),
        ("web", None, False),
        ("fair", None, False),
    ],
)
def test_source_goes_by_the_named_order(brought_by: str, held_by: str | None, wins: bool) -> None:
    """The connection named first wins, one that is not named comes last, and the record's own CRM holds the rest."""
    origins = {} if held_by is None else {"title": held_by}
    offer = Offer({"title": "CTO"}, None, brought_by, origins, {"title": ORDER})
    found = survivors(contact(title="CEO"), offer, {"title": Survives.SOURCE})
    assert found == ({"title": "CTO"} if wins else {})


def test_source_fills_a_blank() -> None:
    """Whatever the order says, a value is better than none."""
    offer = Offer({"title": "CTO"}, None, "somewhere", {}, {"title": ORDER})
    assert survivors(contact(), offer, {"title": Survives.SOURCE}) == {"title": "CTO"}


@pytest.mark.parametrize("rule", Survives)
def test_both_values_are_accounted_for(rule: Survives) -> None:
    """Whatever the rule, one value is kept, the other is told as lost, and a sentence says why."""
    (kept,) = settled(contact(title="CEO"), Offer({"title": "CTO"}), {"title": rule})
    assert {kept.kept, kept.lost} == {"CEO", "CTO"}
    assert (kept.rule, kept.lead_wins, bool(kept.because)) == (rule, kept.kept == "CTO", True)


def test_agreement_is_no_news() -> None:
    """A field on which both agree, or of which the lead says nothing, is not told of."""
    assert settled(contact(title="CEO"), Offer({"title": "CEO", "phone": ""}), {}) == ()
