"""``connector policy replay``: what another policy would have decided, on what was known at the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from connector.cli.backfill import instant
from connector.cli.output import put_json, say
from connector.cli.plan import CHANGES
from connector.cli.policy_named import next_of
from connector.cli.progress import Progress
from connector.cli.project import write_private
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs
from connector.errors import InputError, UsageError
from connector.pipeline.replay import replay
from connector.policy import Policies
from connector.reports.replay import replay_json, replay_lines
from connector.reports.replay_page import replay_page
from connector.wiring import RuleFiles

_HELP = "connector policy replay --help"
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("replay")
@click.option("--policy", "files", multiple=True, type=_FILE, help="Replay with this policy; several: in their order.")
@click.option("--route", "routes", multiple=True, help="Only decisions of this route (default: of every route).")
@click.option("--since", help="First decision to take: a date or an ISO instant (UTC if no zone).")
@click.option("--until", help="Only decisions before this; a date means the end of that day.")
@click.option("--html", type=_FILE, help="Write the report into this file, as a page that stands alone.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 3 when a verdict flips.")
@verb
def command(
    session: Session,
    files: tuple[Path, ...],
    routes: tuple[str, ...],
    since: str | None,
    until: str | None,
    html: Path | None,
    detailed_exitcode: bool,
) -> int:
    """Decide every stored decision anew, on what was known at its time, and say what comes out differently.

    Without --policy each route's own policy is replayed, which gives every decision again to the byte. Nothing is
    written to any CRM or to the state file.

    Example: connector policy replay --policy mappings/policy-new.yaml --since 2026-01-01 --html replay.html
    """
    if html is not None and not html.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {html.absolute().parent}; nothing was replayed", next_command=_HELP)
    spare_inputs(session, (html,), files)
    bounds = _bounds(since, until)
    config = session.config()
    names = tuple(dict.fromkeys(routes)) or tuple(config.routes)
    settings = {name: config.route(name) for name in names}
    given = _given(files) if files else None
    policies = {name: given or RuleFiles.of_route(config, one).load_policies() for name, one in settings.items()}
    with session.house() as house, Progress(quiet=session.as_json) as progress:
        replayed = replay(house.store, policies, progress, *bounds)
    if html is not None:
        write_private(html, replay_page(replayed))
    if session.as_json:
        put_json({"status": "done", "html": str(html) if html else None, **replay_json(replayed)})
    else:
        for line in replay_lines(replayed):
            say(line)
        if html is not None:
            say(f"written: {html}")
    return CHANGES if detailed_exitcode and replayed.flips else 0


def _bounds(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """From the first instant on, and before the second; a date as the last one includes its whole day."""
    start = instant(since, last=False, helps=_HELP) if since else None
    end = instant(until, last=True, helps=_HELP) if until else None
    if end is not None and until is not None and len(until) == 10:
        end += timedelta(seconds=1)
    if start is not None and end is not None and start >= end:
        raise UsageError("--since does not lie before --until", next_command=_HELP)
    return start, end


def _given(files: tuple[Path, ...]) -> Policies:
    """The policies of these files; raises InputError with every problem of all of them."""
    here = Path.cwd()
    paths = tuple(path.absolute() for path in files)
    try:
        return RuleFiles(here, here, paths, here).load_policies()
    except InputError as error:
        error.next_command = next_of(files, _HELP)
        raise
