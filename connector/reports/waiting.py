"""Waiting: how long each lead waited, and for whom: its source, us, a reviewer, or an owner.

The parts are read off the instants that the state file keeps. From the lead's creation in its CRM to the first pull
it waited for its *source*; from then to the decision and its writes for *us*, but for the time in which a question
stood open (*review*) or a person was at work on it or an owner had to be named (*owner*). After that it rests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import zip_longest

from connector.model.decision import Decision, Verdict
from connector.model.progress import InboxRow, InboxState, JournalEntry, Review
from connector.model.records import RecordRef, from_iso
from connector.ports import Store

OWNER_REASONS = frozenset({"worked-by-person", "queue-owned"})
"""Codes of the reasons with which the policy leaves a lead to a person or asks for an owner."""

_LATE = (InboxState.PENDING, InboxState.WAITING, InboxState.DEAD)


class Part(StrEnum):
    """Whom a lead waits for; RESTING: for nobody, it is decided and written."""

    SOURCE = "source"
    OURS = "ours"
    REVIEW = "review"
    OWNER = "owner"
    RESTING = "resting"


WAITED_FOR = (Part.SOURCE, Part.OURS, Part.REVIEW, Part.OWNER)


@dataclass(frozen=True, slots=True)
class Event:
    """From *at* on the lead waits for *then*, until the next event."""

    at: datetime
    then: Part


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a lead's time, and whom it waited for."""

    since: datetime
    until: datetime
    part: Part

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lead's time, split: the intervals follow each other without a gap. *for_now*: whom it waits for now."""

    lead: RecordRef
    route: str
    intervals: tuple[Interval, ...]
    for_now: Part = Part.RESTING
    seconds: Mapping[Part, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Seconds waited in all, rest left out."""
        return sum(self.seconds.get(part, 0.0) for part in WAITED_FOR)


def split(events: Iterable[Event], until: datetime) -> tuple[Interval, ...]:
    """The stretches between *events*, in the order of time, up to *until*; neighbours of one part are joined.

    Clocks differ: an event that is told for a time before the one it follows happened when that one did, and none
    after *until*. So the lengths always sum to the time from the first event to *until*.
    """
    told = list(events)
    starts: list[datetime] = []
    for event in told:
        starts.append(min(max([event.at, *starts[-1:]]), until))
    stretches: list[Interval] = []
    for event, since, end in zip(told, starts, [*starts[1:], until], strict=True):
        if stretches and stretches[-1].part is event.then:
            stretches[-1] = Interval(stretches[-1].since, end, event.then)
        elif end > since:
            stretches.append(Interval(since, end, event.then))
    return tuple(stretches)


def waiting_of(store: Store, row: InboxRow, reviews: Sequence[Review], now: datetime) -> Waiting:
    """How long the lead of a row waited until *now*, and for whom; *reviews* are its own."""
    events = list(_events(store, row, _created(store, row.raw.ref), reviews))
    intervals = split(events, now)
    seconds = dict.fromkeys(Part, 0.0)
    for interval in intervals:
        seconds[interval.part] += interval.seconds
    return Waiting(row.raw.ref, row.route, intervals, events[-1].then, seconds)


def _created(store: Store, lead: RecordRef) -> str:
    """When the lead's CRM says that it was created; empty where it does not say, or does not show the lead any more."""
    record = store.directory.get(lead)
    return record.text("created_at") if record is not None and record.ref == lead else ""


def waits_of(store: Store, route: str, now: datetime, since: datetime | None = None) -> Iterator[Waiting]:
    """The waits of every lead of a route, with *since* of those that were first pulled since then."""
    reviews: dict[RecordRef, list[Review]] = {}
    for review in store.reviews.list(open_only=False):
        if review.route == route:
            reviews.setdefault(review.lead, []).append(review)
    for rows in store.inbox.held(route):
        for row in rows:
            if since is None or row.received_at >= since:
                yield waiting_of(store, row, reviews.get(row.raw.ref, ()), now)


def _events(store: Store, row: InboxRow, created: str, reviews: Sequence[Review]) -> Iterator[Event]:
    """What changed whom the lead waits for, in the order in which it happened."""
    if created:
        yield Event(min(from_iso(created), row.received_at), Part.SOURCE)
    later = [Event(row.received_at, Part.OURS)]
    story = [entry for entry in store.journal.story(row.raw.ref) if entry.route == row.route]
    decisions = store.decisions.history(row.route, row.raw.ref)
    for decision, following in zip_longest(decisions, decisions[1:]):
        later += _decided(decision, following, row, story)
    answers = [review.answer.at for review in reviews if review.answer is not None]
    later += [Event(at, Part.OURS) for at in answers if _asked(decisions, at)]
    yield from sorted(later, key=lambda event: event.at)


def _asked(decisions: Sequence[Decision], at: datetime) -> bool:
    """Whether an answer ended a wait: the decision that stood when it was given asked a person."""
    before = [decision for decision in decisions if decision.decided_at <= at]
    return bool(before) and before[-1].verdict is Verdict.REVIEW


def _decided(
    decision: Decision, following: Decision | None, row: InboxRow, story: Sequence[JournalEntry]
) -> Iterator[Event]:
    """A decision: a person is asked, or it is carried out by the last of its receipts and the lead rests."""
    at = decision.decided_at
    codes = {reason.code for reason in decision.reasons[:1]}
    if codes & OWNER_REASONS:
        yield Event(at, Part.OWNER)
        return
    if decision.verdict is Verdict.REVIEW:
        yield Event(at, Part.REVIEW)
        return
    end = following.decided_at if following else None
    receipts = [entry.receipt.at for entry in story if entry.receipt and _within(entry, at, end)]
    if following is None and row.state in _LATE:
        yield Event(at, Part.OURS)
    elif receipts and max(receipts) > at:
        yield Event(at, Part.OURS)
        yield Event(max(receipts), Part.RESTING)
    else:
        yield Event(at, Part.RESTING)


def _within(entry: JournalEntry, since: datetime, until: datetime | None) -> bool:
    sent = entry.sent_at or (entry.receipt.at if entry.receipt else since)
    return sent >= since - timedelta(seconds=1) and (until is None or sent < until)


@dataclass(frozen=True, slots=True)
class Spread:
    """One part over many leads, in seconds: how many waited for it at all, the median, nine in ten, and the sum."""

    leads: int
    median: float
    p90: float
    total: float


def spread(values: Iterable[float]) -> Spread:
    """Median and 90th percentile (nearest rank) over every lead; zeros count, for those leads did not wait."""
    ranked = sorted(values)
    if not ranked:
        return Spread(0, 0.0, 0.0, 0.0)

    def rank(share: int) -> float:
        return ranked[max(0, -(-len(ranked) * share // 100) - 1)]

    return Spread(sum(1 for value in ranked if value > 0), rank(50), rank(90), sum(ranked))


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """The waits of a route's leads: how many there are, whom they wait for now, and the parts."""

    route: str
    leads: int
    for_now: Mapping[Part, int]
    parts: Mapping[Part, Spread]
    total: Spread


def waiting_report(route: str, waits: Iterable[Waiting]) -> WaitingReport:
    """Sum the waits of one route."""
    seconds: dict[Part, list[float]] = {part: [] for part in WAITED_FOR}
    totals: list[float] = []
    now = dict.fromkeys(Part, 0)
    for wait in waits:
        totals.append(wait.total)
        now[wait.for_now] += 1
        for part in WAITED_FOR:
            seconds[part].append(wait.seconds.get(part, 0.0))
    parts = {part: spread(values) for part, values in seconds.items()}
    return WaitingReport(route, len(totals), now, parts, spread(totals))
