"""Values that the parts of the engine hand to each other."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Row = dict[str, Any]
Deleted = Literal["live", "all", "deleted"]

_STORED_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")


class EngineError(Exception):
    """The engine refuses; subclasses say why."""


class NoSuchModule(EngineError):
    """There is no module of that name here."""


class NoSuchField(EngineError):
    """The module has no field of that name."""


class NoSuchLink(EngineError):
    """The module has no link of that name."""


class NoSuchRecord(EngineError):
    """There is no such record, or it is deleted or not visible yet."""


class DuplicateId(EngineError):
    """A record with that id is there already, perhaps deleted."""


@dataclass(frozen=True, slots=True)
class Where:
    """An SQL condition on one module's table, every value a parameter. Build it from names of the schema only.

    Columns are written `"<table>"."<column>"` (see `SugarInstance.column`).
    """

    sql: str = "1"
    params: tuple[object, ...] = ()

    def __and__(self, other: Where) -> Where:
        return Where(f"({self.sql}) AND ({other.sql})", (*self.params, *other.params))

    def __or__(self, other: Where) -> Where:
        return Where(f"({self.sql}) OR ({other.sql})", (*self.params, *other.params))

    def negated(self) -> Where:
        """The opposite condition; what is unknown (NULL) counts as not met."""
        return Where(f"NOT coalesce(({self.sql}), 0)", self.params)


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by one stored field."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of a result: at most `limit` (None: all) from `offset` on."""

    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows, in which order, which page of them, and which of their fields (None: all)."""

    where: Where = Where()
    order: Sequence[Order] = ()
    page: Page = Page()
    fields: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What a save did."""

    id: str
    created: bool


def new_id() -> str:
    """A record id as the family draws it: 36 characters, lower-case hexadecimal with dashes."""
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def stored_time(moment: datetime) -> str:
    """A moment as the database keeps it: `YYYY-MM-DD HH:MM:SS`, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def read_time(value: object) -> str | None:
    """A stored time from a stored time or from ISO 8601 (without an offset: UTC); None when it is neither."""
    text = str(value).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if _STORED_TIME.fullmatch(text):
        return text
    return stored_time(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def read_date(value: object) -> str | None:
    """A date `YYYY-MM-DD` from a date or a time; None when the text does not begin with a real one."""
    text = str(value).strip()[:10]
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return None
