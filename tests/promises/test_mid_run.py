"""What goes wrong while a run is at work: sessions, quotas, outages, locks, refusals, and other people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.config import load_config
from connector.wiring import open_house
from tests.builders import account, demo_lead, lead, record_id, ten_leads

from .project import Fault, Project, difference

NewProject = Callable[[], Project]

VERIFYING = 8  # the first of the three reads that check a plan of the ten leads just before it is applied
CONVERTING = 2  # the write call that converts most of the ten leads
HAL = f"{record_id('00Q', 9)}EAA"
EVE = f"{record_id('00Q', 5)}EAA"
CAY = f"{record_id('00Q', 3)}EAA"
HARBOR = f"{record_id('001', 1)}AAA"


@pytest.fixture(scope="module")
def good() -> dict[str, dict[str, list[str]]]:
    """The org after an undisturbed run of the ten leads, kept for the module."""
    return {}


@pytest.fixture
def expected(good: dict[str, dict[str, list[str]]], new_project: NewProject) -> dict[str, list[str]]:
    """The org after an undisturbed run of the ten leads."""
    if not good:
        project = new_project()
        project.load(ten_leads())
        assert project.sync().code == 0
        good.update(org=project.records())
    return good["org"]


@pytest.fixture
def ten(expected: dict[str, list[str]], new_project: NewProject) -> Project:
    """A project on an org with the ten leads."""
    project = new_project()
    project.load(ten_leads())
    return project


def row(project: Project, object_name: str, record: str) -> dict[str, object]:
    """One live record of the org."""
    return next(found for found in project.dump(object_name) if found["Id"] == record)


@pytest.mark.fault
def test_session_expires_at_any_call(new_project: NewProject, expected: dict[str, list[str]]) -> None:
    """Whichever call finds the session ended, one new login later the run goes on as if nothing had been."""
    for nth in range(2, 14):
        project = new_project()
        project.load(ten_leads())
        project.faults({"operation": "any", "nth": nth, "action": "expire_session"})
        answer = project.sync()
        assert answer.code == 0, answer.err
        assert len(project.calls("login")) == 2
        assert difference(expected, project.records()) == []
        assert project.leftovers() == []


@pytest.mark.fault
@pytest.mark.parametrize("operation", ["read", "write"])
def test_outage_then_recovery(ten: Project, expected: dict[str, list[str]], operation: str) -> None:
    """A CRM that answers 503 for a while is asked again, and a write that it may have taken is looked up first."""
    ten.faults({"operation": operation, "nth": [2, 3], "action": "status", "status": 503})
    answer = ten.sync()
    assert answer.code in (0, 1), answer.err
    ten.faults()
    ten.settle_down()
    assert difference(expected, ten.records()) == []


@pytest.mark.fault
def test_long_outage_stops_the_run(ten: Project, expected: dict[str, list[str]]) -> None:
    """When the CRM stays away the run ends with 69 after few tries, and a later one does all of it."""
    ten.faults({"operation": "read", "action": "status", "status": 503})
    assert ten.sync().code == 69
    assert 2 < len(ten.calls()) <= 10
    ten.faults()
    ten.settle_down()
    assert difference(expected, ten.records()) == []


@pytest.mark.fault
@pytest.mark.parametrize("nth", range(1, 6))
def test_quota_spent_then_resumed(ten: Project, expected: dict[str, list[str]], nth: int) -> None:
    """A spent call limit stops the run with 75 at once; the next run loses and repeats nothing."""
    ten.faults({"operation": "write", "nth": nth, "action": "quota", "used": 100, "max": 100})
    assert ten.sync().code == 75
    assert len(ten.calls("write")) == nth
    ten.faults({"operation": "any", "nth": 1, "action": "quota", "used": 0, "max": 100000})
    ten.settle_down()
    assert difference(expected, ten.records()) == []


@pytest.mark.fault
@pytest.mark.parametrize("operation", ["convertLead", "write"])
def test_locked_row_is_tried_again(ten: Project, expected: dict[str, list[str]], operation: str) -> None:
    """A row that somebody holds for a moment is sent again after a wait, within the same run."""
    before = ten.sandbox.clock.now()
    locked: Fault = {"action": "row_error", "rows": [0], "code": "UNABLE_TO_LOCK_ROW", "message": "held"}
    ten.faults({"operation": operation, "times": 3, **locked})
    answer = ten.sync()
    assert answer.code == 0, answer.err
    assert ten.sandbox.clock.now() > before
    assert difference(expected, ten.records()) == []
    assert ten.leftovers() == []


@pytest.mark.fault
def test_row_locked_for_ever_is_parked(ten: Project) -> None:
    """A row that stays locked ends in the dead letters; the others are done."""
    locked: Fault = {"action": "row_error", "rows": [0], "code": "UNABLE_TO_LOCK_ROW", "message": "held"}
    ten.faults({"operation": "convertLead", **locked})
    answer = ten.sync()
    assert answer.code == 1
    assert answer.route["parked"] >= 1
    letters = ten.run("dead-letters", "list").json["dead_letters"]
    assert {problem["code"] for letter in letters for problem in letter["problems"]} == {"UNABLE_TO_LOCK_ROW"}


@pytest.mark.fault
def test_one_rejected_row_is_parked_alone(ten: Project, expected: dict[str, list[str]]) -> None:
    """One row that the CRM refuses is one dead letter with the CRM's code; the rest of the batch is done."""
    refused: Fault = {"action": "row_error", "rows": [4], "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "no"}
    ten.faults({"operation": "convertLead", "nth": 1, **refused})
    answer = ten.sync()
    assert answer.code == 1
    assert answer.route["parked"] == 1
    letters = ten.run("dead-letters", "list").json["dead_letters"]
    assert [problem["code"] for letter in letters for problem in letter["problems"]] == [refused["code"]]
    assert ten.states()[HAL] == "dead"
    assert ten.writes_of_another_sync() == 0
    ten.run("dead-letters", "retry", str(letters[0]["id"]))
    ten.settle_down()
    assert difference(expected, ten.records()) == []
    assert ten.run("dead-letters", "list").json["dead_letters"] == []


@pytest.mark.fault
def test_follower_of_a_refused_lead(ten: Project) -> None:
    """When the lead that opens a company's account is refused, the other lead of the company opens it."""
    refused: Fault = {"action": "row_error", "rows": [2], "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "no"}
    ten.faults({"operation": "convertLead", "nth": 1, **refused})
    assert ten.sync().code == 1
    assert ten.states()[f"{record_id('00Q', 1)}EAA"] == "dead"
    ten.settle_down()
    second = row(ten, "Lead", f"{record_id('00Q', 2)}EAA")
    assert second["IsConverted"] is True
    assert second["ConvertedOpportunityId"]
    assert len([found for found in ten.dump("Account") if found["Name"] == "Northwind Tools"]) == 1


@pytest.mark.fault
def test_rejected_stamp_is_retried(ten: Project, expected: dict[str, list[str]]) -> None:
    """A conversion whose mark the CRM refuses is parked, and a retry writes the mark without converting again."""
    refused: Fault = {"action": "row_error", "rows": [0], "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "no"}
    ten.faults({"operation": "write", "nth": 3, **refused})
    answer = ten.sync()
    assert answer.code == 1
    assert ten.writes_of_another_sync() == 0
    letters = ten.run("dead-letters", "list").json["dead_letters"]
    assert len(letters) == 1
    ten.run("dead-letters", "retry", str(letters[0]["id"]))
    since = len(ten.sandbox.calls())
    ten.settle_down()
    assert [call["operation"] for call in ten.calls("write", since)] == ["composite"]
    assert difference(expected, ten.records()) == []
    assert ten.run("dead-letters", "list").json["dead_letters"] == []


@pytest.mark.fault
@pytest.mark.parametrize("when", [("read", VERIFYING), ("write", CONVERTING)], ids=["before-check", "after-check"])
def test_converted_by_a_person_meanwhile(ten: Project, when: tuple[str, int]) -> None:
    """A lead that a person converts between plan and apply is adopted as it is: nothing of ours is added."""
    ten.faults(
        {"operation": when[0], "nth": when[1], "action": "convert_elsewhere", "object": "Lead", "id": HAL},
    )
    answer = ten.sync()
    assert answer.code == 0, answer.err
    theirs = row(ten, "Account", str(row(ten, "Lead", HAL)["ConvertedAccountId"]))
    assert not theirs.get("Connector_Key__c")
    assert len([found for found in ten.dump("Account") if found["Name"] == "Fjord Systems"]) == 1
    assert ten.states()[HAL] == "done"
    assert ten.leftovers() == []
    assert ten.writes_of_another_sync() == 0
    kept = ten.rows("SELECT ref.record_id FROM crosswalk ref WHERE key = ?", f"salesforce:{HAL}:account")
    assert kept == [(theirs["Id"],)]


@pytest.mark.fault
@pytest.mark.parametrize("when", [("read", VERIFYING), ("write", CONVERTING)], ids=["before-check", "after-check"])
def test_account_deleted_meanwhile(ten: Project, when: tuple[str, int]) -> None:
    """When the account goes away under a plan, its leads are looked at again and get the right home next time."""
    ten.faults({"operation": when[0], "nth": when[1], "action": "delete", "object": "Account", "id": HARBOR})
    answer = ten.sync()
    assert answer.code == 1, answer.err
    assert f"salesforce:Lead:{CAY}" in answer.route["stale"]
    ten.faults()
    ten.settle_down()
    home = row(ten, "Account", str(row(ten, "Lead", CAY)["ConvertedAccountId"]))
    assert home["Id"] != HARBOR
    assert home["Connector_Key__c"] == f"salesforce:{CAY}:account"
    assert ten.run("dead-letters", "list").json["dead_letters"] == []


@pytest.mark.fault
@pytest.mark.parametrize("when", [("read", VERIFYING), ("write", CONVERTING)], ids=["before-check", "after-check"])
def test_account_merged_meanwhile(ten: Project, when: tuple[str, int]) -> None:
    """When the account is merged away under a plan, its leads go to the survivor next time."""
    other = account(2, "Harbor Grid Holding")
    ten.load({"Account": [other]})
    survivor = f"{other['Id']}AAA"
    merge: Fault = {"action": "merge", "object": "Account", "id": HARBOR, "into": survivor}
    ten.faults({"operation": when[0], "nth": when[1], **merge})
    assert ten.sync().code == 1
    ten.faults()
    ten.settle_down()
    assert row(ten, "Lead", CAY)["ConvertedAccountId"] == survivor
    assert ten.run("dead-letters", "list").json["dead_letters"] == []


@pytest.mark.fault
def test_lead_edited_meanwhile(ten: Project) -> None:
    """A lead that a person changes between read and write is not overwritten, and is decided as it is now."""
    change: Fault = {"action": "edit", "object": "Lead", "id": EVE, "set": {"Title": "VP Finance"}}
    ten.faults({"operation": "read", "nth": VERIFYING, **change})
    answer = ten.sync()
    assert answer.code == 1
    assert list(answer.route["stale"]) == [f"salesforce:Lead:{EVE}"]
    assert row(ten, "Lead", EVE)["Status"] == "Open - Not Contacted"
    ten.faults()
    ten.settle_down()
    assert row(ten, "Lead", EVE)["Status"] == "Open - Not Contacted"
    assert row(ten, "Lead", EVE)["Title"] == "VP Finance"


@pytest.mark.fault
def test_lead_edited_before_conversion(ten: Project) -> None:
    """A lead that stops deserving its conversion between read and write is not converted."""
    change: Fault = {"action": "edit", "object": "Lead", "id": HAL, "set": {"Title": "Student"}}
    ten.faults({"operation": "read", "nth": VERIFYING, **change})
    assert ten.sync().code == 1
    ten.faults()
    ten.settle_down()
    found = row(ten, "Lead", HAL)
    assert found["IsConverted"] is False
    assert found["Status"] == "Closed - Not Converted"


@pytest.mark.fault
def test_late_visible_lead_is_read_once(project: Project) -> None:
    """A lead that becomes visible behind the bookmark is still read, once, and converted once."""
    late, soon = demo_lead(1, "Ada", "Marsh", "Northwind Tools"), demo_lead(2, "Hal", "Ibsen", "Fjord Systems")
    project.load({"Lead": [late]})
    hidden: Fault = {"action": "late_visible", "seconds": 120, "object": "Lead", "id": f"{late['Id']}EAA"}
    project.faults({"operation": "any", "nth": 1, **hidden})
    assert project.sync().route["pulled"] == 0
    project.advance(30)
    project.load({"Lead": [soon]})
    project.advance(5)
    assert project.sync().route["pulled"] == 1
    project.advance(120)
    assert project.sync().route["pulled"] == 1
    assert len(project.dump("Account")) == 2
    assert project.sync().route["pulled"] == 0
    assert project.leftovers() == []


@pytest.mark.fault
def test_equal_timestamps_are_read_once(project: Project) -> None:
    """Leads that share one change stamp are all read, once each, also those that appear after the first pull."""
    stamp = {"SystemModstamp": "2026-01-05T10:00:00.000Z", "CreatedDate": "2026-01-05T10:00:00.000Z"}
    leads = [lead(n, f"Zoe{n}", "Quist", f"Firm {'abcdefghijkl'[n]} Works", **stamp) for n in range(12)]
    project.control("clock", {"now": "2026-01-05T10:00:01.000Z"})
    project.load({"Lead": leads[::2]})
    assert project.sync().route["pulled"] == 6
    project.load({"Lead": leads[1::2]})
    project.advance(5)
    answer = project.sync()
    assert answer.route["pulled"] == 6
    assert answer.route["completeness"]["complete"]
    assert project.sync().route["pulled"] == 0


@pytest.mark.fault
def test_duplicate_rule_asks_a_person(ten: Project) -> None:
    """A lead that the CRM's own duplicate rule stops goes to review, is not forced through, and is not sent again."""
    stopped: Fault = {"action": "row_error", "rows": [4], "code": "DUPLICATES_DETECTED", "message": "Use one of these"}
    ten.faults({"operation": "convertLead", "nth": 1, **stopped})
    answer = ten.sync()
    assert answer.code == 0, answer.err
    reviews = ten.run("review", "list").json["reviews"]
    assert any("duplicate rule" in review["question"] for review in reviews)
    assert ten.run("dead-letters", "list").json["dead_letters"] == []
    assert ten.leftovers() == []
    assert ten.writes_of_another_sync() == 0


@pytest.mark.fault
def test_wrong_org_is_refused(ten: Project) -> None:
    """A state that belongs to another org writes nothing into this one: exit 76."""
    assert ten.sync("--dry-run").code == 0
    import sqlite3

    with sqlite3.connect(ten.folder / "state" / "connector.db") as database:
        database.execute("UPDATE connections SET org_id = '00D000000000001AAA'")
    database.close()
    assert ten.sync().code == 76
    assert ten.calls("write") == []


@pytest.mark.fault
def test_mass_change_waits_for_a_word(ten: Project, expected: dict[str, list[str]]) -> None:
    """More changes than allowed are refused with 76 and nothing written; with the word given all are made."""
    line = "    schedule: every 15 minutes\n"
    ten.edit("connector.yaml", line, f"{line}    limits: {{max_changes: 5}}\n")
    assert ten.sync().code == 76
    assert ten.calls("write") == []
    assert ten.sync().code == 76
    assert ten.sync("--accept-mass-change").code == 0
    assert difference(expected, ten.records()) == []
    assert ten.leftovers() == []


@pytest.mark.fault
def test_second_writer_stops(ten: Project) -> None:
    """While one run holds the lease a second one ends with 75 and sends nothing."""
    with open_house(load_config(ten.config)) as house, house.store.lease.hold("another run"):
        assert ten.sync().code == 75
    assert ten.calls() == []
    assert ten.sync().code == 0


@pytest.mark.fault
def test_late_apply_is_waited_for(ten: Project, expected: dict[str, list[str]]) -> None:
    """A write that the server carries out long after we gave up is not sent again while it may still come."""
    ten.edit("connector.yaml", "settle_after: 1 ", "settle_after: 60 ")
    ten.faults({"operation": "convertLead", "nth": 1, "action": "apply_late", "seconds": 40})
    answer = ten.sync()
    assert answer.code == 1
    assert answer.route["waiting"]
    ten.faults()
    ten.advance(20)
    since = len(ten.sandbox.calls())
    assert ten.sync().code == 1
    assert [call for call in ten.calls("write", since) if call["operation"] == "convertLead"] == []
    ten.advance(25)
    ten.settle_down()
    assert difference(expected, ten.records()) == []
    assert ten.writes_of_another_sync() == 0


@pytest.mark.fault
def test_lost_write_is_sent_after_settling(ten: Project, expected: dict[str, list[str]]) -> None:
    """A conversion that never arrived is sent again only when the settle time has passed on the CRM's clock."""
    ten.edit("connector.yaml", "settle_after: 1 ", "settle_after: 60 ")
    ten.faults({"operation": "convertLead", "nth": 1, "action": "drop_before_apply"})
    assert ten.sync().code == 1
    ten.faults()
    ten.advance(30)
    since = len(ten.sandbox.calls())
    assert ten.sync().code == 1
    assert ten.calls("write", since) == []
    ten.advance(31)
    ten.settle_down()
    assert difference(expected, ten.records()) == []
