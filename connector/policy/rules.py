"""The parts of a rulebook, compiled: rows, reasons, stages, terms and promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from connector.model.decision import Assurance, Stage, Verdict
from connector.model.records import Values
from connector.policy.bant import Bant
from connector.policy.conditions import Condition, Predicate
from connector.policy.engagement import Engagement
from connector.policy.facts import Reader
from connector.policy.fit import Fit
from connector.policy.grammar_cases import CasePart
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
    """Companies that are farmed, by registrable domain and by the core of their name; *owners* by name as written."""

    domains: Mapping[str, str]
    names: Mapping[str, str]
    owners: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether the list holds anything."""
        return bool(self.domains or self.names)


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Who owns what is made of a net-new lead; several take turns."""

    name: str
    condition: Condition
    holds: Predicate
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Business:
    """The terms of new or of existing business: *amount_from* reads the lead, *close_in_days* counts from today."""

    name: str
    type: str
    amount: float | None
    amount_from: Reader | None
    close_in_days: int | None
    values: Values


@dataclass(frozen=True, slots=True)
class OpportunityRule:
    """When an opportunity is opened, how it is named, and what else is set on it.

    *opens* None means on intent or BANT; *is_existing* None means that the account's type speaks of a customer.
    """

    opens: Predicate | None
    max_length: int
    labels: Mapping[str, str]
    without_action: str
    new: Business
    existing: Business
    is_existing: Predicate | None


@dataclass(frozen=True, slots=True)
class Sla:
    """How long a verdict may stand from the first filled of the given instants on; *then* is what comes after."""

    name: str
    says: str
    verdict: Verdict
    stage: Stage | None
    counted_from: tuple[Reader, ...]
    span: timedelta
    then: Verdict | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Invariant:
    """Verdicts that must never be given while the condition holds."""

    name: str
    says: str
    condition: Condition
    holds: Predicate
    never: frozenset[Verdict]


@dataclass(frozen=True, slots=True)
class Assured:
    """How a verdict is assured, and the share of it (0 to 1) that is reviewed blind."""

    assurance: Assurance
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings; a lead above one keeps its verdict and is carried out later."""

    conversions_per_run: int
    conversions_per_hour: int
    new_accounts_per_hour: int


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """The precision (share of blind reviews that agree) that automatic conversion must keep.

    *outcome_target* is the share of opened opportunities that sales accepted, None where outcomes close nothing.
    With fewer than *reviewed_needed* reviews the gate is on probation: at most *probation_per_day* conversions a day
    of which *probation_share* (0 to 1) are reviewed blind.
    """

    target: float
    outcome_target: float | None
    reviewed_needed: int
    probation_per_day: int
    probation_share: float


@dataclass(frozen=True, slots=True)
class TimedTest:
    """A comparison that time alone can flip: the instant it reads, and how long after that its answer is another."""

    read: Reader
    span: timedelta


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """A test of the policy and the line where it stands."""

    line: int
    part: CasePart


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A policy, compiled. *version* changes with its meaning, not with comments, layout or cases.

    *decides* changes only with what decides who converts, not with names, sentences, labels, terms, owners or ceilings;
    gates and samples are kept by it. *applies* is None for a policy that is for every lead. *budget* None: automatic
    conversion is not gated. *lines* has the line of each rule, by the section and the name that people point at it by.
    """

    version: str
    decides: str
    path: str
    name: str
    applies: Predicate | None
    applies_when: Condition | None
    lists: Mapping[str, Sequence[str]]
    fit: Fit
    engagement: Engagement
    intent: Intent
    bant: Bant
    named: NamedAccounts
    owners: tuple[OwnerRule, ...]
    stages: tuple[StageRule, ...]
    disqualifiers: tuple[Disqualifier, ...]
    rows: tuple[Row, ...]
    opportunity: OpportunityRule
    assured: Mapping[Verdict, Assured]
    limits: Limits
    budget: ErrorBudget | None
    slas: tuple[Sla, ...]
    invariants: tuple[Invariant, ...]
    even_if_worked: bool
    untouched_statuses: frozenset[str]
    timed: tuple[TimedTest, ...]
    applies_timed: tuple[TimedTest, ...]
    known_at: Mapping[str, str]
    cases: tuple[PolicyCase, ...]
    lines: Mapping[tuple[str, str], int]

    @property
    def disqualification_reasons(self) -> Mapping[str, str]:
        """The closed list: code -> the sentence that marketing and sales agreed on."""
        return {entry.reason: entry.says for entry in self.disqualifiers}
