"""Leads that arrive as CSV files: they land in the CRM once, each with a verdict and a reason."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.journeys.project import Project

ROUTE = "inbox-to-salesforce"


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """A fresh project on an empty sandbox."""
    return Project.make(tmp_path / "project", sandbox)


def people(shared_data: Path, project: Project, name: str = "us-500.csv") -> None:
    """Drop the public sample of 500 people into the inbox."""
    shutil.copy(shared_data / "sample-people" / "us-500.csv", project.folder / "inbox" / name)


class TestFiveHundredPeople:
    """The public sample file, from end to end."""

    def test_all_land_with_a_verdict(self, project: Project, shared_data: Path) -> None:
        """500 pulled, none dead, each decided with a reason, for at most 40 calls."""
        people(shared_data, project)

        route = project.sync(ROUTE)["routes"][0]

        assert (route["pulled"], route["dead_letters"]) == (500, 0)
        assert sum(route["verdicts"].values()) == 500
        assert route["api_calls"] == len(project.calls()) <= 40
        story = project.run("explain", "jbutt@gmail.com", "--json").json
        assert story["decision"]["reasons"]
        assert [p.name for p in (project.folder / "inbox" / "done").iterdir()] == ["us-500.csv"]

    def test_again_is_no_work(self, project: Project, shared_data: Path) -> None:
        """A second sync of the route and a bare one write nothing; nor do the same people in another file."""
        people(shared_data, project)
        project.sync(ROUTE)
        written, standing = project.writes(), self.standing(project)

        project.sync(ROUTE)
        project.sync()
        people(shared_data, project, "the-same-people.csv")
        again = project.sync(ROUTE)["routes"][0]

        assert project.writes() == written
        assert again["pulled"] == 0
        assert self.standing(project) == standing

    @staticmethod
    def standing(project: Project) -> dict[str, int]:
        """How many records stand in the CRM."""
        return {name: len(project.dump(name)) for name in ("Lead", "Account", "Contact", "Opportunity")}


HOT = "first_name,last_name,company_name,email,title,industry,employees,requested_action\n"


class TestHotRow:
    """A row that is to be converted at once."""

    def test_lands_and_converts_natively(self, project: Project) -> None:
        """The lead is upserted by its key, converted in the CRM, and what came of it carries our keys."""
        row = "Ada,Okafor,Okafor Looms,ada@okaforlooms.com,CEO,Technology,900,Demo\n"
        (project.folder / "inbox" / "hot.csv").write_text(HOT + row)

        route = project.sync(ROUTE)["routes"][0]

        assert route["verdicts"]["convert"] == 1, project.run("explain", "ada@okaforlooms.com").out
        lead = project.dump("Lead")[0]
        account = project.dump("Account")[0]
        opportunity = project.dump("Opportunity")[0]
        assert lead["IsConverted"]
        assert lead["ConvertedAccountId"] == account["Id"]
        assert account["Connector_Key__c"] == lead["Connector_Key__c"] + ":account"
        assert opportunity["Connector_Key__c"] == lead["Connector_Key__c"] + ":opportunity"
        written = project.writes()
        bare: list[dict[str, Any]] = project.sync()["routes"]
        assert project.writes() == written
        assert all(route["pulled"] == 0 for route in bare)


class TestBrokenFile:
    """A file that cannot be read as CSV."""

    def test_keeps_nobody_else_waiting(self, project: Project) -> None:
        """The good file walks on, the broken one stays with its findings, and the exit code says 65."""
        inbox = project.folder / "inbox"
        (inbox / "broken.csv").write_text("first_name,last_name,company_name,email\nAda,Okafor\n")
        (inbox / "good.csv").write_text(HOT + "Bo,Lind,Lind Mills,bo@lindmills.com,,,,\n")

        answer = project.run("sync", "--json", ROUTE)

        assert answer.code == 65
        assert "broken.csv:2:" in answer.err
        assert answer.json["routes"][0]["pulled"] == 1
        assert [lead["LastName"] for lead in project.dump("Lead")] == ["Lind"]
        assert sorted(p.name for p in inbox.iterdir()) == ["broken.csv", "done"]
