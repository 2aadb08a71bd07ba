"""Short constructors for field definitions, and the sets of fields that many objects share."""

import re
from typing import Any

from connector.sandbox.salesforce.schema import FieldDef

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CUSTOM = re.compile(r"__c$")


def label_of(name: str) -> str:
    """A label in the style of Salesforce: `FirstName` -> `First Name`, `AccountId` -> `Account ID`."""
    words = _WORDS.sub(" ", _CUSTOM.sub("", name)).replace("_", " ").split()
    if words[0] == "Is" and len(words) > 1:
        words = words[1:]
    return " ".join("ID" if word == "Id" else word for word in words)


def make(name: str, kind: str, **more: Any) -> FieldDef:
    """A field of type `kind`; the label is derived from the name unless given."""
    more.setdefault("label", label_of(name))
    return FieldDef(name=name, type=kind, **more)


def text(name: str, length: int, **more: Any) -> FieldDef:
    """A string field of at most `length` characters."""
    return make(name, "string", length=length, **more)


def area(name: str, length: int = 255, **more: Any) -> FieldDef:
    """A text area; long ones can be neither filtered, sorted nor grouped."""
    if length > 255:
        more = {"filterable": False, "sortable": False, "groupable": False, **more}
    return make(name, "textarea", length=length, **more)


def phone(name: str, **more: Any) -> FieldDef:
    """A phone number of at most 40 characters."""
    return make(name, "phone", length=40, **more)


def pick(name: str, values: tuple[str, ...] = (), length: int = 255, **more: Any) -> FieldDef:
    """A picklist; unrestricted unless said otherwise."""
    return make(name, "picklist", length=length, values=values, **more)


def flag(name: str, **more: Any) -> FieldDef:
    """A checkbox: never empty, false unless said otherwise."""
    return make(name, "boolean", **{"nillable": False, "defaulted": True, "default": False, **more})


def whole(name: str, **more: Any) -> FieldDef:
    """A whole number of up to eight digits."""
    return make(name, "int", **{"precision": 8, **more})


def number(name: str, precision: int, scale: int, kind: str = "double", **more: Any) -> FieldDef:
    """A number (`double`, `currency` or `percent`) with `precision` digits, `scale` of them decimals."""
    return make(name, kind, precision=precision, scale=scale, **{"groupable": False, **more})


def day(name: str, **more: Any) -> FieldDef:
    """A date without a time."""
    return make(name, "date", **more)


def moment(name: str, **more: Any) -> FieldDef:
    """A date with a time; it cannot be grouped."""
    return make(name, "datetime", **{"groupable": False, **more})


def ref(name: str, *targets: str, **more: Any) -> FieldDef:
    """A lookup; its relationship is named like the field without `Id` unless said otherwise."""
    more.setdefault("relationship_name", name.removesuffix("Id"))
    return make(name, "reference", length=18, reference_to=targets, **more)


def read_only(definition_kind: str, name: str, **more: Any) -> FieldDef:
    """A field that only the server writes."""
    return make(name, definition_kind, **{"createable": False, "updateable": False, **more})


def identity(**more: Any) -> FieldDef:
    """The record id."""
    kept = {"nillable": False, "defaulted": True, "id_lookup": True, "groupable": True, **more}
    return read_only("id", "Id", length=18, label=kept.pop("label"), **kept)


def owner(*targets: str) -> FieldDef:
    """The owner, filled with the caller when left out."""
    return ref("OwnerId", *targets, nillable=False, defaulted=True)


def audit_fields(deleted_flag: bool = True) -> list[FieldDef]:
    """Who made and changed the record, and when."""
    fixed: dict[str, Any] = {"createable": False, "updateable": False, "nillable": False, "defaulted": True}
    fields = [flag("IsDeleted", createable=False, updateable=False)] if deleted_flag else []
    return [
        *fields,
        moment("CreatedDate", **fixed),
        ref("CreatedById", "User", **fixed),
        moment("LastModifiedDate", **fixed),
        ref("LastModifiedById", "User", **fixed),
        moment("SystemModstamp", **fixed),
    ]


def activity_stamps() -> list[FieldDef]:
    """The three dates that are per activity or per user, never a cursor."""
    return [
        read_only("date", "LastActivityDate", label="Last Activity"),
        read_only("datetime", "LastViewedDate", groupable=False),
        read_only("datetime", "LastReferencedDate", groupable=False),
    ]


def address(prefix: str = "") -> list[FieldDef]:
    """Street to country, the position, and the compound field (`Address`, `BillingAddress`, ...)."""
    compound = f"{prefix}Address"
    return [
        area(f"{prefix}Street", 255, compound=compound),
        text(f"{prefix}City", 40, compound=compound),
        text(f"{prefix}State", 80, label=label_of(f"{prefix}State/Province"), compound=compound),
        text(f"{prefix}PostalCode", 20, label=label_of(f"{prefix}Zip/Postal Code"), compound=compound),
        text(f"{prefix}Country", 80, compound=compound),
        number(f"{prefix}Latitude", 18, 15, compound=compound),
        number(f"{prefix}Longitude", 18, 15, compound=compound),
        pick(f"{prefix}GeocodeAccuracy", GEOCODE, length=40, restricted=True, compound=compound),
        read_only("address", compound, filterable=False, sortable=False, groupable=False),
    ]


def person_name(**last_name: Any) -> list[FieldDef]:
    """Last, first and full name and the salutation."""
    return [
        text("LastName", 80, nillable=False, compound="Name", **last_name),
        text("FirstName", 40, compound="Name"),
        pick("Salutation", SALUTATIONS, length=40, compound="Name"),
        read_only("string", "Name", label="Full Name", length=121, nillable=False, name_field=True),
    ]


def connector_key() -> FieldDef:
    """The unique external id that the connector stamps on what it lands or creates."""
    return text(
        "Connector_Key__c", 255, label="Connector Key", custom=True, external_id=True, unique=True, id_lookup=True
    )


GEOCODE = (
    "Address",
    "NearAddress",
    "Block",
    "Street",
    "ExtendedZip",
    "Zip",
    "Neighborhood",
    "City",
    "County",
    "State",
    "Unknown",
)
SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx.")
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
RATINGS = ("Hot", "Warm", "Cold")
INDUSTRIES = (
    "Agriculture",
    "Apparel",
    "Banking",
    "Biotechnology",
    "Chemicals",
    "Communications",
    "Construction",
    "Consulting",
    "Education",
    "Electronics",
    "Energy",
    "Engineering",
    "Entertainment",
    "Environmental",
    "Finance",
    "Food & Beverage",
    "Government",
    "Healthcare",
    "Hospitality",
    "Insurance",
    "Machinery",
    "Manufacturing",
    "Media",
    "Not For Profit",
    "Recreation",
    "Retail",
    "Shipping",
    "Technology",
    "Telecommunications",
    "Transportation",
    "Utilities",
    "Other",
)
CLEAN_STATUSES = ("Matched", "Different", "Acknowledged", "NotFound", "Inactive", "Pending", "SelectMatch", "Skipped")
