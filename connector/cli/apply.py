"""``connector apply``: carry out a sealed plan."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from connector.cli.output import counted, say
from connector.cli.progress import Progress
from connector.cli.running import allowed_by, report, run_sealed
from connector.cli.session import Session, verb
from connector.errors import SafetyStop
from connector.model.plan import Plan
from connector.planning import unseal


@click.command("apply")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--accept-mass-change", is_flag=True, help="Allow more changes than limits.max_changes.")
@verb
def command(session: Session, file: Path, accept_mass_change: bool) -> int:
    """Apply the plan in FILE exactly as sealed; records that drifted since are planned anew.

    Example: connector apply plan.json
    """
    plan = read_plan(file)
    typed = allowed_by(f"connector apply {shlex.quote(str(file))}")
    with typed, session.house() as house, Progress(quiet=session.as_json) as progress:
        results = run_sealed(house, plan, progress, accept=accept_mass_change)
    drifted = len(results.routes[0].stale)
    if drifted:
        say(
            f"{counted(drifted, 'record')} had drifted and {'was' if drifted == 1 else 'were'} planned anew",
            as_json=session.as_json,
        )
    return report(session, results, plan)


def read_plan(file: Path) -> Plan:
    """The plan in *file*; raises SafetyStop for anything but an unedited sealed plan."""
    try:
        return unseal(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise SafetyStop(f"{file} is not a sealed plan", next_command="connector plan ROUTE -o FILE") from None
