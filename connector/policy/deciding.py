"""What of a policy file decides who converts: evidence for and against the policy outlives every other edit."""

from __future__ import annotations

from typing import Any

from connector.model.records import digest_of
from connector.policy.grammar import PolicyPart

_EACH = "__all__"
_WHOLE = (
    "lists",
    "fit",
    "engagement",
    "intent",
    "bant",
    "stages",
    "disqualify",
    "decide",
    "invariants",
    "slas",
    "people",
)
_PARTS: dict[str, Any] = {
    **dict.fromkeys(_WHOLE, True),
    "applies": {"when"},
    "motions": {"named_accounts": {_EACH: {"name", "domains"}}},
}
_WORDS: dict[str, Any] = {
    "fit": {"groups": {_EACH: {"rules": {_EACH: {"name", "says"}}}}},
    "intent": {"actions": {_EACH: {"says", "label"}}},
    "stages": {_EACH: {"says"}},
    "disqualify": {_EACH: {"says"}},
    "decide": {_EACH: {"name", "says", "reason"}},
    "invariants": {_EACH: {"name", "says"}},
    "slas": {_EACH: {"name": True, "says": True, "then": {"reason"}}},
}


def deciding_digest(policy: PolicyPart) -> str:
    """A digest of what decides who converts; names, sentences, labels, terms, owners and ceilings are no part of it."""
    return digest_of(policy.model_dump(mode="json", include=_PARTS, exclude=_WORDS, exclude_defaults=True))
