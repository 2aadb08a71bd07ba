"""In which currency amounts are in the CRMs of the SugarCRM family."""

from __future__ import annotations

SYSTEM_CURRENCY = "-99"
"""The system's own currency, which is no record among the currencies.

Amounts are in the org's currency here; one that is sent without its currency is taken to be in the one that the API
user prefers (SuiteCRM 7.14.6, ``modules/Opportunities/Opportunity.php``, ``save``).
"""
