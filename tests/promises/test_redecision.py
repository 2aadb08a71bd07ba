"""A decision stands until one of its inputs changes; then the next sync carries out the new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import account, demo_lead, lead, record_id

from .project import Project

NewProject = Callable[[], Project]
IVY = f"{record_id('00Q', 10)}EAA"
SIS = f"{record_id('00Q', 11)}EAA"


def weak_lead(number: int, first: str, last: str, company: str, **fields: object) -> dict[str, object]:
    """A lead that asks for a demo without a strong fit: a person decides."""
    return lead(number, first, last, company, Requested_Action__c="Demo", **fields)


def found(project: Project, record: str) -> dict[str, Any]:
    """A lead as the org holds it."""
    return next(row for row in project.dump("Lead") if row["Id"] == record)


def reviews(project: Project) -> list[dict[str, Any]]:
    """The open questions."""
    listed: list[dict[str, Any]] = project.run("review", "list").json["reviews"]
    return listed


def decisions(project: Project) -> int:
    """How many decisions were ever made."""
    return int(project.rows("SELECT count(*) FROM decisions")[0][0])


@pytest.fixture
def asked(project: Project) -> Project:
    """A project with one lead that waits for a person's answer."""
    project.load({"Lead": [weak_lead(10, "Ivy", "Stone", "Copper Lane")]})
    assert project.sync().route["verdicts"]["review"] == 1
    assert len(reviews(project)) == 1
    return project


def answer(project: Project, *words: str) -> None:
    """Answer the only open question, as a person at the command line."""
    number = str(reviews(project)[0]["id"])
    done = project.run("review", "decide", number, *words, "--by", "Rita")
    assert done.code == 0, done.err


def test_answer_convert_is_carried_out(asked: Project) -> None:
    """The answer convert is carried out by the next sync, with no change in the CRM."""
    answer(asked, "convert")
    done = asked.sync()
    assert done.code == 0, done.err
    assert done.route["redecided"]["convert"] == 1
    assert found(asked, IVY)["IsConverted"] is True
    assert reviews(asked) == []
    assert asked.leftovers() == []
    assert asked.writes_of_another_sync() == 0


def test_answer_disqualify_is_carried_out(asked: Project) -> None:
    """The answer disqualify closes the lead with its reason, and stands."""
    answer(asked, "disqualify", "not-a-fit")
    assert asked.sync().code == 0
    closed = found(asked, IVY)
    assert closed["Status"] == "Closed - Not Converted"
    assert closed["Disqualification_Reason__c"] == "A person judged that we cannot help this company."
    assert asked.writes_of_another_sync() == 0
    assert reviews(asked) == []


def test_answer_nurture_is_final(asked: Project) -> None:
    """The answer nurture writes nothing and is not asked for again, whatever wakes the lead."""
    answer(asked, "nurture")
    assert asked.writes_of_another_sync() == 0
    asked.edit("mappings/policy.yaml", "levels: {strong: 55,", "levels: {strong: 54,")
    assert asked.writes_of_another_sync() == 0
    assert reviews(asked) == []
    assert asked.states()[IVY] == "decided"


def possible(project: Project) -> None:
    """A lead whose company may be a known account."""
    project.load({"Account": [account(1, "Harbor Grid Works", Website=None)]})
    project.load({"Lead": [demo_lead(10, "Ivy", "Stone", "Harbor Grid Worx", Email="ivy@hgw-mail.example")]})
    assert project.sync().route["linkage"]["possible"] == 1


def test_answer_same_is_carried_out(project: Project) -> None:
    """The answer same attaches the lead to the candidate."""
    possible(project)
    answer(project, "same")
    assert project.sync().code == 0
    assert found(project, IVY)["ConvertedAccountId"] == f"{record_id('001', 1)}AAA"
    assert project.writes_of_another_sync() == 0


def test_answer_different_is_carried_out(project: Project) -> None:
    """The answer different makes the company a new one, and the pair is never asked about again."""
    possible(project)
    answer(project, "different")
    assert project.sync().code == 0
    assert found(project, IVY)["ConvertedAccountId"] != f"{record_id('001', 1)}AAA"
    assert len(project.dump("Account")) == 2
    assert reviews(project) == []
    assert project.writes_of_another_sync() == 0


def test_policy_edit_is_carried_out(asked: Project) -> None:
    """An edited policy is applied to leads that stand decided, and closes the question it answers."""
    asked.edit("mappings/policy.yaml", "levels: {strong: 55, middling: 25,", "levels: {strong: 5, middling: 4,")
    done = asked.sync()
    assert done.code == 0, done.err
    assert found(asked, IVY)["IsConverted"] is True
    assert reviews(asked) == []
    assert asked.writes_of_another_sync() == 0


def test_policy_edit_keeps_what_was_closed(project: Project) -> None:
    """A lead that we disqualified keeps its reason when the policy is edited; nothing is written again."""
    project.load({"Lead": [lead(10, "Ivy", "Stone", "Copper Lane", Title="Student")]})
    assert project.sync().code == 0
    before = found(project, IVY)
    project.edit("mappings/policy.yaml", "levels: {strong: 55,", "levels: {strong: 54,")
    assert project.writes_of_another_sync() == 0
    assert found(project, IVY) == before


def test_mapping_edit_is_carried_out(project: Project) -> None:
    """An edited mapping is applied to leads that stand decided, also where it reads a field never read before."""
    project.load(
        {"Lead": [demo_lead(10, "Ivy", "Stone", "Copper Lane", Requested_Action__c=None, EmailBouncedReason="demo")]}
    )
    assert project.sync().route["verdicts"]["nurture"] == 1
    project.advance(7200)  # another lead moves the bookmark far beyond what every pull reads again
    project.load({"Lead": [lead(9, "Gus", "Ferro", "Plain Bakery")]})
    project.advance(5)
    assert project.sync().route["pulled"] == 1
    source = "      - { field: Description, transforms: [requested_action_in_text] }"
    more = "      - { field: EmailBouncedReason, transforms: [requested_action_in_text], optional: true }\n"
    project.edit("mappings/salesforce/lead.yaml", source, more + source)
    project.edit("mappings/salesforce/lead.yaml", "  EmailBouncedReason:", "  OtherField:")
    done = project.sync()
    assert done.code == 0, done.err
    assert found(project, IVY)["IsConverted"] is True
    assert project.writes_of_another_sync() == 0


def test_account_mapping_edit_is_carried_out(project: Project) -> None:
    """An edited account mapping holds for accounts read long ago: one of them is now seen to be the lead's firm."""
    project.load({"Account": [account(1, "Harbor Grid Works", Website=None, TickerSymbol="hgw-mail.example")]})
    project.load({"Lead": [weak_lead(10, "Ivy", "Stone", "Copper Lane", Email="ivy@hgw-mail.example")]})
    assert project.sync().route["linkage"]["new"] == 1
    project.advance(7200)
    project.load({"Account": [account(2, "Fjord Systems")], "Lead": [lead(9, "Gus", "Ferro", "Plain Bakery")]})
    project.advance(5)
    assert project.sync().route["pulled"] == 1
    project.edit("mappings/salesforce/account.yaml", "  website: Website", "  website: TickerSymbol")
    project.edit("mappings/salesforce/account.yaml", "  TickerSymbol:", "  Website:")
    done = project.sync()
    assert done.code == 0, done.err
    candidates = [match["record"]["id"] for match in reviews(project)[0]["candidates"]]
    assert candidates == [f"{record_id('001', 1)}AAA"]
    assert project.writes_of_another_sync() == 0


def test_matched_record_changes(project: Project) -> None:
    """When the record in question changes so that the answer is clear, the next sync carries it out."""
    possible(project)
    change = {"Name": "Harbor Grid Worx", "Website": "https://hgw-mail.example"}
    project.side_door("edit", "Account", f"{record_id('001', 1)}AAA", set=change)
    project.advance(5)
    assert project.sync().code == 0
    assert found(project, IVY)["ConvertedAccountId"] == f"{record_id('001', 1)}AAA"
    assert reviews(project) == []


def test_irrelevant_change_asks_nothing(project: Project) -> None:
    """A change of the matched record that settles nothing costs no write and no second question."""
    possible(project)
    first = reviews(project)
    project.side_door("edit", "Account", f"{record_id('001', 1)}AAA", set={"Fax": "+1 512 757 9000"})
    project.advance(5)
    assert project.writes_of_another_sync() == 0
    assert [review["id"] for review in reviews(project)] == [review["id"] for review in first]


def test_time_alone_changes_the_answer(project: Project) -> None:
    """When a request has grown too old to count, the lead is looked at again and the question is closed."""
    now = project.sandbox.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    project.load({"Lead": [weak_lead(10, "Ivy", "Stone", "Copper Lane", Requested_At__c=now)]})
    assert project.sync().route["verdicts"]["review"] == 1
    project.advance(61 * 86400)
    done = project.sync()
    assert done.code == 0, done.err
    assert done.route["redecided"]["nurture"] == 1
    assert reviews(project) == []
    assert project.writes_of_another_sync() == 0


def test_unchanged_lead_is_left_alone(asked: Project) -> None:
    """A lead of which nothing changed costs no decision, no write and no second question."""
    made, questions = decisions(asked), reviews(asked)
    for _ in range(3):
        asked.advance(30)
        assert asked.writes_of_another_sync() == 0
    assert decisions(asked) == made
    assert reviews(asked) == questions


def test_touched_lead_is_left_alone(asked: Project) -> None:
    """A lead whose change stamp moved while its content did not is not decided again."""
    made = decisions(asked)
    asked.side_door("edit", "Lead", IVY, set={"Company": "Copper Lane"})
    asked.advance(5)
    assert asked.writes_of_another_sync() == 0
    assert decisions(asked) == made


def test_duplicate_follows_its_survivor(asked: Project) -> None:
    """A duplicate opens no question of its own and follows when its survivor is converted later."""
    asked.advance(30)
    asked.load({"Lead": [weak_lead(11, "Ivy", "Stone", "Copper Lane")]})
    asked.advance(5)
    assert asked.sync().route["linkage"]["lead"] == 1
    assert len(reviews(asked)) == 1
    answer(asked, "convert")
    done = asked.sync()
    assert done.code == 0, done.err
    both = [found(asked, IVY), found(asked, SIS)]
    assert all(row["IsConverted"] for row in both)
    assert len({row["ConvertedContactId"] for row in both}) == 1
    assert len(asked.dump("Contact")) == 1
    assert len(asked.dump("Opportunity")) == 1
    assert asked.leftovers() == []
    assert asked.writes_of_another_sync() == 0


def test_duplicate_follows_a_person(asked: Project) -> None:
    """When a person converts the survivor in the CRM, its duplicate joins the contact that came of it."""
    asked.advance(30)
    asked.load({"Lead": [weak_lead(11, "Ivy", "Stone", "Copper Lane")]})
    asked.advance(5)
    assert asked.sync().route["linkage"]["lead"] == 1
    asked.side_door("convert_elsewhere", "Lead", IVY)
    asked.advance(5)
    asked.settle_down()
    theirs, ours = found(asked, IVY), found(asked, SIS)
    assert ours["ConvertedContactId"] == theirs["ConvertedContactId"]
    assert len(asked.dump("Contact")) == 1
    assert reviews(asked) == []


def test_deleted_lead_closes_its_question(asked: Project) -> None:
    """A lead that is deleted in the CRM leaves the queue; undeleted or changed later it would come back."""
    asked.side_door("delete", "Lead", IVY)
    asked.advance(5)
    assert asked.writes_of_another_sync() == 0
    assert reviews(asked) == []
    assert asked.states()[IVY] == "gone"
