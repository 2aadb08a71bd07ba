"""The queue of questions: in the order in which answers are worth most, look-alikes side by side as one group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from connector.matching.lookalikes import Traits, contradict, traits
from connector.model.decision import Decision
from connector.model.progress import AnswerWord, Review, ReviewState, Standing
from connector.model.records import Kind, Record, digest_of
from connector.pipeline.review_order import Priority, ReviewTerms, amount_of, priority, usual
from connector.ports import Store

TermsOf: TypeAlias = Callable[[str], ReviewTerms]
"""What the policy of a route, by its name, says of reviews."""

_Member: TypeAlias = tuple[Review, Traits]

_ABOUT_PEOPLE = "person"
_ABOUT_FIRMS = "firm"
_FOR_A_FIRM = (AnswerWord.SAME, AnswerWord.OTHER, AnswerWord.DIFFERENT, AnswerWord.NEW, AnswerWord.UNSURE)


@dataclass(frozen=True, slots=True)
class Group:
    """Open reviews that ask the same question, by number.

    *about* says of what: one person, or one firm (then an answer about a person is not for the others).
    """

    name: str
    about: str
    reviews: tuple[int, ...]

    def takes(self, word: AnswerWord, kind: Kind | None) -> bool:
        """Whether one answer fits all members; *kind* is that of the record which it names."""
        if self.about == _ABOUT_PEOPLE:
            return True
        return word in _FOR_A_FIRM and kind in (None, Kind.ACCOUNT)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A review with what its place in the queue rests on; *priority* and *group* are None once it is answered.

    *passed*: the person for whom the queue is made was unsure of it, so others come first.
    """

    review: Review
    lead: Record | None
    priority: Priority | None = None
    group: Group | None = None
    passed: bool = False


def queue(store: Store, terms: TermsOf, now: datetime, by: str = "", everything: bool = False) -> list[Waiting]:
    """Reviews for *by*, the most valuable answer first; answered and closed ones, with *everything*, at the end.

    A group stands where the sum of its members' priorities puts it, since one answer settles them all.
    """
    reviews = store.reviews.list(open_only=not everything)
    leads = {review.id: store.directory.get(review.lead) for review in reviews}
    open_ones = [review for review in reviews if review.state is ReviewState.OPEN]
    groups = grouped([(review, leads[review.id]) for review in open_ones])
    priorities = _priorities(store, open_ones, leads, terms, now)
    found = [
        Waiting(one, leads[one.id], priorities.get(one.id), groups.get(one.id), _was_unsure(one, by)) for one in reviews
    ]
    sums: dict[str, float] = {}
    for one in found:
        if one.group is not None and one.priority is not None:
            sums[one.group.name] = sums.get(one.group.name, 0.0) + one.priority.total
    return sorted(found, key=lambda one: _place(one, sums))


def grouped(asked: Iterable[tuple[Review, Record | None]]) -> dict[int, Group]:
    """The group of each open review that has look-alikes, by its number.

    Members have the same route and the same candidates, and their leads are the same person by mailbox or by name
    and firm, or, where all candidates are accounts, of the same firm.
    """
    pots: dict[tuple[str, str], list[_Member]] = {}
    for review, lead in asked:
        if lead is not None:
            pots.setdefault((review.question_key, _about(review)), []).append((review, traits(lead)))
    found: dict[int, Group] = {}
    for (question, about), members in pots.items():
        for some in _parted(members, about):
            if len(some) > 1:
                numbers = tuple(sorted(review.id for review, _ in some))
                who = min((one.firm if about == _ABOUT_FIRMS else one.mail or one.person) for _, one in some)
                name = digest_of([question, who])[:8]
                found.update(dict.fromkeys(numbers, Group(name, about, numbers)))
    return found


def look_alikes(store: Store, review: Review) -> Group | None:
    """The group of one open review; None when nobody else's question is the same."""
    same = [other for other in store.reviews.asking(review.question_key) if same_question(review, other)]
    return grouped([(one, store.directory.get(one.lead)) for one in same]).get(review.id)


def same_question(left: Review, right: Review) -> bool:
    """Whether two reviews offer the same records on the same route; without any, whether their words are the same."""
    return left.question_key == right.question_key


def _about(review: Review) -> str:
    kinds = {match.kind for match in review.candidates}
    return _ABOUT_FIRMS if kinds == {Kind.ACCOUNT} else _ABOUT_PEOPLE


def _parted(members: Sequence[_Member], about: str) -> list[list[_Member]]:
    """Members of one question, those of the same person or firm together."""
    if about == _ABOUT_FIRMS:
        return _by(members, lambda one: one.firm)
    parted = []
    for some in _joined(members):
        clash = any(contradict(one, other) for _, one in some for _, other in some)
        parted += _by(some, lambda one: one.mail) if clash else [some]
    return parted


def _by(members: Sequence[_Member], key: Callable[[Traits], str]) -> list[list[_Member]]:
    """Members with the same key; one without a key is alone."""
    pots: dict[str, list[_Member]] = {}
    for review, one in members:
        pots.setdefault(key(one) or f"#{review.id}", []).append((review, one))
    return list(pots.values())


def _joined(members: Sequence[_Member]) -> list[list[_Member]]:
    """Members linked by a mailbox, or by name and firm, however many steps away."""
    pots: list[tuple[set[str], list[_Member]]] = []
    for member in members:
        keys = {key for key in (member[1].mail, member[1].person) if key}
        touched = [pot for pot in pots if not keys.isdisjoint(pot[0])]
        pots = [pot for pot in pots if keys.isdisjoint(pot[0])]
        pots.append((keys.union(*(pot[0] for pot in touched)), [*(one for pot in touched for one in pot[1]), member]))
    return [pot[1] for pot in pots]


def _priorities(
    store: Store, reviews: Sequence[Review], leads: Mapping[int, Record | None], terms: TermsOf, now: datetime
) -> dict[int, Priority]:
    decisions: dict[int, Decision | None] = {one.id: store.decisions.latest(one.route, one.lead) for one in reviews}
    amounts = [amount for one in reviews if (amount := amount_of(leads[one.id], decisions[one.id])) is not None]
    middle = usual(amounts)
    return {one.id: priority(one, decisions[one.id], leads[one.id], middle, terms(one.route), now) for one in reviews}


def _was_unsure(review: Review, by: str) -> bool:
    return any(said.standing is Standing.UNSURE and said.answer.by == by for said in review.said)


def _place(one: Waiting, sums: Mapping[str, float]) -> tuple[bool, bool, float, str, float, int]:
    """Open ones first, those that this person passed on after the others, then by what an answer brings."""
    total = one.priority.total if one.priority is not None else 0.0
    name = one.group.name if one.group is not None else ""
    return (one.priority is None, one.passed, -sums.get(name, total), name, -total, one.review.id)
