"""Two-way routes: an edit on either side reaches the other once, the newer one stays, and nothing is fought over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from connector.errors import RateLimited, SafetyStop
from connector.model.decision import Verdict
from connector.model.plan import Action, Order, Outcome, PlannedLead, Receipt, Step
from connector.model.records import Kind
from connector.model.twins import End
from connector.pipeline import apply_sealed
from connector.pipeline.plan import make_plan
from connector.planning import IN_STEP
from tests.contracts.subject import Trouble

from .oracle import make
from .two_crms import Killed, TwoCrms, converted, rules, two_crms


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


def test_edit_beside_our_write_is_carried(crms: TwoCrms) -> None:
    """What a colleague edits in a record between our write to it and our look at it is not lost."""
    crms.crms[End.TARGET].meanwhile = lambda: crms.edit(End.TARGET, Kind.CONTACT, "MobilePhone", "+4930123456")
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer")])
    crms.sync()
    crms.sync()
    assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Buyer"
    assert crms.value(End.SOURCE, Kind.CONTACT, "MobilePhone") == "+4930123456"
    assert crms.written(crms.sync) == 0


def test_lost_answer_is_settled(crms: TwoCrms) -> None:
    """An edit whose write gave no answer is found to have arrived, and is not taken for somebody's edit."""
    crms.crms[End.TARGET].trouble(Trouble.LOST_AFTER, nth=1)
    make(crms, [(End.SOURCE, (Kind.CONTACT, "description"), "A long description")])
    crms.sync()
    assert crms.value(End.TARGET, Kind.CONTACT, "Description") == "A long des"
    assert crms.written(lambda: [crms.sync(), crms.sync()]) == 0
    assert crms.value(End.SOURCE, Kind.CONTACT, "Description") == "A long description"


def test_edit_after_a_lost_answer_stays(tmp_path: Path) -> None:
    """What a person puts in place of a write that nobody answered for is newer than it, whatever is edited later."""
    tried = 0
    for nth in range(1, 40):
        with two_crms(tmp_path / str(nth)) as crms:
            converted(crms)
            make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer")])
            crms.crms[End.TARGET].die(nth, after=True)
            with suppress(Killed):
                crms.sync()
                break
            if crms.value(End.TARGET, Kind.CONTACT, "Title") != "Buyer":
                continue
            tried += 1
            theirs = (End.TARGET, (Kind.CONTACT, "title"), "Head")
            make(crms, [theirs, (End.SOURCE, (Kind.CONTACT, "description"), "Later")])
            crms.sync()
            assert [crms.value(end, Kind.CONTACT, "Title") for end in End] == ["Head", "Head"], nth
            assert crms.value(End.TARGET, Kind.CONTACT, "Description") == "Later"
            assert crms.written(lambda: [crms.sync(), crms.sync()]) == 0
    assert tried


def test_unknown_write_is_waited_for(tmp_path: Path) -> None:
    """While it is not known what became of a write, nothing more is written; once it is believed lost, it is sent."""
    with two_crms(tmp_path, settle_after={"east": 600.0}) as crms:
        converted(crms)
        crms.crms[End.TARGET].trouble(Trouble.LOST_BEFORE, nth=1)
        make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer")])
        assert crms.sync().steps[Outcome.UNKNOWN] == 1
        assert crms.written(lambda: crms.sync().waiting) == 0
        crms.clock.advance(600)
        assert crms.written(crms.sync) == 1
        assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Buyer"


def test_record_under_another_write_is_waited_for(crms: TwoCrms) -> None:
    """While it is not known what became of another write to a record, what stands there is no edit of anybody."""
    route, contact = crms.route(), crms.id(End.TARGET, Kind.CONTACT)
    step = Step("k", Action.UPDATE, crms.lead, "Contact", "contact", (), {"record": contact}, after={"Title": "Theirs"})
    with crms.store.lease.hold("test"):
        crms.store.journal.planned(make_plan(route, "run-other", [PlannedLead(crms.lead, Verdict.ATTACH, "", (step,))]))
        crms.store.journal.sent([Order(step, step.ids)], "another-route", "run-other", crms.clock.now())
    crms.edit(End.TARGET, Kind.CONTACT, "Title", None)
    assert crms.written(crms.sync) == 0
    crms.store.journal.settle([Receipt("k", Outcome.APPLIED, crms.clock.now())], [])
    assert crms.written(crms.sync) == 1
    assert crms.value(End.SOURCE, Kind.CONTACT, "Title") is None


def test_planned_edit_is_never_sent_late(crms: TwoCrms) -> None:
    """An edit that was planned when the CRM went away is compared anew: what stands by then is carried."""
    crms.crms[End.TARGET].trouble(Trouble.LIMITED, nth=1)
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "First")])
    with pytest.raises(RateLimited):
        crms.sync()
    crms.crms[End.TARGET].calm()
    make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Second")])
    assert crms.written(crms.sync) == 1
    assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Second"


def test_settled_pair_costs_no_look(crms: TwoCrms) -> None:
    """Once looked at, a pair whose sides need nothing from each other is not read again."""
    quiet = crms.sync().api_calls
    assert crms.sync().api_calls == quiet
    make(crms, [(end, (Kind.CONTACT, "title"), "Buyer") for end in End])
    assert crms.written(crms.sync) == 0
    assert crms.sync().api_calls == quiet
