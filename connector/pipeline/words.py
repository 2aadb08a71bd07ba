"""Words: what people have said of a lead, carried over merges, landings and conversions, above every score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connector.matching import compare
from connector.model.match import Band, Candidates, Judgement, Known, Linkage, Match, Resolution, Word
from connector.model.progress import Woken
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.route import Route
from connector.ports import Store

MERGE = "merge in the CRM"
LINK = "link in the CRM"
CONVERSION = "conversion in the CRM"
_CHAIN = 50


def carry_merged(route: Route, records: Iterable[Record]) -> None:
    """Words on records that were merged away hold for their survivors from now on."""
    for record in records:
        if record.merged_into:
            named = RecordRef(record.ref.connection, record.ref.object, record.merged_into)
            survivor = survivor_of(route.store, named) or named
            _carry(route, record.ref, survivor, MERGE)


def _carry(route: Route, gone: RecordRef, survivor: RecordRef, why: str) -> None:
    for word in route.store.matches.carry(gone, survivor, route.clock.now(), why):
        facts = {"word": word.word.value, "of": str(survivor), "and": str(word.right), "from": str(gone)}
        route.store.audit.append(route.clock.now(), route.name, "crm", "word carried over", str(survivor), facts)
        route.store.inbox.wake([word.left, word.right], Woken.JUDGEMENT)


def survivor_of(store: Store, ref: RecordRef) -> RecordRef | None:
    """The record that *ref* was merged into; None when it was not."""
    record = store.directory.get(ref)
    return record.ref if record is not None and record.ref != ref else None


def standing_words(route: Route, lead: Record) -> list[Judgement]:
    """Every word that holds for a lead now, one for each record spoken of; the lead is on its left.

    Words on the row that it came from, on records merged into others and on leads converted since are carried over
    first. Records that a person calls the same are spoken of together; words that contradict each other are doubt.
    """
    _notice_link(route, lead)
    _notice_merges(route, lead.ref)
    for origin in origins_of(route.store, lead.ref):
        route.store.matches.lend(origin, lead.ref)
    for word in route.store.matches.judgements(lead.ref):
        _carry_on(route, lead.ref, _other(word, lead.ref))
    words = [replace(w, left=lead.ref, right=_other(w, lead.ref)) for w in route.store.matches.judgements(lead.ref)]
    return _of_the_same(route.store, [word for word in words if survivor_of(route.store, word.right) is None])


def _other(word: Judgement, ref: RecordRef) -> RecordRef:
    return word.right if word.left == ref else word.left


def origins_of(store: Store, ref: RecordRef) -> set[RecordRef]:
    """The rows that a landed lead came from."""
    keys = [entry.key for entry in store.crosswalk.by_ref(ref)]
    return {row.raw.ref for key in keys for row in store.inbox.find(key) if row.raw.ref.key == key} - {ref}


def _carry_on(route: Route, lead: RecordRef, other: RecordRef) -> None:
    """The word on a record that is another one now: merged away, or a lead that has become a contact."""
    survivor = survivor_of(route.store, other)
    if survivor is not None and survivor != lead:
        _carry(route, other, survivor, MERGE)
        return
    contact = _became(route, other)
    if contact is not None:
        _carry_word(route, lead, other, contact)


def _became(route: Route, other: RecordRef) -> RecordRef | None:
    """The contact of the target that another lead was converted into."""
    entries = route.store.crosswalk.by_key(f"{other.key}:{Kind.CONTACT.value}")
    here = [entry.ref for entry in entries if entry.ref.connection == route.target.name]
    record = route.store.directory.get(other) if not here else None
    told = record.text("converted_contact_id") if record is not None and record.flag("converted") else ""
    if told and record is not None and record.kind is Kind.LEAD and other.connection == route.target.name:
        here = [route.target_side.ref(Kind.CONTACT, told)]
    found = route.store.directory.get(here[0]) if here else None
    return found.ref if found is not None else None


def _carry_word(route: Route, lead: RecordRef, other: RecordRef, contact: RecordRef) -> None:
    """What was said of two leads holds for the contact that one of them has become, unless more was said since."""
    said = {_other(word, lead): word for word in route.store.matches.judgements(lead)}
    word, since = said[other], said.get(contact)
    if since is None or (since.at < word.at and since.word is not word.word):
        note = f"said of {other}, which was converted into this contact"
        route.store.matches.judge(Judgement(lead, contact, word.word, word.by, word.at, note))


def _notice_link(route: Route, lead: Record) -> None:
    """A person linked an open lead to a contact in the CRM without converting it, or took such a link off again."""
    if lead.flag("converted") or lead.deleted or not route.in_place:
        return
    contact = _linked_contact(route, lead)
    words = {_other(word, lead.ref): word for word in route.store.matches.judgements(lead.ref)}
    if contact is not None and contact not in words:
        note = "the lead is linked to this contact in the CRM, and not converted"
        route.store.matches.judge(Judgement(lead.ref, contact, Word.SAME, LINK, route.clock.now(), note))
    for other, word in words.items():
        known = route.store.directory.get(other)
        gone = word.by == LINK and word.word is Word.SAME and known is not None and known.ref == other != contact
        if gone and not lead.text("converted_contact_id"):
            note = "the lead was linked to this contact in the CRM, and the link was taken off"
            route.store.matches.judge(Judgement(lead.ref, other, Word.DIFFERENT, LINK, route.clock.now(), note))


def _linked_contact(route: Route, lead: Record) -> RecordRef | None:
    """The contact that an open lead points at in its own CRM; None where it is gone or unknown."""
    contact_id = lead.text("converted_contact_id")
    contact = route.store.directory.get(route.target_side.ref(Kind.CONTACT, contact_id)) if contact_id else None
    return contact.ref if contact is not None and not contact.deleted else None


def _notice_merges(route: Route, lead: RecordRef) -> None:
    """A lead belongs to the survivor of the record it was linked to, however little the survivor looks like it."""
    before = route.store.matches.latest(route.name, lead)
    spoken = {_other(word, lead) for word in route.store.matches.judgements(lead)}
    for match in (before.contact, before.account) if before else ():
        survivor = survivor_of(route.store, match.ref) if match else None
        if match is not None and survivor is not None and survivor not in spoken:
            note = f"it was linked to {match.ref}, which was merged into this one"
            route.store.matches.judge(Judgement(lead, survivor, Word.SAME, MERGE, route.clock.now(), note))


@dataclass(frozen=True, slots=True)
class Alike:
    """Records that a person called the same, and when the last of these words was said; None for one alone."""

    members: frozenset[RecordRef]
    since: datetime | None = None


def alike(store: Store, ref: RecordRef) -> Alike:
    """The records of one kind that are the same by people's words; one alone where words tell them apart."""
    members, waiting, since = {ref}, [ref], None
    apart: set[frozenset[RecordRef]] = set()
    while waiting and len(members) < _CHAIN:
        here = waiting.pop()
        for word in store.matches.judgements(here):
            other = survivor_of(store, _other(word, here)) or _other(word, here)
            if other.object != ref.object or other.connection != ref.connection:
                continue
            if word.word is Word.DIFFERENT:
                apart.add(frozenset((here, other)))
            if word.word is Word.SAME:
                since = word.at if since is None else max(since, word.at)
                waiting += [] if other in members else [other]
                members.add(other)
    if any(pair <= members for pair in apart):
        return Alike(frozenset((ref,)))
    return Alike(frozenset(members), since)


def _of_the_same(store: Store, words: Sequence[Judgement]) -> list[Judgement]:
    """What was said of one record holds for those that are the same; what contradicts itself is doubt."""
    found: dict[RecordRef, Judgement] = {}
    for word in sorted(words, key=lambda one: one.at):
        lead = word.left
        group = Alike(frozenset((word.right,))) if word.right.object == lead.object else alike(store, word.right)
        mine = [one for one in words if one.right in group.members]
        stands = _together(mine, group)
        found.update({ref: replace(stands, right=ref) for ref in group.members})
    return list(found.values())


def _together(words: Sequence[Judgement], group: Alike) -> Judgement:
    """One word on several records that are one: the latest where it was said knowing so, or where all agree."""
    latest = max(words, key=lambda one: one.at)
    if len({one.word for one in words}) == 1 or group.since is None or latest.at > group.since:
        return latest
    said = "; ".join(f"{one.by} said {one.word.value} of {one.right}" for one in words)
    return replace(latest, word=Word.UNSURE, note=f"{said}; and a person called these records the same")


def one_of_each(store: Store, candidates: Candidates, found: Resolution) -> Candidates:
    """The candidates without those that are, by a person's word, the same as a better one: they tie with nobody."""
    dropped: set[RecordRef] = set()
    for match in found.candidates if found.linkage is Linkage.POSSIBLE else ():
        if match.ref not in dropped and match.kind is not Kind.LEAD:
            dropped |= alike(store, match.ref).members - {match.ref}

    def kept(known: Sequence[Known]) -> tuple[Known, ...]:
        return tuple(one for one in known if one.ref not in dropped)

    return replace(candidates, contacts=kept(candidates.contacts), accounts=kept(candidates.accounts))


def heeded(route: Route, lead: Record, found: Resolution, words: Sequence[Judgement]) -> Resolution:
    """The resolution with what no score may pass over: a person's doubt, and two that a person keeps apart."""
    chosen = found.contact or found.duplicate_of or found.account
    settled = {match.kind for match in (found.contact, found.account, found.duplicate_of) if match and match.judged}
    doubts = [word for word in words if word.word is Word.UNSURE]
    open_doubts = [(word, match) for word in doubts if (match := _match(route, lead, found, word.right)) is not None]
    open_doubts = [(word, match) for word, match in open_doubts if match.kind not in settled]
    for word, match in open_doubts:
        found = _asked(found, [match], f"{word.by} was not sure of {word.right}{_because(word)}.")
    if chosen is not None and not chosen.judged:
        for word in (one for one in words if one.word is Word.DIFFERENT):
            if _would_meet(route, found, word.right):
                because = (
                    f"{word.by} said that this lead and {word.right} are different, and both would be {chosen.ref}."
                )
                return _asked(found, [chosen], because)
    return found


def _because(word: Judgement) -> str:
    return f" ({word.note})" if word.note else ""


def _match(route: Route, lead: Record, found: Resolution, ref: RecordRef) -> Match | None:
    """The candidate that a person was not sure of, with its evidence; None where it is gone or closed."""
    shown = [found.contact, found.account, found.duplicate_of, *found.candidates, found.runner_up]
    match = next((one for one in shown if one is not None and one.ref == ref), None)
    record = route.store.directory.get(ref) if match is None else None
    if record is not None and not (record.kind is Kind.LEAD and record.flag("converted")):
        match = compare(lead, record, route.rules.matching)
    return replace(match, band=Band.POSSIBLE, judged=True) if match is not None else None


def _asked(found: Resolution, first: Sequence[Match], because: str) -> Resolution:
    """The question to a person: the candidates in doubt, then what would have been chosen."""
    chosen = [match for match in (found.contact, found.account, found.duplicate_of) if match is not None]
    shown = {match.ref: match for match in [*chosen, *found.candidates, *first]}
    order = dict.fromkeys([*(match.ref for match in first), *shown])
    return replace(
        found,
        linkage=Linkage.POSSIBLE,
        contact=None,
        account=None,
        duplicate_of=None,
        candidates=tuple(shown[ref] for ref in order),
        because=because if found.linkage is not Linkage.POSSIBLE else f"{because} {found.because}".strip(),
    )


def _would_meet(route: Route, found: Resolution, other: RecordRef) -> bool:
    """Whether the lead would be one with a lead that a person keeps apart from it: one contact, or one survivor."""
    mine = {match.ref for match in (found.contact, found.duplicate_of) if match is not None}
    if found.duplicate_of is not None:
        mine |= set(_stands_for(route, found.duplicate_of.ref))
    return not mine.isdisjoint(_stands_for(route, other))


def _stands_for(route: Route, lead: RecordRef) -> Iterator[RecordRef]:
    """Who a lead is: itself, the leads it repeats, and the contact it was linked to or has become."""
    ref: RecordRef | None = lead
    for _ in range(_CHAIN):
        if ref is None:
            return
        yield ref
        became, known = _became(route, ref), route.store.matches.latest(route.name, ref)
        yield from (one for one in (became, known.contact.ref if known and known.contact else None) if one is not None)
        ref = known.duplicate_of.ref if known and known.duplicate_of else None
