"""What is to be found at both ends after any history of edits, told from the edits alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from connector.mapping import payload
from connector.model.records import Kind, Record, Scalar
from connector.model.twins import End

from .two_crms import FOLDERS, TwoCrms

KINDS = (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY)
WORDS = ("", "Ops", "  Ops  ", "Head of Procurement Europe", "Chief\r\nof all", "Chief of all the north")
PHONES = ("", "555 010 1234", "(555) 010-1234", "+1 555 010 9999", "+49 30 123456", "call me")
EDITABLE: Mapping[tuple[Kind, str], tuple[str, Sequence[Scalar]]] = {
    (Kind.CONTACT, "title"): ("Title", WORDS),
    (Kind.CONTACT, "phone"): ("Phone", PHONES),
    (Kind.CONTACT, "description"): ("Description", WORDS),
    (Kind.CONTACT, "do_not_call"): ("DoNotCall", (True, False)),
    (Kind.ACCOUNT, "city"): ("BillingCity", WORDS),
    (Kind.ACCOUNT, "phone"): ("Phone", PHONES),
    (Kind.ACCOUNT, "rating"): ("Rating", ("", "Hot", "Warm", "Cold")),
    (Kind.OPPORTUNITY, "name"): ("Name", [word for word in WORDS if word]),
    (Kind.OPPORTUNITY, "amount"): ("Amount", (None, 0, 100, 2500.5)),
    (Kind.OPPORTUNITY, "next_step"): ("NextStep", WORDS),
}
Field = tuple[Kind, str]
Edit = tuple[End, Field, Scalar]


def _said(edit: Edit) -> bool:
    """The source's people have no word for a cold account."""
    return not (edit[0] is End.SOURCE and edit[2] == "Cold")


EDITS = (
    st.sampled_from(sorted(EDITABLE))
    .flatmap(lambda name: st.tuples(st.sampled_from(End), st.just(name), st.sampled_from(list(EDITABLE[name][1]))))
    .filter(_said)
)
HISTORIES = st.lists(st.lists(EDITS, max_size=6), min_size=1, max_size=5)
Stand = dict[End, dict[Kind, Record]]


def stand(crms: TwoCrms) -> Stand:
    """Every record of both sides."""
    return {end: {kind: crms.record(end, kind) for kind in KINDS} for end in End}


def words(crms: TwoCrms, end: End, name: Field, value: Scalar) -> Mapping[str, Scalar]:
    """A value as it would be sent to one side."""
    return payload({name[1]: value}, crms.mappings.object_mapping(FOLDERS[end], name[0]), None, False).fields


def kept(crms: TwoCrms, end: End, name: Field, value: Scalar) -> Scalar:
    """What one side makes of a value that is written there."""
    native, _ = EDITABLE[name]
    row = crms.crms[end].live(name[0])[0]
    before = dict(row.values)
    try:
        row.values[native] = crms.crms[end].saved(name[0], native, words(crms, end, name, value)[native])
        return crms.record(end, name[0]).get(name[1])
    finally:
        row.values.clear()
        row.values.update(before)


@dataclass
class Oracle:
    """What is to be found in the end, told from the edits alone."""

    crms: TwoCrms
    rule: str
    left: Stand
    stays: dict[Field, tuple[End, Scalar]] = field(default_factory=dict)
    free: dict[Field, dict[End, Scalar]] = field(default_factory=dict)

    def cycle(self) -> None:
        """Learn what was edited since the last cycle, and run one."""
        now = stand(self.crms)
        for name in EDITABLE:
            values = {end: now[end][name[0]].get(name[1]) for end in End}
            changed = [end for end in End if values[end] != self.left[end][name[0]].get(name[1])]
            if changed:
                self._judge(name, changed, values, now)
        self.crms.sync()
        self.left = stand(self.crms)

    def _judge(self, name: Field, changed: list[End], values: dict[End, Scalar], now: Stand) -> None:
        self.free.pop(name, None)
        self.stays.pop(name, None)
        tightened = [end for end in changed if values[end] is True]
        if values[End.SOURCE] == values[End.TARGET] or (name[1] == "do_not_call" and not tightened):
            self.free[name] = values
        elif name[1] == "do_not_call":
            self.stays[name] = (tightened[0], True)
        else:
            end = changed[0] if len(changed) == 1 else self._winner(name[0], now)
            self.stays[name] = (end, values[end])

    def _winner(self, kind: Kind, now: Stand) -> End:
        if self.rule != "newest":
            return End(self.rule)
        source, target = (now[end][kind].modified for end in End)
        return End.SOURCE if source and target and source > target else End.TARGET

    def check(self) -> None:
        """Every edit that was to stay stands where it was made, and the other side has it as well as it can."""
        now = stand(self.crms)
        for name, (end, value) in self.stays.items():
            assert now[end][name[0]].get(name[1]) == value, (name, "undone")
            there = now[end.other][name[0]].get(name[1])
            same = words(self.crms, end.other, name, there) == words(self.crms, end.other, name, value)
            assert same or there == kept(self.crms, end.other, name, value), (name, "not carried")
        for name, values in self.free.items():
            assert {end: now[end][name[0]].get(name[1]) for end in End} == values, (name, "fought over")


def make(crms: TwoCrms, edits: Sequence[Edit]) -> None:
    """Colleagues edit, a few seconds after each other."""
    for end, name, value in edits:
        crms.clock.advance(5)
        crms.edit(end, name[0], EDITABLE[name][0], value)
    crms.clock.advance(5)
