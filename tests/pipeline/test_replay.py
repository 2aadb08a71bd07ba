"""Replaying stored decisions: the same policy gives them again, another one is compared without look-ahead."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.model.assurance import Sample
from connector.model.decision import DecisionInputs, Gate, Ruling, Verdict
from connector.model.history import Origin, StageChange
from connector.model.match import Linkage
from connector.model.plan import Action
from connector.model.progress import CrosswalkEntry
from connector.model.records import Activity, Kind, RecordRef, external_key
from connector.model.replay import Fared, Opened, Part
from connector.pipeline.replay import replay
from connector.pipeline.replay_changes import parts_changed
from connector.pipeline.replay_ledger import CARRIED, Ledger
from connector.policy import load_policy, side_by_side
from connector.wiring import Silence
from tests.policy import making
from tests.store.making import orders, plan, receipt, step

from .histories import ASKS, ROUTE, History, history, ref

STRICT = making.small(levels="  levels: {strong: 60, middling: 20, weak: 0}")
"""As the small policy, but a company that is big alone is no strong fit any more."""

LENIENT = making.small(
    asks="  - {name: asks, says: Hot., when: {field: intent, is: true}, verdict: convert}",
)
"""As the small policy, but whoever asks is converted."""


@pytest.fixture
def past(tmp_path: Path) -> Iterator[History]:
    """A state file to lay decisions in."""
    with history(tmp_path) as opened:
        yield opened


def anything(random_: random.Random, number: int, past: History) -> DecisionInputs:
    """Inputs of every kind that a decision can rest on."""
    fields: dict[str, Any] = {
        "employees": random_.choice([5, 500]),
        "requested_action": random_.choice(["demo", "", "quote"]),
        "rating": random_.choice(["Hot", ""]),
        "status": random_.choice(["Open", "Closed", "Working"]),
        "owner_kind": random_.choice(["queue", "user"]),
        "converted": random_.random() < 0.1,
        **{name: random_.choice(["yes", "no", ""]) for name in ("budget", "authority", "need", "timeframe")},
    }
    linkage = random_.choice(list(Linkage))
    at = making.NOW + timedelta(hours=number)
    made = making.inputs(
        replace(making.lead(**fields), ref=ref(number), deleted=random_.random() < 0.05),
        linkage,
        as_of=at,
        owner=random_.choice(["", "005"]),
        worked=random_.choice(["", "", "status changed"]),
        doubts=random_.choice([(), (), ("No word for it.",)]),
        gate=random_.choice(list(Gate)),
        activities=tuple(
            Activity(random_.choice(["webinar", "demo_request"]), at - timedelta(days=days), f"Task:{days}")
            for days in range(random_.randint(0, 3))
        ),
        ruling=Ruling(random_.choice(list(Verdict)), "ann", at) if random_.random() < 0.1 else None,
    )
    survivor = past.store.decisions.latest(ROUTE, ref(random_.randint(0, number))) if linkage is Linkage.LEAD else None
    return replace(made, survivor=survivor)


def test_same_policy_flips_nothing(past: History) -> None:
    """Whatever a decision rested on, its own policy gives it again to the byte."""
    random_ = random.Random(5)
    for number in range(250):
        past.keep(anything(random_, number, past))
    found = past.replay()
    assert (found.decisions, found.identical, found.leads) == (250, 250, 250)
    assert (found.flips, found.differs, found.renamed, found.other_answers) == ((), 0, 0, 0)
    assert found.conversions.old == found.conversions.new > 0
    assert (found.conversions.gained, found.conversions.lost) == (0, 0)
    assert found.opportunities.old == found.opportunities.new > 0
    assert {old for old, _ in found.standing} == set(Verdict)
    assert all(old is new for old, new in found.standing)
    assert all(old == new for old, new in found.reviews.values())
    assert found.outcomes.old == found.outcomes.new


def test_other_version_is_told_apart(past: History) -> None:
    """A policy that says the same under another version gives the same text but for its name."""
    past.decide(1, **ASKS)
    past.decide(2)
    found = past.replay(making.small(rest="  - {name: rest, says: Nothing yet., verdict: nurture}"))
    assert (found.identical, found.renamed, found.differs, found.flipped) == (0, 1, 1, 0)
    assert found.other_answers == 0
    assert found.versions == {past.book.version: 2}
    assert past.book.version not in found.new_versions


def test_copy_of_a_policy_changes_nothing_but_the_name(past: History) -> None:
    """A policy under another file's name gives the same decisions, and only real changes count as different."""
    past.decide(1, **ASKS)
    past.decide(2)
    copy = load_policy(making.SMALL, "proposed.yaml")
    found = past.replay(copy)
    assert (found.identical, found.renamed, found.differs) == (0, 2, 0)
    edited = load_policy(making.changed(rest="  - {name: rest, says: Later., verdict: nurture}"), "proposed.yaml")
    found = past.replay(edited)
    assert (found.renamed, found.differs, found.kept_verdict) == (1, 1, 1)
    assert found.differs_in == {Part.REASONS: 1, Part.POLICY: 1}


def test_differences_without_a_flip_are_counted(past: History) -> None:
    """Decisions that keep their verdict are counted by what differs in them; a flip is not among them."""
    past.decide(1, **ASKS)
    past.decide(2)
    past.decide(3, employees=500)
    found = past.replay(STRICT)
    assert (found.differs, found.flipped, found.kept_verdict) == (2, 1, 1)
    assert found.differs_in == {Part.LEVELS: 1, Part.REASONS: 1}
    same = past.replay(making.small(rest="  - {name: rest, says: Nothing yet., verdict: nurture}"))
    assert same.differs_in == {Part.REASONS: 2}


def test_every_part_of_a_decision_has_a_word(past: History) -> None:
    """Whatever part of a decision changes, it is told; what the older text did not hold is not."""
    past.decide(1, **ASKS)
    (kept,) = next(iter(past.store.decisions.stored(ROUTE, None, None, 10)))
    was = json.loads(kept.text)
    for name in was.keys() - {"lead", "verdict", "motion", "scorecard", "versions", "decided_at", "ruled_by"}:
        (part,) = parts_changed(was, {**was, name: "another"})
        assert part is not Part.OTHER, name
    assert parts_changed(was, {**was, "motion": "another"}) == {Part.OTHER}
    fit = {**was["scorecard"]["fit"], "points": 1, "reasons": []}
    assert parts_changed(was, {**was, "scorecard": {**was["scorecard"], "fit": fit}}) == {Part.POINTS, Part.RULES}
    del was["runner_up"]
    assert parts_changed(was, {**was, "runner_up": "asks"}) == frozenset()


def test_flip_says_why(past: History) -> None:
    """A flip names both rows, what moved on the scorecard, and a lead that shows it."""
    past.decide(1, **ASKS)
    past.decide(2)
    found = past.replay(STRICT)
    (flip,) = found.flips
    assert (flip.old, flip.new, flip.old_rule, flip.new_rule) == (Verdict.CONVERT, Verdict.NURTURE, "asks", "rest")
    (example,) = flip.examples
    assert (example.lead, example.at) == (ref(1), making.NOW)
    assert example.because[:2] == ("Was convert by the row `asks`: Hot.", "Is nurture by the row `rest`: Not yet.")
    assert "Fit was strong (50) and is middling (50)." in example.because
    assert found.standing[Verdict.CONVERT, Verdict.NURTURE] == 1


def test_examples_are_few_and_distinct(past: History) -> None:
    """Of many flips of one kind three leads are shown, each once."""
    for number in (1, 1, 1, 2, 3, 4, 5):
        past.decide(number, days=number, **ASKS)
    (flip,) = past.replay(STRICT).flips
    assert flip.decisions == 7
    assert [example.lead for example in flip.examples] == [ref(1), ref(2), ref(3)]


def test_older_text_compares_by_value(past: History) -> None:
    """A decision that was kept before a field existed is equal when all it says is still said."""
    past.decide(1, **ASKS)
    past.decide(2)
    _rewrite(past, 1, lambda kept: [kept.pop(name) for name in ("sampled", "assurance", "policy")])
    _rewrite(past, 2, lambda kept: (kept.pop("sampled"), kept.update(rule="other")))
    found = past.replay()
    assert (found.identical, found.before_fields, found.differs, found.flipped) == (0, 1, 1, 0)


def _rewrite(past: History, number: int, change: Any) -> None:
    """Change the text that is kept of a decision."""
    ((text,),) = past.store.database.rows("SELECT decision FROM decisions WHERE id = ?", (number,))
    kept = json.loads(text)
    change(kept)
    with past.store.database.transaction():
        past.store.database.run("UPDATE decisions SET decision = ? WHERE id = ?", (json.dumps(kept), number))


def test_survivor_verdict_is_carried_on(past: History) -> None:
    """A repeated lead follows what the new policy said of its survivor before, not what the old one said."""
    past.decide(1, **ASKS)
    assert past.decide(2, days=1, follows=1).verdict is Verdict.ATTACH
    found = past.replay(STRICT)
    assert {(flip.old, flip.new): flip.decisions for flip in found.flips} == {
        (Verdict.CONVERT, Verdict.NURTURE): 1,
        (Verdict.ATTACH, Verdict.NURTURE): 1,
    }


def test_survivor_is_not_foreseen(past: History) -> None:
    """What the new policy will say of a survivor later changes nothing before that instant."""
    past.decide(1)
    past.decide(2, days=1, follows=1)
    past.decide(1, days=2, **ASKS)
    past.decide(2, days=3, follows=1)
    past.decide(1, days=4)
    past.decide(2, days=5, follows=1)
    found = past.replay(STRICT)
    (example,) = [flip.examples for flip in found.flips if flip.old is Verdict.ATTACH]
    assert [one.at for one in example] == [making.NOW + timedelta(days=3)]
    assert found.flipped == 2


def test_survivor_opens_no_second_opportunity(past: History) -> None:
    """A repeat opens an opportunity where its survivor opened none under the new policy, and none where it did."""
    past.book = making.small(opportunity='opportunity: {name: "{company}", open_when: {field: rating, is: Hot}}')
    past.decide(1, **{**ASKS, "rating": "Hot"})
    past.decide(2, days=1, follows=1, **{**ASKS, "rating": "Hot"})
    opened = past.replay().opportunities
    assert (opened.old, opened.new) == (1, 1)
    never = making.small(opportunity='opportunity: {name: "{company}", open_when: {field: rating, is: Cold}}')
    lost = past.replay(never)
    assert (lost.opportunities.old, lost.opportunities.new, lost.opportunities.lost) == (1, 0, 1)
    assert (lost.flipped, lost.other_answers) == (0, 1)


def test_repeat_opens_what_its_survivor_did_not(past: History) -> None:
    """Whether a survivor opened an opportunity is carried on as the new policy has it, and only while they differ."""
    opens = 'opportunity: {{name: "{{company}}", open_when: {{field: rating, is: {}}}}}'
    past.book = making.small(opportunity=opens.format("Hot"))
    other = making.small(opportunity=opens.format("Cold"))
    past.decide(1, **{**ASKS, "rating": "Hot"})
    past.decide(2, days=1, follows=1, **{**ASKS, "rating": "Cold"})
    assert past.replay(other).opportunities == Opened(old=1, new=1, gained=1, lost=1)
    past.decide(3, days=2, **{**ASKS, "rating": "Cold"})
    past.decide(4, days=3, follows=3, **{**ASKS, "rating": "Cold"})
    past.decide(3, days=4, **{**ASKS, "rating": "Warm"})
    past.decide(5, days=5, follows=3, **{**ASKS, "rating": "Cold"})
    found = past.replay(other).opportunities
    assert found == Opened(old=1, new=3, gained=3, lost=1)


def test_survivor_before_the_bounds_stays(past: History) -> None:
    """Of survivors that were decided before the stretch that is replayed, the old verdict is what is known."""
    past.decide(1, **ASKS)
    past.decide(2, days=2, follows=1)
    found = past.replay(STRICT, since=making.NOW + timedelta(days=1))
    assert (found.decisions, found.flipped) == (1, 0)


def test_bounds_hold(past: History) -> None:
    """Decisions from the first instant on and before the second are replayed."""
    for days in range(4):
        past.decide(days, days=days)
    found = past.replay(since=making.NOW + timedelta(days=1), until=making.NOW + timedelta(days=3))
    assert found.decisions == 2
    assert (found.first, found.last) == (making.NOW + timedelta(days=1), making.NOW + timedelta(days=2))
    none = past.replay(since=making.NOW + timedelta(days=9))
    assert (none.decisions, none.first, none.last) == (0, None, None)


def test_span_is_that_of_all_routes(past: History) -> None:
    """Routes are replayed one after the other; the first and the last decision are those of all."""
    past.decide(1, days=3)
    past.decide(2, days=1, route="other")
    policies = side_by_side((past.book,))
    found = replay(past.store, {ROUTE: policies, "other": policies}, Silence())
    assert (found.first, found.last) == (making.NOW + timedelta(days=1), making.NOW + timedelta(days=3))


def test_conversions_come_earlier(past: History) -> None:
    """A lead that the new policy converts at an earlier decision moves by the days between the two."""
    past.decide(1, requested_action="demo", requested_at="2026-01-14T09:00:00Z")
    past.decide(1, days=5, **ASKS)
    past.decide(1, days=6, **ASKS)
    moved = past.replay(LENIENT).conversions
    assert (list(moved.earlier), list(moved.later)) == ([5.0], [])
    assert (moved.old, moved.new, moved.gained, moved.lost) == (1, 1, 0, 0)


def test_conversions_come_later(past: History) -> None:
    """A lead that the new policy converts only at a later decision moves the other way."""
    past.book = LENIENT
    past.decide(1, requested_action="demo", requested_at="2026-01-14T09:00:00Z")
    past.decide(1, days=2.5, **ASKS)
    moved = past.replay(making.small()).conversions
    assert (list(moved.earlier), list(moved.later)) == ([], [2.5])


def test_gained_and_lost(past: History) -> None:
    """Conversions and opportunities that only one of the policies brings are counted on its side."""
    past.decide(1, requested_action="demo", requested_at="2026-01-14T09:00:00Z")
    past.decide(2, **ASKS)
    gained, lost = past.replay(LENIENT), past.replay(STRICT)
    assert (gained.conversions.gained, gained.conversions.lost) == (1, 0)
    assert (gained.opportunities.gained, gained.opportunities.new) == (1, 2)
    assert (lost.conversions.gained, lost.conversions.lost) == (0, 1)
    assert (lost.opportunities.lost, lost.opportunities.new) == (1, 0)


def test_converted_lead_tells_nothing_more(past: History) -> None:
    """What is decided on a lead once it is converted is no conversion of a policy that had not converted it."""
    past.decide(1, **ASKS)
    past.decide(1, days=1, converted=True, **ASKS)
    found = past.replay(STRICT)
    assert (found.conversions.old, found.conversions.new, found.conversions.lost) == (1, 0, 1)
    assert found.standing == {(Verdict.CONVERT, Verdict.NURTURE): 1}


def test_review_opens_once(past: History) -> None:
    """A review counts in the week in which the verdict becomes review, and not again while it stays so."""
    past.book = making.small(rest="  - {name: rest, says: Look., verdict: review}")
    for days in (0, 1, 8):
        past.decide(1, days=days)
    past.decide(2, days=8)
    found = past.replay(making.small())
    assert found.reviews == {"2026-W03": (1, 0), "2026-W04": (1, 0)}


def test_doubted_decision_counts_once(past: History) -> None:
    """A decision that was made again at once, because of a value in doubt, is compared and not counted as standing."""
    lead = replace(making.lead(**ASKS), ref=ref(1))
    first = making.inputs(lead)
    past.keep(first)
    past.keep(replace(first, doubts=("No word for it.",), as_of=first.as_of + timedelta(milliseconds=4)))
    found = past.replay()
    assert (found.decisions, found.identical, found.superseded) == (2, 2, 1)
    assert (found.conversions.old, found.standing) == (0, {(Verdict.REVIEW, Verdict.REVIEW): 1})


def test_first_policy_that_applies_decides(past: History) -> None:
    """Of several policies the first that is for a lead decides; their order is part of their version."""
    past.decide(1, company="East Harbor", **ASKS)
    past.decide(2, **ASKS)
    applies = "name: east\napplies: {says: The east., when: {field: company, is: East Harbor}}\n"
    east = load_policy(applies + making.changed(levels="  levels: {strong: 60, middling: 20, weak: 0}"), "e.yaml")
    found = past.replay(east, past.book)
    assert [example.lead for flip in found.flips for example in flip.examples] == [ref(1)]
    assert found.new_versions != (past.book.version,)


def test_cost_is_measured_in_the_journal(past: History) -> None:
    """API calls are what the journal says that converting a lead cost, times the leads of each policy."""
    for number in (1, 2, 3):
        past.decide(number, **ASKS)
    assert past.replay().calls.old is None
    steps = [replace(step(number), lead=ref(number), cost=0.5) for number in (1, 2)]
    land = replace(step(8), lead=ref(1), action=Action.LAND, cost=0.25)
    past.store.journal.planned(plan(*steps, land))
    past.store.journal.sent(orders(*steps, land), ROUTE, "run", making.NOW)
    past.store.journal.settle([receipt(one) for one in (*steps, land)], [])
    calls = past.replay(STRICT).calls
    assert (calls.each[Verdict.CONVERT], calls.measured_on[Verdict.CONVERT]) == (0.625, 2)
    assert (calls.old, calls.new) == (1.875, 0.0)


def test_people_are_heard_apart(past: History) -> None:
    """Blind reviews and rulings count as agreement, of whichever policy converts by itself."""
    for number in (1, 2):
        past.decide(number, **ASKS)
        sample = Sample(ROUTE, ref(number), "policy", "v1", Verdict.CONVERT, making.NOW)
        past.store.samples.add([sample])
    past.store.samples.answer(1, Verdict.CONVERT, "ann", making.NOW)
    past.store.samples.answer(2, Verdict.NURTURE, "ann", making.NOW)
    asked = making.inputs(replace(making.lead(requested_action="demo", created_at="2026-01-14T09:00:00Z"), ref=ref(3)))
    past.keep(asked)
    later = asked.as_of + timedelta(days=1)
    past.keep(replace(asked, as_of=later, ruling=Ruling(Verdict.DISQUALIFY, "ann", later)))
    outcomes = past.replay(LENIENT).outcomes
    assert (outcomes.old.leads, outcomes.old.right, outcomes.old.wrong) == (2, 1, 1)
    assert (outcomes.only_new.leads, outcomes.only_new.wrong, outcomes.only_new.known) == (1, 1, 0)


def test_outcomes_are_counted_where_known(past: History) -> None:
    """Won and lost deals and leads that people closed count; others are unknown, and only leads with an end are."""
    for number in range(4):
        past.decide(number, **ASKS)
    past.decide(4, requested_action="demo", requested_at="2026-01-14T09:00:00Z")
    past.decide(4, days=3, status="Closed")
    _end(past, 0, won=True)
    _end(past, 1, won=True)
    _end(past, 2, won=False)
    outcomes = past.replay(LENIENT).outcomes
    assert (outcomes.old.leads, outcomes.old.won, outcomes.old.lost, outcomes.old.known) == (4, 2, 1, 3)
    assert (outcomes.new.leads, outcomes.new.won, outcomes.new.lost, outcomes.new.disqualified) == (5, 2, 1, 1)
    assert outcomes.only_new == Fared(leads=1, disqualified=1)
    assert outcomes.only_old == Fared()
    assert (outcomes.all_known.leads, outcomes.all_known.known) == (4, 4)
    lost = past.replay(STRICT).outcomes
    assert (lost.new, lost.only_old) == (Fared(), lost.old)


def _end(past: History, number: int, *, won: bool) -> None:
    """The opportunity of a lead is closed."""
    opportunity, at = RecordRef("crm", "Opportunity", f"O{number}"), making.NOW + timedelta(days=30)
    key = external_key("crm", ref(number).id, Kind.OPPORTUNITY)
    past.store.crosswalk.link([CrosswalkEntry(key, Kind.OPPORTUNITY.value, opportunity, created=True)])
    past.store.stages.put([StageChange(opportunity, at, "Closed", Origin.HISTORY, closed=True, won=won)])


def test_ledger_finds_every_lead() -> None:
    """A ledger that grew knows each of its leads, and nobody else."""
    ledger = Ledger()
    for number in range(3000):
        row, new = ledger.row(ROUTE, ref(number))
        assert (row, new) == (number, True)
    assert [ledger.find(ROUTE, ref(number)) for number in (0, 1500, 2999)] == [0, 1500, 2999]
    assert ledger.find("other", ref(1)) is None
    assert ledger.find(ROUTE, RecordRef("other", "Lead", "L1")) is None
    ledger.set_last(7, Verdict.REVIEW, Verdict.DISQUALIFY)
    ledger.carry(7, True, 300)
    assert (ledger.last(7), ledger.code(7)) == ((Verdict.REVIEW, Verdict.DISQUALIFY), 300)
    ledger.drop(7)
    assert not ledger.bits[7] & CARRIED
    assert ledger.last(7) == (Verdict.REVIEW, Verdict.DISQUALIFY)
    assert ledger.last(8) == (None, None)
