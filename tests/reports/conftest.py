"""A state file for the tests of reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.store import SqliteStore, open_store
from tests.store.making import HeldClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty state file."""
    with open_store(tmp_path / "connector.db", clock=HeldClock()) as opened:
        yield opened
