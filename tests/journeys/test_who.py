"""Who a lead is, judged from outside: ties, changes of job and corporate families end with a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.builders import Row, account, contact, demo_lead, lead, record_id
from tests.journeys.project import Project

LEAD = f"{record_id('00Q', 1)}EAA"


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def met(project: Project, who: Row, accounts: list[Row], contacts: list[Row] | None = None) -> dict[str, Any]:
    """What the cycle makes of a lead among known accounts and contacts: its row in the CRM afterwards."""
    project.load(Account=accounts, Contact=contacts or [])
    project.load(Lead=[who])
    project.sync("salesforce")
    (row,) = project.dump("Lead")
    return row


def offered(project: Project) -> set[str]:
    """The records that the only open question offers, by their 15 characters."""
    (question,) = project.run("review", "list", "--json").json["reviews"]
    return {match["record"]["id"][:15] for match in question["candidates"]}


def test_tie_of_two_contacts_is_asked(project: Project) -> None:
    """Two contacts that the lead could be alike are never chosen between: a person is."""
    harbor = account(1, "Harbor Grid Works")
    twins = [contact(number, "Dan", "Quill", harbor, Title=None) for number in (1, 2)]
    row = met(project, lead(1, "Dan", "Quill", "Harbor Grid Works"), [harbor], twins)
    assert row["IsConverted"] is False
    assert {record_id("003", 1), record_id("003", 2)} <= offered(project)


def test_tie_of_two_accounts_is_asked(project: Project) -> None:
    """Two accounts of one name and no other difference are a question."""
    twins = [account(number, "Harbor Grid Works", Website=None) for number in (1, 2)]
    row = met(project, demo_lead(1, "Cay", "Lund", "Harbor Grid Works", Email="cay.lund@gmail.com"), twins)
    assert row["IsConverted"] is False
    assert offered(project) == {record_id("001", 1), record_id("001", 2)}


def test_change_of_job_is_asked(project: Project) -> None:
    """A known contact who names another firm than their account's is a question, with contact and new firm."""
    old, new = account(1, "Harbor Grid Works"), account(2, "Fjord Systems")
    dan = contact(1, "Dan", "Quill", old, Email="dan.quill.1971@gmail.com")
    who = demo_lead(1, "Dan", "Quill", "Fjord Systems", Email="dan.quill.1971@gmail.com")
    row = met(project, who, [old, new], [dan])
    assert row["IsConverted"] is False
    assert record_id("003", 1) in offered(project)


def family(**places: str) -> list[Row]:
    """Accounts of one group on one domain, by country."""
    site = {"Website": "https://www.harborgrid.com"}
    return [
        account(number, f"Harbor Grid {name}", BillingCountry=name, BillingCity=city, **site)
        for number, (name, city) in enumerate(places.items(), 1)
    ]


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"Country": "France"}, 2),
        ({"Country": "Germany", "City": "Hamburg"}, 1),
        ({"Company": "Harbor Grid France"}, 2),
    ],
    ids=["country", "country-and-city", "name"],
)
def test_family_member_is_picked(project: Project, fields: Row, number: int) -> None:
    """Of several accounts on one domain the lead's country, city or the name that it gives tells which."""
    members = family(Germany="Hamburg", France="Lyon")
    who = demo_lead(1, "Cay", "Lund", "Harbor Grid", Email="cay.lund@harborgrid.com", **fields)
    row = met(project, who, members)
    assert str(row["ConvertedAccountId"])[:15] == record_id("001", number)


def test_unplaced_family_member_is_asked(project: Project) -> None:
    """A lead of a family that tells neither country, city nor member is a question with all members."""
    members = family(Germany="Hamburg", France="Lyon")
    row = met(project, demo_lead(1, "Cay", "Lund", "Harbor Grid", Email="cay.lund@harborgrid.com"), members)
    assert row["IsConverted"] is False
    assert offered(project) == {record_id("001", 1), record_id("001", 2)}


def test_colleague_joins_the_known_account(project: Project) -> None:
    """Another person of a known firm is a new contact of it, without a question."""
    harbor = account(1, "Harbor Grid Works")
    dan = contact(1, "Dan", "Quill", harbor)
    row = met(project, demo_lead(1, "Cay", "Lund", "Harbor Grid Works"), [harbor], [dan])
    assert row["ConvertedAccountId"][:15] == record_id("001", 1)
    assert row["ConvertedContactId"][:15] != record_id("003", 1)
