"""``connector policy gate``: where the error budget of each policy stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from connector.cli.output import counted, put_json, say
from connector.cli.sampled import Counting
from connector.cli.session import Session, by_option, verb
from connector.errors import UsageError
from connector.model.assurance import GateRecord, gate_facts
from connector.model.decision import Gate
from connector.pipeline.gate import reopen, settle
from connector.policy import Rulebook
from connector.reports.measures import wilson
from connector.wiring import House, RuleFiles

_NEXT = "connector policy gate"


@dataclass(frozen=True, slots=True)
class _Standing:
    """A policy of the project, the routes that decide by it, and where its gate stands; None without a budget."""

    book: Rulebook
    routes: tuple[str, ...]
    gate: GateRecord | None
    waiting: int


@click.command("gate")
@click.option("--reopen", "name", metavar="POLICY", help="Open the closed gate of this policy.")
@by_option("Who opens it.")
@click.option("--why", default="", help="What was done about it; kept with the gate.")
@verb
def command(session: Session, name: str | None, by: str, why: str) -> int:
    """Tell per policy whether automatic conversion is trusted, since when and why, and what that rests on.

    A gate closes when the evidence says that too many conversions were wrong: blind reviews (connector review samples)
    and, apart, what sales made of the opportunities. With --reopen it goes on, on probation, with evidence that starts
    anew; leads that wait because of it are decided again by the next sync. Nothing else opens a closed gate: an edited
    policy starts closed too. Labels, sentences, ceilings and targets may be edited at any time: the evidence stands.

    Example: connector policy gate --reopen policy --by Rita --why "the source that sent junk is disqualified now"
    """
    with session.house() as house:
        woken = _reopen(house, name, by, why) if name is not None else 0
        found = _standings(house)
        if session.as_json:
            gates = [_json(standing) for standing in found]
            put_json({"status": "done", "gates": gates, **({"woken": woken} if name is not None else {})})
            return 0
        if name is not None:
            say(f"policy {name} is open again, on probation; {counted(woken, 'lead')} will be decided again")
            say("next: connector sync")
            return 0
        for standing in found:
            for line in _lines(standing):
                say(line)
    return 0


def _reopen(house: House, name: str, by: str, why: str) -> int:
    if not why.strip():
        raise UsageError("say what was done about it: --why TEXT", next_command=f"{_NEXT} --reopen {name} --why TEXT")
    closed = [one.gate for one in _standings(house) if one.book.name == name and one.gate is not None]
    closed = [gate for gate in closed if gate.state is Gate.CLOSED]
    if not closed:
        raise UsageError(f"no policy called {name} has a closed gate", next_command=_NEXT)
    with house.store.transaction():
        return sum(reopen(house.store, gate, by, why.strip(), house.clock.now()) for gate in closed)


def _standings(house: House) -> list[_Standing]:
    """The policies of all routes; those that decide who converts alike once."""
    books: dict[tuple[str, str], tuple[Rulebook, list[str]]] = {}
    for route, settings in house.config.routes.items():
        for book in RuleFiles.of_route(house.config, settings).load_policies().books:
            books.setdefault((book.name, book.decides), (book, []))[1].append(route)
    opened, counts = house.store.samples.list(), Counting(house).counts
    now = house.clock.now()
    return [
        _Standing(
            book,
            tuple(routes),
            settle(house.store, book, now, keep=False) if book.budget is not None else None,
            sum(1 for one in opened if counts(one) and (one.policy, one.version) == key and one.verdict.converts),
        )
        for key, (book, routes) in books.items()
    ]


def _json(standing: _Standing) -> dict[str, object]:
    book, gate, budget = standing.book, standing.gate, standing.book.budget
    told: dict[str, object] = {"policy": book.name, "version": book.decides, "routes": list(standing.routes)}
    if gate is None or budget is None:
        return {**told, "state": Gate.OPEN.value, "budget": None}
    return {
        **gate_facts(gate),
        **told,
        "budget": {"target": budget.target, "outcome_target": budget.outcome_target},
        "reviews": _share(gate.right, gate.reviewed),
        "fates": _share(gate.good, gate.outcomes),
        "open_samples": standing.waiting,
        "probation": {
            "needed": budget.reviewed_needed,
            "left": max(0, budget.reviewed_needed - gate.reviewed) if gate.state is Gate.PROBATION else 0,
            "conversions_per_day": budget.probation_per_day,
            "sample_share": budget.probation_share,
        },
    }


def _share(good: int, of: int) -> dict[str, object]:
    low, high = wilson(good, of) if of else (None, None)
    return {"good": good, "of": of, "value": good / of if of else None, "low": low, "high": high}


def _lines(standing: _Standing) -> Iterator[str]:
    facts: Mapping[str, Any] = _json(standing)
    routes = f"(routes {', '.join(standing.routes)})"
    if facts["budget"] is None:
        yield f"{facts['policy']} {routes}: open; the policy has no error_budget"
        return
    yield f"{facts['policy']} {routes}: {facts['state']} since {str(facts['since'])[:16]}Z"
    yield f"  {facts['why']}"
    yield f"  blind reviews: {_measured(facts['reviews'], 'agreed', facts['budget']['target'])}"
    yield f"  later outcomes: {_measured(facts['fates'], 'accepted by sales', facts['budget']['outcome_target'])}"
    if facts["probation"]["left"]:
        yield (
            f"  on probation for {counted(facts['probation']['left'], 'review')} more: at most"
            f" {facts['probation']['conversions_per_day']} conversions a day,"
            f" {facts['probation']['sample_share'] * 100:.4g} % of them reviewed blind"
        )
    if standing.waiting:
        yield f"  {counted(standing.waiting, 'sample')} to be reviewed: connector review samples"
    if facts["state"] == Gate.CLOSED.value:
        yield f'  next: connector policy gate --reopen {facts["policy"]} --by NAME --why "what was done about it"'


def _measured(share: Mapping[str, Any], what: str, target: float | None) -> str:
    wanted = f"; the target is {target * 100:.4g} %" if target is not None else "; no target is set"
    if not share["of"]:
        return f"none yet{wanted}"
    interval = f"{share['low'] * 100:.0f} to {share['high'] * 100:.0f} %"
    return f"{share['good']} of {share['of']} {what} ({share['value'] * 100:.0f} %, 95 % interval {interval}){wanted}"
