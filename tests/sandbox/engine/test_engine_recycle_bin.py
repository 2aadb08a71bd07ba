"""Deleting, restoring and merging."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.org import ApiError, Org
from tests.sandbox.engine.engine_answers import Make, column, only, refusals


def _row(org: Org, object_name: str, record_id: str) -> dict[str, Any]:
    return next(row for row in org.dump(object_name) if row["Id"] == record_id)


def test_deleted_record_is_gone_but_kept(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """A deleted lead is not retrieved or found, its stamp moves, a second delete says so."""
    lead = make_lead()
    clock.advance(60)
    assert org.delete([lead[:15]])[0].id == lead
    assert org.retrieve("Lead", [lead], None) == [None]
    assert org.record_state("Lead", lead) == "deleted"
    assert _row(org, "Lead", lead)["SystemModstamp"] == "2026-05-20T12:01:00.000+0000"
    again = org.delete([lead])[0]
    assert (again.id, refusals(again)) == (lead, [("ENTITY_IS_DELETED", "entity is deleted")])


@pytest.mark.parametrize(
    ("record_id", "code"),
    [
        ("nonsense", "MALFORMED_ID"),
        ("zzz5g00000AbCdE", "MALFORMED_ID"),
        ("00Q5g00000ZZZZZ", "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_delete_names_the_bad_id(org: Org, record_id: str, code: str) -> None:
    """Malformed and unknown ids are refused one by one."""
    assert refusals(org.delete([record_id])[0])[0][0] == code


def test_account_takes_its_people_and_deals_along(org: Org, make: Make) -> None:
    """Deleting an account deletes contacts, opportunities and roles; restoring it brings them back."""
    account = make("Account", Name="A")
    contact = make("Contact", LastName="X", AccountId=account)
    earlier = make("Contact", LastName="Y", AccountId=account)
    deal = make("Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-06-30", AccountId=account)
    make("OpportunityContactRole", OpportunityId=deal, ContactId=contact)
    child = make("Account", Name="B", ParentId=account)
    org.delete([earlier])
    org.delete([account])
    assert org.record_count(["Contact", "Opportunity", "OpportunityContactRole"]) == {
        "Contact": 0,
        "Opportunity": 0,
        "OpportunityContactRole": 0,
    }
    assert _row(org, "Account", child)["ParentId"] is None
    assert org.undelete([account])[0].success
    assert column(org, "SELECT Id FROM Contact") == [contact]
    assert column(org, "SELECT Id FROM Opportunity") == [deal]


def test_restored_record_gets_a_new_stamp(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """An undeleted row is live again with a new SystemModstamp; a live one cannot be undeleted."""
    lead = make_lead()
    org.delete([lead])
    clock.advance(60)
    assert org.undelete([lead])[0].success
    row = _row(org, "Lead", lead)
    assert (row["IsDeleted"], row["SystemModstamp"]) == (False, "2026-05-20T12:01:00.000+0000")
    assert refusals(org.undelete([lead])[0])[0][0] == "UNDELETE_FAILED"


def test_restoring_a_taken_key_is_refused(org: Org, make_lead: Make) -> None:
    """A row whose unique key was given away meanwhile stays in the recycle bin."""
    lead = make_lead(Connector_Key__c="k")
    org.delete([lead])
    make_lead(Connector_Key__c="K")
    assert refusals(org.undelete([lead])[0])[0][0] == "DUPLICATE_VALUE"
    assert org.record_state("Lead", lead) == "deleted"


def test_merge_moves_what_pointed_at_the_loser(org: Org, make: Make, clock: SandboxClock) -> None:
    """The loser is deleted and names its master; contacts, deals and tasks move over with new stamps."""
    master, loser = make("Account", Name="Acme", Phone="1"), make("Account", Name="ACME Inc", Phone="2")
    contact = make("Contact", LastName="X", AccountId=loser)
    task = make("Task", WhatId=loser, Subject="Call")
    clock.advance(60)
    result = org.merge("Account", {"Id": master, "Website": "acme.test"}, [loser])
    assert (result.success, result.id, result.merged_record_ids) == (True, master, (loser,))
    assert set(result.updated_related_ids) == {contact, task}
    gone = _row(org, "Account", loser)
    assert (gone["IsDeleted"], gone["MasterRecordId"]) == (True, master)
    kept = _row(org, "Account", master)
    assert (kept["Website"], kept["Phone"], kept["SystemModstamp"]) == (
        "acme.test",
        "1",
        "2026-05-20T12:01:00.000+0000",
    )
    moved = _row(org, "Contact", contact)
    assert (moved["AccountId"], moved["SystemModstamp"]) == (master, "2026-05-20T12:01:00.000+0000")
    assert refusals(org.undelete([loser])[0])[0][0] == "UNDELETE_FAILED"


def test_merges_chain_over_several_hops(org: Org, make_lead: Make) -> None:
    """A master that loses later keeps its own losers pointing at it."""
    first, second, third = make_lead(), make_lead(), make_lead()
    org.merge("Lead", {"Id": second}, [first])
    org.merge("Lead", {"Id": third}, [second])
    rows = org.query("SELECT Id, MasterRecordId FROM Lead WHERE IsDeleted = true", include_deleted=True).records
    assert {row["Id"]: row["MasterRecordId"] for row in rows} == {first: second, second: third}


def test_merged_key_may_move_to_the_master(org: Org, make: Make) -> None:
    """The master can take the loser's unique key in the same call."""
    master, loser = make("Contact", LastName="A"), make("Contact", LastName="B", Connector_Key__c="k")
    assert org.merge("Contact", {"Id": master, "Connector_Key__c": "k"}, [loser]).success
    assert _row(org, "Contact", master)["Connector_Key__c"] == "k"


def test_second_membership_goes_away_in_merge(org: Org, make: Make, make_lead: Make) -> None:
    """Master and loser in one campaign leave one live membership."""
    campaign, master, loser = make("Campaign", Name="C"), make_lead(), make_lead()
    for lead in (master, loser):
        make("CampaignMember", CampaignId=campaign, LeadId=lead)
    org.merge("Lead", {"Id": master}, [loser])
    assert column(org, "SELECT LeadId FROM CampaignMember") == [master]


def test_bad_merges_are_refused(org: Org, make_lead: Make, make: Make) -> None:
    """Itself, a deleted or foreign record, too many losers, and objects without merge are refused."""
    lead, gone, contact = make_lead(), make_lead(), make("Contact", LastName="X")
    org.delete([gone])
    expected = {lead: "INVALID_CROSS_REFERENCE_KEY", gone: "ENTITY_IS_DELETED", contact: "MALFORMED_ID"}
    for loser, code in expected.items():
        assert only(org.merge("Lead", {"Id": lead}, [loser]).errors).status_code == code
    with pytest.raises(ApiError, match="INVALID_NUMBER_OF_MERGE_RECORDS"):
        org.merge("Lead", {"Id": lead}, [])
    with pytest.raises(ApiError, match="merge not supported"):
        org.merge("Opportunity", {"Id": lead}, [gone])
    assert org.record_state("Lead", lead) == "live"
