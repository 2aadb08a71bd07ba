"""How good predictions are that were made without the leads they are about (out of fold)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.policy.calibration.columns import Numbers
from connector.policy.calibration.logistic import probability

FOLDS = 5
_BINS = 10


@dataclass(frozen=True, slots=True)
class Threshold:
    """What is true of the leads with at least *points*: how many, the share of them won, the share of all won."""

    points: int
    leads: int
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Band:
    """Leads with points from *low* to *high*: how many were said to be won (a share), and how many were."""

    low: int
    high: int
    leads: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class Judged:
    """AUC, Brier score and log loss (nats a lead) of predictions."""

    auc: float
    brier: float
    log_loss: float


def folds(outcomes: Numbers, seed: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Five times the leads to learn from and those to judge on: each lead once, won and lost spread evenly."""
    import numpy as np

    chance = np.random.default_rng(seed)
    part = np.empty(len(outcomes), dtype=int)
    for outcome in (0, 1):
        own = chance.permutation(np.flatnonzero(outcomes == outcome))
        part[own] = np.arange(len(own)) % FOLDS
    for fold in range(FOLDS):
        yield np.flatnonzero(part != fold), np.flatnonzero(part == fold)


def auc(outcomes: Numbers, scores: Numbers) -> float:
    """The chance that a lead that was won scores above one that was lost; equal scores count half."""
    import numpy as np

    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[place]
    won = float(outcomes.sum())
    lost = len(outcomes) - won
    return float((ranks[outcomes == 1].sum() - won * (won + 1) / 2) / (won * lost))


def judged(outcomes: Numbers, odds: Numbers) -> Judged:
    """Judge predictions given as log-odds."""
    import numpy as np

    chance = probability(odds)
    loss = float(np.mean(np.logaddexp(0, odds) - outcomes * odds))
    return Judged(auc(outcomes, odds), float(np.mean((chance - outcomes) ** 2)), loss)


def threshold(points: int, outcomes: Numbers, scores: Numbers) -> Threshold:
    """What is true of the leads with at least *points*; nothing is precise about no lead (0)."""
    above = scores >= points
    leads, won = int(above.sum()), float(outcomes[above].sum())
    return Threshold(points, leads, won / leads if leads else 0.0, won / float(outcomes.sum()))


def reliability(outcomes: Numbers, odds: Numbers, scores: Numbers) -> list[Band]:
    """Ten bands of points with as many leads each, said against found."""
    import numpy as np

    chance, order = probability(odds), np.argsort(scores, kind="stable")
    found: list[Band] = []
    for own in np.array_split(order, _BINS):
        if len(own):
            low, high = round(float(scores[own[0]])), round(float(scores[own[-1]]))
            found.append(Band(low, high, len(own), float(chance[own].mean()), float(outcomes[own].mean())))
    return found


def precise_from(wanted: float, candidates: Sequence[Threshold], least: int) -> Threshold:
    """The lowest threshold from which on leads are won as often as *wanted*; where none is, the most precise one.

    Thresholds that fewer than *least* leads reach prove nothing and are not looked at.
    """
    proven = [one for one in candidates if one.leads >= least] or list(candidates[:1])
    enough = [one for one in proven if one.precision >= wanted]
    if enough:
        return min(enough, key=lambda one: one.points)
    return max(proven, key=lambda one: (one.precision, -one.points))


def kept_from(wanted: float, candidates: Sequence[Threshold]) -> Threshold:
    """The highest threshold that still keeps the share *wanted* of all leads that were won."""
    return max((one for one in candidates if one.recall >= wanted), key=lambda one: one.points, default=candidates[0])
