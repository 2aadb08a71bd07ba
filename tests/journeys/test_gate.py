"""The error budget: blind reviews that disagree close automatic conversion, and a person opens it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.cli.crm_checks import Check
from connector.cli.doctor import checks_of_gates
from connector.config import load_config
from connector.pipeline import RouteResult
from connector.pipeline.gate import daily_allowance, open_gates
from connector.sandbox import Sandbox
from connector.wiring import Silence, open_house
from tests.journeys.judging import events, planned, reviews
from tests.journeys.project import Project

HOT = {"Title": "CEO", "Industry": "Technology", "NumberOfEmployees": 800, "Requested_Action__c": "Demo"}
FIRMS = ("Okafor Looms", "Nordvik Marine", "Basalt Fabrication", "Tidewater Yards", "Quillfeather Press")
MORE = ("Umber Kilns", "Zephyr Turbines", "Ironwood Cranes")
LATE = "Velvet Foundry"


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """A project whose policy, on probation, has every conversion reviewed blind."""
    made = Project.make(tmp_path / "project", sandbox)
    policy = made.folder / "mappings" / "policy.yaml"
    text = policy.read_text()
    assert "sample_percent: 20" in text
    policy.write_text(text.replace("sample_percent: 20", "sample_percent: 100"))
    return made


def edit(project: Project, old: str, new: str) -> None:
    """Another wording of the policy."""
    policy = project.folder / "mappings" / "policy.yaml"
    text = policy.read_text()
    assert old in text
    policy.write_text(text.replace(old, new, 1))


def hot(company: str) -> dict[str, Any]:
    """A lead that converts at once."""
    domain = company.replace(" ", "").lower()
    return {**HOT, "FirstName": "Cleo", "LastName": company.split()[0], "Company": company, "Email": f"c@{domain}.com"}


def answered(project: Project, word: str) -> list[dict[str, Any]]:
    """Every open sample answered with one word, as the command tells each."""
    numbers = [one["id"] for one in project.run("review", "samples", "--json").json["samples"]]
    words = ("--answer", word, "--by", "Rita", "--json")
    return [project.run("review", "sample", str(number), *words).json for number in numbers]


def closed(project: Project) -> None:
    """Eight conversions of which a person says that each was wrong."""
    project.load(Lead=[hot(company) for company in FIRMS + MORE])
    assert project.sync("salesforce")["routes"][0]["verdicts"]["convert"] == 8
    assert answered(project, "nurture")[-1]["gate"]["state"] == "closed"


def gate_checks(project: Project) -> list[Check]:
    """What the doctor says of gates."""
    with open_house(load_config(project.folder / "connector.yaml")) as house:
        return list(checks_of_gates(house))


def converted(project: Project) -> set[str]:
    """The companies whose leads are converted."""
    return {lead["Company"] for lead in project.dump("Lead") if lead["IsConverted"]}


def test_wrong_answers_close_the_gate(project: Project) -> None:
    """Enough blind answers against it close conversion; people are told once, decide, and open it again."""
    closed(project)
    project.load(Lead=[hot(LATE)])

    told = project.run("sync", "salesforce")

    alert = "policy policy fell back to review: 0 of 7 blind reviews agreed, and 90 % must; connector policy gate"
    assert told.said.count(alert) == 1
    assert LATE not in converted(project)
    assert [one["question"].split(":")[0] for one in reviews(project)] == ["Automatic conversion is closed"]

    again = project.sync("salesforce")["routes"][0]

    assert again["alerts"] == []
    assert [gate["state"] for gate in again["gates"]] == ["closed"]
    assert "is closed since" in project.run("status").said
    assert [(check.name, check.level) for check in gate_checks(project)] == [("gate", "warn")]

    opened = project.run("policy", "gate", "--reopen", "policy", "--by", "Rita", "--why", "junk source cut", "--json")

    assert opened.json["woken"] == 1
    assert opened.json["gates"][0]["state"] == "probation"
    assert [facts["why"].split(":")[0] for _, facts in events(project, "gate reopened")] == ["Rita opened it again"]
    project.sync("salesforce")
    assert LATE in converted(project)
    assert reviews(project) == []


def test_edits_open_no_closed_gate(project: Project) -> None:
    """Neither a sentence nor another threshold opens what was closed; nobody is alerted again, a person opens it."""
    closed(project)
    project.load(Lead=[hot(LATE)])
    assert len(project.sync("salesforce")["routes"][0]["alerts"]) == 1
    edit(project, "label: Demo", "label: Demonstration")
    worded = project.sync("salesforce")["routes"][0]
    assert [(gate["state"], gate["reviewed"]) for gate in worded["gates"]] == [("closed", 7)]
    edit(project, "window_days: 60", "window_days: 50")

    other = project.sync("salesforce")["routes"][0]

    assert [(gate["state"], gate["reviewed"]) for gate in other["gates"]] == [("closed", 0)]
    assert worded["alerts"] == other["alerts"] == []
    assert "opens it" in project.run("policy", "gate").said
    assert LATE not in converted(project)
    assert project.run("policy", "gate", "--reopen", "policy", "--why", "asks count for less long").code == 0
    project.sync("salesforce")
    assert LATE in converted(project)


def test_old_samples_are_told_apart(project: Project) -> None:
    """Samples of a policy that decides no more are left out of what is to be reviewed; an answer says so too."""
    project.load(Lead=[hot(company) for company in MORE])
    project.sync("salesforce")
    edit(project, "label: Demo", "label: Demonstration")
    assert len(project.run("review", "samples", "--json").json["samples"]) == len(MORE)
    edit(project, "window_days: 60", "window_days: 50")

    assert project.run("review", "samples", "--json").json["samples"] == []

    assert project.run("status", "--json").json["samples"] == 0
    assert project.run("review", "samples", "--all").said.count("no longer counts") == len(MORE)
    assert project.run("review", "sample", "1").said.count("no longer counts") == 1
    told = project.run("review", "sample", "1", "--answer", "nurture", "--by", "Rita")
    assert (told.code, told.said.count("no longer counts")) == (0, 1)
    again = project.run("review", "samples", "--all", "--json").json["samples"]
    assert [(one["answer"], one["counts"]) for one in again] == [("nurture", False), (None, False), (None, False)]


def test_reopening_ends_old_samples(project: Project) -> None:
    """What was drawn before a person opened the gate again is asked of nobody: its answers would count for nothing."""
    project.load(Lead=[hot(company) for company in FIRMS + MORE])
    project.sync("salesforce")
    for number in range(1, 8):
        project.run("review", "sample", str(number), "--answer", "nurture", "--by", "Rita")
    assert len(project.run("review", "samples", "--json").json["samples"]) == 1
    project.load(Lead=[hot(LATE)])
    project.run("policy", "gate", "--reopen", "policy", "--why", "junk source cut")
    project.sync("salesforce")
    listed = project.run("review", "samples", "--json").json["samples"]
    assert [one["name"] for one in listed] == [f"Cleo Velvet, {LATE}"]


def test_blind_sheet_tells_no_verdict(project: Project) -> None:
    """Whoever reviews sees the lead as it was known then, and neither verdict nor reasons before the answer."""
    project.load(Lead=[hot(LATE)])
    project.sync("salesforce")
    project.sync("salesforce")  # the lead is converted by now
    listed = project.run("review", "samples", "--json")
    shown = project.run("review", "sample", "1", "--json")

    assert shown.json["values"]["company"] == LATE
    for text in (listed.out, shown.out, project.run("review", "sample", "1").said):
        assert "convert" not in text.replace("--answer convert|attach|review|nurture|disqualify", "")
        assert "hot-and-fit" not in text

    kept = project.run("review", "sample", "1", "--answer", "attach", "--by", "Rita", "--json").json

    assert (kept["agreed"], kept["sample"]["verdict"]) == (True, "convert")
    assert project.run("review", "sample", "1", "--answer", "nurture", "--by", "Rita").code == 2
    assert [facts["answer"] for _, facts in events(project, "blind review")] == ["attach"]


def test_sealed_plan_stops_at_closed_gate(project: Project) -> None:
    """A plan that was sealed while conversion was trusted converts nothing once it is closed; people are asked."""
    project.load(Lead=[hot(company) for company in FIRMS + MORE])
    project.sync("salesforce")
    project.load(Lead=[hot(LATE)])
    file = planned(project)
    assert LATE in file.read_text()
    answered(project, "nurture")

    done = project.run("apply", str(file), "--json")

    assert done.code in (0, 1), done.said
    assert LATE not in converted(project)
    assert len(reviews(project)) == 1
    assert json.loads(done.out)["routes"][0]["alerts"] != []


def test_sampled_once_per_version(project: Project) -> None:
    """A lead that is decided again under the same policy is not drawn again; a dry run draws nothing."""
    project.load(Lead=[hot(LATE)])
    project.run("sync", "salesforce", "--dry-run")
    assert project.run("review", "samples", "--json").json["samples"] == []

    project.sync("salesforce")
    project.sync("salesforce")

    assert len(project.run("review", "samples", "--all", "--json").json["samples"]) == 1


def test_probation_allows_some_a_day(project: Project) -> None:
    """What a policy on probation has converted within a day is taken from its allowance; without one there is none."""
    project.load(Lead=[hot(company) for company in MORE])
    project.sync("salesforce")
    with open_house(load_config(project.folder / "connector.yaml")) as house:
        route = house.route("salesforce", Silence())
        assert daily_allowance(route, "policy") is None
        open_gates(route, RouteResult(route.name), final=False)
        assert daily_allowance(route, "policy") == 1000 - len(MORE)
        assert daily_allowance(route, "other") is None


def test_policy_without_budget_has_no_gate(project: Project) -> None:
    """Where the budget is taken out of the policy its gate is told of no more, and nothing holds conversion back."""
    closed(project)
    policy = project.folder / "mappings" / "policy.yaml"
    head, _, rest = policy.read_text().partition("error_budget:")
    policy.write_text(head + rest.partition("\n\n")[2])
    project.load(Lead=[hot(LATE)])

    assert project.sync("salesforce")["routes"][0]["gates"] == []

    assert LATE in converted(project)
    assert project.run("status", "--json").json["gates"] == []
    assert project.run("policy", "gate", "--json").json["gates"][0]["budget"] is None
