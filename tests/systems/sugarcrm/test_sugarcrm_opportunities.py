"""What hangs on a new opportunity: its person, and its revenue line item."""

from __future__ import annotations

import pytest

from connector.model.plan import Outcome
from connector.model.records import Kind
from tests.contracts.doing import make, outcomes, perform

from .conftest import Made
from .test_sugarcrm_writing import one, row


@pytest.mark.parametrize("rolls_up", [False, True])
def test_opportunity_has_its_person(crm_with: Made, rolls_up: bool) -> None:
    """A new opportunity hangs on its account and its person, with the role; in line-item mode it has one item."""
    crm = crm_with({"opps_mode": "rli" if rolls_up else "opps"})
    account = make(crm, Kind.ACCOUNT, "7")
    contact = make(crm, Kind.CONTACT, "7", account=account)
    order = crm.create(Kind.OPPORTUNITY, "7", account=account, contact=contact)
    for _ in range(2):
        opportunity = one(crm, order).ids["record"]
    (person,) = crm.call("GET", f"Opportunities/{opportunity}/link/contacts?fields=id,opportunity_role")["records"]
    assert person["id"] == contact
    made = row(crm, "Opportunities", opportunity)
    assert (made["account_id"], made["sales_stage"], float(made["amount"])) == (account, "Prospecting", 100.0)
    items = crm.call("GET", f"Opportunities/{opportunity}/link/revenuelineitems?fields=likely_case")["records"]
    assert len(items) == (1 if rolls_up else 0)


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("loss", ["drop_before_apply", "drop_after_apply"])
def test_half_made_opportunity_is_finished(crm_with: Made, loss: str, nth: int) -> None:
    """Whichever call of the three goes unanswered, settling sees what lacks and a second performance adds just that."""
    crm = crm_with({"opps_mode": "rli"})
    account = make(crm, Kind.ACCOUNT, "7")
    contact = make(crm, Kind.CONTACT, "7", account=account)
    order = crm.create(Kind.OPPORTUNITY, "7", account=account, contact=contact)
    crm.system.describe(["Opportunities"])
    crm.faults({"operation": "write", "nth": nth, "action": loss})
    receipt = one(crm, order)
    crm.faults()
    (settled,) = crm.fresh().settle([order])
    if settled.outcome is Outcome.REJECTED:
        assert settled.code == "not-there"
        assert one(crm, order).outcome in (Outcome.APPLIED, Outcome.ALREADY)
    assert receipt.outcome in (Outcome.UNKNOWN, Outcome.APPLIED)
    assert len(crm.dump("Opportunities")) == len(crm.dump("RevenueLineItems")) == 1
    assert outcomes(crm.fresh().settle([order])) == ["applied"]


@pytest.mark.parametrize("denied", ["acl_denied_modules", "acl_readonly_modules"])
def test_denied_line_items_make_no_opportunity(crm_with: Made, denied: str) -> None:
    """Where opportunities sum up line items that our user may not add, none is made that would lack its amount."""
    crm = crm_with({"opps_mode": "rli", denied: ["RevenueLineItems"]})
    account = make(crm, Kind.ACCOUNT, "7")
    receipt = one(crm, crm.create(Kind.OPPORTUNITY, "7", account=account))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "line-items-denied")
    assert "RevenueLineItems" in receipt.message
    assert crm.dump("Opportunities") == []


def test_refused_links_concern_their_order(crm_with: Made) -> None:
    """What hangs on one opportunity and may not be seen refuses that order by name, performed or settled."""
    crm = crm_with({"opps_mode": "rli"})
    order = crm.create(Kind.OPPORTUNITY, "7", account=make(crm, Kind.ACCOUNT, "7"))
    one(crm, order)
    words = {"error": "not_authorized", "error_message": "You may not see this."}
    for settling in (False, True):
        crm.faults({"operation": "read", "nth": 2, "action": "status", "status": 403, "body": words})
        (receipt,) = crm.system.settle([order]) if settling else perform(crm.system, order)
        assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "not_authorized")
        assert receipt.message == "SugarCRM refuses Opportunities (link revenuelineitems): You may not see this."
    crm.faults()
    assert outcomes(crm.fresh().settle([order])) == ["applied"]
