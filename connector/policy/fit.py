"""Fit: how well the company and the person match the ideal customer profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.model.decision import Reason, Score
from connector.policy.conditions import Condition, Predicate
from connector.policy.facts import Facts


@dataclass(frozen=True, slots=True)
class Levels:
    """Names for ranges of points, highest first; below the last threshold the lowest name still applies."""

    thresholds: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, levels: Mapping[str, int]) -> Levels:
        """Order the levels of the file by their thresholds."""
        return cls(tuple(sorted(((points, name) for name, points in levels.items()), reverse=True)))

    def name(self, points: int) -> str:
        """The level that *points* reach."""
        for threshold, name in self.thresholds:
            if points >= threshold:
                return name
        return self.thresholds[-1][1]

    @property
    def names(self) -> frozenset[str]:
        """All level names."""
        return frozenset(name for _, name in self.thresholds)


@dataclass(frozen=True, slots=True)
class FitRule:
    """Points for a condition; *holds* is the condition compiled."""

    name: str
    says: str
    points: int
    condition: Condition
    holds: Predicate


@dataclass(frozen=True, slots=True)
class FitGroup:
    """Rules that count together up to *cap* points."""

    cap: int
    rules: tuple[FitRule, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """The whole profile: groups and the levels of their sum."""

    groups: tuple[FitGroup, ...]
    levels: Levels

    def score(self, facts: Facts) -> Score:
        """Points of all groups, each capped, with the rule that brought each point."""
        total = 0
        reasons: list[Reason] = []
        for group in self.groups:
            found = [Reason(rule.name, rule.says, rule.points) for rule in group.rules if rule.holds(facts)]
            points = sum(reason.points for reason in found)
            total += min(points, group.cap)
            reasons += found
            if points > group.cap:
                reasons.append(_capped(points, group.cap, group.rules))
        return Score(total, self.levels.name(total), tuple(reasons))


def _capped(points: int, cap: int, rules: Sequence[FitRule]) -> Reason:
    detail = f"These {len(rules)} rules together count {cap} points at most."
    return Reason("cap", detail, cap - points)
