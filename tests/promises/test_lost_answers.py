"""Writes whose answer is lost, cut, late or nonsense: carried out once, and known to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders import Row, demo_lead, ten_leads

from .judging import LOST, Undisturbed, check_once_and_final, dropping_seeds
from .project import Project, difference
from .worlds import LANDING, set_up

NewProject = Callable[[], Project]
Records = dict[str, list[Row]]

WRITES = 5  # calls that write in a fault-free run of the ten leads


@pytest.fixture(scope="module")
def undisturbed() -> Undisturbed:
    """Fault-free runs to compare with."""
    return Undisturbed()


def mixed(project: Project) -> None:
    """The ten leads."""
    project.load(ten_leads())


def test_fault_free_run_writes_five_times(project: Project) -> None:
    """The number of writes that the lost-answer tests go through is that of a run without faults."""
    mixed(project)
    assert project.sync().code == 0
    assert len(project.calls("write")) == WRITES


@pytest.mark.fault
@pytest.mark.parametrize("nth", range(1, WRITES + 1))
@pytest.mark.parametrize("loss", LOST)
def test_lost_answer_of_any_write(new_project: NewProject, undisturbed: Undisturbed, loss: str, nth: int) -> None:
    """Whichever write's answer is lost, the next syncs find out and finish without doing anything twice."""
    expected = undisturbed.records("mixed", new_project, mixed)
    project = new_project()
    mixed(project)
    project.faults({"operation": "write", "nth": nth, **LOST[loss]})
    answer = project.sync()
    assert answer.code in (0, 1), answer.err
    assert any(call["fault"] for call in project.calls("write"))
    check_once_and_final(project, expected)


@pytest.mark.fault
@pytest.mark.parametrize("operation", ["convertLead", "composite"])
@pytest.mark.parametrize("loss", ["drop_after_apply", "drop_before_apply"])
def test_every_answer_of_one_kind_lost(
    new_project: NewProject, undisturbed: Undisturbed, loss: str, operation: str
) -> None:
    """When every conversion (or every composite) of a run goes unanswered, nothing is lost or doubled."""
    expected = undisturbed.records("mixed", new_project, mixed)
    project = new_project()
    mixed(project)
    pattern = "POST /services/Soap/*" if operation == "convertLead" else "write"
    project.faults({"operation": pattern, **LOST[loss]})
    project.sync()
    assert any(call["fault"] for call in project.calls("write"))
    check_once_and_final(project, expected)


@pytest.mark.fault
@pytest.mark.parametrize("nth", range(1, WRITES + 1))
@pytest.mark.parametrize("loss", ["drop_after_apply", "drop_before_apply"])
def test_lost_answer_while_landing(new_project: NewProject, undisturbed: Undisturbed, loss: str, nth: int) -> None:
    """Leads from a file reach the org once and convert once, whichever write on their way goes unanswered."""
    expected = undisturbed.landed(new_project)
    project = set_up(new_project(), LANDING)
    project.faults({"operation": "write", "nth": nth, **LOST[loss]})
    assert project.sync(*LANDING).code in (0, 1)
    assert any(call["fault"] for call in project.calls("write"))
    project.faults()
    project.settle_down(*LANDING)
    assert difference(expected, project.records(ours=False)) == []
    assert project.writes_of_another_sync(*LANDING) == 0


def many(project: Project) -> None:
    """Eight new companies, sent in small calls so that a run writes at least twenty times."""
    project.option(convert_batch=1, write_batch=2)
    project.load(
        {"Lead": [demo_lead(n, f"P{n}", f"Last{n}", f"Company Number{n} {'abcdefghij'[n]}ta") for n in range(1, 9)]}
    )


@pytest.mark.fault
@pytest.mark.parametrize("seed", dropping_seeds(20, 0.1, 20))
def test_tenth_of_all_answers_lost(new_project: NewProject, undisturbed: Undisturbed, seed: int) -> None:
    """With one write in ten unanswered at random, over twenty writes and more, the org ends up the same."""
    expected = undisturbed.records("many", new_project, many)
    project = new_project()
    many(project)
    project.faults({"operation": "write", "share": 0.1, "seed": seed, "action": "drop_after_apply"})
    project.sync()
    writes = project.calls("write")
    assert len(writes) >= 20
    assert any(call["fault"] for call in writes)
    check_once_and_final(project, expected)
