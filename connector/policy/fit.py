"""Fit: how well the company and the person match the ideal customer profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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

    def above(self, points: int) -> int | None:
        """How many points *points* lie above the level that they reach; None on the lowest level."""
        for threshold, name in self.thresholds:
            if points >= threshold:
                return None if name == self.thresholds[-1][1] else points - threshold
        return None

    def below(self, name: str) -> str:
        """The next level under *name*; the lowest has none under it and answers itself."""
        names = [each for _, each in self.thresholds]
        return names[min(names.index(name) + 1, len(names) - 1)]

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
    reason: Reason = field(init=False)

    def __post_init__(self) -> None:
        """Word the reason once."""
        object.__setattr__(self, "reason", Reason(self.name, self.says, self.points))


@dataclass(frozen=True, slots=True)
class FitGroup:
    """Rules that count together up to *cap* points, and not below *floor*."""

    name: str
    cap: int
    floor: int | None
    rules: tuple[FitRule, ...]

    def bounded(self, points: int) -> int:
        """*points* within the group's cap and floor."""
        capped = min(points, self.cap)
        return capped if self.floor is None else max(capped, self.floor)


@dataclass(frozen=True, slots=True)
class Fit:
    """The whole profile: groups, the levels of their sum, and how near a level is too near to act on alone."""

    groups: tuple[FitGroup, ...]
    levels: Levels
    review_band: int = 0

    def score(self, facts: Facts) -> Score:
        """Points of all groups, each capped, with the rule that brought each point."""
        total = 0
        reasons: list[Reason] = []
        for group in self.groups:
            found = [rule.reason for rule in group.rules if rule.holds(facts)]
            points = sum([reason.points for reason in found])
            counted = group.bounded(points)
            total += counted
            reasons += found
            if counted != points:
                reasons.append(_bounded(points, counted, group))
        return Score(total, self.levels.name(total), tuple(reasons))


def _bounded(points: int, counted: int, group: FitGroup) -> Reason:
    code, most = ("cap", "at most") if counted < points else ("floor", "at least")
    detail = f"These {len(group.rules)} rules together count {counted} points {most}."
    return Reason(code, detail, counted - points)
