"""`/bulk`: many calls in one, in order, none stopping the others."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused


def part(url: str, method: str = "GET", data: object = None) -> dict[str, object]:
    """One part as clients send it: the body as JSON text."""
    return {"url": url, "method": method, "data": json.dumps(data), "headers": ["Content-Type: application/json"]}


def test_bad_part_stops_nothing(sugar: SugarCaller) -> None:
    """Three parts with a bad one in the middle: the outer status is 200, the inner ones 200, 422, 200."""
    answer = sugar.post(
        "bulk",
        {
            "requests": [
                part("/v11/Leads", "POST", {"last_name": "One"}),
                part("/v11/Leads/filter", "POST", {"filter": [{"nonsense": 1}]}),
                part("/v11/Leads", "POST", {"last_name": "Two"}),
            ]
        },
    )
    assert answer.status_code == 200
    items = answer.json()
    assert [item["status"] for item in items] == [200, 422, 200]
    assert items[1]["contents"]["error"] == "invalid_parameter"
    assert [items[0]["contents"]["last_name"], items[2]["contents"]["last_name"]] == ["One", "Two"]
    assert all(item["headers"] == [] for item in items)


def test_failed_part_undoes_only_itself(sugar: SugarCaller) -> None:
    """What earlier parts wrote stays; a part is whole or not at all."""
    account = sugar.create("Accounts", name="Acme")
    bad = {"industry": "Banking", "contacts": {"add": ["none"]}}
    requests = [part(f"/v11/Accounts/{account}", "PUT", {"rating": "A"}), part(f"/v11/Accounts/{account}", "PUT", bad)]
    assert [item["status"] for item in sugar.post("bulk", {"requests": requests}).json()] == [200, 404]
    row = sugar.row("Accounts", account)
    assert (row["rating"], row["industry"]) == ("A", None)


def test_parts_see_earlier_parts(sugar: SugarCaller) -> None:
    """Parts run one after the other: a later one reads what an earlier one wrote."""
    guid = "0a1b2c3d-1111-2222-3333-444455556666"
    requests = [
        part("/v11_24/Leads", "POST", {"id": guid, "last_name": "One"}),
        {"url": f"v11/Leads/{guid}?fields=last_name"},
    ]
    assert sugar.post("bulk", {"requests": requests}).json()[1]["contents"]["last_name"] == "One"


def test_url_begins_with_the_version(sugar: SugarCaller) -> None:
    """A part without a version, or with one that is unknown, is answered as such a call."""
    requests = [part("/Leads"), part("/rest/v11/Leads"), part("/v99/Leads"), part("/v11/nonsense/a/b/c/d/e")]
    statuses = [item["status"] for item in sugar.post("bulk", {"requests": requests}).json()]
    assert statuses == [301, 301, 301, 404]


@pytest.mark.parametrize("broken", [{}, {"url": ""}, {"method": "GET"}, "/v11/ping", None])
def test_part_without_url_stops_all(sugar: SugarCaller, broken: object) -> None:
    """A part that names no address refuses the whole bulk before any part is carried out."""
    answer = sugar.post("bulk", {"requests": [part("/v11/Leads", "POST", {"last_name": "One"}), broken]})
    assert_refused(answer, 422, "missing_parameter")
    assert sugar.dump("Leads") == []


def test_bulk_needs_token_and_list(sugar: SugarCaller) -> None:
    """Without a token it is a 401, without `requests` a 422; an empty list answers an empty list."""
    assert_refused(sugar.raw("POST", "bulk", json={"requests": []}), 401, "need_login")
    assert_refused(sugar.post("bulk", {}), 422, "missing_parameter")
    assert sugar.post("bulk", {"requests": []}).json() == []


def test_bulk_limit_is_a_switch(sugar: SugarCaller) -> None:
    """An instance may cap its bulks: more parts are a 413."""
    sugar.settings(bulk_limit=2)
    assert sugar.post("bulk", {"requests": [part("/v11/ping")] * 2}).status_code == 200
    assert_refused(sugar.post("bulk", {"requests": [part("/v11/ping")] * 3}), 413, "request_too_large")


def test_bulk_is_write_when_a_part_writes(sugar: SugarCaller) -> None:
    """The access log names a bulk by what its parts can do, and counts the records of all of them."""
    sugar.post("bulk", {"requests": [part("/v11/Leads")]})
    sugar.post("bulk", {"requests": [part("/v11/Leads"), part("/v11/Leads", "POST", {"last_name": "One"})]})
    for inner in (part("/v11/ping"), part("/v11/Leads", "POST", {"last_name": "Two"})):
        sugar.post("bulk", {"requests": [part("/v11/bulk", "POST", {"requests": [inner]})]})
    logged = [(call["kind"], call["records"]) for call in sugar.calls() if call["operation"] == "bulk"]
    assert logged == [("read", 0), ("write", 1), ("read", 0), ("write", 1)]


def test_row_error_strikes_one_part(sugar: SugarCaller) -> None:
    """A planned refusal of row 1 leaves the other parts of the bulk alone, with the label's own status."""
    fault = {"operation": "bulk", "action": "row_error", "rows": [1], "code": "not_authorized", "message": "no"}
    sugar.faults({**fault, "times": 1})
    requests = [part("/v11/Leads", "POST", {"last_name": name}) for name in ("One", "Two", "Three")]
    items = sugar.post("bulk", {"requests": requests}).json()
    assert [item["status"] for item in items] == [200, 403, 200]
    assert items[1]["contents"] == {"error": "not_authorized", "error_message": "no"}
    assert [row["last_name"] for row in sugar.dump("Leads")] == ["One", "Three"]
    sugar.faults({**fault, "rows": [2]})
    odd = [part("/v99/Leads"), part("/v11/a/b/c/d/e/f/g"), part("/v11/ping"), part("/v11/ping")]
    assert [item["status"] for item in sugar.post("bulk", {"requests": odd}).json()] == [301, 404, 403, 200]


def test_omitted_part_shifts_positions(sugar: SugarCaller) -> None:
    """A part missing from the answer was carried out all the same."""
    sugar.faults({"operation": "bulk", "action": "omit_row", "rows": [0]})
    requests = [part("/v11/Leads", "POST", {"last_name": name}) for name in ("One", "Two")]
    items = sugar.post("bulk", {"requests": requests}).json()
    assert [item["contents"]["last_name"] for item in items] == ["Two"]
    assert len(sugar.dump("Leads")) == 2


def test_part_may_bring_its_own_token(sugar: SugarCaller) -> None:
    """A part's header replaces the outer one: a dead token there fails that part alone."""
    requests = [{"url": "/v11/ping", "headers": {"OAuth-Token": "dead"}}, {"url": "/v11/ping"}]
    items = sugar.post("bulk", {"requests": requests}).json()
    assert [item["status"] for item in items] == [401, 200]
