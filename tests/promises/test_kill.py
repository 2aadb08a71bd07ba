"""``kill -9`` at every boundary of a ten-lead run, and what the next syncs make of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from .judging import NewProject
from .killing import Killer, end_state, points, survive
from .project import Project, difference
from .worlds import IN_PLACE, LANDING, set_up


@pytest.mark.slow
@pytest.mark.fault
@pytest.mark.parametrize("routes", [IN_PLACE, LANDING], ids=["in-place", "landing"])
def test_kill_at_every_boundary(new_project: NewProject, killer: Killer, routes: Sequence[str]) -> None:
    """Wherever the last of the routes dies, the next syncs end with the very org that an undisturbed run leaves."""
    dying = routes[-1:]
    project = set_up(new_project(), routes)
    boundaries = killer.sync(project, dying)
    expected = end_state(project, routes)
    wrong = {}
    first = boundaries.index("before write request")
    last = len(boundaries) - boundaries[::-1].index("after settle")
    for die_at in points(boundaries):
        if not first <= die_at <= last + 1 and die_at % (4 if routes == LANDING else 3):
            continue  # before and after what is sent, all that a kill can lose is read again: a sample of these
        project = set_up(new_project(), routes)
        passed = killer.sync(project, dying, die_at)
        if passed[-1] == "after write request":
            assert project.rows("SELECT 1 FROM journal WHERE state = 'sent'"), "a write without a durable intent"
        found = survive(project, routes, expected)
        if found:
            wrong[f"{die_at} {passed[-1]}"] = found
    assert wrong == {}


TURNED = (
    "      all:\n        - {field: fit, is: strong}\n        - {field: intent, is: true}\n    verdict: convert",
    "      all:\n        - {field: fit, is: strong}\n        - {field: intent, is: true}\n    verdict: review",
)
FOLLOWERS = {"Bob Tandy", "Fay Winter"}  # of companies that are known accounts once the first has been converted


def converted(project: Project) -> set[str]:
    """Names of the leads that are converted."""
    return {row["Name"] for row in project.dump("Lead") if row["IsConverted"]}


@pytest.mark.fault
def test_kill_then_harmless_policy_edit(new_project: NewProject, killer: Killer) -> None:
    """A policy edit between the kill and the next sync does not make a conversion look new."""
    project = set_up(new_project(), IN_PLACE)
    boundaries = killer.sync(project, IN_PLACE)
    expected = end_state(project, IN_PLACE)
    for die_at in [n for n in points(boundaries) if boundaries[n - 1] != "after commit"]:
        project = set_up(new_project(), IN_PLACE)
        killer.sync(project, IN_PLACE, die_at)
        project.edit("mappings/policy.yaml", "levels: {strong: 55,", "levels: {strong: 54,")
        assert survive(project, IN_PLACE, expected) == []


@pytest.mark.fault
def test_kill_then_edit_that_asks_people(new_project: NewProject, killer: Killer) -> None:
    """What was sent before the kill is finished, what was only planned follows the policy as it is now."""
    project = set_up(new_project(), IN_PLACE)
    boundaries = killer.sync(project, IN_PLACE)
    expected = end_state(project, IN_PLACE)
    for die_at in [n for n in points(boundaries) if boundaries[n - 1] != "after commit"]:
        project = set_up(new_project(), IN_PLACE)
        killer.sync(project, IN_PLACE, die_at)
        before = converted(project)
        project.edit("mappings/policy.yaml", *TURNED)
        found = end_state(project, IN_PLACE)
        doubled = [line for line in difference(expected, found) if line.startswith("+") and " Lead " not in line]
        assert doubled == []
        after = converted(project)
        assert before <= after
        assert after - before <= {"Cay Lund", "Dan Quill"} | (FOLLOWERS if before else set())
        asked = {row[0] for row in project.rows("SELECT record_id FROM reviews WHERE state = 'open'")}
        names = {row["Name"] for row in project.dump("Lead") if row["Id"] in asked}
        assert {"Ivy Stone", "Hal Ibsen", "Ada Marsh"} - after <= names
