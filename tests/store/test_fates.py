"""What became of opportunities that a policy opened by itself: accepted, refused, or not known yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.model.assurance import GateRecord
from connector.model.decision import Gate, Verdict, Versions
from connector.model.history import Origin, StageChange
from connector.model.plan import Outcome
from connector.model.progress import CrosswalkEntry
from connector.model.records import RecordRef
from connector.store import SqliteStore
from connector.store import fates as pages

from .making import ROUTE, START, VERSIONS, decision, inputs, lead, orders, plan, receipt, step

DAY = timedelta(days=1)
UNDER = [(ROUTE, VERSIONS.policy)]


def opportunity(number: int, connection: str = "sf") -> RecordRef:
    """The opportunity that was made of a lead."""
    return RecordRef(connection, "Opportunity", f"006{number:012}AAA")


def converted(store: SqliteStore, number: int, *, at: datetime = START, created: bool = True, **decided: Any) -> None:
    """A lead that was decided on and converted, with an opportunity."""
    made = replace(decision(number, Verdict.CONVERT), policy="policy", decided_at=at, **decided)
    store.decisions.save(ROUTE, made, inputs(number), "run")
    done = step(number)
    store.journal.planned(replace(plan(done, plan_id=f"plan-{number}"), versions=made.versions))
    store.journal.sent(orders(done), ROUTE, "run", at)
    link = CrosswalkEntry(f"{lead(number).key}:opportunity", "opportunity", opportunity(number), created)
    store.journal.settle([receipt(done)], [link])


def moved(store: SqliteStore, number: int, *stages: str, connection: str = "sf") -> None:
    """The opportunity stood in these stages, one a day; Won and Lost close it."""
    for day, stage in enumerate(stages):
        ended, won = stage in ("Won", "Lost"), stage == "Won"
        where = opportunity(number, connection)
        store.stages.put([StageChange(where, START + day * DAY, stage, Origin.SNAPSHOT, closed=ended, won=won)])


def fates(store: SqliteStore, policy: str = "policy", since: datetime = START) -> list[tuple[int, bool]]:
    """What is known: after how many days, and whether it is good."""
    return [((fate.at - START).days, fate.good) for fate in store.samples.fates(policy, UNDER, since)]


def test_acceptance_is_leaving_first_stage(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left the first stage or won: good, whatever follows; closed in it: bad; in it still, or never seen: not known."""
    told = {
        1: ("Prospecting", "Qualification"),
        2: ("Prospecting", "Won"),
        3: ("Prospecting", "Prospecting", "Prospecting", "Lost"),
        4: ("Prospecting", "Qualification", "Lost"),
        5: ("Prospecting",),
        6: (),
    }
    for number, stages in told.items():
        converted(store, number)
        moved(store, number, *stages)
    assert fates(store) == [(1, True), (1, True), (1, True), (3, False)]
    monkeypatch.setattr(pages, "_PAGE", 2)
    assert fates(store) == [(1, True), (1, True), (1, True), (3, False)]
    assert fates(store, "other") == []
    assert fates(store, since=START + DAY) == []


@pytest.mark.parametrize(
    "decided",
    [
        {"ruled_by": "Rita"},
        {"duplicate_of": lead(9)},
        {"rule": "already-converted"},
        {"versions": Versions("older", "m1", "k1")},
    ],
    ids=["person", "follower", "seen", "version"],
)
def test_only_own_verdicts_count(store: SqliteStore, decided: dict[str, Any]) -> None:
    """A person's conversion, one that follows another lead, one that was found and another version's do not count."""
    converted(store, 1, **decided)
    moved(store, 1, "Prospecting", "Lost")
    assert fates(store) == []


def test_joined_opportunity_is_not_ours(store: SqliteStore) -> None:
    """An opportunity that was there before tells nothing of the policy that joined it."""
    converted(store, 1, created=False)
    moved(store, 1, "Prospecting", "Lost")
    assert fates(store) == []


def test_later_disqualification_is_bad(store: SqliteStore) -> None:
    """A lead that is disqualified after its conversion was none; a deleted one tells nothing."""
    for number, rule in ((1, "disqualified"), (2, "gone")):
        converted(store, number)
        moved(store, number, "Prospecting")
        later = replace(decision(number, Verdict.DISQUALIFY), rule=rule, decided_at=START + 5 * DAY)
        store.decisions.save(ROUTE, later, inputs(number), "run")
    assert fates(store) == [(5, False)]


def test_lead_in_two_crms_counts_once(store: SqliteStore) -> None:
    """Of the opportunities on both sides the accepted one speaks; they come in the order in which it became known."""
    converted(store, 1)
    link = CrosswalkEntry(f"{lead(1).key}:opportunity", "opportunity", opportunity(1, "sugar"), True)
    store.crosswalk.link([link])
    moved(store, 1, "Prospecting", "Lost")
    moved(store, 1, "New", "Assigned", "Qualified", connection="sugar")
    converted(store, 2)
    moved(store, 2, "Lost")
    assert fates(store) == [(0, False), (1, True)]


def test_refused_conversion_has_no_fate(store: SqliteStore) -> None:
    """What the CRM refused opened nothing."""
    made = replace(decision(1, Verdict.CONVERT), policy="policy")
    store.decisions.save(ROUTE, made, inputs(1), "run")
    done = step(1)
    store.journal.planned(plan(done))
    store.journal.sent(orders(done), ROUTE, "run", START)
    store.journal.settle([receipt(done, Outcome.REJECTED)], [])
    assert store.samples.fates("policy", UNDER, START) == []


def test_gate_keeps_its_evidence_start(store: SqliteStore) -> None:
    """From when on a gate weighs evidence, and under which versions its routes decide, come back as they were kept."""
    record = GateRecord(
        "policy", "v1", Gate.PROBATION, START, evidence_from=START + DAY, under=(("a", "x"), ("b", "y"))
    )
    store.samples.set_gate(record)
    assert store.samples.gate("policy", "v1") == record
