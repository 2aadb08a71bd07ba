"""What is counted of leads as they go by: one pass, whatever their number.

Medians need the values themselves: durations are kept as eight bytes each (at most a dozen a lead), all else is counts
and sums.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from connector.model.history import LeadHistory, Origin
from connector.reports.funnel_row import STAGES, both_ends, days, reached, stretches

LEGS: Mapping[str, tuple[str, str]] = {
    "created_to_mql": ("created_at", "mql_at"),
    "mql_to_srl": ("mql_at", "srl_at"),
    "srl_to_sql": ("srl_at", "sql_at"),
    "sql_to_won": ("sql_at", "won_at"),
    "sql_to_lost": ("sql_at", "lost_at"),
    "created_to_won": ("created_at", "won_at"),
}
"""Velocities: from which instant to which."""

GIVEN = "given"
"""Origin of an instant that is neither the CRM's history nor a snapshot: our own decision, or the file's word."""

_FROM_CRM = frozenset({"SRL", "SQL"})


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
        self.reached = [0] * len(STAGES)
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

    def add(self, row: LeadHistory, as_of: datetime) -> None:
        """Count one lead."""
        self._stages(row)
        self._outcome(row)
        for leg, (start, end) in LEGS.items():
            since, until = getattr(row, start), getattr(row, end)
            if since is not None and until is not None:
                self._duration(leg, days(since, until))
        known = row.origin.value if isinstance(row.origin, Origin) else GIVEN
        for stretch in stretches(row, as_of):
            kept = self.still if stretch.still else self.left
            kept[stretch.stage, known if stretch.stage in _FROM_CRM else GIVEN].append(stretch.days)

    def _duration(self, leg: str, length: float | None) -> None:
        if length is None:
            self.impossible += 1
        else:
            self.durations[leg].append(length)

    def _stages(self, row: LeadHistory) -> None:
        counts = self.counts
        counts["lead"] += 1
        counts["mql"] += row.mql_at is not None
        counts["srl"] += row.srl_at is not None
        counts["sql"] += row.sql_at is not None
        counts["won"] += row.won_at is not None
        counts["lost"] += row.lost_at is not None
        for stage in range(reached(row) + 1):
            self.reached[stage] += 1

    def _outcome(self, row: LeadHistory) -> None:
        """What became of it; a lead said to be both won and lost counts in no rate and no sum."""
        if both_ends(row):
            return
        if row.won_at is not None:
            self.won[row.customer] += 1
            self.won_value.add(row.amount)
        elif row.lost_at is not None:
            (self.lost if row.sql_at is not None else self.lost_before_sql)[row.customer] += 1
            self.reasons["lost" if row.sql_at is not None else "disqualified"][row.reason] += 1
        elif row.disqualified_at is not None:
            self.reasons["disqualified"][row.reason] += 1
        else:
            self._pipeline(row)

    def _pipeline(self, row: LeadHistory) -> None:
        if row.recycled_at is not None or (row.reason and row.sql_at is None):
            self.reasons["recycled"][row.reason] += 1
        if row.sql_at is not None:
            self.qualified.add(row.amount)
            self.forecast[row.forecast].add(row.amount)
        elif row.srl_at is not None:
            self.unqualified.add(row.amount)
