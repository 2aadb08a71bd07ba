"""What to do with a lead, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.model.match import Resolution
from connector.model.records import Activity, Record, RecordRef, Values, require_aware

CLOSED_IN_CRM = "closed-in-crm"
"""Disqualification of a lead that a person closed in the CRM: it is recorded, and nothing is written for it."""


class Stage(StrEnum):
    """How far a lead has come in the hybrid model."""

    NEW = "new"
    MQL = "MQL"
    SRL = "SRL"
    SQL = "SQL"


class Motion(StrEnum):
    """Hunter: the company is new to us. Farmer: the company is a known or named account."""

    HUNTER = "hunter"
    FARMER = "farmer"


class Verdict(StrEnum):
    """What is to be done."""

    CONVERT = "convert"
    ATTACH = "attach"
    REVIEW = "review"
    NURTURE = "nurture"
    DISQUALIFY = "disqualify"

    converts: bool
    """Whether the lead is closed by a native conversion."""

    def __init__(self, word: str) -> None:
        """Know it once: it is asked several times a decision."""
        self.converts = word in ("convert", "attach")


class Gate(StrEnum):
    """Whether automatic conversion is trusted: OPEN, on PROBATION (too little is known yet) or CLOSED (it erred)."""

    OPEN = "open"
    PROBATION = "probation"
    CLOSED = "closed"


class Assurance(StrEnum):
    """How a verdict is assured: carried out, confirmed by a person first, or carried out and sampled for review."""

    AUTO = "auto"
    HUMAN = "human"
    SAMPLED = "sampled"


@dataclass(frozen=True, slots=True)
class OwnerChoice:
    """Who is to own what a lead becomes: one of *candidates* (CRM user ids), in turn where there are several.

    *rule* names the owner rule of the policy; turns are counted per rule.
    """

    rule: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code from the policy, a sentence, and the points it brought (0 when it brought none)."""

    code: str
    detail: str
    points: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the scorecard: points, the level the policy gives them, and what brought them."""

    points: int
    level: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Fit and engagement in points; intent and BANT with the answers they rest on."""

    fit: Score
    engagement: Score
    intent: Score
    bant: Score


@dataclass(frozen=True, slots=True)
class OpportunityTerms:
    """The opportunity to open: its name and the canonical fields to set beyond the CRM's defaults."""

    name: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person answered in review about a lead as a whole; it wins over the policy."""

    verdict: Verdict
    by: str
    at: datetime
    reason: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.at)


@dataclass(frozen=True, slots=True)
class Versions:
    """Content hashes of the files a decision rests on."""

    policy: str
    mapping: str
    matching: str


@dataclass(frozen=True, slots=True)
class DecisionInputs:
    """Everything a decision may look at, as it was known at *as_of*.

    *account* and *contact* are the records the resolution chose. *worked* says, in a few words, how a
    person has already worked the lead (status or owner changed), empty when nobody has.
    *owner* is the route's owner for leads that a queue holds. *survivor* is the standing decision of the
    lead this one duplicates. *doubts* are sentences on values that no mapping table knows. *gate* is where the
    error budget of the policy that decides stood.
    """

    lead: Record
    resolution: Resolution
    as_of: datetime
    account: Record | None = None
    contact: Record | None = None
    activities: tuple[Activity, ...] = ()
    worked: str = ""
    owner: str = ""
    ruling: Ruling | None = None
    survivor: Decision | None = None
    doubts: tuple[str, ...] = ()
    gate: Gate = Gate.OPEN

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.as_of)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its reasons, the row of the decision table that gave it, and the versions it rests on.

    *opportunity* is set when one is to be opened. *status* is the disqualification reason code or the
    nurture reason that the write-back may name. *look_again_at* is when time alone could change the answer.
    *policy* names the policy that decided, where several stand side by side. *runner_up* is the row that would have
    decided next, *runner_up_verdict* its verdict. *owner* is set where the policy says who owns what is made.
    *sampled* marks a verdict that is carried out and also reviewed blind.
    """

    lead: RecordRef
    verdict: Verdict
    stage: Stage
    motion: Motion
    scorecard: Scorecard
    reasons: tuple[Reason, ...]
    rule: str
    versions: Versions
    decided_at: datetime
    opportunity: OpportunityTerms | None = None
    duplicate_of: RecordRef | None = None
    disqualification: str = ""
    look_again_at: datetime | None = None
    runner_up: str = ""
    ruled_by: str = ""
    policy: str = ""
    runner_up_verdict: Verdict | None = None
    owner: OwnerChoice | None = None
    assurance: Assurance = Assurance.AUTO
    sampled: bool = False

    def __post_init__(self) -> None:
        """Refuse a decision without a reason, and instants without a zone."""
        require_aware(self.decided_at)
        require_aware(self.look_again_at)
        if not self.reasons:
            raise ValueError(f"decision on {self.lead} has no reason")

    def same_answer(self, other: Decision | None) -> bool:
        """Whether *other* would lead to the same actions."""
        return other is not None and self._answer() == other._answer()

    def _answer(self) -> tuple[object, ...]:
        terms = (self.opportunity.name, dict(self.opportunity.values)) if self.opportunity else None
        return (self.verdict, self.disqualification, terms, self.duplicate_of, self.owner)
