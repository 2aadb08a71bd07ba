"""Runs each contract once per system."""

from __future__ import annotations

import pytest

from connector.sandbox import Sandbox

from .subjects import SUBJECTS, Subject


@pytest.fixture(params=sorted(SUBJECTS))
def subject(request: pytest.FixtureRequest, sandbox: Sandbox) -> Subject:
    """One system over a freshly reset sandbox."""
    return SUBJECTS[request.param](sandbox)
