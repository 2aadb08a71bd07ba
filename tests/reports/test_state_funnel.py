"""How far each lead came, as the state file tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.model.decision import Motion, Reason, Score, Scorecard, Stage, Verdict
from connector.model.history import LeadHistory, Origin, StageChange
from connector.model.match import Band, Entry, Linkage, Match, Resolution
from connector.model.plan import Outcome
from connector.model.progress import CrosswalkEntry
from connector.model.records import Kind, RecordRef, external_key
from connector.reports.conversions import EARLY, conversions_report
from connector.reports.funnel import Question, summarise
from connector.store import SqliteStore
from tests.store.making import (
    ROUTE,
    START,
    account,
    decision,
    inputs,
    lead,
    marks,
    orders,
    page,
    plan,
    raw,
    receipt,
    record,
    step,
)

CREATED = "2026-03-01T09:00:00Z"


def day(number: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=number)


def opportunity(number: int = 1, connection: str = "sf") -> RecordRef:
    """The reference of an opportunity."""
    return RecordRef(connection, "Opportunity", f"006{number:012}AAA")


def decided(store: SqliteStore, number: int, at: float, verdict: Verdict, stage: Stage, **said: Any) -> None:
    """A decision on a lead, so many days after the start; *bant* is the level of its BANT."""
    nothing, bant = Score(0, "none"), Score(0, said.pop("bant", "open"))
    values = {"source": "Web", "created_at": CREATED, "owner_id": "005A", **said.pop("values", {})}
    known = said.pop("account", None)
    route, ref = said.pop("route", ROUTE), said.pop("lead", lead(number))
    made = replace(
        decision(number, verdict),
        lead=ref,
        stage=stage,
        decided_at=day(at),
        rule=said.pop("rule", "row"),
        scorecard=Scorecard(nothing, nothing, nothing, bant),
        **said,
    )
    matched = Match(Kind.ACCOUNT, known.ref, 9.0, Band.LINK, ()) if known else None
    resolution = Resolution(ref, Linkage.ACCOUNT if known else Linkage.NEW, account=matched)
    told = replace(inputs(number), lead=record(ref, Kind.LEAD, **values), resolution=resolution, account=known)
    store.decisions.save(route, made, told, "run")


def converted(store: SqliteStore, number: int, at: float, led_to: RecordRef | None = None) -> None:
    """We convert the lead, into an opportunity that we make where one is named."""
    one = step(number)
    store.journal.planned(plan(one, plan_id=f"plan-{number}"))
    store.journal.sent(orders(one), ROUTE, "run", day(at))
    keyed = (
        [CrosswalkEntry(external_key("sf", lead(number).id, Kind.OPPORTUNITY), "opportunity", led_to, True)]
        if led_to
        else []
    )
    store.journal.settle([replace(receipt(one, Outcome.APPLIED), at=day(at))], keyed)


def moved(store: SqliteStore, at: float, stage: str, number: int = 1, **said: Any) -> None:
    """The CRM's history tells that an opportunity stood in *stage* from then on."""
    origin = said.pop("origin", Origin.HISTORY)
    store.stages.put([StageChange(opportunity(number), day(at), stage, origin, **said)])


def rows(store: SqliteStore, *routes: str, batch: int = 1000) -> list[LeadHistory]:
    """The rows of some routes."""
    return [row for found in store.funnel.histories(routes or (ROUTE,), batch) for row in found]


def test_lead_is_followed_to_the_win(store: SqliteStore) -> None:
    """MQL and SRL are the first decisions that said so, SQL the first move past the first stage, then the win."""
    decided(store, 1, 0, Verdict.NURTURE, Stage.NEW)
    decided(store, 1, 1, Verdict.NURTURE, Stage.MQL)
    decided(store, 1, 3, Verdict.CONVERT, Stage.SRL, bant="met", values={"industry": "Energy"})
    converted(store, 1, 3, opportunity())
    moved(store, 3, "Prospecting", amount=10.0, forecast="Pipeline")
    moved(store, 8, "Qualification", amount=10.0, forecast="Pipeline")
    moved(store, 20, "Closed Won", amount=12.0, forecast="Closed", closed=True, won=True)
    moved(store, 21, "Closed Won", amount=15.0, forecast="Closed", closed=True, won=True)
    (row,) = rows(store)
    assert (row.lead_id, row.source, row.segment, row.owner) == (lead(1).key, "Web", "Energy", "005A")
    assert (row.mql_at, row.srl_at, row.converted_at, row.sql_at) == (day(1), day(3), day(3), day(8))
    assert (row.won_at, row.lost_at, row.amount, row.stage) == (day(20), None, 15.0, "Closed Won")
    assert (row.customer, row.motion, row.origin, row.early) == ("new", "hunter", Origin.HISTORY, False)


def test_lead_never_ready_before_is_mql_and_srl_at_once(store: SqliteStore) -> None:
    """Whoever is sales ready at first sight passes MQL in that instant; without BANT it is an early conversion."""
    decided(store, 1, 2, Verdict.CONVERT, Stage.SRL, rule="early-conversion")
    converted(store, 1, 2)
    (row,) = rows(store)
    assert (row.mql_at, row.srl_at, row.early, row.opportunity) == (day(2), day(2), True, "")


def test_lost_from_the_first_stage_is_no_sql(store: SqliteStore) -> None:
    """Sales gave it back from the first stage: lost, and never accepted. One that was reopened is not lost."""
    for number in (1, 2):
        decided(store, number, 0, Verdict.CONVERT, Stage.SRL)
        converted(store, number, 0, opportunity(number))
        moved(store, 0, "Prospecting", number)
        moved(store, 5, "Closed Lost", number, closed=True, forecast="Omitted")
    moved(store, 9, "Negotiation", 2)
    lost, back = rows(store)
    assert (lost.sql_at, lost.lost_at, lost.won_at) == (None, day(5), None)
    assert (back.sql_at, back.lost_at, back.stage) == (day(9), None, "Negotiation")


def test_snapshot_past_the_first_stage_is_sql_when_seen(store: SqliteStore) -> None:
    """Where the CRM keeps no history, the first stage is the one in which what we make begins most often."""
    for number in (1, 2, 3):
        decided(store, number, 0, Verdict.CONVERT, Stage.SRL)
        converted(store, number, 0, opportunity(number))
        moved(store, 1, "Prospecting" if number < 3 else "Proposal", number, origin=Origin.SNAPSHOT)
    first, _, third = rows(store)
    assert (first.sql_at, first.origin) == (None, Origin.SNAPSHOT)
    assert third.sql_at == day(1)


def test_opportunity_without_moves_tells_its_end(store: SqliteStore) -> None:
    """Of an opportunity that is only in the directory, its close date says when it was won."""
    decided(store, 1, 0, Verdict.CONVERT, Stage.SRL)
    converted(store, 1, 0, opportunity())
    won = record(
        opportunity(),
        Kind.OPPORTUNITY,
        stage="Closed Won",
        closed=True,
        won=True,
        close_date="2026-03-20",
        amount=7,
        owner_id="005B",
    )
    store.directory.put([Entry(won)])
    (row,) = rows(store)
    assert row.won_at is not None
    assert (row.won_at.date().isoformat(), row.amount, row.owner, row.origin) == ("2026-03-20", 7.0, "005B", None)


@pytest.mark.parametrize(
    ("kind", "deal", "customer"),
    [
        ("Customer - Direct", "", "existing"),
        ("Prospect", "", "new"),
        ("", "", "new"),
        ("Customer - Direct", "New Customer", "new"),
        ("", "Existing Customer - Upgrade", "existing"),
        ("", "Renewal", "existing"),
        ("Customer", "Partner", "existing"),
    ],
)
def test_customer_is_told_by_the_deal_then_the_account(store: SqliteStore, kind: str, deal: str, customer: str) -> None:
    """The opportunity's own type says it, else an account of type Customer; one of no type is a new customer."""
    known = record(account(1), Kind.ACCOUNT, type=kind, industry="Energy")
    decided(store, 1, 0, Verdict.ATTACH, Stage.NEW, account=known, motion=Motion.FARMER)
    converted(store, 1, 0, opportunity())
    store.directory.put([Entry(record(opportunity(), Kind.OPPORTUNITY, type=deal))])
    (row,) = rows(store)
    assert (row.customer, row.motion, row.segment) == (customer, "farmer", "Energy")


def test_deleted_opportunity_leaves_the_pipeline(store: SqliteStore) -> None:
    """What was deleted in the CRM is neither open nor ended, however it moved before; the lead stays in the counts."""
    for number in (1, 2):
        decided(store, number, 0, Verdict.CONVERT, Stage.SRL)
        converted(store, number, 0, opportunity(number))
        moved(store, 0, "Prospecting", number, amount=10.0)
        moved(store, 5, "Negotiation" if number == 1 else "Prospecting", number, amount=10.0)
        store.directory.put([Entry(record(opportunity(number), Kind.OPPORTUNITY, amount=10))])
    before = summarise(rows(store), Question(day(9))).total
    assert (before.pipeline.qualified.value, before.pipeline.unqualified.value) == (10, 10)
    for number in (1, 2):
        gone = replace(record(opportunity(number), Kind.OPPORTUNITY), deleted=True)
        store.directory.put([Entry(gone)])
    found = rows(store)
    assert [(row.gone, row.sql_at, row.amount, row.opportunity) for row in found] == [(True, None, None, "")] * 2
    total = summarise(found, Question(day(9))).total
    assert (total.pipeline.qualified.count, total.pipeline.unqualified.count, total.reached["srl"]) == (0, 0, 2)
    assert sum(time.still.count for time in total.stages) == 0
    fared = conversions_report(day(9), day(-1), day(9), [], found).fared[EARLY]
    assert (fared.converted, fared.open, fared.waiting) == (2, 0, 0)


def test_disqualified_since_it_was_said_first(store: SqliteStore) -> None:
    """A disqualification counts from the first of the decisions that say so, and no stage was reached by it."""
    decided(store, 1, -1, Verdict.DISQUALIFY, Stage.SRL, disqualification="junk")
    decided(store, 1, 0, Verdict.NURTURE, Stage.MQL)
    decided(store, 1, 4, Verdict.DISQUALIFY, Stage.SRL, disqualification="stale")
    decided(store, 1, 9, Verdict.DISQUALIFY, Stage.SRL, disqualification="stale")
    (row,) = rows(store)
    assert (row.disqualified_at, row.reason, row.mql_at, row.srl_at) == (day(4), "stale", day(0), None)


def test_recycled_lead_is_told(store: SqliteStore) -> None:
    """A lead that sales handed back is recycled from the day on which that was seen."""
    decided(store, 1, 0, Verdict.REVIEW, Stage.SRL)
    decided(store, 1, 4, Verdict.NURTURE, Stage.MQL)
    decided(store, 1, 6, Verdict.NURTURE, Stage.MQL, reasons=(Reason("recycled", "Handed back."),))
    (row,) = rows(store)
    assert (row.recycled_at, row.reason, row.srl_at) == (day(6), "recycled", day(0))


def test_lead_answered_back_is_recycled(store: SqliteStore) -> None:
    """A person who answers a review by nurture hands the lead back."""
    decided(store, 1, 0, Verdict.REVIEW, Stage.SRL)
    decided(store, 1, 6, Verdict.NURTURE, Stage.SRL, rule="ruling")
    (row,) = rows(store)
    assert (row.recycled_at, row.reason) == (day(6), "handed-back")


def test_repeated_lead_comes_no_further(store: SqliteStore) -> None:
    """A lead that repeats another counts as a lead; its survivor counts in the stages."""
    decided(store, 1, 0, Verdict.CONVERT, Stage.SRL)
    decided(store, 2, 0, Verdict.CONVERT, Stage.SRL, duplicate_of=lead(1))
    first, second = rows(store)
    assert first.srl_at == day(0)
    assert (second.mql_at, second.srl_at, second.disqualified_at, second.reason) == (None, None, day(0), "duplicate-of")


def test_closed_lead_is_not_disqualified_after_conversion(store: SqliteStore) -> None:
    """What is decided on a lead that we closed by converting it is no news of its way."""
    decided(store, 1, 0, Verdict.CONVERT, Stage.SRL)
    converted(store, 1, 0)
    decided(store, 1, 5, Verdict.DISQUALIFY, Stage.NEW, disqualification="closed-in-crm")
    (row,) = rows(store)
    assert (row.disqualified_at, row.srl_at) == (None, day(0))


def test_landed_lead_goes_on_as_the_one_it_came_from(store: SqliteStore) -> None:
    """A lead landed in another CRM and decided on there is one lead, created where it began."""
    source = RecordRef("inbox", "leads", "row-1")
    decided(
        store,
        1,
        0,
        Verdict.NURTURE,
        Stage.MQL,
        route="inbox",
        lead=source,
        values={"created_at": "2026-02-01T00:00:00Z"},
    )
    decided(store, 1, 4, Verdict.CONVERT, Stage.SRL)
    store.crosswalk.link([CrosswalkEntry(source.key, "lead", lead(1), True)])
    converted(store, 1, 4, opportunity())
    (row,) = rows(store, "inbox", ROUTE)
    assert (row.lead_id, row.mql_at, row.srl_at, row.converted_at) == (source.key, day(0), day(4), day(4))
    assert row.created_at is not None
    assert (row.created_at.month, row.opportunity) == (2, opportunity().id)
    (alone,) = rows(store, ROUTE)
    assert alone.lead_id == lead(1).key


def test_lead_without_creation_counts_from_the_first_pull(store: SqliteStore) -> None:
    """A row of a file has no date of creation: we saw it first when we pulled it."""
    given = page(raw(1))
    store.inbox.receive(ROUTE, given, marks(given), ROUTE, "run")
    decided(store, 1, 2, Verdict.NURTURE, Stage.NEW, values={"created_at": None})
    (row,) = rows(store)
    assert row.created_at == START


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_batches_hold_every_lead_once(store: SqliteStore, batch: int) -> None:
    """However small the batches are, every lead of the asked routes comes once, in the order of its first decision."""
    for number in (3, 1, 2):
        decided(store, number, number, Verdict.NURTURE, Stage.NEW)
    decided(store, 3, 9, Verdict.NURTURE, Stage.MQL)
    decided(store, 4, 9, Verdict.NURTURE, Stage.MQL, route="other")
    assert [row.lead_id for row in rows(store, batch=batch)] == [lead(n).key for n in (3, 1, 2)]
    assert rows(store, "other")[0].lead_id == lead(4).key


def test_questions_are_as_many_per_batch(store: SqliteStore) -> None:
    """The number of queries depends on the batches, not on the leads in them."""
    for number in range(1, 21):
        decided(store, number, 0, Verdict.NURTURE, Stage.NEW)
    asked: list[str] = []
    store.database.connection.set_trace_callback(asked.append)
    assert len(rows(store)) == 20
    twenty = len(asked)
    asked.clear()
    assert len(rows(store, batch=10)) == 20
    assert len(asked) <= 2 * twenty


def test_first_reason_stands_for_a_disqualification_without_one(store: SqliteStore) -> None:
    """A lead that was deleted in the CRM has no reason from the list: the decision's own says why."""
    gone = (Reason("deleted-in-crm", "deleted in the CRM"),)
    decided(store, 1, 1, Verdict.DISQUALIFY, Stage.NEW, reasons=gone)
    assert rows(store)[0].reason == "deleted-in-crm"
