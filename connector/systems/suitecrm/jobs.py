"""Orders made ready: checked before they are sent, because SuiteCRM checks nothing and loses values silently."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from connector.model.plan import Action, Order
from connector.model.progress import FieldShape, ObjectShape
from connector.model.records import Scalar
from connector.systems.sugar_currency import SYSTEM_CURRENCY
from connector.systems.sugar_stages import probability_of
from connector.systems.suitecrm.line import LEADS, OPPORTUNITIES, Refusal, Row, chosen_id
from connector.systems.suitecrm.values import Sent, Unsendable, encode, stands, unchanged

Same = Callable[[Sent, Scalar, FieldShape], bool]

KEYED = (Action.LAND, Action.CREATE)
CURRENCY = "currency_id"

ADDRESSES = ("email1", "email2")
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+\Z")

# Flags of the address itself, which other people share: set by us, but never taken back.
_OF_THE_ADDRESS = frozenset({"email_opt_out", "invalid_email"})

# Written, but not compared: the second address is stored beside the first, the role's contact as a relation.
_UNREAD = frozenset({"email2", "contact_id"})


@dataclass(slots=True)
class Job:
    """One order on its way: the record's id, whether it is made, what is sent, and what of it nobody told.

    *of_lead*: its address comes from the lead that it is made of.
    """

    order: Order
    id: str
    create: bool = False
    values: dict[str, Sent] = field(default_factory=dict)
    carried: frozenset[str] = frozenset()
    of_lead: bool = False

    @property
    def new_address(self) -> str:
        """The address that the record is given, in small letters; empty where it is its lead's, whose flags it has."""
        return "" if self.of_lead else str(self.values.get("email1") or "").lower()

    @property
    def checked(self) -> dict[str, Sent]:
        """What must stand afterwards; what is only copied from the lead may look different on another module."""
        return {name: value for name, value in self.values.items() if name not in self.carried}

    @property
    def changes_address(self) -> bool:
        """Whether an existing record gets another e-mail address, which SuiteCRM ignores without a word."""
        return not self.create and "email1" in self.values


def record_id(order: Order) -> str:
    """The id of the record that an order is about. Raises ValueError for an order without one."""
    if order.step.action not in KEYED:
        return order.ids["record"]
    if not order.step.external_key:
        raise ValueError(f"the step {order.step.key} carries no external key")
    return chosen_id(order.step.external_key)


def encoded(order: Order, shape: ObjectShape, key_field: str) -> dict[str, Sent] | Refusal:
    """What an order says, as it goes out; or why it cannot: every field at fault is named."""
    found: dict[str, Sent] = {}
    bad: dict[str, Unsendable] = {}
    for name, value in order.step.after.items():
        if name in _OF_THE_ADDRESS and not value:
            continue
        known = shape.fields.get(name)
        if known is None or not known.updateable:
            if name != key_field:
                bad[name] = Unsendable("unknown-field", f"{shape.name} cannot be given {name}")
            continue
        try:
            found[name] = address(value) if name in ADDRESSES else encode(value, known)
        except Unsendable as error:
            bad[name] = error
    if bad:
        return Refusal(next(iter(bad.values())).code, "; ".join(e.message for e in bad.values()), tuple(bad))
    if order.step.action in KEYED and key_field in shape.fields:
        found.setdefault(key_field, order.step.external_key)
    return found


def address(value: Scalar) -> str:
    """An e-mail address as SuiteCRM takes it; it drops anything else with no more than a line in its log.

    Raises Unsendable.
    """
    text = str(value or "").strip()
    if text and not _ADDRESS.match(text):
        raise Unsendable("invalid-email", "what should be an e-mail address is none")
    return text


def for_new(order: Order, told: Mapping[str, Sent], carried: Mapping[str, Sent], shape: ObjectShape) -> dict[str, Sent]:
    """The values of a record to be made: carried from the lead, told by the order, and whose it is."""
    values = {**carried, **told}
    if values.get("amount", "") != "" and CURRENCY in shape.fields:
        # SuiteCRM would take the amount to be in the currency that the API user prefers.
        values.setdefault(CURRENCY, SYSTEM_CURRENCY)
    if order.ids.get("account") and order.step.object != LEADS:
        values["account_id"] = order.ids["account"]
    return values


def closed(order: Order, row: Row) -> bool:
    """Whether a lead that is to be landed was converted meanwhile: it is there, and is left as it was closed."""
    return order.step.action is Action.LAND and row.values.get("converted") is True


def lacking(values: Mapping[str, Sent], shape: ObjectShape, *, new: bool) -> Refusal | None:
    """Required fields that would be empty; SuiteCRM itself saves such records and cannot show them."""
    must = [name for name, known in shape.fields.items() if known.required]
    if shape.name == OPPORTUNITIES:
        must.append("account_id")
    missing = [name for name in must if (new or name in values) and values.get(name, "") == ""]
    if not missing:
        return None
    return Refusal("required-missing", f"{shape.name} needs {', '.join(missing)}", tuple(missing))


def differing(told: Mapping[str, Sent], row: Row, shape: ObjectShape, *, blanks_only: bool) -> dict[str, Sent]:
    """What has to be written on a record that is there; *blanks_only* leaves alone what it holds already."""
    found = {name: value for name, value in told.items() if not holds(row, name, value, shape, unchanged)}
    if blanks_only:
        found = {name: value for name, value in found.items() if row.values.get(name) in (None, False)}
    if "probability" not in told:
        found.update(probability_of(found, row.values.get("sales_stage"), shape.fields))
    return found


def holds(row: Row, name: str, sent: Sent, shape: ObjectShape, same: Same = stands) -> bool:
    """Whether a record holds a value, as SuiteCRM keeps it unless *same* asks for more."""
    if name in _UNREAD or name not in shape.fields:
        return True
    read = row.values.get(name)
    if name == "account_name" and shape.name == LEADS and row.text("account_id"):
        return True  # a lead linked to an account shows that account's name
    if name == "status" and shape.name == LEADS and sent == "":
        return True  # a lead without a status is given the first one on every save
    return same(sent, read, shape.fields[name])


def still_wanted(order: Order, values: Mapping[str, Sent], row: Row) -> dict[str, Sent]:
    """*values* without the address that an order takes away, once that is gone: another one then shows in its place."""
    old = str(order.step.before.get("email1") or "").lower()
    gone = values.get("email1") == "" and old and row.text("email1").lower() != old
    return {name: value for name, value in values.items() if not (gone and name == "email1")}


def amiss(row: Row, values: Mapping[str, Sent], shape: ObjectShape) -> tuple[str, ...]:
    """The fields that do not hold what was sent."""
    return tuple(name for name, sent in values.items() if not holds(row, name, sent, shape))


def readable(names: Iterable[str], shape: ObjectShape) -> list[str]:
    """The fields to ask for when *names* are to be compared."""
    extra = ["account_id", "converted"] if shape.name == LEADS else []
    return sorted({name for name in (*names, *extra) if name in shape.fields and name not in _UNREAD})
