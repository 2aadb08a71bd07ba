"""One field as describe shows it."""

from connector.sandbox.salesforce.org_types import Record
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef

_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
    "location": "urn:location",
}
_BYTES_PER_CHARACTER = 3
_CHOICES = frozenset({"picklist", "multipicklist", "combobox"})


def describe_field(field: FieldDef, owner: ObjectDef) -> Record:
    """All keys of a field. `length` counts characters, `byteLength` bytes (three a character)."""
    return {**_limits(field), **_abilities(field), **_kind(field, owner)}


def _limits(field: FieldDef) -> Record:
    whole = field.type == "int"
    length = field.length if field.stored else 0
    return {
        "byteLength": length if field.is_id else length * _BYTES_PER_CHARACTER,
        "length": length,
        "digits": field.precision if whole else 0,
        "precision": 0 if whole else field.precision,
        "scale": field.scale,
        "mask": None,
        "maskType": None,
    }


def _abilities(field: FieldDef) -> Record:
    return {
        "aggregatable": field.filterable and field.type not in ("boolean", "multipicklist"),
        "aiPredictionField": False,
        "autoNumber": False,
        "calculated": field.calculated,
        "caseSensitive": field.case_sensitive,
        "createable": field.createable,
        "defaultedOnCreate": field.defaulted,
        "deprecatedAndHidden": False,
        "encrypted": False,
        "externalId": field.external_id,
        "filterable": field.filterable,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.groupable and field.filterable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup or field.external_id,
        "nillable": field.nillable,
        "permissionable": field.createable and field.nillable,
        "polymorphicForeignKey": len(field.reference_to) > 1,
        "queryByDistance": False,
        "restrictedDelete": False,
        "searchPrefilterable": field.type == "reference",
        "sortable": field.sortable,
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }


def _kind(field: FieldDef, owner: ObjectDef) -> Record:
    return {
        "calculatedFormula": None,
        "cascadeDelete": field.cascade_delete,
        "compoundFieldName": _compound(field, owner),
        "controllerName": None,
        "custom": field.custom,
        "defaultValue": bool(field.default) if field.type == "boolean" else None,
        "defaultValueFormula": None,
        "dependentPicklist": False,
        "displayLocationInDecimal": False,
        "extraTypeInfo": _extra(field),
        "filteredLookupInfo": None,
        "inlineHelpText": None,
        "label": field.label,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": "User" in field.reference_to and len(field.reference_to) > 1,
        "picklistValues": _choices(field),
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship_name,
        "relationshipOrder": None,
        "restrictedPicklist": field.restricted,
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "type": field.type,
    }


def _compound(field: FieldDef, owner: ObjectDef) -> str | None:
    """The compound field that this is a part of; people's Name counts as compound and names itself."""
    if field.name == "Name" and owner.parts_of("Name"):
        return "Name"
    return field.compound


def _extra(field: FieldDef) -> str | None:
    if field.compound == "Name" and field.name in ("FirstName", "LastName"):
        return "personname"
    if field.name == "Name" and field.length == 121:
        return "personname"
    return "plaintextarea" if field.type == "textarea" else None


def _choices(field: FieldDef) -> list[Record]:
    if field.type not in _CHOICES:
        return []
    return [
        {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}
        for value in field.values
    ]
