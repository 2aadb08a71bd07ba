"""Where the levels of fit begin, as the history bears them out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.policy.calibration.bins import least_leads
from connector.policy.calibration.columns import Numbers
from connector.policy.calibration.measure import Threshold, kept_from, precise_from, threshold

STEP = 5
"""Thresholds are multiples of this: what people remember."""

_APART = 0.04  # of all leads


@dataclass(frozen=True, slots=True)
class Aims:
    """*precision*: how often leads on the highest level are won; *recall*: the share of winners above the lowest."""

    precision: float = 0.8
    recall: float = 0.9


@dataclass(frozen=True, slots=True)
class Levels:
    """The proposed beginnings, highest first, what is true of the leads from there on, and whether the aim is met."""

    begins: Mapping[str, Threshold]
    met: bool


def grid(outcomes: Numbers, scores: Numbers) -> list[Threshold]:
    """What is true of the leads from each multiple of `STEP` on, lowest first."""
    first = math.floor(float(scores.min()) / STEP) * STEP
    last = math.floor(float(scores.max()) / STEP) * STEP
    return [threshold(points, outcomes, scores) for points in range(first, last + STEP, STEP)]


def propose(names: Sequence[str], outcomes: Numbers, scores: Numbers, bounds: tuple[int, int], aims: Aims) -> Levels:
    """A beginning for each of *names* (highest first, at least two), within the fewest and most points of a lead.

    The first begins where leads are won as often as aimed at (or, where no points do that, as often as can be), the
    last but one where few winners lie below; those between are spread evenly. The last begins where every lead is.
    """
    lowest, highest = bounds
    found = [one for one in grid(outcomes, scores) if one.points <= highest]
    top = precise_from(aims.precision, found, least_leads(len(outcomes)))
    points = [top.points]
    if len(names) > 2:
        kept = min(kept_from(aims.recall, found).points, top.points - STEP * (len(names) - 2))
        span = (top.points - kept) / (len(names) - 2)
        points += [round((top.points - span * step) / STEP) * STEP for step in range(1, len(names) - 1)]
    points.append(min(lowest, found[0].points, points[-1] - STEP))
    begins = {name: threshold(at, outcomes, scores) for name, at in zip(names, points, strict=True)}
    return Levels(begins, top.precision >= aims.precision)


def thinned(found: Sequence[Threshold], levels: Levels) -> list[Threshold]:
    """Thresholds that tell a report enough: those where levels begin, and between them each that drops enough leads."""
    begins = {one.points for one in levels.begins.values()}
    kept: dict[int, Threshold] = {one.points: one for one in levels.begins.values() if one.leads}
    last = found[0].leads
    for one in found:
        if one.points not in begins and (one is found[0] or last - one.leads >= _APART * found[0].leads):
            kept[one.points] = one
            last = one.leads
    return [kept[points] for points in sorted(kept)]
