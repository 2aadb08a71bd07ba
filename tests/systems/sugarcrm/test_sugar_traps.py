"""What is easily believed of SugarCRM and is not so: the tests that stand nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.model.plan import Outcome
from connector.model.records import Kind
from tests.contracts.doing import closing, make
from tests.contracts.sugarcrm_subject import SugarSubject

from .conftest import Made
from .test_sugarcrm_writing import one, row, updating

EURO = "7a1c0e5e-0000-4000-8000-000000000001"


def test_H05_empty_rights_deny_nothing(crm_with: Made) -> None:  # noqa: N802
    """A record whose rights on fields are an empty list is written like any other."""
    crm = crm_with({"empty_acl": "list"})
    lead_id = crm.lead()
    assert one(crm, updating(crm, lead_id, title="New")).outcome is Outcome.APPLIED
    assert row(crm, "Leads", lead_id)["title"] == "New"


def test_H07_instants_are_stored_as_meant(crm_with: Made) -> None:  # noqa: N802
    """An instant is written with its offset and stored in UTC, whatever the API user's zone; a day stays that day."""
    crm = crm_with({"api_user_tz": "America/New_York"})
    lead_id = crm.lead()
    order = updating(crm, lead_id, requested_at_c="2026-11-22T06:30:00+02:00", birthdate="1980-02-29")
    assert one(crm, order).outcome is Outcome.APPLIED
    stored = row(crm, "Leads", lead_id)
    assert (stored["requested_at_c"], stored["birthdate"]) == ("2026-11-22 04:30:00", "1980-02-29")
    assert crm.fresh().settle([order])[0].outcome is Outcome.APPLIED


def test_H13_merged_lead_comes_as_deleted(crm: SugarSubject) -> None:  # noqa: N802
    """A merge deletes the loser and tells nobody into what."""
    loser, winner = crm.lead(), crm.lead()
    (page,) = crm.system.changes("Leads", ("title",), None)
    crm.advance(60)
    crm.door("merge", loser, into=winner)
    found = {r.ref.id: r for p in crm.fresh().changes("Leads", ("title",), page.reached) for r in p.records}
    assert (found[loser].deleted, found[loser].merged_into, found[winner].deleted) == (True, None, False)


def test_H19_probability_goes_with_the_stage(crm: SugarSubject) -> None:  # noqa: N802
    """SugarCRM leaves the old probability behind when a stage changes; both are sent, unless we say another."""
    (deal,) = crm.load("Opportunities", [{"name": "D", "sales_stage": "Prospecting", "probability": 10}])
    told: dict[str, Any]
    for told, left in (
        ({"sales_stage": "Negotiation/Review"}, 80),
        ({"sales_stage": "Closed Won", "probability": 95}, 95),
        ({"sales_stage": "Closed Won"}, 95),
    ):
        order = updating(crm, deal, **told)
        order = replace(order, step=replace(order.step, object="Opportunities", kind=Kind.OPPORTUNITY.value))
        assert one(crm, order).outcome is Outcome.APPLIED
        assert row(crm, "Opportunities", deal)["probability"] == left


@pytest.mark.parametrize("convert", ["endpoint", "steps"])
@pytest.mark.parametrize("preferred", ["-99", EURO])
def test_H24_amounts_are_in_the_systems_currency(crm_with: Made, preferred: str, convert: str) -> None:  # noqa: N802
    """An amount without a currency would be in the one that the API user prefers; ours names the system's own."""
    crm = crm_with({"user_currency_id": preferred}, convert=convert)
    assert one(crm, closing(crm, crm.lead())).outcome is Outcome.APPLIED
    (deal,) = crm.dump("Opportunities")
    assert (float(deal["amount"]), deal["currency_id"]) == (100.0, "-99")


@pytest.mark.parametrize("preferred", ["-99", EURO])
def test_H24_line_items_are_in_the_systems_currency(crm_with: Made, preferred: str) -> None:  # noqa: N802
    """Where an opportunity is summed up from line items, the one that we add names the system's currency too."""
    crm = crm_with({"opps_mode": "rli", "user_currency_id": preferred})
    one(crm, closing(crm, crm.lead()))
    (item,) = crm.dump("RevenueLineItems")
    assert (float(item["likely_case"]), item["currency_id"]) == (100.0, "-99")


def test_H24_currency_belongs_to_amounts(crm_with: Made) -> None:  # noqa: N802
    """Records without an amount are in no currency; a person's own choice is not touched by a later write."""
    crm = crm_with({"user_currency_id": EURO})
    account = make(crm, Kind.ACCOUNT, "7")
    assert "currency_id" not in row(crm, "Accounts", account)
    (deal,) = crm.load("Opportunities", [{"name": "Theirs", "currency_id": EURO, "account_id": account}])
    order = updating(crm, deal, next_step="call")
    order = replace(order, step=replace(order.step, object="Opportunities", kind=Kind.OPPORTUNITY.value))
    assert one(crm, order).outcome is Outcome.APPLIED
    assert row(crm, "Opportunities", deal)["currency_id"] == EURO
