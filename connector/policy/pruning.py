"""Going on after the first problem: a file without what its shape refuses, so that the rest is checked too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connector.errors import Finding
from connector.model.document import Document, Loc

# What takes the place of a section that cannot be read, so that the others can.
_STAND_INS: dict[str, Any] = {
    "fit": {"levels": {"strong": 1, "weak": 0}, "groups": {"any": {"cap": 100, "rules": []}}},
    "engagement": {"levels": {"engaged": 1, "none": 0}, "half_life_days": 21, "cap": 100, "activities": {}},
    "intent": {"actions": {"demo": {"says": "Asked for a demo", "label": "Demo", "window_days": 60}}},
    "bant": {"yes_needed": 3, "no_allowed": 0},
    "stages": [],
    "disqualify": [{"reason": "not-a-fit", "says": "A person judged so."}],
    "decide": [{"name": "rest", "says": "Nothing else holds.", "verdict": "nurture"}],
    "opportunity": {"name": "{company}"},
}

# What is said of a section because something in it was left out is not the file's own fault.
_FOLLOWS = {"decide": "open-table", "intent": "no-actions"}
_NAMING = ("name", "reason", "stage")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a reading goes without: the sections that something was left out of, and the names that stood there."""

    sections: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def explains(self, finding: Finding) -> bool:
        """Whether *finding* may only say that something was left out."""
        if finding.rule == "missing-key":
            return bool(self.sections)
        if finding.rule in {rule for section, rule in _FOLLOWS.items() if section in self.sections}:
            return True
        return any(f"`{name}`" in finding.what for name in self.names)


def without(document: Document, refused: Iterable[Loc]) -> tuple[Document, LeftOut] | None:
    """A copy of *document* without the smallest list entries or keys that hold what was *refused*, and what those were.

    What a section must have and has not is filled in plainly. The copy's findings start empty. None where the whole
    file was refused.
    """
    parts = {_part(loc) for loc in refused}
    if () in parts or not isinstance(document.data, dict):
        return None
    moved: dict[Loc, tuple[int, int]] = {}
    data = _copy(document.data, (), (), parts, document, moved)
    gone = LeftOut(
        frozenset(str(loc[0]) for loc in parts) | (_STAND_INS.keys() - document.data.keys()),
        frozenset(name for loc in parts for name in _names(loc, document.data)),
    )
    return Document(
        document.path, {**data, **{name: _filled(name, data.get(name)) for name in _STAND_INS}}, moved
    ), gone


def _filled(section: str, found: Any) -> Any:
    plain = _STAND_INS[section]
    if isinstance(plain, dict) and isinstance(found, dict):
        return {**plain, **found}
    return plain if found is None else found


def _part(loc: Loc) -> Loc:
    """The innermost list entry around *loc*, else the key itself."""
    last = max((index for index, part in enumerate(loc) if isinstance(part, int)), default=-1)
    return loc[: last + 1] if last >= 0 else loc


def _names(loc: Loc, data: Any) -> Iterator[str]:
    """What other parts of the file may call the part at *loc*: its key, and the names that stand in it."""
    for step in loc:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return
    if loc and isinstance(loc[-1], str):
        yield loc[-1]
    yield from _inside(data)


def _inside(data: Any) -> Iterator[str]:
    if isinstance(data, list):
        for item in data:
            yield from _inside(item)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key in _NAMING and isinstance(value, str):
                yield value
            if key in ("levels", "actions") and isinstance(value, dict):
                yield from map(str, value)
            yield from _inside(value)


def _copy(data: Any, old: Loc, new: Loc, cut: set[Loc], document: Document, places: dict[Loc, tuple[int, int]]) -> Any:
    if old in document.places:
        places[new] = document.places[old]
    if isinstance(data, dict):
        kept = {key: value for key, value in data.items() if (*old, key) not in cut}
        return {key: _copy(value, (*old, key), (*new, key), cut, document, places) for key, value in kept.items()}
    if isinstance(data, list):
        left = [(index, item) for index, item in enumerate(data) if (*old, index) not in cut]
        return [_copy(item, (*old, index), (*new, at), cut, document, places) for at, (index, item) in enumerate(left)]
    return data
