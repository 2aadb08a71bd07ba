"""What stands still, what was done, and the funnel of a project, after a first sync."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reports.test_page import read

from .terminal import Folder

GOOD = {
    "FirstName": "Ann",
    "LastName": "Lee",
    "Company": "Abbott Insurance",
    "Title": "CFO",
    "Industry": "Insurance",
    "NumberOfEmployees": 1200,
    "AnnualRevenue": 180000000,
    "Country": "USA",
    "LeadSource": "Web",
}


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, sandbox_server: object) -> Folder:
    """A project that has synced three leads: an early conversion, one on BANT, one that nobody wants."""
    sandbox_server.reset("empty")  # type: ignore[attr-defined]
    folder = Folder.make(tmp_path_factory.mktemp("reports") / "project", sandbox_server)  # type: ignore[arg-type]
    bant = dict.fromkeys(("Budget__c", "Authority__c", "Need__c", "Timeframe__c"), "Yes")
    folder.load(
        {**GOOD, "Email": "alee@abbottins.example.net", "Requested_Action__c": "Demo"},
        {**GOOD, **bant, "LastName": "Roe", "Company": "Roe Machines", "Email": "roe@roemachines.example.net"},
        {"LastName": "Test", "Company": "Test", "Email": "test@test.example.net"},
    )
    answer = folder.type("sync", "salesforce")
    assert answer.code in (0, 1), answer.said
    return folder


def test_funnel_of_the_state(synced: Folder) -> None:
    """The leads of the project's routes, by the stages that the policy decided."""
    answer = synced.type("report", "funnel", "--json", "--route", "salesforce")
    assert answer.code == 0, answer.said
    assert answer.json["counts"]["lead"] == 3
    assert answer.json["counts"]["srl"] == 2
    assert answer.json["by"]["motion"]["hunter"]["counts"]["srl"] == 2
    assert answer.json["anomalies"] == []


def test_conversions_tell_what_was_done(synced: Folder, tmp_path: Path) -> None:
    """What was decided by row, what of it was carried out, and the early ones apart from those on BANT."""
    page, table = tmp_path / "c.html", tmp_path / "c.csv"
    answer = synced.type("report", "conversions", "--json", "--html", str(page), "--csv", str(table))
    assert answer.code == 0, answer.said
    done = {(one["verdict"], one["rule"]): one["carried_out"] for one in answer.json["done"]}
    assert done["convert", "early-conversion"] == 1
    assert done["convert", "bant-met"] == 1
    assert [count for (verdict, _), count in done.items() if verdict == "disqualify"] == [1]
    assert [answer.json["fared"][kind]["converted"] for kind in ("early", "bant", "without")] == [1, 1, 0]
    assert "early-conversion" in read(page.read_text("utf-8")).words
    assert "carried out" in table.read_text("utf-8")


def test_stagnant_tells_what_waits(synced: Folder, tmp_path: Path) -> None:
    """Nothing has waited yet; a year later the same records are quiet, and nothing else has changed."""
    page = tmp_path / "s.html"
    now = synced.type("report", "stagnant", "--json", "--html", str(page))
    assert now.code == 0, now.said
    assert [now.json[name]["count"] for name in ("leads", "accounts", "contacts")] == [0, 0, 0]
    later = synced.type("report", "stagnant", "--json", "--as-of", "2099-01-01", "--top", "1")
    assert (
        later.json["accounts"]["count"]
        == synced.ask("SELECT count(*) FROM directory WHERE kind = 'account' AND gone = 0")[0][0]
    )
    assert len(later.json["accounts"]["longest"]) <= 1
    assert "What stands still" in read(page.read_text("utf-8")).words


def test_words_come_without_forms(synced: Folder) -> None:
    """Each report tells its tables to people."""
    assert "Funnel\nstage\tleads" in synced.type("report", "funnel").out
    assert "early-conversion\t1\t1" in synced.type("report", "conversions").out
    assert "leads past an SLA\t0" in synced.type("report", "stagnant").out


@pytest.mark.parametrize("name", ["funnel", "conversions", "stagnant"])
def test_wrong_route_is_told(synced: Folder, name: str) -> None:
    """A route that was typed wrongly is told, with those that there are."""
    answer = synced.type("report", name, "--route", "salesfroce")
    assert answer.code in (2, 78)
    assert "salesfroce" in answer.err


@pytest.mark.parametrize(
    ("name", "said"),
    [("funnel", "no leads yet"), ("conversions", "nothing was decided"), ("stagnant", "no stages of opportunities")],
)
def test_empty_project_is_told_what_to_do(folder: Folder, name: str, said: str) -> None:
    """Before the first sync each report says so, and what to type."""
    answer = folder.type("report", name)
    assert answer.code == 0, answer.said
    assert said in answer.out
    assert "connector sync" in answer.out
