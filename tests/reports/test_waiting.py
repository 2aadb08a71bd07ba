"""How long leads waited, and for whom: stretches that tile the time, and what a report makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model.decision import Reason, Verdict
from connector.model.match import Entry, Linkage, Resolution
from connector.model.plan import Outcome, Receipt
from connector.model.progress import Answer, AnswerWord, InboxState, Review
from connector.model.records import Kind
from connector.reports.waiting import Event, Interval, Part, split, spread, waiting_of, waiting_report, waits_of
from connector.store import SqliteStore, open_store
from tests.store.making import (
    ROUTE,
    START,
    HeldClock,
    decision,
    inputs,
    lead,
    marks,
    orders,
    page,
    plan,
    raw,
    record,
    step,
)

EVENTS = st.lists(
    st.builds(
        Event, st.integers(-500, 500).map(lambda minutes: START + timedelta(minutes=minutes)), st.sampled_from(Part)
    ),
    min_size=1,
    max_size=12,
)


def at(minutes: float) -> datetime:
    """An instant, *minutes* after the start."""
    return START + timedelta(minutes=minutes)


@pytest.fixture
def clock() -> HeldClock:
    """A clock that stands still."""
    return HeldClock()


@pytest.fixture
def store(tmp_path: Path, clock: HeldClock) -> Iterator[SqliteStore]:
    """A state file that holds one lead, created an hour before it was first pulled at the start."""
    with open_store(tmp_path / "connector.db", clock=clock) as opened:
        rows = page(raw(1))
        opened.inbox.receive(ROUTE, rows, marks(rows), ROUTE, "run")
        opened.directory.put([Entry(record(lead(1), Kind.LEAD, created_at="2026-03-02T08:00:00Z"))])
        yield opened


def decided(store: SqliteStore, minutes: float, verdict: Verdict, code: str = "because") -> None:
    """A decision on the lead, *minutes* after the start."""
    made = replace(decision(1, verdict), decided_at=at(minutes), reasons=(Reason(code, "It is so."),))
    store.decisions.save(ROUTE, made, inputs(1), "run")


def waited(store: SqliteStore, until: float, state: InboxState = InboxState.DECIDED) -> dict[Part, float]:
    """Minutes per part, *until* so many minutes after the start."""
    store.inbox.set_state(ROUTE, lead(1), state)
    row = store.inbox.row(ROUTE, lead(1))
    assert row is not None
    found = waiting_of(store, row, store.reviews.list(open_only=False), at(until))
    assert sum(found.seconds.values()) == (found.intervals[-1].until - found.intervals[0].since).total_seconds()
    return {part: seconds / 60 for part, seconds in found.seconds.items() if seconds}


@given(EVENTS, st.integers(-600, 600))
def test_stretches_tile_the_time(events: list[Event], end: int) -> None:
    """Whatever the clocks say, stretches follow each other without gap or overlap, and sum to the whole."""
    until = at(end)
    found = split(events, until)
    start = min(events[0].at, until)
    assert sum(interval.seconds for interval in found) == (until - start).total_seconds()
    assert all(interval.seconds > 0 for interval in found)
    for one, following in pairwise(found):
        assert one.until == following.since
        assert one.part is not following.part


def test_neighbours_of_one_part_are_joined() -> None:
    """Waiting on for the same one is one stretch."""
    events = [Event(at(0), Part.OURS), Event(at(5), Part.OURS), Event(at(9), Part.REVIEW)]
    assert split(events, at(10)) == (Interval(at(0), at(9), Part.OURS), Interval(at(9), at(10), Part.REVIEW))


def test_lead_that_nobody_decided_on(store: SqliteStore) -> None:
    """From its creation to the first pull it waits for its source, from then on for us."""
    assert waited(store, 30, InboxState.PENDING) == {Part.SOURCE: 60, Part.OURS: 30}


def test_nurtured_lead_rests(store: SqliteStore) -> None:
    """A lead that stays a lead waits no more once that is decided."""
    decided(store, 10, Verdict.NURTURE)
    assert waited(store, 500) == {Part.SOURCE: 60, Part.OURS: 10, Part.RESTING: 490}


def test_conversion_ends_with_its_last_receipt(store: SqliteStore) -> None:
    """A lead that is converted waits for us until the CRM has told of the last write."""
    decided(store, 10, Verdict.CONVERT)
    made = step(1)
    store.journal.planned(plan(made))
    with store.lease.hold("test"):
        store.journal.sent(orders(made), ROUTE, "run", at(11))
    assert waited(store, 12, InboxState.WAITING) == {Part.SOURCE: 60, Part.OURS: 12}
    store.journal.settle([Receipt(made.key, Outcome.APPLIED, at(15))], [])
    assert waited(store, 20, InboxState.DONE) == {Part.SOURCE: 60, Part.OURS: 15, Part.RESTING: 5}


def test_question_is_the_reviewers_time(store: SqliteStore) -> None:
    """From the question to the answer it waits for a reviewer, then for us until that is decided."""
    decided(store, 10, Verdict.REVIEW)
    number = store.reviews.open(ROUTE, Resolution(lead(1), Linkage.NEW), "Who?", at(10))
    assert waited(store, 40) == {Part.SOURCE: 60, Part.OURS: 10, Part.REVIEW: 30}
    store.reviews.answer(number, Answer(AnswerWord.NURTURE, "ann", at(70)))
    decided(store, 75, Verdict.NURTURE)
    assert waited(store, 100) == {Part.SOURCE: 60, Part.OURS: 15, Part.REVIEW: 60, Part.RESTING: 25}


@pytest.mark.parametrize("code", ["worked-by-person", "queue-owned"])
@pytest.mark.parametrize("verdict", [Verdict.REVIEW, Verdict.NURTURE])
def test_owner_is_waited_for(store: SqliteStore, code: str, verdict: Verdict) -> None:
    """A lead that a person works, or that lacks an owner, waits for them and not for a reviewer."""
    decided(store, 10, verdict, code)
    assert waited(store, 40) == {Part.SOURCE: 60, Part.OURS: 10, Part.OWNER: 30}


def test_clocks_that_differ(store: SqliteStore) -> None:
    """A CRM whose clock is ahead of ours makes no negative time."""
    store.directory.put([Entry(record(lead(1), Kind.LEAD, created_at="2026-03-02T09:30:00Z"))])
    assert waited(store, 20, InboxState.PENDING) == {Part.OURS: 20}


def test_report_sums_the_leads(store: SqliteStore) -> None:
    """Median and nine in ten are over all leads, those that did not wait included."""
    decided(store, 10, Verdict.REVIEW)
    found = waiting_report(ROUTE, waits_of(store, ROUTE, at(20)))
    assert (found.leads, found.for_now[Part.REVIEW]) == (1, 1)
    assert found.parts[Part.SOURCE].median == 3600
    assert found.parts[Part.OWNER].leads == 0
    assert found.total.total == 4800
    assert waiting_report(ROUTE, waits_of(store, ROUTE, at(20), since=at(1))).leads == 0


def test_nearest_rank() -> None:
    """Percentiles are values that occurred."""
    found = spread(float(number) for number in range(10, 0, -1))
    assert (found.leads, found.median, found.p90, found.total) == (10, 5.0, 9.0, 55.0)
    assert spread([]).p90 == 0.0
    assert spread([0.0, 0.0, 7.0]).leads == 1


def test_review_of_another_lead_is_not_counted(store: SqliteStore) -> None:
    """An answer that was given while nobody was asked ends no wait."""
    decided(store, 10, Verdict.NURTURE)
    answer = Answer(AnswerWord.NURTURE, "ann", at(15))
    row = store.inbox.row(ROUTE, lead(1))
    assert row is not None
    stray = [replace(one, answer=answer) for one in _reviews(store)]
    assert waiting_of(store, row, stray, at(20)).seconds[Part.OURS] == 1200.0


def _reviews(store: SqliteStore) -> list[Review]:
    store.reviews.open(ROUTE, Resolution(lead(1), Linkage.NEW), "Who?", at(1))
    return list(store.reviews.list())
