"""Calls, meetings, tasks, notes and e-mails of a lead: listed by when they changed, deleted ones too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller

ACTIVITIES: dict[str, dict[str, object]] = {
    "Calls": {"status": "Held", "direction": "Outbound", "date_start": "2026-02-20T09:00:00+00:00"},
    "Meetings": {"status": "Held", "date_start": "2026-02-21T09:00:00+00:00", "duration_minutes": 30},
    "Tasks": {"status": "Completed", "date_due": "2026-02-22T09:00:00+00:00"},
    "Notes": {"description": "spoke at the fair"},
    "Emails": {"type": "inbound", "status": "replied", "state": "Archived", "date_sent": "2026-02-23T09:00:00+00:00"},
}


@pytest.mark.parametrize("module", ACTIVITIES)
def test_activities_belong_to_their_parent(sugar: SugarCaller, module: str) -> None:
    """An activity is told by parent_type and parent_id, and stands behind its parent's link."""
    lead = sugar.lead()
    made = sugar.create(module, name="One", parent_type="Leads", parent_id=lead, **ACTIVITIES[module])
    sugar.create(module, name="Other", parent_type="Accounts", parent_id=sugar.create("Accounts", name="Acme"))
    found = sugar.filter(module, {"parent_type": "Leads"}, {"parent_id": {"$in": [lead]}}).json()["records"]
    assert [(row["id"], row["parent_type"], row["parent_id"]) for row in found] == [(made, "Leads", lead)]
    assert all(found[0][name] == value for name, value in ACTIVITIES[module].items())
    link = {"Calls": "oldcalls", "Meetings": "oldmeetings"}.get(module, module.lower())
    assert [row["id"] for row in sugar.get(f"Leads/{lead}/link/{link}").json()["records"]] == [made]


def test_changed_calls_page_by_keyset(sugar: SugarCaller) -> None:
    """Calls changed since a moment come ordered by change and id, also across equal stamps, deleted ones among them."""
    stamps = ["2026-03-01 08:00:00", *["2026-03-01 09:00:00"] * 3]
    rows: list[dict[str, object]] = [
        {"id": f"call-{number}", "name": "C", "date_modified": stamp, "deleted": number == 2}
        for number, stamp in enumerate(stamps)
    ]
    sugar.load(Calls=rows[::-1])
    seen: list[Any] = []
    condition: dict[str, object] = {"date_modified": {"$gte": "2026-03-01T08:30:00+00:00"}}
    while page := _page(sugar, condition):
        seen += page
        at = page[-1]["date_modified"]
        ties = {"$and": [{"date_modified": {"$equals": at}}, {"id": {"$gt": page[-1]["id"]}}]}
        condition = {"$or": [{"date_modified": {"$gt": at}}, ties]}
    assert [(row["id"], row["deleted"]) for row in seen] == [("call-1", False), ("call-2", True), ("call-3", False)]


def _page(sugar: SugarCaller, condition: dict[str, object]) -> list[dict[str, Any]]:
    more = {"order_by": "date_modified:ASC,id:ASC", "max_num": 2, "deleted": 1, "fields": "id,date_modified,deleted"}
    records: list[dict[str, Any]] = sugar.filter("Calls", condition, **more).json()["records"]
    return records


def test_invited_people_are_linked(sugar: SugarCaller) -> None:
    """A meeting about an account names the leads and contacts who were there, as loaded or related."""
    lead, contact, guest = sugar.lead(), sugar.create("Contacts", last_name="Field"), sugar.lead(last_name="Late")
    given: dict[str, object] = {"name": "M", "status": "Held", "lead_ids": [lead], "contact_ids": [contact]}
    meeting = sugar.load(Meetings=[given])["Meetings"][0]["id"]
    sugar.post(f"Leads/{guest}/link", {"link_name": "meetings", "ids": [meeting]})
    leads = sugar.get(f"Meetings/{meeting}/link/leads", fields="last_name").json()["records"]
    assert {row["id"] for row in leads} == {lead, guest}
    assert [row["id"] for row in sugar.get(f"Contacts/{contact}/link/meetings").json()["records"]] == [meeting]
