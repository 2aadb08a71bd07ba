"""Recover: find out what became of an earlier run's writes, and finish what it began."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from connector.model.plan import Action, Order, Outcome, Receipt, Step
from connector.model.progress import CrosswalkEntry, InboxState, JournalEntry, JournalState, Woken
from connector.model.records import RecordRef
from connector.pipeline.apply import Outcomes, apply_steps, links_of
from connector.pipeline.route import Route


def settle_earlier(route: Route) -> Outcomes:
    """Read back every write whose fate is unknown; finding it settles it, not finding it waits a while.

    A write is believed lost only when ``settle_after`` seconds have passed on the CRM's clock since it was
    sent: until then the server may still be at it. Nothing is sent again here.
    """
    outcomes = Outcomes()
    entries = [e for e in route.store.journal.unsettled(route.target.name) if e.route == route.name]
    if not entries:
        return outcomes
    orders = [Order(entry.step, entry.ids) for entry in entries]
    for entry, receipt in zip(entries, route.target.settle(orders), strict=True):
        if receipt.outcome is Outcome.REJECTED:
            _not_there(route, entry, outcomes)
        else:
            links = list(links_of(route, entry.step, entry.ids, receipt))
            _found(route, entry.step, receipt, links, outcomes)
    return outcomes


def _found(route: Route, step: Step, receipt: Receipt, links: Sequence[CrosswalkEntry], outcomes: Outcomes) -> None:
    route.store.journal.settle([receipt], links)
    facts = {"step": step.key, **receipt.ids}
    event = f"{step.action.value} settled"
    route.store.audit.append(receipt.at, route.name, "connector", event, str(step.lead), facts)
    outcomes.take(step, receipt)


def _not_there(route: Route, entry: JournalEntry, outcomes: Outcomes) -> None:
    now = route.target.now()
    waited = timedelta(seconds=route.options.settle_after)
    if entry.sent_at is not None and now - entry.sent_at >= waited:
        route.store.journal.back_to_planned([entry.step.key])
        return
    outcomes.waiting.add(entry.step.lead)
    outcomes.counts[Outcome.UNKNOWN] += 1


def finish_earlier(route: Route, run_id: str) -> Outcomes:
    """Carry out what is left of conversions that an earlier run began; drop plans that it never began.

    Once a lead is converted its remaining steps stand as they were planned, whatever the files say now.
    A plan of which nothing irreversible was sent is dropped: the lead is decided anew.
    """
    entries = route.store.journal.open_steps(route.name)
    begun = _begun(route, entries)
    rest = [entry.step for entry in entries if entry.step.lead in begun]
    dropped = [entry for entry in entries if entry.step.lead not in begun]
    route.store.journal.drop_planned([entry.step.key for entry in dropped])
    route.store.inbox.wake({entry.step.lead for entry in dropped}, Woken.RETRY)
    if not rest:
        return Outcomes()
    outcomes = apply_steps(route, run_id, rest)
    for lead in {step.lead for step in rest} - outcomes.waiting - set(outcomes.rejected):
        route.store.inbox.set_state(route.name, lead, InboxState.DONE)
    return outcomes


def _begun(route: Route, entries: Iterable[JournalEntry]) -> set[RecordRef]:
    """Leads among *entries* whose conversion is applied."""
    done = (JournalState.APPLIED, JournalState.ALREADY)
    return {
        lead
        for lead in {entry.step.lead for entry in entries}
        if any(e.step.action is Action.CONVERT and e.state in done for e in route.store.journal.story(lead))
    }
