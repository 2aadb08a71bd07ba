"""Keeping in step, thought through: what counts as an edit, who wins, and what a write has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.model.conversion import BothChanged
from connector.model.plan import Action, Outcome
from connector.model.records import Kind, Record, RecordRef, Scalar, Values
from connector.model.twins import Carrying, End, Pair
from connector.planning import (
    IN_STEP,
    Fate,
    Move,
    Place,
    Standing,
    arrived,
    carrying,
    carrying_step,
    compare,
    is_carried,
    moved_on,
    worded,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
SOURCE, TARGET = RecordRef("sugar", "Contacts", "s1"), RecordRef("sf", "Contact", "003")
LEAD = RecordRef("sugar", "Leads", "l1")
PAIR = Pair(Kind.CONTACT, "sugar:l1:contact", SOURCE, TARGET, {end: {"title": "CTO"} for end in End}, revision=4)
PLACE = Place("org", "", 0.5)


def standing(
    source: Scalar,
    target: Scalar,
    *,
    agreed: tuple[Scalar, Scalar] = ("CTO", "CTO"),
    name: str = "title",
    stamps: tuple[datetime | None, datetime | None] = (NOW, NOW),
) -> Standing:
    """A pair of contacts with one field that counts."""
    known = {end: {name: value} for end, value in zip(End, agreed, strict=True)}
    records = {
        End.SOURCE: Record(Kind.CONTACT, SOURCE, {name: source}, modified=stamps[0]),
        End.TARGET: Record(Kind.CONTACT, TARGET, {name: target}, modified=stamps[1]),
    }
    return Standing(replace(PAIR, agreed=known), records, (name,))


class Words:
    """A CRM that has words of its own for some values, and none for others."""

    def __init__(self, said: Mapping[Scalar, Scalar] | None = None, unsaid: tuple[Scalar, ...] = ()) -> None:
        self._said = said or {}
        self._unsaid = unsaid

    def object_name(self, kind: Kind) -> str:
        """The noun."""
        return kind.value

    def payload(self, kind: Kind, values: Values, creating: bool) -> Values:
        """Values under capitalised names."""
        return {n.title(): self._said.get(v, v) for n, v in values.items() if v not in self._unsaid}


PLAIN = {end: Words() for end in End}


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("CTO", "CTO", None),
        ("COO", "CTO", Move("title", End.TARGET, "COO", "CTO")),
        ("CTO", "COO", Move("title", End.SOURCE, "COO", "CTO")),
        (None, "CTO", Move("title", End.TARGET, None, "CTO")),
        ("", "CTO", Move("title", End.TARGET, None, "CTO")),
        ("COO", "COO", None),
    ],
)
def test_changed_side_is_carried(source: Scalar, target: Scalar, expected: Move | None) -> None:
    """What one side changed goes to the other, emptied fields too; the same edit on both sides needs nothing."""
    found = compare(standing(source, target), {})
    assert found.moves == ((expected,) if expected else ())
    if expected is None:
        assert found.agreed == {End.SOURCE: {"title": source}, End.TARGET: {"title": target}}


def test_what_the_crm_made_of_it_is_no_edit() -> None:
    """Sides that differ as they did when they agreed have nothing to tell each other."""
    assert compare(standing("Head of things", "Head", agreed=("Head of things", "Head")), {}).moves == ()


@pytest.mark.parametrize(
    ("rules", "stamps", "winner"),
    [
        ({}, (LATER, NOW), End.SOURCE),
        ({}, (NOW, LATER), End.TARGET),
        ({}, (NOW, NOW), End.TARGET),
        ({}, (LATER, None), End.SOURCE),
        ({}, (None, None), End.TARGET),
        ({"*": BothChanged.SOURCE}, (NOW, LATER), End.SOURCE),
        ({"*": BothChanged.SOURCE, "title": BothChanged.TARGET}, (LATER, NOW), End.TARGET),
        ({"*": BothChanged.TARGET, "title": BothChanged.NEWEST}, (LATER, NOW), End.SOURCE),
    ],
)
def test_rule_decides_between_two_edits(
    rules: Mapping[str, BothChanged], stamps: tuple[datetime | None, datetime | None], winner: End
) -> None:
    """The field's rule, else that of all fields, else the record that was changed last; the target on a tie."""
    (move,) = compare(standing("COO", "CEO", stamps=stamps), rules).moves
    assert move.to is winner.other
    assert move.rule is rules.get("title", rules.get("*", BothChanged.NEWEST))


@pytest.mark.parametrize("name", ["opted_out_email", "opted_out_fax", "do_not_call"])
def test_consent_only_tightens(name: str) -> None:
    """A refusal is carried even against a later consent; consent taken back on one side stays there."""
    (move,) = compare(standing(True, False, agreed=(False, True), name=name, stamps=(NOW, LATER)), {}).moves
    assert (move.to, move.value) == (End.TARGET, True)
    found = compare(standing(False, True, agreed=(True, True), name=name), {})
    assert (found.moves, found.relaxed) == ((), (name,))
    assert found.agreed == {End.SOURCE: {name: False}, End.TARGET: {name: True}}


def test_field_never_compared_is_agreed_as_it_stands() -> None:
    """A field that joins the mapping later overwrites nothing."""
    new = standing("COO", "CEO")
    found = compare(replace(new, pair=replace(new.pair, agreed={})), {})
    assert (found.moves, found.agreed[End.TARGET]) == ((), {"title": "CEO"})


@pytest.mark.parametrize("name", ["owner_id", "account_id", "parent_id", "external_key", "converted_to", "company"])
def test_facts_of_one_crm_are_never_carried(name: str) -> None:
    """Ids and owners name nobody in the other CRM."""
    assert not is_carried(name)
    assert is_carried("title")


def test_words_sort_moves() -> None:
    """A value that stands there already takes no write, one without words is told, the rest is written."""
    words = {**PLAIN, End.TARGET: Words({"Cold": "Warm"}, unsaid=("Lukewarm",))}
    there = worded([Move("rating", End.TARGET, "Cold", "Warm")], standing("a", "b"), words)
    unsaid = worded([Move("rating", End.TARGET, "Lukewarm", "Warm")], standing("a", "b"), words)
    written = worded([Move("rating", End.TARGET, "Cold", None)], standing("a", "b"), words)
    assert [len(found.there) for found in (there, unsaid, written)] == [1, 0, 0]
    assert [len(found.unsaid) for found in (there, unsaid, written)] == [0, 1, 0]
    assert [(part.before, part.after) for part in written.parts] == [({"Rating": None}, {"Rating": "Warm"})]


def test_giving_up_falls_silent() -> None:
    """Agreed on as it stands, the same difference is carried no more."""
    new = standing("COO", "CTO")
    found = compare(new, {})
    settled = replace(new, pair=replace(new.pair, agreed=moved_on(found.agreed, found.moves)))
    assert compare(settled, {}).moves == ()
    assert settled.at_rest


def test_step_tells_and_keeps_what_is_given_up() -> None:
    """One update with before and after, on behalf of the lead; the loser stands in it, in values and in words."""
    new = standing("COO", "CEO", stamps=(LATER, NOW))
    found = worded(compare(new, {}).moves, new, PLAIN)
    step = carrying_step(new.pair, LEAD, found.parts, PLACE)
    assert (step.action, step.lead, step.ids, step.connection) == (Action.UPDATE, LEAD, {"record": "003"}, "")
    assert (step.before, step.after, step.terms) == ({"Title": "CEO"}, {"Title": "COO"}, {IN_STEP: True})
    assert step.because == (
        "keeps it in step with sugar:Contacts:s1: title changed there",
        "title was changed on both sides: that of sugar stays (newest), the one here is given up",
    )
    again = carrying_step(replace(new.pair, revision=5), LEAD, found.parts, PLACE)
    assert again.key != step.key
    assert carrying(step, found.parts) == Carrying(step.key, End.TARGET, {"title": "COO"}, {"title": "CEO"})


ONE = Carrying("k", End.TARGET, {"title": "Head of things"}, {"title": "CTO"})
TWO = Carrying("k", End.TARGET, {"title": "Head of things", "phone": "1"}, {"title": "CTO", "phone": "2"})


@pytest.mark.parametrize(
    ("carried", "fate", "now", "left"),
    [
        (ONE, Fate(Outcome.APPLIED, NOW), "Head", ("Head of things", "Head")),
        (ONE, Fate(Outcome.ALREADY, NOW), "Other", ("Head of things", "Other")),
        (ONE, Fate(Outcome.APPLIED, NOW - timedelta(minutes=1)), "HEAD ", ("Head of things", "HEAD ")),
        (ONE, Fate(Outcome.APPLIED, NOW - timedelta(minutes=1)), "A person's", ("Head of things", "Head of things")),
        (ONE, Fate(Outcome.REJECTED, NOW), "CTO", ("Head of things", "CTO")),
        (TWO, Fate(Outcome.REJECTED, NOW), "CTO", ("CTO", "CTO")),
        (ONE, Fate(None), "CTO", ("CTO", "CTO")),
        (ONE, Fate(None), "Head of", ("Head of things", "Head of")),
        (ONE, Fate(None), "A person's", ("Head of things", "CTO")),
        (ONE, Fate(None), None, ("Head of things", "CTO")),
        (TWO, Fate(Outcome.REJECTED, NOW), "Head", ("Head of things", "Head")),
        (TWO, Fate(Outcome.REJECTED, NOW), "A person's", ("CTO", "CTO")),
    ],
)
def test_write_leaves_what_the_crm_made_of_it(
    carried: Carrying, fate: Fate, now: Scalar, left: tuple[Scalar, Scalar]
) -> None:
    """What stands after our own write is agreed on, unless a person put it there since; a refusal is given up.

    Where nobody answered, what is neither old nor new is a person's, and newer than what was on its way.
    """
    before = replace(PAIR, pending=(carried,))
    pair = arrived(before, carried, fate, Record(Kind.CONTACT, TARGET, {"title": now}, modified=NOW))
    assert tuple(pair.agreed[end]["title"] for end in End) == left
    assert pair.pending == ()


@pytest.mark.parametrize(
    ("now", "is_ours"), [("(030) 123-4567", True), ("0301234567", True), ("(030) 765-4321", False), (None, False)]
)
def test_phone_is_known_by_its_digits(now: Scalar, is_ours: bool) -> None:
    """A number written another way is ours, another number is not."""
    carried = Carrying("k", End.TARGET, {"phone": "+49301234567"}, {"phone": "+4911111111"})
    pair = replace(PAIR, agreed={end: {"phone": "+4911111111"} for end in End}, pending=(carried,))
    found = arrived(pair, carried, Fate(None), Record(Kind.CONTACT, TARGET, {"phone": now}, modified=NOW))
    assert (found.agreed[End.TARGET]["phone"] == now) is is_ours


OLD, NEW, ONCE = "ada@old.example", "ada@new.example", "ada@once.example"
FLAG = "opted_out_email"


def carried_address(fate: Fate, now: Values, *, stood: Scalar = OLD, value: Scalar = NEW) -> Standing:
    """A pair after an address was carried to the target, where *now* stands; the source was opted out all the time."""
    carried = Carrying("k", End.TARGET, {"email": value}, {"email": stood})
    agreed: dict[End, Values] = {
        End.SOURCE: {"email": OLD, FLAG: True},
        End.TARGET: {"email": stood, FLAG: True},
    }
    source = Record(Kind.CONTACT, SOURCE, {"email": value, FLAG: True}, modified=NOW)
    target = Record(Kind.CONTACT, TARGET, now, modified=LATER)
    pair = arrived(replace(PAIR, agreed=agreed, pending=(carried,)), carried, fate, target)
    return Standing(pair, {End.SOURCE: source, End.TARGET: target}, ("email", FLAG))


@pytest.mark.parametrize("rule", list(BothChanged))
def test_address_stopped_half_way_is_carried_again(rule: BothChanged) -> None:
    """An address that our own write took off, and died before the new one, is no edit of the record touched last."""
    found = compare(carried_address(Fate(None), {FLAG: True}), {"*": rule})
    assert found.moves == (Move("email", End.TARGET, NEW, None),)


def test_address_refused_half_way_falls_silent() -> None:
    """A refused address that left the old one off as well clears nothing on the other side."""
    left = carried_address(Fate(Outcome.REJECTED, LATER), {FLAG: True})
    assert compare(left, {}).moves == ()
    assert left.at_rest


@pytest.mark.parametrize(
    ("stood", "value", "now", "moves"),
    [
        (OLD, NEW, ONCE, (Move("email", End.SOURCE, ONCE, NEW),)),
        (OLD, NEW, OLD, (Move("email", End.TARGET, NEW, OLD),)),
        (OLD, None, None, ()),
        (None, NEW, None, (Move("email", End.TARGET, NEW, None),)),
    ],
)
def test_only_an_address_between_two_is_half_way(
    stood: Scalar, value: Scalar, now: Scalar, moves: tuple[Move, ...]
) -> None:
    """Another address is a person's, the old one takes the write again, and an address cleared by us has arrived."""
    assert compare(carried_address(Fate(None), {"email": now, FLAG: True}, stood=stood, value=value), {}).moves == moves


@pytest.mark.parametrize("flag", [False, None])
@pytest.mark.parametrize(("fate", "now"), [(Fate(Outcome.APPLIED, LATER), NEW), (Fate(None), NEW), (Fate(None), None)])
def test_opt_out_follows_the_address(fate: Fate, now: Scalar, flag: Scalar) -> None:
    """An opt-out that went with the address we replaced is nobody's consent: it is carried to the new address."""
    found = compare(carried_address(fate, {"email": now, FLAG: flag}), {})
    assert Move(FLAG, End.TARGET, True, flag) in found.moves
    assert found.relaxed == ()


def test_consent_of_a_kept_address_is_a_persons() -> None:
    """Where the address still stands, an opt-out that is gone was taken back by somebody."""
    found = compare(carried_address(Fate(None), {"email": OLD, FLAG: False}), {})
    assert ([move.field for move in found.moves], found.relaxed) == (["email"], (FLAG,))


def test_lost_refusal_is_carried_again() -> None:
    """An opt-out whose write was never heard of is written again, whatever stands there."""
    carried = Carrying("k", End.TARGET, {FLAG: True}, {FLAG: False})
    agreed = {end: {FLAG: False} for end in End}
    target = Record(Kind.CONTACT, TARGET, {FLAG: None}, modified=LATER)
    pair = arrived(replace(PAIR, agreed=agreed, pending=(carried,)), carried, Fate(None), target)
    source = Record(Kind.CONTACT, SOURCE, {FLAG: True}, modified=NOW)
    found = compare(Standing(pair, {End.SOURCE: source, End.TARGET: target}, (FLAG,)), {})
    assert found.moves == (Move(FLAG, End.TARGET, True, None),)


VALUES = st.sampled_from([None, "a", "b", "c"])


@settings(derandomize=True, deadline=None)
@given(VALUES, VALUES, VALUES, VALUES, st.sampled_from(BothChanged))
def test_one_round_brings_any_pair_to_rest(
    source: Scalar, target: Scalar, was: Scalar, was_there: Scalar, rule: BothChanged
) -> None:
    """Once what is to be carried has been carried, there is nothing more, and an edit of one side alone is kept."""
    new = standing(source, target, agreed=(was, was_there))
    found = compare(new, {"*": rule})
    records = dict(new.records)
    agreed = {end: dict(values) for end, values in found.agreed.items()}
    for move in found.moves:
        records[move.to] = replace(records[move.to], values={"title": move.value})
        agreed[move.to]["title"] = agreed[move.to.other]["title"] = move.value
    rest = Standing(replace(new.pair, agreed=agreed), records, new.fields)
    assert compare(rest, {"*": rule}).moves == ()
    if source != was and target == was_there:
        assert records[End.SOURCE].get("title") == source
    if target != was_there and source == was:
        assert records[End.TARGET].get("title") == target
