"""The schema that people read is the one that the migrations make."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from .reading import ROOT

STORE = ROOT / "connector" / "store"


def _made_by(scripts: Iterable[Path]) -> dict[str, str]:
    """Tables, indexes, triggers and views by name, as plain SQLite (none of our code) makes them."""
    with closing(sqlite3.connect(":memory:")) as database:
        for script in scripts:
            database.executescript(script.read_text("utf-8"))
        rows = database.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: re.sub(r"\s+", " ", sql) for name, sql in rows if "sqlite_" not in name}


def test_schema_equals_the_sum_of_migrations() -> None:
    """Whoever reads `schema.sql` reads what a state file holds after every migration, no more and no less."""
    steps = sorted((STORE / "migrations").glob("*.sql"))
    assert _made_by([STORE / "schema.sql"]) == _made_by(steps)


def test_migrations_are_numbered_without_a_gap() -> None:
    """Migrations run in the order of their numbers, so no number is missing or given twice."""
    steps = sorted((STORE / "migrations").glob("*.sql"))
    assert [step.name[:5] for step in steps] == [f"{number:04}_" for number in range(1, len(steps) + 1)]
