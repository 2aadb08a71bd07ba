"""Finds out, by reading, what became of writes whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.model.plan import Action, Order, Receipt
from connector.model.progress import ObjectShape
from connector.systems.receipts import Receipts, applied, rejected
from connector.systems.suitecrm.conversion import NOT_THERE, Converter
from connector.systems.suitecrm.jobs import KEYED, amiss, encoded, readable, record_id, still_wanted
from connector.systems.suitecrm.line import OPPORTUNITIES, Line, Refusal, Row


class Settler:
    """Reads back orders; never writes."""

    def __init__(self, line: Line, converter: Converter) -> None:
        """Ask nothing yet."""
        self._line = line
        self._converter = converter

    def settle(self, orders: Sequence[Order]) -> list[Receipt]:
        """One receipt per order, in order: APPLIED or ALREADY with ids, or REJECTED with ``not-there``."""
        conversions = [order for order in orders if order.step.action is Action.CONVERT]
        found: Receipts = {receipt.step: receipt for receipt in self._converter.settle(conversions)}
        rows = [order for order in orders if order.step.action is not Action.CONVERT]
        for module in sorted({order.step.object for order in rows}):
            found |= self._module(module, [order for order in rows if order.step.object == module])
        return [found[order.step.key] for order in orders]

    def _module(self, module: str, orders: Sequence[Order]) -> Receipts:
        shape = self._line.shape(module)
        if shape is None:
            return {order.step.key: self._missing(order, f"{module} is not to be seen") for order in orders}
        names = {name for order in orders for name in (*order.step.after, self._line.options.key_field)}
        rows = self._line.read(module, [record_id(order) for order in orders], readable(names, shape))
        half = self._unlinked(module, orders, rows)
        return {
            order.step.key: self._missing(order, "the opportunity is not linked to its person")
            if record_id(order) in half
            else self._receipt(order, rows.get(record_id(order)), shape)
            for order in orders
        }

    def _unlinked(self, module: str, orders: Sequence[Order], rows: Mapping[str, Row]) -> set[str]:
        """New opportunities that were made and not yet linked to their person: performing them again finishes them."""
        wanted = {
            record_id(order): order.ids["contact"]
            for order in orders
            if module == OPPORTUNITIES and order.step.action is Action.CREATE and order.ids.get("contact")
        }
        there = sorted(opportunity for opportunity in wanted if opportunity in rows)
        known = self._line.partners(module, there, "contacts") if there else {}
        return {opportunity for opportunity in there if wanted[opportunity] not in known.get(opportunity, ())}

    def _receipt(self, order: Order, row: Row | None, shape: ObjectShape) -> Receipt:
        """A record made by us is there under its id, whatever was edited since; what was to be changed stands."""
        if row is None or row.deleted:
            return self._missing(order, "the record is not there")
        if order.step.action not in KEYED:
            told = encoded(order, shape, self._line.options.key_field)
            if isinstance(told, Refusal) or amiss(row, still_wanted(order, told, row), shape):
                return self._missing(order, "the values are not there")
        return applied(order, {"record": row.id}, self._line.now())

    def _missing(self, order: Order, message: str) -> Receipt:
        return rejected(order, self._line.now(), NOT_THERE, message)
