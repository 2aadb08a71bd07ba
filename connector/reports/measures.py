"""Measures: shares with how sure they are, medians, and which ids were seen before; all in little memory."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

Z95 = 1.959963984540054
"""Normal quantile of a two-sided interval of 95 %."""


class Health(StrEnum):
    """Where a rate lies against its healthy range; UNKNOWN where its interval does not tell, or no range is known."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rate:
    """*hits* of *of*, with the 95 % interval of Wilson (1927); value and interval are None when *of* is 0.

    *healthy* is the range from which the rate is judged, as shares; None where none is known. *young*: most of those
    counted had too little time to come further, so that it is not judged yet.
    """

    hits: int
    of: int
    healthy: tuple[float, float] | None = None
    young: bool = False

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """From where to where the true share lies with 95 % confidence."""
        return wilson(self.hits, self.of) if self.of else None

    @property
    def health(self) -> Health:
        """Below or above only where the whole interval is; within only where all of it is."""
        if self.interval is None or self.healthy is None or self.young:
            return Health.UNKNOWN
        (low, high), (least, most) = self.interval, self.healthy
        if high < least:
            return Health.BELOW
        if low > most:
            return Health.ABOVE
        return Health.WITHIN if least <= low and high <= most else Health.UNKNOWN


@dataclass(frozen=True, slots=True)
class Spread:
    """How many values there are, their median and their 90th percentile (None without values)."""

    count: int
    median: float | None
    p90: float | None


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The score interval of a share; holds for few cases and for shares near 0 and 1 as well."""
    share, square = hits / of, Z95 * Z95
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = Z95 / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    low = 0.0 if hits == 0 else max(middle - reach, 0.0)
    return low, 1.0 if hits == of else min(middle + reach, 1.0)


def spread(values: Sequence[float]) -> Spread:
    """Median and 90th percentile, between neighbours in proportion (as spreadsheets and numpy do by default)."""
    ranked = sorted(values)
    if not ranked:
        return Spread(0, None, None)
    return Spread(len(ranked), quantile(ranked, 0.5), quantile(ranked, 0.9))


def quantile(ranked: Sequence[float], share: float) -> float:
    """The value below which *share* of *ranked* (sorted, not empty) lie, in proportion between two neighbours."""
    place = (len(ranked) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


class Seen:
    """Which texts were seen before, in at most 32 bytes each however long they are.

    Keeps 64 bits of each: two texts are taken for one by mistake once in some billions of files of a million.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._cells = array("Q", bytes(8 * 1024))
        self._count = 0

    def add(self, text: str) -> bool:
        """Remember *text*; answers whether it is new."""
        if 2 * self._count >= len(self._cells):
            self._grow()
        mark = (hash(text) & 0xFFFFFFFFFFFFFFFF) or 1
        if not self._put(self._cells, mark):
            return False
        self._count += 1
        return True

    def _grow(self) -> None:
        cells = array("Q", bytes(8 * 2 * len(self._cells)))
        for mark in self._cells:
            if mark:
                self._put(cells, mark)
        self._cells = cells

    @staticmethod
    def _put(cells: array[int], mark: int) -> bool:
        last = len(cells) - 1
        at = mark & last
        while cells[at]:
            if cells[at] == mark:
                return False
            at = (at + 1) & last
        cells[at] = mark
        return True
