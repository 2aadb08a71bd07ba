"""Dead letters: parked once, with everything that is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import UsageError
from connector.model.progress import DeadLetter, InboxState, Problem, Woken
from connector.store import SqliteStore

from .making import ROUTE, START, ids_of, lead, marks, page, raw

TWO = (Problem("email", "lead.yaml:3", "bad", "no address"), Problem("company", "lead.yaml:9", "empty", "required"))


def park(store: SqliteStore, number: int = 1, problems: tuple[Problem, ...] = TWO, hours: int = 0) -> None:
    """Park a lead that is dead in the inbox."""
    if store.inbox.row(ROUTE, lead(number)) is None:
        store.inbox.receive(ROUTE, page(raw(number)), marks(page(raw(number))), ROUTE, "run")
    store.inbox.set_state(ROUTE, lead(number), InboxState.DEAD)
    at = START + timedelta(hours=hours)
    store.dead_letters.park(ROUTE, lead(number), "translate", problems, {"Email": "?"}, at)


def only(store: SqliteStore) -> DeadLetter:
    """The one letter that lies parked."""
    (letter,) = store.dead_letters.list()
    return letter


def test_letter_tells_everything(store: SqliteStore) -> None:
    """A letter holds the row and all of its problems."""
    park(store)
    assert only(store) == DeadLetter(1, ROUTE, lead(), "translate", TWO, {"Email": "?"}, START, 1)
    assert store.dead_letters.list("other") == []
    assert ids_of(store.dead_letters.list(ROUTE)) == [1]


def test_parking_again_counts(store: SqliteStore) -> None:
    """A row is parked once; every further attempt is counted and tells what is wrong now."""
    park(store)
    park(store, problems=TWO[:1], hours=1)
    letter = only(store)
    assert (letter.attempts, letter.problems, letter.parked_at) == (2, TWO[:1], START + timedelta(hours=1))


def test_retry_wakes_the_lead(store: SqliteStore) -> None:
    """A letter taken out wakes its lead; parked again it comes back under its number, with its attempts."""
    park(store)
    assert ids_of(store.dead_letters.retry([1, 1])) == [1]
    assert store.dead_letters.list() == []
    row = store.inbox.row(ROUTE, lead())
    assert row is not None
    assert (row.woken, row.state) == (Woken.RETRY, InboxState.PENDING)
    park(store)
    assert (only(store).id, only(store).attempts) == (1, 2)


def test_retry_leaves_finished_leads(store: SqliteStore) -> None:
    """A lead that is done meanwhile is not looked at again."""
    park(store)
    store.inbox.set_state(ROUTE, lead(), InboxState.DONE)
    store.dead_letters.retry([1])
    assert store.inbox.counts(ROUTE) == {"done": 1}


def test_unknown_number_stops_all(store: SqliteStore) -> None:
    """One wrong number takes out none of the letters."""
    park(store)
    with pytest.raises(UsageError, match="no dead letter 7") as caught:
        store.dead_letters.retry([1, 7])
    assert caught.value.next_command == "connector dead-letters list"
    assert ids_of(store.dead_letters.list()) == [1]


def test_discarded_letter_is_out(store: SqliteStore) -> None:
    """A letter discarded is out for good, with who did it and why; a later failure is a new letter."""
    park(store)
    assert ids_of(store.dead_letters.discard([1], "ann", "spam", START)) == [1]
    assert store.database.rows("SELECT state, closed_by, why FROM dead_letters") == [("discarded", "ann", "spam")]
    with pytest.raises(UsageError):
        store.dead_letters.discard([1], "ann", "spam", START)
    park(store)
    assert (only(store).id, only(store).attempts) == (2, 1)


@pytest.mark.parametrize("retried", [True, False])
def test_cleared_letter_is_over(store: SqliteStore, retried: bool) -> None:
    """A lead that walked on leaves no letter, and a later failure starts to count anew."""
    park(store)
    if retried:
        store.dead_letters.retry([1])
    store.dead_letters.clear(ROUTE, lead())
    assert store.dead_letters.list() == []
    park(store)
    assert only(store).attempts == 1
