"""The points table: whole-number points for conditions on one column each, fitted to what became of leads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connector.policy.calibration.bins import Bin, first_cut, membership
from connector.policy.calibration.columns import Column, Numbers
from connector.policy.calibration.logistic import fit
from connector.policy.calibration.shortening import shortened

DOUBLING = 10
"""Points that double the odds of being won."""

MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class PointsTable:
    """Conditions on *columns* with their points, and how points become log-odds: *constant* + *slope* * points."""

    columns: tuple[Column, ...]
    bins: tuple[Bin, ...]
    points: tuple[int, ...]
    constant: float
    slope: float

    def score(self) -> Numbers:
        """The points of every lead of the history, in its order."""
        import numpy as np

        if not self.bins:
            return np.zeros(len(self.columns[0].codes) if self.columns else 0)
        return membership(self.bins, self.columns) @ np.array(self.points, dtype=float)

    def log_odds(self, points: Numbers) -> Numbers:
        """What points say of the odds."""
        return self.constant + self.slope * points

    @property
    def cap(self) -> int:
        """The most points that a lead can have."""
        return sum(max(0, *own) for own in self._by_column())

    @property
    def floor(self) -> int:
        """The fewest points that a lead can have."""
        return sum(min(0, *own) for own in self._by_column())

    def _by_column(self) -> Iterable[Sequence[int]]:
        own: dict[int, list[int]] = {}
        for one, points in zip(self.bins, self.points, strict=True):
            own.setdefault(one.column, []).append(points)
        return own.values()


def fit_table(columns: Sequence[Column], outcomes: Numbers, rows: Numbers, most: int = MOST_ROWS) -> PointsTable:
    """A table of at most *most* rows, fitted to the leads *rows* alone: cuts, choice, points and rounding."""
    import numpy as np

    found = first_cut(columns, rows)
    table = membership(found, columns)[rows]
    short = shortened(found, table, outcomes[rows], columns, most)
    unit = DOUBLING / math.log(2)
    pairs = [(one, round(weight * unit)) for one, weight in zip(short.bins, short.weights, strict=True)]
    kept = sorted(((one, points) for one, points in pairs if points), key=lambda pair: _order(*pair))
    bins, points = tuple(one for one, _ in kept), tuple(points for _, points in kept)
    if not bins:
        share = float(outcomes[rows].mean())
        return PointsTable(tuple(columns), (), (), math.log(share / (1 - share)), 1 / unit)
    scored = membership(bins, columns)[rows] @ np.array(points, dtype=float)
    line = fit(scored[:, None], outcomes[rows], ridge=1e-9)
    return PointsTable(tuple(columns), bins, points, float(line.weights[0]), float(line.weights[1]))


def _order(one: Bin, points: int) -> tuple[int, bool, float, int]:
    """Rows of one column stand together: ranges by their numbers, values by their points, empty cells last."""
    return one.column, one.empty, one.low if not one.codes else 0.0, -points
