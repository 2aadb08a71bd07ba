"""A lead's way in numbers: worked out once, and counted in every group that the lead belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connector.model.history import LeadHistory
from connector.reports.funnel_row import days

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

_DAY = 86400.0
_LEGS = tuple((leg, start, end) for leg, (start, end) in LEGS.items())


def reached(row: LeadHistory) -> int:
    """The furthest of `funnel_row.STAGES` by its number: whoever came further passed the stages before."""
    if row.won_at is not None:
        return 4
    if row.sql_at is not None:
        return 3
    if row.srl_at is not None:
        return 2
    return 1 if row.mql_at is not None else 0


class Way:
    """What is counted of one lead.

    *dated* says for MQL, SRL, SQL, won and lost whether there is an instant; *legs* and *stays* are days by `LEGS` and
    by stage and origin, *still* the days in the stage where an open lead is; *impossible* durations are left out.
    *shared*: an earlier lead led to the same opportunity. *strange*: its instants or its amount
    cannot be, and have to be looked at.
    """

    __slots__ = ("both", "dated", "depth", "impossible", "legs", "row", "shared", "stays", "still", "strange")

    def __init__(self, row: LeadHistory, as_of: datetime, shared: bool = False) -> None:
        """Work it out."""
        self.row, self.shared = row, shared
        won, lost = row.won_at, row.lost_at
        self.depth = reached(row)
        self.both = won is not None and lost is not None
        self.dated = (
            row.mql_at is not None,
            row.srl_at is not None,
            row.sql_at is not None,
            won is not None,
            lost is not None,
        )
        self.impossible = 0
        self.legs: list[tuple[str, float]] = []
        for leg, start, end in _LEGS:
            since, until = getattr(row, start), getattr(row, end)
            if since is not None and until is not None:
                self._leg(leg, since, until)
        self.stays: list[tuple[tuple[str, str], float]] = []
        self.still: tuple[tuple[str, str], float] | None = None
        self._stages(row, as_of)
        self.strange = self.both or self.impossible > 0 or _strange(row, as_of)

    def _leg(self, leg: str, since: datetime, until: datetime) -> None:
        length = (until - since).total_seconds() / _DAY
        if length < 0:
            known = days(since, until)
            if known is None:
                self.impossible += 1
                return
            length = known
        self.legs.append((leg, length))

    def _stages(self, row: LeadHistory, as_of: datetime) -> None:
        """The days in each stage of which it is known when it began; what cannot be is left out."""
        origin = row.origin.value if row.origin is not None else GIVEN
        before: tuple[tuple[str, str], datetime] | None = None
        entered = (
            (("new", GIVEN), row.created_at),
            (("MQL", GIVEN), row.mql_at),
            (("SRL", origin), row.srl_at),
            (("SQL", origin), row.sql_at),
        )
        for key, at in entered:
            if at is not None:
                if before is not None:
                    self._stay(*before, at)
                before = (key, at)
        if before is None or self.both or row.gone:
            return
        end = row.won_at or row.lost_at or row.disqualified_at
        if end is not None:
            self._stay(*before, end)
        elif (length := days(before[1], as_of)) is not None:
            self.still = (before[0], length)

    def _stay(self, key: tuple[str, str], since: datetime, until: datetime) -> None:
        length = days(since, until)
        if length is not None:
            self.stays.append((key, length))


def _strange(row: LeadHistory, as_of: datetime) -> bool:
    """Whether an instant lies before one that it has to follow, or after the present, or the amount below nothing."""
    if row.amount is not None and row.amount < 0:
        return True
    latest = row.created_at
    for at in (row.mql_at, row.srl_at, row.sql_at):
        if at is not None:
            if latest is not None and at < latest:
                return True
            latest = at
    first = row.created_at
    for end in (row.won_at, row.lost_at):
        if end is not None and ((latest is not None and end < latest) or end > as_of):
            return True
    for at in (row.disqualified_at, row.recycled_at, row.converted_at):
        if at is not None and ((first is not None and at < first) or at > as_of):
            return True
    return latest is not None and latest > as_of
