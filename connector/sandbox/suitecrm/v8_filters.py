"""`filter` and `sort` of V8 as conditions on the engine's tables.

Values are compared as the database compares them: text without regard to case, times as UTC.
Source: SuiteCRM 7.14.6, Api/V8/JsonApi/Repository/Filter.php and Sort.php, ModuleService::getRecords (e-mail join).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.sandbox.sqlfile import quoted
from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugar.words import Order, Where
from connector.sandbox.suitecrm.v8_answers import ParameterError, V8Error
from connector.sandbox.suitecrm.v8_vardefs import attribute_names

DATABASE_FAILURE = "Database failure. Please refer to suitecrm.log for details."

_OPERATORS: Mapping[str, str] = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "LIKE",
}
_JOINS = frozenset({"and", "or"})
_EMAILS = frozenset({"email1", "email2"})
_WITH_ADDRESS = (
    "SELECT r.bean_id FROM email_addr_bean_rel r JOIN email_addresses a ON a.id = r.email_address_id"
    " WHERE a.email_address"
)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)")


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list. `deleted` asks for deleted rows only; `broken` is a condition that the database refuses."""

    where: Where
    deleted: bool = False
    broken: bool = False

    def check(self) -> None:
        """Raise what SuiteCRM answers for a condition that the database refuses."""
        if self.broken:
            raise V8Error(DATABASE_FAILURE)


def parse_filter(module: Module, given: Mapping[str, object] | None, or_bug: bool = False) -> Filter:
    """The filter of a list. Raises ParameterError for a field or an operator that does not exist.

    `or_bug` is how it was before SuiteCRM 7.12.5: with `or`, every live row matched.
    """
    if given is None:
        return Filter(Where())
    joined = _join_of(given)
    deleted = _wants_deleted(given)
    conditions: list[Where] = []
    broken = False
    for name, operator, value in _terms(module, given):
        condition = _condition(module, name, operator, value)
        broken = broken or condition is None
        conditions.append(condition or Where())
    if joined == "or" and or_bug and conditions:
        return Filter(Where(), deleted, broken)
    return Filter(_joined(conditions, joined), deleted, broken)


def parse_sort(module: Module, given: str | None) -> tuple[Order, ...]:
    """The one field to sort by; rows that are equal there come by id, as an index has them.

    Raises ParameterError for an unknown field; one without a column sorts nothing.
    """
    if given is None:
        return ()
    name = given.lstrip("-")
    if name not in attribute_names(module):
        raise ParameterError(f"Sort field {name} in {module.object_name} module is not found")
    one = module.fields.get(name)
    if one is None or not one.stored:
        return ()
    return (Order(name, given.startswith("-")), Order("id"))


def _join_of(given: Mapping[str, object]) -> str:
    operator = given.get("operator", "and")
    if not isinstance(operator, str) or operator.lower() not in _JOINS:
        raise ParameterError(f"Filter operator {operator if isinstance(operator, str) else 'Array'} is invalid")
    return operator.lower()


def _wants_deleted(given: Mapping[str, object]) -> bool:
    deleted = given.get("deleted")
    return isinstance(deleted, dict) and str(deleted.get("eq", "0")).strip() == "1"


def _terms(module: Module, given: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    known = attribute_names(module)
    for name, tests in given.items():
        if name in ("operator", "deleted"):
            continue
        if name not in known:
            raise ParameterError(f"Filter field {name} in {module.object_name} module is not found")
        if not isinstance(tests, dict):
            raise ParameterError(f"Filter field {name} must be an array")
        for operator, value in tests.items():
            if operator.lower() not in _OPERATORS:
                raise ParameterError(f"Filter operator {operator} is invalid")
            yield name, _OPERATORS[operator.lower()], value if isinstance(value, str) else ""


def _condition(module: Module, name: str, operator: str, value: str) -> Where | None:
    """The condition of one term; None where the field has no column (for the database, an unknown one)."""
    if name in _EMAILS and name in module.fields:
        # Addresses that were unlinked still match: the join does not look at its own `deleted`.
        return Where(
            f"{quoted(module.table)}.id IN ({_WITH_ADDRESS} {operator} ?)",
            (value,),
        )
    one = module.fields.get(name)
    if one is None or not one.stored:
        return None
    return Where(f"{quoted(module.table)}.{quoted(name)} {operator} ?", (_comparable(one, value),))


def _comparable(one: FieldDef, value: str) -> str:
    """The database reads a time with a `T` too, and does not look at its offset."""
    found = _MOMENT.match(value) if one.type == "datetime" else None
    return f"{found[1]} {found[2]}" if found else value


def _joined(conditions: list[Where], joined: str) -> Where:
    if not conditions:
        return Where()
    whole = conditions[0]
    for one in conditions[1:]:
        whole = whole | one if joined == "or" else whole & one
    return whole
