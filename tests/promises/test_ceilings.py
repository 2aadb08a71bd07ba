"""Ceilings and owners: what a policy allows in one run and an hour, and whose turn it is to own what is made."""

from __future__ import annotations

from typing import Any

from connector.config import load_config
from connector.pipeline.ceilings import Ceilings
from connector.wiring import Silence, open_house
from tests.builders import demo_lead, lead

from .project import Answer, Project

POLICY = "mappings/policy.yaml"
ANN, BEN = "0055g0000000001AAA", "0055g0000000002AAA"
QUEUE = "00G5g00000QqQqQEAV"
EVERYBODY = """\
  - name: everybody
    says: All convert.
    when: {field: company, not_empty: true}
    verdict: convert
"""
COMPANIES = ("Amber Looms", "Brick Foundry", "Copper Lane", "Delta Freight", "Ember Glass", "Fjord Systems")
PEOPLE = ("Okafor", "Tessmer", "Umbra", "Lindqvist", "Brandvik", "Caldero")


def new_leads(first: int, last: int, **fields: object) -> dict[str, list[dict[str, Any]]]:
    """Leads of companies of their own that convert at once."""
    return {"Lead": [demo_lead(n, "Ada", PEOPLE[n - 1], COMPANIES[n - 1], **fields) for n in range(first, last + 1)]}


def limit(project: Project, name: str, most: int) -> None:
    """Set one ceiling of the starter policy."""
    project.edit(POLICY, f"{name}: 5000", f"{name}: {most}")


def owners(project: Project) -> None:
    """Let Ann and Ben take turns."""
    project.edit(POLICY, "  owners: []", f"  owners: [{{name: all, one_of: ['{ANN}', '{BEN}']}}]")
    users = [
        {"Id": user, "LastName": user, "Username": f"{user}@example.test", "IsActive": True} for user in (ANN, BEN)
    ]
    project.load({"User": users})


def converted(project: Project) -> list[str]:
    """Companies of the leads that are converted, in order."""
    return sorted(row["Company"] for row in project.dump("Lead") if row["IsConverted"])


def held(answer: Answer) -> dict[str, int]:
    """How many conversions each ceiling holds back."""
    return {one["ceiling"]: one["leads"] for one in answer.route["held_back"]}


def test_run_stops_at_its_ceiling(project: Project) -> None:
    """A lead above it keeps its verdict, waits without an error, and goes before younger ones in the next run."""
    limit(project, "conversions_per_run", 2)
    project.load(new_leads(1, 3))
    first = project.sync()
    assert (first.code, first.json["status"], held(first)) == (0, "done", {"conversions_per_run": 1})
    assert first.route["verdicts"]["convert"] == first.route["pulled"] == 3
    assert converted(project) == list(COMPANIES[:2])
    project.load(new_leads(4, 5))
    second = project.sync()
    assert (second.route["pulled"], held(second)) == (2, {"conversions_per_run": 1})
    assert converted(project) == list(COMPANIES[:4])
    assert "held back by the ceiling conversions_per_run (2) of policy policy" in second.err
    assert project.sync().route["held_back"] == []
    assert converted(project) == list(COMPANIES[:5])


def test_hour_counts_over_runs(project: Project) -> None:
    """What an earlier run of the hour made counts; once the hour is over the others go."""
    limit(project, "new_accounts_per_hour", 2)
    project.load(new_leads(1, 2))
    assert project.sync().route["held_back"] == []
    project.load({"Lead": [demo_lead(7, "Bob", "Tandy", "Amber Looms"), *new_leads(3, 3)["Lead"]]})
    assert held(project.sync()) == {"new_accounts_per_hour": 1}
    assert converted(project) == ["Amber Looms", "Amber Looms", "Brick Foundry"]
    project.advance(3700)
    assert project.sync().route["held_back"] == []
    assert "Copper Lane" in converted(project)


def test_lowered_ceiling_blames_no_run(project: Project) -> None:
    """What was made under a higher ceiling leaves no room under a lower one, and is not called too much."""
    project.load(new_leads(1, 2))
    assert project.sync().code == 0
    limit(project, "new_accounts_per_hour", 1)
    project.load({"Lead": [demo_lead(7, "Bob", "Tandy", "Amber Looms"), *new_leads(3, 3)["Lead"]]})
    lowered = project.sync()
    assert (lowered.code, lowered.route["invariants"]["broken"], held(lowered)) == (0, [], {"new_accounts_per_hour": 1})
    assert converted(project) == ["Amber Looms", "Amber Looms", "Brick Foundry"]


def test_run_above_its_ceiling_is_told(project: Project) -> None:
    """Accounts that are made during a run above the ceiling that it read are found in the journal afterwards."""
    project.load(new_leads(1, 1))
    assert project.sync().code == 0
    limit(project, "new_accounts_per_hour", 1)
    with open_house(load_config(project.folder / "connector.yaml")) as house:
        ceilings = Ceilings(house.route("salesforce", Silence()))
        assert list(ceilings.exceeded()) == []
        project.edit(POLICY, "new_accounts_per_hour: 1", "new_accounts_per_hour: 5000")
        project.load(new_leads(2, 2))
        assert project.sync().code == 0
        assert [one.what for one in ceilings.exceeded()] == ["2 accounts within the hour, and policy policy allows 1"]


def test_held_back_leads_are_not_sampled(project: Project) -> None:
    """Only what is converted is reviewed blind; a lead that waits above a ceiling is drawn once it goes."""
    limit(project, "conversions_per_run", 1)
    project.edit(POLICY, "sample_percent: 20", "sample_percent: 100")
    project.load(new_leads(1, 3))
    for done in (1, 2, 3):
        project.sync()
        assert (len(converted(project)), project.rows("SELECT count(*) FROM samples")) == (done, [(done,)])


def test_sealed_conversions_are_sampled(project: Project) -> None:
    """What the first plan of a policy carries out is evidence too, though it was decided before."""
    project.edit(POLICY, "sample_percent: 20", "sample_percent: 100")
    project.load(new_leads(1, 2))
    file = project.folder / "plan.json"
    assert project.run("plan", "salesforce", "-o", str(file)).code == 0
    project.advance(60)
    assert project.run("apply", str(file)).code == 0
    assert [one["counts"] for one in project.run("review", "samples").json["samples"]] == [True, True]


def test_ready_leads_go_first(project: Project) -> None:
    """A lead that is ready for sales goes before one that came earlier and is not."""
    limit(project, "conversions_per_run", 1)
    project.edit(POLICY, "  - name: unproven-company", f"{EVERYBODY}  - name: unproven-company")
    project.load({"Lead": [lead(1, "Ada", "Okafor", "Amber Looms"), demo_lead(2, "Bo", "Tessmer", "Brick Foundry")]})
    assert held(project.sync()) == {"conversions_per_run": 1}
    assert converted(project) == ["Brick Foundry"]


def test_colleague_waits_for_its_leader(project: Project) -> None:
    """Where one lead of a new company goes and the other is held back, that one joins its opportunity later."""
    limit(project, "conversions_per_run", 1)
    project.load({"Lead": [demo_lead(1, "Ada", "Marsh", "Amber Looms"), demo_lead(2, "Bob", "Tandy", "Amber Looms")]})
    assert held(project.sync()) == {"conversions_per_run": 1}
    assert held(project.sync()) == {}
    assert [len(project.dump(name)) for name in ("Account", "Contact", "Opportunity")] == [1, 2, 1]


def test_sealed_plan_obeys_too(project: Project) -> None:
    """A plan that was sealed under no ceiling is held back by one that another run has reached meanwhile."""
    limit(project, "conversions_per_hour", 3)
    project.load(new_leads(1, 4))
    file = project.folder / "plan.json"
    planned = project.run("plan", "salesforce", "-o", str(file))
    assert planned.json["held_back"][0]["leads"] == 1
    assert "1 conversion is held back by the ceiling conversions_per_hour (3)" in planned.err
    project.edit(POLICY, "conversions_per_hour: 3", "conversions_per_hour: 2")
    applied = project.run("apply", str(file))
    assert held(applied) == {"conversions_per_hour": 1}
    assert len(converted(project)) == 2


def test_owners_take_turns(project: Project) -> None:
    """New companies go to the policy's owners in turn; a dry run shows whose turn it is and uses up none."""
    owners(project)
    project.load(new_leads(1, 3))
    planned = project.run("plan", "salesforce").json["plan"]["leads"]
    foreseen = [step["terms"]["owner_id"] for one in planned for step in one["steps"] if step["action"] == "convert"]
    assert foreseen == [ANN, BEN, ANN]
    assert project.rows("SELECT count(*) FROM owner_turns") == [(0,)]
    assert project.sync().code == 0
    kept = {row["Name"]: row["OwnerId"] for row in project.dump("Account")}
    assert kept == dict(zip(COMPANIES[:3], foreseen, strict=True))
    assert [row["OwnerId"] for row in project.dump("Opportunity")] == foreseen
    assert sorted(turn for (turn,) in project.rows("SELECT turn FROM owner_turns")) == [0, 1, 2]


def test_sealed_followers_use_up_no_turn(project: Project) -> None:
    """Of a plan, too, a lead that joins another one's company leaves the turn to the next company."""
    owners(project)
    pair = [demo_lead(1, "Ada", "Marsh", "Amber Looms"), demo_lead(2, "Bob", "Tandy", "Amber Looms")]
    project.load({"Lead": [*pair, demo_lead(3, "Cyd", "Umbra", "Brick Foundry")]})
    file = project.folder / "plan.json"
    assert project.run("plan", "salesforce", "-o", str(file)).code == 0
    assert project.run("apply", str(file)).code == 0
    project.load({"Lead": [demo_lead(4, "Dee", "Brandvik", "Copper Lane")]})
    assert project.sync().code == 0
    assert [row["OwnerId"] for row in project.dump("Account")] == [ANN, BEN, ANN]


def test_queue_owned_lead_converts_with_policys_owner(project: Project) -> None:
    """A lead in a queue needs no review where the policy says who owns what it becomes; its colleague follows it."""
    owners(project)
    people = [("Ada", "Marsh"), ("Bob", "Tandy")]
    project.load({"Lead": [demo_lead(n, *name, "Amber Looms", OwnerId=QUEUE) for n, name in enumerate(people, 1)]})
    assert project.sync().route["verdicts"]["convert"] == 2
    assert {row["OwnerId"] for name in ("Account", "Contact", "Opportunity") for row in project.dump(name)} == {ANN}
