"""Addresses that are carried to SuiteCRM by several calls, and what is found when the way ends between two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from connector.sandbox import Sandbox
from tests.journeys.crms import SALESFORCE, SUITECRM, Crm
from tests.journeys.project import Project
from tests.journeys.test_across import bring, hot, rows, sync

WAY = (SUITECRM, SALESFORCE)
NEW = "ada.new@northwindtools.example"

# SuiteCRM takes the old address off; of what comes next nothing arrives any more, nor are the old ones put back.
GONE: dict[str, list[dict[str, Any]]] = {
    "v4_1": [
        {"operation": "set_entry", "action": "drop_before_apply"},
        {"operation": "set_relationship", "nth": [2, 3, 4, 5, 6], "action": "drop_before_apply"},
    ],
    "v8": [
        {"operation": "v8_update", "action": "drop_before_apply"},
        {"operation": "v8_relate", "action": "drop_before_apply"},
    ],
}


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox, with a lead of SuiteCRM that was converted in both CRMs."""
    sandbox_server.reset("empty")
    made = Project.make(tmp_path / "project", sandbox_server)
    bring(made, SUITECRM, hot("Ada", "Marsh", "Northwind Tools"))
    sync(made, WAY)
    made.pass_time(700)
    assert sync(made, WAY)["steps"]["applied"] == 0
    return made


@pytest.fixture(params=list(GONE))
def api(request: pytest.FixtureRequest, project: Project) -> str:
    """Each of SuiteCRM's two APIs, which the project speaks from now on."""
    config = project.folder / "connector.yaml"
    config.write_text(config.read_text().replace("api: v4_1", f"api: {request.param}"))
    return str(request.param)


def edit(project: Project, crm: Crm, **values: object) -> None:
    """A colleague edits the only contact, a minute later."""
    project.pass_time(60)
    (record,) = rows(project, crm, crm.contact)
    door = {"action": "edit", "dialect": crm.name, "object": crm.contact, "id": record, "set": values}
    project.faults({"operation": "any", "nth": 1, "when": "before", **door})
    requests.get(f"{project.sandbox.base_url}/services/data", timeout=20)
    project.faults()


def contacts(project: Project) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contact in SuiteCRM and its twin in Salesforce."""
    ((suite,), (twin,)) = (rows(project, crm, crm.contact).values() for crm in WAY)
    return suite, twin


def cycles(project: Project, count: int) -> None:
    """Cycles far enough from each other for a lost write to be believed lost."""
    for _ in range(count):
        project.pass_time(700)
        assert project.run("sync", "suitecrm-to-salesforce").code == 0


@pytest.mark.parametrize("touched", [False, True])
def test_address_taken_off_half_way_comes_back(project: Project, api: str, touched: bool) -> None:
    """The old address off and the new one not on is no person's edit, also where a person edits the record then."""
    edit(project, SALESFORCE, Email=NEW)
    project.faults(*GONE[api])
    project.run("sync", "suitecrm-to-salesforce")
    project.faults()
    assert not contacts(project)[0]["email1"]
    if touched:
        edit(project, SUITECRM, title="Boss")
    cycles(project, 2)
    suite, twin = contacts(project)
    assert (suite["email1"], twin["Email"]) == (NEW, NEW)
    assert (suite["title"] == "Boss", twin["Title"] == "Boss") == (touched, touched)
    before = project.writes()
    cycles(project, 2)
    assert project.writes() == before


@pytest.mark.slow
@pytest.mark.parametrize("half_way", [False, True])
def test_opt_out_is_carried_to_the_new_address(project: Project, api: str, half_way: bool) -> None:
    """SuiteCRM keeps the opt-out with the address: who gets another one from us stays opted out, in both CRMs."""
    edit(project, SALESFORCE, HasOptedOutOfEmail=True)
    cycles(project, 1)
    assert contacts(project)[0]["email_opt_out"]
    edit(project, SALESFORCE, Email=NEW)
    project.faults(*(GONE[api] if half_way else []))
    project.run("sync", "suitecrm-to-salesforce")
    project.faults()
    cycles(project, 2)
    suite, twin = contacts(project)
    assert (suite["email1"], bool(suite["email_opt_out"])) == (NEW, True)
    assert (twin["Email"], twin["HasOptedOutOfEmail"]) == (NEW, True)
    before = project.writes()
    cycles(project, 2)
    assert project.writes() == before
