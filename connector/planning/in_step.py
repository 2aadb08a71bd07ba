"""Keeping two records in step: what a person changed on one side is carried to the other, once.

A value counts as changed where it differs from what that same side held when the two last agreed. What our own
write left there is such a value, whatever the CRM made of it; so no write is ever taken for an edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.model.conversion import BothChanged
from connector.model.fields import FieldType, field_spec
from connector.model.plan import Action, Outcome, Step, step_key
from connector.model.records import Kind, Record, RecordRef, Scalar, Values
from connector.model.twins import Carrying, End, Pair
from connector.planning.differences import changed
from connector.planning.situation import Wording

# Marks a step that carries a person's edit to the other CRM; it is decided anew rather than sent late.
IN_STEP = "in_step"

# Facts of one CRM only: ids and owners there name nobody here, and what follows from other fields is not written.
NEVER_CARRIED = frozenset(
    {"owner_id", "owner_kind", "created_at", "external_key", "account_id", "parent_id", "closed", "won", "company"}
)
_PHONE_TAIL = 7  # digits that stay however a number is written; what stands before them is area and country
_TICK = timedelta(seconds=1)  # CRMs tell their time in whole seconds
_OPT_OUT = "opted_out_email"
_CONSENT = frozenset({_OPT_OUT, "opted_out_fax", "do_not_call"})


def is_carried(field: str) -> bool:
    """Whether a canonical field is ever kept in step."""
    return field not in NEVER_CARRIED and not field.startswith("converted")


@dataclass(frozen=True, slots=True)
class Standing:
    """A pair with what stands on each side now, and the *fields* that can be compared."""

    pair: Pair
    records: Mapping[End, Record]
    fields: Sequence[str]

    @property
    def present(self) -> dict[End, dict[str, Scalar]]:
        """What stands on each side, field by field."""
        return {end: {name: self.records[end].get(name) for name in self.fields} for end in End}

    @property
    def at_rest(self) -> bool:
        """Whether each side holds what was agreed."""
        return all(
            self.pair.agreed[end].get(name) == self.records[end].get(name) for end in End for name in self.fields
        )


@dataclass(frozen=True, slots=True)
class Move:
    """A field whose *value* is to go *to* one side, where another one *stood*; *rule* where both were changed."""

    field: str
    to: End
    value: Scalar
    stood: Scalar
    rule: BothChanged | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the two agree on as they are, what is to be carried, and consent that was taken back on one side only."""

    agreed: Mapping[End, Values]
    moves: tuple[Move, ...]
    relaxed: tuple[str, ...]


def compare(standing: Standing, rules: Mapping[str, BothChanged]) -> Comparison:
    """What of a pair is to be carried; *rules* say by field (``*``: all others) whose value stays if both changed.

    A field that was never compared is agreed on as it stands. An emptied field is an edit like any other.
    Consent is only ever tightened: a person who takes an opt-out back says so in each CRM.
    """
    agreed = {end: dict(standing.pair.agreed.get(end, {})) for end in End}
    present, moves, relaxed = standing.present, [], []
    for name in standing.fields:
        known = all(name in agreed[end] for end in End)
        differing = [end for end in End if known and present[end][name] != agreed[end][name]]
        alike = present[End.SOURCE][name] == present[End.TARGET][name]
        if known and not differing:
            continue
        if not known or alike:
            _settle(agreed, name, present)
        elif name in _CONSENT:
            tightened = [end for end in differing if present[end][name] is True]
            if not tightened:
                relaxed.append(name)
                _settle(agreed, name, present)
            moves += [_move(name, end, present) for end in tightened]
        elif len(differing) == 2:
            rule = rules.get(name, rules.get("*", BothChanged.NEWEST))
            moves.append(_move(name, _winner(rule, standing.records), present, rule))
        else:
            moves.append(_move(name, differing[0], present))
    return Comparison(agreed, tuple(moves), tuple(relaxed))


def _settle(agreed: Mapping[End, dict[str, Scalar]], name: str, present: Mapping[End, Values]) -> None:
    for end in End:
        agreed[end][name] = present[end][name]


def _move(name: str, origin: End, present: Mapping[End, Values], rule: BothChanged | None = None) -> Move:
    return Move(name, origin.other, present[origin][name], present[origin.other][name], rule)


def _winner(rule: BothChanged, records: Mapping[End, Record]) -> End:
    if rule is not BothChanged.NEWEST:
        return End(rule.value)
    source, target = records[End.SOURCE].modified, records[End.TARGET].modified
    return End.SOURCE if source is not None and (target is None or source > target) else End.TARGET


@dataclass(frozen=True, slots=True)
class Part:
    """A move in the words of the CRM that it goes to: native fields *before* and *after*."""

    move: Move
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class Worded:
    """Moves that take a write, moves whose value stands there already, and moves that the CRM has no words for.

    *relaxed* are fields of consent that was taken back on one side only.
    """

    parts: tuple[Part, ...]
    there: tuple[Move, ...]
    unsaid: tuple[Move, ...]
    relaxed: tuple[str, ...] = ()


def worded(moves: Iterable[Move], standing: Standing, words: Mapping[End, Wording]) -> Worded:
    """Moves in the words of the CRMs that they go to."""
    parts: list[Part] = []
    there: list[Move] = []
    unsaid: list[Move] = []
    kind = standing.pair.kind
    for move in moves:
        after = words[move.to].payload(kind, {move.field: move.value}, False)
        before = words[move.to].payload(kind, {move.field: move.stood}, False)
        if not after:
            unsaid.append(move)
        elif changed(before, after):
            parts.append(Part(move, {name: before.get(name) for name in after}, after))
        else:
            there.append(move)
    return Worded(tuple(parts), tuple(there), tuple(unsaid))


def moved_on(agreed: Mapping[End, Values], moves: Iterable[Move]) -> dict[End, Values]:
    """What is agreed when *moves* are not carried: each side keeps what it has, and nobody asks again."""
    found = {end: dict(agreed.get(end, {})) for end in End}
    for move in moves:
        found[move.to][move.field] = move.stood
        found[move.to.other][move.field] = move.value
    return {**found}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step writes: the org's id, the *connection* as steps name it, the CRM's calls for one write."""

    org: str
    connection: str
    cost: float


def carrying_step(pair: Pair, lead: RecordRef, parts: Sequence[Part], place: Place) -> Step:
    """One update that carries *parts*, all of one pair and to one side, on behalf of the lead that made the pair.

    The pair's revision is part of the key, so that a value that goes to and fro is written each time.
    """
    to = parts[0].move.to
    record, other = pair.ref(to), pair.ref(to.other)
    after = {name: value for part in parts for name, value in part.after.items()}
    return Step(
        key=step_key(place.org, lead, Action.UPDATE, f"{record}#{pair.revision}", after),
        action=Action.UPDATE,
        lead=lead,
        object=record.object,
        kind=pair.kind.value,
        because=(_carried(parts, other), *_contested(parts, pair)),
        ids={"record": record.id},
        before={name: value for part in parts for name, value in part.before.items()},
        after=after,
        terms={IN_STEP: True},
        cost=place.cost,
        connection=place.connection,
    )


def _carried(parts: Sequence[Part], other: RecordRef) -> str:
    return f"keeps it in step with {other}: {', '.join(part.move.field for part in parts)} changed there"


def _contested(parts: Sequence[Part], pair: Pair) -> tuple[str, ...]:
    """A sentence for each field that both sides had changed; what is given up stands in the step's ``before``."""
    return tuple(
        f"{part.move.field} was changed on both sides: that of {pair.ref(part.move.to.other).connection} stays"
        f" ({part.move.rule.value}), the one here is given up"
        for part in parts
        if part.move.rule is not None
    )


def carrying(step: Step, parts: Sequence[Part]) -> Carrying:
    """What is remembered of a step until it is known what became of it."""
    values = {part.move.field: part.move.value for part in parts}
    stood = {part.move.field: part.move.stood for part in parts}
    return Carrying(step.key, parts[0].move.to, values, stood)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a write: *outcome* is None when it was never heard of again; *at* is when its answer came."""

    outcome: Outcome | None
    at: datetime | None = None


def arrived(pair: Pair, carried: Carrying, fate: Fate, present: Record) -> Pair:
    """The pair without *carried* under way. *present* is the record that was written to, as it stands now.

    What the CRM made of a value that it took is agreed on. A refused value is given up, so that it falls silent.
    Of a write that was never heard of again nothing is known, nor of several values that were refused together:
    what did not arrive is tried again, unless a person has put something there since.
    """
    agreed = {end: dict(pair.agreed.get(end, {})) for end in End}
    for name in carried.values:
        for end, value in _learned(carried, name, fate, present).items():
            agreed[end][name] = value
    if _took_opt_out_along(agreed[carried.to], carried, present):
        for end in End:  # as if nobody had refused yet: the refusal that the other side holds is carried anew
            agreed[end][_OPT_OUT] = present.get(_OPT_OUT)
    rest = tuple(each for each in pair.pending if each.step != carried.step)
    return replace(pair, agreed=agreed, pending=rest)


def _learned(carried: Carrying, name: str, fate: Fate, present: Record) -> dict[End, Scalar]:
    """What is agreed on of one value from now on, by side; what is left out stays as it was agreed."""
    to, value, stood, now = carried.to, carried.values[name], carried.stood.get(name), present.get(name)
    if fate.outcome not in (None, Outcome.REJECTED):
        return {to: _left(fate, present, name, value), to.other: value}
    lost = fate.outcome is None
    given_up = not lost and len(carried.values) == 1
    if _is_half_way(present.kind, name, now, (stood, value)):
        return {to: now, to.other: value} if given_up else {to: now}
    if given_up:
        return {to: stood, to.other: value}
    if _has_arrived(present, name, value, stood):
        return {to: now, to.other: value}
    if lost and now != stood and name not in _CONSENT:
        return {to: stood, to.other: value}  # put there after we looked: newer than what we were carrying
    return {}


def _is_half_way(kind: Kind, name: str, now: Scalar, ends: tuple[Scalar, Scalar]) -> bool:
    """Whether an empty field can be a write of ours that stopped between its calls, from one of *ends* to the other.

    SuiteCRM takes another e-mail address only once the old one is off the record (its issue 10513), so one write is
    several calls. A person who empties the field at that very moment is not heard: better an address too many than
    none in both CRMs. Everything else is written in one call.
    """
    return _is_address(kind, name) and not now and all(ends)


def _took_opt_out_along(agreed: Values, carried: Carrying, present: Record) -> bool:
    """Whether an opt-out went with the address that a write of ours replaced: in SuiteCRM the flag is the address's."""
    moved = any(
        _is_address(present.kind, name) and present.get(name) != carried.stood.get(name) for name in carried.values
    )
    return moved and agreed.get(_OPT_OUT) is True and present.get(_OPT_OUT) is not True


def _is_address(kind: Kind, name: str) -> bool:
    spec = field_spec(kind, name)
    return spec is not None and spec.type is FieldType.EMAIL


def _has_arrived(present: Record, name: str, value: Scalar, stood: Scalar) -> bool:
    """Whether a write that nobody answered for has left its value after all."""
    now = present.get(name)
    return now != stood and is_echo(present.kind, name, now, value)


def _left(fate: Fate, present: Record, name: str, value: Scalar) -> Scalar:
    """What the write left in the field; where the record was touched since, not what a person put there instead."""
    now = present.get(name)
    touched = fate.at is not None and present.modified is not None and present.modified > fate.at + _TICK
    return value if touched and not is_echo(present.kind, name, now, value) else now


def is_echo(kind: Kind, name: str, now: Scalar, written: Scalar) -> bool:
    """Whether a value can be what a CRM made of *written*: other spacing and punctuation, or cut short."""
    if not isinstance(now, str) or not isinstance(written, str):
        return now == written
    spec = field_spec(kind, name)
    if spec is not None and spec.type is FieldType.PHONE:
        one, other = (re.sub(r"\D", "", text)[-_PHONE_TAIL:] for text in (now, written))
        return bool(one) and one == other
    one, other = ("".join(filter(str.isalnum, text.casefold())) for text in (now, written))
    return now == written or (bool(one) and other.startswith(one))
