"""`convertLead`: each lead becomes an account, a contact and maybe an opportunity, all or nothing per lead.

Semantics from the SOAP API guide (convertLead, LeadConvertResult) and the help on lead conversion. Results
are index-aligned. Nothing here merges two leads of one new company: they make two accounts, as in life.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from connector.sandbox.salesforce.conversion_checks import Targets, check_request
from connector.sandbox.salesforce.conversion_mapping import (
    account_values,
    contact_values,
    only_blanks,
    opportunity_values,
    readable_values,
)
from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.last_activity import ACTIVITIES, roll_up
from connector.sandbox.salesforce.org_state import OrgState, RowRefused
from connector.sandbox.salesforce.org_time import last_day_of_fiscal_quarter
from connector.sandbox.salesforce.org_types import (
    ApiError,
    DmlOptions,
    LeadConvert,
    LeadConvertResult,
    Record,
)
from connector.sandbox.salesforce.records_save import create_one, touch_row, update_one, write_row
from connector.sandbox.salesforce.soql_dates import zone

MAX_LEADS = 100


def convert_leads(state: OrgState, requests: Sequence[LeadConvert], options: DmlOptions) -> list[LeadConvertResult]:
    """Convert up to 100 leads. ApiError EXCEEDED_LEAD_CONVERT_LIMIT for more."""
    if len(requests) > MAX_LEADS:
        text = f"convertLead limit exceeded: {MAX_LEADS}"
        raise ApiError("EXCEEDED_LEAD_CONVERT_LIMIT", text, 500)
    with state.transaction():
        return [_convert(state, request, options) for request in requests]


def _convert(state: OrgState, request: LeadConvert, options: DmlOptions) -> LeadConvertResult:
    try:
        with state.transaction():
            return _convert_one(state, request, replace(options, auto_assign=False))
    except RowRefused as refused:
        return LeadConvertResult(False, errors=refused.errors)


def _convert_one(state: OrgState, request: LeadConvert, options: DmlOptions) -> LeadConvertResult:
    targets = check_request(state, request, options)
    lead_id = str(targets.lead["Id"])
    # The lead counts as converted from here on, so that duplicate rules do not find it beside its own contact.
    touch_row(state, state.definition("Lead"), lead_id, {"IsConverted": 1})
    account_id = _account(state, request, targets, options)
    contact_id = _contact(state, request, targets, account_id, options)
    opportunity_id = None
    if not request.do_not_create_opportunity:
        opportunity_id = _opportunity(state, request, targets, account_id, options)
        _add_role(state, opportunity_id, contact_id, options)
    _move_activities(state, lead_id, contact_id, account_id, opportunity_id)
    _move_memberships(state, lead_id, contact_id)
    _close_lead(state, targets, account_id, contact_id, opportunity_id)
    return LeadConvertResult(True, lead_id, account_id, contact_id, opportunity_id)


def _with_bypass(state: OrgState, options: DmlOptions, bypass: bool | None) -> DmlOptions:
    skip = bool(bypass) or not state.settings.convert_honours_duplicate_rules
    return replace(options, skip_duplicate_rules=skip)


def _account(state: OrgState, request: LeadConvert, targets: Targets, options: DmlOptions) -> str:
    definition = state.definition("Account")
    options = _with_bypass(state, options, request.bypass_account_dedupe_check)
    new = targets.account is None
    values = readable_values(definition, account_values(targets.lead, state.settings, new=new))
    given = request.account_record or {}
    if targets.account is None:
        return create_one(state, definition, {**values, "OwnerId": targets.owner_id, **given}, options)
    return _enrich(state, "Account", targets.account, {**only_blanks(values, targets.account), **given}, options)


def _contact(state: OrgState, request: LeadConvert, targets: Targets, account_id: str, options: DmlOptions) -> str:
    definition = state.definition("Contact")
    options = _with_bypass(state, options, request.bypass_contact_dedupe_check)
    values = readable_values(definition, contact_values(targets.lead, state.settings))
    given = request.contact_record or {}
    if targets.contact is None:
        fixed = {"AccountId": account_id, "OwnerId": targets.owner_id}
        return create_one(state, definition, {**values, **fixed, **given}, options)
    blanks = only_blanks(values, targets.contact)
    if request.overwrite_lead_source:
        blanks["LeadSource"] = targets.lead["LeadSource"]
    return _enrich(state, "Contact", targets.contact, {**blanks, **given}, options)


def _enrich(state: OrgState, object_name: str, row: Row, changes: Mapping[str, Any], options: DmlOptions) -> str:
    """Write what the lead adds to a record that exists; an empty addition touches nothing."""
    if changes:
        update_one(state, state.definition(object_name), {**changes, "Id": row["Id"]}, options)
    return str(row["Id"])


def _opportunity(state: OrgState, request: LeadConvert, targets: Targets, account_id: str, options: DmlOptions) -> str:
    definition = state.definition("Opportunity")
    values = readable_values(definition, opportunity_values(targets.lead, state.settings))
    campaign = _latest_campaign(state, targets.lead["Id"])
    if campaign is not None:
        values["CampaignId"] = campaign
    given = request.opportunity_record or {}
    if targets.opportunity is not None:
        blanks = only_blanks({**values, "AccountId": account_id}, targets.opportunity)
        return _enrich(state, "Opportunity", targets.opportunity, {**blanks, **given}, options)
    made: Record = {
        **values,
        "Name": targets.opportunity_name or targets.lead["Company"],
        "AccountId": account_id,
        "OwnerId": targets.owner_id,
        "StageName": _first_stage(state),
        "CloseDate": last_day_of_fiscal_quarter(_today(state), state.fiscal_start()).isoformat(),
    }
    return create_one(state, definition, {**made, **given}, options)


def _first_stage(state: OrgState) -> str:
    """The first stage in the picklist's order, whatever its default is."""
    stages = state.live("OpportunityStage", "IsActive = 1")
    return str(min(stages, key=lambda row: row["SortOrder"])["ApiName"])


def _today(state: OrgState) -> date:
    return state.started().astimezone(zone(state.settings.time_zone)).date()


def _latest_campaign(state: OrgState, lead_id: str) -> str | None:
    members = state.live("CampaignMember", "LeadId = ?", (lead_id,))
    if not members:
        return None
    return str(max(members, key=lambda row: (row["CreatedDate"], row["_n"]))["CampaignId"])


def _add_role(state: OrgState, opportunity_id: str, contact_id: str, options: DmlOptions) -> None:
    """Link the contact to the opportunity, as the primary one unless there is one already."""
    roles = state.live("OpportunityContactRole", "OpportunityId = ?", (opportunity_id,))
    if any(row["ContactId"] == contact_id for row in roles):
        return
    primary = state.settings.primary_contact_role and not any(row["IsPrimary"] for row in roles)
    values = {"OpportunityId": opportunity_id, "ContactId": contact_id, "IsPrimary": primary}
    create_one(state, state.definition("OpportunityContactRole"), values, options)


def _move_activities(
    state: OrgState, lead_id: str, contact_id: str, account_id: str, opportunity_id: str | None
) -> None:
    """Tasks and events of the lead become the contact's, related to the opportunity or else the account."""
    changes = {"WhoId": contact_id, "WhatId": opportunity_id or account_id, "AccountId": account_id}
    for name in ACTIVITIES:
        definition = state.definition(name)
        for row in state.live(name, "WhoId = ?", (lead_id,)):
            touch_row(state, definition, row["Id"], changes)
            roll_up(state, name, None, {**row, **changes})


def _move_memberships(state: OrgState, lead_id: str, contact_id: str) -> None:
    """Campaign memberships name the contact too, unless the contact is a member already."""
    definition = state.definition("CampaignMember")
    known = {row["CampaignId"] for row in state.live(definition.name, "ContactId = ?", (contact_id,))}
    for row in state.live(definition.name, "LeadId = ?", (lead_id,)):
        if row["CampaignId"] not in known:
            touch_row(state, definition, row["Id"], {"ContactId": contact_id, "LeadOrContactId": contact_id})


def _close_lead(
    state: OrgState, targets: Targets, account_id: str, contact_id: str, opportunity_id: str | None
) -> None:
    changes = {
        "IsConverted": 1,
        "Status": targets.status,
        "ConvertedDate": _today(state).isoformat(),
        "ConvertedAccountId": account_id,
        "ConvertedContactId": contact_id,
        "ConvertedOpportunityId": opportunity_id,
        "IsUnreadByOwner": 0,
    }
    definition = state.definition("Lead")
    if state.settings.convert_moves_last_modified:
        write_row(state, definition, targets.lead, changes)
    else:
        touch_row(state, definition, targets.lead["Id"], changes)
