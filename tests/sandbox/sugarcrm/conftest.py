"""Fixtures of the SugarCRM tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.sandbox import Sandbox
from tests.sandbox.sugarcrm.sugar_caller import SugarCaller


@pytest.fixture
def sugar(sandbox: Sandbox) -> Iterator[SugarCaller]:
    """A logged-in caller of a freshly reset, empty SugarCRM."""
    made = SugarCaller(sandbox)
    made.log_in()
    yield made
    made.session.close()
