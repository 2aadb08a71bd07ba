"""Many leads of one person: what it costs to find that they are one."""

from __future__ import annotations

from pathlib import Path

from connector.model.decision import Verdict
from connector.model.records import Kind
from connector.model.twins import End
from connector.pipeline.route import RouteOptions
from connector.store import open_store
from tests.contracts.memory_crm import GIVEN, NATIVE, StillClock
from tests.pipeline.two_crms import HabitCrm, TwoCrms, rules

CROWD = 16


def test_crowd_is_read_once_each(tmp_path: Path) -> None:
    """Each lead of a crowd reads what was found of every other one once, though all of them lead to each other."""
    clock, reads = StillClock(), 0

    def count(statement: str) -> None:
        nonlocal reads
        reads += "SELECT resolution FROM matches" in statement

    with open_store(tmp_path / "connector.db", clock=clock) as store:
        crms = {End.SOURCE: HabitCrm(GIVEN, clock=clock), End.TARGET: HabitCrm(NATIVE, clock=clock)}
        for _ in range(CROWD):
            crms[End.SOURCE].add(
                Kind.LEAD,
                FirstName="Ada",
                LastName="Marsh",
                Company="Northwind Tools",
                Email="ada.marsh@northwindtools.com",
            )
            clock.advance(60)
        store.database.connection.set_trace_callback(count)
        done = TwoCrms(store, clock, crms, rules(), RouteOptions()).sync()
        store.database.connection.set_trace_callback(None)
    assert done.verdicts[Verdict.NURTURE] + done.verdicts[Verdict.REVIEW] == CROWD
    assert 0 < reads <= 4 * CROWD * CROWD
