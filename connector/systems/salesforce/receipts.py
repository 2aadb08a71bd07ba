"""Turns what Salesforce says of single rows into receipts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.errors import Applied, Rejected, RemoteError
from connector.model.plan import Order, Outcome, Receipt
from connector.systems.salesforce.faults import NOT_NOW_ROWS
from connector.systems.wire import Patience, redact

Receipts = dict[str, Receipt]


def applied(order: Order, ids: Mapping[str, str], at: datetime, **values: str | bool) -> Receipt:
    """The write was carried out."""
    return Receipt(order.step.key, Outcome.APPLIED, at, ids=dict(ids), values=values)


def already(order: Order, ids: Mapping[str, str], at: datetime, code: str = "") -> Receipt:
    """What the write asked for was there before."""
    return Receipt(order.step.key, Outcome.ALREADY, at, ids=dict(ids), code=code)


def unknown(order: Order, at: datetime, code: str) -> Receipt:
    """No answer told what became of the write."""
    return Receipt(order.step.key, Outcome.UNKNOWN, at, code=code)


def rejected(order: Order, at: datetime, code: str, message: str = "", fields: Sequence[str] = ()) -> Receipt:
    """The CRM refuses this row; its words are kept without e-mail addresses."""
    return Receipt(order.step.key, Outcome.REJECTED, at, code=code, message=redact(message), fields=tuple(fields))


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


def whole_call(error: RemoteError, orders: Sequence[Order], now: Callable[[], datetime]) -> Receipts:
    """What a failed call means for its rows; raises *error* again when nothing can have been applied.

    A call that was refused for what it says (and for nothing that passes) is refused for each of its rows.
    """
    if error.applied is not Applied.NEVER:
        return {order.step.key: unknown(order, now(), error.code or "no-answer") for order in orders}
    if isinstance(error, Rejected):
        return {order.step.key: rejected(order, now(), error.code, str(error)) for order in orders}
    raise error


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
