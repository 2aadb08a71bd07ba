"""Side doors: changes to records that no client asked for, as a colleague in the CRM would make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.sandbox.dialect import DoorRefused
from connector.sandbox.faults import Action, Fault
from connector.sandbox.salesforce.org import ApiError, DmlOptions, LeadConvert, Org, RowError

_OPTIONS = DmlOptions(auto_assign=False, allow_save=True)
_CONVERT_KEYS = {
    "account_id": ("account_id", "accountId"),
    "contact_id": ("contact_id", "contactId"),
    "opportunity_id": ("opportunity_id", "opportunityId"),
    "opportunity_name": ("opportunity_name", "opportunityName"),
    "owner_id": ("owner_id", "ownerId"),
    "converted_status": ("converted_status", "convertedStatus"),
}


def open_door(org: Org, fault: Fault) -> None:
    """Carry out `edit`, `merge`, `delete` or `convert_elsewhere`. Raises DoorRefused when the org says no."""
    object_name = fault.text("object", "Lead")
    try:
        ids = named_records(org, object_name, fault)
        if not ids:
            raise DoorRefused(f"no such {object_name}")
        if fault.action is Action.EDIT:
            _edit(org, object_name, ids, fault)
        elif fault.action is Action.DELETE:
            _check(result.errors for result in org.delete(ids, _OPTIONS))
        elif fault.action is Action.MERGE:
            _check([org.merge(object_name, {"Id": fault.text("into")}, ids, _OPTIONS).errors])
        else:
            _convert(org, ids, fault)
    except ApiError as error:
        raise DoorRefused(error.code) from error


def named_records(org: Org, object_name: str, fault: Fault) -> list[str]:
    """Ids of the records that a fault names by `id` or by `match`."""
    if fault.options.get("id"):
        return [fault.text("id")]
    match = fault.options.get("match")
    if not isinstance(match, Mapping):
        return []
    rows = org.dump(object_name)
    return [
        str(row["Id"]) for row in rows if not row.get("IsDeleted") and all(row.get(n) == v for n, v in match.items())
    ]


def hide(org: Org, fault: Fault, written: Sequence[tuple[str, str]], until: datetime) -> None:
    """Keep the records that the fault names, else those just written, unseen until then."""
    object_name = fault.text("object")
    named = [(object_name, record_id) for record_id in named_records(org, object_name, fault)] if object_name else []
    for name, record_id in named or written:
        org.hide_until(name or org.object_of(record_id) or "", [record_id], until)


def change_schema(org: Org, fault: Fault) -> None:
    """Add, drop and alter fields. Raises DoorRefused when the org says no."""
    object_name = fault.text("object")
    add, drop, alter = (fault.options.get(name) for name in ("add", "drop", "alter"))
    try:
        for definition in add if isinstance(add, list) else []:
            org.declare_field(object_name, definition)
        for name in drop if isinstance(drop, list) else []:
            org.drop_field(object_name, name)
        for name, changes in (alter if isinstance(alter, dict) else {}).items():
            org.alter_field(object_name, name, changes)
    except (ApiError, KeyError, ValueError) as error:
        raise DoorRefused(str(error)) from error


def _edit(org: Org, object_name: str, ids: Sequence[str], fault: Fault) -> None:
    changes = fault.options.get("set")
    values = changes if isinstance(changes, Mapping) else {}
    _check(result.errors for result in org.update(object_name, [{**values, "Id": one} for one in ids], _OPTIONS))


def _convert(org: Org, ids: Sequence[str], fault: Fault) -> None:
    changes = fault.options.get("set")
    given = changes if isinstance(changes, Mapping) else {}
    values = {name: next((given[key] for key in keys if key in given), None) for name, keys in _CONVERT_KEYS.items()}
    values["converted_status"] = values["converted_status"] or _first_converted_status(org)
    values["owner_id"] = values["owner_id"] or org.user_id
    skip = given.get("do_not_create_opportunity", given.get("doNotCreateOpportunity", False))
    requests = [LeadConvert(lead_id=one, do_not_create_opportunity=bool(skip), **values) for one in ids]
    _check(result.errors for result in org.convert_leads(requests, _OPTIONS))


def _first_converted_status(org: Org) -> str:
    page = org.query("SELECT ApiName FROM LeadStatus WHERE IsConverted = true ORDER BY SortOrder LIMIT 1")
    return str(page.records[0]["ApiName"]) if page.records else "Closed - Converted"


def _check(errors: object) -> None:
    codes = [error.status_code for group in errors for error in group if isinstance(error, RowError)]  # type: ignore[attr-defined]
    if codes:
        raise DoorRefused(", ".join(codes))
