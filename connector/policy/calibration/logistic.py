"""Logistic regression over few columns by Newton's method, with the curvature that shortening the table needs."""

from __future__ import annotations

from dataclasses import dataclass

from connector.policy.calibration.columns import Numbers

RIDGE = 1.0
_ROUNDS = 30
_SETTLED = 1e-7


@dataclass(frozen=True, slots=True)
class Fitted:
    """Log-odds: *weights* holds the constant first, then one weight a column; *spread* is their covariance."""

    weights: Numbers
    spread: Numbers
    loss: float


def fit(table: Numbers, outcomes: Numbers, start: Numbers = None, ridge: float = RIDGE) -> Fitted:
    """Weights that minimise the log loss plus half of *ridge* times their squares; the constant is not charged."""
    import numpy as np

    design = np.hstack([np.ones((len(table), 1)), table])
    charge = np.full(design.shape[1], ridge)
    charge[0] = 1e-9
    weights = np.zeros(design.shape[1]) if start is None else start.copy()
    loss = _loss(design, outcomes, weights, charge)
    for _ in range(_ROUNDS):
        slope, curve = _derivatives(design, outcomes, weights, charge)
        step, share = np.linalg.solve(curve, slope), 1.0
        while (found := _loss(design, outcomes, weights - share * step, charge)) > loss and share > 1e-6:
            share /= 2
        better = loss - found
        if better > 0:
            weights, loss = weights - share * step, found
        if better < _SETTLED * (1 + abs(loss)):
            break
    _, curve = _derivatives(design, outcomes, weights, charge)
    return Fitted(weights, np.linalg.inv(curve), loss)


def _loss(design: Numbers, outcomes: Numbers, weights: Numbers, charge: Numbers) -> float:
    import numpy as np

    odds = design @ weights
    return float(np.logaddexp(0, odds).sum() - odds @ outcomes + 0.5 * (charge * weights * weights).sum())


def _derivatives(design: Numbers, outcomes: Numbers, weights: Numbers, charge: Numbers) -> tuple[Numbers, Numbers]:
    import numpy as np

    chance = probability(design @ weights)
    slope = design.T @ (chance - outcomes) + charge * weights
    curve = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(charge)
    return slope, curve


def probability(odds: Numbers) -> Numbers:
    """Chances of log-odds."""
    import numpy as np

    return 1.0 / (1.0 + np.exp(-np.clip(odds, -40, 40)))
