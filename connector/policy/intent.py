"""Intent: the lead asked for something that only sales can give, and recently enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.model.decision import Reason, Score
from connector.policy.facts import Facts, instant, later
from connector.policy.grammar import ActionPart


@dataclass(frozen=True, slots=True)
class ActionRule:
    """One sales-specific action: its sentence, its label in an opportunity's name, and how long it counts."""

    name: str
    says: str
    label: str
    window: timedelta
    activities: frozenset[str]

    @classmethod
    def of(cls, name: str, part: ActionPart) -> ActionRule:
        """The rule as the file words it."""
        window = timedelta(days=part.window_days)
        return cls(name, part.says, part.label, window, frozenset(part.activities))


@dataclass(frozen=True, slots=True)
class Asked:
    """An action that was asked for; *until* is the last instant at which it counts, None when undated."""

    rule: ActionRule
    at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Intent:
    """The actions that count, by name."""

    actions: Mapping[str, ActionRule]
    kinds: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the kinds of activity that ask for something."""
        kinds = frozenset(kind for rule in self.actions.values() for kind in rule.activities)
        object.__setattr__(self, "kinds", kinds)

    def asked(self, facts: Facts) -> Asked | None:
        """The latest action that still counts as of the facts' instant; an undated one counts."""
        live = [asked for asked in self._all(facts) if asked.until is None or asked.until >= facts.as_of]
        return max(live, key=lambda asked: _order(asked, facts.as_of), default=None)

    def score(self, facts: Facts, asked: Asked | None) -> Score:
        """The action in force as a line of the scorecard; ``none`` or ``expired`` when there is none."""
        if asked is not None:
            when = f" on {asked.at.date().isoformat()}" if asked.at else ""
            return Score(1, asked.rule.name, (Reason(asked.rule.name, f"{asked.rule.says}{when}.", 1),))
        old = max(self._all(facts), key=lambda found: _order(found, facts.as_of), default=None)
        if old is None:
            return Score(0, "none")
        detail = f"{old.rule.says}, but longer ago than the {old.rule.window.days} days for which that counts."
        return Score(0, "expired", (Reason("expired", detail),))

    def _all(self, facts: Facts) -> list[Asked]:
        asked = facts.lead.get("requested_action")
        if not asked and not facts.inputs.activities:
            return []
        found = []
        rule = self.actions.get(str(asked).casefold()) if asked else None
        if rule is not None:
            stamp = facts.lead.get("requested_at") or facts.lead.get("created_at")
            at = instant(str(stamp)) if stamp else None
            found.append(Asked(rule, at, later(at, rule.window) if at else None))
        for activity in facts.inputs.activities:
            if activity.kind not in self.kinds:
                continue
            found += [
                Asked(rule, activity.at, later(activity.at, rule.window))
                for rule in self.actions.values()
                if activity.kind in rule.activities and activity.at <= facts.as_of
            ]
        return found


def _order(asked: Asked, as_of: datetime) -> tuple[datetime, str]:
    return (asked.at or as_of, asked.rule.name)
