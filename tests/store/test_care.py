"""Copies that can be trusted, and what is wrong with a file, in sentences."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from connector.errors import StateError, UsageError
from connector.store import SqliteStore, care, open_store

from .making import START, HeldClock, contact, link, orders, plan, receipt, step


def change(path: Path, sql: str) -> None:
    """Change the file behind the connector's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)


def full(store: SqliteStore) -> None:
    """Leave something on several shelves."""
    store.journal.planned(plan(step()))
    store.journal.sent(orders(step()), "salesforce", "run", START)
    store.journal.settle([receipt(step())], [link("sf:1", contact(1))])
    store.audit.append(START, "run", "ann", "converted", "lead", {})


def test_backup_of_a_file_in_use(store: SqliteStore, path: Path, clock: HeldClock) -> None:
    """A backup taken while the file is open holds everything committed, for its owner's eyes only."""
    full(store)
    target = path.parent / "copies" / "monday.db"
    care.backup(path, target)
    assert (stat.S_IMODE(target.stat().st_mode), stat.S_IMODE(target.parent.stat().st_mode)) == (0o600, 0o700)
    assert [entry.name for entry in target.parent.iterdir()] == ["monday.db"]
    assert care.verify(target) == []
    with open_store(target, clock=clock) as copy:
        assert [entry.step for entry in copy.journal.story(step().lead)] == [step()]


def test_backup_never_overwrites(store: SqliteStore, path: Path) -> None:
    """A file that is there stays."""
    target = path.parent / "precious.txt"
    target.write_text("mine")
    with pytest.raises(UsageError, match="never overwrites"):
        care.backup(path, target)
    assert target.read_text() == "mine"


def test_backup_needs_a_file_and_a_place(tmp_path: Path, store: SqliteStore, path: Path) -> None:
    """What is missing is told in a sentence, and no half copy is left."""
    with pytest.raises(StateError, match="no state file"):
        care.backup(tmp_path / "absent.db", tmp_path / "copy.db")
    (tmp_path / "a-file").write_text("")
    with pytest.raises(StateError, match="cannot be written"):
        care.backup(path, tmp_path / "a-file" / "copy.db")


def test_last_good_backup_is_the_newest(store: SqliteStore, path: Path) -> None:
    """Of several backups the newest one that is sound counts."""
    assert care.last_good_backup(path) is None
    copies = [care.backup_name(path, START + timedelta(days=day)) for day in range(3)]
    for copy in copies:
        care.backup(path, copy)
    copies[2].write_bytes(copies[2].read_bytes()[:8192])
    assert care.last_good_backup(path) == copies[1]


def test_sound_file_has_no_findings(store: SqliteStore, path: Path) -> None:
    """A file that was used as it should be is found sound, while it is in use."""
    full(store)
    assert care.verify(path) == []


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("DELETE FROM plans", "points at a row of plans that is not there"),
        ("UPDATE journal SET receipt = NULL", "is applied without a receipt"),
        ("UPDATE audit SET actor = 'bob'", "audit: line 1 was changed"),
        ("UPDATE schema_migrations SET digest = 'x' WHERE number = 2", "migration 2 (inbox) is not the one"),
        ("DELETE FROM schema_migrations WHERE number = 3", "migration 3 (directory) was not applied"),
        ("INSERT INTO blocking_keys VALUES (1, 99)", "1 blocking keys name an identity that is not there"),
    ],
)
def test_verify_tells_what_is_wrong(store: SqliteStore, path: Path, sql: str, sentence: str) -> None:
    """Each contradiction is told in a sentence."""
    full(store)
    change(path, sql)
    assert any(sentence in told for told in care.verify(path))


def test_verify_tells_damage(path: Path, clock: HeldClock) -> None:
    """Damage within SQLite's own structures is told, and nothing else is believed then."""
    with open_store(path, clock=clock) as store:
        full(store)
    data = bytearray(path.read_bytes())
    data[4096 * 20 : 4096 * 21] = b"\xff" * 4096
    path.write_bytes(bytes(data))
    told = care.verify(path)
    assert told
    assert all("damaged" in sentence for sentence in told)


def test_verify_looks_at_every_page(path: Path, clock: HeldClock) -> None:
    """Damage where no other question would come by is told all the same."""
    with open_store(path, clock=clock) as store:
        full(store)
        ((root,),) = store.database.rows("SELECT rootpage FROM sqlite_master WHERE name = 'reviews_by_lead'")
    data = bytearray(path.read_bytes())
    data[4096 * (root - 1)] ^= 0xFF
    path.write_bytes(bytes(data))
    assert any("damaged" in sentence for sentence in care.verify(path))


def test_verify_tells_what_is_no_database(tmp_path: Path) -> None:
    """A file that is no database is a finding; a file that is not there is an error."""
    (tmp_path / "notes.txt").write_text("hello " * 100)
    assert len(care.verify(tmp_path / "notes.txt")) == 1
    with pytest.raises(StateError, match="no state file"):
        care.verify(tmp_path / "absent.db")


def test_verify_changes_nothing(path: Path, clock: HeldClock) -> None:
    """Looking at a file leaves every byte of it."""
    with open_store(path, clock=clock) as store:
        full(store)
    before = path.read_bytes()
    care.verify(path)
    assert path.read_bytes() == before
