"""A proposal is the file in use with other numbers: every other character stays."""

from __future__ import annotations

import difflib
import re

import pytest

from connector.matching import load_matching
from connector.matching.proposal import changed
from connector.matching.training import points_in_use

from .making import text


def test_nothing_but_numbers_changes() -> None:
    """Comments, order, blanks and sentences stay; the changed places hold the new numbers."""
    new = changed(text(), {("people", "link_at"): 2.345, ("companies", "evidence", "name", "near"): -3.0})
    rules = load_matching(new, "x.yaml")
    assert rules.people.link_at == pytest.approx(2.345, abs=0.006)
    assert rules.company_weights["name", "near"][0] == -3.0
    lines = [line for line in difflib.ndiff(text().splitlines(), new.splitlines()) if line[0] in "+-"]
    assert len(lines) == 4


def test_every_number_can_be_placed() -> None:
    """Each point and start value of the shipped file is found in its place."""
    used = points_in_use(load_matching(text(), "x.yaml"))
    new = changed(text(), {term: points + 0.25 for term, points in used.items()})
    moved = points_in_use(load_matching(new, "x.yaml"))
    assert moved == {term: pytest.approx(points + 0.25, abs=0.006) for term, points in used.items()}
    assert re.sub(r"-?\d+\.\d+", "N", new) == re.sub(r"-?\d+\.\d+", "N", text())


def test_head_comes_first_as_comments() -> None:
    """What the proposal is made from stands above it."""
    assert (
        changed("people:\n  start: 1\n", {("people", "start"): -0.001}, ["made"]) == "# made\npeople:\n  start: 0.0\n"
    )


def test_unknown_places_are_refused() -> None:
    """A place that the file has not is a mistake of the caller."""
    with pytest.raises(KeyError, match=r"people\.nowhere"):
        changed(text(), {("people", "nowhere"): 1.0})
