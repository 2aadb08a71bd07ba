"""Reviews: one question at a time, and the first answer counts."""

from __future__ import annotations

import pytest

from connector.errors import UsageError
from connector.model.progress import Answer, AnswerWord, InboxState, Review, ReviewState, Woken
from connector.model.records import RecordRef
from connector.store import SqliteStore

from .making import ROUTE, START, contact, ids_of, lead, marks, match, page, raw, resolution


def ask(store: SqliteStore, number: int = 1, *candidates: RecordRef, question: str = "Who is it?") -> int:
    """Open a review of a lead that is asleep in the inbox."""
    if store.inbox.row(ROUTE, lead(number)) is None:
        store.inbox.receive(ROUTE, page(raw(number)), marks(page(raw(number))), ROUTE, "run")
    store.inbox.set_state(ROUTE, lead(number), InboxState.DECIDED)
    return store.reviews.open(ROUTE, resolution(number, *candidates), question, START)


def say(word: AnswerWord = AnswerWord.SAME, by: str = "ann", candidate: RecordRef | None = None) -> Answer:
    """An answer."""
    return Answer(word, by, START, candidate or contact(1), "", "clear")


def test_one_open_review_per_lead(store: SqliteStore) -> None:
    """Asking again keeps the number and refreshes the question and its candidates."""
    first = ask(store, 1, contact(1))
    assert ask(store, 1, contact(1), contact(2), question="Which one?") == first
    assert store.reviews.list() == [
        Review(first, ROUTE, lead(), "Which one?", (match(contact(1)), match(contact(2))), START, ReviewState.OPEN)
    ]


def test_answer_wakes_the_lead(store: SqliteStore) -> None:
    """An answer is kept whole and wakes the lead on that route."""
    number = ask(store, 1, contact(1))
    answered = store.reviews.answer(number, say())
    assert (answered.state, answered.answer) == (ReviewState.ANSWERED, say())
    assert store.reviews.get(number) == answered
    assert store.reviews.list() == []
    assert store.reviews.list(open_only=False) == [answered]
    row = store.inbox.row(ROUTE, lead())
    assert row is not None
    assert (row.woken, row.state) == (Woken.REVIEW, InboxState.PENDING)


def test_second_answer_names_the_first(store: SqliteStore) -> None:
    """Whoever comes second is told who was first, and changes nothing."""
    number = ask(store)
    store.reviews.answer(number, say(by="ann"))
    with pytest.raises(UsageError, match="ann answered review 1 first"):
        store.reviews.answer(number, say(AnswerWord.NEW, by="bob"))
    review = store.reviews.get(number)
    assert review is not None
    assert review.answer == say(by="ann")


def test_closed_review_takes_no_answer(store: SqliteStore) -> None:
    """A question that settled itself needs no answer; a new one may be asked."""
    number = ask(store)
    store.reviews.close(ROUTE, lead())
    store.reviews.close(ROUTE, lead(2))
    with pytest.raises(UsageError, match="is closed"):
        store.reviews.answer(number, say())
    assert ids_of(store.reviews.list(open_only=False)) == [number]
    assert ask(store) == number + 1


def test_close_leaves_answers(store: SqliteStore) -> None:
    """Closing never takes an answer away."""
    number = ask(store)
    store.reviews.answer(number, say())
    store.reviews.close(ROUTE, lead())
    review = store.reviews.get(number)
    assert review is not None
    assert review.state is ReviewState.ANSWERED


def test_same_needs_a_candidate(store: SqliteStore) -> None:
    """`same` without saying as whom is refused before anything is kept."""
    number = ask(store)
    with pytest.raises(UsageError, match="needs the candidate"):
        store.reviews.answer(number, Answer(AnswerWord.SAME, "ann", START))
    assert ids_of(store.reviews.list()) == [number]


def test_unknown_review_is_told(store: SqliteStore) -> None:
    """A number that names no review is a slip of the hand."""
    assert store.reviews.get(7) is None
    with pytest.raises(UsageError, match="no review 7"):
        store.reviews.answer(7, say())


def test_answer_leaves_finished_leads(store: SqliteStore) -> None:
    """An answer that comes after the lead is gone wakes nobody."""
    number = ask(store)
    store.inbox.set_state(ROUTE, lead(), InboxState.GONE)
    store.reviews.answer(number, say())
    assert store.inbox.counts(ROUTE) == {"gone": 1}
