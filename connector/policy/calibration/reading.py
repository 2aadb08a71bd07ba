"""From rows of cells to a history: canonical values, the outcome, and what takes no part from the start."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from connector.errors import InputError
from connector.model.records import Scalar
from connector.policy.calibration.columns import (
    Aside,
    Column,
    History,
    belongs_elsewhere,
    canonical,
    column_of,
    fields_of,
    stand_in,
)
from connector.policy.calibration.extra import require
from connector.policy.calibration.outcomes import find_outcome, read_outcomes

CREATED, WORKED = "created", "worked"


@dataclass(frozen=True, slots=True)
class Declared:
    """What people say of the columns, by heading or by field: *exclude* and *keep*, and when each is known."""

    exclude: Collection[str] = ()
    keep: Collection[str] = ()
    known_at: Mapping[str, str] | None = None

    def known(self, heading: str, name: str) -> str:
        """``created``, ``worked``, or empty when nothing is declared."""
        said = self.known_at or {}
        return said.get(heading) or said.get(name) or ""

    def excluded(self, heading: str, name: str) -> bool:
        """Whether the person leaves the column out."""
        return not {heading, name}.isdisjoint(self.exclude)

    def kept(self, heading: str, name: str) -> bool:
        """Whether the column stays whatever speaks against it."""
        return not {heading, name}.isdisjoint(self.keep) or self.known(heading, name) == CREATED


def read_history(
    headings: Sequence[str], rows: Sequence[Sequence[Scalar]], outcome: str, declared: Declared
) -> tuple[History, int]:
    """The history, and how many rows tell no outcome and were left out.

    Raises InputError for an outcome that cannot be read, and for declared columns that there are not; UsageError
    where the extra is missing.
    """
    require()
    import numpy as np

    place = find_outcome(headings, outcome)
    outcomes = read_outcomes(headings[place], [row[place] for row in rows])
    names = fields_of(headings)
    _check_declared(headings, names, declared)
    told = [row for row, found in zip(rows, outcomes, strict=True) if found is not None]
    columns: list[Column] = []
    aside: list[tuple[str, Aside]] = []
    cells: list[dict[str, Scalar]] = [{} for _ in told]
    for at, (heading, name) in enumerate(zip(headings, names, strict=True)):
        if at == place:
            continue
        values = [canonical(name, row[at]) for row in told]
        for cell, value in zip(cells, values, strict=True):
            cell[name] = value
        found = _taken(heading, name, values, declared)
        if isinstance(found, Aside):
            aside.append((heading, found))
        else:
            columns.append(found)
    won = np.array([1.0 if found else 0.0 for found in outcomes if found is not None])
    return History(tuple(columns), won, tuple(aside), tuple(cells)), len(rows) - len(told)


def _taken(heading: str, name: str, values: Sequence[Scalar], declared: Declared) -> Column | Aside:
    if declared.excluded(heading, name):
        return Aside.EXCLUDED
    if declared.known(heading, name) == WORKED:
        return Aside.WORKED
    if not declared.kept(heading, name) and (why := belongs_elsewhere(name)):
        derived = stand_in(name, values)
        return column_of(heading, *derived) if derived else why
    return column_of(heading, name, values)


def _check_declared(headings: Sequence[str], names: Sequence[str], declared: Declared) -> None:
    there = {*headings, *names}
    unknown = [name for name in (*declared.exclude, *declared.keep) if name not in there]
    if unknown:
        listed = ", ".join(f"`{name}`" for name in dict.fromkeys(unknown))
        what = f"there is no column {listed} in the history; its columns are {', '.join(headings)}"
        raise InputError([], what, next_command="connector policy calibrate --help")
