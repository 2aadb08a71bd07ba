"""DuckDB in this process: tables in a file beside it, the shared functions in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.engines.dialects import DuckDialect
from connector.engines.engine import Settings, Work
from connector.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from connector.ports import Spread

_SLICE = 10_000  # leads whose candidates are gathered at once
_TOGETHER = 50  # batches that are written by one statement
_FETCHED = 1000


class DuckEngine:
    """Keeps `Engine`. *spread* runs the shared functions; raises UsageError where the extra is missing."""

    def __init__(self, settings: Settings, spread: Spread) -> None:
        """Open an empty database in the folder of *settings*."""
        try:
            import duckdb
            import pyarrow
        except ImportError:
            raise UsageError(
                "the engine duckdb needs an extra", next_command="pip install 'lead-connector[duckdb]'"
            ) from None
        self._arrow = pyarrow
        self._spread = spread
        self.dialect = DuckDialect()
        self._database = duckdb.connect(settings.folder / "engine.duckdb")
        for name, value in (
            ("threads", str(settings.processes)),
            ("memory_limit", f"'{settings.memory}MB'"),
            ("temp_directory", f"'{_quoted(settings.folder / 'spilled')}'"),
            ("preserve_insertion_order", "false"),
            ("enable_progress_bar", "false"),
        ):
            self._database.execute(f"SET {name} = {value}")

    def load(self, name: str, path: Path, columns: Sequence[str]) -> None:
        """Read a Parquet file."""
        cells = ", ".join(f"coalesce({_name(column)}, '') AS c{at}" for at, column in enumerate(columns))
        source = f"read_parquet('{_quoted(path)}', file_row_number = true)"
        self._make(name, f"SELECT file_row_number AS place, {cells} FROM {source}")

    def take(self, name: str, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
        """Write record batches, many at a time."""
        self._database.register("arriving", schema.empty_table())
        self._database.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")
        while some := list(islice(batches, _TOGETHER)):
            self._database.register("arriving", self._arrow.Table.from_batches(some, schema))
            self._database.execute(f"INSERT INTO {name} SELECT * FROM arriving")
        self._database.unregister("arriving")

    def table(self, name: str, sql: str, often: bool) -> None:
        """Make a table."""
        self._make(name, sql)

    def _make(self, name: str, sql: str) -> None:
        self._database.execute(f"CREATE TABLE {name} AS {sql}")

    def mapped(self, name: str, queries: Sequence[str], work: Work) -> None:
        """Read on a connection of its own what the processes work on, and write what comes back."""
        self.take(name, iter(self._spread(work, self._batches(queries, work.rows))), work.schema)

    def _batches(self, queries: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        with self._database.cursor() as reading:
            for sql in queries:
                for batch in reading.sql(sql).to_arrow_reader(max(rows, _FETCHED)):
                    yield from (batch.slice(start, rows) for start in range(0, batch.num_rows, rows))

    def slices(self, column: str, count: int) -> Sequence[str]:
        """Ten thousand rows at a time."""
        starts = range(0, max(count, 1), _SLICE)
        return [f"{column} >= {start} AND {column} < {start + _SLICE}" for start in starts]

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The answer, a thousand rows at a time."""
        with self._database.cursor() as reading:
            answer = reading.execute(sql)
            while some := answer.fetchmany(_FETCHED):
                yield from some

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
