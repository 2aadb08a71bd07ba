"""``policy calibrate`` as people type it: what it writes, what it answers, and what it refuses."""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from connector.policy import check_policy, load_policy
from tests.policy.calibration.pasts import LEAKS, Past, past

from .terminal import Answer, Folder, type_command

POLICY = Path(__file__).resolve().parents[2] / "connector" / "starter" / "policy.yaml"


def write(path: Path, made: Past) -> Path:
    """A past as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([made.headings, *made.rows])
    return path


def calibrate(source: Path | str, *words: str, outcome: str = "Won") -> Answer:
    """The command on a file."""
    return type_command("policy", "calibrate", "--from", str(source), "--outcome", outcome, *words)


@pytest.fixture
def leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of past leads, alone in the working folder."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "leads.csv", past(500))


def test_proposal_is_a_sound_policy_beside_the_one_in_use(leads: Path) -> None:
    """The answer holds the published keys; the file passes the lint, and keeps what is not fit as it stood."""
    answer = calibrate(leads, "--policy", str(POLICY), "-o", "new.yaml", "--json")
    assert answer.code == 0, answer.err
    told = answer.json
    assert set(told["baselines"]) == {"logistic", "boosting"}
    assert told["leaks"] == list(LEAKS)
    assert told["leads"] == 500
    assert told["with_leaks"]["auc"] > told["auc"] > 0.7
    written = Path("new.yaml").read_text("utf-8")
    assert check_policy(written, "new.yaml") == []
    (group,) = load_policy(written, "new.yaml").fit.groups
    assert len(group.rules) == told["rows"] == len(told["table"]) <= 40
    before = POLICY.read_text("utf-8")
    assert written.startswith(before[: before.index("\nfit:")])
    comments = before[: before.index("\nengagement:")].rindex("\n\n")
    assert written.endswith(before[comments:])


def test_thresholds_are_told_from_all_leads_to_few(leads: Path) -> None:
    """From the first threshold on all leads are in; recall falls as points rise, and levels are among them."""
    told = calibrate(leads, "--json").json
    points = [one["points"] for one in told["thresholds"]]
    recalls = [one["recall"] for one in told["thresholds"]]
    assert points == sorted(points)
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[0] == 1.0
    assert {level["points"] for level in told["levels"].values()} <= set(points)
    assert told["levels"]["strong"]["precision"] >= 0.8
    assert told["proposal"] == "policy.proposed.yaml"


def test_report_for_people_says_what_to_beware_of(leads: Path) -> None:
    """Tables, the leaks with both figures, what was set aside, the caveat and the next step, in words."""
    said = calibrate(leads, "--exclude", "Region", "--keep", "Call Verdict").out
    assert "possible leak, left out: `Lost Because`" in said
    assert "possible leak, left out: `Call Verdict`" not in said
    assert "with what was left out: AUC" in said
    assert "excluded by you: `Region`" in said
    assert "Statistics cannot find every leak" in said
    assert "proposal: policy.proposed.yaml" in said


def test_best_of_nothing_is_told(leads: Path) -> None:
    """Where most rows are bad signs, whoever shows none of them would pass for the best: report and file say so."""
    lines = ["Region,Size,Won"]
    for number in range(600):
        region, draw = ("South", "North", "West")[number % 3], number * 7919 % 100
        lines.append(f"{region},{number % 5},{int(draw < (8 if region == 'South' else 88))}")
    leads.write_text("\n".join(lines), "utf-8")
    answer = calibrate(leads, "--policy", str(POLICY), "-o", "new.yaml")
    assert answer.code == 0, answer.err
    assert "Beware: a lead that no row speaks of has 0 points: it is `strong`" in answer.said
    assert "Beware: a lead that no row speaks of" in Path("new.yaml").read_text("utf-8")


def test_policy_declares_what_is_known_when(leads: Path) -> None:
    """`known_at:` of the policy leaves a column out, or keeps one that looks like a leak."""
    known = 'known_at: {"Call Verdict": worked, x_lost_because: created}\n'
    Path("policy.yaml").write_text(known + POLICY.read_text("utf-8"), "utf-8")
    told = calibrate(leads, "--policy", "policy.yaml", "--json").json
    assert told["set_aside"]["Call Verdict"] == "worked"
    assert told["leaks"] == []


def test_policy_in_use_is_never_written_over(leads: Path) -> None:
    """The file in use is refused as the target, also by another name, before anything is worked out."""
    text = POLICY.read_text("utf-8")
    Path("policy.yaml").write_text(text, "utf-8")
    Path("link.yaml").hardlink_to("policy.yaml")
    for name in ("policy.yaml", "./policy.yaml", "link.yaml"):
        answer = calibrate(leads, "--policy", "policy.yaml", "-o", name)
        assert answer.code == 2
        assert "a proposal goes beside it" in answer.err
    assert Path("policy.yaml").read_text("utf-8") == text
    assert "there is no folder" in calibrate(leads, "-o", "nowhere/new.yaml").err


def test_rows_without_an_outcome_are_told(leads: Path) -> None:
    """Leads that are still open take no part and are counted."""
    made = past(500)
    open_ones = tuple((*row[:-1], "" if number % 10 == 0 else row[-1]) for number, row in enumerate(made.rows))
    told = calibrate(write(leads, Past(made.headings, open_ones)), "--json").json
    assert (told["leads"], told["without_outcome"]) == (450, 50)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("Wonn", "did you mean `Won`?"),
        ("Nothing like it", "its columns are Lead No, Channel"),
        ("Channel", "`Channel` does not say won or lost everywhere: it also holds `"),
        ("Late", "tells of 0 won and 500 lost leads"),
    ],
)
def test_outcome_that_cannot_be_read_is_refused(leads: Path, outcome: str, said: str) -> None:
    """A column that is missing, says other things than won and lost, or one of them alone, ends in 65 and says why."""
    made = past(500)
    write(leads, Past((*made.headings, "Late"), tuple((*row, "no") for row in made.rows)))
    answer = calibrate(leads, outcome=outcome)
    assert answer.code == 65
    assert said in answer.err
    assert not Path("policy.proposed.yaml").exists()


def test_bad_files_and_words_are_refused(leads: Path) -> None:
    """What is no table, no column, no group, or tells nothing of the outcome, ends in a plain error."""
    assert calibrate("none.csv").code == 65
    Path("broken.csv").write_bytes(b"\x00\x01\x02")
    assert calibrate("broken.csv").code == 65
    assert "no column `Nobody`" in calibrate(leads, "--exclude", "Nobody").err
    nobody = calibrate(leads, "--keep-group", "nobody").err
    assert "fit has no group nobody" in nobody
    assert "next: connector policy calibrate --help" in nobody
    assert "--outcome names the column" in type_command("policy", "calibrate", "--from", str(leads)).err
    chance = random.Random(1)
    noise = Past(("Channel", "Won"), tuple((chance.choice("abc"), chance.choice("01")) for _ in range(300)))
    assert "nothing in these columns tells" in calibrate(write(leads, noise)).err


@pytest.mark.parametrize("columns", [("Lost Because", "Won"), ("Lost Because", "Region", "Won")])
def test_lone_leak_is_named_and_can_be_kept(leads: Path, columns: tuple[str, ...]) -> None:
    """Where nothing is left but a column that looks like a leak, it is named with the option that takes it in."""
    made = past(500)
    answer = calibrate(write(leads, made.only(*columns)))
    assert answer.code == 65
    assert "left out as possible leaks: `Lost Because` (all but certain values hold" in answer.err
    assert "--keep 'Lost Because'" in answer.err
    assert calibrate(leads, "--keep", "Lost Because").code == 0


def test_points_are_said_to_count_together(leads: Path) -> None:
    """The report and the proposed file say why a row with many winners may have points against it."""
    assert "Points count together" in calibrate(leads).out
    assert "Points count together" in Path("policy.proposed.yaml").read_text("utf-8")


def test_broken_policy_leads_to_its_test(leads: Path) -> None:
    """A policy outside any project is no file that a lint of mappings reads: its own test is named."""
    Path("bad.yaml").write_text("fit: {}\nsurprise: 1\n", "utf-8")
    answer = calibrate(leads, "--policy", "bad.yaml")
    assert answer.code == 65
    assert "next: connector policy test bad.yaml" in answer.err


def test_shifted_file_tells_its_first_problems(leads: Path) -> None:
    """Of many rows with too many cells ten are listed, and how many more there are is said."""
    leads.write_text("Channel,Won\n" + "a,1\n" * 60 + "a,b,1\n" * 27, "utf-8")
    answer = calibrate(leads, "--json")
    assert answer.code == 65
    assert len(answer.json["findings"]) == 10
    assert answer.json["message"] == "27 problems found: 10 are listed, and 17 more are not"
    leads.write_text("Channel,Won\n" + "a,1\n" * 160 + "a,b,1\n" * 127, "utf-8")
    assert "at least 90 more" in calibrate(leads).err


def test_missing_extra_says_what_to_install(leads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the command ends in the line to type."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    answer = calibrate(leads)
    assert answer.code == 2
    assert "pip install 'lead-connector[calibrate]'" in answer.err


def past_of_a_crm(count: int) -> Sequence[dict[str, object]]:
    """Leads of a Salesforce org: those of two industries converted, most others were closed by a person."""
    chance = random.Random(4)
    leads: list[dict[str, object]] = []
    for number in range(count):
        fits = chance.random() < 0.5
        won = chance.random() < (0.85 if fits else 0.15)
        lead: dict[str, object] = {"LastName": f"Past {number}", "Company": f"Firm {number}"}
        lead |= {"Industry": "Banking" if fits else "Retail", "IsConverted": won}
        lead["Status"] = "Closed - Converted" if won else "Closed - Not Converted"
        leads.append(lead)
    return leads


def test_past_of_a_crm_is_read_through_the_mapping(folder: Folder) -> None:
    """Converted leads count as won, those closed in the CRM as lost, open ones not at all; conditions use our words."""
    folder.load(*past_of_a_crm(160), {"LastName": "Open", "Company": "Still Open", "Status": "Open - Not Contacted"})
    answer = folder.type("policy", "calibrate", "--from", "salesforce", "--json")
    assert answer.code == 0, answer.err
    told = answer.json
    assert (told["leads"], told["without_outcome"]) == (160, 1)
    assert {rule["when"]["field"] for rule in told["table"]} == {"industry"}
    assert told["set_aside"]["status"] == "worked"
    assert (folder.path / "mappings" / "policy.proposed.yaml").is_file()


def test_connection_goes_before_a_folder_of_its_name(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is never a file of leads; files that a connection reads say what became of leads in a column only."""
    monkeypatch.chdir(folder.path)
    (folder.path / "inbox" / "leads.csv").write_text("Email,Company,Last Name\nann@firm.example,Firm,Lee\n", "utf-8")
    answer = folder.type("policy", "calibrate", "--from", "inbox")
    assert answer.code == 65
    assert "none of the 1 leads of the connection inbox is converted" in answer.err
    assert "CSV files say what became of leads in a column" in answer.err
    other = folder.type("policy", "calibrate", "--from", "mappings", "--outcome", "Won")
    assert other.code == 2
    assert "mappings is a folder, and no connection is called that" in other.err
    assert "next: connector policy calibrate --help" in other.err
