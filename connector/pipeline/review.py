"""Review: a person's answer becomes a judgement on pairs, or a ruling on the lead; the next sync carries it out.

The first answer counts. A later one that says something else is a conflict: both are kept, the first stands. An
answer that somebody gave on other content than stands now is not taken: they look again. One answer settles its
look-alikes too, each with a judgement and a line in the audit of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector.errors import UsageError
from connector.model.decision import Ruling, Verdict
from connector.model.match import Judgement, Word
from connector.model.progress import Answer, AnswerWord, Review, ReviewState, Said, Standing, Woken
from connector.model.records import Kind, RecordRef
from connector.pipeline.review_asked import asked_now, was_shown
from connector.pipeline.review_order import ReviewTerms
from connector.pipeline.review_queue import Group, look_alikes, same_question
from connector.pipeline.review_words import objection
from connector.ports import Store

_RULINGS = {
    AnswerWord.CONVERT: Verdict.CONVERT,
    AnswerWord.NURTURE: Verdict.NURTURE,
    AnswerWord.DISQUALIFY: Verdict.DISQUALIFY,
}
_EVENTS = {
    Standing.SETTLED: "review answered",
    Standing.AGREED: "review answer agreed",
    Standing.CONFLICT: "review answer in conflict",
    Standing.UNSURE: "review answered unsure",
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How an answer is given.

    *asked* is the fingerprint of what the person saw; None takes what they were shown last. *alone*: for this review
    only, whatever look-alikes it has.
    """

    asked: str | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an answer: its review, how it stands, and the look-alikes that it settled with it.

    *again*: the same person had said just that before, and nothing was written.
    """

    review: Review
    standing: Standing
    also: tuple[Review, ...] = ()
    group: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Taken:
    """An answer that is being kept."""

    answer: Answer
    asked: str
    group: str = ""
    with_review: int = 0


def decide_review(
    store: Store, review_id: int, answer: Answer, terms: ReviewTerms, manner: Manner | None = None
) -> Settled:
    """Keep a person's answer, in one transaction.

    Raises UsageError when the review does not exist or is closed, when the answer does not fit it, and when what it
    asks has changed since the person looked.
    """
    manner = manner or Manner()
    review = _known(store, review_id)
    _refuse(review, objection(review, answer, terms.reasons))
    group = None if manner.alone or review.state is not ReviewState.OPEN else look_alikes(store, review)
    with store.transaction():
        review = _known(store, review_id)
        answer = _as_candidate(review, answer)
        if review.answer is not None:
            return _second(store, review, review.answer, answer)
        asked = asked_now(store, review)
        _refuse(review, stale(store, review, answer.by, manner.asked, asked))
        if _said_before(review, answer, asked):
            return Settled(review, Standing.UNSURE, again=True)
        shared = group if group is not None and group.takes(answer.word, _kind(store, review, answer)) else None
        taken = _Taken(answer, asked, shared.name if shared else "", review.id)
        settled = _keep(store, review, taken)
        also = _settle_others(store, review, taken, shared) if shared else ()
    standing = Standing.UNSURE if answer.word is AnswerWord.UNSURE else Standing.SETTLED
    return Settled(settled, standing, also, taken.group)


def stale(store: Store, review: Review, by: str, asked: str | None, now: str) -> str:
    """Why an answer is not about what the review asks *now*, in a sentence; empty when it is."""
    if review.state is not ReviewState.OPEN:
        return f"review {review.id} is closed: its lead needs no answer any more"
    saw = was_shown(store, review, by) if asked is None else asked
    return "" if saw in ("", now) else f"review {review.id} changed since you looked: show it again"


def _known(store: Store, review_id: int) -> Review:
    review = store.reviews.get(review_id)
    if review is None:
        raise UsageError(f"there is no review {review_id}", next_command="connector review list")
    return review


def _refuse(review: Review, why: str) -> None:
    if why:
        raise UsageError(why, next_command=f"connector review show {review.id}")


def _as_candidate(review: Review, answer: Answer) -> Answer:
    """A record that was among the candidates all the time is the same as, and no other."""
    if answer.word is AnswerWord.OTHER and answer.candidate in [match.ref for match in review.candidates]:
        return replace(answer, word=AnswerWord.SAME)
    return answer


def _kind(store: Store, review: Review, answer: Answer) -> Kind | None:
    if answer.candidate is None:
        return None
    offered = next((match.kind for match in review.candidates if match.ref == answer.candidate), None)
    record = store.directory.get(answer.candidate) if offered is None else None
    return offered or (record.kind if record is not None else Kind.LEAD)


def _second(store: Store, review: Review, first: Answer, answer: Answer) -> Settled:
    """An answer to what somebody has answered: the first stands, and both are kept."""
    before = next((said for said in review.said if said.answer.by == answer.by and said.answer.agrees(answer)), None)
    if before is not None:
        standing = Standing.AGREED if before.standing is Standing.SETTLED else before.standing
        return Settled(review, standing, again=True)
    standing = Standing.AGREED if first.agrees(answer) else Standing.CONFLICT
    if answer.word is AnswerWord.UNSURE:
        standing = Standing.UNSURE
    noted = store.reviews.note(review.id, Said(answer, standing, asked_now(store, review)))
    _audit(store, review, _Taken(answer, ""), standing)
    return Settled(noted, standing)


def _said_before(review: Review, answer: Answer, asked: str) -> bool:
    """Whether this person was unsure before of just what is asked now."""
    return answer.word is AnswerWord.UNSURE and any(
        said.standing is Standing.UNSURE and said.answer.by == answer.by and said.asked == asked for said in review.said
    )


def _settle_others(store: Store, review: Review, taken: _Taken, group: Group) -> tuple[Review, ...]:
    """The look-alikes that are still open, offer the same candidates, and are not what the answer names."""
    settled = []
    for number in group.reviews:
        other = store.reviews.get(number)
        if other is None or number == review.id or other.state is not ReviewState.OPEN:
            continue
        if not same_question(review, other) or other.lead == taken.answer.candidate:
            continue
        mine = replace(taken, asked=asked_now(store, other))
        if not _said_before(other, taken.answer, mine.asked):
            settled.append(_keep(store, other, mine))
    return tuple(settled)


def _keep(store: Store, review: Review, taken: _Taken) -> Review:
    """Keep an answer to one review with all that follows from it."""
    answer = taken.answer
    if answer.word is AnswerWord.UNSURE:
        standing = Standing.UNSURE
        kept = store.reviews.note(review.id, Said(answer, standing, taken.asked, taken.group))
    else:
        standing = Standing.SETTLED
        kept = store.reviews.answer(review.id, answer, taken.asked, taken.group)
    for judgement in _judgements(store, review, answer):
        store.matches.judge(judgement)
    if answer.candidate is not None:
        store.inbox.wake([answer.candidate], Woken.JUDGEMENT)
    verdict = _RULINGS.get(answer.word)
    if verdict is not None:
        store.decisions.rule(review.lead, Ruling(verdict, answer.by, answer.at, answer.reason, answer.note))
    _audit(store, review, taken, standing)
    return kept


def _judgements(store: Store, review: Review, answer: Answer) -> Sequence[Judgement]:
    def word(ref: RecordRef, said: Word) -> Judgement:
        return Judgement(review.lead, ref, said, answer.by, answer.at, answer.note)

    if answer.candidate is not None:
        return [word(answer.candidate, Word.SAME)]
    if answer.word in (AnswerWord.DIFFERENT, AnswerWord.NEW):
        return [word(match.ref, Word.DIFFERENT) for match in review.candidates]
    if answer.word is AnswerWord.UNSURE:
        sure = [{j.left, j.right} for j in store.matches.judgements(review.lead) if j.word is not Word.UNSURE]
        pairs = [match.ref for match in review.candidates if {review.lead, match.ref} not in sure]
        return [word(ref, Word.UNSURE) for ref in pairs]
    return []


def _audit(store: Store, review: Review, taken: _Taken, standing: Standing) -> None:
    answer = taken.answer
    facts: dict[str, str | int | bool | None] = {
        "review": review.id,
        "answer": answer.word.value,
        "note": bool(answer.note),
    }
    if taken.group:
        facts |= {"group": taken.group, "answered_with": taken.with_review}
    store.audit.append(answer.at, "", answer.by, _EVENTS[standing], str(review.lead), facts)
