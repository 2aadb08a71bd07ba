"""`connector matching`: measured on labelled files, explained pair by pair, tuned by proposals."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from connector.matching import load_matching
from tests.matching.labelled_files import Files, write_labelled

from .terminal import Folder, type_command


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A labelled set that is easy."""
    return write_labelled(tmp_path_factory.mktemp("set") / "labelled", 240)


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(folder: Path, text: str, name: str = "t.csv") -> str:
    """A CSV file of its own."""
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def test_easy_leads_are_linked_right(files: Files, tmp_path: Path) -> None:
    """On an easy set all figures are high, and the links that were written say the same."""
    links = tmp_path / "links.csv"
    answer = type_command("matching", "eval", *files.options, "--processes", "1", "--links", str(links), "--json")
    assert answer.code == 0, answer.said
    assert answer.json["contact"]["f1"] > 0.95
    assert answer.json["account"]["f1"] > 0.95
    truth = {row["lead_id"]: row for row in rows(files.path("truth")) if row["split"] == "test"}
    made = [row for row in rows(links) if row["lead_id"] in truth and row["contact_id"]]
    cut = [row for row in made if float(row["contact_score"]) >= answer.json["contact"]["threshold"]]
    right = sum(row["contact_id"] in truth[row["lead_id"]]["contact_ok"].split("|") for row in cut)
    assert answer.json["contact"]["precision"] == pytest.approx(right / len(cut), abs=1e-4)
    assert len(rows(links)) == 264


@pytest.mark.parametrize("option", ["--links", "--errors"])
def test_files_that_are_read_are_kept(files: Files, option: str) -> None:
    """A file that is read is never written over, and nothing is done."""
    before = files.path("truth").read_bytes()
    answer = type_command("matching", "eval", *files.options, option, str(files.path("truth")))
    assert (answer.code, "would be written over" in answer.err) == (2, True), answer.said
    assert files.path("truth").read_bytes() == before


def test_mistakes_are_told_with_evidence(files: Files, tmp_path: Path) -> None:
    """A truth that contradicts the leads is told as wrong and as missed, with case and evidence."""
    truth = tmp_path / "truth.csv"
    text = files.path("truth").read_text("utf-8").replace(",C1,", ",C999,")
    truth.write_text(text, "utf-8")
    options = [str(truth) if word == str(files.path("truth")) else word for word in files.options]
    out = tmp_path / "errors.csv"
    answer = type_command("matching", "eval", *options, "--processes", "1", "--errors", str(out))
    assert answer.code == 0, answer.said
    told = [row for row in rows(out) if row["right"] == "C999"]
    assert [(row["link"], row["mistake"], row["found"], row["case"]) for row in told] == [
        ("contact", "wrong", "C1", "known")
    ]
    assert "email same: " in told[0]["evidence"]


def test_all_files_are_checked_at_once(files: Files, tmp_path: Path) -> None:
    """The problems of all four files are told together, with file and line."""
    bad = table(tmp_path, "id\n1\n")
    torn = table(tmp_path, "lead_id,contact_ok\nL1\n", "torn.csv")
    answer = type_command(
        *("matching", "eval", "--leads", bad, "--contacts", bad),
        *("--accounts", str(files.path("accounts")), "--truth", torn),
    )
    assert answer.code == 65
    assert all(word in answer.err for word in ("`lead_id`", "`contact_id`", "torn.csv:2:"))
    assert "matching eval --help" in answer.err


def test_missing_split_is_refused(files: Files, tmp_path: Path) -> None:
    """Without dev rows there is nothing to choose thresholds on."""
    truth = table(tmp_path, files.path("truth").read_text("utf-8").replace(",dev", ",test"))
    answer = type_command("matching", "eval", *files.options[:-1], truth)
    assert answer.code == 65
    assert "no dev rows" in answer.err


PEOPLE = """nr;Vorname;Nachname;E-Mail;Lieblingsfarbe;wer
1;Ann;Weber;ann.weber@nordwind.example;rot;a
2;Anna;Weber;ann.weber@nordwind.example;rot;a
3;Carl;Ott;carl.ott@moorfeld.example;blau;c
"""


def test_repeats_in_any_table_are_found(tmp_path: Path) -> None:
    """Columns are guessed, clusters written, pairwise figures told where the truth is known."""
    out = tmp_path / "out.csv"
    given = table(tmp_path, PEOPLE)
    answer = type_command("matching", "dedupe", given, "--key", "nr", "--truth", "wer", "--out", str(out), "--json")
    assert answer.code == 0, answer.said
    assert answer.json["columns"] == {"first_name": "Vorname", "last_name": "Nachname", "email": "E-Mail"}
    assert answer.json["unused"] == ["Lieblingsfarbe"]
    assert (answer.json["kind"], answer.json["clusters"], answer.json["f1"]) == ("people", 2, 1.0)
    assert rows(out) == [{"nr": "1", "cluster": "1"}, {"nr": "2", "cluster": "1"}, {"nr": "3", "cluster": "3"}]


def test_companies_are_clustered_as_companies(tmp_path: Path) -> None:
    """A table of companies is compared by names, sites and places; what a column is can be told."""
    text = (
        "id,title,homepage\n1,Nordwind Tools GmbH,nordwind.example\n2,Nordwind Tools,www.nordwind.example\n3,Moor AG,\n"
    )
    given = table(tmp_path, text)
    words = ("matching", "dedupe", given, "--key", "id", "--companies", "--map", "name=title", "--json")
    answer = type_command(*words)
    assert answer.code == 0, answer.said
    assert (answer.json["kind"], answer.json["clusters"]) == ("companies", 2)


@pytest.mark.parametrize(
    ("text", "words", "code", "said"),
    [
        ("id,last\n1,a\n1,b\n,c\n", ("--key", "id"), 65, ("t.csv:3:", "t.csv:4:", "line 2 too", "the key is empty")),
        ("id,last\n1,a\n", ("--key", "nr"), 65, ("there is no column `nr`", "id, last")),
        ("id,colour\n1,red\n", ("--key", "id"), 2, ("colour", "--map name=COLUMN")),
        ("id,last\n1,a\n", ("--key", "id", "--map", "last_name"), 2, ("--map takes FIELD=COLUMN",)),
        ("id,last\n1,a\n", ("--key", "id", "--map", "name_of=last"), 2, ("there is no field `name_of`",)),
        ("id,last\n1\n", ("--key", "id"), 65, ("t.csv:2:",)),
    ],
)
def test_unusable_tables_are_told(
    tmp_path: Path, text: str, words: tuple[str, ...], code: int, said: tuple[str, ...]
) -> None:
    """What is wrong is told with its line, all of it, and what to type instead."""
    answer = type_command("matching", "dedupe", table(tmp_path, text), *words)
    assert answer.code == code, answer.said
    assert [word for word in said if word not in answer.err] == []


ANN = "first_name=Ann,last_name=Weber,email=ann.weber@nordwind.example,company=Nordwind, Tools & Co"


@pytest.mark.parametrize(
    "other",
    [
        '{"first_name": "Ann", "last_name": "Weber", "email": "ann.weber@nordwind.example"}',
        '{"kind": "contact", "last_name": "Weber", "first_name": "Ann", "email": "Ann.Weber@Nordwind.example"}',
        "{table}:2",
    ],
)
def test_pairs_are_explained_however_given(tmp_path: Path, other: str) -> None:
    """Fields, JSON objects and rows of a table are compared, and each piece shows both values and its points."""
    given = other.replace("{table}", table(tmp_path, PEOPLE))
    answer = type_command("matching", "explain", ANN, given, "--json")
    assert answer.code == 0, answer.said
    assert answer.json["left"]["values"]["company"] == "Nordwind, Tools & Co"
    match = answer.json["match"]
    assert match["band"] == "link"
    assert answer.json["needed"]["points"] == 0
    total = answer.json["start"] + sum(piece["points"] for piece in match["evidence"])
    assert total == pytest.approx(match["score"], abs=1e-3)


def test_distance_to_a_link_is_told() -> None:
    """For two that do not link it is said how many points are missing, and what would bring them."""
    answer = type_command("matching", "explain", "last_name=Weber,first_name=Ann", "last_name=Weber,first_name=Ann")
    assert answer.code == 0, answer.said
    assert "more points are needed to link" in answer.out
    assert "email same" in answer.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{broken", "no JSON object"),
        ('{"last_name": ["a"]}', "last_name hold several"),
        ("kind=opportunity,last_name=Lee", "`kind` is lead, contact or account"),
        ("name=Acme,last_name=Lee", "an account has no last_name"),
        ("nobody@nowhere.example", "the directory knows no"),
    ],
)
def test_unreadable_records_are_told(given: str, said: str) -> None:
    """What cannot be read as a record is told with the forms that can."""
    answer = type_command("matching", "explain", ANN, given)
    assert answer.code == 2
    assert said in answer.err


def test_records_of_the_directory_are_found(folder: Folder) -> None:
    """A record is named by reference, by its id or by an e-mail address."""
    folder.load({"LastName": "Weber", "FirstName": "Ann", "Company": "Nordwind Tools", "Email": "ann@nordwind.example"})
    assert folder.type("sync", "salesforce").code == 0
    found = folder.ask("SELECT connection, object, record_id FROM directory WHERE kind = 'lead'")
    connection, kind, record_id = found[0]
    for name in (f"{connection}:{kind}:{record_id}", record_id, "ann@nordwind.example"):
        answer = folder.type("matching", "explain", ANN, name, "--json")
        assert answer.code == 0, answer.said
        assert answer.json["right"]["ref"] == f"{connection}:{kind}:{record_id}"


def test_refit_is_proposed_never_taken(files: Files, folder: Folder) -> None:
    """The proposal lies beside the file in use, can be read, and the file in use stays as it was."""
    used = folder.path / "mappings" / "matching.yaml"
    before = used.read_text("utf-8")
    answer = folder.type("matching", "train", "--from", str(files.folder), "--processes", "1", "--json")
    assert answer.code == 0, answer.said
    proposal = Path(answer.json["proposal"])
    assert (proposal.name, proposal.parent.resolve()) == ("matching.proposed.yaml", used.parent.resolve())
    assert used.read_text("utf-8") == before
    load_matching(proposal.read_text("utf-8"), "x.yaml")
    assert {one["name"] for one in answer.json["refits"]} <= {"people", "companies"}
    over = folder.type("matching", "train", "--from", str(files.folder), "--processes", "1", "--out", str(used))
    assert over.code == 2
    assert used.read_text("utf-8") == before


PAIRS = "left_first_name,left_last_name,left_email,right_first_name,right_last_name,right_email,label\n"


def test_tables_of_pairs_teach(tmp_path: Path) -> None:
    """A CSV with both sides and a label is enough to refit from."""
    text = PAIRS + "".join(
        f"Ann{n},Weber,a{n}@x.example,Ann{n},Weber,a{n}@x.example,yes\nAnn{n},Weber,a@x.example,Bob{n},Ott,b@y.example,0\n"
        for n in range(60)
    )
    out = tmp_path / "p.yaml"
    answer = type_command("matching", "train", "--from", table(tmp_path, text), "--out", str(out), "--json")
    assert answer.code == 0, answer.said
    assert (answer.json["refits"][0]["same"], answer.json["refits"][0]["different"]) == (60, 60)
    assert out.read_text("utf-8").startswith("# Proposed by `connector matching train`")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (PAIRS + "a,b,c,a,b,c,1\n", 65, "people: 29 more that are the same and 30 more that are different"),
        (PAIRS + "a,b,c,a,b,c,maybe\na,b,c,a,b,c,perhaps\n", 65, "t.csv:3:7: bad-label"),
        ("first_name,label\nAnn,1\n", 65, "left_email and right_email"),
    ],
)
def test_poor_examples_are_refused(tmp_path: Path, text: str, code: int, said: str) -> None:
    """Too few examples, labels that are none, and tables that hold no pairs are told, and nothing is written."""
    answer = type_command("matching", "train", "--from", table(tmp_path, text), "--out", str(tmp_path / "p.yaml"))
    assert answer.code == code, answer.said
    assert said in answer.err
    assert not (tmp_path / "p.yaml").exists()


def test_bands_are_set_from_labels(files: Files, tmp_path: Path) -> None:
    """Bands that enough is known of are proposed; the others stay and are named."""
    out = tmp_path / "p.yaml"
    words = ("matching", "calibrate", "--from", str(files.folder), "--precision", "0.9", "--processes", "1")
    answer = type_command(*words, "--out", str(out), "--json")
    assert answer.code == 0, answer.said
    assert answer.json["counted"] is True
    rules = load_matching(out.read_text("utf-8"), "x.yaml")
    for name, band in answer.json["bands"].items():
        assert getattr(rules, name).link_at == pytest.approx(band["link_at"], abs=0.006)
        assert band["precision"] >= 0.9
    assert {*answer.json["bands"], *answer.json["left"]} == {"people", "repeats", "companies"}


def test_estimates_and_counts_are_not_mixed(folder: Folder) -> None:
    """The directory's estimate stands alone, and too few leads give none."""
    assert folder.type("matching", "calibrate", "--from", "directory", "--from", "crm").code == 2
    answer = folder.type("matching", "calibrate")
    assert answer.code == 65
    assert "too little is known" in answer.err
