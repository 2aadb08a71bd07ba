"""What the corridor asks of the world outside the state file: time, a listener, and CRMs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from connector.model.history import StageChange
from connector.model.plan import ConversionStyle, Order, Receipt
from connector.model.progress import (
    BudgetReading,
    Fetching,
    Identity,
    ObjectShape,
    Page,
    Pulling,
    Shortcoming,
    Watermark,
    Window,
)
from connector.model.records import RawRecord


class Clock(Protocol):
    """Time, so that tests can hold it still."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Observer(Protocol):
    """Who is told of progress: a bar, plain lines, or nobody."""

    def stage(self, route: str, name: str, total: int | None) -> None:
        """A stage of a route begins (pull, resolve, decide, plan, apply); *total* rows if known."""

    def advance(self, count: int) -> None:
        """*count* more rows are done."""

    def note(self, message: str) -> None:
        """Something worth a line; never holds people's data."""


class Source(Protocol):
    """Where leads (and a target's accounts and contacts) are read from."""

    @property
    def name(self) -> str:
        """The connection's name."""

    @property
    def calls(self) -> int:
        """HTTP requests sent so far, logins and retries included."""

    def identity(self) -> Identity:
        """Log in if need be and say who answers. Raises Refused, Unavailable."""

    def now(self) -> datetime:
        """The CRM's own clock (from its answers), never the machine's where the CRM has one."""

    def describe(self, objects: Sequence[str]) -> Mapping[str, ObjectShape]:
        """The shape of *objects*; one that the CRM does not know is absent. Cached for the run."""

    def changes(
        self, object_name: str, fields: Sequence[str], after: Watermark | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Pages in (modified, id) order of every row changed since *after* (overlap included).

        Deleted and merged rows come too. With no *after*, a CRM leaves out leads already converted and
        rows already deleted. *until* bounds the change stamp (None: the CRM's present). Fields that the
        CRM does not have must not be asked for.
        """

    def changes_together(self, pulls: Sequence[Pulling]) -> Iterator[Iterator[Page]]:
        """The pages of several pulls, in order, as `changes` tells each; in fewer calls where the CRM offers that.

        Go through each to its end before the next. What keeps one from being read is raised by its own pages.
        """

    def stage_history(self, opportunities: Sequence[str]) -> Sequence[StageChange]:
        """How opportunities came to stand where they do, by the CRM's own history; empty where it keeps or shows none.

        Name those first whose history matters most: a CRM that must be asked one by one tells no more than it can.
        """

    def fetch(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, RawRecord]:
        """Rows by id as they are now, deleted and merged ones included; an id that is not found is absent."""

    def census(self, object_name: str, windows: Sequence[Window]) -> Sequence[int]:
        """How many rows, deleted ones aside, the CRM holds in each window, by the same filter as `changes`."""

    def shortcomings(self, objects: Sequence[str]) -> Sequence[Shortcoming]:
        """What the CRM lacks, or does not let us see or do, for work with *objects*; only reads."""

    def received(self, page: Page) -> None:
        """Told when everything in *page* is safely in the inbox (a CSV file moves to ``done/``)."""

    def budget(self) -> BudgetReading | None:
        """The last API usage that the CRM told, if it did."""

    @property
    def statements(self) -> Sequence[str]:
        """What the last pull assumed of its source (a file's encoding and delimiter), in sentences."""


class Target(Source, Protocol):
    """Where accounts, contacts and opportunities are written."""

    def fetch_together(self, wanted: Sequence[Fetching]) -> Sequence[Mapping[str, RawRecord]]:
        """What `fetch` answers for each, in order; in fewer calls where the CRM offers that."""

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """Group *orders* (none of which waits for another) into calls as big as the CRM offers."""

    def perform(self, batch: Sequence[Order]) -> Sequence[Receipt]:
        """Send one batch as one call; one receipt per order, in order.

        Rows that the CRM refuses come back REJECTED. When no answer tells whether the call was applied,
        every receipt is UNKNOWN. Raises RateLimited, Unavailable, Refused, SessionExpired, RowLocked only
        when nothing can have been applied.
        """

    def settle(self, orders: Sequence[Order]) -> Sequence[Receipt]:
        """Read back what became of *orders* sent earlier: APPLIED with ids where the write is there.

        REJECTED with code ``not-there`` where it is not; the caller decides whether enough time has passed
        to believe that. Never writes.
        """

    def conversion_terms(self) -> Mapping[str, Sequence[str]]:
        """What the org offers: ``converted_statuses`` and ``stages`` in the org's order."""

    @property
    def conversion_style(self) -> ConversionStyle:
        """What a conversion makes by itself here, and what is made before it. Known without a call."""
