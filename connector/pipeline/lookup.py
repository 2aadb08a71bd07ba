"""Lookup: which records a person means by a reference, an id, an external key or an e-mail address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.errors import UsageError
from connector.matching import MatchingRules, query
from connector.model.records import Kind, Record, RecordRef
from connector.ports import Store

_KINDS = (Kind.LEAD, Kind.CONTACT, Kind.ACCOUNT)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True, slots=True)
class Place:
    """A connection where records are looked for, its names of the objects, and the rules that they are found by."""

    connection: str
    objects: Mapping[Kind, str]
    rules: MatchingRules


def record_named(store: Store, text: str, places: Sequence[Place]) -> RecordRef:
    """The one record that *text* names, merged ones followed to their survivor, a landed lead and its row one lead.

    Raises UsageError, with every record that it could be, when that is none or more than one.
    """
    found = _originals(store, list(dict.fromkeys(_named(store, text.strip(), places))))
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no lead, contact or account is known as {text}", next_command="connector sync")
    raise UsageError(
        f"{text} could be {len(found)} records: {', '.join(map(str, found))}; name one of them",
        next_command=f"connector explain {text}",
    )


def _named(store: Store, text: str, places: Sequence[Place]) -> list[RecordRef]:
    """The readings of *text*, the plainest first; the first that names anything is the one that was meant."""
    return (
        list(_by_reference(store, text))
        or list(_by_id(store, text, places))
        or list(_by_key(store, text))
        or list(_by_address(store, text, places))
    )


def _originals(store: Store, refs: Sequence[RecordRef]) -> list[RecordRef]:
    """Of a row and the lead that it was landed as, the row: a word on it holds for both."""
    landed = {entry.ref for ref in refs for entry in store.crosswalk.by_key(ref.key) if entry.role == "lead"}
    return [ref for ref in refs if ref not in landed or len(refs) == 1]


def _by_reference(store: Store, text: str) -> Iterator[RecordRef]:
    if text.count(":") >= 2:
        ref = RecordRef.parse(text)
        yield from _living(store, ref)


def _by_id(store: Store, text: str, places: Sequence[Place]) -> Iterator[RecordRef]:
    for row in store.inbox.find(text) if "@" not in text else ():
        if text in (row.raw.ref.id, row.raw.ref.id[:15], row.raw.ref.key):
            yield from _living(store, row.raw.ref)
    for place in places:
        for kind in _KINDS:
            for record_id in (text, _eighteen(text)):
                if record_id and kind in place.objects:
                    yield from _living(store, RecordRef(place.connection, place.objects[kind], record_id))


def _by_key(store: Store, text: str) -> Iterator[RecordRef]:
    for entry in store.crosswalk.by_key(text):
        if entry.role != "converted":
            yield from _living(store, entry.ref)


def _by_address(store: Store, text: str, places: Sequence[Place]) -> Iterator[RecordRef]:
    if "@" not in text:
        return
    yield from (row.raw.ref for row in store.inbox.find(text))
    for place in places:
        asked = query(Record(Kind.LEAD, RecordRef(place.connection, "", ""), {"email": text}), place.rules)
        candidates = store.directory.candidates(asked, [place.connection])
        for known in (*candidates.contacts, *candidates.leads):
            record = store.directory.get(known.ref)
            if record is not None and record.text("email").lower() == text.lower():
                yield record.ref


def _living(store: Store, ref: RecordRef) -> Iterator[RecordRef]:
    """The record where it is known: in the directory, followed to its survivor, or in the inbox."""
    record = store.directory.get(ref)
    if record is not None:
        yield record.ref
    elif any(row.raw.ref == ref for row in store.inbox.find(str(ref))):
        yield ref


def _eighteen(text: str) -> str:
    """A Salesforce id of 15 characters in its form of 18, whose last three tell which letters are capital."""
    if len(text) != 15 or not text.isalnum():
        return ""
    threes = [text[start : start + 5] for start in (0, 5, 10)]
    bits = (sum(1 << place for place, letter in enumerate(five) if letter.isupper()) for five in threes)
    return text + "".join(_LETTERS[number] for number in bits)
