"""Files that tell what people did, beside the files of leads: ``webinar.activities.csv``.

A row names its lead as the file of leads does (id column, e-mail, or name, company and phone), says when, and what.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from connector.errors import Finding
from connector.model.records import Scalar
from connector.systems.csvfile.identity import RowIdentity, plain

ACTIVITY = "Activity"
LEAD_ID, KIND, AT = "lead_id", "kind", "at"
_NAMED = re.compile(r"\.activities(-\d+)?\Z", re.IGNORECASE)  # a second file of one name gets a number in done/
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    KIND: ("kind", "activity", "activitytype", "type", "action", "event"),
    AT: ("at", "when", "date", "time", "timestamp", "datetime", "activitydate", "occurredat", "createdat"),
}
_OWN_ID = "activityid"


def tells_activities(path: Path) -> bool:
    """Whether a file's name says that it holds activities, not leads."""
    return _NAMED.search(path.stem) is not None


def told_names(header: Sequence[str]) -> dict[str, str]:
    """What rows under *header* tell beside their own columns, and the column that tells it; a lead has several."""
    columns = {name: _column(header, spellings) for name, spellings in _SPELLINGS.items()}
    return {LEAD_ID: "", **{name: header[column] for name, column in columns.items() if column is not None}}


def lacking(path: Path, header: Sequence[str], asked: Sequence[str], id_column: str) -> list[Finding]:
    """Why no row under *header* can be an activity; *asked*: what the mapping looks at, columns of its own included."""
    found: list[Finding] = []
    if ({*asked} - {LEAD_ID, KIND, AT}) & {*header}:
        return found  # the mapping has words of its own for this file
    if not RowIdentity(header, id_column).names_people:
        fix = f"name the lead by {f'its id ({id_column}), ' if id_column else 'Lead Id, '}E-mail, Name or Phone"
        found.append(Finding(str(path), 1, 1, "activity-nobody", "no column says whose activity a row is", fix))
    if AT not in told_names(header):
        fix = "name a column At, When, Date, Time or Timestamp"
        found.append(Finding(str(path), 1, 1, "activity-timeless", "no column says when something happened", fix))
    return found


def activity_fields(header: Sequence[str], cells: Sequence[str], lead_id: str) -> dict[str, Scalar]:
    """One row: its own columns, and what they tell under the names that the mapping goes by."""
    found: dict[str, Scalar] = {**dict(zip(header, cells, strict=True)), LEAD_ID: lead_id}
    for name, spellings in _SPELLINGS.items():
        column = _column(header, spellings)
        if column is not None:
            found[name] = cells[column]
    return found


def activity_id(header: Sequence[str], cells: Sequence[str], lead_id: str) -> str:
    """The row's own id, else a hash of all that it says: the same row in another file is the same activity."""
    column = _column(header, (_OWN_ID,))
    if column is not None and cells[column].strip():
        return cells[column].strip()
    text = "\x1f".join((lead_id, *(cell.strip() for cell in cells)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _column(header: Sequence[str], spellings: Sequence[str]) -> int | None:
    names = [plain(name) for name in header]
    return next((names.index(spelling) for spelling in spellings if spelling in names), None)
