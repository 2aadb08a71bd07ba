"""Decide: gather what the policy may look at, ask it, keep the answer with its inputs."""

from __future__ import annotations

from dataclasses import replace

from connector.mapping import translate
from connector.model.decision import Decision, DecisionInputs
from connector.model.match import Linkage, Resolution
from connector.model.plan import Action
from connector.model.progress import InboxRow, JournalState, Woken
from connector.model.records import RawRecord, Record, RecordRef, Scalar
from connector.pipeline.gate import gate_of
from connector.pipeline.resolve import TakenUp
from connector.pipeline.route import Route
from connector.pipeline.signals import activities_of
from connector.policy import decide


def decide_lead(route: Route, taken: TakenUp, lead: Record, resolution: Resolution, run_id: str) -> Decision:
    """The policy's verdict on a lead; stored with everything it rested on. Leads that lean on it are woken."""
    inputs = _inputs(route, taken, lead, resolution)
    book = route.rules.policies.of(inputs)
    inputs = replace(inputs, gate=gate_of(route, book))
    decision = decide(book, inputs, route.versions)
    before = route.store.decisions.latest(route.name, lead.ref)
    route.store.decisions.save(route.name, decision, inputs, run_id)
    if not decision.same_answer(before):
        route.store.inbox.wake(route.store.matches.leaning_on([lead.ref]), Woken.RECORD)
    return decision


def _inputs(route: Route, taken: TakenUp, lead: Record, resolution: Resolution) -> DecisionInputs:
    directory, decisions = route.store.directory, route.store.decisions
    duplicate = resolution.duplicate_of if resolution.linkage is Linkage.LEAD else None
    now = route.clock.now()
    return DecisionInputs(
        lead=lead,
        resolution=resolution,
        as_of=now,
        account=directory.get(resolution.account.ref) if resolution.account else None,
        contact=directory.get(resolution.contact.ref) if resolution.contact else None,
        activities=activities_of(route, lead.ref, now),
        worked=_worked(route, taken.row, lead),
        owner=route.options.owner,
        ruling=decisions.ruling(lead.ref),
        survivor=_standing_decision(route, duplicate.ref) if duplicate else None,
        doubts=taken.doubts,
    )


def _standing_decision(route: Route, lead: RecordRef) -> Decision | None:
    """The decision on another lead, whichever route made it."""
    here = route.store.decisions.latest(route.name, lead)
    if here is not None:
        return here
    routes = [row.route for row in route.store.inbox.find(lead.id) if row.raw.ref == lead]
    found = (route.store.decisions.latest(name, lead) for name in routes)
    return next((decision for decision in found if decision is not None), None)


def _worked(route: Route, row: InboxRow, lead: Record) -> str:
    """How a person has worked the lead since we first saw it; what we wrote ourselves does not count."""
    first = translate(RawRecord(row.raw.ref, row.first), route.lead_mapping).record
    if first is None:
        return ""
    ours = _written_by_us(route, lead)
    for name, label in (("status", "status"), ("owner_id", "owner")):
        was, now = first.get(name), lead.get(name)
        if was is not None and was != now and now not in ours:
            return f"{label} changed from {was} to {now or '(empty)'}"
    return ""


def _written_by_us(route: Route, lead: Record) -> set[Scalar]:
    done = (JournalState.APPLIED, JournalState.ALREADY, JournalState.SENT, JournalState.UNKNOWN)
    return {
        value
        for entry in route.store.journal.story(lead.ref)
        if entry.step.action in (Action.UPDATE, Action.LAND) and entry.state in done
        for value in entry.step.after.values()
    }
