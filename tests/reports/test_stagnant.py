"""What stands still: deadlines gone by, quiet records, stuck opportunities; from the state file to the words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connector.model.decision import Reason, Verdict
from connector.model.history import ActivityRow, Origin, StageChange
from connector.model.match import Entry
from connector.model.records import Kind, RecordRef, iso
from connector.model.stagnant import Deadline, Quiet, Stay
from connector.reports.markup import text
from connector.reports.stagnant import (
    FEWEST,
    StagnantReport,
    Standstill,
    stagnant_json,
    stagnant_report,
    stagnant_rows,
    stagnant_tables,
)
from connector.reports.stagnant_page import stagnant_page
from connector.store import SqliteStore
from tests.store.making import ROUTE, account, contact, decision, inputs, lead, record

from .test_page import read
from .test_state_funnel import day, opportunity

ASKED = Standstill(day(100), days=30, most=2)


def stay(number: int, since: float, until: float | None = None, stage: str = "Prospecting") -> Stay:
    """An opportunity in a stage, in days."""
    ended = None if until is None else day(until)
    return Stay(opportunity(number), stage, day(since), ended, Origin.HISTORY, 10.0)


def stagnant(
    deadlines: Iterable[Deadline] = (), quiet: Iterable[Quiet] = (), stays: Iterable[Stay] = ()
) -> StagnantReport:
    """The report, a hundred days after the start."""
    known = list(stays)
    return stagnant_report(ASKED, deadlines, {Kind.ACCOUNT: quiet}, lambda: known)


def deadline(number: int, due: float, name: str = "answer-review") -> Deadline:
    """Somebody should have acted by a day."""
    return Deadline(lead(number), ROUTE, "review", "SRL", name, "Answer it.", day(due))


def test_latest_deadlines_come_first_and_all_count() -> None:
    """Only deadlines past their time count; those past it longest are listed, the others counted."""
    report = stagnant([deadline(1, 90), deadline(2, 50), deadline(3, 101), deadline(4, 70, "mql")])
    assert [one.lead for one in report.late.shown] == [lead(2), lead(4)]
    assert (report.late.count, report.late_by) == (3, {"answer-review": 2, "mql": 1})


def test_never_active_records_are_told_apart() -> None:
    """Quiet records are listed from the longest; those without any activity known are counted apart."""
    known = [Quiet(account(1), Kind.ACCOUNT, "One", day(9), True), Quiet(account(2), Kind.ACCOUNT, "Two", None, False)]
    report = stagnant(quiet=known)
    assert [one.name for one in report.quiet[Kind.ACCOUNT].shown] == ["Two", "One"]
    assert report.never[Kind.ACCOUNT] == 1


def test_stuck_is_longer_than_nine_in_ten() -> None:
    """With enough finished stays their 90th percentile is the limit of a stage, else the days that were asked for."""
    finished = [stay(number, 0, number) for number in range(1, FEWEST + 1)]
    few = [stay(80, 0, 50, stage="Proposal")]
    report = stagnant(stays=[*finished, *few, stay(91, 81.5), stay(92, 82.5), stay(93, 69, stage="Proposal")])
    assert report.limits["Prospecting"].days == pytest.approx(18.1)
    assert [one.stay.opportunity for one in report.stuck.shown] == [opportunity(93), opportunity(91)]
    assert (report.moving, report.stuck_value, report.limits["Proposal"].measured) == (3, 20.0, False)


def test_every_form_tells_the_same_counts() -> None:
    """JSON, rows, tables and page hold the counts and what is listed, with names as words."""
    quiet = [Quiet(account(1), Kind.ACCOUNT, "<b>One & Co", day(9), True)]
    report = stagnant([deadline(1, 90)], quiet, [stay(1, 0)])
    answer = stagnant_json(report)
    assert [answer[name]["count"] for name in ("leads", "accounts", "opportunities")] == [1, 1, 1]  # type: ignore[index]
    assert ("leads", "all", "past SLA", 1, "", "") in list(stagnant_rows(report))
    assert [one.title for one in stagnant_tables(report)][1:] == [
        *("Leads past their SLA, the longest first", "Accounts without activity", "Opportunities stuck")
    ]
    page = stagnant_page(report)
    assert text("<b>One & Co") in page
    assert "One & Co" in read(page).words


def test_deadlines_are_read_from_standing_decisions(store: SqliteStore) -> None:
    """An SLA that a standing decision speaks of is a deadline, kept or missed; one of an older decision is none."""
    told = (Reason("review", "A person decides."), Reason("answer", f"Answer in a day. Due {iso(day(1))}."))
    late = (Reason("mql", f"Call the MQL. Overdue since {iso(day(-2))}."),)
    for number, verdict, reasons in ((1, Verdict.REVIEW, told), (2, Verdict.NURTURE, late), (1, Verdict.CONVERT, told)):
        made = replace(decision(number, verdict), reasons=reasons)
        store.decisions.save(ROUTE, made, inputs(number), "run")
    (found,) = [one for batch in store.funnel.deadlines([ROUTE]) for one in batch]
    assert (found.lead, found.name, found.says, found.due_at) == (lead(2), "mql", "Call the MQL.", day(-2))
    assert list(store.funnel.deadlines(["other"])) == []


def acted(who: RecordRef, at: float, account_id: str = "", gone: bool = False) -> ActivityRow:
    """Something happened with somebody."""
    return ActivityRow(who, "call", day(at), f"Task:{who.id}:{at}", account_id, gone)


def test_quiet_records_have_no_activity_since(store: SqliteStore) -> None:
    """An account is as lively as its people; what is gone does not count, and what is new is not quiet."""
    entries = [
        *(record(account(n), Kind.ACCOUNT, name=f"A{n}", created_at=iso(day(-400))) for n in (1, 2, 3)),
        record(account(4), Kind.ACCOUNT, name="A4", created_at=iso(day(-1))),
        record(account(5), Kind.ACCOUNT, name="A5", deleted=True),
        record(contact(1), Kind.CONTACT, first_name="Ann", last_name="Lee", account_id=account(1).id),
    ]
    store.directory.put([Entry(one) for one in entries])
    store.activities.put([acted(contact(1), -5, account(1).id), acted(contact(2), -60, account(2).id)])
    store.activities.put([acted(contact(3), -3, account(3).id)])
    store.activities.put([acted(contact(3), -3, account(3).id, gone=True)])
    found = [one for batch in store.funnel.quiet(Kind.ACCOUNT, day(-30), batch=1) for one in batch]
    assert [(one.name, one.ever, one.since) for one in found] == [("A2", True, day(-60)), ("A3", False, day(-400))]
    (person,) = [one for batch in store.funnel.quiet(Kind.CONTACT, day(0)) for one in batch]
    assert (person.name, person.since) == ("Ann Lee", day(-5))


def test_stays_are_cut_where_the_stage_changes(store: SqliteStore) -> None:
    """Changes of the amount do not end a stay; a closed stage is none; a deleted opportunity is left out."""
    moves = [(0, "A", 1.0), (2, "A", 5.0), (3, "B", 5.0), (9, "Lost", 5.0)]
    store.stages.put(
        [
            StageChange(opportunity(1), day(at), stage, Origin.HISTORY, amount, closed=stage == "Lost")
            for at, stage, amount in moves
        ]
    )
    store.stages.put([StageChange(opportunity(n), day(1), "A", Origin.SNAPSHOT, 3.0) for n in (2, 3)])
    store.directory.put([Entry(record(opportunity(3), Kind.OPPORTUNITY, deleted=True))])
    for batch in (1, 100):
        found = [(one.opportunity, one.stage, one.since, one.until) for one in store.funnel.stays(batch)]
        assert found == [
            (opportunity(1), "A", day(0), day(3)),
            (opportunity(1), "B", day(3), day(9)),
            (opportunity(2), "A", day(1), None),
        ]


def test_top_is_bounded() -> None:
    """However many are late, no more are held than are listed."""
    report = stagnant(deadline(number, 100 - number / 50) for number in range(1, 2000))
    assert [one.lead for one in report.late.shown] == [lead(1999), lead(1998)]
    assert report.late.count == 1999
    assert report.late.shown[0].due_at < ASKED.as_of - timedelta(days=30)


def test_page_of_nothing_is_sound(tmp_path: Path) -> None:
    """Where nothing stands still, the page says so and is whole."""
    assert "0" in read(stagnant_page(stagnant())).words
