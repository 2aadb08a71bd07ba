"""``kill -9`` at every boundary of a ten-lead run, and what the next syncs make of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from .project import Project, difference, normalised
from .worlds import IN_PLACE, LANDING, set_up

NewProject = Callable[[], Project]
PROGRAM = Path(__file__).with_name("killable.py")


@dataclass
class Killer:
    """Runs `sync` in a process of its own that dies at a boundary (see `killable`)."""

    program: subprocess.Popen[str]

    def sync(self, project: Project, routes: Sequence[str], die_at: int = 0) -> list[str]:
        """One cycle; answers the boundaries that the process passed before its end."""
        assert self.program.stdin
        assert self.program.stdout
        task = {"words": ["--config", str(project.config), "sync", *routes], "die_at": die_at}
        self.program.stdin.write(json.dumps(task) + "\n")
        self.program.stdin.flush()
        answer: dict[str, Any] = json.loads(self.program.stdout.readline())
        assert answer["code"] == (-signal.SIGKILL if die_at else 0)
        return cast(list[str], answer["boundaries"])


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    """One killable program for all cases; each run is a fork of it."""
    program = subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    yield Killer(program)
    assert program.stdin
    program.stdin.close()
    program.wait(20)


def points(boundaries: Sequence[str]) -> list[int]:
    """The boundaries (from 1) just after something lasting: a commit, or a request that writes.

    Two boundaries with nothing lasting between them leave the same state file and the same org behind.
    """
    chosen = [1]
    for number, name in enumerate(boundaries, start=1):
        if name in ("after commit", "after write request"):
            chosen.append(number)
    return sorted(set(chosen))


def end_state(project: Project, routes: Sequence[str]) -> dict[str, list[str]]:
    """The org when everything has settled. A landed lead may be converted under its key or that of its file."""
    project.settle_down(*routes)
    assert project.writes_of_another_sync(*routes) == 0
    dumps = project.dumps()
    keys = [key for rows in dumps.values() for row in rows if (key := row.get(project.family.key))]
    assert len(keys) == len(set(keys))
    return normalised(project.family, dumps, ours=routes != LANDING)


def survive(project: Project, routes: Sequence[str], expected: dict[str, list[str]]) -> list[str]:
    """What is wrong with a project after its process was killed and the next syncs ran; empty when all is well."""
    try:
        return difference(expected, end_state(project, routes))
    except AssertionError as error:
        return [str(error)]


@pytest.mark.fault
@pytest.mark.parametrize("routes", [IN_PLACE, LANDING], ids=["in-place", "landing"])
def test_kill_at_every_boundary(new_project: NewProject, killer: Killer, routes: Sequence[str]) -> None:
    """Wherever the process dies, the next syncs end with the very org that an undisturbed run leaves."""
    project = set_up(new_project(), routes)
    boundaries = killer.sync(project, routes)
    expected = end_state(project, routes)
    wrong = {}
    for die_at in points(boundaries):
        project = set_up(new_project(), routes)
        passed = killer.sync(project, routes, die_at)
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
