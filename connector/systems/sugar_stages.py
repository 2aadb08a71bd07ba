"""The sales stages of a stock CRM of the SugarCRM family, and the probability that each stands for."""

from __future__ import annotations

from collections.abc import Mapping

from connector.model.progress import FieldShape

STOCK_STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
)
STOCK_PROBABILITIES: Mapping[str, int] = dict(zip(STOCK_STAGES, (10, 20, 25, 30, 40, 50, 65, 80, 100, 0), strict=True))
"""``sales_probability_dom`` of SuiteCRM's ``include/language/en_us.lang.php``.

The CRM fills the probability in for a new opportunity only; with a later stage it stays what it was, unless it is sent.
"""


def probability_of(values: Mapping[str, object], before: object, fields: Mapping[str, FieldShape]) -> dict[str, int]:
    """The probability that goes with *values* of an opportunity whose stage was *before*.

    Empty where they tell it themselves, where the stage stays or is none of these, and where it cannot be written.
    """
    stage, field = values.get("sales_stage"), fields.get("probability")
    if stage == before or stage not in STOCK_PROBABILITIES or "probability" in values:
        return {}
    return {"probability": STOCK_PROBABILITIES[str(stage)]} if field is not None and field.updateable else {}
