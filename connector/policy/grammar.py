"""What `policy.yaml` may hold: its shape, part by part, before any meaning is given to it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from connector.model.document import misplaced
from connector.policy.grammar_cases import CasePart
from connector.policy.grammar_parts import (
    CENTURY_DAYS,
    MOST_POINTS,
    ConditionData,
    Name,
    Part,
    Sentence,
    StageWord,
    VerdictWord,
)


class AppliesPart(Part):
    """Which leads a policy is for, where several stand side by side on a route."""

    says: Sentence
    when: ConditionData


class FitRulePart(Part):
    """Points for one thing that is true of the company or the person."""

    name: Name
    says: Sentence
    points: int = Field(ge=-MOST_POINTS, le=MOST_POINTS)
    when: ConditionData


class FitGroupPart(Part):
    """Rules that count together: at most *cap* points, and at least *floor* where one is given."""

    cap: int = Field(ge=0)
    floor: int | None = Field(default=None, le=0)
    rules: list[FitRulePart]


class FitPart(Part):
    """How well company and person fit the ideal customer profile.

    A lead that converts only because its fit is fewer than `review_band` points above a level goes to review.
    """

    levels: dict[Name, int]
    review_band: int = Field(default=0, ge=0)
    groups: dict[Name, FitGroupPart] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _grouped(cls, data: object) -> object:
        """Say where the groups of older files go."""
        if isinstance(data, dict) and "groups" not in data:
            old = next((name for name in data if name not in ("levels", "review_band")), None)
            if old is not None:
                raise misplaced(old, words="the groups of fit stand under `groups:`; put `groups:` above and indent")
        return data


class ActivityPart(Part):
    """What one kind of activity is worth, where more than its points is to be said."""

    points: int = Field(ge=0, le=MOST_POINTS)
    half_life_days: float | None = Field(default=None, gt=0, le=CENTURY_DAYS, strict=False)
    cap: int | None = Field(default=None, ge=0)


def _spelt_out(given: object) -> object:
    return {"points": given} if isinstance(given, int) and not isinstance(given, bool) else given


Activity = Annotated[ActivityPart, BeforeValidator(_spelt_out, json_schema_input_type=int | ActivityPart)]
"""Points alone, or points with more."""


class OptOutsPart(Part):
    """What silences engagement: activities that end what came before them, and a condition on the lead.

    `silences` names the kinds of activity that then count nothing (none named: all).
    """

    activities: list[Name] = Field(default_factory=list)
    when: ConditionData = None
    silences: list[Name] = Field(default_factory=list)


class EngagementPart(Part):
    """What the person did lately; every point loses half its worth in `half_life_days`."""

    levels: dict[Name, int]
    half_life_days: float = Field(gt=0, le=CENTURY_DAYS, strict=False)
    cap: int = Field(ge=0)
    activities: dict[Name, Activity]
    other_activity: int = Field(default=0, ge=0, le=MOST_POINTS)
    last_activity: int = Field(default=0, ge=0, le=MOST_POINTS)
    opt_outs: OptOutsPart | None = None


class ActionPart(Part):
    """A sales-specific action that a lead can ask for, and for how long the asking counts."""

    says: Sentence
    label: str = Field(min_length=1, max_length=60)
    window_days: int = Field(gt=0, le=CENTURY_DAYS)
    activities: list[Name] = Field(default_factory=list)


class IntentPart(Part):
    """The actions that count as intent."""

    actions: dict[Name, ActionPart]


class AnswerPart(Part):
    """When an answer of BANT is met, and when it is not; while neither holds it is unknown."""

    met: ConditionData
    not_met: ConditionData = None


class BantPart(Part):
    """How many of the four answers must be met, and how many may be refused.

    An answer that `answers` does not name is read from the lead's field of that name: yes, no or empty.
    """

    yes_needed: int = Field(ge=1, le=4)
    no_allowed: int = Field(ge=0, le=3)
    answers: dict[Literal["budget", "authority", "need", "timeframe"], AnswerPart] = Field(default_factory=dict)


class NamedAccountPart(Part):
    """A company that an account owner keeps, known by its name and its domains."""

    name: str = Field(min_length=1)
    domains: list[str] = Field(default_factory=list)
    owner: str = ""


class OwnerPart(Part):
    """Who owns what is made of a net-new lead: one of the CRM's users, in turn where several are named."""

    name: Name
    when: ConditionData = None
    one_of: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1)


class MotionsPart(Part):
    """Which companies are farmed even before the CRM knows them, and who owns what is hunted."""

    named_accounts: list[NamedAccountPart] = Field(default_factory=list)
    owners: list[OwnerPart] = Field(default_factory=list)


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


class TermsPart(Part):
    """What is set on an opportunity for new or for existing business; what is left out comes from the general part.

    `amount` is in the org's currency; `amount_from` names a field of the lead that tells it. `close_in_days` counts
    from the day of the decision.
    """

    when: ConditionData = None
    name: str | None = Field(default=None, min_length=1)
    type: str = ""
    amount: int | float | None = Field(default=None, ge=0)
    amount_from: str | None = None
    close_in_days: int | None = Field(default=None, ge=0, le=CENTURY_DAYS)
    values: dict[str, str | int | float | bool] = Field(default_factory=dict)


class OpportunityPart(Part):
    """The opportunity: when one is opened (left out: on intent or BANT), and its terms."""

    open_when: ConditionData = None
    name: str = Field(min_length=1)
    max_length: int = Field(default=120, ge=10)
    without_action: str = "New business"
    values: dict[str, str | int | float | bool] = Field(default_factory=dict)
    new: TermsPart = TermsPart()
    existing: TermsPart = TermsPart()


class ThenPart(Part):
    """What becomes of a lead whose SLA has run out."""

    verdict: Literal["review", "nurture", "disqualify"]
    reason: Name


class SlaPart(Part):
    """How long a verdict may stand before somebody should have acted, and what happens then."""

    name: Name
    says: Sentence
    verdict: VerdictWord
    stage: StageWord | None = None
    counted_from: list[str] = Field(min_length=1)
    hours: float = Field(gt=0, le=CENTURY_DAYS * 24, strict=False)
    then: ThenPart | None = None


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


_ASSURANCE = r"^(auto|human|sampled\((100|[1-9]?[0-9](\.[0-9]+)?) ?%\))$"


def _is_assurance(word: str) -> str:
    if not re.fullmatch(_ASSURANCE, word):
        raise ValueError("write `auto`, `human` or a share such as `sampled(5 %)`")
    return word


AssuranceWord = Annotated[str, AfterValidator(_is_assurance), WithJsonSchema({"type": "string", "pattern": _ASSURANCE})]


class AssurancePart(Part):
    """How each verdict is assured: `auto`, `human` (a person confirms first) or `sampled(5 %)` (reviewed blind)."""

    convert: AssuranceWord = "auto"
    attach: AssuranceWord = "auto"
    disqualify: AssuranceWord = "auto"


class LimitsPart(Part):
    """Ceilings; a lead above one keeps its verdict and is carried out later."""

    conversions_per_run: int = Field(default=5000, ge=1)
    conversions_per_hour: int = Field(default=5000, ge=1)
    new_accounts_per_hour: int = Field(default=5000, ge=1)


class ProbationPart(Part):
    """How automatic conversion goes while too few decisions have been reviewed."""

    reviewed: int = Field(default=60, ge=1)
    conversions_per_day: int = Field(default=1000, ge=1)
    sample_percent: float = Field(default=20, ge=0, le=100, strict=False)


class ErrorBudgetPart(Part):
    """The precision that automatic conversion must keep; it closes when the evidence says that it does not.

    `target` is the share of blind reviews that agree; `outcome_target` the share of opened opportunities that sales
    accepted (left out: outcomes are reported, and close nothing).
    """

    target: float = Field(ge=0.5, le=0.99)
    outcome_target: float | None = Field(default=None, ge=0.1, le=0.99)
    probation: ProbationPart = ProbationPart()


class PolicyPart(Part):
    """The whole file."""

    name: Name | None = None
    applies: AppliesPart | None = None
    lists: dict[Name, list[str]] = Field(default_factory=dict)
    known_at: dict[str, Literal["created", "worked"]] = Field(default_factory=dict)
    fit: FitPart
    engagement: EngagementPart
    intent: IntentPart
    bant: BantPart
    motions: MotionsPart = MotionsPart()
    stages: list[StagePart]
    disqualify: list[DisqualifierPart] = Field(min_length=1)
    decide: list[RowPart] = Field(min_length=1)
    opportunity: OpportunityPart
    assurance: AssurancePart = AssurancePart()
    limits: LimitsPart = LimitsPart()
    error_budget: ErrorBudgetPart | None = None
    slas: list[SlaPart] = Field(default_factory=list)
    people: PeoplePart = PeoplePart()
    invariants: list[InvariantPart] = Field(default_factory=list)
    cases: list[CasePart] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _not_empty(cls, data: object) -> object:
        """Say plainly that an empty file is no policy."""
        if not isinstance(data, dict) or not data:
            raise ValueError("a policy holds sections such as `fit`, `bant` and `decide`")
        return data
