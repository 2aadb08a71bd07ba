"""A Salesforce system over a freshly reset sandbox, with a hand inside the org."""

from __future__ import annotations

import pytest

from connector.sandbox import Sandbox
from tests.contracts.subjects import SalesforceSubject


@pytest.fixture
def org(sandbox: Sandbox) -> SalesforceSubject:
    """The subject of the contracts, for what only Salesforce does."""
    return SalesforceSubject(sandbox)
