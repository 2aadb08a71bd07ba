"""Who owns what is made, what an opportunity is worth and called, what silences engagement, and how BANT is read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.model.decision import OwnerChoice, Verdict
from connector.model.match import Linkage
from connector.model.records import Activity, Kind, Record, Scalar
from connector.policy import Rulebook
from tests.policy.making import ACCOUNT, NOW, changed, decided, lead, loaded, small

HOT: dict[str, Scalar] = {"employees": 500, "requested_action": "demo"}


def owned() -> Rulebook:
    """Territories, and a pool for the rest."""
    return small(
        motions="motions: {named_accounts: [{name: Big Fish AG, domains: [bigfish.example], owner: fisher}], owners: ["
        "{name: dach, when: {field: country, in: [DE, AT]}, one_of: [dora]}, {name: rest, one_of: [ann, bob]}]}"
    )


@pytest.mark.parametrize(
    ("more", "owner"),
    [
        ({"country": "DE"}, OwnerChoice("dach", ("dora",))),
        ({"country": "FR"}, OwnerChoice("rest", ("ann", "bob"))),
        ({"country": "DE", "company": "Big Fish AG"}, OwnerChoice("named-account", ("fisher",))),
    ],
)
def test_first_owner_rule_holds(more: dict[str, Scalar], owner: OwnerChoice) -> None:
    """A named account goes to its owner, else the first rule that holds says who is next."""
    made = decided(owned(), lead(**HOT, **more))
    assert (made.verdict, made.owner) == (Verdict.CONVERT, owner)


def test_attached_leads_get_no_new_owner() -> None:
    """What comes to a known account stays with that account's owner, and what waits has none yet."""
    assert decided(owned(), lead(**HOT), Linkage.ACCOUNT).owner is None
    assert decided(owned(), lead()).owner is None


BUSINESS = (
    'opportunity: {name: "{company} - {action}", values: {source: web},'
    " new: {type: New, amount: 500, close_in_days: 30},"
    ' existing: {name: "More for {company}", type: Upgrade, amount_from: x_worth, values: {next_step: Call}}}'
)


def customer(kind: str) -> Record:
    """The known account, of some type."""
    return Record(Kind.ACCOUNT, ACCOUNT, {"name": "Plain Harbor Inc", "type": kind})


def test_new_business_has_its_terms() -> None:
    """A new company's opportunity gets the type, amount and close date of new business."""
    terms = decided(small(opportunity=BUSINESS), lead(**HOT)).opportunity
    assert terms is not None
    assert terms.name == "Plain Harbor - Demo"
    close = (NOW + timedelta(days=30)).date().isoformat()
    assert dict(terms.values) == {"source": "web", "type": "New", "amount": 500, "close_date": close}


@pytest.mark.parametrize(("kind", "existing"), [("Customer - Direct", True), ("Prospect", False), ("", False)])
def test_customers_bring_existing_business(kind: str, existing: bool) -> None:
    """An account whose type speaks of a customer brings existing business, any other new business."""
    record = lead(**HOT, x_worth="1200")
    terms = decided(small(opportunity=BUSINESS), record, Linkage.ACCOUNT, account=customer(kind)).opportunity
    assert terms is not None
    assert (terms.values["type"] == "Upgrade") is existing
    if existing:
        assert (terms.name, terms.values["amount"]) == ("More for Plain Harbor Inc", 1200)
        assert terms.values["next_step"] == "Call"


def test_policy_says_what_existing_business_is() -> None:
    """A condition of the policy takes the place of the account's type."""
    said = BUSINESS.replace("existing: {", "existing: {when: {field: account.rating, is: Gold}, ")
    gold = Record(Kind.ACCOUNT, ACCOUNT, {"name": "Plain Harbor Inc", "rating": "Gold"})
    terms = decided(small(opportunity=said), lead(**HOT), Linkage.ACCOUNT, account=gold).opportunity
    assert terms is not None
    assert terms.values["type"] == "Upgrade"


def test_policy_says_when_one_is_opened() -> None:
    """A condition takes the place of intent or BANT."""
    said = 'opportunity: {name: "{company}", open_when: {field: rating, is: Hot}}'
    assert decided(small(opportunity=said), lead(**HOT)).opportunity is None
    assert decided(small(opportunity=said), lead(**HOT, rating="Hot")).opportunity is not None


ENGAGED = (
    "engagement: {levels: {engaged: 10, none: 0}, half_life_days: 10, cap: 50, activities: {webinar: {points: 16, "
    "half_life_days: 100}, email_open: {points: 4, cap: 6}, email_click: 12}, opt_outs: {activities: [unsubscribe], "
    "when: {field: opted_out_email, is: true}, silences: [email_open, email_click]}}"
)


def engaged() -> Rulebook:
    """A policy with caps, half-lives of their own, and opt-outs."""
    text = changed()
    start, end = text.index("engagement:"), text.index("intent:")
    return loaded(text[:start] + ENGAGED + "\n" + text[end:])


def did(*acts: tuple[str, float]) -> tuple[Activity, ...]:
    """Activities by kind and age in days."""
    return tuple(Activity(kind, NOW - timedelta(days=days), str(i)) for i, (kind, days) in enumerate(acts))


@pytest.mark.parametrize(
    ("acts", "points"),
    [
        ([("email_open", 0)], 4),
        ([("email_open", 0), ("email_open", 0), ("email_open", 0)], 6),
        ([("webinar", 100)], 8),
        ([("email_click", 10)], 6),
        ([("email_click", 2), ("unsubscribe", 1)], 0),
        ([("email_click", 2), ("unsubscribe", 3)], 10),
        ([("webinar", 0), ("unsubscribe", 0)], 16),
    ],
)
def test_caps_rates_and_opt_outs(acts: list[tuple[str, float]], points: int) -> None:
    """Each kind has its cap and rate; an unsubscription ends the mails before it and nothing else."""
    assert decided(engaged(), lead(), activities=did(*acts)).scorecard.engagement.points == points


def test_opted_out_lead_earns_nothing_by_mail() -> None:
    """The condition silences the kinds it names, whenever they were."""
    made = decided(engaged(), lead(opted_out_email=True), activities=did(("email_click", 0), ("webinar", 0)))
    assert made.scorecard.engagement.points == 16


def test_mixed_rates_say_when_the_level_falls() -> None:
    """With several half-lives the instant of the next level is exact to the second."""
    book, acts = engaged(), did(("webinar", 0), ("email_click", 0))
    falls = decided(book, lead(), activities=acts).look_again_at
    assert falls is not None
    before = decided(book, lead(), activities=acts, as_of=falls - timedelta(seconds=1))
    after = decided(book, lead(), activities=acts, as_of=falls)
    assert (before.scorecard.engagement.level, after.scorecard.engagement.level) == ("engaged", "none")


def test_bant_is_read_by_conditions() -> None:
    """An answer with rules of its own is met and not met by them; the others are read from their fields."""
    book = small(
        bant="bant: {yes_needed: 3, no_allowed: 0, answers: {budget: {met: {field: x_budget, at_least: 1000}, "
        "not_met: {field: x_budget, at_most: 10}}}}"
    )
    rest: dict[str, Scalar] = {"authority": "yes", "need": "yes"}
    assert decided(book, lead(**rest, x_budget="5000")).scorecard.bant.level == "met"
    assert decided(book, lead(**rest, x_budget="500", budget="yes")).scorecard.bant.level == "open"
    assert decided(book, lead(**rest, timeframe="yes", x_budget="5")).scorecard.bant.level == "unmet"


def test_group_of_fit_has_a_floor() -> None:
    """Negative points of a group stop at its floor, and the scorecard says so."""
    text = changed(hot="        - {name: hot, says: Bad., points: -20, when: {field: rating, is: Hot}}")
    book = loaded(text.replace("      cap: 60\n", "      cap: 60\n      floor: -5\n"))
    score = decided(book, lead(rating="Hot")).scorecard.fit
    assert score.points == -5
    assert score.reasons[-1].code == "floor"
