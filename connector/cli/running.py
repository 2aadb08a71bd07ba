"""Runs: hold the lease, record how it ended, report what was done. Every verb that may write goes through here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import click

from connector.cli.output import counted, error_json, put_json, say, tell_error
from connector.cli.progress import Progress
from connector.cli.session import Session
from connector.errors import ConnectorError, InputError, Interrupted, SafetyStop, StateError
from connector.model.decision import Gate, Verdict
from connector.model.plan import Plan
from connector.pipeline import RouteResult, apply_sealed, sync_route
from connector.pipeline.signals import UNREAD_ROW
from connector.wiring import House

TOLD = 10  # notes on a source that people are told; --json has all


class RunResults:
    """The results of one run over several routes, and its id."""

    def __init__(self, run_id: str) -> None:
        """Begin with nothing done."""
        self.run_id = run_id
        self.routes: list[RouteResult] = []
        self.failed: dict[str, ConnectorError] = {}

    @property
    def status(self) -> str:
        """``done``; ``partly`` when rows were parked, wait, or a pull was short; ``error`` when a route stopped."""
        if self.failed:
            return "error"
        return "partly" if any(_left_over(result) for result in self.routes) else "done"

    @property
    def exit_code(self) -> int:
        """0 done, 1 partly, 65 for files that cannot be read, else the code of the first route that stopped."""
        codes = [error.exit_code for error in self.failed.values()]
        codes += [
            InputError.exit_code for result in self.routes if any(one.rule != UNREAD_ROW for one in result.findings)
        ]
        return codes[0] if codes else int(self.status == "partly")

    def only(self) -> RouteResult:
        """What the one route of the run did; raises what stopped it."""
        return self.all()[0]

    def all(self) -> list[RouteResult]:
        """What every route of the run did; raises what stopped one."""
        for error in self.failed.values():
            raise error
        return self.routes

    def as_json(self) -> dict[str, object]:
        """The published form; a run with a stopped route has the keys of its error beside those of the others."""
        facts: dict[str, object] = {
            "status": self.status,
            "run_id": self.run_id,
            "routes": [r.as_json() for r in self.routes],
        }
        if not self.failed:
            return facts
        errors = [{"route": name, **error_json(error)} for name, error in self.failed.items()]
        return {**error_json(next(iter(self.failed.values()))), **facts, "errors": errors}


def _left_over(result: RouteResult) -> bool:
    undone = result.dead_letters or result.parked or result.waiting or result.stale or result.findings
    return bool(undone or result.refused or result.broken) or not result.complete


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
        status = "stopped" if results.failed else results.status
        store.runs.finish(results.run_id, status, results.as_json(), clock.now())
    return results


def run_routes(
    house: House, names: Sequence[str], progress: Progress, *, verb: str, dry_run: bool = False, accept: bool = False
) -> RunResults:
    """One cycle of each named route, one after the other; a route that stops does not stop the others."""
    for name in names:
        house.config.route(name)  # a name that was typed wrongly stops all of them before anything runs

    def work(results: RunResults) -> None:
        for name in names:
            try:
                route = house.route(name, progress, accept_mass_change=accept)
                results.routes.append(RouteResult(name))
                sync_route(route, results.run_id, dry_run=dry_run, into=results.routes[-1])
            except (Interrupted, StateError):
                raise
            except ConnectorError as error:
                results.failed[name] = error

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


@contextmanager
def allowed_by(command: str) -> Iterator[None]:
    """Let a refused mass change name *command*, the one that was typed, as the way to allow it."""
    flag = "--accept-mass-change"
    try:
        yield
    except SafetyStop as error:
        if flag in error.next_command:
            error.next_command = f"{command} {flag}"
        raise


def report(session: Session, results: RunResults, plan: Plan | None = None) -> int:
    """Print what a run did, and with *plan* how much of it; answers its exit code."""
    gates: set[str] = set()
    for result in results.routes:
        if result.route in results.failed and not (result.pulled or result.steps or result.waiting):
            continue  # it stopped before it did anything: the error below says it all
        for line in lines_of(result, plan, gates):
            say(line, as_json=session.as_json)
        for finding in result.findings:
            click.echo(str(finding), err=True)
    for name, error in results.failed.items():
        tell_error(error, f"route {name}: ")
    if session.as_json:
        put_json(results.as_json())
    return results.exit_code


def lines_of(result: RouteResult, plan: Plan | None = None, gates: set[str] | None = None) -> list[str]:
    """A route's result in words; one that carried out *plan* is told in the plan's steps.

    *gates*: what was said of policies by the routes before, which is said once.
    """
    answer = result.as_json()
    verdicts = ", ".join(f"{count} {name}" for name, count in _some(answer["verdicts"]))
    steps = ", ".join(f"{count} {name}" for name, count in _some(answer["steps"])) or "none"
    if plan is None:
        told = f"{counted(result.pulled, 'lead')} pulled: {verdicts or 'nothing new to decide'}"
    else:
        told = f"{counted(plan.changes, 'step')} of the plan: {verdicts or 'nothing left to do'}"
    lines = [f"{result.route}: {told}", *_anew(answer), f"  steps: {steps}; {counted(result.api_calls, 'API call')}"]
    lines.extend(f"  {statement}" for statement in result.statements[:TOLD])
    if len(result.statements) > TOLD:
        lines.append(f"  and {len(result.statements) - TOLD} more such notes: see --json")
    stuck, waiting, stale = result.dead_letters + result.parked, len(result.waiting), len(result.stale)
    lines.extend(
        f"  {line}"
        for line in (
            *result.alerts,
            *_gated(result, set() if gates is None else gates),
            *_broken(result),
            *_held(result),
        )
    )
    if stuck:
        lines.append(f"  {counted(stuck, 'row')} could not walk on: see `connector dead-letters list`")
    if waiting:
        verb = "waits" if waiting == 1 else "wait"
        why = "until it is known what became of a write, or of another lead"
        lines.append(f"  {counted(waiting, 'lead')} {verb} {why}: run `connector sync` again")
    if stale:
        lines.append(f"  {counted(stale, 'lead')} changed meanwhile: the next sync looks again")
    if not result.complete:
        lines.append("  the CRM counts more rows than were read: run `connector sync` again, then `connector status`")
    return lines


def _gated(result: RouteResult, told: set[str]) -> Iterator[str]:
    """Policies whose automatic conversions are not simply trusted, each once; one that closed just now is an alert.

    Probation is told of where it mattered: in a run that converts.
    """
    converts = any(result.verdicts[verdict] + result.redecided[verdict] for verdict in Verdict if verdict.converts)
    for gate in result.gates:
        if gate.policy in told or (gate.state is Gate.PROBATION and not converts):
            continue
        if gate.state is Gate.PROBATION:
            told.add(gate.policy)
            reviewed = f"{counted(gate.reviewed, 'conversion')} reviewed blind so far"
            yield f"policy {gate.policy} is on probation, {reviewed}: see `connector review samples`"
        elif gate.state is Gate.CLOSED and not any(line.startswith(f"policy {gate.policy} ") for line in result.alerts):
            told.add(gate.policy)
            since = f"{gate.since:%Y-%m-%d}"
            yield f"policy {gate.policy} is closed since {since}, people decide: see `connector policy gate`"


def _broken(result: RouteResult) -> Iterator[str]:
    """What must never happen: plans that were refused for it, and what the CRM holds nevertheless."""
    if result.refused:
        plans = counted(len({breach.lead for breach in result.refused}), "plan")
        yield f"{plans} would break an invariant; nothing was written for them: see `connector review list`"
    for breach in result.broken[:TOLD]:
        story = f"; see `connector explain {breach.lead}`" if breach.lead else ""
        yield f"broken: {breach.invariant.value}: {breach.what}{story}"
    if len(result.broken) > TOLD:
        yield f"and {len(result.broken) - TOLD} more broken invariants: see --json"


def _held(result: RouteResult) -> Iterator[str]:
    """Leads above a ceiling."""
    for ceiling in sorted(result.held):
        count = counted(result.held[ceiling], "conversion")
        yield f"{count} held back by {ceiling}: a later sync takes them up first"


def _anew(answer: Mapping[str, object]) -> Iterator[str]:
    """Leads that did not change themselves and were decided again, and those whose verdict is another now."""
    total = sum(count for _, count in _some(answer["redecided"]))
    if not total:
        return
    changed = _some(answer["changed"])
    named = ": " + ", ".join(f"{count} {change}" for change, count in changed) if changed else ""
    yield f"  decided anew: {total}, of which {sum(count for _, count in changed)} otherwise than before{named}"


def _some(counts: object) -> list[tuple[str, int]]:
    return [(name, count) for name, count in counts.items() if count] if isinstance(counts, dict) else []
