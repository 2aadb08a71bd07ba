"""Turns what Salesforce says of single rows into receipts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.errors import RemoteError
from connector.model.plan import Order, Receipt
from connector.systems.receipts import Receipts, rejected, unknown
from connector.systems.salesforce.faults import NOT_NOW_ROWS
from connector.systems.wire import Patience


def refused_row(order: Order, at: datetime, errors: Sequence[Any]) -> Receipt:
    """A row with its list of errors, or UNKNOWN when the answer gives neither success nor errors.

    The ids that a duplicate rule matched are kept in the receipt's values, for review.
    """
    known = [error for error in errors if isinstance(error, Mapping)]
    if not known:
        return unknown(order, at, "no-reason")
    first = known[0]
    code = str(first.get("statusCode") or first.get("errorCode") or "")
    message = "; ".join(str(error.get("message", "")) for error in known)
    fields = [str(name) for error in known for name in error.get("fields") or ()]
    if any(held in message for held in NOT_NOW_ROWS):
        # A trigger that ran into a lock says so in its own words only.
        code = next(held for held in sorted(NOT_NOW_ROWS) if held in message)
    receipt = rejected(order, at, code, message, fields)
    matches = _matches(first)
    return replace(receipt, values={"matches": matches}) if matches else receipt


def _matches(error: Mapping[str, Any]) -> str:
    # The misspelt key is Salesforce's own; the other spelling is read too.
    found = error.get("duplicateResut") or error.get("duplicateResult")
    ids: list[str] = []
    for result in _list(found, "matchResults"):
        for match in _list(result, "matchRecords"):
            record = match.get("record") if isinstance(match, Mapping) else None
            if isinstance(record, Mapping) and record.get("Id"):
                ids.append(str(record["Id"]))
    return ",".join(ids)


def _list(holder: object, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, list) else []


class _RowsHeld(Exception):
    """Some rows were refused only for this moment."""


def persist(
    send: Callable[[Sequence[Order]], Receipts],
    orders: Sequence[Order],
    patience: Patience,
    now: Callable[[], datetime],
) -> Receipts:
    """Send *orders*, and again those rows that somebody held; they were certainly not written.

    Once a first answer is in, nothing is raised any more: rows whose next try fails are UNKNOWN.
    """
    receipts = send(orders)

    def again() -> None:
        held = [order for order in orders if receipts[order.step.key].code in NOT_NOW_ROWS]
        if not held:
            return
        try:
            receipts.update(send(held))
        except RemoteError as error:
            receipts.update({order.step.key: unknown(order, now(), error.code) for order in held})
        if any(receipt.code in NOT_NOW_ROWS for receipt in receipts.values()):
            raise _RowsHeld

    patience.while_held(again, _RowsHeld, any(receipt.code in NOT_NOW_ROWS for receipt in receipts.values()))
    return receipts
