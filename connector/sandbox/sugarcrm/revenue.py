"""Opportunities with revenue line items: amount, close date, stage and status come from the lines.

Public source: Sugar's administration guide on the two opportunity models. In the model without lines nothing here acts.
"""

from __future__ import annotations

from connector.sandbox.sugar.words import Order, Page, Row, Where
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.settings import Settings

_COMPUTED = frozenset({"amount", "best_case", "worst_case", "date_closed", "sales_stage", "probability"})
_CLOSED = ("Closed Won", "Closed Lost")
_FIRST_STAGE = "Prospecting"
_LINES = "RevenueLineItems"


def computed_fields(settings: Settings, module: str) -> frozenset[str]:
    """Fields of a module that nobody writes because the server works them out."""
    return _COMPUTED if settings.opps_mode == "rli" and module == "Opportunities" else frozenset()


def roll_up(call: SugarCall, opportunity_id: str) -> None:
    """Work an opportunity's fields out from its live lines."""
    if call.settings.opps_mode != "rli" or not opportunity_id:
        return
    if call.instance.get("Opportunities", opportunity_id) is None:
        return
    lines = call.instance.select(
        _LINES,
        Where("revenue_line_items.opportunity_id = ?", (opportunity_id,)),
        order=[Order("date_closed")],
        page=Page(),
        deleted="live",
    )
    values = {"id": opportunity_id, **_totals(lines)}
    call.instance.save("Opportunities", values, user_id=call.user_id, create=False)


def _totals(lines: list[Row]) -> dict[str, object]:
    open_or_won = [line for line in lines if line.get("sales_stage") != "Closed Lost"]
    latest = max((str(line["date_closed"]) for line in lines if line.get("date_closed")), default="")
    stage = next((line.get("sales_stage") for line in reversed(lines) if line.get("sales_stage")), "")
    return {
        "amount": _sum(open_or_won, "likely_case"),
        "best_case": _sum(open_or_won, "best_case"),
        "worst_case": _sum(open_or_won, "worst_case"),
        "date_closed": latest,
        "sales_stage": stage,
        "sales_status": _status(lines),
        "total_revenue_line_items": len(lines),
        "closed_revenue_line_items": sum(line.get("sales_stage") in _CLOSED for line in lines),
    }


def _sum(lines: list[Row], name: str) -> float:
    return sum(float(line.get(name) or 0) for line in lines)


def _status(lines: list[Row]) -> str:
    stages = {line.get("sales_stage") for line in lines}
    if lines and stages <= set(_CLOSED):
        return "Closed Won" if "Closed Won" in stages else "Closed Lost"
    return "New" if stages <= {_FIRST_STAGE, None, ""} else "In Progress"
