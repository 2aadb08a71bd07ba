"""A fresh project on an empty sandbox, and time that nobody waits for."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector import wiring
from connector.sandbox import Sandbox

from .desk import Desk
from .terminal import Folder, QuickClock


@pytest.fixture(autouse=True)
def quick_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries do not keep a test waiting."""
    monkeypatch.setattr(wiring, "SystemClock", QuickClock)


@pytest.fixture
def folder(tmp_path: Path, sandbox: Sandbox) -> Folder:
    """A fresh project wired to an empty sandbox."""
    return Folder.make(tmp_path / "project", sandbox)


@pytest.fixture
def desk(folder: Folder) -> Desk:
    """A project with an empty queue of reviews."""
    return Desk(folder)
