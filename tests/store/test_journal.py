"""The journal: intent before effect, and nothing done twice."""

from __future__ import annotations

import itertools
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from connector.errors import SafetyStop, StateError
from connector.model.plan import Action, Outcome, Step
from connector.model.progress import JournalState
from connector.store import SqliteStore

from .making import ROUTE, START, contact, lead, link, orders, plan, receipt, step

CONVERT = step()


def send(store: SqliteStore, *steps: Step, minutes: int = 0) -> None:
    """Mark steps as sent."""
    store.journal.sent(orders(*steps), ROUTE, "run", START + timedelta(minutes=minutes))


def state(store: SqliteStore, of: Step = CONVERT) -> JournalState:
    """Where a step stands."""
    return store.journal.entries([of.key])[of.key].state


def bring_to(store: SqliteStore, wanted: JournalState) -> None:
    """Plan the conversion and take it to a state by the ways the journal offers."""
    store.journal.planned(plan(CONVERT))
    if wanted is not JournalState.PLANNED:
        send(store, CONVERT)
    if wanted not in (JournalState.PLANNED, JournalState.SENT):
        store.journal.settle([receipt(CONVERT, Outcome(wanted.value))], [])


def test_planned_step_keeps_its_words(store: SqliteStore) -> None:
    """A planned step is there with the versions it was planned under; a skipped one is not."""
    store.journal.planned(plan(CONVERT, step(2, Action.SKIP)))
    (entry,) = store.journal.open_steps(ROUTE)
    assert (entry.step, entry.state, entry.attempt, entry.sent_at) == (CONVERT, JournalState.PLANNED, 0, None)
    assert (entry.policy_version, entry.mapping_version, entry.route) == ("p1", "m1", ROUTE)
    assert store.journal.open_steps("other") == []


@pytest.mark.parametrize("standing", list(JournalState))
def test_planning_again_changes_nothing(store: SqliteStore, standing: JournalState) -> None:
    """A step already in the journal is left as it is by a newer plan, above all an applied one."""
    bring_to(store, standing)
    before = store.journal.entries([CONVERT.key])
    store.journal.planned(plan(CONVERT, plan_id="plan-2"))
    assert store.journal.entries([CONVERT.key]) == before


def test_sent_keeps_what_is_sent(store: SqliteStore) -> None:
    """What is written down is the order as it goes out, at the CRM's time, with its attempt counted."""
    store.journal.planned(plan(CONVERT))
    store.journal.sent(orders(CONVERT), ROUTE, "run-7", START)
    entry = store.journal.entries([CONVERT.key])[CONVERT.key]
    assert (entry.state, entry.attempt, entry.run_id, entry.sent_at) == (JournalState.SENT, 1, "run-7", START)
    assert entry.ids == {"lead": lead().id}
    store.journal.back_to_planned([CONVERT.key])
    assert state(store) is JournalState.PLANNED
    send(store, CONVERT)
    assert store.journal.entries([CONVERT.key])[CONVERT.key].attempt == 2


def test_sent_is_durable_before_it_returns(store: SqliteStore) -> None:
    """Another connection sees the intent at once: the transaction is closed."""
    store.journal.planned(plan(CONVERT))
    send(store, CONVERT)
    other = sqlite3.connect(store.database.path)
    assert other.execute("SELECT state FROM journal").fetchall() == [("sent",)]
    other.close()


@pytest.mark.parametrize(
    "standing", [JournalState.SENT, JournalState.UNKNOWN, JournalState.APPLIED, JournalState.ALREADY]
)
def test_nothing_is_sent_blindly_again(store: SqliteStore, standing: JournalState) -> None:
    """A step that is under way or done is not sent, whoever asks."""
    bring_to(store, standing)
    with pytest.raises(StateError, match="cannot be sent"):
        send(store, CONVERT)
    assert state(store) is standing


def test_unplanned_step_is_not_sent(store: SqliteStore) -> None:
    """No effect without an intent."""
    with pytest.raises(StateError, match="is not planned"):
        send(store, CONVERT)


def test_rejected_step_may_be_sent_again(store: SqliteStore) -> None:
    """What the CRM refused was not done, and may be tried again once its cause is gone."""
    bring_to(store, JournalState.REJECTED)
    send(store, CONVERT)
    entry = store.journal.entries([CONVERT.key])[CONVERT.key]
    assert (entry.state, entry.attempt, entry.receipt) == (JournalState.SENT, 2, None)


@pytest.mark.parametrize("open_state", [JournalState.SENT, JournalState.UNKNOWN])
def test_one_open_conversion_per_lead(store: SqliteStore, open_state: JournalState) -> None:
    """While one conversion of a lead is unsettled no other of it is sent, nor anything beside it."""
    bring_to(store, open_state)
    twin, neighbour = step(name="twin"), step(2)
    store.journal.planned(plan(twin, neighbour, plan_id="plan-2"))
    with pytest.raises(StateError, match="is not settled"):
        send(store, neighbour, twin)
    assert (state(store, twin), state(store, neighbour)) == (JournalState.PLANNED, JournalState.PLANNED)
    store.journal.settle([receipt(CONVERT, Outcome.REJECTED)], [])
    send(store, neighbour, twin)


def test_other_steps_of_a_lead_go_together(store: SqliteStore) -> None:
    """Only conversions are alone: updates of the same lead may be under way at once."""
    updates = [step(action=Action.UPDATE, name=name) for name in "ab"]
    store.journal.planned(plan(CONVERT, *updates))
    send(store, CONVERT, *updates)
    assert len(store.journal.unsettled()) == 3


def test_settling_writes_receipt_and_links_together(store: SqliteStore) -> None:
    """The receipt and the ids it brought are there both, or neither is."""
    bring_to(store, JournalState.SENT)
    store.crosswalk.link([link("other", contact(1))])
    with pytest.raises(StateError, match="another key"):
        store.journal.settle([receipt(CONVERT)], [link("sf:1", contact(2)), link("sf:2", contact(1))])
    assert state(store) is JournalState.SENT
    assert store.crosswalk.by_key("sf:1") == []
    told = receipt(CONVERT, ids={"contact": contact(2).id})
    store.journal.settle([told], [link("sf:1", contact(2))])
    assert store.journal.entries([CONVERT.key])[CONVERT.key].receipt == told
    assert store.crosswalk.by_key("sf:1") == [link("sf:1", contact(2))]


ALLOWED = {
    JournalState.PLANNED: {Outcome.ALREADY, Outcome.SKIPPED, Outcome.REJECTED},
    JournalState.SENT: set(Outcome),
    JournalState.UNKNOWN: set(Outcome),
    JournalState.APPLIED: {Outcome.APPLIED, Outcome.ALREADY, Outcome.SKIPPED},
    JournalState.ALREADY: {Outcome.APPLIED, Outcome.ALREADY, Outcome.SKIPPED},
    JournalState.REJECTED: {Outcome.APPLIED, Outcome.ALREADY, Outcome.SKIPPED, Outcome.REJECTED},
}


@pytest.mark.parametrize(("standing", "outcome"), list(itertools.product(JournalState, Outcome)))
def test_what_a_receipt_may_do(store: SqliteStore, standing: JournalState, outcome: Outcome) -> None:
    """Every pair of state and outcome: done stays done, nothing is applied that was not sent."""
    bring_to(store, standing)
    if outcome in ALLOWED[standing]:
        store.journal.settle([receipt(CONVERT, outcome)], [])
        done = standing in (JournalState.APPLIED, JournalState.ALREADY)
        assert state(store) is (standing if done else JournalState.of(outcome))
    else:
        with pytest.raises(StateError, match="cannot become"):
            store.journal.settle([receipt(CONVERT, outcome)], [])
        assert state(store) is standing
    assert store.journal.verify() == []


def test_unknown_step_has_no_receipt(store: SqliteStore) -> None:
    """A receipt for a step nobody planned is a contradiction, unless it says that nothing was done."""
    store.journal.settle([receipt(CONVERT, Outcome.SKIPPED)], [])
    with pytest.raises(StateError, match="nobody planned"):
        store.journal.settle([receipt(CONVERT)], [])


@pytest.mark.parametrize("standing", list(JournalState))
def test_only_open_steps_go_back(store: SqliteStore, standing: JournalState) -> None:
    """Back to planned go only steps that were under way."""
    bring_to(store, standing)
    store.journal.back_to_planned([CONVERT.key])
    under_way = standing in (JournalState.SENT, JournalState.UNKNOWN)
    assert state(store) is (JournalState.PLANNED if under_way else standing)


@pytest.mark.parametrize("standing", list(JournalState))
def test_only_planned_steps_are_dropped(store: SqliteStore, standing: JournalState) -> None:
    """What was ever sent is never forgotten."""
    bring_to(store, standing)
    store.journal.drop_planned([CONVERT.key])
    assert (CONVERT.key in store.journal.entries([CONVERT.key])) is (standing is not JournalState.PLANNED)


def test_unsettled_oldest_first(store: SqliteStore) -> None:
    """What is under way comes in the order it was sent."""
    first, second, third = step(1), step(2), step(3)
    store.journal.planned(plan(first, second, third))
    send(store, third, minutes=1)
    send(store, first, minutes=2)
    send(store, second, minutes=3)
    store.journal.settle([receipt(first, Outcome.UNKNOWN), receipt(second)], [])
    assert [entry.step for entry in store.journal.unsettled()] == [third, first]


def test_unsettled_by_either_end(store: SqliteStore) -> None:
    """What is under way between two CRMs is answered for the source and for the target, and for no third."""
    store.runs.pin("target", "00Dorg")
    store.runs.pin("third", "00Dthird")
    store.journal.planned(plan(CONVERT))
    send(store, CONVERT)
    found = {name: len(store.journal.unsettled(name)) for name in ("sf", "target", "third")}
    assert found == {"sf": 1, "target": 1, "third": 0}


def test_unsettled_with_unknown_target(store: SqliteStore) -> None:
    """Where nothing tells which connection a write went to, it is answered for every one rather than lost."""
    store.runs.pin("third", "00Dthird")
    store.journal.planned(plan(CONVERT))
    send(store, CONVERT)
    assert len(store.journal.unsettled("third")) == 1


def test_story_of_one_lead(store: SqliteStore) -> None:
    """Everything on behalf of one lead, in the order planned."""
    update = step(action=Action.UPDATE)
    store.journal.planned(plan(update, CONVERT, step(2)))
    assert [entry.step for entry in store.journal.story(lead())] == [update, CONVERT]


def test_lost_lease_sends_nothing(store: SqliteStore) -> None:
    """A writer that another one has replaced since cannot even write down an intent."""
    store.journal.planned(plan(CONVERT))
    with store.lease.hold("first"):
        with store.transaction():
            store.database.run("UPDATE lease SET number = number + 1")
        with pytest.raises(SafetyStop, match="taken over"):
            send(store, CONVERT)
    assert state(store) is JournalState.PLANNED


@pytest.mark.parametrize("change", ["UPDATE journal SET state = 'planned'", "UPDATE journal SET state = 'rejected'"])
def test_file_itself_keeps_applied_steps(store: SqliteStore, change: str) -> None:
    """Even a foreign program cannot undo an applied step by mistake."""
    bring_to(store, JournalState.APPLIED)
    with pytest.raises(sqlite3.IntegrityError, match="stays applied"), store.transaction():
        store.database.run(change)


def test_file_itself_keeps_open_steps(store: SqliteStore) -> None:
    """Nor can it delete what is under way."""
    bring_to(store, JournalState.UNKNOWN)
    with pytest.raises(sqlite3.IntegrityError, match="settled first"), store.transaction():
        store.database.run("DELETE FROM journal")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE journal SET state = 'sent', sent_at = NULL", "was sent without an instant"),
        ("UPDATE journal SET receipt = NULL", "is rejected without a receipt"),
        ("UPDATE journal SET state = 'applied'", "its receipt says otherwise"),
        ("UPDATE journal SET state = 'applied', attempt = 0", "was applied but never sent"),
        (
            "INSERT INTO journal SELECT key || n, plan_id, route, run_id, connection, object, record_id, action,"
            " target_object, 'applied', 1, planned_at, sent_at, settled_at, step, ids, '{\"outcome\":\"applied\"}',"
            " policy_version, mapping_version FROM journal, (SELECT 1 AS n UNION SELECT 2)",
            "was converted 2 times",
        ),
    ],
)
def test_verify_tells_contradictions(store: SqliteStore, change: str, sentence: str) -> None:
    """Each thing that cannot be is told in a sentence with the lead it concerns."""
    bring_to(store, JournalState.REJECTED)
    assert store.journal.verify() == []
    with store.transaction():
        store.database.run(change)
    told = [line for line in store.journal.verify() if sentence in line]
    assert len(told) == 1
    assert f"sf:{lead().id}" in told[0]


@pytest.mark.parametrize(("elsewhere", "told"), [("sugar", 0), ("sf", 1)], ids=["another-crm", "the-same-crm"])
def test_verify_counts_conversions_per_crm(store: SqliteStore, elsewhere: str, told: int) -> None:
    """A lead that is converted once in each of two CRMs is sound; twice in one is not, whichever route named it."""
    back = replace(step(2, Action.CONVERT), lead=CONVERT.lead, connection=elsewhere)
    made = plan(CONVERT, back)
    store.runs.pin("sf", made.org)
    store.journal.planned(made)
    for each in (CONVERT, back):
        send(store, each)
        store.journal.settle([receipt(each, Outcome.APPLIED)], [])
    assert len([line for line in store.journal.verify() if "was converted 2 times" in line]) == told
