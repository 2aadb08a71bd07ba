"""The demo world as a server holds it: every record is there, dated from now, and converts."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from connector.sandbox import Sandbox
from connector.sandbox.clock import SandboxClock
from connector.sandbox.relative_times import resolve_times
from connector.sandbox.salesforce.org import LeadConvert, Org
from connector.sandbox.world import read_world


def demo_org() -> Org:
    clock = SandboxClock()
    org = Org(None, clock)
    world = resolve_times(read_world("demo"), clock.now())
    assert isinstance(world, dict)
    org.reset(world)
    return org


def test_demo_world_arrives_over_http(demo_sandbox: Sandbox) -> None:
    """A reset to `demo` puts every record of the file into the org."""
    section: Any = read_world("demo")["salesforce"]
    for name, records in section["records"].items():
        dump = requests.get(f"{demo_sandbox.base_url}/__sandbox__/dump/salesforce/{name}", timeout=30).json()
        assert {row["Id"] for row in dump} == {record["Id"] for record in records}, name


def test_demo_dates_follow_the_clock() -> None:
    """Nothing in the demo was made in the future or left without a date, whenever it is seeded."""
    org = demo_org()
    now = org.clock.now()
    for name in ("Account", "Contact", "Opportunity", "Lead"):
        for row in org.dump(name):
            assert row["CreatedDate"] <= row["SystemModstamp"], row["Id"]
            assert (
                f"{now - timedelta(days=800):%Y}" <= row["CreatedDate"] < f"{now + timedelta(minutes=1):%Y-%m-%dT%H:%M}"
            )


def test_won_opportunities_closed_in_the_past() -> None:
    """What is won is closed with a date gone by, what is open closes in the future."""
    org = demo_org()
    today = f"{org.clock.now():%Y-%m-%d}"
    for row in org.dump("Opportunity"):
        assert row["IsWon"] == (row["StageName"] == "Closed Won"), row["Name"]
        assert (row["CloseDate"] < today) == row["IsClosed"], row["Name"]


def test_every_hot_story_converts_natively() -> None:
    """Each open lead can be converted; only the queue's lead is refused, for its owner."""
    org = demo_org()
    waiting = [row for row in org.dump("Lead") if not row["IsConverted"] and not row["IsDeleted"]]
    refused = {}
    for row in waiting:
        request = LeadConvert(lead_id=row["Id"], converted_status="Closed - Converted", opportunity_name="Deal")
        answer = org.convert_leads([request])[0]
        if not answer.success:
            refused[row["LastName"]] = answer.errors[0].status_code
    assert refused == {"Boone": "INVALID_OWNER"}


def test_stage_histories_end_where_deals_stand() -> None:
    """Every deal has its history from the day it was made; the last row is how it stands."""
    org = demo_org()
    fields = ("StageName", "Amount", "CloseDate", "Probability", "ForecastCategory", "ExpectedRevenue")
    history: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(org.dump("OpportunityHistory"), key=lambda row: str(row["CreatedDate"])):
        history.setdefault(row["OpportunityId"], []).append(row)
    deals = org.dump("Opportunity")
    assert set(history) == {deal["Id"] for deal in deals}
    for deal in deals:
        rows = history[deal["Id"]]
        assert rows[0]["CreatedDate"] == deal["CreatedDate"], deal["Name"]
        assert {name: rows[-1][name] for name in fields} == {name: deal[name] for name in fields}, deal["Name"]
        assert rows[-1]["CreatedDate"] == deal["LastModifiedDate"], deal["Name"]


def test_activities_come_after_their_people() -> None:
    """Nobody did anything, or was written to, before the record of them was made."""
    org = demo_org()
    born = {row["Id"]: row["CreatedDate"] for name in ("Lead", "Contact") for row in org.dump(name)}
    done = [(row["WhoId"], row["CreatedDate"]) for name in ("Task", "Event") for row in org.dump(name)]
    done += [(row["LeadId"] or row["ContactId"], row["CreatedDate"]) for row in org.dump("CampaignMember")]
    assert len(done) >= 30
    assert [(who, at) for who, at in done if at < born[who]] == []
    assert all(row["CompletedDateTime"] <= row["SystemModstamp"] for row in org.dump("Task") if row["IsClosed"])


@pytest.mark.parametrize("name", ["sugarcrm", "suitecrm"])
def test_sugar_deals_stand_where_their_audit_ends(demo_sandbox: Sandbox, name: str) -> None:
    """The newest value that a deal's log tells of a field is the one it has; each change starts where one ended."""
    section: Any = read_world("demo")[name]
    deals = section["records"]["Opportunities"]
    rows = requests.get(f"{demo_sandbox.base_url}/__sandbox__/dump/{name}/Opportunities", timeout=30).json()
    assert {row["id"] for row in rows} == {deal["id"] for deal in deals}
    for deal in deals:
        told: dict[str, object] = {}
        for change in sorted(deal["_audit"], key=lambda change: -int(change["date_created"][2:-1])):
            field = change["field_name"]
            assert told.get(field, change["before"]) == change["before"], (deal["name"], field)
            told[field] = change["after"]
        assert told == {field: deal[field] for field in told}, deal["name"]
