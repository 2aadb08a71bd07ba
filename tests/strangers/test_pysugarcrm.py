"""pysugarcrm, unmodified, against the sandbox's SugarCRM: an API v10 client that sends JSON without saying so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pysugarcrm import APIException, SugarCRM, sugar_api  # type: ignore[import-untyped]

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller

pytestmark = pytest.mark.stranger


@pytest.fixture
def owner(sandbox: Any) -> Iterator[SugarCaller]:
    """A plain caller beside the client, on a platform of its own."""
    made = SugarCaller(sandbox)
    made.log_in()
    yield made
    made.session.close()


@pytest.fixture
def crm(owner: SugarCaller) -> SugarCRM:
    """The client, logged in on its own platform."""
    return SugarCRM(owner.base_url, owner.login["username"], owner.login["password"])


def test_pysugarcrm_knows_its_user(crm: SugarCRM) -> None:
    """Login, then `/me`."""
    assert crm.me["current_user"]["user_name"] == "connector"


def test_pysugarcrm_walks_records(crm: SugarCRM, owner: SugarCaller) -> None:
    """Create, read, change, filter and convert through its generic calls."""
    lead = crm.post("/Leads", data=json.dumps({"last_name": "Okafor", "email1": "o@acme.example"}))
    assert crm.get(f"/Leads/{lead['id']}")["email1"] == "o@acme.example"
    assert crm.put(f"/Leads/{lead['id']}", json={"status": "In Process"})["status"] == "In Process"
    found = crm.get("/Leads", {"filter[0][status]": "In Process", "fields": "last_name", "max_num": 5})
    assert [one["last_name"] for one in found["records"]] == ["Okafor"]
    crm.post(f"/Leads/{lead['id']}/convert", json={"modules": {"Contacts": {"last_name": "Okafor"}}})
    assert owner.row("Leads", lead["id"])["converted"] == 1


def test_pysugarcrm_reads_refusals(crm: SugarCRM) -> None:
    """A refusal comes back as the body it is; what is no JSON is the client's exception."""
    assert crm.get("/Leads/none")["error"] == "not_found"


def test_pysugarcrm_stops_at_pages(crm: SugarCRM, owner: SugarCaller) -> None:
    """A gateway's page is no answer to it."""
    owner.faults({"operation": "me", "action": "status", "status": 502})
    with pytest.raises(APIException, match="502"):
        assert crm.me


def test_pysugarcrm_logs_out(owner: SugarCaller) -> None:
    """Its context manager ends the session at the end."""
    with sugar_api(owner.base_url, owner.login["username"], owner.login["password"]) as crm:
        token = crm.secret_token
    assert owner.raw("GET", "ping", headers={"OAuth-Token": token}).status_code == 401


def test_pysugarcrm_is_told_bad_login(owner: SugarCaller) -> None:
    """A wrong password brings no token."""
    with pytest.raises(ValueError, match="No access token"):
        SugarCRM(owner.base_url, owner.login["username"], "wrong")
