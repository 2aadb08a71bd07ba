"""Runs `sync` in a process that is killed at a boundary, and looks at what the next syncs make of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tests.preloading import SINGLE_THREADED

from .project import Project, difference, keys_of
from .worlds import LANDING

PROJECT = Path(__file__).resolve().parents[2]


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


@contextmanager
def killable() -> Iterator[Killer]:
    """One killable program; each run is a fork of it."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.promises.killable"],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **SINGLE_THREADED, "PYTHONPATH": str(PROJECT)},
    )
    yield Killer(program)
    assert program.stdin
    program.stdin.close()
    program.wait(20)


def points(boundaries: Sequence[str], after: Sequence[str] = ("after commit", "after write request")) -> list[int]:
    """The boundaries (from 1) just after something lasting: a commit, or a request that writes.

    Two boundaries with nothing lasting between them leave the same state file and the same org behind.
    """
    return sorted({1, *(number for number, name in enumerate(boundaries, start=1) if name in after)})


def end_state(project: Project, routes: Sequence[str]) -> dict[str, list[str]]:
    """The org when everything has settled. A landed lead may be converted under its key or that of its file."""
    project.settle_down(*routes)
    assert project.writes_of_another_sync(*routes) == 0
    keys = keys_of(project.family, project.dumps())
    assert len(keys) == len(set(keys))
    return project.records(ours=routes != LANDING)


def survive(project: Project, routes: Sequence[str], expected: dict[str, list[str]]) -> list[str]:
    """What is wrong with a project after its process was killed and the next syncs ran; empty when all is well."""
    try:
        return difference(expected, end_state(project, routes))
    except AssertionError as error:
        return [str(error)]
