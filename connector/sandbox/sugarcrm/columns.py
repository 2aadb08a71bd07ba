"""Where a field of a module is found in the database."""

# ruff: noqa: S608 - names come from the schema, values are parameters

from __future__ import annotations

from connector.sandbox.sugar.schema import FieldDef, LinkDef, Module, RelationDef, Schema
from connector.sandbox.sugarcrm.answers import SugarError

_NAMES = frozenset({"name", "full_name"})
_ADDRESS_FLAGS = {"email_opt_out": "opt_out", "invalid_email": "invalid_email"}


def field_expression(schema: Schema, module: Module, one: FieldDef) -> str:
    """An SQL expression for a field over a row of the module's own table.

    Raises SugarError (422) for a field that lives in no column.
    """
    if one.stored:
        return f"{module.table}.{one.name}"
    if module.is_person and one.name in _NAMES:
        return _person_name(module.table)
    if one.name in _ADDRESS_FLAGS:
        return _address_flag(module, _ADDRESS_FLAGS[one.name])
    if one.id_name and one.module in schema.modules:
        return _relate(schema, module, one)
    raise SugarError("invalid_parameter", f"Field {one.name} of module {module.name} cannot be searched")


def _person_name(table: str) -> str:
    return f"TRIM(COALESCE({table}.first_name, '') || ' ' || COALESCE({table}.last_name, ''))"


def _address_flag(module: Module, column: str) -> str:
    return (
        f"COALESCE((SELECT email_addresses.{column} FROM email_addr_bean_rel AS r"
        f" JOIN email_addresses ON email_addresses.id = r.email_address_id"
        f" WHERE r.bean_id = {module.table}.id AND r.bean_module = '{module.name}'"
        f" AND r.primary_address = 1 AND r.deleted = 0), 0)"
    )


def _relate(schema: Schema, module: Module, one: FieldDef) -> str:
    other = schema.modules[one.module]
    id_field = module.fields.get(one.id_name)
    if id_field is not None and id_field.stored:
        other_id = f"{module.table}.{one.id_name}"
    else:
        other_id = _joined_id(schema, module, one.module)
    if one.name == one.id_name:
        return other_id
    label = _person_name("other") if other.is_person else "other.name"
    return f"(SELECT {label} FROM {other.table} AS other WHERE other.id = {other_id})"


def _joined_id(schema: Schema, module: Module, other: str) -> str:
    for link in module.links.values():
        relation = schema.relations[link.relationship]
        if link.module == other and relation.table:
            mine, theirs = _keys(relation, link)
            return (
                f"(SELECT j.{theirs} FROM {relation.table} AS j"
                f" WHERE j.{mine} = {module.table}.id AND j.deleted = 0 LIMIT 1)"
            )
    raise SugarError("invalid_parameter", f"Module {module.name} is not joined to {other}")


def _keys(relation: RelationDef, link: LinkDef) -> tuple[str, str]:
    keys = (relation.left_key, relation.right_key)
    return keys if link.left else (keys[1], keys[0])
