"""`connector daemon` as it is typed."""

from __future__ import annotations

import pytest

from tests.cli.terminal import type_command


@pytest.mark.parametrize("cycles", ["0", "-1"])
def test_no_cycles_are_refused(cycles: str) -> None:
    """Fewer than one look at the schedule would be none, or no end: it is a usage error."""
    answer = type_command("daemon", "--cycles", cycles)
    assert answer.code == 2
    assert "--cycles" in answer.said
