"""Lead, account and contact, as described by real orgs (API 52 to 59)."""

from connector.sandbox.salesforce.schema import ObjectDef, field_map
from connector.sandbox.salesforce.schema_fields import (
    CLEAN_STATUSES,
    INDUSTRIES,
    LEAD_SOURCES,
    RATINGS,
    activity_stamps,
    address,
    area,
    audit_fields,
    connector_key,
    day,
    flag,
    identity,
    make,
    moment,
    number,
    owner,
    person_name,
    phone,
    pick,
    read_only,
    ref,
    text,
    whole,
)

LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")
ACCOUNT_TYPES = (
    "Prospect",
    "Customer - Direct",
    "Customer - Channel",
    "Channel Partner / Reseller",
    "Installation Partner",
    "Technology Partner",
    "Other",
)
OWNERSHIPS = ("Public", "Private", "Subsidiary", "Other")


def lead() -> ObjectDef:
    """The lead: required are LastName and Company; the Converted* fields are the server's."""
    fields = [
        identity(label="Lead ID"),
        read_only("reference", "MasterRecordId", length=18, reference_to=("Lead",), relationship_name="MasterRecord"),
        *person_name(),
        text("Title", 128),
        text("Company", 255, nillable=False),
        *address(),
        phone("Phone"),
        phone("MobilePhone"),
        phone("Fax"),
        make("Email", "email", length=80, id_lookup=True),
        make("Website", "url", length=255),
        read_only("url", "PhotoUrl", length=255, filterable=True),
        area("Description", 32000),
        pick("LeadSource", LEAD_SOURCES),
        pick("Status", LEAD_STATUSES, nillable=False, defaulted=True, default=LEAD_STATUSES[0]),
        pick("Industry", INDUSTRIES),
        pick("Rating", RATINGS),
        number("AnnualRevenue", 18, 0, "currency"),
        whole("NumberOfEmployees", label="Employees"),
        owner("Group", "User"),
        flag("HasOptedOutOfEmail", label="Email Opt Out"),
        flag("IsConverted", updateable=False),
        read_only("date", "ConvertedDate"),
        *(
            read_only(
                "reference",
                f"Converted{target}Id",
                length=18,
                reference_to=(target,),
                relationship_name=f"Converted{target}",
            )
            for target in ("Account", "Contact", "Opportunity")
        ),
        flag("IsUnreadByOwner", default=True),
        *activity_stamps(),
        flag("DoNotCall"),
        flag("HasOptedOutOfFax", label="Fax Opt Out"),
        text("Jigsaw", 20, label="Data.com Key"),
        pick("CleanStatus", CLEAN_STATUSES, length=40, restricted=True),
        text("CompanyDunsNumber", 9, label="Company D-U-N-S Number"),
        text("EmailBouncedReason", 255, createable=False),
        moment("EmailBouncedDate", createable=False),
        *audit_fields(),
        connector_key(),
    ]
    return ObjectDef("Lead", "Lead", "Leads", "00Q", field_map(fields), mergeable=True)


def account() -> ObjectDef:
    """The account: required is Name. Person accounts are off."""
    fields = [
        identity(label="Account ID"),
        read_only(
            "reference", "MasterRecordId", length=18, reference_to=("Account",), relationship_name="MasterRecord"
        ),
        text("Name", 255, label="Account Name", nillable=False, name_field=True),
        pick("Type", ACCOUNT_TYPES, label="Account Type"),
        ref("ParentId", "Account", label="Parent Account ID", children="ChildAccounts"),
        *address("Billing"),
        *address("Shipping"),
        phone("Phone", label="Account Phone"),
        phone("Fax", label="Account Fax"),
        text("AccountNumber", 40),
        make("Website", "url", length=255),
        read_only("url", "PhotoUrl", length=255),
        text("Sic", 20, label="SIC Code"),
        pick("Industry", INDUSTRIES),
        number("AnnualRevenue", 18, 0, "currency"),
        whole("NumberOfEmployees", label="Employees"),
        pick("Ownership", OWNERSHIPS),
        text("TickerSymbol", 20),
        area("Description", 32000, label="Account Description"),
        pick("Rating", RATINGS, label="Account Rating"),
        text("Site", 80, label="Account Site"),
        owner("User"),
        *activity_stamps(),
        text("Jigsaw", 20, label="Data.com Key"),
        pick("CleanStatus", CLEAN_STATUSES, length=40, restricted=True),
        pick("AccountSource", LEAD_SOURCES),
        text("SicDesc", 80, label="SIC Description"),
        *audit_fields(),
        connector_key(),
    ]
    return ObjectDef("Account", "Account", "Accounts", "001", field_map(fields), mergeable=True)


def contact() -> ObjectDef:
    """The contact: required is LastName; without an account it is private."""
    fields = [
        identity(label="Contact ID"),
        read_only(
            "reference", "MasterRecordId", length=18, reference_to=("Contact",), relationship_name="MasterRecord"
        ),
        ref("AccountId", "Account", children="Contacts", cascade_delete=True),
        *person_name(),
        *address("Mailing"),
        *address("Other"),
        phone("Phone", label="Business Phone"),
        phone("Fax", label="Business Fax"),
        phone("MobilePhone"),
        phone("HomePhone"),
        phone("OtherPhone"),
        phone("AssistantPhone", label="Asst. Phone"),
        ref("ReportsToId", "Contact"),
        make("Email", "email", length=80, id_lookup=True),
        text("Title", 128),
        text("Department", 80),
        text("AssistantName", 40),
        pick("LeadSource", LEAD_SOURCES),
        day("Birthdate"),
        area("Description", 32000, label="Contact Description"),
        owner("User"),
        flag("HasOptedOutOfEmail", label="Email Opt Out"),
        flag("HasOptedOutOfFax", label="Fax Opt Out"),
        flag("DoNotCall"),
        *activity_stamps(),
        text("EmailBouncedReason", 255),
        moment("EmailBouncedDate"),
        flag("IsEmailBounced", createable=False, updateable=False, calculated=True),
        read_only("url", "PhotoUrl", length=255),
        text("Jigsaw", 20, label="Data.com Key"),
        pick("CleanStatus", CLEAN_STATUSES, length=40, restricted=True),
        *audit_fields(),
        connector_key(),
    ]
    return ObjectDef("Contact", "Contact", "Contacts", "003", field_map(fields), mergeable=True)
