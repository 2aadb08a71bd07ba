"""Resolve: take up awake leads, put them in the directory, and say who each one is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from connector.mapping import translate
from connector.matching import query, repeats, resolve
from connector.model.match import Band, Candidates, Resolution, Word
from connector.model.plan import Action, Step
from connector.model.progress import InboxRow, InboxState, Problem, Woken
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.parking import is_half_done, left_undone, park
from connector.pipeline.pull import indexed
from connector.pipeline.repeats import as_one, wake_juniors
from connector.pipeline.route import Route
from connector.pipeline.words import carry_merged, heeded, one_of_each, origins_of, standing_words

CONVERTED_ROLE = "converted"  # crosswalk role of a source lead whose conversion is ours, or known to us


@dataclass(frozen=True, slots=True)
class TakenUp:
    """An awake lead: the inbox row, and the lead in canonical words (None where it cannot be translated).

    *unfinished* are steps of a conversion of ours that the CRM refused and a person wants tried again, and those
    that waited for them. *doubts* are sentences on values that the mapping's tables do not know.
    """

    row: InboxRow
    lead: Record | None
    unfinished: tuple[Step, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the run counts it as pulled: new or changed, rather than looked at again."""
        return self.row.woken in (Woken.NEW, Woken.CHANGED)


def take_up(route: Route, rows: Sequence[InboxRow]) -> Iterator[TakenUp]:
    """Translate awake rows; our own echoes go back to sleep, untranslatable ones to the dead letters."""
    for row in rows:
        if _made_by_us(route, row.raw.ref):
            route.store.inbox.set_state(route.name, row.raw.ref, InboxState.DONE)
            continue
        result = translate(row.raw, route.lead_mapping)
        if result.record is not None and _is_no_news(route, result.record):
            index_leads(route, [result.record])
            refused = left_undone(route, row.raw.ref)
            if refused and (_to_be_tried(route, row) or _done_by_hand(refused)):
                yield TakenUp(row, result.record, refused)
            else:
                state = InboxState.DEAD if refused else InboxState.DONE
                route.store.inbox.set_state(route.name, row.raw.ref, state)
            continue
        if result.record is None and not row.raw.deleted:
            park(route, row.raw.ref, "translate", result.problems, row.raw.fields)
            yield TakenUp(row, None)
            continue
        undone = left_undone(route, row.raw.ref) if _to_be_tried(route, row) else ()
        closed = row.raw.deleted or (result.record is not None and result.record.flag("converted"))
        if not undone and not closed and is_half_done(route, row.raw.ref):
            route.store.inbox.set_state(route.name, row.raw.ref, InboxState.DEAD)
            continue
        lead = result.record or Record(Kind.LEAD, row.raw.ref, {}, deleted=True, merged_into=row.raw.merged_into)
        yield TakenUp(row, lead, undone, told(result.doubts))


def _to_be_tried(route: Route, row: InboxRow) -> bool:
    """Whether what was refused is to be sent again: a person said so, even where the lead has changed since."""
    return row.woken is Woken.RETRY or route.store.dead_letters.is_retried(route.name, row.raw.ref)


def _done_by_hand(left: Sequence[Step]) -> bool:
    """Whether a person has done what a converted lead's own CRM refused us: their conversion is adopted, not fought."""
    return any(step.action is Action.CONVERT and step.connection for step in left)


def told(doubts: Sequence[Problem]) -> tuple[str, ...]:
    """Doubts as sentences for the person who is asked."""
    return tuple(dict.fromkeys(f"{doubt.field}: {doubt.message} ({doubt.place})." for doubt in doubts))


def _made_by_us(route: Route, lead: RecordRef) -> bool:
    """Whether another route landed the lead: it belongs to its CRM's own route, and goes nowhere from there."""
    if route.in_place:
        return False
    return any(entry.role == "lead" and entry.created for entry in route.store.crosswalk.by_ref(lead))


def _is_no_news(route: Route, lead: Record) -> bool:
    """A converted lead that is ours on any route, or that was converted before we ever judged it."""
    if not lead.flag("converted"):
        return False
    ours = any(entry.role == CONVERTED_ROLE for entry in route.store.crosswalk.by_ref(lead.ref))
    return ours or route.store.decisions.latest(route.name, lead.ref) is None


def index_leads(route: Route, leads: Sequence[Record]) -> None:
    """Put leads in the directory, so that leads of one run find each other; closed ones leave it."""
    changed = route.store.directory.put([indexed(route, lead) for lead in leads])
    if changed:
        own = {lead.ref for lead in leads}
        leaning = [ref for ref in route.store.matches.leaning_on(changed) if ref not in own]
        route.store.inbox.wake(leaning, Woken.RECORD)
    carry_merged(route, leads)


def resolve_lead(route: Route, lead: Record, arrived: bool = False, awake: Set[RecordRef] = frozenset()) -> Resolution:
    """Who is it? Standing words of people first, then what the directory holds; kept with its evidence.

    *arrived*: the lead is new or changed, so that leads decided on before may turn out to be its repeats. *awake*
    are those that this run looks at anyhow.
    """
    connections = list(dict.fromkeys([route.source.name, route.target.name]))
    found = route.store.directory.candidates(query(lead, route.rules.matching), connections)
    others = _without(route, found, _itself(route, lead.ref))
    words = standing_words(route, lead)
    judged = _with_judged(route, others, [word.right for word in words])
    resolution = resolve(lead, judged, words, route.rules.matching)
    single = one_of_each(route.store, judged, resolution)
    if single != judged:
        resolution = resolve(lead, single, words, route.rules.matching)
    accepted = _accepted(route, lead, single, resolution)
    if accepted != single:
        resolution = resolve(lead, accepted, words, route.rules.matching)
    resolution = as_one(route, lead, accepted, words, resolution)
    resolution = heeded(route, lead, resolution, words)
    if arrived:
        wake_juniors(route, lead, accepted, awake)
    route.store.matches.save(route.name, resolution, route.clock.now())
    return resolution


def _accepted(route: Route, lead: Record, found: Candidates, resolution: Resolution) -> Candidates:
    """The candidates without a contact that a person refused for another lead of the same person."""
    contact = resolution.contact
    if contact is None or contact.judged or not found.leads:
        return found
    linked = [one.ref for one in repeats(lead, found, route.rules.matching) if one.band is Band.LINK]
    said = [word for ref in linked for word in route.store.matches.judgements(ref) if word.word is Word.DIFFERENT]
    if not any(contact.ref in (word.left, word.right) for word in said):
        return found
    refused = {ref for word in said for ref in (word.left, word.right)}
    return replace(found, contacts=tuple(one for one in found.contacts if one.ref not in refused))


def _itself(route: Route, ref: RecordRef) -> set[RecordRef]:
    """The lead and its own copy in the target: they are not duplicates of each other."""
    return {ref, *(e.ref for e in route.store.crosswalk.by_key(ref.key)), *origins_of(route.store, ref)}


def _without(route: Route, found: Candidates, itself: set[RecordRef]) -> Candidates:
    """What the lead can be: a contact or account of the target, another lead of either CRM; never itself."""
    here = route.target.name
    return replace(
        found,
        contacts=tuple(contact for contact in found.contacts if contact.ref.connection == here),
        accounts=tuple(account for account in found.accounts if account.ref.connection == here),
        leads=tuple(lead for lead in found.leads if lead.ref not in itself),
    )


def _with_judged(route: Route, found: Candidates, refs: Sequence[RecordRef]) -> Candidates:
    """Records that a person spoke of are candidates whether or not they share a key; contacts bring their account."""
    shelves = {Kind.CONTACT: list(found.contacts), Kind.ACCOUNT: list(found.accounts), Kind.LEAD: list(found.leads)}
    named = [record for ref in refs if (record := route.store.directory.get(ref)) is not None]
    for record in [*named, *_accounts_of(route, named)]:
        shelf = shelves.get(record.kind)
        known = route.store.directory.known(record.ref)
        if shelf is not None and known is not None and all(one.ref != known.ref for one in shelf):
            shelf.append(known)
    return replace(
        found,
        contacts=tuple(shelves[Kind.CONTACT]),
        accounts=tuple(shelves[Kind.ACCOUNT]),
        leads=tuple(shelves[Kind.LEAD]),
    )


def _accounts_of(route: Route, records: Sequence[Record]) -> list[Record]:
    ids = [record.text("account_id") for record in records if record.kind is Kind.CONTACT]
    found = (route.store.directory.get(route.target_side.ref(Kind.ACCOUNT, one)) for one in ids if one)
    return [account for account in found if account is not None]
