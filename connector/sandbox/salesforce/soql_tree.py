"""What a SOQL text means, as plain data. `at` is always the offset of the first character in the text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """A field, maybe reached through parents: `Name`, `Owner.Name`."""

    text: str
    at: int

    @property
    def parts(self) -> tuple[str, ...]:
        """The steps of the path."""
        return tuple(self.text.split("."))


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: kind is one of text, number, moment, day, boolean, null, date_literal; text is as written."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function: COUNT(), MAX(Amount), CALENDAR_YEAR(CreatedDate), FIELDS(ALL), ..."""

    name: str
    arguments: tuple["Expression | Literal", ...]
    at: int


Expression = Path | Call


@dataclass(frozen=True, slots=True)
class Column:
    """One selected expression with its alias."""

    expression: Expression
    alias: str | None


@dataclass(frozen=True, slots=True)
class Compare:
    """expression operator literal; the operators are = != < <= > >= and like."""

    expression: Expression
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Within:
    """expression in a list of literals or in a nested query; `mode` is in, includes or excludes."""

    expression: Expression
    values: tuple[Literal, ...]
    query: "Query | None"
    negated: bool = False
    mode: str = "in"


@dataclass(frozen=True, slots=True)
class Junction:
    """All (`and`) or any (`or`) of several conditions."""

    operator: str
    members: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of a condition."""

    member: "Condition"


Condition = Compare | Within | Junction | Negation


@dataclass(frozen=True, slots=True)
class Ordering:
    """One ORDER BY item; nulls come first unless said otherwise."""

    expression: Expression
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; `source` is the object or, in a subquery, the child relationship."""

    columns: tuple["Column | Query", ...]
    source: str
    source_at: int
    alias: str | None
    where: Condition | None
    group: tuple[Expression, ...]
    having: Condition | None
    order: tuple[Ordering, ...]
    limit: int | None
    offset: int | None
    at: int
