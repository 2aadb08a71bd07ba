"""The schema grows by numbered steps, each all or nothing."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connector.errors import Paused, StateError
from connector.store import care, custody, migrations, open_store
from connector.store.database import Database
from connector.store.lease import locked

from .making import START, HeldClock


def apply(database: Database, count: int) -> None:
    """Apply the first *count* migrations, as an older connector did."""
    for migration in migrations.known()[:count]:
        with database.transaction():
            for statement in migrations.statements(migration.sql):
                database.run(statement)
            database.run(
                "INSERT INTO schema_migrations VALUES (?, ?, ?, ?)",
                (migration.number, migration.name, migration.digest, "2026"),
            )


def older(path: Path, clock: HeldClock, count: int) -> None:
    """Leave a state file that knows only the first *count* migrations."""
    custody.admit(path, create=True)
    database = Database(path, clock)
    database.go_wal()
    apply(database, count)
    database.close()


def schema(path: Path) -> str:
    """The schema of the file."""
    with closing(sqlite3.connect(path)) as connection:
        return migrations.schema_of(connection)


def test_schema_is_sum_of_migrations(path: Path, clock: HeldClock) -> None:
    """``schema.sql``, which people read, is what the migrations make."""
    open_store(path, clock=clock).close()
    written = Path(migrations.__file__).parent.parent / "schema.sql"
    assert schema(path) == written.read_text(encoding="utf-8")


def test_migrations_are_numbered_without_gaps() -> None:
    """Numbers run from 1, so that the highest says how far a file has come."""
    known = migrations.known()
    assert [migration.number for migration in known] == list(range(1, len(known) + 1))


def test_backup_precedes_migration(path: Path, clock: HeldClock) -> None:
    """An older file is copied as it was before its schema changes."""
    older(path, clock, 3)
    before = schema(path)
    open_store(path, clock=clock).close()
    (copy,) = (path.parent / "backups").iterdir()
    assert schema(copy) == before != schema(path)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert care.verify(path) == []


def test_current_file_is_not_copied(path: Path, clock: HeldClock) -> None:
    """Opening a file whose schema is current makes no backup."""
    open_store(path, clock=clock).close()
    open_store(path, clock=clock).close()
    assert not (path.parent / "backups").exists()


def test_migration_waits_for_the_run(path: Path, clock: HeldClock) -> None:
    """While a run is at work on the older schema, it is not changed beneath it."""
    older(path, clock, 3)
    before = schema(path)
    with locked(path, 0, lambda: ""), pytest.raises(Paused, match="older schema"):
        open_store(path, clock=clock, wait=0.05)
    assert schema(path) == before


def test_applied_and_pending_add_up(path: Path, clock: HeldClock) -> None:
    """What is pending is what was not applied, in order."""
    older(path, clock, 2)
    database = Database(path, clock)
    assert list(migrations.applied(database)) == [1, 2]
    rest = [migration.number for migration in migrations.known()[2:]]
    assert rest[:3] == [3, 4, 5]
    assert [migration.number for migration in migrations.pending(database)] == rest
    assert [migration.number for migration in migrations.migrate(database)] == rest
    assert migrations.pending(database) == []


def test_unfinished_statement_is_refused() -> None:
    """A script that ends in the middle of a statement is a mistake of ours, not half a schema."""
    with pytest.raises(ValueError, match="does not end"):
        list(migrations.statements("CREATE TABLE a (b TEXT);\nCREATE TABLE c ("))


def test_trigger_is_one_statement() -> None:
    """A semicolon within a trigger does not end it."""
    sql = "CREATE TRIGGER t BEFORE DELETE ON a\nBEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\nCREATE TABLE a (b);"
    assert len(list(migrations.statements(sql))) == 2


def kill_at(path: Path, clock: HeldClock, statement: int) -> bool:
    """Open the file in a child that is killed before its *statement*-th statement; whether it was."""
    child = os.fork()
    if child == 0:
        database = Database(path, clock)
        left = [statement]

        def trace(_: str) -> None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        database.connection.set_trace_callback(trace)
        try:
            migrations.migrate(database)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.fault
def test_F10_kill_in_every_statement(tmp_path: Path, clock: HeldClock) -> None:  # noqa: N802
    """Killed before any statement of any migration, the file has the schema of the last whole one."""
    wholes = []
    for count in range(len(migrations.known()) + 1):
        whole = tmp_path / f"whole-{count}" / "connector.db"
        older(whole, clock, count)
        wholes.append(schema(whole))
    killed = 0
    while True:
        path = tmp_path / "state" / "connector.db"
        older(path, clock, 0)
        was_killed = kill_at(path, clock, killed)
        assert schema(path) in wholes
        open_store(path, clock=clock).close()
        assert schema(path) == wholes[-1]
        shutil.rmtree(path.parent)
        if not was_killed:
            break
        killed += 1
    assert killed > 60


def test_newer_file_has_nothing_pending(path: Path, clock: HeldClock) -> None:
    """A number that this program does not know stops it."""
    newest = len(migrations.known())
    older(path, clock, newest)
    database = Database(path, clock)
    with database.transaction():
        database.run("INSERT INTO schema_migrations VALUES (?, 'later', 'x', ?)", (newest + 1, str(START)))
    with pytest.raises(StateError, match=f"this program knows {newest}"):
        migrations.pending(database)
