"""simple-salesforce, unmodified, against the sandbox: only its session sends https calls to loopback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_soql
from simple_salesforce.login import SalesforceLogin

from tests.sandbox_caller import Caller

pytestmark = pytest.mark.stranger


class LoopbackSession(requests.Session):
    """Sends every call, whatever host it names, to the sandbox."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.trust_env = False
        self._base = urlsplit(base_url)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(str(url))
        options.setdefault("timeout", 20)
        address = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        return super().request(method, address, *args, **options)


def soap_with_token(login: dict[str, str]) -> dict[str, Any]:
    return {"username": login["username"], "password": login["password"], "security_token": login["security_token"]}


def soap_with_organisation(login: dict[str, str]) -> dict[str, Any]:
    return {"username": login["username"], "password": login["password"], "organizationId": login["org_id"]}


def oauth_password(login: dict[str, str]) -> dict[str, Any]:
    return {
        "username": login["username"],
        "password": login["password"],
        "consumer_key": login["client_id"],
        "consumer_secret": login["client_secret"],
    }


def jwt_bearer(login: dict[str, str]) -> dict[str, Any]:
    return {
        "username": login["username"],
        "consumer_key": login["client_id"],
        "privatekey": login["jwt_private_key"],
    }


def client_credentials(login: dict[str, str]) -> dict[str, Any]:
    return {"consumer_key": login["client_id"], "consumer_secret": login["client_secret"], "domain": "acme.my"}


def connect(caller: Caller, **options: Any) -> Any:
    """A client of the sandbox with these constructor arguments."""
    return Salesforce(version="62.0", session=LoopbackSession(caller.base_url), **options)


@pytest.fixture
def sf(caller: Caller) -> Any:
    """A client with the sandbox's own token."""
    return connect(caller, session_id=caller.login["access_token"], instance_url=caller.base_url)


@pytest.mark.parametrize(
    "branch", [soap_with_token, soap_with_organisation, oauth_password, jwt_bearer, client_credentials]
)
def test_every_login_branch_works(caller: Caller, branch: Callable[[dict[str, str]], dict[str, Any]]) -> None:
    """Each of the client's own ways to log in gives a session that queries."""
    client = connect(caller, **branch(dict(caller.login)))
    assert client.sf_instance == urlsplit(caller.base_url).netloc
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 0
    assert client.session_id != caller.login["access_token"]


@pytest.mark.filterwarnings("ignore:[\\s\\S]*self-authorize:UserWarning")
@pytest.mark.parametrize(
    ("branch", "changes", "code"),
    [
        (soap_with_token, {"password": "wrong"}, "INVALID_LOGIN"),
        (oauth_password, {"password": "wrong"}, "invalid_grant"),
        (oauth_password, {"consumer_secret": "wrong"}, "invalid_client"),
        (client_credentials, {"consumer_key": "wrong"}, "invalid_client_id"),
        (jwt_bearer, {"username": "nobody@example.test"}, "invalid_grant"),
    ],
)
def test_refused_login_has_code(
    caller: Caller, branch: Callable[[dict[str, str]], dict[str, Any]], changes: dict[str, str], code: str
) -> None:
    """A refused login is the client's own error with Salesforce's code."""
    with pytest.raises(SalesforceAuthenticationFailed) as refused:
        connect(caller, **{**branch(dict(caller.login)), **changes})
    assert refused.value.code == code


def test_scratch_address_login_works(caller: Caller) -> None:
    """The one login of the client that speaks plain http itself needs no adapter at all."""
    session_id, instance = SalesforceLogin(**soap_with_token(dict(caller.login)), scratch_url=caller.base_url)
    assert instance == urlsplit(caller.base_url).netloc
    assert session_id.startswith(caller.login["org_id"][:15])


def test_describe_names_fields(sf: Any) -> None:
    """Global and object describes parse."""
    described = sf.describe()
    assert described is not None
    assert "Lead" in {item["name"] for item in described["sobjects"]}
    assert "LastName" in {field["name"] for field in sf.Lead.describe()["fields"]}
    assert sf.Lead.metadata()["objectDescribe"]["name"] == "Lead"


def test_records_live_their_life(sf: Any) -> None:
    """Create, read, update, upsert and delete work through the client's own methods."""
    made = sf.Lead.create({"LastName": "Okafor", "Company": "Acme & Sons", "Email": "ada@example.test"})
    assert made["success"] is True
    assert sf.Lead.get(made["id"])["Company"] == "Acme & Sons"
    assert sf.Lead.update(made["id"], {"Title": "CTO"}) == 204
    key = "Connector_Key__c/web%2F42"
    assert sf.Lead.upsert(key, {"LastName": "Eze", "Company": "Acme"}) == 201
    assert sf.Lead.upsert(key, {"Title": "CEO"}) == 200
    assert sf.Lead.get_by_custom_id("Connector_Key__c", "web/42")["Title"] == "CEO"
    assert sf.Lead.delete(made["id"]) == 204


def test_queries_page_and_include_deleted(sf: Any, caller: Caller) -> None:
    """query_all_iter follows every page; a small batch size pages; include_deleted sees the recycle bin."""
    leads = [{"LastName": f"L{n}", "Company": "Acme"} for n in range(450)]
    caller.control("POST", "load", {"salesforce": {"Lead": leads}})
    sf.headers["Sforce-Query-Options"] = "batchSize=200"
    names = [row["LastName"] for row in sf.query_all_iter("SELECT Id, LastName FROM Lead")]
    assert sorted(names) == sorted(f"L{n}" for n in range(450))
    first = sf.query("SELECT Id FROM Lead ORDER BY Id")
    more = sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert (len(first["records"]), len(more["records"])) == (200, 200)
    sf.Lead.delete(first["records"][0]["Id"])
    assert sf.query_all("SELECT Id FROM Lead")["totalSize"] == 449
    assert sf.query_all("SELECT Id FROM Lead", include_deleted=True)["totalSize"] == 450
    assert [call["operation"] for call in caller.calls()[:3]] == ["query", "queryMore", "queryMore"]


def test_formatted_soql_is_safe(sf: Any) -> None:
    """The client's own quoting survives quotes, backslashes and lists."""
    name = 'O\'Brien \\ "Sons"'
    sf.Lead.create({"LastName": name, "Company": "Acme"})
    found = sf.query(format_soql("SELECT LastName FROM Lead WHERE LastName IN {}", [name, "x"]))
    assert [row["LastName"] for row in found["records"]] == [name]


def test_collections_through_restful(sf: Any) -> None:
    """Collections and composites pass through the client's generic call."""
    rows = [{"attributes": {"type": "Lead"}, "LastName": f"L{n}", "Company": "Acme"} for n in range(200)]
    results = sf.restful("composite/sobjects", method="POST", json={"allOrNone": False, "records": rows})
    assert all(item["success"] for item in results)
    part = {"method": "GET", "url": "/services/data/v62.0/limits", "referenceId": "l"}
    answer = sf.restful("composite", method="POST", json={"compositeRequest": [part]})
    assert answer["compositeResponse"][0]["httpStatusCode"] == 200


def test_limits_and_usage_are_parsed(sf: Any) -> None:
    """The client reads the quota and the usage header."""
    assert sf.limits()["DailyApiRequests"]["Max"] == 15000
    usage = sf.api_usage["api-usage"]
    assert (usage.used, usage.total) == (1, 15000)


def test_updated_and_deleted_windows(sf: Any, caller: Caller) -> None:
    """The client's updated() and deleted() read the change windows."""
    kept, gone = (sf.Lead.create({"LastName": name, "Company": "Acme"})["id"] for name in ("A", "B"))
    sf.Lead.delete(gone)
    start = caller.sandbox.clock.now().replace(second=0, microsecond=0)
    caller.control("POST", "clock", {"advance": 120})
    end = caller.sandbox.clock.now()
    assert kept in sf.Lead.updated(start, end)["ids"]
    assert [item["id"] for item in sf.Lead.deleted(start, end)["deletedRecords"]] == [gone]


def test_search_finds_record(sf: Any) -> None:
    """The client's search methods parse the answer."""
    lead = sf.Lead.create({"LastName": "Okafor", "Company": "Acme"})["id"]
    found = sf.search("FIND {Okafor} IN ALL FIELDS RETURNING Lead(Id)")
    assert [row["Id"] for row in found["searchRecords"]] == [lead]


def test_error_classes_fit(sf: Any, caller: Caller) -> None:
    """Each refusal becomes the client's matching error with the parsed list."""
    with pytest.raises(SalesforceMalformedRequest) as malformed:
        sf.query("SELECT Nothing FROM Lead")
    content: Any = malformed.value.content
    assert content[0]["errorCode"] == "INVALID_FIELD"
    with pytest.raises(SalesforceResourceNotFound):
        sf.Lead.get("00Q5g00000AbCdEEAV")
    for _ in range(2):
        sf.Lead.create({"LastName": "Okafor", "Company": "Acme", "Email": "ada@example.test"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        sf.Lead.get_by_custom_id("Email", "ada@example.test")
    caller.faults({"operation": "query", "nth": 1, "action": "status", "status": 403})
    with pytest.raises(SalesforceRefusedRequest):
        sf.query("SELECT Id FROM Lead")
    caller.faults({"operation": "query", "nth": 1, "action": "status", "status": 503})
    with pytest.raises(SalesforceGeneralError):
        sf.query("SELECT Id FROM Lead")
    caller.faults({"operation": "query", "nth": 1, "action": "expire_session"})
    with pytest.raises(SalesforceExpiredSession):
        sf.query("SELECT Id FROM Lead")


def test_expired_session_logs_in_again(caller: Caller) -> None:
    """A client that logged in itself refreshes its session on 401 and repeats the query."""
    client = connect(caller, **oauth_password(dict(caller.login)))
    caller.faults({"operation": "query", "nth": 1, "action": "expire_session"})
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 0
    operations = [(call["operation"], call["status"]) for call in caller.calls()]
    assert operations == [("token", 200), ("query", 401), ("token", 200), ("query", 200)]
