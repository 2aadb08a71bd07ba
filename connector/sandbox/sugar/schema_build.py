"""Puts the schema of one instance together: modules, relationships, dropdowns."""

from __future__ import annotations

from connector.sandbox.sugar import schema_people, schema_sales
from connector.sandbox.sugar.dropdowns import default_dropdowns
from connector.sandbox.sugar.schema import Module, RelationDef, Schema
from connector.sandbox.sugar.schema_activities import PARENTS, activities

_OWNED = ("Leads", "Accounts", "Contacts", "Opportunities")
_WITH_EMAIL = ("Leads", "Accounts", "Contacts", "Users")


def build_schema(sugar: bool) -> Schema:
    """The schema every instance starts with; `sugar` adds what only Sugar 7 and later have."""
    modules: list[Module] = [
        schema_people.leads(sugar),
        schema_sales.accounts(sugar),
        schema_people.contacts(sugar),
        schema_sales.opportunities(sugar),
        schema_people.users(sugar),
        schema_sales.email_addresses(),
        *activities(sugar),
        schema_sales.campaigns(sugar),
        *([schema_sales.revenue_line_items()] if sugar else []),
    ]
    relations = [*_joined(), *_owning(), *_emails(), *_users(), *_parents()]
    return Schema(
        {module.name: module for module in modules}, {one.name: one for one in relations}, default_dropdowns()
    )


def _joined() -> list[RelationDef]:
    accept = ("required", "accept_status")
    rows = [
        ("accounts_contacts", "Accounts", "account_id", "Contacts", "contact_id", ()),
        ("accounts_opportunities", "Accounts", "account_id", "Opportunities", "opportunity_id", ()),
        ("opportunities_contacts", "Opportunities", "opportunity_id", "Contacts", "contact_id", ("contact_role",)),
        ("calls_leads", "Calls", "call_id", "Leads", "lead_id", accept),
        ("calls_contacts", "Calls", "call_id", "Contacts", "contact_id", accept),
        ("meetings_leads", "Meetings", "meeting_id", "Leads", "lead_id", accept),
        ("meetings_contacts", "Meetings", "meeting_id", "Contacts", "contact_id", accept),
    ]
    return [
        RelationDef(name, left, right, right_key, table=name, left_key=left_key, columns=columns)
        for name, left, left_key, right, right_key, columns in rows
    ]


def _owning() -> list[RelationDef]:
    rows = [
        ("contact_leads", "Contacts", "Leads", "contact_id"),
        ("account_leads", "Accounts", "Leads", "account_id"),
        ("opportunity_leads", "Opportunities", "Leads", "opportunity_id"),
        ("lead_direct_reports", "Contacts", "Leads", "reports_to_id"),
        ("contact_direct_reports", "Contacts", "Contacts", "reports_to_id"),
        ("member_accounts", "Accounts", "Accounts", "parent_id"),
        ("campaign_leads", "Campaigns", "Leads", "campaign_id"),
        ("campaign_contacts", "Campaigns", "Contacts", "campaign_id"),
        ("campaign_accounts", "Campaigns", "Accounts", "campaign_id"),
        ("campaign_opportunities", "Campaigns", "Opportunities", "campaign_id"),
        ("opportunities_revenuelineitems", "Opportunities", "RevenueLineItems", "opportunity_id"),
        ("revenuelineitems_accounts", "Accounts", "RevenueLineItems", "account_id"),
    ]
    return [RelationDef(*row) for row in rows]


def _emails() -> list[RelationDef]:
    return [
        RelationDef(
            f"{module.lower()}_email_addresses{suffix}", module, "EmailAddresses", "email_address_id",
            table="email_addr_bean_rel", left_key="bean_id", role_column="bean_module", role_value=module,
            columns=("primary_address", "reply_to_address"),
        )
        for module in _WITH_EMAIL for suffix in ("", "_primary")
    ]  # fmt: skip


def _users() -> list[RelationDef]:
    keys = {"created_by": "created_by", "modified_user": "modified_user_id", "assigned_user": "assigned_user_id"}
    return [
        RelationDef(f"{module.lower()}_{name}", "Users", module, key) for module in _OWNED for name, key in keys.items()
    ]


def _parents() -> list[RelationDef]:
    return [
        RelationDef(f"{one}_{kind.lower()}", module, kind, "parent_id", role_column="parent_type", role_value=module)
        for module, one in PARENTS.items()
        for kind in ("Calls", "Meetings", "Tasks", "Notes", "Emails")
    ]
