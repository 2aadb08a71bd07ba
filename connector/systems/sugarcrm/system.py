"""SugarCRM as the house sees it: a source to read from and a target to write to."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from connector.errors import LoginRefused, RemoteError
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
from connector.systems.sugarcrm.becoming import CONVERTED_STATUS
from connector.systems.sugarcrm.conversion import Converter
from connector.systems.sugarcrm.describing import Describer
from connector.systems.sugarcrm.faults import READ
from connector.systems.sugarcrm.finishing import Finisher
from connector.systems.sugarcrm.keys import Keys
from connector.systems.sugarcrm.options import SYNC_KEY, SugarOptions
from connector.systems.sugarcrm.reading import Pull, census, fetch
from connector.systems.sugarcrm.rows import instant
from connector.systems.sugarcrm.session import Part, SugarSession
from connector.systems.sugarcrm.settle import Settler
from connector.systems.sugarcrm.shortcomings import Examiner
from connector.systems.sugarcrm.stages import stage_history
from connector.systems.sugarcrm.writing import Writer
from connector.systems.wire import host_of, is_loopback

_FIRST_USER = "1"


class SugarCrmSystem:
    """One SugarCRM over REST v11; keeps the ports `Source` and `Target`.

    Raises only classes of `connector.errors`. *rng* spreads retries.
    """

    def __init__(self, name: str, options: SugarOptions, clock: Clock, rng: random.Random) -> None:
        """Send nothing yet; raises ConfigError for an address that may not be spoken to."""
        self._name = name
        self._options = options
        self._session = SugarSession(name, options, clock, rng)
        keys = Keys(options)
        self._describer = Describer(self._session)
        finisher = Finisher(self._session, self._describer)
        self._settler = Settler(self._session, self._describer, keys, finisher)
        self._writer = Writer(self._session, self._describer, keys, finisher)
        self._converter = Converter(self._session, self._describer, keys, finisher)
        self._examiner = Examiner(self._session, self._describer, keys)
        self._identity: Identity | None = None

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._name

    @property
    def calls(self) -> int:
        """HTTP requests sent so far, logins and retries included."""
        return self._session.wire.calls

    def identity(self) -> Identity:
        """The installation: its address and when its first user was made, which a copy elsewhere cannot fake.

        The port is left out, so that a server that moves from one port to another stays itself.
        """
        if self._identity is None:
            host = host_of(self._options.address)
            path = urlsplit(self._options.address).path.rstrip("/")
            self._identity = Identity(f"{host}{path}#{self._born()}", host, is_loopback(host))
        return self._identity

    def _born(self) -> str:
        """When user 1 was made; empty where our user, once logged in, may not see it.

        Only a refusal with a label is SugarCRM's own; a page with the same status is another program's.
        """
        try:
            row = self._session.call(Part("GET", f"Users/{_FIRST_USER}?fields=date_entered"), READ)
        except LoginRefused:
            raise
        except RemoteError as error:
            if error.status in (403, 404) and error.code:
                return ""
            raise
        try:
            return instant(row["date_entered"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (KeyError, TypeError, ValueError):
            return ""

    def now(self) -> datetime:
        """The CRM's clock, from its Date headers."""
        return self._session.now()

    def describe(self, objects: Sequence[str]) -> Mapping[str, ObjectShape]:
        """Shapes of *objects* in one call, dropdowns in a bulk, remembered."""
        return self._describer.shapes(objects)

    def changes(
        self, object_name: str, fields: Sequence[str], after: Watermark | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Pages of rows changed since *after*, in (date_modified, id) order."""
        return Pull(self._session, self._describer, object_name, fields, (after, until)).pages()

    def changes_together(self, pulls: Sequence[Pulling]) -> Iterator[Iterator[Page]]:
        """As `changes`, one after the other."""
        return (self.changes(pull.object_name, pull.fields, pull.after) for pull in pulls)

    def stage_history(self, opportunities: Sequence[str]) -> Sequence[StageChange]:
        """What the audit log tells of the first 200."""
        return stage_history(self._session, opportunities)

    def fetch(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, RawRecord]:
        """Rows by id as they are now, deleted ones included; a hidden row is as absent as one that never was."""
        return fetch(self._session, self._describer, object_name, ids, fields)

    def fetch_together(self, wanted: Sequence[Fetching]) -> Sequence[Mapping[str, RawRecord]]:
        """One object after the other."""
        return [self.fetch(one.object_name, one.ids, one.fields) for one in wanted]

    def census(self, object_name: str, windows: Sequence[Window]) -> Sequence[int]:
        """Counts per window, a bulk's worth of windows a call."""
        return census(self._session, object_name, windows)

    def shortcomings(self, objects: Sequence[str]) -> Sequence[Shortcoming]:
        """What this SugarCRM lacks: key field, rights, platform; only reads."""
        return self._examiner.examine(objects)

    def received(self, page: Page) -> None:
        """Nothing to do: a CRM keeps its rows."""

    @property
    def statements(self) -> Sequence[str]:
        """None: SugarCRM tells deleted rows too."""
        return ()

    def budget(self) -> BudgetReading | None:
        """None: SugarCRM tells no limit."""
        return None

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """Bulks of rows, then bulks of conversions."""
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
        """The one status that a conversion sets, and the sales stages in the CRM's order."""
        return {"converted_statuses": (CONVERTED_STATUS,), "stages": self._describer.stages()}

    @property
    def conversion_style(self) -> ConversionStyle:
        """The endpoint makes the opportunity out of values; by steps, and without a key field, it is made before.

        A bulk of rows is looked up and written, by sync_key read back too; a bulk of conversions is read, sent, read
        back, and its opportunities are looked at.
        """
        given = frozenset({Kind.OPPORTUNITY}) if self._options.by_endpoint else frozenset[Kind]()
        batch, calls = self._options.write_batch, 3 if self._options.key_field == SYNC_KEY else 2
        return ConversionStyle(given=given, conversion_calls=4 / batch, write_calls=calls / batch)
