"""getUpdated, getDeleted, and rows that commit late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.org import ApiError, Org
from tests.sandbox.engine.engine_answers import NOON, Make, column, refusals

HOUR = timedelta(hours=1)


def test_updated_lists_changes_of_the_window(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """Created and changed live records of the window are listed, deleted ones are not."""
    before = make_lead()
    clock.advance(3600)
    lead, gone = make_lead(), make_lead()
    org.delete([gone])
    clock.advance(3600)
    answer = org.updated("Lead", NOON + timedelta(minutes=30), NOON + timedelta(minutes=90))
    assert answer == {"ids": [lead], "latestDateCovered": "2026-05-20T13:30:00.000+0000"}
    assert before not in answer["ids"]


def test_seconds_of_the_window_are_ignored(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """Both ends are cut to whole minutes."""
    lead = make_lead()
    clock.advance(600)
    assert org.updated("Lead", NOON + timedelta(seconds=50), NOON + timedelta(seconds=70))["ids"] == [lead]


def test_deleted_lists_id_and_moment(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """Deleted records come with their moment and the reach of the log."""
    lead = make_lead()
    clock.advance(60)
    org.delete([lead])
    clock.advance(600)
    answer = org.deleted("Lead", NOON, NOON + HOUR)
    assert answer["deletedRecords"] == [{"id": lead, "deletedDate": "2026-05-20T12:01:00.000+0000"}]
    assert answer["earliestDateAvailable"] == "2026-05-05T12:11:00.000+0000"
    assert answer["latestDateCovered"] == "2026-05-20T12:11:00.000+0000"


@pytest.mark.parametrize(("days", "updated", "deleted"), [(14, True, True), (16, True, False), (31, False, False)])
def test_windows_reach_back_so_far(org: Org, days: int, updated: bool, deleted: bool) -> None:
    """Updates reach back 30 days, deletes 15; the end must lie after the start."""
    start = NOON - timedelta(days=days)
    for call, allowed in ((org.updated, updated), (org.deleted, deleted)):
        if allowed:
            call("Lead", start, NOON)
        else:
            with pytest.raises(ApiError, match="INVALID_REPLICATION_DATE"):
                call("Lead", start, NOON)
    with pytest.raises(ApiError, match="INVALID_REPLICATION_DATE"):
        org.updated("Lead", NOON, NOON)


def test_late_commit_is_unseen_then_old(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """A hidden row is unseen by every read, and appears later with its old stamp."""
    lead = make_lead()
    org.hide_until("Lead", [lead], NOON + 9 * HOUR / 60)
    clock.advance(300)
    assert column(org, "SELECT Id FROM Lead") == []
    assert org.query("SELECT Id FROM Lead", include_deleted=True).records == []
    assert org.query("SELECT COUNT() FROM Lead").total_size == 0
    assert org.retrieve("Lead", [lead], None) == [None]
    assert org.record_state("Lead", lead) == "absent"
    answer = org.updated("Lead", NOON, NOON + HOUR)
    assert answer == {"ids": [], "latestDateCovered": "2026-05-20T12:00:00.000+0000"}
    clock.advance(300)
    rows = org.query("SELECT Id, SystemModstamp FROM Lead").records
    assert [(row["Id"], row["SystemModstamp"]) for row in rows] == [(lead, "2026-05-20T12:00:00.000+0000")]
    assert org.updated("Lead", NOON, NOON + HOUR)["ids"] == [lead]


def test_race_for_a_key_names_the_unseen_winner(org: Org, make_lead: Make) -> None:
    """An upsert that cannot see the other writer's row yet loses with DUPLICATE_VALUE and its id."""
    winner = make_lead(Connector_Key__c="k")
    org.hide_until("Lead", [winner], NOON + HOUR)
    record = {"Connector_Key__c": "k", "LastName": "A", "Company": "B"}
    found = refusals(org.upsert("Lead", "Connector_Key__c", [record])[0])
    text = f"duplicate value found: Connector_Key__c duplicates value on record with id: {winner[:15]}"
    assert found == [("DUPLICATE_VALUE", text)]
