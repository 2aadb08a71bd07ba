"""What must hold before a lead is converted. Every refusal is one `RowRefused`."""

from dataclasses import dataclass

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_state import OrgState, RowRefused
from connector.sandbox.salesforce.org_types import DmlOptions, LeadConvert, RowError
from connector.sandbox.salesforce.records_save import find_row
from connector.sandbox.salesforce.schema import required_names

_OWNED_BY_USERS = "converted objects can only be owned by users. Please specify an ownerId that is a user"


@dataclass(frozen=True, slots=True)
class Targets:
    """The records that a conversion goes into; None where one is to be made (or, for opportunities, none)."""

    lead: Row
    account: Row | None
    contact: Row | None
    opportunity: Row | None
    owner_id: str
    status: str
    opportunity_name: str | None


def check_request(state: OrgState, request: LeadConvert, options: DmlOptions) -> Targets:
    """Check one request and find the records it names."""
    lead = _lead(state, request)
    status = _status(state, request)
    _check_exclusions(request)
    account = _existing(state, "Account", request.account_id)
    contact = _existing(state, "Contact", request.contact_id)
    opportunity = _existing(state, "Opportunity", request.opportunity_id)
    if contact is not None and account is not None and contact["AccountId"] != account["Id"]:
        text = f"contact {contact['Id']} does not belong to account {account['Id']}"
        raise _refused(state.settings.foreign_contact_code, text, "ContactId")
    if opportunity is not None and opportunity["AccountId"] not in (None, account["Id"] if account else None):
        raise _refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "OpportunityId")
    state.take_lock([row["Id"] for row in (lead, account, contact, opportunity) if row is not None])
    owner = _owner(state, request, lead)
    name = _opportunity_name(state, request, options)
    return Targets(lead, account, contact, opportunity, owner, status, name)


def _refused(code: str, message: str, *fields: str) -> RowRefused:
    return RowRefused(RowError(code, message, fields))


def _lead(state: OrgState, request: LeadConvert) -> Row:
    definition = state.definition("Lead")
    if request.lead_id is None:
        raise _refused("MISSING_ARGUMENT", "leadId is required", "LeadId")
    lead = find_row(state, definition, request.lead_id)
    if lead["IsConverted"]:
        raise _refused(state.settings.reconvert_code, "cannot reference converted lead")
    if state.settings.validate_converted_leads:
        missing = required_names(definition, lead)
        if missing:
            raise _refused("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)
    return lead


def _status(state: OrgState, request: LeadConvert) -> str:
    """The converted status by its API name or label."""
    wanted = request.converted_status
    if wanted is None or not wanted.strip():
        raise _refused("REQUIRED_FIELD_MISSING", "Required fields are missing: [convertedStatus]", "ConvertedStatus")
    found = state.live("LeadStatus", "IsConverted = 1 AND (ApiName = ? OR MasterLabel = ?)", (wanted, wanted))
    if not found:
        raise _refused("INVALID_STATUS", f"invalid convertedStatus: {wanted}", "ConvertedStatus")
    return str(found[0]["ApiName"])


def _check_exclusions(request: LeadConvert) -> None:
    """Which elements exclude or need one another."""
    integrity = "FIELD_INTEGRITY_EXCEPTION"
    if request.related_person_account_id or request.related_person_account_record:
        raise _refused("FUNCTIONALITY_NOT_ENABLED", "person accounts are not enabled for this organization")
    if request.contact_id and not request.account_id:
        text = "An accountId must be specified if a contactId is specified"
        raise _refused("REQUIRED_FIELD_MISSING", text, "AccountId")
    if request.overwrite_lead_source and not request.contact_id:
        raise _refused(integrity, "overwriteLeadSource requires an existing contact", "LeadSource")
    if request.do_not_create_opportunity and (request.opportunity_name or request.opportunity_id):
        text = "opportunityName and opportunityId must be empty when doNotCreateOpportunity is true"
        raise _refused(integrity, text)
    if request.opportunity_id and request.opportunity_name:
        raise _refused(integrity, "opportunityName must be empty when opportunityId is given")


def _existing(state: OrgState, object_name: str, record_id: str | None) -> Row | None:
    if record_id is None:
        return None
    return find_row(state, state.definition(object_name), record_id)


def _owner(state: OrgState, request: LeadConvert, lead: Row) -> str:
    """The user who will own what is made: the one asked for, else the lead's owner, never a queue."""
    given = request.owner_id if request.owner_id is not None else lead["OwnerId"]
    normal = to_eighteen(given)
    if normal is None:
        raise _refused("MALFORMED_ID", f"malformed id {given}", "OwnerId")
    if normal.startswith("00G"):
        raise _refused(state.settings.queue_owner_code, _OWNED_BY_USERS, "OwnerId")
    user = find_row(state, state.definition("User"), normal)
    if not user["IsActive"]:
        text = f"operation performed with inactive user [{normal[:15]}] as owner of lead"
        raise _refused("INACTIVE_OWNER_OR_USER", text, "OwnerId")
    return normal


def _opportunity_name(state: OrgState, request: LeadConvert, options: DmlOptions) -> str | None:
    name = request.opportunity_name
    longest = state.settings.opportunity_name_length
    if name is None or len(name) <= longest:
        return name
    if options.allow_field_truncation:
        return name[:longest]
    text = f"Opportunity Name: data value too large: {name} (max length={longest})"
    raise _refused("STRING_TOO_LONG", text, "Name")
