"""Worlds: seeding, loading, dumping, switches, and coming back from a file."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.org import ApiError, DmlOptions, Org, OrgSettings
from tests.sandbox.engine.engine_answers import Make, column, saved

WORLD: dict[str, Any] = {
    "salesforce": {
        "fields": {
            "Lead": [
                {"name": "Score__c", "type": "double", "precision": 5, "scale": 1},
                {"name": "Plan__c", "type": "picklist", "values": ["Free", "Paid"], "restricted": True},
                {"name": "Ext__c", "type": "string", "length": 20, "unique": True, "external_id": True},
                {"name": "Vip__c", "type": "boolean"},
            ]
        },
        "settings": {"fiscal_year_start_month": 4},
        "records": {
            "Account": [{"Id": "0015g00000XyZ12", "Name": "Acme"}],
            "Contact": [{"LastName": "Okafor", "AccountId": "0015g00000XyZ12AAF", "CreatedDate": "2025-01-02"}],
            "Lead": [{"LastName": "Okafor", "FirstName": "Ada", "Company": "Acme", "Score__c": 12.5, "Vip__c": True}],
        },
    }
}


def test_empty_world_holds_the_setup(org: Org) -> None:
    """Organisation, two users, a queue, four statuses and ten stages are always there."""
    assert column(org, "SELECT IsSandbox FROM Organization") == [True]
    assert sorted(column(org, "SELECT IsActive FROM User")) == [False, True]
    assert column(org, "SELECT Type FROM Group") == ["Queue"]
    assert column(org, "SELECT ApiName FROM LeadStatus WHERE IsConverted = true") == ["Closed - Converted"]
    stages = column(org, "SELECT ApiName FROM OpportunityStage ORDER BY SortOrder")
    assert (len(stages), stages[0], stages[-1]) == (10, "Prospecting", "Closed Lost")
    counts = org.record_count()
    assert all(counts[name] == 0 for name in ("Lead", "Account", "Contact", "Opportunity", "Task", "RecordType"))


def test_world_brings_fields_and_records(org: Org) -> None:
    """A world's custom fields and records are in force at once, ids and stamps as given."""
    org.reset(WORLD)
    soql = "SELECT Account.Name FROM Contact WHERE CreatedDate < 2025-02-01T00:00:00Z"
    assert org.query(soql).records[0]["Account"]["Name"] == "Acme"
    lead = org.query("SELECT Name, Score__c, Vip__c, Plan__c, Status FROM Lead").records[0]
    del lead["attributes"]
    assert lead == {
        "Name": "Ada Okafor",
        "Score__c": 12.5,
        "Vip__c": True,
        "Plan__c": None,
        "Status": "Open - Not Contacted",
    }
    bad = org.create("Lead", [{"LastName": "A", "Company": "B", "Plan__c": "Gold"}])[0]
    assert bad.errors[0].status_code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    record = {"Ext__c": "x", "LastName": "A", "Company": "B"}
    assert org.upsert("Lead", "Ext__c", [record])[0].created


def test_reset_clears_but_keeps_identity(org: Org, make_lead: Make) -> None:
    """A reset forgets records, fields, locks and cursors; org and user ids stay; new ids are not reused."""
    before = org.org_id
    first = make_lead()
    org.reset(WORLD)
    org.reset({})
    assert (org.org_id, org.settings.fiscal_year_start_month) == (before, 1)
    assert org.dump("Lead") == []
    assert "Score__c" not in {field["name"] for field in org.describe("Lead")["fields"]}
    assert make_lead() > first


@pytest.mark.parametrize("changed", [False, True], ids=["untouched", "field-dropped"])
def test_same_world_again_is_made_anew(org: Org, make_lead: Make, changed: bool) -> None:
    """The same world set up twice has its own records, fields and picklists, whatever was done to it between."""
    org.reset(WORLD)
    first = {name: org.dump(name) for name in ("Lead", "LeadStatus", "User")}
    fields = org.describe("Lead")["fields"]
    make_lead(LastName="Late")
    if changed:
        org.drop_field("Lead", "Score__c")
    org.reset(WORLD)
    assert org.describe("Lead")["fields"] == fields
    for name, rows in first.items():
        assert [told(row) for row in org.dump(name)] == [told(row) for row in rows]


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record without ids and moments."""
    return {field: value for field, value in row.items() if not field.endswith(("Id", "Date", "Modstamp"))}


def test_two_orgs_are_told_apart(org: Org, clock: SandboxClock) -> None:
    """Each new org has an id of its own."""
    assert Org(None, clock).org_id != org.org_id


def test_given_statuses_replace_the_factory_ones(org: Org, make_lead: Make) -> None:
    """A world's statuses are the org's: default, describe and conversion follow them."""
    statuses = [
        {"ApiName": "New", "MasterLabel": "New", "SortOrder": 1, "IsDefault": True},
        {"ApiName": "Qualified", "MasterLabel": "Qualified", "SortOrder": 2, "IsConverted": True},
    ]
    org.reset({"salesforce": {"records": {"LeadStatus": statuses}}})
    make_lead()
    assert column(org, "SELECT Status FROM Lead") == ["New"]
    field = next(item for item in org.describe("Lead")["fields"] if item["name"] == "Status")
    assert [item["value"] for item in field["picklistValues"]] == ["New", "Qualified"]


@pytest.mark.parametrize("section", [{"colour": 1}, {"settings": {"nonsense": 1}}, {"records": {"Lead": [{"Foo": 1}]}}])
def test_bad_world_is_refused_whole(org: Org, make_lead: Make, section: dict[str, Any]) -> None:
    """A world with an unknown part, setting or column changes nothing."""
    org.reset(WORLD)
    lead = make_lead(Score__c=3)
    with pytest.raises(ApiError):
        org.reset({"salesforce": section})
    assert column(org, f"SELECT Score__c FROM Lead WHERE Id = '{lead}'") == [3.0]
    assert org.settings.fiscal_year_start_month == 4


def test_load_takes_records_as_given(org: Org) -> None:
    """Loading honours what no caller may set and applies no rule; answers come in order with ids."""
    rows = [
        {"LastName": "A", "Company": "C", "IsConverted": True, "ConvertedDate": "2026-01-01", "Email": "not an e-mail"},
        {
            "Id": "00Q5g00000AbCdE",
            "LastName": "B",
            "IsDeleted": True,
            "CreatedDate": "2023-01-01T00:00:00Z",
            "SystemModstamp": "2024-02-03T04:05:06Z",
        },
    ]
    answer = org.load({"Lead": rows})["Lead"]
    assert [item["LastName"] for item in answer] == ["A", "B"]
    assert answer[1]["Id"] == "00Q5g00000AbCdEEAV"
    dumped = {row["Id"]: row for row in org.dump("Lead")}
    assert dumped[answer[0]["Id"]]["Email"] == "not an e-mail"
    assert dumped[answer[1]["Id"]]["IsDeleted"] is True
    assert dumped[answer[1]["Id"]]["LastModifiedDate"] == "2024-02-03T04:05:06.000+0000"
    with pytest.raises(ApiError, match="DUPLICATE_VALUE"):
        org.load({"Lead": [{"LastName": "X"}, {"Id": "00Q5g00000AbCdE", "LastName": "Y"}]})
    assert len(org.dump("Lead")) == 2


def test_loaded_opportunity_follows_its_stage(org: Org) -> None:
    """What the server works out is filled in on loading unless given."""
    deal = {"Name": "D", "StageName": "Closed Won", "CloseDate": "2026-02-01"}
    org.load({"Opportunity": [deal, {**deal, "Probability": 5}]})
    rows = org.query("SELECT IsWon, Probability FROM Opportunity ORDER BY Id").records
    assert [(row["IsWon"], row["Probability"]) for row in rows] == [(True, 100.0), (True, 5.0)]


def test_retrieve_answers_in_order_of_ids(org: Org, make_lead: Make) -> None:
    """Records come in the order asked, None for strangers, with chosen or all fields."""
    first, second = make_lead(LastName="A", City="Bonn"), make_lead(LastName="B")
    found = org.retrieve("Lead", [second, "00Q5g00000ZZZZZ", first[:15], "junk"], ["lastname"], "58.0")
    assert [item and item["LastName"] for item in found] == ["B", None, "A", None]
    assert found[0] is not None
    assert found[0]["attributes"]["url"] == f"/services/data/v58.0/sobjects/Lead/{second}"
    whole = org.retrieve("Lead", [first], None)[0]
    assert whole is not None
    assert (whole["Address"]["city"], whole["IsConverted"]) == ("Bonn", False)
    with pytest.raises(ApiError, match="No such column 'Foo'"):
        org.retrieve("Lead", [first], ["Foo"])


def test_file_survives_a_restart(tmp_path: Path, clock: SandboxClock) -> None:
    """Records, custom fields, settings, rules and the org id are found again in the file."""
    path = str(tmp_path / "state.db")
    org = Org(path, clock)
    org.reset({"salesforce": {**WORLD["salesforce"], "duplicate_rules": [{"object": "Account", "action": "block"}]}})
    org.drop_field("Lead", "Fax")
    org.close()
    again = Org(path, clock)
    assert again.org_id == org.org_id
    assert again.settings.fiscal_year_start_month == 4
    assert column(again, "SELECT Score__c FROM Lead") == [12.5]
    assert "Fax" not in {field["name"] for field in again.describe("Lead")["fields"]}
    assert again.create("Account", [{"Name": "acme"}])[0].errors[0].status_code == "DUPLICATES_DETECTED"
    old = column(again, "SELECT Id FROM Lead")[0]
    assert saved(again.create("Lead", [{"LastName": "A", "Company": "B"}])[0]) > old
    again.close()


def test_assignment_rule_follows_the_header(clock: SandboxClock) -> None:
    """By default the active rule assigns leads on create and update; False leaves the owner alone."""
    org = Org(None, clock)
    rule = {"object": "Lead", "entries": [{"when": {"LeadSource": "Web"}, "owner": "Inbound Leads"}]}
    org.reset({"salesforce": {"settings": {"assignment_rules": [rule]}}})
    web = {"LastName": "A", "Company": "B", "LeadSource": "Web"}
    assigned = saved(org.create("Lead", [web])[0])
    kept = saved(org.create("Lead", [web], DmlOptions(auto_assign=False))[0])
    other = saved(org.create("Lead", [{**web, "LeadSource": "Other"}])[0])
    owners = {row["Id"]: row["OwnerId"] for row in org.dump("Lead")}
    assert (owners[assigned], owners[kept], owners[other]) == (org.queue_id, org.user_id, org.user_id)
    saved(org.update("Lead", [{"Id": kept, "Title": "x"}])[0])
    assert {row["Id"]: row["OwnerId"] for row in org.dump("Lead")}[kept] == org.queue_id


def test_audit_fields_need_the_permission(clock: SandboxClock) -> None:
    """CreatedDate may be set on create only where the org allows it."""
    record = {"LastName": "A", "Company": "B", "CreatedDate": "2020-01-01T00:00:00Z"}
    assert not Org(None, clock).create("Lead", [record])[0].success
    org = Org(None, clock, OrgSettings(audit_fields=True))
    saved(org.create("Lead", [record])[0])
    assert column(org, "SELECT Id FROM Lead WHERE CreatedDate < 2021-01-01T00:00:00Z") != []


def test_many_threads_save_without_loss(org: Org) -> None:
    """Calls from several threads are taken one after another and none is lost."""

    def work(number: int) -> None:
        for turn in range(10):
            org.create("Lead", [{"LastName": f"T{number}-{turn}", "Company": "C"}])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(column(org, "SELECT LastName FROM Lead"))) == 80
