"""Making a long table of points short: joining conditions that say the same, leaving out those that say nothing.

Each step takes the change that costs the least likelihood, by the quadratic form that the fit has at its optimum
(the Wald statistic of the one constraint that the change is), and carries weights and covariance over in closed form.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from connector.policy.calibration.bins import Bin
from connector.policy.calibration.columns import Column, ColumnKind, Numbers
from connector.policy.calibration.logistic import Fitted, fit

_REFIT_EVERY = 8


@dataclass(frozen=True, slots=True)
class Short:
    """Conditions that stay, the constant of the log-odds, and the weight of each condition."""

    bins: tuple[Bin, ...]
    constant: float
    weights: tuple[float, ...]


@dataclass(slots=True)
class _State:
    """The table while it is being made shorter; *table* has a column for each of *bins*.

    *levels* counts for each column of the history the single values that enough leads have.
    """

    bins: list[Bin]
    table: Numbers
    weights: Numbers
    spread: Numbers
    levels: Counter[int]

    def refit(self, outcomes: Numbers) -> None:
        found: Fitted = fit(self.table, outcomes, self.weights)
        self.weights, self.spread = found.weights, found.spread


def shortened(bins: Sequence[Bin], table: Numbers, outcomes: Numbers, columns: Sequence[Column], most: int) -> Short:
    """At most *most* conditions, and fewer where those left out cost no more than chance would (BIC)."""
    import numpy as np

    state = _without_reference(bins, table)
    worth = math.log(max(2, len(outcomes)))
    steps = 0
    state.refit(outcomes)
    while state.bins:
        excess, first, second = min(_changes(state, columns), key=lambda change: change[0])
        if excess > worth and len(state.bins) <= most:
            if steps == 0:
                break
            state.refit(outcomes)
            steps = 0
            continue
        _change(state, first, second)
        steps += 1
        if steps == _REFIT_EVERY:
            state.refit(outcomes)
            steps = 0
    weights = tuple(float(weight) for weight in np.asarray(state.weights))
    return Short(tuple(state.bins), weights[0], weights[1:])


def _without_reference(bins: Sequence[Bin], table: Numbers) -> _State:
    """The condition that most leads of a column meet brings nothing: points say how others differ from it."""
    import numpy as np

    counts = table.sum(axis=0)
    largest: dict[int, int] = {}
    for place, one in enumerate(bins):
        if one.column not in largest or counts[place] > counts[largest[one.column]]:
            largest[one.column] = place
    kept = [place for place, one in enumerate(bins) if largest[one.column] != place]
    levels = Counter(one.column for one in bins if one.codes)
    return _State([bins[place] for place in kept], table[:, kept], None, np.zeros((0, 0)), levels)


def _changes(state: _State, columns: Sequence[Column]) -> Iterator[tuple[float, int, int]]:
    """Every step there is: what it costs, and the conditions joined; the second is -1 where the first goes.

    Values that were put together because they went together look more different from the others than they are: the
    choices there were are taken off the cost (the extended BIC with a half, Chen and Chen 2008,
    doi:10.1093/biomet/asn034).
    """
    weights, spread = state.weights, state.spread
    for place, one in enumerate(state.bins):
        own = place + 1
        choices = math.comb(state.levels[one.column], len(one.codes))
        yield float(weights[own] ** 2 / spread[own, own]) - math.log(choices), place, -1
    for first, second in _pairs(state, columns):
        a, b = first + 1, second + 1
        away = weights[a] - weights[b]
        sizes = len(state.bins[first].codes), len(state.bins[second].codes)
        cost = float(away**2 / (spread[a, a] + spread[b, b] - 2 * spread[a, b]))
        yield cost - math.log(math.comb(sum(sizes), sizes[0])), first, second


def _pairs(state: _State, columns: Sequence[Column]) -> Iterator[tuple[int, int]]:
    """Conditions that can be one: neighbouring ranges, and values whose weights are next to each other."""
    own: dict[int, list[int]] = {}
    for place, one in enumerate(state.bins):
        if not one.empty:
            own.setdefault(one.column, []).append(place)
    for column, places in own.items():
        if columns[column].kind is ColumnKind.NUMBER:
            places.sort(key=lambda place: state.bins[place].low)
            yield from ((a, b) for a, b in pairwise(places) if state.bins[a].high == state.bins[b].low)
        else:
            places.sort(key=lambda place: state.weights[place + 1])
            yield from pairwise(places)


def _change(state: _State, first: int, second: int) -> None:
    """Carry the step out: weights and covariance under its constraint, and the table without one column."""
    import numpy as np

    constraint = np.zeros(len(state.weights))
    constraint[first + 1] = 1
    gone = first
    if second >= 0:
        constraint[second + 1] = -1
        gone = second
        state.bins[first] = state.bins[first].joined(state.bins[second])
        state.table[:, first] += state.table[:, second]
    along = state.spread @ constraint
    size = constraint @ along
    state.weights = np.delete(state.weights - along * (constraint @ state.weights) / size, gone + 1)
    spread = state.spread - np.outer(along, along) / size
    state.spread = np.delete(np.delete(spread, gone + 1, axis=0), gone + 1, axis=1)
    state.table = np.delete(state.table, gone, axis=1)
    del state.bins[gone]
