"""What must never happen, whatever the files say: checked on every plan, and read back after the write.

`promises` says what the invariants ask of the records that one conversion touches, in the CRM's own words, so that
a plan carries them along: `breaches` checks the steps against them again wherever the plan comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from connector.model.plan import Action, Breach, Invariant, PlannedLead, Promise, Step
from connector.model.records import Kind, Record, Scalar, Values
from connector.planning.conversion import CONSENT, offered
from connector.planning.differences import changed
from connector.planning.in_step import IN_STEP
from connector.planning.situation import Situation

_CONTACT, _ACCOUNT, _OPPORTUNITY = Kind.CONTACT.value, Kind.ACCOUNT.value, Kind.OPPORTUNITY.value


def promises(situation: Situation, steps: Sequence[Step]) -> tuple[Promise, ...]:
    """What must hold once *steps* are done, in the target and in the lead's own CRM; nothing where none converts."""
    mine = [step for step in steps if step.connection == situation.connection]
    convert = next((step for step in mine if step.action is Action.CONVERT), None)
    found: list[Promise] = []
    if convert is not None:
        found += _consent(situation, convert, mine)
        for existing in (situation.account, situation.contact):
            if existing is not None and convert.ids.get(existing.kind.value) == existing.ref.id:
                found += _existing(situation, existing)
        if convert.terms["opportunity"] != "none":
            found.append(_one_opportunity(situation, convert))
    if situation.origin is not None:
        found += promises(situation.origin, steps)
    return tuple(found)


def _consent(situation: Situation, convert: Step, steps: Sequence[Step]) -> Iterator[Promise]:
    """The opt-outs of the lead, and those of a contact that exists; *needed* are those that no CRM carries itself."""
    known = situation.contact
    existing = known if known is not None and convert.ids.get(_CONTACT) == known.ref.id else None
    created = any(step.action is Action.CREATE and step.kind == _CONTACT for step in steps)
    native = Kind.CONTACT in situation.style.makes and not {_CONTACT} & (convert.ids.keys() | convert.takes.keys())
    carried = situation.rules.native.get(Kind.CONTACT, frozenset()) if native else frozenset()
    values: dict[str, Scalar] = {}
    needed: list[str] = []
    fields = []
    for name in CONSENT:
        stands = existing is not None and existing.flag(name)
        said = _words(situation, Kind.CONTACT, {name: True}, created) if stands or situation.lead.flag(name) else {}
        if said:
            fields.append(name)
            values |= said
            needed += [] if stands or name in carried else list(said)
    if fields:
        record = existing.ref.id if existing is not None else ""
        yield Promise(
            Invariant.CONSENT, _CONTACT, record, tuple(fields), values, tuple(needed), connection=situation.connection
        )


def _existing(situation: Situation, existing: Record) -> Iterator[Promise]:
    """What is filled stays, but for what survivorship lets the lead win; an account keeps its owner."""
    kind = existing.kind
    won = {**situation.survivors.get(kind, {}), **(dict.fromkeys(CONSENT, True) if kind is Kind.CONTACT else {})}
    if kind is Kind.ACCOUNT:
        won.pop("owner_id", None)
    owned = {"owner_id"} if kind is Kind.ACCOUNT else set()
    kept = {name: existing.get(name) for name in offered(situation, kind) if name not in {*won, *owned}}
    filled = {name: value for name, value in kept.items() if value is not None}
    allowed = _words(situation, kind, won, False)
    values = _words(situation, kind, filled, False)
    where = situation.connection
    yield Promise(
        Invariant.FILLED,
        kind.value,
        existing.ref.id,
        tuple(filled),
        values,
        allowed=tuple(allowed),
        connection=where,
    )
    owner = _words(situation, kind, {"owner_id": existing.get("owner_id")}, False) if kind is Kind.ACCOUNT else {}
    if existing.get("owner_id") is not None and owner:
        yield Promise(Invariant.OWNER, kind.value, existing.ref.id, ("owner_id",), owner, connection=where)


def _one_opportunity(situation: Situation, convert: Step) -> Promise:
    """Of one type; where the conversion joins an opportunity, that one is the reason for opening none."""
    terms = situation.decision.opportunity
    type_ = str(terms.values.get("type") or "") if terms is not None else ""
    joined = convert.takes.get(_OPPORTUNITY) if convert.terms["opportunity"] == "join" else None
    record = convert.ids.get(_OPPORTUNITY) or (joined.step if joined is not None else "")
    return Promise(Invariant.ONE_OPPORTUNITY, _OPPORTUNITY, record, type=type_, connection=situation.connection)


def _words(situation: Situation, kind: Kind, values: Values, creating: bool) -> Values:
    """Values in the CRM's words; what it has no word for cannot be promised, and is no problem here."""
    return (situation.asking or situation.wording).payload(kind, values, creating) if values else {}


def breaches(planned: PlannedLead) -> tuple[Breach, ...]:
    """Where the steps of one lead do not keep their promises."""
    found: list[Breach] = []
    for promise in planned.promises:
        steps = [step for step in planned.steps if step.connection == promise.connection]
        told = _CHECKS[promise.invariant](promise, steps)
        found += (Breach(promise.invariant, str(planned.lead), what) for what in told)
    return tuple(found)


def plan_breaches(leads: Sequence[PlannedLead]) -> tuple[Breach, ...]:
    """Where a plan does not keep its promises: lead by lead, and in two opportunities that it opens on one account."""
    opened: dict[tuple[str, str], list[str]] = {}
    found = list(chain.from_iterable(map(breaches, leads)))
    for lead in leads:
        for promise in lead.promises:
            if promise.invariant is not Invariant.ONE_OPPORTUNITY:
                continue
            for step in _converting(lead.steps, promise.connection):
                types = opened.setdefault((promise.connection, step.ids.get(_ACCOUNT) or step.new_account), [])
                if any(same_type(promise.type, other) for other in types):
                    what = "another lead of the plan opens an opportunity of this type on the same account"
                    found.append(Breach(Invariant.ONE_OPPORTUNITY, str(lead.lead), what))
                types.append(promise.type)
    return tuple(found)


def same_type(one: str, other: str) -> bool:
    """Whether two opportunities are of one type; one without a type may be of any."""
    return not one or not other or one.casefold() == other.casefold()


def _converting(steps: Iterable[Step], connection: str) -> Iterator[Step]:
    """Conversions that open an opportunity there."""
    for step in steps:
        opens = step.action is Action.CONVERT and step.terms.get("opportunity") == "new"
        if opens and step.connection == connection:
            yield step


def _writing(promise: Promise, steps: Sequence[Step]) -> Iterator[Step]:
    """Steps that write on the record of the promise; a lead has one of each kind in a CRM."""
    return (step for step in steps if step.writes and step.kind == promise.kind and not step.terms.get(IN_STEP))


def _keeps_consent(promise: Promise, steps: Sequence[Step]) -> Iterator[str]:
    written: set[str] = set()
    for step in _writing(promise, steps):
        for name in promise.values.keys() & step.after.keys():
            written.add(name)
            if step.after[name] != promise.values[name]:
                yield f"{name} of the {promise.kind} would be lifted"
    for name in promise.needed:
        if name not in written:
            yield f"{name} of the lead would be lost: no step writes it on the {promise.kind}"


def _keeps_filled(promise: Promise, steps: Sequence[Step]) -> Iterator[str]:
    for step in _writing(promise, steps):
        if step.action in (Action.STAMP, Action.CREATE):
            yield f"the {promise.kind} {promise.record} exists, and would be written as a new one"
            continue
        for name in changed(step.before, step.after):
            held = promise.values.get(name, step.before.get(name))
            if name not in promise.allowed and held not in (None, "") and step.after[name] != held:
                yield f"{name} of the {promise.kind} {promise.record} is filled and would be overwritten"


def _keeps_owner(promise: Promise, steps: Sequence[Step]) -> Iterator[str]:
    for step in _writing(promise, steps):
        for name in promise.values.keys() & step.after.keys():
            if step.after[name] != promise.values[name]:
                yield f"{name} of the {promise.kind} {promise.record} would change: its owner keeps it"


def _keeps_one_opportunity(promise: Promise, steps: Sequence[Step]) -> Iterator[str]:
    if promise.record and any(_converting(steps, promise.connection)):
        yield f"a second open opportunity of this type would stand beside {promise.record}"


_CHECKS = {
    Invariant.CONSENT: _keeps_consent,
    Invariant.FILLED: _keeps_filled,
    Invariant.OWNER: _keeps_owner,
    Invariant.ONE_OPPORTUNITY: _keeps_one_opportunity,
}
