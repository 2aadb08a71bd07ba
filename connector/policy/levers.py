"""Single things that could be otherwise about a lead, each with its words and what it does to the inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from connector.model.decision import DecisionInputs, Gate
from connector.model.match import Band, Linkage, Match, Resolution
from connector.model.records import Activity, Kind, Record, RecordRef, Scalar, iso
from connector.policy.answers import how_worked
from connector.policy.bant import ANSWERS, answer
from connector.policy.conditions import Condition, Test, tests
from connector.policy.facts import DERIVED, Facts, reader
from connector.policy.operators import folded
from connector.policy.rules import Rulebook
from connector.policy.verdict import AS_FOUND, Shift
from connector.policy.witnesses import OTHER, witness

_ADDRESSES = {
    "corporate": "alex.ford@supposed-works.com",
    "role": "info@supposed-works.com",
    "free": "somebody@gmail.com",
    "none": None,
}


_FIXED = frozenset({"created_at", "external_key"})  # what nobody can change about a lead


@dataclass(frozen=True, slots=True)
class State:
    """A lead as it might be: the inputs, and points beside what they bring."""

    inputs: DecisionInputs
    shift: Shift = AS_FOUND


@dataclass(frozen=True, slots=True)
class Lever:
    """One change. Two levers of one *subject* cannot be pulled together.

    *rank* orders changes of equal number: what a lead does comes before what it is. *size* is the points of a change
    that is counted in points, else 0.
    """

    subject: str
    what: str
    rank: int
    apply: Callable[[State], State]
    size: int = 0


def levers(rulebook: Rulebook, inputs: DecisionInputs) -> list[Lever]:
    """Every single change that could matter under *rulebook*, the nearest at hand first."""
    found = [
        *_requests(rulebook, inputs),
        *_answers(rulebook, inputs),
        *_points(rulebook, inputs),
        *_circumstances(rulebook, inputs),
        *_identity(inputs),
        *_fields(rulebook, inputs),
    ]
    once: dict[tuple[str, str], Lever] = {}
    for lever in found:
        once.setdefault((lever.subject, lever.what), lever)
    return sorted(once.values(), key=lambda lever: (lever.rank, lever.size))


def _set(state: State, **values: Scalar) -> State:
    lead = state.inputs.lead
    return replace(state, inputs=replace(state.inputs, lead=replace(lead, values={**lead.values, **values})))


def _requests(rulebook: Rulebook, inputs: DecisionInputs) -> Iterator[Lever]:
    now = iso(inputs.as_of)
    for name, action in rulebook.intent.actions.items():

        def ask(state: State, name: str = name) -> State:
            return _set(state, requested_action=name, requested_at=now)

        yield Lever("request", f"a {action.label.lower()} request", 0, ask)
    asked = frozenset(kind for action in rulebook.intent.actions.values() for kind in action.activities)

    def unasked(state: State) -> State:
        left = tuple(one for one in state.inputs.activities if one.kind not in asked)
        cleared = _set(state, requested_action=None)
        return replace(cleared, inputs=replace(cleared.inputs, activities=left))

    yield Lever("request", "no sales-specific request", 0, unasked)


def _answers(rulebook: Rulebook, inputs: DecisionInputs) -> Iterator[Lever]:
    for name in ANSWERS:
        if name in rulebook.bant.rules:
            continue  # its own conditions are levers by themselves
        given = answer(inputs.lead.get(name))
        for word, told in (("yes", "met"), ("no", "not met"), ("", "unknown")):
            if word == given:
                continue
            what = f"one BANT answer: {name}" if word == "yes" else f"the BANT answer on {name} {told}"

            def say(state: State, name: str = name, word: str = word) -> State:
                return _set(state, **{name: word or None})

            yield Lever(name, what, 1, say)


def _points(rulebook: Rulebook, inputs: DecisionInputs) -> Iterator[Lever]:
    """More points up to each level above, fewer down below each level that is reached."""
    facts = Facts(inputs)
    scores = (
        ("engagement", rulebook.engagement.score(facts).points, rulebook.engagement.levels, 2),
        ("fit", rulebook.fit.score(facts).points, rulebook.fit.levels, 3),
    )
    for name, points, levels, rank in scores:
        for low, _ in levels.thresholds:
            needed = low - points if low > points else low - points - 1
            if needed and not (needed < 0 and low == levels.thresholds[-1][0]):
                yield _point_lever(name, needed, rank)


def _point_lever(name: str, points: int, rank: int) -> Lever:
    def shifted(state: State) -> State:
        more = replace(state.shift, engagement=points) if name == "engagement" else replace(state.shift, fit=points)
        return replace(state, shift=more)

    count = abs(points)
    what = f"{count} {'more' if points > 0 else 'fewer'} {name} point{'' if count == 1 else 's'}"
    return Lever(f"{name} points", what, rank, shifted, count)


def _circumstances(rulebook: Rulebook, inputs: DecisionInputs) -> Iterator[Lever]:
    """What stands around the lead: a person at work on it, an answer, a queue, a value nobody knows, the gate."""
    if how_worked(rulebook, Facts(inputs)):
        yield Lever("lead.status", "nobody working it", 4, partial(_untouched, rulebook))
    if inputs.ruling is not None:
        told = f"no answer by {inputs.ruling.by}"
        yield Lever("ruling", told, 4, lambda s: replace(s, inputs=replace(s.inputs, ruling=None)))
    if inputs.lead.text("owner_kind") == "queue" and not inputs.owner:
        named = "an `owner` named by the route"
        yield Lever("owner", named, 4, lambda s: replace(s, inputs=replace(s.inputs, owner="somebody")))
    if inputs.doubts:
        known = "values that the mapping knows"
        yield Lever("doubts", known, 4, lambda s: replace(s, inputs=replace(s.inputs, doubts=())))
    if inputs.gate is not Gate.OPEN:
        opened = "automatic conversion open"
        yield Lever("gate", opened, 4, lambda s: replace(s, inputs=replace(s.inputs, gate=Gate.OPEN)))


def _untouched(rulebook: Rulebook, state: State) -> State:
    """The lead as if nobody had ever worked it: neither seen to be changed, nor in a status that only people set."""
    fresh = replace(state, inputs=replace(state.inputs, worked=""))
    status = state.inputs.lead.text("status")
    return fresh if folded(status) in rulebook.untouched_statuses else _set(fresh, status=None)


_ACCOUNT = RecordRef("supposed", "account", "supposed")


def _identity(inputs: DecisionInputs) -> Iterator[Lever]:
    """Who the lead might turn out to be; only people and better data can tell."""
    lead = inputs.lead.ref
    if inputs.resolution.linkage is not Linkage.NEW:

        def nobody(state: State) -> State:
            fresh = Resolution(lead, Linkage.NEW, weak_identity=state.inputs.resolution.weak_identity)
            return replace(state, inputs=replace(state.inputs, resolution=fresh, account=None, contact=None))

        yield Lever("identity", "no match with what is known", 5, nobody)
    if inputs.resolution.linkage is Linkage.POSSIBLE and inputs.resolution.account is None:

        def known(state: State) -> State:
            account = Record(Kind.ACCOUNT, _ACCOUNT, {"name": lead_company(state.inputs)})
            match = Match(Kind.ACCOUNT, _ACCOUNT, 0.0, Band.LINK, ())
            weak = state.inputs.resolution.weak_identity
            found = Resolution(lead, Linkage.ACCOUNT, account=match, weak_identity=weak)
            return replace(state, inputs=replace(state.inputs, resolution=found, account=account))

        yield Lever("identity", "the company being an account already", 5, known)
    if inputs.resolution.weak_identity:

        def strong(state: State) -> State:
            found = replace(state.inputs.resolution, weak_identity=())
            return replace(state, inputs=replace(state.inputs, resolution=found))

        yield Lever("weak_identity", "a real name, company and address", 5, strong)


def lead_company(inputs: DecisionInputs) -> str:
    """The company that the lead names, or a stand-in."""
    return inputs.lead.text("company") or "A company"


def _fields(rulebook: Rulebook, inputs: DecisionInputs) -> Iterator[Lever]:
    """For each comparison of the rulebook: the field set so that it holds, and so that it does not."""
    facts = Facts(inputs)
    once = {str(test): test for condition in conditions_of(rulebook) for test in tests(condition)}
    for test in once.values():
        if test.field in _FIXED:
            continue
        if test.field in DERIVED:
            yield from _derived(test, inputs)
            continue
        now = reader(test.field)(facts)
        for holds in (True, False):
            found = witness(test, holds, now, inputs.as_of, rulebook.lists)
            if found is not None and found.value != now:
                yield _field_lever(test.field, found.value)


def _field_lever(field: str, value: Scalar) -> Lever:
    room, _, name = field.rpartition(".")
    what = f"another {field}" if value == OTHER else f"{field} empty" if value is None else f"{field} = {_told(value)}"

    def change(state: State) -> State:
        inputs = state.inputs
        if room in ("", "company"):
            state = _set(state, **{name: value})
        if field == "status":  # whoever sets it is a person who works the lead
            state = replace(state, inputs=replace(state.inputs, worked=f"status changed to {value}"))
        if room in ("account", "company") and inputs.account is not None and (room == "account" or value is None):
            account = replace(inputs.account, values={**inputs.account.values, name: value})
            state = replace(state, inputs=replace(state.inputs, account=account))
        if room == "contact" and inputs.contact is not None:
            contact = replace(inputs.contact, values={**inputs.contact.values, name: value})
            state = replace(state, inputs=replace(state.inputs, contact=contact))
        return state

    return Lever(f"lead.{name}" if room in ("", "company") else field, what, 6, change)


def _told(value: Scalar) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _derived(test: Test, inputs: DecisionInputs) -> Iterator[Lever]:
    """Levers for facts that are worked out: through what they are worked out from."""
    if test.field in ("email_kind", "email_domain"):
        for kind, address in _ADDRESSES.items():
            what = "no e-mail address" if address is None else f"a {kind} e-mail address"
            yield Lever("lead.email", what, 6, partial(_set, email=address))
    elif test.field == "company_known":
        yield Lever("lead.company", "a company named", 6, lambda s: _set(s, company="Supposed Works"))
        yield Lever("lead.company", "no company named", 6, lambda s: _set(s, company=None))
    elif test.field == "activity_kinds":
        for kind in test.value if isinstance(test.value, list) else [test.value]:
            yield _did(str(kind), inputs)


def _did(kind: str, inputs: DecisionInputs) -> Lever:
    def more(state: State) -> State:
        done = Activity(kind, inputs.as_of, f"supposed:{kind}")
        return replace(state, inputs=replace(state.inputs, activities=(*state.inputs.activities, done)))

    return Lever(f"activity {kind}", f"one more activity: {kind.replace('_', ' ')}", 2, more, 1)


def brings_points_alone(rulebook: Rulebook) -> frozenset[str]:
    """Subjects of fields that only rules of fit look at: among several changes, points say the same more briefly."""
    rows = list(_beside_fit(rulebook))
    named = {test.field for condition in rows for test in tests(condition)}
    fit = {test.field for condition in conditions_of(rulebook) for test in tests(condition)} - named
    plain = {field.rpartition(".")[2] for field in named}
    return frozenset(f"lead.{field.rpartition('.')[2]}" for field in fit if field.rpartition(".")[2] not in plain)


def conditions_of(rulebook: Rulebook) -> Iterator[Condition]:
    """Every condition that can change a verdict, in the order of the file."""
    yield from (rule.condition for group in rulebook.fit.groups for rule in group.rules)
    yield from _beside_fit(rulebook)


def _beside_fit(rulebook: Rulebook) -> Iterator[Condition]:
    yield from (one for rule in rulebook.bant.rules.values() for one in (rule.met_when, rule.not_met_when) if one)
    yield from (rule.condition for rule in rulebook.stages)
    yield from (entry.condition for entry in rulebook.disqualifiers if entry.condition is not None)
    yield from (row.condition for row in rulebook.rows)
    yield from (promise.condition for promise in rulebook.invariants)
    if rulebook.engagement.opt_outs.when is not None:
        yield rulebook.engagement.opt_outs.when
