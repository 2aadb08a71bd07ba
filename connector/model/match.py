"""Who is this? Entries of the directory, comparisons, matches and the word of a person on a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.model.records import Kind, Record, RecordRef, Scalar, require_aware


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it is laid into the directory.

    *keys* are its blocking keys, ``name=value``, e.g. ``email=a@b.co``; none for a record that is never looked
    for. *profile* is its identity, normalised once, as matching reads it back. *terms* are the words whose
    frequency counts, e.g. ``last=lee``. *vote* is the firm's mail domain of a contact: it speaks for the account.
    """

    record: Record
    keys: tuple[str, ...] = ()
    profile: str = ""
    terms: tuple[str, ...] = ()
    vote: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What a lead is looked up by.

    *weak* keys are used only for a kind of which the *strong* ones brought few. *terms* are the words whose
    frequency is wanted, *domains* those for which contacts vote.
    """

    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A record of the directory as matching reads it: where it is, and its identity."""

    ref: RecordRef
    kind: Kind
    profile: str


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


@dataclass(frozen=True, slots=True)
class Saying:
    """A judgement as it is kept: its number in the state file, and when it came there."""

    number: int
    judgement: Judgement
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Frozen:
    """A lead of which nothing is written by any plan made until *since*, and why.

    *word* is the number of the judgement behind it. *released_at*: when the lead was decided anew, None before.
    """

    lead: RecordRef
    since: datetime
    why: str
    word: int
    released_at: datetime | None = None


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
    """What the directory brought for one lead, and what it knows beside.

    *counts*: how many records hold each term of the query (absent: none). *held*: how many contacts, accounts and
    leads together share each key of the query, as far as they were counted; of phones, how many contacts. *votes*:
    for each domain of the query, how many contacts of each account (by id) write from it. *size*: live records per
    kind.
    """

    contacts: tuple[Known, ...] = ()
    accounts: tuple[Known, ...] = ()
    leads: tuple[Known, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    votes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    size: Mapping[Kind, int] = field(default_factory=dict)
