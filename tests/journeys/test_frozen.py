"""What leaned on a wrong link is listed, stopped and decided anew; nothing is undone by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.pipeline.verify import verify_plan
from connector.sandbox import Sandbox
from tests.builders import demo_lead, lead, record_id
from tests.journeys.crms import SUGARCRM, SUITECRM, Crm
from tests.journeys.judging import (
    CAY,
    KNOWN,
    blame,
    events,
    judge,
    known_project,
    leads,
    planned,
    reviews,
)
from tests.journeys.project import Project
from tests.journeys.test_across import bring, hot, rows

DEMO = {"Requested_Action__c": "Demo"}


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """A project with one known account and its contact."""
    return known_project(tmp_path / "project", sandbox)


def test_sealed_plan_holds_back_judged_leads(project: Project) -> None:
    """A plan that was sealed before a person spoke writes nothing for the lead; the next sync decides it anew."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works"), demo_lead(9, "Hal", "Ibsen", "Fjord Systems")])
    file = planned(project)

    told = judge(project, CAY, "different", KNOWN)

    assert told["leaning"] == {"frozen": 1}
    (stopped,) = blame(project, CAY, KNOWN)["decisions"]
    assert stopped["state"] == "frozen"
    assert "Rita said" in stopped["frozen"]["why"]
    done = project.run("apply", str(file), "--json")
    (why,) = done.json["routes"][0]["frozen"].values()
    assert "different" in why
    assert not leads(project)[CAY]["IsConverted"]
    assert leads(project)[record_id("00Q", 9)]["IsConverted"], "nobody spoke of this one"

    project.sync("salesforce")

    converted = leads(project)[CAY]
    assert converted["IsConverted"]
    assert converted["ConvertedAccountId"][:15] != KNOWN
    assert blame(project, CAY, KNOWN)["decisions"][0]["state"] == "applied"
    assert len(events(project, "frozen")) == 1


def test_sealed_plan_knows_no_later_link(project: Project) -> None:
    """A lead planned to open a new account is held back as well once a person says which account it is."""
    project.load(Lead=[demo_lead(9, "Hal", "Ibsen", "Fjord Systems")])
    file = planned(project)
    hal = record_id("00Q", 9)

    judge(project, hal, "same", KNOWN)
    project.run("apply", str(file))
    assert not leads(project)[hal]["IsConverted"]

    project.sync("salesforce")
    assert leads(project)[hal]["ConvertedAccountId"][:15] == KNOWN


def test_applied_link_is_listed_not_undone(project: Project) -> None:
    """What was written on a wrong link stays; each write is told with its grade and what a person can do."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.sync("salesforce")
    written = project.writes()

    told = judge(project, CAY, "different", KNOWN)
    found = blame(project, CAY, KNOWN)
    project.sync("salesforce")

    assert told["leaning"] == {"applied": 1}
    assert "matching blame" in told["next"]
    assert found["judgement"]["word"] == "different"
    conversion = next(step for step in found["decisions"][0]["written"] if step["action"] == "convert")
    assert conversion["grade"] == "C"
    assert "cannot be taken back" in conversion["remedy"]
    assert {entry["role"] for entry in found["decisions"][0]["records"]} == {"account", "contact", "opportunity"}
    assert project.writes() == written, "nothing is undone by itself"


def test_later_leads_lean_on_it(project: Project) -> None:
    """Leads linked to the same record after the wrong one, and repeats of it, are listed; earlier ones are not."""
    project.load(Lead=[demo_lead(1, "Ada", "Marsh", "Harbor Grid Works")])
    project.sync("salesforce")
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.sync("salesforce")
    project.load(
        Lead=[demo_lead(5, "Eve", "Oxley", "Harbor Grid Works"), demo_lead(6, "Cay", "Lund", "Harbor Grid Works")]
    )
    project.sync("salesforce")

    found = blame(project, CAY, KNOWN)["decisions"]

    assert {one["lead"]["id"][:15] for one in found} == {CAY, record_id("00Q", 5), record_id("00Q", 6)}
    assert all(one["because"] for one in found)


def test_review_answer_stops_a_sealed_plan(project: Project) -> None:
    """An answer in review is a word like any other: what was sealed for a follower of that lead does not go out."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    file = planned(project)
    judge(project, CAY, "unsure", KNOWN)
    project.sync("salesforce")
    (asked,) = reviews(project)
    assert project.run("review", "decide", str(asked["id"]), "different", "--by", "Rita").code == 0

    project.run("apply", str(file))
    assert not leads(project)[CAY]["IsConverted"]

    project.sync("salesforce")
    assert leads(project)[CAY]["ConvertedAccountId"][:15] != KNOWN


def test_interrupted_run_does_not_go_on(project: Project) -> None:
    """Steps that an interrupted run planned on a link are not sent once a person calls the link wrong."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.faults({"operation": "write", "action": "status", "status": 503})
    assert project.run("sync", "salesforce").code == 69
    project.faults()

    judge(project, CAY, "different", KNOWN)
    for _ in range(2):
        project.pass_time(700)
        project.sync("salesforce")

    assert leads(project)[CAY]["ConvertedAccountId"][:15] != KNOWN


def test_begun_conversion_is_a_persons(project: Project) -> None:
    """A conversion that has begun is held as a dead letter that tells what was written; retry finishes it."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.faults({"operation": "write", "nth": list(range(2, 40)), "action": "status", "status": 503})
    assert project.run("sync", "salesforce").code == 69
    assert leads(project)[CAY]["IsConverted"]
    project.faults()
    judge(project, CAY, "different", KNOWN)
    written = project.writes()

    for _ in range(2):
        project.pass_time(700)
        project.sync("salesforce")

    assert project.writes() == written
    (letter,) = project.run("dead-letters", "list", "--json").json["dead_letters"]
    assert letter["problems"][0]["code"] == "link-called-wrong"
    assert "matching blame" in letter["problems"][0]["message"]
    assert project.run("dead-letters", "retry", "--all").code == 0
    project.sync("salesforce")
    assert project.writes() > written
    assert project.run("dead-letters", "list", "--json").json["dead_letters"] == []


def test_word_said_while_a_run_writes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that comes between the plan and the writes of one run still holds the write back."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works"), demo_lead(9, "Hal", "Ibsen", "Fjord Systems")])
    there = "connector.pipeline.sync.verify_plan"

    def speaking(route: Any, leads: Any) -> Any:
        monkeypatch.setattr(there, verify_plan)
        judge(project, CAY, "different", KNOWN)
        return verify_plan(route, leads)

    monkeypatch.setattr(there, speaking)
    done = project.run("sync", "salesforce", "--json").json["routes"][0]

    assert list(done["frozen"]) == [f"salesforce:Lead:{CAY}EAA"]
    assert not leads(project)[CAY]["IsConverted"]
    assert leads(project)[record_id("00Q", 9)]["IsConverted"]
    project.sync("salesforce")
    assert leads(project)[CAY]["ConvertedAccountId"][:15] != KNOWN


@pytest.mark.parametrize("crm", [SUITECRM, SUGARCRM], ids=lambda crm: crm.name)
def test_begun_in_several_calls(project: Project, crm: Crm) -> None:
    """Where a conversion takes several calls, none of the rest goes out once a person calls its link wrong."""
    known = "acc00000-0000-4000-8000-000000000001"
    named = {"id": known, "name": "Northwind Tools", "website": "northwindtools.example"}
    project.load(crm.name, **{crm.account: [named]})
    (ada,) = bring(project, crm, hot("Ada", "Marsh", "Northwind Tools"))
    project.faults({"operation": "write", "nth": list(range(2, 40)), "action": "status", "status": 503})
    project.run("sync", crm.name)
    project.faults()
    assert len(rows(project, crm, crm.contact)) == 1, "the contact is made, the lead is not converted"
    judge(project, ada, "different", known)
    written = project.writes()

    for _ in range(2):
        project.pass_time(700)
        project.sync(crm.name)

    assert project.writes() == written
    (letter,) = project.run("dead-letters", "list", "--json").json["dead_letters"]
    assert letter["problems"][0]["code"] == "link-called-wrong"
    made = blame(project, ada, known)["decisions"][0]["written"]
    assert [step["remedy"].split()[0] for step in made if step["action"] == "create"] == ["merge"]


def test_blame_of_one_record(project: Project) -> None:
    """One record is enough to ask what leans on it; a record that nothing leans on is told so."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.sync("salesforce")

    on_account = blame(project, KNOWN)["decisions"]
    on_contact = project.run("matching", "blame", record_id("003", 1))

    assert [one["lead"]["id"][:15] for one in on_account] == [CAY]
    assert "no decision leans on" in on_contact.out
    assert "cannot be taken back" in project.run("matching", "blame", CAY).out


def test_explain_tells_what_stops_and_what_was_waited(project: Project) -> None:
    """The story of a lead says why nothing is written for it, and whom it has waited for how long."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.run("plan", "salesforce")
    judge(project, CAY, "different", KNOWN)

    stopped = project.run("explain", CAY, "--json").json
    assert "Rita said" in stopped["frozen"]["why"]
    assert stopped["waiting"]["for_now"] == "ours"
    assert "frozen until the next sync" in project.run("explain", CAY).out

    project.sync("salesforce")
    after = project.run("explain", CAY, "--json").json
    assert after["frozen"] is None
    assert after["waiting"]["for_now"] == "resting"
    assert sum(after["waiting"]["seconds"].values()) == pytest.approx(after["waiting"]["total"], abs=0.01)
    assert "waited" in project.run("explain", CAY).out


def test_report_of_waits(project: Project) -> None:
    """The report counts the leads of each route and whom they wait for, as a table and as JSON."""
    empty = project.run("report", "waiting")
    project.load(
        Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works"), lead(10, "Ivy", "Stone", "Copper Lane", **DEMO)]
    )
    project.sync("salesforce")

    found = project.run("report", "waiting", "salesforce", "--json").json["routes"]
    told = project.run("report", "waiting").out

    assert "no leads yet" in empty.out
    assert [(one["route"], one["leads"]) for one in found] == [("salesforce", 2)]
    assert found[0]["for_now"]["review"] == 1
    assert found[0]["for_now"]["resting"] == 1
    assert "salesforce\treview\t" in told
    later = project.run("report", "waiting", "salesforce", "--since", "2999-01-01", "--json").json["routes"]
    assert later[0]["leads"] == 0
    assert project.run("report", "waiting", "nowhere").code == 78
