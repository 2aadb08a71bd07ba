"""Stage history of opportunities: a row for every change of what a forecast goes by, and nothing else."""

from __future__ import annotations

from typing import Any

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.org import LeadConvert, Org
from tests.sandbox.engine.engine_answers import Make, refusals, saved, values

FIELDS = "StageName, Amount, Probability, CloseDate, ForecastCategory, ExpectedRevenue, CreatedDate"


def _history(org: Org, opportunity: str, fields: str = FIELDS) -> list[tuple[Any, ...]]:
    soql = f"SELECT {fields} FROM OpportunityHistory WHERE OpportunityId IN ('{opportunity}') ORDER BY CreatedDate, Id"
    return values(org, soql)


def _deal(make: Make, **more: Any) -> str:
    return make("Opportunity", **{"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-06-30", **more})


def test_every_major_change_is_kept(org: Org, make: Make, clock: SandboxClock) -> None:
    """A new deal has one row; stage, amount and date add one with the values of then; a name adds none."""
    deal = _deal(make, Amount=1000)
    for change in ({"StageName": "Needs Analysis"}, {"Name": "E"}, {"Amount": 1000}, {"Amount": 2000}):
        clock.advance(3600)
        saved(org.update("Opportunity", [{"Id": deal, **change}])[0])
    assert _history(org, deal) == [
        ("Prospecting", 1000, 10, "2026-06-30", "Pipeline", 100, "2026-05-20T12:00:00.000+0000"),
        ("Needs Analysis", 1000, 20, "2026-06-30", "Pipeline", 200, "2026-05-20T13:00:00.000+0000"),
        ("Needs Analysis", 2000, 20, "2026-06-30", "Pipeline", 400, "2026-05-20T16:00:00.000+0000"),
    ]
    assert _history(org, deal, "PrevAmount, PrevCloseDate")[-1] == (1000, "2026-06-30")


def test_earlier_row_is_stamped_when_it_ends(org: Org, make: Make, clock: SandboxClock) -> None:
    """SystemModstamp of a row is the moment the next one took over; the last row still bears its own."""
    deal = _deal(make)
    clock.advance(3600)
    saved(org.update("Opportunity", [{"Id": deal, "ForecastCategoryName": "Best Case"}])[0])
    rows = _history(org, deal, "ForecastCategory, CreatedDate, SystemModstamp")
    noon, later = "2026-05-20T12:00:00.000+0000", "2026-05-20T13:00:00.000+0000"
    assert rows == [("Pipeline", noon, later), ("BestCase", later, later)]


def test_history_goes_and_comes_with_its_deal(org: Org, make: Make) -> None:
    """Deleting a deal hides its history from query, not from queryAll; undeleting brings it back."""
    deal = _deal(make)
    saved(org.delete([deal])[0])
    soql = f"SELECT StageName, IsDeleted FROM OpportunityHistory WHERE OpportunityId = '{deal}'"
    assert org.query(soql).records == []
    assert [row["IsDeleted"] for row in org.query(soql, include_deleted=True).records] == [True]
    saved(org.undelete([deal])[0])
    assert values(org, soql) == [("Prospecting", False)]


def test_history_cannot_be_written(org: Org, make: Make) -> None:
    """The object is read-only: no create, no update, no delete."""
    deal = _deal(make)
    row = org.dump("OpportunityHistory")[0]["Id"]
    made = org.create("OpportunityHistory", [{"OpportunityId": deal, "StageName": "Closed Won"}])[0]
    assert refusals(made)[0][0] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    changed = org.update("OpportunityHistory", [{"Id": row, "Amount": 1}])[0]
    assert refusals(changed)[0][0] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert refusals(org.delete([row])[0])[0][0] == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_conversion_begins_a_history(org: Org, make_lead: Make) -> None:
    """The deal that a conversion opens has its first row in the first stage."""
    lead = make_lead()
    made = org.convert_leads([LeadConvert(lead_id=lead, converted_status="Closed - Converted")])[0]
    assert _history(org, str(made.opportunity_id), "StageName, CloseDate") == [("Prospecting", "2026-06-30")]


def test_loaded_history_is_kept_as_given(org: Org) -> None:
    """Given rows keep their dates and imply the rest; a deal without any gets the row it was born with."""
    told, bare = "0065g00000Dem01AAB", "0065g00000Dem02AAB"
    deal = {"Name": "D", "CloseDate": "2026-03-01", "Amount": 50, "CreatedDate": "2026-01-01T00:00:00Z"}
    rows = [
        {"OpportunityId": told, "StageName": "Prospecting", "Amount": 40, "CreatedDate": "2026-01-01T00:00:00Z"},
        {"OpportunityId": told, "StageName": "Closed Won", "Amount": 50, "CreatedDate": "2026-02-03T00:00:00Z"},
    ]
    deals = [{"Id": told, "StageName": "Closed Won", **deal}, {"Id": bare, "StageName": "Closed Lost", **deal}]
    org.load({"Opportunity": deals, "OpportunityHistory": rows})
    kept = _history(org, told, "StageName, Probability, ForecastCategory, ExpectedRevenue, CreatedDate, SystemModstamp")
    first, second = "2026-01-01T00:00:00.000+0000", "2026-02-03T00:00:00.000+0000"
    assert kept == [
        ("Prospecting", 10, "Pipeline", 4, first, first),
        ("Closed Won", 100, "Closed", 50, second, second),
    ]
    assert _history(org, bare, "StageName, CreatedDate") == [("Closed Lost", first)]
    assert {row["Id"]: row["LastStageChangeDate"] for row in org.dump("Opportunity")} == {told: second, bare: None}
