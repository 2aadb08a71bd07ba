"""An engine of either CRM in memory, with a clock that stands still until it is moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugar.flavour import SUGARCRM, SUITECRM
from connector.sandbox.sugar.instance import SugarInstance
from tests.sandbox.sugar.records import Records

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SandboxClock:
    """A clock that says noon of 2 March 2026."""
    return SandboxClock(lambda: NOON)


@pytest.fixture(params=[SUITECRM, SUGARCRM], ids=["suitecrm", "sugarcrm"])
def either(request: pytest.FixtureRequest, clock: SandboxClock) -> Iterator[Records]:
    """The records of each CRM in turn."""
    instance = SugarInstance(None, clock, request.param)
    yield Records(instance)
    instance.close()


@pytest.fixture
def suite(clock: SandboxClock) -> Iterator[Records]:
    """The records of a SuiteCRM."""
    instance = SugarInstance(None, clock, SUITECRM)
    yield Records(instance)
    instance.close()


@pytest.fixture
def sugar(clock: SandboxClock) -> Iterator[Records]:
    """The records of a SugarCRM."""
    instance = SugarInstance(None, clock, SUGARCRM)
    yield Records(instance)
    instance.close()
