"""Converting a lead: the sequence that leaves what the interface's own conversion leaves.

SuiteCRM has no call that converts. Account, contact and opportunity are made before; here the loose ends are
tied (the contact's account, the opportunity's account and person) and then, last and in one write, the lead is
closed with the three ids. A lead that is closed is therefore a conversion that is complete
(SuiteCRM 7.14.6, ``modules/Leads/views/view.convertlead.php``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from connector.errors import RemoteError
from connector.model.plan import CONVERTED_ELSEWHERE, Order, Outcome, Receipt
from connector.systems.receipts import already, applied, party_gone, rejected
from connector.systems.suitecrm.becoming import ROLES, became, converted_by
from connector.systems.suitecrm.line import ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, Line, Refusal, Row, Write
from connector.systems.suitecrm.values import Sent
from connector.systems.suitecrm.writing import Sending, introduce, untouchable

NOT_THERE = "not-there"
LEAD_FIELDS = ("converted", "status", *ROLES.values(), "assigned_user_id")
_MODULES = {"account": ACCOUNTS, "contact": CONTACTS, "opportunity": OPPORTUNITIES}


@dataclass(frozen=True, slots=True)
class Parties:
    """The records that a batch of conversions names, by role and id."""

    rows: Mapping[str, Mapping[str, Row]]

    def missing(self, order: Order) -> str:
        """The role whose record is gone; empty when all are there."""
        for role, found in self.rows.items():
            wanted = order.ids.get(role)
            if wanted and (wanted not in found or found[wanted].deleted):
                return role
        return ""


@dataclass(frozen=True, slots=True)
class Leads:
    """Leads by id, and by id the contacts that they point at and that are not the ones their orders name."""

    rows: Mapping[str, Row]
    contacts: Mapping[str, Row]


class Converter:
    """Closes batches of leads."""

    def __init__(self, line: Line) -> None:
        """Send nothing yet."""
        self._line = line

    def batches(self, orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
        """As many leads as one write takes, each once."""
        most = self._line.most(LEADS)
        batch: list[Order] = []
        for order in orders:
            if len(batch) == most or any(order.ids["lead"] == each.ids["lead"] for each in batch):
                yield tuple(batch)
                batch = []
            batch.append(order)
        if batch:
            yield tuple(batch)

    def perform(self, batch: Sequence[Order]) -> list[Receipt]:
        """Carry a batch out. Raises ValueError for more leads than one write takes."""
        if len(batch) > self._line.most(LEADS):
            raise ValueError("more leads than one write takes")
        sending = Sending(self._line, batch)
        try:
            self._carry_out(batch, sending)
        except RemoteError as error:
            sending.failed(error)
        return sending.listed()

    def settle(self, orders: Sequence[Order]) -> list[Receipt]:
        """What became of conversions, read from the leads."""
        leads = self._leads(orders) if orders else Leads({}, {})
        found = []
        for order in orders:
            said = self._standing(order, leads)
            closed = said is not None and said.outcome is not Outcome.REJECTED
            not_there = rejected(order, self._line.now(), NOT_THERE, "the lead is not converted")
            found.append(said if said is not None and closed else not_there)
        return found

    def _leads(self, orders: Sequence[Order]) -> Leads:
        rows = self._line.read(LEADS, [order.ids["lead"] for order in orders], LEAD_FIELDS)
        pointing = ((order, rows[order.ids["lead"]]) for order in orders if order.ids["lead"] in rows)
        others = [contact for order, row in pointing if (contact := _other_contact(order, row))]
        return Leads(rows, self._line.read(CONTACTS, others, ()) if others else {})

    def _standing(self, order: Order, leads: Leads) -> Receipt | None:
        """What a lead says by itself: converted by us or elsewhere, gone, in doubt; None while it is open."""
        at, row = self._line.now(), leads.rows.get(order.ids["lead"])
        if row is None or row.deleted:
            return rejected(order, at, "gone", "the lead was deleted in SuiteCRM, or is hidden from the API user")
        ids = became(row)
        ours = all(ids.get(role) == order.ids[role] for role in ROLES if order.ids.get(role))
        if converted_by(row):
            return applied(order, ids, at) if ours else already(order, ids, at, CONVERTED_ELSEWHERE)
        if other := _other_contact(order, row):
            contact = leads.contacts.get(other)
            if contact is None:
                words = "the lead points at a contact that is deleted, or hidden from our user: take it off the lead"
                return rejected(order, at, "contact-unseen", words, ("contact_id",))
            if not contact.deleted:
                # A person without the flag: somebody linked the lead to what it became.
                return already(order, ids, at, CONVERTED_ELSEWHERE)
        if row.text("status") == "Converted":
            words = "the lead's status says Converted, but it is not converted"
            return rejected(order, at, "status-converted", words, ("status",))
        return None

    def _carry_out(self, batch: Sequence[Order], sending: Sending) -> None:
        parties = self._parties(batch)
        leads = self._leads(batch)  # last of all: what a person does to a lead from here on is not seen
        for order in batch:
            said = self._standing(order, leads)
            if said is not None:
                sending.receipts[order.step.key] = said
        for order in sending.waiting():
            odd = untouchable(self._line, order)
            if odd is not None:
                sending.refuse(order, odd)
            elif role := _lacks(order, parties):
                self._refuse_without(role, order, sending)
        self._tie(parties, sending)
        self._close(sending.waiting(), leads.rows, sending)

    def _refuse_without(self, role: str, order: Order, sending: Sending) -> None:
        if order.ids.get(role):
            sending.receipts[order.step.key] = party_gone(order, role, self._line.now())
        else:
            sending.refuse(order, Refusal(f"no-{role}", f"a conversion needs its {role}", (ROLES[role],)))

    def _parties(self, orders: Sequence[Order]) -> Parties:
        found: dict[str, Mapping[str, Row]] = {}
        for role, module in _MODULES.items():
            ids = sorted({order.ids[role] for order in orders if order.ids.get(role)})
            found[role] = self._line.read(module, ids, () if role == "account" else ("account_id",)) if ids else {}
        return Parties(found)

    def _tie(self, parties: Parties, sending: Sending) -> None:
        """Give contact and opportunity their account where they have none, and the opportunity its person.

        A contact that belongs to another account stays there: that was decided when it was chosen. What may not be
        tied keeps its own leads open, and nobody else's.
        """
        for role in ("contact", "opportunity"):
            owners = {order.ids[role]: order.ids["account"] for order in sending.waiting() if order.ids.get(role)}
            refused: dict[str, Refusal] = {}
            for record, account in owners.items():
                if not parties.rows[role][record].text("account_id"):
                    write = Write(record, {"account_id": account})
                    refused |= sending.write(partial(self._line.write, _MODULES[role], [write]))
            _leave_open(role, refused, sending)
        orders = sending.waiting()
        deals = {order.ids["opportunity"]: order.ids["contact"] for order in orders if order.ids.get("opportunity")}
        _leave_open("opportunity", introduce(self._line, deals, sending), sending)

    def _close(self, orders: Sequence[Order], rows: Mapping[str, Row], sending: Sending) -> None:
        if not orders:
            return
        writes = [Write(order.ids["lead"], _closing(order, rows[order.ids["lead"]])) for order in orders]
        refusals = sending.write(lambda: self._line.write(LEADS, writes))
        after = self._leads(orders)
        for order in orders:
            said = self._standing(order, after)
            lead = order.ids["lead"]
            unkept = Refusal("not-stored", "SuiteCRM did not keep the conversion", ("converted",))
            if said is None:
                sending.refuse(order, refusals.get(lead) or unkept)
            else:
                sending.receipts[order.step.key] = said


def _leave_open(role: str, refused: Mapping[str, Refusal], sending: Sending) -> None:
    """Refuse the conversions into records that SuiteCRM did not let us finish."""
    for order in sending.waiting():
        refusal = refused.get(order.ids.get(role, ""))
        if refusal is not None:
            sending.refuse(order, replace(refusal, message=f"the {role}: {refusal.message}", fields=(ROLES[role],)))


def _other_contact(order: Order, row: Row) -> str:
    """The contact that an open lead points at, where it is not the order's; empty where there is none."""
    contact = "" if converted_by(row) else row.text("contact_id")
    return "" if contact == order.ids.get("contact") else contact


def _lacks(order: Order, parties: Parties) -> str:
    for role in ("account", "contact"):
        if not order.ids.get(role):
            return role
    return parties.missing(order)


def _closing(order: Order, row: Row) -> dict[str, Sent]:
    """The one write that closes a lead: ids, flag and status together."""
    values: dict[str, Sent] = {name: order.ids[role] for role, name in ROLES.items() if order.ids.get(role)}
    owner = str(order.step.terms.get("owner_id") or "")
    if owner and not row.text("assigned_user_id"):
        values["assigned_user_id"] = owner
    status = str(order.step.terms.get("converted_status") or "Converted")
    return {**values, "converted": "1", "status": status}
