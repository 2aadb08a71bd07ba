"""Leads for the tests of reports, with instants in days after a start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.model.history import LeadHistory
from connector.reports.funnel import FunnelReport, Question, summarise

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=100)


def day(number: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=number)


def way(number: int, created: float | None = 0, **said: Any) -> LeadHistory:
    """A lead; instants are given in days, under the name of the stage (``mql=3``)."""
    times = {f"{name}_at": day(said.pop(name)) for name in [*said] if f"{name}_at" in LeadHistory.__slots__}
    at = None if created is None else day(created)
    return LeadHistory(f"lead-{number}", created_at=at, **{**times, **said})


def report(rows: Sequence[LeadHistory], *by: str, **asked: Any) -> FunnelReport:
    """The funnel of rows, a hundred days after the start."""
    return summarise(rows, Question(NOW, by, **asked))
