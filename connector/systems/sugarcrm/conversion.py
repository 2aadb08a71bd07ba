"""Converts leads: ``/Leads/:id/convert``, or the explicit steps; both end in the same rows.

The endpoint does not say in a dependable shape what it did, and it converts a lead twice when asked twice
(https://support.sugarcrm.com/documentation/sugar_developer: in-app help of the lead convert endpoint). So each
lead is read, the next thing it lacks is sent, and it is read again, until nothing lacks: a conversion that was
cut off anywhere is finished by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from connector.errors import RemoteError
from connector.model.plan import CONVERTED_ELSEWHERE, Order, Outcome, Receipt
from connector.model.records import Kind
from connector.systems.receipts import Receipts, already, applied, party_gone, rejected, unknown, whole_call
from connector.systems.sugarcrm.becoming import (
    CONVERTED_FIELDS,
    CONVERTED_STATUS,
    became,
    contradicts,
    converted_by,
    fits,
    only_says_so,
    strangers,
)
from connector.systems.sugarcrm.carrying import LEAD_FIELDS, new_values
from connector.systems.sugarcrm.describing import OPPORTUNITIES, Describer
from connector.systems.sugarcrm.faults import CONFLICT, GONE, Fault
from connector.systems.sugarcrm.finishing import BARRED, Finisher, Opened
from connector.systems.sugarcrm.keys import Keys
from connector.systems.sugarcrm.outcomes import raise_if_none_applied, refused
from connector.systems.sugarcrm.reading import LEADS, Query, among, by_ids, page_of, tables
from connector.systems.sugarcrm.rows import Row, is_deleted
from connector.systems.sugarcrm.session import Part, Reply, SugarSession
from connector.systems.sugarcrm.writing import finish

CONTACTS = "Contacts"
_ROUNDS = 8
_MOST_CONFLICTS = 3
_MOVED = (
    "the contact to convert into belongs to another account by now: retry, and the lead is decided anew; where records"
    " were made for it already, move the contact back first, or convert the lead by hand"
)
_MODULES = {"account": "Accounts", "contact": CONTACTS, "opportunity": OPPORTUNITIES}
_LINKS = {"account": "accounts", "contact": "contacts", "opportunity": "opportunity"}


@dataclass(slots=True)
class Case:
    """One lead under conversion: its row, its opportunity as far as there is one, and what was sent so far.

    *gone*: the role of a record of the order's which is deleted, or hidden. *moved*: its contact belongs to an account
    which is not the order's. *stranger*: ``live`` or ``deleted``, what an open lead points at that is not the order's;
    empty where it cannot be seen. *refusal*: what the endpoint's refusal comes to, where nothing else explains it.
    """

    order: Order
    lead: Row | None = None
    opportunity: str = ""
    keyed: bool = False
    homeless: bool = False
    gone: str = ""
    moved: bool = False
    stranger: str = ""
    refusal: Receipt | None = None
    tried: set[str] = field(default_factory=set)
    conflicts: int = 0
    unseen: Fault | None = None

    @property
    def new(self) -> bool:
        """Whether the conversion is to make an opportunity (one made by a step before has its id in the order)."""
        return self.order.step.terms.get("opportunity") == "new" and not self.order.ids.get("opportunity")


@dataclass(frozen=True, slots=True)
class Move:
    """The next thing to send for a lead; *name* is what it is remembered by."""

    name: str
    parts: tuple[Part, ...]


class Converter:
    """Packs and sends conversions, as many leads at once as a bulk takes."""

    def __init__(self, session: SugarSession, describer: Describer, keys: Keys, finisher: Finisher) -> None:
        """Send nothing yet."""
        self._session = session
        self._describer = describer
        self._keys = keys
        self._finisher = finisher

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """A bulk's worth of leads; leads that share a new account go in their order all the same."""
        step = self._session.options.write_batch
        for start in range(0, len(orders), step):
            yield tuple(orders[start : start + step])

    def perform(self, batch: Sequence[Order]) -> list[Receipt]:
        """Convert one batch; raises only when nothing can have been applied."""
        receipts: Receipts = {}
        pending = {order.step.key: Case(order) for order in batch}
        wrote = False
        for _ in range(_ROUNDS):
            if not pending:
                break
            try:
                wrote = self._round(pending, receipts, first=not wrote) or wrote
            except RemoteError as error:
                orders = [case.order for case in pending.values()]
                if not wrote:
                    receipts |= whole_call(error, orders, self._session.now)
                else:
                    receipts |= {o.step.key: unknown(o, self._session.now(), error.code) for o in orders}
                pending = {}
        for key, case in pending.items():
            receipts[key] = rejected(case.order, self._session.now(), "not-converted", "the lead stays unconverted")
        self._finish(batch, receipts)
        return [receipts[order.step.key] for order in batch]

    def _round(self, pending: dict[str, Case], receipts: Receipts, *, first: bool) -> bool:
        """Read every pending lead and send what it lacks next; whether anything was sent."""
        self._look(list(pending.values()))
        moves: dict[str, Move] = {}
        for key, case in list(pending.items()):
            found = self._next(case)
            if isinstance(found, Receipt):
                receipts[key] = found
                del pending[key]
            else:
                moves[key] = found
        replies = self._session.writes([part for move in moves.values() for part in move.parts])
        if first:
            raise_if_none_applied(replies)
        at = 0
        for key, move in moves.items():
            told = self._told(pending[key], move, replies[at : at + len(move.parts)])
            at += len(move.parts)
            if told is not None:
                receipts[key] = told
                del pending[key]
        return bool(moves)

    def _look(self, cases: Sequence[Case]) -> None:
        """Leads as they are now, and the opportunities that carry our keys."""
        ids = [case.order.ids["lead"] for case in cases]
        queries = by_ids(self._session, LEADS, ids, tuple(dict.fromkeys((*CONVERTED_FIELDS, *LEAD_FIELDS))))
        keys = sorted({self._keys.of_opportunity(case.order) for case in cases if case.new})
        if keys:
            column = self._keys.column
            queries.append(Query(OPPORTUNITIES, [among(column, keys)], (column,)))
        for role, module in _MODULES.items():
            named = [case.order.ids.get(role, "") for case in cases]
            fields = (self._keys.column,) if role == "opportunity" else ("account_id",) if role == "contact" else ()
            queries += by_ids(self._session, module, named, fields)
        rows: dict[tuple[str, str], Row] = {}
        carriers: dict[str, str] = {}
        for query, found in zip(queries, tables(self._session, queries), strict=True):
            for row in found:
                rows[query.object_name, str(row["id"])] = row
                if query.object_name == OPPORTUNITIES:
                    carriers[str(row.get(self._keys.column))] = str(row["id"])
        for case in cases:
            case.lead = rows.get((LEADS, case.order.ids["lead"]))
            carrier = carriers.get(self._keys.of_opportunity(case.order), "") if case.new else ""
            case.keyed = bool(carrier)
            contact = rows.get((CONTACTS, case.order.ids.get("contact", "")))
            case.homeless = contact is not None and not is_deleted(contact) and not contact.get("account_id")
            case.moved = contact is not None and _is_moved(case.order, contact)
            case.gone = _gone(case.order, rows)
            case.opportunity, case.unseen = carrier or self._lead_says(case), None
        self._look_at_links([case for case in cases if self._may_be_linked(case)])
        self._look_at_strangers([case for case in cases if _points_elsewhere(case)])

    def _look_at_strangers(self, cases: Sequence[Case]) -> None:
        """Whether the person or deal that an open lead points at is still there: a deleted one took up no lead."""
        told = [(case, strangers(case.order, case.lead or {}, case.opportunity)) for case in cases]
        queries = [
            query
            for role, module in _MODULES.items()
            for query in by_ids(self._session, module, [found[role] for _, found in told if role in found], ())
        ]
        rows = {str(row["id"]): row for found in tables(self._session, queries) for row in found} if queries else {}
        for case, found in told:
            seen = [rows.get(record_id) for record_id in found.values()]
            live = any(row is not None and not is_deleted(row) for row in seen)
            case.stranger = "live" if live else "" if None in seen else "deleted"

    def _lead_says(self, case: Case) -> str:
        if not case.new:
            return case.order.ids.get("opportunity", "")
        done = case.lead is not None and converted_by(case.lead)
        return str((case.lead or {}).get("opportunity_id") or "") if done or "convert" in case.tried else ""

    def _may_be_linked(self, case: Case) -> bool:
        """Whether a conversion may have made an opportunity that neither key nor lead tells of."""
        touched = case.lead is not None and (converted_by(case.lead) or "convert" in case.tried)
        return case.new and touched and not case.opportunity

    def _look_at_links(self, cases: Sequence[Case]) -> None:
        parts = [Part("GET", f"{_lead_path(case)}/link/opportunity?fields=id&max_num=2") for case in cases]
        for case, reply in zip(cases, self._session.looks(parts), strict=True):
            case.unseen = reply.fault
            rows = page_of(reply.body)[0] if reply.fault is None else ()
            case.opportunity = str(rows[0]["id"]) if len(rows) == 1 else ""

    def _next(self, case: Case) -> Receipt | Move:
        """The rule: what there is to say of a lead, else what it lacks next."""
        order, lead, at = case.order, case.lead, self._session.now()
        if lead is None or is_deleted(lead):
            return rejected(order, at, GONE, "the lead is deleted, or hidden from our user")
        if case.unseen is not None:
            return refused(order, case.unseen, at)  # it may have an opportunity: making one more could be a second
        ids = became(lead)
        if converted_by(lead) and not fits(order, _so_far(ids, case), case.opportunity if case.keyed else ""):
            return already(order, ids, at, CONVERTED_ELSEWHERE)
        if not converted_by(lead) and contradicts(order, lead, case.opportunity):
            if case.stranger == "live":
                return already(order, ids, at, CONVERTED_ELSEWHERE)
            if case.stranger != "deleted":
                words = (
                    "the lead points at a person or deal that is hidden from our user, or gone: take it off the lead"
                )
                return rejected(order, at, "contact-unseen", words)
        if only_says_so(lead) and not case.tried:
            return rejected(order, at, "status-converted", "the status says Converted, but nothing shows into what")
        if converted_by(lead) and self._complete(case, ids):
            return self._done(case, ids)
        if case.gone:
            return party_gone(order, case.gone, at)
        if case.refusal is not None:
            return case.refusal
        if case.moved and not converted_by(lead) and not case.tried:
            return rejected(order, at, "contact-moved", _MOVED, ("account_id",))
        return self._lacking(case, lead)

    def _complete(self, case: Case, ids: dict[str, str]) -> bool:
        wanted = [role for role in _LINKS if case.order.ids.get(role)] + (["opportunity"] if case.new else [])
        return all(role in ids for role in wanted)

    def _done(self, case: Case, ids: dict[str, str]) -> Receipt | Move:
        at = self._session.now()
        if case.new and not case.keyed and "stamp" not in case.tried:
            key = self._keys.of_opportunity(case.order)
            return Move("stamp", (self._keys.stamp(OPPORTUNITIES, ids["opportunity"], key),))
        return applied(case.order, ids, at) if case.tried else already(case.order, ids, at)

    def _lacking(self, case: Case, lead: Row) -> Receipt | Move:
        order, at = case.order, self._session.now()
        if case.new and not case.opportunity and (why := self._finisher.barred(order.step.after)):
            return rejected(order, at, BARRED, why)
        if self._session.options.by_endpoint and not converted_by(lead) and "convert" not in case.tried:
            if not order.ids.get("contact"):
                return rejected(order, at, "no-contact", "a conversion needs its contact")
            return Move("convert", (self._convert(case, lead),))
        if case.new and not case.opportunity:
            if "create" in case.tried:
                return rejected(order, at, "not-converted", "the opportunity was not made")
            key = self._keys.of_opportunity(order)
            return Move("create", (self._keys.make(OPPORTUNITIES, key, self._opportunity(case, lead)),))
        if case.homeless and order.ids.get("account") and "tie" not in case.tried:
            tied = {"account_id": order.ids["account"]}
            return Move("tie", (Part("PUT", f"{CONTACTS}/{quote(order.ids['contact'], safe='')}", tied),))
        if "close" not in case.tried:
            return Move("close", (self._close(case, lead),))
        missing = [role for role in self._wanted(case) if role not in became(lead)]
        if missing and "link" not in case.tried:
            ids = self._wanted(case)
            return Move("link", tuple(self._link(case, role, ids[role]) for role in missing))
        return rejected(order, at, "not-converted", "SugarCRM does not keep the conversion of this lead")

    def _wanted(self, case: Case) -> dict[str, str]:
        ids = {role: case.order.ids.get(role, "") for role in _LINKS} | {"opportunity": case.opportunity}
        return {role: record_id for role, record_id in ids.items() if record_id}

    def _convert(self, case: Case, lead: Row) -> Part:
        modules: dict[str, Any] = {"Contacts": {"id": case.order.ids["contact"]}}
        if case.order.ids.get("account"):
            modules["Accounts"] = {"id": case.order.ids["account"]}
        if case.opportunity:
            modules["Opportunities"] = {"id": case.opportunity}
        elif case.new:
            key = {self._keys.column: self._keys.of_opportunity(case.order)}
            modules["Opportunities"] = {**self._opportunity(case, lead), **key}
        return Part("POST", f"{_lead_path(case)}/convert", {"modules": modules})

    def _opportunity(self, case: Case, lead: Row) -> dict[str, Any]:
        known, terms = self._describer.fields(OPPORTUNITIES), case.order.step.terms
        sent = new_values(case.order, Kind.OPPORTUNITY, lead, known)
        name = str(sent.get("name") or terms.get("opportunity_name") or "").strip()
        length = known["name"].length if "name" in known else 0
        sent["name"] = name[:length].strip() if length else name
        if terms.get("owner_id") and "assigned_user_id" not in case.order.step.after:
            sent["assigned_user_id"] = terms["owner_id"]
        return sent

    def _close(self, case: Case, lead: Row) -> Part:
        status = str(case.order.step.terms.get("converted_status") or CONVERTED_STATUS)
        ids = {f"{role}_id": record_id for role, record_id in self._wanted(case).items()}
        stamp = {"X-TIMESTAMP": str(lead["date_modified"])} if lead.get("date_modified") else {}
        return Part("PUT", _lead_path(case), {**ids, "converted": True, "status": status}, stamp)

    def _link(self, case: Case, role: str, record_id: str) -> Part:
        return Part("POST", f"{_lead_path(case)}/link/{_LINKS[role]}/{quote(record_id, safe='')}")

    def _told(self, case: Case, move: Move, replies: Sequence[Reply]) -> Receipt | None:
        """What the replies say for good; None when the lead is to be read again."""
        case.tried.add(move.name)
        at = self._session.now()
        if any(reply.missing for reply in replies):
            return unknown(case.order, at, "part-missing")
        fault = next((reply.fault for reply in replies if reply.fault is not None), None)
        if fault is None:
            return None
        receipt = refused(case.order, fault, at)
        if receipt.code == CONFLICT and case.conflicts < _MOST_CONFLICTS:
            case.conflicts += 1
            case.tried.discard(move.name)  # somebody saved the lead: look again, then decide again
            return None
        if receipt.outcome is Outcome.REJECTED and move.name == "convert" and fault.status in (403, 404, 422):
            hint = f"{fault.message or fault.label}; if the Convert Lead layout cannot be changed, set `convert: steps`"
            receipt = rejected(case.order, at, receipt.code, hint, fault.fields)
            if receipt.code == GONE:
                case.refusal = receipt
                return None  # look again: it may be the lead, or a record of the order's, that went meanwhile
        return receipt

    def _finish(self, batch: Sequence[Order], receipts: Receipts) -> None:
        """Give the opportunities of our own conversions their person and line item."""
        opened = []
        for order in batch:
            receipt = receipts[order.step.key]
            done = receipt.outcome in (Outcome.APPLIED, Outcome.ALREADY) and receipt.code != CONVERTED_ELSEWHERE
            if done and "opportunity" in receipt.ids and order.step.terms.get("opportunity") != "none":
                values = order.step.after or None
                opened.append(Opened(order, receipt.ids["opportunity"], values=values))
        if opened:
            receipts |= finish(self._session, self._finisher, opened)


def _lead_path(case: Case) -> str:
    return f"{LEADS}/{quote(case.order.ids['lead'], safe='')}"


def _points_elsewhere(case: Case) -> bool:
    lead = case.lead
    if lead is None or is_deleted(lead) or converted_by(lead):
        return False
    return contradicts(case.order, lead, case.opportunity)


def _gone(order: Order, rows: Mapping[tuple[str, str], Row]) -> str:
    """The first role whose record is not among *rows* (by module and id), or is deleted; empty without one."""
    for role, module in _MODULES.items():
        if order.ids.get(role):
            row = rows.get((module, order.ids[role]))
            if row is None or is_deleted(row):
                return role
    return ""


def _is_moved(order: Order, contact: Row) -> bool:
    """Whether the contact of the order belongs to another account than the order's: people had a reason for that."""
    home, account = str(contact.get("account_id") or ""), order.ids.get("account", "")
    return not is_deleted(contact) and bool(home and account) and home != account


def _so_far(ids: dict[str, str], case: Case) -> dict[str, str]:
    """What the lead became, ids that it does not tell (yet) taken as ours: a repair may still write them."""
    wanted = {role: case.order.ids.get(role, "") for role in _LINKS} | {"opportunity": case.opportunity}
    return {**wanted, **ids}
