"""The opportunity: whether one is opened, and its terms."""

from __future__ import annotations

from datetime import timedelta

from connector.model.decision import OpportunityTerms
from connector.model.records import Scalar, Values
from connector.policy.facts import Facts
from connector.policy.intent import Asked
from connector.policy.operators import number, tokens
from connector.policy.rules import Business, OpportunityRule

_CUSTOMER = (" customer ", " client ")


def is_wanted(rule: OpportunityRule, facts: Facts) -> bool:
    """Whether the lead calls for an opportunity: on intent or BANT, or as the policy says."""
    if rule.opens is not None:
        return rule.opens(facts)
    return bool(facts.derived["intent"] or facts.derived["bant_met"])


def is_existing_business(rule: OpportunityRule, facts: Facts) -> bool:
    """Whether it is with a customer: an account that is known, and that the policy or its type calls so."""
    if not facts.account_is_known:
        return False
    if rule.is_existing is not None:
        return rule.is_existing(facts)
    kind = tokens(str(facts.account.get("type") or ""))
    return any(word in kind for word in _CUSTOMER)


def terms(rule: OpportunityRule, facts: Facts, asked: Asked | None) -> OpportunityTerms:
    """Fill in the name and the values; a name that is too long gives up letters of the company's name."""
    business = rule.existing if is_existing_business(rule, facts) else rule.new
    words = _words(rule, facts, asked)
    name = business.name.format_map(words)
    excess = len(name) - rule.max_length
    if excess > 0:
        short = words["company"][: max(0, len(words["company"]) - excess)].rstrip()
        name = business.name.format_map({**words, "company": short})[: rule.max_length].rstrip()
    values: dict[str, Scalar] = {
        field: value.format_map(words) if isinstance(value, str) else value for field, value in business.values.items()
    }
    values |= _typed(business, facts)
    return OpportunityTerms(name, {field: value for field, value in values.items() if value not in ("", None)})


def _typed(business: Business, facts: Facts) -> Values:
    """Type, amount and close date, where the policy says them."""
    found: dict[str, Scalar] = {}
    if business.type:
        found["type"] = business.type
    told = number(business.amount_from(facts)) if business.amount_from is not None else None
    amount = told if told is not None else business.amount
    if amount is not None:
        found["amount"] = amount
    if business.close_in_days is not None:
        found["close_date"] = (facts.as_of.date() + timedelta(days=business.close_in_days)).isoformat()
    return found


def _words(rule: OpportunityRule, facts: Facts, asked: Asked | None) -> dict[str, str]:
    lead = {name: str(value) for name, value in facts.lead.items() if value is not None}
    person = " ".join(filter(None, (lead.get("first_name", ""), lead.get("last_name", ""))))
    account = str(facts.account.get("name") or "")
    return {
        "company": account or lead.get("company", "") or person,
        "action": rule.labels[asked.rule.name] if asked else rule.without_action,
        **{name: lead.get(name, "") for name in ("first_name", "last_name", "source", "country")},
    }
