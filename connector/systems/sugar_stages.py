"""The sales stages of a stock CRM of the SugarCRM family, and the probability that each stands for."""

from __future__ import annotations

from collections.abc import Mapping

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
