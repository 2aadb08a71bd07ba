"""Which lead field conversion copies where, by default and by the administrator's map.

Source: Salesforce help, "Lead Conversion Field Mapping". Whether LeadSource reaches AccountSource is
contested between sources, so it is a switch. Opt-outs are not carried to a contact that exists.
"""

from collections.abc import Iterable
from typing import Any

from connector.sandbox.salesforce.database import Row
from connector.sandbox.salesforce.org_types import OrgSettings, Record
from connector.sandbox.salesforce.schema import ObjectDef

Pairs = tuple[tuple[str, str], ...]

_ADDRESS = ("Street", "City", "State", "PostalCode", "Country", "Latitude", "Longitude", "GeocodeAccuracy")
_ACCOUNT: Pairs = (
    ("Company", "Name"),
    ("Phone", "Phone"),
    ("Fax", "Fax"),
    ("Website", "Website"),
    ("Industry", "Industry"),
    ("AnnualRevenue", "AnnualRevenue"),
    ("NumberOfEmployees", "NumberOfEmployees"),
    ("Rating", "Rating"),
    *((part, f"Billing{part}") for part in _ADDRESS),
)
_CONTACT: Pairs = (
    ("Salutation", "Salutation"),
    ("FirstName", "FirstName"),
    ("LastName", "LastName"),
    ("Title", "Title"),
    ("Phone", "Phone"),
    ("Fax", "Fax"),
    ("MobilePhone", "MobilePhone"),
    ("Email", "Email"),
    ("Description", "Description"),
    ("LeadSource", "LeadSource"),
    *((part, f"Mailing{part}") for part in _ADDRESS),
    # A checkbox is never empty, so a contact that exists keeps its own opt-outs.
    ("HasOptedOutOfEmail", "HasOptedOutOfEmail"),
    ("HasOptedOutOfFax", "HasOptedOutOfFax"),
    ("DoNotCall", "DoNotCall"),
)
_OPPORTUNITY: Pairs = (("LeadSource", "LeadSource"),)


def account_values(lead: Row, settings: OrgSettings, *, new: bool) -> Record:
    """What a lead gives its account."""
    source: Pairs = (("LeadSource", "AccountSource"),) if new and settings.account_source_from_lead else ()
    return _copied(lead, (*_ACCOUNT, *source, *_custom(settings, "Account")))


def contact_values(lead: Row, settings: OrgSettings) -> Record:
    """What a lead gives its contact."""
    return _copied(lead, (*_CONTACT, *_custom(settings, "Contact")))


def opportunity_values(lead: Row, settings: OrgSettings) -> Record:
    """What a lead gives its opportunity besides name, stage, date, owner and campaign."""
    return _copied(lead, (*_OPPORTUNITY, *_custom(settings, "Opportunity")))


def only_blanks(values: Record, existing: Row) -> Record:
    """The values whose field is empty in a record that exists; nothing there is overwritten."""
    return {name: value for name, value in values.items() if existing.get(name) is None}


def readable_values(definition: ObjectDef, values: Record) -> Record:
    """Values as a caller would send them: booleans as booleans, fields that are gone left out."""
    found: Record = {}
    for name, value in values.items():
        field = definition.find(name)
        if field is not None:
            found[name] = bool(value) if field.type == "boolean" else value
    return found


def _copied(lead: Row, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {target: lead[source] for source, target in pairs if lead.get(source) is not None}


def _custom(settings: OrgSettings, object_name: str) -> Pairs:
    pairs: list[tuple[str, str]] = []
    for source, targets in settings.lead_field_mapping.items():
        for target in targets:
            where, _, field = target.partition(".")
            if where == object_name:
                pairs.append((source, field))
    return tuple(pairs)
