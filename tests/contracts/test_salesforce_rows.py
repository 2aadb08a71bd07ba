"""What a target keeps whose calls take many rows and answer for each: Salesforce."""

from __future__ import annotations

import pytest

from connector.errors import RateLimited
from connector.model.records import Kind
from connector.sandbox import Sandbox

from .doing import live, outcomes, perform
from .salesforce_subject import SalesforceSubject

HELD = {"code": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access", "rows": [0]}


@pytest.fixture
def org(sandbox: Sandbox) -> SalesforceSubject:
    """An empty org."""
    return SalesforceSubject(sandbox)


def test_long_name_is_cut_and_escaped(org: SalesforceSubject) -> None:
    """The name of an opportunity may hold anything, and is cut to what a conversion takes."""
    name = "Acme & <Söhne> - Demo " + "x" * 100
    perform(org.system, org.convert(org.lead(), opportunity="new", opportunity_name=name))
    assert [deal.name for deal in live(org, Kind.OPPORTUNITY)] == [name[:80]]


def test_record_twice_is_two_calls(org: SalesforceSubject) -> None:
    """Two updates of one record never share a call."""
    lead_id = org.lead()
    orders = [org.update(lead_id, "First"), org.update(lead_id, "Second")]
    assert [len(batch) for batch in org.system.batches(orders)] == [1, 1]


@pytest.mark.parametrize("missing", [[0], [1], [2], [0, 1, 2]])
def test_missing_rows_credit_nobody(org: SalesforceSubject, missing: list[int]) -> None:
    """An answer with fewer results than rows leaves all of them unknown."""
    orders = [org.convert(lead_id) for lead_id in org.leads(3)]
    org.system.identity()
    org.faults({"operation": "write", "action": "omit_row", "rows": missing, "times": 1})
    assert set(outcomes(perform(org.system, *orders))) == {"unknown"}
    assert set(outcomes(org.system.settle(orders))) == {"applied"}


def test_held_row_is_tried_again(org: SalesforceSubject) -> None:
    """A row that somebody holds twice and then lets go is written, and counted once."""
    orders = [org.update(lead_id, "New") for lead_id in org.leads(3)]
    org.faults({"operation": "write", "action": "row_error", "times": 2, **HELD})
    assert set(outcomes(perform(org.system, *orders))) == {"applied"}


def test_row_held_for_ever_is_rejected(org: SalesforceSubject) -> None:
    """A row that stays held is given up with its code; the others are written."""
    orders = [org.convert(lead_id) for lead_id in org.leads(3)]
    org.faults({"operation": "write", "action": "row_error", **HELD})
    receipts = perform(org.system, *orders)
    assert outcomes(receipts) == ["rejected", "applied", "applied"]
    assert receipts[0].code == "UNABLE_TO_LOCK_ROW"


def test_refused_row_names_its_field(org: SalesforceSubject) -> None:
    """A refused row says which field it is about."""
    (receipt,) = perform(org.system, org.refused(org.lead()))
    assert receipt.fields == ("Title",)


def test_spent_quota_is_asked_once(org: SalesforceSubject) -> None:
    """A spent quota stops the run without a second try."""
    org.system.identity()
    org.faults({"operation": "write", **org.limited})
    before = org.system.calls
    with pytest.raises(RateLimited):
        perform(org.system, org.land("1"))
    assert org.system.calls - before == 1
    assert org.dump("Lead") == []
