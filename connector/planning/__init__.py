"""Planning: from decisions to steps that say what will be written, before anything is.

Pure: the same situation gives the same steps, in every process. A plan can be read aloud, sealed into
a file, and applied; what is read is what runs.
"""

from connector.planning.differences import changed, drifted
from connector.planning.push_back import FILL, HANDS_OVER, filled
from connector.planning.rendering import estimate_calls, read_aloud, seal, summary, unseal
from connector.planning.situation import HandBack, Leader, Situation, Wording
from connector.planning.steps import plan_lead

__all__ = [
    "FILL",
    "HANDS_OVER",
    "HandBack",
    "Leader",
    "Situation",
    "Wording",
    "changed",
    "drifted",
    "estimate_calls",
    "filled",
    "plan_lead",
    "read_aloud",
    "seal",
    "summary",
    "unseal",
]
