"""Engagement: what the person did lately, each act losing half its worth with every half-life."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.model.decision import Reason, Score
from connector.model.records import Activity
from connector.policy.facts import Facts, instant, later
from connector.policy.fit import Levels

_LAST_ACTIVITY = "last_activity"


@dataclass(frozen=True, slots=True)
class Engagement:
    """Points per kind of activity, their half-life in days, the cap of the sum and its levels."""

    activities: Mapping[str, int]
    other: int
    last_activity: int
    half_life_days: float
    cap: int
    levels: Levels

    def score(self, facts: Facts) -> Score:
        """Points as of the facts' instant, one reason per kind of activity."""
        worth: dict[str, float] = {}
        times: dict[str, int] = {}
        for kind, at, points in self._acts(facts):
            worth[kind] = worth.get(kind, 0.0) + points * self._weight(at, facts.as_of)
            times[kind] = times.get(kind, 0) + 1
        points = self._whole(sum(worth.values()))
        reasons = tuple(Reason(kind, _told(kind, times[kind]), math.floor(worth[kind] + 0.5)) for kind in sorted(worth))
        return Score(points, self.levels.name(points), reasons)

    def next_level_at(self, facts: Facts) -> datetime | None:
        """When, with nothing new happening, the level falls; None when it cannot.

        All acts decay at one rate, so the sum does: it falls to T after half-life times log2(sum / T) days.
        """
        raw = sum(points * self._weight(at, facts.as_of) for _, at, points in self._acts(facts))
        reached = [low for low, _ in self.levels.thresholds[:-1] if 0 < low <= self._whole(raw)]
        if not reached:
            return None
        days = self.half_life_days * math.log2(raw / max(reached))
        return later(facts.as_of, timedelta(seconds=math.floor(max(0.0, days) * 86400 + 0.001) + 1))

    def _acts(self, facts: Facts) -> Iterable[tuple[str, datetime, int]]:
        """Kind, instant and full points of everything that counts, each source id once, nothing from the future."""
        once: dict[str, Activity] = {a.source_id: a for a in facts.inputs.activities if a.at <= facts.as_of}
        for source_id in sorted(once):
            activity = once[source_id]
            yield activity.kind, activity.at, self.activities.get(activity.kind, self.other)
        last = instant(str(facts.lead.get("last_activity_at") or ""))
        if last is None or not self.last_activity or last > facts.as_of:
            return
        if not any(activity.at >= last for activity in once.values()):
            yield _LAST_ACTIVITY, last, self.last_activity

    def _weight(self, at: datetime, as_of: datetime) -> float:
        age = (as_of - at).total_seconds() / 86400
        return float(2.0 ** (-age / self.half_life_days))

    def _whole(self, raw: float) -> int:
        return min(self.cap, math.floor(raw + 1e-9))


def _told(kind: str, count: int) -> str:
    if kind == _LAST_ACTIVITY:
        return "The last activity that the CRM knows of."
    return f"{kind.replace('_', ' ').capitalize()}, {count} time{'' if count == 1 else 's'}."
