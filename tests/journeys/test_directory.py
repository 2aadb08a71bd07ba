"""The directory is laid anew by other rules from what it holds; a person can ask for it, and see how old it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.sandbox import Sandbox
from tests.builders import account, contact, lead
from tests.journeys.project import Project

HARBOR = account(1, "Harbor Grid Works")


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """A project that knows an account and its contact, synchronised once."""
    project = Project.make(tmp_path / "project", sandbox)
    project.load(Account=[HARBOR], Contact=[contact(1, "Cay", "Lund", HARBOR)])
    project.load(Lead=[lead(1, "Gus", "Ferro", "Plain Bakery")])
    project.sync("salesforce")
    return project


def test_edited_keys_read_nothing_again(project: Project) -> None:
    """After an edit of the keys the next sync reads no record again, and finds by the new keys."""
    project.sync("salesforce")
    usual = len(project.calls())
    project.sync("salesforce")
    cost = len(project.calls()) - usual
    path = project.folder / "mappings" / "matching.yaml"
    text = path.read_text(encoding="utf-8")
    edited = text.replace("own_domains: []", "own_domains: [plainbakery.example]", 1)
    assert edited != text
    path.write_text(edited, encoding="utf-8")
    before = len(project.calls())
    project.sync("salesforce")
    assert len(project.calls()) - before == cost


def test_rebuild_tells_what_it_did(project: Project) -> None:
    """Asked for, the directory is laid anew without a call; the records and those that can be matched are told."""
    before = len(project.calls())
    done = project.run("state", "rebuild", "--directory", "--json").json
    assert (done["status"], done["records"] >= 3, 0 < done["known"] <= done["records"]) == ("done", True, True)
    assert len(project.calls()) == before
    assert "laid anew" in project.run("state", "rebuild", "--directory").out
    refused = project.run("state", "rebuild")
    assert (refused.code, "state rebuild --directory" in refused.err) == (2, True)


def test_status_tells_age_and_coverage(project: Project) -> None:
    """The status says how much is held of a CRM, as of when, and how many of those that the CRM counted came."""
    (held,) = project.run("status", "--json").json["directories"]
    contacts = held["kinds"]["contact"]
    assert (held["connection"], contacts["records"], contacts["counted"], contacts["held"]) == ("salesforce", 1, 1, 1)
    assert contacts["read_at"].endswith("Z")
    assert "1 contact as of" in project.run("status").out
    project.load(Contact=[contact(2, "Ida", "Holm", HARBOR)])
    project.sync("salesforce")
    (held,) = project.run("status", "--json").json["directories"]
    assert (held["kinds"]["contact"]["records"], held["kinds"]["contact"]["counted"]) == (2, 1)
