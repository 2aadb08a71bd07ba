"""Tables in files: the same rows from CSV and Parquet, and every problem with its line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from connector.errors import InputError, UsageError
from connector.systems.tables import open_table


def write(folder: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    """A CSV file."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_as_people_save_it(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """Encoding and delimiter are found out; blank lines are no rows."""
    text = "id,name\n1,Müller & Söhne\n\n2,Großmann\n".replace(",", delimiter)
    table = open_table(write(tmp_path, text, encoding=encoding))
    assert (table.columns, table.unit) == (("id", "name"), "line")
    assert list(table.numbered()) == [(2, ("1", "Müller & Söhne")), (4, ("2", "Großmann"))]


def test_rows_come_in_batches_as_often_as_asked(tmp_path: Path) -> None:
    """Batches hold the rows in order, and a table can be walked again."""
    table = open_table(write(tmp_path, "id\n" + "".join(f"{n}\n" for n in range(7))))
    for _ in range(2):
        assert [[row[0] for row in rows] for rows in table.batches(3)] == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_parquet_gives_text_as_csv_does(tmp_path: Path) -> None:
    """Numbers, empty cells and dates of a Parquet file come as text, its rows counted from one."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"id": [1, 2], "name": ["Ann", None], "share": [0.5, 2.0]}), path)
    table = open_table(path)
    assert (table.columns, table.unit) == (("id", "name", "share"), "row")
    assert list(table.numbered()) == [(1, ("1", "Ann", "0.5")), (2, ("2", "", "2"))]


def test_all_problems_are_told_with_lines(tmp_path: Path) -> None:
    """A broken file is refused with each of its problems and where they are."""
    with pytest.raises(InputError) as caught:
        open_table(write(tmp_path, "id,name\n1\n2,b\n3,c,d\n"))
    assert [finding.line for finding in caught.value.findings] == [2, 4]


@pytest.mark.parametrize(
    ("content", "rule"),
    [(b"", "csv-empty"), (b"PAR1 and nothing more", "parquet-syntax"), (b'id,name\n1,"open\n', "csv-syntax")],
)
def test_broken_files_are_told_apart(tmp_path: Path, content: bytes, rule: str) -> None:
    """An empty file, a torn Parquet file and an open quote are named for what they are."""
    path = tmp_path / "t.dat"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_table(path)
    assert [finding.rule for finding in caught.value.findings] == [rule]


def test_nested_parquet_columns_are_named(tmp_path: Path) -> None:
    """A column that holds lists is no column of a table, and it is named."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"id": [1], "names": [["a", "b"]]}), path)
    with pytest.raises(InputError, match="1 problem") as caught:
        open_table(path)
    assert "`names`" in caught.value.findings[0].what


def test_cells_that_are_no_text_are_told(tmp_path: Path) -> None:
    """Bytes that are no text are refused by file and row, and are no crash."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"id": [b"a", b"\xff\xfe"]}), path)
    with pytest.raises(InputError) as caught:
        list(open_table(path).numbered())
    assert caught.value.findings[0].rule == "parquet-cell"


def test_missing_file_and_folder_are_told(tmp_path: Path) -> None:
    """What is not there, or is no file, is an input problem and no crash."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError):
            open_table(path)


def test_missing_extra_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the command to install it is told."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError) as caught:
        open_table(write(tmp_path, "PAR1", "t.parquet"))
    assert caught.value.next_command == "pip install 'lead-connector[parquet]'"
