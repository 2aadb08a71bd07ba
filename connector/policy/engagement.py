"""Engagement: what the person did lately, each act losing half its worth with every half-life."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from connector.model.decision import Reason, Score
from connector.model.records import Activity
from connector.policy.conditions import Condition, Predicate
from connector.policy.facts import Facts, instant, later
from connector.policy.fit import Levels

_LAST_ACTIVITY = "last_activity"
_SECONDS_A_DAY = 86400


@dataclass(frozen=True, slots=True)
class Worth:
    """What one act of a kind is worth, how fast that halves, and how much the kind counts at most (None: no cap)."""

    points: int
    half_life_days: float
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class OptOuts:
    """Acts that end what came before them, and a condition under which the kinds in *silences* count nothing.

    An empty *silences* means every kind.
    """

    activities: frozenset[str] = frozenset()
    holds: Predicate | None = None
    silences: frozenset[str] = frozenset()
    when: Condition | None = None

    def silenced(self, kind: str) -> bool:
        """Whether an opt-out speaks of *kind*."""
        return not self.silences or kind in self.silences


@dataclass(frozen=True, slots=True)
class Act:
    """One act that counts: its kind, when it was, and what it was worth then."""

    kind: str
    at: datetime
    worth: Worth


@dataclass(frozen=True, slots=True)
class Engagement:
    """Points per kind of activity, the half-life in days of those without one of their own, the cap and the levels."""

    activities: Mapping[str, Worth]
    other: Worth
    last_activity: Worth
    cap: int
    levels: Levels
    opt_outs: OptOuts = field(default_factory=OptOuts)
    marks: tuple[int, ...] = ()
    """Points below which a condition has another answer, beside the levels."""
    falls: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the points below which something changes, the most first."""
        lows = {low for low, _ in self.levels.thresholds[:-1]}.union(self.marks)
        object.__setattr__(self, "falls", tuple(sorted((low for low in lows if low > 0), reverse=True)))

    def score(self, facts: Facts) -> Score:
        """Points as of the facts' instant, one reason per kind of activity."""
        acts, worth, _ = self._counted(facts)
        if not acts:
            return Score(0, self.levels.name(0))
        points = self._whole(sum(worth.values()))
        times: dict[str, int] = {}
        for act in acts:
            times[act.kind] = times.get(act.kind, 0) + 1
        reasons = tuple([_told(kind, times[kind], math.floor(worth[kind] + 0.5)) for kind in sorted(worth)])
        return Score(points, self.levels.name(points), reasons)

    def next_level_at(self, facts: Facts) -> datetime | None:
        """The first whole second at which, with nothing new happening, the points fall below the next of *falls*.

        None when they cannot.

        Where all acts decay at one rate, their sum does: it falls to T after half-life times log2(sum / T) days.
        """
        acts, worth, capped = self._counted(facts)
        if not acts:
            return None
        raw = sum(worth.values())
        whole = self._whole(raw)
        reached = next((low for low in self.falls if low <= whole), None)
        if reached is None:
            return None
        rate = None if capped else _one_rate(acts)
        if rate is None:
            return later(facts.as_of, timedelta(seconds=self._fallen_after(acts, facts.as_of, reached)))
        days = rate * math.log2(raw / reached)
        return later(facts.as_of, timedelta(seconds=math.floor(max(0.0, days) * _SECONDS_A_DAY + 0.001) + 1))

    def _fallen_after(self, acts: Sequence[Act], as_of: datetime, reached: int) -> int:
        """Whole seconds until less than *reached* is left: every act only falls, so halving finds it."""
        early, late = 0, _SECONDS_A_DAY
        while self._after(acts, as_of, late) >= reached:
            early, late = late, late * 2
        while late - early > 1:
            middle = (early + late) // 2
            if self._after(acts, as_of, middle) >= reached:
                early = middle
            else:
                late = middle
        return late

    def _counted(self, facts: Facts) -> tuple[Sequence[Act], Mapping[str, float], bool]:
        """The acts that count, what is left of each kind, and whether a cap holds any back; worked out once."""
        kept = facts.engagement
        if kept is None or kept[0] is not self:
            acts = self.acts(facts)
            kept = facts.engagement = (self, acts, *_by_kind(acts, facts.as_of))
        return kept[1], kept[2], kept[3]

    def acts(self, facts: Facts) -> Sequence[Act]:
        """Everything that counts as of the facts' instant: each source id once, nothing from the future."""
        stamp = facts.lead.get("last_activity_at")
        if not facts.inputs.activities and not stamp:
            return ()
        as_of, worth = facts.as_of, self.activities
        once: dict[str, Activity] = {a.source_id: a for a in facts.inputs.activities if a.at <= as_of}
        in_order = [once[source_id] for source_id in sorted(once)] if len(once) > 1 else once.values()
        found = [Act(one.kind, one.at, worth.get(one.kind, self.other)) for one in in_order]
        last = instant(str(stamp)) if stamp and self.last_activity.points else None
        if last is not None and last <= as_of and not any(act.at >= last for act in found):
            found.append(Act(_LAST_ACTIVITY, last, self.last_activity))
        return self._heard(found, facts)

    def _heard(self, acts: list[Act], facts: Facts) -> list[Act]:
        """The acts that no opt-out silences; an opt-out itself is worth nothing."""
        rule = self.opt_outs
        if rule.holds is not None and rule.holds(facts):
            acts = [act for act in acts if not rule.silenced(act.kind)]
        if not rule.activities:
            return acts
        ended = max((act.at for act in acts if act.kind in rule.activities), default=None)
        return [
            act
            for act in acts
            if act.kind not in rule.activities and not (ended and act.at <= ended and rule.silenced(act.kind))
        ]

    def _after(self, acts: Sequence[Act], as_of: datetime, seconds: int) -> int:
        """The points that are left *seconds* later; 0 where the calendar ends before."""
        then = later(as_of, timedelta(seconds=seconds))
        return self._whole(sum(_by_kind(acts, then)[0].values())) if then else 0

    def _whole(self, raw: float) -> int:
        return min(self.cap, math.floor(raw + 1e-9))


def _by_kind(acts: Sequence[Act], as_of: datetime) -> tuple[dict[str, float], bool]:
    """What is left of each kind of act within the kind's cap, and whether a cap holds any back."""
    worth: dict[str, float] = {}
    caps: dict[str, int] = {}
    for act in acts:
        kind, each = act.kind, act.worth
        age = (as_of - act.at).total_seconds() / _SECONDS_A_DAY
        worth[kind] = worth.get(kind, 0.0) + float(each.points * 2.0 ** (-age / each.half_life_days))
        if each.cap is not None:
            caps[kind] = each.cap
    capped = [kind for kind, cap in caps.items() if worth[kind] > cap]
    for kind in capped:
        worth[kind] = float(caps[kind])
    return worth, bool(capped)


def _one_rate(acts: Sequence[Act]) -> float | None:
    """The half-life of all acts together, None where they differ."""
    rates = {act.worth.half_life_days for act in acts}
    return rates.pop() if len(rates) == 1 else None


@lru_cache(maxsize=8192)
def _told(kind: str, count: int, points: int) -> Reason:
    if kind == _LAST_ACTIVITY:
        return Reason(kind, "The last activity that the CRM knows of.", points)
    return Reason(kind, f"{kind.replace('_', ' ').capitalize()}, {count} time{'' if count == 1 else 's'}.", points)
