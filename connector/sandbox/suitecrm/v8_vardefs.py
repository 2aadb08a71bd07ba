"""What V8 shows beyond the engine's fields: links among the attributes, and the related modules it points to.

A record's `relationships` name each module once, with the first link whose vardef carries a `module` key, in the
order of the modules' names. Attributes list every vardef, links too (empty, but for the one behind the campaign's
name, which PHP prints as an empty object).
Source: SuiteCRM 7.14.6, modules/*/vardefs.php, Api/V8/JsonApi/Helper/RelationshipObjectHelper.php.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.sugar.schema import Module

_SHARED = {"EmailAddress": "email_addresses", "SecurityGroups": "SecurityGroups", "Users": "created_by_link"}
_SALES_DOCUMENTS = {"AOS_Contracts": "aos_contracts", "AOS_Invoices": "aos_invoices", "AOS_Quotes": "aos_quotes"}
_ACTIVITIES = {one: one.lower() for one in ("Calls", "Emails", "Meetings", "Notes", "Tasks")}
_MARKETING = {"CampaignLog": "campaigns", "ProspectLists": "prospect_lists"}

_SHOWN: Mapping[str, Mapping[str, str]] = {
    "Leads": {**_SHARED, **_MARKETING, "Contacts": "contacts"},
    "Contacts": {
        **_SHARED,
        **_MARKETING,
        **_SALES_DOCUMENTS,
        "AM_ProjectTemplates": "am_projecttemplates_contacts_1",
        "Opportunities": "opportunities",
        "Project": "project_contacts_1",
    },
    "Accounts": {
        **_SHARED,
        **_MARKETING,
        **_SALES_DOCUMENTS,
        **_ACTIVITIES,
        "Accounts": "members",
        "Bugs": "bugs",
        "Cases": "cases",
        "Contacts": "contacts",
        "Leads": "leads",
        "Opportunities": "opportunities",
        "Project": "project",
    },
    "Opportunities": {
        "AOS_Contracts": "aos_contracts",
        "AOS_Quotes": "aos_quotes",
        "Accounts": "accounts",
        "CampaignLog": "campaigns",
        "Campaigns": "campaign_link",
        "Contacts": "contacts",
        "SecurityGroups": "SecurityGroups",
        "Users": "created_by_link",
    },
}

_EMPTY_LINKS: Mapping[str, tuple[str, ...]] = {
    "Leads": ("SecurityGroups", "reportees", "campaigns", "prospect_lists", "fp_events_leads_1"),
    "Contacts": (
        "SecurityGroups",
        "bugs",
        "cases",
        "documents",
        "project",
        "project_resource",
        "am_projecttemplates_resources",
        "am_projecttemplates_contacts_1",
        "tasks_parent",
        "notes_parent",
        "user_sync",
        "campaigns",
        "prospect_lists",
        "fp_events_contacts",
        "aos_quotes",
        "aos_invoices",
        "aos_contracts",
        "project_contacts_1",
        "aop_case_updates",
    ),
    "Accounts": (
        "SecurityGroups",
        "cases",
        "documents",
        "bugs",
        "project",
        "campaigns",
        "prospect_lists",
        "aos_quotes",
        "aos_invoices",
        "aos_contracts",
    ),
    "Opportunities": (
        "SecurityGroups",
        "documents",
        "project",
        "campaigns",
        "campaign_link",
        "currencies",
        "aos_quotes",
        "aos_contracts",
    ),
}
_OBJECT_LINKS = frozenset({"campaign_leads", "campaign_contacts", "campaign_accounts", "campaign_opportunities"})


def shown_relationships(module: Module) -> Mapping[str, str]:
    """Related module -> link, in the order in which V8 lists them."""
    shown = _SHOWN.get(module.name)
    if shown is None:
        shown = {link.module: link.name for link in reversed(list(module.links.values()))}
    return dict(sorted(shown.items()))


def link_attributes(module: Module) -> Mapping[str, object]:
    """The links that appear among a record's attributes, with what V8 prints for them."""
    names = [*module.links, *_EMPTY_LINKS.get(module.name, ())]
    return {name: {} if name in _OBJECT_LINKS else "" for name in names}


def attribute_names(module: Module) -> frozenset[str]:
    """Every name that `fields`, `sort` and `filter` may use."""
    return frozenset((*module.fields, *link_attributes(module)))
