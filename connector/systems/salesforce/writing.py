"""Writes rows: landing, creating, updating and stamping, up to 1,000 rows a call.

sObject Collections take 200 rows of one request
(https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm)
and a composite takes five of them
(https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.errors import RemoteError
from connector.model.plan import Action, Order, Outcome, Receipt
from connector.systems.batching import turns
from connector.systems.receipts import Receipts, already, applied, rejected, unknown, whole_call
from connector.systems.salesforce.faults import Fault, Meaning, error_of, meaning_of, part_fault
from connector.systems.salesforce.receipts import persist, refused_row
from connector.systems.salesforce.session import WRITE, Part, SalesforceSession
from connector.systems.salesforce.settle import Settler
from connector.systems.salesforce.soql import same_id

_KEYED = (Action.LAND, Action.CREATE)
_CLASHES = frozenset({"DUPLICATE_VALUE", "CANNOT_UPDATE_CONVERTED_LEAD", "INVALID_FIELD_FOR_INSERT_UPDATE"})
_PASSING = frozenset({Meaning.SESSION, Meaning.QUOTA, Meaning.BUSY, Meaning.AWAY, Meaning.LOCKED, Meaning.TROUBLE})
_LINKS: Mapping[str, Mapping[str, str]] = {
    "Contact": {"account": "AccountId"},
    "Opportunity": {"account": "AccountId", "contact": "ContactId"},
}


@dataclass(frozen=True, slots=True)
class Load:
    """Rows of one collections request: an upsert of one object by our key, or an update of several."""

    upserts: str
    orders: tuple[Order, ...]


class Writer:
    """Packs and sends rows."""

    def __init__(self, session: SalesforceSession, settler: Settler) -> None:
        """Send nothing yet."""
        self._session = session
        self._settler = settler

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """Calls of up to five collections; one record never stands twice in a call."""
        for turn in turns(orders, self._identity):
            loads = self._loads(turn)
            most = self._session.options.collections_per_call
            for start in range(0, len(loads), most):
                yield tuple(order for load in loads[start : start + most] for order in load.orders)

    def perform(self, batch: Sequence[Order]) -> list[Receipt]:
        """One call for a batch made by `batches`; raises ValueError for more than one call holds."""
        loads = self._loads(batch)
        if len(loads) > self._session.options.collections_per_call or len(turns(batch, self._identity)) > 1:
            raise ValueError("more than one call's worth of rows, or one record twice")
        receipts = persist(self._send, batch, self._session.wire.patience, self._session.now)
        self._read_back(batch, receipts)
        return [receipts[order.step.key] for order in batch]

    def _identity(self, order: Order) -> tuple[str, str]:
        if order.step.action in _KEYED:
            # Salesforce compares keys without regard to case unless the field says otherwise.
            return order.step.object, self._key(order).lower()
        return "", order.ids["record"][:15]

    def _key(self, order: Order) -> str:
        key = order.step.after.get(self._session.options.key_field)
        if not isinstance(key, str) or not key:
            raise ValueError(f"the step {order.step.key} carries no {self._session.options.key_field}")
        return key

    def _loads(self, orders: Sequence[Order]) -> list[Load]:
        """Rows sorted so that one object's stand together: a collection takes ten changes of object at most."""
        families: dict[str, list[Order]] = {}
        for order in orders:
            families.setdefault(order.step.object if order.step.action in _KEYED else "", []).append(order)
        most = self._session.options.collection_batch
        loads = []
        for upserts in sorted(families):
            rows = sorted(families[upserts], key=_sort_key)
            loads += [Load(upserts, tuple(rows[start : start + most])) for start in range(0, len(rows), most)]
        return loads

    def _send(self, orders: Sequence[Order]) -> Receipts:
        loads = self._loads(orders)
        try:
            answers = self._session.composite([self._part(load) for load in loads], WRITE)
        except RemoteError as error:
            return whole_call(error, orders, self._session.now)
        faults = [part_fault(answer) if answer is not None else None for answer in answers]
        self._raise_if_none_applied(faults)
        receipts: Receipts = {}
        for load, answer, fault in zip(loads, answers, faults, strict=True):
            receipts.update(_load_receipts(load, answer, fault, self._session.now()))
        return receipts

    def _part(self, load: Load) -> Part:
        options = self._session.options
        headers = {"Sforce-Auto-Assign": "TRUE" if options.auto_assign else "FALSE"}
        if options.duplicate_rules == "allow":
            headers["Sforce-Duplicate-Rule-Header"] = "allowSave=true"
        tail = f"/{load.upserts}/{options.key_field}" if load.upserts else ""
        body = {"allOrNone": False, "records": [_row(order) for order in load.orders]}
        return Part("PATCH", f"{self._session.data_path}/composite/sobjects{tail}", body, headers)

    def _raise_if_none_applied(self, faults: Sequence[Fault | None]) -> None:
        """A call whose every part was refused for a passing reason is an error of the call, not of its rows."""
        known = [fault for fault in faults if fault is not None]
        meanings = {meaning_of(fault) for fault in known}
        if len(known) == len(faults) and known and meanings <= _PASSING - {Meaning.TROUBLE}:
            raise error_of(known[0], WRITE)

    def _read_back(self, batch: Sequence[Order], receipts: Receipts) -> None:
        """A row refused because our key is there already: find out whose it is."""
        clashed = [
            order for order in batch if order.step.action in _KEYED and receipts[order.step.key].code in _CLASHES
        ]
        if not clashed:
            return
        try:
            found = self._settler.settle(clashed)
        except RemoteError as error:
            receipts.update({order.step.key: unknown(order, self._session.now(), error.code) for order in clashed})
            return
        for order, receipt in zip(clashed, found, strict=True):
            if receipt.outcome is Outcome.APPLIED:
                code = receipts[order.step.key].code
                receipts[order.step.key] = already(order, receipt.ids, receipt.at, code)


def _sort_key(order: Order) -> tuple[str, str, str]:
    """By object and account; among new rows the given order stays, so that a file's leads get ids in its order."""
    account = order.ids.get("account") or order.step.after.get("AccountId") or ""
    return order.step.object, str(account), order.ids.get("record", "")


def _row(order: Order) -> dict[str, Any]:
    step = order.step
    row: dict[str, Any] = {"attributes": {"type": step.object}}
    if step.action not in _KEYED:
        return {**row, "id": order.ids["record"], **step.after}
    links = {field: order.ids[role] for role, field in _LINKS.get(step.object, {}).items() if order.ids.get(role)}
    return {**row, **links, **step.after}


def _load_receipts(load: Load, answer: Mapping[str, Any] | None, fault: Fault | None, at: datetime) -> Receipts:
    if answer is None:
        return _all_unknown(load, at, "part-missing")
    if fault is not None:
        if meaning_of(fault) in _PASSING:
            return _all_unknown(load, at, fault.code or f"http-{fault.status}")
        return {order.step.key: rejected(order, at, fault.code, fault.message) for order in load.orders}
    rows = answer.get("body")
    if not isinstance(rows, list) or len(rows) != len(load.orders):
        return _all_unknown(load, at, "rows-missing")
    if any(not _fits(order, row) for order, row in zip(load.orders, rows, strict=True)):
        return _all_unknown(load, at, "rows-mixed-up")
    return {order.step.key: _row_receipt(order, row, at) for order, row in zip(load.orders, rows, strict=True)}


def _all_unknown(load: Load, at: datetime, code: str) -> Receipts:
    return {order.step.key: unknown(order, at, code) for order in load.orders}


def _fits(order: Order, row: object) -> bool:
    """Whether a result can be that of *order*: nothing is credited by position alone where the id can tell."""
    if not isinstance(row, Mapping):
        return False
    expected = order.ids.get("record") if order.step.action not in _KEYED else None
    told = row.get("id")
    return expected is None or not told or same_id(str(told), expected)


def _row_receipt(order: Order, row: Mapping[str, Any], at: datetime) -> Receipt:
    if row.get("success") is True and row.get("id"):
        created = {"created": row["created"]} if isinstance(row.get("created"), bool) else {}
        return applied(order, {"record": str(row["id"])}, at, **created)
    errors = row.get("errors")
    return refused_row(order, at, errors if isinstance(errors, list) else [])
