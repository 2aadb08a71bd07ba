"""Rows of the legacy service: parsed from its answers, and the SQL that asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.errors import ConfigError, Unreadable
from connector.model.progress import ObjectShape
from connector.systems.suitecrm.line import Row
from connector.systems.suitecrm.v4_calls import named_values
from connector.systems.suitecrm.values import database_time, decode, utc

_ID = re.compile(r"[A-Za-z0-9_-]{1,36}\Z")
_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)
BOOKKEEPING = ("id", "date_modified", "deleted")


def is_id(text: str) -> bool:
    """Whether *text* can be a record's id; the service answers anything else with nothing."""
    return _ID.match(text) is not None


def checked(module: str, fields: Sequence[str]) -> list[str]:
    """*fields* with those that every row needs, each once. Raises ConfigError for what is no name."""
    for name in (module, *fields):
        if not _NAME.match(name):
            raise ConfigError(f"{name!r} cannot be the name of a SuiteCRM field", next_command="connector mapping lint")
    return list(dict.fromkeys((*BOOKKEEPING, *fields)))


def literal(text: str) -> str:
    """An SQL string; a backslash would be an escape in MySQL and is left out."""
    return "'" + text.replace("\\", "").replace("'", "''") + "'"


def moment(at: datetime) -> str:
    """An SQL date and time in UTC."""
    return literal(database_time(at))


def among(table: str, ids: Iterable[str]) -> str:
    """A condition on ids, in the parentheses that the service does not add before its own AND."""
    return f"({table}.id IN ({','.join(map(literal, ids))}))"


def entries(answer: Any, name: str) -> list[Mapping[str, Any]]:
    """The entries of an answer. Raises Unreadable."""
    found = answer.get("entry_list") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) and entry.get("id") for entry in found):
        raise Unreadable("a page of rows cannot be read", system=name)
    return found


def row_of(entry: Mapping[str, Any], shape: ObjectShape | None, name: str) -> Row | None:
    """One entry as a row; None for the warning that stands where a record is missing. Raises Unreadable."""
    listed = entry.get("name_value_list")
    if isinstance(listed, list) and listed:
        return None
    told = named_values(listed)
    types = shape.fields if shape else {}
    try:
        values = {key: decode(value, types[key].type if key in types else "") for key, value in told.items()}
        stamp = told.get("date_modified")
        modified = utc(str(stamp)) if stamp else None
    except ValueError:
        raise Unreadable("a row's date cannot be read", system=name) from None
    return Row(str(entry["id"]), values, str(told.get("deleted") or "0") in ("1", "true", "True"), modified)


def linked(answer: Any, position: int, link: str) -> list[dict[str, Any]]:
    """The records behind a link of one entry, in either of the shapes that the service uses.

    Raises Unreadable where the lists of links do not match the entries: they are told apart by position only.
    """
    lists = answer.get("relationship_list") if isinstance(answer, dict) else None
    if not isinstance(lists, list) or len(lists) not in (0, len(answer.get("entry_list") or ())):
        raise Unreadable("the links of an answer do not match its rows")
    found = lists[position] if lists else []
    blocks = found.get("link_list") if isinstance(found, dict) else found
    records: list[dict[str, Any]] = []
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, dict) and block.get("name") == link:
            records += [named_values(record.get("link_value", record)) for record in block.get("records") or ()]
    return records
