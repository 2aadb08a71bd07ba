"""API calls and time of converting leads in place, beside a client that handles them one by one.

    python benchmarks/calls.py --leads 1000 --one-by-one 50

The one-by-one client does for each lead what most scripts do: look for the contact, look for the account,
convert, mark the account, the contact and the opportunity. Both run against the embedded Salesforce over HTTP.
Prints one JSON object:

    leads, calls_per_1000            ours, counted in the server's access log
    one_by_one_calls_per_1000        the other client's, scaled from --one-by-one leads
    ratio                            ours / theirs, in calls
    leads_per_s, one_by_one_leads_per_s, speed_ratio
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from connector.cli.progress import Progress
from connector.cli.project import write_sandbox_project
from connector.cli.running import run_routes
from connector.config import load_config
from connector.sandbox import Sandbox
from connector.sandbox.client import control
from connector.wiring import open_house

VERSION = "/services/data/v62.0"
CONVERT = """<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:urn="urn:partner.soap.sforce.com">
<env:Header><urn:SessionHeader><urn:sessionId>{token}</urn:sessionId></urn:SessionHeader></env:Header>
<env:Body><urn:convertLead><urn:leadConverts><urn:convertedStatus>Closed - Converted</urn:convertedStatus>
<urn:doNotCreateOpportunity>false</urn:doNotCreateOpportunity><urn:leadId>{lead}</urn:leadId>
<urn:overwriteLeadSource>false</urn:overwriteLeadSource><urn:sendNotificationEmail>false</urn:sendNotificationEmail>
</urn:leadConverts></urn:convertLead></env:Body></env:Envelope>"""


def word(number: int) -> str:
    """A number as letters, so that no two companies look alike by their digits."""
    letters = ""
    while True:
        letters = chr(97 + number % 26) + letters
        number //= 26
        if not number:
            return letters


def hot_lead(number: int) -> dict[str, object]:
    """A lead of a company of its own that the starter policy converts at once."""
    company = word(number * 7919 + 1000) + word(number * 104729 + 5000)
    return {
        "FirstName": "Ann",
        "LastName": f"Person{word(number)}",
        "Company": f"{company.title()} Works",
        "Email": f"ann.{word(number)}@{company}works.com",
        "Title": "CEO",
        "Industry": "Technology",
        "NumberOfEmployees": 800,
        "Requested_Action__c": "Demo",
    }


def fill(sandbox: Sandbox, count: int) -> list[str]:
    """Reset the sandbox and load *count* hot leads; answers their ids."""
    control(sandbox.base_url, "reset", {"world": "empty"})
    leads = [hot_lead(number) for number in range(count)]
    answer: Any = control(sandbox.base_url, "load", {"salesforce": {"Lead": leads}})
    return [lead["Id"] for lead in answer["salesforce"]["Lead"]]


def ours(sandbox: Sandbox, count: int, folder: Path) -> tuple[int, float]:
    """Calls and seconds of one sync."""
    fill(sandbox, count)
    write_sandbox_project(folder, sandbox.info)
    begun = time.perf_counter()
    with open_house(load_config(folder / "connector.yaml")) as house, Progress(quiet=True) as progress:
        result = run_routes(house, ["salesforce"], progress, verb="sync").only()
    seconds = time.perf_counter() - begun
    if sum(result.verdicts.values()) != count:
        raise SystemExit(f"{count} leads were loaded, {sum(result.verdicts.values())} decided")
    return len(sandbox.calls()), seconds


def one_by_one(sandbox: Sandbox, count: int) -> tuple[int, float]:
    """Calls and seconds of a client that takes the leads one after the other."""
    ids = fill(sandbox, count)
    logins: Any = sandbox.info["salesforce"]
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {logins['access_token']}"
    begun = time.perf_counter()
    for lead in ids:
        handle(session, sandbox.base_url, lead, logins["access_token"])
    return len(sandbox.calls()), time.perf_counter() - begun


def handle(session: requests.Session, base: str, lead: str, token: str) -> None:
    """Look up, convert, mark: six calls and the lead's own read."""
    row = session.get(f"{base}{VERSION}/sobjects/Lead/{lead}").json()
    for soql in (
        f"SELECT Id FROM Contact WHERE Email = '{row['Email']}'",
        f"SELECT Id FROM Account WHERE Name = '{row['Company']}'",
    ):
        session.get(f"{base}{VERSION}/query", params={"q": soql}).raise_for_status()
    headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}
    body = CONVERT.format(token=token, lead=lead)
    session.post(f"{base}/services/Soap/u/62.0", data=body, headers=headers).raise_for_status()
    done = session.get(f"{base}{VERSION}/sobjects/Lead/{lead}").json()
    for name in ("Account", "Contact", "Opportunity"):
        url = f"{base}{VERSION}/sobjects/{name}/{done[f'Converted{name}Id']}"
        session.patch(url, json={"Connector_Key__c": f"{lead}:{name}"}).raise_for_status()


def main() -> None:
    """Measure both and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=1000)
    parser.add_argument("--one-by-one", type=int, default=50)
    asked = parser.parse_args()
    with Sandbox("empty") as sandbox, tempfile.TemporaryDirectory() as folder:
        calls, seconds = ours(sandbox, asked.leads, Path(folder) / "project")
        their_calls, their_seconds = one_by_one(sandbox, asked.one_by_one)
    per_thousand = calls * 1000 / asked.leads
    theirs = their_calls * 1000 / asked.one_by_one
    speed, their_speed = asked.leads / seconds, asked.one_by_one / their_seconds
    figures = {
        "leads": asked.leads,
        "calls_per_1000": round(per_thousand, 1),
        "one_by_one_calls_per_1000": round(theirs, 1),
        "ratio": round(per_thousand / theirs, 4),
        "leads_per_s": round(speed, 1),
        "one_by_one_leads_per_s": round(their_speed, 1),
        "speed_ratio": round(speed / their_speed, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
