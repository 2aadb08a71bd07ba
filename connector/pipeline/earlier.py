"""Earlier plans: whom a lead was to follow when a run stopped half-way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from connector.model.plan import Action, Outcome, Step, Take
from connector.model.progress import InboxState, JournalEntry, JournalState
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.parking import has_begun
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


class EarlierPlans:
    """What interrupted runs had planned, as one run asks of it lead by lead; their accounts are read once, together."""

    def __init__(self, route: Route) -> None:
        """Nothing is read yet."""
        self._route = route
        self._gone: dict[tuple[str, str], bool] = {}

    def followed(self, lead: Record, side: Side) -> Followed | None:
        """What an interrupted run had planned for *lead* in one CRM beside a conversion that is done by now.

        Two leads of one new company (or one person) are planned together: one opens account and opportunity, the
        other joins them. Decided on its own, the second would find a known account and open an opportunity again.
        """
        own = (lead.ref, *_origins(self._route, lead))
        for entry in _planned_conversions(self._route, own, side):
            traces = _traces(self._route, entry.step)
            roles = {role: trace.id for role, trace in traces.items() if trace.id}
            opens = entry.step.terms.get("opportunity") != "none"
            waits = [trace.waits for trace in traces.values() if trace.waits not in (None, *own)]
            if waits:
                return Followed(Leader({}), opens, waits[0])
            if "account" in roles and not self._is_gone(side, roles["account"], entry.route):
                return Followed(Leader(roles), opens)
        return None

    def _is_gone(self, side: Side, account_id: str, planned_by: str) -> bool:
        """Whether the account was deleted or merged away since; one that cannot be seen yet is there."""
        if (side.name, account_id) not in self._gone:
            self._look(side, {account_id, *self._planned_accounts(side, planned_by)})
        return self._gone[side.name, account_id]

    def _planned_accounts(self, side: Side, planned_by: str) -> Iterator[str]:
        """The accounts that all unsent conversions of one route are to follow: the next leads will ask for them."""
        for entry in self._route.store.journal.open_steps(planned_by):
            if _is_conversion(self._route, entry, side) and (found := _traces(self._route, entry.step).get("account")):
                yield from filter(None, [found.id])

    def _look(self, side: Side, ids: Set[str]) -> None:
        """Read accounts that were not read yet, in as few calls as the CRM offers."""
        wanted = sorted(one for one in ids if (side.name, one) not in self._gone)
        raws = side.system.fetch(side.mapping(Kind.ACCOUNT).object, wanted, side.fields(Kind.ACCOUNT))
        for one in wanted:
            raw = raws.get(one)
            self._gone[side.name, one] = raw is not None and (raw.deleted or bool(raw.merged_into))


@dataclass(frozen=True, slots=True)
class _Trace:
    """The id that a take has brought, empty while it has not, and the lead whose write must be known first."""

    id: str = ""
    waits: RecordRef | None = None


def _traces(route: Route, convert: Step) -> dict[str, _Trace]:
    """What the takes of a conversion have brought, by role."""
    return {role: _trace(route, take) for role, take in convert.takes.items() if role in _SHARED}


def _trace(route: Route, take: Take) -> _Trace:
    """Follow a take to the record it names: a conversion that is not done may know it from a step before it."""
    entry = route.store.journal.entries([take.step]).get(take.step)
    if entry is None:
        return _Trace()
    if entry.receipt is not None and entry.receipt.outcome in _DONE:
        return _Trace(entry.receipt.ids.get(take.role, ""))
    if entry.state in _UNKNOWN and entry.step.action in _MAKING:
        return _Trace(waits=entry.step.lead)
    if entry.step.ids.get(take.role):
        return _Trace(entry.step.ids[take.role])
    before = entry.step.takes.get(take.role)
    if before is not None and entry.step.action is Action.CONVERT:
        return _trace(route, before)
    return _Trace(waits=entry.step.lead if _goes_on(route, entry) else None)


def _goes_on(route: Route, entry: JournalEntry) -> bool:
    """Whether a step that was never sent belongs to a conversion that has begun, and that no person must mend first."""
    row = route.store.inbox.row(entry.route, entry.step.lead)
    parked = row is not None and row.state is InboxState.DEAD
    return entry.state is JournalState.PLANNED and not parked and has_begun(route.store.journal.story(entry.step.lead))


def _planned_conversions(route: Route, own: Sequence[RecordRef], side: Side) -> Iterator[JournalEntry]:
    for ref in own:
        yield from (entry for entry in route.store.journal.story(ref) if _is_conversion(route, entry, side))


def _is_conversion(route: Route, entry: JournalEntry, side: Side) -> bool:
    """Whether a step is a conversion in one CRM that was planned and never sent."""
    planned = entry.state is JournalState.PLANNED and entry.step.action is Action.CONVERT
    return planned and (entry.step.connection or route.target.name) == side.name


def _origins(route: Route, lead: Record) -> list[RecordRef]:
    """The source rows of a lead that another route landed."""
    key = lead.text("external_key")
    if not key or key == lead.ref.key:
        return []
    return [row.raw.ref for row in route.store.inbox.find(key) if row.raw.ref.key == key]
