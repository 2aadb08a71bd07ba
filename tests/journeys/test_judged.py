"""What a person says of a pair holds for ever; what leaned on a wrong link is listed, stopped and decided anew."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.builders import account, contact, demo_lead, lead, record_id
from tests.journeys.project import Project

HARBOR = account(1, "Harbor Grid Works", CreatedDate="2024-01-05T08:00:00.000Z")
DAN = contact(1, "Dan", "Quill", HARBOR, Title="Clerk", CreatedDate="2024-01-05T08:00:00.000Z")
CAY = record_id("00Q", 3)
KNOWN = record_id("001", 1)


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """A project with one known account and its contact."""
    project = Project.make(tmp_path / "project", sandbox)
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


def test_unsure_word_asks(project: Project) -> None:
    """A person's doubt keeps a lead from being linked by itself: it is asked about, with the doubt."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.run("plan", "salesforce")

    judge(project, CAY, "unsure", KNOWN)
    project.sync("salesforce")

    assert not leads(project)[CAY]["IsConverted"]
    (asked,) = reviews(project)
    assert "not sure" in asked["question"]
    assert KNOWN in [match["record"]["id"][:15] for match in asked["candidates"]]


def test_unsure_of_a_repeat_asks(project: Project) -> None:
    """Doubt about two leads holds the later one back, also where the scores would follow or pass over it."""
    project.load(Lead=[demo_lead(8, "Gus", "Ferro", "Plain Bakery"), demo_lead(9, "Hal", "Ibsen", "Fjord Systems")])
    project.run("plan", "salesforce")
    gus, hal = record_id("00Q", 8), record_id("00Q", 9)

    judge(project, hal, "unsure", gus)
    project.sync("salesforce")

    assert not leads(project)[hal]["IsConverted"]
    assert len(reviews(project)) in (1, 2)


def test_latest_word_stands(project: Project) -> None:
    """Who says something else later is heard; the word before is told, and stays on record."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.run("plan", "salesforce")
    judge(project, CAY, "different", KNOWN)

    told = judge(project, KNOWN, "same", CAY)
    project.sync("salesforce")

    assert told["before"]["word"] == "different"
    assert leads(project)[CAY]["ConvertedAccountId"][:15] == KNOWN


def test_same_contacts_do_not_tie(project: Project) -> None:
    """Two contacts that a person called the same are one: a lead that fits both is linked instead of asked about."""
    twin = contact(2, "Dan", "Quill", HARBOR, Title="Clerk", CreatedDate="2024-02-05T08:00:00.000Z")
    project.load(Contact=[twin])
    project.load(Lead=[lead(4, "Dan", "Quill", "Harbor Grid Works", Requested_Action__c="Demo")])
    project.sync("salesforce")
    assert [len(asked["candidates"]) >= 2 for asked in reviews(project)] == [True]

    judge(project, record_id("003", 1), "same", record_id("003", 2))
    project.sync("salesforce")

    assert reviews(project) == []
    assert leads(project)[record_id("00Q", 4)]["IsConverted"]


def test_records_are_named_freely(project: Project) -> None:
    """A record is named by reference, bare id, external key or e-mail; what could be several is refused with a list."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works"), lead(4, "Dan", "Quill", "Harbor Grid Works")])
    project.run("plan", "salesforce")
    full = leads(project)[CAY]["Id"]
    for name in (full, CAY, f"salesforce:{full}", f"salesforce:Lead:{full}", "cay.lund@harborgridworks.com"):
        assert judge(project, name, "unsure", f"{KNOWN}AAA")["judgement"]["left"]["id"] == full
    assert judge(project, CAY, "unsure", record_id("003", 1))["judgement"]["right"]["object"] == "Contact"

    nobody = project.run("matching", "judge", CAY, "same", "nobody@nowhere.example", "--json")
    itself = project.run("matching", "judge", CAY, "same", full, "--json")

    assert (nobody.code, itself.code) == (2, 2)
    assert "no lead, contact or account" in nobody.json["message"]
    mixed = project.run("matching", "judge", KNOWN, "same", record_id("003", 1))
    assert mixed.code == 2


def test_blame_of_one_record(project: Project) -> None:
    """One record is enough to ask what leans on it; a record that nothing leans on is told so."""
    project.load(Lead=[demo_lead(3, "Cay", "Lund", "Harbor Grid Works")])
    project.sync("salesforce")

    on_account = blame(project, KNOWN)["decisions"]
    on_contact = project.run("matching", "blame", record_id("003", 1))

    assert [one["lead"]["id"][:15] for one in on_account] == [CAY]
    assert "no decision leans on" in on_contact.out
    assert "cannot be taken back" in project.run("matching", "blame", CAY).out
