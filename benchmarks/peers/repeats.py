"""Repeats in one table: restaurants of two listings, and made-up people; clusters of every method graded by pairs."""

from __future__ import annotations

from pathlib import Path


def print_table(source: Path, work: Path, limit: float) -> None:
    """Nothing yet."""
