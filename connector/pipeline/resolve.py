"""Resolve: take up awake leads, put them in the directory, and say who each one is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from connector.mapping import translate
from connector.matching import query, resolve
from connector.model.match import Candidates, Entry, Judgement, Resolution, Word
from connector.model.plan import Step
from connector.model.progress import InboxRow, InboxState, Problem, Woken
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.parking import left_undone, park
from connector.pipeline.pull import indexed
from connector.pipeline.route import Route

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
            if refused and row.woken is Woken.RETRY:
                yield TakenUp(row, result.record, refused)
            else:
                state = InboxState.DEAD if refused else InboxState.DONE
                route.store.inbox.set_state(route.name, row.raw.ref, state)
            continue
        if result.record is None and not row.raw.deleted:
            park(route, row.raw.ref, "translate", result.problems, row.raw.fields)
            yield TakenUp(row, None)
            continue
        undone = left_undone(route, row.raw.ref) if row.woken is Woken.RETRY else ()
        lead = result.record or Record(Kind.LEAD, row.raw.ref, {}, deleted=True, merged_into=row.raw.merged_into)
        yield TakenUp(row, lead, undone, told(result.doubts))


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
    entries = [Entry(lead) if lead.flag("converted") else indexed(route, lead) for lead in leads]
    changed = route.store.directory.put(entries)
    if changed:
        own = {lead.ref for lead in leads}
        leaning = [ref for ref in route.store.matches.leaning_on(changed) if ref not in own]
        route.store.inbox.wake(leaning, Woken.RECORD)


def resolve_lead(route: Route, lead: Record) -> Resolution:
    """Who is it? Standing words of people first, then what the directory holds; kept with its evidence."""
    connections = list(dict.fromkeys([route.source.name, route.target.name]))
    found = route.store.directory.candidates(query(lead, route.rules.matching), connections)
    others = _without(route, found, _itself(route, lead.ref))
    words = _words(route, lead)
    judged = _with_judged(route, others, [j.right if j.left == lead.ref else j.left for j in words])
    resolution = resolve(lead, judged, words, route.rules.matching)
    route.store.matches.save(route.name, resolution, route.clock.now())
    return resolution


def _words(route: Route, record: Record) -> list[Judgement]:
    """Standing words on the lead. What was merged away in the CRM is spoken of as its survivor.

    A lead that was linked to a record which a person has merged since belongs to the survivor, however little
    the survivor looks like it: the merge is a person's word, and is kept as one. So is a link to a contact that
    a person gave to a lead in the CRM without converting it (a lead made from a contact's page).
    """
    lead = record.ref
    linked = _linked_contact(route, record)
    if linked is not None and all(linked not in (j.left, j.right) for j in route.store.matches.judgements(lead)):
        note = "the lead is linked to this contact in the CRM, and not converted"
        route.store.matches.judge(Judgement(lead, linked, Word.SAME, "link in the CRM", route.clock.now(), note))
    before = route.store.matches.latest(route.name, lead)
    for match in (before.contact, before.account) if before else ():
        survivor = _survivor(route, match.ref) if match else None
        if match is not None and survivor is not None:
            note = f"it was linked to {match.ref}, which was merged into this one"
            word = Judgement(lead, survivor, Word.SAME, "merge in the CRM", route.clock.now(), note)
            route.store.matches.judge(word)
    return [_of_survivors(route, word, lead) for word in route.store.matches.judgements(lead)]


def _linked_contact(route: Route, lead: Record) -> RecordRef | None:
    """The contact that an open lead points at in its own CRM; None where it is gone or unknown."""
    contact_id = lead.text("converted_contact_id")
    if not contact_id or lead.flag("converted") or lead.deleted or not route.in_place:
        return None
    contact = route.store.directory.get(route.target_side.ref(Kind.CONTACT, contact_id))
    return contact.ref if contact is not None and not contact.deleted else None


def _of_survivors(route: Route, word: Judgement, lead: RecordRef) -> Judgement:
    other = word.right if word.left == lead else word.left
    return replace(word, left=lead, right=_survivor(route, other) or other)


def _survivor(route: Route, ref: RecordRef) -> RecordRef | None:
    """The record that *ref* was merged into; None when it was not."""
    record = route.store.directory.get(ref)
    return record.ref if record is not None and record.ref != ref else None


def _itself(route: Route, ref: RecordRef) -> set[RecordRef]:
    """The lead and its own copy in the target: they are not duplicates of each other."""
    return {ref, *(e.ref for e in route.store.crosswalk.by_key(ref.key)), *_origin(route, ref)}


def _origin(route: Route, ref: RecordRef) -> set[RecordRef]:
    """The row that a landed lead came from."""
    keys_of = [e.key for e in route.store.crosswalk.by_ref(ref)]
    rows = [row for key in keys_of for row in route.store.inbox.find(key)]
    return {row.raw.ref for row in rows}


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
