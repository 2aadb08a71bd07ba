"""The call quota: counted, shown on every answer, refused when spent."""

from __future__ import annotations

from tests.sandbox_caller import Caller


def test_every_answer_shows_usage(caller: Caller) -> None:
    """Sforce-Limit-Info counts up by one per call, on refusals too."""
    infos = [
        caller.get("limits").headers["Sforce-Limit-Info"],
        caller.get("sobjects/Nothing__c/describe").headers["Sforce-Limit-Info"],
        caller.get("query?q=SELECT+Id+FROM+Lead").headers["Sforce-Limit-Info"],
    ]
    assert infos == [f"api-usage={n}/15000" for n in (1, 2, 3)]


def test_limits_resource_counts_down(caller: Caller) -> None:
    """/limits shows maximum and remaining calls, itself counted."""
    daily = caller.get("limits/").json()["DailyApiRequests"]
    assert daily == {"Max": 15000, "Remaining": 14999}


def test_spent_quota_is_403(caller: Caller) -> None:
    """With the quota used up every call is REQUEST_LIMIT_EXCEEDED until the day has rolled on."""
    caller.sandbox.reset({"salesforce": {"http": {"daily_api_requests": 2}}})
    assert [caller.get("limits").status_code for _ in range(3)] == [200, 200, 403]
    refused = caller.get("limits")
    assert refused.json() == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert refused.headers["Sforce-Limit-Info"] == "api-usage=2/2"
    assert "REQUEST_LIMIT_EXCEEDED" in caller.convert("00Q5g00000AbCdEEAV").text
    for _ in range(4):
        caller.control("POST", "clock", {"advance": 7000})
        caller.get("limits")
    caller.control("POST", "clock", {"advance": 7000})
    caller.control("POST", "clock", {"advance": 60_000})
    login = caller.login
    caller.token = caller.session.post(
        f"{caller.base_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(login["client_id"], login["client_secret"]),
        timeout=20,
    ).json()["access_token"]
    assert caller.get("limits").status_code == 200


def test_quota_fault_sets_usage(caller: Caller) -> None:
    """A `quota` fault sets what other users have spent, so that a reserve can be tested."""
    caller.faults({"operation": "limits", "action": "quota", "used": 12_000, "times": 1})
    assert caller.get("limits").headers["Sforce-Limit-Info"] == "api-usage=12001/15000"
    assert caller.get("limits").headers["Sforce-Limit-Info"] == "api-usage=12002/15000"


def test_record_count_lists_known_objects(caller: Caller) -> None:
    """recordCount counts live records and leaves unknown objects out."""
    caller.lead()
    counts = caller.get("limits/recordCount?sObjects=Lead,Contact,Nothing__c").json()["sObjects"]
    assert sorted(counts, key=lambda item: str(item["name"])) == [
        {"count": 0, "name": "Contact"},
        {"count": 1, "name": "Lead"},
    ]


def test_batch_spends_per_part(caller: Caller) -> None:
    """A batch counts each of its parts, a composite counts once."""
    part = {"method": "GET", "url": "v62.0/limits"}
    caller.post("composite/batch", {"batchRequests": [part, part, part]})
    assert caller.get("limits").headers["Sforce-Limit-Info"] == "api-usage=4/15000"
    parts = [{"method": "GET", "url": "/services/data/v62.0/limits", "referenceId": f"r{n}"} for n in range(3)]
    caller.post("composite", {"compositeRequest": parts})
    assert caller.get("limits").headers["Sforce-Limit-Info"] == "api-usage=6/15000"
