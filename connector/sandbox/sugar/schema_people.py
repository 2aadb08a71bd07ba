"""Leads, Contacts and Users."""

from __future__ import annotations

from connector.sandbox.sugar.field_makers import (
    by_name,
    computed,
    custom,
    enum,
    flag,
    links,
    phones,
    relate,
    typed,
    varchar,
    varchars,
)
from connector.sandbox.sugar.schema import FieldDef, Module


def basic(name: FieldDef | None = None) -> tuple[FieldDef, ...]:
    """Fields of every record (`SugarObjects/templates/basic`)."""
    return (
        FieldDef("id", "id", None, "ID", required=True),
        name or FieldDef("name", "name", 255, "Name:", required=True),
        FieldDef("date_entered", "datetime", None, "Date Created", group="created_by_name"),
        FieldDef("date_modified", "datetime", None, "Date Modified", group="modified_by_name"),
        FieldDef("modified_user_id", "id", None, "Modified By Id", group="modified_by_name"),
        relate("modified_by_name", "modified_user_id", "Users"),
        FieldDef("created_by", "id", None, "Created By Id", group="created_by_name"),
        relate("created_by_name", "created_by", "Users"),
        FieldDef("description", "text", None, "Description:"),
        FieldDef("deleted", "bool", None, "Deleted", default=0),
    )


def assignable() -> tuple[FieldDef, ...]:
    """Fields of records that belong to a user."""
    return (
        FieldDef("assigned_user_id", "id", None, "Assigned User Id", group="assigned_user_name"),
        relate("assigned_user_name", "assigned_user_id", "Users"),
    )


def address(prefix: str) -> tuple[FieldDef, ...]:
    """A postal address; street lines 2 and 3 are inputs without a column."""
    return (
        varchar(f"{prefix}_street", 150),
        *computed(f"{prefix}_street_2", f"{prefix}_street_3"),
        varchar(f"{prefix}_city", 100),
        varchar(f"{prefix}_state", 100),
        varchar(f"{prefix}_postalcode", 20),
        varchar(f"{prefix}_country"),
    )


def connector_key() -> FieldDef:
    """The field an administrator adds for the key of another system."""
    return custom(varchar("connector_key_c", 255))


def sugar_extras(sugar: bool) -> tuple[FieldDef, ...]:
    """Fields that only Sugar 7 and later have."""
    return (varchar("sync_key", 100), *computed("team_name", "tag")) if sugar else ()


def _person(sugar: bool) -> tuple[FieldDef, ...]:
    name = FieldDef("name", "name", 510, "Name", stored=False)
    modern = varchars(100, "facebook", "twitter", "googleplus") if sugar else ()
    lawful = () if sugar else (
        FieldDef("lawful_basis", "multienum", None, "Lawful Basis", options="lawful_basis_dom"),
        *typed("date", "date_reviewed"),
        enum("lawful_basis_source", "lawful_basis_source_dom", 100),
    )  # fmt: skip
    return (
        *basic(name), *assignable(),
        enum("salutation", "salutation_dom"), varchar("first_name", 100),
        FieldDef("last_name", "varchar", 100, "Last Name:", required=True),
        FieldDef("full_name", "fullname", 510, "Name", stored=False),
        varchar("title", 100), FieldDef("picture" if sugar else "photo", "image", 255, "Photo"),
        varchar("department", 255), flag("do_not_call"),
        *phones("phone_home"), FieldDef("email", "email", None, "Any Email:", stored=False),
        *phones("phone_mobile", "phone_work", "phone_other", "phone_fax"),
        FieldDef("email1", "varchar", None, "Email Address:", stored=False, group="email1"),
        FieldDef("email2", "varchar", None, "Other Email:", stored=False, group="email2"),
        flag("invalid_email", stored=False), flag("email_opt_out", stored=False), *modern, *lawful,
        *address("primary_address"), *address("alt_address"),
        varchar("assistant", 75), *phones("assistant_phone"), *computed("email_addresses_non_primary"),
    )  # fmt: skip


def _leads_fields(sugar: bool) -> dict[str, FieldDef]:
    maps = () if sugar else (
        custom(varchar("jjwg_maps_address_c")), custom(varchar("jjwg_maps_geocode_status_c")),
        custom(FieldDef("jjwg_maps_lat_c", "float", 10, "Latitude", default="0.00000000")),
        custom(FieldDef("jjwg_maps_lng_c", "float", 11, "Longitude", default="0.00000000")),
    )  # fmt: skip
    return by_name(
        _person(sugar), varchar("department", 100),
        FieldDef("converted", "bool", None, "Converted", default=0), varchar("refered_by", 100),
        enum("lead_source", "lead_source_dom", 100), *typed("text", "lead_source_description"),
        FieldDef("status", "enum", 100, "Status:", options="lead_status_dom"), *typed("text", "status_description"),
        FieldDef("reports_to_id", "id", None, "Reports To ID"), relate("report_to_name", "reports_to_id", "Contacts"),
        FieldDef("account_name", "varchar", 255, "Account Name:"), *typed("text", "account_description"),
        FieldDef("contact_id", "id", None, "Contact ID"), FieldDef("account_id", "id", None, "Account ID"),
        FieldDef("opportunity_id", "id", None, "Opportunity ID"),
        varchar("opportunity_name", 255), varchar("opportunity_amount", 50),
        FieldDef("campaign_id", "id", None, "Campaign ID"), relate("campaign_name", "campaign_id", "Campaigns"),
        computed("c_accept_status_fields", "m_accept_status_fields", "accept_status_id", "accept_status_name",
                 "webtolead_email1", "webtolead_email2", "webtolead_email_opt_out", "webtolead_invalid_email"),
        typed("date", "birthdate"), varchars(255, "portal_name", "portal_app"),
        FieldDef("website", "url", 255, "Website"),
        computed("e_invite_status_fields", "event_status_name", "event_invite_id", "e_accept_status_fields",
                 "event_accept_status", "event_status_id"),
        sugar_extras(sugar), maps, connector_key(),
        custom(enum("requested_action_c", "requested_action_list")), custom(typed("datetime", "requested_at_c")[0]),
        *(custom(enum(name, "yes_no_list")) for name in ("budget_c", "authority_c", "need_c", "timeframe_c")),
        custom(varchar("disqualification_reason_c", 255)), custom(varchar("converted_to_c", 255)),
        # The company's facts, which leads do not have out of the box: what an administrator adds to judge fit early.
        custom(enum("industry_c", "industry_dom")), custom(varchar("employees_c", 10)),
        custom(varchar("annual_revenue_c", 100)), custom(varchar("rating_c", 100)),
    )  # fmt: skip


def leads(sugar: bool) -> Module:
    """Net-new inbound people and companies."""
    return Module("Leads", "Lead", "leads", _leads_fields(sugar), links(
        ("created_by_link", "leads_created_by", "Users", "User", False),
        ("modified_user_link", "leads_modified_user", "Users", "User", False),
        ("assigned_user_link", "leads_assigned_user", "Users", "User", False),
        ("email_addresses_primary", "leads_email_addresses_primary", "EmailAddresses", "EmailAddress", True),
        ("email_addresses", "leads_email_addresses", "EmailAddresses", "EmailAddress", True),
        ("reports_to_link", "lead_direct_reports", "Contacts", "Contact", False),
        ("contacts", "contact_leads", "Contacts", "Contact", False),
        ("contact", "contact_leads", "Contacts", "Contact", False),
        ("accounts", "account_leads", "Accounts", "Account", False),
        ("opportunity", "opportunity_leads", "Opportunities", "Opportunity", False),
        ("campaign_leads", "campaign_leads", "Campaigns", "Campaign", False),
        ("tasks", "lead_tasks", "Tasks", "Task", True),
        ("notes", "lead_notes", "Notes", "Note", True),
        ("meetings", "meetings_leads", "Meetings", "Meeting", False),
        ("calls", "calls_leads", "Calls", "Call", False),
        ("oldmeetings", "lead_meetings", "Meetings", "Meeting", True),
        ("oldcalls", "lead_calls", "Calls", "Call", True),
        ("emails", "lead_emails", "Emails", "Email", True),
    ))  # fmt: skip


def contacts(sugar: bool) -> Module:
    """Known people."""
    fields = by_name(
        _person(sugar), enum("lead_source", "lead_source_dom", 255),
        FieldDef("account_name", "relate", 255, "Account Name:", stored=False, id_name="account_id", module="Accounts"),
        FieldDef("account_id", "relate", 36, "Account ID", stored=False, id_name="account_id", module="Accounts"),
        computed("opportunity_role_fields", "opportunity_role_id", "opportunity_role"),
        FieldDef("reports_to_id", "id", None, "Reports To ID"), relate("report_to_name", "reports_to_id", "Contacts"),
        typed("date", "birthdate"),
        FieldDef("campaign_id", "id", None, "Campaign ID"), relate("campaign_name", "campaign_id", "Campaigns"),
        computed("c_accept_status_fields", "m_accept_status_fields", "accept_status_id", "accept_status_name"),
        varchars(255, "portal_name", "portal_app"), sugar_extras(sugar), connector_key(),
    )  # fmt: skip
    return Module("Contacts", "Contact", "contacts", fields, links(
        ("created_by_link", "contacts_created_by", "Users", "User", False),
        ("modified_user_link", "contacts_modified_user", "Users", "User", False),
        ("assigned_user_link", "contacts_assigned_user", "Users", "User", False),
        ("email_addresses_primary", "contacts_email_addresses_primary", "EmailAddresses", "EmailAddress", True),
        ("email_addresses", "contacts_email_addresses", "EmailAddresses", "EmailAddress", True),
        ("accounts", "accounts_contacts", "Accounts", "Account", False),
        ("reports_to_link", "contact_direct_reports", "Contacts", "Contact", False),
        ("direct_reports", "contact_direct_reports", "Contacts", "Contact", True),
        ("opportunities", "opportunities_contacts", "Opportunities", "Opportunity", False),
        ("leads", "contact_leads", "Leads", "Lead", True),
        ("campaign_contacts", "campaign_contacts", "Campaigns", "Campaign", False),
        ("calls", "calls_contacts", "Calls", "Call", False),
        ("meetings", "meetings_contacts", "Meetings", "Meeting", False),
        ("tasks", "contact_tasks", "Tasks", "Task", True),
        ("notes", "contact_notes", "Notes", "Note", True),
        ("emails", "contact_emails", "Emails", "Email", True),
    ))  # fmt: skip


def users(sugar: bool) -> Module:
    """People who work in the CRM."""
    fields = by_name(
        FieldDef("id", "id", None, "ID", required=True), FieldDef("user_name", "user_name", 60, "User Name"),
        varchars(255, "first_name", "last_name"),
        FieldDef("full_name", "fullname", 510, "Full Name", stored=False),
        FieldDef("name", "name", 510, "Name", stored=False),
        flag("is_admin"), flag("is_group"), flag("portal_only"), *typed("text", "description"),
        typed("datetime", "date_entered", "date_modified"),
        FieldDef("modified_user_id", "id", None, "Modified By Id"), FieldDef("created_by", "id", None, "Created By"),
        varchars(50, "title", "department"), phones("phone_home", "phone_mobile", "phone_work", "phone_other"),
        enum("status", "user_status_dom", 100), flag("deleted"), varchar("employee_status", 100),
        FieldDef("email1", "varchar", None, "Email Address:", stored=False),
        FieldDef("email2", "varchar", None, "Other Email:", stored=False),
        flag("invalid_email", stored=False), flag("email_opt_out", stored=False),
        FieldDef("reports_to_id", "id", None, "Reports To ID"), sugar_extras(sugar),
    )  # fmt: skip
    return Module("Users", "User", "users", fields, links(
        ("email_addresses", "users_email_addresses", "EmailAddresses", "EmailAddress", True),
    ))  # fmt: skip
