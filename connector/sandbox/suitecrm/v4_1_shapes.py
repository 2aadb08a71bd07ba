"""Records as the legacy service shows them: name/value pairs of text, four characters as HTML entities.

Source: `SoapHelperWebServices::get_return_value_for_fields`, `SugarWebServiceUtilv4_1`, `to_html()` of SuiteCRM 7.14.6.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Mapping
from html.entities import codepoint2name

from connector.sandbox.sugar.schema import NUMBER_TYPES, FieldDef, Module
from connector.sandbox.sugar.words import Row

Pair = dict[str, object]
Pairs = dict[str, Pair]
_ENTITIES = str.maketrans({'"': "&quot;", "<": "&lt;", ">": "&gt;", "'": "&#039;"})
_ECHO_ENTITIES = str.maketrans({chr(code): f"&{name};" for code, name in codepoint2name.items()})
_DELETED_WARNING = "Access to this object is denied since it has been deleted or does not exist"


def encoded(text: str) -> str:
    """Text with `" < > '` as entities; `&` and accents stay (`to_html`)."""
    if '"' in text or "'" in text or "<" in text or ">" in text:
        return text.translate(_ENTITIES)
    return text


def echoed_text(text: str) -> str:
    """Text as the echo of a save shows it: encoded twice, the second time with every named entity."""
    return encoded(text).translate(_ECHO_ENTITIES)


def decoded(text: str) -> str:
    """Text as it is stored when it arrives with entities: each decoded once."""
    return html.unescape(text)


def plain(value: object, one: FieldDef | None) -> str:
    """A stored value as text; an empty field is ""."""
    if value is None:
        return ""
    if isinstance(value, float):
        if one is not None and one.type == "float":
            return f"{value:.8f}"
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return str(value)


class Shaper:
    """Turns rows of a module into name/value pairs. `entities` is the instance's switch `html_entities`."""

    def __init__(self, module: Module, entities: bool) -> None:
        self._module = module
        self._entities = entities

    def names(self, asked: object) -> list[str]:
        """The fields to show: those asked for that there are, all of them when none is asked for."""
        known = self._module.fields
        if isinstance(asked, list) and asked:
            return [name for name in asked if isinstance(name, str) and name in known]
        return list(known)

    def pairs(self, row: Row, names: Iterable[str]) -> Pairs | list[Pair]:
        """Fields of a row; an empty selection is an empty array, PHP's reading of no fields."""
        return {name: {"name": name, "value": self._text(name, row.get(name))} for name in names} or []

    def _text(self, name: str, value: object) -> str:
        if isinstance(value, str):
            return encoded(value) if self._entities else value
        return plain(value, self._module.fields.get(name))

    def entry(self, row: Row, names: Collection[str]) -> Pair:
        """One element of `entry_list`."""
        return {"id": row["id"], "module_name": self._module.name, "name_value_list": self.pairs(row, names)}


def gone(module: Module, record_id: str) -> Pair:
    """The element that stands for a record that is deleted or was never there."""
    return {
        "id": record_id,
        "module_name": module.name,
        "name_value_list": [{"name": "warning", "value": _DELETED_WARNING}, {"name": "deleted", "value": "1"}],
    }


def echo(module: Module, given: Mapping[str, object], stored: Row) -> Pairs:
    """What `set_entry` says it saved: the bean in memory, not the row.

    Booleans and numbers are JSON ones, dates are as the bean holds them, text is encoded twice.
    """
    shown: Pairs = {}
    for name, value in given.items():
        one = module.fields.get(name)
        if one is not None and value is not None:
            shown[name] = {"name": name, "value": _echoed(one, value, stored)}
    return shown


def _echoed(one: FieldDef, value: object, stored: Row) -> object:
    known = stored.get(one.name)
    if one.name in ("date_modified", "modified_user_id", "created_by") and known:
        return known
    if one.type == "bool":
        return bool(known) if one.name in stored else str(value) not in ("", "0", "false", "off", "no")
    if one.type in NUMBER_TYPES:
        return known if known is not None else ""
    if one.type in ("date", "datetime"):
        return _echoed_date(str(value), known)
    return echoed_text(str(value)) if isinstance(value, str) else value


def _echoed_date(given: str, known: object) -> object:
    looks_stored = len(given) >= 10 and given[4:5] == "-" and given[7:8] == "-"
    return given if looks_stored else known or ""


def link_requests(given: object) -> list[tuple[str, list[str]]]:
    """The links asked for as (name, fields) pairs; an item without a name or without fields is passed over."""
    items: Iterable[object] = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    asked = [(one.get("name"), _texts(one.get("value"))) for one in items if isinstance(one, dict)]
    return [(str(name), fields) for name, fields in asked if name is not None and fields]


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
