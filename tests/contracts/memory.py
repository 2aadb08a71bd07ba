"""The client of the CRM in memory: keeps `Source` and `Target` in every conversion style, without a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from connector.errors import Rejected, SessionExpired, StateError, Unavailable
from connector.model.history import StageChange
from connector.model.plan import CONVERTED_ELSEWHERE, Action, ConversionStyle, Order, Outcome, Receipt
from connector.model.progress import (
    BudgetReading,
    Fetching,
    FieldShape,
    Identity,
    ObjectShape,
    Page,
    Pulling,
    Shortcoming,
    Watermark,
    Window,
)
from connector.model.records import Kind, RawRecord, RecordRef, Scalar
from tests.contracts.memory_crm import (
    BECAME,
    CONVERTED,
    FLAGS,
    KEY,
    LENGTHS,
    OBJECTS,
    REQUIRED,
    MemoryCrm,
    NoAnswer,
    Row,
    RowRefused,
    copied,
)

T = TypeVar("T")
KINDS = {name: kind for kind, name in OBJECTS.items()}
STAGES = ("Prospecting", "Qualification", "Negotiation", "Closed Won", "Closed Lost")
_LINKS = {"account": "AccountId", "contact": "ContactId"}


class MemorySystem:
    """One connection to a `MemoryCrm`. *overlap* seconds before a bookmark are read again."""

    def __init__(
        self, crm: MemoryCrm, name: str = "crm", page_size: int = 200, write_batch: int = 50, overlap: float = 600
    ) -> None:
        self._crm = crm
        self._name = name
        self._page = page_size
        self._most = write_batch
        self._overlap = timedelta(seconds=overlap)
        self._session = ""
        self._calls = 0

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._name

    @property
    def calls(self) -> int:
        """Calls made, logins included."""
        return self._calls

    @property
    def statements(self) -> Sequence[str]:
        """Nothing assumed."""
        return ()

    @property
    def conversion_style(self) -> ConversionStyle:
        """The CRM's."""
        return self._crm.style

    def identity(self) -> Identity:
        """Always the same CRM."""
        self._read(lambda: None)
        return Identity("MEMORY-1", "memory", is_test=True)

    def now(self) -> datetime:
        """The CRM's clock."""
        return self._crm.clock.now()

    def budget(self) -> BudgetReading | None:
        """None is told."""
        return None

    def received(self, page: Page) -> None:
        """Nothing to do."""

    def shortcomings(self, objects: Sequence[str]) -> Sequence[Shortcoming]:
        """None."""
        return ()

    def describe(self, objects: Sequence[str]) -> Mapping[str, ObjectShape]:
        """Shapes; known without a call."""
        return {name: _shape(name) for name in objects if name in KINDS}

    def conversion_terms(self) -> Mapping[str, Sequence[str]]:
        """Converted statuses and stages."""
        return {"converted_statuses": (CONVERTED,), "stages": STAGES}

    # --- reading ---

    def changes(
        self, object_name: str, fields: Sequence[str], after: Watermark | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Pages by keyset, one call each; the last reaches to the CRM's present, or *until*."""
        kind, bound = KINDS[object_name], self.now()
        _check_fields(kind, fields)
        if after is not None and after.position > bound + timedelta(minutes=1):
            raise StateError(f"the bookmark of {self._name} lies in the future of its own clock")
        bound = min(bound, until) if until else bound
        start = after.position - self._overlap if after else None
        last: tuple[datetime, str] | None = None
        while True:
            rows = self._read(lambda: self._window(kind, start, bound, after is None))
            rest = [row for row in rows if last is None or (row.modified, row.id) > last]
            records = tuple(self._raw(row, fields) for row in rest[: self._page])
            if len(rest) <= self._page:
                reach = Watermark(max(bound, after.position) if after else bound)
                yield Page(records, reach)
                return
            last = (rest[self._page - 1].modified, rest[self._page - 1].id)
            yield Page(records, Watermark(*last))

    def _window(self, kind: Kind, start: datetime | None, end: datetime, first: bool) -> list[Row]:
        """Rows by (modified, id), as they are at this moment."""
        rows = (row for row in self._crm.all(kind) if row.modified <= end and (start is None or row.modified > start))
        kept = [row for row in rows if not first or not (row.deleted or row.converted)]
        return sorted(kept, key=lambda row: (row.modified, row.id))

    def changes_together(self, pulls: Sequence[Pulling]) -> Iterator[Iterator[Page]]:
        """As `changes`, one after the other."""
        return (self.changes(pull.object_name, pull.fields, pull.after) for pull in pulls)

    def stage_history(self, opportunities: Sequence[str]) -> Sequence[StageChange]:
        """None is kept."""
        return ()

    def fetch(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, RawRecord]:
        """Rows by id, deleted ones too."""
        kind = KINDS[object_name]
        _check_fields(kind, fields)
        rows = self._read(lambda: [row for each in dict.fromkeys(ids) if (row := self._crm.find(kind, each))])
        return {row.id: self._raw(row, fields) for row in rows}

    def fetch_together(self, wanted: Sequence[Fetching]) -> Sequence[Mapping[str, RawRecord]]:
        """One object after the other."""
        return [self.fetch(one.object_name, one.ids, one.fields) for one in wanted]

    def census(self, object_name: str, windows: Sequence[Window]) -> Sequence[int]:
        """Live rows per window; a window without a beginning leaves converted leads out, as a first pull does."""
        kind = KINDS[object_name]

        def count(window: Window) -> int:
            rows = self._window(kind, window.since, window.until, window.since is None)
            return sum(1 for row in rows if not row.deleted)

        return self._read(lambda: [count(window) for window in windows])

    def _raw(self, row: Row, fields: Sequence[str]) -> RawRecord:
        ref = RecordRef(self._name, OBJECTS[row.kind], row.id)
        values = {name: row.get(name) for name in fields}
        return RawRecord(ref, values, row.modified, row.deleted, row.merged_into)

    # --- writing ---

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """Rows, then conversions, as many as a call takes; two orders of one record never share a call."""
        writing = [order for order in orders if order.step.writes]
        for conversions in (False, True):
            batch: list[Order] = []
            for order in writing:
                if (order.step.action is Action.CONVERT) is not conversions:
                    continue
                if len(batch) == self._most or any(_same_target(order, other) for other in batch):
                    yield tuple(batch)
                    batch = []
                batch.append(order)
            if batch:
                yield tuple(batch)

    def perform(self, batch: Sequence[Order]) -> Sequence[Receipt]:
        """One call; every order of a call without an answer is UNKNOWN."""
        try:
            return self._call("write", lambda: [self._outcome(order, self._perform) for order in batch])
        except NoAnswer:
            return [Receipt(order.step.key, Outcome.UNKNOWN, self.now(), code="no-answer") for order in batch]

    def settle(self, orders: Sequence[Order]) -> Sequence[Receipt]:
        """One read for all of them."""
        return self._read(lambda: [self._outcome(order, self._found) for order in orders])

    def _outcome(self, order: Order, act: Callable[[Order], Receipt]) -> Receipt:
        try:
            return act(order)
        except RowRefused as error:
            key, at = order.step.key, self.now()
            return Receipt(key, Outcome.REJECTED, at, code=error.code, message=str(error), fields=error.fields)

    def _perform(self, order: Order) -> Receipt:
        kind, step = Kind(order.step.kind), order.step
        if step.action is Action.CONVERT:
            return self._convert(order)
        if step.action in (Action.UPDATE, Action.STAMP):
            return self._applied(order, {"record": self._crm.update(kind, order.ids["record"], step.after).id})
        found = self._crm.by_key(kind, step.external_key)
        values = {**({} if found else self._carried(order, kind)), **step.after}
        row = self._crm.update(kind, found.id, values) if found else self._crm.insert(kind, values)
        return self._applied(order, {"record": row.id})

    def _carried(self, order: Order, kind: Kind) -> dict[str, Scalar]:
        """What a new record takes from the lead it comes from, and whose it is."""
        lead = self._crm.find(Kind.LEAD, order.ids.get("lead", ""))
        links = {field: order.ids[role] for role, field in _LINKS.items() if role in order.ids}
        return {**(copied(lead, kind) if lead else {}), **links, KEY: order.step.external_key}

    def _convert(self, order: Order) -> Receipt:
        lead = self._crm.find(Kind.LEAD, order.ids["lead"])
        if lead is None or lead.deleted:
            raise RowRefused("gone", "the lead is deleted")
        if lead.converted:
            found = self._found(order, Outcome.ALREADY)
            # Whose it is, nothing tells.
            return replace(found, code=CONVERTED_ELSEWHERE) if self._crm.style.makes else found
        style, step = self._crm.style, order.step
        if not style.makes and not {"account", "contact"} <= order.ids.keys():
            raise RowRefused("REQUIRED_ID_MISSING", "this CRM makes no account and no contact by itself")
        new: dict[str, Scalar] | None = None
        if step.terms.get("opportunity") == "new" and "opportunity" not in order.ids:
            if Kind.OPPORTUNITY not in style.makes | style.given:
                raise RowRefused("REQUIRED_ID_MISSING", "this CRM makes no opportunity by itself")
            name = str(step.terms.get("opportunity_name") or lead.get("Company"))[:80].strip()
            new = {"Name": name, "StageName": STAGES[0], "CloseDate": "2026-06-30", **step.after}
        return self._applied(order, self._crm.convert(lead.id, order.ids, new))

    # --- settling ---

    def _found(self, order: Order, done: Outcome = Outcome.APPLIED) -> Receipt:
        """What stands in the CRM of an order; raises RowRefused ``not-there``."""
        kind, step = Kind(order.step.kind), order.step
        if step.action is Action.CONVERT:
            return self._converted(order, self._crm.find(Kind.LEAD, order.ids["lead"]), done)
        if step.action in (Action.UPDATE, Action.STAMP):
            row = self._crm.find(kind, order.ids["record"])
            stands = row and all(row.get(name) == self._crm.saved(kind, name, v) for name, v in step.after.items())
        else:
            row = self._crm.by_key(kind, step.external_key)
            stands = row is not None
        if row is None or not stands:
            raise RowRefused("not-there", "the write is not there")
        return self._applied(order, {"record": row.id})

    def _converted(self, order: Order, lead: Row | None, done: Outcome) -> Receipt:
        if lead is None or not lead.converted:
            raise RowRefused("not-there", "the lead is not converted")
        became = {kind.value: str(lead.get(field)) for kind, field in BECAME.items() if lead.get(field)}
        ours = all(became.get(role) == known for role, known in order.ids.items() if role in set(Kind) - {Kind.LEAD})
        if ours:
            return Receipt(order.step.key, done, self.now(), ids={"lead": lead.id, **became})
        ids = {"lead": lead.id, **became}
        return Receipt(order.step.key, Outcome.ALREADY, self.now(), ids=ids, code=CONVERTED_ELSEWHERE)

    def _applied(self, order: Order, ids: Mapping[str, str]) -> Receipt:
        return Receipt(order.step.key, Outcome.APPLIED, self.now(), ids=dict(ids))

    # --- the line ---

    def _read(self, act: Callable[[], T]) -> T:
        """A read is asked again once, after a moment."""
        try:
            return self._call("read", act)
        except (NoAnswer, Unavailable):
            self._crm.clock.sleep(1)
        try:
            return self._call("read", act)
        except NoAnswer:
            raise Unavailable("the CRM did not answer", system=self._name) from None

    def _call(self, sort: str, act: Callable[[], T]) -> T:
        """One call, with one new login when the session has ended."""
        if not self._session:
            self._login()
        self._calls += 1
        try:
            return self._crm.call(self._session, sort, act)
        except SessionExpired:
            self._login()
            self._calls += 1
            return self._crm.call(self._session, sort, act)

    def _login(self) -> None:
        self._calls += 1
        self._session = self._crm.login()


def _check_fields(kind: Kind, fields: Sequence[str]) -> None:
    unknown = [name for name in fields if name not in LENGTHS[kind]]
    if unknown:
        raise Rejected(f"no such fields: {', '.join(unknown)}", code="INVALID_FIELD")


def _same_target(one: Order, other: Order) -> bool:
    """Whether two orders touch one record, or make one."""
    keys = {one.step.external_key, one.ids.get("record"), one.ids.get("lead")} - {None, ""}
    others = {other.step.external_key, other.ids.get("record"), other.ids.get("lead")} - {None, ""}
    return one.step.object == other.step.object and bool(keys & others)


def _shape(name: str) -> ObjectShape:
    kind = KINDS[name]
    fields = {
        field: FieldShape(
            field,
            "boolean" if field in FLAGS else "string" if length else "double",
            length=length,
            required=field in REQUIRED[kind],
            external_id=field == KEY,
            unique=field == KEY,
        )
        for field, length in LENGTHS[kind].items()
    }
    return ObjectShape(name, fields)
