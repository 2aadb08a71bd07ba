"""What the links of a method are worth: thresholds from dev rows, figures of test rows, as for our own links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers.columns import read, rows
from benchmarks.peers.places import table
from connector.matching.measure import Figures, best_f1, figures
from connector.matching.truth import DEV, TEST, Asked, Proposed, Truth, TruthReader, graded
from connector.pipeline.bulk import Link, settle_repeats

Links = Mapping[str, Proposed]

_CUTS = 25  # thresholds tried for joining leads into clusters


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method found: the best contact and account of each lead, and the best earlier lead, each with a score.

    *homes* are the accounts of the contacts. Empty where the method does not answer that question.
    """

    contact: Links = field(default_factory=dict)
    account: Links = field(default_factory=dict)
    earlier: Links = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=dict)


Method = Callable[[Path, Sequence[Truth]], Answer]
"""Takes the folder of the prepared tables and the dev rows of the truth, and answers for every lead."""


def best(pairs: Any) -> dict[str, Proposed]:
    """Of a frame with columns left, right and score: the best right for each left, the first of equals."""
    ranked = pairs.sort_values(["score", "right"], ascending=[False, True], kind="stable").drop_duplicates("left")
    each = zip(ranked["left"], ranked["right"], ranked["score"], strict=True)
    return {left: Proposed(right, float(score)) for left, right, score in each}


def truths_of(folder: Path, leads: Iterable[str]) -> list[Truth]:
    """The truth of some leads; an earlier lead that is not among them is none."""
    found = read(table(folder, "truth"))
    reader, header = TruthReader(found.column_names), found.column_names
    there = set(leads)
    truths = (reader([row[name] for name in header]) for batch in rows(found) for row in batch)
    return [_within(truth, there) for truth in truths if truth.lead in there]


def _within(truth: Truth, there: set[str]) -> Truth:
    right = {**truth.right, Asked.LEAD: truth.right[Asked.LEAD] & there}
    return Truth(truth.lead, right, truth.split, truth.case, truth.person)


def graded_answer(answer: Answer, truths: Sequence[Truth]) -> dict[str, object]:
    """The figures of each question that was answered."""
    told: dict[str, object] = {}
    if answer.contact:
        told["contact"] = shown(_figures(truths, answer.contact, Asked.CONTACT))
    if answer.account:
        told["account"] = shown(_figures(truths, answer.account, Asked.ACCOUNT))
    if answer.contact and answer.homes:
        told["account_via_contact"] = shown(_figures(truths, via_contact(answer, truths), Asked.ACCOUNT))
    if answer.earlier:
        told["lead"] = shown(_figures(truths, settled(answer.earlier, truths), Asked.LEAD))
    return told


def shown(found: Figures) -> dict[str, object]:
    """In the form in which `connector matching eval` tells them."""
    chosen, sure = found.chosen, found.at_dev_p99
    return {
        "precision": chosen.precision, "recall": chosen.recall, "f1": chosen.f1,
        "recall_at_p99": found.recall_at_p99,
        "at_dev_p99": {"precision": sure.precision if sure else None, "recall": sure.recall if sure else 0.0},
    }  # fmt: skip


def _figures(truths: Sequence[Truth], links: Links, asked: Asked) -> Figures:
    return figures(graded(truths, links, asked, DEV), graded(truths, links, asked, TEST))


def settled(earlier: Links, truths: Sequence[Truth]) -> Links:
    """The first lead of each cluster; the score that joins leads into clusters is the best one on the dev rows."""
    links = [Link(truth.lead, first=earlier.get(truth.lead)) for truth in truths]
    scores = sorted({link.score for link in earlier.values()})
    cuts = [scores[at * (len(scores) - 1) // _CUTS] for at in range(_CUTS + 1)]
    found = (settle_repeats(links, cut) for cut in dict.fromkeys(cuts))
    return max(found, key=lambda links: best_f1(graded(truths, links, Asked.LEAD, DEV)).f1)


def via_contact(answer: Answer, truths: Sequence[Truth]) -> Links:
    """The account that is surer to be right: the one found, or that of the contact, as the dev rows tell."""
    home = {
        lead: Proposed(answer.homes[link.id], link.score)
        for lead, link in answer.contact.items()
        if answer.homes.get(link.id)
    }
    if not answer.account:
        return home
    sure = [_sureness(truths, links) for links in (home, answer.account)]
    return {
        lead: max(
            (Proposed(links[lead].id, chance(links[lead].score))
             for links, chance in zip((home, answer.account), sure, strict=True) if lead in links),
            key=lambda link: link.score,
        )
        for lead in {**home, **answer.account}
    }  # fmt: skip


def _sureness(truths: Sequence[Truth], links: Links) -> Callable[[float], float]:
    """How likely a link of some score is right, never falling with the score; a hair more for a higher score."""
    from numpy import interp
    from sklearn.isotonic import IsotonicRegression

    dev = [(links[t.lead], t.right[Asked.ACCOUNT]) for t in truths if t.split == DEV and t.lead in links]
    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    model.fit([link.score for link, _ in dev], [link.id in right for link, right in dev])
    scores = [link.score for link in links.values()]
    low, high = min(scores), max(scores)
    at, chances = model.X_thresholds_, model.y_thresholds_
    return lambda score: float(interp(score, at, chances)) + 1e-6 * (score - low) / (high - low or 1.0)
