"""``connector report conversions``: what was done with leads, and how early conversions fared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli.output import say
from connector.cli.report_options import (
    Forms,
    day_option,
    form_options,
    in_order,
    in_utc,
    put_report,
    route_names,
    tell_tables,
)
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs
from connector.reports.conversions import (
    ConversionsReport,
    conversions_json,
    conversions_report,
    conversions_rows,
    conversions_tables,
)

if TYPE_CHECKING:
    from connector.wiring import House

_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


@click.command("conversions")
@click.option("--route", "routes", multiple=True, help="Only leads of this route (may be given again).")
@day_option("--since", "Only what was decided on or after this day (UTC).")
@day_option("--until", "Only what was decided before this day (UTC).")
@day_option("--as-of", "Take this for the present.")
@form_options
@verb
def command(
    session: Session,
    routes: tuple[str, ...],
    csv_file: Path | None,
    html: Path | None,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
) -> int:
    """Count what was decided and carried out, and how early conversions fared against those that met BANT.

    Early: converted as sales ready before BANT was met. What fared well is what sales accepted past the first stage,
    and what was won; all shares come with their 95 % interval, and so does the difference.

    Example: connector report conversions --since 2026-01-01 --csv conversions.csv
    """
    in_order(since, until, "report conversions")
    spare_inputs(session, (csv_file, html))
    now = in_utc(as_of) or datetime.now(UTC)
    start, end = in_utc(since) or _LONG_AGO, in_utc(until) or now + timedelta(seconds=1)
    with session.house() as house:
        report = _report(house, routes, (now, start, end))
    put_report(
        Forms(csv_file, html),
        session.as_json,
        lambda: conversions_json(report),
        lambda: conversions_rows(report),
        lambda: _document(report),
        lambda: _tell(report),
    )
    return 0


def _report(house: House, routes: tuple[str, ...], times: tuple[datetime, datetime, datetime]) -> ConversionsReport:
    names, (now, start, end) = route_names(house, routes), times
    rows = (row for batch in house.store.funnel.histories(names) for row in batch)
    deeds = house.store.funnel.deeds(names, start, end)
    if start == _LONG_AGO and deeds:
        start = datetime.fromisoformat(min(deed.day for deed in deeds)).replace(tzinfo=UTC)
    return conversions_report(now, start, end, deeds, rows)


def _tell(report: ConversionsReport) -> None:
    if report.deeds:
        tell_tables(conversions_tables(report))
    else:
        say("nothing was decided in this time: run `connector sync`")


def _document(report: ConversionsReport) -> str:
    from connector.reports.conversions_page import conversions_page

    return conversions_page(report)
