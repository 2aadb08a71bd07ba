"""No story of the demo world ends wrong: judged by what stands in each CRM, not by our own state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from connector.sandbox import Sandbox
from tests.journeys.crms import CRMS, SALESFORCE, Crm
from tests.journeys.project import Project

NO_VERDICT = "none"
Story = dict[str, Any]


def stories_of(crm: Crm) -> list[Story]:
    """What ought to become of every lead of one CRM's demo world."""
    found: list[Story] = YAML(typ="safe").load(Path(__file__).with_name(crm.stories))["stories"]
    return found


STORIES = {crm.name: stories_of(crm) for crm in CRMS}
BY_NAME = {name: {story["name"]: story for story in told} for name, told in STORIES.items()}


class Ending:
    """One CRM's demo world before and after one sync of its route in place."""

    def __init__(self, project: Project, crm: Crm) -> None:
        """Look, sync, look again."""
        self.project, self.crm = project, crm
        self.before = {**self._rows(crm.account), **self._rows(crm.contact)}
        if crm is SALESFORCE:
            project.faults(_converted_meanwhile())
        self.result = project.sync(crm.name)
        self.leads, self.contacts, self.accounts = map(self._rows, (crm.lead, crm.contact, crm.account))
        self.reviews = project.run("review", "list", "--json").json["reviews"]

    def _rows(self, object_name: str) -> dict[str, dict[str, Any]]:
        return {row[self.crm.id]: row for row in self.project.dump(object_name, self.crm.name)}

    def verdict(self, lead: str) -> dict[str, Any]:
        """What ``explain`` says was decided."""
        found: dict[str, Any] = self.project.run("explain", lead, "--json").json["decision"]
        return found

    def friends(self, story: dict[str, Any]) -> set[str]:
        """Leads that a story puts on one account: colleagues, and duplicates of one person."""
        names = {story["name"], *story["expect"].get("shares_account_with", [])}
        told = STORIES[self.crm.name]
        names |= {s["name"] for s in told if names & set(s["expect"].get("shares_account_with", []))}
        return {self.lead_of(name)[self.crm.id] for name in names}

    def lead_of(self, name: str) -> dict[str, Any]:
        """The lead of another story."""
        return self.leads[BY_NAME[self.crm.name][name]["lead"]]


def _converted_meanwhile() -> dict[str, object]:
    """A person converts one lead while our conversion of it is on its way."""
    lead = BY_NAME[SALESFORCE.name]["converted-meanwhile"]["lead"]
    door = {"action": "convert_elsewhere", "when": "before", "dialect": "salesforce", "object": "Lead", "id": lead}
    return {"operation": "convertLead", "nth": 1, **door}


@pytest.fixture(scope="module")
def endings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Crm], Ending]]:
    """One sync of each CRM's demo world, shared by every story of it."""
    made: dict[str, Ending] = {}
    with ExitStack() as stack:

        def of(crm: Crm) -> Ending:
            if crm.name not in made:
                sandbox = stack.enter_context(Sandbox("demo"))
                made[crm.name] = Ending(Project.make(tmp_path_factory.mktemp(crm.name) / "project", sandbox), crm)
            return made[crm.name]

        yield of


@pytest.fixture
def ending(endings: Callable[[Crm], Ending], crm: Crm) -> Ending:
    """The ending of the CRM at hand."""
    return endings(crm)


def stories(*verdicts: str) -> pytest.MarkDecorator:
    """Parametrise over every CRM's stories that expect one of *verdicts* (all when none is named)."""
    wanted = [(c, s) for c in CRMS for s in STORIES[c.name] if not verdicts or s["expect"]["verdict"] in verdicts]
    return pytest.mark.parametrize(("crm", "story"), wanted, ids=[f"{c.name}-{s['name']}" for c, s in wanted])


every_crm = pytest.mark.parametrize("crm", CRMS, ids=[crm.name for crm in CRMS])


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
        assert ending.crm.shows(lead, name, wanted), (name, lead.get(name))


@stories("convert", "attach")
def test_target_is_the_expected_one(ending: Ending, story: dict[str, Any]) -> None:
    """Account, contact and opportunity are the known ones, or new ones, as the story tells."""
    lead, expect = ending.leads[story["lead"]], story["expect"]
    for role, field in (("account", ending.crm.account_id), ("contact", ending.crm.contact_id)):
        wanted = expect.get(role, "new")
        if wanted == "new":
            assert lead[field] not in ending.before, f"{role} {lead[field]} stood before"
        else:
            assert lead[field] == wanted, role
    if "opportunity" in expect:
        assert bool(lead[ending.crm.opportunity_id]) is expect["opportunity"]


@stories("convert", "attach")
def test_company_is_shared_as_told(ending: Ending, story: dict[str, Any]) -> None:
    """People of one new company share one account; nobody else does."""
    lead, expect = ending.leads[story["lead"]], story["expect"]
    field = ending.crm.account_id
    for name in expect.get("shares_account_with", []):
        assert lead[field] == ending.lead_of(name)[field]
    if expect.get("account") == "new":
        assert {i for i, r in ending.leads.items() if r[field] == lead[field]} <= ending.friends(story)


@stories("attach")
def test_contact_is_shared_as_told(ending: Ending, story: dict[str, Any]) -> None:
    """A duplicate becomes the same contact as its survivor."""
    other = story["expect"].get("same_contact_as")
    if other is not None:
        field = ending.crm.contact_id
        assert ending.leads[story["lead"]][field] == ending.lead_of(other)[field]


@stories("convert", "attach")
def test_contact_holds_what_the_story_tells(ending: Ending, story: dict[str, Any]) -> None:
    """What the lead knew about the person survives into the contact, consent above all."""
    contact = ending.contacts[ending.leads[story["lead"]][ending.crm.contact_id]]
    for name, wanted in story.get("after", {}).get("contact", {}).items():
        assert ending.crm.shows(contact, name, wanted), (name, contact.get(name))


@stories("review")
def test_review_offers_the_candidates(ending: Ending, story: dict[str, Any]) -> None:
    """A person is asked, with the candidates at hand; a duplicate opens no second question."""
    mine = [review for review in ending.reviews if review["lead"]["id"] == story["lead"]]
    survivor = BY_NAME[ending.crm.name].get(story["expect"].get("duplicate_of", ""))
    if survivor is not None and survivor["expect"]["verdict"] == "review":
        assert mine == []
        return
    offered = {candidate["record"]["id"] for candidate in mine[0]["candidates"]}
    assert set(story["expect"].get("candidates", [])) <= offered


@every_crm
def test_known_records_keep_what_they_held(ending: Ending) -> None:
    """No filled field of an account or contact that stood before is changed by a conversion."""
    after = {**ending.accounts, **ending.contacts}
    free = ending.crm.moving | ending.crm.consent
    for record_id, before in ending.before.items():
        changed = {
            name: (value, after[record_id][name])
            for name, value in before.items()
            if value not in (None, "") and name not in free and after[record_id][name] != value
        }
        assert changed == {}, record_id


@every_crm
def test_every_open_lead_has_a_verdict(ending: Ending) -> None:
    """Verdicts sum to the leads pulled, less the dead letters; nothing is parked."""
    route = ending.result["routes"][0]
    expected = sum(1 for story in STORIES[ending.crm.name] if story["expect"]["verdict"] != NO_VERDICT)
    assert route["dead_letters"] == 0
    assert sum(route["verdicts"].values()) == route["pulled"] >= expected
    assert sum(route["linkage"].values()) == route["pulled"]


@every_crm
def test_second_sync_writes_nothing(ending: Ending) -> None:
    """What was done is not done again."""
    before = ending.project.writes()
    ending.project.sync(ending.crm.name)
    assert ending.project.writes() == before
