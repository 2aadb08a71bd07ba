"""Tables for the engines: slices of the public set, and small ones that are made up."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path

from connector.matching import MatchingRules, load_matching
from connector.pipeline.bulk import Link
from connector.wiring.engines import EngineName, links
from connector.wiring.tables import LabelledFiles, open_table

NAMES = ("leads", "contacts", "accounts")
HEADERS = {
    "leads": ("lead_id", "first", "last", "email", "company", "phone", "website"),
    "contacts": ("contact_id", "account_id", "first", "last", "email", "phone"),
    "accounts": ("account_id", "name", "website", "phone", "country"),
}
Rows = dict[str, list[tuple[str, ...]]]


@cache
def rules() -> MatchingRules:
    """The shipped rules."""
    return load_matching((files("connector") / "starter" / "matching.yaml").read_text("utf-8"), "matching.yaml")


def write(folder: Path, rows: Rows) -> LabelledFiles:
    """The three tables as CSV."""
    for name in NAMES:
        _write_csv(folder / f"{name}.csv", HEADERS[name], rows[name])
    return opened(folder, "csv")


def opened(folder: Path, ending: str) -> LabelledFiles:
    """The three tables of a folder."""
    return LabelledFiles.open(*(folder / f"{name}.{ending}" for name in NAMES))


def slice_of(source: Path, folder: Path, sizes: Sequence[int]) -> LabelledFiles:
    """The first rows of the leads, contacts and accounts of a labelled set, as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, size in zip(NAMES, sizes, strict=True):
        table = open_table(source / f"{name}.csv")
        rows = list(islice((row for some in table.batches() for row in some), size))
        columns = dict(zip(table.columns, map(pa.array, zip(*rows, strict=True)), strict=True))
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return opened(folder, "parquet")


def scattered(source: Path, folder: Path, every: int) -> LabelledFiles:
    """Every so many-th row of the leads, contacts and accounts of a labelled set, as CSV."""
    for name in NAMES:
        with (source / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        _write_csv(folder / f"{name}.csv", header, rows[::every])
    return opened(folder, "csv")


def linked(engine: str, files: LabelledFiles) -> dict[str, Link]:
    """What an engine finds for each lead; spread over two processes where there is enough to do."""
    found = list(links(EngineName(engine), files, rules(), (2, 1024)))
    assert [one.lead for one in found] == [row[0] for some in files.leads.batches() for row in some]
    return {one.lead: one for one in found}


def differences(one: dict[str, Link], other: dict[str, Link]) -> list[tuple[Link, Link]]:
    """The leads of which two engines do not say the same, scores within a millionth."""
    assert one.keys() == other.keys()
    return [(one[lead], other[lead]) for lead in one if not _agree(one[lead], other[lead])]


def _agree(one: Link, other: Link) -> bool:
    for left, right in ((one.contact, other.contact), (one.account, other.account), (one.first, other.first)):
        if (left and left.id) != (right and right.id):
            return False
        if left and right and abs(left.score - right.score) > 1e-6:
            return False
    return one.created == other.created


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def hide(module: str, modules: dict[str, object]) -> None:
    """Make a library look as if it were not installed."""
    for name in [name for name in sys.modules if name == module or name.startswith(f"{module}.")]:
        modules[name] = None
    modules[module] = None
