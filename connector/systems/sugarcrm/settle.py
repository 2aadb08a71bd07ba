"""Finds out, by reading, what became of writes whose answer was lost."""

from __future__ import annotations

from collections.abc import Sequence

from connector.model.plan import CONVERTED_ELSEWHERE, Action, Order, Receipt
from connector.model.records import Kind
from connector.systems.receipts import already, applied, rejected
from connector.systems.sugarcrm.becoming import CONVERTED_FIELDS, became, converted_by, fits
from connector.systems.sugarcrm.describing import OPPORTUNITIES, Describer
from connector.systems.sugarcrm.faults import Fault
from connector.systems.sugarcrm.finishing import Finisher, Opened
from connector.systems.sugarcrm.keys import Keys
from connector.systems.sugarcrm.outcomes import refused
from connector.systems.sugarcrm.reading import LEADS, Query, among, by_ids, chunked, tables
from connector.systems.sugarcrm.rows import EMAIL, EMAIL_FIELDS, PRIMARY, Row, hidden, is_deleted, same_value, values_of
from connector.systems.sugarcrm.session import SugarSession
from connector.systems.sugarcrm.writing import KEYED

NOT_THERE = "not-there"


class Settler:
    """Reads back orders; never writes."""

    def __init__(self, session: SugarSession, describer: Describer, keys: Keys, finisher: Finisher) -> None:
        """Ask nothing yet."""
        self._session = session
        self._describer = describer
        self._keys = keys
        self._finisher = finisher

    def settle(self, orders: Sequence[Order]) -> list[Receipt]:
        """One receipt per order, in order: APPLIED or ALREADY with ids, or REJECTED with ``not-there``."""
        found = self._read(orders)
        receipts = {order.step.key: self._receipt(order, found) for order in orders}
        self._finished(orders, receipts)
        return [receipts[order.step.key] for order in orders]

    def _read(self, orders: Sequence[Order]) -> dict[tuple[str, str, str], list[Row]]:
        """Rows by what they were asked for: ("id" or "key", module, id or key)."""
        queries: list[tuple[str, Query]] = []
        for name in sorted({order.step.object for order in orders if order.step.action is not Action.CONVERT}):
            mine = [order for order in orders if order.step.object == name and order.step.action is not Action.CONVERT]
            keys = sorted({self._keys.of(order) for order in mine if order.step.action in KEYED})
            column, most = self._keys.column, self._session.options.page_size
            queries += [("key", Query(name, [among(column, each)], (column,))) for each in chunked(keys, most)]
            changed = [order for order in mine if order.step.action not in KEYED]
            fields = sorted({field for order in changed for field in order.step.after})
            ids = [order.ids["record"] for order in changed]
            queries += [("id", query) for query in by_ids(self._session, name, ids, fields)]
        leads = [order.ids["lead"] for order in orders if order.step.action is Action.CONVERT]
        queries += [("lead", query) for query in by_ids(self._session, LEADS, leads, CONVERTED_FIELDS)]
        found: dict[tuple[str, str, str], list[Row]] = {}
        for (sort, query), rows in zip(queries, tables(self._session, [query for _, query in queries]), strict=True):
            for row in rows:
                asked = str(row.get(self._keys.column)) if sort == "key" else str(row["id"])
                found.setdefault((sort, query.object_name, asked), []).append(row)
        return found

    def _receipt(self, order: Order, found: dict[tuple[str, str, str], list[Row]]) -> Receipt:
        at = self._session.now()
        if order.step.action is Action.CONVERT:
            return self._conversion(order, found.get(("lead", LEADS, order.ids["lead"]), []))
        if order.step.action in KEYED:
            rows = found.get(("key", order.step.object, self._keys.of(order)), [])
            live = [row for row in rows if not is_deleted(row)]
            if len(live) == 1:
                return applied(order, {"record": str(live[0]["id"])}, at)
            return rejected(order, at, "ambiguous" if live else NOT_THERE, f"{len(live)} records carry the key")
        rows = found.get(("id", order.step.object, order.ids["record"]), [])
        if rows and not is_deleted(rows[0]) and self._stands(order, rows[0]):
            return applied(order, {"record": order.ids["record"]}, at)
        return rejected(order, at, NOT_THERE, "the values are not there")

    def _stands(self, order: Order, row: Row) -> bool:
        """Whether the row holds the order's values, as the CRM keeps them; hidden fields cannot be looked at."""
        shapes, unseen = self._describer.fields(order.step.object), hidden(row)
        names = [n for n in order.step.after if n not in unseen and not (n in EMAIL_FIELDS and EMAIL in unseen)]
        read = values_of(row, names, shapes)
        for name in names:
            sent = order.step.after[name]
            # A cleared primary address leaves the person's other addresses, one of which takes its place.
            moved_up = name == PRIMARY and not sent and not same_value(order.step.before.get(name), read[name])
            if not moved_up and not same_value(sent, read[name], shapes.get(name)):
                return False
        return True

    def _conversion(self, order: Order, rows: Sequence[Row]) -> Receipt:
        at = self._session.now()
        row = rows[0] if rows else None
        if row is None or is_deleted(row) or not converted_by(row):
            return rejected(order, at, NOT_THERE, "the lead is not converted")
        ids = became(row)
        if not fits(order, ids):
            return already(order, ids, at, CONVERTED_ELSEWHERE)
        if order.step.terms.get("opportunity") != "none" and "opportunity" not in ids:
            return rejected(order, at, NOT_THERE, "the opportunity is missing")
        return applied(order, ids, at)

    def _finished(self, orders: Sequence[Order], receipts: dict[str, Receipt]) -> None:
        """An opportunity without its person or line item is not there yet: performing again finishes it."""
        opened = [each for order in orders if (each := _opened(order, receipts[order.step.key])) is not None]
        if not opened:
            return
        for each, needs in zip(opened, self._finisher.lacking(opened), strict=True):
            if isinstance(needs, Fault):
                receipts[each.order.step.key] = refused(each.order, needs, self._session.now())
            elif needs:
                what = "the opportunity lacks its contact or line item"
                receipts[each.order.step.key] = rejected(each.order, self._session.now(), NOT_THERE, what)


def _opened(order: Order, receipt: Receipt) -> Opened | None:
    """The opportunity that a settled order brought about, if it did."""
    if order.step.action is Action.CONVERT and receipt.code != CONVERTED_ELSEWHERE and "opportunity" in receipt.ids:
        ours = order.step.terms.get("opportunity") != "none"
        return Opened(order, receipt.ids["opportunity"], values=order.step.after or None) if ours else None
    created = order.step.action is Action.CREATE and order.step.kind == Kind.OPPORTUNITY
    if created and order.step.object == OPPORTUNITIES and "record" in receipt.ids:
        return Opened(order, receipt.ids["record"], values=order.step.after)
    return None
