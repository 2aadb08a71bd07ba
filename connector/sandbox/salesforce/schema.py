"""Objects and fields of the embedded org, and the ways to look them up.

Names are matched without regard to case, as the API does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

TEXT_TYPES = frozenset(
    {"string", "textarea", "picklist", "multipicklist", "combobox", "email", "phone", "url", "encryptedstring"}
)
NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})
ID_TYPES = frozenset({"id", "reference"})
COMPOUND_TYPES = frozenset({"address", "location"})


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field as describe shows it.

    `children` is the relationship name seen from the parent; `compound` the compound field it is a part of;
    `defaulted` means that the server fills it; `visible` is False when access to it was withdrawn.
    """

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    default: str | float | bool | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    reference_to: tuple[str, ...] = ()
    relationship_name: str | None = None
    children: str | None = None
    cascade_delete: bool = False
    unique: bool = False
    case_sensitive: bool = False
    external_id: bool = False
    id_lookup: bool = False
    filterable: bool = True
    sortable: bool = True
    groupable: bool = True
    custom: bool = False
    calculated: bool = False
    compound: str | None = None
    name_field: bool = False
    visible: bool = True

    @property
    def is_text(self) -> bool:
        """Whether values are free text for comparison purposes."""
        return self.type in TEXT_TYPES

    @property
    def is_number(self) -> bool:
        """Whether values are numbers."""
        return self.type in NUMBER_TYPES

    @property
    def is_id(self) -> bool:
        """Whether values are record ids."""
        return self.type in ID_TYPES

    @property
    def stored(self) -> bool:
        """Whether the field has a column of its own (compound ones are put together on reading)."""
        return self.type not in COMPOUND_TYPES

    @property
    def required(self) -> bool:
        """Whether a create without a value is refused."""
        return self.createable and not self.nillable and not self.defaulted and self.type != "boolean"


@dataclass(frozen=True, slots=True)
class ObjectDef:
    """One object; `fields` is keyed by lower-case name and may grow by custom fields."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, FieldDef]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    undeletable: bool = True
    mergeable: bool = False
    searchable: bool = True
    replicateable: bool = True
    layoutable: bool = True
    triggerable: bool = True

    def find(self, name: str) -> FieldDef | None:
        """The visible field of that name, in any case."""
        found = self.fields.get(name.lower())
        return found if found is not None and found.visible else None

    def readable(self) -> Iterator[FieldDef]:
        """Every visible field, in the order of declaration."""
        return (f for f in self.fields.values() if f.visible)

    def stored(self) -> Iterator[FieldDef]:
        """Every field that has a column, withdrawn ones included."""
        return (f for f in self.fields.values() if f.stored)

    def by_relationship(self, name: str) -> FieldDef | None:
        """The reference field whose parent is reached by that relationship name."""
        wanted = name.lower()
        for item in self.readable():
            if item.relationship_name is not None and item.relationship_name.lower() == wanted:
                return item
        return None

    def parts_of(self, compound: str) -> list[FieldDef]:
        """The visible component fields of a compound field."""
        return [f for f in self.readable() if f.compound == compound]


@dataclass(frozen=True, slots=True)
class ChildRelationship:
    """A reference seen from the parent: which object and field point here, and under which name."""

    child: str
    field: FieldDef


@dataclass(slots=True)
class Schema:
    """All objects of the org."""

    objects: dict[str, ObjectDef] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Iterable[ObjectDef]) -> "Schema":
        """A schema with these objects."""
        return cls({item.name.lower(): item for item in objects})

    def find(self, name: str) -> ObjectDef | None:
        """The object of that name, in any case."""
        return self.objects.get(name.lower())

    def __iter__(self) -> Iterator[ObjectDef]:
        return iter(self.objects.values())

    def by_prefix(self, record_id: str) -> ObjectDef | None:
        """The object that an id belongs to."""
        prefix = record_id[:3]
        return next((item for item in self if item.prefix == prefix), None)

    def children_of(self, parent: str) -> Iterator[ChildRelationship]:
        """Every visible reference that can point at `parent`."""
        for item in self:
            for candidate in item.readable():
                if parent in candidate.reference_to:
                    yield ChildRelationship(item.name, candidate)

    def put_field(self, object_name: str, definition: FieldDef) -> None:
        """Add or replace one field."""
        self.objects[object_name.lower()].fields[definition.name.lower()] = definition

    def change_field(self, object_name: str, name: str, **changes: object) -> FieldDef:
        """Replace some attributes of one field and answer the new definition."""
        fields = self.objects[object_name.lower()].fields
        fields[name.lower()] = replace(fields[name.lower()], **changes)  # type: ignore[arg-type]
        return fields[name.lower()]


def field_map(fields: Iterable[FieldDef]) -> dict[str, FieldDef]:
    """Fields keyed by lower-case name, order kept."""
    return {item.name.lower(): item for item in fields}


def required_names(definition: ObjectDef, values: Mapping[str, object]) -> list[str]:
    """Names of the required fields that have no value in `values`."""
    return [f.name for f in definition.readable() if f.required and values.get(f.name) is None]
