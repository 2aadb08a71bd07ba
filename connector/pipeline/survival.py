"""Survival: what a lead brings to a record that exists, and which of the two values of each field stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connector.matching import Kept, Offer, settled
from connector.model.conversion import ConversionRules
from connector.model.records import Kind, Record, Scalar, external_key
from connector.ports import Store

KEEPS = (Kind.ACCOUNT, Kind.CONTACT)


def settled_fields(
    store: Store, rules: ConversionRules, lead: Record, existing: Mapping[Kind, Record | None]
) -> dict[Kind, tuple[Kept, ...]]:
    """Per kind of record that the lead goes to: every field on which the two differ, and which value stays."""
    return {
        kind: settled(record, _offer(store, rules, lead, record), rules.survivorship.get(kind, {}))
        for kind in KEEPS
        if (record := existing.get(kind)) is not None
    }


def source_of(lead: Record) -> str:
    """The connection that a lead came from: the one that it was landed from, where a route landed it."""
    landed_from = lead.text("external_key").partition(":")[0]
    return landed_from or lead.ref.connection


def _offer(store: Store, rules: ConversionRules, lead: Record, existing: Record) -> Offer:
    kind = existing.kind
    offered: dict[str, Scalar] = {
        to: value for to, source in rules.fields.get(kind, {}).items() if (value := lead.get(source)) is not None
    }
    sources = {name: order for name, order in rules.sources.get(kind, {}).items() if name in offered}
    origins = _origins(store, rules, existing, sources) if sources else {}
    return Offer(offered, lead.modified, source_of(lead), origins, sources)


def _origins(
    store: Store, rules: ConversionRules, existing: Record, sources: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """For each field that stands as an earlier lead brought it, that lead's connection; the most trusted of several."""
    found: dict[str, str] = {}
    for lead in _earlier_leads(store, existing):
        for name, order in sources.items():
            source = source_of(lead)
            value = lead.get(rules.fields[existing.kind][name])
            if value is None or value != existing.get(name) or source not in order:
                continue
            if name not in found or order.index(source) < order.index(found[name]):
                found[name] = source
    return found


def _earlier_leads(store: Store, existing: Record) -> Iterator[Record]:
    """Leads that were converted into a record, as they were when they were decided on."""
    for entry in store.crosswalk.by_ref(existing.ref):
        for row in store.inbox.find(entry.key.removesuffix(f":{existing.kind.value}")):
            ref = row.raw.ref
            inputs = store.decisions.inputs(row.route, ref)
            if inputs is not None and entry.key == external_key(ref.connection, ref.id, existing.kind):
                yield inputs.lead
