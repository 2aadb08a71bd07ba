"""The parts of a rulebook, compiled: rows, reasons, stages, terms and promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.model.decision import Stage, Verdict
from connector.model.records import Values
from connector.policy.bant import Bant
from connector.policy.conditions import Condition, Predicate
from connector.policy.engagement import Engagement
from connector.policy.facts import Reader
from connector.policy.fit import Fit
from connector.policy.grammar import CasePart
from connector.policy.intent import Intent

NOT_A_FIT = "not-a-fit"
"""The reason that stands in when a person disqualified a lead with a reason that is not on the list."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the decision table; *verdict* None takes that of the lead's survivor."""

    name: str
    says: str
    condition: Condition
    holds: Predicate
    verdict: Verdict | None
    reason: str
    disqualification: str


@dataclass(frozen=True, slots=True)
class Disqualifier:
    """A reason of the closed list; *holds* is None for those that only a person gives."""

    reason: str
    says: str
    condition: Condition | None
    holds: Predicate | None


@dataclass(frozen=True, slots=True)
class StageRule:
    """When a lead has come as far as *stage*."""

    stage: Stage
    says: str
    condition: Condition
    holds: Predicate


@dataclass(frozen=True, slots=True)
class NamedAccounts:
    """Companies that are farmed, by registrable domain and by the core of their name."""

    domains: Mapping[str, str]
    names: Mapping[str, str]

    def __bool__(self) -> bool:
        """Whether the list holds anything."""
        return bool(self.domains or self.names)


@dataclass(frozen=True, slots=True)
class OpportunityRule:
    """How the opportunity that intent or BANT opens is named, and what else is set on it."""

    name: str
    max_length: int
    labels: Mapping[str, str]
    without_action: str
    values: Values


@dataclass(frozen=True, slots=True)
class Sla:
    """How long a verdict may stand: hours from the first filled of the given instants."""

    name: str
    says: str
    verdict: Verdict
    stage: Stage | None
    counted_from: tuple[Reader, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Invariant:
    """Verdicts that must never be given while the condition holds."""

    name: str
    says: str
    condition: Condition
    holds: Predicate
    never: frozenset[Verdict]


@dataclass(frozen=True, slots=True)
class TimedTest:
    """A comparison that time alone can flip: the instant it reads, and the days it compares with."""

    read: Reader
    days: float


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """A test of the policy and the line where it stands."""

    line: int
    part: CasePart


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A policy, compiled. *version* changes with its meaning, not with comments, layout or cases."""

    version: str
    path: str
    fit: Fit
    engagement: Engagement
    intent: Intent
    bant: Bant
    named: NamedAccounts
    stages: tuple[StageRule, ...]
    disqualifiers: tuple[Disqualifier, ...]
    rows: tuple[Row, ...]
    opportunity: OpportunityRule
    slas: tuple[Sla, ...]
    invariants: tuple[Invariant, ...]
    even_if_worked: bool
    untouched_statuses: frozenset[str]
    timed: tuple[TimedTest, ...]
    cases: tuple[PolicyCase, ...]

    @property
    def disqualification_reasons(self) -> Mapping[str, str]:
        """The closed list: code -> the sentence that marketing and sales agreed on."""
        return {entry.reason: entry.says for entry in self.disqualifiers}
