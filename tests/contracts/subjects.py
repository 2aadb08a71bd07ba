"""The systems that the contracts are run against, each with a hand inside its CRM."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Protocol

from connector.model.plan import Action, Order, Step
from connector.model.records import RecordRef, Scalar, external_key
from connector.ports import Target
from connector.sandbox import Sandbox
from connector.systems.salesforce import SalesforceOptions, SalesforceSystem
from connector.systems.secret import Secret
from tests.sandbox_caller import Caller

_numbers = count(1)


class PatientClock:
    """Real time, but waiting costs nothing: it only moves this clock on."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self.waits: list[float] = []

    def now(self) -> datetime:
        """Real time plus what was waited."""
        return datetime.now(UTC) + self._ahead

    def sleep(self, seconds: float) -> None:
        """Note the wait and move on."""
        self.waits.append(seconds)
        self._ahead += timedelta(seconds=seconds)


class Subject(Protocol):
    """One system and the CRM behind it, in words that every CRM can keep."""

    system: Target
    lead_object: str
    fields: tuple[str, ...]

    def fresh(self) -> Target:
        """Another client of the same CRM, as the next run would make it."""

    def lead(self, **values: Scalar) -> str:
        """Put a lead into the CRM behind the system's back; answers its id."""

    def leads(self, number: int, modified: datetime | None = None) -> list[str]:
        """Put *number* leads there, all with one change stamp when given."""

    def touch(self, lead_id: str) -> None:
        """Change a lead behind the system's back."""

    def delete(self, lead_id: str) -> None:
        """Delete a lead behind the system's back."""

    def convert_by_hand(self, lead_id: str) -> None:
        """Convert a lead as a person would."""

    def land(self, source_id: str, company: str = "Acme Test") -> Order:
        """An order that lands a lead by its key."""

    def create_account(self, source_id: str) -> Order:
        """An order that creates an account by its key."""

    def update(self, lead_id: str, title: str) -> Order:
        """An order that changes a lead's title."""

    def convert(self, lead_id: str, **changes: Any) -> Order:
        """An order that converts a lead; *changes* go to ids (account, contact) or terms."""

    def faults(self, *faults: Mapping[str, object]) -> None:
        """Plan faults of the sandbox."""

    def advance(self, seconds: float) -> None:
        """Move the CRM's clock."""

    def dump(self, object_name: str) -> list[dict[str, Any]]:
        """Every record, deleted ones included."""

    def log(self) -> list[dict[str, Any]]:
        """The server's access log."""


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


class SalesforceSubject:
    """Salesforce against the embedded org, over real HTTP."""

    lead_object: str = "Lead"
    fields: tuple[str, ...] = ("LastName", "Company", "Title", "Status", "IsConverted")

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.caller = Caller(sandbox)
        self.system: Target = salesforce(sandbox)

    def fresh(self) -> Target:
        return salesforce(self.sandbox)

    def lead(self, **values: Scalar) -> str:
        return self.load("Lead", [{"LastName": "Okafor", "Company": "Acme Test", **values}])[0]

    def load(self, object_name: str, records: list[Mapping[str, object]]) -> list[str]:
        """Insert records as given."""
        answer = self.caller.control("POST", "load", {"salesforce": {object_name: records}})
        assert answer.status_code == 200, answer.text
        return [str(record["Id"]) for record in answer.json()["salesforce"][object_name]]

    def leads(self, number: int, modified: datetime | None = None) -> list[str]:
        stamp = {"SystemModstamp": modified.isoformat()} if modified else {}
        return self.load("Lead", [{"LastName": f"Lead {n}", "Company": f"Firm {n}", **stamp} for n in range(number)])

    def touch(self, lead_id: str) -> None:
        answer = self.caller.patch(f"sobjects/Lead/{lead_id}", {"Title": f"Title {next(_numbers)}"})
        assert answer.status_code == 204, answer.text

    def delete(self, lead_id: str) -> None:
        assert self.caller.delete(f"sobjects/Lead/{lead_id}").status_code == 204

    def convert_by_hand(self, lead_id: str) -> None:
        assert self.caller.convert(lead_id).status_code == 200

    def _order(self, action: Action, object_name: str, ids: Mapping[str, str], **rest: Any) -> Order:
        lead = RecordRef("source", "Lead", ids.get("lead") or ids.get("record") or f"s{next(_numbers)}")
        key = f"{action.value}-{next(_numbers)}"
        return Order(Step(key, action, lead, object_name, object_name.lower(), ("test",), ids=ids, **rest), ids)

    def land(self, source_id: str, company: str = "Acme Test") -> Order:
        after = {
            "LastName": "Okafor",
            "Company": company,
            "Connector_Key__c": external_key("source", source_id),
        }
        return self._order(Action.LAND, "Lead", {}, after=after)

    def create_account(self, source_id: str) -> Order:
        after = {"Name": "Acme Test", "Connector_Key__c": external_key("source", f"{source_id}:account")}
        return self._order(Action.CREATE, "Account", {}, after=after)

    def update(self, lead_id: str, title: str) -> Order:
        return self._order(Action.UPDATE, "Lead", {"record": lead_id}, after={"Title": title})

    def convert(self, lead_id: str, **changes: Any) -> Order:
        share = str(changes.pop("share", ""))
        ids = {"lead": lead_id} | {role: changes.pop(role) for role in ("account", "contact") if role in changes}
        terms = {"converted_status": "Closed - Converted", "opportunity": "none", **changes}
        return self._order(Action.CONVERT, "Lead", ids, terms=terms, share=share)

    def faults(self, *faults: Mapping[str, object]) -> None:
        self.caller.faults(*faults)

    def advance(self, seconds: float) -> None:
        assert self.caller.control("POST", "clock", {"advance": seconds}).status_code == 200

    def dump(self, object_name: str) -> list[dict[str, Any]]:
        return self.caller.dump(object_name)

    def log(self) -> list[dict[str, Any]]:
        return self.caller.calls()


SUBJECTS: Mapping[str, type[SalesforceSubject]] = {"salesforce": SalesforceSubject}
