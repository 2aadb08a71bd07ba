"""A duplicate takes its survivor's verdict, opens no second review, and follows when the survivor converts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from connector.model.match import Judgement, Word
from connector.model.progress import Woken
from connector.model.records import RecordRef
from connector.store import open_store
from tests.builders import Row, account, contact, demo_lead, lead, record_id
from tests.contracts.memory_crm import StillClock

from .project import Project
from .test_redecision import answer, found, reviews, weak_lead

A, B, C, D = (f"{record_id('00Q', number)}EAA" for number in (10, 11, 12, 13))
Maker = Callable[..., Row]


def ivy(make: Maker, number: int, **fields: object) -> Row:
    """A lead of Ivy Stone at Copper Lane."""
    return make(number, "Ivy", "Stone", "Copper Lane", **fields)


def story(project: Project, record: str) -> dict[str, Any]:
    """What `explain` tells of a lead."""
    told: dict[str, Any] = project.run("explain", record).json
    return told


def follows(project: Project, record: str) -> str:
    """The id of the lead that another one was decided to repeat, empty for none."""
    of = story(project, record)["decision"]["duplicate_of"]
    return of["id"] if of else ""


def verdicts(project: Project, *records: str) -> list[str]:
    """What was decided of each."""
    return [story(project, record)["verdict"] for record in records]


def is_reasoned(project: Project, record: str) -> bool:
    """Whether the first reason of a decision is that it repeats another lead."""
    return bool(story(project, record)["reasons"][0]["code"] == "duplicate-of")


def arrive(project: Project, *leads: Row) -> None:
    """Leads come into the CRM, and a cycle runs a little later."""
    project.advance(30)
    project.load({"Lead": [{**row, **stamps(project, row["Id"])} for row in leads]})
    project.advance(5)
    done = project.sync()
    assert done.code in (0, 1), done.err


def stamps(project: Project, record: str) -> Row:
    """Changed now; the smaller the number in its id, the earlier a lead was made, whenever it comes."""
    now = project.sandbox.clock.now()
    made = now - timedelta(hours=100 - int(record[-2:]))
    told = {"CreatedDate": made, "LastModifiedDate": now, "SystemModstamp": now}
    return {name: at.strftime("%Y-%m-%dT%H:%M:%S.000Z") for name, at in told.items()}


def one_contact(project: Project, *records: str) -> bool:
    """Whether all of these leads were converted into one contact of one account, the only ones there are."""
    rows = [found(project, record) for record in records]
    made = {(row["ConvertedContactId"], row["ConvertedAccountId"]) for row in rows}
    whole = all(row["IsConverted"] for row in rows) and len(made) == 1
    return whole and len(project.dump("Contact")) == len(project.dump("Account")) == 1


@pytest.mark.parametrize(
    ("make", "verdict", "questions"),
    [(lead, "nurture", 0), (weak_lead, "review", 1)],
    ids=["nurtured", "in-review"],
)
def test_duplicate_takes_its_survivors_verdict(project: Project, make: Maker, verdict: str, questions: int) -> None:
    """Of a survivor that stays a lead, the duplicate says so with its reason, and nobody is asked twice."""
    arrive(project, ivy(make, 10))
    arrive(project, ivy(make, 11))
    assert verdicts(project, A, B) == [verdict, verdict]
    assert (follows(project, A), follows(project, B)) == ("", A)
    assert is_reasoned(project, B)
    assert len(reviews(project)) == questions
    assert project.writes_of_another_sync() == 0


def test_duplicate_of_a_nurtured_lead_follows(project: Project) -> None:
    """When the survivor asks for a demo later, both are converted into one contact."""
    arrive(project, ivy(lead, 10))
    arrive(project, ivy(lead, 11))
    hot = demo_lead(10, "Ivy", "Stone", "Copper Lane")
    change = {name: hot[name] for name in ("Title", "Industry", "NumberOfEmployees", "Requested_Action__c")}
    project.side_door("edit", "Lead", A, set=change)
    project.settle_down()
    assert one_contact(project, A, B)
    assert len(project.dump("Opportunity")) == 1


@pytest.mark.parametrize("together", [True, False], ids=["same-run", "earlier-run"])
def test_duplicates_become_one_contact(project: Project, together: bool) -> None:
    """Whether the survivor converts in this run or did in an earlier one, there is one contact and opportunity."""
    first, second = ivy(demo_lead, 10), ivy(demo_lead, 11)
    for leads in [(first, second)] if together else [(first,), (second,)]:
        arrive(project, *leads)
    project.settle_down()
    assert one_contact(project, A, B)
    assert project.writes_of_another_sync() == 0


def test_disqualified_by_a_person_holds_for_both(project: Project) -> None:
    """A duplicate that asks for nothing shares the reason that a person gave for its survivor."""
    arrive(project, ivy(weak_lead, 10))
    arrive(project, ivy(lead, 11))
    assert len(reviews(project)) == 1
    answer(project, "disqualify", "not-a-fit")
    project.settle_down()
    assert verdicts(project, A, B) == ["disqualify", "disqualify"]
    assert story(project, B)["decision"]["disqualification"] == "not-a-fit"
    assert is_reasoned(project, B)
    assert reviews(project) == []


def test_disqualified_survivor_and_a_new_wish(project: Project) -> None:
    """A duplicate that asks for something is asked about once its survivor was set aside."""
    arrive(project, ivy(weak_lead, 10))
    answer(project, "disqualify", "not-a-fit")
    project.settle_down()
    arrive(project, ivy(weak_lead, 11))
    assert verdicts(project, B) == ["review"]
    assert [review["lead"]["id"] for review in reviews(project)] == [B]


@pytest.mark.parametrize("door", ["delete", "merge"])
def test_survivor_that_goes_leaves_its_place(project: Project, door: str) -> None:
    """When the survivor is deleted, or merged into its duplicate, the duplicate stands for itself."""
    arrive(project, ivy(weak_lead, 10))
    arrive(project, ivy(weak_lead, 11))
    project.side_door(door, "Lead", A, **({"into": B} if door == "merge" else {}))
    project.settle_down()
    assert follows(project, B) == ""
    assert verdicts(project, B) == ["review"]
    assert [review["lead"]["id"] for review in reviews(project)] == [B]


def test_survivor_that_becomes_junk_leaves_its_place(project: Project) -> None:
    """A survivor that loses all that tells who it is is followed no more."""
    arrive(project, ivy(weak_lead, 10))
    arrive(project, ivy(weak_lead, 11))
    change = {"FirstName": "test", "LastName": "test", "Email": "test@test.com", "Company": "test"}
    project.side_door("edit", "Lead", A, set=change)
    project.settle_down()
    assert follows(project, B) == ""
    assert verdicts(project, B) == ["review"]


def test_different_by_a_persons_word_parts_them(project: Project) -> None:
    """Once a person calls the two different, each is decided on for itself."""
    arrive(project, ivy(weak_lead, 10))
    arrive(project, ivy(weak_lead, 11))
    judge(project, B, A, "different")
    project.settle_down()
    assert (follows(project, A), follows(project, B)) == ("", "")
    assert len(reviews(project)) == 2


def judge(project: Project, one: str, other: str, word: str) -> None:
    """A person's word on two leads, as the review keeps it."""
    left, right = (RecordRef("salesforce", "Lead", record) for record in (one, other))
    with open_store(project.folder / "state" / "connector.db", clock=StillClock()) as store:
        store.matches.judge(Judgement(left, right, Word(word), "Rita", project.sandbox.clock.now()))
        store.inbox.wake([left, right], Woken.JUDGEMENT)


def test_changed_verdict_of_the_survivor_holds_for_all(project: Project) -> None:
    """Three leads of one person go from review to nurture and to convert together."""
    arrive(project, *(ivy(weak_lead, number) for number in (10, 11, 12)))
    assert verdicts(project, A, B, C) == ["review"] * 3
    assert [follows(project, record) for record in (B, C)] == [A, A]
    assert len(reviews(project)) == 1
    answer(project, "nurture")
    project.settle_down()
    assert verdicts(project, A, B, C) == ["nurture"] * 3


def test_person_converts_the_survivor_of_three(project: Project) -> None:
    """When a person converts the survivor, the two others join the contact that came of it."""
    arrive(project, *(ivy(weak_lead, number) for number in (10, 11, 12)))
    project.side_door("convert_elsewhere", "Lead", A)
    project.advance(5)
    project.settle_down()
    theirs = found(project, A)["ConvertedContactId"]
    assert {found(project, record)["ConvertedContactId"] for record in (A, B, C)} == {theirs}
    assert reviews(project) == []


def test_person_converts_a_duplicate(project: Project) -> None:
    """When a person converts the duplicate instead, its survivor joins that contact."""
    arrive(project, ivy(weak_lead, 10))
    arrive(project, ivy(weak_lead, 11))
    project.side_door("convert_elsewhere", "Lead", B)
    project.advance(5)
    project.settle_down()
    assert len(project.dump("Contact")) == 1
    assert found(project, A)["ConvertedContactId"] in (None, found(project, B)["ConvertedContactId"])


def test_late_senior_takes_over(project: Project) -> None:
    """A lead that was made earlier and read later becomes the survivor; the open question moves to it."""
    arrive(project, ivy(weak_lead, 11))
    arrive(project, ivy(weak_lead, 10))
    project.settle_down()
    assert (follows(project, A), follows(project, B)) == ("", A)
    assert [review["lead"]["id"] for review in reviews(project)] == [A]
    assert project.writes_of_another_sync() == 0


def chain(make: Maker) -> list[Row]:
    """Three leads of one person: the first and the last have nothing in common but the one between them."""
    return [
        ivy(make, 10, Email="ivy.stone@stoneconsulting.com", Phone=None, Company="Stone Consulting"),
        ivy(make, 12, Email="istone@copperlane.com", Phone="+1 512 757 6000"),
        ivy(make, 13, Email="ivy.stone@stoneconsulting.com", Phone="+1 512 757 6000"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_chain_has_one_survivor_in_any_order(project: Project, order: Sequence[int]) -> None:
    """Leads that are linked through another one follow one survivor, however they come in."""
    leads = chain(weak_lead)
    for index in order:
        arrive(project, leads[index])
    project.settle_down()
    assert [follows(project, record) for record in (A, C, D)] == ["", A, A]
    assert len(reviews(project)) == 1
    assert project.writes_of_another_sync() == 0


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 1, 0)], ids=str)
def test_chain_becomes_one_contact(project: Project, order: Sequence[int]) -> None:
    """All leads of a chain that come together become one contact, whichever of them is read first."""
    leads = chain(demo_lead)
    arrive(project, *(leads[index] for index in order))
    project.settle_down()
    assert one_contact(project, A, C, D)


def test_contradiction_breaks_a_chain(project: Project) -> None:
    """A lead between two plainly different people joins neither silently: a person is asked, and no chain made."""
    leads = [
        weak_lead(10, "Jane", "Stone", "Copper Lane", Email="jane.stone@copperlane.com", Phone="+1 512 757 6001"),
        weak_lead(11, "J.", "Stone", "Copper Lane", Email=None, Phone="+1 512 757 6002", MobilePhone="+1 512 757 6001"),
        weak_lead(12, "John", "Stone", "Copper Lane", Email="john.stone@copperlane.com", Phone="+1 512 757 6002"),
    ]
    arrive(project, *leads)
    project.settle_down()
    assert (follows(project, B), follows(project, C)) in ((A, ""), ("", B))
    later = C if follows(project, B) else B
    asked = {review["lead"]["id"]: review for review in reviews(project)}
    assert A in [match["record"]["id"] for match in asked[later]["candidates"]]


def test_refusal_holds_for_the_duplicate_too(project: Project) -> None:
    """A contact that a person refused for a lead is not given to another lead of the same person either."""
    arrive(project, ivy(lead, 10, Email="ivy.stone@copperlane.example"))
    home = account(1, "Copper Lane")
    known = contact(2, "Ivy", "Stone", home, Email="ivy.stone@copperlane.example")
    project.load({"Account": [home], "Contact": [known]})
    project.advance(30)
    assert project.sync().code == 0
    said = project.run("matching", "judge", A, "different", known["Id"], "--by", "ann")
    assert said.code == 0, said.err
    arrive(project, ivy(demo_lead, 11, Email="ivy.stone@copperlane.example"))
    project.settle_down()
    assert not str(found(project, B)["ConvertedContactId"] or "").startswith(known["Id"])
    assert follows(project, B) == A
