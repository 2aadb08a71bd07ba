"""`connector matching batch`: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import type_command
from tests.matching.labelled_files import Files, write_labelled

from .tables import hide


@pytest.fixture
def tables(tmp_path: Path) -> Files:
    """A small labelled set."""
    return write_labelled(tmp_path / "tables", leads=30)


def batch(tables: Files, *words: str) -> tuple[str, ...]:
    """The command over *tables*."""
    return ("matching", "batch", *tables.options[:-2], "--processes", "1", *words)


def test_engines_write_one_file(tables: Files, tmp_path: Path) -> None:
    """The links are the same to the letter, whichever engine wrote them."""
    for engine in ("sqlite", "duckdb"):
        answer = type_command(*batch(tables, "--engine", engine, "--links", str(tmp_path / f"{engine}.csv")))
        assert answer.code == 0, answer.err
    written = (tmp_path / "sqlite.csv").read_text("utf-8")
    assert written == (tmp_path / "duckdb.csv").read_text("utf-8")
    assert written.splitlines()[0] == "lead_id,contact_id,contact_score,account_id,account_score,dup_of,dup_score"


def test_repeats_name_the_first_lead(tables: Files, tmp_path: Path) -> None:
    """A lead that came twice is a repeat of its first row."""
    out = tmp_path / "links.csv"
    assert type_command(*batch(tables, "--engine", "duckdb", "--links", str(out))).code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = {row["lead_id"]: row for row in csv.DictReader(file)}
    assert rows["L0010-1"]["dup_of"] == "L0010-0"
    assert rows["L0010-0"]["dup_of"] == ""


def test_parquet_holds_what_csv_holds(tables: Files, tmp_path: Path) -> None:
    """A name that ends in .parquet asks for Parquet, with numbers as numbers."""
    import pyarrow.parquet as pq

    for name in ("links.csv", "links.parquet"):
        assert type_command(*batch(tables, "--engine", "duckdb", "--links", str(tmp_path / name))).code == 0
    with (tmp_path / "links.csv").open(encoding="utf-8", newline="") as file:
        read = [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]
    kept = pq.read_table(tmp_path / "links.parquet").to_pylist()
    assert [_as_text(row) for row in kept] == read


def _as_text(row: dict[str, Any]) -> dict[str, str | None]:
    return {name: f"{cell:.4f}" if isinstance(cell, float) else cell for name, cell in row.items()}


def test_json_counts_the_links(tables: Files, tmp_path: Path) -> None:
    """The answer says on which engine, by which rules, and how many leads have a candidate of each kind."""
    out = tmp_path / "links.csv"
    answer = type_command(*batch(tables, "--engine", "duckdb", "--links", str(out), "--json"))
    told = json.loads(answer.out)
    assert (told["status"], told["engine"], told["out"]) == ("done", "duckdb", str(out))
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert told["leads"] == len(rows)
    assert told["links"]["contact"] == sum(bool(row["contact_id"]) for row in rows)


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_double_ids_are_refused(tables: Files, tmp_path: Path, engine: str) -> None:
    """An id that stands twice is named, for every table that has one."""
    for name in ("contacts", "leads"):
        path = tables.path(name)
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")
    answer = type_command(*batch(tables, "--engine", engine, "--links", str(tmp_path / "links.csv")))
    assert answer.code == 65
    assert "the id 'C0' stands twice" in answer.err
    assert "the id 'L0000-0' stands twice" in answer.err


def test_cluster_address_needs_spark(tables: Files, tmp_path: Path) -> None:
    """The address of a cluster is refused where another engine is asked for."""
    words = ("--engine", "duckdb", "--master", "spark://host:7077", "--links", str(tmp_path / "links.csv"))
    answer = type_command(*batch(tables, *words))
    assert answer.code == 2
    assert "--master" in answer.err


@pytest.mark.parametrize(("engine", "module"), [("duckdb", "duckdb"), ("spark", "pyspark"), ("duckdb", "pyarrow")])
def test_missing_extra_is_told(
    tables: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, module: str
) -> None:
    """An engine that is not installed says what to install."""
    hidden: dict[str, Any] = {}
    hide(module, hidden)
    for name in hidden:
        monkeypatch.setitem(sys.modules, name, None)
    answer = type_command(*batch(tables, "--engine", engine, "--links", str(tmp_path / "links.csv")))
    assert answer.code == 2
    assert f"pip install 'lead-connector[{engine}]'" in answer.err
