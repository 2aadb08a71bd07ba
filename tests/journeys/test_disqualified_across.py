"""Leads that a route to another CRM disqualifies: they land nowhere, and their own CRM is told why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from connector.sandbox import Sandbox
from tests.journeys.crms import SALESFORCE, SUGARCRM, Crm
from tests.journeys.project import Project
from tests.journeys.test_across import Way, bring, by_way, hot, rows, sync

REASONS: Mapping[str, str] = {
    "Dead": "disqualification_reason_c",
    "Closed - Not Converted": "Disqualification_Reason__c",
}


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def student(project: Project, crm: Crm, land: str = "converted", push_back: str = "records") -> str:
    """A student's lead, and the project with another `land` and `push_back`; its id."""
    path = project.folder / "connector.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("push_back: records", f"push_back: {push_back}\n    land: {land}"), "utf-8")
    (lead,) = bring(project, crm, hot("Vi", "Vance", "State University", title="Student", requested_action_c=""))
    return lead


@by_way
@pytest.mark.parametrize("push_back", ["links", "records"])
def test_reason_is_written_at_the_source(project: Project, way: Way, push_back: str) -> None:
    """Status and reason stand on the lead in its own CRM, nothing lands, and the next runs write nothing."""
    source, target = way
    lead = student(project, source, push_back=push_back)
    result = sync(project, way)
    assert (result["verdicts"]["disqualify"], result["parked"]) == (1, 0)
    row = rows(project, source, source.lead)[lead]
    status = str(row["Status" if source is SALESFORCE else "status"])
    assert "studies" in row[REASONS[status]].lower()
    assert rows(project, target, target.lead) == {}
    before = project.writes()
    for _ in range(2):
        assert sync(project, way)["pulled"] == 0
    assert project.writes() == before


def test_changed_policy_decides_it_again(project: Project) -> None:
    """The lead is told, not done with: what the policy says of it tomorrow counts."""
    student(project, SUGARCRM)
    sync(project, (SUGARCRM, SALESFORCE))
    policy = project.folder / "mappings" / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").replace("title, in: [student, ", "title, in: ["), "utf-8")
    before = project.writes()
    assert sync(project, (SUGARCRM, SALESFORCE))["redecided"]["disqualify"] == 1
    assert project.writes() == before


@pytest.mark.parametrize("push_back", ["links", "records"])
def test_refused_reason_is_forgotten_with_the_verdict(project: Project, push_back: str) -> None:
    """What the lead's own CRM refused is overtaken once the lead converts: later edits find nothing left to mend."""
    way = (SUGARCRM, SALESFORCE)
    lead = student(project, SUGARCRM, push_back=push_back)
    project.faults({"operation": "write", "action": "status", "status": 422, "body": {"error": "invalid_parameter"}})
    assert sync(project, way)["parked"] == 1
    edited(project, lead, title="VP Operations", requested_action_c="Demo")
    sync(project, way)
    assert rows(project, SUGARCRM, "Leads")[lead]["converted"]
    edited(project, lead, title="Chief Operator")
    before = project.writes()
    sync(project, way)
    assert project.run("dead-letters", "list", "--json").json["dead_letters"] == []
    routes = project.run("status", "--json").json["routes"]
    assert [route["leads"] for route in routes if route["leads"]] == [{"done": 1}]
    assert project.writes() == before


def edited(project: Project, lead: str, **values: object) -> None:
    """Somebody edits the lead before the next sync looks at it."""
    project.pass_time(700)
    door = {"action": "edit", "dialect": "sugarcrm", "object": "Leads", "id": lead, "set": values}
    project.faults({"operation": "read", "nth": 1, "when": "before", **door})


def test_none_writes_nothing(project: Project) -> None:
    """A route that gives nothing back leaves the lead as it was."""
    lead = student(project, SUGARCRM, push_back="none")
    before = rows(project, SUGARCRM, "Leads")[lead]
    assert sync(project, (SUGARCRM, SALESFORCE))["verdicts"]["disqualify"] == 1
    assert rows(project, SUGARCRM, "Leads")[lead] == before


def test_landed_lead_tells_it_where_it_landed(project: Project) -> None:
    """Where all leads land, the copy says it, and belongs to the target's own route."""
    lead = student(project, SUGARCRM, land="all")
    before = rows(project, SUGARCRM, "Leads")[lead]
    sync(project, (SUGARCRM, SALESFORCE))
    (copy,) = rows(project, SALESFORCE, "Lead").values()
    assert copy["Status"] == "Closed - Not Converted"
    assert rows(project, SUGARCRM, "Leads")[lead] == before
