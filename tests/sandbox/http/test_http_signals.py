"""What people did, as Salesforce tells it over HTTP: tasks, events, memberships, stage history, last activity."""

from __future__ import annotations

from typing import Any

import pytest
from simple_salesforce.api import Salesforce

from tests.sandbox_caller import Caller
from tests.strangers.test_simple_salesforce import LoopbackSession

TASKS = (
    "SELECT Id, WhoId, WhatId, AccountId, TaskSubtype, Type, Status, Subject, IsClosed, ActivityDate,"
    " CompletedDateTime, CreatedDate, LastModifiedDate, SystemModstamp, IsDeleted FROM Task"
    " WHERE SystemModstamp >= 2026-03-01T00:00:00Z ORDER BY SystemModstamp, Id"
)
EVENTS = (
    "SELECT Id, WhoId, WhatId, AccountId, Type, EventSubtype, Subject, StartDateTime, EndDateTime, ActivityDateTime,"
    " ActivityDate, SystemModstamp, IsDeleted FROM Event ORDER BY SystemModstamp, Id"
)
MEMBERS = (
    "SELECT Id, LeadId, ContactId, LeadOrContactId, Type, Status, HasResponded, FirstRespondedDate, CampaignId,"
    " Campaign.Name, Campaign.Type, SystemModstamp, IsDeleted FROM CampaignMember ORDER BY SystemModstamp, Id"
)


@pytest.fixture
def noon(caller: Caller) -> Caller:
    """A caller of an org whose clock stands near noon of 2 March 2026."""
    caller.control("POST", "clock", {"now": "2026-03-02T12:00:00Z"})
    return caller


def _make(caller: Caller, name: str, **fields: object) -> str:
    answer = caller.post(f"sobjects/{name}", fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _one(caller: Caller, soql: str) -> dict[str, Any]:
    records = caller.query(soql)["records"]
    assert len(records) == 1, records
    found: dict[str, Any] = records[0]
    return found


def _last(caller: Caller, name: str, record_id: str) -> object:
    return caller.get(f"sobjects/{name}/{record_id}?fields=LastActivityDate").json()["LastActivityDate"]


def test_task_tells_when_it_was_done(noon: Caller) -> None:
    """A task completed later bears that moment; a deleted one is left to queryAll."""
    lead = noon.lead()
    task = _make(noon, "Task", WhoId=lead, Subject="Call", TaskSubtype="Call", Type="Call", ActivityDate="2026-03-01")
    assert (_one(noon, TASKS)["IsClosed"], _one(noon, TASKS)["CompletedDateTime"]) == (False, None)
    noon.control("POST", "clock", {"now": "2026-03-03T08:00:00Z"})
    noon.patch(f"sobjects/Task/{task}", {"Status": "Completed"})
    done = _one(noon, TASKS)
    assert (done["WhoId"], done["IsClosed"], done["TaskSubtype"], done["AccountId"]) == (lead, True, "Call", None)
    assert done["CompletedDateTime"].startswith("2026-03-03T08:00:0")
    noon.delete(f"sobjects/Task/{task}")
    assert noon.query(TASKS)["records"] == []
    gone = noon.get("queryAll", params={"q": TASKS}).json()["records"]
    assert [(row["Id"], row["IsDeleted"]) for row in gone] == [(task, True)]


def test_conversion_carries_activities_over(noon: Caller) -> None:
    """Open and closed tasks, events and memberships of a lead become the contact's; the member still names the lead."""
    lead, campaign = noon.lead(), _make(noon, "Campaign", Name="Spring webinar", Type="Webinar")
    _make(noon, "Task", WhoId=lead, Subject="Email", TaskSubtype="Email", Status="Completed", ActivityDate="2026-02-27")
    _make(noon, "Task", WhoId=lead, Subject="Other", ActivityDate="2026-03-20")
    _make(noon, "Event", WhoId=lead, Subject="Meeting", StartDateTime="2026-03-04T09:00:00Z", DurationInMinutes=30)
    _make(noon, "CampaignMember", CampaignId=campaign, LeadId=lead, Status="Responded")
    assert _last(noon, "Lead", lead) == "2026-03-04"
    assert noon.convert(lead).status_code == 200
    converted = _one(noon, "SELECT ConvertedContactId, ConvertedAccountId, ConvertedOpportunityId FROM Lead")
    contact, account, deal = (converted[f"Converted{name}Id"] for name in ("Contact", "Account", "Opportunity"))
    for row in [*noon.query(TASKS)["records"], _one(noon, EVENTS)]:
        assert (row["WhoId"], row["WhatId"], row["AccountId"]) == (contact, deal, account)
    member = _one(noon, MEMBERS)
    assert (member["LeadId"], member["ContactId"], member["LeadOrContactId"]) == (lead, contact, contact)
    assert (member["HasResponded"], member["FirstRespondedDate"]) == (True, "2026-03-02")
    assert (member["Campaign"]["Name"], member["Campaign"]["Type"]) == ("Spring webinar", "Webinar")
    records = {"Contact": contact, "Account": account, "Opportunity": deal}
    assert {_last(noon, name, record_id) for name, record_id in records.items()} == {"2026-03-04"}


def test_merge_carries_activities_over(noon: Caller) -> None:
    """What was done with the loser was done with the winner."""
    winner, loser = noon.lead(), noon.lead(LastName="Okafor II")
    campaign = _make(noon, "Campaign", Name="Fair")
    _make(noon, "Task", WhoId=loser, Subject="Call", Status="Completed", ActivityDate="2026-02-20")
    _make(noon, "CampaignMember", CampaignId=campaign, LeadId=loser)
    noon.faults({"operation": "query", "times": 1, "action": "merge", "object": "Lead", "id": loser, "into": winner})
    assert _one(noon, TASKS)["WhoId"] == winner
    assert (_one(noon, MEMBERS)["LeadId"], _one(noon, MEMBERS)["LeadOrContactId"]) == (winner, winner)
    assert _last(noon, "Lead", winner) == "2026-02-20"


def test_last_activity_counts_done_tasks_and_events(noon: Caller) -> None:
    """The latest day of done tasks and of events, also to come; an open task never counts, no stamp moves."""
    account = _make(noon, "Account", Name="Acme")
    deal = _make(noon, "Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-06-30", AccountId=account)
    before = _one(noon, "SELECT SystemModstamp FROM Account")
    noon.control("POST", "clock", {"advance": 60})
    open_task = _make(noon, "Task", WhatId=deal, Subject="Call", ActivityDate="2026-04-01")
    assert _last(noon, "Opportunity", deal) is None
    _make(noon, "Task", WhatId=deal, Subject="Call", ActivityDate="2026-02-01", Status="Completed")
    event = _make(noon, "Event", WhatId=deal, Subject="Meeting", StartDateTime="2026-03-09T09:00Z", DurationInMinutes=5)
    assert (_last(noon, "Opportunity", deal), _last(noon, "Account", account)) == ("2026-03-09", "2026-03-09")
    noon.delete(f"sobjects/Event/{event}")
    assert (_last(noon, "Opportunity", deal), _last(noon, "Account", account)) == ("2026-02-01", "2026-02-01")
    noon.patch(f"sobjects/Task/{open_task}", {"Status": "Completed"})
    assert _last(noon, "Account", account) == "2026-04-01"
    assert _one(noon, "SELECT SystemModstamp FROM Account") == before


def test_stranger_reads_tasks_and_stages(noon: Caller) -> None:
    """simple-salesforce, unmodified, reads tasks and the stage history page by page."""
    lead = noon.lead()
    _make(noon, "Task", WhoId=lead, Subject="Call", Status="Completed")
    deal = _make(noon, "Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-06-30", Amount=10)
    noon.patch(f"sobjects/Opportunity/{deal}", {"StageName": "Closed Won"})
    client = Salesforce(
        instance_url=noon.base_url, session_id=noon.token, session=LoopbackSession(noon.base_url), version="62.0"
    )
    assert [row["WhoId"] for row in client.query_all_iter(TASKS)] == [lead]
    soql = (
        f"SELECT StageName, Amount FROM OpportunityHistory WHERE OpportunityId IN ('{deal}') ORDER BY CreatedDate, Id"
    )
    rows = client.query_all(soql, include_deleted=True)["records"]
    assert [(row["StageName"], row["Amount"]) for row in rows] == [("Prospecting", 10), ("Closed Won", 10)]
    described = client.restful("sobjects/OpportunityHistory/describe")
    assert isinstance(described, dict)
    assert (described["createable"], described["queryable"], described["keyPrefix"]) == (False, True, "008")
    stages = client.query("SELECT ApiName, IsClosed, IsWon FROM OpportunityStage ORDER BY SortOrder")["records"]
    assert [row["ApiName"] for row in stages[:2]] == ["Prospecting", "Qualification"]
    assert [(row["IsClosed"], row["IsWon"]) for row in stages[-2:]] == [(True, True), (True, False)]
