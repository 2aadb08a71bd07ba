"""What the run after an interrupted one costs: leads that were to follow others are looked up together."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.sandbox import Sandbox
from tests.builders import demo_lead
from tests.journeys.project import Project


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def calls_after_lost_answer(project: Project, firms: list[str]) -> int:
    """Two leads of each firm come, the answer to the first conversions is lost; the calls of the run after that."""
    project.load(
        Lead=[
            demo_lead(10 * at + number, first, firm, f"{firm} Tools", Email=f"{first}@{firm}.example".lower())
            for at, firm in enumerate(firms)
            for number, first in enumerate(("Ada", "Bob"))
        ]
    )
    project.pass_time(5)
    project.faults({"operation": "convertLead", "action": "drop_after_apply"})
    project.run("sync", "salesforce")
    project.faults()
    project.pass_time(5)
    result = project.sync("salesforce")["routes"][0]
    assert result["waiting"] == []
    assert len(project.dump("Account")) == len(project.dump("Opportunity"))
    assert all(row["IsConverted"] for row in project.dump("Lead"))
    return int(result["api_calls"])


def test_followed_accounts_are_read_together(project: Project, sandbox_server: Sandbox, tmp_path: Path) -> None:
    """After a crash six followed companies cost no more calls than one, and every follower joins its own."""
    few = calls_after_lost_answer(project, ["Harbor"])
    sandbox_server.reset("empty")
    other = Project.make(tmp_path / "other", sandbox_server)
    assert calls_after_lost_answer(other, ["Harbor", "Elm", "Quarry", "Juniper", "Violet", "Maple"]) == few
