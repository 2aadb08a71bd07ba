"""No story of the demo world ends wrong: judged by what stands in the CRM, not by our own state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from connector.sandbox import Sandbox
from tests.journeys.project import Project

STORIES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("stories.yaml"))["stories"]
BY_NAME = {story["name"]: story for story in STORIES}
NO_VERDICT = "none"


class Ending:
    """The demo world before and after one sync of the in-place route."""

    def __init__(self, project: Project) -> None:
        """Look, sync, look again."""
        self.project = project
        self.before = {r["Id"]: r for name in ("Account", "Contact") for r in project.dump(name)}
        converting = next(s["lead"] for s in STORIES if s["name"] == "converted-meanwhile")
        project.faults(
            {
                "operation": "convertLead",
                "nth": 1,
                "action": "convert_elsewhere",
                "when": "before",
                "dialect": "salesforce",
                "object": "Lead",
                "id": converting,
            }
        )
        self.result = project.sync("salesforce")
        self.leads = {r["Id"]: r for r in project.dump("Lead")}
        self.contacts = {r["Id"]: r for r in project.dump("Contact")}
        self.accounts = {r["Id"]: r for r in project.dump("Account")}
        self.reviews = project.run("review", "list", "--json").json["reviews"]

    def verdict(self, lead: str) -> dict[str, Any]:
        """What ``explain`` says was decided."""
        found: dict[str, Any] = self.project.run("explain", lead, "--json").json["decision"]
        return found

    def friends(self, story: dict[str, Any]) -> set[str]:
        """Leads that a story puts on one account: colleagues, and duplicates of one person."""
        names = {story["name"], *story["expect"].get("shares_account_with", [])}
        names |= {s["name"] for s in STORIES if names & set(s["expect"].get("shares_account_with", []))}
        return {BY_NAME[name]["lead"] for name in names}


@pytest.fixture(scope="module")
def ending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ending]:
    """One sync of the demo world, shared by every story."""
    with Sandbox("demo") as sandbox:
        yield Ending(Project.make(tmp_path_factory.mktemp("demo") / "project", sandbox))


def stories(*verdicts: str) -> pytest.MarkDecorator:
    """Parametrise over the stories that expect one of *verdicts* (all when none is named)."""
    wanted = [s for s in STORIES if not verdicts or s["expect"]["verdict"] in verdicts]
    return pytest.mark.parametrize("story", wanted, ids=[s["name"] for s in wanted])


@stories("convert", "attach", "review", "nurture", "disqualify")
def test_verdict_is_the_expected_one(ending: Ending, story: dict[str, Any]) -> None:
    """Each lead gets the verdict that its story asks for, with a reason."""
    decision = ending.verdict(story["lead"])
    assert decision["verdict"] == story["expect"]["verdict"], decision
    assert decision["reasons"]


@stories()
def test_lead_stands_as_told(ending: Ending, story: dict[str, Any]) -> None:
    """The lead's fields in the CRM are those that the story tells."""
    lead = ending.leads[story["lead"]]
    for name, wanted in story.get("after", {}).items():
        if name == "contact":
            continue
        if wanted == "<filled>":
            assert lead[name], name
        else:
            assert lead[name] == wanted, name


@stories("convert", "attach")
def test_target_is_the_expected_one(ending: Ending, story: dict[str, Any]) -> None:
    """Account, contact and opportunity are the known ones, or new ones, as the story tells."""
    lead, expect = ending.leads[story["lead"]], story["expect"]
    for role, field in (("account", "ConvertedAccountId"), ("contact", "ConvertedContactId")):
        wanted = expect.get(role, "new")
        if wanted == "new":
            assert lead[field] not in ending.before, f"{role} {lead[field]} stood before"
        else:
            assert lead[field] == wanted, role
    if "opportunity" in expect:
        assert bool(lead["ConvertedOpportunityId"]) is expect["opportunity"]


@stories("convert", "attach")
def test_company_is_shared_as_told(ending: Ending, story: dict[str, Any]) -> None:
    """People of one new company share one account; nobody else does."""
    lead, expect = ending.leads[story["lead"]], story["expect"]
    for name in expect.get("shares_account_with", []):
        assert lead["ConvertedAccountId"] == ending.leads[BY_NAME[name]["lead"]]["ConvertedAccountId"]
    if expect.get("account") == "new":
        sharing = {i for i, r in ending.leads.items() if r["ConvertedAccountId"] == lead["ConvertedAccountId"]}
        assert sharing <= ending.friends(story), [ending.leads[i]["Company"] for i in sharing]


@stories("attach")
def test_contact_is_shared_as_told(ending: Ending, story: dict[str, Any]) -> None:
    """A duplicate becomes the same contact as its survivor."""
    other = story["expect"].get("same_contact_as")
    if other is not None:
        survivor = ending.leads[BY_NAME[other]["lead"]]
        assert ending.leads[story["lead"]]["ConvertedContactId"] == survivor["ConvertedContactId"]


@stories("convert", "attach")
def test_contact_holds_what_the_story_tells(ending: Ending, story: dict[str, Any]) -> None:
    """What the lead knew about the person survives into the contact, consent above all."""
    contact = ending.contacts[ending.leads[story["lead"]]["ConvertedContactId"]]
    for name, wanted in story.get("after", {}).get("contact", {}).items():
        assert contact[name] == wanted, name


@stories("review")
def test_review_offers_the_candidates(ending: Ending, story: dict[str, Any]) -> None:
    """A person is asked, with the candidates at hand; a duplicate opens no second question."""
    mine = [review for review in ending.reviews if review["lead"]["id"] == story["lead"]]
    survivor = BY_NAME.get(story["expect"].get("duplicate_of", ""))
    if survivor is not None and survivor["expect"]["verdict"] == "review":
        assert mine == []
        return
    offered = {candidate["record"]["id"] for candidate in mine[0]["candidates"]}
    assert set(story["expect"].get("candidates", [])) <= offered


def test_known_records_keep_what_they_held(ending: Ending) -> None:
    """No filled field of an account or contact that stood before is changed by a conversion."""
    after = {**ending.accounts, **ending.contacts}
    moving = {"SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastActivityDate"}
    consent = {"HasOptedOutOfEmail", "DoNotCall", "HasOptedOutOfFax"}
    for record_id, before in ending.before.items():
        changed = {
            name: (value, after[record_id][name])
            for name, value in before.items()
            if value not in (None, "") and name not in moving | consent and after[record_id][name] != value
        }
        assert changed == {}, record_id


def test_every_open_lead_has_a_verdict(ending: Ending) -> None:
    """Verdicts sum to the leads pulled, less the dead letters; nothing is parked."""
    route = ending.result["routes"][0]
    expected = sum(1 for story in STORIES if story["expect"]["verdict"] != NO_VERDICT)
    assert route["dead_letters"] == 0
    assert sum(route["verdicts"].values()) == route["pulled"] >= expected
    assert sum(route["linkage"].values()) == route["pulled"]


def test_second_sync_writes_nothing(ending: Ending) -> None:
    """What was done is not done again."""
    before = ending.project.writes()
    ending.project.sync("salesforce")
    assert ending.project.writes() == before
