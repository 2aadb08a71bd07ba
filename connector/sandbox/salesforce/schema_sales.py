"""Opportunity, contact role, campaign, campaign member, task and event."""

from connector.sandbox.salesforce.schema import FieldDef, ObjectDef, field_map
from connector.sandbox.salesforce.schema_fields import (
    LEAD_SOURCES,
    activity_stamps,
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
    pick,
    read_only,
    ref,
    text,
    whole,
)

STAGE_NAMES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
)
OPPORTUNITY_TYPES = (
    "Existing Customer - Upgrade",
    "Existing Customer - Replacement",
    "Existing Customer - Downgrade",
    "New Customer",
)
FORECAST_CATEGORIES = ("Omitted", "Pipeline", "BestCase", "MostLikely", "Forecast", "Closed")
FORECAST_NAMES = ("Omitted", "Pipeline", "Best Case", "Commit", "Closed")
ROLES = (
    "Business User",
    "Decision Maker",
    "Economic Buyer",
    "Economic Decision Maker",
    "Evaluator",
    "Executive Sponsor",
    "Influencer",
    "Technical Buyer",
    "Other",
)
TASK_SUBTYPES = ("Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn")
ACTIVITY_TYPES = ("Email", "Meeting", "Other", "Call")
TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
MEMBER_STATUSES = ("Sent", "Responded")


def opportunity() -> ObjectDef:
    """The opportunity: required are Name, StageName and CloseDate; the stage drives five other fields."""
    fields = [
        identity(label="Opportunity ID"),
        ref("AccountId", "Account", children="Opportunities", cascade_delete=True),
        flag("IsPrivate"),
        text("Name", 120, nillable=False, id_lookup=True, name_field=True),
        area("Description", 32000),
        pick("StageName", STAGE_NAMES, label="Stage", nillable=False),
        number("Amount", 18, 2, "currency"),
        number("Probability", 3, 0, "percent", label="Probability (%)", defaulted=True),
        read_only("currency", "ExpectedRevenue", label="Expected Amount", precision=18, scale=2, groupable=False),
        number("TotalOpportunityQuantity", 18, 2, label="Quantity"),
        day("CloseDate", nillable=False),
        pick("Type", OPPORTUNITY_TYPES, label="Opportunity Type"),
        text("NextStep", 255),
        pick("LeadSource", LEAD_SOURCES),
        flag("IsClosed", createable=False, updateable=False),
        flag("IsWon", label="Won", createable=False, updateable=False),
        read_only(
            "picklist",
            "ForecastCategory",
            length=40,
            values=FORECAST_CATEGORIES,
            restricted=True,
            nillable=False,
            defaulted=True,
        ),
        pick("ForecastCategoryName", FORECAST_NAMES, label="Forecast Category", defaulted=True),
        ref("CampaignId", "Campaign", children="Opportunities"),
        flag("HasOpportunityLineItem", label="Has Line Item", createable=False, updateable=False),
        ref("Pricebook2Id", "Pricebook2", label="Price Book ID"),
        owner("User"),
        *activity_stamps(),
        read_only("int", "FiscalQuarter", precision=9),
        read_only("int", "FiscalYear", precision=9),
        read_only("string", "Fiscal", label="Fiscal Period", length=6),
        ref("ContactId", "Contact", updateable=False, relationship_name="Contact"),
        read_only("datetime", "LastStageChangeDate", groupable=False),
        *audit_fields(),
        connector_key(),
    ]
    return ObjectDef("Opportunity", "Opportunity", "Opportunities", "006", field_map(fields))


def contact_role() -> ObjectDef:
    """Which contact plays which role in an opportunity; one primary each."""
    fields = [
        identity(label="Contact Role ID"),
        ref(
            "OpportunityId",
            "Opportunity",
            nillable=False,
            updateable=False,
            children="OpportunityContactRoles",
            cascade_delete=True,
        ),
        ref("ContactId", "Contact", nillable=False, children="OpportunityContactRoles", cascade_delete=True),
        pick("Role", ROLES, length=40),
        flag("IsPrimary"),
        *audit_fields(),
    ]
    return ObjectDef(
        "OpportunityContactRole",
        "Opportunity Contact Role",
        "Opportunity Contact Roles",
        "00K",
        field_map(fields),
        undeletable=False,
        searchable=False,
        layoutable=False,
    )


def campaign() -> ObjectDef:
    """The campaign: required is Name."""
    fields = [
        identity(label="Campaign ID"),
        text("Name", 80, nillable=False, name_field=True),
        ref("ParentId", "Campaign", label="Parent Campaign ID", children="ChildCampaigns"),
        pick("Type", ("Conference", "Webinar", "Trade Show", "Public Relations", "Partners", "Email", "Other")),
        pick("Status", ("Planned", "In Progress", "Completed", "Aborted")),
        day("StartDate"),
        day("EndDate"),
        number("ExpectedRevenue", 18, 0, "currency"),
        number("BudgetedCost", 18, 0, "currency"),
        number("ActualCost", 18, 0, "currency"),
        flag("IsActive"),
        area("Description", 32000),
        owner("User"),
        *activity_stamps(),
        *audit_fields(),
    ]
    return ObjectDef("Campaign", "Campaign", "Campaigns", "701", field_map(fields))


def campaign_member() -> ObjectDef:
    """A lead or a contact in a campaign; after a conversion the row names both."""
    fields = [
        identity(label="Campaign Member ID"),
        ref(
            "CampaignId",
            "Campaign",
            nillable=False,
            updateable=False,
            children="CampaignMembers",
            cascade_delete=True,
        ),
        ref("LeadId", "Lead", updateable=False, children="CampaignMembers", cascade_delete=True),
        ref("ContactId", "Contact", updateable=False, children="CampaignMembers", cascade_delete=True),
        pick("Status", MEMBER_STATUSES, length=40, defaulted=True, default=MEMBER_STATUSES[0]),
        flag("HasResponded", label="Responded", createable=False, updateable=False),
        read_only("date", "FirstRespondedDate"),
        read_only("picklist", "Type", length=40, values=("Lead", "Contact")),
        read_only(
            "reference",
            "LeadOrContactId",
            label="Related Record ID",
            length=18,
            reference_to=("Contact", "Lead"),
            relationship_name="LeadOrContact",
        ),
        *audit_fields(),
    ]
    return ObjectDef(
        "CampaignMember",
        "Campaign Member",
        "Campaign Members",
        "00v",
        field_map(fields),
        undeletable=False,
        searchable=False,
    )


def _about(children: str) -> list[FieldDef]:
    """Whom and what an activity is about; `children` is its name seen from there."""
    whats = ("Account", "Opportunity", "Campaign")
    return [
        ref("WhoId", "Contact", "Lead", label="Name ID", children=children, cascade_delete=True),
        ref("WhatId", *whats, label="Related To ID", children=children, cascade_delete=True),
    ]


def task() -> ObjectDef:
    """A call, an e-mail or a thing to do; about a lead it cannot also be about an account."""
    fields = [
        identity(label="Activity ID"),
        *_about("Tasks"),
        make("Subject", "combobox", length=255, values=("Call", "Email", "Send Letter", "Send Quote", "Other")),
        day("ActivityDate", label="Due Date Only"),
        pick("Status", TASK_STATUSES, nillable=False, defaulted=True, default=TASK_STATUSES[0]),
        pick("Priority", ("High", "Normal", "Low"), nillable=False, defaulted=True, default="Normal"),
        flag("IsHighPriority", createable=False, updateable=False),
        owner("User", "Group"),
        area("Description", 32000, label="Description"),
        read_only("reference", "AccountId", length=18, reference_to=("Account",), relationship_name="Account"),
        flag("IsClosed", createable=False, updateable=False),
        pick("Type", ACTIVITY_TYPES, length=40),
        pick("TaskSubtype", TASK_SUBTYPES, length=40, restricted=True, updateable=False, default="Task"),
        whole("CallDurationInSeconds", label="Call Duration"),
        pick("CallType", ("Internal", "Inbound", "Outbound"), length=40),
        read_only("datetime", "CompletedDateTime", groupable=False),
        *audit_fields(),
    ]
    return ObjectDef("Task", "Task", "Tasks", "00T", field_map(fields))


def event() -> ObjectDef:
    """A meeting: required are its start and its length."""
    fields = [
        identity(label="Activity ID"),
        *_about("Events"),
        make("Subject", "combobox", length=255, values=("Call", "Email", "Meeting", "Other")),
        text("Location", 255),
        flag("IsAllDayEvent", label="All-Day Event"),
        moment("ActivityDateTime", label="Due Date Time"),
        day("ActivityDate", label="Due Date Only"),
        whole("DurationInMinutes", label="Duration"),
        moment("StartDateTime"),
        moment("EndDateTime"),
        area("Description", 32000),
        read_only("reference", "AccountId", length=18, reference_to=("Account",), relationship_name="Account"),
        owner("User", "Group"),
        pick("Type", ACTIVITY_TYPES, length=40),
        pick("EventSubtype", ("Event",), length=40, restricted=True, updateable=False, default="Event"),
        pick("ShowAs", ("Busy", "OutOfOffice", "Free"), length=40, defaulted=True, default="Busy"),
        *audit_fields(),
    ]
    return ObjectDef("Event", "Event", "Events", "00U", field_map(fields))
