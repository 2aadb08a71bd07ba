"""What a lead's own CRM is given back where it refuses that, or where a person was faster in the target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.journeys.crms import SALESFORCE, SUGARCRM
from tests.journeys.project import Project
from tests.journeys.test_across import Way, bring, hot, is_converted, keyed, meanwhile, rows, sync

REFUSED: dict[str, dict[str, Any]] = {
    "sugarcrm": {"operation": "convert", "action": "status", "status": 422, "body": '{"error": "invalid_parameter"}'},
    "salesforce": {"operation": "convertLead", "action": "row_error", "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION"},
}
WAYS = [(SUGARCRM, SALESFORCE), (SALESFORCE, SUGARCRM)]


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def without_note(project: Project) -> None:
    """The source lead gets no note of what was made of it, as where the field for it was never made."""
    path = project.folder / "mappings" / "conversion.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("    converted_to:")), "utf-8")


@pytest.mark.parametrize("way", WAYS, ids=["sugarcrm", "salesforce"])
def test_refused_conversion_at_the_source_is_finished_on_retry(project: Project, way: Way) -> None:
    """It lies in the dead letters, is not sent again unasked, and is finished once a person wants it."""
    source, target = way
    if source is SALESFORCE:
        without_note(project)
    (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools"))
    project.faults(REFUSED[source.name])
    assert (sync(project, way)["parked"], len(rows(project, target, target.account))) == (1, 1)
    assert not is_converted(source, rows(project, source, source.lead)[lead])
    before = project.writes()
    for _ in range(2):
        project.pass_time(60)
        sync(project, way)
    assert project.writes() == before
    (letter,) = project.run("dead-letters", "list", "--json").json["dead_letters"]
    project.faults()
    assert project.run("dead-letters", "retry", str(letter["id"])).code == 0
    assert sync(project, way)["parked"] == 0
    assert is_converted(source, rows(project, source, source.lead)[lead])
    for noun in ("account", "contact", "opportunity"):
        assert keyed(project, source, getattr(source, noun)) == keyed(project, target, getattr(target, noun))
    assert project.run("dead-letters", "list", "--json").json["dead_letters"] == []
    before = project.writes()
    assert sync(project, way)["pulled"] == 0
    assert project.writes() == before


def test_retry_is_heard_though_the_lead_changed(project: Project) -> None:
    """A person who mends the lead and asks for another try gets it, also where no sync ran in between."""
    source, _ = way = WAYS[0]
    (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools"))
    project.faults(REFUSED[source.name])
    sync(project, way)
    (letter,) = project.run("dead-letters", "list", "--json").json["dead_letters"]
    door = {"action": "edit", "dialect": source.name, "object": source.lead, "id": lead, "set": {"title": "CEO"}}
    project.faults({"operation": "read", "nth": 1, "when": "before", **door})
    assert project.run("dead-letters", "retry", str(letter["id"])).code == 0
    sync(project, way)
    assert is_converted(source, rows(project, source, source.lead)[lead])


@pytest.mark.parametrize("push_back", ["links", "records"])
def test_conversion_by_a_person_without_opportunity_is_told(project: Project, push_back: str) -> None:
    """A person converts the landed lead a moment before us, and opens no opportunity: the source is told just that."""
    source, target = way = WAYS[0]
    path = project.folder / "connector.yaml"
    path.write_text(path.read_text("utf-8").replace("push_back: records", f"push_back: {push_back}"), "utf-8")
    (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools"))
    door = {"action": "convert_elsewhere", "dialect": target.name, "match": {"LastName": "Marsh"}}
    person = {"operation": "convertLead", "nth": 1, "when": "before", "set": {"do_not_create_opportunity": True}}
    project.faults({**person, **door})
    assert sync(project, way)["waiting"] == []
    project.faults()
    assert sync(project, way)["waiting"] == []
    found = rows(project, source, source.lead)[lead]
    assert is_converted(source, found)
    assert "opportunity none" in found["converted_to_c"]
    made = [len(rows(project, source, name)) for name in (source.account, source.contact, source.opportunity)]
    assert made == ([1, 1, 0] if push_back == "records" else [0, 0, 0])
    before = project.writes()
    sync(project, way)
    assert project.writes() == before


@pytest.mark.parametrize("way", WAYS, ids=["sugarcrm", "salesforce"])
def test_person_does_by_hand_what_was_refused(project: Project, way: Way) -> None:
    """A lead that a person converts where our conversion was refused is theirs: nothing is left to mend or to write."""
    source, _ = way
    (lead,) = bring(project, source, hot("Ada", "Marsh", "Northwind Tools"))
    project.faults(REFUSED[source.name])
    sync(project, way)
    meanwhile(project, way, "convert_elsewhere", (source, lead))
    assert project.run("dead-letters", "list", "--json").json["dead_letters"] == []
    before = project.writes()
    assert project.run("sync", f"{way[0].name}-to-{way[1].name}").code == 0
    assert project.writes() == before
