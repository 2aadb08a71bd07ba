"""Parking: what happens to a lead that cannot walk on, whichever verb finds out."""

from __future__ import annotations

from collections.abc import Sequence

from connector.model.plan import Receipt, Step
from connector.model.progress import InboxState, JournalState, Problem
from connector.model.records import RecordRef, Values
from connector.pipeline.route import Route

DUPLICATE = "DUPLICATES_DETECTED"
Refusals = Sequence[tuple[Step, Receipt]]


def park(route: Route, lead: RecordRef, stage: str, problems: Sequence[Problem], raw: Values) -> None:
    """Keep a lead for a person, with every problem listed; what was planned for it and never sent is forgotten."""
    with route.store.transaction():
        route.store.dead_letters.park(route.name, lead, stage, problems, raw, route.clock.now())
        route.store.inbox.set_state(route.name, lead, InboxState.DEAD)
        forget_plans(route, lead)


def park_refused(route: Route, lead: RecordRef, refused: Refusals, raw: Values) -> bool:
    """What the CRM refuses is parked; where it saw a duplicate that we did not, a person decides.

    Answers whether the lead was parked.
    """
    resolution = route.store.matches.latest(route.name, lead)
    suspected = next((receipt for _, receipt in refused if receipt.code == DUPLICATE), None)
    if suspected is not None and resolution is not None:
        question = f"the CRM's duplicate rule refused it: {suspected.message}"
        route.store.reviews.open(route.name, resolution, question, route.clock.now())
        route.store.inbox.set_state(route.name, lead, InboxState.DECIDED)
        forget_plans(route, lead)
        return False
    park(route, lead, "apply", [Problem(", ".join(r.fields), s.object, r.code, r.message) for s, r in refused], raw)
    return True


def forget_plans(route: Route, lead: RecordRef) -> None:
    """Drop what an earlier run planned for a lead that takes no part in any plan now."""
    planned = [e.step.key for e in route.store.journal.story(lead) if e.state is JournalState.PLANNED]
    if planned:
        route.store.journal.drop_planned(planned)
