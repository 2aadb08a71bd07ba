"""What a person says of a pair holds for ever, above every score, over merges, landings and conversions."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.sandbox import Sandbox
from tests.builders import account, contact, demo_lead, lead, record_id
from tests.journeys.crms import SUGARCRM, SUITECRM, Crm
from tests.journeys.judging import (
    CAY,
    HARBOR,
    KNOWN,
    blame,
    judge,
    known_project,
    leads,
    linked_account,
    merge,
    reviews,
)
from tests.journeys.project import Project
from tests.journeys.test_across import bring, hot

GUS = record_id("00Q", 8)
QUIET = lead(8, "Gus", "Ferro", "Harbor Grid Works")


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """A project with one known account and its contact."""
    return known_project(tmp_path / "project", sandbox)


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


@pytest.mark.parametrize("crm", [SUITECRM, SUGARCRM], ids=lambda crm: crm.name)
def test_link_taken_off_in_the_crm(project: Project, crm: Crm) -> None:
    """A contact that a person links to an open lead is its contact; taken off again, the two are different."""
    dan = "c0ac7000-0000-4000-8000-000000000001"
    project.load(crm.name, **{crm.contact: [{"id": dan, "last_name": "Quill"}]})
    (gus,) = bring(project, crm, hot("Ada", "Marsh", "Northwind Tools", contact_id=dan))
    project.run("plan", crm.name)
    assert project.run("explain", gus, "--json").json["match"]["contact"]["judged"]

    project.pass_time(60)
    door = {"action": "edit", "dialect": crm.name, "object": crm.lead, "id": gus, "set": {"contact_id": ""}}
    project.faults({"operation": "any", "nth": 1, "when": "before", **door})
    project.run("plan", crm.name)
    project.faults()
    project.run("plan", crm.name)

    found = blame(project, gus, dan)
    assert (found["judgement"]["word"], found["judgement"]["by"]) == ("different", "link in the CRM")
    assert project.run("explain", gus, "--json").json["match"]["contact"] is None
