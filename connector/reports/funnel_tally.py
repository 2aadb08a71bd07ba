"""What is counted of leads as they go by: one pass, whatever their number.

Medians need the values themselves: durations are kept as eight bytes each (at most a dozen a lead), all else is counts
and sums.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict

from connector.model.history import LeadHistory
from connector.reports.funnel_row import QUALIFIED, STAGES, UNQUALIFIED, WON, sum_of
from connector.reports.funnel_way import LEGS, Way

_DATED = ("mql", "srl", "sql", "won", "lost")


class Sum:
    """How many, and their amounts together; *unknown* of them have no amount."""

    __slots__ = ("amount", "count", "unknown")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.count, self.unknown, self.amount = 0, 0, 0.0

    def add(self, amount: float | None) -> None:
        """Count one."""
        self.count += 1
        if amount is None:
            self.unknown += 1
        else:
            self.amount += amount


class Tally:
    """Counts, sums and durations of the leads of one group."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts = dict.fromkeys((*STAGES, "lost"), 0)
        self.depths = [0] * len(STAGES)
        self.won: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.lost_before_sql: Counter[str] = Counter()
        self.durations = {leg: array("d") for leg in LEGS}
        self.impossible = 0
        self.left: dict[tuple[str, str], array[float]] = defaultdict(lambda: array("d"))
        self.still: dict[tuple[str, str], array[float]] = defaultdict(lambda: array("d"))
        self.won_value, self.qualified, self.unqualified = Sum(), Sum(), Sum()
        self.forecast: dict[str, Sum] = defaultdict(Sum)
        self.reasons: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, way: Way) -> None:
        """Count one lead."""
        for stage, dated in zip(_DATED, way.dated, strict=True):
            if dated:
                self.counts[stage] += 1
        self.counts["lead"] += 1
        self.depths[way.depth] += 1
        self.impossible += way.impossible
        for leg, length in way.legs:
            self.durations[leg].append(length)
        for key, length in way.stays:
            self.left[key].append(length)
        if way.still is not None:
            key, length = way.still
            self.still[key].append(length)
        if not way.both:
            self._outcome(way.row)
        if not way.shared:
            self._worth(way.row)

    @property
    def reached(self) -> list[int]:
        """How many leads came to each stage or further."""
        return [sum(self.depths[stage:]) for stage in range(len(STAGES))]

    def _outcome(self, row: LeadHistory) -> None:
        """What became of it; a lead said to be both won and lost counts in no rate and no sum."""
        if row.won_at is not None:
            self.won[row.customer] += 1
        elif row.lost_at is not None:
            (self.lost if row.sql_at is not None else self.lost_before_sql)[row.customer] += 1
            self.reasons["lost" if row.sql_at is not None else "disqualified"][row.reason] += 1
        elif row.disqualified_at is not None:
            self.reasons["disqualified"][row.reason] += 1
        elif row.recycled_at is not None or (row.reason and row.sql_at is None):
            self.reasons["recycled"][row.reason] += 1

    def _worth(self, row: LeadHistory) -> None:
        """An opportunity that several leads led to is one: its amount counts once, with the first that is in a sum."""
        part = sum_of(row)
        if part == WON:
            self.won_value.add(row.amount)
        elif part == QUALIFIED:
            self.qualified.add(row.amount)
            self.forecast[row.forecast].add(row.amount)
        elif part == UNQUALIFIED:
            self.unqualified.add(row.amount)
