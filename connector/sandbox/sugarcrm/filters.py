"""The filter grammar of the API, turned into SQL over one module.

A filter is a list of mappings, all of which must hold: `{"status": "New"}`, `{"date_modified": {"$gte": …}}`,
`{"$or": […]}`, `{"accounts.name": …}`, `{"$owner": ""}`. Public sources: Sugar developer guide (cookbook on
filtering, filter operators), Sugar's PHP client.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.schema import FieldDef, Module
from connector.sandbox.sugar.words import Where
from connector.sandbox.sugarcrm.answers import SugarError
from connector.sandbox.sugarcrm.arguments import parse_json
from connector.sandbox.sugarcrm.columns import field_expression
from connector.sandbox.sugarcrm.comparisons import NEGATED, Operand, compare

_MAX_DEPTH = 20
# `email` looks at every address, `email1` at the primary one, `email2` at the others.
_ADDRESS_KIND = {"email": "", "email1": " AND r.primary_address = '1'", "email2": " AND r.primary_address = '0'"}
_EMAIL_LINK = "email_addresses"
_ADDRESS_TEXTS = frozenset({"email_address", "email_address_caps"})
_ADDRESS = FieldDef("email_address_caps")
_NOBODY = frozenset({"$favorite", "$following", "$tracker"})
_MINE: Mapping[str, str] = {"$owner": "assigned_user_id", "$creator": "created_by"}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads, and when: the user's id, time zone and now; `hidden` are fields by module that it may not see."""

    user_id: str
    zone: tzinfo
    now: datetime
    hidden: Mapping[str, Collection[str]] = field(default_factory=dict)


def filter_clause(instance: SugarInstance, module: Module, given: object, viewer: Viewer) -> Where:
    """The SQL of a `filter` argument; text is read as JSON. Raises SugarError (422) for what it does not know."""
    if given in (None, "", []):
        return Where("1")
    return _Filter(instance, viewer).conjunction(module, _parsed(given), 0)


def _parsed(given: object) -> list[object]:
    if isinstance(given, str):
        try:
            given = parse_json(given)
        except (ValueError, RecursionError) as error:
            raise SugarError("invalid_parameter", "The filter is not valid JSON.") from error
    if isinstance(given, Mapping):
        # PHP makes no difference between a list and a mapping of numbers.
        numbered = bool(given) and all(str(key).isdecimal() for key in given)
        return list(given.values()) if numbered else [given]
    if not isinstance(given, list):
        raise SugarError("invalid_parameter", "The filter must be a list.")
    return given


@dataclass(frozen=True, slots=True)
class _Filter:
    instance: SugarInstance
    viewer: Viewer

    def conjunction(self, module: Module, parts: list[object], depth: int) -> Where:
        """All of these mappings."""
        return _joined(" AND ", [self._mapping(module, part, depth) for part in parts])

    def _mapping(self, module: Module, part: object, depth: int) -> Where:
        if not isinstance(part, Mapping) or depth > _MAX_DEPTH:
            raise SugarError("invalid_parameter", "A filter must hold mappings of fields to conditions.")
        return _joined(" AND ", [self._entry(module, str(key), value, depth) for key, value in part.items()])

    def _entry(self, module: Module, key: str, value: object, depth: int) -> Where:
        if key in ("$and", "$or"):
            clauses = [self._mapping(module, part, depth + 1) for part in _parsed(value)]
            return _joined(" AND " if key == "$and" else " OR ", clauses)
        if key in _NOBODY:
            return Where("0")
        if key in _MINE:
            column = field_expression(self.instance.schema, module, self._field(module, _MINE[key]))
            return Where(f"{column} = ?", (self.viewer.user_id,))
        if key.startswith("$"):
            raise SugarError("invalid_parameter", f"Did not recognize the operand: {key}")
        conditions = _conditions(value)
        return _joined(" AND ", [self._condition(module, key, operator, v) for operator, v in conditions])

    def _condition(self, module: Module, key: str, operator: str, value: object) -> Where:
        link, _, name = key.rpartition(".")
        if key in _ADDRESS_KIND and "email1" in module.fields:
            self._field(module, key if key in module.fields else "email1")
            return self._address(module, key, operator, value)
        if link == _EMAIL_LINK and name in _ADDRESS_TEXTS:
            return self._address(module, "email", operator, value)
        if link:
            return self._related(module, link, name, (operator, value))
        return compare(self._operand(module, self._field(module, key)), operator, value)

    def _related(self, module: Module, link_name: str, name: str, condition: tuple[str, object]) -> Where:
        link = module.links.get(link_name)
        if link is None:
            raise SugarError("invalid_parameter", f"Unable to find link {link_name} in module {module.name}")
        other = self.instance.modules[link.module]
        operator, value = condition
        inner = self._condition(other, name, NEGATED.get(operator, operator), value)
        found = self.instance.linked_where(module.name, link_name, inner)
        return _negated(found) if operator in NEGATED else found

    def _address(self, module: Module, name: str, operator: str, value: object) -> Where:
        # Addresses are looked up by their capitals, which have an index.
        operand = Operand("a.email_address_caps", _ADDRESS, self.viewer.zone, self.viewer.now)
        inner = compare(operand, NEGATED.get(operator, operator), _upper(value))
        found = self.instance.email_where(module.name, f"({inner.sql}){_ADDRESS_KIND[name]}", inner.params)
        return _negated(found) if operator in NEGATED else found

    def _field(self, module: Module, name: str) -> FieldDef:
        one = module.fields.get(name)
        if one is None or one.type == "link":
            raise SugarError("invalid_parameter", f"Unable to find field {name} in module {module.name}")
        if name in self.viewer.hidden.get(module.name, ()):
            raise SugarError("not_authorized", f"Access for field {name} is not allowed")
        return one

    def _operand(self, module: Module, one: FieldDef) -> Operand:
        expression = field_expression(self.instance.schema, module, one)
        return Operand(expression, one, self.viewer.zone, self.viewer.now)


def _conditions(value: object) -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        if not value:
            raise SugarError("invalid_parameter", "A field needs at least one condition.")
        return [(str(operator), inner) for operator, inner in value.items()]
    return [("$in", value)] if isinstance(value, list) else [("$equals", value)]


def _upper(value: object) -> object:
    if isinstance(value, list):
        return [_upper(item) for item in value]
    return value.upper() if isinstance(value, str) else value


def _joined(word: str, clauses: list[Where]) -> Where:
    if not clauses:
        return Where("1")
    if len(clauses) == 1:
        return clauses[0]
    params = tuple(value for clause in clauses for value in clause.params)
    return Where(_tree(word, [clause.sql for clause in clauses]), params)


def _tree(word: str, parts: list[str]) -> str:
    """The parts as a balanced tree: SQLite takes no expression that is a thousand levels deep."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({_tree(word, parts[:half])}{word}{_tree(word, parts[half:])})"


def _negated(clause: Where) -> Where:
    return Where(f"NOT {clause.sql}", clause.params)
