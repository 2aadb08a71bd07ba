"""Two leads that are planned together, and a process that dies between the calls of their conversions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from connector.model.records import Kind
from connector.model.twins import End
from connector.pipeline.route import PushBack, RouteOptions
from connector.store import open_store
from tests.contracts.memory_crm import GIVEN, STEPWISE, StillClock
from tests.pipeline.two_crms import HabitCrm, Killed, TwoCrms, rules

MADE = (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY)
SECOND = {"colleagues": ("Bo", "Quill"), "duplicates": ("Ada", "Marsh")}
Counts = dict[End, list[int]]


@contextmanager
def two_leads(folder: Path, second: tuple[str, str]) -> Iterator[TwoCrms]:
    """Ada Marsh and *second* of one new company, and CRMs that convert in several calls."""
    clock = StillClock()
    source, target = HabitCrm(GIVEN, clock=clock), HabitCrm(STEPWISE, clock=clock)
    folder.mkdir()
    with open_store(folder / "connector.db", clock=clock) as store:
        store.database.connection.execute("PRAGMA synchronous = OFF")  # nothing here outlives the process
        for first, last in (("Ada", "Marsh"), second):
            source.add(
                Kind.LEAD,
                FirstName=first,
                LastName=last,
                Company="Northwind Tools",
                Email=f"{first}.{last}@northwindtools.com".lower(),
                Title="VP Sales",
                Industry="Manufacturing",
                NumberOfEmployees=900,
                Requested_Action__c="Demo",
            )
            clock.advance(60)
        crms = {End.SOURCE: source, End.TARGET: target}
        yield TwoCrms(store, clock, crms, rules(), RouteOptions(push_back=PushBack.RECORDS))


def after_death(folder: Path, second: tuple[str, str], nth: int) -> Counts:
    """What stands at both ends when the process died after the *nth* call to the target, and the next runs ended."""
    with two_leads(folder, second) as crms:
        crms.crms[End.TARGET].die(nth, after=True)
        with suppress(Killed):
            crms.sync()
        crms.crms[End.TARGET].die(0, after=False)
        for _ in range(3):
            crms.sync()
        return counts(crms)


def counts(crms: TwoCrms) -> Counts:
    """How many accounts, contacts and opportunities each CRM has."""
    return {end: [len(crms.crms[end].live(kind)) for kind in MADE] for end in End}


@pytest.mark.parametrize("who", SECOND)
def test_second_lead_joins_whatever_the_crash(tmp_path: Path, who: str) -> None:
    """Wherever the first run dies, both leads share one account and one opportunity at both ends."""
    people = len({("Ada", "Marsh"), SECOND[who]})
    with two_leads(tmp_path / "undisturbed", SECOND[who]) as crms:
        crms.sync()
        calls = len(crms.crms[End.TARGET].log)
        assert counts(crms) == {end: [1, people, 1] for end in End}
    found = {nth: after_death(tmp_path / str(nth), SECOND[who], nth) for nth in range(1, calls + 1)}
    assert {nth: each for nth, each in found.items() if each != {end: [1, people, 1] for end in End}} == {}
