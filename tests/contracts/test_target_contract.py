"""What every target keeps: each write once, told truly, and found again when its answer was lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connector.errors import RateLimited, Unavailable
from connector.model.plan import Order, Outcome, Receipt
from connector.ports import Target

from .subject import Subject


def perform(target: Target, *orders: Order) -> list[Receipt]:
    """Send orders through the target's own batches; receipts in the order of *orders*."""
    receipts: dict[str, Receipt] = {}
    for batch in target.batches(orders):
        receipts |= {receipt.step: receipt for receipt in target.perform(batch)}
    return [receipts[order.step.key] for order in orders]


def outcomes(receipts: Sequence[Receipt]) -> list[str]:
    """The outcomes as words."""
    return [receipt.outcome.value for receipt in receipts]


def test_landing_twice_makes_one(subject: Subject) -> None:
    """A lead landed twice by its key is one record, with one id."""
    first = perform(subject.system, subject.land("7"))
    again = perform(subject.fresh(), subject.land("7", "Acme Renamed"))
    assert outcomes(first + again) == ["applied", "applied"]
    assert first[0].ids["record"] == again[0].ids["record"]
    assert [row["Company"] for row in subject.dump(subject.lead_object)] == ["Acme Renamed"]


def test_thousand_rows_in_one_call(subject: Subject) -> None:
    """1,000 keyed rows go out in one call, and every receipt has its id."""
    orders = [subject.land(str(n)) for n in range(1000)]
    subject.system.identity()
    before = subject.system.calls
    receipts = perform(subject.system, *orders)
    assert subject.system.calls - before == 1
    assert set(outcomes(receipts)) == {"applied"}
    assert len({receipt.ids["record"] for receipt in receipts}) == 1000


def test_update_changes_named_fields(subject: Subject) -> None:
    """An update writes its fields and answers the record's id."""
    lead_id = subject.lead(Title="Old")
    (receipt,) = perform(subject.system, subject.update(lead_id, "New"))
    assert (receipt.outcome, receipt.ids["record"]) == (Outcome.APPLIED, lead_id)
    assert subject.dump(subject.lead_object)[0]["Title"] == "New"


def test_record_twice_is_two_calls(subject: Subject) -> None:
    """Two updates of one record never share a call, and the later one stays."""
    lead_id = subject.lead()
    orders = [subject.update(lead_id, "First"), subject.update(lead_id, "Second")]
    assert [len(batch) for batch in subject.system.batches(orders)] == [1, 1]
    assert outcomes(perform(subject.system, *orders)) == ["applied", "applied"]
    assert subject.dump(subject.lead_object)[0]["Title"] == "Second"


def test_one_bad_row_spares_others(subject: Subject) -> None:
    """A row that the CRM refuses is rejected with its code; its neighbours are written."""
    ids = [subject.lead() for _ in range(3)]
    orders = [subject.update(lead_id, "T" * (300 if n == 1 else 3)) for n, lead_id in enumerate(ids)]
    receipts = perform(subject.system, *orders)
    assert outcomes(receipts) == ["applied", "rejected", "applied"]
    assert receipts[1].code
    assert receipts[1].fields == ("Title",)


def test_conversion_tells_every_id(subject: Subject) -> None:
    """A converted lead's receipt names the lead, account, contact and opportunity."""
    lead_id = subject.lead()
    order = subject.convert(lead_id, opportunity="new", opportunity_name="Acme & <Söhne> - Demo " + "x" * 100)
    (receipt,) = perform(subject.system, order)
    assert receipt.outcome is Outcome.APPLIED
    assert set(receipt.ids) == {"lead", "account", "contact", "opportunity"}
    (opportunity,) = subject.dump("Opportunity")
    assert opportunity["Name"].startswith("Acme & <Söhne> - Demo")
    assert len(opportunity["Name"]) == 80


def test_conversion_into_known_account(subject: Subject) -> None:
    """A lead attached to an existing account makes no second account."""
    first = perform(subject.system, subject.convert(subject.lead()))[0]
    second = perform(subject.system, subject.convert(subject.lead(), account=first.ids["account"]))[0]
    assert second.ids["account"] == first.ids["account"]
    assert len(subject.dump("Account")) == 1


def test_second_conversion_is_already(subject: Subject) -> None:
    """A lead that a person converted meanwhile is taken as done, with the ids that it has."""
    lead_id = subject.lead()
    subject.convert_by_hand(lead_id)
    (receipt,) = perform(subject.system, subject.convert(lead_id))
    assert receipt.outcome is Outcome.ALREADY
    assert set(receipt.ids) >= {"lead", "account", "contact"}
    assert len(subject.dump("Account")) == 1


@pytest.mark.parametrize("action", ["drop_after_apply", "cut"])
def test_lost_conversion_answer_is_found(subject: Subject, action: str) -> None:
    """A conversion whose answer is lost is unknown, and settles as applied with all its ids."""
    orders = [subject.convert(lead_id) for lead_id in subject.leads(5)]
    subject.system.identity()
    subject.faults({"operation": "write", "action": action, "times": 1})
    assert set(outcomes(perform(subject.system, *orders))) == {"unknown"}
    settled = subject.fresh().settle(orders)
    assert set(outcomes(settled)) == {"applied"}
    assert all(set(receipt.ids) >= {"lead", "account", "contact"} for receipt in settled)
    assert len(subject.dump("Account")) == 5


def test_lost_landing_answer_is_found(subject: Subject) -> None:
    """Keyed rows whose answer is lost are unknown, and are found again by their key."""
    orders = [subject.land(str(n)) for n in range(5)]
    subject.system.identity()
    subject.faults({"operation": "write", "action": "drop_after_apply", "times": 1})
    assert set(outcomes(perform(subject.system, *orders))) == {"unknown"}
    settled = subject.system.settle(orders)
    assert set(outcomes(settled)) == {"applied"}
    assert len({receipt.ids["record"] for receipt in settled}) == 5


def test_lost_update_answer_is_found(subject: Subject) -> None:
    """An update whose answer is lost settles by the values that stand in the record."""
    orders = [subject.update(subject.lead(), "New")]
    subject.system.identity()
    subject.faults({"operation": "write", "action": "drop_after_apply", "times": 1})
    assert outcomes(perform(subject.system, *orders)) == ["unknown"]
    assert outcomes(subject.system.settle(orders)) == ["applied"]


def test_lost_request_is_not_there(subject: Subject) -> None:
    """Writes that never arrived are unknown, and settle as not there."""
    orders = [subject.convert(subject.lead()), subject.land("1"), subject.update(subject.lead(), "New")]
    subject.system.identity()
    subject.faults({"operation": "write", "action": "drop_before_apply"})
    assert set(outcomes(perform(subject.system, *orders))) == {"unknown"}
    subject.faults()
    settled = subject.system.settle(orders)
    assert set(outcomes(settled)) == {"rejected"}
    assert {receipt.code for receipt in settled} == {"not-there"}


def test_settling_many_is_one_call(subject: Subject) -> None:
    """Orders of every sort are read back together, in one call."""
    orders = [subject.convert(lead_id) for lead_id in subject.leads(50)]
    orders += [subject.land(str(n)) for n in range(50)]
    orders += [subject.update(lead_id, "New") for lead_id in subject.leads(50)]
    perform(subject.system, *orders)
    before = subject.system.calls
    assert set(outcomes(subject.system.settle(orders))) == {"applied"}
    assert subject.system.calls - before == 1


@pytest.mark.parametrize("missing", [[0], [1], [2], [0, 1, 2]])
def test_missing_rows_credit_nobody(subject: Subject, missing: list[int]) -> None:
    """An answer with fewer results than rows leaves all of them unknown."""
    orders = [subject.convert(lead_id) for lead_id in subject.leads(3)]
    subject.system.identity()
    subject.faults({"operation": "write", "action": "omit_row", "rows": missing, "times": 1})
    assert set(outcomes(perform(subject.system, *orders))) == {"unknown"}
    assert set(outcomes(subject.system.settle(orders))) == {"applied"}


def test_held_row_is_tried_again(subject: Subject) -> None:
    """A row that somebody holds twice and then lets go is written, and counted once."""
    orders = [subject.update(lead_id, "New") for lead_id in subject.leads(3)]
    held = {"code": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access", "rows": [0], "times": 2}
    subject.faults({"operation": "write", "action": "row_error", **held})
    assert set(outcomes(perform(subject.system, *orders))) == {"applied"}


def test_row_held_for_ever_is_rejected(subject: Subject) -> None:
    """A row that stays held is given up with its code; the others are written."""
    orders = [subject.convert(lead_id) for lead_id in subject.leads(3)]
    held = {"code": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access", "rows": [0]}
    subject.faults({"operation": "write", "action": "row_error", **held})
    receipts = perform(subject.system, *orders)
    assert outcomes(receipts) == ["rejected", "applied", "applied"]
    assert receipts[0].code == "UNABLE_TO_LOCK_ROW"


def test_expired_session_costs_one_login(subject: Subject) -> None:
    """A session that ends mid-run is renewed once, and the write is made once."""
    orders = [subject.convert(lead_id) for lead_id in subject.leads(3)]
    subject.system.identity()
    subject.faults({"operation": "write", "action": "expire_session", "times": 1})
    assert set(outcomes(perform(subject.system, *orders))) == {"applied"}
    kinds = [call["kind"] for call in subject.log()]
    assert kinds.count("login") == 2
    assert len(subject.dump("Account")) == 3


def test_spent_quota_raises_at_once(subject: Subject) -> None:
    """A spent quota stops the run with nothing applied and no second try."""
    subject.system.identity()
    subject.faults(
        {
            "operation": "write",
            "action": "status",
            "status": 403,
            "body": [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}],
        }
    )
    before = subject.system.calls
    with pytest.raises(RateLimited):
        perform(subject.system, subject.land("1"))
    assert subject.system.calls - before == 1
    assert subject.dump(subject.lead_object) == []


def test_unreachable_target_raises(subject: Subject) -> None:
    """A write that cannot even be sent is an error of the call: nothing was applied."""
    target = subject.system
    target.identity()
    subject.faults({"operation": "read", "action": "status", "status": 502})
    with pytest.raises(Unavailable):
        target.settle([subject.land("1")])


def test_terms_are_the_orgs(subject: Subject) -> None:
    """Converted statuses and stages come in the org's order."""
    terms = subject.system.conversion_terms()
    assert terms["converted_statuses"]
    assert len(terms["stages"]) > 1
