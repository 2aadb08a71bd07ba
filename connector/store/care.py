"""Care of the state file: copies that can be trusted, and what is wrong with it, in sentences."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from connector.errors import StateError, UsageError
from connector.store import custody
from connector.store.audit import audit_breaks
from connector.store.contradictions import journal_contradictions, shelf_contradictions
from connector.store.database import Row, connect, explain
from connector.store.migrations import known

_MOST_FINDINGS = 100


def backup(path: Path, target: Path) -> None:
    """Copy the state file at *path* to *target*, whole and consistent, while others may be writing.

    The copy is for its owner's eyes only and is checked before it counts. Raises UsageError when *target*
    exists, StateError when the file cannot be read or the copy not be written.
    """
    if not path.exists():
        raise StateError(f"there is no state file {path} yet", next_command="connector sync")
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists; a backup never overwrites a file")
    draft = target.with_name(target.name + ".part")
    try:
        custody.make_folder(target.parent)
        draft.unlink(missing_ok=True)
        custody.make_file(draft)
        _copy(path, draft)
        os.replace(draft, target)
        custody.sync_folder(target.parent)
    except OSError as error:
        raise StateError(f"the backup {target} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def backup_name(path: Path, at: datetime, label: str = "") -> Path:
    """Where a backup made at *at* goes: ``backups/<name>-<instant>[-label].db`` beside the state file."""
    parts = [path.stem, at.strftime("%Y%m%dT%H%M%S%f")[:-3], *([label] if label else [])]
    return custody.backups_beside(path) / ("-".join(parts) + (path.suffix or ".db"))


def last_good_backup(path: Path) -> Path | None:
    """The newest backup beside the state file that passes a quick check."""
    folder = custody.backups_beside(path)
    if not folder.is_dir():
        return None
    copies = sorted(folder.glob(f"{path.stem}-*{path.suffix or '.db'}"), reverse=True)
    return next((copy for copy in copies if _is_sound(copy)), None)


def verify(path: Path) -> list[str]:
    """Everything that is wrong with the state file at *path*; empty when it can be trusted.

    Looks at SQLite's own structures, foreign keys, the migrations applied, the journal's contradictions and
    the audit chain. Changes nothing. Raises StateError when there is no file to look at.
    """
    if not path.exists():
        raise StateError(f"there is no state file {path} yet", next_command="connector sync")
    try:
        with _reading(path) as connection:
            return _structure(connection) or _content(connection)
    except sqlite3.Error as error:
        explained = explain(error, path)
        return [str(explained or error)]


def _structure(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds; while it finds something, no other question can be trusted."""
    found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST_FINDINGS})")]
    return [] if found == ["ok"] else [f"damaged: {sentence}" for sentence in found]


def _content(connection: sqlite3.Connection) -> list[str]:
    def ask(sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return connection.execute(sql, parameters).fetchall()

    dangling = [
        f"{table} row {row} points at a row of {parent} that is not there"
        for table, row, parent, _ in ask("PRAGMA foreign_key_check")[:_MOST_FINDINGS]
    ]
    history = _history(dict(ask("SELECT number, digest FROM schema_migrations")))
    return [*dangling, *history, *journal_contradictions(ask), *shelf_contradictions(ask), *audit_breaks(ask)]


def _history(done: dict[int, str]) -> list[str]:
    told = []
    for migration in known():
        digest = done.get(migration.number)
        if digest is None:
            told.append(f"migration {migration.number} ({migration.name}) was not applied")
        elif digest != migration.digest:
            told.append(f"migration {migration.number} ({migration.name}) is not the one that was applied")
    return told


def _copy(path: Path, draft: Path) -> None:
    try:
        with _reading(path) as source, closing(connect(draft, 5.0)) as copy:
            source.backup(copy)
            if not _passes(copy):
                raise StateError(f"the copy of {path} did not come out whole", next_command="connector state verify")
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise explain(error, path) or StateError(f"the state file {path} cannot be copied ({error})") from error


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(path, 5.0, read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def _is_sound(copy: Path) -> bool:
    try:
        with _reading(copy) as connection:
            return _passes(connection)
    except sqlite3.Error:
        return False


def _passes(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
