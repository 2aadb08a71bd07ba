"""Converting a lead as the interface does: the end state that every conversion through an API has to reach.

Source: `modules/Leads/views/view.convertlead.php` and `modules/Leads/metadata/convertdefs.php` of SuiteCRM 7.14.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.words import NoSuchField, Row

_NEVER_COPIED = frozenset(
    {"id", "date_entered", "date_modified", "created_by", "modified_user_id", "deleted", "name", "account_id",
     "contact_id", "opportunity_id", "status", "converted", "connector_key_c", "sync_key", "converted_to_c"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conversion:
    """What the person at the screen chose: existing records by id, and whether to open an opportunity."""

    account_id: str = ""
    contact_id: str = ""
    opportunity_id: str = ""
    opportunity_name: str = ""
    do_not_create_opportunity: bool = False

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Conversion:
        """From the `set` of a side door. Raises NoSuchField for other keys."""
        unknown = sorted(set(given) - set(cls.__slots__))
        if unknown:
            raise NoSuchField(", ".join(unknown))
        texts = {name: str(value or "") for name, value in given.items() if name != "do_not_create_opportunity"}
        return cls(**texts, do_not_create_opportunity=bool(given.get("do_not_create_opportunity")))


@dataclass(frozen=True, slots=True)
class Converted:
    """The records that a lead was converted into; "" where there is none."""

    account_id: str
    contact_id: str
    opportunity_id: str


def convert_lead(instance: SugarInstance, lead_id: str, chosen: Conversion, user_id: str) -> Converted:
    """Convert a lead. Raises NoSuchRecord when it, or a chosen record, is not there."""
    with instance.transaction():
        lead = instance.require("Leads", lead_id)
        account_id = _account(instance, lead, chosen, user_id)
        contact_id = _contact(instance, lead, (chosen, account_id), user_id)
        opportunity_id = _opportunity(instance, lead, (chosen, account_id), user_id)
        if opportunity_id:
            instance.relate("Contacts", contact_id, "opportunities", opportunity_id)
        ids = {"account_id": account_id, "contact_id": contact_id, "opportunity_id": opportunity_id}
        values = {"id": lead_id, "status": "Converted", "converted": 1, **ids}
        instance.save("Leads", values, user_id=user_id, create=False)
        return Converted(account_id, contact_id, opportunity_id)


def _copied(instance: SugarInstance, lead: Row, module: str) -> dict[str, object]:
    """Every lead field that the other module has under the same name."""
    return {
        one.name: lead[one.name]
        for one in instance.module(module).stored()
        if one.name in lead and one.name not in _NEVER_COPIED and lead[one.name] is not None
    }


def _account(instance: SugarInstance, lead: Row, chosen: Conversion, user_id: str) -> str:
    if chosen.account_id:
        return str(instance.require("Accounts", chosen.account_id)["id"])
    if not lead["account_name"]:
        return ""
    values = _copied(instance, lead, "Accounts") | {"name": lead["account_name"], "phone_office": lead["phone_work"]}
    for part in ("street", "city", "state", "postalcode", "country"):
        values[f"billing_address_{part}"] = lead[f"primary_address_{part}"]
        # The stock form posts no address: shipping comes from the person's other one (`copyAddressFields`).
        values[f"shipping_address_{part}"] = lead[f"alt_address_{part}"]
    return instance.save("Accounts", values, user_id=user_id, create=True).id


def _contact(instance: SugarInstance, lead: Row, choice: tuple[Conversion, str], user_id: str) -> str:
    chosen, account_id = choice
    if chosen.contact_id:
        contact = instance.require("Contacts", chosen.contact_id)
        if account_id and not chosen.account_id:
            values = {"id": contact["id"], "account_id": account_id}
            instance.save("Contacts", values, user_id=user_id, create=False)
        return str(contact["id"])
    # The form posts the lead's address with its flags.
    address = {name: lead[name] for name in ("email1", "email_opt_out", "invalid_email")}
    values = _copied(instance, lead, "Contacts") | address | {"account_id": account_id}
    return instance.save("Contacts", values, user_id=user_id, create=True).id


def _opportunity(instance: SugarInstance, lead: Row, choice: tuple[Conversion, str], user_id: str) -> str:
    chosen, account_id = choice
    if chosen.opportunity_id:
        return str(instance.require("Opportunities", chosen.opportunity_id)["id"])
    name = chosen.opportunity_name or lead["opportunity_name"]
    if not name or chosen.do_not_create_opportunity:
        return ""
    values = _copied(instance, lead, "Opportunities")
    values |= {"name": name, "amount": lead["opportunity_amount"], "account_id": account_id}
    return instance.save("Opportunities", values, user_id=user_id, create=True).id
