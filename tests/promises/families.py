"""What differs between the CRMs that the promises are kept on: names, and how a lead is put into them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.builders import Row

_NOWHERE = uuid.UUID("6b1f7c1e-58a4-4c8e-9a53-0d5c3f6f2a11")


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """One CRM as a project meets it.

    *route* is its route in place, *type* and *dialect* what the configuration and the sandbox call it. *objects*
    are what the connector writes, with the rows that belong to them. *fresh* are fields that differ from run to run.
    *edits* are texts of ``connector.yaml`` and what to write instead. *names* and *values* translate the
    rows of `tests.builders` (none: they are in this CRM's words).
    """

    name: str
    type: str = ""
    objects: tuple[str, ...] = ("Leads", "Accounts", "Contacts", "Opportunities")
    id: str = "id"
    deleted: str = "deleted"
    key: str = "connector_key_c"
    fresh: frozenset[str] = frozenset()
    edits: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def dialect(self) -> str:
        """The sandbox's name of the CRM; the route and the connection have the same."""
        return self.type or self.name

    @property
    def route(self) -> str:
        """The route that converts its leads where they are."""
        return self.dialect

    def native(self, records: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
        """Rows of `tests.builders` in this CRM's words."""
        if not self.names:
            return {name: list(rows) for name, rows in records.items()}
        return {_PLURAL[name]: [self._row(name, row) for row in rows] for name, rows in records.items()}

    def _row(self, object_name: str, row: Row) -> Row:
        names = self.names[object_name]
        found = {names[name]: self.values.get(str(value), value) for name, value in row.items() if name in names}
        return {name: _guid(value) if name in ("id", "account_id") else value for name, value in found.items()}

    def leads(self, dumps: Mapping[str, Sequence[Row]]) -> Sequence[Row]:
        """The leads among dumped records."""
        return dumps["Leads" if self.names else "Lead"]

    def born_of(self, lead: Row) -> set[str]:
        """Ids of what a dumped lead was converted into; empty while it is open."""
        roles = ("account_id", "contact_id", "opportunity_id") if self.names else _CONVERTED
        return {str(lead[name]) for name in roles if self.is_converted(lead) and lead.get(name)}

    def is_converted(self, lead: Mapping[str, Any]) -> bool:
        """Whether a dumped lead has been converted."""
        return lead.get("IsConverted") is True or lead.get("converted") in (1, "1", True)


_CONVERTED = ("ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId")
_PLURAL = {"Lead": "Leads", "Account": "Accounts", "Contact": "Contacts", "Opportunity": "Opportunities"}
_COMMON = {"Id": "id", "CreatedDate": "date_entered"}
_PERSON = {"FirstName": "first_name", "LastName": "last_name", "Email": "email1", "Title": "title"}
_NAMES = {
    "Lead": {
        **_COMMON,
        **_PERSON,
        "Company": "account_name",
        "Status": "status",
        "LeadSource": "lead_source",
        "Industry": "industry_c",
        "NumberOfEmployees": "employees_c",
        "Requested_Action__c": "requested_action_c",
    },
    "Account": {**_COMMON, "Name": "name", "Website": "website"},
    "Contact": {**_COMMON, **_PERSON, "AccountId": "account_id"},
}
_FRESH = frozenset({"id", "date_entered", "date_modified", "date_closed", "date_closed_timestamp", "sync_key"})


def _guid(value: object) -> str:
    """The id of a record in a CRM that wants 36 characters."""
    return str(uuid.uuid5(_NOWHERE, str(value)))


SALESFORCE = Family(
    "salesforce",
    objects=("Account", "Contact", "Opportunity", "OpportunityContactRole", "Lead"),
    id="Id",
    deleted="IsDeleted",
    key="Connector_Key__c",
    fresh=frozenset({"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "ConvertedDate", "CloseDate"}),
)
SUGARCRM = Family("sugarcrm", fresh=_FRESH, names=_NAMES, values={"Open - Not Contacted": "New", "Web": "Web Site"})
SUITECRM = Family("suitecrm", fresh=_FRESH, names=_NAMES, values=SUGARCRM.values)
SUITECRM_V8 = Family(
    "suitecrm-v8",
    type="suitecrm",
    fresh=_FRESH,
    edits=(("    api: v4_1 ", "    api: v8 "),),
    names=_NAMES,
    values=SUGARCRM.values,
)
SUGAR_FAMILY = (SUGARCRM, SUITECRM, SUITECRM_V8)
