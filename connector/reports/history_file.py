"""Histories from a CSV file of one row per lead: the exact columns, and every cell that cannot be read told at once."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connector.errors import Finding, InputError
from connector.model.history import LeadHistory, Origin
from connector.reports.funnel_row import Anomaly

COLUMNS = (
    *("lead_id", "source", "segment", "customer", "owner", "created_at", "mql_at", "srl_at", "sql_at", "won_at"),
    *("lost_at", "reason", "amount"),
)
"""The columns that a history has; all but lead_id may be missing."""

MORE_COLUMNS = (
    *("motion", "disqualified_at", "recycled_at", "converted_at", "forecast", "stage", "opportunity", "early"),
    "origin",
)
"""Columns that are read where they are there."""

_HELP = "connector report funnel --help"
_LONGEST_CELL = 10_000_000
_DELIMITERS = (",", ";", "\t", "|")
_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"", "0", "false", "no"})


@dataclass
class HistoryFile:
    """A history being read: *rows* streams it, *anomalies* fills as it does.

    *ignored* and *missing* name columns.
    """

    name: str
    ignored: Sequence[str]
    missing: Sequence[str]
    rows: Iterator[LeadHistory]
    anomalies: list[Anomaly] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """What was assumed of the file, in sentences."""
        told = []
        if self.ignored:
            told.append(f"columns ignored: {', '.join(self.ignored)}")
        if self.missing:
            told.append(f"columns missing: {', '.join(self.missing)}")
        return told


def read_history(lines: Iterable[str], name: str) -> HistoryFile:
    """Begin to read a history; raises InputError where the file as a whole cannot be understood.

    Cells that cannot be read become anomalies with ``file:line:column`` (the column counts cells, from 1), and count
    as empty. Dates are ``YYYY-MM-DD`` or ISO 8601 instants; without a zone they are UTC. A quote that is not closed
    would swallow the rows behind it: the rows end there with InputError.
    """
    lines = iter(lines)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        first = next(lines, "").removeprefix("\ufeff")
        delimiter = max(_DELIMITERS, key=first.count)
        header = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter, strict=True), [])]
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(name, 1, error) from None
    _check_header(header, name)
    known = {*COLUMNS, *MORE_COLUMNS}
    file = HistoryFile(
        name=name,
        ignored=[cell or f"(column {at})" for at, cell in enumerate(header, 1) if cell not in known],
        missing=[column for column in COLUMNS if column not in header],
        rows=iter(()),
    )
    file.rows = _rows(csv.reader(lines, delimiter=delimiter, strict=True), header, file)
    return file


def _check_header(header: Sequence[str], name: str) -> None:
    wanted = f"the columns are {', '.join(COLUMNS)}; all but lead_id may be missing"
    if "lead_id" not in header:
        what = "there is no column lead_id" if any(header) else "the file is empty"
        raise InputError([Finding(name, 1, 1, "no-lead-id", what, wanted)], next_command=_HELP)
    double = [cell for cell in dict.fromkeys(header) if cell and header.count(cell) > 1]
    if double:
        places = [Finding(name, 1, header.index(cell) + 1, "double-column", f"{cell} comes twice") for cell in double]
        raise InputError(places, next_command=_HELP)


def _rows(reader: Any, header: Sequence[str], file: HistoryFile) -> Iterator[LeadHistory]:
    known = {*COLUMNS, *MORE_COLUMNS}
    places = [(at, column, _READERS.get(column, _text)) for at, column in enumerate(header) if column in known]
    line = 2  # on which the row begins; the header is the first
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                yield _row(cells, places, len(header), f"{file.name}:{line}", file.anomalies)
            line = reader.line_num + 2
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(file.name, line, error) from None


def _unreadable(name: str, line: int, error: Exception) -> InputError:
    if isinstance(error, UnicodeDecodeError):
        found = ("unreadable-file", f"the text is not {error.encoding}", "save it as CSV in UTF-8")
    elif "unexpected end" in str(error):
        found = ("open-quote", "a quote that begins in this row is not closed", 'close it, or double it: ""')
    else:
        found = ("unreadable-file", f"the row cannot be read: {error}", "check the quotes of this row")
    return InputError([Finding(name, line, 0, *found)], next_command=_HELP)


def _row(
    cells: Sequence[str],
    places: Sequence[tuple[int, str, Callable[[str], object]]],
    width: int,
    line: str,
    anomalies: list[Anomaly],
) -> LeadHistory:
    read: dict[str, Any] = {"lead_id": ""}
    wrong: list[tuple[int, str]] = []
    for at, column, reading in places:
        cell = cells[at].strip() if at < len(cells) else ""
        if cell:
            try:
                read[column] = reading(cell)
            except ValueError as error:
                wrong.append((at + 1, f"{column}: {error}"))
    if len(cells) != width:
        wrong.append((min(len(cells), width) + 1, f"the row has {len(cells)} cells, the header {width}"))
    if not read["lead_id"]:
        wrong.append((1, "lead_id is empty; the row is counted, and cannot be told from another"))
    anomalies += [Anomaly(read["lead_id"], what, f"{line}:{column}") for column, what in wrong]
    return LeadHistory(**read)


def _text(cell: str) -> str:
    return cell


def _moment(cell: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cell)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{_shown(cell)} is no date (YYYY-MM-DD) or instant; taken as empty") from None


def _amount(cell: str) -> float:
    try:
        amount = float(cell)
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount) or "_" in cell:
        raise ValueError(f"{_shown(cell)} is no number; taken as empty")
    return amount


def _customer(cell: str) -> str:
    if cell.lower() not in ("new", "existing"):
        raise ValueError(f"{_shown(cell)} is neither new nor existing; taken as empty")
    return cell.lower()


def _flag(cell: str) -> bool:
    if cell.lower() not in _YES | _NO:
        raise ValueError(f"{_shown(cell)} is neither yes nor no; taken as no")
    return cell.lower() in _YES


def _origin(cell: str) -> Origin:
    try:
        return Origin(cell.lower())
    except ValueError:
        raise ValueError(f"{_shown(cell)} is neither history nor snapshot; taken as empty") from None


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:39]}…")


_READERS: dict[str, Callable[[str], object]] = {
    **{column: _moment for column in (*COLUMNS, *MORE_COLUMNS) if column.endswith("_at")},
    "amount": _amount,
    "customer": _customer,
    "early": _flag,
    "origin": _origin,
}
