"""Salesforce as the house sees it: a source to read from and a target to write to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from connector.model.history import StageChange
from connector.model.plan import Action, ConversionStyle, Order, Receipt
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
from connector.model.records import Kind, RawRecord
from connector.ports import Clock
from connector.systems.salesforce.conversion import Converter
from connector.systems.salesforce.describing import Describer
from connector.systems.salesforce.options import SalesforceOptions
from connector.systems.salesforce.reading import Pull, census, fetch, fetch_together, pulls_together
from connector.systems.salesforce.session import SalesforceSession
from connector.systems.salesforce.settle import Settler
from connector.systems.salesforce.stages import stage_history
from connector.systems.salesforce.writing import Writer
from connector.systems.wire import host_of, is_loopback


class SalesforceSystem:
    """One org over REST and SOAP; keeps the ports `Source` and `Target`.

    Raises only classes of `connector.errors`. *rng* spreads retries; *remember* durably stores a refresh
    token that Salesforce rotated, before it is used.
    """

    def __init__(
        self,
        name: str,
        options: SalesforceOptions,
        clock: Clock,
        rng: random.Random,
        remember: Callable[[str], None] | None = None,
    ) -> None:
        """Send nothing yet; raises ConfigError for an address that may not be spoken to."""
        self._name = name
        self._session = SalesforceSession(name, options, clock, rng, remember)
        self._describer = Describer(self._session)
        self._settler = Settler(self._session)
        self._writer = Writer(self._session, self._settler)
        self._converter = Converter(self._session, self._settler)

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._name

    @property
    def calls(self) -> int:
        """HTTP requests sent so far, logins and retries included."""
        return self._session.wire.calls

    def identity(self) -> Identity:
        """The org behind the login. Raises Refused, Unavailable."""
        line = self._session.line()
        host = host_of(line.instance)
        is_test = is_loopback(host) or ".sandbox." in host or host.startswith("test.")
        return Identity(line.org_id, host, is_test)

    def now(self) -> datetime:
        """The org's clock, from its Date headers."""
        return self._session.now()

    def describe(self, objects: Sequence[str]) -> Mapping[str, ObjectShape]:
        """Shapes of *objects* in one call, remembered; the conversion terms come along."""
        return self._describer.shapes(objects)

    def changes(
        self, object_name: str, fields: Sequence[str], after: Watermark | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Pages of up to 2,000 rows changed since *after*, in (SystemModstamp, Id) order."""
        return Pull(self._session, object_name, fields, after, until).pages()

    def changes_together(self, pulls: Sequence[Pulling]) -> Iterator[Iterator[Page]]:
        """As `changes`; the first pages of five pulls come in one call."""
        made = [Pull(self._session, pull.object_name, pull.fields, pull.after, None) for pull in pulls]
        return pulls_together(self._session, made)

    def stage_history(self, opportunities: Sequence[str]) -> Sequence[StageChange]:
        """What the org's history tells of them, 2,000 and more in one call."""
        return stage_history(self._session, opportunities)

    def fetch(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, RawRecord]:
        """Rows by id as they are now, 2,000 ids and more in one call."""
        return fetch(self._session, object_name, ids, fields)

    def fetch_together(self, wanted: Sequence[Fetching]) -> Sequence[Mapping[str, RawRecord]]:
        """Rows of several objects, in one call up to 10,000 of them."""
        return fetch_together(self._session, wanted)

    def census(self, object_name: str, windows: Sequence[Window]) -> Sequence[int]:
        """Counts per window, five windows a call."""
        return census(self._session, object_name, windows)

    def shortcomings(self, objects: Sequence[str]) -> Sequence[Shortcoming]:
        """None beside what the description tells: `doctor` compares that with the mappings."""
        return ()

    def received(self, page: Page) -> None:
        """Nothing to do: a CRM keeps its rows."""

    @property
    def statements(self) -> Sequence[str]:
        """None: an org says itself what it holds."""
        return ()

    def budget(self) -> BudgetReading | None:
        """The org's API usage as last told."""
        return self._session.budget()

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """Calls of up to 1,000 rows, then calls of up to 100 conversions."""
        conversions = [order for order in orders if order.step.action is Action.CONVERT]
        rows = [order for order in orders if order.step.writes and order.step.action is not Action.CONVERT]
        yield from self._writer.batches(rows)
        yield from self._converter.batches(conversions)

    def perform(self, batch: Sequence[Order]) -> Sequence[Receipt]:
        """Send one batch of `batches`; receipts in order."""
        if not batch:
            return ()
        kinds = {order.step.action is Action.CONVERT for order in batch}
        if len(kinds) != 1:
            raise ValueError("a batch is either conversions or rows")
        return self._converter.perform(batch) if kinds.pop() else self._writer.perform(batch)

    def settle(self, orders: Sequence[Order]) -> Sequence[Receipt]:
        """Read back what became of *orders*; never writes."""
        return self._settler.settle(orders)

    def conversion_terms(self) -> Mapping[str, Sequence[str]]:
        """``converted_statuses`` and ``stages`` in the org's order."""
        return self._describer.terms()

    @property
    def conversion_style(self) -> ConversionStyle:
        """convertLead makes all three by itself, without our key, 100 leads a call; other rows go 1,000 a call."""
        makes = frozenset({Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY})
        return ConversionStyle(makes=makes, conversion_calls=1 / 100, write_calls=1 / 1000)
