"""What V8 tells of the screens: columns of lists, fields of searches, and its own description.

Source: SuiteCRM 7.14.6, Api/V8/Service/ListViewService.php, ListViewSearchService.php, MetaService::getSwaggerSchema,
modules/*/metadata/listviewdefs.php and searchdefs.php.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from connector.sandbox.exchange import Reply
from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.suitecrm import v8_parameters as parameters
from connector.sandbox.suitecrm.v8_answers import JSON_API, document
from connector.sandbox.suitecrm.v8_records import V8Call

# The columns that a list shows when nobody chose others.
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "Leads": ("name", "status", "account_name", "phone_work", "email1", "assigned_user_name", "date_entered"),
    "Contacts": ("name", "title", "account_name", "email1", "phone_work", "assigned_user_name", "date_entered"),
    "Accounts": ("name", "billing_address_city", "billing_address_country", "phone_office", "assigned_user_name",
                 "email1", "date_entered"),
    "Opportunities": ("name", "account_name", "sales_stage", "amount_usdollar", "date_closed", "assigned_user_name",
                      "date_entered"),
}  # fmt: skip
_SHOWN_ELSEWHERE = ("name", "assigned_user_name", "date_entered")
_ADDRESSES = frozenset({"email1", "email2"})
_BOXES = (("current_user_only", "My Items"), ("open_only", "Open Items"), ("favorites_only", "My Favorites"))
_MODULE, _RECORD = "/V8/module/{moduleName}", "/V8/module/{moduleName}/{id}"
_ROUTES: Mapping[str, tuple[str, ...]] = {
    "/access_token": ("post",),
    "/V8/logout": ("post",),
    "/V8/current-user": ("get",),
    "/V8/meta/modules": ("get",),
    "/V8/meta/fields/{moduleName}": ("get",),
    "/V8/meta/swagger.json": ("get",),
    "/V8/listview/columns/{moduleName}": ("get",),
    "/V8/search-defs/module/{moduleName}": ("get",),
    "/V8/module": ("post", "patch"),
    _MODULE: ("get",),
    _RECORD: ("get", "delete"),
    f"{_RECORD}/relationships": ("post",),
    f"{_RECORD}/relationships/{{linkFieldName}}": ("get", "post"),
    f"{_RECORD}/relationships/{{linkFieldName}}/{{relatedBeanId}}": ("delete",),
}


def list_columns(call: V8Call, module_name: str) -> Reply:
    """`GET /listview/columns/{m}`: a bare array of columns, those that are shown first."""
    module = _module(call, module_name)
    columns = [_column(module, name, shown=True) for name in _shown(module)]
    columns += [_column(module, one.name, shown=False) for one in module.stored() if one.name not in _shown(module)]
    return Reply(200, json.dumps(columns, ensure_ascii=False).encode(), {"Content-Type": JSON_API})


def _column(module: Module, name: str, *, shown: bool) -> Mapping[str, object]:
    return {
        "fieldName": name.upper(), "width": "10%", "label": module.fields[name].label, "link": name == "name",
        "default": shown, "module": "Employees" if name == "assigned_user_name" else "",
        "id": "ASSIGNED_USER_ID" if name == "assigned_user_name" else "", "sortable": False, "customCode": "",
    }  # fmt: skip


def search_definitions(call: V8Call, module_name: str) -> Reply:
    """`GET /search-defs/module/{m}`: what the search forms of a module ask for."""
    module = _module(call, module_name)
    basic = [{"name": "search_name", "label": "Name", "type": "name"}]
    basic += [{"name": name, "label": label, "type": "bool"} for name, label in _BOXES]
    searched = [module.fields[name] for name in _shown(module)]
    attributes = {
        "module": module.name,
        "templateMeta": {"maxColumns": "3", "maxColumnsBasic": "4", "widths": {"label": "10", "field": "30"}},
        "basic": basic,
        "advanced": [{"name": one.name, "default": True, "width": "10%", "label": one.label} for one in searched],
        "fields": {one.name: _searched(one) for one in searched},
    }
    return document(200, {"type": "SearchDefs", "attributes": attributes})


def _searched(one: FieldDef) -> Mapping[str, object]:
    if one.name in _ADDRESSES:
        return {"query_type": "default", "operator": "subquery", "vname": one.label}
    return {"query_type": "default", "vname": one.label}


def describe_routes(call: V8Call) -> Reply:
    """`GET /meta/swagger.json`: an OpenAPI description of the routes that are served."""
    paths = {path: {verb: _described(path, verb) for verb in verbs} for path, verbs in _ROUTES.items()}
    about = {"title": "SuiteCRM V8 API", "version": "1.0.0"}
    body = {"openapi": "3.0.0", "info": about, "servers": [{"url": f"{call.request.base_url}/Api"}], "paths": paths}
    return Reply(200, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": JSON_API})


def _described(path: str, verb: str) -> Mapping[str, object]:
    names = re.findall(r"{(\w+)}", path)
    given = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    status = "201" if verb in ("post", "patch") and path.startswith("/V8/module") else "200"
    return {"parameters": given, "responses": {status: {"description": "OK"}, "400": {"description": "Refused"}}}


def _shown(module: Module) -> list[str]:
    return [name for name in _SHOWN.get(module.name, _SHOWN_ELSEWHERE) if name in module.fields]


def _module(call: V8Call, name: str) -> Module:
    parameters.check_module_name(name)
    return call.module(name)
