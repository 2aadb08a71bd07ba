"""A project wired to a sandbox, driven through the command line, with time that nobody waits for."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connector import wiring
from connector.cli import main
from connector.cli.project import write_sandbox_project
from connector.sandbox import Sandbox
from connector.sandbox.client import control
from tests.builders import Row
from tests.promises.families import SALESFORCE, Family

Fault = Mapping[str, object]


class SandboxTime:
    """The connector's clock is the sandbox's: waiting moves it instead of taking time."""

    sandbox: Sandbox

    def now(self) -> datetime:
        """The sandbox's present."""
        return self.sandbox.clock.now()

    def sleep(self, seconds: float) -> None:
        """Let that much time pass in the sandbox."""
        control(self.sandbox.base_url, "clock", {"advance": seconds})


@dataclass
class Answer:
    """What one command line answered."""

    code: int
    json: dict[str, Any]
    err: str

    @property
    def route(self) -> dict[str, Any]:
        """The result of the first route."""
        found: dict[str, Any] = self.json["routes"][0]
        return found


@dataclass
class Project:
    """A folder with `connector.yaml`, and the sandbox it belongs to.

    It is judged by what *family* and the *others* hold; *family* is the one that is meant where none is named.
    *routes* are those of a cycle, the route in place if none. *loaded* are the ids of what was put into the CRMs.
    """

    folder: Path
    sandbox: Sandbox
    family: Family = SALESFORCE
    others: tuple[Family, ...] = ()
    routes: tuple[str, ...] = ()
    loaded: set[str] = field(default_factory=set)

    def run(self, *words: str) -> Answer:
        """One command line, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["--config", str(self.config), "--json", *words])
        text = out.getvalue()
        return Answer(code, json.loads(text) if text else {}, err.getvalue())

    def sync(self, *words: str) -> Answer:
        """One cycle of the project's routes, or of the routes named."""
        named = any(not word.startswith("-") for word in words)
        return self.run("sync", *([] if named else self.routes or [self.family.route]), *words)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "connector.yaml"

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file that people own, as they would."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def option(self, **options: object) -> None:
        """Set options of the family's connection."""
        lines = "".join(f"\n    {name}: {value}" for name, value in options.items())
        line = f"    type: {self.family.dialect}"
        self.edit("connector.yaml", line, f"{line}{lines}")

    def control(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The sandbox's control plane."""
        return control(self.sandbox.base_url, path, body)

    def load(self, records: Mapping[str, Sequence[Row]], family: Family | None = None) -> None:
        """Put records, as `tests.builders` words them, into a CRM."""
        family = family or self.family
        made = self.control("load", {family.dialect: family.native(records)})
        rows = (row for found in made[family.dialect].values() for row in found)
        self.loaded |= {str(row[family.id]) for row in rows}

    def faults(self, *faults: Fault) -> None:
        """Put a fault plan in force; none clears it."""
        self.control("faults", {"faults": list(faults)})

    def side_door(self, action: str, object_name: str, record: str, **options: object) -> None:
        """Change a record as a colleague in the CRM would, now."""
        fault = {"operation": "any", "nth": 1, "action": action, "object": object_name, "id": record, **options}
        self.faults(fault)
        import requests

        requests.get(self.sandbox.base_url + "/services/data", timeout=20)
        self.faults()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.control("clock", {"advance": seconds})

    def calls(self, kind: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        """The access log after entry *since*, of one kind."""
        return [call for call in self.sandbox.calls()[since:] if kind in (None, call["kind"])]

    def dump(self, object_name: str, family: Family | None = None) -> list[dict[str, Any]]:
        """Every live record of an object."""
        family = family or self.family
        rows = self.control(f"dump/{family.dialect}/{object_name}")
        return [row for row in rows if not row.get(family.deleted)]

    def records(self, *, ours: bool = True) -> dict[str, list[str]]:
        """What the CRMs hold as sorted lines, so that two runs can be compared; without *ours*, not our keys.

        Ids become names, in a text too, and moments disappear. Two records that are twins stay two lines.
        """
        dumps = {family: self.dumps(family) for family in self.families}
        names = {
            str(row[family.id]): _name(kind, row)
            for family, held in dumps.items()
            for kind, rows in held.items()
            for row in rows
        }
        return {
            kind: sorted(_line(row, names, family.fresh if ours else family.fresh | {family.key}) for row in rows)
            for family, held in dumps.items()
            for kind, rows in held.items()
        }

    @property
    def families(self) -> tuple[Family, ...]:
        """The CRMs that it is judged by; no two of them have a name of an object in common."""
        return (self.family, *self.others)

    def dumps(self, family: Family | None = None) -> dict[str, list[dict[str, Any]]]:
        """Every live record of the objects that the connector writes."""
        return {name: self.dump(name, family) for name in (family or self.family).objects}

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the state file."""
        with contextlib.closing(sqlite3.connect(self.folder / "state" / "connector.db")) as database:
            return database.execute(sql, values).fetchall()

    def leftovers(self) -> list[str]:
        """What is not in a final state: unsettled or unsent steps, leads awake or waiting, contradictions."""
        steps = self.rows(
            "SELECT state || ' ' || action || ' ' || record_id FROM journal"
            " WHERE state IN ('planned', 'sent', 'unknown')"
        )
        leads = self.rows(
            "SELECT state || ' lead ' || record_id FROM inbox"
            " WHERE state IN ('pending', 'waiting') OR woken IS NOT NULL"
        )
        sound = self.run("journal", "verify").json["problems"]
        return [str(row[0]) for row in (*steps, *leads)] + [str(problem) for problem in sound]

    def states(self) -> dict[str, str]:
        """Inbox state by lead id."""
        return dict(self.rows("SELECT record_id, state FROM inbox"))

    def settle_down(self, *routes: str, most: int = 4) -> int:
        """Sync, time passing in between, until nothing is left over; answers how many syncs that took."""
        for count in range(1, most + 1):
            self.advance(5)
            answer = self.sync(*routes)
            assert answer.code in (0, 1), answer.err
            if answer.code == 0 and not self.leftovers():
                return count
        raise AssertionError(f"not settled after {most} syncs: {self.leftovers()}")

    def writes_of_another_sync(self, *routes: str) -> int:
        """How many write calls one more cycle makes."""
        since = len(self.sandbox.calls())
        answer = self.sync(*routes)
        assert answer.code == 0, answer.err
        return len(self.calls("write", since))


def keys_of(family: Family, dumps: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Our keys in a CRM, one per record that carries one."""
    return sorted(str(row[family.key]) for rows in dumps.values() for row in rows if row.get(family.key))


_ID = re.compile(r"[0-9A-Za-z-]{18,36}")
_LINK_IDS = frozenset({"email_address_id", "date_modified"})


def difference(expected: Mapping[str, Sequence[str]], found: Mapping[str, Sequence[str]]) -> list[str]:
    """Records that one org has and the other has not (``-`` missing, ``+`` too many), twins counted."""
    lines = []
    for kind in expected:
        more, less = Counter(found[kind]), Counter(expected[kind])
        lines += [f"- {kind} {line}" for line in (less - more).elements()]
        lines += [f"+ {kind} {line}" for line in (more - less).elements()]
    return lines


def _name(kind: str, row: Mapping[str, Any]) -> str:
    return f"{kind}<{row.get('Name') or row.get('LastName') or row.get('name') or row.get('full_name')}>"


def _line(row: Mapping[str, Any], names: Mapping[str, str], left_out: frozenset[str]) -> str:
    told = {field: _told(value, names) for field, value in row.items() if field not in left_out}
    return "; ".join(f"{field}={value}" for field, value in sorted(told.items()) if value not in (None, "", [], {}))


def _told(value: object, names: Mapping[str, str]) -> object:
    """A value with names for ids; of a list of related rows, what they say without the ids of their links."""
    if isinstance(value, list):
        return sorted(str(_told(each, names)) for each in value)
    if isinstance(value, Mapping):
        return {names.get(name, name): _told(each, names) for name, each in value.items() if name not in _LINK_IDS}
    return _ID.sub(lambda found: names.get(found[0], found[0]), value) if isinstance(value, str) else value


@contextlib.contextmanager
def project_at(folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, *families: Family) -> Iterator[Project]:
    """A fresh project as ``init --sandbox`` writes it, on a sandbox that is reset and empty."""
    sandbox.reset("empty")
    write_sandbox_project(folder, sandbox.info)
    first, *others = families or (SALESFORCE,)
    made = Project(folder, sandbox, first, tuple(others))
    for family in made.families:
        for old, new in family.edits:
            made.edit("connector.yaml", old, new)
    time = type("Time", (SandboxTime,), {"sandbox": sandbox})
    monkeypatch.setattr(wiring, "SystemClock", time)
    yield made
