"""What the run after an interrupted one costs: accounts that leads follow others into are looked up together."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders import demo_lead

from .project import Project


def calls_after_stop(project: Project, firms: list[str]) -> int:
    """Two leads of each firm come, the CRM goes away once the first ones are converted; the calls of the next run."""
    leads = [
        demo_lead(10 * at + number, first, firm, f"{firm} Tools")
        for at, firm in enumerate(firms)
        for number, first in enumerate(("Ada", "Bob"))
    ]
    project.load({"Lead": leads})
    project.faults({"operation": "convertLead", "nth": list(range(2, 12)), "action": "status", "status": 503})
    assert project.sync().code == 69
    project.faults()
    assert len(project.dump("Account")) == len(firms)
    project.advance(700)
    calls = int(project.sync().route["api_calls"])
    assert project.leftovers() == []
    assert len(project.dump("Account")) == len(project.dump("Opportunity")) == len(firms)
    assert all(row["IsConverted"] for row in project.dump("Lead"))
    return calls


def test_followed_accounts_are_read_together(new_project: Callable[..., Project]) -> None:
    """After a stop five followed companies cost no more calls than one, and every follower joins its own."""
    few = calls_after_stop(new_project(), ["Harbor"])
    assert calls_after_stop(new_project(), ["Harbor", "Elm", "Quarry", "Juniper", "Violet"]) == few
