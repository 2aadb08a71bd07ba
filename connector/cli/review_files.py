"""Sheets on disk: CSV, and XLSX for those who fill it in with a spreadsheet program."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.errors import Finding, InputError, StateError, UsageError
from connector.pipeline.review_sheet import ANSWER, ASKED, NEEDED, NOTE, Numbered

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDE = 60  # columns of a spreadsheet that hold sentences, in characters
_LONGEST_LIST = 255  # characters that a spreadsheet takes for the choices of one cell


def write_sheet(path: Path, rows: Sequence[Sequence[str]], choices: Sequence[str]) -> None:
    """Write *rows*, headings first, as the name of the file says; people's data, so for the owner's eyes only.

    Raises UsageError for another ending than .csv and .xlsx or where the xlsx extra is missing, and StateError when
    the file cannot be written.
    """
    content = _as_csv(rows) if _ending(path) == ".csv" else _as_xlsx(rows, choices)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "wb") as sink:
            sink.write(content)
    except OSError as error:
        raise StateError(f"cannot write {path}: {error.strerror}", next_command="connector review export") from None


def read_sheet(path: Path) -> list[Numbered]:
    """The rows of a filled-in sheet with their numbers; empty rows are left out.

    Raises InputError when the file cannot be read as what it is called, or lacks a column that an import needs.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from None
    rows = list(_csv_rows(path, content) if _ending(path) == ".csv" else _xlsx_rows(path, content))
    names = [name.strip().casefold() for name in rows[0][1]] if rows else []
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise _unreadable(path, f"has no column {', '.join(missing)}", "take the file of `connector review export`")
    found = [(number, dict(zip(names, [*cells, *[""] * len(names)], strict=False))) for number, cells in rows[1:]]
    return [Numbered(number, cells) for number, cells in found if any(cells.values())]


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise UsageError(
            f"{path.name}: the name of a sheet ends in .csv or .xlsx", next_command="connector review export --help"
        )
    return ending


def _unreadable(path: Path, what: str, fix: str = "") -> InputError:
    return InputError([Finding(str(path), 0, 0, "unreadable-file", what, fix)], next_command="connector review export")


def _as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """With a mark at the front by which spreadsheet programs know UTF-8."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_rows(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(path, "is not UTF-8", "save it as `CSV UTF-8`") from None
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    try:
        yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1)
    except csv.Error as error:
        raise _unreadable(path, f"cannot be read as CSV: {error}") from None


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        command = "pip install 'lead-connector[xlsx]'"
        raise UsageError("spreadsheets need the extra xlsx", next_command=command) from None
    return openpyxl


def _as_xlsx(rows: Sequence[Sequence[str]], choices: Sequence[str]) -> bytes:
    book = _openpyxl().Workbook()
    page: Worksheet = book.active
    page.title = "reviews"
    for at, row in enumerate(rows, 1):
        for column, text in enumerate(map(_writable, row), 1):
            if text:
                page.cell(at, column, text).data_type = "s"  # text, whatever it looks like
    _laid_out(page, rows)
    _offer(page, rows, choices)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _writable(text: str) -> str:
    """Without the control characters that the format has no way to write."""
    return "".join(letter for letter in text if letter >= " ")


def _laid_out(page: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """Headings that stay in sight, columns as wide as they need, and ``asked`` out of sight."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "D2"
    for at, name in enumerate(rows[0], 1):
        column = page.column_dimensions[get_column_letter(at)]
        longest = max(len(row[at - 1]) for row in rows)
        column.width = min(max(longest + 2, 24 if name in (ANSWER, NOTE) else 8), _WIDE)
        column.hidden = name == ASKED
        page.cell(1, at).font = Font(bold=True)


def _offer(page: Worksheet, rows: Sequence[Sequence[str]], choices: Sequence[str]) -> None:
    """A list to choose the answer from; other text, such as a reason or a record, can be typed all the same."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    kept = list(choices)
    while len(",".join(kept)) > _LONGEST_LIST:
        kept.pop()
    if len(rows) < 2 or not kept:
        return
    offered = DataValidation("list", formula1=f'"{",".join(kept)}"', allow_blank=True, showErrorMessage=False)
    letter = get_column_letter(list(rows[0]).index(ANSWER) + 1)
    offered.add(f"{letter}2:{letter}{len(rows)}")
    page.add_data_validation(offered)


def _xlsx_rows(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    library = _openpyxl()
    try:
        book = library.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = [[_text(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception as error:  # the library lets through whatever its parsers meet in a broken file
        raise _unreadable(path, f"cannot be read as XLSX: {type(error).__name__}") from None
    yield from enumerate(rows, 1)


def _text(value: object) -> str:
    """A cell as text; spreadsheet programs turn ``12`` into a number."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
