"""Ceilings and owners: what a policy allows in one run and an hour, and whose turn it is to own what is made."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.journeys.project import Project

OWNERS = ("005000000000001AAA", "005000000000002AAA")
SRL = {"Title": "CEO", "Industry": "Technology", "NumberOfEmployees": 800, "Requested_Action__c": "Demo"}


def hot(number: int, **values: object) -> dict[str, object]:
    """A lead of a company of its own that the starter policy converts at once."""
    company = "Okafor Tessmer Umbra Lindqvist Brandvik Caldero Norsund Pelletier Quiroga Radovan".split()[number]
    email = f"ada@{company.lower()}mills.com"
    return {**SRL, "LastName": f"{company}er", "Company": f"{company} Mills", "Email": email, **values}


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Project:
    """An empty project."""
    return Project.make(tmp_path / "project", sandbox)


def policy(project: Project, **sections: str) -> None:
    """Add sections, or put them in place of the starter's."""
    path = project.folder / "mappings" / "policy.yaml"
    text = path.read_text("utf-8")
    for name, body in sections.items():
        lines = text.splitlines(keepends=True)
        starts = [index for index, line in enumerate(lines) if line.startswith(f"{name}:")]
        if starts:
            ends = [i for i in range(starts[0] + 1, len(lines)) if lines[i][:1] not in (" ", "\n", "#")]
            text = "".join([*lines[: starts[0]], *lines[ends[0] if ends else len(lines) :]])
        text += f"\n{name}: {body}\n"
    path.write_text(text, "utf-8")


def converted(project: Project) -> set[str]:
    """Last names of the leads that are converted."""
    return {lead["LastName"] for lead in project.dump("Lead") if lead["IsConverted"]}


def route(answer: dict[str, Any]) -> dict[str, Any]:
    """What the one route did."""
    found: dict[str, Any] = answer["routes"][0]
    return found


def test_run_stops_at_its_ceiling(project: Project) -> None:
    """Leads above the ceiling of a run keep their verdict, wait without an error, and go first in the next run."""
    policy(project, limits="{ conversions_per_run: 2 }")
    project.load(Lead=[hot(number) for number in range(3)])
    first = route(project.sync("salesforce"))
    assert first["verdicts"]["convert"] == first["pulled"] == 3
    assert first["held_back"] == [{"policy": "policy", "ceiling": "conversions_per_run", "most": 2, "leads": 1}]
    assert converted(project) == {"Okaforer", "Tessmerer"}

    project.load(Lead=[hot(3), hot(4)])
    project.sync("salesforce")
    assert converted(project) == {"Okaforer", "Tessmerer", "Umbraer", "Lindqvister"}
