"""The closed words for what people did, and what was done with them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ACTIVITY_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "demo_request": "Asked for a demo.",
        "trial_request": "Asked for a trial.",
        "quote_request": "Asked for a quote.",
        "call_request": "Asked to be called.",
        "meeting": "Met somebody of ours, in person or on line.",
        "call": "Spoke with somebody of ours on the phone.",
        "email_sent": "Was written to by somebody of ours.",
        "email_reply": "Wrote to somebody of ours.",
        "email_click": "Clicked in an e-mail of ours.",
        "email_open": "Opened an e-mail of ours.",
        "form_fill": "Filled in a form.",
        "webinar": "Took part in a webinar.",
        "event": "Took part in an event.",
        "download": "Downloaded something.",
        "web_visit": "Visited our web site.",
        "unsubscribe": "Asked for no more e-mail.",
        "other": "Anything else.",
    }
)
"""Kind -> what the person did; an organisation's own kinds start with ``x_``."""


def is_activity_kind(word: str) -> bool:
    """Whether *word* is a kind of activity that the house knows, or one of the organisation's own."""
    return word in ACTIVITY_KINDS or (word.startswith("x_") and len(word) > 2)
