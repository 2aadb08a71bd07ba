"""Going on after the first problem: a file without what its shape refuses, so that the rest is checked too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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
_FOLLOWS = {
    "decide": frozenset({"open-table", "unreachable-row", "unknown-row"}),
    "disqualify": frozenset({"missing-reason", "unknown-reason", "unknown-word"}),
    "lists": frozenset({"unknown-list"}),
    "fit": frozenset({"unknown-word", "unreachable-threshold"}),
    "engagement": frozenset({"unknown-word", "unreachable-threshold"}),
    "intent": frozenset({"unknown-word", "no-actions"}),
    "stages": frozenset({"never-holds", "unreachable-row"}),
}


def without(document: Document, refused: Iterable[Loc]) -> Document | None:
    """A copy of *document* without the smallest list entries or keys that hold what was *refused*.

    A section that cannot be read at all, or is missing, is replaced by a plain one. Its findings start empty. None where the whole
    file was refused.
    """
    parts = {_part(loc) for loc in refused}
    if () in parts or not isinstance(document.data, dict):
        return None
    moved: dict[Loc, tuple[int, int]] = {}
    data = _copy(document.data, (), (), parts, document, moved)
    return Document(document.path, {**_STAND_INS, **data}, moved)


def missing(document: Document) -> set[str]:
    """The sections that every policy must have and this file has not."""
    return _STAND_INS.keys() - document.data.keys() if isinstance(document.data, dict) else set()


def own(rule: str, sections: Iterable[str]) -> bool:
    """Whether a finding of *rule* may be told although parts of *sections* were left out."""
    return not any(rule in _FOLLOWS.get(section, ()) for section in sections)


def _part(loc: Loc) -> Loc:
    """The innermost list entry around *loc*, else the key itself."""
    last = max((index for index, part in enumerate(loc) if isinstance(part, int)), default=-1)
    return loc[: last + 1] if last >= 0 else loc


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
