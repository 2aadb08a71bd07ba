"""Several policies on one route: each lead is decided by the first that is for it, with gates of its own."""

from __future__ import annotations

from tests.builders import demo_lead

from .project import Project

DACH = "mappings/policy-dach.yaml"
POLICY = "mappings/policy.yaml"
HEAD = "name: dach\napplies: {says: German-speaking countries., when: {field: country, in: [DE, AT, CH]}}\n"


def side_by_side(project: Project) -> None:
    """A second policy for some countries, which lets nobody convert without a person's word."""
    text = (project.folder / POLICY).read_text(encoding="utf-8")
    stricter = text.replace("convert: sampled(5 %)", "convert: human")
    (project.folder / DACH).write_text(HEAD + stricter, encoding="utf-8")
    route = "    target: salesforce\n"
    project.edit("connector.yaml", route, f"{route}    policy: [{DACH}, {POLICY}]\n")


def test_first_policy_that_applies_decides(project: Project) -> None:
    """Two like leads of two countries are decided by two policies, and `explain` names the one that decided."""
    side_by_side(project)
    leads = [
        demo_lead(1, "Ada", "Okafor", "Amber Looms", Country="Germany"),
        demo_lead(2, "Bo", "Tessmer", "Brick Foundry", Country="France"),
    ]
    project.load({"Lead": leads})
    route = project.sync().route
    assert (route["verdicts"]["review"], route["verdicts"]["convert"]) == (1, 1)
    told = {n: project.run("explain", f"00Q5g000000000{n}").json["decision"] for n in (1, 2)}
    assert (told[1]["policy"], told[1]["reasons"][0]["code"]) == ("dach", "needs-confirmation")
    assert (told[2]["policy"], told[2]["verdict"]) == ("policy", "convert")
    assert {gate["policy"] for gate in route["gates"]} == {"dach", "policy"}


def test_edit_of_one_decides_its_leads_anew(project: Project) -> None:
    """An edit of a policy takes up the open leads, and what it says now is carried out."""
    side_by_side(project)
    project.load({"Lead": [demo_lead(1, "Ada", "Okafor", "Amber Looms", Country="Germany")]})
    assert project.sync().route["verdicts"]["review"] == 1
    project.edit(DACH, "convert: human", "convert: auto")
    route = project.sync().route
    assert route["redecided"]["convert"] == 1
    assert [row["IsConverted"] for row in project.dump("Lead")] == [True]
