"""What stands still: leads past a deadline, records with which nothing happens, opportunities that do not move.

And what was done with leads, counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.model.history import Origin
from connector.model.records import Kind, RecordRef, require_aware


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when somebody should have acted on a lead: *name* and *says* are those of the policy's SLA."""

    lead: RecordRef
    route: str
    verdict: str
    stage: str
    name: str
    says: str
    due_at: datetime

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.due_at)


@dataclass(frozen=True, slots=True)
class Quiet:
    """An account or contact, since when nothing happened with it, and what it is called.

    *since* is its last activity, or its creation where no activity is known (*ever* is false then); None where the
    CRM tells neither.
    """

    ref: RecordRef
    kind: Kind
    name: str
    since: datetime | None
    ever: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """An opportunity in one stage: from *since* until *until*, None while it is there.

    *origin* tells how the stage it stands in is known.
    """

    opportunity: RecordRef
    stage: str
    since: datetime
    until: datetime | None
    origin: Origin
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """How many leads of a route got a verdict by a row of the decision table on a day (``YYYY-MM-DD``, UTC).

    *carried_out* of them were converted by us, or had what another verdict asks for written.
    """

    route: str
    day: str
    verdict: str
    rule: str
    leads: int
    carried_out: int
