"""How V8 shows one record: attributes as text, times in ISO 8601, links to its relationships."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connector.sandbox.sugar.schema import NUMBER_TYPES, FieldDef, Module
from connector.sandbox.sugar.words import Row
from connector.sandbox.suitecrm.v8_vardefs import link_attributes, shown_relationships

Show = Callable[[object], object]

_ENTITIES = str.maketrans({'"': "&quot;", "'": "&#039;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How datetimes leave.

    They pass through the API user's time format, so a format without seconds loses them; the digits are UTC
    whatever offset is printed (Api/V8/JsonApi/Helper/AttributeObjectHelper.php; SuiteCRM issues 9952 and 10912).
    """

    user_format: str = "H:i"
    offset: str = "+00:00"

    def show(self, stored: str) -> str:
        """`2024-05-01 18:00:37` as `2024-05-01T18:00:00+00:00`."""
        seconds = stored[17:19] if "s" in self.user_format else "00"
        return f"{stored[:10]}T{stored[11:16]}:{seconds}{self.offset}"


@dataclass(frozen=True, slots=True)
class Manner:
    """How values leave: the time format, and whether four characters become HTML entities."""

    times: TimeFormat = TimeFormat()
    entities: bool = True


class Shape:
    """The records of one module with a choice of attributes. Prepared once, used for every row of a list."""

    def __init__(self, module: Module, fields: Sequence[str] | None, manner: Manner) -> None:
        self._type = module.object_name
        wanted = None if fields is None else frozenset(fields)
        self._shows: list[tuple[str, Show]] = [
            (name, _show_for(one, manner))
            for name, one in module.fields.items()
            if name != "id" and (wanted is None or name in wanted)
        ]
        self._links = {
            name: shown for name, shown in link_attributes(module).items() if wanted is None or name in wanted
        }
        self._relationships = tuple(shown_relationships(module).items())

    def attributes(self, row: Row) -> dict[str, object]:
        """The attributes of one row; the id is never among them."""
        shown: dict[str, object] = {name: show(row.get(name)) for name, show in self._shows}
        shown.update(self._links)
        return shown

    def resource(self, row: Row, path: str) -> dict[str, object]:
        """One record as a resource object; `path` is what its relationship links begin with."""
        return {
            "type": self._type,
            "id": row["id"],
            "attributes": self.attributes(row),
            "relationships": {
                module: {"links": {"related": f"{path}/relationships/{link}"}} for module, link in self._relationships
            },
        }

    def related(self, row: Row) -> dict[str, object]:
        """One record of a relationship's list, with a link to itself instead of its relationships."""
        return {
            "type": self._type,
            "id": row["id"],
            "attributes": self.attributes(row),
            "links": {"self": f"V8/module/{self._type}/{row['id']}"},
        }


def plain_text(one: FieldDef, value: object) -> str:
    """A stored value as the database hands it to PHP: text, empty for NULL."""
    if value is None:
        return ""
    if isinstance(value, float):
        if one.name.startswith("jjwg_maps_"):
            return f"{value:.8f}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _show_for(one: FieldDef, manner: Manner) -> Show:
    if one.type == "datetime":
        return lambda value: manner.times.show(str(value)) if value else ""
    if not manner.entities or one.type in NUMBER_TYPES or one.type in ("bool", "date", "id"):
        return lambda value: plain_text(one, value)
    return lambda value: "" if value is None else str(value).translate(_ENTITIES)
