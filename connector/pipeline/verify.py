"""Verify: read the records a plan rests on once more, just before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.mapping import translate
from connector.model.plan import CONVERTED_ELSEWHERE, Action, Invariant, Outcome, PlannedLead, Receipt, Step
from connector.model.progress import Fetching, JournalState
from connector.model.records import Kind, RawRecord, Record, RecordRef
from connector.pipeline.pull import indexed
from connector.pipeline.route import Route
from connector.planning import drifted


@dataclass
class Checked:
    """Leads whose plan still holds, and those that must be looked at again, with the reason.

    *missing* are those among the latter that their CRM does not show any more, deleted or hidden from us. *present*:
    the records that the plan rests on, as they stood just before the write, per kind and id.
    """

    sound: list[PlannedLead] = field(default_factory=list)
    stale: dict[RecordRef, str] = field(default_factory=dict)
    converted: dict[RecordRef, Receipt] = field(default_factory=dict)
    missing: set[RecordRef] = field(default_factory=set)
    present: Mapping[Kind, Mapping[str, RawRecord]] = field(default_factory=dict)


def verify_plan(route: Route, planned: Sequence[PlannedLead]) -> Checked:
    """Compare what the plan rests on with the CRM as it is now, read in as few calls as it offers.

    A lead that a person converted meanwhile is adopted with their ids. One that changed, or whose account
    or contact is gone, is stale: it is planned anew from fresh data.
    """
    present = _present(route, planned)
    for kind in (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY):
        _follow(route, kind, present[kind].values())
    sources = present[Kind.LEAD] if route.in_place else _sources(route, planned)
    checked = Checked(present=present)
    for lead in planned:
        adopted = _adopted(route, lead, present[Kind.LEAD])
        why = "" if adopted else _why_stale(lead, present) or _why_moved(route, lead, sources)
        if adopted is not None:
            checked.converted[lead.lead] = adopted
        if why and _is_missing(route, lead, sources):
            checked.missing.add(lead.lead)
        if why:
            checked.stale[lead.lead] = why
        else:
            checked.sound.append(lead)
    return checked


def _ids(planned: Iterable[PlannedLead], kind: Kind) -> list[str]:
    found: dict[str, None] = {}
    for lead in planned:
        for step in lead.steps:
            if step.connection:  # in the lead's own CRM; its system looks before it writes
                continue
            if step.action is Action.CONVERT and kind.value in step.ids:
                found[step.ids[kind.value]] = None
            if step.action is Action.UPDATE and step.kind == kind.value and "record" in step.ids:
                found[step.ids["record"]] = None
    return list(found)


def _sources(route: Route, planned: Sequence[PlannedLead]) -> Mapping[str, RawRecord]:
    """The leads in the CRM that they come from, as they are now; a person may have closed them meanwhile."""
    mapping = route.lead_mapping
    shape = route.shape(route.source, mapping)
    if shape is None:  # a file does not change while it is read
        return {}
    return route.source.fetch(mapping.object, [lead.lead.id for lead in planned], mapping.read_fields(shape))


def _present(route: Route, planned: Sequence[PlannedLead]) -> Mapping[Kind, Mapping[str, RawRecord]]:
    ids = {kind: found for kind in Kind if (found := _ids(planned, kind))}
    return {**{kind: {} for kind in Kind}, **fetched(route, ids)}


def fetched(route: Route, ids: Mapping[Kind, Sequence[str]]) -> Mapping[Kind, Mapping[str, RawRecord]]:
    """Records of the target by kind and id, as they are now."""
    side = route.target_side
    wanted = [Fetching(side.mapping(kind).object, tuple(ids[kind]), side.fields(kind)) for kind in ids]
    return dict(zip(ids, route.target.fetch_together(wanted), strict=True)) if wanted else {}


def _follow(route: Route, kind: Kind, raws: Iterable[RawRecord]) -> None:
    """What was read is news for the directory too: deletes and merges are followed at once."""
    mapping = route.target_mapping(kind)
    records = [record for raw in raws if (record := translate(raw, mapping).record) is not None]
    route.store.directory.put([indexed(route, record) for record in records])


def _adopted(route: Route, lead: PlannedLead, present: Mapping[str, RawRecord]) -> Receipt | None:
    """The receipt of a conversion that somebody else did between the plan and now."""
    convert = next((step for step in lead.steps if step.action is Action.CONVERT and not step.connection), None)
    raw = present.get(convert.ids.get("lead", "")) if convert else None
    record = translate(raw, route.target_mapping(Kind.LEAD)).record if raw else None
    if convert is None or record is None or not record.flag("converted") or _is_ours(route, convert):
        return None
    return Receipt(convert.key, Outcome.ALREADY, route.target.now(), converted_ids(record), code=CONVERTED_ELSEWHERE)


def _is_ours(route: Route, convert: Step) -> bool:
    """Whether the journal knows the conversion as carried out by us."""
    entry = route.store.journal.entries([convert.key]).get(convert.key)
    return entry is not None and entry.state is JournalState.APPLIED


def converted_ids(lead: Record) -> dict[str, str]:
    """The ids that a converted lead carries, by role."""
    ids = {"lead": lead.ref.id}
    for kind in (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY):
        found = lead.text(f"converted_{kind.value}_id")
        if found:
            ids[kind.value] = found
    return ids


def _why_stale(lead: PlannedLead, present: Mapping[Kind, Mapping[str, RawRecord]]) -> str:
    for step in lead.steps:
        if step.connection:
            continue
        if step.action is Action.CONVERT:
            for kind in Kind:
                why = _gone(step.ids.get(kind.value, ""), kind, present[kind])
                if why:
                    return why
        if step.action is Action.UPDATE and "record" in step.ids:
            raw = present[Kind(step.kind)].get(step.ids["record"])
            moved = drifted(step.before, raw.fields) if raw else ()
            if moved:
                return f"{', '.join(moved)} changed since the plan was made"
    return _why_filled(lead, present)


def _why_filled(lead: PlannedLead, present: Mapping[Kind, Mapping[str, RawRecord]]) -> str:
    """A blank of an account or contact that somebody filled since the plan was made is not the lead's to fill."""
    for promise in lead.promises:
        raw = present[Kind(promise.kind)].get(promise.record) if promise.invariant is Invariant.FILLED else None
        if raw is None or promise.connection:
            continue
        for step in lead.steps:
            mine = step.action is Action.UPDATE and step.kind == promise.kind and not step.connection
            for name in step.after if mine else ():
                if step.before.get(name) in (None, "") and raw.fields.get(name) not in (None, "", False):
                    return f"{name} of the {promise.kind} {promise.record} was filled since the plan was made"
    return ""


def _is_missing(route: Route, lead: PlannedLead, sources: Mapping[str, RawRecord]) -> bool:
    """Whether the plan's own lead was asked for and did not come."""
    asked = not route.in_place or any(lead.lead.id in step.ids.values() for step in lead.steps)
    return asked and lead.lead.id not in sources and route.shape(route.source, route.lead_mapping) is not None


def _why_moved(route: Route, lead: PlannedLead, sources: Mapping[str, RawRecord]) -> str:
    raw = sources.get(lead.lead.id)
    if raw is None:
        return f"the lead {lead.lead.id} is not there" if _is_missing(route, lead, sources) else ""
    return "the lead changed since the plan was made" if route.fingerprint(raw) != lead.fingerprint else ""


def _gone(record_id: str, kind: Kind, present: Mapping[str, RawRecord]) -> str:
    if not record_id:
        return ""
    raw = present.get(record_id)
    if raw is None:
        return f"the {kind.value} {record_id} is not there"
    if raw.merged_into:
        return f"the {kind.value} {record_id} was merged into {raw.merged_into}"
    return f"the {kind.value} {record_id} was deleted" if raw.deleted else ""
