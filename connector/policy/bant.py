"""BANT: budget, authority, need and timeframe, each met, not met, or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.model.decision import Reason, Score
from connector.model.records import Scalar
from connector.policy.conditions import Condition, Predicate
from connector.policy.facts import Facts

ANSWERS = ("budget", "authority", "need", "timeframe")
_YES = frozenset({"yes", "true", "y", "1"})
_NO = frozenset({"no", "false", "n", "0"})
_REASONS = {
    (name, given): Reason(name, f"{name.capitalize()}: {given}.", points)
    for name in ANSWERS
    for given, points in (("yes", 1), ("no", 0))
}


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """When one answer is met, and when it is not; *not_met* None never holds."""

    met: Predicate
    not_met: Predicate | None
    met_when: Condition
    not_met_when: Condition | None

    def read(self, facts: Facts) -> str:
        """``yes``, ``no`` or empty; what is met counts as met, whatever else holds."""
        if self.met(facts):
            return "yes"
        return "no" if self.not_met is not None and self.not_met(facts) else ""


@dataclass(frozen=True, slots=True)
class Bant:
    """How many answers must be yes, how many may be no, and how answers are read that have rules of their own."""

    yes_needed: int
    no_allowed: int
    rules: Mapping[str, AnswerRule] = field(default_factory=dict)

    def answers(self, facts: Facts) -> dict[str, str]:
        """Each of the four answers as ``yes``, ``no`` or empty."""
        if not self.rules:
            return {name: answer(facts.lead.get(name)) for name in ANSWERS}
        return {
            name: self.rules[name].read(facts) if name in self.rules else answer(facts.lead.get(name))
            for name in ANSWERS
        }

    def score(self, facts: Facts) -> tuple[Score, int]:
        """The yeses as points, level ``met``, ``open`` or ``unmet``; and how many answers are no."""
        answers = self.answers(facts)
        given_ones = list(answers.values())
        yes, no = given_ones.count("yes"), given_ones.count("no")
        reasons = tuple([_REASONS[name, given] for name, given in answers.items() if given]) if yes or no else ()
        return Score(yes, self._level(yes, no), reasons), no

    def _level(self, yes: int, no: int) -> str:
        if no > self.no_allowed or yes + (len(ANSWERS) - yes - no) < self.yes_needed:
            return "unmet"
        return "met" if yes >= self.yes_needed else "open"


def answer(value: Scalar) -> str:
    """One answer as ``yes``, ``no`` or empty; whatever is neither counts as not answered."""
    if value is None or value == "":
        return ""
    if value in ("yes", "no"):
        return str(value)
    text = str(value).strip().casefold()
    if text in _YES:
        return "yes"
    return "no" if text in _NO else ""
