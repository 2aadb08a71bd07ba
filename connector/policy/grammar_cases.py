"""What a case of `policy.yaml` may hold: given this lead, that must come out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from connector.policy.grammar_parts import Part, StageWord, VerdictWord


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
    weak_identity: list[str] = Field(default_factory=list)
    activities: list[CaseActivityPart] = Field(default_factory=list)
    worked: str = ""
    owner: str = ""
    gate: Literal["open", "probation", "closed"] = "open"
    survivor: CaseSurvivorPart | None = None
    ruling: CaseRulingPart | None = None


class CaseExpectPart(Part):
    """What must come out; only what is named is compared. *owner* names an owner rule, *type* an opportunity's."""

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
    type: str | None = None
    owner: str | None = None


class CasePart(Part):
    """A test of the policy that stands beside it."""

    name: str = Field(min_length=3)
    as_of: str = "2026-01-15T09:00:00Z"
    given: CaseGivenPart
    expect: CaseExpectPart
