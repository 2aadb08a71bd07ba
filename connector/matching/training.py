"""Refitting the points from labelled pairs, with those in use as the prior.

The score of a pair is the start value plus the points of its levels, in log-odds; so the points are the weights of
a logistic regression over one column per level. They are moved to make the labels likelier, and every step away
from the points in use is charged for by its square: few examples move little. How much is charged is chosen by
cross-validation. Nothing of one person is both learnt from and judged on.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.errors import UsageError
from connector.matching.measure import Graded, Rate, Scored, rate, wilson
from connector.matching.needed import weights_of
from connector.matching.rules import MatchingRules
from connector.matching.scoring import RIVALS
from connector.model.match import Comparison, Match
from connector.model.records import Kind

Term = tuple[str, ...]
"""Where the points of a level stand in `matching.yaml`: ``people``, ``evidence``, ``email``, ``same`` and the like;
``people``, ``start`` for a start value."""

ENOUGH = 30
"""Examples of each label that a refit needs at least."""

STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
_FOLDS = 5
_COUNTED = "frequency"
_HELD_OUT = 0.3
_SECTIONS = {Kind.CONTACT: "people", Kind.LEAD: "repeats", Kind.ACCOUNT: "companies"}
_OPENED = {"people": "people", "repeats": "people", "companies": "companies"}


@dataclass(frozen=True, slots=True)
class Example:
    """A pair whose truth is known.

    *section* of `matching.yaml` is that of its bands (people, repeats, companies). *terms* are the points that made
    its score, each with how often it counted (one for a level; frequencies count by their logarithm), *rivals* what
    other candidates took off. *asked* is the record that was looked up, *group* the person or company it is about.
    """

    section: str
    terms: tuple[tuple[Term, float], ...]
    rivals: float
    same: bool
    asked: str
    group: str


@dataclass(frozen=True, slots=True)
class Judged:
    """How the points do on what was held out: the log-loss of the pairs, and the links with 95 % intervals.

    The links are the best candidates from `link_at` on; where the points change which one is best, what rivals take
    off it is not known and not counted.
    """

    log_loss: float
    rate: Rate
    precision_within: tuple[float, float]
    recall_within: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Refit:
    """The new points of one family of comparisons (*name*: people or companies), and what they do.

    *same* and *different* count its examples, *held_out* those of them that it was judged on, not learnt from.
    """

    name: str
    points: Mapping[Term, float]
    strength: float
    same: int
    different: int
    held_out: int
    before: Judged
    after: Judged


@dataclass(frozen=True, slots=True)
class Lacking:
    """A family that has too few examples: how many more of each label it needs."""

    name: str
    same: int
    different: int


def example(match: Match, same: bool, asked: str, rules: MatchingRules, group: str = "") -> Example:
    """What can be learnt from a compared pair whose truth is known; *group* is *asked* unless more is known."""
    section = _SECTIONS[match.kind]
    weights = weights_of(match.kind, rules)
    terms: list[tuple[Term, float]] = [((section, "start"), 1.0)]
    for piece in match.comparisons:
        if (piece.name, piece.level) in weights:
            term = (_OPENED[section], "evidence", piece.name, piece.level)
            terms.append((term, _amount(piece, weights[piece.name, piece.level][0])))
    rivals = -sum(piece.points for piece in match.comparisons if piece.name == RIVALS)
    return Example(section, tuple(terms), rivals, same, asked, group or asked)


def _amount(piece: Comparison, points: float) -> float:
    """How often the points of a level counted; frequencies show it, as their points may be nothing."""
    if piece.name == _COUNTED and isinstance(piece.left, float):
        return piece.left
    return piece.points / points if points else 1.0


def points_in_use(rules: MatchingRules) -> dict[Term, float]:
    """Every number that a refit may change, by its place in the file."""
    found: dict[Term, float] = {
        ("people", "start"): rules.people.start,
        ("repeats", "start"): rules.repeats.start,
        ("companies", "start"): rules.companies.start,
    }
    for section, weights in (("people", rules.person_weights), ("companies", rules.company_weights)):
        found |= {(section, "evidence", name, level): points for (name, level), (points, _) in weights.items()}
    return found


def split(examples: Iterable[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Examples to learn from, and those held out: all of one group on one side, the same for one seed."""
    learnt: list[Example] = []
    held: list[Example] = []
    for one in examples:
        (held if _draw(one.group, seed) < _HELD_OUT else learnt).append(one)
    return learnt, held


def _draw(group: str, seed: int) -> float:
    """A number from 0 to 1 that hangs on nothing but the group and the seed."""
    digest = hashlib.blake2b(f"{seed}\0{group}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def refit(examples: Sequence[Example], rules: MatchingRules, seed: int = 0) -> tuple[list[Refit], list[Lacking]]:
    """New points for each family that has enough examples, and which families have too few.

    Raises UsageError where numpy and scipy are not installed.
    """
    found: list[Refit] = []
    lacking: list[Lacking] = []
    for name in ("people", "companies"):
        own = [one for one in examples if _OPENED[one.section] == name]
        counts = Counter(one.same for one in own)
        short = [max(0, ENOUGH - counts[label]) for label in (True, False)]
        if any(short):
            lacking.append(Lacking(name, *short))
        else:
            found.append(_refit(name, own, rules, seed))
    return found, lacking


def _refit(name: str, examples: Sequence[Example], rules: MatchingRules, seed: int) -> Refit:
    learnt, held = split(examples, seed)
    used = {term: points for term, points in points_in_use(rules).items() if _OPENED[term[0]] == name}
    strength = _chosen_strength(learnt, used, seed)
    points = _ordered(_fitted(learnt, used, strength), used, learnt)
    counts = Counter(one.same for one in examples)
    return Refit(
        name=name,
        points={term: round(value, 2) for term, value in points.items()},
        strength=strength,
        same=counts[True],
        different=counts[False],
        held_out=len(held),
        before=judged(held, used, rules),
        after=judged(held, points, rules),
    )


def judged(examples: Sequence[Example], points: Mapping[Term, float], rules: MatchingRules) -> Judged:
    """How *points* do on *examples*."""
    link_at = {"people": rules.people, "repeats": rules.repeats, "companies": rules.companies}
    loss = sum(_loss((1 if one.same else -1) * total(one, points)) for one in examples) / max(1, len(examples))
    made = right = wanted = 0
    for section, graded in best_of_each(examples, points).items():
        links = [link.right for link in graded.links if link.score >= link_at[section].link_at]
        made, right, wanted = made + len(links), right + sum(links), wanted + graded.wanted
    return Judged(loss, rate(right, made, wanted), wilson(right, made), wilson(right, wanted))


def best_of_each(examples: Iterable[Example], points: Mapping[Term, float]) -> Mapping[str, Graded]:
    """By section, the best candidate of each record that was looked up, and how many have a right one."""
    best: dict[str, dict[str, Scored]] = {name: {} for name in _OPENED}
    known: dict[str, set[str]] = {name: set() for name in _OPENED}
    for one in examples:
        found, own = Scored(total(one, points) - one.rivals, one.same), best[one.section]
        if one.same:
            known[one.section].add(one.asked)
        if one.asked not in own or own[one.asked].score < found.score:
            own[one.asked] = found
    return {name: Graded(tuple(best[name].values()), len(known[name])) for name in _OPENED}


def total(one: Example, points: Mapping[Term, float]) -> float:
    """The score of an example by *points*, before rivals."""
    return sum(points[term] * amount for term, amount in one.terms)


def _loss(value: float) -> float:
    """-log of the probability that a score gives to the truth, without overflow."""
    from math import exp, log1p

    return log1p(exp(-value)) if value > 0 else log1p(exp(value)) - value


def _chosen_strength(examples: Sequence[Example], used: Mapping[Term, float], seed: int) -> float:
    """The charge under which parts that were not learnt from come out likeliest; the largest of equals."""
    losses: dict[float, float] = defaultdict(float)
    for fold in range(_FOLDS):
        inside = [one for one in examples if int(_draw(one.group, seed + 1) * _FOLDS) != fold]
        outside = [one for one in examples if int(_draw(one.group, seed + 1) * _FOLDS) == fold]
        for strength in STRENGTHS:
            points = _fitted(inside, used, strength)
            losses[strength] += sum(_loss((1 if one.same else -1) * total(one, points)) for one in outside)
    return min(STRENGTHS, key=lambda strength: (round(losses[strength], 6), -strength))


def _fitted(examples: Sequence[Example], used: Mapping[Term, float], strength: float) -> dict[Term, float]:
    """The points that minimise the log-loss of *examples* plus *strength* times the squared way from *used*."""
    optimize, np = _libraries()
    names = sorted({term for one in examples for term, _ in one.terms})
    if not names:
        return dict(used)
    at = {term: column for column, term in enumerate(names)}
    table, signs = _table(examples, at, np)
    prior = np.array([used[term] for term in names])

    def cost(points: Any) -> tuple[float, Any]:
        margin = signs * (table @ points)
        away = points - prior
        slope = table.T @ (-signs / (1.0 + np.exp(np.clip(margin, -500, 500)))) + 2.0 * strength * away
        return float(np.logaddexp(0.0, -margin).sum() + strength * (away @ away)), slope

    found = optimize.minimize(cost, prior, jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    return {**used, **{term: float(found.x[column]) for term, column in at.items()}}


def _table(examples: Sequence[Example], at: Mapping[Term, int], np: Any) -> tuple[Any, Any]:
    """One row per example: a sparse matrix of how often its terms count, and +1 or -1 for the label."""
    from scipy.sparse import csr_matrix

    cells = [(row, at[term], amount) for row, one in enumerate(examples) for term, amount in one.terms]
    rows, columns, amounts = zip(*cells, strict=True)
    table = csr_matrix((np.array(amounts), (rows, columns)), shape=(len(examples), len(at)))
    return table, np.array([1.0 if one.same else -1.0 for one in examples])


def _libraries() -> tuple[Any, Any]:
    try:
        import numpy as np
        from scipy import optimize
    except ImportError:
        raise UsageError(
            "refitting needs numpy and scipy, which are an extra", next_command="pip install 'lead-connector[train]'"
        ) from None
    return optimize, np


def _ordered(
    points: Mapping[Term, float], used: Mapping[Term, float], examples: Iterable[Example]
) -> dict[Term, float]:
    """The points with the levels of each comparison in the order that the file in use gives them.

    Where two come out the other way round they get the mean of both, weighted by their examples (pool adjacent
    violators, Ayer et al. 1955): a refit changes how loud a level speaks, never which of two speaks louder.
    """
    counts = Counter(term for one in examples for term, _ in one.terms)
    found = dict(points)
    comparisons: dict[Term, list[Term]] = defaultdict(list)
    for term in points:
        if len(term) == 4 and term[2] != _COUNTED:  # counted ones are no levels of one thing
            comparisons[term[:3]].append(term)
    for terms in comparisons.values():
        terms.sort(key=lambda term: (used[term], points[term]))
        pooled = _rising([points[term] for term in terms], [counts[term] + 0.1 for term in terms])
        found.update(zip(terms, pooled, strict=True))
    return found


def _rising(values: Sequence[float], weights: Sequence[float]) -> Iterator[float]:
    """The nearest values that never fall."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (one, heavy, few), (other, light, more) = blocks[-2], blocks[-1]
            blocks[-2:] = [((one * heavy + other * light) / (heavy + light), heavy + light, few + more)]
    for value, _, count in blocks:
        yield from [value] * count
