"""Scoring a history by a policy as the policy room does it: what a proposal gives is what was fitted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from connector.model.decision import DecisionInputs
from connector.model.match import Linkage, Resolution
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.policy.facts import Facts
from connector.policy.rules import Rulebook

_LEAD = RecordRef("history", "lead", "1")


def fit_points(
    rulebook: Rulebook, cells: Sequence[Mapping[str, Scalar]], groups: Collection[str], as_of: datetime
) -> list[int]:
    """The points that the named groups of fit give each lead; conditions on time are answered as of *as_of*."""
    own = [group for group in rulebook.fit.groups if group.name in groups]
    found: list[int] = []
    for facts in _facts(cells, as_of):
        given = [sum(rule.points for rule in group.rules if rule.holds(facts)) for group in own]
        found.append(sum(group.bounded(points) for group, points in zip(own, given, strict=True)))
    return found


def closed_leads(rulebook: Rulebook, cells: Sequence[Mapping[str, Scalar]], reason: str, as_of: datetime) -> list[bool]:
    """For each lead whether the policy's condition for the disqualification *reason* holds."""
    entry = next((one for one in rulebook.disqualifiers if one.reason == reason), None)
    if entry is None or entry.holds is None:
        return [False] * len(cells)
    return [entry.holds(facts) for facts in _facts(cells, as_of)]


def _facts(cells: Sequence[Mapping[str, Scalar]], as_of: datetime) -> Iterator[Facts]:
    resolution = Resolution(_LEAD, Linkage.NEW)
    for values in cells:
        yield Facts(DecisionInputs(Record(Kind.LEAD, _LEAD, values), resolution, as_of))
