"""Explain: the whole story of one lead, from the row that came to the receipts of what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connector.mapping import MappingSet, translate
from connector.matching import Kept
from connector.model.decision import Decision, DecisionInputs
from connector.model.match import Resolution
from connector.model.progress import AuditEntry, CrosswalkEntry, DeadLetter, InboxRow, JournalEntry, Review
from connector.model.records import Kind, Provenance, Record, RecordRef
from connector.pipeline.survival import settled_fields
from connector.ports import Store


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one lead on one route.

    *survival*: per kind of record that the lead goes to, the fields on which the two differed when it was decided on,
    and which value stays by the rules of today. *leaders*: per step of another lead that one of ours takes a record
    from, that lead.
    """

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
    survival: Mapping[Kind, tuple[Kept, ...]] = field(default_factory=dict)
    leaders: Mapping[str, RecordRef] = field(default_factory=dict)


def explain_lead(store: Store, text: str, mappings: Mapping[str, tuple[str, MappingSet]]) -> list[Story]:
    """The stories of every lead that *text* names (CRM id, external key or e-mail), one per route.

    *mappings* gives per route the source's mapping folder and the mapping set.
    """
    return [_story(store, row, mappings.get(row.route)) for row in store.inbox.find(text)]


def _story(store: Store, row: InboxRow, mapping: tuple[str, MappingSet] | None) -> Story:
    ref = row.raw.ref
    inputs = store.decisions.inputs(row.route, ref)
    decision = store.decisions.latest(row.route, ref)
    lead = Record(Kind.LEAD, ref, {})
    if mapping is not None:
        system, mappings = mapping
        lead = translate(row.raw, mappings.object_mapping(system, Kind.LEAD)).record or lead
    steps = tuple(entry for entry in store.journal.story(ref) if entry.route == row.route)
    return Story(
        row=row,
        lead=lead,
        provenance=lead.provenance,
        resolution=store.matches.latest(row.route, ref),
        decision=decision,
        inputs=inputs,
        steps=steps,
        links=tuple(_links(store, row)),
        reviews=tuple(
            review for review in store.reviews.list(open_only=False) if (review.lead, review.route) == (ref, row.route)
        ),
        dead_letters=tuple(letter for letter in store.dead_letters.list(row.route) if letter.lead == ref),
        audit=tuple(store.audit.entries(str(ref))),
        survival=_survival(store, decision, inputs, mapping[1]) if mapping else {},
        leaders=_leaders(store, ref, steps),
    )


def _leaders(store: Store, lead: RecordRef, steps: Sequence[JournalEntry]) -> dict[str, RecordRef]:
    """The other leads whose steps bring the records that these take."""
    keys = [take.step for entry in steps for take in entry.step.takes.values()]
    found = store.journal.entries(list(dict.fromkeys(keys)))
    return {key: entry.step.lead for key, entry in found.items() if entry.step.lead != lead}


def _survival(
    store: Store, decision: Decision | None, inputs: DecisionInputs | None, mappings: MappingSet
) -> dict[Kind, tuple[Kept, ...]]:
    """What becomes of the fields of the known records that a lead is converted into."""
    if decision is None or inputs is None or not decision.verdict.converts or inputs.lead.flag("converted"):
        return {}
    existing = {Kind.ACCOUNT: inputs.account, Kind.CONTACT: inputs.contact}
    return settled_fields(store, mappings.conversion, inputs.lead, existing)


def _links(store: Store, row: InboxRow) -> list[CrosswalkEntry]:
    key = row.raw.ref.key
    roles = ("", *(f":{kind.value}" for kind in Kind))
    found = [entry for role in roles for entry in store.crosswalk.by_key(key + role)]
    return list(dict.fromkeys(found))
