"""A real state file in a folder of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.store import SqliteStore, open_store

from .making import HeldClock


@pytest.fixture
def clock() -> HeldClock:
    """A clock that stands still."""
    return HeldClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the state file is to be."""
    return tmp_path / "state" / "connector.db"


@pytest.fixture
def store(path: Path, clock: HeldClock) -> Iterator[SqliteStore]:
    """A new state file, opened."""
    with open_store(path, clock=clock, wait=0.2) as opened:
        yield opened
