"""Describe answers, global and per object, with every key that real orgs send (API 52 to 62)."""

from typing import Any

from connector.sandbox.salesforce.describe_fields import describe_field
from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_types import Record
from connector.sandbox.salesforce.schema import ChildRelationship, ObjectDef

MASTER_RECORD_TYPE = "012000000000000AAA"


def describe_global(state: OrgState, version: str) -> Record:
    """The body of `GET /sobjects`."""
    objects = sorted(state.schema, key=lambda item: item.name)
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [_summary(item, version) for item in objects]}


def object_basic(state: OrgState, name: str, version: str) -> Record:
    """The body of `GET /sobjects/X`."""
    return {"objectDescribe": _summary(state.definition(name), version), "recentItems": []}


def describe(state: OrgState, name: str, version: str) -> Record:
    """The body of `GET /sobjects/X/describe`."""
    definition = state.definition(name)
    fields = [describe_field(field, definition) for field in definition.readable()]
    return {
        **_summary(definition, version),
        "actionOverrides": [],
        "childRelationships": [_child(item) for item in state.schema.children_of(definition.name)],
        "compactLayoutable": definition.layoutable,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": fields,
        "implementedBy": None,
        "implementsInterfaces": None,
        "isInterface": False,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [_master_type(definition, version)],
        "searchLayoutable": definition.searchable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [
            {"label": f"All {definition.plural.lower()}", "name": "everything"},
            {"label": f"My {definition.plural.lower()}", "name": "mine"},
        ],
        "urls": _urls(definition, version, full=True),
    }


def _urls(definition: ObjectDef, version: str, *, full: bool = False) -> Record:
    base = f"/services/data/v{version}/sobjects/{definition.name}"
    urls = {"rowTemplate": f"{base}/{{ID}}", "describe": f"{base}/describe", "sobject": base}
    if full:
        urls["layouts"] = f"{base}/describe/layouts"
        urls["compactLayouts"] = f"{base}/describe/compactLayouts"
        urls["approvalLayouts"] = f"{base}/describe/approvalLayouts"
        urls["quickActions"] = f"{base}/quickActions"
        urls["uiDetailTemplate"] = "/{ID}"
        urls["uiEditTemplate"] = "/{ID}/e"
        urls["uiNewRecord"] = f"/{definition.prefix}/e"
    return urls


def _summary(definition: ObjectDef, version: str) -> Record:
    """The keys that the global describe and the basic one share."""
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": definition.createable,
        "custom": False,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": definition.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": definition.layoutable,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": definition.prefix,
        "label": definition.label,
        "labelPlural": definition.plural,
        "layoutable": definition.layoutable,
        "mergeable": definition.mergeable,
        "mruEnabled": definition.layoutable,
        "name": definition.name,
        "queryable": True,
        "replicateable": definition.replicateable,
        "retrieveable": True,
        "searchable": definition.searchable,
        "triggerable": definition.triggerable,
        "undeletable": definition.undeletable,
        "updateable": definition.updateable,
        "urls": _urls(definition, version),
    }


def _child(relation: ChildRelationship) -> dict[str, Any]:
    return {
        "cascadeDelete": relation.field.cascade_delete,
        "childSObject": relation.child,
        "deprecatedAndHidden": False,
        "field": relation.field.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": relation.field.children,
        "restrictedDelete": False,
    }


def _master_type(definition: ObjectDef, version: str) -> Record:
    """The record type that every object has even when the org defines none."""
    layout = f"/services/data/v{version}/sobjects/{definition.name}/describe/layouts/{MASTER_RECORD_TYPE}"
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": MASTER_RECORD_TYPE,
        "urls": {"layout": layout},
    }
