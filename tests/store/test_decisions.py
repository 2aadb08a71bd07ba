"""Decisions, their inputs, and the rulings of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.model.decision import Ruling, Verdict
from connector.store import SqliteStore

from .making import ROUTE, START, decision, inputs, lead


def test_latest_decision_stands(store: SqliteStore) -> None:
    """The latest decision and its own inputs answer; the one before stays on record."""
    assert store.decisions.latest(ROUTE, lead()) is None
    assert store.decisions.inputs(ROUTE, lead()) is None
    store.decisions.save(ROUTE, decision(), inputs(), "run-1")
    later = replace(inputs(), worked="status changed")
    store.decisions.save(ROUTE, decision(verdict=Verdict.CONVERT), later, "run-2")
    assert store.decisions.latest(ROUTE, lead()) == decision(verdict=Verdict.CONVERT)
    assert store.decisions.inputs(ROUTE, lead()) == later
    assert store.database.rows("SELECT verdict, run_id, standing FROM decisions ORDER BY id") == [
        ("nurture", "run-1", 0),
        ("convert", "run-2", 1),
    ]


def test_counts_standing_verdicts(store: SqliteStore) -> None:
    """Each lead counts once, under its standing verdict, on its route."""
    for verdict in (Verdict.REVIEW, Verdict.CONVERT):
        store.decisions.save(ROUTE, decision(1, verdict), inputs(1), "run")
    store.decisions.save(ROUTE, decision(2), inputs(2), "run")
    store.decisions.save("other", decision(1), inputs(1), "run")
    assert store.decisions.counts(ROUTE) == {"convert": 1, "nurture": 1}


def test_latest_ruling_holds(store: SqliteStore) -> None:
    """A person's latest ruling holds, whichever was handed in last."""
    assert store.decisions.ruling(lead()) is None
    first = Ruling(Verdict.NURTURE, "ann", START, reason="too early")
    second = Ruling(Verdict.CONVERT, "bob", START + timedelta(hours=1), note="they called")
    store.decisions.rule(lead(), second)
    store.decisions.rule(lead(), first)
    assert store.decisions.ruling(lead()) == second
    assert store.decisions.ruling(lead(2)) is None
