"""Native lead conversion: SOAP ``convertLead``, the only stock call that converts, up to 100 leads at once.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from connector.errors import RemoteError
from connector.model.plan import CONVERTED_ELSEWHERE, Order, Outcome, Receipt
from connector.systems.receipts import Receipts, already, applied, unknown, whole_call
from connector.systems.salesforce.receipts import persist, refused_row
from connector.systems.salesforce.session import Line, SalesforceSession
from connector.systems.salesforce.settle import Settler
from connector.systems.salesforce.soap import (
    child_text,
    children,
    descendant,
    element,
    envelope,
    parse_xml,
    text_of,
    wrap,
)
from connector.systems.salesforce.soql import same_id
from connector.systems.wire import Ask

MOST_LEADS = 100
_NAME_LENGTH = 80  # of an opportunity's name in convertLead, though the field holds 120
_OPEN_CALLS = 20
_ROLES = ("account", "contact", "opportunity")


@dataclass(slots=True)
class _Call:
    """One call being filled, and what must not stand in it twice."""

    orders: list[Order] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def takes(self, piece: Sequence[Order], most: int) -> bool:
        return len(self.orders) + len(piece) <= most and not any(self.taken & _claims(order) for order in piece)

    def add(self, piece: Sequence[Order]) -> None:
        self.orders += piece
        for order in piece:
            self.taken |= _claims(order)


def _claims(order: Order) -> set[str]:
    """What only one lead of a call may touch: itself, its contact, the new account it shares with others.

    Two leads of one new company in one call would make two accounts.
    """
    claims = {f"lead {order.ids['lead'][:15]}"}
    if order.ids.get("contact"):
        claims.add(f"contact {order.ids['contact'][:15]}")
    if order.step.share and not order.ids.get("account"):
        claims.add(f"share {order.step.share}")
    return claims


def conversion_batches(orders: Sequence[Order], most: int) -> Iterator[Sequence[Order]]:
    """Calls of at most *most* leads; leads of one existing account stand together where they fit.

    Fewest calls come first: larger groups are laid before smaller ones, each into the first call with room.
    """
    groups: dict[str, list[Order]] = {}
    for order in orders:
        groups.setdefault(order.ids.get("account", "")[:15] or order.step.key, []).append(order)
    calls: list[_Call] = []
    for group in sorted(groups.values(), key=len, reverse=True):
        for piece in _pieces(group, most):
            fit = next((call for call in calls if call.takes(piece, most)), None)
            if fit is None:
                fit = _Call()
                calls.append(fit)
            fit.add(piece)
            if len(calls) > _OPEN_CALLS:
                yield tuple(calls.pop(0).orders)
    yield from (tuple(call.orders) for call in calls)


def _pieces(group: Sequence[Order], most: int) -> Iterator[Sequence[Order]]:
    """Cut a group so that no piece is too long or holds a claim twice."""
    rest = list(group)
    while rest:
        piece, later = _Call(), []
        for order in rest:
            if piece.takes([order], most):
                piece.add([order])
            else:
                later.append(order)
        yield piece.orders
        rest = later


class Converter:
    """Converts batches of leads."""

    def __init__(self, session: SalesforceSession, settler: Settler) -> None:
        """Send nothing yet."""
        self._session = session
        self._settler = settler
        timeout = session.options.convert_timeout
        self._ask = Ask(reading=False, wants="xml", read_timeout=timeout, total_timeout=timeout + 60.0)

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """Calls as big as the connection allows."""
        return conversion_batches(orders, max(1, min(self._session.options.convert_batch, MOST_LEADS)))

    def perform(self, batch: Sequence[Order]) -> list[Receipt]:
        """One call; raises ValueError for more leads than a call takes."""
        if len(batch) > MOST_LEADS:
            raise ValueError(f"convertLead takes {MOST_LEADS} leads at most")
        receipts = persist(self._send, batch, self._session.wire.patience, self._session.now)
        self._read_back(batch, receipts)
        return [receipts[order.step.key] for order in batch]

    def _send(self, orders: Sequence[Order]) -> Receipts:
        try:
            content = self._session.soap(lambda line: self._message(line, orders), self._ask)
        except RemoteError as error:
            return whole_call(error, orders, self._session.now)
        return self._receipts(orders, parse_xml(content), self._session.now())

    def _message(self, line: Line, orders: Sequence[Order]) -> bytes:
        allow = self._session.options.duplicate_rules == "allow"
        rule = element("allowSave", allow) + element("includeRecordDetails", False) + element("runAsCurrentUser", True)
        header = (
            wrap("SessionHeader", element("sessionId", line.token.reveal()))
            + wrap("CallOptions", element("client", "lead-connector"))
            + wrap("DuplicateRuleHeader", rule)
        )
        return envelope(header, wrap("convertLead", "".join(map(lead_convert, orders))))

    def _receipts(self, orders: Sequence[Order], tree: Element | None, at: datetime) -> Receipts:
        answer = descendant(tree, "convertLeadResponse") if tree is not None else None
        results = list(children(answer, "result")) if answer is not None else []
        self._note_usage(tree)
        pairs = list(zip(orders, results, strict=False))
        if len(results) != len(orders) or not all(_fits(order, result) for order, result in pairs):
            return {order.step.key: unknown(order, at, "rows-mixed-up") for order in orders}
        return {order.step.key: _receipt(order, result, at) for order, result in pairs}

    def _note_usage(self, tree: Element | None) -> None:
        info = descendant(tree, "limitInfo") if tree is not None else None
        if info is None:
            return
        used, limit = child_text(info, "current"), child_text(info, "limit")
        if used.isdigit() and limit.isdigit():
            self._session.note_usage(int(used), int(limit))

    def _read_back(self, batch: Sequence[Order], receipts: Receipts) -> None:
        """A lead that Salesforce says is converted already: adopt what it was converted into, as somebody else's."""
        done = [order for order in batch if _says_converted(receipts[order.step.key])]
        if not done:
            return
        try:
            found = self._settler.settle(done)
        except RemoteError as error:
            receipts.update({order.step.key: unknown(order, self._session.now(), error.code) for order in done})
            return
        for order, receipt in zip(done, found, strict=True):
            if receipt.outcome is not Outcome.REJECTED:
                receipts[order.step.key] = already(order, receipt.ids, receipt.at, CONVERTED_ELSEWHERE)


def lead_convert(order: Order) -> str:
    """One ``leadConverts`` element, its parts in the WSDL's order, empty ones left out."""
    terms, ids = order.step.terms, order.ids
    word = str(terms.get("opportunity") or "none")
    name = str(terms.get("opportunity_name") or "").strip()[:_NAME_LENGTH].strip()
    joined = ids.get("opportunity", "") if word == "join" else ""
    parts: list[tuple[str, Any]] = [
        ("accountId", ids.get("account")),
        ("contactId", ids.get("contact")),
        ("convertedStatus", str(terms.get("converted_status") or "")),
        ("doNotCreateOpportunity", word == "none"),
        ("leadId", ids["lead"]),
        ("opportunityId", joined),
        ("opportunityName", name if word == "new" else ""),
        ("overwriteLeadSource", terms.get("overwrite_source") is True and bool(ids.get("contact"))),
        ("ownerId", terms.get("owner_id")),
        ("sendNotificationEmail", False),
    ]
    return wrap("leadConverts", "".join(element(tag, value) for tag, value in parts if value not in (None, "")))


def _fits(order: Order, result: Element) -> bool:
    told = child_text(result, "leadId")
    return not told or same_id(told, order.ids["lead"])


def _receipt(order: Order, result: Element, at: datetime) -> Receipt:
    if child_text(result, "success") == "true":
        ids = {"lead": order.ids["lead"]}
        ids |= {role: text for role in _ROLES if (text := child_text(result, f"{role}Id"))}
        return applied(order, ids, at)
    return refused_row(order, at, [_error(node) for node in children(result, "errors")])


def _error(node: Element) -> dict[str, Any]:
    matches = [
        {
            "matchRecords": [
                {"record": {"Id": text_of(descendant(found, "Id"))}} for found in children(match, "matchRecords")
            ]
        }
        for match in node.iter()
        if str(match.tag).endswith("matchResults")
    ]
    return {
        "statusCode": child_text(node, "statusCode"),
        "message": child_text(node, "message"),
        "fields": [text_of(name) for name in children(node, "fields")],
        "duplicateResult": {"matchResults": matches},
    }


def _says_converted(receipt: Receipt) -> bool:
    if receipt.outcome is not Outcome.REJECTED:
        return False
    return receipt.code == "CANNOT_UPDATE_CONVERTED_LEAD" or "converted lead" in receipt.message.lower()
