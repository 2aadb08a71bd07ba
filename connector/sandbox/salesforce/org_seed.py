"""What every world holds before its own records: the organisation, users, a queue, statuses and stages."""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.sandbox.salesforce.org_state import INACTIVE_USER_ID, QUEUE_ID, USER_ID, OrgState
from connector.sandbox.salesforce.schema_people import LEAD_STATUSES
from connector.sandbox.salesforce.schema_sales import STAGE_NAMES

USERNAME = "ops@example.test"

Seed = list[dict[str, Any]]

# Numbers of the factory stages: (probability, forecast category), from standard value set files.
_STAGES = (
    (10, "Pipeline"),
    (10, "Pipeline"),
    (20, "Pipeline"),
    (50, "Pipeline"),
    (60, "Pipeline"),
    (70, "Pipeline"),
    (75, "Pipeline"),
    (90, "Pipeline"),
    (100, "Closed"),
    (0, "Omitted"),
)


def seeds(state: OrgState) -> dict[str, Seed]:
    """The rows that every world starts with, by object."""
    return {
        "Organization": [_organization(state)],
        "User": _users(),
        "Group": [
            {
                "Id": QUEUE_ID,
                "Name": "Inbound Leads",
                "DeveloperName": "Inbound_Leads",
                "Type": "Queue",
                "DoesSendEmailToMembers": False,
                "DoesIncludeBosses": True,
            }
        ],
        "LeadStatus": _lead_statuses(),
        "OpportunityStage": _stages(),
    }


def _organization(state: OrgState) -> dict[str, Any]:
    return {
        "Id": state.org_id,
        "Name": "Example Test Org",
        "Country": "US",
        "DefaultLocaleSidKey": "en_US",
        "TimeZoneSidKey": state.settings.time_zone,
        "LanguageLocaleKey": "en_US",
        "FiscalYearStartMonth": state.settings.fiscal_year_start_month,
        "UsesStartDateAsFiscalYearName": False,
        "OrganizationType": "Developer Edition",
        "InstanceName": "SBX1",
        "IsSandbox": True,
    }


def _users() -> Seed:
    shared = {"TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8"}
    shared |= {"LanguageLocaleKey": "en_US", "UserType": "Standard"}
    active = {
        "Id": USER_ID,
        "Username": USERNAME,
        "FirstName": "Integration",
        "LastName": "User",
        "Email": USERNAME,
        "Alias": "intuser",
        "IsActive": True,
    }
    inactive = {
        "Id": INACTIVE_USER_ID,
        "Username": "former@example.test",
        "FirstName": "Former",
        "LastName": "Seller",
        "Email": "former@example.test",
        "Alias": "former",
        "IsActive": False,
    }
    return [active | shared, inactive | shared]


def _lead_statuses() -> Seed:
    return [
        {
            "MasterLabel": name,
            "ApiName": name,
            "SortOrder": order,
            "IsDefault": order == 1,
            "IsConverted": name == "Closed - Converted",
        }
        for order, name in enumerate(LEAD_STATUSES, 1)
    ]


def _stages() -> Seed:
    return [
        {
            "MasterLabel": name,
            "ApiName": name,
            "IsActive": True,
            "SortOrder": order,
            "IsClosed": name.startswith("Closed"),
            "IsWon": name == "Closed Won",
            "ForecastCategory": category,
            "ForecastCategoryName": category,
            "DefaultProbability": probability,
        }
        for order, (name, (probability, category)) in enumerate(zip(STAGE_NAMES, _STAGES, strict=True), 1)
    ]


def follow_picklists(state: OrgState, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Make the picklists of Lead.Status and Opportunity.StageName say what the status and stage rows say."""
    statuses = sorted(records["LeadStatus"], key=lambda row: row["SortOrder"])
    default = next((row["ApiName"] for row in statuses if row.get("IsDefault")), statuses[0]["ApiName"])
    names = tuple(str(row["ApiName"]) for row in statuses)
    state.schema.change_field("Lead", "Status", values=names, default=default)
    stages = sorted(records["OpportunityStage"], key=lambda row: row["SortOrder"])
    state.schema.change_field("Opportunity", "StageName", values=tuple(str(row["ApiName"]) for row in stages))
