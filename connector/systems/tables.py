"""Tables in files, CSV or Parquet, as rows of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from connector.errors import Finding, InputError, UsageError
from connector.systems.csvfile.layout import layout_of
from connector.systems.csvfile.rows import read_rows, survey

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

Row = tuple[str, ...]
BATCH = 5000
_PARQUET = frozenset({".parquet", ".pq"})
_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table that was looked through: its column names, and its rows as often as they are asked for.

    *unit* says what a place in it is called: a CSV has lines, Parquet has rows, both counted from 1.
    """

    path: Path
    columns: tuple[str, ...]
    unit: str
    numbered: Callable[[], Iterator[tuple[int, Row]]]

    def batches(self, size: int = BATCH) -> Iterator[Sequence[Row]]:
        """The rows in order, *size* at a time; empty cells are empty text."""
        rows = (cells for _, cells in self.numbered())
        while some := list(islice(rows, size)):
            yield some


def open_table(path: Path) -> TableFile:
    """Look through a file. Raises InputError with every problem and its line; UsageError where an extra is missing."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except FileNotFoundError:
        raise InputError([Finding(str(path), 0, 0, "missing-file", "there is no such file")]) from None
    except OSError as error:
        raise InputError([Finding(str(path), 0, 0, "unreadable-file", error.strerror or "cannot be read")]) from None
    if head == _MAGIC or path.suffix.lower() in _PARQUET:
        return _parquet(path)
    return _csv(path)


def _csv(path: Path) -> TableFile:
    try:
        layout = layout_of(path)
    except UnicodeError:
        what, fix = "the text fits no known encoding", "save the file as UTF-8"
        raise InputError([Finding(str(path), 0, 0, "csv-encoding", what, fix)]) from None
    known = survey(path, layout, "")
    if known.findings:
        raise InputError(known.findings)

    def numbered() -> Iterator[tuple[int, Row]]:
        return ((row.line, row.cells) for row, _ in read_rows(path, layout, known, ""))

    return TableFile(path, known.header, "line", numbered)


def _parquet(path: Path) -> TableFile:
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError(
            f"{path} is a Parquet file, and reading those needs an extra",
            next_command="pip install 'lead-connector[parquet]'",
        ) from None
    try:
        opened = pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        what = re.sub(r"\s+", " ", str(error)).strip()[:200]
        raise InputError([Finding(str(path), 0, 0, "parquet-syntax", what)]) from None
    columns = tuple(field.name for field in opened.schema_arrow)
    if nested := [field.name for field in opened.schema_arrow if field.type.num_fields]:
        what = f"a cell holds one value, and those of {', '.join(f'`{name}`' for name in nested)} hold several"
        raise InputError([Finding(str(path), 0, 0, "parquet-nested", what, "leave these columns out")])
    return TableFile(path, columns, "row", lambda: _cells(opened, path))


def _cells(opened: pq.ParquetFile, path: Path) -> Iterator[tuple[int, Row]]:
    """Rows with their numbers; raises InputError where a cell cannot be told as text."""
    import pyarrow as pa

    number = 0
    try:
        for batch in opened.iter_batches(batch_size=BATCH):
            for cells in zip(*(_texts(column, pa.string()) for column in batch.columns), strict=True):
                number += 1
                yield number, cells
    except (pa.ArrowException, UnicodeDecodeError) as error:
        what = re.sub(r"\s+", " ", str(error)).strip()[:200]
        raise InputError([Finding(str(path), number + 1, 0, "parquet-cell", what)]) from None


def _texts(column: pa.Array, text: pa.DataType) -> list[str]:
    told = column if column.type == text else column.cast(text)
    return ["" if cell is None else cell for cell in told.to_pylist()]
