"""The CRMs of the demo world in their own words, for tests that tell the same stories of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Crm:
    """One CRM: its route in place, its objects and the fields that tell what became of a lead."""

    name: str
    stories: str
    lead: str
    account: str
    contact: str
    opportunity: str
    id: str
    account_id: str
    contact_id: str
    opportunity_id: str
    moving: frozenset[str]
    consent: frozenset[str]

    def shows(self, row: dict[str, Any], field: str, wanted: object) -> bool:
        """Whether a dumped field holds what a story tells; ``<filled>`` is any text but blank."""
        found = row.get(field)
        if wanted == "<filled>":
            return bool(found)
        if wanted is None or isinstance(wanted, bool):
            return bool(found) == bool(wanted)
        return found == wanted


SALESFORCE = Crm(
    name="salesforce",
    stories="stories.yaml",
    lead="Lead",
    account="Account",
    contact="Contact",
    opportunity="Opportunity",
    id="Id",
    account_id="ConvertedAccountId",
    contact_id="ConvertedContactId",
    opportunity_id="ConvertedOpportunityId",
    moving=frozenset({"SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastActivityDate"}),
    consent=frozenset({"HasOptedOutOfEmail", "DoNotCall", "HasOptedOutOfFax"}),
)


def _sugar(name: str) -> Crm:
    return Crm(
        name=name,
        stories="sugar_stories.yaml",
        lead="Leads",
        account="Accounts",
        contact="Contacts",
        opportunity="Opportunities",
        id="id",
        account_id="account_id",
        contact_id="contact_id",
        opportunity_id="opportunity_id",
        moving=frozenset({"date_modified", "modified_user_id", "modified_by_name"}),
        consent=frozenset({"email_opt_out", "do_not_call", "email"}),
    )


SUGARCRM, SUITECRM = _sugar("sugarcrm"), _sugar("suitecrm")
CRMS = (SALESFORCE, SUGARCRM, SUITECRM)
