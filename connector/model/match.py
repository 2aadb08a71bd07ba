"""Who is this? Keys, comparisons, matches and the word of a person on a pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.model.records import Kind, Record, RecordRef, Scalar, require_aware


@dataclass(frozen=True, slots=True, order=True)
class BlockingKey:
    """A cheap value that records of one person or company are likely to share, e.g. ``email`` / ``a@b.co``.

    *strong* keys are looked up first; weak ones only when the strong ones brought few candidates.
    """

    name: str
    value: str
    strong: bool = True

    def __str__(self) -> str:
        """The spelling that is hashed and stored."""
        return f"{self.name}={self.value}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One piece of evidence: both values, the level they reached, its points (log-odds), and a sentence."""

    name: str
    left: Scalar
    right: Scalar
    level: str
    points: float
    because: str


class Band(StrEnum):
    """What a score allows: link by itself, ask a person, or nothing."""

    LINK = "link"
    POSSIBLE = "possible"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate with its evidence. *score* is the sum of the points plus the prior, in log-odds."""

    kind: Kind
    ref: RecordRef
    score: float
    band: Band
    comparisons: tuple[Comparison, ...]
    judged: bool = False


class Word(StrEnum):
    """What a person said of a pair."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's word on a pair of records; it wins over any score, for ever."""

    left: RecordRef
    right: RecordRef
    word: Word
    by: str
    at: datetime
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.at)


class Linkage(StrEnum):
    """What a lead turned out to be."""

    CONTACT = "contact"
    ACCOUNT = "account"
    LEAD = "lead"
    POSSIBLE = "possible"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who a lead is.

    CONTACT: *contact* and (where the contact has one) *account* are set. ACCOUNT: *account* only.
    LEAD: *duplicate_of* is the surviving lead. POSSIBLE: *candidates* are for a person to choose from.
    *gap* is the score's distance to the best other candidate of the chosen kind, None when there is none.
    *weak_identity* names why the lead's own identity is no evidence (``junk``, ``role-mailbox`` …).
    """

    lead: RecordRef
    linkage: Linkage
    contact: Match | None = None
    account: Match | None = None
    duplicate_of: Match | None = None
    candidates: tuple[Match, ...] = ()
    runner_up: Match | None = None
    gap: float | None = None
    weak_identity: tuple[str, ...] = ()
    because: str = ""

    def refs(self) -> tuple[RecordRef, ...]:
        """Every record this answer leans on: when one of them changes, the lead is looked at again."""
        chosen = [m for m in (self.contact, self.account, self.duplicate_of) if m]
        return tuple(dict.fromkeys(m.ref for m in [*chosen, *self.candidates]))


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the directory brought for one lead."""

    contacts: tuple[Record, ...] = ()
    accounts: tuple[Record, ...] = ()
    leads: tuple[Record, ...] = ()
