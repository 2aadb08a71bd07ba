"""Follow: a lead that we landed elsewhere was converted there by somebody else; its own CRM is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connector.mapping import translate
from connector.model.decision import Decision, OpportunityTerms, Verdict
from connector.model.plan import PlannedLead
from connector.model.progress import CrosswalkEntry, InboxRow, Woken
from connector.model.records import Kind, Record, RecordRef, external_key
from connector.pipeline.parking import is_half_done
from connector.pipeline.plan import Planner, landed_id
from connector.pipeline.route import PushBack, Route
from connector.pipeline.verify import converted_ids

_ROLES = (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY)


def followed_conversions(route: Route, planner: Planner) -> Iterator[PlannedLead]:
    """What the CRM that the leads come from is to be told of conversions that this route did not do itself.

    They are those of the target's own route, or of a person there. Their records are theirs: nothing of them changes.
    """
    if route.in_place or route.options.push_back is PushBack.NONE:
        return
    for entry in route.store.crosswalk.converted_since(route.source.name, route.target.name):
        row = _source_row(route, entry)
        landed = route.store.directory.get(entry.ref)
        lead = translate(row.raw, route.lead_mapping).record if row else None
        decision = route.store.decisions.latest(route.name, row.raw.ref) if row else None
        if row is None or landed is None or lead is None or decision is None or lead.deleted:
            continue
        ids = converted_ids(landed)
        if lead.flag("converted") or "account" not in ids or is_half_done(route, row.raw.ref):
            continue
        route.store.inbox.wake(route.store.matches.leaning_on([row.raw.ref, entry.ref]), Woken.RECORD)
        route.store.crosswalk.link(list(_links(route, lead, ids)))
        planned = planner.told(lead, row, _as_converted(route, decision, lead, ids), ids)
        if planned.steps:
            planner.keep(planned)  # the next lead of the same company joins what this one makes
            yield planned


def followed_repeat(route: Route, planner: Planner, row: InboxRow, lead: Record) -> PlannedLead | None:
    """What becomes of a lead that was found to repeat one which has landed, and was converted, since.

    That one stands for both. Looked at again the repeat would find the contact that its survivor became, land, and
    convert on its own; instead its own CRM alone is told. None where there is no such survivor.
    """
    decision = route.store.decisions.latest(route.name, lead.ref)
    if route.in_place or decision is None or decision.duplicate_of is None or landed_id(route, lead.ref):
        return None
    ids = _became(route, decision.duplicate_of)
    if "account" not in ids or lead.deleted:
        return None
    joined = replace(decision, verdict=Verdict.ATTACH, opportunity=None, disqualification="")
    if lead.flag("converted") or route.options.push_back is PushBack.NONE:
        return PlannedLead(lead.ref, joined.verdict, row.fingerprint, ())
    made = {role: one for role, one in ids.items() if role in (Kind.ACCOUNT.value, Kind.CONTACT.value)}
    route.store.crosswalk.link(list(_links(route, lead, made)))
    return planner.told(lead, row, joined, made)


def _became(route: Route, survivor: RecordRef) -> dict[str, str]:
    """The target's records that a lead was converted into there, by role; empty while it is open or not there."""
    here = survivor.connection == route.target.name
    lead_id = survivor.id if here else landed_id(route, survivor)
    landed = route.store.directory.get(route.target_side.ref(Kind.LEAD, lead_id)) if lead_id else None
    return converted_ids(landed) if landed is not None and landed.flag("converted") else {}


def _source_row(route: Route, entry: CrosswalkEntry) -> InboxRow | None:
    rows = (row for row in route.store.inbox.find(entry.key) if row.route == route.name)
    return next((row for row in rows if row.raw.ref.key == entry.key), None)


def _links(route: Route, lead: Record, ids: dict[str, str]) -> Iterator[CrosswalkEntry]:
    """The target's records under the keys of the source lead, so that twins are found; somebody else made them."""
    for kind in _ROLES:
        if kind.value in ids:
            key = external_key(lead.ref.connection, lead.ref.id, kind)
            yield CrosswalkEntry(key, kind.value, route.target_side.ref(kind, ids[kind.value]), False)


def _as_converted(route: Route, decision: Decision, lead: Record, ids: dict[str, str]) -> Decision:
    """The standing decision with what really happened: converted, with or without an opportunity."""
    opportunity = None
    if "opportunity" in ids:
        made = route.store.directory.get(route.target_side.ref(Kind.OPPORTUNITY, ids["opportunity"]))
        opportunity = OpportunityTerms((made.text("name") if made else "") or lead.text("company"))
    return replace(decision, verdict=Verdict.CONVERT, opportunity=opportunity, disqualification="", duplicate_of=None)
