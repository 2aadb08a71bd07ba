"""In step: carry what people edit in one CRM to the twin in the other, and fall silent."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.model.decision import Verdict
from connector.model.plan import Outcome, PlannedLead, Receipt, Step
from connector.model.progress import JournalEntry, JournalState
from connector.model.records import Kind, RecordRef
from connector.model.twins import End, Pair
from connector.pipeline.apply import Outcomes, apply_steps
from connector.pipeline.pairs import Look, lead_of, look_again, look_at, pair_up, shelved, sides, words_of
from connector.pipeline.plan import make_plan
from connector.pipeline.route import Route
from connector.planning import (
    Fate,
    Move,
    Part,
    Place,
    Worded,
    arrived,
    carrying,
    carrying_step,
    compare,
    moved_on,
    worded,
)

_UNDER_WAY = (JournalState.SENT, JournalState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Write:
    """Parts that go to one side of a pair in one step."""

    look: Look
    parts: tuple[Part, ...]

    @property
    def to(self) -> End:
        return self.parts[0].move.to


def foresee(route: Route, fresh: bool) -> list[PlannedLead]:
    """What would be carried now, lead by lead. Nothing is kept.

    With *fresh* both records of what changed are read again; else they are taken as the last refresh found them.
    """
    planned: dict[RecordRef, list[Step]] = {}
    for pairs in _moved(route):
        looks = look_at(route, pairs, final=False) if fresh else list(shelved(route, pairs))
        for look in _caught_up(route, looks):
            for write in _writes(look, _worded(route, look)):
                step = _step(route, write)
                planned.setdefault(step.lead, []).append(step)
    return [PlannedLead(lead, _verdict(route, lead), "", tuple(steps)) for lead, steps in planned.items()]


def keep_in_step(route: Route, run_id: str, only: Container[RecordRef] | None = None) -> Outcomes:
    """Carry every edit since the last cycle to the other side, and learn of new pairs.

    *only* names the records that may be written to; pairs without any of them are left for the next cycle. A write
    whose fate is unknown is waited for.
    Raises what stops a run, in a state from which the next one goes on.
    """
    outcomes = Outcomes()
    if route.gives_records_back:
        pair_up(route)
    for pairs in _moved(route):
        looks = look_at(route, [pair for pair in pairs if only is None or _names(pair, only)])
        writes = _decided(route, _caught_up(route, looks))
        while writes:
            writes = _carry(route, run_id, writes, outcomes)
        route.checkpoint()
    return outcomes


def _moved(route: Route) -> Iterator[Sequence[Pair]]:
    if not route.gives_records_back:
        return iter(())
    words: dict[Kind, str] = {kind: words_of(route, kind) for kind in Kind if kind is not Kind.LEAD}
    return route.store.twins.moved(route.source.name, route.target.name, words)


def _names(pair: Pair, refs: Container[RecordRef]) -> bool:
    return pair.source in refs or pair.target in refs


def _verdict(route: Route, lead: RecordRef) -> Verdict:
    decision = route.store.decisions.latest(route.name, lead)
    return decision.verdict if decision else Verdict.CONVERT


def _caught_up(route: Route, looks: Iterable[Look]) -> Iterator[Look]:
    """Looks at pairs of which nothing is under way: what became of earlier writes is taken in.

    A conversion's or another route's write that nobody has heard of yet may stand half-way in a record: what is
    found there is not compared before that is settled.
    """
    written = {entry.ids.get("record") for entry in route.store.journal.unsettled()}
    for look in looks:
        pair = look.pair
        entries = route.store.journal.entries([carried.step for carried in pair.pending])
        for carried in pair.pending:
            entry = entries.get(carried.step)
            if entry is None or entry.state not in _UNDER_WAY:
                pair = arrived(pair, carried, _fate(entry), look.standing.records[carried.to])
        if not pair.pending and not written & {pair.source.id, pair.target.id}:
            look.becomes(pair)
            yield look


def _fate(entry: JournalEntry | None) -> Fate:
    if entry is None or entry.receipt is None or not entry.state.settled:
        return Fate(None)
    return Fate(entry.receipt.outcome, entry.receipt.at)


def _worded(route: Route, look: Look) -> Worded:
    """What is to be carried; the pair agrees on all that is not."""
    comparison = compare(look.standing, route.rules.mappings.conversion.both_changed.get(look.pair.kind, {}))
    words = {end: side.wording for end, side in sides(route).items()}
    found = worded(comparison.moves, look.standing, words)
    agreed = moved_on(comparison.agreed, (*found.there, *found.unsaid))
    look.becomes(replace(look.pair, agreed=agreed))
    return replace(found, relaxed=comparison.relaxed)


def _writes(look: Look, found: Worded) -> list[_Write]:
    per_side = [tuple(part for part in found.parts if part.move.to is end) for end in End]
    return [_Write(look, parts) for parts in per_side if parts]


def _decided(route: Route, looks: Iterable[Look]) -> list[_Write]:
    """What is to be written; pairs that need nothing are settled here."""
    writes: list[_Write] = []
    with route.store.transaction():
        for look in looks:
            found = _worded(route, look)
            mine = _writes(look, found)
            writes += mine
            _tell_unsaid(route, look.pair, found)
            if not mine:
                route.store.twins.keep(look.pair, looked=True)
    return writes


def _carry(route: Route, run_id: str, writes: Sequence[_Write], outcomes: Outcomes) -> list[_Write]:
    """One round: intent first, then the effect, then what came of it. Answers what is to be tried once more."""
    steps = _planned(route, run_id, writes)
    sent = apply_steps(route, run_id, [step for step, _ in steps])
    outcomes.counts.update(sent.counts)
    outcomes.waiting |= sent.waiting
    answered = [(write, sent.receipts[step.key]) for step, write in steps if step.key in sent.receipts]
    known = [(write, receipt) for write, receipt in answered if receipt.outcome is not Outcome.UNKNOWN]
    read = {look.pair.id for look in look_again(route, [(write.look, write.to) for write, _ in known])}
    with route.store.transaction():
        for write, receipt in known:
            if write.look.pair.id in read:
                _settle(route, write, receipt)
    return [
        again
        for write, receipt in known
        if receipt.outcome is Outcome.REJECTED and write.look.pair.id in read
        for again in _apart(write, receipt)
    ]


def _planned(route: Route, run_id: str, writes: Sequence[_Write]) -> list[tuple[Step, _Write]]:
    """The steps of a round, in the journal and on the pairs."""
    looks = {write.look.pair.id: write.look for write in writes}
    for look in looks.values():
        look.becomes(replace(look.pair, revision=look.pair.revision + 1))
    steps = [(_step(route, write), write) for write in writes]
    with route.store.transaction():
        for step, write in steps:
            pair = write.look.pair
            write.look.becomes(replace(pair, pending=(*pair.pending, carrying(step, write.parts))))
            _tell_contested(route, write, step)
        planned = [PlannedLead(step.lead, _verdict(route, step.lead), "", (step,)) for step, _ in steps]
        route.store.journal.planned(make_plan(route, run_id, planned))
        for look in looks.values():
            route.store.twins.keep(look.pair, looked=False)
    return steps


def _step(route: Route, write: _Write) -> Step:
    """The step of a write; its ``before`` is what the CRM itself holds, where it was read just now."""
    side = sides(route)[write.to]
    connection = "" if write.to is End.TARGET else side.name
    place = Place(side.org, connection, side.system.conversion_style.write_calls)
    step = carrying_step(write.look.pair, lead_of(route, write.look.pair), write.parts, place)
    raw = write.look.raws.get(write.to)
    held = raw.fields if raw is not None else {}
    return replace(step, before={name: held.get(name, value) for name, value in step.before.items()})


def _settle(route: Route, write: _Write, receipt: Receipt) -> None:
    """Take in what became of a write."""
    look = write.look
    carried = next(each for each in look.pair.pending if each.step == receipt.step)
    fate = Fate(receipt.outcome, receipt.at)
    look.becomes(arrived(look.pair, carried, fate, look.standing.records[write.to]))
    route.store.twins.keep(look.pair, looked=not look.pair.pending and look.standing.at_rest)
    if receipt.outcome is Outcome.REJECTED and len(write.parts) == 1:
        _tell_given_up(route, look.pair, [part.move for part in write.parts], receipt.code)


def _apart(write: _Write, receipt: Receipt) -> list[_Write]:
    """A refused write in smaller ones: what the CRM does not blame together, all else one by one."""
    if len(write.parts) == 1:
        return []
    blamed = [part for part in write.parts if part.after.keys() & set(receipt.fields)]
    rest = tuple(part for part in write.parts if part not in blamed)
    if not blamed or not rest:
        return [replace(write, parts=(part,)) for part in write.parts]
    return [replace(write, parts=rest), *(replace(write, parts=(part,)) for part in blamed)]


def _tell_unsaid(route: Route, pair: Pair, found: Worded) -> None:
    """What is not carried is told: each CRM keeps its own value."""
    for end in End:
        unsaid = [move for move in found.unsaid if move.to is end]
        if unsaid:
            _tell_given_up(route, pair, unsaid, "no words for it")
    if found.relaxed:
        _tell(route, pair, "consent taken back on one side", {"fields": ", ".join(found.relaxed)})


def _tell_given_up(route: Route, pair: Pair, moves: Sequence[Move], why: str) -> None:
    fields = ", ".join(move.field for move in moves)
    _tell(route, pair, "not carried", {"fields": fields, "to": str(pair.ref(moves[0].to)), "why": why})
    route.observer.note(f"{fields} of {pair.ref(moves[0].to.other)} could not be carried to its twin: {why}")


def _tell_contested(route: Route, write: _Write, step: Step) -> None:
    """Both sides were changed: the journal's step holds what is given up."""
    fields = [part.move.field for part in write.parts if part.move.rule is not None]
    if fields:
        stays = write.look.pair.ref(write.to.other).connection
        facts = {"fields": ", ".join(fields), "stays": stays, "given_up_in_step": step.key}
        _tell(route, write.look.pair, "both changed", facts)


def _tell(route: Route, pair: Pair, event: str, facts: Mapping[str, str]) -> None:
    lead = str(lead_of(route, pair))
    route.store.audit.append(route.clock.now(), route.name, "connector", event, lead, facts)
