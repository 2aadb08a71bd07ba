"""Reading several objects together, and the stage history of opportunities, from an org."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.errors import ConfigError
from connector.model.history import Origin
from connector.model.progress import Pulling, Watermark
from connector.sandbox import Sandbox
from connector.sandbox.client import control
from tests.contracts.subjects import SalesforceSubject


def load(sandbox: Sandbox, object_name: str, *rows: dict[str, object]) -> list[str]:
    """Put records into the org; answers their ids."""
    made: Any = control(sandbox.base_url, "load", {"salesforce": {object_name: list(rows)}})
    return [str(row["Id"]) for row in made["salesforce"][object_name]]


def test_pulls_together_take_one_call(sandbox: Sandbox, org: SalesforceSubject) -> None:
    """The first pages of several objects come in one call, and each reaches to the moment of that call."""
    system = org.system
    start = Watermark(system.now() - timedelta(minutes=1))
    tasks = load(sandbox, "Task", {"Subject": "a"}, {"Subject": "b"})
    load(sandbox, "Event", {"Subject": "c", "StartDateTime": "2026-05-04T10:00:00Z", "DurationInMinutes": 5})
    before = system.calls
    pulls = [
        Pulling("Task", ("Subject",), start),
        Pulling("Event", ("Subject",)),
        Pulling("Campaign", ("Name",), start),
    ]
    together = iter(system.changes_together(pulls))
    pages = [list(next(together))]
    assert system.calls - before == 1
    control(sandbox.base_url, "clock", {"advance": 3600})
    system.fetch("Task", tasks, ())
    pages += [list(each) for each in together]
    assert system.calls - before == 2
    assert [raw.ref.id for raw in pages[0][0].records] == tasks
    assert [sum(len(page.records) for page in each) for each in pages] == [2, 1, 0]
    marks = {each[-1].reached for each in pages}
    assert len(marks) == 1
    assert None not in marks


def test_part_that_is_refused_stops_itself_alone(org: SalesforceSubject) -> None:
    """An object that is not there is told by its own pages; the others are read."""
    pulls = [Pulling("Nope__c", ()), Pulling("Task", ("Subject",))]
    missing, tasks = org.system.changes_together(pulls)
    with pytest.raises(ConfigError, match="Nope__c"):
        list(missing)
    assert len(list(tasks)) == 1


def test_history_tells_what_stages_mean(sandbox: Sandbox, org: SalesforceSubject) -> None:
    """Every change comes with its values and with whether its stage is closed or won; nothing asked costs no call."""
    system = org.system
    system.now()
    before = system.calls
    assert system.stage_history([]) == []
    assert system.calls == before
    first, second = load(
        sandbox,
        "Opportunity",
        {"Name": "a", "StageName": "Closed Won", "CloseDate": "2026-05-04", "Amount": 12.5},
        {"Name": "b", "StageName": "Prospecting", "CloseDate": "2026-06-04"},
    )
    told = {change.opportunity.id: change for change in system.stage_history([second, first, "no id"])}
    assert system.calls - before == 1
    won = told[first]
    assert (won.stage, won.amount, won.close_date, won.closed, won.won) == (
        "Closed Won",
        12.5,
        "2026-05-04",
        True,
        True,
    )
    assert (won.forecast, won.probability, won.origin) == ("Closed", 100, Origin.HISTORY)
    assert (told[second].closed, told[second].amount) == (False, None)
