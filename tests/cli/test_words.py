"""Words for people: how many of what."""

from __future__ import annotations

import pytest

from connector.cli.output import counted


@pytest.mark.parametrize(
    ("number", "name", "told"),
    [
        (1, "row", "1 row"),
        (2, "row", "2 rows"),
        (0, "opportunity", "0 opportunities"),
        (1, "opportunity", "1 opportunity"),
    ],
)
def test_numbers_take_their_plural(number: int, name: str, told: str) -> None:
    """One row, two rows, no opportunities."""
    assert counted(number, name) == told
