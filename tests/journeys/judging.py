"""Words of people on pairs, said through the command line, and what they did: for the tests of these journeys."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import requests

from connector.sandbox import Sandbox
from tests.builders import account, contact, record_id
from tests.journeys.project import Project

HARBOR = account(1, "Harbor Grid Works", CreatedDate="2024-01-05T08:00:00.000Z")
DAN = contact(1, "Dan", "Quill", HARBOR, Title="Clerk", CreatedDate="2024-01-05T08:00:00.000Z")
CAY = record_id("00Q", 3)
KNOWN = record_id("001", 1)


def known_project(folder: Path, sandbox: Sandbox) -> Project:
    """A project with one known account and its contact."""
    project = Project.make(folder, sandbox)
    project.load(Account=[HARBOR], Contact=[DAN])
    return project


def planned(project: Project) -> Path:
    """The plan of the moment, sealed into a file."""
    file = project.folder / "plan.json"
    assert project.run("plan", "salesforce", "-o", str(file)).code == 0
    return file


def judge(project: Project, left: str, word: str, right: str) -> dict[str, Any]:
    """A person's word; what the command answered."""
    done = project.run("matching", "judge", left, word, right, "--by", "Rita", "--note", "I know them", "--json")
    assert done.code == 0, done.said
    return done.json


def blame(project: Project, *refs: str) -> dict[str, Any]:
    """What leans on a record or a link."""
    done = project.run("matching", "blame", *refs, "--json")
    assert done.code == 0, done.said
    return done.json


def leads(project: Project) -> dict[str, dict[str, Any]]:
    """The leads in the CRM by the first fifteen characters of their ids."""
    return {row["Id"][:15]: row for row in project.dump("Lead")}


def reviews(project: Project) -> list[dict[str, Any]]:
    """The open questions."""
    found: list[dict[str, Any]] = project.run("review", "list", "--json").json["reviews"]
    return found


def events(project: Project, event: str) -> list[tuple[str, dict[str, Any]]]:
    """Subject and facts of every line of the audit about *event*."""
    with closing(connect(project.folder / "state" / "connector.db")) as state:
        rows = state.execute("SELECT subject, facts FROM audit WHERE event = ? ORDER BY id", (event,)).fetchall()
    return [(subject, json.loads(facts)) for subject, facts in rows]


def merge(project: Project, object_name: str, loser: str, winner: str) -> None:
    """A colleague merges two records in the CRM, a minute later."""
    project.pass_time(60)
    door = {"action": "merge", "dialect": "salesforce", "object": object_name, "id": loser, "into": winner}
    project.faults({"operation": "any", "nth": 1, "when": "before", **door})
    requests.get(f"{project.sandbox.base_url}/services/data", timeout=20)
    project.faults()


def linked_account(project: Project, ref: str) -> str | None:
    """The account that a lead is linked to, by its id of fifteen characters."""
    found = project.run("explain", ref, "--json").json["match"]["account"]
    return found["record"]["id"][:15] if found else None
