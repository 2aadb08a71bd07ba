"""Two-way routes through the command line: what people edit in one CRM reaches the other, and then there is silence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.sandbox import Sandbox
from tests.journeys.crms import SALESFORCE, Crm
from tests.journeys.project import Project
from tests.journeys.test_across import WAYS, Way, bring, by_way, hot, rows, sync

NAMES: Mapping[str, Mapping[str, str]] = {
    "sugar": {"title": "title", "phone": "phone_work", "city": "billing_address_city", "step": "next_step"},
    "salesforce": {"title": "Title", "phone": "Phone", "city": "BillingCity", "step": "NextStep"},
}


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def named(crm: Crm, word: str) -> str:
    """A field in the words of a CRM."""
    return NAMES["salesforce" if crm is SALESFORCE else "sugar"][word]


def edit(project: Project, crm: Crm, object_name: str, **words: object) -> None:
    """A colleague edits the only record of an object, a minute later."""
    project.pass_time(60)
    (record,) = rows(project, crm, object_name)
    values = {named(crm, word): value for word, value in words.items()}
    door = {"action": "edit", "dialect": crm.name, "object": object_name, "id": record, "set": values}
    project.faults({"operation": "any", "nth": 1, "when": "before", **door})
    requests.get(f"{project.sandbox.base_url}/services/data", timeout=20)
    project.faults()


def held(project: Project, crm: Crm, object_name: str, word: str) -> Any:
    """What the only record of an object holds."""
    (row,) = rows(project, crm, object_name).values()
    return row[named(crm, word)]


@by_way
def test_edits_reach_the_other_crm(project: Project, way: Way) -> None:
    """Edits on either side are carried by the next sync, the newer one where both changed; after that nothing is."""
    source, target = way
    bring(project, source, hot("Ada", "Marsh", "Northwind Tools"))
    sync(project, way)
    before = project.writes()
    assert sync(project, way)["steps"]["applied"] == 0
    assert project.writes() == before
    edit(project, source, source.contact, title="Chief of Operations")
    edit(project, target, target.contact, title="  Chief Operator ", phone="(415) 555-0100")
    edit(project, source, source.account, city="Bremen")
    edit(project, target, target.opportunity, step="Call on Monday")
    assert sync(project, way)["steps"]["rejected"] == 0
    for crm in way:
        assert held(project, crm, crm.contact, "title").strip() == "Chief Operator", crm.name
        assert [char for char in held(project, crm, crm.contact, "phone") if char.isdigit()][-10:] == list("4155550100")
        assert held(project, crm, crm.account, "city") == "Bremen"
        assert held(project, crm, crm.opportunity, "step") == "Call on Monday"
    sync(project, way)
    before = project.writes()
    for _ in range(5):
        project.pass_time(60)
        sync(project, way)
    assert project.writes() == before


def test_explain_tells_what_was_carried(project: Project) -> None:
    """The lead's story holds the edits that its records were given, and what was given up."""
    source, target = way = WAYS[0]
    (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools"))
    sync(project, way)
    edit(project, source, source.contact, title="Chief of Operations")
    edit(project, target, target.contact, title="Chief Operator")
    sync(project, way)
    told = project.run("explain", lead).out
    assert "title was changed on both sides: that of salesforce stays (newest), the one here is given up" in told
    assert "before: title = Chief of Operations" in told
    audit = project.run("explain", lead, "--json").json["audit"]
    assert "both changed" in [entry["event"] for entry in audit]
