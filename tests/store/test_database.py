"""Transactions: they nest, they are all or nothing, and threads take turns."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from connector.model.progress import Watermark
from connector.store import SqliteStore, open_store

from .making import START, HeldClock


class Broken(Exception):
    """Something went wrong in the middle."""


def fail_after(store: SqliteStore, verb: str) -> None:
    """Start a run within two transactions, the outer of which fails."""
    with store.transaction():
        with store.transaction():
            store.runs.start(verb, START)
        raise Broken


def test_outer_failure_undoes_all(store: SqliteStore) -> None:
    """What an inner transaction did is undone with the outer one."""
    with pytest.raises(Broken):
        fail_after(store, "sync")
    assert store.runs.latest() == []


def test_inner_failure_undoes_itself(store: SqliteStore) -> None:
    """An inner failure that is caught takes back only its own part."""
    with store.transaction():
        kept = store.runs.start("sync", START)
        with pytest.raises(Broken):
            fail_after(store, "plan")
    assert [run.id for run in store.runs.latest()] == [kept]


def test_store_works_after_failure(store: SqliteStore) -> None:
    """A failed transaction leaves nothing open behind it."""
    with pytest.raises(Broken), store.transaction():
        raise Broken
    store.watermarks.set("sf", "Lead", Watermark(START))
    assert not store.database.connection.in_transaction


def test_threads_take_turns(store: SqliteStore) -> None:
    """Threads that share a store never fall into each other's transactions."""

    def work(number: int) -> None:
        for _ in range(20):
            with store.transaction():
                store.audit.append(START, f"run {number}", "test", "first", "", {})
                store.audit.append(START, f"run {number}", "test", "second", "", {})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = store.audit.entries()
    assert len(entries) == 160
    assert all(first.run_id == second.run_id for first, second in zip(entries[::2], entries[1::2], strict=True))
    assert store.audit.verify() == []


def test_settings_that_promises_rest_on(store: SqliteStore) -> None:
    """The file is in WAL mode, syncs fully, and holds its foreign keys."""
    ask = store.database.connection.execute
    assert [ask(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")] == [
        "wal",
        2,
        1,
    ]


def test_writer_waits_beyond_one_slice(path: Path, clock: HeldClock) -> None:
    """A lock that is let go while a writer waits is had, however many times it was tried."""
    with open_store(path, clock=clock, wait=20) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        store.database.connection.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        tries = []

        def trace(statement: str) -> None:
            tries.append(statement)
            if len(tries) == 5:
                other.execute("ROLLBACK")

        store.database.connection.set_trace_callback(trace)
        store.runs.start("sync", START)
        assert tries[:5] == ["BEGIN IMMEDIATE"] * 5
        assert len(store.runs.latest()) == 1
