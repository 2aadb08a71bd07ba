"""What people did in the CRM is read from it, and makes the next sync decide their leads anew."""

from __future__ import annotations

from tests.builders import Row, demo_lead, record_id

from .project import Project

ANN = f"{record_id('00Q', 10)}EAA"


def quiet_lead(number: int, first: str, last: str, company: str) -> Row:
    """A lead with a strong fit that asked for nothing: nurtured."""
    row = demo_lead(number, first, last, company)
    del row["Requested_Action__c"]
    return row


def test_new_task_converts_nurtured_lead(project: Project) -> None:
    """A demo request that turns up as a task converts a lead that was nurtured; nothing is written twice."""
    project.load({"Lead": [quiet_lead(10, "Ann", "Lee", "Northwind Tools")]})
    assert project.sync().route["verdicts"]["nurture"] == 1
    project.advance(60)
    asked = {"WhoId": ANN, "Subject": "Demo request", "Status": "Completed"}
    project.control("load", {"salesforce": {"Task": [asked]}})
    assert project.sync().route["redecided"]["convert"] == 1
    assert project.leftovers() == []
    assert project.writes_of_another_sync() == 0
