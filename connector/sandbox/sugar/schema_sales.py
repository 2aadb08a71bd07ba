"""Accounts, Opportunities, Campaigns, e-mail addresses and (Sugar) revenue line items."""

from __future__ import annotations

from connector.sandbox.sugar.field_makers import by_name, computed, enum, flag, links, phones, relate, typed, varchar
from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugar.schema_people import address, assignable, basic, connector_key, sugar_extras


def accounts(sugar: bool) -> Module:
    """Known companies."""
    fields = by_name(
        basic(FieldDef("name", "name", 150, "Name:", required=True)), assignable(),
        enum("account_type", "account_type_dom", 50), enum("industry", "industry_dom", 50),
        varchar("annual_revenue", 100), *phones("phone_fax"), *address("billing_address"), varchar("rating", 100),
        *phones("phone_office", "phone_alternate"), FieldDef("website", "url", 255, "Website"),
        varchar("ownership", 100), varchar("employees", 10), varchar("ticker_symbol", 10), *address("shipping_address"),
        FieldDef("email1", "varchar", None, "Email Address:", stored=False),
        FieldDef("email2", "varchar", None, "Other Email:", stored=False),
        flag("invalid_email", stored=False), flag("email_opt_out", stored=False),
        *computed("email_addresses_non_primary"),
        FieldDef("parent_id", "id", None, "Parent Account ID"), varchar("sic_code", 10),
        relate("parent_name", "parent_id", "Accounts"), FieldDef("email", "email", None, "Any Email:", stored=False),
        FieldDef("campaign_id", "id", None, "Campaign ID"), relate("campaign_name", "campaign_id", "Campaigns"),
        sugar_extras(sugar), connector_key(),
    )  # fmt: skip
    return Module("Accounts", "Account", "accounts", fields, links(
        ("created_by_link", "accounts_created_by", "Users", "User", False),
        ("modified_user_link", "accounts_modified_user", "Users", "User", False),
        ("assigned_user_link", "accounts_assigned_user", "Users", "User", False),
        ("email_addresses_primary", "accounts_email_addresses_primary", "EmailAddresses", "EmailAddress", True),
        ("email_addresses", "accounts_email_addresses", "EmailAddresses", "EmailAddress", True),
        ("members", "member_accounts", "Accounts", "Account", True),
        ("member_of", "member_accounts", "Accounts", "Account", False),
        ("contacts", "accounts_contacts", "Contacts", "Contact", True),
        ("opportunities", "accounts_opportunities", "Opportunities", "Opportunity", True),
        ("leads", "account_leads", "Leads", "Lead", True),
        ("tasks", "account_tasks", "Tasks", "Task", True),
        ("notes", "account_notes", "Notes", "Note", True),
        ("meetings", "account_meetings", "Meetings", "Meeting", True),
        ("calls", "account_calls", "Calls", "Call", True),
        ("emails", "account_emails", "Emails", "Email", True),
        ("campaign_accounts", "campaign_accounts", "Campaigns", "Campaign", False),
    ))  # fmt: skip


def _forecast(sugar: bool) -> tuple[FieldDef, ...]:
    if not sugar:
        return ()
    return (
        FieldDef("sales_status", "enum", 255, "Sales Status", options="sales_status_dom", readonly=True),
        *typed("currency", "best_case", "worst_case"),
        enum("commit_stage", "commit_stage_dom", 50),
        FieldDef("closed_revenue_line_items", "int", None, "Closed Revenue Line Items", readonly=True),
        FieldDef("total_revenue_line_items", "int", None, "Total Revenue Line Items", readonly=True),
    )


def opportunities(sugar: bool) -> Module:
    """Deals."""
    fields = by_name(
        basic(FieldDef("name", "name", 50, "Opportunity Name:", required=True)), assignable(),
        enum("opportunity_type", "opportunity_type_dom", 255),
        FieldDef("account_name", "relate", 255, "Account Name:", required=True, stored=False, id_name="account_id",
                 module="Accounts"),
        FieldDef("account_id", "relate", 36, "Account ID", stored=False, id_name="account_id", module="Accounts"),
        FieldDef("campaign_id", "id", None, "Campaign ID"), relate("campaign_name", "campaign_id", "Campaigns"),
        enum("lead_source", "lead_source_dom", 50),
        FieldDef("amount", "currency", None, "Opportunity Amount:", required=True),
        FieldDef("amount_usdollar", "currency", None, "Amount", readonly=True, group="amount"),
        FieldDef("currency_id", "id", None, "Currency:", default="-99"), *computed("currency_name", "currency_symbol"),
        FieldDef("date_closed", "date", None, "Expected Close Date:", required=True), varchar("next_step", 100),
        FieldDef("sales_stage", "enum", 255, "Sales Stage:", required=True, options="sales_stage_dom"),
        FieldDef("probability", "int", None, "Probability (%):"), *_forecast(sugar), *computed("contact_id"),
        *computed("contact_role"), sugar_extras(sugar), connector_key(),
    )  # fmt: skip
    rli = [("revenuelineitems", "opportunities_revenuelineitems", "RevenueLineItems", "RevenueLineItem", True)]
    return Module("Opportunities", "Opportunity", "opportunities", fields, links(
        ("created_by_link", "opportunities_created_by", "Users", "User", False),
        ("modified_user_link", "opportunities_modified_user", "Users", "User", False),
        ("assigned_user_link", "opportunities_assigned_user", "Users", "User", False),
        ("accounts", "accounts_opportunities", "Accounts", "Account", False),
        ("contacts", "opportunities_contacts", "Contacts", "Contact", True),
        ("leads", "opportunity_leads", "Leads", "Lead", True),
        ("tasks", "opportunity_tasks", "Tasks", "Task", True),
        ("notes", "opportunity_notes", "Notes", "Note", True),
        ("meetings", "opportunity_meetings", "Meetings", "Meeting", True),
        ("calls", "opportunity_calls", "Calls", "Call", True),
        ("emails", "opportunity_emails", "Emails", "Email", True),
        ("campaign_opportunities", "campaign_opportunities", "Campaigns", "Campaign", False),
        *(rli if sugar else []),
    ))  # fmt: skip


def revenue_line_items() -> Module:
    """What an opportunity is made of when an instance works with revenue line items (Sugar)."""
    fields = by_name(
        basic(), assignable(), FieldDef("opportunity_id", "id", None, "Opportunity ID"),
        relate("opportunity_name", "opportunity_id", "Opportunities"), FieldDef("account_id", "id", None, "Account ID"),
        relate("account_name", "account_id", "Accounts"),
        FieldDef("date_closed", "date", None, "Expected Close Date", required=True),
        FieldDef("likely_case", "currency", None, "Likely", required=True), *typed("currency", "best_case"),
        FieldDef("currency_id", "id", None, "Currency:", default="-99"),
        *typed("currency", "worst_case"), enum("sales_stage", "sales_stage_dom", 255), *typed("int", "probability"),
        *typed("decimal", "quantity"), FieldDef("product_template_id", "id", None, "Product Template"),
        varchar("product_type", 255), enum("commit_stage", "commit_stage_dom", 50),
        enum("lead_source", "lead_source_dom", 50), sugar_extras(sugar=True),
    )  # fmt: skip
    return Module("RevenueLineItems", "RevenueLineItem", "revenue_line_items", fields, links(
        ("opportunities", "opportunities_revenuelineitems", "Opportunities", "Opportunity", False),
        ("account_link", "revenuelineitems_accounts", "Accounts", "Account", False),
    ))  # fmt: skip


def campaigns(sugar: bool) -> Module:
    """Marketing campaigns."""
    fields = by_name(
        basic(FieldDef("name", "name", 50, "Name", required=True)), assignable(),
        typed("date", "start_date", "end_date"), enum("status", "campaign_status_dom", 100),
        enum("campaign_type", "campaign_type_dom", 100), typed("currency", "budget"), typed("text", "objective"),
        sugar_extras(sugar),
    )  # fmt: skip
    return Module("Campaigns", "Campaign", "campaigns", fields, links(
        ("leads", "campaign_leads", "Leads", "Lead", True),
        ("contacts", "campaign_contacts", "Contacts", "Contact", True),
        ("opportunities", "campaign_opportunities", "Opportunities", "Opportunity", True),
    ))  # fmt: skip


def email_addresses() -> Module:
    """Addresses, each kept once and shared by everybody who has it."""
    fields = by_name(
        FieldDef("id", "id", None, "ID", required=True), varchar("email_address", 255),
        varchar("email_address_caps", 255), flag("invalid_email"), flag("opt_out"),
        typed("datetime", "date_created", "date_modified"), flag("deleted"),
    )  # fmt: skip
    return Module("EmailAddresses", "EmailAddress", "email_addresses", fields)
