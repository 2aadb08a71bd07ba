"""What goes in and out of the embedded Salesforce engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Record = dict[str, Any]


class ApiError(Exception):
    """A refusal of a whole call: the HTTP status, the error code and the text that Salesforce would answer.

    `fields` names the fields concerned; `extra` holds further keys of the JSON error object.
    """

    def __init__(
        self,
        code: str,
        message: str,
        http_status: int = 400,
        fields: tuple[str, ...] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.http_status = http_status
        self.fields = fields
        self.extra: Mapping[str, Any] = extra or {}


@dataclass(frozen=True, slots=True)
class RowError:
    """One reason why one record was refused.

    `extra` holds further JSON keys, today only `duplicateResut` (the spelling is Salesforce's own).
    """

    status_code: str
    message: str
    fields: tuple[str, ...] = ()
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What happened to one record. `id` is None when it failed before it had one; `created` is for upserts."""

    id: str | None
    success: bool
    errors: tuple[RowError, ...] = ()
    created: bool | None = None


@dataclass(frozen=True, slots=True)
class DmlOptions:
    """Request headers that change how records are saved.

    `auto_assign`: True runs the active assignment rule, False none, a text the rule with that id.
    `unmodified_since`: refuse (ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE) records changed after that moment.
    `skip_duplicate_rules`: check none; lead conversion uses it for its bypass elements.
    """

    all_or_none: bool = False
    allow_save: bool = False
    include_record_details: bool = False
    run_as_current_user: bool = True
    auto_assign: bool | str = True
    allow_field_truncation: bool = False
    unmodified_since: datetime | None = None
    skip_duplicate_rules: bool = False


@dataclass(frozen=True, slots=True)
class LeadConvert:
    """One `leadConverts` element of `convertLead`; None means the element was absent.

    `account_record`, `contact_record`, `opportunity_record` hold field values for the targets.
    """

    lead_id: str | None = None
    converted_status: str | None = None
    account_id: str | None = None
    account_record: Mapping[str, Any] | None = None
    bypass_account_dedupe_check: bool | None = None
    bypass_contact_dedupe_check: bool | None = None
    contact_id: str | None = None
    contact_record: Mapping[str, Any] | None = None
    do_not_create_opportunity: bool | None = None
    opportunity_id: str | None = None
    opportunity_name: str | None = None
    opportunity_record: Mapping[str, Any] | None = None
    overwrite_lead_source: bool | None = None
    owner_id: str | None = None
    related_person_account_id: str | None = None
    related_person_account_record: Mapping[str, Any] | None = None
    send_notification_email: bool | None = None


@dataclass(frozen=True, slots=True)
class LeadConvertResult:
    """The answer for one lead, at the index of its request. Ids are None when there is none, all on failure."""

    success: bool
    lead_id: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    opportunity_id: str | None = None
    related_person_account_id: str | None = None
    errors: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What one merge did: `id` is the master, `merged_record_ids` the losers, the rest what was re-parented."""

    id: str | None
    success: bool
    merged_record_ids: tuple[str, ...] = ()
    updated_related_ids: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryPage:
    """One page of a query: `records` are JSON-ready with `attributes`; `next_locator` is None on the last."""

    total_size: int
    records: list[Record]
    done: bool
    next_locator: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """An assignment rule: the first of `entries` (criteria, owner id or queue name) that fits wins."""

    id: str
    object_name: str
    active: bool
    entries: tuple[tuple[Mapping[str, Any], str], ...]


@dataclass(frozen=True, slots=True)
class OrgSettings:
    """Switches of the org. Where public sources disagree about a behaviour, it is here with its likely value.

    shuffle_unordered: rows come in no useful order unless the query orders them.
    short_pages: pages may hold fewer rows than asked.
    foreign_locator_code: what a query locator of another session answers.
    account_source_from_lead: conversion copies LeadSource to AccountSource of new accounts.
    primary_contact_role: the contact role that conversion makes is the primary one.
    opportunity_name_length: the longest `opportunityName` (the guide says 80, the column holds 120).
    convert_moves_last_modified: conversion moves LastModifiedDate as well as SystemModstamp.
    convert_honours_duplicate_rules: duplicate rules are checked for the accounts and contacts it makes.
    reconvert_code, queue_owner_code, foreign_contact_code: the status codes for a lead converted before, a lead
        that a queue owns converted without an owner, and a contact of another account.
    validate_converted_leads: the org setting "Require Validation for Converted Leads".
    audit_fields: the user may set CreatedDate and its siblings on create.
    edit_converted_leads: the user may edit converted leads.
    lead_field_mapping: custom fields of the admin's map, lead field to `Object.Field` targets.
    """

    shuffle_unordered: bool = True
    shuffle_seed: int = 20261121
    short_pages: bool = False
    foreign_locator_code: str = "INVALID_QUERY_LOCATOR"
    locator_life_seconds: int = 172_800
    account_source_from_lead: bool = True
    primary_contact_role: bool = True
    opportunity_name_length: int = 80
    convert_moves_last_modified: bool = True
    convert_honours_duplicate_rules: bool = True
    validate_converted_leads: bool = False
    reconvert_code: str = "CANNOT_UPDATE_CONVERTED_LEAD"
    queue_owner_code: str = "INVALID_OWNER"
    foreign_contact_code: str = "INVALID_CROSS_REFERENCE_KEY"
    audit_fields: bool = False
    edit_converted_leads: bool = False
    fiscal_year_start_month: int = 1
    time_zone: str = "GMT"
    lead_field_mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assignment_rules: tuple[AssignmentRule, ...] = ()
