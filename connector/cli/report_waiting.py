"""``connector report waiting``: how long leads waited, and for whom."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from connector.cli.output import put_json, say, table
from connector.cli.session import Session, verb
from connector.cli.waits import report_json, report_rows
from connector.model.records import iso
from connector.reports.waiting import waiting_report, waits_of


@click.command("waiting")
@click.argument("routes", nargs=-1)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only leads first pulled on or after this day (UTC).")
@verb
def command(session: Session, routes: tuple[str, ...], since: datetime | None) -> int:
    """Split the time that the leads of ROUTES (default: all) waited: source, ours, review, owner.

    Source: in its CRM, before it was first pulled. Ours: until it was decided and written. Review: a question stood
    open. Owner: a person was at work on it, or an owner had to be named. Median and p90 are over all leads.

    Example: connector report waiting salesforce --since 2026-01-01
    """
    with session.house() as house:
        for name in routes:
            house.config.route(name)  # a name that was typed wrongly is told before anything is counted
        names = routes or tuple(house.config.routes)
        now, start = house.clock.now(), since.replace(tzinfo=UTC) if since else None
        reports = [waiting_report(name, waits_of(house.store, name, now, start)) for name in names]
    if session.as_json:
        put_json({"status": "done", "at": iso(now), "routes": [report_json(report) for report in reports]})
        return 0
    rows = [row for report in reports if report.leads for row in report_rows(report)]
    if rows:
        table(("route", "part", "leads", "waiting now", "median", "p90"), rows)
    else:
        say("no leads yet: run `connector sync`")
    return 0
