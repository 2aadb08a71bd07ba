"""The undocumented `columns=true` answer of the query resource, which the Salesforce CLI insists on."""

from connector.sandbox.salesforce.org_types import Record
from connector.sandbox.salesforce.query_layout import ChildSlot, Layout, ParentSlot
from connector.sandbox.salesforce.query_plan import Plan


def columns_of(plan: Plan) -> Record:
    """Names and nesting of the selected columns; parents and children nest through `joinColumns`."""
    grouped = plan.kind == "groups"
    if plan.layout is None:
        columns = [_column(label.key, label.function or label.key, bool(label.function)) for label in plan.labels]
    else:
        children = {child.key: child.layout for child in plan.children}
        columns = _columns(plan.layout, children)
    return {
        "columnMetadata": columns,
        "entityName": plan.entity.name,
        "groupBy": grouped,
        "idSelected": plan.layout is not None and plan.layout.has("Id"),
        "keyPrefix": plan.entity.prefix,
    }


def _columns(layout: Layout, children: dict[str, Layout]) -> list[Record]:
    found: list[Record] = []
    for slot in layout.slots:
        if isinstance(slot, ParentSlot):
            found.append(_column(slot.key, slot.key, False, _columns(slot.layout, {})))
        elif isinstance(slot, ChildSlot):
            found.append(_column(slot.key, slot.key, True, _columns(children[slot.key], {})))
        else:
            found.append(_column(slot.key, slot.key, False))
    return found


def _column(name: str, display: str, aggregate: bool, joined: list[Record] | None = None) -> Record:
    return {
        "aggregate": aggregate,
        "apexType": None,
        "booleanType": False,
        "columnName": name,
        "custom": name.endswith("__c"),
        "displayName": display,
        "foreignKeyName": None,
        "insertable": not aggregate,
        "joinColumns": joined or [],
        "numberType": False,
        "textType": False,
        "updatable": not aggregate,
    }
