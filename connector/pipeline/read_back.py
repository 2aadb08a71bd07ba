"""Read back: whether what a run wrote keeps the invariants, in the CRM as it stands after the write.

Only records are read of which an invariant could have been broken: contacts of people who opted out, accounts and
contacts that stood before the conversion, opportunities beside others of ours. One reading covers a whole batch of
leads. What is written to the CRM that a lead came from (`push_back`) is checked on the plan alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connector.errors import RemoteError
from connector.mapping import translate
from connector.model.plan import (
    CONVERTED_ELSEWHERE,
    Breach,
    Invariant,
    Outcome,
    PlannedLead,
    Promise,
    Receipt,
    Step,
)
from connector.model.records import Kind, RawRecord, Record, RecordRef
from connector.pipeline.apply import Outcomes
from connector.pipeline.opportunities import opened_on
from connector.pipeline.result import RouteResult
from connector.pipeline.route import Route
from connector.pipeline.verify import Checked, fetched
from connector.planning import same_type

_STAYS = (Invariant.FILLED, Invariant.OWNER)
_Rows = Mapping[Kind, Mapping[str, RawRecord]]


@dataclass(frozen=True, slots=True)
class _Done:
    """A conversion that was carried out, and what it was to keep."""

    planned: PlannedLead
    convert: Step
    receipt: Receipt

    def id(self, kind: Kind) -> str:
        """The record of *kind* that it went into, empty where there is none."""
        return self.receipt.ids.get(kind.value) or self.convert.ids.get(kind.value, "")


@dataclass
class _Reading:
    """What is to be read of a batch: ids by kind, without repeats."""

    ids: dict[Kind, dict[str, None]] = field(default_factory=dict)

    def add(self, kind: Kind, record_id: str) -> None:
        if record_id:
            self.ids.setdefault(kind, {})[record_id] = None

    @property
    def count(self) -> int:
        return sum(len(ids) for ids in self.ids.values())


def read_back(route: Route, checked: Checked, outcomes: Outcomes, result: RouteResult) -> None:
    """Compare what the invariants ask of a batch of leads with the CRM; what is broken is kept in *result* and audited.

    A CRM that cannot be read just now keeps nobody from going on: the records are counted as left out.
    """
    done = [one for lead in checked.sound if (one := _done(lead, outcomes)) is not None]
    beside = _beside_others(route, done)
    reading = _wanted(done, checked.present, beside)
    if not reading.count:
        return
    try:
        rows = fetched(route, {kind: tuple(ids) for kind, ids in reading.ids.items()})
    except RemoteError:
        result.left_out += reading.count
        return
    result.read_back += reading.count
    records = {kind: _translated(route, kind, found) for kind, found in rows.items()}
    found = [*_lost(done, records), *_changed(done, checked.present, rows), *_repeated(beside, records)]
    keep_broken(route, found, result)


def _done(lead: PlannedLead, outcomes: Outcomes) -> _Done | None:
    """The conversion of a lead in the target, where it was ours and is done."""
    for step in lead.steps:
        receipt = outcomes.receipts.get(step.key) if step.converts else None
        if receipt is not None and receipt.outcome is Outcome.APPLIED and receipt.code != CONVERTED_ELSEWHERE:
            return _Done(lead, step, receipt)
    return None


def _promises(one: _Done, *kinds: Invariant) -> Iterator[Promise]:
    return (each for each in one.planned.promises if each.invariant in kinds and not each.connection)


def _wanted(done: Sequence[_Done], before: _Rows, beside: Mapping[str, Sequence[RecordRef]]) -> _Reading:
    reading = _Reading()
    for one in done:
        if any(_promises(one, Invariant.CONSENT)):
            reading.add(Kind.CONTACT, one.id(Kind.CONTACT))
        for promise in _promises(one, *_STAYS):
            if promise.record in before.get(Kind(promise.kind), {}):
                reading.add(Kind(promise.kind), promise.record)
    for opened in beside.values():
        for ref in opened:
            reading.add(Kind.OPPORTUNITY, ref.id)
    return reading


def _beside_others(route: Route, done: Sequence[_Done]) -> dict[str, list[RecordRef]]:
    """Accounts on which an opportunity was opened beside others of ours, with all that are not known to be closed."""
    opening = [one for one in done if one.convert.terms.get("opportunity") == "new"]
    found: dict[str, list[RecordRef]] = {}
    for account in dict.fromkeys(one.id(Kind.ACCOUNT) for one in opening):
        ours = dict.fromkeys(opened_on(route, route.target_side, account)) if account else {}
        found[account] = [ref for ref in ours if not _is_closed(route.store.directory.get(ref))]
    return {account: ours for account, ours in found.items() if len(ours) > 1}


def _is_closed(known: Record | None) -> bool:
    return known is not None and known.flag("closed")


def _translated(route: Route, kind: Kind, rows: Mapping[str, RawRecord]) -> dict[str, Record]:
    mapping = route.target_mapping(kind)
    return {key: record for key, raw in rows.items() if (record := translate(raw, mapping).record) is not None}


def _lost(done: Sequence[_Done], records: Mapping[Kind, Mapping[str, Record]]) -> Iterator[Breach]:
    """Opt-outs that did not arrive on the contact."""
    for one in done:
        contact = records.get(Kind.CONTACT, {}).get(one.id(Kind.CONTACT))
        for promise in _promises(one, Invariant.CONSENT):
            for name in promise.fields:
                if contact is not None and not contact.flag(name):
                    what = f"{name} is not set on the contact {contact.ref.id}"
                    yield Breach(promise.invariant, str(one.planned.lead), what)


def _changed(done: Sequence[_Done], before: _Rows, after: _Rows) -> Iterator[Breach]:
    """Fields that were filled before, that no survivorship gave to any lead of the batch, and that are others now."""
    allowed: dict[tuple[str, str], set[str]] = {}
    for one in done:
        for promise in _promises(one, Invariant.FILLED):
            allowed.setdefault((promise.kind, promise.record), set()).update(promise.allowed)
    told: set[tuple[str, str]] = set()
    for one in done:
        for promise in _promises(one, *_STAYS):
            stood, stands = (rows.get(Kind(promise.kind), {}).get(promise.record) for rows in (before, after))
            if stood is None or stands is None:
                continue
            for name in promise.values:
                if name in allowed.get((promise.kind, promise.record), ()) or (promise.record, name) in told:
                    continue
                if stood.fields.get(name) not in (None, "") and stood.fields[name] != stands.fields.get(name):
                    told.add((promise.record, name))
                    what = f"{name} of the {promise.kind} {promise.record} was filled and holds another value now"
                    yield Breach(promise.invariant, str(one.planned.lead), what)


def _repeated(accounts: Iterable[str], records: Mapping[Kind, Mapping[str, Record]]) -> Iterator[Breach]:
    """Two open opportunities of one type on an account."""
    found = [one for one in records.get(Kind.OPPORTUNITY, {}).values() if not one.deleted and not one.flag("closed")]
    for account in accounts:
        standing = [one for one in found if one.text("account_id") == account]
        for number, one in enumerate(standing):
            if any(same_type(one.text("type"), other.text("type")) for other in standing[:number]):
                what = f"the account {account} has two open opportunities of one type from us, {one.ref.id} the second"
                yield Breach(Invariant.ONE_OPPORTUNITY, str(one.ref), what)


def keep_broken(route: Route, broken: Iterable[Breach], result: RouteResult) -> None:
    """Tell of broken invariants: in the result of the run, and in the audit."""
    broken = list(broken)
    result.broken += broken
    for breach in broken:
        facts = {"invariant": breach.invariant.value, "what": breach.what}
        route.store.audit.append(route.clock.now(), route.name, "connector", "invariant broken", breach.lead, facts)
