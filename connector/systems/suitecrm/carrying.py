"""What the interface's own conversion copies from the lead, and the mapping did not set.

SuiteCRM 7.14.6, ``modules/Leads/views/view.convertlead.php``: each new record first receives every lead field of
the same name, an account's addresses come from the person's, and ``metadata/convertdefs.php`` renames a few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.model.plan import Order
from connector.model.progress import ObjectShape
from connector.systems.suitecrm.line import ACCOUNTS, LEADS, OPPORTUNITIES, Line, Row
from connector.systems.suitecrm.values import Sent, Unsendable, encode

_PARTS = ("street", "city", "state", "postalcode", "country")
_RENAMED: Mapping[str, Mapping[str, str]] = {
    ACCOUNTS: {"name": "account_name", "phone_office": "phone_work"}
    | {f"billing_address_{part}": f"primary_address_{part}" for part in _PARTS}
    | {f"shipping_address_{part}": f"alt_address_{part}" for part in _PARTS},
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


def carried(line: Line, module: str, shape: ObjectShape, orders: Sequence[Order]) -> dict[str, dict[str, Sent]]:
    """By step: the values that each new record takes from its lead; empty where it comes from none.

    One read for all leads. A lead that is gone brings nothing: its conversion will say so.
    """
    leads = sorted({order.ids["lead"] for order in orders if order.ids.get("lead")})
    lead_shape = line.shape(LEADS) if leads else None
    if lead_shape is None:
        return {}
    sources = _sources(module, shape, lead_shape)
    rows = line.read(LEADS, leads, sorted(set(sources.values())))
    return {
        order.step.key: _values(rows[order.ids["lead"]], sources, shape)
        for order in orders
        if order.ids.get("lead") in rows
    }


def _sources(module: str, shape: ObjectShape, lead: ObjectShape) -> dict[str, str]:
    same = {name: name for name in lead.fields if name not in _LEADS_OWN}
    wanted = same | dict(_RENAMED.get(module, {}))
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
