"""What a condition may look at: the words for it, and where the value comes from.

A plain name is a field of the lead. ``company.x`` is the lead's value or, where the lead has none, that of
the account it was matched with. ``account.x`` and ``contact.x`` are the matched records alone. The derived
facts are worked out here and, for scores, by the rooms beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

from connector.model.decision import DecisionInputs
from connector.model.fields import FieldType, field_spec
from connector.model.match import Linkage
from connector.model.records import Kind, Record, Scalar, from_iso
from connector.values import company as company_values
from connector.values import email as email_values

Fact: TypeAlias = Scalar | tuple[str, ...]


class Known(IntEnum):
    """In which order facts become known; a part of the policy sees only what comes before it."""

    FROM_START = 0
    AFTER_SCORES = 1
    AFTER_STAGE = 2
    AFTER_REASONS = 3


@dataclass(frozen=True, slots=True)
class DerivedFact:
    """A fact that is worked out: its type, when it is known, and what it means."""

    type: FieldType
    known: Known
    meaning: str
    many: bool = False


_T, _N, _F = FieldType.TEXT, FieldType.NUMBER, FieldType.FLAG

DERIVED: Mapping[str, DerivedFact] = MappingProxyType(
    {
        "email_kind": DerivedFact(
            _T, Known.FROM_START, "`corporate`, `role`, `free`, `disposable`, `junk`, or `none`."
        ),
        "email_domain": DerivedFact(_T, Known.FROM_START, "The registrable domain of the e-mail address."),
        "company_known": DerivedFact(_F, Known.FROM_START, "The lead names a company that is not a filler."),
        "linkage": DerivedFact(_T, Known.FROM_START, "What matching found: contact, account, lead, possible or new."),
        "weak_identity": DerivedFact(_T, Known.FROM_START, "Why the lead's own identity is no evidence.", many=True),
        "activity_kinds": DerivedFact(_T, Known.FROM_START, "Kinds of activity on record.", many=True),
        "named_account": DerivedFact(_F, Known.FROM_START, "The company is on the list of named accounts."),
        "fit": DerivedFact(_T, Known.AFTER_SCORES, "The level of fit."),
        "fit_points": DerivedFact(_N, Known.AFTER_SCORES, "The points of fit."),
        "engagement": DerivedFact(_T, Known.AFTER_SCORES, "The level of engagement."),
        "engagement_points": DerivedFact(_N, Known.AFTER_SCORES, "The points of engagement."),
        "intent": DerivedFact(_F, Known.AFTER_SCORES, "A sales-specific action was asked for and still counts."),
        "action": DerivedFact(_T, Known.AFTER_SCORES, "That action."),
        "bant_met": DerivedFact(_F, Known.AFTER_SCORES, "Enough of budget, authority, need, timeframe are yes."),
        "bant_yes": DerivedFact(_N, Known.AFTER_SCORES, "How many of the four answers are yes."),
        "bant_no": DerivedFact(_N, Known.AFTER_SCORES, "How many of the four answers are no."),
        "stage": DerivedFact(_T, Known.AFTER_STAGE, "new, MQL, SRL or SQL."),
        "motion": DerivedFact(_T, Known.AFTER_STAGE, "hunter or farmer."),
        "disqualified": DerivedFact(_T, Known.AFTER_REASONS, "The first reason for disqualification that holds."),
    }
)


_FROM_INPUTS: Mapping[str, Callable[[DecisionInputs], Fact]] = MappingProxyType(
    {
        "email_kind": lambda inputs: email_kind(inputs.lead.text("email")),
        "email_domain": lambda inputs: email_values.registrable(inputs.lead.text("email")),
        "company_known": lambda inputs: is_company(inputs.lead.text("company")),
        "linkage": lambda inputs: inputs.resolution.linkage.value,
        "weak_identity": lambda inputs: inputs.resolution.weak_identity,
        "activity_kinds": lambda inputs: tuple(sorted({activity.kind for activity in inputs.activities})),
    }
)


class Derived(dict[str, Fact]):
    """Derived facts by name; what does not depend on the policy is worked out when it is first asked for."""

    __slots__ = ("_inputs",)

    def __init__(self, inputs: DecisionInputs) -> None:
        """Begin with nothing worked out."""
        super().__init__()
        self._inputs = inputs

    def __missing__(self, name: str) -> Fact:
        """Work a fact out; None while it is not known yet."""
        work = _FROM_INPUTS.get(name)
        if work is None:
            return None
        value = self[name] = work(self._inputs)
        return value


class Facts:
    """Everything one decision may look at; *derived* grows as the scorecard is filled in.

    *closed* is set when the lead turns out to be closed in the CRM.
    """

    __slots__ = ("account", "as_of", "closed", "contact", "derived", "engagement", "inputs", "lead")

    def __init__(self, inputs: DecisionInputs) -> None:
        """Lay out the inputs."""
        self.inputs = inputs
        self.as_of: datetime = inputs.as_of
        self.lead: Mapping[str, Scalar] = inputs.lead.values
        self.account: Mapping[str, Scalar] = _values(inputs.account)
        self.contact: Mapping[str, Scalar] = _values(inputs.contact)
        self.closed = False
        self.engagement: Any = None  # what `connector.policy.engagement` has worked out for these facts
        self.derived = Derived(inputs)

    @property
    def account_is_known(self) -> bool:
        """Whether matching linked the lead to an account, directly or through a contact."""
        return self.inputs.resolution.linkage in (Linkage.CONTACT, Linkage.ACCOUNT)


Reader: TypeAlias = Callable[[Facts], Fact]


@dataclass(frozen=True, slots=True)
class OfLead:
    """Reads a field of the lead."""

    name: str

    def __call__(self, facts: Facts) -> Fact:
        """The lead's value."""
        return facts.lead.get(self.name)


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """Reads a derived fact."""

    name: str

    def __call__(self, facts: Facts) -> Fact:
        """The fact, None while it is not known yet."""
        return facts.derived[self.name]


def reader(name: str) -> Reader:
    """A function that reads the fact *name*; the name must be one that `type_of` knows."""
    room, _, rest = name.rpartition(".")
    if room == "company":
        return lambda facts: facts.lead.get(rest) or _filled(facts.account.get(rest))
    if room == "account":
        return lambda facts: facts.account.get(rest)
    if room == "contact":
        return lambda facts: facts.contact.get(rest)
    return WorkedOut(name) if name in DERIVED else OfLead(name)


def type_of(name: str) -> FieldType | None:
    """What kind of value the fact *name* has; None when there is no such fact."""
    if name in DERIVED:
        return DERIVED[name].type
    room, _, rest = name.rpartition(".")
    kinds = {"": Kind.LEAD, "company": Kind.ACCOUNT, "account": Kind.ACCOUNT, "contact": Kind.CONTACT}
    if room not in kinds:
        return None
    spec = field_spec(kinds[room], rest)
    return spec.type if spec else None


def known_at(name: str) -> Known:
    """When the fact *name* becomes known."""
    return DERIVED[name].known if name in DERIVED else Known.FROM_START


def email_kind(address: str) -> str:
    """What an e-mail address says of its owner; a free-mail domain counts as free even if also disposable."""
    if not address.strip():
        return "none"
    if email_values.is_junk(address):
        return "junk"
    host = email_values.domain(email_values.normal(address))
    if email_values.is_free(host):
        return "free"
    if email_values.is_disposable(host):
        return "disposable"
    return "role" if email_values.is_role(address) else "corporate"


def is_company(name: str) -> bool:
    """Whether *name* names a company at all."""
    return bool(name.strip()) and not company_values.is_junk(name)


@lru_cache(maxsize=65536)
def instant(text: str) -> datetime | None:
    """Read an instant, or a date as its first moment in UTC; None when it is neither."""
    try:
        return from_iso(text if "T" in text or " " in text else f"{text}T00:00:00Z")
    except ValueError:
        return None


def later(at: datetime, span: timedelta) -> datetime | None:
    """The instant *span* after *at*; None where the calendar ends before it."""
    try:
        return at + span
    except OverflowError:
        return None


def moment(facts: Facts, read: Reader) -> datetime | None:
    """The instant that *read* answers, None when it is empty or no instant."""
    value = read(facts)
    return instant(value) if isinstance(value, str) and value else None


def _values(record: Record | None) -> Mapping[str, Scalar]:
    return record.values if record is not None else {}


def _filled(value: Scalar) -> Scalar:
    return None if value == "" else value
