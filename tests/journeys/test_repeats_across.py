"""Leads of one person on a route from one CRM to another: one contact at both ends, whoever converts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.sandbox import Sandbox
from tests.journeys.crms import SALESFORCE, SUGARCRM
from tests.journeys.project import Project
from tests.journeys.test_across import Row, Way, bring, by_way, hot, is_converted, rows, sync


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def vera(**fields: object) -> Row:
    """A lead of Vera Stone who asks for a demo."""
    return hot("Vera", "Stone", "Quarry Lane", **fields)


def weak(**fields: object) -> Row:
    """The same, of a fit that leaves it to a person."""
    return vera(industry_c="", employees_c=None, title="", **fields)


def counts(project: Project, way: Way) -> list[list[int]]:
    """Accounts, contacts and opportunities at both ends."""
    return [[len(rows(project, crm, name)) for name in (crm.account, crm.contact, crm.opportunity)] for crm in way]


def later(project: Project, way: Way) -> None:
    """Cycles of the route and of both CRMs' own, time passing in between."""
    for _ in range(3):
        project.pass_time(5)
        sync(project, way)
        for crm in way:
            project.sync(crm.name)


@pytest.mark.slow
@by_way
@pytest.mark.parametrize("together", [True, False], ids=["same-run", "earlier-run"])
def test_repeats_make_one_contact_at_both_ends(project: Project, way: Way, together: bool) -> None:
    """Three leads of one person, in one run or one after the other, are one contact with one opportunity."""
    leads = [vera(), vera(title="Director"), vera(title="CEO")]
    for batch in [leads] if together else [[one] for one in leads]:
        bring(project, way[0], *batch)
        project.pass_time(5)
        sync(project, way)
    later(project, way)
    found = counts(project, way)
    assert [counted[:2] for counted in found] == [[1, 1], [1, 1]]
    assert not together or found == [[1, 1, 1], [1, 1, 1]]
    assert all(is_converted(way[0], lead) for lead in rows(project, way[0], way[0].lead).values())


@by_way
def test_repeats_are_asked_about_once(project: Project, way: Way) -> None:
    """One question for all leads of one person, and its answer converts all of them at both ends."""
    bring(project, way[0], weak(), weak(status="New"))
    sync(project, way)
    project.pass_time(5)
    reviews = project.run("review", "list", "--json").json["reviews"]
    mine = [review for review in reviews if review["route"] == f"{way[0].name}-to-{way[1].name}"]
    assert len(mine) == 1
    assert project.run("review", "decide", str(mine[0]["id"]), "convert", "--by", "Rita").code == 0
    later(project, way)
    assert [counted[:2] for counted in counts(project, way)] == [[1, 1], [1, 1]]


@pytest.mark.parametrize("push_back", ["records", "links"])
def test_person_in_both_crms_meets_routes_both_ways(project: Project, push_back: str) -> None:
    """One lead in each of two CRMs with routes both ways: one contact in each, nobody waits, and the state is sound."""
    path = project.folder / "connector.yaml"
    path.write_text(path.read_text("utf-8").replace("push_back: records", f"push_back: {push_back}"), "utf-8")
    ways = ((SUGARCRM, SALESFORCE), (SALESFORCE, SUGARCRM))
    for way in ways:
        bring(project, way[0], vera())
    names = [f"{source.name}-to-{target.name}" for source, target in ways]
    for _ in range(3):
        project.pass_time(30)
        answer = project.run("sync", *names)
        before = project.writes()
    assert answer.code == 0, answer.err
    assert project.run("journal", "verify").code == 0
    assert counts(project, ways[0]) == [[1, 1, 1], [1, 1, 1] if push_back == "records" else [0, 0, 0]]
    project.run("sync", *names)
    assert project.writes() == before
