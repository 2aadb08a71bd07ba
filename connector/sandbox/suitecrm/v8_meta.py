"""V8's metadata: modules, fields, and who is asking.

Source: SuiteCRM 7.14.6, Api/V8/Service/MetaService.php, UserService.php, Api/V8/Helper/ModuleListProvider.php.
"""

from __future__ import annotations

from connector.sandbox.exchange import Reply
from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.suitecrm import v8_parameters as parameters
from connector.sandbox.suitecrm.v8_answers import V8Error, document
from connector.sandbox.suitecrm.v8_records import V8Call
from connector.sandbox.suitecrm.v8_shapes import Shape

_HIDDEN_MODULES = frozenset({"EmailAddresses", "Users"})
_ACTIONS = ("access", "view", "list", "edit", "delete", "import", "export", "massupdate")
# What the database keeps a field of each type as.
_DATABASE_TYPES = {"phone": "varchar", "url": "varchar", "name": "varchar", "image": "varchar", "user_name": "varchar"}


def list_modules(call: V8Call) -> Reply:
    """`GET /meta/modules`: the modules that the user sees, with what may be done with every record there."""
    access = call.instance.access(call.user_id)
    rights = {one: {"import": "edit", "massupdate": "edit"}.get(one, _right(one)) for one in _ACTIONS}
    allowed = [
        one for one, right in rights.items() if access.unbounded(right) or (one == "access" and access.may(right))
    ]
    attributes = {
        name: {"label": name, "access": allowed} for name in call.instance.modules if name not in _HIDDEN_MODULES
    }
    return document(200, {"type": "modules", "attributes": attributes})


def _right(action: str) -> str:
    return action if action in ("view", "list", "edit", "delete") else "view"


def list_fields(call: V8Call, module_name: str) -> Reply:
    """`GET /meta/fields/{m}`: what the vardefs say of each field, links included."""
    parameters.check_module_name(module_name, "moduleName")
    module = call.instance.modules.get(module_name)
    if module is None:
        raise V8Error("The API user does not have access to this module.")
    attributes: dict[str, object] = {name: _field(one) for name, one in module.fields.items()}
    attributes |= {name: _link(module, name) for name in module.links}
    return document(200, {"type": "fields", "attributes": attributes})


def _field(one: FieldDef) -> dict[str, object]:
    shown: dict[str, object] = {"type": one.type}
    if not one.stored:
        shown["source"] = "non-db"
    elif one.custom:
        shown["source"] = "custom_fields"
    if one.default is not None:
        shown["default"] = str(one.default)
    if one.len is not None:
        shown["len"] = str(one.len)
    return {**shown, "required": one.required, "dbType": _DATABASE_TYPES.get(one.type, one.type)}


def _link(module: Module, name: str) -> dict[str, object]:
    relationship = module.links[name].relationship
    return {"type": "link", "relationship": relationship, "source": "non-db", "required": False, "dbType": "link"}


def current_user(call: V8Call) -> Reply:
    """`GET /current-user`: the user whom the call is made for."""
    module = call.instance.modules["Users"]
    row = call.instance.get("Users", call.user_id)
    if row is None:
        raise V8Error(f"Users module with id {call.user_id} is not found")
    call.trace.records = 1
    return document(200, Shape(module, None, call.manner).resource(row, call.path))
