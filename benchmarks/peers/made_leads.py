"""Leads as a policy meets them, made by a seed: inputs of decisions of every kind, in shares that are lifelike."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from connector.model.decision import Decision, DecisionInputs
from connector.model.match import Band, Linkage, Match, Resolution
from connector.model.records import Activity, Kind, Record, RecordRef, Scalar, iso
from connector.policy import Rulebook, load_policy

START = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_TITLES = ("VP Operations", "Clerk", "CEO", "IT Manager", "Head of Procurement", "Student", "Buyer", "", "Plant Lead")
_INDUSTRIES = ("Manufacturing", "Retail", "Agriculture", "Technology", "Hospitality", "")
_STATUSES = ("Open - Not Contacted",) * 8 + ("Working - Contacted", "Recycled", "Closed - Not Converted")
_KINDS = ("email_open", "email_click", "web_visit", "webinar", "download", "meeting", "demo_request", "unsubscribe")
_LINKAGES = (Linkage.NEW,) * 14 + (Linkage.ACCOUNT, Linkage.ACCOUNT, Linkage.CONTACT, Linkage.POSSIBLE, Linkage.LEAD)
_ANSWERS = ("yes", "no", "", "", "")
_HOSTS = ("gmail.com", "mailinator.com")


def starter(strong: int = 55) -> Rulebook:
    """The shipped policy, with the points from which fit is strong."""
    text = (files("connector") / "starter" / "policy.yaml").read_text("utf-8")
    return load_policy(text.replace("levels: {strong: 55", f"levels: {{strong: {strong}", 1), "policy.yaml")


def made(count: int, seed: int = 41) -> Iterator[DecisionInputs]:
    """Inputs on *count* leads, a minute apart; a repeated lead still lacks the decision on its survivor."""
    random_ = random.Random(seed)
    for number in range(count):
        yield _inputs(random_, number, START + timedelta(minutes=number))


def with_survivor(inputs: DecisionInputs, earlier: list[Decision]) -> DecisionInputs:
    """A repeated lead follows one of the *earlier* decisions."""
    if inputs.resolution.linkage is not Linkage.LEAD or not earlier:
        return inputs
    survivor = earlier[inputs.as_of.minute % len(earlier)]
    match = Match(Kind.LEAD, survivor.lead, 9.0, Band.LINK, ())
    resolution = Resolution(inputs.lead.ref, Linkage.LEAD, duplicate_of=match, because="The same mailbox.")
    return DecisionInputs(inputs.lead, resolution, inputs.as_of, activities=inputs.activities, survivor=survivor)


def _inputs(random_: random.Random, number: int, at: datetime) -> DecisionInputs:
    ref = RecordRef("salesforce", "Lead", f"00Q{number:012}AAA")
    linkage = random_.choice(_LINKAGES)
    known = linkage in (Linkage.ACCOUNT, Linkage.CONTACT)
    account = RecordRef("salesforce", "Account", f"001{number % 5000:012}AAA")
    match = Match(Kind.ACCOUNT, account, 8.5, Band.LINK, ())
    return DecisionInputs(
        lead=Record(Kind.LEAD, ref, _fields(random_, number, at), modified=at),
        resolution=Resolution(ref, linkage, account=match if known else None, because="By name and domain."),
        as_of=at,
        account=Record(Kind.ACCOUNT, account, _account(random_, number)) if known else None,
        activities=tuple(_activities(random_, number, at)),
    )


def _fields(random_: random.Random, number: int, at: datetime) -> dict[str, Scalar]:
    host = random_.choice(_HOSTS) if random_.random() < 0.15 else f"firm{number}.com"
    asked = random_.choice(("demo", "quote", "call", "", "", "", "", ""))
    created = at - timedelta(days=random_.choice((0, 1, 3, 20, 80, 500)))
    fields: dict[str, Scalar] = {
        "first_name": "Ann",
        "last_name": f"Ames{number}",
        "company": f"Firm {number} Works" if random_.random() < 0.95 else "n/a",
        "email": f"ann.ames{number}@{host}",
        "title": random_.choice(_TITLES),
        "industry": random_.choice(_INDUSTRIES),
        "employees": random_.choice((None, 4, 30, 120, 800, 9000)),
        "revenue": random_.choice((None, 400_000, 25_000_000)),
        "rating": random_.choice(("Hot", "Warm", "Cold", "", "")),
        "status": random_.choice(_STATUSES),
        "source": "Web",
        "country": "DE",
        "description": "Please send what you have on prices and delivery." if random_.random() < 0.3 else "",
        "requested_action": asked,
        "requested_at": iso(at - timedelta(days=random_.choice((1, 10, 70)))) if asked else "",
        "created_at": iso(created),
        "last_activity_at": iso(at - timedelta(days=random_.choice((2, 40, 700)))) if random_.random() < 0.4 else "",
        "opted_out_email": random_.random() < 0.05,
        "do_not_call": random_.random() < 0.05,
    }
    return fields | {name: random_.choice(_ANSWERS) for name in ("budget", "authority", "need", "timeframe")}


def _account(random_: random.Random, number: int) -> dict[str, Scalar]:
    return {
        "name": f"Firm {number} Works",
        "industry": random_.choice(_INDUSTRIES),
        "employees": random_.choice((120, 800)),
        "type": random_.choice(("Customer - Direct", "Prospect")),
    }


def _activities(random_: random.Random, number: int, at: datetime) -> Iterator[Activity]:
    for index in range(random_.choice((0, 0, 0, 1, 2, 4))):
        then = at - timedelta(days=random_.randint(0, 90), hours=index)
        yield Activity(random_.choice(_KINDS), then, f"Task:00T{number}{index}")
