"""What the roles of our user let it do, as ``/me`` tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connector.systems.sugarcrm.describing import LINE_ITEMS, Describer
from connector.systems.sugarcrm.faults import READ
from connector.systems.sugarcrm.session import Part, SugarSession

LINE_ITEM_FIX = (
    f"Admin > Role Management > the API user's role > {LINE_ITEMS}: Access Enabled, and View, List and Edit All; or let"
    " opportunities keep their own amounts (Admin > Opportunities)"
)
_TO_ADD = ("access", "view", "list", "create")


def rights_of(session: SugarSession) -> Mapping[str, object]:
    """Rights by module; empty where the CRM tells none. Raises Refused for a refused login."""
    me = session.call(Part("GET", "me"), READ)
    user = me.get("current_user") if isinstance(me, Mapping) else None
    rights = user.get("acl") if isinstance(user, Mapping) else None
    return rights if isinstance(rights, Mapping) else {}


def right(rights: object, name: str) -> str:
    """One right's word (``yes``, ``no``), empty where none is told."""
    return str(rights.get(name, "")).lower() if isinstance(rights, Mapping) else ""


def denied(rights: object, names: Iterable[str]) -> list[str]:
    """Those of the rights *names* that one module's *rights* deny."""
    return [name for name in names if right(rights, name) == "no"]


def denied_line_items(rights: Mapping[str, object], describer: Describer) -> list[str]:
    """What keeps our user from adding revenue line items; without them no opportunity of ours gets its amount."""
    found = denied(rights.get(LINE_ITEMS), _TO_ADD)
    if not describer.fields(LINE_ITEMS) and "access" not in found:
        found.insert(0, "access")
    return found
