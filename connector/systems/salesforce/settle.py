"""Finds out, by reading, what became of writes whose answer was lost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.model.plan import CONVERTED_ELSEWHERE, Action, Order, Receipt
from connector.model.records import Scalar
from connector.systems.receipts import already, applied, rejected
from connector.systems.salesforce.reading import tables
from connector.systems.salesforce.session import SalesforceSession
from connector.systems.salesforce.soql import LONGEST_QUERY, chunks, instant, listed, same_id, select

NOT_THERE = "not-there"
_LEAD_FIELDS = (
    "Id",
    "IsConverted",
    "ConvertedAccountId",
    "ConvertedContactId",
    "ConvertedOpportunityId",
    "IsDeleted",
    "MasterRecordId",
)
_ROLES = {"account": "ConvertedAccountId", "contact": "ConvertedContactId", "opportunity": "ConvertedOpportunityId"}
_KEYED = (Action.LAND, Action.CREATE)
Row = Mapping[str, Any]


@dataclass(slots=True)
class _Found:
    """What reading brought: leads and other rows by 15-character id, keyed rows by object and key."""

    leads: dict[str, Row]
    rows: dict[str, Row]
    keyed: dict[tuple[str, str], list[str]]


class Settler:
    """Reads back orders; never writes."""

    def __init__(self, session: SalesforceSession) -> None:
        """Ask nothing yet."""
        self._session = session
        self._key = session.options.key_field

    def settle(self, orders: Sequence[Order]) -> list[Receipt]:
        """One receipt per order, in order: APPLIED or ALREADY with ids, or REJECTED with ``not-there``."""
        found = self._read(orders)
        return [self._receipt(order, found) for order in orders]

    def _read(self, orders: Sequence[Order]) -> _Found:
        found = _Found({}, {}, {})
        queries: list[tuple[str, str, str]] = []
        leads = [order.ids["lead"] for order in orders if order.step.action is Action.CONVERT]
        queries += [("leads", "Lead", soql) for soql in self._by_id("Lead", _LEAD_FIELDS, leads)]
        for name in sorted({order.step.object for order in orders}):
            mine = [order for order in orders if order.step.object == name]
            queries += [("keyed", name, soql) for soql in self._by_key(name, mine)]
            changed = [order for order in mine if order.step.action in (Action.UPDATE, Action.STAMP)]
            fields = ("Id", "IsDeleted", *sorted({field for order in changed for field in order.step.after}))
            ids = [order.ids["record"] for order in changed]
            queries += [("rows", name, soql) for soql in self._by_id(name, fields, ids)]
        answers = tables(self._session, [soql for _, _, soql in queries], deleted=True)
        for (sort, name, _), rows in zip(queries, answers, strict=True):
            for row in rows:
                self._keep(found, sort, name, row)
        return found

    def _keep(self, found: _Found, sort: str, name: str, row: Row) -> None:
        if sort == "keyed":
            key = (name, str(row[self._key]).lower())
            found.keyed.setdefault(key, []).append(str(row["Id"]))
        else:
            (found.leads if sort == "leads" else found.rows)[str(row["Id"])[:15]] = row

    def _by_id(self, name: str, fields: Sequence[str], ids: Sequence[str]) -> list[str]:
        wanted = sorted(set(ids))
        most = self._session.options.query_batch
        return [select(fields, name, f"Id IN {listed(chunk)}") for chunk in chunks(wanted, most, LONGEST_QUERY // 2)]

    def _by_key(self, name: str, orders: Sequence[Order]) -> list[str]:
        keys = sorted({str(order.step.after[self._key]) for order in orders if order.step.action in _KEYED})
        most = self._session.options.query_batch
        # A record that a person has deleted since does not count: it would be a lead lost.
        return [
            select(("Id", self._key), name, f"{self._key} IN {listed(chunk)}", "IsDeleted = false")
            for chunk in chunks(keys, most, LONGEST_QUERY)
        ]

    def _receipt(self, order: Order, found: _Found) -> Receipt:
        if order.step.action is Action.CONVERT:
            return self._conversion(order, found.leads.get(order.ids["lead"][:15]))
        at = self._session.now()
        if order.step.action in _KEYED:
            ids = found.keyed.get((order.step.object, str(order.step.after[self._key]).lower()), [])
            if len(ids) == 1:
                return applied(order, {"record": ids[0]}, at)
            code = "ambiguous" if ids else NOT_THERE
            return rejected(order, at, code, f"{len(ids)} records carry the key")
        row = found.rows.get(order.ids["record"][:15])
        if row is not None and all(same_value(sent, row.get(name)) for name, sent in order.step.after.items()):
            return applied(order, {"record": str(row["Id"])}, at)
        return rejected(order, at, NOT_THERE, "the values are not there")

    def _conversion(self, order: Order, row: Row | None) -> Receipt:
        at = self._session.now()
        if row is None or row.get("IsConverted") is not True:
            return rejected(order, at, NOT_THERE, "the lead is not converted")
        ids = {"lead": str(row["Id"])} | {role: str(row[field]) for role, field in _ROLES.items() if row.get(field)}
        ours = all(role not in order.ids or same_id(order.ids[role], ids.get(role, "")) for role in _ROLES)
        return applied(order, ids, at) if ours else already(order, ids, at, CONVERTED_ELSEWHERE)


def same_value(sent: Scalar, read: object) -> bool:
    """Whether a field holds what was sent, as Salesforce keeps it: empty is null, text is trimmed, CRLF is LF."""
    if sent is None or sent == "":
        return read is None or read == "" or read is False
    if isinstance(sent, bool) or isinstance(read, bool):
        return sent is read
    if isinstance(sent, int | float) and isinstance(read, int | float):
        return math.isclose(sent, read, rel_tol=1e-9, abs_tol=1e-9)
    left, right = _text(sent), _text(read)
    return left == right or _same_instant(left, right)


def _text(value: object) -> str:
    return str(value).replace("\r\n", "\n").strip()


def _same_instant(left: str, right: str) -> bool:
    try:
        return instant(left).replace(microsecond=0) == instant(right).replace(microsecond=0)
    except ValueError:
        return False
