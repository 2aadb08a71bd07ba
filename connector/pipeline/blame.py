"""Blame: which decisions lean on a link that a person calls wrong, what they wrote, and what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.model.decision import Decision
from connector.model.match import Frozen
from connector.model.plan import Action, Grade
from connector.model.progress import CrosswalkEntry, InboxRow, InboxState, JournalEntry, JournalState
from connector.model.records import Kind, RecordRef
from connector.ports import Store

_ROLES = (Kind.ACCOUNT.value, Kind.CONTACT.value, Kind.OPPORTUNITY.value)
_SENT = (JournalState.APPLIED, JournalState.ALREADY, JournalState.SENT, JournalState.UNKNOWN)
_OVER = (InboxState.DONE, InboxState.GONE)


@dataclass(frozen=True, slots=True)
class Leaning:
    """One lead on one route whose decision leans on what is called wrong, and why it does.

    *state*: ``frozen`` (nothing of it is written until it is decided anew), ``half-way`` (its writes have begun),
    ``applied``, else the inbox's word. *written*: what went out for it. *records*: what its conversion made or joined.
    """

    lead: RecordRef
    route: str
    because: str
    state: str
    decision: Decision | None
    frozen: Frozen | None
    written: tuple[JournalEntry, ...]
    records: tuple[CrosswalkEntry, ...]


def leaning_on(store: Store, one: RecordRef, other: RecordRef | None = None) -> list[Leaning]:
    """Every decision that leans on the link between two records, or on one record, its lead first.

    Of a pair the leads are followed that were linked to the other record: themselves, leads that repeat them,
    leads that joined what their conversion made, and leads linked to the other record after them.
    """
    still = store.matches.frozen()
    reach = reach_of(store, one, other)
    return [_leaning(store, row, why, still.get(lead)) for lead, why in reach.items() for row in rows_of(store, lead)]


def reach_of(store: Store, one: RecordRef, other: RecordRef | None = None) -> dict[RecordRef, str]:
    """The leads whose decisions lean on a link (see `leaning_on`), each with a sentence that says why."""
    reach: dict[RecordRef, str] = {}
    if other is None:
        _follow(store, one, f"it is {one}", reach)
        _linked(store, one, None, f"it was linked to {one}", reach)
        return reach
    for lead, linked_to in ((one, other), (other, one)):
        since = linked_since(store, lead, linked_to)
        if since is not None:
            _follow(store, lead, f"it was linked to {linked_to}", reach)
            _linked(store, linked_to, since, f"it was linked to {linked_to} after {lead} was", reach)
    return reach


def linked_since(store: Store, lead: RecordRef, other: RecordRef) -> datetime | None:
    """When *lead* was first decided on as linked to *other*; None where it never was."""
    names = [other, *(entry.ref for entry in store.crosswalk.by_key(other.key) if entry.role == "lead")]
    found = [at for name in names if (at := store.decisions.linked_at(lead, name)) is not None]
    return min(found, default=None)


def rows_of(store: Store, lead: RecordRef) -> list[InboxRow]:
    """The lead on every route that holds it."""
    return [row for row in store.inbox.find(str(lead)) if row.raw.ref == lead]


def is_open(store: Store, lead: RecordRef) -> bool:
    """Whether a run may still write for the lead on some route."""
    return any(row.state not in _OVER for row in rows_of(store, lead)) or any(
        entry.state is JournalState.PLANNED for entry in store.journal.story(lead)
    )


def _follow(store: Store, lead: RecordRef, why: str, reach: dict[RecordRef, str]) -> None:
    """The lead, its copies in other CRMs, its repeats, and what joined the records that its conversion made."""
    waiting = [(lead, why)]
    while waiting:
        ref, because = waiting.pop()
        if ref in reach or not rows_of(store, ref):
            continue
        reach[ref] = because
        waiting += [(copy, f"it is {ref}, landed") for copy in copies_of(store, ref)]
        waiting += [(repeat, f"it repeats {ref}") for repeat in _repeats(store, ref)]
        for made in _made(store, ref):
            for joined in _leaning_leads(store, made.ref):
                waiting.append((joined, f"it leans on the {made.role} {made.ref.id} that {ref} was converted into"))


def _linked(store: Store, ref: RecordRef, since: datetime | None, why: str, reach: dict[RecordRef, str]) -> None:
    """Leads that were linked to a record, with *since* only those decided on since then."""
    for lead in _leaning_leads(store, ref):
        if lead not in reach and lead != ref and (since is None or _decided_since(store, lead, since)):
            reach[lead] = why


def _leaning_leads(store: Store, ref: RecordRef) -> Iterator[RecordRef]:
    """Leads whose resolution leans on a record, and those that were converted into it."""
    yield from store.matches.leaning_on([ref])
    for entry in store.crosswalk.by_ref(ref):
        if entry.role in _ROLES:
            key = entry.key.removesuffix(f":{entry.role}")
            yield from (row.raw.ref for row in store.inbox.find(key) if row.raw.ref.key == key)


def copies_of(store: Store, ref: RecordRef) -> list[RecordRef]:
    """Where a lead from elsewhere was landed."""
    return [entry.ref for entry in store.crosswalk.by_key(ref.key) if entry.role == "lead"]


def _repeats(store: Store, ref: RecordRef) -> Iterator[RecordRef]:
    for lead in store.matches.leaning_on([ref]):
        for row in rows_of(store, lead):
            found = store.matches.latest(row.route, lead)
            if found is not None and found.duplicate_of is not None and found.duplicate_of.ref == ref:
                yield lead


def _made(store: Store, ref: RecordRef) -> list[CrosswalkEntry]:
    """What the conversion of a lead made, not what it was converted into because it was there."""
    return [entry for entry in records_of(store, ref) if entry.created or _is_opened(store, entry)]


def _is_opened(store: Store, entry: CrosswalkEntry) -> bool:
    """Whether an opportunity is the lead's own, and not one of another lead that it joined."""
    if entry.role != Kind.OPPORTUNITY.value:
        return False
    return not any(other.created and other.key != entry.key for other in store.crosswalk.by_ref(entry.ref))


def records_of(store: Store, lead: RecordRef) -> list[CrosswalkEntry]:
    """The records that a lead was converted into, in every CRM."""
    found = (store.crosswalk.by_key(f"{lead.key}:{role}") for role in _ROLES)
    return [entry for entries in found for entry in entries]


def _decided_since(store: Store, lead: RecordRef, since: datetime) -> bool:
    found = (store.decisions.latest(row.route, lead) for row in rows_of(store, lead))
    return any(decision is not None and decision.decided_at >= since for decision in found)


def _leaning(store: Store, row: InboxRow, why: str, frozen: Frozen | None) -> Leaning:
    lead = row.raw.ref
    story = [entry for entry in store.journal.story(lead) if entry.route == row.route]
    written = tuple(entry for entry in story if entry.state in _SENT)
    left = any(entry.state is JournalState.PLANNED for entry in story)
    return Leaning(
        lead=lead,
        route=row.route,
        because=why,
        state=_state(row, written, left, frozen),
        decision=store.decisions.latest(row.route, lead),
        frozen=frozen,
        written=written,
        records=tuple(records_of(store, lead)),
    )


def _state(row: InboxRow, written: Sequence[JournalEntry], left: bool, frozen: Frozen | None) -> str:
    if frozen is not None:
        return "frozen"
    if written and left:
        return "half-way"
    return "applied" if written else row.state.value


def remedy(entry: JournalEntry) -> str:
    """What a person can do about a write, by what it did and how it can be taken back."""
    step, ids = entry.step, entry.receipt.ids if entry.receipt else entry.ids
    record = f"{step.object} {ids.get('record') or entry.ids.get('record', '')}".strip()
    if step.action is Action.CONVERT:
        made = ", ".join(f"{role} {ids[role]}" for role in _ROLES if role in ids)
        return f"a conversion cannot be taken back: move {made or 'what it made'} to where it belongs, by hand"
    if step.action in (Action.UPDATE, Action.STAMP) and step.grade is Grade.A:
        was = ", ".join(f"{name} = {step.before.get(name) or '(empty)'}" for name in step.after)
        return f"put back in {record}: {was}"
    if step.action in (Action.CREATE, Action.LAND):
        return f"merge {record} into the right one, or delete it"
    return f"look at {record}: this write cannot be taken back as it was"


def called_wrong(leads: Iterable[Leaning]) -> dict[str, int]:
    """How many of them stand in which state."""
    counts: dict[str, int] = {}
    for lead in leads:
        counts[lead.state] = counts.get(lead.state, 0) + 1
    return counts
