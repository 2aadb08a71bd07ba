"""What people answer and set, and what a refused run still tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.sandbox import Sandbox
from tests.journeys.project import Project

HOT = {"Title": "CEO", "Industry": "Technology", "NumberOfEmployees": 800, "Requested_Action__c": "Demo"}
QUEUE = "00G5g00000QqQqQEAV"
USER = "0055g00000UuVvWAAV"


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """A fresh project on an empty sandbox."""
    return Project.make(tmp_path / "project", sandbox)


def configure(project: Project, old: str, new: str) -> None:
    """Edit connector.yaml."""
    path = project.folder / "connector.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_queue_owned_lead_waits_for_an_owner(project: Project) -> None:
    """A person's `convert` cannot give a queue's lead an owner: it stays in review until the route names one."""
    lead = {**HOT, "LastName": "Boone", "Company": "Tidewater Yards", "Email": "c@tidewateryards.com", "OwnerId": QUEUE}
    project.load(Lead=[lead])
    project.sync("salesforce")
    first = project.run("review", "list", "--json").json["reviews"][0]
    assert project.run("review", "decide", str(first["id"]), "convert").code == 0

    project.sync("salesforce")

    again = project.run("review", "list", "--json").json["reviews"]
    assert "owner" in again[0]["question"]
    assert project.run("dead-letters", "list", "--json").json["dead_letters"] == []

    configure(project, "    target: salesforce\n", f"    target: salesforce\n    owner: {USER}\n")
    project.sync("salesforce")

    assert project.dump("Lead")[0]["IsConverted"]
    assert project.dump("Account")[0]["OwnerId"] == USER


def test_refused_run_tells_what_it_cost(project: Project) -> None:
    """A run that is refused for changing too much says how many leads it looked at, and its API calls."""
    names = ("Okafor Looms", "Nordvik Marine", "Basalt Fabrication")
    project.load(Lead=[{**HOT, "LastName": "Boone", "Company": name} for name in names])
    configure(project, "    target: salesforce\n", "    target: salesforce\n    limits: {max_changes: 3}\n")

    answer = project.run("sync", "salesforce", "--json")

    assert answer.code == 76
    route = answer.json["routes"][0]
    assert route["pulled"] == 3
    assert route["api_calls"] == len(project.calls())
    assert project.writes() == 0


def test_csv_layout_is_stated(project: Project) -> None:
    """Which encoding and delimiter were taken is told, for it was guessed."""
    text = "first_name;last_name;company_name;email\nZoë;Müller;Müller Söhne;z@muellersoehne.com\n"
    (project.folder / "inbox" / "leads.csv").write_bytes(text.encode("utf-16"))

    route = project.sync("inbox-to-salesforce")["routes"][0]

    assert len(route["statements"]) == 1
    assert "leads.csv" in route["statements"][0]
    assert "utf-16" in route["statements"][0].lower()
    assert project.dump("Lead")[0]["LastName"] == "Müller"
