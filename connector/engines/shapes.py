"""Columns that pass between an engine and the shared functions, and how lists of structs are laid out in Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def landed(width: int) -> pa.Schema:
    """A table as it was read: its rows numbered, its cells as text."""
    import pyarrow as pa

    return pa.schema([("place", pa.int64()), *((f"c{number}", pa.string()) for number in range(width))])


def lookup() -> pa.DataType:
    """A key that a lead is looked up by: its hash, its place, and its name where its holders are counted."""
    import pyarrow as pa

    return pa.struct([("hash", pa.int64()), ("place", pa.int32()), ("strong", pa.bool_()), ("counted", pa.string())])


def identities() -> pa.Schema:
    """Records as matching reads them. *mail* is the address where it is personal; the last three are of leads."""
    import pyarrow as pa

    return pa.schema(
        [
            *((("place"), pa.int64()), ("id", pa.string()), ("created", pa.string()), ("profile", pa.string())),
            *(("account_id", pa.string()), ("vote", pa.string()), ("keys", pa.list_(pa.int64()))),
            *(("terms", pa.list_(pa.string())), ("sought", pa.list_(pa.string()))),
            *(("domains", pa.list_(pa.string())), ("lookups", pa.list_(lookup()))),
        ]
    )


def piece() -> pa.DataType:
    """A piece of evidence: the number of its comparison and level, and how many times its points count."""
    import pyarrow as pa

    return pa.struct([("code", pa.int32()), ("amount", pa.float64())])


def compared() -> pa.Schema:
    """A lead and a candidate, compared.

    *guarded*: never linked without asking; *asked*: a person is asked whatever the score.
    """
    import pyarrow as pa

    return pa.schema(
        [
            *(("lead", pa.int64()), ("kind", pa.int32()), ("id", pa.string()), ("account_id", pa.string())),
            *(("mail", pa.string()), ("guarded", pa.bool_()), ("asked", pa.bool_()), ("found", pa.list_(piece()))),
        ]
    )


def twins() -> pa.Schema:
    """A contact that is plainly the same person as the lead's best one."""
    import pyarrow as pa

    return pa.schema([("lead", pa.int64()), ("id", pa.string())])


def lists(rows: Sequence[Sequence[tuple[Any, ...]]], of: pa.DataType) -> pa.Array:
    """Lists of structs *of* a type, each struct a tuple of its fields."""
    import pyarrow as pa

    offsets = pa.array([0, *accumulate(map(len, rows))], pa.int32())
    columns = list(zip(*chain.from_iterable(rows), strict=True)) or [()] * of.num_fields
    fields = [pa.array(column, of.field(at).type) for at, column in enumerate(columns)]
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(fields, fields=list(of)))


def structs(column: pa.Array, names: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """The lists of a column, each struct as a tuple of the fields *names*; no list is an empty one."""
    values = column.flatten()
    rows = list(zip(*(values.field(name).to_pylist() for name in names), strict=True))
    start = 0
    for length in column.value_lengths().to_pylist():
        yield rows[start : start + (length or 0)]
        start += length or 0


def batch(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows as a record batch; what stands in a column of lists of structs is a list of tuples."""
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [
        lists(column, field.type.value_type) if _holds_structs(field.type) else pa.array(column, field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _holds_structs(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) and pa.types.is_struct(kind.value_type))
