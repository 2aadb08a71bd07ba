"""BANT: budget, authority, need and timeframe, each answered yes, no, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from connector.model.decision import Reason, Score
from connector.model.records import Scalar
from connector.policy.facts import Facts

ANSWERS = ("budget", "authority", "need", "timeframe")
_YES = frozenset({"yes", "true", "y", "1"})
_NO = frozenset({"no", "false", "n", "0"})


@dataclass(frozen=True, slots=True)
class Bant:
    """How many answers must be yes, and how many may be no."""

    yes_needed: int
    no_allowed: int

    def score(self, facts: Facts) -> tuple[Score, int]:
        """The yeses as points, level ``met``, ``open`` or ``unmet``; and how many answers are no."""
        answers = {name: answer(facts.lead.get(name)) for name in ANSWERS}
        yes = sum(1 for given in answers.values() if given == "yes")
        no = sum(1 for given in answers.values() if given == "no")
        reasons = tuple(
            Reason(name, f"{name.capitalize()}: {given}.", 1 if given == "yes" else 0)
            for name, given in answers.items()
            if given
        )
        return Score(yes, self._level(yes, no), reasons), no

    def _level(self, yes: int, no: int) -> str:
        if no > self.no_allowed or yes + (len(ANSWERS) - yes - no) < self.yes_needed:
            return "unmet"
        return "met" if yes >= self.yes_needed else "open"


def answer(value: Scalar) -> str:
    """One answer as ``yes``, ``no`` or empty; whatever is neither counts as not answered."""
    text = str(value).strip().casefold() if value is not None else ""
    if text in _YES:
        return "yes"
    return "no" if text in _NO else ""
