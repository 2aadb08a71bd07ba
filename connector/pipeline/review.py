"""Review: a person's answer becomes a judgement on pairs, or a ruling on the lead; the next sync carries it out."""

from __future__ import annotations

from connector.errors import UsageError
from connector.model.decision import Ruling, Verdict
from connector.model.match import Judgement, Word
from connector.model.progress import Answer, AnswerWord, Review
from connector.model.records import RecordRef
from connector.ports import Store

_RULINGS = {
    AnswerWord.CONVERT: Verdict.CONVERT,
    AnswerWord.NURTURE: Verdict.NURTURE,
    AnswerWord.DISQUALIFY: Verdict.DISQUALIFY,
}


def decide_review(store: Store, review_id: int, answer: Answer, reasons: dict[str, str]) -> Review:
    """Keep a person's answer; *reasons* are the accepted disqualification reasons.

    Raises UsageError when the review does not exist, was answered before, or the answer does not fit it.
    """
    review = store.reviews.get(review_id)
    if review is None:
        raise UsageError(f"there is no review {review_id}", next_command="connector review list")
    _check(review, answer, reasons)
    with store.transaction():
        answered = store.reviews.answer(review_id, answer)
        for judgement in _judgements(review, answer):
            store.matches.judge(judgement)
        ruling = _ruling(answer)
        if ruling is not None:
            store.decisions.rule(review.lead, ruling)
        facts = {"review": review_id, "answer": answer.word.value, "note": bool(answer.note)}
        store.audit.append(answer.at, "", answer.by, "review answered", str(review.lead), facts)
    return answered


def _check(review: Review, answer: Answer, reasons: dict[str, str]) -> None:
    known = [str(match.ref) for match in review.candidates]
    listing = ", ".join(known) or "none"
    if answer.word is AnswerWord.SAME and (answer.candidate is None or str(answer.candidate) not in known):
        raise UsageError(
            f"`same` names one of the candidates: {listing}", next_command=f"connector review show {review.id}"
        )
    if answer.word is AnswerWord.DISQUALIFY and answer.reason not in reasons:
        raise UsageError(
            f"`disqualify` names an accepted reason: {', '.join(sorted(reasons))}",
            next_command=f"connector review show {review.id}",
        )


def _judgements(review: Review, answer: Answer) -> list[Judgement]:
    def word(ref: RecordRef, said: Word) -> Judgement:
        return Judgement(review.lead, ref, said, answer.by, answer.at, answer.note)

    if answer.word is AnswerWord.SAME and answer.candidate is not None:
        return [word(answer.candidate, Word.SAME)]
    if answer.word in (AnswerWord.DIFFERENT, AnswerWord.NEW):
        return [word(match.ref, Word.DIFFERENT) for match in review.candidates]
    return []


def _ruling(answer: Answer) -> Ruling | None:
    verdict = _RULINGS.get(answer.word)
    return Ruling(verdict, answer.by, answer.at, answer.reason, answer.note) if verdict else None
