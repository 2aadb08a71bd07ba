"""sObject Collections over HTTP: order, partial success, allOrNone, and their limits."""

from __future__ import annotations

import pytest

from tests.sandbox_caller import Caller


def record(kind: str, **fields: object) -> dict[str, object]:
    """One record with its attributes."""
    return {"attributes": {"type": kind}, **fields}


def leads(count: int) -> list[dict[str, object]]:
    """That many good leads."""
    return [record("Lead", LastName=f"L{n}", Company="Acme") for n in range(count)]


def test_partial_success_is_200_in_order(caller: Caller) -> None:
    """Each record has its result at its index; a failed one has statusCode and no id."""
    rows = [*leads(1), record("Lead", FirstName="NoLast"), *leads(1)]
    answer = caller.post("composite/sobjects", {"allOrNone": False, "records": rows})
    assert answer.status_code == 200
    first, second, third = answer.json()
    assert (first["success"], second["success"], third["success"]) == (True, False, True)
    assert "id" not in second
    assert second["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert len(caller.dump("Lead")) == 2


def test_all_or_none_rolls_back(caller: Caller) -> None:
    """Under allOrNone one bad record undoes all, over mixed objects too."""
    rows = [*leads(1), record("Account", Name="Acme"), record("Contact", FirstName="NoLast")]
    results = caller.post("composite/sobjects", {"allOrNone": True, "records": rows}).json()
    codes = [item["errors"][0]["statusCode"] for item in results]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK"] * 2 + ["REQUIRED_FIELD_MISSING"]
    assert caller.dump("Lead") == []
    assert caller.dump("Account") == []


def test_update_takes_lower_case_ids(caller: Caller) -> None:
    """An update names its records by `id` or `Id`; one id twice is refused for its second record."""
    one, two = caller.lead(), caller.lead()
    rows = [
        record("Lead", id=one, Title="A"),
        record("Lead", Id=two, Title="B"),
        record("Lead", id=one[:15], Title="C"),
    ]
    results = caller.patch("composite/sobjects", {"records": rows}).json()
    assert [item["success"] for item in results] == [True, True, False]
    assert results[2]["errors"][0]["statusCode"] == "DUPLICATE_VALUE"
    assert {row["Id"]: row["Title"] for row in caller.dump("Lead")} == {one: "A", two: "B"}


def test_upsert_says_created(caller: Caller) -> None:
    """An upsert collection creates and updates by external id and says which."""
    rows = [record("Lead", Connector_Key__c=f"k{n}", LastName="L", Company="Acme") for n in range(2)]
    first = caller.patch("composite/sobjects/Lead/Connector_Key__c", {"records": rows[:1]}).json()
    both = caller.patch("composite/sobjects/Lead/Connector_Key__c", {"records": rows}).json()
    assert [item["created"] for item in first] == [True]
    assert [item["created"] for item in both] == [False, True]
    assert both[0]["id"] == first[0]["id"]


def test_delete_takes_id_list(caller: Caller) -> None:
    """A delete names ids in the address, of mixed objects, and reports each."""
    lead = caller.lead()
    account = caller.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    results = caller.delete(f"composite/sobjects?ids={lead},{account},00Q5g00000AbCdEEAV&allOrNone=false").json()
    assert [item["success"] for item in results] == [True, True, False]
    assert caller.delete("composite/sobjects").status_code == 400


def test_retrieve_answers_null_in_place(caller: Caller) -> None:
    """A retrieve keeps the order asked for, with null where a record is missing; both forms agree."""
    one, two = caller.lead(), caller.lead()
    body = {"ids": [two, "00Q5g00000AbCdEEAV", one], "fields": ["Id", "LastName"]}
    found = caller.post("composite/sobjects/Lead", body).json()
    assert [row and row["Id"] for row in found] == [two, None, one]
    by_get = caller.get(f"composite/sobjects/Lead?ids={two},{one}&fields=Id,LastName").json()
    assert [row["Id"] for row in by_get] == [two, one]
    assert caller.calls()[-1]["kind"] == "read"


def test_too_many_records_are_refused(caller: Caller) -> None:
    """201 records, or records that change their type more than nine times, are refused whole."""
    answer = caller.post("composite/sobjects", {"records": leads(201)})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")
    mixed = [record("Account", Name="A") if n % 2 else record("Lead", LastName="L", Company="A") for n in range(11)]
    assert caller.post("composite/sobjects", {"records": mixed}).status_code == 400
    assert caller.post("composite/sobjects", {"records": mixed[:10]}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"records": [{"attributes": {"type": "Nothing__c"}, "LastName": "x"}]},
        {},
        {"records": "x"},
        {"records": [{"LastName": "x"}]},
        {"records": [], "allOrNone": "maybe"},
    ],
)
def test_malformed_collections_are_400(caller: Caller, body: dict[str, object]) -> None:
    """A malformed request is 400, and writes nothing."""
    assert caller.post("composite/sobjects", body).status_code == 400
    assert caller.dump("Lead") == []


def test_collection_counts_as_one_call(caller: Caller) -> None:
    """200 records are one logged call and one unit of quota."""
    answer = caller.post("composite/sobjects", {"records": leads(200)})
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/15000"
    (call,) = caller.calls()
    assert (call["operation"], call["kind"], call["records"]) == ("collections", "write", 200)
