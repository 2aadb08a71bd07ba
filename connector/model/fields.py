"""The canonical fields: the vocabulary that mappings translate into and policies speak of.

A mapping may add fields of its own under names that start with ``x_``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from connector.model.records import Kind


class FieldType(StrEnum):
    """What a canonical value is; every type is a JSON scalar."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    COUNTRY = "country"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One canonical field: its type, and what it means in a sentence."""

    name: str
    type: FieldType
    meaning: str


def _specs(*rows: tuple[str, FieldType, str]) -> dict[str, FieldSpec]:
    return {name: FieldSpec(name, type_, meaning) for name, type_, meaning in rows}


_T, _E, _P, _U = FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL
_C, _N, _F, _D, _I = (
    FieldType.COUNTRY,
    FieldType.NUMBER,
    FieldType.FLAG,
    FieldType.DATE,
    FieldType.INSTANT,
)

_BOOKKEEPING = _specs(
    ("owner_id", _T, "The CRM's id of the owner."),
    ("owner_kind", _T, "`user` or `queue`."),
    ("created_at", _I, "When the CRM says the record was created."),
    ("external_key", _T, "Our key on the record, when it carries one."),
)

_ADDRESS = _specs(
    ("street", _T, "Street and number; lines separated by a newline."),
    ("city", _T, "Town or city."),
    ("state", _T, "State, province or county."),
    ("postal_code", _T, "Postal code as written."),
    ("country", _C, "ISO 3166 alpha-2 code where it can be told, else the text as written."),
)

_PERSON = _specs(
    ("salutation", _T, "Form of address."),
    ("first_name", _T, "Given name."),
    ("last_name", _T, "Family name."),
    ("title", _T, "Job title."),
    ("email", _E, "E-mail address, lower case."),
    ("phone", _P, "Main phone, E.164 where it can be told (extension as `;ext=`)."),
    ("mobile", _P, "Mobile phone, as `phone`."),
    ("fax", _P, "Fax number, as `phone`."),
    ("source", _T, "Where the person came from (lead source)."),
    ("description", _T, "Free text."),
    ("opted_out_email", _F, "Asked not to be e-mailed."),
    ("opted_out_fax", _F, "Asked not to be faxed."),
    ("do_not_call", _F, "Asked not to be called."),
)

_COMPANY = _specs(
    ("website", _U, "Web site as a host name or URL."),
    ("industry", _T, "Industry as the CRM's picklist words it."),
    ("employees", _N, "Number of employees."),
    ("revenue", _N, "Annual revenue in the org's currency."),
    ("rating", _T, "Hot, Warm, Cold or the org's words."),
)

LEAD_FIELDS: Mapping[str, FieldSpec] = MappingProxyType(
    _PERSON
    | _COMPANY
    | _ADDRESS
    | _BOOKKEEPING
    | _specs(
        ("company", _T, "Company name as the lead gave it."),
        ("status", _T, "Lead status as the CRM words it."),
        ("requested_action", _T, "Sales-specific action asked for: `demo`, `trial`, `quote` or `call`."),
        ("requested_at", _I, "When that action was asked for."),
        ("budget", _T, "BANT: `yes`, `no`, or empty when unknown."),
        ("authority", _T, "BANT: `yes`, `no`, or empty when unknown."),
        ("need", _T, "BANT: `yes`, `no`, or empty when unknown."),
        ("timeframe", _T, "BANT: `yes`, `no`, or empty when unknown."),
        ("last_activity_at", _I, "Last activity that the CRM knows of."),
        ("disqualification_reason", _T, "Reason from the policy's closed list."),
        ("converted", _F, "The lead is converted and read-only."),
        ("converted_account_id", _T, "Account it was converted into."),
        ("converted_contact_id", _T, "Contact it was converted into."),
        ("converted_opportunity_id", _T, "Opportunity it was converted into."),
        ("converted_to", _T, "What another CRM made of the lead: that connection, and the ids of the records there."),
    )
)

ACCOUNT_FIELDS: Mapping[str, FieldSpec] = MappingProxyType(
    _COMPANY
    | _ADDRESS
    | _BOOKKEEPING
    | _specs(
        ("name", _T, "Account name."),
        ("type", _T, "Account type as the CRM words it (Prospect, Customer …)."),
        ("phone", _P, "Main phone."),
        ("fax", _P, "Fax number."),
        ("parent_id", _T, "The CRM's id of the parent account."),
        ("description", _T, "Free text."),
        ("source", _T, "Account source."),
    )
)

CONTACT_FIELDS: Mapping[str, FieldSpec] = MappingProxyType(
    _PERSON
    | _ADDRESS
    | _BOOKKEEPING
    | _specs(
        ("account_id", _T, "The CRM's id of the contact's account."),
        ("company", _T, "Name of the contact's account, when the CRM sends it along."),
    )
)

OPPORTUNITY_FIELDS: Mapping[str, FieldSpec] = MappingProxyType(
    _BOOKKEEPING
    | _specs(
        ("name", _T, "Opportunity name."),
        ("account_id", _T, "The CRM's id of the account."),
        ("stage", _T, "Sales stage as the CRM words it."),
        ("amount", _N, "Amount in the org's currency."),
        ("close_date", _D, "Expected close date."),
        ("source", _T, "Lead source."),
        ("type", _T, "Opportunity type as the CRM words it."),
        ("description", _T, "Free text."),
        ("next_step", _T, "What happens next."),
        ("closed", _F, "The opportunity is closed."),
        ("won", _F, "The opportunity is won."),
    )
)

FIELDS: Mapping[Kind, Mapping[str, FieldSpec]] = MappingProxyType(
    {
        Kind.LEAD: LEAD_FIELDS,
        Kind.ACCOUNT: ACCOUNT_FIELDS,
        Kind.CONTACT: CONTACT_FIELDS,
        Kind.OPPORTUNITY: OPPORTUNITY_FIELDS,
    }
)


def field_spec(kind: Kind, name: str) -> FieldSpec | None:
    """The field named *name* of *kind*; own fields (``x_…``) are text; None when unknown."""
    if name.startswith("x_"):
        return FieldSpec(name, FieldType.TEXT, "A field of this organisation's own.")
    return FIELDS[kind].get(name)
