"""Writes rows: landing, creating and updating, read first and then written by one ``/bulk``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from connector.errors import ConfigError, RemoteError
from connector.model.plan import Action, Order, Outcome, Receipt
from connector.model.records import Kind
from connector.systems.batching import turns
from connector.systems.receipts import Receipts, already, applied, overtaken, rejected, unknown, whole_call
from connector.systems.sugar_stages import probability_of
from connector.systems.sugarcrm.becoming import CONVERTED_FIELDS, became, converted_by
from connector.systems.sugarcrm.carrying import LEAD_FIELDS, new_values
from connector.systems.sugarcrm.describing import Describer
from connector.systems.sugarcrm.faults import CONFLICT, GONE, Fault
from connector.systems.sugarcrm.finishing import BARRED, Finisher, Opened
from connector.systems.sugarcrm.keys import Keys, made_id
from connector.systems.sugarcrm.options import SYNC_KEY
from connector.systems.sugarcrm.outcomes import raise_if_none_applied, refused
from connector.systems.sugarcrm.reading import LEADS, Query, among, by_ids, tables
from connector.systems.sugarcrm.rows import (
    EMAIL,
    EMAIL_FIELDS,
    Row,
    flag,
    hidden,
    is_deleted,
    outgoing,
    outgoing_emails,
    same_value,
    values_of,
)
from connector.systems.sugarcrm.session import Part, Reply, SugarSession

KEYED = (Action.LAND, Action.CREATE)
CHANGED = "changed-meanwhile"
_OF_LEADS = tuple(dict.fromkeys((*CONVERTED_FIELDS, *LEAD_FIELDS)))
_NAMES = {Kind.LEAD: "last_name", Kind.CONTACT: "last_name", Kind.ACCOUNT: "name", Kind.OPPORTUNITY: "name"}


class _Held(Exception):
    """Some rows were refused because somebody saved them at the same moment."""


@dataclass(slots=True)
class Standing:
    """What stands in the CRM before a batch is written: rows by key, by id, and the leads that records come from."""

    keyed: dict[str, list[Row]] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    leads: dict[str, Row] = field(default_factory=dict)


class Writer:
    """Packs and sends rows of one module at a time."""

    def __init__(self, session: SugarSession, describer: Describer, keys: Keys, finisher: Finisher) -> None:
        """Send nothing yet."""
        self._session = session
        self._describer = describer
        self._keys = keys
        self._finisher = finisher
        self._ids_ignored = False

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """Bulks of one module's rows; one record never stands twice in a call."""
        for turn in turns(orders, self._identity):
            families: dict[tuple[str, bool], list[Order]] = {}
            for order in turn:
                families.setdefault((order.step.object, order.step.action in KEYED), []).append(order)
            for family in families.values():
                for start in range(0, len(family), self._session.options.write_batch):
                    yield tuple(family[start : start + self._session.options.write_batch])

    def _identity(self, order: Order) -> tuple[str, str]:
        if order.step.action in KEYED:
            return order.step.object, self._keys.of(order)
        return "", order.ids["record"]

    def perform(self, batch: Sequence[Order]) -> list[Receipt]:
        """Read, write, and finish what was made; raises only when nothing can have been applied."""
        if self._ids_ignored:
            raise ConfigError("this SugarCRM does not keep the ids we choose: add a key field and name it in key_field")
        try:
            receipts = self._once(batch)
        except RemoteError as error:
            return [whole_call(error, batch, self._session.now)[order.step.key] for order in batch]
        self._persist(batch, receipts)
        self._finish(batch, receipts)
        return [receipts[order.step.key] for order in batch]

    def _once(self, batch: Sequence[Order], again: bool = False) -> Receipts:
        """One look and one write; *again*: somebody saved between the two the last time."""
        standing = self._look(batch)
        receipts: Receipts = {}
        parts: dict[str, Part] = {}
        for order in batch:
            found = self._next(order, standing, again)
            if isinstance(found, Receipt):
                receipts[order.step.key] = found
            else:
                parts[order.step.key] = found
        sent = [order for order in batch if order.step.key in parts]
        replies = self._session.writes([parts[order.step.key] for order in sent])
        raise_if_none_applied(replies)
        for order, reply in zip(sent, replies, strict=True):
            receipts[order.step.key] = self._receipt(order, reply)
        self._confirm([order for order in sent if receipts[order.step.key].outcome is Outcome.APPLIED], receipts)
        return receipts

    def _confirm(self, made: Sequence[Order], receipts: Receipts) -> None:
        """The answer to a sync_key tells an id alone: whose it is, is seen by its place among several, or looked up."""
        keyed = [order for order in made if order.step.action in KEYED]
        if not self._keys.by_sync_key or len(keyed) < 2:
            return
        keys = sorted({self._keys.of(order) for order in keyed})
        why = "rows-mixed-up"
        try:
            (rows,) = tables(self._session, [Query(made[0].step.object, [among(SYNC_KEY, keys)], (SYNC_KEY,))])
        except RemoteError as error:
            rows, why = [], error.code or "no-answer"
        there = {(row.get(SYNC_KEY), row["id"]) for row in rows}
        for order in keyed:
            if (self._keys.of(order), receipts[order.step.key].ids["record"]) not in there:
                receipts[order.step.key] = unknown(order, self._session.now(), why)

    def _look(self, batch: Sequence[Order]) -> Standing:
        """Everything that the batch rests on, in one call."""
        object_name = batch[0].step.object
        keyed = [order for order in batch if order.step.action in KEYED]
        others = [order for order in batch if order.step.action not in KEYED]
        queries: list[tuple[str, Query]] = []
        if keyed:
            values = sorted({self._keys.of(order) for order in keyed})
            fields = (self._keys.column, *_read_with(keyed), *(("converted",) if object_name == LEADS else ()))
            queries.append(("keyed", Query(object_name, [among(self._keys.column, values)], fields)))
        ids = [order.ids["record"] for order in others]
        queries += [("rows", query) for query in by_ids(self._session, object_name, ids, _read_with(others))]
        leads = [order.ids["lead"] for order in keyed if order.ids.get("lead")]
        queries += [("leads", query) for query in by_ids(self._session, LEADS, leads, _OF_LEADS)]
        standing = Standing()
        for (sort, _), rows in zip(queries, tables(self._session, [query for _, query in queries]), strict=True):
            for row in rows:
                if sort == "keyed":
                    standing.keyed.setdefault(str(row.get(self._keys.column)), []).append(row)
                else:
                    (standing.rows if sort == "rows" else standing.leads)[str(row["id"])] = row
        return standing

    def _next(self, order: Order, standing: Standing, again: bool) -> Receipt | Part:
        """What to send for one order, or what there is to say without sending anything."""
        at = self._session.now()
        if order.step.action not in KEYED:
            row = standing.rows.get(order.ids["record"])
            return self._change(order, row, again)
        found = [row for row in standing.keyed.get(self._keys.of(order), []) if not is_deleted(row)]
        if len(found) > 1:
            return rejected(order, at, "ambiguous", f"{len(found)} records carry the key")
        if not found:
            return self._creation(order, standing)
        if order.step.action is Action.CREATE or flag(found[0].get("converted")) is True:
            # What a person has changed since is not overwritten, and a converted lead is not opened again.
            return already(order, {"record": str(found[0]["id"])}, at)
        return self._change(order, found[0], again)

    def _creation(self, order: Order, standing: Standing) -> Receipt | Part:
        at = self._session.now()
        lead_id = order.ids.get("lead", "")
        lead = standing.leads.get(lead_id)
        if lead_id and (lead is None or is_deleted(lead)):
            return rejected(order, at, GONE, "the lead that it comes from is gone, or hidden from our user")
        theirs = overtaken(order, became(lead), at) if lead is not None and converted_by(lead) else None
        if theirs is not None:
            return theirs
        sent = new_values(order, order.step.kind, lead, self._describer.fields(order.step.object))
        name = _NAMES.get(Kind(order.step.kind), "name")
        if not sent.get(name):
            # The API takes nameless records; people cannot open them.
            return rejected(order, at, "required-field-missing", f"a new record needs {name}", (name,))
        if order.step.kind == Kind.OPPORTUNITY and (why := self._finisher.barred(order.step.after)):
            return rejected(order, at, BARRED, why)
        return self._keys.make(order.step.object, self._keys.of(order), sent)

    def _change(self, order: Order, row: Row | None, again: bool) -> Receipt | Part:
        at = self._session.now()
        if row is None or is_deleted(row):
            return rejected(order, at, GONE, "the record is deleted, or hidden from our user")
        shapes = self._describer.fields(order.step.object)
        unseen = hidden(row)
        values = {name: value for name, value in order.step.after.items() if not _unseen(name, unseen)}
        if not values:
            return rejected(order, at, "hidden-fields", "access control hides these fields", tuple(order.step.after))
        if again and order.step.before:
            read = values_of(row, tuple(values), shapes)
            before = order.step.before
            moved = tuple(n for n in values if n in before and not same_value(before[n], read[n], shapes.get(n)))
            if moved:
                return rejected(order, at, CHANGED, "somebody changed these fields meanwhile", moved)
        said = {**values, **probability_of(values, row.get("sales_stage"), shapes)}
        sent = {**self._keys.without(outgoing(said, shapes)), **outgoing_emails(values, row)}
        stamp = {"X-TIMESTAMP": str(row["date_modified"])} if row.get("date_modified") else {}
        return Part("PUT", f"{order.step.object}/{quote(str(row['id']), safe='')}", sent, stamp)

    def _receipt(self, order: Order, reply: Reply) -> Receipt:
        at = self._session.now()
        if reply.missing:
            return unknown(order, at, "part-missing")
        if reply.fault is not None:
            return refused(order, reply.fault, at)
        record_id = made_id(reply.body)
        known = order.ids.get("record") if order.step.action not in KEYED else None
        key = reply.body.get(self._keys.column) if isinstance(reply.body, dict) else None
        if not record_id or (known and known != record_id):
            return unknown(order, at, "rows-mixed-up" if record_id else "no-id")
        if order.step.action in KEYED and key and key != self._keys.of(order):
            if not self._keys.by_id:
                return unknown(order, at, "rows-mixed-up")
            self._ids_ignored = True
        return applied(order, {"record": record_id}, at)

    def _persist(self, batch: Sequence[Order], receipts: Receipts) -> None:
        """Rows that somebody saved between our look and our write are looked at and written again."""

        def held() -> list[Order]:
            return [order for order in batch if receipts[order.step.key].code == CONFLICT]

        def again() -> None:
            try:
                receipts.update(self._once(held(), again=True))
            except RemoteError as error:
                receipts.update({o.step.key: unknown(o, self._session.now(), error.code) for o in held()})
            if held():
                raise _Held

        self._session.wire.patience.while_held(again, _Held, bool(held()))

    def _finish(self, batch: Sequence[Order], receipts: Receipts) -> None:
        """Give each opportunity its person and line item; one that cannot be finished is not done."""
        done = (Outcome.APPLIED, Outcome.ALREADY)
        opened = [
            Opened(order, receipts[order.step.key].ids["record"], _is_new(receipts[order.step.key]), order.step.after)
            for order in batch
            if order.step.kind == Kind.OPPORTUNITY
            and order.step.action is Action.CREATE
            and receipts[order.step.key].outcome in done
        ]
        if opened:
            receipts.update(finish(self._session, self._finisher, opened))


def _is_new(receipt: Receipt) -> bool:
    return receipt.outcome is Outcome.APPLIED


def finish(session: SugarSession, finisher: Finisher, opened: Sequence[Opened]) -> Receipts:
    """Send what each opportunity lacks; the receipts of orders for which that failed."""
    failed: Receipts = {}
    calls: list[tuple[Order, Part]] = []
    try:
        for each, needs in zip(opened, finisher.lacking(opened), strict=True):
            if isinstance(needs, Fault):
                failed[each.order.step.key] = refused(each.order, needs, session.now())
            else:
                calls += [(each.order, part) for part in needs]
        replies = session.writes([part for _, part in calls])
    except RemoteError as error:
        return {each.order.step.key: unknown(each.order, session.now(), error.code or "no-answer") for each in opened}
    for (order, _), reply in zip(calls, replies, strict=True):
        if reply.missing:
            failed[order.step.key] = unknown(order, session.now(), "part-missing")
        elif reply.fault is not None:
            failed[order.step.key] = refused(order, reply.fault, session.now())
    return failed


def _read_with(orders: Sequence[Order]) -> tuple[str, ...]:
    """What to read of rows that are about to be written: the fields themselves, to see who hides or moved them."""
    names = {name for order in orders for name in order.step.after}
    return tuple(sorted(names))


def _unseen(name: str, unseen: frozenset[str]) -> bool:
    return name in unseen or (name in EMAIL_FIELDS and EMAIL in unseen)
