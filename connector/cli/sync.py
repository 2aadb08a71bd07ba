"""``connector sync``: one incremental cycle."""

from __future__ import annotations

import click

from connector.cli.output import say
from connector.cli.progress import Progress
from connector.cli.running import report, run_routes
from connector.cli.session import Session, verb
from connector.errors import ConfigError


@click.command("sync")
@click.argument("routes", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Pull and decide, write nothing in any CRM.")
@click.option("--accept-mass-change", is_flag=True, help="Allow more changes than limits.max_changes in this run.")
@verb
def command(session: Session, routes: tuple[str, ...], dry_run: bool, accept_mass_change: bool) -> int:
    """Run one incremental cycle of ROUTES, or of every enabled route.

    Example: connector sync salesforce --dry-run
    """
    with session.house() as house, Progress(quiet=session.as_json) as progress:
        names = list(routes) or house.config.enabled_routes()
        for finding in () if routes else house.config.findings:
            say(f"warning: {finding}", as_json=True)  # beside the results, whatever form they take
        if not names:
            raise ConfigError("no route is enabled", next_command="connector sync ROUTE")
        results = run_routes(house, names, progress, verb="sync", dry_run=dry_run, accept=accept_mass_change)
    return report(session, results)
