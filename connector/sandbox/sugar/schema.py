"""What a module of the Sugar family is made of: fields, links and the relationships behind them.

Words and shapes follow the vardefs of SuiteCRM 7.14.6 (`modules/*/vardefs.php`, `include/SugarObjects/templates`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

DEFAULT_LENGTH = 255
TEXT_TYPES = frozenset(
    {"varchar", "name", "phone", "url", "enum", "user_name", "fullname", "image", "id", "text", "multienum"}
)
_UNCUT = frozenset({"text", "multienum", "date", "datetime", "bool", "int", "double", "float", "currency", "decimal"})
NUMBER_TYPES = frozenset({"int", "double", "float", "currency", "decimal"})


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field. `stored` says that it is a column; `options` names a dropdown; `len` is what the vardef declares.

    `id_name` and `module` belong to relate fields (`account_name` -> `account_id`, `Accounts`).
    """

    name: str
    type: str = "varchar"
    len: int | None = None
    label: str = ""
    required: bool = False
    options: str = ""
    stored: bool = True
    custom: bool = False
    default: str | int | None = None
    id_name: str = ""
    module: str = ""
    group: str = ""
    readonly: bool = False

    @property
    def limit(self) -> int | None:
        """How many characters the column holds; None when it is not a limited text."""
        if self.type in _UNCUT:
            return None
        return self.len or (36 if self.type == "id" else DEFAULT_LENGTH)


@dataclass(frozen=True, slots=True)
class LinkDef:
    """A relationship seen from one module. `left` says that this module is the relationship's left side."""

    name: str
    relationship: str
    module: str
    bean_name: str
    left: bool


@dataclass(frozen=True, slots=True)
class RelationDef:
    """A relationship between two modules.

    Many-to-many: `table` joins `left_key` and `right_key` and may carry `columns` (`contact_role`).
    One-to-many: no table, the right module's column `right_key` holds the left record's id.
    `role_column` = `role_value` narrows rows shared by several relationships (`parent_type`, `bean_module`).
    """

    name: str
    left: str
    right: str
    right_key: str
    table: str = ""
    left_key: str = "id"
    role_column: str = ""
    role_value: str = ""
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Module:
    """One module (`Leads`), its bean (`Lead`) and table (`leads`). Fields and links keep the order of the vardefs."""

    name: str
    object_name: str
    table: str
    fields: dict[str, FieldDef]
    links: dict[str, LinkDef] = field(default_factory=dict)

    @property
    def is_person(self) -> bool:
        """Whether `name` is made of the parts of a person's name."""
        return "last_name" in self.fields

    def stored(self) -> Iterator[FieldDef]:
        """Fields that are columns."""
        return (one for one in self.fields.values() if one.stored)


Dropdowns = dict[str, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class Schema:
    """Every module, relationship and dropdown of one instance."""

    modules: dict[str, Module]
    relations: Mapping[str, RelationDef]
    dropdowns: Dropdowns

    def options_of(self, one: FieldDef) -> tuple[tuple[str, str], ...]:
        """The (key, label) pairs of an enum field, in order; empty for other fields."""
        return self.dropdowns.get(one.options, ())
