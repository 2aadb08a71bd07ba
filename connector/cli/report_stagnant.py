"""``connector report stagnant``: what stands still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from connector.cli.output import say
from connector.cli.report_options import (
    SHOWN,
    Forms,
    day_option,
    form_options,
    in_utc,
    put_report,
    route_names,
    tell_tables,
)
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs
from connector.model.records import Kind
from connector.reports.stagnant import (
    StagnantReport,
    Standstill,
    stagnant_json,
    stagnant_report,
    stagnant_rows,
    stagnant_tables,
)

if TYPE_CHECKING:
    from connector.wiring import House

Item = TypeVar("Item")


@click.command("stagnant")
@click.option(
    "--days", type=click.IntRange(1, 36_500), default=90, show_default=True, help="How long nothing may happen."
)
@click.option("--top", type=click.IntRange(0), default=SHOWN, show_default=True, help="How many of each are listed.")
@click.option("--route", "routes", multiple=True, help="Only leads of this route (may be given again).")
@day_option("--as-of", "Take this for the present.")
@form_options
@verb
def command(
    session: Session,
    days: int,
    top: int,
    routes: tuple[str, ...],
    csv_file: Path | None,
    html: Path | None,
    as_of: datetime | None,
) -> int:
    """List leads past their SLA, accounts and contacts without activity, and opportunities stuck in a stage.

    An opportunity is stuck when it stays longer than nine in ten did in its stage, or than --days where too few are
    known. An account or contact without any activity known counts from its creation.

    Example: connector report stagnant --days 60 --html stagnant.html
    """
    spare_inputs(session, (csv_file, html))
    asked = Standstill(in_utc(as_of) or datetime.now(UTC), days, top)
    with session.house() as house:
        report = _report(house, route_names(house, routes), asked)
    put_report(
        Forms(csv_file, html),
        session.as_json,
        lambda: stagnant_json(report),
        lambda: stagnant_rows(report),
        lambda: _document(report),
        lambda: tell_tables(stagnant_tables(report)),
    )
    if not session.as_json and not report.moving:
        say("no stages of opportunities are known yet: `connector sync` reads them")
    return 0


def _report(house: House, routes: Sequence[str], asked: Standstill) -> StagnantReport:
    funnel, before = house.store.funnel, asked.as_of - timedelta(days=asked.days)
    quiet = {kind: _flat(funnel.quiet(kind, before)) for kind in (Kind.ACCOUNT, Kind.CONTACT)}
    return stagnant_report(asked, _flat(funnel.deadlines(routes)), quiet, funnel.stays)


def _flat(batches: Iterable[Sequence[Item]]) -> Iterator[Item]:
    return (item for batch in batches for item in batch)


def _document(report: StagnantReport) -> str:
    from connector.reports.stagnant_page import stagnant_page

    return stagnant_page(report)
