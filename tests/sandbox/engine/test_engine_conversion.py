"""Lead conversion: what it makes, what it leaves alone, and every refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org import ApiError, DmlOptions, LeadConvert, LeadConvertResult, Org, OrgSettings
from tests.sandbox.engine.engine_answers import Make, only

DONE = "Closed - Converted"


def _convert(org: Org, lead: str, options: DmlOptions = DmlOptions(), **elements: Any) -> LeadConvertResult:  # noqa: B008
    request = LeadConvert(lead_id=lead, **{"converted_status": DONE, **elements})
    return org.convert_leads([request], options)[0]


def _row(org: Org, object_name: str, record_id: str | None) -> dict[str, Any]:
    return next(row for row in org.dump(object_name) if row["Id"] == record_id)


@pytest.fixture
def rich_lead(make_lead: Make) -> str:
    """A lead with a value in every field that conversion maps."""
    return make_lead(
        Salutation="Dr.", Title="CTO", Street="1 Main St", City="Bonn", PostalCode="53111", Country="Germany",
        Phone="+49 1", Fax="+49 2", MobilePhone="+49 3", Email="Ada@Acme.test", Website="acme.test",
        Industry="Energy", AnnualRevenue=5000000, NumberOfEmployees=12, Rating="Hot", Description="met at fair",
        LeadSource="Web", DoNotCall=True, HasOptedOutOfEmail=True,
    )  # fmt: skip


def test_conversion_makes_three_records(org: Org, rich_lead: str) -> None:
    """A lead becomes an account, a contact and an opportunity by the default field mapping."""
    result = _convert(org, rich_lead)
    assert result.success
    account = _row(org, "Account", result.account_id)
    assert (account["Name"], account["BillingCity"], account["Website"]) == ("Acme", "Bonn", "acme.test")
    assert (account["Industry"], account["AnnualRevenue"], account["NumberOfEmployees"]) == ("Energy", 5e6, 12)
    assert (account["Rating"], account["AccountSource"], account["Description"]) == ("Hot", "Web", None)
    contact = _row(org, "Contact", result.contact_id)
    assert (contact["Name"], contact["Email"], contact["Title"]) == ("Ada Okafor", "Ada@Acme.test", "CTO")
    assert (contact["AccountId"], contact["MailingStreet"]) == (result.account_id, "1 Main St")
    assert (contact["Description"], contact["LeadSource"]) == ("met at fair", "Web")
    assert (contact["DoNotCall"], contact["HasOptedOutOfEmail"], contact["MobilePhone"]) == (True, True, "+49 3")


def test_opportunity_gets_first_stage_and_quarter_end(org: Org, rich_lead: str) -> None:
    """The opportunity is named after the company, open in the first stage until the fiscal quarter ends."""
    deal = _row(org, "Opportunity", _convert(org, rich_lead).opportunity_id)
    assert (deal["Name"], deal["StageName"], deal["CloseDate"]) == ("Acme", "Prospecting", "2026-06-30")
    assert (deal["Amount"], deal["Probability"], deal["LeadSource"]) == (None, 10.0, "Web")


def test_fiscal_year_start_moves_the_close_date(clock: SandboxClock) -> None:
    """With a fiscal year from February the quarter of 20 May ends in July."""
    org = Org(None, clock, OrgSettings(fiscal_year_start_month=2))
    lead = org.create("Lead", [{"LastName": "A", "Company": "B"}])[0].id or ""
    assert _row(org, "Opportunity", _convert(org, lead).opportunity_id)["CloseDate"] == "2026-07-31"


def test_contact_role_is_primary_without_role(org: Org, rich_lead: str) -> None:
    """The contact is linked to the opportunity with a blank role, as primary."""
    result = _convert(org, rich_lead)
    roles = org.dump("OpportunityContactRole")
    assert [(row["OpportunityId"], row["ContactId"], row["Role"], row["IsPrimary"]) for row in roles] == [
        (result.opportunity_id, result.contact_id, None, True)
    ]


def test_converted_lead_points_at_its_records(org: Org, rich_lead: str, clock: SandboxClock) -> None:
    """The lead says that, when and into what it was converted, with a date and new stamps."""
    clock.advance(90)
    result = _convert(org, rich_lead)
    row = _row(org, "Lead", rich_lead)
    assert (row["IsConverted"], row["Status"], row["ConvertedDate"]) == (True, DONE, "2026-05-20")
    assert (row["ConvertedAccountId"], row["ConvertedContactId"]) == (result.account_id, result.contact_id)
    assert row["ConvertedOpportunityId"] == result.opportunity_id
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-05-20T12:01:30.000+0000"


def test_converted_lead_is_read_only(org: Org, rich_lead: str, make: Make) -> None:
    """No update, no second conversion, no new activity; deleting is allowed."""
    _convert(org, rich_lead)
    update = org.update("Lead", [{"Id": rich_lead, "Title": "x"}])[0]
    task = org.create("Task", [{"WhoId": rich_lead, "Subject": "Call"}])[0]
    for errors in (update.errors, task.errors, _convert(org, rich_lead).errors):
        error = only(errors)
        assert (error.status_code, error.message) == (
            "CANNOT_UPDATE_CONVERTED_LEAD",
            "cannot reference converted lead",
        )
    assert len(org.dump("Account")) == 1
    assert org.delete([rich_lead])[0].success


def test_suppressed_opportunity_is_not_made(org: Org, rich_lead: str) -> None:
    """With doNotCreateOpportunity there is neither opportunity nor role."""
    result = _convert(org, rich_lead, do_not_create_opportunity=True)
    assert (result.success, result.opportunity_id) == (True, None)
    assert org.dump("Opportunity") == org.dump("OpportunityContactRole") == []


def test_existing_records_keep_their_values(org: Org, make: Make, rich_lead: str) -> None:
    """Merging into an account and a contact fills only empty fields and leaves opt-outs alone."""
    account = make("Account", Name="Acme Corp", Phone="0", Industry=None)
    contact = make("Contact", LastName="Okafor", FirstName="A.", AccountId=account, LeadSource="Other")
    result = _convert(org, rich_lead, account_id=account[:15], contact_id=contact)
    assert (result.account_id, result.contact_id) == (account, contact)
    kept = _row(org, "Account", account)
    assert (kept["Name"], kept["Phone"], kept["Industry"], kept["AccountSource"]) == (
        "Acme Corp",
        "0",
        "Energy",
        None,
    )
    person = _row(org, "Contact", contact)
    assert (person["FirstName"], person["LeadSource"], person["Email"]) == ("A.", "Other", "Ada@Acme.test")
    assert (person["DoNotCall"], person["HasOptedOutOfEmail"]) == (False, False)


def test_nothing_to_fill_leaves_the_account_untouched(
    org: Org, make: Make, make_lead: Make, clock: SandboxClock
) -> None:
    """An account that the lead adds nothing to keeps its stamp."""
    account = make("Account", Name="Acme Corp")
    lead = make_lead()
    clock.advance(60)
    _convert(org, lead, account_id=account)
    assert _row(org, "Account", account)["SystemModstamp"] == "2026-05-20T12:00:00.000+0000"


def test_overwrite_replaces_the_lead_source(org: Org, make: Make, rich_lead: str) -> None:
    """overwriteLeadSource is the only value that replaces one of an existing contact."""
    account = make("Account", Name="Acme Corp")
    contact = make("Contact", LastName="Okafor", AccountId=account, LeadSource="Other")
    assert _convert(org, rich_lead, account_id=account, contact_id=contact, overwrite_lead_source=True).success
    assert _row(org, "Contact", contact)["LeadSource"] == "Web"


def test_existing_opportunity_is_joined(org: Org, make: Make, rich_lead: str) -> None:
    """opportunityId attaches the contact to that opportunity, not as primary when there is one."""
    account = make("Account", Name="Acme Corp")
    boss = make("Contact", LastName="Boss", AccountId=account)
    deal = make(
        "Opportunity", Name="D", StageName="Qualification", CloseDate="2026-12-01", AccountId=account, ContactId=boss
    )
    result = _convert(org, rich_lead, account_id=account, opportunity_id=deal)
    assert result.opportunity_id == deal
    roles = {row["ContactId"]: row["IsPrimary"] for row in org.dump("OpportunityContactRole")}
    assert roles == {boss: True, result.contact_id: False}
    assert _row(org, "Opportunity", deal)["StageName"] == "Qualification"


def test_two_leads_of_one_company_make_two_accounts(org: Org, make_lead: Make) -> None:
    """The server does not merge new accounts of one call."""
    requests = [LeadConvert(lead_id=make_lead(), converted_status=DONE) for _ in range(2)]
    results = org.convert_leads(requests)
    assert len({result.account_id for result in results}) == 2


def test_record_elements_set_target_fields(org: Org, make_lead: Make) -> None:
    """accountRecord, contactRecord and opportunityRecord carry values of their own."""
    result = _convert(
        org,
        make_lead(),
        account_record={"Site": "HQ"},
        contact_record={"Department": "R&D"},
        opportunity_record={"Amount": 100, "StageName": "Qualification"},
    )
    assert _row(org, "Account", result.account_id)["Site"] == "HQ"
    assert _row(org, "Contact", result.contact_id)["Department"] == "R&D"
    deal = _row(org, "Opportunity", result.opportunity_id)
    assert (deal["Amount"], deal["StageName"], deal["ExpectedRevenue"]) == (100.0, "Qualification", 10.0)


def test_activities_and_memberships_move_along(org: Org, make: Make, make_lead: Make) -> None:
    """Tasks and events become the contact's; members name both; the newest campaign sources the deal."""
    lead = make_lead()
    make("Task", WhoId=lead, Subject="Call")
    make("Event", WhoId=lead, Subject="Demo")
    old, new = make("Campaign", Name="Old"), make("Campaign", Name="New")
    for campaign in (old, new):
        make("CampaignMember", CampaignId=campaign, LeadId=lead)
    result = _convert(org, lead)
    for name in ("Task", "Event"):
        row = org.dump(name)[0]
        assert (row["WhoId"], row["WhatId"], row["AccountId"]) == (
            result.contact_id,
            result.opportunity_id,
            result.account_id,
        )
    assert {(row["LeadId"], row["ContactId"]) for row in org.dump("CampaignMember")} == {(lead, result.contact_id)}
    assert _row(org, "Opportunity", result.opportunity_id)["CampaignId"] == new


def test_custom_mapping_feeds_several_targets(org: Org, make: Make) -> None:
    """The administrator's map copies a custom field to each of its targets."""
    field = {"name": "Budget__c", "type": "currency"}
    world = {
        "salesforce": {
            "fields": {name: [field] for name in ("Lead", "Account", "Opportunity")},
            "settings": {"lead_field_mapping": {"Budget__c": ["Account.Budget__c", "Opportunity.Budget__c"]}},
        }
    }
    org.reset(world)
    result = _convert(org, make("Lead", LastName="A", Company="B", Budget__c=900))
    assert _row(org, "Account", result.account_id)["Budget__c"] == 900
    assert _row(org, "Opportunity", result.opportunity_id)["Budget__c"] == 900


@pytest.mark.parametrize(
    ("elements", "code", "text"),
    [
        ({"converted_status": "Foo"}, "INVALID_STATUS", "invalid convertedStatus: Foo"),
        ({"converted_status": "Working - Contacted"}, "INVALID_STATUS", "invalid convertedStatus"),
        ({"converted_status": None}, "REQUIRED_FIELD_MISSING", "[convertedStatus]"),
        ({"lead_id": None}, "MISSING_ARGUMENT", "leadId"),
        ({"lead_id": "00Qbad"}, "MALFORMED_ID", "malformed id 00Qbad"),
        ({"lead_id": "00Q5g00000ZZZZZ"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        ({"account_id": ""}, "MALFORMED_ID", "malformed id"),
        ({"account_id": "0015g00000ZZZZZ"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        ({"account_id": "0035g00000ZZZZZ"}, "MALFORMED_ID", "malformed id"),
        ({"contact_id": "0035g00000ZZZZZ"}, "REQUIRED_FIELD_MISSING", "accountId must be specified"),
        ({"overwrite_lead_source": True}, "FIELD_INTEGRITY_EXCEPTION", "overwriteLeadSource"),
        ({"do_not_create_opportunity": True, "opportunity_name": "x"}, "FIELD_INTEGRITY_EXCEPTION", "must be empty"),
        ({"opportunity_id": "0065g00000ZZZZZ", "opportunity_name": "x"}, "FIELD_INTEGRITY_EXCEPTION", "must be empty"),
        ({"opportunity_name": "x" * 81}, "STRING_TOO_LONG", "(max length=80)"),
        ({"owner_id": "00G5g00000QqQqQ"}, "INVALID_OWNER", "can only be owned by users"),
        ({"owner_id": "0055g00000UuVvX"}, "INACTIVE_OWNER_OR_USER", "user [0055g00000UuVvX] as owner of lead"),
        ({"related_person_account_id": "0015g00000ZZZZZ"}, "FUNCTIONALITY_NOT_ENABLED", "person accounts"),
        ({"account_record": {"Foo__c": 1}}, "INVALID_FIELD", "No such column 'Foo__c'"),
    ],
)
def test_bad_request_leaves_nothing_behind(
    org: Org, make_lead: Make, elements: dict[str, Any], code: str, text: str
) -> None:
    """Each refusal names its code, has no ids, and leaves the lead open without any new record."""
    lead = make_lead()
    result = org.convert_leads([LeadConvert(**{"lead_id": lead, "converted_status": DONE, **elements})])[0]
    error = only(result.errors)
    assert (error.status_code, text in error.message) == (code, True)
    assert (result.success, result.lead_id, result.account_id) == (False, None, None)
    assert not _row(org, "Lead", lead)["IsConverted"]
    assert org.dump("Account") == org.dump("Contact") == org.dump("Opportunity") == []


def test_late_failure_undoes_the_whole_lead(org: Org, make_lead: Make) -> None:
    """A refusal at the opportunity takes account and contact back; the next lead is not affected."""
    org.declare_field("Opportunity", {"name": "Budget__c", "type": "currency", "required": True})
    lead, other = make_lead(), make_lead(LastName="Other")
    requests = [
        LeadConvert(lead_id=lead, converted_status=DONE),
        LeadConvert(lead_id=other, converted_status=DONE, do_not_create_opportunity=True),
    ]
    first, second = org.convert_leads(requests)
    error = only(first.errors)
    assert (error.status_code, error.message) == (
        "REQUIRED_FIELD_MISSING",
        "Required fields are missing: [Budget__c]",
    )
    assert [row["Id"] for row in org.dump("Account")] == [second.account_id]
    assert not _row(org, "Lead", lead)["IsConverted"]
    assert second.lead_id == other


def test_contact_of_another_account_is_refused(org: Org, make: Make, make_lead: Make) -> None:
    """The contact must belong to the account of the request."""
    account, other = make("Account", Name="A"), make("Account", Name="B")
    contact = make("Contact", LastName="X", AccountId=other)
    error = only(_convert(org, make_lead(), account_id=account, contact_id=contact).errors)
    assert error.status_code == "INVALID_CROSS_REFERENCE_KEY"


def test_deleted_records_cannot_take_part(org: Org, make: Make, make_lead: Make) -> None:
    """A deleted lead or account answers ENTITY_IS_DELETED."""
    account, lead, gone = make("Account", Name="A"), make_lead(), make_lead()
    org.delete([account, gone])
    for result in (_convert(org, lead, account_id=account), _convert(org, gone)):
        error = only(result.errors)
        assert (error.status_code, error.message) == ("ENTITY_IS_DELETED", "entity is deleted")


def test_queued_lead_needs_an_owner(org: Org, make_lead: Make) -> None:
    """A lead of a queue converts only with a user as owner, who then owns the new records."""
    lead = make_lead(OwnerId=org.queue_id)
    assert only(_convert(org, lead).errors).status_code == "INVALID_OWNER"
    seller = org.load({"User": [{"LastName": "Seller", "IsActive": True}]})["User"][0]["Id"]
    result = _convert(org, lead, owner_id=seller)
    made = {"Account": result.account_id, "Contact": result.contact_id, "Opportunity": result.opportunity_id}
    assert {_row(org, name, record_id)["OwnerId"] for name, record_id in made.items()} == {seller}
    assert _row(org, "Lead", lead)["OwnerId"] == org.queue_id


def test_long_names_are_cut_only_on_request(org: Org, make_lead: Make) -> None:
    """A company too long for an opportunity's name fails unless truncation is allowed."""
    lead = make_lead(Company="C" * 130)
    assert only(_convert(org, lead).errors).status_code == "STRING_TOO_LONG"
    result = _convert(org, lead, DmlOptions(allow_field_truncation=True))
    assert _row(org, "Opportunity", result.opportunity_id)["Name"] == "C" * 120


def test_locked_account_refuses_then_allows(org: Org, make: Make, make_lead: Make) -> None:
    """UNABLE_TO_LOCK_ROW on the account or the lead is temporary and leaves nothing behind."""
    account, lead = make("Account", Name="A"), make_lead()
    for locked in (account, lead):
        org.lock_rows([locked], 1)
        assert only(_convert(org, lead, account_id=account).errors).status_code == "UNABLE_TO_LOCK_ROW"
    assert org.dump("Contact") == []
    assert _convert(org, lead, account_id=account).success


def test_more_than_hundred_leads_are_refused(org: Org, make_lead: Make) -> None:
    """101 leads in one call are a fault of the whole call; 100 are fine."""
    requests = [LeadConvert(lead_id=make_lead(), converted_status=DONE) for _ in range(101)]
    with pytest.raises(ApiError) as refused:
        org.convert_leads(requests)
    assert (refused.value.code, refused.value.http_status) == ("EXCEEDED_LEAD_CONVERT_LIMIT", 500)
    assert all(result.success for result in org.convert_leads(requests[:100]))


@pytest.fixture
def switched(clock: SandboxClock) -> Iterator[Org]:
    """An org in which every contested switch of conversion is the other way."""
    settings = OrgSettings(
        account_source_from_lead=False,
        primary_contact_role=False,
        convert_moves_last_modified=False,
        reconvert_code="INVALID_STATUS",
        queue_owner_code="FIELD_INTEGRITY_EXCEPTION",
        opportunity_name_length=120,
        validate_converted_leads=True,
    )
    made = Org(None, clock, settings)
    yield made
    made.close()


def test_switches_change_contested_behaviour(switched: Org, clock: SandboxClock) -> None:
    """Behaviours on which sources disagree follow the org's settings."""
    lead = switched.create("Lead", [{"LastName": "A", "Company": "B", "LeadSource": "Web"}])[0].id or ""
    clock.advance(60)
    result = _convert(switched, lead, opportunity_name="x" * 100)
    assert _row(switched, "Account", result.account_id)["AccountSource"] is None
    assert [row["IsPrimary"] for row in switched.dump("OpportunityContactRole")] == [False]
    row = _row(switched, "Lead", lead)
    assert (row["LastModifiedDate"][:16], row["SystemModstamp"][:16]) == ("2026-05-20T12:00", "2026-05-20T12:01")
    assert only(_convert(switched, lead).errors).status_code == "INVALID_STATUS"
    queued = switched.create("Lead", [{"LastName": "Q", "Company": "B", "OwnerId": switched.queue_id}])[0].id or ""
    assert only(_convert(switched, queued).errors).status_code == "FIELD_INTEGRITY_EXCEPTION"
    switched.alter_field("Lead", "Rating", {"required": True})
    assert only(_convert(switched, queued, owner_id=switched.user_id).errors).status_code == "REQUIRED_FIELD_MISSING"


def test_ids_of_the_answer_are_whole(org: Org, make_lead: Make) -> None:
    """A 15-character lead id is answered with 18 characters."""
    lead = make_lead()
    assert _convert(org, lead[:15]).lead_id == to_eighteen(lead[:15])
