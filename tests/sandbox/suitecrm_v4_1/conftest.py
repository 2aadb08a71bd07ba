"""A logged-in caller of the sandbox's legacy service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.sandbox import Sandbox
from tests.sandbox.suitecrm_v4_1.service import Service
from tests.suite_caller import SuiteCaller


@pytest.fixture
def service(sandbox: Sandbox) -> Iterator[Service]:
    """The legacy service of a freshly reset SuiteCRM, logged in as the API user."""
    caller = SuiteCaller(sandbox)
    yield Service(caller)
    caller.close()
