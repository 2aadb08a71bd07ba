"""``connector status``: where things stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from connector.cli.output import counted, put_json, say
from connector.cli.sampled import Counting
from connector.cli.session import Session, verb
from connector.model.assurance import GateRecord, gate_facts, gates_fact
from connector.model.decision import Gate
from connector.model.progress import InboxState, Run
from connector.model.records import Kind, iso
from connector.ports import Store
from connector.wiring import House


@click.command("status")
@verb
def command(session: Session) -> int:
    """Show routes, queues, unsettled writes, API budget and the last run. Asks no CRM.

    Example: connector status
    """
    with session.house() as house:
        answer = status_json(house)
    if session.as_json:
        put_json(answer)
        return 0
    for line in _lines(answer):
        say(line)
    return 0


_STANDS = {InboxState.DECIDED: "open still", InboxState.WAITING: "under way", InboxState.PENDING: "waiting for a sync"}


def status_json(house: House) -> dict[str, object]:
    """The published form of the status."""
    store = house.store
    runs = store.runs.latest(1)
    interrupted = bool(runs) and _is_interrupted(store, runs[0])
    return {
        "status": "done",
        "routes": [_route(house, name) for name in house.config.routes],
        "reviews": len(store.reviews.list()),
        "samples": sum(map(Counting(house).counts, store.samples.list())),
        "dead_letters": len(store.dead_letters.list()),
        "unsettled": len(store.journal.unsettled()),
        "gates": [gate_facts(gate) for gate in standing_gates(house) if gate.state is not Gate.OPEN],
        "directory": dict(store.directory.counts()),
        "directories": [_directory(house, name, sizes) for name, sizes in store.directory.sizes().items()],
        "orgs": dict(store.runs.pinned()),
        "budget": [
            {"connection": b.connection, "used": b.used, "limit": b.limit, "at": iso(b.at)}
            for b in store.budgets.latest()
        ],
        "last_run": {
            "id": runs[0].id,
            "verb": runs[0].verb,
            "status": "interrupted" if interrupted else runs[0].status,
            "started_at": iso(runs[0].started_at),
            "ended_at": iso(runs[0].ended_at) if runs[0].ended_at else None,
        }
        if runs
        else None,
    }


def _is_interrupted(store: Store, run: Run) -> bool:
    """Whether a run was killed: it never said how it ended, and nobody holds the lease any more."""
    if run.status != "running" or store.lease.held:
        return False
    return store.runs.latest(1)[0] == run  # it may have ended while we looked


def _route(house: House, name: str) -> dict[str, object]:
    settings = house.config.routes[name]
    return {
        "route": name,
        "enabled": settings.enabled,
        "schedule": settings.schedule,
        "leads": dict(house.store.inbox.counts(name)),
        "verdicts": dict(house.store.decisions.counts(name)),
        "completeness": house.store.runs.recall(settings.source, f"completeness:{name}"),
    }


def _directory(house: House, connection: str, sizes: Mapping[str, int]) -> dict[str, object]:
    """What is held of a connection: records per kind, when each was last read, and what the CRM counted then."""
    told: dict[str, object] = {}
    for kind, live in sizes.items():
        fact = house.store.runs.recall(connection, f"directory-read:{kind}")
        noted = fact if isinstance(fact, dict) else {}
        told[kind] = {
            "records": live,
            "read_at": noted.get("at"),
            "counted": noted.get("counted"),
            "held": noted.get("held"),
        }
    return {"connection": connection, "kinds": told}


def standing_gates(house: House) -> list[GateRecord]:
    """Where the gates stand of the policies that the routes decided by last; each once."""
    found: dict[tuple[str, str], GateRecord] = {}
    for name, settings in house.config.routes.items():
        known = house.store.runs.recall(settings.target, gates_fact(name))
        for policy, version in known if isinstance(known, list) else ():
            gate = house.store.samples.gate(policy, version)
            if gate is not None:
                found[policy, version] = gate
    return list(found.values())


def _held(kind: str, facts: Mapping[str, Any]) -> str:
    """One kind of record for people: how many, as of when, and how many of those that the CRM counted came.

    Leads are held as the routes pull them, converted ones too, and records are made after they were counted: where
    that cannot be compared the count is left out.
    """
    told = counted(facts["records"], kind)
    if facts["read_at"]:
        told += f" as of {str(facts['read_at'])[:16]}Z"
    if facts["counted"] is not None and kind != Kind.LEAD and facts["held"] <= facts["counted"]:
        told += f" ({facts['held']} of {facts['counted']} when it was last read whole)"
    return told


def _carried_out(leads: Mapping[str, int]) -> str:
    """How far the decisions of a route came: a dry run decides, and carries nothing out."""
    others = [f"{name}: {leads[state]}" for state, name in _STANDS.items() if leads.get(state)]
    return ", ".join([f"carried out: {leads.get(InboxState.DONE, 0)}", *others])


def _gate(gate: Mapping[str, Any]) -> str:
    told = f"policy {gate['policy']}: automatic conversion"
    if gate["state"] == Gate.CLOSED:
        return f"{told} is closed since {gate['since'][:10]}, people decide: see `connector policy gate`"
    return f"{told} is on probation, {counted(gate['reviewed'], 'review')} so far: see `connector policy gate`"


def _lines(answer: dict[str, Any]) -> list[str]:
    lines = []
    routes = answer["routes"]
    for route in routes if isinstance(routes, list) else []:
        verdicts = ", ".join(f"{count} {name}" for name, count in sorted(route["verdicts"].items()))
        told = f"decided: {verdicts}; {_carried_out(route['leads'])}" if verdicts else "no lead decided yet"
        lines.append(f"{route['route']}{'' if route['enabled'] else ' (disabled)'}: {told}")
    for held in answer["directories"]:
        kinds = "; ".join(_held(kind, facts) for kind, facts in sorted(held["kinds"].items()))
        lines.append(f"directory of {held['connection']}: {kinds}")
    lines.append(
        f"waiting for people: {counted(answer['reviews'], 'review')}, "
        f"{counted(answer['dead_letters'], 'dead letter')}; "
        f"unsettled writes: {answer['unsettled']}"
    )
    if answer["samples"]:
        lines.append(f"to review blind: {counted(answer['samples'], 'sample')}: connector review samples")
    lines += [_gate(gate) for gate in answer["gates"]]
    budget = answer["budget"]
    for reading in budget if isinstance(budget, list) else []:
        lines.append(f"{reading['connection']}: {reading['used']} of {reading['limit']} API calls used")
    run = answer["last_run"]
    if isinstance(run, dict):
        lines.append(f"last run: {run['verb']} {run['status']}, started {run['started_at']}")
        if run["status"] == "interrupted":
            lines.append("next: connector sync")
    else:
        lines += ["no run yet", "next: connector sync --dry-run"]
    return lines
