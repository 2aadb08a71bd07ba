"""Frozen: once a person has spoken of a pair, nothing goes out that was planned before, until it is decided anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from connector.model.match import Frozen, Judgement, Saying, Word
from connector.model.plan import Step
from connector.model.progress import JournalState, Problem, Woken
from connector.model.records import RecordRef
from connector.pipeline.blame import copies_of, is_open, reach_of, rows_of
from connector.pipeline.parking import has_begun, park
from connector.pipeline.route import Route
from connector.ports import Store

WRONG_LINK = "link-called-wrong"


def weigh_words(store: Store, at: datetime) -> None:
    """Look what leans on the pairs that people have spoken of since the last look, and freeze what is pending.

    Every run does so before it writes, so a word holds whichever way it was said. The leads spoken of wait for
    their new decision whatever the word; those that lean on a link wait where it is called wrong or in doubt.
    """
    for saying in store.matches.unweighed():
        with store.transaction():
            reach = _reach(store, saying.judgement)
            pending = {lead: why for lead, why in reach.items() if is_open(store, lead)}
            store.matches.freeze(pending, saying)
            _release_decided(store, pending, saying)
            store.inbox.wake(_touched(store, saying.judgement, reach), Woken.JUDGEMENT)
            store.matches.weighed(saying.number, at)
            _tell(store, saying, at, reach, pending)


def _release_decided(store: Store, leads: Iterable[RecordRef], saying: Saying) -> None:
    """A lead that was decided on since the word came knows it; only older plans of it are stopped."""
    for lead in leads:
        found = [store.decisions.latest(row.route, lead) for row in rows_of(store, lead)]
        if found and all(one is not None and one.decided_at >= saying.kept_at for one in found):
            store.matches.release(lead, saying.kept_at)


def _reach(store: Store, said: Judgement) -> dict[RecordRef, str]:
    """The leads that a word concerns, each with a sentence that people read while it is frozen."""
    sentence = f"{said.by} said that {said.left} and {said.right} are {_said(said.word)}"
    reach = {} if said.word is Word.SAME else reach_of(store, said.left, said.right)
    found = {lead: f"{sentence}; {why}" for lead, why in reach.items()}
    for ref in (said.left, said.right):
        found.setdefault(ref, sentence)
        found |= {copy: f"{sentence}; it is {ref}, landed" for copy in copies_of(store, ref) if copy not in found}
    return found


def _said(word: Word) -> str:
    return {Word.SAME: "the same", Word.DIFFERENT: "different", Word.UNSURE: "perhaps the same"}[word]


def _touched(store: Store, said: Judgement, reach: Mapping[RecordRef, str]) -> list[RecordRef]:
    """The leads to be looked at again: those it concerns, and all that chose between the two or were linked to one."""
    return list(dict.fromkeys([*reach, *store.matches.leaning_on([said.left, said.right])]))


def _tell(
    store: Store, saying: Saying, at: datetime, reach: Mapping[RecordRef, str], pending: Mapping[RecordRef, str]
) -> None:
    said = saying.judgement
    facts = {
        "word": said.word.value,
        "of": str(said.left),
        "and": str(said.right),
        "judgement": saying.number,
        "leaning": len(reach.keys() - {said.left, said.right}),
        "frozen": len(pending),
    }
    store.audit.append(at, "", said.by, "pair judged", str(said.left), facts)
    for lead, why in pending.items():
        store.audit.append(at, "", said.by, "frozen", str(lead), {"judgement": saying.number, "why": why})


def frozen_since(route: Route, planned_at: datetime | None) -> Mapping[RecordRef, Frozen]:
    """Leads of which nothing planned at *planned_at* may go out; without it, those not decided anew yet.

    A plan that is younger than a word knows it only where the lead was decided on after the word.
    """
    weigh_words(route.store, route.clock.now())
    still = route.store.matches.frozen()
    if planned_at is None:
        return still
    late = {lead: mark for lead, mark in still.items() if not _knows(route, mark)}
    return {**late, **route.store.matches.frozen(planned_at)}


def _knows(route: Route, mark: Frozen) -> bool:
    decision = route.store.decisions.latest(route.name, mark.lead)
    return decision is not None and decision.decided_at >= mark.since


def stop_begun(route: Route) -> Mapping[RecordRef, Frozen]:
    """Hold conversions that an earlier run began, where a person has spoken of the pair since; answers them."""
    weigh_words(route.store, route.clock.now())
    left = {entry.step.lead for entry in route.store.journal.open_steps(route.name)}
    held = {lead: mark for lead, mark in route.store.matches.frozen().items() if lead in left}
    for lead, mark in held.items():
        hold(route, lead, mark)
    return held


def hold(route: Route, lead: RecordRef, mark: Frozen) -> None:
    """Keep what was planned for a lead from going out.

    A plan of which nothing was written is forgotten, and the lead is decided anew. A conversion that has begun is
    a person's to finish or to mend: what was written cannot be taken back by a new plan.
    """
    store = route.store
    story = [entry for entry in store.journal.story(lead) if entry.route == route.name]
    left = [entry.step for entry in story if entry.state is JournalState.PLANNED]
    with store.transaction():
        if has_begun(story) and left:
            row = store.inbox.row(route.name, lead)
            park(route, lead, "apply", [_half_way(lead, left, mark)], row.raw.fields if row else {})
            store.matches.release(lead, route.clock.now())
            return
        store.journal.drop_planned([step.key for step in left])
        store.inbox.wake([lead], Woken.JUDGEMENT)


def _half_way(lead: RecordRef, left: Sequence[Step], mark: Frozen) -> Problem:
    rest = ", ".join(dict.fromkeys(f"{step.action.value} {step.object}" for step in left))
    what = (
        f"{mark.why}. Its conversion had begun by then; not written yet: {rest}. What was written is listed by"
        f" `connector matching blame {lead}`; retry finishes it as it was planned, discard leaves it to you"
    )
    return Problem("", str(lead), WRONG_LINK, what)
