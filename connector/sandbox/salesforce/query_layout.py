"""How the columns of a result row become the nested JSON record of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.salesforce.org_types import Record


def attributes(entity: str, record_id: str, version: str) -> Record:
    """The `attributes` of a record: its type and its address."""
    return {"type": entity, "url": f"/services/data/v{version}/sobjects/{entity}/{record_id}"}


@dataclass(frozen=True, slots=True)
class ValueSlot:
    """A plain value under `key`, from column `index`."""

    key: str
    index: int
    boolean: bool = False


@dataclass(frozen=True, slots=True)
class AddressSlot:
    """A compound address under `key`; `parts` are (JSON key, column index) pairs."""

    key: str
    parts: tuple[tuple[str, int], ...]

    def read(self, row: Sequence[Any]) -> Record | None:
        """The address object, None when every part is empty."""
        values = {key: row[index] for key, index in self.parts}
        return values if any(value is not None for value in values.values()) else None


@dataclass(slots=True)
class Layout:
    """The shape of one record: `entities` are the (object, id column) it may be, `slots` its keys in order.

    Parents are layouts of their own on the same row; `children` names the subqueries.
    """

    entities: tuple[tuple[str, int], ...]
    slots: list["ValueSlot | AddressSlot | ParentSlot | ChildSlot"] = field(default_factory=list)

    def shape(self, row: Sequence[Any], version: str) -> Record | None:
        """The record of a row; None when the lookup is empty."""
        for entity, index in self.entities:
            if row[index] is not None:
                return self._filled(row, version, {"attributes": attributes(entity, row[index], version)})
        return None

    def _filled(self, row: Sequence[Any], version: str, record: Record) -> Record:
        for slot in self.slots:
            if isinstance(slot, ValueSlot):
                value = row[slot.index]
                record[slot.key] = bool(value) if slot.boolean and value is not None else value
            elif isinstance(slot, AddressSlot):
                record[slot.key] = slot.read(row)
            elif isinstance(slot, ParentSlot):
                record[slot.key] = slot.layout.shape(row, version)
            else:
                record[slot.key] = None
        return record

    def parent(self, key: str, entities: tuple[tuple[str, int], ...]) -> "Layout":
        """The layout of the parent under `key`, made on first use."""
        for slot in self.slots:
            if isinstance(slot, ParentSlot) and slot.key == key:
                return slot.layout
        made = Layout(entities)
        self.slots.append(ParentSlot(key, made))
        return made

    def has(self, key: str) -> bool:
        """Whether a value of that name is there already."""
        return any(slot.key == key for slot in self.slots)


@dataclass(frozen=True, slots=True)
class ParentSlot:
    """A parent record under its relationship name."""

    key: str
    layout: Layout


@dataclass(frozen=True, slots=True)
class ChildSlot:
    """Where the records of a subquery go."""

    key: str
