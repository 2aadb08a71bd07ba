"""What was done with leads, and how early conversions fared against the others."""

from __future__ import annotations

from dataclasses import replace

from connector.model.decision import Stage, Verdict
from connector.model.history import LeadHistory
from connector.model.plan import Action
from connector.model.stagnant import Deed
from connector.reports.conversions import (
    EARLY,
    ON_BANT,
    WITHOUT,
    ConversionsReport,
    conversions_json,
    conversions_report,
    conversions_rows,
    conversions_tables,
)
from connector.reports.conversions_page import conversions_page
from connector.reports.measures import Health
from connector.store import SqliteStore
from tests.store.making import ROUTE, orders, plan, receipt, step

from .leads import NOW, START, day, way
from .test_page import read
from .test_state_funnel import converted, decided
from .test_state_funnel import day as since_start

DEEDS = [
    Deed(ROUTE, "2026-01-01", "convert", "early-conversion", 5, 4),
    Deed(ROUTE, "2026-01-02", "review", "<b>", 2, 0),
]


def fared(*rows: LeadHistory) -> ConversionsReport:
    """The report of conversions in a hundred days."""
    return conversions_report(NOW, START, NOW, DEEDS, rows)


def test_conversions_are_compared_by_kind() -> None:
    """Early ones, those on BANT, and those that asked for nothing are counted apart, with what became of each."""
    report = fared(
        way(1, srl=1, converted=1, early=True, sql=5, won=20),
        way(2, srl=1, converted=1, early=True, lost=9),
        way(3, srl=1, converted=40, early=True),
        way(4, srl=1, converted=1, sql=2, lost=9),
        way(5, converted=1, motion="farmer"),
        way(6, srl=1),
        way(7, srl=1, converted=200),
    )
    early = report.fared[EARLY]
    assert (early.converted, early.sql, early.won, early.lost, early.open) == (3, 1, 1, 1, 1)
    assert (early.waiting, early.waiting_days) == (1, 60.0)
    assert (early.accepted.value, early.settled.value, early.win.value) == (1 / 3, 0.5, 1.0)
    assert [report.fared[kind].converted for kind in (ON_BANT, WITHOUT)] == [1, 1]
    assert report.fared[ON_BANT].win.value == 0.0


def test_young_conversions_are_not_judged() -> None:
    """Opportunities that had no time yet say nothing of whether sales accepts them."""
    report = fared(*(way(number, srl=99, converted=99, early=True) for number in range(50)))
    assert report.fared[EARLY].settled.health is Health.UNKNOWN
    assert report.differences["settled"] is None


def test_clear_difference_is_told() -> None:
    """Where early conversions are accepted far less often, the words say so; with a handful they do not."""
    rows = [way(n, srl=1, converted=1, early=n % 2 == 0, **({"sql": 2} if n % 2 else {"lost": 3})) for n in range(60)]
    told = {one.title: one.rows for one in conversions_tables(fared(*rows))}
    assert told["Early less on BANT"][0][3] == "early ones do worse"
    few = {one.title: one.rows for one in conversions_tables(fared(*rows[:2]))}
    assert few["Early less on BANT"][0][3] == "no difference can be told"


def test_every_form_tells_the_same() -> None:
    """JSON, rows and page hold what was done and how it fared, with names as words."""
    report = fared(way(1, srl=1, converted=1, early=True, sql=5))
    answer = conversions_json(report)
    assert answer["done"][1]["rule"] == "<b>"  # type: ignore[index]
    assert answer["fared"]["early"]["sql"] == 1  # type: ignore[index]
    assert ("fared", EARLY, "sql", 1, "", "") in list(conversions_rows(report))
    page = conversions_page(report)
    assert "<b>" not in page
    assert "<b>" in read(page).words


def test_deeds_are_counted_from_standing_decisions(store: SqliteStore) -> None:
    """Standing decisions of the asked days count by day, verdict and row; what was carried out is told apart."""
    decided(store, 1, 0, Verdict.CONVERT, Stage.SRL, rule="early-conversion")
    decided(store, 2, 0, Verdict.CONVERT, Stage.SRL, rule="early-conversion")
    decided(store, 3, 0, Verdict.NURTURE, Stage.NEW)
    decided(store, 3, 1, Verdict.REVIEW, Stage.NEW)
    decided(store, 4, 5, Verdict.REVIEW, Stage.NEW)
    converted(store, 1, 0)
    found = store.funnel.deeds([ROUTE], since_start(0), since_start(4))
    assert found == [
        Deed(ROUTE, "2026-03-02", "convert", "early-conversion", 2, 1),
        Deed(ROUTE, "2026-03-03", "review", "row", 1, 0),
    ]


def test_what_was_decided_is_drawn() -> None:
    """One day without conversions has a plot too: the leads by verdict and row."""
    one = [Deed(ROUTE, "2026-01-01", "review", "ask", 2, 0)]
    document = conversions_page(conversions_report(NOW, START, NOW, one, []))
    assert document.count("<svg") == 1
    assert "review: ask" in read(document).words
    assert "<svg" not in conversions_page(conversions_report(NOW, START, NOW, [], []))


def test_written_verdicts_are_carried_out(store: SqliteStore) -> None:
    """A disqualification is carried out by what was written since it stands; what came before it does not count."""
    for number, planned in ((1, 1), (2, -1)):
        decided(store, number, -2, Verdict.NURTURE, Stage.NEW)
        decided(store, number, 0, Verdict.DISQUALIFY, Stage.NEW, rule="junk")
        decided(store, number, 2, Verdict.DISQUALIFY, Stage.NEW, rule="junk")  # its own write-back came back
        one = step(number, Action.UPDATE)
        store.journal.planned(replace(plan(one, plan_id=f"plan-{number}"), created_at=since_start(planned)))
        store.journal.sent(orders(one), ROUTE, "run", since_start(planned))
        store.journal.settle([receipt(one)], [])
    found = store.funnel.deeds([ROUTE], since_start(0), since_start(4))
    assert [(deed.verdict, deed.leads, deed.carried_out) for deed in found] == [("disqualify", 2, 1)]


def test_days_are_cut_by_conversion() -> None:
    """Only conversions from the first day on and before the last one are looked at."""
    rows = [way(n, srl=1, converted=n, early=True) for n in range(1, 6)]
    report = conversions_report(NOW, day(2), day(4), [], rows)
    assert report.fared[EARLY].converted == 2
