"""What mappings bring to a policy: the fields that some CRM fills, and the values of those that have only some."""

from __future__ import annotations

from connector.mapping import load_mappings
from connector.model.progress import FieldShape, ObjectShape
from connector.model.records import Kind
from connector.wiring.vocabulary import known_fields

LEAD = """\
system: {system}
object: Lead
kind: lead
owner: RevOps
fields:
  last_name: {{ from: LastName, required: true }}
  rating: {{ from: Rating, optional: true }}
  source: {{ from: LeadSource, values: {{ Web: Web, Phone: Telephone }}{default} }}
"""


def texts(*systems: str, default: str = "") -> dict[str, str]:
    """A mapping of leads for each system."""
    return {f"mappings/{system}/lead.yaml": LEAD.format(system=system, default=default) for system in systems}


def shape(*ratings: str, rating: bool = True) -> dict[str, ObjectShape]:
    """A CRM's leads, with these ratings on the picklist (none: a text field) or without the field."""
    fields = {"Rating": FieldShape("Rating", "picklist" if ratings else "string", values=ratings)} if rating else {}
    return {"Lead": ObjectShape("Lead", fields)}


def test_tables_bound_their_field() -> None:
    """A field with a picklist table has the table's values and its default, and no other."""
    known = known_fields(load_mappings(texts("salesforce")))
    assert known.values == {(Kind.LEAD, "source"): frozenset({"Web", "Telephone"})}
    assert known.fields[Kind.LEAD] == {"last_name", "rating", "source"}
    known = known_fields(load_mappings(texts("salesforce", default=", default: Else")))
    assert known.values[Kind.LEAD, "source"] == {"Web", "Telephone", "Else"}


def test_picklists_of_the_crms_are_joined() -> None:
    """With the CRMs' own word on their fields, a plain field has the values of all picklists together."""
    mappings = load_mappings(texts("salesforce", "sugarcrm"))
    known = known_fields(mappings, {"salesforce": shape("Hot", "Cold"), "sugarcrm": shape("Warm")})
    assert known.values[Kind.LEAD, "rating"] == {"Hot", "Cold", "Warm"}


def test_text_field_can_hold_anything() -> None:
    """Where one CRM keeps the field as a text, or nobody asked it, any value is possible."""
    mappings = load_mappings(texts("salesforce", "sugarcrm"))
    assert (Kind.LEAD, "rating") not in known_fields(mappings).values
    some = known_fields(mappings, {"salesforce": shape("Hot"), "sugarcrm": shape()})
    assert (Kind.LEAD, "rating") not in some.values


def test_org_without_the_field_adds_nothing() -> None:
    """A CRM that lacks an optional field leaves the picklists of the others as the measure."""
    mappings = load_mappings(texts("salesforce", "sugarcrm"))
    known = known_fields(mappings, {"salesforce": shape("Hot"), "sugarcrm": shape(rating=False)})
    assert known.values[Kind.LEAD, "rating"] == {"Hot"}
