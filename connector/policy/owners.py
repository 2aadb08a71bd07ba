"""Named accounts, and who owns what is made of a net-new lead."""

from __future__ import annotations

from connector.model.decision import OwnerChoice
from connector.policy.facts import Facts
from connector.policy.rules import Rulebook
from connector.values import company as company_values
from connector.values import email as email_values


def named_account(rulebook: Rulebook, facts: Facts) -> str:
    """The named account that the lead comes from, as the list writes it; empty when it is none."""
    named = rulebook.named
    if not named:
        return ""
    site = facts.lead.get("website")
    domains = (facts.derived["email_domain"], email_values.registrable(str(site)) if site else "")
    by_domain = next((named.domains[str(domain)] for domain in domains if domain and domain in named.domains), "")
    company = str(facts.lead.get("company") or "")
    return by_domain or (named.names.get(company_values.core(company), "") if company else "")


def owner_of(rulebook: Rulebook, facts: Facts) -> OwnerChoice | None:
    """Who owns what a conversion makes; None leaves it with the lead's own owner.

    A named account goes to its own owner, before any other rule. The first rule that holds says who else.
    """
    name = named_account(rulebook, facts)
    if name and rulebook.named.owners.get(name):
        return OwnerChoice("named-account", (rulebook.named.owners[name],))
    for rule in rulebook.owners:
        if rule.holds(facts):
            return OwnerChoice(rule.name, rule.candidates)
    return None
