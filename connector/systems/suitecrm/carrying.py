"""What the interface's own conversion copies from the lead, and the mapping did not set.

SuiteCRM 7.14.6, ``modules/Leads/views/view.convertlead.php``: each new record first receives every lead field of
the same name, an account's addresses come from the person's, and ``metadata/convertdefs.php`` renames a few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.model.plan import Order
from connector.model.progress import ObjectShape
from connector.systems.sugar_accounts import ACCOUNT_FROM_LEAD
from connector.systems.suitecrm.becoming import ROLES
from connector.systems.suitecrm.line import ACCOUNTS, LEADS, OPPORTUNITIES, Line, Row
from connector.systems.suitecrm.values import Sent, Unsendable, encode

_RENAMED: Mapping[str, Mapping[str, str]] = {
    ACCOUNTS: ACCOUNT_FROM_LEAD,
    OPPORTUNITIES: {"name": "opportunity_name", "amount": "opportunity_amount"},
}
_LEADS_OWN = frozenset(
    {
        "id",
        "name",
        "full_name",
        "email",
        "email2",
        "status",
        "status_description",
        "converted",
        "account_id",
        "account_name",
        "account_description",
        "contact_id",
        "opportunity_id",
        "opportunity_name",
        "opportunity_amount",
        "lead_source_description",
        "refered_by",
    }
)


def origins(line: Line, shape: ObjectShape, orders: Sequence[Order]) -> dict[str, Row]:
    """By step: the lead that each new record comes from, with what is copied of it and whether it is converted.

    One read for all leads. A lead that is gone is left out: its conversion will say so.
    """
    leads = sorted({order.ids["lead"] for order in orders if order.ids.get("lead")})
    sources = _sources(line, shape) if leads else {}
    rows = line.read(LEADS, leads, sorted({*sources.values(), "converted", *ROLES.values()})) if sources else {}
    return {order.step.key: rows[order.ids["lead"]] for order in orders if order.ids.get("lead") in rows}


def carried(line: Line, shape: ObjectShape, lead: Row) -> dict[str, Sent]:
    """The values that a new record takes from its lead."""
    return _values(lead, _sources(line, shape), shape)


def _sources(line: Line, shape: ObjectShape) -> dict[str, str]:
    lead = line.shape(LEADS)
    if lead is None:
        return {}
    same = {name: name for name in lead.fields if name not in _LEADS_OWN}
    wanted = same | dict(_RENAMED.get(shape.name, {}))
    return {
        target: source
        for target, source in wanted.items()
        if source in lead.fields and target in shape.fields and shape.fields[target].createable
    }


def _values(row: Row, sources: Mapping[str, str], shape: ObjectShape) -> dict[str, Sent]:
    found: dict[str, Sent] = {}
    for target, source in sources.items():
        value = row.values.get(source)
        if value is None or value is False:
            continue  # nothing to copy; a flag that is not set is every new record's start
        try:
            found[target] = encode(value, shape.fields[target])
        except Unsendable:
            continue  # an amount typed as prose, a list value that the other module does not have
    return found
