"""What a record that comes from a lead takes over from it, and the values of a new record altogether.

SugarCRM's own conversion copies every field that lead and target name alike into the form, and a few under another
name; the API copies nothing by itself (SuiteCRM 7.14.6, modules/Leads/views/view.convertlead.php and
metadata/convertdefs.php show the same lists).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.model.plan import Order
from connector.model.progress import FieldShape
from connector.model.records import Kind, Scalar
from connector.systems.sugar_accounts import ACCOUNT_FROM_LEAD, ADDRESS_PARTS
from connector.systems.sugar_currency import SYSTEM_CURRENCY
from connector.systems.sugarcrm.rows import (
    EMAIL_FIELDS,
    PRIMARY,
    Row,
    outgoing,
    outgoing_emails,
    values_of,
)

_PERSON = (
    "salutation first_name last_name title department do_not_call phone_home phone_mobile phone_work phone_other "
    "phone_fax assistant assistant_phone lead_source description birthdate campaign_id assigned_user_id reports_to_id"
)
CARRIED: Mapping[str, tuple[str, ...]] = {
    Kind.CONTACT: (
        *_PERSON.split(),
        *(f"{which}_address_{part}" for which in ("primary", "alt") for part in ADDRESS_PARTS),
        *sorted(EMAIL_FIELDS),
    ),
    Kind.ACCOUNT: ("description", "website", "phone_fax", "campaign_id", "assigned_user_id", *sorted(EMAIL_FIELDS)),
    Kind.OPPORTUNITY: ("lead_source", "campaign_id", "description", "assigned_user_id"),
}
RENAMED: Mapping[str, Mapping[str, str]] = {
    Kind.ACCOUNT: ACCOUNT_FROM_LEAD,
    Kind.OPPORTUNITY: {"name": "opportunity_name"},
}
"""Target fields that the conversion form fills from a lead field of another name."""
LEAD_FIELDS = tuple(
    sorted({name for names in CARRIED.values() for name in names} | {n for by in RENAMED.values() for n in by.values()})
)
_BELONGS = frozenset({Kind.CONTACT.value, Kind.OPPORTUNITY.value})


def carried(kind: str, lead: Row, given: Mapping[str, Scalar], known: Mapping[str, FieldShape]) -> dict[str, Scalar]:
    """Lead values for a new record of *kind* that *given* does not set; blank ones, hidden or not, are left out."""
    sources = {name: name for name in CARRIED.get(kind, ())} | dict(RENAMED.get(kind, {}))
    wanted = {name: source for name, source in sources.items() if name not in given and name in known}
    read = values_of(lead, tuple(wanted.values()), known)
    found: dict[str, Scalar] = {name: read[source] for name, source in wanted.items() if read[source] not in (None, "")}
    if PRIMARY in given and not _same_address(given[PRIMARY], lead):
        # The flags belong to the lead's own address.
        return {name: value for name, value in found.items() if name not in EMAIL_FIELDS}
    if PRIMARY not in given and PRIMARY not in found:
        return {name: value for name, value in found.items() if name not in EMAIL_FIELDS}
    return found


def _same_address(address: Scalar, lead: Row) -> bool:
    known = values_of(lead, (PRIMARY,), {})[PRIMARY]
    return str(address or "").strip().lower() == str(known or "").strip().lower()


def new_values(order: Order, kind: str, lead: Row | None, known: Mapping[str, FieldShape]) -> dict[str, Any]:
    """Everything that the new record of *order* is sent with: what is planned, carried over, and whose it is."""
    given = dict(order.step.after)
    if lead is not None:
        given |= carried(kind, lead, given, known)
    sent = {**outgoing(given, known), **outgoing_emails(given, {})}
    if sent.get("amount") not in (None, "") and "currency_id" in known and known["currency_id"].createable:
        sent.setdefault("currency_id", SYSTEM_CURRENCY)
    if kind in _BELONGS and order.ids.get("account"):
        sent["account_id"] = order.ids["account"]
    return sent
