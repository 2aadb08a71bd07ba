"""The stage history of opportunities: one row for every change of what a forecast goes by."""

from typing import Any

from connector.sandbox.salesforce.schema import ObjectDef, field_map
from connector.sandbox.salesforce.schema_fields import flag, identity, moment, read_only, ref
from connector.sandbox.salesforce.schema_sales import FORECAST_CATEGORIES, STAGE_NAMES

_FIXED: dict[str, Any] = {"createable": False, "updateable": False}
_KEPT: dict[str, Any] = {**_FIXED, "nillable": False, "defaulted": True}


def opportunity_history() -> ObjectDef:
    """`OpportunityHistory`: read-only, gone with its opportunity.

    Source: the Object Reference's page on OpportunityHistory; `PrevAmount` and `PrevCloseDate` since API 50.0.
    """
    fields = [
        identity(label="Opportunity History ID"),
        ref(
            "OpportunityId",
            "Opportunity",
            nillable=False,
            children="OpportunityHistories",
            cascade_delete=True,
            **_FIXED,
        ),
        ref("CreatedById", "User", **_KEPT),
        moment("CreatedDate", **_KEPT),
        read_only("picklist", "StageName", length=255, values=STAGE_NAMES, nillable=False),
        read_only("currency", "Amount", precision=18, scale=2, groupable=False),
        read_only("currency", "ExpectedRevenue", precision=18, scale=2, groupable=False),
        read_only("date", "CloseDate"),
        read_only("percent", "Probability", precision=3, scale=0, groupable=False),
        read_only(
            "picklist",
            "ForecastCategory",
            label="To ForecastCategory",
            length=40,
            values=FORECAST_CATEGORIES,
            restricted=True,
        ),
        moment("SystemModstamp", **_KEPT),
        flag("IsDeleted", **_FIXED),
        read_only("currency", "PrevAmount", precision=18, scale=2, groupable=False),
        read_only("date", "PrevCloseDate"),
    ]
    return ObjectDef(
        "OpportunityHistory",
        "Opportunity History",
        "Opportunity History",
        "008",
        field_map(fields),
        createable=False,
        updateable=False,
        deletable=False,
        undeletable=False,
        searchable=False,
        layoutable=False,
        triggerable=False,
    )
