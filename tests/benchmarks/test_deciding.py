"""What deciding is measured beside says the same."""

from __future__ import annotations

from benchmarks.deciding import measure


def test_plain_function_gives_the_same_verdicts() -> None:
    """The function of plain ifs is a policy written by hand: on thousands of leads it never says another verdict."""
    found = measure(4_000)
    assert found["agree"] == found["leads"] == 4_000
