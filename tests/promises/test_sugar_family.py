"""The promises on the Sugar family, where a conversion takes several calls: each of them is lost in turn."""

from __future__ import annotations

import pytest

from .families import SUGAR_FAMILY, Family
from .judging import LOST, NewProject, Undisturbed, check_once_and_final, dropping_seeds, strangers
from .killing import Killer, end_state, points, survive
from .project import Fault, Project, difference
from .worlds import three_leads

MOST_WRITES = 40  # a run of the three leads takes fewer calls that write
EVERY_FAMILY = pytest.mark.parametrize("family", SUGAR_FAMILY, ids=lambda family: family.name)


@pytest.fixture(scope="module")
def undisturbed() -> Undisturbed:
    """Fault-free runs to compare with."""
    return Undisturbed()


def few(project: Project) -> None:
    """The three leads."""
    project.load(three_leads())


def disturbed(new_project: NewProject, family: Family, fault: Fault) -> Project:
    """A project after a run of the three leads with *fault*; what the CRM holds then, the journal knows of."""
    project = new_project(family)
    few(project)
    project.faults(fault)
    answer = project.sync()
    assert answer.code in (0, 1), answer.err
    assert strangers(project) == []
    return project


@pytest.mark.fault
@pytest.mark.parametrize("loss", ["drop_after_apply", "drop_before_apply", "cut"])
@EVERY_FAMILY
def test_any_answer_lost(new_project: NewProject, undisturbed: Undisturbed, family: Family, loss: str) -> None:
    """Whichever write's answer is lost, the very next sync finishes what was begun, and nothing is there twice."""
    expected = undisturbed.records(family.name, lambda: new_project(family), few)
    wrong: dict[int, list[str]] = {}
    for nth in range(1, MOST_WRITES):
        project = disturbed(new_project, family, {"operation": "write", "nth": nth, **LOST[loss]})
        if not any(call["fault"] for call in project.calls("write")):
            break
        wrong |= {nth: found} if (found := after_next_sync(project, expected)) else {}
    assert 6 < nth < MOST_WRITES - 1
    assert wrong == {}


def after_next_sync(project: Project, expected: dict[str, list[str]]) -> list[str]:
    """What is wrong once one more sync has run; empty when all is well."""
    project.faults()
    try:
        project.settle_down(most=1)
        assert project.writes_of_another_sync() == 0
    except AssertionError as error:
        return [str(error)]
    return difference(expected, project.records()) + strangers(project)


@pytest.mark.fault
@pytest.mark.parametrize(
    ("family", "seed"),
    [(SUGAR_FAMILY[n % 3], seed) for n, seed in enumerate(dropping_seeds(20, 0.1, 6))],
    ids=lambda value: value.name if isinstance(value, Family) else str(value),
)
def test_tenth_of_answers_lost(new_project: NewProject, undisturbed: Undisturbed, family: Family, seed: int) -> None:
    """With one write in ten unanswered at random the CRM ends up as without any trouble."""
    expected = undisturbed.records(family.name, lambda: new_project(family), few)
    fault = {"operation": "write", "share": 0.1, "seed": seed, "action": "drop_after_apply"}
    project = disturbed(new_project, family, fault)
    assert any(call["fault"] for call in project.calls("write"))
    check_once_and_final(project, expected)
    assert strangers(project) == []


@pytest.mark.fault
@EVERY_FAMILY
def test_kill_between_any_calls(new_project: NewProject, killer: Killer, family: Family) -> None:
    """Wherever between two writes the process dies, the next sync ends with the CRM of an undisturbed run."""
    project = new_project(family)
    few(project)
    boundaries = killer.sync(project, [family.route])
    expected = end_state(project, [family.route])
    wrong: dict[str, list[str]] = {}
    for die_at in points(boundaries, after=("before write request", "after write request"))[1:]:
        project = new_project(family)
        few(project)
        passed = killer.sync(project, [family.route], die_at)
        assert project.rows("SELECT 1 FROM journal WHERE state = 'sent'"), "a write without a durable intent"
        found = strangers(project) + survive(project, [family.route], expected) + strangers(project)
        wrong |= {f"{die_at} {passed[-1]}": found} if found else {}
    assert wrong == {}
