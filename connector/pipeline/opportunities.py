"""Opportunities that we opened and that stand open: another lead of the account joins one instead of repeating it."""

from __future__ import annotations

from collections.abc import Iterator

from connector.model.decision import OpportunityTerms
from connector.model.plan import Action, Invariant, PlannedLead, Step, Take
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.route import Route
from connector.pipeline.side import Side
from connector.planning import same_type

_ACCOUNT, _OPPORTUNITY = f":{Kind.ACCOUNT.value}", f":{Kind.OPPORTUNITY.value}"


_Place = tuple[str, str | Take]


class OpenOpportunities:
    """What stands open on accounts by earlier runs' doing, and what this run is about to open."""

    def __init__(self, route: Route) -> None:
        """Nothing is planned yet."""
        self._route = route
        self._planned: dict[_Place, dict[RecordRef, tuple[str, Take]]] = {}
        self._places: dict[RecordRef, list[_Place]] = {}

    def standing(self, side: Side, account: str | Take | None, terms: OpportunityTerms | None) -> str | Take:
        """The open opportunity on *account* that one of these terms would repeat; empty where there is none."""
        if account is None or terms is None:
            return ""
        wanted = _word(side, str(terms.values.get("type") or ""))
        for record in self._open_on(side, account) if isinstance(account, str) else ():
            if same_type(_word(side, record.text("type")), wanted):
                return record.ref.id
        planned = self._planned.get((side.name, account), {}).values()
        return next((take for type_, take in planned if same_type(_word(side, type_), wanted)), "")

    def _open_on(self, side: Side, account_id: str) -> Iterator[Record]:
        """Ours that are still there, open, and on that very account, as the directory holds them."""
        for ref in opened_on(self._route, side, account_id):
            record = self._route.store.directory.get(ref)
            if record is not None and not record.flag("closed") and record.text("account_id") in ("", account_id):
                yield record

    def keep(self, planned: PlannedLead) -> None:
        """The lead is planned so: what it opens is joined by the next one of the account."""
        types = {one.connection: one.type for one in planned.promises if one.invariant is Invariant.ONE_OPPORTUNITY}
        for step in planned.steps:
            if step.action is Action.CONVERT and step.terms.get("opportunity") == "new":
                place = (step.connection or self._route.target.name, account_of(step))
                opened = (types.get(step.connection, ""), opportunity_of(step))
                self._planned.setdefault(place, {})[planned.lead] = opened
                self._places.setdefault(planned.lead, []).append(place)

    def forget(self, lead: RecordRef) -> None:
        """The lead is about to be planned anew."""
        for place in self._places.pop(lead, ()):
            self._planned[place].pop(lead, None)


def account_of(convert: Step) -> str | Take:
    """The account that a conversion goes into: its id, or what will bring it."""
    return convert.ids.get("account") or convert.takes.get("account") or Take(convert.key, "account")


def opportunity_of(convert: Step) -> Take:
    """What brings the opportunity that a conversion opens."""
    return convert.takes.get("opportunity") or Take(convert.key, "opportunity")


def opened_on(route: Route, side: Side, account_id: str) -> Iterator[RecordRef]:
    """The opportunities that we ever opened with a conversion into an account."""
    keys = (one.key for one in route.store.crosswalk.by_ref(side.ref(Kind.ACCOUNT, account_id)))
    for key in keys:
        for entry in route.store.crosswalk.by_key(f"{key.removesuffix(_ACCOUNT)}{_OPPORTUNITY}"):
            if entry.created and entry.ref.connection == side.name:
                yield entry.ref


def _word(side: Side, type_: str) -> str:
    """The CRM's own word for a type of opportunity: two canonical words may be one there."""
    said = side.wording.payload(Kind.OPPORTUNITY, {"type": type_}, False) if type_ else {}
    return str(next(iter(said.values()), None) or type_)
