"""Runs: hold the lease, record how it ended, report what was done. Every verb that may write goes through here."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime

from connector.cli.output import put_json, say
from connector.cli.progress import Progress
from connector.cli.session import Session
from connector.errors import ConnectorError
from connector.model.plan import Plan
from connector.pipeline import RouteResult, apply_sealed, sync_route
from connector.wiring import House


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


def recorded(house: House, verb: str, work: Callable[[RunResults], None]) -> RunResults:
    """Do *work* under the lease as a run of *verb*; the run is recorded however it ends."""
    store, clock = house.store, house.clock
    with store.lease.hold(f"{verb}, process {os.getpid()}"):
        results = RunResults(store.runs.start(verb, clock.now()))
        try:
            work(results)
        except BaseException as error:
            facts = {**results.as_json(), "error": type(error).__name__}
            if isinstance(error, ConnectorError):
                facts["message"] = str(error)
            store.runs.finish(results.run_id, "stopped", facts, clock.now())
            raise
        store.runs.finish(results.run_id, results.status, results.as_json(), clock.now())
    return results


def run_routes(
    house: House, names: Sequence[str], progress: Progress, *, verb: str, dry_run: bool = False, accept: bool = False
) -> RunResults:
    """One cycle of each named route, one after the other."""

    def work(results: RunResults) -> None:
        for name in names:
            route = house.route(name, progress, accept_mass_change=accept)
            results.routes.append(sync_route(route, results.run_id, dry_run=dry_run))

    return recorded(house, verb, work)


def run_backfill(
    house: House, name: str, window: tuple[datetime | None, datetime | None], progress: Progress, *, accept: bool
) -> RunResults:
    """A bounded stretch of the past, with a watermark of its own."""

    def work(results: RunResults) -> None:
        route = house.route(name, progress, accept_mass_change=accept)
        results.routes.append(sync_route(route, results.run_id, since=window[0], until=window[1]))

    return recorded(house, "backfill", work)


def run_sealed(house: House, plan: Plan, progress: Progress, *, accept: bool) -> RunResults:
    """A plan exactly as it was sealed."""

    def work(results: RunResults) -> None:
        route = house.route(plan.route, progress, accept_mass_change=accept)
        results.routes.append(apply_sealed(route, results.run_id, plan))

    return recorded(house, "apply", work)


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
    stuck = result.dead_letters + result.parked
    if stuck:
        lines.append(f"  {stuck} rows could not walk on: see `connector dead-letters list`")
    if result.waiting:
        lines.append(f"  {len(result.waiting)} leads wait to learn what became of a write: run `connector sync` again")
    if result.stale:
        lines.append(f"  {len(result.stale)} leads changed meanwhile and are looked at again by the next sync")
    if not result.complete:
        lines.append("  the CRM counts more rows than were read: run `connector sync` again, then `connector status`")
    return lines


def _some(counts: object) -> list[tuple[str, int]]:
    return [(name, count) for name, count in counts.items() if count] if isinstance(counts, dict) else []
