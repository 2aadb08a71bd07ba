"""What the rooms ask of the outside world.

The corridor (`connector.pipeline`) speaks only to these protocols; `connector.wiring` brings in what
keeps them: CRMs (`connector.systems`), the state file (`connector.store`), clocks and screens.
"""

from connector.ports.directory import Directory, Spread
from connector.ports.history import Activities, Funnel, Samples, Stages, Turns
from connector.ports.matches import Matches
from connector.ports.shelves import (
    Audit,
    Budgets,
    Crosswalk,
    DeadLetters,
    Decisions,
    Inbox,
    Journal,
    Lease,
    Reviews,
    Runs,
    Store,
    Twins,
    Watermarks,
)
from connector.ports.systems import Clock, Observer, Source, Target

__all__ = [
    "Activities",
    "Audit",
    "Budgets",
    "Clock",
    "Crosswalk",
    "DeadLetters",
    "Decisions",
    "Directory",
    "Funnel",
    "Inbox",
    "Journal",
    "Lease",
    "Matches",
    "Observer",
    "Reviews",
    "Runs",
    "Samples",
    "Source",
    "Spread",
    "Stages",
    "Store",
    "Target",
    "Turns",
    "Twins",
    "Watermarks",
]
