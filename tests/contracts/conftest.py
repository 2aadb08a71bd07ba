"""Runs each contract once per system that it applies to."""

from __future__ import annotations

from typing import Any

import pytest

from .subject import SourceSubject, Subject
from .subjects import SOURCES, TARGETS

FIXTURES = {"source": SOURCES, "subject": TARGETS}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per system that has every trait that the test needs."""
    for name, systems in FIXTURES.items():
        if name in metafunc.fixturenames:
            needed = getattr(metafunc.function, "needed", ())
            fit = [key for key, made in systems.items() if all(getattr(made.traits, trait) for trait in needed)]
            metafunc.parametrize(name, sorted(fit), indirect=True)


def _made(request: pytest.FixtureRequest, made: Any) -> Any:
    return made(request.getfixturevalue(made.made_from)) if made.made_from else made()


@pytest.fixture
def source(request: pytest.FixtureRequest) -> SourceSubject:
    """One system to read from, over a CRM (or a folder) that is empty."""
    subject: SourceSubject = _made(request, SOURCES[request.param])
    return subject


@pytest.fixture
def subject(request: pytest.FixtureRequest) -> Subject:
    """One system to write to, over a CRM that is empty."""
    subject: Subject = _made(request, TARGETS[request.param])
    return subject
