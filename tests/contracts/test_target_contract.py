"""What every target keeps: each write once, told truly, and found again when its answer was lost."""

from __future__ import annotations

import pytest

from connector.model.plan import Outcome
from connector.model.progress import Fetching
from connector.model.records import Kind

from .doing import (
    DONE,
    MADE,
    SORTS,
    check_converted,
    check_stands,
    closing,
    counts,
    live,
    make,
    outcomes,
    perform,
    prepared,
    seen,
)
from .subject import Subject, needs


def test_several_fetches_answer_as_each(subject: Subject) -> None:
    """Rows asked for together come as each question is answered alone, in order; one without ids finds nothing."""
    fields = tuple(subject.fields)
    first, second = subject.lead(title="Buyer"), subject.lead(title="Clerk")
    wanted = [Fetching(subject.lead_object, ids, fields) for ids in ((first,), (), (first, second))]
    together = subject.system.fetch_together(wanted)
    assert [set(found) for found in together] == [{first}, set(), {first, second}]
    assert dict(together[2]) == dict(subject.system.fetch(subject.lead_object, (first, second), fields))


@pytest.mark.parametrize("sort", SORTS)
def test_write_is_made_and_told(subject: Subject, sort: str) -> None:
    """A write is applied, answers the ids of what it made or changed, and stands in the CRM."""
    before = counts(subject)
    order = prepared(subject, sort, "7")
    (receipt,) = perform(subject.system, order)
    assert receipt.outcome is Outcome.APPLIED
    check_stands(subject, order, receipt)
    assert counts(subject) - before == MADE[sort]


@pytest.mark.parametrize("sort", SORTS)
def test_write_twice_makes_one(subject: Subject, sort: str) -> None:
    """The same order again, by another client, is the same record with the same ids."""
    before = counts(subject)
    order = prepared(subject, sort, "7")
    first = perform(subject.system, order)[0]
    again = perform(subject.fresh(), order)[0]
    assert {first.outcome, again.outcome} <= set(DONE)
    assert first.ids == again.ids
    assert counts(subject) - before == MADE[sort]


@pytest.mark.parametrize("sort", SORTS)
def test_write_is_found_again(subject: Subject, sort: str) -> None:
    """A write that was made settles as applied with its ids; one that was never sent as not there."""
    order = prepared(subject, sort, "7")
    (missing,) = subject.system.settle([order])
    assert (missing.outcome, missing.code) == (Outcome.REJECTED, "not-there")
    (receipt,) = perform(subject.system, order)
    (found,) = subject.fresh().settle([order])
    assert found.outcome is Outcome.APPLIED
    assert found.ids == receipt.ids


def test_landing_again_updates(subject: Subject) -> None:
    """A lead landed again by its key has the newer values."""
    first = perform(subject.system, subject.land("7"))
    again = perform(subject.fresh(), subject.land("7", "Acme Renamed"))
    assert outcomes(first + again) == ["applied", "applied"]
    assert [lead.company for lead in live(subject, Kind.LEAD)] == ["Acme Renamed"]


@needs("write")
def test_many_rows_in_one_call(subject: Subject) -> None:
    """As many keyed rows as a call takes go out together, and every receipt has its own id."""
    orders = [subject.land(str(n)) for n in range(subject.traits.write)]
    subject.system.identity()
    before = subject.system.calls
    receipts = perform(subject.system, *orders)
    assert subject.system.calls - before == subject.traits.write_calls
    assert set(outcomes(receipts)) == {"applied"}
    assert len({receipt.ids["record"] for receipt in receipts}) == len(orders)


@pytest.mark.parametrize("text", ["New", "  R&D \"Süd\" 'Ost'  ", "(512) 757-9000"])
def test_saved_values_are_recognised(subject: Subject, text: str) -> None:
    """An update settles by the values that stand in the record, as the CRM words them once they are saved."""
    order = subject.update(subject.lead(title="Old"), text)
    assert outcomes(perform(subject.system, order)) == ["applied"]
    assert outcomes(subject.system.settle([order])) == ["applied"]
    assert live(subject, Kind.LEAD)[0].title.strip() == text.strip()


def test_other_value_is_not_ours(subject: Subject) -> None:
    """An update whose value somebody has changed since is not there."""
    order = subject.update(lead_id := subject.lead(title="Old"), "New")
    perform(subject.system, order)
    subject.touch(lead_id)
    assert [receipt.code for receipt in subject.system.settle([order])] == ["not-there"]


def test_record_twice_keeps_the_later(subject: Subject) -> None:
    """Two updates of one record are made one after the other."""
    lead_id = subject.lead()
    orders = [subject.update(lead_id, "First"), subject.update(lead_id, "Second")]
    assert outcomes(perform(subject.system, *orders)) == ["applied", "applied"]
    assert live(subject, Kind.LEAD)[0].title == "Second"


@needs("refuses")
def test_one_bad_row_spares_others(subject: Subject) -> None:
    """A row that the CRM refuses is rejected with its code; its neighbours are written."""
    ids = [subject.lead() for _ in range(3)]
    orders = [subject.update(ids[0], "One"), subject.refused(ids[1]), subject.update(ids[2], "Three")]
    receipts = perform(subject.system, *orders)
    assert outcomes(receipts) == ["applied", "rejected", "applied"]
    assert receipts[1].code
    assert [seen(subject, Kind.LEAD, lead_id).title for lead_id in ids] == ["One", "", "Three"]


def test_gone_record_is_rejected(subject: Subject) -> None:
    """Writes on a lead that was deleted meanwhile are rejected, and nothing is made of it."""
    orders = [subject.update(subject.lead(), "New"), closing(subject, subject.lead(), opportunity=False)]
    before = counts(subject)
    for order in orders:
        subject.delete(order.ids.get("lead") or order.ids["record"])
    receipts = perform(subject.system, *orders)
    assert outcomes(receipts) == ["rejected", "rejected"]
    assert all(receipt.code for receipt in receipts)
    assert before - counts(subject) == {Kind.LEAD: 2}


@needs("steps")
def test_created_records_hang_together(subject: Subject) -> None:
    """What is created from a lead takes its other fields along, and belongs where the order says."""
    lead_id = subject.lead(title="Buyer", email="ann@acme.example")
    account = make(subject, Kind.ACCOUNT, lead_id, lead=lead_id)
    contact = make(subject, Kind.CONTACT, lead_id, lead=lead_id, account=account)
    opportunity = make(subject, Kind.OPPORTUNITY, lead_id, lead=lead_id, account=account, contact=contact)
    person = seen(subject, Kind.CONTACT, contact)
    assert (person.account, person.title, person.email) == (account, "Buyer", "ann@acme.example")
    deal = seen(subject, Kind.OPPORTUNITY, opportunity)
    assert (deal.account, deal.contact) == (account, contact)
    assert not seen(subject, Kind.LEAD, lead_id).converted


@pytest.mark.parametrize("opportunity", [True, False], ids=["opportunity", "bare"])
def test_conversion_tells_every_id(subject: Subject, opportunity: bool) -> None:
    """A converted lead's receipt names the lead, account, contact and opportunity, and they hang together."""
    order = closing(subject, subject.lead(), opportunity=opportunity)
    (receipt,) = perform(subject.system, order)
    assert receipt.outcome is Outcome.APPLIED
    assert set(receipt.ids) == {"lead", "account", "contact"} | ({"opportunity"} if opportunity else set())
    check_converted(subject, receipt)


def test_conversion_into_known_records(subject: Subject) -> None:
    """A lead attached to an existing account and contact makes neither a second time."""
    first = perform(subject.system, closing(subject, subject.lead(), opportunity=False))[0]
    into_both = {role: first.ids[role] for role in ("account", "contact")}
    second = perform(subject.system, closing(subject, subject.lead(), opportunity=False, **into_both))[0]
    third = perform(subject.system, closing(subject, subject.lead(), account=first.ids["account"]))[0]
    assert (second.ids["account"], second.ids["contact"]) == (first.ids["account"], first.ids["contact"])
    assert third.ids["account"] == first.ids["account"]
    for receipt in (first, second, third):
        check_converted(subject, receipt)
    assert counts(subject) == {Kind.LEAD: 3, Kind.ACCOUNT: 1, Kind.CONTACT: 2, Kind.OPPORTUNITY: 1}


@needs("steps")
def test_conversion_ties_loose_ends(subject: Subject) -> None:
    """A contact that has no account yet belongs to the account that its lead is converted into."""
    account, contact = make(subject, Kind.ACCOUNT, "7"), make(subject, Kind.CONTACT, "7")
    assert seen(subject, Kind.CONTACT, contact).account == ""
    order = closing(subject, subject.lead(), opportunity=False, account=account, contact=contact)
    (receipt,) = perform(subject.system, order)
    check_converted(subject, receipt)
    assert (receipt.ids["account"], receipt.ids["contact"]) == (account, contact)


def test_conversion_by_a_person_stands(subject: Subject) -> None:
    """A lead that a person converted meanwhile is taken as done, with the ids that it has, and left as it is."""
    lead_id = subject.lead()
    ours = make(subject, Kind.ACCOUNT, "of ours")
    order = closing(subject, lead_id, opportunity=False, account=ours)
    subject.convert_by_hand(lead_id)
    theirs, before = seen(subject, Kind.LEAD, lead_id), counts(subject)
    assert theirs.account != ours
    for receipt in (*perform(subject.system, order), *subject.fresh().settle([order])):
        assert receipt.outcome is Outcome.ALREADY
        assert (receipt.ids["account"], receipt.ids["contact"]) == (theirs.account, theirs.contact)
        assert receipt.code == "converted-elsewhere"
    assert seen(subject, Kind.LEAD, lead_id) == theirs
    assert counts(subject) == before


def test_terms_are_the_crms(subject: Subject) -> None:
    """Converted statuses and stages come in the CRM's order."""
    terms = subject.system.conversion_terms()
    assert subject.words.converted_status in terms["converted_statuses"]
    assert len(terms["stages"]) > 1


@needs("settle")
def test_settling_many_is_one_call(subject: Subject) -> None:
    """Orders of every sort are read back together."""
    many = subject.traits.settle // 3
    orders = [closing(subject, lead_id, opportunity=False) for lead_id in subject.leads(many)]
    orders += [subject.land(str(n)) for n in range(many)]
    orders += [subject.update(lead_id, "New") for lead_id in subject.leads(many)]
    perform(subject.system, *orders)
    before = subject.system.calls
    assert set(outcomes(subject.system.settle(orders))) == {"applied"}
    assert subject.system.calls - before <= subject.traits.settle_calls
