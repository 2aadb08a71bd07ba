"""A small CRM kept in memory, honest in what matters: it stamps, trims, refuses, converts, forgets and goes silent.

It speaks Salesforce's field names, so that the shipped mapping reads it. `MemorySystem` (in `memory`) is its client.

    crm = MemoryCrm(NATIVE)
    lead = crm.add(Kind.LEAD, LastName="Okafor", Company="Acme")
    crm.trouble(Trouble.LOST_AFTER, nth=2)   # the second write is carried out and its answer lost
    crm.clock.advance(60)
    crm.edit(Kind.LEAD, lead, Title="CTO")   # as a colleague would
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from connector.errors import Applied, RateLimited, SessionExpired, Unavailable
from connector.model.plan import ConversionStyle
from connector.model.records import Kind, Scalar, iso
from tests.contracts.subject import Trouble

NATIVE = ConversionStyle(makes=frozenset({Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY}))
STEPWISE = ConversionStyle()
GIVEN = ConversionStyle(given=frozenset({Kind.OPPORTUNITY}))

KEY = "Connector_Key__c"
CONVERTED = "Closed - Converted"
OBJECTS: Mapping[Kind, str] = {kind: kind.value.capitalize() for kind in Kind}
BECAME = {
    Kind.ACCOUNT: "ConvertedAccountId",
    Kind.CONTACT: "ConvertedContactId",
    Kind.OPPORTUNITY: "ConvertedOpportunityId",
}

# name:length; a length of 0 is a value that is no text (booleans end in "?")
_PERSON = (
    "Salutation:40 FirstName:40 LastName:80 Title:128 Email:80 Phone:40 MobilePhone:40 Fax:40 LeadSource:255 "
    "Description:32000 HasOptedOutOfEmail:0? HasOptedOutOfFax:0? DoNotCall:0? "
)
_FIRM = "Website:255 Industry:255 NumberOfEmployees:0 AnnualRevenue:0 Rating:255 "
_BOTH = f"OwnerId:18 CreatedDate:24 {KEY}:255 "


def _address(prefix: str) -> str:
    parts = ("Street:255", "City:40", "State:80", "PostalCode:20", "Country:80")
    return "".join(f"{prefix}{part} " for part in parts)


_TABLES = {
    Kind.LEAD: _BOTH
    + _PERSON
    + _FIRM
    + _address("")
    + "Company:255 Status:255 IsConverted:0? ConvertedAccountId:18 ConvertedContactId:18 ConvertedOpportunityId:18 "
    + "Requested_Action__c:255 Requested_At__c:24 Budget__c:255 Authority__c:255 Need__c:255 Timeframe__c:255 "
    + "Disqualification_Reason__c:255 LastActivityDate:10",
    Kind.ACCOUNT: _BOTH
    + _FIRM
    + _address("Billing")
    + "Name:255 Type:255 Phone:40 Fax:40 AccountSource:255 Description:32000 ParentId:18",
    Kind.CONTACT: _BOTH + _PERSON + _address("Mailing") + "AccountId:18",
    Kind.OPPORTUNITY: _BOTH
    + "Name:120 AccountId:18 ContactId:18 StageName:255 Amount:0 CloseDate:10 LeadSource:255 Description:32000 "
    + "Probability:0 Type:255 NextStep:255 IsClosed:0? IsWon:0?",
}
LENGTHS: Mapping[Kind, Mapping[str, int]] = {
    kind: {name: int(length.rstrip("?")) for name, length in (each.split(":") for each in table.split())}
    for kind, table in _TABLES.items()
}
FLAGS = frozenset(each.split(":")[0] for table in _TABLES.values() for each in table.split() if each.endswith("?"))
REQUIRED = {Kind.LEAD: ("LastName", "Company"), Kind.ACCOUNT: ("Name",), Kind.CONTACT: ("LastName",)}
REQUIRED[Kind.OPPORTUNITY] = ("Name", "StageName", "CloseDate")
_PREFIXES = {Kind.LEAD: "00Q", Kind.ACCOUNT: "001", Kind.CONTACT: "003", Kind.OPPORTUNITY: "006"}
_PHONES = frozenset({"Phone", "MobilePhone", "Fax"})
_LOCAL_PHONE = re.compile(r"^(?:\+?1[ .-]?)?\(?(\d{3})\)?[ .-]?(\d{3})[ .-]?(\d{4})$")

T = TypeVar("T")


class NoAnswer(Exception):
    """The connection ended without an answer."""


class RowRefused(Exception):
    """The CRM refuses one row."""

    def __init__(self, code: str, message: str = "", fields: tuple[str, ...] = ()) -> None:
        super().__init__(message or code)
        self.code = code
        self.fields = fields


class StillClock:
    """Time that stands still until somebody moves it; waiting does."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)) -> None:
        self._now = start
        self.waits: list[float] = []

    def now(self) -> datetime:
        """The present instant."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.waits.append(seconds)
        self.advance(seconds)


@dataclass(frozen=True, slots=True)
class Manners:
    """What the CRM does to values on save: text that is too long is refused unless it is *cut*."""

    trim: bool = True
    cut: bool = False
    phones: bool = True


@dataclass(slots=True)
class Row:
    """One record; *unseen* until then, though it is stamped."""

    id: str
    kind: Kind
    values: dict[str, Scalar]
    modified: datetime
    deleted: bool = False
    merged_into: str | None = None
    unseen: datetime | None = None

    def get(self, name: str) -> Scalar:
        """A value."""
        return self.values.get(name)

    @property
    def converted(self) -> bool:
        """Whether a lead was converted."""
        return self.values.get("IsConverted") is True


@dataclass(slots=True)
class _Plan:
    trouble: Trouble
    on: str
    strikes: Callable[[int], bool]
    count: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One call in the log: its sort (``read``, ``write``, ``login``) and what befell it."""

    sort: str
    trouble: Trouble | None


@dataclass(slots=True)
class MemoryCrm:
    """The records, and the doors to them: `call` for clients, everything else for colleagues and tests."""

    style: ConversionStyle = NATIVE
    manners: Manners = field(default_factory=Manners)
    clock: StillClock = field(default_factory=StillClock)
    rows: dict[str, Row] = field(default_factory=dict)
    log: list[Call] = field(default_factory=list)
    refusals: list[Callable[[Row], str]] = field(default_factory=list)
    _plans: list[_Plan] = field(default_factory=list)
    _sessions: set[str] = field(default_factory=set)
    _made: int = 0

    # --- what happens on the way ---

    def trouble(
        self, trouble: Trouble, on: str = "write", nth: int = 0, when: Callable[[int], bool] | None = None
    ) -> None:
        """Add trouble: to every call of the sort, to the *nth* from now, or *when* says so (calls count from 1)."""
        self._plans.append(_Plan(trouble, on, when or (lambda count: nth in (0, count))))

    def calm(self) -> None:
        """No more trouble, and nothing refused beyond what the CRM itself refuses."""
        self._plans.clear()
        self.refusals.clear()

    def login(self) -> str:
        """A new session."""
        self.log.append(Call("login", None))
        self._sessions.add(token := f"session-{len(self.log)}")
        return token

    def call(self, token: str, sort: str, act: Callable[[], T]) -> T:
        """One call of a client. Raises NoAnswer, SessionExpired, RateLimited, Unavailable."""
        trouble = self._befalls(sort)
        self.log.append(Call(sort, trouble))
        if trouble is Trouble.EXPIRED:
            self._sessions.discard(token)
        if token not in self._sessions:
            raise SessionExpired("the session has ended")
        if trouble is Trouble.OUTAGE:
            raise Unavailable("down for maintenance", applied=Applied.NEVER)
        if trouble is Trouble.LIMITED:
            raise RateLimited("the call limit is spent", applied=Applied.NEVER)
        if trouble is Trouble.LOST_BEFORE:
            raise NoAnswer
        answer = act()
        if trouble in (Trouble.LOST_AFTER, Trouble.CUT):
            raise NoAnswer
        return answer

    def _befalls(self, sort: str) -> Trouble | None:
        struck = None
        for plan in self._plans:
            if plan.on in ("any", sort):
                plan.count += 1
                struck = plan.trouble if struck is None and plan.strikes(plan.count) else struck
        return struck

    # --- the records ---

    def find(self, kind: Kind, record_id: str) -> Row | None:
        """A row that is visible, deleted or not."""
        row = self.rows.get(record_id)
        return row if row is not None and row.kind is kind and self._visible(row) else None

    def all(self, kind: Kind) -> Iterator[Row]:
        """Every visible row of a kind, deleted ones too."""
        return (row for row in self.rows.values() if row.kind is kind and self._visible(row))

    def live(self, kind: Kind) -> list[Row]:
        """Every live row of a kind."""
        return [row for row in self.all(kind) if not row.deleted]

    def by_key(self, kind: Kind, key: str) -> Row | None:
        """The live row that carries our key."""
        return next((row for row in self.live(kind) if row.get(KEY) == key), None) if key else None

    def _visible(self, row: Row) -> bool:
        return row.unseen is None or row.unseen <= self.clock.now()

    def saved(self, kind: Kind, name: str, value: Scalar) -> Scalar:
        """What a field holds after *value* is saved. Raises RowRefused."""
        if name not in LENGTHS[kind]:
            raise RowRefused("INVALID_FIELD", f"no such field: {name}", (name,))
        if name in FLAGS:
            return value is True
        if not isinstance(value, str):
            return value
        text = value.replace("\r\n", "\n")
        text = text.strip() if self.manners.trim else text
        if self.manners.phones and name in _PHONES and (parts := _LOCAL_PHONE.match(text)):
            text = "({}) {}-{}".format(*parts.groups())
        most = LENGTHS[kind][name]
        if most and len(text) > most:
            if not self.manners.cut:
                raise RowRefused("STRING_TOO_LONG", f"{name} is too long (max length={most})", (name,))
            text = text[:most].rstrip()
        return text or None

    def insert(self, kind: Kind, values: Mapping[str, Scalar]) -> Row:
        """A new record. Raises RowRefused."""
        kept = {name: self.saved(kind, name, value) for name, value in values.items()}
        missing = tuple(name for name in REQUIRED[kind] if not kept.get(name))
        if missing:
            raise RowRefused("REQUIRED_FIELD_MISSING", f"missing: {', '.join(missing)}", missing)
        self._made += 1
        now = self.clock.now()
        base: dict[str, Scalar] = {"OwnerId": "0055g000000MEMORYA", "CreatedDate": iso(now)}
        base |= {"Status": "Open - Not Contacted", "IsConverted": False} if kind is Kind.LEAD else {}
        row = Row(f"{_PREFIXES[kind]}{self._made:012}AAA", kind, {**base, **kept}, now)
        self._judge(row)
        self.rows[row.id] = row
        return row

    def update(self, kind: Kind, record_id: str, values: Mapping[str, Scalar]) -> Row:
        """Change a record. Raises RowRefused."""
        row = self.find(kind, record_id)
        if row is None or row.deleted:
            raise RowRefused("ENTITY_IS_DELETED", "the record is deleted")
        if row.converted and self.style == NATIVE:
            raise RowRefused("CANNOT_UPDATE_CONVERTED_LEAD", "the lead is converted")
        kept = {name: self.saved(kind, name, value) for name, value in values.items()}
        self._judge(row)
        row.values |= kept
        row.modified = self.clock.now()
        return row

    def _judge(self, row: Row) -> None:
        code = next((code for refuses in self.refusals if (code := refuses(row))), "")
        if code:
            raise RowRefused(code, "this CRM does not want it")

    # --- side doors: what colleagues do ---

    def add(self, kind: Kind, modified: datetime | None = None, **values: Scalar) -> str:
        """A colleague's new record, stamped *modified* when given; answers its id."""
        row = self.insert(kind, values)
        row.modified = modified or row.modified
        return row.id

    def edit(self, kind: Kind, record_id: str, **values: Scalar) -> None:
        """A colleague's change."""
        self.update(kind, record_id, values)

    def delete(self, kind: Kind, record_id: str, merged_into: str | None = None) -> None:
        """Deleted, and still readable as such."""
        row = self.rows[record_id]
        row.deleted, row.modified, row.merged_into = True, self.clock.now(), merged_into
        if row.kind is not kind:
            raise ValueError(f"{record_id} is no {kind}")

    def merge(self, kind: Kind, loser: str, into: str) -> None:
        """The loser is deleted; its contacts and opportunities belong to the survivor."""
        self.delete(kind, loser, into)
        for row in self.rows.values():
            for name in ("AccountId", "ContactId"):
                if row.get(name) == loser:
                    row.values[name], row.modified = into, self.clock.now()
        self.rows[into].modified = self.clock.now()

    def hide(self, record_id: str, seconds: float) -> None:
        """Its stamp is set, and nobody sees the record for that long: a transaction that commits late."""
        self.rows[record_id].unseen = self.clock.now() + timedelta(seconds=seconds)

    def convert(self, lead_id: str, ids: Mapping[str, str], new: Mapping[str, Scalar] | None = None) -> dict[str, str]:
        """Convert a lead as its page does, wholly or not at all; answers ids by role.

        *ids* name account, contact and opportunity that are there; account and contact are made otherwise, and
        an opportunity of the values *new* when these are given. Raises RowRefused.
        """
        lead = self.find(Kind.LEAD, lead_id)
        if lead is None or lead.deleted:
            raise RowRefused("gone", "the lead is deleted")
        if lead.converted:
            raise RowRefused("CANNOT_UPDATE_CONVERTED_LEAD", "the lead is converted already")
        self._judge(lead)
        before = dict(self.rows)
        try:
            known = self._make(lead, {role: known for role, known in ids.items() if role != "lead"}, new)
        except RowRefused:
            self.rows = before
            raise
        self.close(lead, known)
        return {"lead": lead.id, **known}

    def _make(self, lead: Row, known: dict[str, str], new: Mapping[str, Scalar] | None) -> dict[str, str]:
        if "account" not in known:
            known["account"] = self.insert(Kind.ACCOUNT, copied(lead, Kind.ACCOUNT)).id
        owner = {"AccountId": known["account"]}
        if "contact" not in known:
            known["contact"] = self.insert(Kind.CONTACT, {**copied(lead, Kind.CONTACT), **owner}).id
        if not self.rows[known["contact"]].get("AccountId"):
            self.rows[known["contact"]].values |= owner
        if new is not None and "opportunity" not in known:
            links = {**owner, "ContactId": known["contact"]}
            known["opportunity"] = self.insert(Kind.OPPORTUNITY, {**copied(lead, Kind.OPPORTUNITY), **new, **links}).id
        return known

    def close(self, lead: Row, ids: Mapping[str, str]) -> None:
        """Mark a lead as converted into the records that *ids* names by role."""
        lead.values |= {"IsConverted": True, "Status": CONVERTED}
        lead.values |= {name: ids.get(kind.value) for kind, name in BECAME.items()}
        lead.modified = self.clock.now()


def copied(lead: Row, kind: Kind) -> dict[str, Scalar]:
    """What a conversion carries over from a lead: the same fields, and those that are only named otherwise."""
    found: dict[str, Scalar] = {
        name: value for name, value in lead.values.items() if name in LENGTHS[kind] and value is not None
    }
    prefix = {Kind.ACCOUNT: "Billing", Kind.CONTACT: "Mailing"}.get(kind, "")
    for part in ("Street", "City", "State", "PostalCode", "Country"):
        if prefix and lead.get(part):
            found[prefix + part] = lead.get(part)
    if kind is Kind.ACCOUNT:
        found["Name"] = lead.get("Company")
    for name in ("CreatedDate", KEY):
        found.pop(name, None)
    return found
