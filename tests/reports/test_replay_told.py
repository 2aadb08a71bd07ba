"""A replay told: rates with intervals, what is not known said plainly, and a page that stands alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.model.decision import Verdict
from connector.model.records import RecordRef
from connector.model.replay import Calls, Fared, Flip, FlipExample, Moved, Opened, Outcomes, Part, Replayed
from connector.reports.replay import lift, replay_json, replay_lines
from connector.reports.replay_page import replay_page

from .test_page import read

AT = datetime(2026, 1, 15, 9, tzinfo=UTC)
LEAD = RecordRef("sf", "Lead", "00Q1")
WHY = ("Was convert by the row `asks`: <Hot>.", "Is nurture by the row `rest`: Not yet.")
KNOWN = Outcomes(
    old=Fared(leads=10, won=3, lost=1, disqualified=2, right=4, wrong=1),
    new=Fared(leads=6, won=3, lost=1),
    only_old=Fared(leads=4, disqualified=2),
    all_known=Fared(leads=8, won=4, lost=2, disqualified=2),
)
FOUND = Replayed(
    routes=("salesforce",),
    versions={"abc": 20},
    new_versions=("def",),
    first=AT,
    last=AT,
    decisions=20,
    leads=12,
    identical=0,
    renamed=15,
    before_fields=1,
    differs=4,
    superseded=0,
    flips=(
        Flip(Verdict.CONVERT, Verdict.NURTURE, "asks", "rest", 3, (FlipExample(LEAD, AT, WHY),)),
        Flip(Verdict.CONVERT, Verdict.NURTURE, "bant", "rest", 1),
    ),
    other_answers=1,
    standing={(Verdict.CONVERT, Verdict.NURTURE): 4, (Verdict.NURTURE, Verdict.NURTURE): 8},
    conversions=Moved(10, 6, [1.0, 3.0, 5.0], [2.0], 0, 4),
    opportunities=Opened(9, 6, 0, 3),
    reviews={"2026-W03": (4, 2), "2026-W04": (0, 2)},
    calls=Calls(12.5, 7.25, {Verdict.CONVERT: 1.25}, {Verdict.CONVERT: 10}),
    outcomes=KNOWN,
    kept_verdict=2,
    differs_in={Part.POINTS: 2, Part.LOOK_AGAIN: 1},
)
NOTHING = replace(
    FOUND, first=None, last=None, decisions=0, leads=0, renamed=0, before_fields=0, differs=0, flips=(), versions={}
)


def told(found: Replayed) -> str:
    """All sentences."""
    return "\n".join(replay_lines(found))


def test_other_differences_are_named() -> None:
    """Decisions that differ without a flip say in what, in the text, as JSON and on the page; else nothing is said."""
    words = (
        "2 decisions keep their verdict and differ in (one may count several times): its points (2), when it is looked "
        "at again (1)."
    )
    assert words in told(FOUND)
    assert words in read(replay_page(FOUND)).words
    answer = replay_json(FOUND)
    assert (answer["kept_verdict"], answer["differs_in"]) == (2, {"points": 2, "look_again": 1})
    assert "and differ" not in told(replace(FOUND, kept_verdict=0, differs_in={}))
    assert all(f"({number})" in told(replace(FOUND, differs_in={part: number})) for number, part in enumerate(Part, 50))


def test_json_counts_and_rates() -> None:
    """The published object holds counts at the top, and rates with Wilson's interval and their numerators."""
    answer: Any = json.loads(json.dumps(replay_json(FOUND)))
    assert (answer["flips"], answer["decisions"], answer["identical"], answer["differs"]) == (4, 20, 0, 4)
    assert answer["flips_by_verdict"][0]["examples"][0]["because"] == list(WHY)
    assert answer["earlier"] == {"leads": 3, "median_days": 3.0, "p90_days": 4.6}
    assert answer["opportunities"] == {"old": 9, "new": 6, "gained": 0, "lost": 3}
    assert (answer["reviews"]["old"], answer["reviews"]["new"]) == (4, 4)
    assert answer["api_calls"]["old"] == 12.5
    new = answer["outcomes"]["new"]
    assert (new["conversions"], new["known"], new["unknown"]) == (6, 4, 2)
    assert new["precision"] == {"value": 0.75, "low": 0.3006, "high": 0.9544}
    assert new["lift"] == 1.5
    assert answer["outcomes"]["only_new"]["precision"] == {"value": None, "low": None, "high": None}
    assert answer["outcomes"]["old"]["reviewed"]["precision"]["value"] == 0.8


def test_lift_needs_a_base_rate() -> None:
    """Lift is precision over the share won of all that ended, and none where nothing ended or nothing was won."""
    assert lift(KNOWN.old, KNOWN) == pytest.approx(1.0)
    assert lift(KNOWN.only_new, KNOWN) is None
    assert lift(KNOWN.old, Outcomes(old=KNOWN.old)) is None


def test_sentences_say_what_is_unknown() -> None:
    """People read what flipped and why, what it rests on, and what cannot be known."""
    words = told(FOUND)
    assert "4 verdicts flip:" in words
    assert "convert -> nurture: 3 (asks -> rest)" in words
    assert "3 leads convert earlier: by 3.0 days (median), 4.6 at the 90th percentile." in words
    assert (
        "outcome known of 4 (3 won, 1 lost, 0 disqualified), not known of 2; precision 75.0 % (30.1 % to 95.4 %)"
        in words
    )
    assert "Only now" not in words
    assert "nothing is extrapolated" in words
    assert "cannot be known" in words
    assert "estimated from the steps that the journal holds of 10 converted leads" in words
    unknown = replace(FOUND, calls=replace(FOUND.calls, old=None), outcomes=Outcomes(), reviews={})
    assert "API calls: not known" in told(unknown)
    assert "no lead was converted without a person's word" in told(unknown)


def test_nothing_stored_is_said() -> None:
    """Where no decision is stored, that is all that is said."""
    assert told(NOTHING) == "No decision is stored for salesforce in that time."
    assert "No decision is stored" in read(replay_page(NOTHING)).words


def test_page_stands_alone() -> None:
    """The page holds the matrix, the reasons and the rates as text, escaped, and fetches nothing."""
    document = replay_page(FOUND)
    page = read(document)
    assert "<Hot>" in page.words
    assert "<Hot>" not in document
    for words in ("Why verdicts flipped", "Reviews opened per week", "75.0 % (30.1 % to 95.4 %)", "was convert"):
        assert words in page.words
    tags = {tag for tag, _ in page.seen}
    assert "script" not in tags
    assert not [attributes for _, attributes in page.seen if "src" in attributes]
    assert "Why verdicts flipped" not in read(replay_page(replace(FOUND, flips=()))).words
