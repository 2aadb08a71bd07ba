"""What the corridor asks of the state file: one protocol per shelf, and the store that holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from connector.model.decision import Decision, DecisionInputs, Ruling, Versions
from connector.model.history import StoredDecision
from connector.model.match import Resolution
from connector.model.plan import Order, Plan, Receipt
from connector.model.progress import (
    Answer,
    AuditEntry,
    BudgetReading,
    CrosswalkEntry,
    DeadLetter,
    InboxRow,
    InboxState,
    JournalEntry,
    Page,
    Problem,
    Received,
    Review,
    Run,
    Said,
    Watermark,
    Window,
    Woken,
)
from connector.model.records import Kind, RecordRef, Scalar, Values
from connector.model.twins import Pair
from connector.ports.directory import Directory
from connector.ports.history import Activities, Funnel, Samples, Stages, Turns
from connector.ports.matches import Matches


class Watermarks(Protocol):
    """How far each pull has read; *scope* is a route, a directory or a backfill."""

    def get(self, scope: str, object_name: str) -> Watermark | None: ...

    def set(self, scope: str, object_name: str, reached: Watermark) -> None: ...


class Inbox(Protocol):
    """Source leads as pulled, per route, and which of them are awake."""

    def receive(self, route: str, page: Page, fingerprints: Sequence[str], scope: str, run_id: str) -> Received:
        """Lay a page in the inbox and move the watermark of *scope*, in one transaction.

        A row whose fingerprint is unchanged stays asleep. A deleted row never seen before is passed over.
        """

    def awake(self, route: str, batch: int = 500) -> Iterator[Sequence[InboxRow]]:
        """Rows to be looked at now, oldest first, in batches; safe to set states while iterating."""

    def row(self, route: str, ref: RecordRef) -> InboxRow | None: ...

    def rows(self, route: str, refs: Sequence[RecordRef]) -> Mapping[RecordRef, InboxRow]: ...

    def set_state(self, route: str, ref: RecordRef, state: InboxState) -> None:
        """Set the state; anything but PENDING puts the row to sleep."""

    def wake(self, refs: Iterable[RecordRef], why: Woken) -> int:
        """Wake open rows (not DONE, GONE) on every route that holds them; NEW and CHANGED are kept as they are."""

    def wake_due(self, route: str, as_of: datetime, versions: Versions) -> int:
        """Wake DECIDED rows whose decision rests on other versions or whose look-again time has come.

        Rows that an earlier run left WAITING are woken too (as RETRY).
        """

    def expect(self, route: str, ref: RecordRef, written: Values, fingerprint: str) -> None:
        """Our own write changed the row: keep it as we left it, so that reading it back is no news."""

    def find(self, text: str) -> Sequence[InboxRow]:
        """Rows named by CRM id (15 or 18 characters), external key or e-mail."""

    def held(self, route: str, batch: int = 500) -> Iterator[Sequence[InboxRow]]:
        """Every row of a route, oldest first, in batches."""

    def counts(self, route: str) -> Mapping[str, int]:
        """Rows per state."""

    def count_between(self, route: str, object_name: str, window: Window) -> int:
        """Rows held whose change stamp lies in *window* (for the completeness check)."""


class Crosswalk(Protocol):
    """One record, its id in each CRM."""

    def link(self, entries: Sequence[CrosswalkEntry]) -> None:
        """Remember ids; raises StateError when one id would be given to two keys of one role."""

    def by_key(self, key: str) -> Sequence[CrosswalkEntry]: ...

    def by_ref(self, ref: RecordRef) -> Sequence[CrosswalkEntry]: ...

    def converted_since(self, source: str, target: str) -> Sequence[CrosswalkEntry]:
        """Leads of *source* that we landed in *target* and that are converted there, while *source* was not told."""


class Twins(Protocol):
    """Records of two CRMs that are kept in step; a record has one twin in each other CRM."""

    def unpaired(self, source: str, target: str, batch: int = 500) -> Iterator[Sequence[Pair]]:
        """What the crosswalk links between two connections and is no pair yet, for leads of *source*."""

    def add(self, pair: Pair, at: datetime) -> int:
        """Keep a new pair; answers its number, 0 when one of its records has its twin already."""

    def moved(self, source: str, target: str, words: Mapping[Kind, str], batch: int = 500) -> Iterator[Sequence[Pair]]:
        """Pairs of which a record changed in the directory since they were in step, or with a write under way.

        Those that were read with other mappings than *words* names come too. Safe to keep pairs while iterating.
        """

    def keep(self, pair: Pair, looked: bool) -> None:
        """Keep what is known of a pair now; *looked*: what the directory holds of it is no news any more."""

    def end(self, pair: Pair, why: str, at: datetime) -> None:
        """The two are no pair any more, and will not become one again by the same links."""

    def of(self, ref: RecordRef) -> Sequence[Pair]:
        """The pairs that a record belongs to: one for each other CRM."""


class Decisions(Protocol):
    """Verdicts with the inputs they rested on."""

    def save(self, route: str, decision: Decision, inputs: DecisionInputs, run_id: str) -> None: ...

    def latest(self, route: str, lead: RecordRef) -> Decision | None: ...

    def inputs(self, route: str, lead: RecordRef) -> DecisionInputs | None:
        """The inputs of the latest decision, as they were known then."""

    def history(self, route: str, lead: RecordRef) -> Sequence[Decision]:
        """Every decision on *lead*, oldest first; the last one stands."""

    def stored(
        self, route: str, since: datetime | None = None, until: datetime | None = None, batch: int = 1000
    ) -> Iterator[Sequence[StoredDecision]]:
        """Every decision of a route made from *since* until before *until*, in the order in which they were made."""

    def text_of(self, decision: Decision) -> str:
        """The exact text that `save` keeps of a decision."""

    def linked_at(self, lead: RecordRef, other: RecordRef) -> datetime | None:
        """When *lead* was first decided on as linked to *other*; None when it never was."""

    def rule(self, lead: RecordRef, ruling: Ruling) -> None:
        """Keep a person's ruling on a lead as a whole."""

    def ruling(self, lead: RecordRef) -> Ruling | None: ...

    def counts(self, route: str) -> Mapping[str, int]:
        """Leads per standing verdict."""


class Journal(Protocol):
    """Intent before effect: the only memory that a crash cannot take."""

    def planned(self, plan: Plan) -> None:
        """Store the plan and its writing steps as PLANNED; steps already in the journal are left as they are."""

    def entries(self, keys: Sequence[str]) -> Mapping[str, JournalEntry]: ...

    def sent(self, orders: Sequence[Order], route: str, run_id: str, at: datetime) -> None:
        """Mark as SENT, durable on disk before this returns; *at* on the CRM's clock.

        Raises StateError when another conversion of the same source record is unsettled.
        """

    def settle(self, receipts: Sequence[Receipt], links: Sequence[CrosswalkEntry]) -> None:
        """Record receipts and crosswalk entries in one transaction."""

    def back_to_planned(self, keys: Sequence[str]) -> None:
        """Take SENT or UNKNOWN steps back to PLANNED: it is certain that they were not applied."""

    def unsettled(self, connection: str | None = None) -> Sequence[JournalEntry]:
        """SENT and UNKNOWN entries, oldest first."""

    def open_steps(self, route: str) -> Sequence[JournalEntry]:
        """PLANNED entries that an earlier run never sent."""

    def drop_planned(self, keys: Sequence[str]) -> None:
        """Forget PLANNED steps that a newer plan no longer holds."""

    def story(self, lead: RecordRef) -> Sequence[JournalEntry]: ...

    def verify(self) -> Sequence[str]:
        """Contradictions found, in sentences; empty when sound."""


class DeadLetters(Protocol):
    """Rows that could not walk on."""

    def park(
        self, route: str, lead: RecordRef, stage: str, problems: Sequence[Problem], raw: Values, at: datetime
    ) -> None:
        """Park a row, once; parking it again counts an attempt and refreshes the problems."""

    def list(self, route: str | None = None) -> Sequence[DeadLetter]: ...

    def retry(self, ids: Sequence[int]) -> Sequence[DeadLetter]:
        """Take letters out and wake their leads."""

    def is_retried(self, route: str, lead: RecordRef) -> bool:
        """Whether a person wants the lead tried again, and it has not come to anything since."""

    def discard(self, ids: Sequence[int], by: str, why: str, at: datetime) -> Sequence[DeadLetter]: ...

    def clear(self, route: str, lead: RecordRef) -> None:
        """The lead walked on after all."""


class Reviews(Protocol):
    """Questions to people."""

    def open(self, route: str, resolution: Resolution, question: str, at: datetime, asked: str = "") -> int:
        """Open a review for a lead, or answer the id of the one already open (refreshing what it asks).

        *asked* is the fingerprint of what is asked.
        """

    def list(self, open_only: bool = True) -> Sequence[Review]: ...

    def asking(self, key: str) -> Sequence[Review]:
        """Open reviews with this `question_key`, the oldest first; those of which no key is kept come too."""

    def get(self, review_id: int) -> Review | None: ...

    def answer(self, review_id: int, answer: Answer, asked: str = "", group: str = "") -> Review:
        """Keep the first answer and wake the lead; raises UsageError when it was answered before."""

    def note(self, review_id: int, said: Said) -> Review:
        """Keep an answer that does not settle the review, beside the one that does or will."""

    def looked(self, review_id: int, by: str, asked: str, at: datetime) -> None:
        """*by* has seen the review as *asked* names it."""

    def seen(self, review_id: int, by: str) -> str:
        """What *by* saw of the review last, else what anybody did; empty when nobody has looked."""

    def close(self, route: str, lead: RecordRef) -> None:
        """The lead needs no answer any more."""


class Budgets(Protocol):
    """API usage as last told."""

    def note(self, reading: BudgetReading) -> None: ...

    def latest(self) -> Sequence[BudgetReading]: ...


class Audit(Protocol):
    """Who did what, hash-chained."""

    def append(
        self, at: datetime, run_id: str, actor: str, event: str, subject: str, facts: Mapping[str, Scalar]
    ) -> None: ...

    def entries(self, subject: str | None = None, limit: int = 1000) -> Sequence[AuditEntry]: ...

    def verify(self) -> Sequence[str]:
        """Breaks in the chain, in sentences; empty when sound."""


class Runs(Protocol):
    """Runs, and what holds a connection to its org."""

    def start(self, verb: str, at: datetime) -> str:
        """A new run id."""

    def finish(self, run_id: str, status: str, summary: Mapping[str, object], at: datetime) -> None: ...

    def latest(self, limit: int = 10) -> Sequence[Run]: ...

    def pin(self, connection: str, org_id: str, named: Collection[str] = ()) -> str:
        """Remember the org behind a connection; raises SafetyStop when it is another one than before.

        So does a new connection to an org known by a name that none of those *named* in connector.yaml has any more.
        Answers the id that is kept: the fuller one, where either is partial (see `Identity`).
        """

    def pinned(self) -> Mapping[str, str]: ...

    def remember(self, connection: str, name: str, value: object) -> None:
        """Keep a small JSON fact about a connection (last completeness check, describe digest …)."""

    def recall(self, connection: str, name: str) -> object: ...


class Lease(Protocol):
    """One writer at a time, with a fencing number that an older holder can be told by."""

    @property
    def held(self) -> bool:
        """Whether a living process holds the lease, this one included."""

    def hold(self, holder: str) -> AbstractContextManager[int]:
        """Hold the lease; raises Paused when another living process holds it."""

    def check(self) -> None:
        """Raise SafetyStop when the lease was lost; called before every remote write."""


class Store(Protocol):
    """The shelves of the state file."""

    @property
    def watermarks(self) -> Watermarks: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def crosswalk(self) -> Crosswalk: ...
    @property
    def twins(self) -> Twins: ...
    @property
    def matches(self) -> Matches: ...
    @property
    def decisions(self) -> Decisions: ...
    @property
    def activities(self) -> Activities: ...
    @property
    def stages(self) -> Stages: ...
    @property
    def funnel(self) -> Funnel: ...
    @property
    def samples(self) -> Samples: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def dead_letters(self) -> DeadLetters: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def budgets(self) -> Budgets: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def lease(self) -> Lease: ...

    def transaction(self) -> AbstractContextManager[None]:
        """Several shelves in one transaction (BEGIN IMMEDIATE; nests)."""
