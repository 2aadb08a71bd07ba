"""``connector plan``: what a sync would do, sealed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from connector.cli.output import put_json, say
from connector.cli.progress import Progress
from connector.cli.project import write_private
from connector.cli.running import run_routes
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs
from connector.errors import UsageError
from connector.planning import read_aloud, seal

CHANGES = 3  # exit code of --detailed-exitcode when the plan changes something


@click.command("plan")
@click.argument("route")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Seal the plan into this file.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 3 when the plan has changes.")
@click.option("--all", "everything", is_flag=True, help="Show the leads that are left as they are, too.")
@verb
def command(session: Session, route: str, output: Path | None, detailed_exitcode: bool, everything: bool) -> int:
    """Pull and decide for ROUTE, write nothing in any CRM, and say what a run would do.

    Example: connector plan salesforce -o plan.json
    """
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {output.absolute().parent}; nothing was planned")
    spare_inputs(session, (output,), proposal=True)
    with session.house() as house, Progress(quiet=session.as_json) as progress:
        result = run_routes(house, [route], progress, verb="plan", dry_run=True).only()
    plan = result.plan
    if plan is None:
        raise UsageError(f"route {route} gave no plan")
    sealed = seal(plan)
    if output is not None:
        write_private(output, json.dumps(sealed, ensure_ascii=False, indent=1) + "\n")
    for line in read_aloud(plan, everything):
        say(line, as_json=session.as_json)
    if session.as_json:
        put_json({"status": "done", "file": str(output) if output else None, **result.as_json(), **sealed})
    elif output is not None:
        say(f"next: connector apply {output}")
    return CHANGES if detailed_exitcode and plan.changes else 0
