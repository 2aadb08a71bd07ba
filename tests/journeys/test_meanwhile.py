"""Conversions that are made of several calls, and what people do in the CRM between two of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.sandbox import Sandbox
from tests.journeys.crms import SALESFORCE, SUGARCRM, SUITECRM, Crm
from tests.journeys.project import Project
from tests.journeys.test_across import Way, bring, by_way, hot, is_converted, keyed, rows, sync


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


@pytest.mark.parametrize(
    ("crm", "nth"), [(SUITECRM, 2), (SUITECRM, 3), (SUGARCRM, 2)], ids=lambda value: getattr(value, "name", None)
)
def test_person_converts_between_two_calls(project: Project, crm: Crm, nth: int) -> None:
    """Their conversion stands, the routes go on, and what we had made by then keeps its key."""
    (lead,) = bring(project, crm, hot("Ada", "Marsh", "Northwind Tools"))
    door = {"action": "convert_elsewhere", "dialect": crm.name, "object": crm.lead, "id": lead}
    project.faults({"operation": "write", "nth": nth, "when": "before", **door})
    assert project.sync(crm.name)["routes"][0]["parked"] == 0
    project.faults()
    found = rows(project, crm, crm.lead)[lead]
    assert is_converted(crm, found)
    assert not rows(project, crm, crm.account)[found[crm.account_id]]["connector_key_c"]
    assert keyed(project, crm, crm.account) == {f"{crm.name}:{lead}:account"}
    before = project.writes()
    assert project.sync(crm.name)["routes"][0]["pulled"] == 0
    assert project.writes() == before
    assert project.run("journal", "verify").code == 0


@by_way
def test_colleagues_of_a_known_company_share_an_account_of_their_own(project: Project, way: Way) -> None:
    """Where only the target knows the company, its leads open one account in their own CRM, and one opportunity."""
    source, target = way
    name, site = ("Name", "Website") if target is SALESFORCE else ("name", "website")
    account = {name: "Northwind Tools", site: "northwindtools.example"}
    project.load(target.name, **{target.account: [account]})
    bring(project, source, hot("Ada", "Marsh", "Northwind Tools"), hot("Bo", "Quill", "Northwind Tools"))
    result = sync(project, way)
    assert (result["verdicts"]["attach"], result["parked"], result["waiting"]) == (2, 0, [])
    for crm in way:
        counts = [len(rows(project, crm, name)) for name in (crm.account, crm.contact, crm.opportunity)]
        assert counts == [1, 2, 1], crm.name


@pytest.mark.parametrize("crm", [SUITECRM, SUGARCRM], ids=lambda crm: crm.name)
def test_nothing_more_is_made_once_a_person_has_converted(project: Project, crm: Crm) -> None:
    """Seen before the next record is made: their contact stays the only one, and what we had made is named."""
    (lead,) = bring(project, crm, hot("Ada", "Marsh", "Northwind Tools"))
    door = {"action": "convert_elsewhere", "dialect": crm.name, "object": crm.lead, "id": lead}
    project.faults({"operation": "write", "nth": 1, "when": "after", **door})
    result = project.sync(crm.name)["routes"][0]
    project.faults()
    assert (result["parked"], result["waiting"]) == (0, [])
    (contact,) = rows(project, crm, crm.contact)
    assert rows(project, crm, crm.lead)[lead][crm.contact_id] == contact
    events = [entry["event"] for entry in project.run("explain", lead, "--json").json["audit"]]
    assert "converted elsewhere" in events
    before = project.writes()
    assert project.sync(crm.name)["routes"][0]["pulled"] == 0
    assert project.writes() == before
    assert project.run("journal", "verify").code == 0


@pytest.mark.parametrize("crm", [SUITECRM, SUGARCRM], ids=lambda crm: crm.name)
def test_link_to_a_contact_is_a_persons_word(project: Project, crm: Crm) -> None:
    """A lead made from a contact's page is that contact, however little it looks like it; it converts into them."""
    project.load(crm.name, **{crm.account: [{"id": "acc00000-0000-4000-8000-000000000001", "name": "Harbor Grid"}]})
    contact = {
        "id": "c0ac7000-0000-4000-8000-000000000001",
        "last_name": "Quill",
        "account_id": "acc00000-0000-4000-8000-000000000001",
    }
    project.load(crm.name, **{crm.contact: [contact]})
    (lead,) = bring(project, crm, hot("Ada", "Marsh", "Northwind Tools", contact_id=contact["id"]))
    assert project.sync(crm.name)["routes"][0]["verdicts"]["attach"] == 1
    found = rows(project, crm, crm.lead)[lead]
    assert (is_converted(crm, found), found[crm.contact_id]) == (True, contact["id"])
    assert len(rows(project, crm, crm.contact)) == len(rows(project, crm, crm.account)) == 1


def test_repeat_waits_for_the_one_it_follows(project: Project) -> None:
    """Two runs that each lose a write of the first lead's conversion give the repeat no contact of its own."""
    bring(project, SUITECRM, hot("Vera", "Stone", "Quarry Lane"), hot("Vera", "Stone", "Quarry Lane", title="Director"))
    for _ in ("the contact", "the opportunity"):
        project.faults({"operation": "set_entry", "nth": 2, "action": "drop_before_apply"})
        assert project.sync("suitecrm")["routes"][0]["waiting"]
        project.pass_time(5)
    project.faults()
    for _ in range(2):
        project.sync("suitecrm")
    counts = [len(rows(project, SUITECRM, name)) for name in ("Accounts", "Contacts", "Opportunities")]
    assert counts == [1, 1, 1]
    assert all(is_converted(SUITECRM, lead) for lead in rows(project, SUITECRM, "Leads").values())
