"""Opening the state file: who may see it, and which files are refused."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from connector.errors import Paused, StateError
from connector.ports import Store
from connector.store import SqliteStore, care, custody, open_store

from .making import START, HeldClock


def mode(path: Path) -> int:
    """The permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def fill(path: Path, clock: HeldClock) -> None:
    """Leave a sound state file with something in it, all of it in the main file."""
    with open_store(path, clock=clock) as store:
        for number in range(50):
            store.audit.append(START, "run", "test", "noted", f"subject {number}", {"text": "x" * 500})


def test_new_file_is_private(path: Path, clock: HeldClock) -> None:
    """Whatever the person's umask, nobody else can read the file, its companions or its folder."""
    before = os.umask(0)
    try:
        with open_store(path, clock=clock) as store:
            store.runs.start("sync", START)
            found = {entry.name: mode(entry) for entry in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert set(found.values()) == {0o600}
    assert {"connector.db", "connector.db-wal", "connector.db-shm"} <= set(found)


def test_file_is_private_from_the_first_byte(tmp_path: Path) -> None:
    """Even before anything is written in it, and whatever the umask, the file is its owner's alone."""
    before = os.umask(0)
    try:
        custody.make_file(tmp_path / "connector.db")
    finally:
        os.umask(before)
    assert mode(tmp_path / "connector.db") == 0o600


def test_store_keeps_the_port(path: Path, clock: HeldClock) -> None:
    """What is opened is a store as the corridor knows it, and it is there again when opened again."""
    opened: Store = open_store(path, clock=clock)
    run_id = opened.runs.start("sync", START)
    again: Store = open_store(path, clock=clock)
    assert [run.id for run in again.runs.latest()] == [run_id]


def test_open_folder_is_tightened(path: Path, clock: HeldClock) -> None:
    """A folder of its own that others could read is closed to them, and so is the file."""
    fill(path, clock)
    path.chmod(0o644)
    path.parent.chmod(0o755)
    (path.parent / "README.md").write_text("what lies here")
    open_store(path, clock=clock).close()
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_shared_folder_keeps_its_mode(path: Path, clock: HeldClock) -> None:
    """A folder that holds other things as well is left as people set it."""
    path.parent.mkdir()
    path.parent.chmod(0o755)
    (path.parent / "connector.yaml").write_text("")
    open_store(path, clock=clock).close()
    assert (mode(path), mode(path.parent)) == (0o600, 0o755)


def test_world_writable_folder_is_refused(path: Path, clock: HeldClock) -> None:
    """Where everybody can write, everybody could swap the file."""
    path.parent.mkdir()
    path.parent.chmod(0o777)
    with pytest.raises(StateError, match="everybody can write") as caught:
        open_store(path, clock=clock)
    assert caught.value.next_command == f"chmod 700 {path.parent}"
    assert not path.exists()


def test_symbolic_link_is_refused(path: Path, clock: HeldClock) -> None:
    """A link could lead anywhere."""
    path.parent.mkdir(mode=0o700)
    path.symlink_to(path.parent / "elsewhere.db")
    with pytest.raises(StateError, match="symbolic link"):
        open_store(path, clock=clock)
    assert not (path.parent / "elsewhere.db").exists()


def test_read_only_folder_is_refused(path: Path, clock: HeldClock) -> None:
    """A folder that its owner may not write in is refused even for the superuser, with what to type."""
    path.parent.mkdir(mode=0o700)
    path.parent.chmod(0o500)
    with pytest.raises(StateError, match="is read-only") as caught:
        open_store(path, clock=clock)
    assert (caught.value.exit_code, caught.value.next_command) == (74, f"chmod 700 {path.parent}")


def test_read_only_file_is_refused(path: Path, clock: HeldClock) -> None:
    """A file that its owner may not write is refused before anything is tried."""
    fill(path, clock)
    path.chmod(0o400)
    with pytest.raises(StateError, match="is read-only"):
        open_store(path, clock=clock)


def test_folder_that_is_a_file_is_refused(tmp_path: Path, clock: HeldClock) -> None:
    """A path that leads through a file is told in a sentence."""
    (tmp_path / "state").write_text("")
    with pytest.raises(StateError, match="is not a folder"):
        open_store(tmp_path / "state" / "connector.db", clock=clock)
    with pytest.raises(StateError, match="cannot be reached"):
        open_store(tmp_path / "state" / "deeper" / "connector.db", clock=clock)


def test_folder_in_place_of_file_is_refused(path: Path, clock: HeldClock) -> None:
    """A folder of that name is no state file."""
    path.mkdir(parents=True)
    path.parent.chmod(0o700)
    with pytest.raises(StateError, match="is not a file"):
        open_store(path, clock=clock)


def test_missing_file_is_told(path: Path, clock: HeldClock) -> None:
    """Where none is to be made, its absence is a sentence and not an empty file."""
    path.parent.mkdir(mode=0o700)
    with pytest.raises(StateError, match="there is no state file"):
        open_store(path, clock=clock, create=False)
    assert not path.exists()


def test_text_file_is_refused(path: Path, clock: HeldClock) -> None:
    """A file that is no database is refused and left as it was."""
    path.parent.mkdir(mode=0o700)
    path.write_text("first_name,last_name\n" * 100)
    with pytest.raises(StateError, match="damaged"):
        open_store(path, clock=clock)
    assert path.read_text().startswith("first_name")


def test_foreign_database_is_refused(path: Path, clock: HeldClock) -> None:
    """A database of something else gets no table of ours."""
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(StateError, match="not a state file"):
        open_store(path, clock=clock)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]


def test_newer_schema_is_left_alone(path: Path, clock: HeldClock) -> None:
    """A file from a newer connector is refused, and not a byte of it changes."""
    fill(path, clock)
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("INSERT INTO schema_migrations VALUES (99, 'later', 'x', '2030')")
    before = path.read_bytes()
    with pytest.raises(StateError, match="newer connector") as caught:
        open_store(path, clock=clock)
    assert path.read_bytes() == before
    assert "upgrade" in caught.value.next_command


@pytest.mark.fault
def test_F06_flipped_byte_on_any_page(path: Path, clock: HeldClock) -> None:  # noqa: N802
    """A flipped byte in the head of any page of the file is found before anything is done."""
    fill(path, clock)
    sound = path.read_bytes()
    pages = len(sound) // 4096
    assert pages > 40
    for number in range(pages):
        place = number * 4096 + (100 if number == 0 else 0)
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        with pytest.raises(StateError) as caught:
            open_store(path, clock=clock)
        assert caught.value.exit_code == 74
    path.write_bytes(sound)
    open_store(path, clock=clock).close()


@pytest.mark.fault
def test_F06_truncated_file_names_the_backup(path: Path, clock: HeldClock) -> None:  # noqa: N802
    """A file cut short is refused, and the newest backup that is sound is named; a damaged one is not."""
    fill(path, clock)
    good = care.backup_name(path, START)
    care.backup(path, good)
    (good.parent / "connector-20991231T000000000.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    path.write_bytes(path.read_bytes()[: 4096 * 10])
    with pytest.raises(StateError, match="the last good backup is") as caught:
        open_store(path, clock=clock)
    assert caught.value.next_command == f"rm -f {path}-wal {path}-shm && cp {good} {path}"


def test_damage_without_backup_is_put_aside(path: Path, clock: HeldClock) -> None:
    """With no backup, what the CRMs know can be read again."""
    fill(path, clock)
    path.write_bytes(path.read_bytes()[: 4096 * 10])
    with pytest.raises(StateError, match="read again") as caught:
        open_store(path, clock=clock)
    assert caught.value.next_command == f"mv {path} {path}.damaged"


@pytest.mark.fault
def test_F05_locked_file_pauses(path: Path, clock: HeldClock) -> None:  # noqa: N802
    """A writer that waited in vain stops cleanly with exit code 75, and nothing of its step is kept."""
    fill(path, clock)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_store(path, clock=clock, wait=0.1) as store:
            with pytest.raises(Paused) as caught:
                store.runs.start("sync", START)
            assert store.runs.latest() == []
            other.execute("ROLLBACK")
            store.runs.start("sync", START)
            assert len(store.runs.latest()) == 1
    assert caught.value.exit_code == 75


def start_and_tell(store: SqliteStore, text: str) -> None:
    """Start a run and write a line of audit, together."""
    with store.transaction():
        store.runs.start("sync", START)
        store.audit.append(START, "", "", "", "", {"text": text})


@pytest.mark.fault
def test_F03_full_disk_keeps_nothing_half(path: Path, clock: HeldClock) -> None:  # noqa: N802
    """When the disk is full the whole transaction is undone, and the store works on once there is room."""
    fill(path, clock)
    with open_store(path, clock=clock) as store:
        pages = store.database.connection.execute("PRAGMA page_count").fetchone()[0]
        store.database.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StateError, match="no room left"):
            start_and_tell(store, "x" * 50_000)
        assert store.runs.latest() == []
        store.database.connection.execute("PRAGMA max_page_count = 100000")
        store.runs.start("sync", START)
    assert care.verify(path) == []
