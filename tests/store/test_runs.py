"""Runs, pinned orgs, remembered facts and budget readings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import SafetyStop
from connector.model.progress import BudgetReading, Run
from connector.store import SqliteStore

from .making import START


def test_runs_newest_first(store: SqliteStore) -> None:
    """Runs come newest first, with what became of them."""
    first = store.runs.start("sync", START)
    second = store.runs.start("backfill", START + timedelta(hours=1))
    store.runs.finish(first, "done", {"pulled": 3, "by_route": {"sf": 3}}, START + timedelta(minutes=5))
    assert store.runs.latest() == [
        Run(second, "backfill", START + timedelta(hours=1), None, "running", {}),
        Run(first, "sync", START, START + timedelta(minutes=5), "done", {"pulled": 3, "by_route": {"sf": 3}}),
    ]
    assert [run.id for run in store.runs.latest(limit=1)] == [second]


def test_run_ids_differ(store: SqliteStore) -> None:
    """Runs that start at the same instant have ids of their own, which tell that instant."""
    ids = {store.runs.start("sync", START) for _ in range(50)}
    assert len(ids) == 50
    assert all(run_id.startswith("20260302T090000Z-") for run_id in ids)


def test_other_org_stops(store: SqliteStore) -> None:
    """A connection that leads to another org than before stops everything."""
    store.runs.pin("sf", "00D1")
    store.runs.pin("sf", "00D1")
    with pytest.raises(SafetyStop, match="was org 00D1 before and is org 00D2 now"):
        store.runs.pin("sf", "00D2")
    assert store.runs.pinned() == {"sf": "00D1"}


def test_source_without_org_is_not_pinned(store: SqliteStore) -> None:
    """A CSV folder has no org, so nothing holds it to one."""
    store.runs.pin("inbox", "")
    assert store.runs.pinned() == {}


def test_facts_are_remembered(store: SqliteStore) -> None:
    """A small fact about a connection comes back as it was; the latest counts."""
    assert store.runs.recall("sf", "check") is None
    for value in ([1, "two"], {"missing": 0, "at": None}):
        store.runs.remember("sf", "check", value)
    assert store.runs.recall("sf", "check") == {"missing": 0, "at": None}
    assert store.runs.recall("sugar", "check") is None


def test_latest_reading_per_connection(store: SqliteStore) -> None:
    """The latest reading of each connection counts, whichever was noted last."""
    later = BudgetReading("sf", 70, 100, START + timedelta(hours=1))
    for reading in (later, BudgetReading("sf", 50, 100, START), BudgetReading("sugar", 1, 9, START)):
        store.budgets.note(reading)
    assert store.budgets.latest() == [later, BudgetReading("sugar", 1, 9, START)]


def test_old_readings_are_dropped(store: SqliteStore) -> None:
    """A month of readings is kept, so that a daemon's file does not grow for ever."""
    for days in (0, 15, 31):
        store.budgets.note(BudgetReading("sf", days, 100, START + timedelta(days=days)))
    assert store.database.rows("SELECT used FROM budget_readings ORDER BY at") == [(15,), (31,)]
