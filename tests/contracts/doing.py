"""What the target contract does with a subject: sending orders, converting a lead whole, looking at what stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from connector.model.plan import Order, Outcome, Receipt
from connector.model.records import Kind
from connector.ports import Target

from .subject import Seen, Subject

DONE = (Outcome.APPLIED, Outcome.ALREADY)
SORTS = ("land", "account", "contact", "opportunity", "update", "convert")


def perform(target: Target, *orders: Order) -> list[Receipt]:
    """Send orders through the target's own batches; receipts in the order of *orders*."""
    receipts: dict[str, Receipt] = {}
    for batch in target.batches(orders):
        receipts |= {receipt.step: receipt for receipt in target.perform(batch)}
    return [receipts[order.step.key] for order in orders]


def outcomes(receipts: Sequence[Receipt]) -> list[str]:
    """The outcomes as words."""
    return [receipt.outcome.value for receipt in receipts]


def live(subject: Subject, kind: Kind) -> list[Seen]:
    """Every live record of a kind."""
    return [seen for seen in subject.all(kind) if not seen.deleted]


def counts(subject: Subject) -> Counter[Kind]:
    """How many live records of each kind there are."""
    return Counter({kind: len(live(subject, kind)) for kind in Kind})


def seen(subject: Subject, kind: Kind, record_id: str) -> Seen:
    """One record as it stands."""
    return next(found for found in subject.all(kind) if found.id == record_id)


def make(subject: Subject, kind: Kind, source_id: str, **ids: str) -> str:
    """Create one record; answers its id."""
    (receipt,) = perform(subject.system, subject.create(kind, source_id, **ids))
    assert receipt.outcome in DONE, receipt
    return receipt.ids["record"]


def closing(subject: Subject, lead_id: str, *, opportunity: bool = True, **known: str) -> Order:
    """The CONVERT of a lead, after whatever the CRM's style wants made before; *known* ids are not made."""
    style = subject.system.conversion_style
    ids = dict(known)
    for kind in (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY):
        made_later = kind in style.makes | style.given
        if made_later or kind.value in ids or (kind is Kind.OPPORTUNITY and not opportunity):
            continue
        ids[kind.value] = make(subject, kind, lead_id, lead=lead_id, **ids)
    wanted = {"opportunity": "new", "opportunity_name": "Acme Test - Demo"} if opportunity else {}
    if "opportunity" in ids:
        ids["opportunity_id"] = ids.pop("opportunity")
    return subject.convert(lead_id, **ids, **wanted)


def prepared(subject: Subject, sort: str, source_id: str) -> Order:
    """An order of each sort, with everything there that it builds upon."""
    if sort == "land":
        return subject.land(source_id)
    if sort == "update":
        return subject.update(subject.lead(), f"Title {source_id}")
    if sort == "convert":
        return closing(subject, subject.lead())
    ids = {}
    if sort in ("contact", "opportunity"):
        ids["account"] = make(subject, Kind.ACCOUNT, source_id)
    if sort == "opportunity":
        ids["contact"] = make(subject, Kind.CONTACT, source_id, **ids)
    return subject.create(Kind(sort), source_id, **ids)


MADE: dict[str, Counter[Kind]] = {
    "land": Counter({Kind.LEAD: 1}),
    "account": Counter({Kind.ACCOUNT: 1}),
    "contact": Counter({Kind.ACCOUNT: 1, Kind.CONTACT: 1}),
    "opportunity": Counter({Kind.ACCOUNT: 1, Kind.CONTACT: 1, Kind.OPPORTUNITY: 1}),
    "update": Counter({Kind.LEAD: 1}),
    "convert": Counter(dict.fromkeys(Kind, 1)),
}
"""How many records there are more once the order of a sort, and what it builds upon, is done: nothing twice."""


def check_stands(subject: Subject, order: Order, receipt: Receipt) -> None:
    """The write of an order stands as the receipt tells it."""
    kind = Kind(order.step.kind)
    if "lead" in receipt.ids:
        check_converted(subject, receipt)
        return
    found = seen(subject, kind, receipt.ids["record"])
    assert not found.deleted
    words = subject.words.fields[kind]
    for word in ("name", "title", "company"):
        if words.get(word) in order.step.after:
            assert getattr(found, word) == order.step.after[words[word]]
    if subject.traits.steps and kind is not Kind.LEAD:
        assert found.account == order.ids.get("account", found.account)
        assert found.contact == order.ids.get("contact", found.contact)


def check_converted(subject: Subject, receipt: Receipt) -> None:
    """The end of a conversion: the lead is closed and everything hangs together by the ids of the receipt."""
    ids = receipt.ids
    lead = seen(subject, Kind.LEAD, ids["lead"])
    assert (lead.converted, lead.deleted, lead.status) == (True, False, subject.words.converted_status)
    assert (lead.account, lead.contact, lead.opportunity) == (
        ids["account"],
        ids["contact"],
        ids.get("opportunity", ""),
    )
    assert seen(subject, Kind.CONTACT, ids["contact"]).account == ids["account"]
    if "opportunity" in ids:
        opportunity = seen(subject, Kind.OPPORTUNITY, ids["opportunity"])
        assert (opportunity.account, opportunity.contact) == (ids["account"], ids["contact"])
