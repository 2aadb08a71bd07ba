"""A conversion as a colleague makes it on screen: what the Convert Lead view leaves behind.

Source: `modules/Leads/views/view.convertlead.php` and `metadata/convertdefs.php` of SuiteCRM 7.14.6.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.words import NoSuchField, Row

_NOT_COPIED = frozenset(
    {"id", "name", "full_name", "date_entered", "date_modified", "created_by", "modified_user_id", "deleted",
     "account_id", "contact_id", "opportunity_id", "sync_key", "connector_key_c", "status", "converted", "amount"}
)  # fmt: skip
_KNOWN = frozenset({"account_id", "contact_id", "opportunity_id", "opportunity_name", "do_not_create_opportunity"})


def convert_as_colleague(instance: SugarInstance, lead_id: str, given: Mapping[str, object], user_id: str) -> None:
    """Convert a lead into the records named in `given`, or new ones made from the lead.

    `given`: `account_id`, `contact_id`, `opportunity_id`, `opportunity_name` (opens an opportunity; without it and
    without an id none is made). Raises NoSuchRecord, NoSuchField for other keys.
    """
    unknown = sorted(set(given) - _KNOWN)
    if unknown:
        raise NoSuchField(", ".join(unknown))
    lead = instance.require("Leads", lead_id)
    account = _existing(instance, "Accounts", given.get("account_id")) or _account(instance, lead, user_id)
    contact = _existing(instance, "Contacts", given.get("contact_id")) or _contact(instance, lead, account, user_id)
    ids: dict[str, object] = {"account_id": account, "contact_id": contact}
    opportunity = _existing(instance, "Opportunities", given.get("opportunity_id"))
    if opportunity is None and given.get("opportunity_name") and not given.get("do_not_create_opportunity"):
        opportunity = _opportunity(instance, lead, str(given["opportunity_name"]), (account, user_id))
    if opportunity is not None:
        ids["opportunity_id"] = opportunity
        instance.relate("Contacts", contact, "opportunities", opportunity)
    marks = {"id": lead_id, "converted": 1, "status": "Converted", **ids}
    instance.save("Leads", marks, user_id=user_id, create=False)


def _existing(instance: SugarInstance, module: str, record_id: object) -> str | None:
    return str(instance.require(module, str(record_id))["id"]) if record_id else None


def _same_named(instance: SugarInstance, module: str, lead: Row) -> dict[str, object]:
    stored = {one.name for one in instance.module(module).stored()} - _NOT_COPIED
    return {name: value for name, value in lead.items() if name in stored and value is not None}


def _account(instance: SugarInstance, lead: Row, user_id: str) -> str:
    values = _same_named(instance, "Accounts", lead)
    values["name"] = lead.get("account_name") or lead.get("last_name")
    values["phone_office"] = lead.get("phone_work")
    for part in ("street", "city", "state", "postalcode", "country"):
        values[f"billing_address_{part}"] = lead.get(f"primary_address_{part}")
        values[f"shipping_address_{part}"] = lead.get(f"alt_address_{part}") or lead.get(f"primary_address_{part}")
    return instance.save("Accounts", values, user_id=user_id, create=True).id


def _contact(instance: SugarInstance, lead: Row, account_id: str, user_id: str) -> str:
    values = {**_same_named(instance, "Contacts", lead), "account_id": account_id, "email1": lead.get("email1")}
    return instance.save("Contacts", values, user_id=user_id, create=True).id


def _opportunity(instance: SugarInstance, lead: Row, name: str, at: tuple[str, str]) -> str:
    account_id, user_id = at
    values = {**_same_named(instance, "Opportunities", lead), "name": name, "account_id": account_id,
              "sales_stage": "Prospecting", "amount": 0,
              "date_closed": instance.now()[:10]}  # fmt: skip
    return instance.save("Opportunities", values, user_id=user_id, create=True).id
