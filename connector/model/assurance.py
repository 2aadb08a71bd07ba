"""How far automatic verdicts are trusted: blind samples, and the gate of each policy's error budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.model.decision import Gate, Verdict
from connector.model.records import RecordRef, iso, require_aware


@dataclass(frozen=True, slots=True)
class Sample:
    """An automatic verdict that a person reviews without being told it.

    *version* tells what the policy decided by: of policies that decide who converts alike it is the same. *answer* is
    what the person would have done, None while nobody answered. *number* is 0 until it is kept.
    """

    route: str
    lead: RecordRef
    policy: str
    version: str
    verdict: Verdict
    decided_at: datetime
    number: int = 0
    answer: Verdict | None = None
    answered_by: str = ""
    answered_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse instants without a zone."""
        require_aware(self.decided_at)
        require_aware(self.answered_at)

    @property
    def right(self) -> bool | None:
        """Whether the person would have converted too; None while nobody answered."""
        return None if self.answer is None else self.answer.converts == self.verdict.converts


@dataclass(frozen=True, slots=True)
class GateRecord:
    """Where the gate of a policy stands, since when, and why; *version* as of `Sample`.

    *reviewed* and *right* count blind reviews; *outcomes* and *good* count later outcomes (kept apart).
    *alerted_at* is when people were told that it closed; *reopened_by* who opened it by hand. What was decided
    before *evidence_from* does not count. *under* names the routes that it decides on, each with the versions that its
    decisions there call their policy.
    """

    policy: str
    version: str
    state: Gate
    since: datetime
    why: str = ""
    reviewed: int = 0
    right: int = 0
    outcomes: int = 0
    good: int = 0
    alerted_at: datetime | None = None
    reopened_by: str = ""
    evidence_from: datetime | None = None
    under: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an opportunity that an automatic verdict opened, known since *at*.

    Good: sales accepted it, so that it left the first stage or was won. Bad: it was closed in the first stage, or its
    lead was disqualified.
    """

    at: datetime
    good: bool


def gate_facts(gate: GateRecord) -> dict[str, object]:
    """The published form of a gate."""
    return {
        "policy": gate.policy,
        "version": gate.version,
        "state": gate.state.value,
        "since": iso(gate.since),
        "why": gate.why,
        "reviewed": gate.reviewed,
        "right": gate.right,
        "outcomes": gate.outcomes,
        "good": gate.good,
        "alerted_at": iso(gate.alerted_at) if gate.alerted_at else None,
        "reopened_by": gate.reopened_by,
    }


def gates_fact(route: str) -> str:
    """Under which name the target's connection remembers which versions of which policies a route decides by."""
    return f"gates:{route}"
