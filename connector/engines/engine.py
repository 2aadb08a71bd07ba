"""What the linking asks of an engine: its words for a few things that SQL leaves open, and tables by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Settings:
    """How much of a machine an engine may take, and where it lays down what does not fit in memory.

    *memory* is in MB; *master* is the address of a Spark cluster, empty for this machine.
    """

    folder: Path
    processes: int
    memory: int
    master: str = ""


class Work(Protocol):
    """A function over record batches that every engine runs as it is; it can be sent to other processes."""

    @property
    def rows(self) -> int:
        """How many rows of its input make one batch."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """The columns of what it answers."""
        ...

    def __call__(self, batch: pa.RecordBatch, /) -> pa.RecordBatch: ...


class Dialect(Protocol):
    """How an engine says what the statements need beyond plain SQL."""

    def explode(self, column: str) -> str:
        """A row for each element of a list."""
        ...

    def gather(self, **fields: str) -> str:
        """The list of all rows of a group, each a struct of *fields* (name and expression)."""
        ...

    def points(self, found: str, weights: Sequence[float]) -> str:
        """The sum of weight times amount over a list of ``{code, amount}``, in its order; codes begin at 1."""
        ...


class Engine(Protocol):
    """Named tables, made by SQL or by a shared function over record batches."""

    @property
    def dialect(self) -> Dialect:
        """Its words."""
        ...

    def load(self, name: str, path: Path, columns: Sequence[str]) -> None:
        """A Parquet file of text: the running number ``place``, and *columns* as ``c0``, ``c1`` …"""
        ...

    def take(self, name: str, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
        """Rows that this process read, as a table."""
        ...

    def table(self, name: str, sql: str, often: bool) -> None:
        """What a query answers, as a table; *often* where more than one query reads it."""
        ...

    def mapped(self, name: str, queries: Sequence[str], work: Work) -> None:
        """What *work* makes of the rows of all *queries*, as a table."""
        ...

    def slices(self, column: str, count: int) -> Sequence[str]:
        """Conditions that part *count* rows, numbered in *column*, into what the engine takes up at once."""
        ...

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The answer to a query, in its order."""
        ...

    def close(self) -> None:
        """End what runs, and forget every table."""
        ...
