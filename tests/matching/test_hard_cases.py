"""Cases that people argue about, by real names: what is linked, what is asked about, and what is somebody new."""

from __future__ import annotations

import pytest

from connector.model.match import Linkage
from connector.model.records import Scalar
from tests.matching.making import account, contact, lead, resolved

LINK, ASK, NEW = Linkage.ACCOUNT, Linkage.POSSIBLE, Linkage.NEW
Values = dict[str, Scalar]
HOUSE = "@nordwindtools.com"
LINE = "+491713920045"


def firm_of(ours: Values, *theirs: Values) -> tuple[Linkage, str]:
    """What a stranger's firm is among accounts A1, A2 ... with only these values."""
    who = lead(**({"first_name": "Eva", "last_name": "Braun", "email": None, "company": None} | ours))
    known = [account(f"A{at}", **({"website": None} | one)) for at, one in enumerate(theirs, 1)]
    answer = resolved(who, *known)
    assert answer.because
    return answer.linkage, answer.account.ref.id if answer.account else ""


@pytest.mark.parametrize(
    ("company", "name", "expected"),
    [
        ("Alphabet Inc.", "Google LLC", NEW),
        ("Deutsche Bank AG", "Deutsche Bank (Schweiz) AG", ASK),
        ("Deutsche Bank AG", "Deutsche Bank Aktiengesellschaft", LINK),
        ("3M", "3 M Company", LINK),
        ("AT&T Inc.", "AT & T", LINK),
        ("Johnson and Johnson", "Johnson & Johnson", LINK),
        ("HM", "H&M", LINK),
        ("Johnson & Johnson", "Johnson Controls", NEW),
        ("Delta Air Lines", "Delta Dental", NEW),
        ("United Airlines", "UnitedHealth Group", NEW),
        ("Apple Inc.", "Apple Bank", ASK),
        ("ABB Ltd", "ABC Ltd", NEW),
        ("HP Inc.", "Hewlett-Packard Enterprise", NEW),
        ("Hewlett Packard", "Hewlett-Packard Company", LINK),
        ("IBM", "International Business Machines Corporation", ASK),
        ("Marriot International", "Marriott International", ASK),
        ("Nestle SA", "Nestlé S.A.", LINK),
        ("Газпром", "Gazprom", LINK),
        ("Suedzucker AG", "Südzucker AG", ASK),
        ("Self-employed", "Self Storage Ltd", NEW),
        ("Freelance", "Freelance GmbH", NEW),
    ],
)
def test_firms_by_their_names_alone(company: str, name: str, expected: Linkage) -> None:
    """A firm's own name is enough, a likeness asks, and a word in common is nothing."""
    assert firm_of({"company": company}, {"name": name})[0] is expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"company": "Alphabet Inc.", "email": "eva@google.com"}, {"name": "Google LLC", "website": "google.com"}, ASK),
        ({"company": "BMW Group", "email": "eva@bmw.de"}, {"name": "Bayerische Motoren Werke AG", "website": "bmw.de"},
         ASK),
        ({"company": "Apple Inc.", "email": "eva@apple.com"}, {"name": "Apple Bank", "website": "applebank.com"}, NEW),
        ({"company": "Acme", "email": "eva@acme.co.uk"}, {"name": "Acme Corp", "website": "acme.com"}, ASK),
        ({"company": "Acme", "email": "eva@acme.co.uk", "country": "GB"},
         {"name": "Acme Corp", "website": "acme.com", "country": "GB"}, ASK),
        ({"company": "Acme", "email": "eva@acme.co.uk", "country": "GB"},
         {"name": "Acme Corp", "website": "acme.com", "country": "US"}, ASK),
        ({"company": "Deutsche Bank AG", "country": "CH"}, {"name": "Deutsche Bank (Schweiz) AG"}, LINK),
        ({"company": "Gmail", "email": "eva.braun@gmail.com"}, {"name": "Google LLC", "website": "gmail.com"}, NEW),
        ({"email": f"info{HOUSE}"}, {"name": "Nordwind Tools GmbH", "website": "nordwindtools.com"}, LINK),
    ],
)  # fmt: skip
def test_firms_by_name_and_domain(ours: Values, theirs: Values, expected: Linkage) -> None:
    """A domain that the name contradicts asks, and so does a name that the domain contradicts; free mail is nothing."""
    assert firm_of(ours, theirs)[0] is expected


SIEMENS: tuple[Values, ...] = (
    {"name": "Siemens AG", "website": "siemens.com", "country": "DE", "city": "München"},
    {"name": "Siemens S.p.A.", "website": "siemens.com", "country": "IT", "city": "Milano"},
    {"name": "Siemens Ltd", "website": "siemens.com", "country": "IN", "city": "Mumbai"},
)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"country": "Italy"}, (LINK, "A2")),
        ({"city": "Mumbai"}, (LINK, "A3")),
        ({"company": "Siemens S.p.A."}, (LINK, "A2")),
        ({"company": "Siemens AG", "city": "Munich", "country": "DE"}, (LINK, "A1")),
        ({}, (ASK, "")),
        ({"company": "Siemens AG", "country": "IT"}, (ASK, "")),
    ],
)
def test_family_on_one_domain(told: Values, expected: tuple[Linkage, str]) -> None:
    """Of sisters on one domain the country, the town or the legal form picks one; what picks none or two asks."""
    anybody: Values = {"company": "Siemens", "email": "eva@siemens.com"}
    assert firm_of(anybody | told, *SIEMENS) == expected


def person_of(ours: Values, *theirs: Values) -> tuple[str, str]:
    """Who a lead of Nordwind Tools is among its contacts C1, C2 ... with only these values."""
    nobody: Values = {"first_name": None, "last_name": None, "email": None}
    known = [contact(f"C{at}", **(nobody | one)) for at, one in enumerate(theirs, 1)]
    answer = resolved(lead(**(nobody | {"company": "Nordwind Tools"} | ours)), *known, account())
    assert answer.because
    return answer.linkage.value, answer.contact.ref.id if answer.contact else ""


def named(first: str | None, last: str | None, **more: Scalar) -> Values:
    """A person's name and what else is told."""
    return {"first_name": first, "last_name": last, **more}


SAME, MAYBE, OTHER = ("contact", "C1"), ("possible", ""), ("account", "")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (named("Karl", "Weber", phone=LINE), named("Ann", "Weber", mobile=LINE), MAYBE),
        (named("Karl", "Weber", phone=LINE, company=None, city="Kiel"), named("Ann", "Weber", mobile=LINE), MAYBE),
        (named("Karl", "Huber", phone=LINE), named("Ann", "Weber", mobile=LINE, email=f"ann.weber{HOUSE}"), MAYBE),
        (named("Karl", "Huber", email=f"k.huber{HOUSE}", phone=LINE),
         named("Ann", "Weber", email=f"ann.weber{HOUSE}", mobile=LINE), OTHER),
        (named("Karl", "Huber", email=f"info{HOUSE}"), named("Ann", "Weber", email=f"info{HOUSE}"), OTHER),
        (named("Ann", "Weber", email=f"info{HOUSE}"), named("Ann", "Weber", email=f"info{HOUSE}"), SAME),
        (named("Jane", "Smith", email=f"jsmith{HOUSE}"), named("John", "Smith", email=f"jsmith{HOUSE}"), MAYBE),
    ],
)  # fmt: skip
def test_shared_lines_and_mailboxes(ours: Values, theirs: Values, expected: tuple[str, str]) -> None:
    """Families share a phone, assistants a line, departments a mailbox: none of it makes two people one."""
    assert person_of(ours, theirs) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (named("Ann", "Huber", email=f"ann.weber{HOUSE}"), named("Ann", "Weber", email=f"ann.weber{HOUSE}"), SAME),
        (named("Ann", "Weber-Huber", email=f"ann.weber-huber{HOUSE}"),
         named("Ann", "Weber", email=f"ann.weber{HOUSE}"), MAYBE),
        (named("Ann", "Weber", email="ann.weber@suedsee.fish", company="Suedsee Fish", phone=LINE),
         named("Ann", "Weber", email=f"ann.weber{HOUSE}", mobile=LINE), MAYBE),
        (named("Ann", "Weber", email="annweber@gmail.com", company="Suedsee Fish"),
         named("Ann", "Weber", email="annweber@gmail.com"), MAYBE),
        (named("Ann", "Weber", email="ann.weber@suedsee.fish", company="Suedsee Fish"),
         named("Ann", "Weber", email=f"ann.weber{HOUSE}"), ("new", "")),
        (named("Ann", "Weber", email="annweber@gmail.com", company="Freelance"),
         named("Ann", "Weber", email="ann.weber@gmail.com", account_id=None), SAME),
        (named("Ann", "Weber", email="ann.weber88@gmail.com", company="Freelance"),
         named("Ann", "Weber", email="ann.weber@gmail.com", account_id=None), ("new", "")),
    ],
)  # fmt: skip
def test_people_who_changed_something(ours: Values, theirs: Values, expected: tuple[str, str]) -> None:
    """Marriage keeps the mailbox, a new job asks when a line or a private mailbox came along; a name alone is none."""
    assert person_of(ours, theirs) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (named("John", "Smith", email=f"john.smith2{HOUSE}"), named("John", "Smith", email=f"john.smith{HOUSE}"),
         OTHER),
        (named("John", "Smith", email=f"jsmith2{HOUSE}"), named("John", "Smith", email=f"john.smith{HOUSE}"), MAYBE),
        (named("John", "Smith Sr."), named("John", "Smith Jr."), OTHER),
        (named("John", "Smith Jr."), named("John", "Smith", email=f"john.smith{HOUSE}"), MAYBE),
        (named("John A.", "Smith"), named("John B.", "Smith"), MAYBE),
        (named("Jane", "Smith"), named("John", "Smith"), OTHER),
        (named("J.", "Smith"), named("Jane", "Smith"), MAYBE),
        (named("J.", "Smith", email=f"jane.smith{HOUSE}"), named("Jane", "Smith"), SAME),
        (named("Ann", None), named("Ann", "Weber"), MAYBE),
        (named("Ann", None, email=f"ann.weber{HOUSE}"), named("Ann", "Weber", email=f"ann.weber{HOUSE}"), SAME),
        (named("Bill", "Gates"), named("William", "Gates"), SAME),
    ],
)  # fmt: skip
def test_namesakes_and_relatives(ours: Values, theirs: Values, expected: tuple[str, str]) -> None:
    """Numbers, generations and first names tell people apart; an initial or half a name asks."""
    assert person_of(ours, theirs) == expected


def test_known_namesakes_are_told_by_mailbox() -> None:
    """Where both namesakes are known, each is found by their own mailbox, and an initial asks between twins."""
    both: list[Values] = [named("John", "Smith", email=f"john.smith{end}{HOUSE}") for end in ("", "2")]
    assert person_of(named("John", "Smith", email=f"john.smith2{HOUSE}"), *both) == ("contact", "C2")
    assert person_of(named("John", "Smith"), *both) == MAYBE
    assert person_of(named("J.", "Smith"), named("Jane", "Smith"), named("John", "Smith")) == MAYBE


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (named("Xiaoming", "Wang"), named("Wang", "Xiaoming"), SAME),
        (named(None, "王小明"), named("Xiaoming", "Wang"), SAME),
        (named(None, "王晓明"), named(None, "王小明"), MAYBE),
        (named("Jong Un", "Kim"), named("Kim", "Jong-un"), SAME),
        (named("María", "García López"), named("María", "García"), SAME),
        (named("María", "García López"), named("María", "García Pérez"), OTHER),
        (named("Björk", "Guðmundsdóttir"), named("Bjork", "Gudmundsdottir"), SAME),
        (named("Jón", "Stefánsson"), named("Jóna", "Stefánsdóttir"), OTHER),
        (named(None, "Nguyễn Thị Minh Khai"), named("Minh Khai", "Nguyen Thi"), SAME),
        (named("Văn An", "Nguyễn"), named("An", "Nguyen Van"), SAME),
        (named(None, "Rajinikanth"), named("Rajinikanth", None), MAYBE),
        (named(None, "Sukarno"), named(None, "Sukarno"), MAYBE),
        (named(None, "Sukarno", email=f"sukarno{HOUSE}"), named(None, "Sukarno", email=f"sukarno{HOUSE}"), SAME),
        (named("S.", "Ramanujan"), named("Srinivasa", "Ramanujan"), MAYBE),
        (named("Fahad", "Al-Rashid"), named("Fahad", "Alrashid"), SAME),
        (named("Mohamed", "El Sayed"), named("Mohammed", "Al-Sayed"), SAME),
        (named("محمد", "الراشد"), named("Mohammed", "Al-Rashid"), SAME),
        (named("Jürgen", "Groß"), named("Juergen", "Gross"), SAME),
        (named("Юрий", "Щербаков"), named("Yuri", "Shcherbakov"), SAME),
        (named("Ludwig", "van Beethoven"), named("Ludwig", "Beethoven"), SAME),
        (named("Pat", "O'Brien"), named("Patrick", "OBrien"), SAME),
    ],
)
def test_names_of_the_world(ours: Values, theirs: Values, expected: tuple[str, str]) -> None:
    """At one firm a name is known again in other letters and orders; half a name, or other characters, ask."""
    assert person_of(ours, theirs) == expected
