"""What the instance tells about itself: modules, fields, dropdowns, the user, and a sign of life."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping

from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugarcrm.answers import Answer, SugarError, ok
from connector.sandbox.sugarcrm.call import SugarCall
from connector.sandbox.sugarcrm.revenue import computed_fields
from connector.sandbox.sugarcrm.values import wire_time
from connector.sandbox.sugarcrm.versions import BUILD, SERVER_VERSION

_DB_TYPES = {
    "enum": "varchar",
    "phone": "varchar",
    "name": "varchar",
    "fullname": "varchar",
    "url": "varchar",
    "user_name": "varchar",
    "image": "varchar",
    "multienum": "text",
}
_DATES = frozenset({"date_entered", "date_modified", "created_by", "modified_user_id"})


def ping(_: SugarCall) -> Answer:
    """`GET /ping`."""
    return ok("pong")


def what_time(call: SugarCall) -> Answer:
    """`GET /ping/whattimeisit`: the server's now."""
    return ok(wire_time(call.instance.now(), call.viewer.zone))


def me(call: SugarCall) -> Answer:
    """`GET /me`: the calling user with preferences and rights."""
    row = call.instance.require("Users", call.user_id)
    modules = {name: _module_rights(call, name) for name in call.instance.modules}
    name = " ".join(part for part in (row.get("first_name"), row.get("last_name")) if part)
    return ok(
        {
            "current_user": {
                "id": row["id"],
                "user_name": row["user_name"],
                "full_name": name,
                "type": "admin" if call.is_admin else "user",
                "is_manager": False,
                "preferences": {
                    "timezone": call.settings.api_user_tz,
                    "datepref": "Y-m-d",
                    "timepref": "H:i",
                    "currency_id": "-99",
                    "decimal_precision": "2",
                    "decimal_separator": ".",
                    "number_grouping_separator": ",",
                    "language": "en_us",
                },
                "my_teams": [{"id": "1", "name": "Global"}],
                "acl": modules,
            }
        }
    )


def _module_rights(call: SugarCall, name: str) -> dict[str, object]:
    rights: dict[str, object] = {"fields": call.settings.field_rights(name), "admin": "yes" if call.is_admin else "no"}
    if name in call.settings.acl_denied_modules:
        rights["access"] = "no"
    if name in call.settings.acl_readonly_modules or not call.access.may("edit"):
        rights.update({"create": "no", "edit": "no", "delete": "no"})
    return rights


def enum(call: SugarCall) -> Answer:
    """`GET /<module>/enum/:field`: key to label, in the order of the dropdown."""
    module_name, _, name = call.segments
    module = call.module(module_name)
    one = module.fields.get(name)
    options = call.instance.schema.options_of(one) if one is not None else ()
    if not options:
        raise SugarError("not_found", f"Could not find options of field {name} in module {module_name}")
    return ok(dict(options))


def metadata(call: SugarCall) -> Answer:
    """`GET /metadata`, narrowed by `type_filter` and `module_filter` (comma lists)."""
    types = _names(call.arguments.get("type_filter")) or ("full_module_list", "modules", "server_info")
    only = _names(call.arguments.get("module_filter"))
    body: dict[str, object] = {}
    if "full_module_list" in types:
        body["full_module_list"] = _hashed({name: name for name in call.instance.modules})
    if "modules" in types:
        body["modules"] = {
            name: _module(call, module)
            for name, module in call.instance.modules.items()
            if (not only or name in only) and name not in call.settings.acl_denied_modules
        }
    if "server_info" in types:
        body["server_info"] = server_info(call)
    return ok(_hashed(body))


def module_metadata(call: SugarCall) -> Answer:
    """`GET /metadata/<module>/fields`."""
    _, module_name, segment = call.segments
    if segment != "fields":
        raise SugarError("not_found", f"Could not find metadata: {segment}")
    return ok(_fields(call, call.module(module_name)))


def server_info(call: SugarCall) -> dict[str, object]:
    """Flavour, version and time of the server."""
    now = wire_time(call.instance.now(), call.viewer.zone)
    return {
        "flavor": "ENT",
        "version": SERVER_VERSION,
        "build": BUILD,
        "product_name": "SugarCRM Enterprise",
        "server_time": now,
        "gmt_time": call.instance.now().replace(" ", "T") + "+0000",
        "_hash": _hash([SERVER_VERSION, BUILD]),
    }


def _names(given: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(given or "").split(",") if part.strip())


def _module(call: SugarCall, module: Module) -> dict[str, object]:
    return _hashed(
        {
            "fields": _fields(call, module),
            "nameFormat": {"f": "first_name", "l": "last_name"} if module.is_person else {},
            "activityStreamEnabled": True,
            "ftsEnabled": True,
            "isBwcEnabled": False,
        }
    )


def _fields(call: SugarCall, module: Module) -> dict[str, object]:
    hidden = call.settings.acl_hidden_fields.get(module.name, ())
    computed = computed_fields(call.settings, module.name)
    fields: dict[str, object] = {
        name: {**_field(one), "calculated": True, "readonly": True} if name in computed else _field(one)
        for name, one in module.fields.items()
        if name not in hidden
    }
    fields.update({name: _link(module, name) for name in module.links})
    return _hashed(fields)


def _field(one: FieldDef) -> dict[str, object]:
    told: dict[str, object] = {"name": one.name, "vname": f"LBL_{one.name.upper()}", "type": one.type}
    told["dbType"] = _DB_TYPES.get(one.type, one.type)
    optional: Mapping[str, object] = {
        "len": one.limit,
        "label": one.label,
        "options": one.options,
        "default": one.default,
        "id_name": one.id_name,
        "module": one.module,
        "group": one.group,
    }
    told.update({name: value for name, value in optional.items() if value not in (None, "")})
    if one.required:
        told["required"] = True
    if one.readonly or one.name in _DATES:
        told["readonly"] = True
    if not one.stored:
        told["source"] = "non-db"
    elif one.custom:
        told["source"] = "custom_fields"
    return told


def _link(module: Module, name: str) -> dict[str, object]:
    link = module.links[name]
    return {
        "name": name,
        "type": "link",
        "relationship": link.relationship,
        "module": link.module,
        "source": "non-db",
        "side": "left" if link.left else "right",
    }


def _hashed(body: dict[str, object]) -> dict[str, object]:
    return {**body, "_hash": _hash(sorted(body))}


def _hash(names: Collection[str]) -> str:
    return hashlib.md5(json.dumps(list(names)).encode(), usedforsecurity=False).hexdigest()
