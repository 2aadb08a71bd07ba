"""CSV files as a source: how they are written, who a row is, and what happens to a file."""

from __future__ import annotations

import csv
import io
import os
import tracemalloc
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigError, InputError
from connector.model.progress import Window
from connector.model.records import RawRecord
from connector.ports import Source
from connector.systems.csvfile import OBJECT, CsvOptions, CsvSource
from connector.systems.csvfile.identity import RowIdentity
from connector.systems.csvfile.layout import detect_delimiter, layout_of
from tests.contracts.subjects import PatientClock

HEADER = "Email,Name,Company,Phone"


def source(path: Path, **options: Any) -> CsvSource:
    """A source over *path*."""
    return CsvSource("inbox", CsvOptions(path, **options), PatientClock())


def rows(reader: CsvSource, receive: bool = False) -> list[RawRecord]:
    """All rows, received page by page when asked."""
    found: list[RawRecord] = []
    for page in reader.changes(OBJECT, (), None):
        found += page.records
        if receive:
            reader.received(page)
    return found


def write(path: Path, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
    """Write a file of lines."""
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def test_rows_carry_columns_and_origin(tmp_path: Path) -> None:
    """A row holds every column under its own stripped name, and says which line of which file it is."""
    file = write(tmp_path / "a.csv", " Email , Company ", "ada@example.test, Acme ", "bob@example.test,Bolt")
    first, second = rows(source(tmp_path))
    assert first.fields == {"Email": "ada@example.test", "Company": " Acme "}
    assert (first.origin, second.origin) == (f"{file}:2", f"{file}:3")
    assert (first.ref.connection, first.ref.object, first.modified) == ("inbox", "Row", None)


@pytest.mark.fault
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_E09_encodings_are_found_and_stated(tmp_path: Path, encoding: str) -> None:  # noqa: N802
    """Text in any usual encoding is read as it was meant, and the encoding is stated."""
    names = ["Jürgen Groß", "Zoë Peña", "François Lévêque"]
    write(tmp_path / "a.csv", "Name,Company", *[f"{name},Société Générale" for name in names], encoding=encoding)
    reader = source(tmp_path)
    assert [row.fields["Name"] for row in rows(reader)] == names
    assert encoding.removesuffix("-le").removesuffix("-be") in reader.statements[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    """The delimiter is the one under which the rows agree, quotes and other signs notwithstanding."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["Email", "Company", "Notes"])
    for number in range(5):
        writer.writerow([f"p{number}@example.test", "Acme, Inc.; Sons", "one|two\nthree\tfour"])
    (tmp_path / "a.csv").write_text(text.getvalue(), "utf-8", newline="")
    found = rows(source(tmp_path))
    assert [row.fields["Company"] for row in found] == ["Acme, Inc.; Sons"] * 5
    assert [row.origin.rpartition(":")[2] for row in found] == ["2", "4", "6", "8", "10"]


def test_given_layout_wins(tmp_path: Path) -> None:
    """A configured encoding and delimiter are not second-guessed."""
    write(tmp_path / "a.csv", "Name;Company", "Zo\u00eb;Acme", encoding="latin-1")
    assert rows(source(tmp_path, encoding="latin-1", delimiter=","))[0].fields == {"Name;Company": "Zoë;Acme"}


def test_single_column_file_is_read(tmp_path: Path) -> None:
    """A file of one column has no delimiter and needs none."""
    write(tmp_path / "a.csv", "Email", "ada@example.test")
    assert rows(source(tmp_path))[0].fields == {"Email": "ada@example.test"}


@pytest.mark.parametrize(
    ("header", "cells", "same_as"),
    [
        ("Lead ID,Email", "L-7,a@x.test", "L-7,other@x.test"),
        ("external_id,Email", "L-7,a@x.test", "L-7,"),
        ("E-Mail,Name", "Ada@Example.test,Ada", " ada@example.TEST ,Someone"),
        ("Full Name,Company,Phone", "Ada  Okafor,ACME,+1 (555) 010-0199", "ada okafor,acme,15550100199"),
        ("First Name,Last Name,Company", "Ada,Okafor,Acme", "ada,OKAFOR,ACME"),
        ("Shoe Size,Colour", "42,red", " 42 ,red "),
    ],
)
def test_one_lead_one_id(tmp_path: Path, header: str, cells: str, same_as: str) -> None:
    """A row's id comes from what it says, whatever its file, its line and its spelling."""
    write(tmp_path / "a.csv", header, cells)
    write(tmp_path / "b.csv", header, "x" + ",x" * header.count(","), same_as)
    first, _, second = rows(source(tmp_path))
    assert first.ref.id == second.ref.id


def test_different_leads_differ() -> None:
    """Rows that share nothing but a placeholder e-mail are different leads."""
    identity = RowIdentity(["Email", "Name", "Company"])
    ids = [identity.of(cells) for cells in (["n/a", "Ada", "Acme"], ["n/a", "Bob", "Acme"], ["", "Ada", "Bolt"])]
    assert len(set(ids)) == 3
    assert identity.of(["", "ab", "c"]) != identity.of(["", "a", "bc"])


def test_id_column_can_be_named(tmp_path: Path) -> None:
    """A connection may say which column is the id."""
    write(tmp_path / "a.csv", "Id,Ticket No.", "1,T-9")
    assert rows(source(tmp_path, id_column="ticket no"))[0].ref.id == "T-9"


def test_last_twin_counts(tmp_path: Path) -> None:
    """Of rows with one id in a file the last is read, and the earlier ones are named."""
    write(tmp_path / "a.csv", "Email,Name", "a@x.test,Old", "b@x.test,B", "A@x.test,New")
    reader = source(tmp_path)
    assert [row.fields["Name"] for row in rows(reader)] == ["B", "New"]
    assert any(statement.startswith("a.csv:2:") for statement in reader.statements)


@pytest.mark.parametrize(
    ("name", "content", "place", "rule"),
    [
        ("width", b"Email,Name\na@x.test,Ada\nb@x.test\n", (3, 2), "csv-width"),
        ("wide", b"Email,Name\na@x.test,Ada,surplus\n", (2, 3), "csv-width"),
        ("nul", b"Email,Name\na@x.test,A\x00da\n", (2, 2), "csv-nul"),
        ("quote", b'Email,Name\na@x.test,"Ada" Okafor\n', (2, 0), "csv-syntax"),
        ("open", b'Email,Name\na@x.test,"Ada\n', (2, 0), "csv-syntax"),
        ("empty", b"", (1, 1), "csv-empty"),
        ("blank", b"\n\n", (1, 1), "csv-empty"),
        ("twice", b"Email,Email\na@x.test,b\n", (1, 2), "csv-header"),
        ("unnamed", b"Email,,Name\na@x.test,b,c\n", (1, 2), "csv-header"),
        ("data", b"a@x.test,Ada\nb@x.test,Bob\n", (1, 1), "csv-header"),
    ],
)
def test_broken_file_is_left_whole(
    tmp_path: Path, name: str, content: bytes, place: tuple[int, int], rule: str
) -> None:
    """A file with a problem is not read at all; the problem has a place, and the other files go on."""
    broken = tmp_path / f"{name}.csv"
    broken.write_bytes(content)
    write(tmp_path / "zz.csv", HEADER, "z@x.test,Z,Zed,1")
    reader = source(tmp_path)
    with pytest.raises(InputError) as caught:
        rows(reader, receive=True)
    assert reader.statements[0].startswith("zz.csv")
    (finding,) = caught.value.findings
    assert (finding.path, finding.line, finding.column, finding.rule) == (str(broken), *place, rule)
    assert caught.value.exit_code == 65
    assert broken.exists()
    assert not (tmp_path / "zz.csv").exists()


def test_wrong_encoding_is_a_finding(tmp_path: Path) -> None:
    """Text that is not in the configured encoding is a finding with its line."""
    (tmp_path / "a.csv").write_bytes(b"Email,Name\na@x.test,Ada\nb@x.test,\xff\xfe\n")
    with pytest.raises(InputError) as caught:
        rows(source(tmp_path, encoding="utf-8", delimiter=","))
    assert caught.value.findings[0].rule in ("csv-encoding", "csv-unreadable")


def test_findings_are_not_endless(tmp_path: Path) -> None:
    """A file that is wrong throughout is told with its first hundred problems."""
    write(tmp_path / "a.csv", HEADER, *["only,two"] * 500)
    with pytest.raises(InputError) as caught:
        rows(source(tmp_path))
    assert len(caught.value.findings) == 101


def test_blank_rows_and_columns_are_nothing(tmp_path: Path) -> None:
    """Blank lines, rows of empty cells and empty trailing columns of a spreadsheet do no harm."""
    write(tmp_path / "a.csv", "Email,Name,,", "", "a@x.test,Ada,,", ",,,", "b@x.test,Bob,,", end="\r\n")
    found = rows(source(tmp_path))
    assert [row.fields for row in found] == [{"Email": f"{n[0].lower()}@x.test", "Name": n} for n in ("Ada", "Bob")]


def test_received_file_moves(tmp_path: Path) -> None:
    """A file moves to done/ when its last page is received, not before; a name that is taken gets a number."""
    file = write(tmp_path / "a.csv", HEADER, *[f"p{n}@x.test,P{n},Acme,1" for n in range(5)])
    reader = source(tmp_path, page_rows=2)
    for page in reader.changes(OBJECT, (), None):
        assert file.exists()
        reader.received(page)
    assert not file.exists()
    assert (tmp_path / "done" / "a.csv").exists()
    write(file, HEADER, "q@x.test,Q,Acme,1")
    rows(reader, receive=True)
    assert sorted(each.name for each in (tmp_path / "done").iterdir()) == ["a-2.csv", "a.csv"]
    assert rows(reader) == []


def test_half_received_file_stays(tmp_path: Path) -> None:
    """A file of which one page was not received stays where it is, and is read again as it was."""
    file = write(tmp_path / "a.csv", HEADER, *[f"p{n}@x.test,P{n},Acme,1" for n in range(5)])
    reader = source(tmp_path, page_rows=2)
    pages = list(reader.changes(OBJECT, (), None))
    for page in pages[1:]:
        reader.received(page)
    assert file.exists()
    again = rows(source(tmp_path))
    assert [row.ref.id for row in again] == [row.ref.id for page in pages for row in page.records]


def test_changed_file_is_not_put_away(tmp_path: Path) -> None:
    """A file to which somebody added a row while it was read stays for the next run."""
    file = write(tmp_path / "a.csv", HEADER, "a@x.test,A,Acme,1")
    reader = source(tmp_path)
    pages = list(reader.changes(OBJECT, (), None))
    with file.open("a") as more:
        more.write("b@x.test,B,Acme,2\n")
    reader.received(pages[-1])
    assert file.exists()
    assert len(rows(reader, receive=True)) == 2
    assert not file.exists()


def test_fresh_files_can_wait(tmp_path: Path) -> None:
    """A file changed a moment ago is left for later when the connection says so."""
    file = write(tmp_path / "a.csv", HEADER, "a@x.test,A,Acme,1")
    clock = PatientClock()
    reader = CsvSource("inbox", CsvOptions(tmp_path, quiet_seconds=30), clock)
    assert rows(reader) == []
    clock.sleep(31)
    assert len(rows(reader)) == 1
    os.utime(file, (clock.now().timestamp(), clock.now().timestamp()))
    assert rows(reader) == []


def test_only_plain_csv_files_are_read(tmp_path: Path) -> None:
    """Hidden files, other endings, folders and links are left alone."""
    outside = write(tmp_path / "outside.csv", HEADER, "o@x.test,O,Acme,1")
    folder = tmp_path / "inbox"
    folder.mkdir()
    write(folder / ".a.csv", HEADER, "h@x.test,H,Acme,1")
    write(folder / "notes.md", HEADER, "n@x.test,N,Acme,1")
    (folder / "b.csv").mkdir()
    (folder / "link.csv").symlink_to(outside)
    write(folder / "c.CSV", HEADER, "c@x.test,C,Acme,1")
    assert [row.fields["Email"] for row in rows(source(folder))] == ["c@x.test"]


def test_single_file_is_a_source(tmp_path: Path) -> None:
    """A connection may name one file."""
    file = write(tmp_path / "leads.txt", HEADER, "a@x.test,A,Acme,1")
    write(tmp_path / "other.csv", HEADER, "b@x.test,B,Acme,1")
    assert len(rows(source(file), receive=True)) == 1
    assert (tmp_path / "done" / "leads.txt").exists()
    with pytest.raises(ConfigError):
        rows(source(file))


def test_fetch_finds_newest_words(tmp_path: Path) -> None:
    """Rows are found by id in waiting files first, then in those put away, as their newest file words them."""
    write(tmp_path / "a.csv", HEADER, "a@x.test,Old,Acme,1", "b@x.test,B,Acme,1")
    reader = source(tmp_path)
    first, second = rows(reader, receive=True)
    write(tmp_path / "b.csv", HEADER, "a@x.test,New,Acme,1")
    found = reader.fetch(OBJECT, [first.ref.id, second.ref.id, "nobody"], ())
    assert {key: row.fields["Name"] for key, row in found.items()} == {first.ref.id: "New", second.ref.id: "B"}


def test_facts_of_a_folder(tmp_path: Path) -> None:
    """A folder has no org, no calls and no stamps; its columns are described while files wait."""
    reader: Source = source(tmp_path)
    assert reader.describe([OBJECT]) == {}
    write(tmp_path / "a.csv", "Email,Name", "a@x.test,A")
    write(tmp_path / "b.csv", "Email;Company", "b@x.test;B")
    assert set(reader.describe([OBJECT])[OBJECT].fields) == {"Email", "Name", "Company"}
    assert (reader.identity().org_id, reader.calls, reader.budget()) == ("", 0, None)
    now = reader.now()
    assert reader.census(OBJECT, [Window(None, now), Window(now - timedelta(days=1), now)]) == [0, 0]
    with pytest.raises(ConfigError):
        rows(source(tmp_path / "missing"))


def test_memory_stays_flat(tmp_path: Path) -> None:
    """Twenty thousand rows (ten megabytes as records) are read in little memory."""
    with (tmp_path / "a.csv").open("w") as file:
        file.write(HEADER + "\n")
        file.writelines(f"p{n}@example.test,Person {n},Company {n},{n}\n" for n in range(20_000))
    reader = source(tmp_path)
    tracemalloc.start()
    count = 0
    for page in reader.changes(OBJECT, (), None):
        count += len(page.records)
        reader.received(page)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 5_000_000


_cell = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


@given(st.lists(st.tuples(_cell, _cell, _cell), min_size=1, max_size=20), st.sampled_from(",;\t|"))
def test_any_written_csv_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: Sequence[Any], sign: str
) -> None:
    """Whatever the csv module writes, with the delimiter given, comes back cell by cell."""
    folder = tmp_path_factory.mktemp("csv")
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=sign, quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "one", "two", "three"])
        writer.writerows([n, *cells] for n, cells in enumerate(table))
    found = rows(source(folder, delimiter=sign, encoding="utf-8"))
    assert [tuple(row.fields[name] for name in ("one", "two", "three")) for row in found] == list(table)


@given(st.text(max_size=300))
def test_detection_never_crashes(text: str) -> None:
    """Any text has some delimiter."""
    assert detect_delimiter(text, whole=True) in ",;\t|"


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_findings(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Any file is either read or refused with findings; nothing else comes out."""
    folder = tmp_path_factory.mktemp("csv")
    (folder / "a.csv").write_bytes(content)
    try:
        told = [row.ref.id for row in rows(source(folder), receive=True)]
    except InputError as error:
        told = [str(finding) for finding in error.findings] or [""]
    assert all(told), "a row without an id, or a refusal without a finding"


def test_layout_of_missing_file_raises(tmp_path: Path) -> None:
    """A file that cannot be opened is an OSError for the caller to tell."""
    with pytest.raises(OSError, match="No such file"):
        layout_of(tmp_path / "none.csv")
