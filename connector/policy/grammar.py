"""What `policy.yaml` may hold: its shape, part by part, before any meaning is given to it.

Conditions are kept as plain data here; `connector.policy.conditions` reads them with their places.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

CONDITION_MARK = "a condition"
ConditionData = Annotated[Any, WithJsonSchema({"description": CONDITION_MARK})]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
Sentence = Annotated[str, Field(min_length=3, max_length=300)]
VerdictWord = Literal["convert", "attach", "review", "nurture", "disqualify"]
StageWord = Literal["new", "MQL", "SRL", "SQL"]


class Part(BaseModel):
    """Every part refuses keys it does not know and converts nothing silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FitRulePart(Part):
    """Points for one thing that is true of the company or the person."""

    name: Name
    says: Sentence
    points: int
    when: ConditionData


class FitGroupPart(Part):
    """Rules that count together, up to a cap."""

    cap: int = Field(ge=0)
    rules: list[FitRulePart]


class FitPart(Part):
    """How well company and person fit the ideal customer profile."""

    levels: dict[Name, int]
    company: FitGroupPart
    person: FitGroupPart


class EngagementPart(Part):
    """What the person did lately; every point loses half its worth in `half_life_days`."""

    levels: dict[Name, int]
    half_life_days: float = Field(gt=0, strict=False)
    cap: int = Field(ge=0)
    activities: dict[Name, int]
    other_activity: int = 0
    last_activity: int = 0


class ActionPart(Part):
    """A sales-specific action that a lead can ask for, and for how long the asking counts."""

    says: Sentence
    label: str = Field(min_length=1, max_length=60)
    window_days: int = Field(gt=0)
    activities: list[Name] = []


class IntentPart(Part):
    """The actions that count as intent."""

    actions: dict[Name, ActionPart]


class BantPart(Part):
    """How many of the four answers must be yes, and how many may be no."""

    yes_needed: int = Field(ge=1, le=4)
    no_allowed: int = Field(ge=0, le=3)


class NamedAccountPart(Part):
    """A company that an account owner keeps, known by its name and its domains."""

    name: str = Field(min_length=1)
    domains: list[str] = []


class MotionsPart(Part):
    """Which companies are farmed even before the CRM knows them."""

    named_accounts: list[NamedAccountPart] = []


class StagePart(Part):
    """When a lead has come as far as a stage."""

    stage: StageWord
    says: Sentence
    when: ConditionData


class DisqualifierPart(Part):
    """One entry of the closed list of reasons; without `when` only a person gives it."""

    reason: Name
    says: Sentence
    when: ConditionData = None


class RowPart(Part):
    """One row of the decision table; the first row that holds gives the verdict."""

    name: Name
    says: Sentence
    when: ConditionData = None
    verdict: Literal["convert", "attach", "review", "nurture", "disqualify", "as-survivor"]
    reason: Name | None = None
    disqualification: Name | None = None


class OpportunityPart(Part):
    """The opportunity that intent or BANT opens."""

    name: str = Field(min_length=1)
    max_length: int = Field(default=120, ge=10)
    without_action: str = "New business"
    values: dict[str, str | int | float | bool] = {}


class SlaPart(Part):
    """How long a verdict may stand before somebody should have acted."""

    name: Name
    says: Sentence
    verdict: VerdictWord
    stage: StageWord | None = None
    counted_from: list[str] = Field(min_length=1)
    hours: float = Field(gt=0, strict=False)


class PeoplePart(Part):
    """What the connector may do with leads that a person has worked."""

    even_if_worked: bool = False
    untouched_statuses: list[str] = Field(default_factory=list)


class InvariantPart(Part):
    """Something no row may ever do; a verdict that breaks it becomes a review."""

    name: Name
    says: Sentence
    when: ConditionData
    never: list[VerdictWord] = Field(min_length=1)


class CaseActivityPart(Part):
    """An activity in a case."""

    kind: str
    at: str


class CaseSurvivorPart(Part):
    """The standing decision of the lead that a case's lead duplicates."""

    verdict: VerdictWord
    disqualification: str = ""
    opportunity: bool = False


class CaseRulingPart(Part):
    """A person's answer in a case."""

    verdict: VerdictWord
    by: str = "somebody"
    reason: str = ""


class CaseGivenPart(Part):
    """What a case starts from, in canonical words."""

    lead: dict[str, str | int | float | bool | None]
    account: dict[str, str | int | float | bool | None] | None = None
    contact: dict[str, str | int | float | bool | None] | None = None
    linkage: Literal["contact", "account", "lead", "possible", "new"] = "new"
    weak_identity: list[str] = []
    activities: list[CaseActivityPart] = []
    worked: str = ""
    owner: str = ""
    survivor: CaseSurvivorPart | None = None
    ruling: CaseRulingPart | None = None


class CaseExpectPart(Part):
    """What must come out; only what is named is compared."""

    verdict: VerdictWord
    row: str | None = None
    reason: str | None = None
    stage: StageWord | None = None
    motion: Literal["hunter", "farmer"] | None = None
    fit: str | None = None
    engagement: str | None = None
    disqualification: str | None = None
    opportunity: str | bool | None = None
    runner_up: str | None = None


class CasePart(Part):
    """A test of the policy that stands beside it."""

    name: str = Field(min_length=3)
    as_of: str = "2026-01-15T09:00:00Z"
    given: CaseGivenPart
    expect: CaseExpectPart


class PolicyPart(Part):
    """The whole file."""

    lists: dict[Name, list[str]] = {}
    fit: FitPart
    engagement: EngagementPart
    intent: IntentPart
    bant: BantPart
    motions: MotionsPart = MotionsPart()
    stages: list[StagePart]
    disqualify: list[DisqualifierPart] = Field(min_length=1)
    decide: list[RowPart] = Field(min_length=1)
    opportunity: OpportunityPart
    slas: list[SlaPart] = []
    people: PeoplePart = PeoplePart()
    invariants: list[InvariantPart] = []
    cases: list[CasePart] = []

    @model_validator(mode="before")
    @classmethod
    def _not_empty(cls, data: object) -> object:
        """Say plainly that an empty file is no policy."""
        if not isinstance(data, dict) or not data:
            raise ValueError("a policy holds sections such as `fit`, `bant` and `decide`")
        return data
