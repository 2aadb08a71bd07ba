"""How the promises are judged: by what the CRM holds, and by what the journal says of it."""

from __future__ import annotations

import random
from collections.abc import Callable

from .project import Fault, Project, difference
from .worlds import LANDING, set_up

NewProject = Callable[..., Project]

LOST: dict[str, Fault] = {
    "drop_after_apply": {"action": "drop_after_apply"},
    "drop_before_apply": {"action": "drop_before_apply"},
    "cut": {"action": "cut", "bytes": 40},
    "cut_at_once": {"action": "cut", "bytes": 0},
    "html": {"action": "replace_body", "status": 200, "body": "<html><body>Down for maintenance</body></html>"},
    "gateway": {"action": "status", "status": 502, "body": "Bad Gateway", "when": "after"},
}


class Undisturbed:
    """What runs without faults leave in the org, by name of the world; each is run once."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, list[str]]] = {}

    def records(self, name: str, new_project: NewProject, set_up: Callable[[Project], None]) -> dict[str, list[str]]:
        """The org after one good run of the world that *set_up* makes."""
        if name not in self._known:
            project = new_project()
            set_up(project)
            assert project.sync().code == 0
            assert project.leftovers() == []
            self._known[name] = project.records()
        return self._known[name]

    def landed(self, new_project: NewProject) -> dict[str, list[str]]:
        """The org after one good run of the ten leads from a file."""
        if "landed" not in self._known:
            project = set_up(new_project(), LANDING)
            project.settle_down(*LANDING)
            self._known["landed"] = project.records(ours=False)
        return self._known["landed"]


def check_once_and_final(project: Project, expected: dict[str, list[str]]) -> None:
    """Nothing lost, nothing doubled, everything final, and nothing left to write."""
    project.faults()
    project.settle_down()
    assert difference(expected, project.records()) == []
    assert project.writes_of_another_sync() == 0


def strangers(project: Project) -> list[str]:
    """Records that no colleague made and that no journal row, sent or further, speaks of.

    It speaks of a record by its key, and of one that a conversion just made by the lead that was converted into it.
    """
    told = " ".join(row[0] for row in project.rows("SELECT step || ids FROM journal WHERE state != 'planned'"))
    found = []
    for family in project.families:
        dumps = project.dumps(family)
        born = {made for lead in family.leads(dumps) if f'"{lead[family.id]}"' in told for made in family.born_of(lead)}
        for name, rows in dumps.items():
            for row in rows:
                known = row[family.id] in project.loaded | born or f'"{row.get(family.key)}"' in told
                if family.key in row and not known:
                    found.append(f"{name} {row[family.id]} {row[family.key]}")
    return found


def dropping_seeds(count: int, share: float, calls: int) -> list[int]:
    """The first seeds whose dice lose at least one of that many calls, by the sandbox's own rule."""
    found = []
    for seed in range(1000):
        dice = random.Random(seed)
        if any(dice.random() < share for _ in range(calls)):
            found.append(seed)
        if len(found) == count:
            break
    return found
