"""SugarCRM under the contracts: the embedded instance over real HTTP, in the three ways to keep our key."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

from connector.model.plan import Order
from connector.model.records import Kind
from connector.ports import Target
from connector.sandbox import Sandbox
from connector.systems.secret import Secret
from connector.systems.sugarcrm import SugarCrmSystem, SugarOptions
from tests.contracts.sandbox_subject import PatientClock, SandboxSubject
from tests.contracts.subject import OrderBook, Seen, Traits, Vocabulary

WRONG = "a-wrong-password-4711"
_PERSON = {"name": "last_name", "title": "title", "email": "email1"}


def words(key: str) -> Vocabulary:
    """SugarCRM's words, with our key in the field *key*."""
    return Vocabulary(
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
        key=key,
        fresh={Kind.OPPORTUNITY: {"sales_stage": "Prospecting", "date_closed": "2027-03-01", "amount": 100.0}},
    )


def sugarcrm(sandbox: Sandbox, token_file: Path, clock: PatientClock | None = None, **options: Any) -> SugarCrmSystem:
    """A system that logs in to the sandbox with the login kept in *token_file*."""
    login: Mapping[str, str] = sandbox.info["sugarcrm"]  # type: ignore[assignment]
    known = {
        "username": login["username"],
        "password": Secret(login["password"]),
        "client_id": login["client_id"],
        "platform": "lead_connector",
        "version": "v11_24",
        "read_timeout": 20.0,
        "total_timeout": 20.0,
        "token_file": token_file,
    }
    made = SugarOptions(sandbox.base_url, **{**known, **options})
    return SugarCrmSystem("crm", made, clock or PatientClock(), random.Random(7))


class SugarSubject(SandboxSubject):
    """Conversion by the endpoint, our key in a field of our own. A search comes before each bulk of new rows."""

    dialect = "sugarcrm"
    words = words("connector_key_c")
    fields: tuple[str, ...] = ("last_name", "account_name", "title", "status", "converted")
    # The metadata is read once per client, for the types of the fields.
    traits = Traits(steps=True, page=1000, extra_page=1, write=20, write_calls=3, settle=60)
    options: Mapping[str, Any] = {}

    def __init__(self, sandbox: Sandbox, **options: Any) -> None:
        super().__init__(sandbox)
        self.options = {**self.options, **options}
        self._folder = tempfile.TemporaryDirectory(prefix="sugarcrm-login-")
        self.token_file = Path(self._folder.name) / "private" / "login.json"
        self.clock = PatientClock()
        self.system: Target = sugarcrm(sandbox, self.token_file, self.clock, **self.options)
        self._orders = OrderBook(self.words, self.system.conversion_style)
        self.land = self._orders.land
        self.create = self._orders.create
        self.convert = self._orders.convert

    def fresh(self) -> Target:
        """Another client, which shares the login as another process does."""
        return sugarcrm(self.sandbox, self.token_file, **self.options)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords, and the tokens of the shared login as it stands."""
        login: Mapping[str, str] = self.sandbox.info["sugarcrm"]  # type: ignore[assignment]
        kept = json.loads(self.token_file.read_text()) if self.token_file.exists() else {}
        tokens = (kept.get("access_token"), kept.get("refresh_token"))
        return (login["password"], WRONG, *(token for token in tokens if token))

    def stranger(self) -> Target:
        """A client with a wrong password and no login to share."""
        alone = self.token_file.with_name("stranger.json")
        return sugarcrm(self.sandbox, alone, **{**self.options, "password": Secret(WRONG)})

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One call as a colleague's program makes it, on a platform of its own."""
        root = f"{self.sandbox.base_url}/rest/v11_24"
        login: Mapping[str, str] = self.sandbox.info["sugarcrm"]  # type: ignore[assignment]
        form = {"grant_type": "password", "client_secret": "", **login, "platform": "colleague"}
        token = requests.post(f"{root}/oauth2/token", json=form, timeout=20).json()["access_token"]
        headers = {"OAuth-Token": token}
        answer = requests.request(method, f"{root}/{path}", json=body, headers=headers, timeout=20)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def update(self, lead_id: str, title: str) -> Order:
        """A new title."""
        return self._orders.update(lead_id, title=title)

    def refused(self, lead_id: str) -> Order:
        """A date that is none."""
        return self._orders.update(lead_id, birthdate="not a date")

    def seen(self, kind: Kind, row: Mapping[str, Any]) -> Seen:
        """A dumped row in common words."""
        named = {word: str(row.get(name) or "") for word, name in self.words.fields[kind].items()}
        became = {}
        if kind is Kind.LEAD:
            became = {role: str(row.get(f"{role}_id") or "") for role in ("account", "contact", "opportunity")}
        if kind in (Kind.CONTACT, Kind.OPPORTUNITY):
            became["account"] = str(row.get("account_id") or "")
        if kind is Kind.OPPORTUNITY:
            became["contact"] = ",".join(_contacts(row))
        return Seen(
            id=str(row["id"]),
            key=str(row.get(self.words.key) or ""),
            status=str(row.get("status") or ""),
            converted=row.get("converted") in (1, "1", True),
            deleted=row.get("deleted") in (1, "1", True),
            **named,
            **became,
        )


def _contacts(row: Mapping[str, Any]) -> list[str]:
    """The people of a dumped opportunity."""
    found = row.get("contacts") or row.get("contact_ids") or []
    return [str(each["id"]) if isinstance(each, Mapping) else str(each) for each in found]


class SugarStepsSubject(SugarSubject):
    """Conversion record by record, for an instance whose Convert Lead layout is not ours to change."""

    options: Mapping[str, Any] = {"convert": "steps"}


class SugarSyncKeySubject(SugarSubject):
    """Our key in SugarCRM's own ``sync_key``, records made by its upsert, whose answers are held against the keys."""

    words = words("sync_key")
    traits = replace(SugarSubject.traits, write_calls=4)
    options: Mapping[str, Any] = {"key_field": "sync_key"}
