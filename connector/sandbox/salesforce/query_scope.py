"""Where the names of a query lead: fields of the queried object and, through lookups, of its parents."""

from dataclasses import dataclass, field

from connector.sandbox.salesforce.org_types import ApiError
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef, Schema
from connector.sandbox.salesforce.schema_fields import pick
from connector.sandbox.salesforce.soql_tree import Path
from connector.sandbox.sqlfile import quoted

_HINT = "Please reference your WSDL or the describe call for the appropriate names."
_WINDOW = 40
MAX_LEVELS = 5
MAX_RELATIONS = 55


@dataclass(frozen=True, slots=True)
class Joined:
    """A table in the query under its alias."""

    alias: str
    definition: ObjectDef


@dataclass(frozen=True, slots=True)
class Resolved:
    """A field found: its definition, its SQL, and the relationship names on the way to it."""

    definition: FieldDef
    sql: str
    parents: tuple[str, ...]
    tables: tuple[Joined, ...]


def pointed(soql: str, at: int, message: str) -> str:
    """A message with the place in the query it is about, as Salesforce points at it."""
    row = soql.count("\n", 0, at) + 1
    start = soql.rfind("\n", 0, at) + 1
    end = soql.find("\n", at)
    line = soql[start : end if end >= 0 else len(soql)]
    column = at - start
    first = max(0, column - _WINDOW)
    snippet = line[first : column + _WINDOW]
    return f"\n{snippet}\n{' ' * (column - first)}^\nERROR at Row:{row}:Column:{column + 1}\n{message}"


@dataclass(slots=True)
class Scope:
    """The tables of one query (or subquery) and the rule which of their rows are seen."""

    soql: str
    schema: Schema
    base: ObjectDef
    include_deleted: bool
    now: str
    prefix: str = "t"
    names: tuple[str, ...] = ()
    joins: list[str] = field(default_factory=list)
    _tables: dict[tuple[str, ...], tuple[Joined, ...]] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The alias of the queried object's own table."""
        return f"{self.prefix}0"

    def seen(self, alias: str) -> str:
        """The SQL condition that a row may be seen by this query."""
        visible = f"({alias}._visible_at IS NULL OR {alias}._visible_at <= '{self.now}')"
        return visible if self.include_deleted else f"{alias}.IsDeleted = 0 AND {visible}"

    def tables(self, parents: tuple[str, ...]) -> tuple[Joined, ...]:
        """The tables behind a chain of relationships that was resolved before."""
        return self._tables[parents]

    def resolve(self, path: Path) -> Resolved:
        """Find a field. ApiError INVALID_FIELD when the path leads nowhere."""
        parts = list(path.parts)
        if len(parts) > 1 and parts[0].lower() in (self.base.name.lower(), *self.names):
            parts = parts[1:]
        if len(parts) > MAX_LEVELS + 1:
            raise ApiError("INVALID_FIELD", pointed(self.soql, path.at, "Maximum child to parent depth exceeded"))
        tables: tuple[Joined, ...] = (Joined(self.root, self.base),)
        parents: tuple[str, ...] = ()
        for step in parts[:-1]:
            parents, tables = self._follow(path, parents, tables, step)
        return self._field(path, parts[-1], parents, tables)

    def _follow(
        self, path: Path, parents: tuple[str, ...], tables: tuple[Joined, ...], step: str
    ) -> tuple[tuple[str, ...], tuple[Joined, ...]]:
        for table in tables:
            reference = table.definition.by_relationship(step)
            if reference is not None:
                reached = (*parents, str(reference.relationship_name))
                return reached, self._joined(reached, table, reference)
        message = (
            f"Didn't understand relationship '{step}' in field path. If you are attempting to use a custom "
            f"relationship, be sure to append the '__r' after the custom relationship name. {_HINT}"
        )
        raise ApiError("INVALID_FIELD", pointed(self.soql, path.at, message))

    def _joined(self, reached: tuple[str, ...], table: Joined, reference: FieldDef) -> tuple[Joined, ...]:
        if reached not in self._tables:
            if len(self._tables) >= MAX_RELATIONS:
                raise ApiError("MALFORMED_QUERY", f"Maximum number of relationships ({MAX_RELATIONS}) exceeded")
            self._tables[reached] = tuple(self._join(table, reference))
        return self._tables[reached]

    def _join(self, table: Joined, reference: FieldDef) -> list[Joined]:
        made: list[Joined] = []
        for target in reference.reference_to:
            definition = self.schema.find(target)
            if definition is not None:
                alias = f"{self.prefix}{len(self.joins) + 1}"
                link = f"{alias}.Id = {table.alias}.{quoted(reference.name)} AND {self.seen(alias)}"
                self.joins.append(f"LEFT JOIN {quoted(definition.name)} {alias} ON {link}")
                made.append(Joined(alias, definition))
        return made

    def _field(self, path: Path, name: str, parents: tuple[str, ...], tables: tuple[Joined, ...]) -> Resolved:
        if len(tables) > 1 and name.lower() == "type":
            return Resolved(pick("Type"), _type_of(tables), parents, tables)
        found = [(table, field) for table in tables if (field := table.definition.find(name)) is not None]
        if not found:
            entity = tables[0].definition.name if len(tables) == 1 else "Name"
            raise ApiError("INVALID_FIELD", pointed(self.soql, path.at, no_such_column(name, entity)))
        columns = [f"{table.alias}.{quoted(field.name)}" for table, field in found]
        sql = columns[0]
        if len(columns) > 1:
            # A function's result forgets how its columns compare, so text says it again.
            collation = " COLLATE NOCASE" if found[0][1].is_text else ""
            sql = f"(COALESCE({', '.join(columns)}){collation})"
        return Resolved(found[0][1], sql, parents, tables)


def no_such_column(name: str, entity: str) -> str:
    """The text about a field that an object does not have."""
    return (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
        f"append the '__c' after the custom field name. {_HINT}"
    )


def unsupported_type(soql: str, at: int, name: str) -> ApiError:
    """The refusal of an object that the org does not have."""
    message = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append "
        f"the '__c' after the entity name. {_HINT}"
    )
    return ApiError("INVALID_TYPE", pointed(soql, at, message))


def _type_of(tables: tuple[Joined, ...]) -> str:
    """SQL for the kind of record behind a lookup with several targets; a queue says `Queue`."""
    cases = []
    for table in tables:
        name = f'{table.alias}."Type"' if table.definition.name == "Group" else f"'{table.definition.name}'"
        cases.append(f"WHEN {table.alias}.Id IS NOT NULL THEN {name}")
    return f"CASE {' '.join(cases)} END"
