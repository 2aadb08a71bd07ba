"""Converting a lead: the sequence that leaves what the interface's own conversion leaves.

SuiteCRM has no call that converts. Account, contact and opportunity are made before; here the loose ends are
tied (the contact's account, the opportunity's account and person) and then, last and in one write, the lead is
closed with the three ids. A lead that is closed is therefore a conversion that is complete
(SuiteCRM 7.14.6, ``modules/Leads/views/view.convertlead.php``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from connector.errors import RemoteError
from connector.model.plan import CONVERTED_ELSEWHERE, Order, Outcome, Receipt
from connector.systems.receipts import already, applied, party_gone, rejected
from connector.systems.suitecrm.becoming import ROLES, became, converted_by
from connector.systems.suitecrm.line import ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, Line, Refusal, Row, Write
from connector.systems.suitecrm.values import Sent
from connector.systems.suitecrm.writing import Sending, introduce

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
        rows = self._leads(orders) if orders else {}
        found = []
        for order in orders:
            row = rows.get(order.ids["lead"])
            said = self._standing(order, row)
            closed = said is not None and said.outcome is not Outcome.REJECTED
            not_there = rejected(order, self._line.now(), NOT_THERE, "the lead is not converted")
            found.append(said if said is not None and closed else not_there)
        return found

    def _leads(self, orders: Sequence[Order]) -> dict[str, Row]:
        return self._line.read(LEADS, [order.ids["lead"] for order in orders], LEAD_FIELDS)

    def _standing(self, order: Order, row: Row | None) -> Receipt | None:
        """What a lead says by itself: converted by us or elsewhere, gone, in doubt; None while it is open."""
        at = self._line.now()
        if row is None or row.deleted:
            return rejected(order, at, "gone", "the lead was deleted in SuiteCRM, or is hidden from the API user")
        ids = became(row)
        ours = all(ids.get(role) == order.ids[role] for role in ROLES if order.ids.get(role))
        if converted_by(row):
            return applied(order, ids, at) if ours else already(order, ids, at, CONVERTED_ELSEWHERE)
        if row.text("contact_id") not in ("", order.ids.get("contact")):
            # A person without the flag: somebody linked the lead to what it became.
            return already(order, ids, at, CONVERTED_ELSEWHERE)
        if row.text("status") == "Converted":
            words = "the lead's status says Converted, but it is not converted"
            return rejected(order, at, "status-converted", words, ("status",))
        return None

    def _carry_out(self, batch: Sequence[Order], sending: Sending) -> None:
        rows = self._leads(batch)
        for order in batch:
            said = self._standing(order, rows.get(order.ids["lead"]))
            if said is not None:
                sending.receipts[order.step.key] = said
        parties = self._parties([order for order in batch if order.step.key not in sending.receipts])
        for order in batch:
            if order.step.key in sending.receipts or not (role := _lacks(order, parties)):
                continue
            if order.ids.get(role):
                sending.receipts[order.step.key] = party_gone(order, role, self._line.now())
            else:
                sending.refuse(order, Refusal(f"no-{role}", f"a conversion needs its {role}", (ROLES[role],)))
        open_orders = [order for order in batch if order.step.key not in sending.receipts]
        self._tie(open_orders, parties, sending)
        self._close(open_orders, rows, sending)

    def _parties(self, orders: Sequence[Order]) -> Parties:
        found: dict[str, Mapping[str, Row]] = {}
        for role, module in _MODULES.items():
            ids = sorted({order.ids[role] for order in orders if order.ids.get(role)})
            found[role] = self._line.read(module, ids, () if role == "account" else ("account_id",)) if ids else {}
        return Parties(found)

    def _tie(self, orders: Sequence[Order], parties: Parties, sending: Sending) -> None:
        """Give contact and opportunity their account where they have none, and the opportunity its person.

        A contact that belongs to another account stays there: that was decided when it was chosen.
        """
        for role in ("contact", "opportunity"):
            owners = {order.ids[role]: order.ids["account"] for order in orders if order.ids.get(role)}
            for record, account in owners.items():
                if not parties.rows[role][record].text("account_id"):
                    write = Write(record, {"account_id": account})
                    sending.write(partial(self._line.write, _MODULES[role], [write]))
        deals = {order.ids["opportunity"]: order.ids["contact"] for order in orders if order.ids.get("opportunity")}
        introduce(self._line, deals, sending)

    def _close(self, orders: Sequence[Order], rows: Mapping[str, Row], sending: Sending) -> None:
        if not orders:
            return
        writes = [Write(order.ids["lead"], _closing(order, rows[order.ids["lead"]])) for order in orders]
        refusals = sending.write(lambda: self._line.write(LEADS, writes))
        after = self._leads(orders)
        for order in orders:
            said = self._standing(order, after.get(order.ids["lead"]))
            lead = order.ids["lead"]
            unkept = Refusal("not-stored", "SuiteCRM did not keep the conversion", ("converted",))
            if said is None:
                sending.refuse(order, refusals.get(lead) or unkept)
            else:
                sending.receipts[order.step.key] = said


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
