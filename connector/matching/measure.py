"""How right the links are: precision, recall and F1 over scores, thresholds from other rows than the figures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

HIGH = 0.99
"""The precision at which links are made without asking."""

_Z95 = 1.959963984540054  # of the normal distribution, two-sided 95 %


@dataclass(frozen=True, slots=True)
class Scored:
    """One proposed link: its score (log-odds), and whether it is right."""

    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class Graded:
    """The proposed links of some rows, and *wanted*: how many rows have a true link at all."""

    links: tuple[Scored, ...]
    wanted: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Precision (None: nothing was linked), recall and F1 of the links that reach a score."""

    precision: float | None
    recall: float
    f1: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of link: *chosen* is the test rows at the dev rows' best threshold.

    *recall_at_p99* is the largest recall on the test rows' own curve where precision is at least `HIGH`;
    *at_dev_p99* the test rows at the dev threshold with most recall there, None where dev never gets so precise.
    """

    chosen: Rate
    recall_at_p99: float
    at_dev_p99: Rate | None


def curve(graded: Graded) -> Iterator[Rate]:
    """Every cut through the links, strictest first; links of one score stand or fall together."""
    made = right = 0
    ranked = sorted(graded.links, key=lambda link: -link.score)
    for score, links in groupby(ranked, key=lambda link: link.score):
        some = list(links)
        made += len(some)
        right += sum(link.right for link in some)
        yield rate(right, made, graded.wanted, score)


def rate(right: int, made: int, wanted: int, threshold: float = -math.inf) -> Rate:
    """Precision, recall and F1 from counts: right links, links made, and rows that have a true link."""
    precision = right / made if made else None
    recall = right / wanted if wanted else 0.0
    f1 = 2 * right / (made + wanted) if made + wanted else 0.0
    return Rate(precision, recall, f1, threshold)


def at(graded: Graded, threshold: float) -> Rate:
    """The links that reach *threshold*."""
    reached = [link for link in graded.links if link.score >= threshold]
    return rate(sum(link.right for link in reached), len(reached), graded.wanted, threshold)


def best_f1(graded: Graded) -> Rate:
    """The cut with the best F1, the strictest of equals; nothing linked at all where there is no link."""
    return max(curve(graded), key=lambda cut: cut.f1, default=rate(0, 0, graded.wanted, math.inf))


def most_recall(graded: Graded, precision: float = HIGH) -> Rate | None:
    """The cut with the most recall at *precision* or better; None where no cut is so precise."""
    sure = (cut for cut in curve(graded) if cut.precision is not None and cut.precision >= precision)
    return max(sure, key=lambda cut: cut.recall, default=None)


def figures(dev: Graded, test: Graded) -> Figures:
    """Thresholds from the dev rows, figures on the test rows."""
    own, dev_p99 = most_recall(test), most_recall(dev)
    return Figures(
        chosen=at(test, best_f1(dev).threshold),
        recall_at_p99=own.recall if own else 0.0,
        at_dev_p99=at(test, dev_p99.threshold) if dev_p99 else None,
    )


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953); all of 0..1 for nothing."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, _Z95**2 / of
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z95 / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def pairwise(found: Mapping[str, str], true: Mapping[str, str]) -> Rate:
    """Over all pairs of rows: *found* and *true* map each key to the label of its cluster.

    A pair is made when both have one found label, and right when both have one true label too; a row whose
    true label is empty is alone.
    """
    labels = {key: true.get(key) or f"\0{key}" for key in found}
    made = _pairs(Counter(found.values()).values())
    wanted = _pairs(Counter(labels.values()).values())
    right = _pairs(Counter((label, labels[key]) for key, label in found.items()).values())
    return rate(right, made, wanted)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
