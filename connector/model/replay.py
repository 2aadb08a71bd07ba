"""What a replay of stored decisions under another policy found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.model.decision import Verdict
from connector.model.records import RecordRef


class Part(StrEnum):
    """A part of a decision in which another policy may differ while its verdict stays."""

    LEVELS = "levels"
    POINTS = "points"
    RULES = "rules"
    STAGE = "stage"
    ROW = "row"
    REASONS = "reasons"
    DISQUALIFICATION = "disqualification"
    OPPORTUNITY = "opportunity"
    OWNER = "owner"
    DUPLICATE = "duplicate"
    RUNNER_UP = "runner_up"
    LOOK_AGAIN = "look_again"
    ASSURANCE = "assurance"
    SAMPLE = "sample"
    POLICY = "policy"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FlipExample:
    """One decision whose verdict changed: on which lead, when, and *because* of what, in sentences."""

    lead: RecordRef
    at: datetime
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """Decisions whose verdict changed in one way: the verdicts and the rows of the table that gave them."""

    old: Verdict
    new: Verdict
    old_rule: str
    new_rule: str
    decisions: int
    examples: tuple[FlipExample, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """Leads by when they first convert: *old* and *new* count the leads that each policy converts at all.

    *earlier* and *later* are the days by which a lead that both convert does so sooner or later under the new
    policy, one number per lead. *gained*: only the new policy converts them; *lost*: only the old one.
    """

    old: int
    new: int
    earlier: Sequence[float]
    later: Sequence[float]
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Opened:
    """Leads on which each policy opens an opportunity; *gained* only the new one, *lost* only the old one."""

    old: int
    new: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Calls:
    """API calls for writing, estimated: what one lead of a verdict costs, measured in the journal, times the leads.

    *each* holds the calls per lead and *measured_on* how many leads' journal entries they are the mean of, by
    verdict. *old* and *new* are None while a verdict that writes was never carried out.
    """

    old: float | None
    new: float | None
    each: Mapping[Verdict, float]
    measured_on: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class Fared:
    """How leads fared that were converted without a person's word: later outcomes, and blind reviews apart.

    *won* and *lost* by their opportunity; *disqualified* by a person afterwards; the rest of *leads* is not known.
    *right* and *wrong* are what people said of them: that they would have converted them, or not.
    """

    leads: int = 0
    won: int = 0
    lost: int = 0
    disqualified: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def known(self) -> int:
        """How many have an outcome."""
        return self.won + self.lost + self.disqualified


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How conversions fared: of each policy, and of the leads that only one of them converts.

    *all_known* holds every lead of the replay with an outcome, whoever converted it: the rate to compare with.
    """

    old: Fared = Fared()
    new: Fared = Fared()
    only_old: Fared = Fared()
    only_new: Fared = Fared()
    all_known: Fared = Fared()


@dataclass(frozen=True, slots=True)
class Replayed:
    """Stored decisions, decided anew on what was known at their time.

    *versions* counts decisions by the policy version that made them; *new_versions* are those replayed with.
    *identical*: by that very version, and the same text to the byte. *renamed*: by another version or a copy, and the
    same text but for its name and for which leads it draws for blind review. *before_fields*: kept before today's
    fields existed, and equal in every field it has.
    *differs*: all others; among them the *flips*, and *other_answers*, where the verdict stayed and something that
    is carried out changed. *kept_verdict* counts those that differ while the verdict stays, and *differs_in* the parts
    in which they do; one decision may count under several. *standing* counts leads by their last verdict, old and new.
    *reviews* counts reviews opened per ISO week, old and new. *superseded* decisions were made anew at once because a
    value was in doubt; beside the counts of how decisions differ they are left out.
    """

    routes: tuple[str, ...]
    versions: Mapping[str, int]
    new_versions: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    decisions: int
    leads: int
    identical: int
    renamed: int
    before_fields: int
    differs: int
    superseded: int
    flips: tuple[Flip, ...]
    other_answers: int
    standing: Mapping[tuple[Verdict, Verdict], int]
    conversions: Moved
    opportunities: Opened
    reviews: Mapping[str, tuple[int, int]]
    calls: Calls
    outcomes: Outcomes = field(default_factory=Outcomes)
    kept_verdict: int = 0
    differs_in: Mapping[Part, int] = field(default_factory=dict)

    @property
    def flipped(self) -> int:
        """Decisions whose verdict changed."""
        return sum(flip.decisions for flip in self.flips)
