"""What a person says of a pair holds for ever; what leaned on a wrong link is listed, stopped and decided anew."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
import requests

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


def merge(project: Project, object_name: str, loser: str, winner: str) -> None:
    """A colleague merges two records in the CRM, a minute later."""
    project.pass_time(60)
    door = {"action": "merge", "dialect": "salesforce", "object": object_name, "id": loser, "into": winner}
    project.faults({"operation": "any", "nth": 1, "when": "before", **door})
    requests.get(f"{project.sandbox.base_url}/services/data", timeout=20)
    project.faults()


QUIET = lead(8, "Gus", "Ferro", "Harbor Grid Works")
GUS = record_id("00Q", 8)


def linked_account(project: Project, ref: str) -> str | None:
    """The account that a lead is linked to, by its id of fifteen characters."""
    found = project.run("explain", ref, "--json").json["match"]["account"]
    return found["record"]["id"][:15] if found else None


def test_word_goes_over_a_merge(project: Project) -> None:
    """What was said of an account that is merged away holds for its survivor."""
    other = account(2, "Harbor Grid Works", CreatedDate="2024-01-05T08:00:00.000Z")
    project.load(Account=[other], Lead=[QUIET])
    project.sync("salesforce")
    judge(project, GUS, "same", record_id("001", 2))
    judge(project, GUS, "different", KNOWN)

    merge(project, "Account", f"{record_id('001', 1)}AAA", f"{record_id('001', 2)}AAA")
    project.sync("salesforce")

    (asked,) = reviews(project)
    assert "merged into it" in asked["question"]
    assert "different" in asked["question"]
    judge(project, GUS, "different", record_id("001", 2))
    project.sync("salesforce")
    assert reviews(project) == []
    assert linked_account(project, GUS) is None


def test_word_on_a_merged_lead(project: Project) -> None:
    """What was said of a lead that a colleague merged into another holds for that one."""
    twin = lead(9, "August", "Ferro", "Other Name Ltd")
    project.load(Lead=[lead(8, "Gus", "Ferro", "Plain Bakery"), twin])
    project.sync("salesforce")
    judge(project, GUS, "same", KNOWN)

    merge(project, "Lead", f"{GUS}EAA", f"{record_id('00Q', 9)}EAA")
    project.sync("salesforce")

    assert linked_account(project, record_id("00Q", 9)) == KNOWN


def test_word_holds_for_the_landed_copy(project: Project) -> None:
    """A word about a row of a file holds for the lead that it was landed as."""
    text = "id,first_name,last_name,company_name,email\n7,Gus,Ferro,Harbor Grid Works,gus@harborgridworks.com\n"
    (project.folder / "inbox" / "leads.csv").write_text(text)
    project.run("plan", "inbox-to-salesforce")
    judge(project, "inbox:7", "different", KNOWN)

    for _ in range(2):
        project.sync("inbox-to-salesforce", "salesforce")
        project.pass_time(60)

    (landed,) = leads(project)
    assert linked_account(project, landed) is None
    judge(project, "inbox:7", "same", KNOWN)
    project.sync("salesforce")
    assert linked_account(project, landed) == KNOWN


def test_word_on_leads_outlives_conversion(project: Project) -> None:
    """Two leads that a person keeps apart stay apart when one of them has become a contact."""
    first = demo_lead(6, "Fay", "Winter", "Juniper Optics")
    project.load(Lead=[first])
    project.run("plan", "salesforce")
    project.load(Lead=[{**first, "Id": record_id("00Q", 7), "Email": "fay.winter@juniperoptics.com"}])
    project.run("plan", "salesforce")
    judge(project, record_id("00Q", 6), "different", record_id("00Q", 7))

    for _ in range(2):
        project.sync("salesforce")

    found = leads(project)
    contacts = {found[record_id("00Q", number)].get("ConvertedContactId") for number in (6, 7)}
    assert len(contacts) == 2
