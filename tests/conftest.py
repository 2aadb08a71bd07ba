"""Fixtures that every room's tests share: a sandbox on a real port, and the public data beside the project."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox import Sandbox
from connector.sandbox.world import shipped_worlds
from tests.sandbox_caller import Caller

PROJECT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: where they came last, all workers but one would wait for them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Leave what collecting made out of every later search for garbage: it is all kept until the end anyway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    """One running server for the whole session; use `sandbox` or `demo_sandbox`, which reset it."""
    with Sandbox("empty") as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """A sandbox without customers, freshly reset: records, faults, clock and access log."""
    sandbox_server.reset("empty")
    return sandbox_server


@pytest.fixture
def caller(sandbox: Sandbox) -> Iterator[Caller]:
    """A logged-in plain HTTP caller of the freshly reset sandbox."""
    made = Caller(sandbox)
    yield made
    made.session.close()


@pytest.fixture
def demo_sandbox(sandbox_server: Sandbox) -> Sandbox:
    """A sandbox that holds the demo world, freshly reset."""
    if "demo" not in shipped_worlds():
        pytest.skip("the demo world is not shipped yet")
    sandbox_server.reset("demo")
    return sandbox_server


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with public data sets: CONNECTOR_SHARED, or `../shared` next to the project."""
    folder = Path(os.environ.get("CONNECTOR_SHARED") or PROJECT.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip(f"no public data at {folder}; set CONNECTOR_SHARED to the folder that holds data/")
    return folder
