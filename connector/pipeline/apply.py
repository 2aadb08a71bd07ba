"""Apply: send the steps of a plan in waves, intent before effect, and keep what came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from connector.errors import Applied, RemoteError
from connector.model.match import Frozen
from connector.model.plan import CONVERTED_ELSEWHERE, Action, Order, Outcome, Receipt, Step
from connector.model.progress import CrosswalkEntry
from connector.model.records import Kind, RecordRef, Values, external_key
from connector.pipeline.frozen import frozen_since
from connector.pipeline.resolve import CONVERTED_ROLE
from connector.pipeline.route import Route
from connector.pipeline.side import Side
from connector.planning import FILL, HANDS_OVER, filled


@dataclass
class Outcomes:
    """What became of a run's steps: receipts by step key, counts, and leads whose steps could not all go.

    *written*: what each step sent, by its key, with the ids that earlier steps brought. *frozen*: leads of which a
    person has said meanwhile what their plan did not know.
    """

    receipts: dict[str, Receipt] = field(default_factory=dict)
    written: dict[str, Values] = field(default_factory=dict)
    counts: Counter[Outcome] = field(default_factory=Counter)
    rejected: dict[RecordRef, list[tuple[Step, Receipt]]] = field(default_factory=dict)
    waiting: set[RecordRef] = field(default_factory=set)
    frozen: dict[RecordRef, Frozen] = field(default_factory=dict)

    def take(self, step: Step, receipt: Receipt, counted: Outcome | None = None) -> None:
        """Keep one receipt; *counted* where it counts as something else (done by an earlier run)."""
        self.receipts[step.key] = receipt
        self.written[step.key] = step.after
        self.counts[counted or receipt.outcome] += 1
        if receipt.outcome is Outcome.REJECTED:
            self.rejected.setdefault(step.lead, []).append((step, receipt))
        if receipt.outcome is Outcome.UNKNOWN:
            self.waiting.add(step.lead)


def apply_steps(route: Route, run_id: str, steps: Sequence[Step], planned_at: datetime | None = None) -> Outcomes:
    """Carry out *steps* in waves; a step waits for those it takes ids from.

    Steps that the journal knows as applied are not sent again. Nothing goes out for a lead that a person has spoken
    of since *planned_at* (see `connector.pipeline.frozen`). Raises what stops the run (rate limit,
    outage, lost lease, interruption) with the journal in a state from which the next run goes on.
    """
    outcomes = Outcomes()
    pending = _known(route, steps, outcomes)
    route.observer.stage(route.name, "apply", len(pending))
    while pending:
        pending = _leave_theirs(route, pending, outcomes)
        pending = _leave_frozen(route, pending, outcomes, planned_at)
        ready, pending = _wave(pending, outcomes)
        if not ready:
            outcomes.waiting.update(step.lead for step in pending if step.lead not in outcomes.rejected)
            break
        for side, orders in _by_side(route, ready):
            for batch in side.system.batches(orders):
                free = _leave_frozen(route, [order.step for order in batch], outcomes, planned_at)
                batch = [order for order in batch if order.step in free]
                overtaken = _send(route, run_id, side, batch, outcomes)
                pending = _give_way(route, overtaken, pending, outcomes)
                route.observer.advance(len(batch))
                route.checkpoint()
    return outcomes


def _leave_frozen(route: Route, steps: Sequence[Step], outcomes: Outcomes, planned_at: datetime | None) -> list[Step]:
    """The steps of leads that nobody has spoken of since they were planned; the other leads are kept as frozen."""
    frozen = frozen_since(route, planned_at)
    outcomes.frozen.update({step.lead: frozen[step.lead] for step in steps if step.lead in frozen})
    return [step for step in steps if step.lead not in outcomes.frozen]


def _by_side(route: Route, orders: Sequence[Order]) -> Iterator[tuple[Side, list[Order]]]:
    """Orders per CRM; what goes to the target comes first."""
    for side in (route.target_side, *(() if route.in_place else (route.source_side,))):
        mine = [order for order in orders if route.side(order.step.connection).name == side.name]
        if mine:
            yield side, mine


def _known(route: Route, steps: Sequence[Step], outcomes: Outcomes) -> list[Step]:
    """Steps still to be sent; those already done count as such and lend their ids."""
    _lend(route, steps, outcomes)
    entries = route.store.journal.entries([step.key for step in steps])
    rest = []
    for step in steps:
        entry = entries.get(step.key)
        if entry is not None and entry.state.settled and entry.receipt is not None:
            if entry.receipt.outcome is Outcome.REJECTED:
                rest.append(step)
                continue
            outcomes.take(step, entry.receipt, Outcome.ALREADY)
        else:
            rest.append(step)
    return rest


def _lend(route: Route, steps: Sequence[Step], outcomes: Outcomes) -> None:
    """Receipts of settled steps outside *steps* that these take ids from (an earlier chunk, an earlier run)."""
    own = {step.key for step in steps}
    wanted = {take.step for step in steps for take in step.takes.values()} - own
    for key, entry in route.store.journal.entries(sorted(wanted)).items():
        if entry.receipt is not None and entry.receipt.outcome in (Outcome.APPLIED, Outcome.ALREADY):
            outcomes.receipts[key] = entry.receipt


def _wave(pending: Sequence[Step], outcomes: Outcomes) -> tuple[list[Order], list[Step]]:
    """Steps whose ids are all known now, and the others."""
    ready: list[Order] = []
    later: list[Step] = []
    for step in pending:
        ids = _ids(step, outcomes.receipts)
        if ids is None:
            later.append(step)
        else:
            ready.append(Order(replace(step, after=filled(step, ids)) if step.terms.get(FILL) else step, ids))
    return ready, later


def _leave_theirs(route: Route, pending: Sequence[Step], outcomes: Outcomes) -> list[Step]:
    """Take out, and forget, steps that a person's conversion stands in the way of; answers the others.

    They would touch what it made, or tell the lead's own CRM of more than it made: that is planned anew from what
    stands there (see `connector.pipeline.follow`).
    """
    short = {(step.lead, step.connection) for step in pending if step.connection and _lacks(step, outcomes.receipts)}
    theirs = [
        step for step in pending if _made_by_others(step, outcomes.receipts) or (step.lead, step.connection) in short
    ]
    if theirs:
        outcomes.counts[Outcome.SKIPPED] += len(theirs)
        route.store.journal.drop_planned([step.key for step in theirs])
    return [step for step in pending if step not in theirs]


def _made_by_others(step: Step, receipts: Mapping[str, Receipt]) -> bool:
    """Whether the step would touch records of a conversion that a person did: theirs are left as they are."""
    if step.action not in (Action.STAMP, Action.UPDATE):
        return False
    brought = [receipts[take.step] for take in step.takes.values() if take.step in receipts]
    return any(receipt.code == CONVERTED_ELSEWHERE for receipt in brought) and not step.terms.get(HANDS_OVER)


def _lacks(step: Step, receipts: Mapping[str, Receipt]) -> bool:
    """Whether the step needs a record that a conversion which a person did never made."""
    brought = [(take.role, receipts[take.step]) for take in step.takes.values() if take.step in receipts]
    return any(receipt.code == CONVERTED_ELSEWHERE and not receipt.ids.get(role) for role, receipt in brought)


def _ids(step: Step, receipts: Mapping[str, Receipt]) -> dict[str, str] | None:
    """The step's ids with what earlier steps brought; None while one of them is missing."""
    ids = dict(step.ids)
    for role, take in step.takes.items():
        receipt = receipts.get(take.step)
        brought = receipt.ids.get(take.role) if receipt else None
        if not brought:
            return None
        ids[role] = brought
    return ids


def _send(
    route: Route, run_id: str, side: Side, batch: Sequence[Order], outcomes: Outcomes
) -> list[tuple[Step, Receipt]]:
    """One call: the intent durable first, then the effect, then the receipts; unknown ones are read back.

    Answers what was not made because a person has converted the lead meanwhile.
    """
    pairs = list(zip(batch, _call(route, run_id, side, batch), strict=True))
    _keep(route, pairs, outcomes)
    return [(order.step, receipt) for order, receipt in pairs if _is_overtaken(order.step, receipt)]


def _is_overtaken(step: Step, receipt: Receipt) -> bool:
    made = step.action is Action.CREATE and receipt.outcome is Outcome.REJECTED
    return made and receipt.code == CONVERTED_ELSEWHERE


def _give_way(
    route: Route, overtaken: Sequence[tuple[Step, Receipt]], pending: Sequence[Step], outcomes: Outcomes
) -> list[Step]:
    """Adopt the conversions of people who were faster: what was still to be made there is forgotten.

    Answers the steps that are left. What we had made by then is named in the audit: nobody else will tell of it.
    """
    left = list(pending)
    for step, told in overtaken:
        theirs = [other for other in left if (other.lead, other.connection) == (step.lead, step.connection)]
        convert = next((other for other in theirs if other.action is Action.CONVERT), None)
        if convert is None:
            continue
        receipt = replace(told, step=convert.key, outcome=Outcome.ALREADY, message="")
        route.store.journal.settle([receipt], list(links_of(route, convert, convert.ids, receipt)))
        outcomes.take(convert, receipt)
        dropped = [other for other in theirs if other.action in (Action.CONVERT, Action.CREATE)]
        route.store.journal.drop_planned([other.key for other in dropped if other is not convert])
        left = [other for other in left if other not in dropped]
        _tell_left_over(route, step, receipt)
    return left


def _tell_left_over(route: Route, step: Step, receipt: Receipt) -> None:
    """Name the records that we made for a conversion which somebody else did."""
    story = route.store.journal.story(step.lead)
    made = {
        f"left over: {entry.step.kind}": entry.receipt.ids["record"]
        for entry in story
        if entry.step.action is Action.CREATE
        and entry.step.connection == step.connection
        and entry.receipt is not None
        and "record" in entry.receipt.ids
    }
    facts = {"step": receipt.step, **receipt.ids, **made}
    route.store.audit.append(receipt.at, route.name, "crm", "converted elsewhere", str(step.lead), facts)


def _call(route: Route, run_id: str, side: Side, orders: Sequence[Order]) -> Sequence[Receipt]:
    route.store.lease.check()
    route.store.journal.sent(orders, route.name, run_id, side.system.now())
    try:
        receipts = side.system.perform(orders)
    except RemoteError as error:
        if error.applied is Applied.NEVER:
            route.store.journal.back_to_planned([order.step.key for order in orders])
        raise
    unknown = [o for o, r in zip(orders, receipts, strict=True) if r.outcome is Outcome.UNKNOWN]
    found = {r.step: r for r in _read_back(side, unknown) if r.outcome is not Outcome.REJECTED}
    return [found.get(receipt.step, receipt) for receipt in receipts]


def _read_back(side: Side, orders: Sequence[Order]) -> Sequence[Receipt]:
    """Look at once whether a write without an answer arrived; failing to look leaves it unknown."""
    if not orders:
        return []
    try:
        return side.system.settle(orders)
    except RemoteError:
        return []


def _keep(route: Route, pairs: Sequence[tuple[Order, Receipt]], outcomes: Outcomes) -> None:
    links = [link for order, receipt in pairs for link in links_of(route, order.step, order.ids, receipt)]
    with route.store.transaction():
        route.store.journal.settle([receipt for _, receipt in pairs], links)
        for order, receipt in pairs:
            _tell(route, order.step, receipt)
    for order, receipt in pairs:
        if not _is_overtaken(order.step, receipt):
            outcomes.take(order.step, receipt)


def _tell(route: Route, step: Step, receipt: Receipt) -> None:
    route.store.audit.append(
        receipt.at,
        route.name,
        "connector",
        f"{step.action.value} {receipt.outcome.value}",
        str(step.lead),
        {"step": step.key, "object": step.object, "code": receipt.code, **receipt.ids},
    )


def links_of(route: Route, step: Step, ids: Mapping[str, str], receipt: Receipt) -> Iterator[CrosswalkEntry]:
    """What a receipt teaches the crosswalk: where the lead stands, and what it became."""
    if receipt.outcome not in (Outcome.APPLIED, Outcome.ALREADY):
        return
    lead, side = step.lead, route.side(step.connection)
    if step.action is Action.LAND:
        yield CrosswalkEntry(lead.key, "lead", side.ref(Kind.LEAD, receipt.ids["record"]), True)
    if step.action is Action.CREATE:
        yield CrosswalkEntry(step.external_key, step.kind, side.ref(Kind(step.kind), receipt.ids["record"]), True)
    if step.terms.get(HANDS_OVER):
        yield CrosswalkEntry(lead.key, CONVERTED_ROLE, side.ref(Kind.LEAD, lead.id), False)
    if step.action is Action.CONVERT:
        lead_id = receipt.ids.get("lead") or ids["lead"]
        yield CrosswalkEntry(lead.key, CONVERTED_ROLE, side.ref(Kind.LEAD, lead_id), False)
        for kind in (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY):
            record_id = receipt.ids.get(kind.value)
            if record_id and not _stands_for_another(route, step, kind, side.ref(kind, record_id)):
                key = external_key(lead.connection, lead.id, kind)
                created = receipt.outcome is Outcome.APPLIED and kind.value not in ids
                yield CrosswalkEntry(key, kind.value, side.ref(kind, record_id), created)


def _stands_for_another(route: Route, step: Step, kind: Kind, ref: RecordRef) -> bool:
    """Whether we made another record for this conversion, which a person then did with *ref*: ours keeps its key."""
    key = external_key(step.lead.connection, step.lead.id, kind)
    return any(
        entry.role == kind.value and entry.created and entry.ref.connection == ref.connection and entry.ref != ref
        for entry in route.store.crosswalk.by_key(key)
    )
