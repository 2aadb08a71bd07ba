"""Salesforce under the contracts: the embedded org over real HTTP."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from connector.model.plan import Order
from connector.model.records import Kind
from connector.ports import Target
from connector.sandbox import Sandbox
from connector.systems.salesforce import SalesforceOptions, SalesforceSystem
from connector.systems.secret import Secret
from tests.contracts.sandbox_subject import PatientClock, SandboxSubject
from tests.contracts.subject import OrderBook, Seen, Traits, Vocabulary
from tests.sandbox_caller import Caller

WORDS = Vocabulary(
    objects={Kind.LEAD: "Lead", Kind.ACCOUNT: "Account", Kind.CONTACT: "Contact", Kind.OPPORTUNITY: "Opportunity"},
    fields={
        Kind.LEAD: {"name": "LastName", "company": "Company", "title": "Title", "email": "Email"},
        Kind.ACCOUNT: {"name": "Name"},
        Kind.CONTACT: {"name": "LastName", "title": "Title", "email": "Email"},
        Kind.OPPORTUNITY: {"name": "Name"},
    },
    converted_status="Closed - Converted",
    key="Connector_Key__c",
    fresh={Kind.OPPORTUNITY: {"StageName": "Prospecting", "CloseDate": "2027-03-01"}},
)
WRONG = "wr0ng-Secret-7731"
_BECAME = {
    Kind.LEAD: {
        "account": "ConvertedAccountId",
        "contact": "ConvertedContactId",
        "opportunity": "ConvertedOpportunityId",
    },
    Kind.CONTACT: {"account": "AccountId"},
    Kind.OPPORTUNITY: {"account": "AccountId"},
}


def salesforce(sandbox: Sandbox, clock: PatientClock | None = None, **options: Any) -> SalesforceSystem:
    """A system logged in by client credentials to the sandbox."""
    login: Mapping[str, str] = sandbox.info["salesforce"]  # type: ignore[assignment]
    known = {
        "client_id": login["client_id"],
        "client_secret": Secret(login["client_secret"]),
        "total_timeout": 20.0,
        "convert_timeout": 20.0,
    }
    made = SalesforceOptions(sandbox.base_url, **{**known, **options})
    return SalesforceSystem("crm", made, clock or PatientClock(), random.Random(7))


class SalesforceSubject(SandboxSubject):
    """Native conversion, one call for a thousand rows, and a change stamp to the millisecond."""

    dialect = "salesforce"
    words = WORDS
    id_field = "Id"
    stamp_field = "SystemModstamp"
    fields: tuple[str, ...] = ("LastName", "Company", "Title", "Status", "IsConverted")
    traits = Traits(page=2000, fetch=2000, write=1000, settle=150)
    limited: Mapping[str, object] = {"action": "quota", "used": 100, "max": 100}

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.caller = Caller(sandbox)
        self.system: Target = salesforce(sandbox)
        login: Mapping[str, str] = sandbox.info["salesforce"]  # type: ignore[assignment]
        self.secrets = (login["client_secret"], login["password"], login["access_token"], WRONG)
        self._orders = OrderBook(WORDS, self.system.conversion_style)
        self.land = self._orders.land
        self.create = self._orders.create
        self.convert = self._orders.convert

    def fresh(self) -> Target:
        """Another client."""
        return salesforce(self.sandbox)

    def stranger(self) -> Target:
        """A client with a wrong secret."""
        return salesforce(self.sandbox, client_secret=Secret(WRONG))

    def calm(self) -> None:
        """The call limit is far away again, too."""
        self.faults({"operation": "any", "nth": 1, "action": "quota", "used": 0, "max": 100_000})
        self.poke()
        super().calm()

    def update(self, lead_id: str, title: str) -> Order:
        """A new title."""
        return self._orders.update(lead_id, title=title)

    def refused(self, lead_id: str) -> Order:
        """A title that is too long."""
        return self._orders.update(lead_id, title="T" * 300)

    def seen(self, kind: Kind, row: Mapping[str, Any]) -> Seen:
        """A dumped row in common words; an opportunity's contact stands in a row of its own."""
        words = {word: str(row.get(name) or "") for word, name in WORDS.fields[kind].items()}
        became = {role: str(row.get(name) or "") for role, name in _BECAME.get(kind, {}).items()}
        if kind is Kind.OPPORTUNITY:
            roles = {role["OpportunityId"]: role["ContactId"] for role in self.dump("OpportunityContactRole")}
            became["contact"] = str(roles.get(row["Id"], ""))
        return Seen(
            id=str(row["Id"]),
            key=str(row.get("Connector_Key__c") or ""),
            status=str(row.get("Status") or ""),
            converted=bool(row.get("IsConverted")),
            deleted=bool(row.get("IsDeleted")),
            **words,
            **became,
        )
