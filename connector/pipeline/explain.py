"""Explain: the whole story of one lead, from the row that came to the receipts of what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.mapping import MappingSet, translate
from connector.model.decision import Decision, DecisionInputs
from connector.model.match import Resolution
from connector.model.progress import AuditEntry, CrosswalkEntry, DeadLetter, InboxRow, JournalEntry, Review
from connector.model.records import Kind, Provenance, Record
from connector.ports import Store


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one lead on one route."""

    row: InboxRow
    lead: Record
    provenance: Mapping[str, Provenance]
    resolution: Resolution | None
    decision: Decision | None
    inputs: DecisionInputs | None
    steps: tuple[JournalEntry, ...]
    links: tuple[CrosswalkEntry, ...]
    reviews: tuple[Review, ...]
    dead_letters: tuple[DeadLetter, ...]
    audit: tuple[AuditEntry, ...]


def explain_lead(store: Store, text: str, mappings: Mapping[str, tuple[str, MappingSet]]) -> list[Story]:
    """The stories of every lead that *text* names (CRM id, external key or e-mail), one per route.

    *mappings* gives per route the source's mapping folder and the mapping set.
    """
    return [_story(store, row, mappings.get(row.route)) for row in store.inbox.find(text)]


def _story(store: Store, row: InboxRow, mapping: tuple[str, MappingSet] | None) -> Story:
    ref = row.raw.ref
    lead = Record(Kind.LEAD, ref, {})
    if mapping is not None:
        system, mappings = mapping
        lead = translate(row.raw, mappings.object_mapping(system, Kind.LEAD)).record or lead
    return Story(
        row=row,
        lead=lead,
        provenance=lead.provenance,
        resolution=store.matches.latest(row.route, ref),
        decision=store.decisions.latest(row.route, ref),
        inputs=store.decisions.inputs(row.route, ref),
        steps=tuple(entry for entry in store.journal.story(ref) if entry.route == row.route),
        links=tuple(_links(store, row)),
        reviews=tuple(
            review for review in store.reviews.list(open_only=False) if (review.lead, review.route) == (ref, row.route)
        ),
        dead_letters=tuple(letter for letter in store.dead_letters.list(row.route) if letter.lead == ref),
        audit=tuple(store.audit.entries(str(ref))),
    )


def _links(store: Store, row: InboxRow) -> list[CrosswalkEntry]:
    key = row.raw.ref.key
    roles = ("", *(f":{kind.value}" for kind in Kind))
    found = [entry for role in roles for entry in store.crosswalk.by_key(key + role)]
    return list(dict.fromkeys(found))
