"""Reviews: one question at a time, and the first answer counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connector.errors import UsageError
from connector.model.progress import Answer, AnswerWord, InboxState, Review, ReviewState, Said, Standing, Woken
from connector.model.records import RecordRef
from connector.store import SqliteStore, migrations, open_store

from .making import ROUTE, START, HeldClock, contact, ids_of, lead, marks, match, page, raw, resolution


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
    assert answered.said == (Said(say(), Standing.SETTLED),)
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


def test_asking_anew_names_what_is_asked(store: SqliteStore) -> None:
    """The fingerprint is that of the last asking."""
    number = ask(store, 1, contact(1))
    for asked in ("first", "print"):
        store.reviews.open(ROUTE, resolution(1, contact(2)), "Who is it?", START, asked)
    review = store.reviews.get(number)
    assert review is not None
    assert review.asked == "print"


def test_every_answer_stays_in_order(store: SqliteStore) -> None:
    """What does not settle a review is kept with it, before and after the answer that does."""
    number = ask(store, 1, contact(1))
    unsure = Said(say(AnswerWord.UNSURE, "cy"), Standing.UNSURE, "seen", "group")
    conflict = Said(say(AnswerWord.NEW, "bob"), Standing.CONFLICT)
    assert store.reviews.note(number, unsure).state is ReviewState.OPEN
    store.reviews.answer(number, say(), "seen", "group")
    said = store.reviews.note(number, conflict).said
    assert said == (unsure, Said(say(), Standing.SETTLED, "seen", "group"), conflict)
    assert [review.said for review in store.reviews.list(open_only=False)] == [said]
    with pytest.raises(UsageError, match="no review 7"):
        store.reviews.note(7, unsure)


def test_each_person_has_their_look(store: SqliteStore) -> None:
    """What somebody saw last is remembered; for who never looked it is what anybody saw last."""
    number = ask(store, 1, contact(1))
    assert store.reviews.seen(number, "ann") == ""
    for minutes, (by, asked) in enumerate((("ann", "first"), ("bob", "second"), ("bob", "third"))):
        store.reviews.looked(number, by, asked, START + timedelta(minutes=minutes))
    assert [store.reviews.seen(number, by) for by in ("ann", "bob", "cy")] == ["first", "third", "third"]


def test_older_answers_are_carried_over(path: Path, clock: HeldClock) -> None:
    """An answer from before every answer was kept stands among what was said."""
    with open_store(path, clock=clock) as store:
        number = ask(store, 1, contact(1))
        store.reviews.answer(number, say())
        with store.transaction():
            store.database.run("DELETE FROM review_answers")
            sql = next(one.sql for one in migrations.known() if one.name == "reviews")
            for statement in migrations.statements(sql):
                if "INSERT INTO review_answers" in statement:
                    store.database.run(statement)
        review = store.reviews.get(number)
    assert review is not None
    assert review.said == (Said(say(), Standing.SETTLED),)


def test_reviews_that_ask_the_same(store: SqliteStore) -> None:
    """Open reviews with the same candidates are found by their key, whatever the order of the candidates."""
    number = ask(store, 1, contact(1), contact(2))
    alike, other, done = (
        ask(store, one, *found)
        for one, found in ((2, (contact(2), contact(1))), (3, (contact(1),)), (4, (contact(1),)))
    )
    store.reviews.answer(done, say())
    review = store.reviews.get(number)
    assert review is not None
    assert ids_of(store.reviews.asking(review.question_key)) == [number, alike]
    ask(store, 3, contact(1), contact(2))
    assert ids_of(store.reviews.asking(review.question_key)) == [number, alike, other]
    with store.transaction():
        store.database.run("UPDATE reviews SET question_key = '' WHERE id = ?", (alike,))
    assert ids_of(store.reviews.asking("another")) == [alike]
