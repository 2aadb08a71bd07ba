"""The error budget: whether the evidence speaks against the precision that automatic conversion must keep.

Somebody who doubts the policy bets on every answer that it is wrong a little more often than its target allows. While
the policy keeps its target such a stake is not expected to grow, whatever has been seen so far; so it multiplies by
1 / `ALPHA` at any time, ever, with a probability of at most `ALPHA` (Ville 1939, "Étude critique de la notion de
collectif"). One may look after every answer, and stop at any. A bet on one alternative is the sequential probability
ratio test of Wald (1945, doi:10.1214/aoms/1177731118); as tests of a mean such bets are told by Waudby-Smith and
Ramdas (2024, doi:10.1093/jrsssb/qkad009). A part of the stake is laid later, so that a policy which was good and
turns bad is found out too (after Shin, Ramdas and Rinaldo 2024, doi:10.51387/23-NEJSDS51).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from connector.model.assurance import GateRecord
from connector.model.decision import Gate
from connector.policy.rules import ErrorBudget

ALPHA = 0.08
"""The chance of ever closing on a policy whose precision is its target exactly; two points above it under 0.01."""

_WORSE = 0.05  # the bet is on so much more wrong than allowed: it finds 10 points within 300 answers best
_LATER = 0.15  # share of the stake that is laid later
_EVERY = 100  # answers after which the next part of it is laid


@dataclass(frozen=True, slots=True)
class Evidence:
    """*count* answers of which *good* were good; *strength* is what the doubter's stake of 1 became.

    *against_at* is the answer with which the evidence became strong enough to close, None while it is not.
    """

    count: int = 0
    good: int = 0
    strength: float = 1.0
    against_at: int | None = None


def weigh(answers: Iterable[bool], target: float | None) -> Evidence:
    """Weigh answers (true: good) in their order against the *target* share of good ones; None weighs nothing."""
    count = good = 0
    against_at: int | None = None
    doubter = None if target is None else _Doubter(1 - target)
    for answer in answers:
        count, good = count + 1, good + answer
        if doubter is not None and against_at is None and doubter.sees(answer) >= 1 / ALPHA:
            against_at = count
    return Evidence(count, good, doubter.worth if doubter else 1.0, against_at)


class _Doubter:
    """A stake of 1, most of it laid at once, the rest in parts that grow smaller; parts not laid keep their worth."""

    def __init__(self, allowed: float) -> None:
        """Bet on more wrong answers than the *allowed* share."""
        worse = allowed + _WORSE
        self._if_bad, self._if_good = worse / allowed, (1 - worse) / (1 - allowed)
        self._laid, self._kept = 1 - _LATER, _LATER
        self._seen = 0

    @property
    def worth(self) -> float:
        """What the stake is worth by now."""
        return self._kept + self._laid

    def sees(self, good: bool) -> float:
        """Settle the bet on one answer; answers what the stake is worth then."""
        part, rest = divmod(self._seen, _EVERY)
        if part and not rest:
            self._kept -= _LATER / (part * (part + 1))
            self._laid += _LATER / (part * (part + 1))
        self._seen += 1
        self._laid *= self._if_good if good else self._if_bad
        return self.worth


def judged(budget: ErrorBudget, record: GateRecord, reviews: Evidence, fates: Evidence, now: datetime) -> GateRecord:
    """Where the gate stands by the evidence. What is closed stays closed until a person opens it."""
    if record.state is Gate.CLOSED:
        return record
    counted = replace(record, reviewed=reviews.count, right=reviews.good, outcomes=fates.count, good=fates.good)
    against = _against(budget, reviews, fates)
    if against:
        return replace(counted, state=Gate.CLOSED, since=now, why=against, alerted_at=None)
    if record.state is Gate.PROBATION and reviews.count >= budget.reviewed_needed:
        why = (
            f"{reviews.good} of {reviews.count} blind reviews agreed; nothing speaks against {_percent(budget.target)}"
        )
        return replace(counted, state=Gate.OPEN, since=now, why=why)
    return counted


def _against(budget: ErrorBudget, reviews: Evidence, fates: Evidence) -> str:
    """Why the gate closes, empty when it does not."""
    if reviews.against_at is not None:
        share = f"{reviews.good} of {reviews.count} blind reviews agreed"
        return f"{share}, and {_percent(budget.target)} must"
    if fates.against_at is not None and budget.outcome_target is not None:
        share = f"sales accepted {fates.good} of {fates.count} opportunities that it opened"
        return f"{share}, and {_percent(budget.outcome_target)} must be"
    return ""


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"
