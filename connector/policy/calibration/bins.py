"""Cutting columns into conditions: ranges of numbers, single values, and what is empty."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from connector.policy.calibration.columns import EMPTY, Column, Numbers

_RANGES = 20
_EXACT = 50  # a column with fewer different numbers is cut at these, others at round ones
_LEAST, _LEAST_SHARE = 25, 0.0025


@dataclass(frozen=True, slots=True)
class Bin:
    """A condition on one column (*column* is its place in the list of columns).

    Either *empty*, or a range from *low* (counted in) to *high* (not counted in), or the levels *codes*.
    """

    column: int
    low: float = -math.inf
    high: float = math.inf
    codes: tuple[int, ...] = ()
    empty: bool = False

    def holds(self, column: Column) -> Numbers:
        """For each lead whether the condition holds."""
        import numpy as np

        if self.empty:
            return column.codes == EMPTY
        if self.codes:
            return np.isin(column.codes, self.codes)
        return (column.numbers >= self.low) & (column.numbers < self.high)

    def joined(self, other: Bin) -> Bin:
        """One condition in place of two on the same column: neighbouring ranges, or levels."""
        if self.codes:
            return replace(self, codes=tuple(sorted({*self.codes, *other.codes})))
        return replace(self, low=min(self.low, other.low), high=max(self.high, other.high))


def least_leads(leads: int) -> int:
    """How many leads a condition must hold for before points may rest on it."""
    return max(_LEAST, math.ceil(_LEAST_SHARE * leads))


def first_cut(columns: Sequence[Column], rows: Numbers) -> list[Bin]:
    """The finest conditions that enough of the leads *rows* meet; rare values stay without one, and without points."""
    least = least_leads(len(rows))
    found: list[Bin] = []
    for place, column in enumerate(columns):
        found.extend(
            _ranges(place, column, rows, least) if column.numbers is not None else _values(place, column, rows)
        )
        found.append(Bin(place, empty=True))
    return [one for one in found if one.holds(columns[one.column])[rows].sum() >= least]


def _values(place: int, column: Column, rows: Numbers) -> Iterator[Bin]:
    import numpy as np

    codes = np.unique(column.codes[rows])
    yield from (Bin(place, codes=(int(code),)) for code in codes if code >= 0)


def _ranges(place: int, column: Column, rows: Numbers, least: int) -> Iterator[Bin]:
    edges = [-math.inf, *_edges(column.numbers[rows], least, column.whole), math.inf]
    yield from (Bin(place, low, high) for low, high in pairwise(edges))


def _edges(numbers: Numbers, least: int, whole: bool) -> list[float]:
    """Where ranges begin, so that each holds about a twentieth of the numbers and at least *least*."""
    import numpy as np

    values, counts = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
    wanted = max(least, counts.sum() / _RANGES)
    snapped = [_round(value, whole) if len(values) > _EXACT else float(value) for value in values]
    edges: list[float] = []
    held, left = 0, counts.sum()
    for edge, count in zip(snapped, counts, strict=True):
        if held >= wanted and left >= least and edge > (edges[-1] if edges else values[0]):
            edges.append(edge)
            held = 0
        held, left = held + count, left - count
    return edges


def _round(value: float, whole: bool) -> float:
    """The number with two digits that count: ranges that people can remember."""
    if value == 0:
        return 0.0
    digits = 1 - math.floor(math.log10(abs(value)))
    return float(round(value, min(digits, 0) if whole else digits))


def membership(bins: Sequence[Bin], columns: Sequence[Column]) -> Numbers:
    """One row a lead, one column a condition: 1 where it holds."""
    import numpy as np

    if not bins:
        return np.zeros((len(columns[0].codes) if columns else 0, 0))
    return np.column_stack([one.holds(columns[one.column]) for one in bins]).astype(float)
