"""`GET /<module>/:id/audit`: the changes of a record, the newest first.

Source: Sugar's developer guide, endpoint `/<module>/:record/audit GET` (`max_num` and `offset` since v11_11; without
`max_num` every row is answered and `offset` passed over). Its example still shows labels and
`before_value_string`; an instance answers field names, `before` and `after`, a dropdown's value as a list, an
assigned user by name, and times in ISO 8601.
"""

from __future__ import annotations

from connector.sandbox.sugar.audit import audits
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Row
from connector.sandbox.sugarcrm.answers import Answer, ok
from connector.sandbox.sugarcrm.arguments import as_whole
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.values import wire_time


def audit_log(call: SugarCall) -> Answer:
    """One page of the log: `next_offset` (-1 on the last one) and `records`. A module without a log has none."""
    module = call.module(call.segments[0])
    record_id = str(call.row(module, call.segments[1])["id"])
    hidden = call.settings.acl_hidden_fields.get(module.name, ())
    found = call.instance.audit(module.name, record_id) if audits(module) else []
    rows = [row for row in found if row["field_name"] not in hidden]
    limit = as_whole(call.arguments, "max_num", -1)
    start = max(0, as_whole(call.arguments, "offset", 0)) if limit >= 0 else 0
    end = start + limit if limit >= 0 else len(rows)
    names = _user_names(call)
    records = [_record(call, module, row, names) for row in rows[start:end]]
    call.trace.records += len(records)
    return ok({"next_offset": end if end < len(rows) else -1, "records": records})


def _record(call: SugarCall, module: Module, row: Row, names: dict[str, str]) -> dict[str, object]:
    user = {"_type": "user", "id": row["created_by"], "_module": "Users", "client": {"_type": "rest-api"}}
    return {
        "id": row["id"],
        "parent_id": row["parent_id"],
        "event_id": row["event_id"],
        "date_created": wire_time(str(row["date_created"]), call.viewer.zone),
        "created_by": row["created_by"],
        "created_by_username": row["created_by_username"],
        "date_updated": None,
        "field_name": row["field_name"],
        "data_type": row["data_type"],
        "before": _shown(module, row, "before_value", names),
        "after": _shown(module, row, "after_value", names),
        "source": {"subject": user, "attributes": {"platform": "base"}},
    }


def _shown(module: Module, row: Row, side: str, names: dict[str, str]) -> object:
    value = str(row[side] or "")
    one = module.fields.get(str(row["field_name"]))
    if one is not None and one.type in ("enum", "multienum"):
        return value.replace("^", "").split(",")
    return names.get(value, value) if row["field_name"] == "assigned_user_id" else value


def _user_names(call: SugarCall) -> dict[str, str]:
    return {str(user["id"]): str(user["user_name"]) for user in call.instance.select("Users", fields=["user_name"])}
