"""What the replies to written parts mean for their orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.model.plan import Order, Receipt
from connector.systems.receipts import rejected, unknown
from connector.systems.sugarcrm.faults import CONFLICT, GONE, WRITE, Fault, error_of
from connector.systems.sugarcrm.session import Reply


def refused(order: Order, fault: Fault, at: datetime) -> Receipt:
    """A refusal as a receipt; UNKNOWN where something may have been done, or will be another time."""
    if fault.passing or fault.doubtful:
        return unknown(order, at, fault.code or f"http-{fault.status}")
    if fault.status == 404:
        what = "the record is gone, or hidden from our user"
        return rejected(order, at, GONE if fault.code != "no_method" else fault.code, fault.message or what)
    if fault.status == 409:
        return rejected(order, at, CONFLICT, fault.message or "somebody saved the record meanwhile")
    return rejected(order, at, fault.code or f"http-{fault.status}", fault.message, fault.fields)


def raise_if_none_applied(replies: Sequence[Reply]) -> None:
    """A call whose every part was refused for a passing reason is an error of the call, not of its rows."""
    faults = [reply.fault for reply in replies if reply.fault is not None]
    if faults and len(faults) == len(replies) and all(fault.passing for fault in faults):
        raise error_of(faults[0], WRITE)
