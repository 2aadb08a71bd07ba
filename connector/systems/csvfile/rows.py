"""Rows of one CSV file: the whole file is checked before any row of it is handed on."""

from __future__ import annotations

import csv
import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connector.errors import Finding
from connector.systems.csvfile.identity import RowIdentity
from connector.systems.csvfile.layout import Layout, open_text

_MOST_FINDINGS = 100
_LONGEST_CELL = 1_000_000


class _TooMany(Exception):
    """Enough findings to make the point."""


@dataclass(slots=True)
class Survey:
    """What a first reading of a file found.

    *last* maps the digest of an id that stands more than once to the index of the row that counts.
    """

    header: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    last: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the line it begins on, its cells, its id, and the id of whom it is about, empty where that is nobody."""

    line: int
    cells: tuple[str, ...]
    id: str
    person: str


def survey(path: Path, layout: Layout, id_column: str) -> Survey:
    """Read the whole file once, in constant memory but for eight bytes a row, and note all that is wrong."""
    found = Survey()
    digests = array("Q")
    try:
        lines = _raw_rows(path, layout, found)
        found.header = _header(path, lines, found)
        identity = RowIdentity(found.header, id_column)
        for line, cells in lines:
            if _is_sound(path, line, cells, found):
                digests.append(_digest(identity.of(cells)))
    except _TooMany:
        found.findings.append(Finding(str(path), 0, 0, "csv-more", "there are more problems than are listed here"))
    found.rows = len(digests)
    found.last = _repeated(digests)
    return found


def read_rows(path: Path, layout: Layout, known: Survey, id_column: str) -> Iterator[tuple[CsvRow, bool]]:
    """The rows of a file that `survey` found sound, each with whether it counts (a later twin replaces it)."""
    identity = RowIdentity(known.header, id_column)
    lines = _raw_rows(path, layout, Survey())
    next(lines, None)
    for index, (line, cells) in enumerate(lines):
        person = identity.person(cells)
        row = CsvRow(line, tuple(cells[: len(known.header)]), person or identity.of(cells), person)
        yield row, not known.last or known.last.get(_digest(row.id), index) == index


def _raw_rows(path: Path, layout: Layout, found: Survey) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the line each begins on; what cannot be read becomes a finding."""
    csv.field_size_limit(_LONGEST_CELL)
    line = 0
    try:
        with open_text(path, layout) as file:
            reader = csv.reader(file, delimiter=layout.delimiter, strict=True)
            for cells in reader:
                begun, line = line + 1, reader.line_num
                if any(cell.strip() for cell in cells):
                    yield begun, cells
    except UnicodeError:
        _note(found, path, line + 1, 0, "csv-encoding", f"the text is not {layout.encoding}", "save the file as UTF-8")
    except csv.Error as error:
        _note(found, path, line + 1, 0, "csv-syntax", str(error), "check the quotes near this line")
    except OSError as error:
        _note(found, path, 0, 0, "csv-unreadable", error.strerror or "the file cannot be read")


def _header(path: Path, lines: Iterator[tuple[int, list[str]]], found: Survey) -> tuple[str, ...]:
    line, cells = next(lines, (1, []))
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()  # spreadsheets leave empty columns behind
    if not names and not found.findings:
        _note(found, path, line, 1, "csv-empty", "the file has no header row")
    for column, name in enumerate(names, start=1):
        if not name:
            _note(found, path, line, column, "csv-header", "a column has no name", "name it or delete it")
        elif name in names[: column - 1]:
            _note(found, path, line, column, "csv-header", f"the column {name!r} stands twice", "rename one of them")
        elif "@" in name:
            _note(found, path, line, column, "csv-header", "the first row looks like data", "add a header row")
        elif "\0" in name:
            _note(found, path, line, column, "csv-nul", "a column name holds a zero byte")
    return tuple(names)


def _is_sound(path: Path, line: int, cells: Sequence[str], found: Survey) -> bool:
    width = len(found.header)
    surplus = any(cell.strip() for cell in cells[width:])
    if len(cells) < width or surplus:
        what = f"{len(cells)} cells where the header has {width}"
        _note(found, path, line, min(len(cells), width) + 1, "csv-width", what, "check delimiters and quotes")
        return False
    for column, cell in enumerate(cells, start=1):
        if "\0" in cell:
            _note(found, path, line, column, "csv-nul", "a cell holds a zero byte", "export the file again")
            return False
    return True


def _note(found: Survey, path: Path, line: int, column: int, *words: str) -> None:
    if len(found.findings) >= _MOST_FINDINGS:
        raise _TooMany
    found.findings.append(Finding(str(path), line, column, *words))


def _digest(row_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(row_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _repeated(digests: array[int]) -> dict[int, int]:
    """Digest -> last index, of those that stand more than once; a bitmap first keeps the memory small."""
    bits = max(1 << 16, 1 << (len(digests) * 64).bit_length()) if digests else 8
    bits = min(bits, 1 << 27)
    marks = bytearray(bits // 8)
    suspects: set[int] = set()
    for digest in digests:
        byte, bit = (digest % bits) >> 3, 1 << (digest & 7)
        if marks[byte] & bit:
            suspects.add(digest)
        marks[byte] |= bit
    # The first of a pair only left its mark, so the second walk counts the suspects exactly.
    counts: dict[int, tuple[int, int]] = {}
    for index, digest in enumerate(digests):
        if digest in suspects:
            counts[digest] = (counts.get(digest, (0, 0))[0] + 1, index)
    return {digest: last for digest, (count, last) in counts.items() if count > 1}
