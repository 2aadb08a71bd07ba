"""New companies: leads that write one firm differently share its account, and never open two in silence."""

from __future__ import annotations

from itertools import permutations

import pytest

from connector.matching import Likeness, NewCompanies
from connector.model.records import Record, Scalar
from tests.matching.making import lead, rules


def firm(record_id: str, company: str, **values: Scalar) -> Record:
    """A lead of some person at a company, without a mailbox of the firm unless told."""
    return lead(record_id, company=company, **{"email": f"{record_id.lower()}@gmail.com", **values})


def meets(first: Record, second: Record) -> Likeness:
    """What the second lead's company is when the first opens its own."""
    companies = NewCompanies(rules())
    companies.add(first, companies.of(first).share)
    return companies.of(second).likeness


HOLDING = firm("L1", "Acme Holdings Ltd", website="acme.com", city="Leeds")


@pytest.mark.parametrize(
    ("other", "likeness"),
    [
        (firm("L2", "ACME Holding", website="acme.com"), Likeness.SAME),
        (firm("L2", "ACME Holding", email="bo@acme.com"), Likeness.SAME),
        (firm("L2", "ACME HOLDINGS LIMITED"), Likeness.SAME),
        (firm("L2", "ACME Holding", city="Leeds"), Likeness.UNSURE),
        (firm("L2", "Zenith Bakery", city="Leeds"), Likeness.NEW),
        (firm("L2", "n/a"), Likeness.NEW),
    ],
)
def test_look_alikes_are_seen(other: Record, likeness: Likeness) -> None:
    """One domain or one name is one company, a near name in one town may be, another firm is new."""
    assert meets(HOLDING, other) is likeness
    if likeness is not Likeness.SAME:
        assert meets(other, HOLDING) is likeness


def test_same_name_elsewhere_is_a_question() -> None:
    """Firms of one name in two countries are neither joined nor opened twice in silence."""
    here, there = (firm(name, "Acme Holdings", country=where) for name, where in (("L1", "Germany"), ("L2", "France")))
    assert meets(here, there) is Likeness.UNSURE


def test_members_lend_their_spelling() -> None:
    """A lead that is like any member of a company shares the account that the first of them opens."""
    companies = NewCompanies(rules())
    place: dict[str, Scalar] = {"street": "1 High Street", "city": "Leeds", "country": "United Kingdom"}
    first, second = HOLDING, firm("L2", "Acme Group Leeds", website="acme.com", **place)
    for one in (first, second):
        companies.add(one, companies.of(one).share)
    third = companies.of(firm("L3", "Acme Group Leeds", **place))
    assert (third.likeness, third.share) == (Likeness.SAME, companies.of(first).share)


def test_lead_between_two_companies_is_unsure() -> None:
    """A lead that could be of two companies, which are not one, belongs to neither in silence."""
    companies = NewCompanies(rules())
    for one in (firm("L1", "Acme", website="acme.com"), firm("L2", "Acme", website="acme-works.com")):
        companies.add(one, f"domain:{one.text('website')}")
    assert companies.of(firm("L3", "Acme")).likeness is Likeness.UNSURE


def test_lead_is_not_its_own_look_alike() -> None:
    """Asked again, and after it was dropped, a lead founds the company that it founded before."""
    companies = NewCompanies(rules())
    companies.add(HOLDING, companies.of(HOLDING).share)
    assert companies.of(HOLDING).likeness is Likeness.NEW
    companies.drop(HOLDING.ref)
    companies.drop(HOLDING.ref)
    assert companies.of(firm("L2", "ACME Holding", website="acme.com")).likeness is Likeness.NEW


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_order_opens_no_second_account(order: tuple[int, ...]) -> None:
    """In whatever order the leads of one firm come, one account is opened, or somebody waits."""
    leads = [HOLDING, firm("L2", "ACME Holding", city="Leeds"), firm("L3", "Acme Holding", website="acme.com")]
    companies, opened = NewCompanies(rules()), set()
    for index in order:
        newcomer = companies.of(leads[index])
        if newcomer.likeness is not Likeness.UNSURE:
            companies.add(leads[index], newcomer.share)
            opened.add(newcomer.share)
    assert len(opened) == 1
