"""Planning: from decisions to steps that say what will be written, before anything is.

Pure: the same situation gives the same steps, in every process. A plan can be read aloud, sealed into
a file, and applied; what is read is what runs.
"""

from connector.planning.differences import changed, drifted
from connector.planning.in_step import (
    IN_STEP,
    Comparison,
    Fate,
    Move,
    Part,
    Place,
    Standing,
    Worded,
    arrived,
    carrying,
    carrying_step,
    compare,
    is_carried,
    moved_on,
    worded,
)
from connector.planning.invariants import breaches, plan_breaches, promises, same_type
from connector.planning.push_back import FILL, HANDS_OVER, filled, give_back
from connector.planning.rendering import estimate_calls, read_aloud, seal, summary, unseal
from connector.planning.situation import HandBack, Leader, Situation, Wording
from connector.planning.steps import held_back, plan_lead

__all__ = [
    "FILL",
    "HANDS_OVER",
    "IN_STEP",
    "Comparison",
    "Fate",
    "HandBack",
    "Leader",
    "Move",
    "Part",
    "Place",
    "Situation",
    "Standing",
    "Worded",
    "Wording",
    "arrived",
    "breaches",
    "carrying",
    "carrying_step",
    "changed",
    "compare",
    "drifted",
    "estimate_calls",
    "filled",
    "give_back",
    "held_back",
    "is_carried",
    "moved_on",
    "plan_breaches",
    "plan_lead",
    "promises",
    "read_aloud",
    "same_type",
    "seal",
    "summary",
    "unseal",
    "worded",
]
