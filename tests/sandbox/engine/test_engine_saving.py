"""Creating, changing and upserting: what is refused and what the server fills in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org import ApiError, DmlOptions, Org
from tests.sandbox.engine.engine_answers import NOON, Make, only, refusals, saved

_GHOST = to_eighteen("0035g00000ZZZZZ") or ""


def _row(org: Org, object_name: str, record_id: str) -> dict[str, Any]:
    return next(row for row in org.dump(object_name) if row["Id"] == record_id)


@pytest.mark.parametrize(
    ("object_name", "values", "code", "text"),
    [
        ("Lead", {"FirstName": "A"}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName, Company]"),
        ("Contact", {"LastName": "   "}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
        ("Opportunity", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name, StageName, CloseDate]"),
        (
            "Lead",
            {"FirstName": "x" * 41},
            "STRING_TOO_LONG",
            f"First Name: data value too large: {'x' * 41} (max length=40)",
        ),
        ("Lead", {"Email": "foo"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: foo"),
        ("Lead", {"Email": "a@b"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: a@b"),
        (
            "Lead",
            {"CleanStatus": "Dirty"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Clean Status: bad value for restricted picklist field: Dirty",
        ),
        ("Lead", {"Foo__c": 1}, "INVALID_FIELD", "No such column 'Foo__c' on sobject of type Lead"),
        (
            "Lead",
            {"ConvertedOpportunityId": _GHOST, "SystemModstamp": "2026-01-01T00:00:00Z"},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: ConvertedOpportunityId, SystemModstamp. Please check the security "
            "settings of this field and verify that it is read/write for your profile or permission set.",
        ),
        (
            "Lead",
            {"NumberOfEmployees": "many"},
            "JSON_PARSER_ERROR",
            "Cannot deserialize instance of int from VALUE_STRING",
        ),
        ("Lead", {"LastName": 5}, "JSON_PARSER_ERROR", "Cannot deserialize instance of string from VALUE_NUMBER_INT"),
        ("Opportunity", {"CloseDate": "soon"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of date"),
        (
            "Lead",
            {"NumberOfEmployees": 123456789},
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Employees: value outside of valid range",
        ),
        ("Lead", {"OwnerId": "nobody"}, "MALFORMED_ID", "Owner ID: id value of incorrect type: nobody"),
        ("Contact", {"OwnerId": "00G5g00000QqQqQEAV"}, "MALFORMED_ID", "Owner ID: id value of incorrect type"),
        ("Contact", {"ReportsToId": _GHOST}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        (
            "Lead",
            {"OwnerId": "0055g00000UuVvXAAV"},
            "INACTIVE_OWNER_OR_USER",
            "operation performed with inactive user [0055g00000UuVvX] as owner of lead",
        ),
    ],
)
def test_bad_value_is_refused_by_name(org: Org, object_name: str, values: dict[str, Any], code: str, text: str) -> None:
    """Each kind of bad value answers its own status code and text."""
    base: dict[str, dict[str, Any]] = {
        "Lead": {"LastName": "Okafor", "Company": "Acme"},
        "Contact": {"LastName": "Okafor"},
        "Opportunity": {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-06-30"},
    }
    complete = {} if code == "REQUIRED_FIELD_MISSING" else base[object_name]
    found = refusals(org.create(object_name, [{**complete, **values}])[0])
    assert [item[0] for item in found] == [code]
    assert found[0][1].startswith(text)
    assert org.dump(object_name) == []


def test_all_errors_of_a_record_come_together(org: Org) -> None:
    """One record answers every problem it has, a good neighbour is saved."""
    bad, good = org.create("Lead", [{"Email": "foo", "FirstName": "x" * 41}, {"LastName": "Okafor", "Company": "Acme"}])
    codes = {code for code, _ in refusals(bad)}
    assert codes == {"INVALID_EMAIL_ADDRESS", "STRING_TOO_LONG", "REQUIRED_FIELD_MISSING"}
    assert good.success


def test_new_lead_gets_server_values(org: Org, make_lead: Make) -> None:
    """Name, status, owner and stamps are the server's; empty text is stored as null."""
    row = _row(org, "Lead", make_lead(Title="", Email="Ada@X.test"))
    assert (row["Name"], row["Status"], row["OwnerId"]) == ("Ada Okafor", "Open - Not Contacted", org.user_id)
    assert row["CreatedDate"] == row["SystemModstamp"] == "2026-05-20T12:00:00.000+0000"
    assert (row["Title"], row["Email"], row["IsConverted"]) == (None, "Ada@X.test", False)


def test_junk_status_is_taken_silently(org: Org, make_lead: Make) -> None:
    """Lead.Status and LeadSource are unrestricted: an unknown value is accepted."""
    row = _row(org, "Lead", make_lead(Status="Nonsense", LeadSource="Carrier pigeon"))
    assert (row["Status"], row["LeadSource"]) == ("Nonsense", "Carrier pigeon")


def test_every_change_moves_both_stamps(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """An update moves SystemModstamp and LastModifiedDate to whole seconds, not CreatedDate."""
    lead = make_lead()
    clock.advance(61.7)
    saved(org.update("Lead", [{"Id": lead[:15], "Title": "CEO"}])[0])
    row = _row(org, "Lead", lead)
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-05-20T12:01:01.000+0000"
    assert row["CreatedDate"] == "2026-05-20T12:00:00.000+0000"


def test_stamp_is_the_transaction_start(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """A record saved late in a long transaction carries the moment the transaction began."""
    with org.transaction():
        clock.advance(300)
        lead = make_lead()
    assert _row(org, "Lead", lead)["SystemModstamp"] == "2026-05-20T12:00:00.000+0000"


def test_absent_key_stays_and_null_clears(org: Org, make_lead: Make) -> None:
    """An update leaves absent fields alone and clears those sent as null; field names ignore case."""
    lead = make_lead(Title="CEO", Phone="1")
    saved(org.update("Lead", [{"id": lead, "PHONE": None}])[0])
    row = _row(org, "Lead", lead)
    assert (row["Title"], row["Phone"]) == ("CEO", None)
    assert refusals(org.update("Lead", [{"Id": lead, "Company": None}])[0])[0][0] == "REQUIRED_FIELD_MISSING"


@pytest.mark.parametrize(
    ("record_id", "code"),
    [("00Qbad", "MALFORMED_ID"), (_GHOST, "MALFORMED_ID"), ("00Q5g00000ZZZZZ", "INVALID_CROSS_REFERENCE_KEY")],
)
def test_update_names_the_bad_id(org: Org, record_id: str, code: str) -> None:
    """Malformed ids, ids of another object and unknown ids are told apart."""
    assert refusals(org.update("Lead", [{"Id": record_id, "Title": "x"}])[0])[0][0] == code


def test_second_mention_of_an_id_is_refused(org: Org, make_lead: Make) -> None:
    """An id given twice in one update list fails the second time only."""
    lead = make_lead()
    first, second = org.update("Lead", [{"Id": lead, "Title": "A"}, {"Id": lead[:15], "Title": "B"}])
    assert first.success
    assert refusals(second)[0][0] == "DUPLICATE_VALUE"
    assert _row(org, "Lead", lead)["Title"] == "A"


def test_all_or_none_undoes_the_good(org: Org) -> None:
    """With all_or_none one bad record rolls the others back and they say so."""
    good = {"LastName": "Okafor", "Company": "Acme"}
    results = org.create("Lead", [good, {}], DmlOptions(all_or_none=True))
    assert [refusals(result)[0][0] for result in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert org.dump("Lead") == []


def test_truncation_header_cuts_long_text(org: Org) -> None:
    """AllowFieldTruncation shortens instead of refusing."""
    options = DmlOptions(allow_field_truncation=True)
    result = org.create("Lead", [{"LastName": "O" * 99, "Company": "Acme"}], options)[0]
    assert _row(org, "Lead", saved(result))["LastName"] == "O" * 80


def test_unmodified_since_guards_an_update(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """A record changed after the given moment is not overwritten."""
    lead = make_lead()
    since = DmlOptions(unmodified_since=NOON)
    saved(org.update("Lead", [{"Id": lead, "Title": "A"}], since)[0])
    clock.advance(5)
    saved(org.update("Lead", [{"Id": lead, "Title": "B"}])[0])
    found = refusals(org.update("Lead", [{"Id": lead, "Title": "C"}], since)[0])
    assert found[0][0] == "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE"


def test_unique_key_clash_names_the_holder(org: Org, make_lead: Make) -> None:
    """A second record with the same unique key, in any case, is refused with the holder's 15-character id."""
    lead = make_lead(Connector_Key__c="sugar:Ä1")
    error = only(org.create("Lead", [{"LastName": "B", "Company": "C", "Connector_Key__c": "SUGAR:ä1"}])[0].errors)
    text = f"duplicate value found: Connector_Key__c duplicates value on record with id: {lead[:15]}"
    assert (error.status_code, error.message) == ("DUPLICATE_VALUE", text)
    org.delete([lead])
    assert org.create("Lead", [{"LastName": "B", "Company": "C", "Connector_Key__c": "SUGAR:ä1"}])[0].success


def test_upsert_creates_then_updates(org: Org) -> None:
    """The first upsert of a key creates, the next one, in other case, updates the same record."""
    first = org.upsert("Lead", "connector_key__c", [{"Connector_Key__c": "k1", "LastName": "A", "Company": "C"}])[0]
    second = org.upsert("Lead", "Connector_Key__c", [{"Connector_Key__c": "K1", "Title": "CEO"}])[0]
    assert (first.created, second.created, second.id) == (True, False, first.id)
    row = _row(org, "Lead", saved(first))
    assert (row["Title"], row["Connector_Key__c"]) == ("CEO", "k1")
    assert org.find_by_external("Lead", "Connector_Key__c", "K1") == [first.id]


def test_upsert_of_two_matches_changes_nothing(org: Org, make_lead: Make) -> None:
    """A look-up field that matches two records is refused; both ids are found for the 300 answer."""
    leads = [make_lead(Email="a@x.test"), make_lead(Email="A@X.test")]
    result = org.upsert("Lead", "Email", [{"Email": "a@x.test", "LastName": "Z", "Company": "C"}])[0]
    assert refusals(result)[0][0] == "DUPLICATE_EXTERNAL_ID"
    assert org.find_by_external("Lead", "Email", "a@x.test") == leads


def test_upsert_refuses_bad_keys(org: Org) -> None:
    """No key value, a key twice, an update-only miss and a field that is no key are each refused."""
    missing, twice, again = org.upsert(
        "Lead",
        "Connector_Key__c",
        [{"LastName": "A"}, {"Connector_Key__c": "k"}, {"Connector_Key__c": "K"}],
    )
    assert refusals(missing)[0] == ("MISSING_ARGUMENT", "Connector_Key__c not specified")
    assert {refusals(item)[0][0] for item in (twice, again)} == {"DUPLICATE_VALUE"}
    record = {"Connector_Key__c": "k", "LastName": "A", "Company": "C"}
    absent = org.upsert("Lead", "Connector_Key__c", [record], update_only=True)[0]
    assert refusals(absent)[0][0] == "NOT_FOUND"
    with pytest.raises(ApiError, match="Provided external ID field does not exist or is not accessible: Title"):
        org.upsert("Lead", "Title", [record])


def test_upsert_ignores_bin_but_meets_converted(org: Org, make_lead: Make) -> None:
    """The match skips deleted rows and finds converted leads, which then refuse the update."""
    lead = make_lead(Connector_Key__c="k")
    org.delete([lead])
    record = {"Connector_Key__c": "k", "LastName": "A", "Company": "C"}
    assert org.upsert("Lead", "Connector_Key__c", [record])[0].created
    org.load({"Lead": [{"LastName": "B", "Company": "C", "Connector_Key__c": "done", "IsConverted": True}]})
    result = org.upsert("Lead", "Connector_Key__c", [{**record, "Connector_Key__c": "done"}])[0]
    assert refusals(result) == [("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")]


def test_parent_is_found_by_external_id(org: Org, make: Make) -> None:
    """A lookup may be given as the parent's external id."""
    account = make("Account", Name="Acme", Connector_Key__c="a/1")
    contact = make("Contact", LastName="Okafor", Account={"Connector_Key__c": "a/1"})
    assert _row(org, "Contact", contact)["AccountId"] == account
    missing = org.create("Contact", [{"LastName": "B", "Account": {"Connector_Key__c": "nope"}}])[0]
    assert "Foreign key external ID: nope not found" in refusals(missing)[0][1]


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("Prospecting", (10.0, "Pipeline", False, False)),
        ("Closed Won", (100.0, "Closed", True, True)),
        ("Closed Lost", (0.0, "Omitted", True, False)),
        ("Invented", (0.0, "Pipeline", False, False)),
    ],
)
def test_stage_drives_the_opportunity(org: Org, make: Make, stage: str, expected: tuple[Any, ...]) -> None:
    """Probability, forecast and the closed flags follow the stage; an unknown stage is open with 0 %."""
    made = make("Opportunity", Name="Deal", StageName=stage, CloseDate="2026-06-30", Amount=200)
    row = _row(org, "Opportunity", made)
    assert (row["Probability"], row["ForecastCategoryName"], row["IsClosed"], row["IsWon"]) == expected
    assert row["ExpectedRevenue"] == 2 * expected[0]
    assert (row["Fiscal"], row["FiscalYear"], row["FiscalQuarter"]) == ("2026 2", 2026, 2)


def test_new_stage_resets_probability_unless_given(org: Org, make: Make, clock: SandboxClock) -> None:
    """Changing the stage resets the probability, except when the same save sets it."""
    made = make("Opportunity", Name="Deal", StageName="Prospecting", CloseDate="2026-06-30", Probability=42)
    assert _row(org, "Opportunity", made)["Probability"] == 42
    clock.advance(60)
    saved(org.update("Opportunity", [{"Id": made, "StageName": "Value Proposition"}])[0])
    row = _row(org, "Opportunity", made)
    assert (row["Probability"], row["LastStageChangeDate"]) == (50, "2026-05-20T12:01:00.000+0000")
    saved(org.update("Opportunity", [{"Id": made, "StageName": "Qualification", "Probability": 33}])[0])
    assert _row(org, "Opportunity", made)["Probability"] == 33


def test_only_one_primary_contact_role(org: Org, make: Make) -> None:
    """Opportunity.ContactId makes a primary role; a second primary unsets the first."""
    first, second = make("Contact", LastName="A"), make("Contact", LastName="B")
    deal = make("Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-06-30", ContactId=first)
    make("OpportunityContactRole", OpportunityId=deal, ContactId=second, IsPrimary=True)
    roles = {row["ContactId"]: row["IsPrimary"] for row in org.dump("OpportunityContactRole")}
    assert roles == {first: False, second: True}


def test_task_about_a_lead_has_no_account(org: Org, make: Make, make_lead: Make) -> None:
    """A task may not be about a lead and an account at once; a completed one is closed and dated."""
    lead, account = make_lead(), make("Account", Name="Acme")
    both = org.create("Task", [{"WhoId": lead, "WhatId": account, "Subject": "Call"}])[0]
    assert refusals(both)[0][0] == "FIELD_INTEGRITY_EXCEPTION"
    row = _row(org, "Task", make("Task", WhoId=lead, Subject="Call", Status="Completed", Priority="High"))
    assert (row["IsClosed"], row["IsHighPriority"], row["CompletedDateTime"]) == (True, True, row["CreatedDate"])


def test_event_ends_after_its_minutes(org: Org, make: Make) -> None:
    """The end of an event follows from its start and length."""
    row = _row(org, "Event", make("Event", Subject="Demo", StartDateTime="2026-06-01T09:30:00Z", DurationInMinutes=45))
    assert (row["EndDateTime"], row["ActivityDate"]) == ("2026-06-01T10:15:00.000+0000", "2026-06-01")


def test_campaign_takes_a_person_once(org: Org, make: Make, make_lead: Make) -> None:
    """A member is a lead or a contact, once per campaign; Responded sets the flag and the day."""
    campaign, lead = make("Campaign", Name="Fair"), make_lead()
    row = _row(org, "CampaignMember", make("CampaignMember", CampaignId=campaign, LeadId=lead, Status="Responded"))
    assert (row["HasResponded"], row["FirstRespondedDate"]) == (True, "2026-05-20")
    again = org.create("CampaignMember", [{"CampaignId": campaign, "LeadId": lead}])[0]
    assert refusals(again) == [("DUPLICATE_VALUE", "Already a campaign member.")]
    neither = org.create("CampaignMember", [{"CampaignId": campaign}])[0]
    assert refusals(neither)[0][0] == "FIELD_INTEGRITY_EXCEPTION"


def test_locked_row_refuses_counted_writes(org: Org, make: Make) -> None:
    """A lock refuses the next k writes to the record or below it, then lets go."""
    account = make("Account", Name="Acme")
    org.lock_rows([account], 2)
    child = {"LastName": "A", "AccountId": account}
    found = refusals(org.create("Contact", [child])[0])
    assert found == [
        ("UNABLE_TO_LOCK_ROW", f"unable to obtain exclusive access to this record or 1 records: {account}")
    ]
    assert not org.update("Account", [{"Id": account, "Name": "B"}])[0].success
    assert org.create("Contact", [child])[0].success


def test_transaction_undoes_everything_on_error(org: Org, make_lead: Make) -> None:
    """An exception in a group of calls leaves no trace, an inner one only undoes its part."""

    def fail() -> None:
        with org.transaction():
            make_lead(LastName="Gone")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with org.transaction():
        make_lead(LastName="Kept")
        with pytest.raises(KeyError):
            fail()
    assert [row["LastName"] for row in org.dump("Lead")] == ["Kept"]


def test_read_only_objects_refuse_saves(org: Org) -> None:
    """Statuses and the organisation cannot be made by a caller, unknown objects are not found."""
    refused_save = refusals(org.create("LeadStatus", [{}])[0])
    assert refused_save == [("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type LeadStatus does not support create")]
    assert not org.delete([org.org_id])[0].success
    with pytest.raises(ApiError) as refused:
        org.create("Nope", [{}])
    assert (refused.value.code, refused.value.http_status) == ("NOT_FOUND", 404)


def test_insert_refuses_a_given_id(org: Org) -> None:
    """A caller cannot choose the id of a new record."""
    record = {"Id": "00Q5g00000AbCdE", "LastName": "A", "Company": "B"}
    assert refusals(org.create("Lead", [record])[0])[0] == (
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "cannot specify Id in an insert call",
    )


def test_clock_survives_a_day_change(org: Org, make_lead: Make, clock: SandboxClock) -> None:
    """Setting and resetting the clock changes the stamps that follow."""
    clock.set(NOON + timedelta(days=40))
    lead = make_lead()
    assert _row(org, "Lead", lead)["CreatedDate"].startswith("2026-06-29")
    clock.reset()
    assert _row(org, "Lead", make_lead())["CreatedDate"].startswith("2026-05-20")


def test_deleted_parent_cannot_be_named(org: Org, make: Make) -> None:
    """A reference to a record in the recycle bin is refused."""
    account = make("Account", Name="Gone")
    org.delete([account])
    found = refusals(org.create("Contact", [{"LastName": "A", "AccountId": account}])[0])
    assert found == [("ENTITY_IS_DELETED", "entity is deleted")]
