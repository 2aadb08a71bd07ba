"""What the rooms ask of the outside world.

The corridor (`connector.pipeline`) speaks only to these protocols; `connector.wiring` brings in what
keeps them: CRMs (`connector.systems`), the state file (`connector.store`), clocks and screens.
"""

from connector.ports.directory import Directory, Spread
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
    "Audit",
    "Budgets",
    "Clock",
    "Crosswalk",
    "DeadLetters",
    "Decisions",
    "Directory",
    "Inbox",
    "Journal",
    "Lease",
    "Matches",
    "Observer",
    "Reviews",
    "Runs",
    "Source",
    "Spread",
    "Store",
    "Target",
    "Twins",
    "Watermarks",
]
