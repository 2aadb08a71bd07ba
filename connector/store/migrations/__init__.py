"""The numbered steps that make the schema, each in one transaction with the record that it was made."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from connector.errors import StateError
from connector.store.codec import stamp
from connector.store.database import Database


@dataclass(frozen=True, slots=True, order=True)
class Migration:
    """One numbered SQL file; *digest* is the SHA-256 of its text."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """Names the text, so that an edited migration is told from the one that was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def known() -> tuple[Migration, ...]:
    """The migrations of this program, in order."""
    found = [
        Migration(int(entry.name[:4]), entry.name[5:-4], entry.read_text(encoding="utf-8"))
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".sql")
    ]
    return tuple(sorted(found))


def applied(database: Database) -> Mapping[int, str]:
    """The digest of every migration that *database* has seen, by number."""
    if not database.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"):
        return {}
    return dict(database.rows("SELECT number, digest FROM schema_migrations ORDER BY number"))


def pending(database: Database) -> Sequence[Migration]:
    """The migrations still to be applied; raises StateError when the file is newer than this program."""
    done = applied(database)
    newest = known()[-1].number
    if done and max(done) > newest:
        raise StateError(
            f"the state file {database.path} was written by a newer connector"
            f" (schema {max(done)}, this program knows {newest})",
            next_command="pip install --upgrade lead-connector",
        )
    return [migration for migration in known() if migration.number not in done]


def migrate(database: Database) -> Sequence[Migration]:
    """Apply what is pending, each migration in one transaction; answers those that were applied."""
    done = []
    for migration in pending(database):
        with database.transaction():
            if migration.number in applied(database):
                continue
            _apply(database, migration)
            done.append(migration)
    return done


def statements(sql: str) -> Iterator[str]:
    """The statements of a script, one by one, so that all of them can share a transaction."""
    buffer = ""
    for line in sql.splitlines(keepends=True):
        buffer += line
        if sqlite3.complete_statement(buffer):
            yield buffer.strip()
            buffer = ""
    if buffer.strip():
        raise ValueError(f"a statement does not end: {buffer.strip()[:60]}")


def schema_of(connection: sqlite3.Connection) -> str:
    """The schema as SQLite keeps it, in one order: what ``schema.sql`` holds."""
    rows = connection.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " ORDER BY type <> 'table', tbl_name, type, name"
    )
    return "".join(f"{sql};\n\n" for (sql,) in rows)


def _apply(database: Database, migration: Migration) -> None:
    for statement in statements(migration.sql):
        database.run(statement)
    database.run(
        "INSERT INTO schema_migrations (number, name, digest, applied_at) VALUES (?, ?, ?, ?)",
        (migration.number, migration.name, migration.digest, stamp(database.clock.now())),
    )
