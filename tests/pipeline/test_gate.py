"""Gates by what is kept: how a version begins, which answers count, what reopening does, and that replays agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connector.model.assurance import GateRecord, Sample
from connector.model.decision import Decision, Gate, Verdict
from connector.model.history import Origin, StageChange
from connector.model.match import Linkage, Resolution
from connector.model.progress import CrosswalkEntry, InboxState, Page, Watermark, Woken
from connector.model.records import RawRecord, RecordRef
from connector.pipeline.gate import reopen, settle
from connector.policy import Rulebook, load_policy
from tests.pipeline.histories import ASKS, ROUTE, History, history, ref
from tests.policy import making
from tests.store.making import orders, plan, receipt, step

DAY = timedelta(days=1)
NOW = making.NOW


@pytest.fixture
def past(tmp_path: Path) -> Iterator[History]:
    """A state file, and a policy with an error budget."""
    with history(tmp_path) as made:
        made.book = gated()
        yield made


def gated(target: float = 0.9, points: int = 50, name: str = "") -> Rulebook:
    """The small policy with an error budget; *points* for a big company."""
    budget = f"{{target: {target}, outcome_target: 0.6, probation: {{reviewed: 5}}}}"
    text = f"{making.SMALL}error_budget: {budget}\n".replace("points: 50", f"points: {points}")
    return load_policy(f"name: {name}\n{text}" if name else text, making.PATH)


def answer(
    past: History, numbers: range, word: Verdict, at: datetime = NOW, verdict: Verdict = Verdict.CONVERT
) -> None:
    """Samples of these leads, drawn at an instant and answered with one word a day later."""
    made = (Sample(ROUTE, ref(n), past.book.name, past.book.decides, verdict, at) for n in numbers)
    past.store.samples.add(made)
    for sample in past.store.samples.list():
        past.store.samples.answer(sample.number, word, "Rita", at + DAY)


def closed(past: History) -> GateRecord:
    """The gate of the policy, closed by ten answers that say otherwise."""
    settle(past.store, past.book, NOW)
    answer(past, range(10), Verdict.NURTURE)
    record = settle(past.store, past.book, NOW + DAY)
    assert record.state is Gate.CLOSED
    return record


def events(past: History) -> list[tuple[str, str]]:
    """Who did what to gates, the oldest first."""
    entries = past.store.audit.entries(f"policy {past.book.name}")
    return [(entry.actor, entry.event) for entry in sorted(entries, key=lambda entry: entry.id)]


def test_enough_agreement_ends_probation(past: History) -> None:
    """A version begins on probation, and is open once enough of its conversions were reviewed; both are kept."""
    assert settle(past.store, past.book, NOW).state is Gate.PROBATION
    answer(past, range(5), Verdict.ATTACH)
    assert settle(past.store, past.book, NOW, keep=False).state is Gate.OPEN
    assert past.store.samples.gates()[0].state is Gate.PROBATION
    assert settle(past.store, past.book, NOW + DAY, ("north", "v9")).under == (("north", "v9"),)
    assert past.store.samples.gates()[0].state is Gate.OPEN
    assert events(past) == [("error budget", "gate open")]


def test_only_conversions_are_evidence(past: History) -> None:
    """What people say of sampled disqualifications is kept, and says nothing of conversions."""
    settle(past.store, past.book, NOW)
    answer(past, range(20), Verdict.CONVERT, verdict=Verdict.DISQUALIFY)
    record = settle(past.store, past.book, NOW)
    assert (record.state, record.reviewed) == (Gate.PROBATION, 0)


def test_outcomes_close_apart_from_reviews(past: History) -> None:
    """Opportunities that sales close at once are evidence of their own, looked up where it is asked for."""
    under = (ROUTE, past.book.version)
    settle(past.store, past.book, NOW, under)
    for number in range(24):
        _lost_at_once(past, number)
    assert settle(past.store, past.book, NOW, under, keep=False, reviews_only=True).outcomes == 0
    record = settle(past.store, past.book, NOW, under)
    assert (record.state, record.reviewed, record.outcomes) == (Gate.CLOSED, 0, 24)
    assert record.why == "sales accepted 0 of 24 opportunities that it opened, and 60 % must be"


def test_words_keep_the_gate(past: History) -> None:
    """A policy whose target alone is edited goes on with its gate and its evidence; what is open stays open."""
    settle(past.store, past.book, NOW)
    answer(past, range(5), Verdict.CONVERT)
    opened = settle(past.store, past.book, NOW + DAY)
    past.book, before = gated(0.85), past.book
    assert past.book.version != before.version
    assert settle(past.store, past.book, NOW + 2 * DAY) == opened
    assert opened.state is Gate.OPEN


def test_other_policy_starts_on_probation(past: History) -> None:
    """Where the newest gate is not closed, a policy that decides otherwise collects evidence of its own."""
    settle(past.store, past.book, NOW)
    answer(past, range(5), Verdict.CONVERT)
    assert settle(past.store, past.book, NOW + DAY).state is Gate.OPEN
    record = settle(past.store, gated(points=60), NOW + 2 * DAY)
    assert (record.state, record.reviewed, record.why) == (Gate.PROBATION, 0, "what the policy decides by is new")


def test_edited_policy_stays_closed(past: History) -> None:
    """However often a closed policy is edited it starts closed, tells why, and nobody is alerted anew."""
    before = replace(closed(past), alerted_at=NOW + DAY)
    past.store.samples.set_gate(before)
    edited = settle(past.store, gated(points=60), NOW + 2 * DAY)
    again = settle(past.store, gated(points=70), NOW + 3 * DAY)
    assert (edited.state, edited.reviewed, edited.alerted_at) == (Gate.CLOSED, 0, NOW + DAY)
    assert edited.why == (
        f"version {before.version[:12]} was closed on 2026-01-16: 0 of 10 blind reviews agreed, and 90 % must; once the"
        " policy is mended, `connector policy gate --reopen policy --by … --why …` opens it"
    )
    assert (again.state, again.why) == (Gate.CLOSED, edited.why)
    assert events(past) == [("error budget", "gate closed")] * 3


def test_new_name_opens_nothing(past: History) -> None:
    """A closed policy under another name, or none, decides as before, and starts closed."""
    closed(past)
    renamed = gated(name="fresh")
    assert (renamed.name, renamed.decides) == ("fresh", past.book.decides)
    record = settle(past.store, renamed, NOW + 2 * DAY)
    assert record.state is Gate.CLOSED
    assert "--reopen fresh" in record.why


def test_mended_policy_opens_by_hand(past: History) -> None:
    """A person opens the edited policy; the next edit starts on probation, and what was closed stays closed."""
    closed(past)
    mended = settle(past.store, gated(points=60), NOW + 2 * DAY)
    reopen(past.store, mended, "Rita", "the junk source is cut", NOW + 3 * DAY)
    opened = settle(past.store, gated(points=60), NOW + 4 * DAY)
    assert (opened.state, opened.why.partition("; once")[2]) == (Gate.PROBATION, "")
    assert "it was closed because version" in opened.why
    assert settle(past.store, gated(points=70), NOW + 5 * DAY).state is Gate.PROBATION
    assert settle(past.store, past.book, NOW + 5 * DAY).state is Gate.CLOSED


def test_reopening_starts_evidence_anew(past: History) -> None:
    """Answers on what was decided before a person opened the gate do not close it again; later ones do."""
    reopen(past.store, closed(past), "Rita", "the junk source is cut", NOW + 2 * DAY)
    answer(past, range(20, 30), Verdict.NURTURE, NOW + DAY)
    record = settle(past.store, past.book, NOW + 3 * DAY)
    assert (record.state, record.reviewed, record.reopened_by) == (Gate.PROBATION, 0, "Rita")
    answer(past, range(30, 40), Verdict.NURTURE, NOW + 4 * DAY)
    assert settle(past.store, past.book, NOW + 5 * DAY).state is Gate.CLOSED
    told = [("error budget", "gate closed"), ("Rita", "gate reopened"), ("error budget", "gate closed")]
    assert events(past) == told


def test_reopening_wakes_who_waits_for_it(past: History) -> None:
    """Leads that wait because the gate is closed are looked at again; those that wait for another reason are not."""
    record = closed(past)
    waiting, other = (_in_review(past, number, gate) for number, gate in ((1, Gate.CLOSED), (2, Gate.OPEN)))
    assert (waiting.reasons[0].code, other.verdict) == ("gate-closed", Verdict.CONVERT)
    assert reopen(past.store, record, "Rita", "mended", NOW) == 1
    row = past.store.inbox.row(ROUTE, waiting.lead)
    assert row is not None
    assert row.woken is Woken.LOOK_AGAIN


def test_closed_decisions_replay_alike(past: History) -> None:
    """The gate is part of what a decision rested on: the same policy replays to the same text."""
    for number, gate in ((1, Gate.CLOSED), (2, Gate.PROBATION), (3, Gate.OPEN)):
        _decided(past, number, gate)
    found = past.replay()
    assert (found.identical, found.decisions, found.flips) == (3, 3, ())


def _decided(past: History, number: int, gate: Gate) -> Decision:
    lead = replace(making.lead(**ASKS), ref=ref(number))
    inputs = replace(making.inputs(lead, Linkage.NEW, as_of=NOW), gate=gate)
    return past.keep(replace(inputs, resolution=Resolution(lead.ref, Linkage.NEW)))


def _lost_at_once(past: History, number: int) -> None:
    """A lead that was converted, and whose opportunity was closed in its first stage."""
    decision = _decided(past, number, Gate.PROBATION)
    done = replace(step(number), lead=decision.lead)
    past.store.journal.planned(replace(plan(done, plan_id=f"plan-{number}"), versions=decision.versions))
    past.store.journal.sent(orders(done), ROUTE, "run", NOW)
    made = RecordRef("crm", "Opportunity", f"O{number}")
    link = CrosswalkEntry(f"{decision.lead.key}:opportunity", "opportunity", made, True)
    past.store.journal.settle([receipt(done)], [link])
    past.store.stages.put([StageChange(made, NOW, "Lost", Origin.HISTORY, closed=True)])


def _in_review(past: History, number: int, gate: Gate) -> Decision:
    """A lead that came, was decided and put to rest, with an open question."""
    decision = _decided(past, number, gate)
    raw = RawRecord(decision.lead, {"Company": "Acme"}, NOW)
    past.store.inbox.receive(ROUTE, Page((raw,), Watermark(NOW, raw.ref.id)), ["f"], ROUTE, "run")
    past.store.inbox.set_state(ROUTE, decision.lead, InboxState.DECIDED)
    past.store.reviews.open(ROUTE, Resolution(decision.lead, Linkage.NEW), "Is it a fit?", NOW)
    return decision
