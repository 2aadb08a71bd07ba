"""The objects that administrators keep: users, queues, the organisation, statuses, stages, record types."""

from typing import Any

from connector.sandbox.salesforce.schema import ObjectDef, Schema, field_map
from connector.sandbox.salesforce.schema_fields import (
    address,
    audit_fields,
    flag,
    identity,
    make,
    moment,
    number,
    phone,
    pick,
    ref,
    text,
    whole,
)
from connector.sandbox.salesforce.schema_history import opportunity_history
from connector.sandbox.salesforce.schema_people import account, contact, lead
from connector.sandbox.salesforce.schema_sales import (
    FORECAST_CATEGORIES,
    FORECAST_NAMES,
    campaign,
    campaign_member,
    contact_role,
    event,
    opportunity,
    task,
)

_READ_ONLY: dict[str, Any] = {
    "createable": False,
    "updateable": False,
    "deletable": False,
    "undeletable": False,
    "searchable": False,
    "layoutable": False,
    "triggerable": False,
}


def user() -> ObjectDef:
    """A person or integration who signs in and owns records."""
    fields = [
        identity(label="User ID"),
        text("Username", 80, nillable=False, id_lookup=True),
        text("LastName", 80, nillable=False, compound="Name"),
        text("FirstName", 40, compound="Name"),
        text("Name", 121, label="Full Name", createable=False, updateable=False, name_field=True),
        text("CompanyName", 80),
        text("Division", 80),
        text("Department", 80),
        text("Title", 80),
        *address(),
        make("Email", "email", length=128, nillable=False, id_lookup=True),
        phone("Phone"),
        phone("MobilePhone"),
        text("Alias", 8, nillable=False),
        flag("IsActive", default=True),
        text("TimeZoneSidKey", 40, defaulted=True, default="GMT"),
        text("LocaleSidKey", 40, defaulted=True, default="en_US"),
        text("EmailEncodingKey", 40, defaulted=True, default="UTF-8"),
        text("LanguageLocaleKey", 40, defaulted=True, default="en_US"),
        ref("UserRoleId", "UserRole"),
        ref("ProfileId", "Profile"),
        pick("UserType", ("Standard",), createable=False, updateable=False, defaulted=True, default="Standard"),
        ref("ManagerId", "User"),
        moment("LastLoginDate", createable=False, updateable=False),
        *audit_fields(deleted_flag=False),
    ]
    return ObjectDef("User", "User", "Users", "005", field_map(fields), deletable=False, undeletable=False)


def group() -> ObjectDef:
    """A public group or, with Type `Queue`, a queue that can own leads."""
    fields = [
        identity(label="Group ID"),
        text("Name", 40, nillable=False, name_field=True),
        text("DeveloperName", 80, label="Group Name"),
        ref("RelatedId", "User", createable=False, updateable=False),
        pick("Type", ("Regular", "Queue"), length=40, nillable=False, updateable=False),
        make("Email", "email", length=255),
        ref("OwnerId", "User", createable=False, updateable=False),
        flag("DoesSendEmailToMembers"),
        flag("DoesIncludeBosses"),
        *audit_fields(deleted_flag=False),
    ]
    return ObjectDef("Group", "Group", "Group", "00G", field_map(fields), undeletable=False, searchable=False)


def organization() -> ObjectDef:
    """The one row about the org itself."""
    fields = [
        identity(label="Organization ID"),
        text("Name", 80, nillable=False, name_field=True),
        text("Division", 80),
        *address(),
        phone("Phone"),
        phone("Fax"),
        text("PrimaryContact", 80),
        text("DefaultLocaleSidKey", 40),
        text("TimeZoneSidKey", 40),
        text("LanguageLocaleKey", 40),
        whole("FiscalYearStartMonth", createable=False, updateable=False),
        flag("UsesStartDateAsFiscalYearName", createable=False, updateable=False),
        pick("OrganizationType", ("Developer Edition", "Enterprise Edition"), length=40, updateable=False),
        text("NamespacePrefix", 15, createable=False, updateable=False),
        text("InstanceName", 5, createable=False, updateable=False),
        flag("IsSandbox", createable=False, updateable=False),
        moment("TrialExpirationDate", createable=False, updateable=False),
        *audit_fields(deleted_flag=False),
    ]
    flags = {**_READ_ONLY, "updateable": True}
    return ObjectDef("Organization", "Organization", "Organizations", "00D", field_map(fields), **flags)


def lead_status() -> ObjectDef:
    """The values of Lead.Status, and which of them mean converted."""
    fields = [
        identity(label="Lead Status Value ID"),
        text("MasterLabel", 255, createable=False, updateable=False, name_field=True),
        text("ApiName", 255, createable=False, updateable=False),
        whole("SortOrder", createable=False, updateable=False),
        flag("IsDefault", createable=False, updateable=False),
        flag("IsConverted", createable=False, updateable=False),
        *audit_fields(deleted_flag=False),
    ]
    return ObjectDef("LeadStatus", "Lead Status Value", "Lead Status Value", "01J", field_map(fields), **_READ_ONLY)


def opportunity_stage() -> ObjectDef:
    """The values of Opportunity.StageName, with what each means for forecasts."""
    fixed: dict[str, Any] = {"createable": False, "updateable": False}
    fields = [
        identity(label="Opportunity Stage ID"),
        text("MasterLabel", 255, name_field=True, **fixed),
        text("ApiName", 255, **fixed),
        flag("IsActive", **fixed),
        whole("SortOrder", **fixed),
        flag("IsClosed", **fixed),
        flag("IsWon", label="Won", **fixed),
        pick("ForecastCategory", FORECAST_CATEGORIES, length=40, restricted=True, **fixed),
        pick("ForecastCategoryName", FORECAST_NAMES, **fixed),
        number("DefaultProbability", 3, 0, "percent", label="Probability (%)", **fixed),
        text("Description", 255, **fixed),
        *audit_fields(deleted_flag=False),
    ]
    label = "Opportunity Stage"
    return ObjectDef("OpportunityStage", label, label, "01J", field_map(fields), **_READ_ONLY)


def record_type() -> ObjectDef:
    """Record types; the org has none, so only the master type applies."""
    fields = [
        identity(label="Record Type ID"),
        text("Name", 80, nillable=False, name_field=True),
        text("DeveloperName", 80, nillable=False),
        text("NamespacePrefix", 15, createable=False, updateable=False),
        text("Description", 255),
        ref("BusinessProcessId", "BusinessProcess"),
        pick("SobjectType", (), length=40, nillable=False, updateable=False),
        flag("IsActive"),
        *audit_fields(deleted_flag=False),
    ]
    flags = {**_READ_ONLY, "createable": True, "updateable": True}
    return ObjectDef("RecordType", "Record Type", "Record Types", "012", field_map(fields), **flags)


def standard_schema() -> Schema:
    """A fresh schema of every object that the sandbox knows."""
    makers = (
        account, campaign, campaign_member, contact, event, group, lead, lead_status, opportunity,
        contact_role, opportunity_history, opportunity_stage, organization, record_type, task, user,
    )  # fmt: skip
    return Schema.of(maker() for maker in makers)
