"""Where the bands begin: the scores from which links are right often enough, for the org at hand.

With labels, the links of the labelled leads are counted. Without, the false links are estimated from decoys: a
directory without repeats holds at most one record of a person, so the second-best candidate of a lead is a wrong
one, and the second-best scores of all leads show how high wrong candidates score among that many records.
The estimate is that of Elias and Gygi (2007, doi:10.1038/nmeth1019), with one added to the decoys as they advise.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from connector.matching.measure import Graded, curve, wilson

ENOUGH = 30
"""Links that a band needs at least to be read from labels."""

_TELLING = 3
"""Wrong links that the stated precision would allow, at least, in a sample that may lower a band (rule of three)."""

_NARROWEST = 1.0  # log-odds between asking and linking, however little there is to ask about
_WORTH_ASKING = 0.25  # of the links below the band; a question that is answered "no" more often wastes people's time


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a band begins: from *link_at* on links are made, from *ask_at* on a person is asked.

    *links* are made in the sample, *precision* is counted or estimated, *within* its 95 % interval.
    """

    link_at: float
    ask_at: float
    links: int
    precision: float
    within: tuple[float, float]


def from_labels(graded: Graded, precision: float, used: float) -> Bound | None:
    """The lowest cut at which the links are right often enough; None where there is none, or too few links.

    Any score down to the next lower candidate makes the same links: *used*, the cut in use, stays where it is one
    of those, else the middle is taken.
    """
    cuts = [cut for cut in curve(graded) if cut.precision is not None and cut.precision >= precision]
    if not cuts:
        return None
    lowest = cuts[-1].threshold
    below = max((link.score for link in graded.links if link.score < lowest), default=None)
    link_at = _between(below, lowest, used)
    made = [link for link in graded.links if link.score >= link_at]
    if link_at < used and len(made) * (1 - precision) < _TELLING:
        link_at = used
        made = [link for link in graded.links if link.score >= link_at]
    right = sum(link.right for link in made)
    if len(made) < ENOUGH or right < precision * len(made):
        return None
    return Bound(link_at, _ask_at(graded, link_at), len(made), right / len(made), wilson(right, len(made)))


def _between(below: float | None, lowest: float, used: float) -> float:
    """A score of two digits above *below* and at most *lowest*: *used* if it is there, else about the middle."""
    if used <= lowest and (below is None or used > below):
        return used
    middle = lowest if below is None else (below + lowest) / 2
    for rounded in (round(middle, 2), math.floor(lowest * 100) / 100):
        if rounded <= lowest and (below is None or rounded > below):
            return rounded
    return lowest


def _ask_at(graded: Graded, link_at: float) -> float:
    """The lowest score from which one candidate in four below *link_at* is right."""
    below = Graded(tuple(link for link in graded.links if link.score < link_at), graded.wanted)
    cuts = [cut for cut in curve(below) if cut.precision is not None and cut.precision >= _WORTH_ASKING]
    lowest = math.floor(cuts[-1].threshold * 100) / 100 if cuts else link_at
    return round(min(link_at - _NARROWEST, lowest), 2)


def from_decoys(best: Sequence[float], decoys: Sequence[float], precision: float, used: float) -> Bound | None:
    """The lowest cut at which the false links that the decoys show are few enough; None where there is none.

    *best* is the score of the best candidate of each lead, *decoys* that of the second best where it is another
    record of its own and not a repeat of the best. *used*, the cut in use, stays where it makes the same links and
    is precise enough.
    """
    found, wrong = sorted(best), sorted(decoys)
    cuts = [math.floor(score * 100) / 100 for score in found]
    fit = [cut for cut in cuts if _is_precise(found, wrong, cut, precision)]
    if not fit:
        return None
    link_at = min(fit)
    if _from(found, used) == _from(found, link_at) and _is_precise(found, wrong, used, precision):
        link_at = used
    links, false = _from(found, link_at), _from(wrong, link_at)
    asked = [cut for cut in {math.ceil(s * 100) / 100 for s in found} if cut < link_at and _is_worth(found, wrong, cut)]
    right = max(0, links - false)
    ask_at = round(min([*asked, link_at - _NARROWEST]), 2)
    return Bound(link_at, ask_at, links, right / links, wilson(right, links))


def _is_precise(found: Sequence[float], wrong: Sequence[float], cut: float, precision: float) -> bool:
    links, false = _from(found, cut), _from(wrong, cut) + 1
    return links >= ENOUGH and false <= (1 - precision) * links


def _is_worth(found: Sequence[float], wrong: Sequence[float], cut: float) -> bool:
    """Whether of the best candidates about as high as *cut* one in four is more than chance brings."""
    near, chance = _from(found, cut) - _from(found, cut + 1), _from(wrong, cut) - _from(wrong, cut + 1)
    return near > 0 and near - chance >= _WORTH_ASKING * near


def _from(ranked: Sequence[float], cut: float) -> int:
    return len(ranked) - bisect_left(ranked, cut)
