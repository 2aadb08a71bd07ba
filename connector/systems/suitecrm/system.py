"""SuiteCRM as the house sees it: a source to read from and a target to write to."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from connector.errors import ConfigError
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
from connector.model.records import RawRecord, RecordRef
from connector.ports import Clock
from connector.systems.sugar_stages import STOCK_STAGES
from connector.systems.suitecrm.conversion import Converter
from connector.systems.suitecrm.doctor import shortcomings
from connector.systems.suitecrm.line import OPPORTUNITIES, Line, plain
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.settle import Settler
from connector.systems.suitecrm.v4_line import V4Line
from connector.systems.suitecrm.v8_line import V8Line
from connector.systems.suitecrm.writing import Writer
from connector.systems.wire import host_of, is_loopback


class SuiteCrmSystem:
    """One installation over either of its two services; keeps the ports `Source` and `Target`.

    Raises only classes of `connector.errors`. *rng* spreads retries.
    """

    def __init__(self, name: str, options: SuiteOptions, clock: Clock, rng: random.Random) -> None:
        """Send nothing yet; raises ConfigError for an address that may not be spoken to or an unknown service."""
        if options.api not in ("v4_1", "v8"):
            raise ConfigError(f"a SuiteCRM connection speaks v4_1 or v8, not {options.api!r}")
        self._name = name
        self._options = options
        self._line: Line = (V8Line if options.api == "v8" else V4Line)(name, options, clock, rng)
        self._writer = Writer(self._line)
        self._converter = Converter(self._line)
        self._settler = Settler(self._line, self._converter)

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._name

    @property
    def calls(self) -> int:
        """HTTP requests sent so far, logins and retries included."""
        return self._line.calls

    def identity(self) -> Identity:
        """The installation: host, path, and when its first user was made. Raises Refused, Unavailable.

        SuiteCRM has no id of its own. The port is left out, so that a restart elsewhere on the machine is the same
        installation; the first user's date tells a clone apart as long as it was installed anew.
        """
        self._line.open()
        host = host_of(self._options.address)
        place = f"{host}{urlsplit(self._options.base).path}"
        return Identity(f"{place}#{self._line.installed_at()}", host, is_loopback(host))

    def now(self) -> datetime:
        """The CRM's clock, from its Date headers."""
        return self._line.now()

    def describe(self, objects: Sequence[str]) -> Mapping[str, ObjectShape]:
        """Shapes of *objects*, remembered; one that is unknown or hidden is absent."""
        return {module: shape for module in objects if (shape := self._line.shape(module)) is not None}

    def changes(
        self, object_name: str, fields: Sequence[str], after: Watermark | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Pages of changed rows in (date_modified, id) order."""
        return self._line.pages(object_name, fields, after, until)

    def changes_together(self, pulls: Sequence[Pulling]) -> Iterator[Iterator[Page]]:
        """As `changes`, one after the other."""
        return (self.changes(pull.object_name, pull.fields, pull.after) for pull in pulls)

    def stage_history(self, opportunities: Sequence[str]) -> Sequence[StageChange]:
        """None is kept."""
        return ()

    def fetch(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, RawRecord]:
        """Rows by id as they are now; over V8 a deleted one is absent."""
        return {
            row.id: RawRecord(
                RecordRef(self._name, object_name, row.id), plain(row.values, fields), row.modified, row.deleted
            )
            for row in self._line.read(object_name, ids, fields).values()
        }

    def fetch_together(self, wanted: Sequence[Fetching]) -> Sequence[Mapping[str, RawRecord]]:
        """One object after the other."""
        return [self.fetch(one.object_name, one.ids, one.fields) for one in wanted]

    def census(self, object_name: str, windows: Sequence[Window]) -> Sequence[int]:
        """Counts per window, a call each."""
        return [self._line.count(object_name, window) for window in windows]

    def shortcomings(self, objects: Sequence[str]) -> Sequence[Shortcoming]:
        """What the installation lacks or hides, with the steps that mend it; only reads."""
        return shortcomings(self._line, objects)

    def received(self, page: Page) -> None:
        """Nothing to do: a CRM keeps its rows."""

    @property
    def statements(self) -> Sequence[str]:
        """What a pull over this service cannot see."""
        return self._line.statements()

    def budget(self) -> BudgetReading | None:
        """None: SuiteCRM tells no call limit."""
        return None

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """Records of one module, then conversions; as many as the service takes in one write."""
        yield from self._writer.batches(
            [order for order in orders if order.step.writes and order.step.action is not Action.CONVERT]
        )
        yield from self._converter.batches([order for order in orders if order.step.action is Action.CONVERT])

    def perform(self, batch: Sequence[Order]) -> Sequence[Receipt]:
        """Send one batch of `batches`; receipts in order. Every single write of it can be repeated."""
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
        """``converted_statuses`` (the word that closes a lead) and ``stages`` as described; V8 tells stock ones."""
        shape = self._line.shape(OPPORTUNITIES)
        stage = shape.fields.get("sales_stage") if shape else None
        return {"converted_statuses": ("Converted",), "stages": (stage.values if stage else ()) or STOCK_STAGES}

    @property
    def conversion_style(self) -> ConversionStyle:
        """SuiteCRM converts nothing by itself: all three records are made before the lead is closed."""
        return ConversionStyle()
