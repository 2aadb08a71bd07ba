"""Two-way routes: an edit on either side reaches the other once, the newer one stays, and then there is silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import SafetyStop
from connector.mapping import payload
from connector.model.plan import Action, Outcome
from connector.model.records import Kind, Record, Scalar
from connector.model.twins import End
from connector.pipeline import apply_sealed
from connector.planning import IN_STEP
from tests.contracts.subject import Trouble

from .two_crms import FOLDERS, Killed, TwoCrms, converted, rules, two_crms

CYCLES = 50
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


@settings(derandomize=True, max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=HISTORIES, rule=st.sampled_from(["newest", "source", "target"]))
def test_every_history_falls_silent(history: list[list[Edit]], rule: str) -> None:
    """Whatever people edit: within two cycles of the last edit nothing is written, for fifty; no edit is undone."""
    with TemporaryDirectory() as folder, two_crms(Path(folder), rule) as crms:
        oracle = Oracle(converted(crms), rule, stand(crms))
        for edits in history:
            make(crms, edits)
            oracle.cycle()
        oracle.cycle()
        assert crms.written(lambda: [crms.sync() for _ in range(CYCLES)]) == 0
        oracle.check()


def make(crms: TwoCrms, edits: Sequence[Edit]) -> None:
    """Colleagues edit, a few seconds after each other."""
    for end, name, value in edits:
        crms.clock.advance(5)
        crms.edit(end, name[0], EDITABLE[name][0], value)
    crms.clock.advance(5)


@pytest.fixture
def crms(tmp_path: Path) -> Iterator[TwoCrms]:
    """Two CRMs after the cycle that made the twins."""
    with two_crms(tmp_path) as made:
        yield converted(made)


def test_new_twins_are_edited_at_once(crms: TwoCrms) -> None:
    """An edit made right after the cycle that made the twins is carried by the next one, in both directions."""
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer"), (End.TARGET, (Kind.ACCOUNT, "city"), "Bremen")])
    result = crms.sync()
    assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Buyer"
    assert crms.value(End.SOURCE, Kind.ACCOUNT, "BillingCity") == "Bremen"
    assert result.steps[Outcome.APPLIED] == 2
    assert crms.written(crms.sync) == 0


def test_loser_is_kept_in_the_journal(crms: TwoCrms) -> None:
    """Where both sides were changed, the newer value stays, and the other one is told by journal and audit."""
    title = (Kind.CONTACT, "title")
    make(crms, [(End.SOURCE, title, "Old hand"), (End.TARGET, title, "New broom")])
    crms.sync()
    assert crms.value(End.SOURCE, Kind.CONTACT, "Title") == "New broom"
    lead = crms.lead
    step = next(e.step for e in crms.store.journal.story(lead) if e.step.terms.get(IN_STEP))
    assert step.before == {"Title": "Old hand"}
    assert "title was changed on both sides: that of east stays (newest)" in step.because[1]
    told = next(entry for entry in crms.store.audit.entries(str(lead)) if entry.event == "both changed")
    assert told.facts == {"fields": "title", "stays": "east", "given_up_in_step": step.key}


def test_value_goes_to_and_fro(crms: TwoCrms) -> None:
    """A value that was written before is written again when somebody brings it back."""
    for value in ("A", "B", "A", "B"):
        make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), value)])
        crms.sync()
        assert crms.value(End.TARGET, Kind.CONTACT, "Title") == value


def test_dry_run_shows_edits(crms: TwoCrms) -> None:
    """A dry run tells what would be carried, and carries nothing; the cycle after it does."""
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer")])
    result = crms.sync(dry_run=True)
    assert result.plan is not None
    assert [(step.action, step.after) for step in result.plan.steps] == [(Action.UPDATE, {"Title": "Buyer"})]
    assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "VP Sales"
    crms.sync()
    assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Buyer"


def test_sealed_plan_carries_its_edits(crms: TwoCrms) -> None:
    """A sealed plan carries the edits that it holds, and leaves later ones to the next cycle."""
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer")])
    plan = crms.sync(dry_run=True).plan
    assert plan is not None
    make(crms, [(End.SOURCE, (Kind.ACCOUNT, "city"), "Bremen")])
    with crms.store.lease.hold("test"):
        result = apply_sealed(crms.route(), "run-sealed", plan)
    assert (crms.value(End.TARGET, Kind.CONTACT, "Title"), result.steps[Outcome.APPLIED]) == ("Buyer", 1)
    assert crms.value(End.TARGET, Kind.ACCOUNT, "BillingCity") is None
    crms.sync()
    assert crms.value(End.TARGET, Kind.ACCOUNT, "BillingCity") == "Bremen"


def test_many_edits_are_a_mass_change(tmp_path: Path) -> None:
    """Edits count towards the changes that one run may make."""
    with two_crms(tmp_path, max_changes=8) as crms:
        converted(crms)
        crms.options = replace(crms.options, max_changes=1)
        make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "A"), (End.SOURCE, (Kind.ACCOUNT, "city"), "B")])
        with pytest.raises(SafetyStop, match="2 changes"):
            crms.sync()
        assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "VP Sales"


def test_refused_field_is_given_up_alone(crms: TwoCrms) -> None:
    """What the CRM refuses is told and given up; the other fields of that edit arrive, and silence follows."""
    crms.crms[End.TARGET].refuses = {"Title": "Forbidden"}
    make(
        crms,
        [(End.SOURCE, (Kind.CONTACT, "title"), "Forbidden"), (End.SOURCE, (Kind.CONTACT, "phone"), "555 010 1234")],
    )
    crms.sync()
    assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "VP Sales"
    assert crms.value(End.TARGET, Kind.CONTACT, "Phone") == "(555) 010-1234"
    told = [entry.facts for entry in crms.store.audit.entries(str(crms.lead)) if entry.event == "not carried"]
    assert [(facts["fields"], facts["why"]) for facts in told] == [("title", "REFUSED")]
    assert crms.written(crms.sync) == 0
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Allowed")])
    crms.sync()
    assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Allowed"


def test_unknown_word_is_no_edit(crms: TwoCrms) -> None:
    """A word that the mapping cannot read empties nothing on the other side."""
    make(crms, [(End.TARGET, (Kind.ACCOUNT, "rating"), "Hot")])
    crms.sync()
    crms.edit(End.SOURCE, Kind.ACCOUNT, "Rating", "Lukewarm")
    crms.edit(End.SOURCE, Kind.ACCOUNT, "BillingCity", "Bremen")
    crms.sync()
    assert crms.value(End.TARGET, Kind.ACCOUNT, "Rating") == "Hot"
    assert crms.value(End.TARGET, Kind.ACCOUNT, "BillingCity") == "Bremen"
    assert crms.written(crms.sync) == 0


@pytest.mark.parametrize("end", list(End))
def test_deleted_twin_ends_the_pair(crms: TwoCrms, end: End) -> None:
    """A record deleted by somebody is not fought over: the other stays as it is, and is not kept in step any more."""
    left = crms.id(end.other, Kind.CONTACT)
    crms.crms[end].delete(Kind.CONTACT, crms.id(end, Kind.CONTACT))
    assert crms.written(crms.sync) == 0
    crms.crms[end.other].edit(Kind.CONTACT, left, Title="Alone")
    assert crms.written(lambda: [crms.sync() for _ in range(3)]) == 0
    told = [entry.event for entry in crms.store.audit.entries(str(crms.lead))]
    assert told.count("twins parted") == 1


@pytest.mark.parametrize("end", list(End))
def test_merged_twin_goes_on_as_survivor(crms: TwoCrms, end: End) -> None:
    """The survivor of a merge takes the place of its loser, and nothing is overwritten because of it."""
    crm = crms.crms[end]
    loser, survivor = crms.id(end, Kind.CONTACT), crm.add(Kind.CONTACT, LastName="Marsh-Bell", Title="Survivor")
    crm.merge(Kind.CONTACT, loser, survivor)
    assert crms.written(lambda: [crms.sync(), crms.sync()]) == 0
    make(crms, [(end, (Kind.CONTACT, "description"), "Back")])
    crms.sync()
    assert crms.value(end.other, Kind.CONTACT, "Description") == "Back"
    assert crms.value(end.other, Kind.CONTACT, "Title") == "VP Sales"


@pytest.mark.parametrize("end", list(End))
def test_two_twins_merged_into_one(crms: TwoCrms, end: End) -> None:
    """When two records with twins become one, one pair goes on and the other ends; the twins are left to people."""
    crms.crms[End.SOURCE].add(
        Kind.LEAD,
        LastName="Quill",
        Company="Northwind Tools",
        Email="bo@northwindtools.com",
        Requested_Action__c="Demo",
    )
    crms.sync()
    crm = crms.crms[end]
    first, second = (row.id for row in crm.live(Kind.CONTACT))
    survivor = crm.add(Kind.CONTACT, LastName="Marsh")
    crm.merge(Kind.CONTACT, first, survivor)
    crm.merge(Kind.CONTACT, second, survivor)
    assert crms.written(lambda: [crms.sync() for _ in range(3)]) == 0
    pairs = crms.store.database.rows("SELECT ended_why <> '' FROM twins WHERE kind = 'contact' ORDER BY ended_why")
    assert pairs == [(0,), (1,)]
    crm.edit(Kind.CONTACT, survivor, Title="Left")
    assert crms.written(crms.sync) == 1


def test_edited_mapping_is_no_edit(crms: TwoCrms) -> None:
    """Values that are read with another mapping than before are agreed on as they stand."""
    crms.rules = rules(cold="Cold: Cold,")
    assert crms.written(lambda: [crms.sync(), crms.sync()]) == 0
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer")])
    crms.sync()
    assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Buyer"


def test_edit_during_the_cycle_is_carried_by_the_next(crms: TwoCrms) -> None:
    """What somebody edits between our write and the next cycle is theirs, also in the field just written."""
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "First")])
    crms.sync()
    make(crms, [(End.TARGET, (Kind.CONTACT, "title"), "Second")])
    crms.sync()
    assert [crms.value(end, Kind.CONTACT, "Title") for end in End] == ["Second", "Second"]


CALLS = range(1, 40)


@pytest.mark.parametrize("end", list(End))
@pytest.mark.parametrize("after", [False, True])
def test_death_at_any_call_ends_in_silence(tmp_path: Path, end: End, after: bool) -> None:
    """Killed before or after any call of a cycle that carries edits, the next ones carry them and fall silent."""
    edits = [
        (End.SOURCE, (Kind.CONTACT, "title"), "Buyer of everything"),
        (End.SOURCE, (Kind.CONTACT, "description"), "A long description"),
        (End.TARGET, (Kind.ACCOUNT, "phone"), "555 010 1234"),
        (End.TARGET, (Kind.CONTACT, "phone"), "+1 555 010 9999"),
    ]
    for nth in CALLS:
        with two_crms(tmp_path / str(nth)) as crms:
            oracle = Oracle(converted(crms), "newest", stand(crms))
            make(crms, edits)
            crms.crms[end].die(nth, after)
            with suppress(Killed):
                oracle.cycle()
                break
            crms.sync()
            crms.sync()
            assert crms.written(crms.sync) == 0, nth
            oracle.check()
    assert nth > 6


def test_lost_answer_is_settled(crms: TwoCrms) -> None:
    """An edit whose write gave no answer is found to have arrived, and is not taken for somebody's edit."""
    crms.crms[End.TARGET].trouble(Trouble.LOST_AFTER, nth=1)
    make(crms, [(End.SOURCE, (Kind.CONTACT, "description"), "A long description")])
    crms.sync()
    assert crms.value(End.TARGET, Kind.CONTACT, "Description") == "A long des"
    assert crms.written(lambda: [crms.sync(), crms.sync()]) == 0
    assert crms.value(End.SOURCE, Kind.CONTACT, "Description") == "A long description"


@pytest.mark.parametrize("end", list(End))
def test_death_while_twins_are_made(tmp_path: Path, end: End) -> None:
    """Killed at any call of the cycle that makes the twins, they are made and kept in step by the next ones."""
    for nth in CALLS:
        with two_crms(tmp_path / str(nth)) as crms:
            crms.crms[end].die(nth, after=True)
            with suppress(Killed):
                crms.sync()
                break
            crms.sync()
            make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer"), (End.TARGET, (Kind.ACCOUNT, "city"), "Bremen")])
            crms.sync()
            assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Buyer", nth
            assert crms.value(End.SOURCE, Kind.ACCOUNT, "BillingCity") == "Bremen", nth
            before = crms.writes()
            crms.sync()
            crms.sync()
            assert crms.writes() == before, nth
    assert nth > 6
