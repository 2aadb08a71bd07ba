"""SuiteCRM under the contracts: one embedded instance over real HTTP, by its legacy service and by its JSON:API."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector.model.plan import Order
from connector.model.records import Kind, Scalar
from connector.ports import Target
from connector.sandbox import Sandbox
from connector.systems.secret import Secret
from connector.systems.suitecrm import SuiteCrmSystem, SuiteOptions
from tests.contracts.sandbox_subject import PatientClock, SandboxSubject
from tests.contracts.subject import OrderBook, Seen, Traits, Vocabulary

_PERSON = {"name": "last_name", "title": "title", "email": "email1"}
_YES = (1, "1", True)
WRONG = "the-wrong-secret-of-a-stranger"

WORDS = Vocabulary(
    objects={
        Kind.LEAD: "Leads",
        Kind.ACCOUNT: "Accounts",
        Kind.CONTACT: "Contacts",
        Kind.OPPORTUNITY: "Opportunities",
    },
    fields={
        Kind.LEAD: {**_PERSON, "company": "account_name"},
        Kind.ACCOUNT: {"name": "name"},
        Kind.CONTACT: _PERSON,
        Kind.OPPORTUNITY: {"name": "name"},
    },
    converted_status="Converted",
    fresh={Kind.OPPORTUNITY: {"sales_stage": "Prospecting", "date_closed": "2027-03-01", "amount": 100.0}},
)


def suitecrm(sandbox: Sandbox, clock: PatientClock | None = None, **options: Any) -> SuiteCrmSystem:
    """A system logged in to the sandbox, over the legacy service unless *options* say otherwise."""
    login: Mapping[str, str] = sandbox.info["suitecrm"]  # type: ignore[assignment]
    known = {
        "username": login["username"],
        "password": Secret(login["password"]),
        "client_id": login["client_id"],
        "client_secret": Secret(login["client_secret"]),
        "read_timeout": 20.0,
        "total_timeout": 20.0,
    }
    made = SuiteOptions(sandbox.base_url, **{**known, **options})
    return SuiteCrmSystem("crm", made, clock or PatientClock(), random.Random(7))


class SuiteSubject(SandboxSubject):
    """The legacy service: a description per module, then a read, a write and a read back per batch."""

    dialect = "suitecrm"
    words = WORDS
    fields: tuple[str, ...] = ("last_name", "account_name", "title", "status", "converted")
    traits = Traits(steps=True, page=500, extra_page=1, write=50, write_calls=4, settle=60, settle_calls=2)
    options: Mapping[str, Any] = {}

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.system: Target = self.client()
        self._orders = OrderBook(WORDS, self.system.conversion_style)
        self.land = self._orders.land
        self.create = self._orders.create
        self.convert = self._orders.convert

    def client(self, **options: Any) -> SuiteCrmSystem:
        """A client with further options."""
        return suitecrm(self.sandbox, **{**self.options, **options})

    def fresh(self) -> Target:
        """Another client."""
        return self.client()

    def stranger(self) -> Target:
        """A client with a wrong password."""
        return self.client(password=Secret(WRONG))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Password and client secret, the form in which the legacy service wants the password, the stranger's."""
        login: Any = self.sandbox.info["suitecrm"]
        known = (login["password"], WRONG)
        digests = (hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for text in known)
        return (*known, login["client_secret"], *digests)

    def update(self, lead_id: str, title: str) -> Order:
        """A new title."""
        return self._orders.update(lead_id, title=title)

    def change(self, lead_id: str, **values: Scalar) -> Order:
        """New values of a lead under native names."""
        return self._orders.update(lead_id, **values)

    def refused(self, lead_id: str) -> Order:
        """A date that is none: SuiteCRM would store nothing instead, so it is not even sent."""
        return self._orders.update(lead_id, birthdate="not a date")

    def seen(self, kind: Kind, row: Mapping[str, Any]) -> Seen:
        """A dumped row in common words."""
        named = {word: str(row.get(name) or "") for word, name in WORDS.fields[kind].items()}
        became = {}
        if kind is Kind.LEAD:
            became = {role: str(row.get(f"{role}_id") or "") for role in ("account", "contact", "opportunity")}
        if kind in (Kind.CONTACT, Kind.OPPORTUNITY):
            became["account"] = str(row.get("account_id") or "")
        if kind is Kind.OPPORTUNITY:
            became["contact"] = ",".join(people_of(row))
        return Seen(
            id=str(row["id"]),
            key=str(row.get("connector_key_c") or ""),
            status=str(row.get("status") or ""),
            converted=row.get("converted") in _YES,
            deleted=row.get("deleted") in _YES,
            **named,
            **became,
        )


def people_of(row: Mapping[str, Any]) -> list[str]:
    """The people of a dumped opportunity."""
    found = row.get("contacts") or row.get("contact_ids") or []
    return [str(each["id"]) if isinstance(each, Mapping) else str(each) for each in found]


class SuiteV8Subject(SuiteSubject):
    """The JSON:API: one record a call, stamps to the minute, deleted records unseen."""

    options: Mapping[str, Any] = {"api": "v8"}
    # A pull sorts by itself: it cannot tell a full last page from the end, and describes the module first.
    traits = replace(
        SuiteSubject.traits,
        deletions=False,
        fetches_deleted=False,
        extra_page=2,
        write=1,
        settle=0,
    )
