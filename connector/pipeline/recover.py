"""Recover: find out what became of an earlier run's writes, and finish what it began."""

from __future__ import annotations

from collections.abc import Sequence

from connector.model.plan import Order, Outcome, Receipt, Step
from connector.model.progress import CrosswalkEntry, InboxState, JournalEntry, Woken
from connector.pipeline.apply import Outcomes, apply_steps, links_of
from connector.pipeline.frozen import hold
from connector.pipeline.parking import has_begun, park_refused
from connector.pipeline.route import Route
from connector.planning import IN_STEP

PATIENCE = 5.0  # seconds a run waits for an earlier write to become certain; longer waits are for the next run
LOOKS = 3  # the CRM tells its time in whole seconds, so the end of a wait may take another look


def settle_earlier(route: Route) -> Outcomes:
    """Read back every write whose fate is unknown; finding it settles it, not finding it waits a while.

    A write is believed lost only when ``settle_after`` seconds have passed on the CRM's clock since it was
    sent: until then the server may still be at it. A short rest of that time is waited for here; otherwise the
    lead is listed as waiting and the run goes on with the others. Nothing is sent again here.
    """
    outcomes = Outcomes()
    entries = _unsettled(route)
    missing = _read_back(route, entries, outcomes)
    for _ in range(LOOKS):
        rest = max((_rest(route, entry) for entry in missing), default=0.0)
        if not 0 < rest <= PATIENCE:
            break
        route.clock.sleep(rest)
        missing = _read_back(route, missing, outcomes)
    for entry in missing:
        _not_there(route, entry, outcomes)
    return outcomes


def _unsettled(route: Route) -> list[JournalEntry]:
    return [entry for entry in route.store.journal.unsettled() if entry.route == route.name]


def _read_back(route: Route, entries: Sequence[JournalEntry], outcomes: Outcomes) -> list[JournalEntry]:
    """Settle what can be found in the CRM; answers the entries that are not there."""
    missing = []
    by_side: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        by_side.setdefault(route.side(entry.step.connection).name, []).append(entry)
    for name, mine in by_side.items():
        orders = [Order(entry.step, entry.ids) for entry in mine]
        for entry, receipt in zip(mine, route.side(name).system.settle(orders), strict=True):
            if receipt.outcome is Outcome.REJECTED:
                missing.append(entry)
            else:
                _found(route, entry.step, receipt, list(links_of(route, entry.step, entry.ids, receipt)), outcomes)
    return missing


def _rest(route: Route, entry: JournalEntry) -> float:
    """Seconds until the write may be believed lost, on the CRM's clock; 0 when it may be already."""
    if entry.sent_at is None:
        return 0.0
    side = route.side(entry.step.connection)
    return max(0.0, side.settle_after - (side.system.now() - entry.sent_at).total_seconds())


def _found(route: Route, step: Step, receipt: Receipt, links: Sequence[CrosswalkEntry], outcomes: Outcomes) -> None:
    route.store.journal.settle([receipt], links)
    facts = {"step": step.key, **receipt.ids}
    event = f"{step.action.value} settled"
    route.store.audit.append(receipt.at, route.name, "connector", event, str(step.lead), facts)
    outcomes.take(step, receipt)


def _not_there(route: Route, entry: JournalEntry, outcomes: Outcomes) -> None:
    if entry.sent_at is not None and _rest(route, entry) == 0:
        route.store.journal.back_to_planned([entry.step.key])
        return
    outcomes.waiting.add(entry.step.lead)
    outcomes.counts[Outcome.UNKNOWN] += 1


def finish_earlier(route: Route, run_id: str) -> Outcomes:
    """Carry out what is left of conversions that an earlier run began; wake the leads that it never began.

    Once a lead is converted, or a record was made for its conversion, its remaining steps stand as they were
    planned, whatever the files say now. A lead of which nothing of the kind was sent is decided anew. Its old plan
    is kept until there is a new one: it tells which conversion of the same company or person the lead was to
    follow (see `Planner`). What a person must mend first is left alone.
    """
    entries = _without_edits(route, route.store.journal.open_steps(route.name))
    begun = {lead for lead in {entry.step.lead for entry in entries} if has_begun(route.store.journal.story(lead))}
    parked = {
        ref for ref, row in route.store.inbox.rows(route.name, list(begun)).items() if row.state is InboxState.DEAD
    }
    rest = [entry.step for entry in entries if entry.step.lead in begun - parked]
    route.store.inbox.wake({entry.step.lead for entry in entries} - begun, Woken.RETRY)
    if not rest:
        return Outcomes()
    outcomes = apply_steps(route, run_id, rest)
    for lead, mark in outcomes.frozen.items():
        hold(route, lead, mark)
    for lead in {step.lead for step in rest} - outcomes.waiting - set(outcomes.rejected) - set(outcomes.frozen):
        route.store.inbox.set_state(route.name, lead, InboxState.DONE)
    for lead, refused in outcomes.rejected.items():
        row = route.store.inbox.row(route.name, lead)
        park_refused(route, lead, refused, row.raw.fields if row else {})
    return outcomes


def _without_edits(route: Route, entries: Sequence[JournalEntry]) -> list[JournalEntry]:
    """Forget edits that were to be carried to a twin: both records are compared anew, and nothing is sent late."""
    edits = [entry.step.key for entry in entries if entry.step.terms.get(IN_STEP)]
    route.store.journal.drop_planned(edits)
    return [entry for entry in entries if not entry.step.terms.get(IN_STEP)]
