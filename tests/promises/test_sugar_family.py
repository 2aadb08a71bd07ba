"""The promises where a conversion takes several calls or two CRMs: each call is lost in turn, each process killed."""

from __future__ import annotations

import pytest

from .judging import LOST, NewProject, check_once_and_final, dropping_seeds, strangers
from .killing import Killer, end_state, points, survive
from .project import Fault, Project, difference, keys_of
from .scenes import ACROSS, IN_PLACE, SCENES, Scene

MOST_WRITES = 40  # a run of the three leads takes fewer calls that write
SEEDS = {"sugarcrm": 20, "suitecrm": 20}
FEW_SEEDS = 4
EVERY_SCENE = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
Records = dict[str, list[str]]


@pytest.fixture(scope="module")
def known() -> dict[str, Records]:
    """What undisturbed runs leave, by name of the scene."""
    return {}


@pytest.fixture
def expected(new_project: NewProject, known: dict[str, Records], scene: Scene) -> Records:
    """What an undisturbed run of the scene leaves."""
    if scene.name not in known:
        project = scene.set_up(new_project)
        assert project.sync().code == 0
        assert project.leftovers() == strangers(project) == []
        known[scene.name] = project.records()
    return known[scene.name]


def disturbed(new_project: NewProject, scene: Scene, fault: Fault) -> Project:
    """A project after a run with *fault*; what the CRMs hold then, the journal knows of."""
    project = scene.set_up(new_project)
    project.faults(fault)
    answer = project.sync()
    assert answer.code in (0, 1), answer.err
    assert strangers(project) == []
    return project


def after_next_sync(project: Project, expected: Records) -> list[str]:
    """What is wrong once one more sync has run; empty when all is well."""
    project.faults()
    try:
        project.settle_down(most=1)
        assert project.writes_of_another_sync() == 0
    except AssertionError as error:
        return [str(error)]
    return difference(expected, project.records()) + strangers(project)


@pytest.mark.parametrize("scene", ACROSS, ids=lambda scene: scene.name)
def test_undisturbed_ends_have_the_same_keys(new_project: NewProject, scene: Scene) -> None:
    """What is made in both CRMs carries the same keys in both, and each key once."""
    project = scene.set_up(new_project)
    assert project.sync().code == 0
    first, second = (keys_of(family, project.dumps(family)) for family in project.families)
    made = [key for key in first if key.count(":") == 2]
    assert made == [key for key in second if key.count(":") == 2]
    assert len(made) == len(set(made)) == 3


FIRST_AND_STEP = {"drop_after_apply": (1, 1), "drop_before_apply": (1, 3), "cut": (2, 3)}  # samples but for the worst


@pytest.mark.slow
@pytest.mark.fault
@pytest.mark.parametrize("loss", FIRST_AND_STEP)
@EVERY_SCENE
def test_any_answer_lost(new_project: NewProject, expected: Records, scene: Scene, loss: str) -> None:
    """Whichever write's answer is lost, the very next sync finishes what was begun, and nothing is there twice."""
    wrong: dict[int, list[str]] = {}
    first, step = FIRST_AND_STEP[loss]
    for nth in range(first, MOST_WRITES, step):
        project = disturbed(new_project, scene, {"operation": "write", "nth": nth, **LOST[loss]})
        if not any(call["fault"] for call in project.calls("write")):
            break
        wrong |= {nth: found} if (found := after_next_sync(project, expected)) else {}
    assert 6 < nth < MOST_WRITES - 3
    assert wrong == {}


@pytest.mark.fault
@pytest.mark.parametrize(
    ("scene", "seed"),
    [(scene, seed) for scene in SCENES for seed in dropping_seeds(SEEDS.get(scene.name, FEW_SEEDS), 0.1, 6)],
    ids=lambda value: value.name if isinstance(value, Scene) else str(value),
)
def test_tenth_of_answers_lost(new_project: NewProject, expected: Records, scene: Scene, seed: int) -> None:
    """With one write in ten unanswered at random the CRMs end up as without any trouble."""
    fault = {"operation": "write", "share": 0.1, "seed": seed, "action": "drop_after_apply"}
    project = disturbed(new_project, scene, fault)
    assert any(call["fault"] for call in project.calls("write"))
    check_once_and_final(project, expected)
    assert strangers(project) == []


@pytest.mark.slow
@pytest.mark.fault
@EVERY_SCENE
def test_kill_between_any_calls(new_project: NewProject, killer: Killer, scene: Scene) -> None:
    """Wherever between two writes the process dies, the next sync ends with the CRMs of an undisturbed run."""
    project = scene.set_up(new_project)
    boundaries = killer.sync(project, scene.routes)
    expected = end_state(project, scene.routes)
    wrong: dict[str, list[str]] = {}
    step = 3 if scene is IN_PLACE[2] else 1  # V8 converts by the steps of v4_1: a sample of its calls
    both = ("before write request", "after write request")
    for die_at in points(boundaries, after=both[1:] if scene in ACROSS else both)[1::step]:
        project = scene.set_up(new_project)
        passed = killer.sync(project, scene.routes, die_at)
        assert project.rows("SELECT 1 FROM journal WHERE state = 'sent'"), "a write without a durable intent"
        found = strangers(project) + survive(project, scene.routes, expected)
        wrong |= {f"{die_at} {passed[-1]}": found} if found else {}
    assert wrong == {}
