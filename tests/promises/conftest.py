"""A fresh project per test, on one sandbox for the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connector.sandbox import Sandbox

from .families import Family
from .killing import Killer, killable
from .project import Project, project_at


@pytest.fixture
def new_project(
    tmp_path: Path, sandbox_server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Project]]:
    """Makes a project on a freshly reset sandbox, of Salesforce unless told otherwise; each forgets the one before."""
    with ExitStack() as stack:
        count = iter(range(10_000))

        def made(*families: Family) -> Project:
            folder = tmp_path / str(next(count))
            return stack.enter_context(project_at(folder, sandbox_server, monkeypatch, *families))

        yield made


@pytest.fixture
def project(new_project: Callable[..., Project]) -> Project:
    """A fresh project on an empty org."""
    return new_project()


@pytest.fixture(scope="session")
def killer() -> Iterator[Killer]:
    """One killable program for all cases."""
    with killable() as made:
        yield made
