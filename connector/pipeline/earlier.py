"""Earlier plans: whom a lead was to follow when a run stopped half-way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector.model.plan import Action, Outcome, Step, Take
from connector.model.progress import JournalEntry, JournalState
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.route import Route
from connector.pipeline.side import Side
from connector.planning import Leader

_DONE = (Outcome.APPLIED, Outcome.ALREADY)
_UNKNOWN = (JournalState.SENT, JournalState.UNKNOWN)
_MAKING = (Action.CONVERT, Action.CREATE)
_SHARED = ("account", "contact", "opportunity")


@dataclass(frozen=True, slots=True)
class Followed:
    """The records that a lead was to join, and whether it was to open an opportunity or join one at all.

    *waiting_for* is the lead whose conversion must become known first, None when it is.
    """

    leader: Leader
    with_opportunity: bool
    waiting_for: RecordRef | None = None


def followed(route: Route, lead: Record, side: Side) -> Followed | None:
    """What an interrupted run had planned for *lead* in one CRM beside a conversion that is done by now.

    Two leads of one new company (or one person) are planned together: one opens account and opportunity, the
    other joins them. Decided on its own, the second would find a known account and open an opportunity again.
    """
    for step in _planned_conversions(route, lead, side):
        before = route.store.journal.entries([take.step for take in step.takes.values()])
        takes = {role: take for role, take in step.takes.items() if role in _SHARED}
        roles = {role: found for role, take in takes.items() if (found := _brought(before.get(take.step), take))}
        opens = step.terms.get("opportunity") != "none"
        unknown = [e.step.lead for e in before.values() if e.state in _UNKNOWN and e.step.action in _MAKING]
        if unknown:
            return Followed(Leader({}), opens, unknown[0])
        if "account" in roles and not _is_gone(side, roles["account"]):
            return Followed(Leader(roles), opens)
    return None


def _planned_conversions(route: Route, lead: Record, side: Side) -> Iterator[Step]:
    for ref in (lead.ref, *_origins(route, lead)):
        for entry in route.store.journal.story(ref):
            planned = entry.state is JournalState.PLANNED and entry.step.action is Action.CONVERT
            if planned and (entry.step.connection or route.target.name) == side.name:
                yield entry.step


def _origins(route: Route, lead: Record) -> list[RecordRef]:
    """The source rows of a lead that another route landed."""
    key = lead.text("external_key")
    if not key or key == lead.ref.key:
        return []
    return [row.raw.ref for row in route.store.inbox.find(key) if row.raw.ref.key == key]


def _brought(entry: JournalEntry | None, take: Take) -> str:
    """The id that a step has brought, empty while it has not."""
    if entry is None or entry.receipt is None or entry.receipt.outcome not in _DONE:
        return ""
    return entry.receipt.ids.get(take.role, "")


def _is_gone(side: Side, account_id: str) -> bool:
    """Whether the account was deleted or merged away since; one that cannot be seen yet is there."""
    raw = side.system.fetch(side.mapping(Kind.ACCOUNT).object, [account_id], side.fields(Kind.ACCOUNT)).get(account_id)
    return raw is not None and (raw.deleted or bool(raw.merged_into))
