"""A history of leads as columns: what can be scored in each, and what is set aside before anything is fitted."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from connector.model.fields import LEAD_FIELDS, FieldType
from connector.model.records import Scalar
from connector.policy.facts import email_kind, is_company
from connector.policy.operators import folded, number
from connector.values import country

Numbers: TypeAlias = Any
"""A numpy array; numpy is an extra and imported where it is needed."""

EMPTY = -1
"""The code of an empty cell."""

REST = -2
"""The code of a filled cell whose value is none of the column's levels (among numbers: a word)."""

_FREE_TEXT = 0.5  # a text that is another one on more than half of the leads is no category
_NUMERIC = 0.95  # the share of filled cells that are numbers, in a column of numbers
_HUGE = 1e15
_DAY = re.compile(r"(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{2}(?:\d\d)?)(?:[t ]\d\d?:\d\d.*)?\Z")
_SAID = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "y", "on"), True),
    **dict.fromkeys(("0", "0.0", "false", "no", "n", "off"), False),
}


class ColumnKind(StrEnum):
    """How a column can be cut into conditions."""

    NUMBER = "number"
    CATEGORY = "category"
    PRESENCE = "presence"


class Aside(StrEnum):
    """Why a column takes no part in the fit."""

    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    DAY = "day"
    EXCLUDED = "excluded"
    WORKED = "worked"
    PERSONAL = "personal"
    ELSEWHERE = "elsewhere"


# Canonical fields that no points table of fit should rest on, by what they mean. Derived facts stand in for some.
_SPEAKS_NOT_OF_FIT = {
    Aside.PERSONAL: """salutation first_name last_name email phone mobile fax street postal_code description company
        website""",
    Aside.WORKED: """status rating owner_id owner_kind disqualification_reason external_key converted
        converted_account_id converted_contact_id converted_opportunity_id converted_to""",
    Aside.ELSEWHERE: """requested_action requested_at budget authority need timeframe last_activity_at created_at""",
}
_REASONS = {name: why for why, names in _SPEAKS_NOT_OF_FIT.items() for name in names.split()}
_STANDS_IN = {"email": "email_kind", "company": "company_known"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the history.

    *name* is its heading, *field* the canonical field that a condition names. *levels* are the values of a category
    as most leads have them; *codes* holds for each lead the index of its level, `EMPTY` or `REST`. *numbers* (in a
    column of numbers) holds the value of each lead, not a number where it has none.
    """

    name: str
    field: str
    kind: ColumnKind
    levels: tuple[Scalar, ...]
    codes: Numbers
    numbers: Numbers = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """Leads with outcomes: the columns that can be scored, and those set aside before the fit, each with why.

    *outcomes* holds 1 for each lead that was won and 0 for each that was lost. *cells* are the canonical values of
    each lead, as a record has them.
    """

    columns: tuple[Column, ...]
    outcomes: Numbers
    aside: tuple[tuple[str, Aside], ...]
    cells: tuple[dict[str, Scalar], ...]

    @property
    def leads(self) -> int:
        """How many leads there are."""
        return len(self.cells)

    def without(self, names: Iterable[str]) -> tuple[Column, ...]:
        """The columns but for those named."""
        left_out = set(names)
        return tuple(column for column in self.columns if column.name not in left_out)


def slug(heading: str) -> str:
    """A heading as the name of a field: ``Lead Origin`` -> ``lead_origin``."""
    return re.sub(r"[^a-z0-9]+", "_", folded(heading)).strip("_") or "column"


def fields_of(headings: Sequence[str]) -> list[str]:
    """The canonical field of each heading: one of the house's own, else ``x_<slug>``; no field twice."""
    taken: set[str] = set()
    found: list[str] = []
    for heading in headings:
        name = slug(heading)
        name = name if name in LEAD_FIELDS or heading.startswith("x_") else f"x_{name}"
        tried, count = name, 1
        while tried in taken:
            count += 1
            tried = f"{name if name.startswith('x_') else f'x_{name}'}_{count}"
        taken.add(tried)
        found.append(tried)
    return found


def canonical(name: str, cell: Scalar) -> Scalar:
    """A cell as the record has it in the field *name*: trimmed, of the field's type; None when empty or no flag."""
    value = cell.strip() if isinstance(cell, str) else cell
    if value is None or value == "":
        return None
    spec = LEAD_FIELDS.get(name)
    if spec is None or not isinstance(value, str):
        return value
    if spec.type is FieldType.FLAG:
        return _SAID.get(value.casefold())
    if spec.type is FieldType.COUNTRY:
        return country.code(value) or value
    if spec.type is FieldType.NUMBER:
        found = number(value)
        return value if found is None or not math.isfinite(found) else found
    return value


def belongs_elsewhere(name: str) -> Aside | None:
    """Why the canonical field *name* is no matter of fit, judged by its meaning alone; None when it is one."""
    return _REASONS.get(name)


def stand_in(name: str, values: Sequence[Scalar]) -> tuple[str, list[Scalar]] | None:
    """The derived fact that conditions may use in place of a personal field, and its values; None when there is none.

    The kind of an e-mail address says something of a lead, and the address itself nothing of the next one.
    """
    if name not in _STANDS_IN:
        return None
    read = email_kind if name == "email" else is_company
    return _STANDS_IN[name], [read("" if value is None else str(value)) for value in values]


def column_of(heading: str, name: str, values: Sequence[Scalar]) -> Column | Aside:
    """Read one column; identifiers, days and what is the same on all leads are set aside."""
    spellings: dict[str, Counter[Scalar]] = {}
    keys = [None if value is None else folded(value) for value in values]
    for key, value in zip(keys, values, strict=True):
        if key is not None:
            spellings.setdefault(key, Counter())[value] += 1
    filled = len(values) - keys.count(None)
    if len(spellings) + (filled < len(values)) < 2:
        return Aside.CONSTANT
    read = [_finite(value) for value in values] if _type(name) is not FieldType.FLAG else []
    if _is_numeric(name, read, filled):
        return _identifier(read, values) or _numbers(heading, name, values, read)
    days = _type(name) in (FieldType.INSTANT, FieldType.DATE) or _are_days(spellings)
    if days or len(spellings) > _FREE_TEXT * filled:
        whole = Aside.DAY if days else Aside.IDENTIFIER
        return whole if filled == len(values) else _presence(heading, name, keys)
    return _category(heading, name, keys, spellings)


def _are_days(spellings: Iterable[str]) -> bool:
    """Whether all values are dates: what came on a day of the past tells nothing of a lead that comes tomorrow."""
    return all(_DAY.match(key) for key in spellings)


def _type(name: str) -> FieldType:
    spec = LEAD_FIELDS.get(name)
    return spec.type if spec else FieldType.TEXT


def _finite(value: Scalar) -> float | None:
    """The number that comparisons see; beyond any measure all numbers are the same."""
    found = number(value)
    return None if found is None or math.isnan(found) else max(-_HUGE, min(_HUGE, found))


def _is_numeric(name: str, read: Sequence[float | None], filled: int) -> bool:
    if _type(name) not in (FieldType.TEXT, FieldType.NUMBER):
        return False
    return sum(value is not None for value in read) >= max(1.0, _NUMERIC * filled)


def _identifier(read: Sequence[float | None], values: Sequence[Scalar]) -> Aside | None:
    """A whole number of its own on every lead counts them; a measure would repeat itself or be missing somewhere."""
    whole = all(value is not None and value.is_integer() for value in read)
    return Aside.IDENTIFIER if whole and len(set(read)) == len(values) else None


def _numbers(heading: str, name: str, values: Sequence[Scalar], read: Sequence[float | None]) -> Column:
    import numpy as np

    codes = [EMPTY if value is None else REST for value in values]
    numbers = np.array([math.nan if value is None else value for value in read])
    whole = all(value is None or value.is_integer() for value in read)
    return Column(heading, name, ColumnKind.NUMBER, (), np.array(codes), numbers, whole)


def _presence(heading: str, name: str, keys: Sequence[str | None]) -> Column:
    import numpy as np

    codes = np.array([EMPTY if key is None else 0 for key in keys])
    return Column(heading, name, ColumnKind.PRESENCE, ("filled",), codes)


def _category(heading: str, name: str, keys: Sequence[str | None], spellings: dict[str, Counter[Scalar]]) -> Column:
    import numpy as np

    ordered = sorted(spellings, key=lambda key: (-spellings[key].total(), key))
    at = {key: index for index, key in enumerate(ordered)}
    codes = np.array([EMPTY if key is None else at[key] for key in keys])
    levels = tuple(min(spellings[key].items(), key=lambda item: (-item[1], str(item[0])))[0] for key in ordered)
    return Column(heading, name, ColumnKind.CATEGORY, levels, codes)
