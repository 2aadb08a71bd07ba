"""``connector sync``: one incremental cycle."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from connector.cli.output import put_json, say
from connector.cli.progress import Progress
from connector.cli.session import Session, verb
from connector.errors import ConfigError, ConnectorError
from connector.pipeline import RouteResult, sync_route
from connector.wiring import House


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
        if not names:
            raise ConfigError("no route is enabled", next_command="connector sync ROUTE")
        results = run_routes(house, names, progress, dry_run, accept_mass_change, verb="sync")
    return report(session, results)


class RunResults:
    """The results of one run over several routes, and its id."""

    def __init__(self, run_id: str) -> None:
        """Begin with nothing done."""
        self.run_id = run_id
        self.routes: list[RouteResult] = []

    @property
    def status(self) -> str:
        """``done``, or ``partly`` when rows were parked, wait, or a pull was short."""
        return "partly" if any(_left_over(result) for result in self.routes) else "done"

    def as_json(self) -> dict[str, object]:
        """The published form."""
        return {"status": self.status, "run_id": self.run_id, "routes": [r.as_json() for r in self.routes]}


def _left_over(result: RouteResult) -> bool:
    return bool(result.dead_letters or result.parked or result.waiting or result.stale or not result.complete)


def run_routes(
    house: House, names: Sequence[str], progress: Progress, dry_run: bool, accept_mass_change: bool, verb: str
) -> RunResults:
    """Hold the lease and run the named routes one after the other; the run is recorded however it ends."""
    store, clock = house.store, house.clock
    with store.lease.hold(f"{verb} pid {os.getpid()}"):
        results = RunResults(store.runs.start(verb, clock.now()))
        try:
            for name in names:
                route = house.route(name, progress, accept_mass_change=accept_mass_change)
                results.routes.append(sync_route(route, results.run_id, dry_run=dry_run))
        except ConnectorError as error:
            facts = {**results.as_json(), "error": type(error).__name__, "message": str(error)}
            store.runs.finish(results.run_id, "stopped", facts, clock.now())
            raise
        store.runs.finish(results.run_id, results.status, results.as_json(), clock.now())
    return results


def report(session: Session, results: RunResults) -> int:
    """Print what a run did; exit 1 when something was left for a person or for later."""
    for result in results.routes:
        for line in lines_of(result):
            say(line, as_json=session.as_json)
    if session.as_json:
        put_json(results.as_json())
    return 0 if results.status == "done" else 1


def lines_of(result: RouteResult) -> list[str]:
    """A route's result in words."""
    answer = result.as_json()
    verdicts = ", ".join(f"{count} {name}" for name, count in _some(answer["verdicts"])) or "nothing to decide"
    steps = ", ".join(f"{count} {name}" for name, count in _some(answer["steps"])) or "none"
    lines = [
        f"{result.route}: {result.pulled} leads pulled: {verdicts}",
        f"  steps: {steps}; {result.api_calls} API calls",
    ]
    if result.dead_letters or result.parked:
        lines.append(
            f"  {result.dead_letters + result.parked} rows could not walk on: see `connector dead-letters list`"
        )
    if result.waiting:
        lines.append(f"  {len(result.waiting)} leads wait to learn what became of a write: run `connector sync` again")
    if result.stale:
        lines.append(f"  {len(result.stale)} leads changed meanwhile and are looked at again by the next sync")
    if not result.complete:
        lines.append("  the CRM counts more rows than were read: run `connector sync` again, then `connector status`")
    return lines


def _some(counts: object) -> list[tuple[str, int]]:
    return [(name, count) for name, count in counts.items() if count] if isinstance(counts, dict) else []
