"""``connector backfill``: a bounded stretch of the past."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from connector.cli.progress import Progress
from connector.cli.running import allowed_by, report, run_backfill
from connector.cli.session import Session, verb
from connector.errors import UsageError

_HELP = "connector backfill --help"


@click.command("backfill")
@click.argument("route")
@click.option("--since", required=True, help="First change stamp to take: a date or an ISO instant (UTC if no zone).")
@click.option("--until", help="Last change stamp to take; a date means the end of that day.")
@click.option("--accept-mass-change", is_flag=True, help="Allow more changes than limits.max_changes in this run.")
@verb
def command(session: Session, route: str, since: str, until: str | None, accept_mass_change: bool) -> int:
    """Work through ROUTE's leads changed between --since and --until; interrupted, the same command resumes.

    It keeps a watermark of its own: the live cycle is not touched by it.

    Example: connector backfill salesforce --since 2026-07-01 --until 2026-09-30
    """
    window = (instant(since, last=False), instant(until, last=True) if until else None)
    if window[1] is not None and window[0] > window[1]:
        raise UsageError("--since lies after --until", next_command=_HELP)
    bounds = f"--since {since}" + (f" --until {until}" if until else "")
    typed = allowed_by(f"connector backfill {route} {bounds}")
    with typed, session.house() as house, Progress(quiet=session.as_json) as progress:
        results = run_backfill(house, route, window, progress, accept=accept_mass_change)
    return report(session, results)


def instant(text: str, *, last: bool, helps: str = _HELP) -> datetime:
    """An instant as people type it; a bare date is its first moment, or with *last* its last one.

    *helps* is the command that tells how it is typed.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"`{text}` is not a date (2026-07-01) nor an instant (2026-07-01T12:00:00Z)", next_command=helps
        ) from None
    if len(text) == 10 and last:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
