"""Parking: what happens to a lead that cannot walk on, whichever verb finds out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.model.plan import Action, Receipt, Step
from connector.model.progress import InboxState, JournalEntry, JournalState, Problem
from connector.model.records import RecordRef, Values
from connector.pipeline.review_asked import open_review
from connector.pipeline.route import Route
from connector.planning import IN_STEP

DUPLICATE = "DUPLICATES_DETECTED"
Refusals = Sequence[tuple[Step, Receipt]]
_DONE = (JournalState.APPLIED, JournalState.ALREADY)


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
        open_review(route.store, route.name, resolution, question, route.clock.now())
        route.store.inbox.set_state(route.name, lead, InboxState.DECIDED)
        forget_plans(route, lead)
        return False
    park(route, lead, "apply", [Problem(", ".join(r.fields), s.object, r.code, r.message) for s, r in refused], raw)
    return True


def forget_plans(route: Route, lead: RecordRef) -> None:
    """Drop what an earlier run planned for a lead that takes no part in any plan now.

    What is left of a conversion that has begun is kept: it is finished once a person has mended what was refused.
    """
    story = route.store.journal.story(lead)
    planned = [entry.step.key for entry in story if entry.state is JournalState.PLANNED]
    if planned and not has_begun(story):
        route.store.journal.drop_planned(planned)


def has_begun(story: Iterable[JournalEntry]) -> bool:
    """Whether a lead with this story in the journal is converted by us, or has a record made for its conversion."""
    return any(entry.step.action in (Action.CONVERT, Action.CREATE) and entry.state in _DONE for entry in story)


def is_half_done(route: Route, lead: RecordRef) -> bool:
    """Whether a lead is converted in the target, and something that belongs to it was refused: a person must mend that.

    Decided anew it would be found to stand in the target already, and what is missing would never be made.
    """
    if route.in_place:
        return False
    story = route.store.journal.story(lead)
    converted = any(
        entry.step.action is Action.CONVERT and not entry.step.connection and entry.state in _DONE for entry in story
    )
    return converted and any(entry.state is JournalState.REJECTED for entry in _of_conversion(story))


def _of_conversion(story: Sequence[JournalEntry]) -> list[JournalEntry]:
    """What belongs to a conversion that has begun, in the order planned.

    Edits carried between twins do not: they are compared anew (see `connector.pipeline.in_step`). Nor does an update of
    the lead that was refused before the conversion began: what another verdict wanted to write is overtaken.
    """
    began = next((at for at, entry in enumerate(story) if has_begun([entry])), len(story))
    return [
        entry
        for at, entry in enumerate(story)
        if not entry.step.terms.get(IN_STEP) and not (at < began and _is_refused_update(entry))
    ]


def _is_refused_update(entry: JournalEntry) -> bool:
    return entry.step.action is Action.UPDATE and entry.state is JournalState.REJECTED


def left_undone(route: Route, lead: RecordRef) -> tuple[Step, ...]:
    """What is left of a conversion that has begun, in the order planned; nothing where none has."""
    story = route.store.journal.story(lead)
    left = (JournalState.PLANNED, JournalState.REJECTED)
    return tuple(entry.step for entry in _of_conversion(story) if entry.state in left) if has_begun(story) else ()
