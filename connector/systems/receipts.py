"""Receipts as every CRM's client writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from connector.errors import Applied, Rejected, RemoteError
from connector.model.plan import CONVERTED_ELSEWHERE, Order, Outcome, Receipt
from connector.systems.wire import redact

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


def party_gone(order: Order, role: str, at: datetime) -> Receipt:
    """The refusal to convert a lead into a record that is not there; *role* says which of the order's ids it is."""
    words = (
        f"the {role} to convert into is deleted, or hidden from our user:"
        " undelete it in the CRM, then retry; or convert the lead by hand"
    )
    return rejected(order, at, f"{role}-gone", words, (f"{role}_id",))


def overtaken(order: Order, became: Mapping[str, str], at: datetime) -> Receipt | None:
    """The refusal to make a record of a lead that somebody else converted meanwhile; None where it was not so.

    *became*: what the converted lead became, ids by role with its own; one that *order* does not build on is theirs.
    """
    if set(became.values()) <= set(order.ids.values()):
        return None
    words = "somebody else converted the lead meanwhile; nothing was made"
    ids, code = dict(became), CONVERTED_ELSEWHERE
    return Receipt(order.step.key, Outcome.REJECTED, at, ids=ids, code=code, message=words)


def whole_call(error: RemoteError, orders: Sequence[Order], now: Callable[[], datetime]) -> Receipts:
    """What a failed call means for its rows; raises *error* again when nothing can have been applied.

    A call that was refused for what it says (and for nothing that passes) is refused for each of its rows.
    """
    if error.applied is not Applied.NEVER:
        return {order.step.key: unknown(order, now(), error.code or "no-answer") for order in orders}
    if isinstance(error, Rejected):
        return {order.step.key: rejected(order, now(), error.code, str(error)) for order in orders}
    raise error
