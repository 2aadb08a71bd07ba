"""The demo world as a server holds it: every record is there, dated from now, and converts."""

from datetime import timedelta
from typing import Any

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
