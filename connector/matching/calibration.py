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

from connector.matching.measure import Graded, at, curve, wilson

ENOUGH = 30
"""Links that a band needs at least to be read from labels."""

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


def from_labels(graded: Graded, precision: float) -> Bound | None:
    """The lowest cut at which the links are right often enough; None where there is none, or too few links."""
    cuts = [cut for cut in curve(graded) if cut.precision is not None and cut.precision >= precision]
    if not cuts:
        return None
    link_at = math.floor(cuts[-1].threshold * 100) / 100
    made = [link for link in graded.links if link.score >= link_at]
    right = sum(link.right for link in made)
    if len(made) < ENOUGH or right < precision * len(made):
        return _stricter(graded, precision, cuts[-1].threshold)
    return Bound(link_at, _ask_at(graded, link_at), len(made), right / len(made), wilson(right, len(made)))


def _stricter(graded: Graded, precision: float, threshold: float) -> Bound | None:
    """Where rounding down would let a wrong link in, the exact score, rounded up."""
    link_at = math.ceil(threshold * 100) / 100
    cut = at(graded, link_at)
    made = [link for link in graded.links if link.score >= link_at]
    if len(made) < ENOUGH or cut.precision is None or cut.precision < precision:
        return None
    right = sum(link.right for link in made)
    return Bound(link_at, _ask_at(graded, link_at), len(made), cut.precision, wilson(right, len(made)))


def _ask_at(graded: Graded, link_at: float) -> float:
    """The lowest score from which one candidate in four below *link_at* is right."""
    below = Graded(tuple(link for link in graded.links if link.score < link_at), graded.wanted)
    cuts = [cut for cut in curve(below) if cut.precision is not None and cut.precision >= _WORTH_ASKING]
    lowest = math.floor(cuts[-1].threshold * 100) / 100 if cuts else link_at
    return round(min(link_at - _NARROWEST, lowest), 2)


def from_decoys(best: Sequence[float], decoys: Sequence[float], precision: float) -> Bound | None:
    """The lowest cut at which the false links that the decoys show are few enough; None where there is none.

    *best* is the score of the best candidate of each lead, *decoys* that of the second best where it is another
    record of its own and not a repeat of the best.
    """
    found, wrong = sorted(best), sorted(decoys)
    link_at: float | None = None
    for cut in sorted({math.ceil(score * 100) / 100 for score in found}, reverse=True):
        links, false = _from(found, cut), _from(wrong, cut) + 1
        if links >= ENOUGH and false <= (1 - precision) * links:
            link_at = cut
    if link_at is None:
        return None
    links, false = _from(found, link_at), _from(wrong, link_at)
    asked = [cut for cut in {math.ceil(s * 100) / 100 for s in found} if cut < link_at and _is_worth(found, wrong, cut)]
    right = max(0, links - false)
    ask_at = round(min([*asked, link_at - _NARROWEST]), 2)
    return Bound(link_at, ask_at, links, right / links, wilson(right, links))


def _is_worth(found: Sequence[float], wrong: Sequence[float], cut: float) -> bool:
    """Whether of the best candidates about as high as *cut* one in four is more than chance brings."""
    near, chance = _from(found, cut) - _from(found, cut + 1), _from(wrong, cut) - _from(wrong, cut + 1)
    return near > 0 and near - chance >= _WORTH_ASKING * near


def _from(ranked: Sequence[float], cut: float) -> int:
    return len(ranked) - bisect_left(ranked, cut)
