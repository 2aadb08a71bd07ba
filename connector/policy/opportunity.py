"""The terms of the opportunity that intent or BANT opens."""

from __future__ import annotations

from connector.model.decision import OpportunityTerms
from connector.policy.facts import Facts
from connector.policy.intent import Asked
from connector.policy.rules import OpportunityRule


def terms(rule: OpportunityRule, facts: Facts, asked: Asked | None) -> OpportunityTerms:
    """Fill in the name and the values; a name that is too long gives up letters of the company's name."""
    words = _words(rule, facts, asked)
    name = rule.name.format_map(words)
    excess = len(name) - rule.max_length
    if excess > 0:
        short = words["company"][: max(0, len(words["company"]) - excess)].rstrip()
        name = rule.name.format_map({**words, "company": short})[: rule.max_length].rstrip()
    values = {
        field: value.format_map(words) if isinstance(value, str) else value for field, value in rule.values.items()
    }
    return OpportunityTerms(name, {field: value for field, value in values.items() if value != ""})


def _words(rule: OpportunityRule, facts: Facts, asked: Asked | None) -> dict[str, str]:
    lead = {name: str(value) for name, value in facts.lead.items() if value is not None}
    person = " ".join(filter(None, (lead.get("first_name", ""), lead.get("last_name", ""))))
    account = str(facts.account.get("name") or "")
    return {
        "company": account or lead.get("company", "") or person,
        "action": rule.labels[asked.rule.name] if asked else rule.without_action,
        **{name: lead.get(name, "") for name in ("first_name", "last_name", "source", "country")},
    }
