"""Writing CSV files for people and their spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from connector.errors import UsageError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV; raises UsageError when there is no such folder. Text that a spreadsheet would run is quoted."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([_inert(cell) for cell in row] for row in rows)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def spare_inputs(written: Iterable[Path | None], given: Iterable[Path]) -> None:
    """Raise UsageError, before anything is done, where a file that is read would be written over."""
    read = {path.resolve() for path in given}
    over = sorted(str(path) for path in written if path is not None and path.resolve() in read)
    if over:
        raise UsageError(f"{', '.join(over)} is read, and would be written over; name another file to write")


def _inert(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(cell, str) or not cell.startswith(_FORMULA) or _is_number(cell):
        return cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
