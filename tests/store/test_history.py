"""What happened over time: activities, stages, stored decisions, samples and gates, turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.errors import UsageError
from connector.model.assurance import GateRecord, Sample
from connector.model.decision import Decision, Gate, Verdict
from connector.model.history import ActivityRow, Origin, StageChange
from connector.model.plan import Outcome, Step, Take
from connector.model.records import RecordRef
from connector.store import SqliteStore

from .making import ROUTE, START, account, contact, decision, inputs, lead, orders, plan, receipt, step

HOUR = timedelta(hours=1)
OPPORTUNITY = RecordRef("sf", "Opportunity", "006A")


def activity(number: int = 1, who: RecordRef | None = None, *, hours: int = 0, gone: bool = False) -> ActivityRow:
    """A call with a lead, some hours after the start."""
    return ActivityRow(who or lead(), "call", START + hours * HOUR, f"Task:{number}", account().id, gone)


def change(stage: str, *, hours: int = 0, origin: Origin = Origin.SNAPSHOT) -> StageChange:
    """An opportunity that reached a stage."""
    return StageChange(OPPORTUNITY, START + hours * HOUR, stage, origin, 5.5, "2026-09-01", 10.0, "Pipeline")


def sample(number: int = 1, version: str = "v1") -> Sample:
    """A conversion to be reviewed blind."""
    return Sample(ROUTE, lead(number), "policy", version, Verdict.CONVERT, START)


def test_changed_activities_name_records(store: SqliteStore) -> None:
    """Keeping tells whose activities changed, once each; the same word again changes nobody's."""
    assert store.activities.put([activity(1), activity(2, hours=1), activity(3, contact())]) == [lead(), contact()]
    assert store.activities.put([activity(1), activity(2, hours=1)]) == []
    assert store.activities.put([activity(2, contact(), hours=2)]) == [lead(), contact()]
    assert [each.source_id for each in store.activities.of(contact())] == ["Task:3", "Task:2"]


def test_gone_activity_leaves(store: SqliteStore) -> None:
    """A deleted activity leaves the record it was kept under, whatever the deletion says; an unknown one is no news."""
    store.activities.put([activity(1), activity(2, hours=3)])
    nobody = RecordRef("sf", "Lead", "")
    assert store.activities.put([activity(2, nobody, gone=True), activity(9, nobody, gone=True)]) == [lead()]
    assert store.activities.put([activity(2, nobody, gone=True)]) == []
    assert [each.source_id for each in store.activities.of(lead())] == ["Task:1"]
    assert store.activities.last("sf") == {lead().id: START, account().id: START}
    assert store.activities.put([activity(2, hours=3)]) == [lead()]
    assert store.activities.last("other") == {}


def test_objects_can_be_left_out(store: SqliteStore) -> None:
    """What came from objects that are not kept is taken away from those it was about."""
    event = replace(activity(9, contact()), source_id="Event:9")
    store.activities.put([activity(1), event])
    assert store.activities.keep_only("sf", ["Task", "Visit"]) == [contact()]
    assert store.activities.keep_only("sf", ["Task"]) == []
    assert (len(store.activities.of(lead())), store.activities.of(contact())) == (1, ())


def test_happening_between_instants(store: SqliteStore) -> None:
    """The records with which something happens after one instant, up to another."""
    store.activities.put([activity(1), activity(2, contact(), hours=1), activity(3, contact(2), hours=2)])
    assert store.activities.between("sf", START, START + HOUR) == [contact()]


def test_snapshot_without_news_left_out(store: SqliteStore) -> None:
    """A snapshot is kept where it differs from the latest known; history is kept once, before it."""
    told = change("Qualification", origin=Origin.HISTORY)
    store.stages.put([told, told, change("Qualification", hours=1), change("Proposal", hours=2)])
    store.stages.put([change("Proposal", hours=3), change("Proposal", hours=2, origin=Origin.HISTORY)])
    kept = [(each.stage, each.origin, each.at) for each in store.stages.of(OPPORTUNITY)]
    assert kept == [
        ("Qualification", Origin.HISTORY, START),
        ("Proposal", Origin.HISTORY, START + 2 * HOUR),
        ("Proposal", Origin.SNAPSHOT, START + 2 * HOUR),
    ]
    assert store.stages.of(OPPORTUNITY)[0] == told


def test_stored_decisions_in_order(store: SqliteStore) -> None:
    """Every decision of a route comes in the order it was made, batch by batch, within the bounds asked for."""
    for number, hours in ((1, 2), (2, 0), (3, 1), (4, 1)):
        made = replace(decision(number), decided_at=START + hours * HOUR)
        store.decisions.save(ROUTE, made, inputs(number), "run")
    store.decisions.save("other", decision(5), inputs(5), "run")
    batches = [list(batch) for batch in store.decisions.stored(ROUTE, batch=3)]
    assert [[one.number for one in batch] for batch in batches] == [[2, 3, 4], [1]]
    first = batches[0][0]
    assert (first.decision.lead, first.inputs) == (lead(2), inputs(2))
    kept = store.database.rows("SELECT decision FROM decisions WHERE id = 2")
    assert first.text == kept[0][0]
    within = store.decisions.stored(ROUTE, START + HOUR, START + 2 * HOUR)
    assert [one.number for batch in within for one in batch] == [3, 4]


def test_sample_answered_once(store: SqliteStore) -> None:
    """A lead is sampled once per policy version, and answered once."""
    store.samples.add([sample(1), sample(2), sample(1), sample(1, "v2")])
    first, second, third = store.samples.list()
    assert [one.lead for one in (first, second, third)] == [lead(1), lead(2), lead(1)]
    store.samples.answer(second.number, Verdict.REVIEW, "ann", START + HOUR)
    answered = store.samples.answer(first.number, Verdict.ATTACH, "bob", START + 2 * HOUR)
    assert (answered.right, answered.answered_by) == (True, "bob")
    with pytest.raises(UsageError, match="answered by bob"):
        store.samples.answer(first.number, Verdict.CONVERT, "cy", START)
    with pytest.raises(UsageError, match="no sample 99"):
        store.samples.answer(99, Verdict.CONVERT, "cy", START)
    assert [one.number for one in store.samples.reviewed("policy", "v1")] == [second.number, first.number]
    assert [one.number for one in store.samples.list()] == [third.number]
    assert len(store.samples.list(open_only=False)) == 3


def test_gate_is_replaced(store: SqliteStore) -> None:
    """What is kept of a gate is the last that was said; gates come newest first."""
    opened = GateRecord("policy", "v1", Gate.PROBATION, START)
    closed = replace(opened, state=Gate.CLOSED, why="too many errors", reviewed=90, right=60, alerted_at=START + HOUR)
    newer = GateRecord("policy", "v2", Gate.OPEN, START + HOUR, outcomes=4, good=3, reopened_by="ann")
    for record in (opened, closed, newer):
        store.samples.set_gate(record)
    assert store.samples.gates() == [newer, closed]
    assert store.samples.gate("policy", "v1") == closed
    assert store.samples.gate("policy", "v3") is None


def test_turns_are_kept(store: SqliteStore) -> None:
    """Each lead takes the next turn of a pool, and keeps it."""
    taken = [store.turns.take("west", lead(number)) for number in (1, 2, 1, 3)]
    assert taken == [0, 1, 0, 2]
    assert store.turns.take("east", lead(3)) == 0
    assert [store.turns.held("west", lead(number)) for number in (3, 4)] == [2, None]
    assert [store.turns.next(pool) for pool in ("west", "north")] == [3, 0]


def test_made_counts_sent_conversions(store: SqliteStore) -> None:
    """Conversions that may have been applied count; of accounts, only new ones, and a shared one once."""
    leader, refused, early = step(1), step(5), step(6)
    follower = replace(step(2), takes={"account": Take(leader.key, "account")})
    known = replace(step(3), ids={"lead": lead(3).id, "account": account().id})
    back = step(4)
    everything: list[Step] = [leader, follower, known, back, refused, early]
    store.journal.planned(plan(*everything))
    store.journal.sent(orders(early), ROUTE, "run", START - HOUR)
    store.journal.sent(orders(leader, follower, known, back, refused), ROUTE, "run", START)
    store.journal.back_to_planned([back.key])
    store.journal.settle([receipt(leader), receipt(refused, Outcome.REJECTED)], [])
    assert store.turns.made_since(ROUTE, START) == {"conversions": 3, "accounts": 1}
    assert store.turns.made_since(ROUTE, START - HOUR) == {"conversions": 4, "accounts": 2}
    assert store.turns.made_since("other", START) == {"conversions": 0, "accounts": 0}
    east, there = replace(step(7), policy="east"), replace(step(8), policy="west", connection="crm")
    store.journal.planned(plan(east, there, plan_id="plan-2"))
    store.journal.sent(orders(east, there), ROUTE, "run", START + HOUR)
    made = [store.turns.made_since(ROUTE, START + HOUR, policy)["conversions"] for policy in (None, "east", "west")]
    assert made == [1, 1, 0]


def test_stored_text_round_trips(store: SqliteStore) -> None:
    """A decision with every new field comes back as it was kept."""
    made = replace(decision(), policy="east", runner_up_verdict=Verdict.REVIEW, sampled=True)
    store.decisions.save(ROUTE, made, replace(inputs(), gate=Gate.CLOSED), "run")
    (found,) = next(store.decisions.stored(ROUTE))
    assert isinstance(found.decision, Decision)
    assert (found.decision, found.inputs.gate) == (made, Gate.CLOSED)
