"""The walls: who may import whom, and who may use which library, as `docs/architecture.md` says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from .reading import PACKAGE, ROOT, Module, imports, nearest, room_of

_NAME = re.compile(r"`([\w.]+)`")


@dataclass(frozen=True, slots=True)
class Walls:
    """What the document allows: rooms by room, and rooms by library."""

    rooms: Mapping[str, Set[str]]
    libraries: Mapping[str, Set[str]]


def walls(text: str | None = None) -> Walls:
    """Read both tables out of the architecture page (or out of *text*)."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8") if text is None else text
    return Walls(_table(page, "Who may import whom"), _table(page, "Who may use which library"))


def _table(page: str, heading: str) -> dict[str, Set[str]]:
    section = page.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found: dict[str, Set[str]] = {}
    for line in section.splitlines():
        cells = line.split("|")
        if len(cells) > 3 and (names := _NAME.findall(cells[1])):
            found |= {name: frozenset(_NAME.findall(cells[2])) for name in names}
    return found


def rooms_in_a_ring(allowed: Mapping[str, Set[str]]) -> list[str]:
    """Rooms that the table itself would let import each other in a ring."""
    try:
        tuple(TopologicalSorter(allowed).static_order())
    except CycleError as error:
        return [str(room) for room in error.args[1]]
    return []


def trespasses(house: list[Module], allowed: Mapping[str, Set[str]]) -> list[str]:
    """Imports from one room into another that the table does not allow, and rooms that it does not know."""
    known = {module.room for module in house} | set(allowed)
    found = [f"{PACKAGE}/{room}: the import table has no row for this room" for room in sorted(known - set(allowed))]
    for module in house:
        for line, room in _rooms_imported(module, known):
            if room != module.room and room not in allowed.get(module.room, frozenset()):
                found.append(f"{module.path}:{line}: {module.room} may not import {room}")
    return found


def _rooms_imported(module: Module, known: Set[str]) -> Iterator[tuple[int, str]]:
    for entry in imports(module):
        if entry.target.split(".")[0] == PACKAGE:
            room = room_of(entry.target)
            # What is no room is a name that the package's own face offers.
            yield entry.line, room if room in known else PACKAGE


def library_trespasses(house: list[Module], allowed: Mapping[str, Set[str]]) -> list[str]:
    """Imports of a library outside the rooms that it belongs to."""
    found: list[str] = []
    for module in house:
        for entry in imports(module):
            library = nearest(entry.target, allowed.keys())
            if library and module.room not in allowed[library]:
                found.append(f"{module.path}:{entry.line}: {library} is not for {module.room}")
    return found


def cycles(house: list[Module]) -> list[str]:
    """A ring of modules that import each other, if there is one; type-only and in-function imports count."""
    names = {module.name for module in house}
    graph: dict[str, set[str]] = {}
    for module in house:
        found = {nearest(entry.target, names) for entry in imports(module)}
        graph[module.name] = {name for name in found if name and name != module.name}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return [" <- ".join(error.args[1])]
    return []
