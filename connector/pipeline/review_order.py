"""Which question comes first: the value of an answer is what the lead may be worth, times how open the question is,
times how long it has waited.

    priority = value x uncertainty x age

**value** is what the lead may bring: the share of leads of its stage that become customers, raised by fit, times its
amount against the usual amount of the queue (1 where it carries none). **uncertainty** is the entropy, in bits, over
the candidates and nobody, at least a quarter; a question without candidates is one yes or no: 1, or a half where no
threshold of the policy is near. **age** is the time waited against the time allowed. The factors are kept apart so
that the order can be told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from connector.model.decision import Decision, Motion, Stage, Verdict
from connector.model.match import Match
from connector.model.progress import Review
from connector.model.records import Record
from connector.policy import Policies

SLA_HOURS = 24.0
"""How long a question may wait where the policy names no SLA for reviews."""

_REACHES_PIPELINE = {Stage.NEW: 0.08, Stage.MQL: 0.25, Stage.SRL: 0.85, Stage.SQL: 1.0}
"""Share of a stage's leads that sales accept: the middle of the healthy ranges, MQL to SRL 20-40 % and SRL to SQL
80-90 %; of new leads about a third become MQL."""

_WON = {Motion.HUNTER: 0.30, Motion.FARMER: 0.75}
"""Share of the qualified pipeline that is won, with new customers and with existing ones."""

_ASKED_FOR_SALES = 0.5  # the least share for a lead that asked for a sales-specific action, whatever its stage
_WORTH = (0.2, 5.0)  # an amount counts this many times the usual one, so that one huge figure does not rule the queue
_AGE = (0.25, 4.0)  # a fresh question counts something; after four times the SLA it is as late as it can be
_NEAR_POINTS = 10  # this close to a level of fit, a person's look can change the verdict
_LEAST_BITS = 0.25  # what a rule put to a person is never as good as settled, however the points stand
_MOST_ODDS = 50.0  # log-odds beyond which e to their power says no more
_AMOUNTS = ("amount", "x_amount", "x_opportunity_amount", "x_estimated_value", "x_deal_value")


@dataclass(frozen=True, slots=True)
class ReviewTerms:
    """What a route's policies say of reviews.

    *reasons* are the accepted disqualification reasons, *hours* the SLA of a review per stage (None: any stage),
    *levels* the points at which fit reaches its next level.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    hours: Mapping[Stage | None, float] = field(default_factory=dict)
    levels: tuple[int, ...] = ()

    @classmethod
    def of(cls, policies: Policies) -> ReviewTerms:
        """Read them out of policies; of several SLAs for one stage the shortest."""
        hours: dict[Stage | None, float] = {}
        reasons: dict[str, str] = {}
        for book in policies.books:
            reasons |= book.disqualification_reasons
            for sla in book.slas:
                if sla.verdict is Verdict.REVIEW:
                    allowed = sla.span.total_seconds() / 3600
                    hours[sla.stage] = min(allowed, hours.get(sla.stage, allowed))
        levels = tuple(points for points, _ in policies.general.fit.levels.thresholds if points > 0)
        return cls(reasons, hours, levels)

    def allowed(self, stage: Stage) -> float:
        """Hours that a question about a lead of *stage* may wait."""
        named = [self.hours[key] for key in (stage, None) if key in self.hours]
        return max(min(named, default=SLA_HOURS), 1e-3)


@dataclass(frozen=True, slots=True)
class Priority:
    """How much an answer is worth now: the product of three factors, with a sentence for each."""

    value: float
    uncertainty: float
    age: float
    because: tuple[str, ...]

    @property
    def total(self) -> float:
        """The product."""
        return self.value * self.uncertainty * self.age


def amount_of(lead: Record | None, decision: Decision | None) -> float | None:
    """The amount that a lead carries, in the org's currency; None when it carries none."""
    terms = decision.opportunity.values if decision is not None and decision.opportunity is not None else {}
    found = [terms.get("amount"), *(lead.get(name) for name in _AMOUNTS if lead is not None)]
    return next((number for text in found if (number := _number(text)) is not None), None)


def usual(amounts: Sequence[float]) -> float:
    """The middle one of the amounts that the queue's leads carry; 0 where none does."""
    return median(amounts) if amounts else 0.0


def priority(
    review: Review,
    decision: Decision | None,
    lead: Record | None,
    usual_amount: float,
    terms: ReviewTerms,
    now: datetime,
) -> Priority:
    """What an answer to *review* is worth at *now*."""
    value, told = _value(decision, amount_of(lead, decision), usual_amount)
    uncertainty, doubt = _uncertainty(review.candidates, decision, terms.levels)
    hours = max((now - review.opened_at) / timedelta(hours=1), 0.0)
    allowed = terms.allowed(decision.stage if decision else Stage.NEW)
    age = min(max(hours / allowed, _AGE[0]), _AGE[1])
    waited = f"waits {_hours(hours)} of {_hours(allowed)} allowed"
    return Priority(round(value, 6), round(uncertainty, 6), round(age, 6), (told, doubt, waited))


def _value(decision: Decision | None, amount: float | None, usual_amount: float) -> tuple[float, str]:
    stage = decision.stage if decision else Stage.NEW
    motion = decision.motion if decision else Motion.HUNTER
    fit = min(max(decision.scorecard.fit.points, 0), 100) if decision else 0
    asked = decision is not None and decision.scorecard.intent.points > 0
    reaches = max(_REACHES_PIPELINE[stage], _ASKED_FOR_SALES if asked else 0.0)
    chance = reaches * _WON[motion] * (0.5 + fit / 200)
    worth = 1.0
    if amount is not None and usual_amount > 0:
        worth = min(max(amount / usual_amount, _WORTH[0]), _WORTH[1])
    carries = f", amount {amount:,.0f}" if amount is not None else ""
    wants = ", asked for sales" if asked else ""
    return chance * worth, f"stage {stage.value}, {motion.value}, fit {fit} points{wants}{carries}"


def _uncertainty(candidates: Sequence[Match], decision: Decision | None, levels: Sequence[int]) -> tuple[float, str]:
    if candidates:
        chances = shares([match.score for match in candidates])
        bits = -sum(share * math.log2(share) for share in chances if share > 0)
        shown = ", ".join(f"{share:.0%}" for share in chances[:-1])
        return max(bits, _LEAST_BITS), f"candidates {shown}, nobody {chances[-1]:.0%} by their points"
    points = decision.scorecard.fit.points if decision else 0
    asked = decision is not None and decision.scorecard.intent.points > 0
    if asked or not levels or any(abs(points - level) <= _NEAR_POINTS for level in levels):
        return 1.0, "a yes or no near a threshold of the policy"
    return 0.5, "no candidates, and no threshold of the policy is near"


def shares(scores: Sequence[float]) -> list[float]:
    """How likely each candidate is, and last how likely nobody, from scores in log-odds; they sum to 1."""
    weights = [math.exp(min(max(score, -_MOST_ODDS), _MOST_ODDS)) for score in scores]
    whole = 1.0 + sum(weights)
    return [weight / whole for weight in [*weights, 1.0]]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value in (None, ""):
        return None
    try:
        number = float(str(value).replace(",", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0 else None


def _hours(hours: float) -> str:
    return f"{hours / 24:.0f} days" if hours >= 72 else f"{hours:.0f} h" if hours >= 1 else f"{hours * 60:.0f} min"
