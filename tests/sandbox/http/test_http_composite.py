"""Composite, graph, batch and tree: references, transactions and limits."""

from __future__ import annotations

from typing import Any

from tests.sandbox_caller import Caller

BASE = "/services/data/v62.0"
ACCOUNT: dict[str, Any] = {
    "method": "POST",
    "url": f"{BASE}/sobjects/Account",
    "referenceId": "acc1",
    "body": {"Name": "Acme Test"},
}
CONTACT: dict[str, Any] = {
    "method": "POST",
    "url": f"{BASE}/sobjects/Contact",
    "referenceId": "con1",
    "body": {"LastName": "Okafor", "AccountId": "@{acc1.id}"},
}
BAD: dict[str, Any] = {
    "method": "POST",
    "url": f"{BASE}/sobjects/Contact",
    "referenceId": "bad1",
    "body": {"FirstName": "NoLast"},
}


def composite(caller: Caller, *parts: dict[str, Any], all_or_none: bool = False) -> list[dict[str, Any]]:
    """The parts of a composite's answer."""
    answer = caller.post("composite", {"allOrNone": all_or_none, "compositeRequest": list(parts)})
    assert answer.status_code == 200, answer.text
    parts_answered: list[dict[str, Any]] = answer.json()["compositeResponse"]
    return parts_answered


def test_references_link_parts(caller: Caller) -> None:
    """A later part takes an id from an earlier one; creates answer 201 with their Location."""
    account, contact = composite(caller, ACCOUNT, CONTACT)
    assert (account["httpStatusCode"], contact["httpStatusCode"]) == (201, 201)
    assert account["httpHeaders"]["Location"].endswith(account["body"]["id"])
    assert caller.dump("Contact")[0]["AccountId"] == account["body"]["id"]


def test_references_reach_into_queries(caller: Caller) -> None:
    """References work in addresses and reach into query records and collection lists."""
    lead = caller.lead()
    query = {"method": "GET", "url": f"{BASE}/query?q=SELECT Id FROM Lead", "referenceId": "found"}
    update = {
        "method": "PATCH",
        "url": f"{BASE}/sobjects/Lead/@{{found.records[0].Id}}",
        "referenceId": "upd",
        "body": {"Title": "CTO"},
    }
    rows = {
        "method": "POST",
        "url": f"{BASE}/composite/sobjects",
        "referenceId": "many",
        "body": {"records": [{"attributes": {"type": "Account"}, "Name": "A"}]},
    }
    read = {"method": "GET", "url": f"{BASE}/sobjects/Account/@{{many[0].id}}?fields=Name", "referenceId": "read"}
    answers = composite(caller, query, update, rows, read)
    assert [part["httpStatusCode"] for part in answers] == [200, 204, 200, 200]
    assert answers[1]["body"] is None
    assert answers[3]["body"]["Name"] == "A"
    assert caller.dump("Lead")[0]["Id"] == lead


def test_dependants_of_failure_are_halted(caller: Caller) -> None:
    """Without allOrNone independent parts go on, dependants of a failed part are not run."""
    needs_bad = {**CONTACT, "referenceId": "dep", "body": {"LastName": "x", "ReportsToId": "@{bad1.id}"}}
    bad, dependant, account = composite(caller, BAD, needs_bad, ACCOUNT)
    assert (bad["httpStatusCode"], bad["body"][0]["errorCode"]) == (400, "REQUIRED_FIELD_MISSING")
    assert (dependant["httpStatusCode"], dependant["body"][0]["errorCode"]) == (400, "PROCESSING_HALTED")
    assert account["httpStatusCode"] == 201
    assert caller.dump("Contact") == []


def test_all_or_none_undoes_every_part(caller: Caller) -> None:
    """Under allOrNone a failure undoes all parts; only the failed one keeps its own error."""
    answers = composite(caller, ACCOUNT, BAD, CONTACT, all_or_none=True)
    assert [part["httpStatusCode"] for part in answers] == [400, 400, 400]
    assert [part["body"][0]["errorCode"] for part in answers] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert "rolled back" in answers[0]["body"][0]["message"]
    assert caller.dump("Account") == []


def test_composite_limits_are_enforced(caller: Caller) -> None:
    """26 parts, six queries, doubled or unknown references are refused whole."""
    limit = {"method": "GET", "url": f"{BASE}/limits"}
    query = {"method": "GET", "url": f"{BASE}/query?q=SELECT Id FROM Lead"}
    refused = [
        [{**limit, "referenceId": f"r{n}"} for n in range(26)],
        [{**query, "referenceId": f"r{n}"} for n in range(6)],
        [{**limit, "referenceId": "same"}, {**limit, "referenceId": "same"}],
        [CONTACT],
        [{**limit, "referenceId": "no-dash"}],
        [{"url": f"{BASE}/limits", "referenceId": "r"}],
        [],
    ]
    for parts in refused:
        assert caller.post("composite", {"compositeRequest": parts}).status_code == 400, parts
    good = [{**query, "referenceId": f"r{n}"} for n in range(5)]
    assert caller.post("composite", {"compositeRequest": good}).status_code == 200


def test_composite_of_reads_is_read(caller: Caller) -> None:
    """A composite is logged as a write if any part writes, else as a read; it is one call."""
    caller.lead()
    query = {"method": "GET", "url": f"{BASE}/query?q=SELECT+Id+FROM+Lead", "referenceId": "q"}
    composite(caller, query)
    composite(caller, query, ACCOUNT)
    reading, writing = caller.calls()[1:]
    assert (reading["operation"], reading["kind"], reading["records"]) == ("composite", "read", 1)
    assert (writing["operation"], writing["kind"], writing["records"]) == ("composite", "write", 2)


def test_header_of_part_counts(caller: Caller) -> None:
    """A part's own headers apply to it."""
    leads = [{"LastName": f"L{n}", "Company": "Acme"} for n in range(250)]
    caller.control("POST", "load", {"salesforce": {"Lead": leads}})
    query = {
        "method": "GET",
        "url": f"{BASE}/query?q=SELECT Id FROM Lead",
        "referenceId": "q",
        "httpHeaders": {"Sforce-Query-Options": "batchSize=200"},
    }
    (answer,) = composite(caller, query)
    assert len(answer["body"]["records"]) == 200
    assert answer["body"]["nextRecordsUrl"].startswith(f"{BASE}/query/")


def test_graphs_stand_alone(caller: Caller) -> None:
    """Each graph is one transaction of its own."""
    graphs = [
        {"graphId": "good", "compositeRequest": [ACCOUNT, CONTACT]},
        {"graphId": "bad", "compositeRequest": [ACCOUNT, BAD]},
    ]
    good, bad = caller.post("composite/graph", {"graphs": graphs}).json()["graphs"]
    assert (good["graphId"], good["isSuccessful"]) == ("good", True)
    assert [part["httpStatusCode"] for part in good["graphResponse"]["compositeResponse"]] == [201, 201]
    assert bad["isSuccessful"] is False
    assert len(caller.dump("Account")) == 1


def test_graph_refuses_queries_and_excess(caller: Caller) -> None:
    """Graphs take sobjects resources only, at most 75 graphs and 15 levels; after 14 failures the rest halts."""
    query = {"method": "GET", "url": f"{BASE}/query?q=SELECT Id FROM Lead", "referenceId": "q"}
    assert (
        caller.post("composite/graph", {"graphs": [{"graphId": "q", "compositeRequest": [query]}]}).status_code == 400
    )
    many = [{"graphId": f"g{n}", "compositeRequest": [ACCOUNT]} for n in range(76)]
    assert caller.post("composite/graph", {"graphs": many}).status_code == 400
    chain = [{**ACCOUNT, "referenceId": "a0"}]
    for level in range(1, 16):
        body = {"Name": "x", "ParentId": f"@{{a{level - 1}.id}}"}
        chain.append({**ACCOUNT, "referenceId": f"a{level}", "body": body})
    assert (
        caller.post("composite/graph", {"graphs": [{"graphId": "deep", "compositeRequest": chain}]}).status_code == 400
    )
    failing = [{"graphId": f"g{n}", "compositeRequest": [BAD]} for n in range(14)]
    last = {"graphId": "last", "compositeRequest": [ACCOUNT]}
    graphs = caller.post("composite/graph", {"graphs": [*failing, last]}).json()["graphs"]
    assert graphs[-1]["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert caller.dump("Account") == []


def test_batch_runs_parts_alone(caller: Caller) -> None:
    """A batch runs its parts one by one; haltOnError stops after the first failure."""
    requests = [
        {"method": "POST", "url": "v62.0/sobjects/Contact", "richInput": {"FirstName": "NoLast"}},
        {"method": "POST", "url": "v62.0/sobjects/Contact", "richInput": {"LastName": "Okafor"}},
    ]
    going_on = caller.post("composite/batch", {"batchRequests": requests}).json()
    assert going_on["hasErrors"] is True
    assert [item["statusCode"] for item in going_on["results"]] == [400, 201]
    halting = caller.post("composite/batch", {"haltOnError": True, "batchRequests": requests}).json()
    assert [item["statusCode"] for item in halting["results"]] == [400, 412]
    assert caller.post("composite/batch", {"batchRequests": [requests[1]] * 26}).status_code == 400


def test_tree_nests_children(caller: Caller) -> None:
    """A tree creates parents with nested children, or nothing at all."""
    child = {"attributes": {"type": "Contact", "referenceId": "c1"}, "LastName": "Okafor"}
    parent = {"attributes": {"type": "Account", "referenceId": "a1"}, "Name": "Acme", "Contacts": {"records": [child]}}
    answer = caller.post("composite/tree/Account/", {"records": [parent]})
    assert answer.status_code == 201
    ids = {item["referenceId"]: item["id"] for item in answer.json()["results"]}
    assert caller.dump("Contact")[0]["AccountId"] == ids["a1"]
    broken = {**parent, "Contacts": {"records": [{"attributes": {"type": "Contact", "referenceId": "c2"}}]}}
    refused = caller.post("composite/tree/Account", {"records": [broken]})
    assert (refused.status_code, refused.json()["hasErrors"]) == (400, True)
    assert refused.json()["results"][0]["referenceId"] == "c2"
    assert len(caller.dump("Account")) == 1
