"""Which value stays when an existing record and a lead both have one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connector.matching import survivors
from connector.model.conversion import Survives
from connector.model.records import Scalar
from tests.matching.making import NOW, contact


def winner(rule: Survives, current: Scalar, offered: Scalar, newer: timedelta | None = None) -> Scalar:
    """What is to be written, None when nothing is; *newer* is the lead's head start over the record."""
    existing = replace(contact(title=current), modified=NOW)
    stamp: datetime | None = NOW + newer if newer is not None else None
    return survivors(existing, {"title": offered}, {"title": rule}, stamp).get("title")


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
    assert survivors(contact(), offered, {}, None) == {"title": "CTO", "phone": "+491713920045"}
