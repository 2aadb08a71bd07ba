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


def test_renamed_connection_stops(store: SqliteStore) -> None:
    """Keys carry the connection's name: under another one, everything would be done again."""
    store.runs.pin("sf", "00D1", {"sf"})
    with pytest.raises(SafetyStop, match="which was called sf before"):
        store.runs.pin("salesforce", "00D1", {"salesforce"})
    assert store.runs.pinned() == {"sf": "00D1"}
    store.runs.pin("second", "00D1", {"sf", "second"})  # two names for one org are somebody's choice


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


FULL, PARTIAL = "crm.example/x#2020-01-01T10:00:00Z", "crm.example/x#"


@pytest.mark.parametrize("told", [(PARTIAL, FULL), (FULL, PARTIAL), (PARTIAL, FULL, PARTIAL)])
def test_partial_org_contradicts_nothing(store: SqliteStore, told: tuple[str, ...]) -> None:
    """An org whose birth is not to be seen for a while is the one at the same place; the fuller id is kept."""
    kept = [store.runs.pin("crm", org) for org in told]
    assert kept[-1] == FULL
    assert store.runs.pinned() == {"crm": FULL}
    with pytest.raises(SafetyStop):
        store.runs.pin("crm", FULL.replace("2020", "2021"))


@pytest.mark.parametrize("known", [PARTIAL, FULL])
@pytest.mark.parametrize("told", ["crm.example#", "crm.example/xy#", "crm.example#2020-01-01T10:00:00Z", "00D1"])
def test_other_place_is_another_org(store: SqliteStore, known: str, told: str) -> None:
    """A partial org agrees with no other place."""
    store.runs.pin("crm", known)
    with pytest.raises(SafetyStop):
        store.runs.pin("crm", told)
    assert store.runs.pinned() == {"crm": known}


def test_other_org_names_the_remedy(store: SqliteStore) -> None:
    """Who is stopped learns what to check, and how to begin anew where the CRM really moved."""
    store.runs.pin("sf", "00D1")
    with pytest.raises(SafetyStop, match=r"connections\.sf in connector\.yaml.*`state:` .* new file"):
        store.runs.pin("sf", "00D2")


def test_plans_follow_their_org_to_its_full_id(store: SqliteStore) -> None:
    """Plans made for a partial org are plans for it once its id is full."""
    store.runs.pin("crm", PARTIAL)
    columns = "id, route, org, created_at, policy_version, mapping_version, matching_version, leads, changes, calls"
    with store.database.transaction():
        store.database.run(
            f"INSERT INTO plans ({columns}) VALUES ('p1', 'crm', ?, '2026-03-02', '', '', '', 0, 0, 0)", (PARTIAL,)
        )
    store.runs.pin("crm", FULL)
    assert store.database.rows("SELECT org FROM plans") == [(FULL,)]


@pytest.mark.parametrize(("known", "told"), [(PARTIAL, FULL), (FULL, PARTIAL)])
def test_renamed_connection_stops_by_a_partial_id(store: SqliteStore, known: str, told: str) -> None:
    """Whether or not our user may see all of the id, before or now."""
    store.runs.pin("crm", known, {"crm"})
    with pytest.raises(SafetyStop, match="which was called crm before"):
        store.runs.pin("marketing", told, {"marketing"})
