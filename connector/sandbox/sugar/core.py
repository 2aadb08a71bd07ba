"""The parts one instance is made of, for the modules that work on all of them."""

from __future__ import annotations

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugar import audit, people, schema_changes
from connector.sandbox.sugar.audit import AuditLog
from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.flavour import Flavour
from connector.sandbox.sugar.linking import Linking
from connector.sandbox.sugar.people import People
from connector.sandbox.sugar.rows import Rows
from connector.sandbox.sugar.saving import Saver
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.schema_build import build_schema
from connector.sandbox.sugar.words import NoSuchModule, stored_time


class Core:
    """Database, schema and the rules over them. `path` is the SQLite file, None keeps it for this run."""

    def __init__(self, path: str | None, clock: SandboxClock, flavour: Flavour) -> None:
        self.clock = clock
        self.flavour = flavour
        self.db = Database(path)
        self.schema = build_schema(flavour.sugar_fields)
        schema_changes.recall(self.db, self.schema)
        self.db.prepare(self.schema)
        people.prepare(self.db)
        audit.prepare(self.db)
        self.audit = AuditLog(self.db)
        self.rows = Rows(self.db, self.schema, flavour, self.now)
        self.saver = Saver(self.db, self.schema, flavour, self.rows, self.audit, self.now)
        self.linking = Linking(self.db, self.schema, self.rows, self.saver, self.now)
        self.people = People(self.db, self.now)
        self.saver.settings = self.db.read_meta("settings", dict(flavour.settings))
        self.note_hidden()

    def now(self) -> str:
        """The present moment as records keep it."""
        return stored_time(self.clock.now())

    def module(self, name: str) -> Module:
        """A module by name. Raises NoSuchModule."""
        found = self.schema.modules.get(name)
        if found is None:
            raise NoSuchModule(name)
        return found

    def note_hidden(self) -> None:
        """Look up whether any record is to be hidden at all."""
        self.rows.some_hidden = any(
            self.db.one(f'SELECT 1 FROM "{one.table}" WHERE _visible_at IS NOT NULL LIMIT 1')  # noqa: S608
            for one in self.schema.modules.values()
        )
