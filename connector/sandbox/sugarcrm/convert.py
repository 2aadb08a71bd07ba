"""`POST /Leads/:id/convert`: a lead becomes a contact, with an account and an opportunity where asked for.

Source: what every Sugar instance carries, the help and the code of its `LeadConvertApi` (the key `modules`, Contacts as
the module that must be there). Nothing is copied from the lead by the server but the owner. Each new record is made by
a POST of its own before anything else happens: what stands when a later one is refused, stays. A converted lead is
converted again when asked, unless a switch says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Row, Where
from connector.sandbox.sugarcrm.answers import Answer, SugarError, ok, refusal
from connector.sandbox.sugarcrm.call import SugarCall, Values
from connector.sandbox.sugarcrm.listing import shaped
from connector.sandbox.sugarcrm.saving import create_record
from connector.sandbox.sugarcrm.selection import Selection

_LEAD_FIELDS = {"Contacts": "contact_id", "Accounts": "account_id", "Opportunities": "opportunity_id"}
_ACTIVITIES = ("Calls", "Meetings", "Tasks", "Notes", "Emails")
_NOT_COPIED = frozenset({"id", "date_entered", "date_modified", "created_by", "modified_user_id", "sync_key"})


def convert(call: SugarCall) -> Answer:
    """Convert one lead; answers the records of its modules, or the refusal of the first one that cannot be had.

    Raises SugarError before anything was made.
    """
    if not call.settings.convert_enabled:
        raise SugarError("no_method", "Could not find a route")
    leads = call.writable_module("Leads")
    lead = call.row(leads, call.segments[1], "edit")
    if lead.get("converted") and not call.settings.convert_again:
        raise SugarError("invalid_parameter", "The lead is converted already.")
    action = _asked_action(call)
    given = _modules(call)
    ids: dict[str, str] = {}
    for name, body in given.items():
        found = _record_for(call, name, body)
        if isinstance(found, Answer):
            return found
        ids[name] = found
    _relate(call, ids, given)
    _save_all(call, lead, ids)
    _transfer_activities(call, str(lead["id"]), ids, action)
    _mark(call, lead, ids)
    records = [
        shaped(call, call.module(name), [call.row(call.module(name), record_id)], Selection())[0]
        for name, record_id in ids.items()
    ]
    return ok({"modules": records})


def _modules(call: SugarCall) -> dict[str, Values]:
    given = call.body.get("modules")
    if not isinstance(given, Mapping):
        raise SugarError("missing_parameter", "Missing parameter: modules")
    chosen: dict[str, Values] = {}
    for name in call.settings.convert_modules:
        body = given.get(name)
        if isinstance(body, Mapping):
            chosen[name] = body
        elif name in call.settings.convert_required:
            raise SugarError("missing_parameter", f"Missing parameter: modules.{name}")
    unlisted = [name for name in given if name not in call.settings.convert_modules]
    if unlisted and call.settings.convert_unlisted == "refuse":
        raise SugarError("invalid_parameter", f"Not in the Convert Lead layout: {', '.join(unlisted)}")
    return chosen


def _record_for(call: SugarCall, name: str, body: Values) -> str | Answer:
    """The existing record that the body names, or a new one made from the body; else the refusal."""
    try:
        with call.instance.transaction():
            if body.get("id"):
                return str(call.row(call.module(name), str(body["id"]))["id"])
            return create_record(call, call.writable_module(name), body)
    except SugarError as error:
        return refusal(error) if body.get("id") else _inner_refusal(error)


def _inner_refusal(error: SugarError) -> Answer:
    """How the refusal of an inner POST is handed on: a 424 in which words and label have changed places."""
    return Answer(424, {"error": str(error.message), "error_message": error.label})


def _save_all(call: SugarCall, lead: Row, ids: Mapping[str, str]) -> None:
    """Save every record that takes part, known ones too; one that nobody owns gets the lead's owner."""
    for name, record_id in ids.items():
        known = call.instance.require(name, record_id)
        values = {"id": record_id, "assigned_user_id": known.get("assigned_user_id") or lead.get("assigned_user_id")}
        call.instance.save(name, values, user_id=call.user_id, create=False)
        call.trace.wrote(name, [record_id])


def _relate(call: SugarCall, ids: Mapping[str, str], given: Mapping[str, Values]) -> None:
    contact, account, opportunity = (ids.get(name) for name in _LEAD_FIELDS)
    if account and contact:
        _put_in_account(call, "Contacts", contact, account)
    if account and opportunity and not given["Opportunities"].get("account_id"):
        known = call.instance.get("Opportunities", opportunity) or {}
        if not known.get("account_id"):
            _put_in_account(call, "Opportunities", opportunity, account)
    if contact and opportunity and contact not in call.instance.related_ids("Opportunities", opportunity, "contacts"):
        call.instance.relate("Opportunities", opportunity, "contacts", contact, {})


def _put_in_account(call: SugarCall, module: str, record_id: str, account_id: str) -> None:
    if (call.instance.get(module, record_id) or {}).get("account_id") != account_id:
        values = {"id": record_id, "account_id": account_id}
        call.instance.save(module, values, user_id=call.user_id, create=False)


def _mark(call: SugarCall, lead: Row, ids: Mapping[str, str]) -> None:
    """Close the lead: converted, with the ids, and called by the account's name."""
    made = {field: ids[name] for name, field in _LEAD_FIELDS.items() if name in ids}
    if "Accounts" in ids:
        made["account_name"] = str(call.instance.require("Accounts", ids["Accounts"])["name"] or "")
    values = {"id": lead["id"], "converted": 1, "status": "Converted", **made}
    call.instance.save("Leads", values, user_id=call.user_id, create=False)
    call.trace.records += 1
    call.trace.wrote("Leads", [str(lead["id"])])


def _asked_action(call: SugarCall) -> str:
    action = str(call.body.get("transfer_activities_action") or "donothing")
    if action not in ("copy", "move", "donothing"):
        raise SugarError("invalid_parameter", f"transfer_activities_action cannot be {action}")
    return action


def _transfer_activities(call: SugarCall, lead_id: str, ids: Mapping[str, str], action: str) -> None:
    """Copy or move what was done with the lead; the default is to do nothing."""
    wanted = call.body.get("transfer_activities_modules")
    names = [str(name) for name in wanted] if isinstance(wanted, list) else ["Contacts"]
    targets = [(name, ids[name]) for name in names if name in ids]
    if action == "donothing" or not targets:
        return
    for name in _ACTIVITIES:
        module = call.instance.modules[name]
        of_lead = Where(f"{module.table}.parent_type = 'Leads' AND {module.table}.parent_id = ?", (lead_id,))
        for row in call.instance.select(name, of_lead):
            if action == "move":
                _set_parent(call, module, str(row["id"]), targets[0])
            else:
                _copy(call, module, row, targets)


def _set_parent(call: SugarCall, module: Module, record_id: str, target: tuple[str, str]) -> None:
    values = {"id": record_id, "parent_type": target[0], "parent_id": target[1]}
    call.instance.save(module.name, values, user_id=call.user_id, create=False)


def _copy(call: SugarCall, module: Module, row: Row, targets: list[tuple[str, str]]) -> None:
    copied = {one.name: row.get(one.name) for one in module.stored() if one.name not in _NOT_COPIED}
    for parent_type, parent_id in targets:
        values = {**copied, "parent_type": parent_type, "parent_id": parent_id}
        call.instance.save(module.name, values, user_id=call.user_id, create=True)
