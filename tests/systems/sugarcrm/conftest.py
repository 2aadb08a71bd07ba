"""A SugarCRM system over a freshly reset sandbox, with a hand inside the CRM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.contracts.sugarcrm_subject import SugarSubject

Made = Callable[..., SugarSubject]


@pytest.fixture
def crm(sandbox: Sandbox) -> SugarSubject:
    """The subject of the contracts, for what only SugarCRM does."""
    return SugarSubject(sandbox)


@pytest.fixture
def crm_with(sandbox: Sandbox) -> Made:
    """A subject over an instance with other switches; keyword arguments are the client's options."""

    def made(settings: dict[str, Any], **options: Any) -> SugarSubject:
        sandbox.reset({"sugarcrm": {"settings": settings}})
        return SugarSubject(sandbox, **options)

    return made
