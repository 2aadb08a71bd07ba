"""`review export` and `review import`: a sheet goes out, answers come back, and nothing is half-done."""

from __future__ import annotations

import csv
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from connector.model.records import Kind

from .desk import Desk, candidate, ref
from .terminal import Answer

CONTACT = Kind.CONTACT
Fill = Callable[[Path, Mapping[int, Mapping[str, str]]], None]


def fill_csv(path: Path, cells: Mapping[int, Mapping[str, str]]) -> None:
    """Write *cells* into the rows of a CSV, by the number of their review, as a person does."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        row.update(cells.get(int(row["review"]), {}))
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def fill_xlsx(path: Path, cells: Mapping[int, Mapping[str, str]]) -> None:
    """The same for a spreadsheet."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    heads = [str(cell.value) for cell in page[1]]
    for row in page.iter_rows(min_row=2):
        for name, text in cells.get(int(str(row[heads.index("review")].value)), {}).items():
            row[heads.index(name)].value = text
    book.save(path)


BOTH = pytest.mark.parametrize(("ending", "fill"), [("csv", fill_csv), ("xlsx", fill_xlsx)], ids=["csv", "xlsx"])


def exported(desk: Desk, path: Path) -> Path:
    """The queue as a sheet."""
    answer = desk.type("export", str(path))
    assert answer.code == 0, answer.said
    return path


def three(desk: Desk) -> list[int]:
    """Three questions about three people."""
    choices = candidate(CONTACT, 1), candidate(CONTACT, 2)
    return [desk.ask(one, *choices, first_name=f"P{one}", email=f"p{one}@firm{one}.example") for one in (1, 2, 3)]


def read_in(desk: Desk, path: Path, *words: str) -> Answer:
    """Import a sheet as Sam."""
    return desk.type("import", str(path), "--by", "sam", *words)


@BOTH
def test_answers_come_back(desk: Desk, tmp_path: Path, ending: str, fill: Fill) -> None:
    """What is filled in is kept as the answer of who is named, with its note; rows left blank stay open."""
    first, second, third = three(desk)
    sheet = exported(desk, tmp_path / f"reviews.{ending}")
    fill(sheet, {first: {"answer": "same 2", "note": "met her"}, second: {"answer": "Disqualify not-a-fit"}})
    answer = read_in(desk, sheet, "--json")
    assert (answer.code, answer.json["kept"], answer.json["unanswered"]) == (0, 2, 1), answer.said
    kept = desk.review(first).answer
    assert kept is not None
    assert (kept.by, kept.note, kept.candidate) == ("sam", "met her", ref(CONTACT, 2))
    assert desk.open_ids() == [third]


@BOTH
def test_second_import_changes_nothing(desk: Desk, tmp_path: Path, ending: str, fill: Fill) -> None:
    """The same file again keeps nothing, writes nothing, and says so."""
    first, second, _ = three(desk)
    sheet = exported(desk, tmp_path / f"reviews.{ending}")
    fill(sheet, {first: {"answer": "1"}, second: {"answer": "unsure"}})
    assert read_in(desk, sheet).code == 0
    with desk.store() as store:
        before = len(store.audit.entries())
    again = read_in(desk, sheet)
    assert (again.code, "0 answers kept, 2 known already" in again.out) == (0, True), again.said
    with desk.store() as store:
        assert len(store.audit.entries()) == before


def test_every_problem_has_its_row(desk: Desk, tmp_path: Path) -> None:
    """All problems are told at once with file and row, and nothing is kept."""
    first, second, third = three(desk)
    sheet = exported(desk, tmp_path / "reviews.csv")
    fill_csv(sheet, {first: {"answer": "perhaps"}, second: {"answer": "disqualify because"}, third: {"answer": "new"}})
    answer = read_in(desk, sheet)
    assert answer.code == 65, answer.said
    with sheet.open(encoding="utf-8") as source:
        rows = {int(row["review"]): number for number, row in enumerate(csv.DictReader(source), 2)}
    for number in (first, second):
        assert f"{sheet}:{rows[number]}:1: bad-answer: " in answer.err
    assert "nothing was kept" in answer.err
    assert f"next: connector review import {sheet} --skip-bad" in answer.err
    assert sorted(desk.open_ids()) == [first, second, third]


def test_skip_bad_keeps_the_others(desk: Desk, tmp_path: Path) -> None:
    """With `--skip-bad` sound rows are kept, the others are told, and the exit code is 1."""
    first, second, third = three(desk)
    sheet = exported(desk, tmp_path / "reviews.csv")
    fill_csv(sheet, {first: {"answer": "perhaps"}, second: {"answer": "different"}})
    answer = read_in(desk, sheet, "--skip-bad", "--json")
    assert (answer.code, answer.json["kept"], len(answer.json["skipped"])) == (1, 1, 1), answer.said
    assert sorted(desk.open_ids()) == [first, third]


@pytest.mark.parametrize("asked", [None, "", "0123456789abcdef"], ids=["as exported", "taken out", "another"])
def test_changed_row_is_refused(desk: Desk, tmp_path: Path, asked: str | None) -> None:
    """An answer about content that changed since the export is refused, and so is one that does not say what of."""
    number = desk.ask(1, candidate(CONTACT, 1))
    sheet = exported(desk, tmp_path / "reviews.csv")
    fill_csv(sheet, {number: {"answer": "same"} | ({} if asked is None else {"asked": asked})})
    if asked is None:
        desk.put(CONTACT, 1, last_name="Lee")
    answer = read_in(desk, sheet)
    assert answer.code == 65, answer.said
    assert ("the cell `asked` is empty" if asked == "" else "changed since you looked") in answer.err
    assert desk.open_ids() == [number]


def test_conflict_does_not_stop_others(desk: Desk, tmp_path: Path) -> None:
    """Where somebody answered otherwise in the meantime both are kept, the first stands, and the exit code is 1."""
    first, second, third = three(desk)
    sheet = exported(desk, tmp_path / "reviews.csv")
    fill_csv(sheet, {first: {"answer": "same 1"}, second: {"answer": "same 1"}})
    assert desk.type("decide", str(first), "different", "--by", "ann").code == 0
    answer = read_in(desk, sheet, "--json")
    assert (answer.code, answer.json["conflicts"], answer.json["kept"]) == (1, [first], 1), answer.said
    assert desk.words(1) == [(ref(CONTACT, 1).id, "different"), (ref(CONTACT, 2).id, "different")]
    assert desk.open_ids() == [third]
    assert read_in(desk, sheet).code == 0


def test_rows_speak_for_themselves(desk: Desk, tmp_path: Path) -> None:
    """An answered row leaves its look-alike open, and one review cannot be answered twice in a file."""
    first, second = (desk.ask(one, candidate(CONTACT, 1)) for one in (1, 2))
    sheet = exported(desk, tmp_path / "reviews.csv")
    fill_csv(sheet, {first: {"answer": "same"}})
    assert read_in(desk, sheet).code == 0
    assert desk.open_ids() == [second]
    fill_csv(sheet, {second: {"answer": "same", "review": str(first)}})
    assert "is answered in row" in read_in(desk, sheet).err


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
@BOTH
def test_formulas_are_text(desk: Desk, tmp_path: Path, ending: str, fill: Fill, start: str) -> None:
    """A cell that a spreadsheet would run begins with an apostrophe; in a note it is taken off again."""
    number = desk.ask(1, candidate(CONTACT, 1), company=f"{start}1+1")
    sheet = exported(desk, tmp_path / f"reviews.{ending}")
    if ending == "csv":
        with sheet.open(encoding="utf-8-sig", newline="") as source:
            assert [row["company"] for row in csv.DictReader(source)] == [f"'{start}1+1"]
    else:
        cells = [cell for row in openpyxl.load_workbook(sheet).worksheets[0].iter_rows() for cell in row]
        assert f"'{start}1+1" in [cell.value for cell in cells]
        assert "f" not in {cell.data_type for cell in cells}
    fill(sheet, {number: {"answer": "same", "note": f"'{start}note"}})
    assert read_in(desk, sheet).code == 0
    kept = desk.review(number).answer
    assert kept is not None
    assert kept.note == f"{start}note"


def test_sheet_is_for_its_owner(desk: Desk, tmp_path: Path) -> None:
    """A sheet holds people's data: only its owner may read it, and one that exists is not overwritten unasked."""
    desk.ask(1, candidate(CONTACT, 1))
    sheet = exported(desk, tmp_path / "reviews.csv")
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    assert desk.type("export", str(sheet)).code == 2
    assert desk.type("export", str(sheet), "--force").code == 0


def test_spreadsheet_helps_to_fill_in(desk: Desk, tmp_path: Path) -> None:
    """The column of fingerprints is hidden, and the answer is chosen from a list that does not exclude others."""
    desk.ask(1, candidate(CONTACT, 1), candidate(CONTACT, 2))
    page = openpyxl.load_workbook(exported(desk, tmp_path / "reviews.xlsx")).worksheets[0]
    heads = [str(cell.value) for cell in page[1]]
    assert page.column_dimensions[get_column_letter(heads.index("asked") + 1)].hidden
    (offered,) = page.data_validations.dataValidation
    assert "same 1,same 2,different,unsure" in str(offered.formula1)
    assert not offered.showErrorMessage


@pytest.mark.parametrize(
    ("name", "content", "code", "told"),
    [
        ("reviews.txt", "", 2, "ends in .csv or .xlsx"),
        ("absent.csv", None, 65, "cannot be read"),
        ("empty.csv", "", 65, "has no column review, answer, asked"),
        ("other.csv", "review,answer\n1,same\n", 65, "has no column asked"),
        ("broken.xlsx", "no spreadsheet", 65, "cannot be read as XLSX"),
    ],
)
def test_wrong_file_is_told(desk: Desk, tmp_path: Path, name: str, content: str | None, code: int, told: str) -> None:
    """A file that is no sheet of ours is refused with what is wrong with it."""
    if content is not None:
        (tmp_path / name).write_text(content, "utf-8")
    answer = read_in(desk, tmp_path / name)
    assert (answer.code, told in answer.err) == (code, True), answer.said


def test_missing_extra_is_told(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library for spreadsheets the command that brings it is named."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    answer = desk.type("export", str(tmp_path / "reviews.xlsx"))
    assert (answer.code, "next: pip install 'lead-connector[xlsx]'" in answer.err) == (2, True), answer.said
