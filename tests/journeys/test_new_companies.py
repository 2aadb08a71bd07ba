"""Leads of one new company that write it differently: one account, or a question, and never two in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.builders import Row, demo_lead
from tests.journeys.project import Project


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def cycle(project: Project, *leads: Row) -> dict[str, Any]:
    """The leads come in and a cycle runs; its result."""
    project.load(Lead=list(leads))
    project.pass_time(5)
    found: dict[str, Any] = project.sync("salesforce")["routes"][0]
    return found


def accounts(project: Project) -> list[str]:
    """The names of all accounts."""
    return [row["Name"] for row in project.dump("Account")]


def questions(project: Project) -> list[dict[str, Any]]:
    """The open reviews."""
    found: list[dict[str, Any]] = project.run("review", "list", "--json").json["reviews"]
    return found


def acme(number: int, first: str, company: str, **fields: object) -> Row:
    """A lead of a strong fit, from a mailbox that names no firm."""
    return demo_lead(number, first, "Marsh", company, **{"Email": f"{first}.marsh.{number}@gmail.com", **fields})


def test_one_domain_is_one_account(project: Project) -> None:
    """Two leads at one domain share the account, however they write its name."""
    first = acme(1, "Ada", "Acme Holdings Ltd", Email="ada@acmeholdings.com")
    result = cycle(project, first, acme(2, "Bob", "ACME Holding", Email="bob@acmeholdings.com"))
    assert (result["verdicts"]["convert"], result["waiting"]) == (2, [])
    assert len(accounts(project)) == 1


def test_first_lead_gives_its_owner(project: Project) -> None:
    """What several leads of one new company become belongs to the account's owner; `explain` says whom one joins."""
    people = [{"LastName": name, "IsActive": True} for name in ("Seller", "Other")]
    users = [user["Id"] for user in project.load(User=people)["User"]]
    first = acme(1, "Ada", "Acme Holdings Ltd", Email="ada@acmeholdings.com", OwnerId=users[0])
    second = acme(2, "Bob", "ACME Holding", Email="bob@acmeholdings.com", OwnerId=users[1])
    cycle(project, first, second)
    (account,) = project.dump("Account")
    owners = {row["OwnerId"] for name in ("Contact", "Opportunity") for row in project.dump(name)}
    assert owners == {account["OwnerId"]} == {users[0]}
    opener = f"joins the account and the opportunity that salesforce:Lead:{first['Id']}EAA opens"
    assert opener in project.run("explain", str(second["Id"])).said
    assert "joins the" not in project.run("explain", str(first["Id"])).said


def test_site_meets_the_mailbox(project: Project) -> None:
    """A lead that tells the site and one that writes from it are of one company."""
    first = acme(1, "Ada", "Acme Holdings Ltd", Website="https://www.acmeholdings.com")
    cycle(project, first, acme(2, "Bob", "ACME Holding", Email="bob@acmeholdings.com"))
    assert len(accounts(project)) == 1


def test_name_with_and_without_a_domain(project: Project) -> None:
    """A firm named with its domain by one lead and without by the other gets one account."""
    first = acme(1, "Ada", "Acme Holdings Ltd", Email="ada@acmeholdings.com", Website="https://acmeholdings.com")
    result = cycle(project, first, acme(2, "Bob", "ACME HOLDINGS LIMITED", Website="acmeholdings.com"))
    assert result["waiting"] == []
    assert len(accounts(project)) == 1


@pytest.mark.parametrize("turned", [False, True], ids=["as-told", "turned-round"])
def test_near_name_in_one_town_is_asked_about(project: Project, turned: bool) -> None:
    """The later one waits for the first one's account, and then a person is asked with that account at hand."""
    leads = [
        acme(1, "Ada", "Acme Holdings Ltd", City="Leeds", Website="https://acmeholdings.com"),
        acme(2, "Bob", "ACME Holding", City="Leeds", Website="https://acme-holding.example"),
    ]
    result = cycle(project, *(reversed(leads) if turned else leads))
    assert result["verdicts"]["convert"] == 2
    assert len(result["waiting"]) == 1
    assert len(accounts(project)) == 1
    waiting = result["waiting"][0].rpartition(":")[2]
    project.pass_time(5)
    again = project.sync("salesforce")["routes"][0]
    assert again["waiting"] == []
    (question,) = questions(project)
    assert question["lead"]["id"] == waiting
    (account,) = project.dump("Account")
    assert [match["record"]["id"] for match in question["candidates"]] == [account["Id"]]
    assert len(accounts(project)) == 1


def near(project: Project) -> dict[str, Any]:
    """Two look-alikes of one town have come, and the question that the second one became."""
    cycle(
        project,
        acme(1, "Ada", "Acme Holdings Ltd", City="Leeds", Website="https://acmeholdings.com"),
        acme(2, "Bob", "ACME Holding", City="Leeds", Website="https://acme-holding.example"),
    )
    project.pass_time(5)
    project.sync("salesforce")
    (question,) = questions(project)
    return question


@pytest.mark.parametrize(("word", "count"), [("same", 1), ("different", 2)])
def test_answer_about_a_look_alike_is_carried_out(project: Project, word: str, count: int) -> None:
    """Once a person has said whether the look-alike is another firm, it joins the account or gets its own."""
    question = near(project)
    assert project.run("review", "decide", str(question["id"]), word, "--by", "Rita").code == 0
    project.pass_time(5)
    result = project.sync("salesforce")["routes"][0]
    assert result["waiting"] == []
    assert len(accounts(project)) == count
    assert all(row["IsConverted"] for row in project.dump("Lead"))
    assert questions(project) == []


def test_other_firms_do_not_wait(project: Project) -> None:
    """Firms that merely share a word and a town are opened side by side."""
    result = cycle(
        project, acme(1, "Ada", "Northwind Tools", City="Leeds"), acme(2, "Bob", "Harbor Bakery", City="Leeds")
    )
    assert result["waiting"] == []


def test_look_alike_of_a_lost_conversion_waits(project: Project) -> None:
    """While it is not known whether an account was opened, a look-alike opens none."""
    project.faults({"operation": "convertLead", "action": "drop_after_apply"})
    cycle(project, acme(1, "Ada", "Acme Holdings Ltd", Website="https://acmeholdings.com"))
    project.faults()
    project.load(Lead=[acme(2, "Bob", "ACME Holding", Website="https://www.acmeholdings.com")])
    project.pass_time(5)
    project.sync("salesforce")
    assert len(accounts(project)) == 1
