"""The reports as a person types them: from a file, from the state, straight from a CRM, in every form."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.client import control
from tests.reports.test_page import read

from .terminal import Folder, type_command

HISTORY = """lead_id,source,segment,customer,owner,created_at,mql_at,srl_at,sql_at,won_at,lost_at,reason,amount,colour
l1,Web,Energy,new,ann,2026-01-02,2026-01-03,2026-01-05,2026-01-09,2026-02-01,,,100,red
l2,Web,Energy,new,ann,2026-01-04,2026-01-06,2026-01-08,2026-01-10,,2026-02-03,price,50,red
l3,=Fair,Retail,existing,bob,2026-02-01,2026-02-02,,,,,,,red
l4,Fair,Retail,old,bob,2026-02-01,,,,2026-01-01,,,7,red
l5,Fair,,new,bob,,,,,,,,,red
"""


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A history of five leads, one of which was won before it was created."""
    path = tmp_path / "leads.csv"
    path.write_text(HISTORY, encoding="utf-8")
    return path


def told(path: Path, *words: str) -> dict[str, Any]:
    """What the command answers of a history."""
    answer = type_command("report", "funnel", "--history", str(path), "--json", *words)
    assert answer.code == 0, answer.said
    return answer.json


def test_json_has_the_published_shape(history: Path) -> None:
    """People script against these keys; counts are whole, shares and days are numbers or null."""
    answer = told(history)
    assert answer["counts"] == {"lead": 5, "mql": 3, "srl": 2, "sql": 2, "won": 2, "lost": 1}
    for name in ("mql_to_srl", "srl_to_sql"):
        assert {"value", "low", "high", "healthy"} <= answer["rates"][name].keys()
        assert answer["rates"][name]["healthy"] in ("below", "within", "above", "unknown")
    assert set(answer["win_rate"]) == {"new", "existing", "all"}
    assert answer["win_rate"]["new"] == 0.5
    assert {"median", "p90"} <= answer["velocity_days"]["created_to_won"].keys()
    assert answer["velocity_days"]["created_to_won"]["median"] == 30
    assert answer["value"] == 107
    assert set(answer["by"]) == {"source", "segment", "motion", "owner", "cohort", "customer"}
    assert answer["by"]["segment"]["Energy"]["counts"]["won"] == 1


def test_anomalies_are_told_with_lead_and_words(history: Path) -> None:
    """A contradiction, an unreadable cell and a missing date are each named; columns that are not read are too."""
    answer = told(history)
    found = {(one["lead_id"], one["what"].split(",")[0].split(":")[0]) for one in answer["anomalies"]}
    assert found == {("l4", "won on 2026-01-01"), ("l4", "customer"), ("l5", "no created_at")}
    assert [one["place"] for one in answer["anomalies"] if "place" in one] == [f"{history}:5:4"]
    assert "columns ignored: colour" in answer["notes"]


def test_words_tell_what_json_tells(history: Path) -> None:
    """Without a form the report is told in tables, groups where they are asked for, anomalies at the end."""
    answer = type_command("report", "funnel", "--history", str(history), "--by", "source,owner")
    assert answer.code == 0
    assert "MQL\t4\t3\t80.0 %" in answer.out
    assert "By source" in answer.out
    assert "By owner" in answer.out
    assert "By cohort" not in answer.out
    assert "Anomalies: 3 found" in answer.out
    assert "l4\twon on 2026-01-01, before it was created on 2026-02-01" in answer.out


def test_files_are_written_beside_the_words(history: Path, tmp_path: Path) -> None:
    """A long CSV that no spreadsheet takes for formulas, and one page that needs nothing else."""
    table, page = tmp_path / "funnel.csv", tmp_path / "funnel.html"
    answer = type_command(
        "report", "funnel", "--history", str(history), "--csv", str(table), "--html", str(page), "--json"
    )
    assert answer.code == 0
    assert f"wrote {page}" in answer.err
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows[0] == ["section", "group", "metric", "value", "low", "high"]
    assert ["counts", "all", "won", "2", "", ""] in rows
    assert ["counts", "source==Fair", "lead", "1", "", ""] in rows
    assert any(row[0] == "anomalies" and row[1] == "l4" for row in rows)
    document = page.read_text(encoding="utf-8")
    reader = read(document)
    assert "script" not in {tag for tag, _ in reader.seen}
    assert "before it was created" in reader.words
    assert document.count("<svg") >= 4


def test_cohorts_are_asked_for_by_days(history: Path) -> None:
    """--since and --until keep the leads created in between, and say how many are left out."""
    answer = told(history, "--since", "2026-01-03", "--until", "2026-02-01")
    assert (answer["counts"]["lead"], answer["outside"]) == (1, {"rows": 4, "undated": 1})


def test_present_can_be_asked_for(history: Path) -> None:
    """--as-of is the present: what lies after it is an anomaly."""
    answer = told(history, "--as-of", "2026-02-02")
    assert any("lost on 2026-02-03, which is after 2026-02-02" in one["what"] for one in answer["anomalies"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--history", "HISTORY", "--from", "salesforce"), 2, "--history and --from do not go together"),
        (("--history", "HISTORY", "--route", "salesforce"), 2, "--history and --route do not go together"),
        (("--history", "HISTORY", "--by", "colour"), 2, "colour; choose from source, segment"),
        (("--history", "HISTORY", "--csv", "HISTORY"), 2, "would be written over"),
        (("--history", "HISTORY", "--html", "/nowhere/page.html"), 2, "cannot write /nowhere/page.html"),
        (("--history", "/nowhere.csv"), 2, "does not exist"),
        (("--history", "HISTORY", "--since", "2026-02-01", "--until", "2026-01-01"), 2, "report funnel --help"),
    ],
)
def test_wrong_words_are_told(history: Path, words: tuple[str, ...], code: int, said: str) -> None:
    """What does not go together, or cannot be written, is told in a sentence before anything is written."""
    answer = type_command("report", "funnel", *(str(history) if word == "HISTORY" else word for word in words))
    assert answer.code == code
    assert said in " ".join(answer.err.replace("│", " ").split())
    assert history.read_text(encoding="utf-8") == HISTORY


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "the file is empty"), (b"id;x\n1;2\n", "no column lead_id"), (b"\xff\xfel\x00e", "the text is not utf-16")],
)
def test_file_without_sense_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """A file that cannot be understood as a whole ends with 65 and says what a history looks like."""
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    answer = type_command("report", "funnel", "--history", str(path))
    assert answer.code == 65, answer.said
    assert said in answer.err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_encoding_of_a_history_is_found(tmp_path: Path, encoding: str) -> None:
    """What a spreadsheet saves is read whatever its encoding; one that had to be guessed is told."""
    path = tmp_path / "leads.csv"
    path.write_text("lead_id,source\nl1,Büro Köln\nl2,Büro Köln\n", encoding=encoding)
    answer = told(path)
    assert list(answer["by"]["source"]) == ["Büro Köln"]
    assert any("was read as" in note for note in answer["notes"]) == (encoding != "utf-8-sig")


def test_open_quote_is_an_error(tmp_path: Path) -> None:
    """A quote that is not closed would swallow leads: it ends with 65 and the line on which its row begins."""
    path, out = tmp_path / "leads.csv", tmp_path / "out.csv"
    path.write_text('lead_id,source\n"l1","a\nb"\nl2,"Fair\nl3,Web\nl4,Web\n', encoding="utf-8")
    answer = type_command("report", "funnel", "--history", str(path), "--csv", str(out))
    assert answer.code == 65
    assert f"{path}:4:0: open-quote" in answer.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        ("", (), "has a header and no leads below it"),
        ("l1,2026-01-01\n", ("--since", "2027-01-01"), "no lead was created in the asked days"),
    ],
)
def test_no_leads_are_told_with_why(tmp_path: Path, rows: str, words: tuple[str, ...], said: str) -> None:
    """A file without leads and days without leads are not the same, and neither asks for a sync."""
    path = tmp_path / "leads.csv"
    path.write_text(f"lead_id,created_at\n{rows}", encoding="utf-8")
    answer = type_command("report", "funnel", "--history", str(path), *words)
    assert (answer.code, said in answer.out, "connector sync" in answer.out) == (0, True, False), answer.said


def opportunity(number: int, stage: str, **said: object) -> dict[str, object]:
    """An opportunity opened in the middle of January."""
    made = {"Id": f"0065g00000Fun{number:02}AAA"[:18], "Name": f"D{number}", "CloseDate": "2026-03-01"}
    return {**made, "StageName": stage, "CreatedDate": "2026-01-15T00:00:00.000+0000", **said}


def moved(number: int, stage: str, at: str, category: str = "Pipeline") -> dict[str, object]:
    """A row of the CRM's own history."""
    deal = opportunity(number, stage)["Id"]
    stamp = f"{at}T00:00:00.000+0000"
    return {
        "OpportunityId": deal,
        "StageName": stage,
        "CreatedDate": stamp,
        "SystemModstamp": stamp,
        "ForecastCategory": category,
    }


def led(number: int, **said: object) -> dict[str, object]:
    """A lead of the beginning of January."""
    created = {"CreatedDate": "2026-01-01T00:00:00.000+0000", "LeadSource": "Web"}
    return {"LastName": f"L{number}", "Company": f"C{number}", "Industry": "Energy", **created, **said}


@pytest.fixture
def crm(folder: Folder) -> Folder:
    """A CRM with a lead that became a won deal, one whose deal stands in the first stage, and one untouched."""
    became = {
        number: {
            "IsConverted": True,
            "ConvertedOpportunityId": opportunity(number, "")["Id"],
            "ConvertedDate": "2026-01-15",
        }
        for number in (1, 2)
    }
    world = {
        "Opportunity": [
            opportunity(1, "Closed Won", Amount=500),
            opportunity(2, "Prospecting", Amount=70),
            opportunity(3, "Prospecting"),
        ],
        "OpportunityHistory": [
            moved(1, "Prospecting", "2026-01-15"),
            moved(1, "Qualification", "2026-01-20"),
            moved(1, "Closed Won", "2026-02-10", "Closed"),
            moved(2, "Prospecting", "2026-01-15"),
        ],
        "Lead": [led(1, **became[1]), led(2, **became[2]), led(3)],
    }
    control(folder.sandbox.base_url, "load", {"salesforce": world})
    return folder


def test_crm_is_read_with_its_own_history(crm: Folder) -> None:
    """Leads, what they became, and when: SQL and won are the instants that the CRM's history tells."""
    answer = crm.type("report", "funnel", "--from", "salesforce", "--json")
    assert answer.code == 0, answer.said
    found = answer.json
    assert found["counts"] == {"lead": 3, "mql": 0, "srl": 2, "sql": 1, "won": 1, "lost": 0}
    velocity = {leg: found["velocity_days"][leg]["median"] for leg in ("srl_to_sql", "sql_to_won", "created_to_won")}
    assert velocity == {"srl_to_sql": 5, "sql_to_won": 21, "created_to_won": 40}
    assert (found["value"], found["pipeline"]["unqualified"]["value"]) == (500, 70)
    assert found["rates"]["mql_to_srl"]["value"] is None
    assert {time["origin"] for time in found["time_in_stage"] if time["stage"] == "SQL"} == {"history"}
    assert any("1 opportunity came from no lead" in note for note in found["notes"])


def test_reason_in_a_crm_is_told_by_its_code(crm: Folder) -> None:
    """What we wrote as the policy's sentence is counted under its code; a person's own words stay as they are."""
    closed = {"Status": "Closed - Not Converted"}
    ours = {**closed, "Disqualification_Reason__c": "The lead holds no real person or company."}
    crm.load(led(4, **ours), led(5, **closed, Disqualification_Reason__c="too small"))
    answer = crm.type("report", "funnel", "--from", "salesforce", "--json")
    assert answer.json["reasons"]["disqualified"] == {"junk": 1, "too small": 1}


def test_deal_in_a_crm_tells_new_business(crm: Folder) -> None:
    """The type of the opportunity says whether the customer is new, whatever the account is."""
    control(
        crm.sandbox.base_url,
        "load",
        {"salesforce": {"Opportunity": [{**opportunity(9, "Prospecting"), "Type": "Existing Customer - Upgrade"}]}},
    )
    crm.load(led(9, IsConverted=True, ConvertedOpportunityId=opportunity(9, "")["Id"], ConvertedDate="2026-01-15"))
    answer = crm.type("report", "funnel", "--from", "salesforce", "--by", "customer", "--json")
    assert {name: one["counts"]["lead"] for name, one in answer.json["by"]["customer"].items()} == {
        "existing": 1,
        "new": 3,
    }


def test_crm_without_leads_is_told(folder: Folder) -> None:
    """Straight from an empty CRM there is nothing to report, and the command says what to do."""
    answer = folder.type("report", "funnel", "--from", "salesforce")
    assert answer.code == 0, answer.said
    assert "salesforce holds no leads yet" in answer.out


@pytest.mark.parametrize(("name", "said"), [("inbox", "is a folder of files"), ("elsewhere", "is no connection")])
def test_what_is_no_crm_is_refused(folder: Folder, name: str, said: str) -> None:
    """--from names a CRM of the project; what is none is told with those that are."""
    answer = folder.type("report", "funnel", "--from", name)
    assert answer.code == 2
    assert said in answer.err
    assert "salesforce, sugarcrm, suitecrm" in answer.err
