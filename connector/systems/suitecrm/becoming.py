"""What a lead says that it became."""

from __future__ import annotations

from connector.systems.suitecrm.line import Row

ROLES = {"account": "account_id", "contact": "contact_id", "opportunity": "opportunity_id"}
"""The lead's field that holds the id of each record that it became."""


def became(row: Row) -> dict[str, str]:
    """The ids of a conversion's receipt as the lead tells them: the lead's own, and what it became."""
    return {"lead": row.id} | {role: row.text(name) for role, name in ROLES.items() if row.text(name)}


def converted_by(row: Row) -> bool:
    """Whether the lead is converted by its flag."""
    return row.values.get("converted") is True
