"""The CRM in memory under the contracts, in each conversion style."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connector.model.plan import ConversionStyle, Order
from connector.model.records import Kind, Scalar
from connector.ports import Target
from tests.contracts.memory import MemorySystem
from tests.contracts.memory_crm import BECAME, CONVERTED, GIVEN, KEY, NATIVE, OBJECTS, STEPWISE, MemoryCrm, Row
from tests.contracts.subject import NUMBERS, OrderBook, Seen, Traits, Trouble, Vocabulary

_PERSON = {"name": "LastName", "title": "Title", "email": "Email"}
WORDS = Vocabulary(
    objects=OBJECTS,
    fields={
        Kind.LEAD: {**_PERSON, "company": "Company"},
        Kind.ACCOUNT: {"name": "Name"},
        Kind.CONTACT: _PERSON,
        Kind.OPPORTUNITY: {"name": "Name"},
    },
    converted_status=CONVERTED,
    key=KEY,
    fresh={Kind.OPPORTUNITY: {"StageName": "Prospecting", "CloseDate": "2026-06-30"}},
)


class MemorySubject:
    """Converts natively: account, contact and opportunity are made by the CRM, without our key."""

    made_from = ""
    style: ConversionStyle = NATIVE
    words = WORDS
    lead_object = "Lead"
    fields: tuple[str, ...] = ("LastName", "Company", "Title", "Status", "IsConverted")
    traits = Traits(page=200, fetch=1000, write=50, settle=150, logs_in=False)
    secrets: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.crm = MemoryCrm(self.style)
        self.system: Target = MemorySystem(self.crm)
        orders = OrderBook(WORDS, self.style)
        self.land, self.create, self.convert = orders.land, orders.create, orders.convert
        self._update = orders.update
        self._planned_at = 0

    def fresh(self) -> Target:
        """Another client."""
        return MemorySystem(self.crm)

    def stranger(self) -> Target:
        """Nobody is a stranger here (trait *logs_in*)."""
        return self.fresh()

    def field(self, word: str) -> str:
        """The native name of a lead's field."""
        return WORDS.fields[Kind.LEAD][word]

    def lead(self, **words: Scalar) -> str:
        """A colleague's lead."""
        values = WORDS.native(Kind.LEAD, {"name": "Okafor", "company": "Acme Test", **words})
        return self.crm.add(Kind.LEAD, **values)  # type: ignore[arg-type]

    def leads(self, number: int, modified: datetime | None = None) -> list[str]:
        """Many leads."""
        return [self.crm.add(Kind.LEAD, modified, LastName=f"Lead {n}", Company=f"Firm {n}") for n in range(number)]

    def touch(self, lead_id: str) -> None:
        """Another title."""
        self.crm.edit(Kind.LEAD, lead_id, Title=f"Title {next(NUMBERS)}")

    def delete(self, lead_id: str) -> None:
        """Delete a lead."""
        self.crm.delete(Kind.LEAD, lead_id)

    def hide(self, lead_id: str, seconds: float) -> None:
        """Keep a lead unseen."""
        self.crm.hide(lead_id, seconds)

    def convert_by_hand(self, lead_id: str) -> None:
        """Convert a lead as its page does."""
        self.crm.convert(lead_id, {})

    def update(self, lead_id: str, title: str) -> Order:
        """A new title."""
        return self._update(lead_id, title=title)

    def refused(self, lead_id: str) -> Order:
        """A title that is too long."""
        return self._update(lead_id, title="T" * 300)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.crm.clock.advance(seconds)

    def trouble(self, trouble: Trouble, on: str = "write", nth: int = 0) -> None:
        """In place of what was planned before."""
        self.crm.calm()
        self._planned_at = len(self.crm.log)
        self.crm.trouble(trouble, on, nth)

    def calm(self) -> None:
        """No more trouble."""
        self.crm.calm()

    @property
    def struck(self) -> bool:
        """Whether a call since then was troubled."""
        return any(call.trouble for call in self.crm.log[self._planned_at :])

    @property
    def logins(self) -> int:
        """Logins in the log."""
        return sum(1 for call in self.crm.log if call.sort == "login")

    @property
    def logged(self) -> int:
        """Calls in the log."""
        return len(self.crm.log)

    def all(self, kind: Kind) -> list[Seen]:
        """Every record of a kind."""
        return [_seen(row) for row in self.crm.rows.values() if row.kind is kind]


class MemoryStepsSubject(MemorySubject):
    """Converts by steps: account, contact and opportunity come first, then the lead is closed with their ids."""

    style = STEPWISE
    traits = replace(MemorySubject.traits, steps=True)


class MemoryGivenSubject(MemorySubject):
    """Account and contact come first; the conversion makes the opportunity of the values it is given."""

    style = GIVEN
    traits = replace(MemorySubject.traits, steps=True)


def _seen(row: Row) -> Seen:
    words = {word: str(row.get(name) or "") for word, name in WORDS.fields[row.kind].items()}
    links = {"account": str(row.get("AccountId") or ""), "contact": str(row.get("ContactId") or "")}
    if row.kind is Kind.LEAD:
        links = {kind.value: str(row.get(name) or "") for kind, name in BECAME.items()}
    key, status = str(row.get(KEY) or ""), str(row.get("Status") or "")
    return Seen(row.id, key=key, status=status, converted=row.converted, deleted=row.deleted, **words, **links)
