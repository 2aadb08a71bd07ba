"""A logged-in caller of the sandbox's SuiteCRM."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.sandbox import Sandbox
from tests.suite_caller import SuiteCaller


@pytest.fixture
def suite(sandbox: Sandbox) -> Iterator[SuiteCaller]:
    """A caller of the freshly reset SuiteCRM, holding the API user's token."""
    caller = SuiteCaller(sandbox)
    caller.log_in()
    yield caller
    caller.close()
