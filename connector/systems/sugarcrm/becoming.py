"""What a lead's row says of its conversion: whether, by whom, and into what."""

from __future__ import annotations

from collections.abc import Mapping

from connector.model.plan import Order
from connector.systems.sugarcrm.rows import Row, flag

CONVERTED_STATUS = "Converted"
_ROLES = {"account": "account_id", "contact": "contact_id", "opportunity": "opportunity_id"}
CONVERTED_FIELDS = ("converted", "status", *_ROLES.values())


def became(row: Row) -> dict[str, str]:
    """The ids of a conversion's receipt as the lead tells them: the lead's own, and what it became."""
    told = {role: str(row[field]) for role, field in _ROLES.items() if row.get(field)}
    return {"lead": str(row["id"]), **told}


def converted_by(row: Row) -> bool:
    """Whether the conversion is complete by the flag."""
    return flag(row.get("converted")) is True


def tied(row: Row) -> bool:
    """Whether the lead points at a person or a deal already, flag or not.

    An account alone says nothing: a lead that is picked in an account's subpanel has one without being converted
    (SuiteCRM 7.14.6, modules/Leads/vardefs.php, relationship ``account_leads``).
    """
    return converted_by(row) or bool(row.get("contact_id") or row.get("opportunity_id"))


def only_says_so(row: Row) -> bool:
    """Whether the status alone says Converted: somebody picked the word, nothing shows into what."""
    return row.get("status") == CONVERTED_STATUS and not tied(row)


def fits(order: Order, ids: Mapping[str, str], opportunity: str = "") -> bool:
    """Whether what the lead became is what *order* wanted; *opportunity*: the one that carries our key."""
    wanted = {role: order.ids[role] for role in _ROLES if order.ids.get(role)}
    if opportunity:
        wanted.setdefault("opportunity", opportunity)
    return all(ids.get(role) == record_id for role, record_id in wanted.items())


def contradicts(order: Order, row: Row, opportunity: str = "") -> bool:
    """Whether an unconverted lead points at another person or deal than *order* wants."""
    return bool(strangers(order, row, opportunity))


def strangers(order: Order, row: Row, opportunity: str = "") -> dict[str, str]:
    """The person and the deal, by role, that a lead points at where *order* wants others."""
    wanted = {"contact": order.ids.get("contact", ""), "opportunity": order.ids.get("opportunity") or opportunity}
    told = became(row)
    return {role: told[role] for role in wanted if role in told and wanted[role] and told[role] != wanted[role]}
