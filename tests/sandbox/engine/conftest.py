"""Fixtures of the engine's tests: a fresh org under a clock that stands still unless moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.org import Org, OrgSettings
from tests.sandbox.engine.engine_answers import NOON, Make, saved


@pytest.fixture
def clock() -> SandboxClock:
    """A clock that shows noon of 20 May 2026 (a Wednesday) and moves only when told."""
    return SandboxClock(lambda: NOON)


@pytest.fixture
def org(clock: SandboxClock) -> Iterator[Org]:
    """An org without customers whose unordered rows come in insertion order."""
    made = Org(None, clock, OrgSettings(shuffle_unordered=False))
    yield made
    made.close()


@pytest.fixture
def make(org: Org) -> Make:
    """Create one record that must succeed and answer its id."""

    def create(object_name: str, **values: Any) -> str:
        return saved(org.create(object_name, [values])[0])

    return create


@pytest.fixture
def make_lead(make: Make) -> Make:
    """Create a lead, by default Ada Okafor of Acme."""

    def create(**values: Any) -> str:
        return make("Lead", **{"LastName": "Okafor", "FirstName": "Ada", "Company": "Acme", **values})

    return create
