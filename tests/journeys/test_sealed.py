"""A sealed plan: read now, applied later, and only as far as the CRM still is what the plan rests on."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.journeys.project import Project

HOT = {"Title": "CEO", "Industry": "Technology", "NumberOfEmployees": 800, "Requested_Action__c": "Demo"}


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """A project with two hot leads of two companies."""
    project = Project.make(tmp_path / "project", sandbox)
    project.load(
        Lead=[
            {**HOT, "LastName": "Okafor", "Company": "Okafor Looms", "Email": "ada@okaforlooms.com"},
            {**HOT, "LastName": "Lindqvist", "Company": "Nordvik Marine", "Email": "bo@nordvikmarine.com"},
        ]
    )
    return project


def planned(project: Project) -> Path:
    """The plan, sealed into a file."""
    file = project.folder / "plan.json"
    assert project.run("plan", "salesforce", "-o", str(file)).code == 0
    return file


def leads(project: Project) -> dict[str, dict[str, Any]]:
    """The leads in the CRM by last name."""
    return {lead["LastName"]: lead for lead in project.dump("Lead")}


def edit(project: Project, name: str, **values: str) -> None:
    """Change a lead as a person would, between two of our calls."""
    project.faults(
        {
            "operation": "read",
            "nth": 1,
            "action": "edit",
            "when": "before",
            "dialect": "salesforce",
            "object": "Lead",
            "match": {"LastName": name},
            "set": values,
        }
    )


def test_plan_writes_nothing_and_apply_does_it(project: Project) -> None:
    """Planning costs no write; applying does exactly what was read, and nothing is left for the next sync."""
    file = planned(project)
    assert project.writes() == 0

    assert project.run("apply", str(file)).code == 0

    assert all(lead["IsConverted"] for lead in leads(project).values())
    written = project.writes()
    assert project.sync("salesforce")["status"] == "done"
    assert project.writes() == written


def test_drifted_lead_is_planned_anew(project: Project) -> None:
    """What somebody changed since is decided again from fresh data; the other lead goes as sealed."""
    file = planned(project)
    edit(project, "Lindqvist", Status="Working - Contacted")

    project.run("apply", str(file))

    found = leads(project)
    assert found["Okafor"]["IsConverted"]
    assert not found["Lindqvist"]["IsConverted"], "a person is at work on it"
    questions = project.run("review", "list", "--json").json["reviews"]
    assert [review["lead"]["id"] for review in questions] == [found["Lindqvist"]["Id"]]


def test_applied_twice_is_applied_once(project: Project) -> None:
    """The same plan again finds everything done and writes nothing."""
    file = planned(project)
    project.run("apply", str(file))
    written = project.writes()

    project.run("apply", str(file))

    assert project.writes() == written


def test_plan_of_another_org_is_refused(project: Project) -> None:
    """A plan resealed for another org is refused before anything is written."""
    from connector.model.records import digest_of

    file = planned(project)
    sealed = json.loads(file.read_text())
    sealed["plan"]["org"] = "00D000000000000"
    sealed["digest"] = digest_of(sealed["plan"])
    file.write_text(json.dumps(sealed))

    answer = project.run("apply", str(file))

    assert answer.code == 76
    assert project.writes() == 0


def test_plan_file_is_private(project: Project) -> None:
    """A plan holds people's data: only its owner can read it; a folder that is not there is told before any call."""
    assert stat.S_IMODE(planned(project).stat().st_mode) == 0o600
    before = len(project.calls())
    answer = project.run("plan", "salesforce", "-o", str(project.folder / "nowhere" / "plan.json"))
    assert answer.code == 2
    assert len(project.calls()) == before
