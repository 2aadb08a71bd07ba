"""Which value stays on a known record, field by field, and that `explain` tells of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.builders import account, contact, lead, record_id
from tests.journeys.project import Project

HARBOR = account(1, "Harbor Grid Works")
LEAD = f"{record_id('00Q', 4)}EAA"


@pytest.fixture
def project(tmp_path: Path, sandbox_server: Sandbox) -> Project:
    """A project on an empty sandbox."""
    sandbox_server.reset("empty")
    return Project.make(tmp_path / "project", sandbox_server)


def rule(project: Project, field: str, survives: str) -> None:
    """Say in conversion.yaml what survives in a field of a known contact."""
    path = project.folder / "mappings" / "conversion.yaml"
    head, _, tail = path.read_text(encoding="utf-8").partition("\ncontact:\n")
    lines = [line for line in tail.splitlines() if not line.startswith(f"  {field}:")]
    lines.insert(0, f"  {field}: {{ from: {field}, native: true, {survives} }}")
    path.write_text(f"{head}\ncontact:\n" + "\n".join(lines) + "\n", encoding="utf-8")


def meet(project: Project, known: dict[str, Any], **fields: object) -> dict[str, Any]:
    """A lead of a known contact is converted; the contact as it stands then."""
    dan = contact(1, "Dan", "Quill", HARBOR, **known)
    project.load(Account=[HARBOR], Contact=[dan])
    project.load(Lead=[lead(4, "Dan", "Quill", "Harbor Grid Works", **fields)])
    assert project.sync("salesforce")["routes"][0]["verdicts"]["attach"] == 1
    (found,) = project.dump("Contact")
    return found


def told(project: Project, field: str) -> dict[str, Any]:
    """What `explain` says of a field of the contact."""
    kept = project.run("explain", LEAD, "--json").json["survivorship"]
    return next(one for one in kept if (one["kind"], one["field"]) == ("contact", field))


def test_fuller_value_stays(project: Project) -> None:
    """With `complete` the lead's fuller street replaces the contact's short one, and `explain` names both."""
    rule(project, "street", "survives: complete")
    found = meet(project, {"MailingStreet": "Main St"}, Street="12 Main Street")
    assert found["MailingStreet"] == "12 Main Street"
    kept = told(project, "street")
    assert (kept["rule"], kept["kept"], kept["lost"], kept["from"]) == (
        "complete",
        "12 Main Street",
        "Main St",
        "lead",
    )
    assert "contact street: 12 Main Street, not Main St" in project.run("explain", LEAD).out


def test_other_value_is_not_fuller(project: Project) -> None:
    """With `complete` a longer street elsewhere does not replace what is known; `explain` tells what was lost."""
    rule(project, "street", "survives: complete")
    found = meet(project, {"MailingStreet": "7 High Road"}, Street="Unit 4, 12 Main Street")
    assert found["MailingStreet"] == "7 High Road"
    assert (told(project, "street")["from"], told(project, "street")["lost"]) == ("record", "Unit 4, 12 Main Street")


@pytest.mark.parametrize(("order", "kept"), [("[salesforce, inbox]", "Clerk"), ("[inbox, salesforce]", "Chief")])
def test_trusted_source_wins(project: Project, order: str, kept: str) -> None:
    """With `source` the connection that stands first wins over the CRM's own value."""
    rule(project, "title", f"survives: source, sources: {order}")
    project.load(Account=[HARBOR], Contact=[contact(1, "Dan", "Quill", HARBOR, Title="Clerk")])
    rows = "id,first_name,last_name,email,company,title\nr1,Dan,Quill,dan.quill@harborgridworks.com,Harbor Grid Works,"
    (project.folder / "inbox").mkdir(exist_ok=True)
    (project.folder / "inbox" / "leads.csv").write_text(f"{rows}Chief\n", encoding="utf-8")
    assert project.sync("inbox-to-salesforce")["routes"][0]["verdicts"]["attach"] == 1
    assert [row["Title"] for row in project.dump("Contact")] == [kept]


def test_consent_only_tightens(project: Project) -> None:
    """A lead that opted out closes the contact's mail; `explain` names the rule."""
    found = meet(project, {"HasOptedOutOfEmail": False}, HasOptedOutOfEmail=True)
    assert found["HasOptedOutOfEmail"] is True
    assert told(project, "opted_out_email")["rule"] == "tighten"
