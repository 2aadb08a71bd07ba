"""Comparisons: signed evidence with a sentence each, and what each level means."""

from __future__ import annotations

import pytest

from connector.matching import compare
from connector.model.match import Match
from connector.model.records import Record, Scalar
from tests.matching.making import account, contact, lead, level, rules


def against(left: Record, right: Record) -> Match:
    """Compare by the shipped rules."""
    return compare(left, right, rules())


def person(first: Scalar, last: Scalar) -> dict[str, Scalar]:
    """A person's name and nothing else."""
    return {"first_name": first, "last_name": last, "email": None, "company": None}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (("Ann", "Weber"), ("ANN", "weber"), "same"),
        (("José", "Núñez"), ("Jose", "Nunez"), "same"),
        (("Jürgen", "Müller"), ("Juergen", "Mueller"), "sound"),
        (("Dr. Ann", "Weber"), ("Ann", "Weber"), "same"),
        (("Ann", "Weber PhD"), ("Ann", "Weber"), "same"),
        ((None, "Ann Weber"), ("Ann", "Weber"), "same"),
        ((None, "Weber, Ann"), ("Ann", "Weber"), "same"),
        (("Ann B.", "Weber"), ("Ann", "Weber"), "middle"),
        (("Anne-Rose", "Benthin"), ("Anne Rose", "Benthin"), "same"),
        (("Weber", "Ann"), ("Ann", "Weber"), "swapped"),
        (("Bob", "Keller"), ("Robert", "Keller"), "nickname"),
        (("A.", "Weber"), ("Ann", "Weber"), "initial"),
        (("Ann", "Webber"), ("Ann", "Weber"), "sound"),
        (("Robert", "Keller"), ("Rodert", "Keller"), "mistyped"),
        (("Ann", "Weber Huber"), ("Ann", "Weber"), "part"),
        ((None, "Weber"), ("Ann", "Weber"), "last-only"),
        (("Ann", None), ("Ann", "Weber"), "first-only"),
        (("Ann", "Huber"), ("Ann", "Weber"), "other-last"),
        (("Karl", "Weber"), ("Ann", "Weber"), "other-first"),
        (("Karl", "Huber"), ("Ann", "Weber"), "different"),
        (("Ян", "Белов"), ("Yan", "Belov"), "same"),
        ((None, None), ("Ann", "Weber"), ""),
        (("test", "test"), ("Ann", "Weber"), ""),
    ],
)
def test_names_agree_by_level(
    left: tuple[str | None, str | None], right: tuple[str | None, str | None], expected: str
) -> None:
    """Names agree through accents, scripts, titles, order, short forms and slips; fillers are no names."""
    assert level(against(lead(**person(*left)), contact(**person(*right))), "name") == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("ann.weber@nordwindtools.com", "Ann.Weber@NordwindTools.com", "same"),
        ("ann.weber+news@nordwindtools.com", "ann.weber@nordwindtools.com", "same"),
        ("annweber@gmail.com", "ann.weber@googlemail.com", "same"),
        ("info@nordwindtools.com", "info@nordwindtools.com", "same-role"),
        ("info@nordwindtools.com", "ann.weber@nordwindtools.com", ""),
        ("ann.webre@nordwindtools.com", "ann.weber@nordwindtools.com", "mistyped"),
        ("annweber@nordwindtools.com", "ann.weber@nordwindtools.com", "respelled"),
        ("ann.weber@nordwindtols.com", "ann.weber@nordwindtools.com", "mistyped-domain"),
        ("annweber71@gmial.com", "annweber71@gmail.com", "mistyped-domain"),
        ("aweber@nordwindtools.com", "ann.weber@nordwindtools.com", "other-pattern"),
        ("ann.weber2@nordwindtools.com", "ann.weber@nordwindtools.com", "other-digits"),
        ("aweber7@nordwindtools.com", "ann.weber@nordwindtools.com", "other-mailbox"),
        ("annweber1@gmail.com", "annweber2@gmail.com", "other-digits"),
        ("frontdesk.lee@nordwindtools.com", "ann.weber@nordwindtools.com", "other-mailbox"),
        ("ann.weber@suedwind.com", "ann.weber@nordwindtools.com", "same-mailbox"),
        ("a.weber@suedwind.com", "ann.weber@nordwindtools.com", "other-firm"),
        ("ann.weber@mail.nordwindtools.com", "ann.weber@nordwindtools.com", "same"),
        ("annweber@gmail.com", "weberfamily@gmail.com", "other-free"),
        ("annweber@gmail.com", "ann.weber@nordwindtools.com", "same-mailbox"),
        ("ann71@gmail.com", "ann.weber@nordwindtools.com", "private-and-work"),
        ("test@test.com", "test@test.com", ""),
        ("kx8@guerrillamail.com", "kx8@guerrillamail.com", "same-role"),
        (None, "ann.weber@nordwindtools.com", ""),
        (None, "ann.weber2@nordwindtools.com", "numbered"),
        (None, "annweber2@gmail.com", ""),
    ],
)
def test_mailboxes_agree_by_level(left: str | None, right: str, expected: str) -> None:
    """One mailbox is strong, another at the firm speaks against, and nobody's mailbox says nothing."""
    assert level(against(lead(email=left), contact(email=right)), "email") == expected


def test_near_names_with_their_own_mailboxes_are_two() -> None:
    """Maier and Meier who each have the mailbox of their name are colleagues, not a slip of the finger."""
    left = lead(first_name="Anna", last_name="Maier", email="anna.maier@nordwindtools.com")
    right = contact(first_name="Anna", last_name="Meier", email="anna.meier@nordwindtools.com")
    assert level(against(left, right), "email") == "other-mailbox"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("+491713920045", "+491713920045", "same"),
        ("0171 3920045", "+491713920045", "same"),
        ("+14155550123;ext=12", "+14155550123;ext=12", "same"),
        ("+14155550123;ext=12", "+14155550123;ext=77", "other-extension"),
        ("+491713920046", "+491713920045", "one-digit-off"),
        ("+491716660046", "+491713920045", "different"),
        ("000000000", "000000000", ""),
        (None, "+491713920045", ""),
    ],
)
def test_phones_agree_by_level(left: str | None, right: str, expected: str) -> None:
    """Numbers agree however the country is written; extensions tell people apart; fillers say nothing."""
    assert level(against(lead(phone=left), contact(mobile=right)), "phone") == expected


def test_shared_line_outweighs_other_extension() -> None:
    """Two extensions of one switchboard tell people apart, but not where they share another number as well."""
    left = lead(phone="+14155550123;ext=12", mobile="+491713920045")
    right = contact(phone="+14155550123;ext=77", mobile="+491713920045")
    assert level(against(left, right), "phone") == "same"


def test_rare_last_name_counts_in_either_field() -> None:
    """A last name alone is as rare in the field of the first name, whichever side is asked about."""
    alone, whole = lead("L1", **person("Weber", None)), lead("L2", **person("Ann", "Weber"))
    assert level(against(alone, whole), "frequency") == level(against(whole, alone), "frequency") == "last-name"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Weber Jr.", "Weber Jr", "same"),
        ("Weber Jr.", "Weber", "one-sided"),
        ("Weber Jr.", "Weber Sr.", "different"),
        ("Weber", "Weber", ""),
    ],
)
def test_generations_tell_people_apart(left: str, right: str, expected: str) -> None:
    """Jr and Sr are two people."""
    assert level(against(lead(last_name=left), contact(last_name=right)), "suffix") == expected


def test_generation_survives_a_swap() -> None:
    """A generation that travelled with the last name into the first-name field is still one."""
    match = against(lead(first_name="Weber Jr.", last_name="Ann"), contact(last_name="Weber Jr."))
    assert (level(match, "name"), level(match, "suffix")) == ("swapped", "same")


@pytest.mark.parametrize(
    ("left", "right", "name", "form"),
    [
        ("Nordwind Tools GmbH", "Nordwind Tools GmbH", "same", "same"),
        ("nordwind tools", "Nordwind Tools GmbH", "same", "one-sided"),
        ("Nordwind Tools AG", "Nordwind Tools GmbH", "same", "different"),
        ("Nordwind-Tools, Incorporated", "Nordwind Tools Inc.", "same", "same"),
        ("Müller & Söhne", "Muller and Sohne KG", "same", "one-sided"),
        ("NordwindTools", "Nordwind Tools GmbH", "joined", "one-sided"),
        ("Nordwind", "Nordwind Tools GmbH", "short", ""),
        ("Nordwnd Tools", "Nordwind Tools GmbH", "near", "one-sided"),
        ("NHD", "North Hessen Data GmbH", "acronym", ""),
        ("Tools by Nordwind Europe", "Nordwind Tools Europe GmbH", "reordered", "one-sided"),
        ("Nordwind Machine Tools", "Nordwind Tools Trading GmbH", "shared-word", ""),
        ("Suedsee Fish", "Nordwind Tools GmbH", "different", ""),
        ("n/a", "Nordwind Tools GmbH", "", ""),
        ("Nordwind Tools - Purchasing", "Nordwind Tools GmbH", "same", "one-sided"),
        ("Nordwind Tools (Berlin)", "Nordwind Tools GmbH", "same", "one-sided"),
    ],
)
def test_company_names_agree_by_level(left: str, right: str, name: str, form: str) -> None:
    """The name counts without its legal form; the legal form is evidence of its own where the names agree."""
    match = against(lead(company=left, email=None), account(name=right, website=None))
    assert (level(match, "name"), level(match, "legal_form")) == (name, form)


@pytest.mark.parametrize(
    ("email", "website", "site", "expected"),
    [
        ("a@nordwindtools.com", None, "https://www.nordwindtools.com/de", "same"),
        ("a@mail.nordwindtools.co.uk", None, "nordwindtools.co.uk", "same"),
        ("a@gmail.com", "www.nordwindtools.com", "nordwindtools.com", "same"),
        ("info@nordwindtools.com", None, "nordwindtools.com", "same"),
        ("a@nordwindtols.com", None, "nordwindtools.com", "near"),
        ("a@nordwindtools.de", None, "nordwindtools.com", "other-ending"),
        ("a@suedwind.com", None, "nordwindtools.com", "different"),
        ("a@gmail.com", None, "gmail.com", ""),
        ("a@guerrillamail.com", None, "nordwindtools.com", ""),
        ("a@nordwindtools.com", None, None, "spells"),
        ("a@suedwind.com", None, None, "unlike-name"),
    ],
)
def test_domains_agree_by_level(email: str, website: str | None, site: str | None, expected: str) -> None:
    """The firm's own domain, from mailbox or web site; free and throw-away mail is nobody's domain."""
    assert level(against(lead(email=email, website=website), account(website=site)), "domain") == expected


def test_company_written_as_domain_is_a_domain() -> None:
    """Where the company field holds a web address, that is the firm's domain and no name."""
    match = against(lead(company="www.nordwindtools.com", email=None), account())
    assert (level(match, "domain"), level(match, "name")) == ("same", "")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"street": "1 Hafenweg", "city": "Kiel"}, {"street": "1 Hafenweg", "city": "KIEL"}, "same-street"),
        ({"street": "1 Main St", "city": "Kiel"}, {"street": "1 Main St", "city": "Bonn"}, "other-city"),
        ({"postal_code": "24 103"}, {"postal_code": "24103"}, "same-postal"),
        ({"city": "Kiel"}, {"city": "kiel"}, "same-city"),
        ({"city": "Kiel"}, {"city": "Bonn"}, "other-city"),
        ({"country": "DE", "city": "Kiel"}, {"country": "AT", "city": "Kiel"}, "other-country"),
        ({"country": "Germany"}, {"country": "DE"}, "same-land"),
        ({"country": "DE"}, {}, ""),
    ],
)
def test_places_agree_by_level(ours: dict[str, Scalar], theirs: dict[str, Scalar], expected: str) -> None:
    """The closest thing that agrees or contradicts counts; another country contradicts everything."""
    assert level(against(lead(**ours), account(**theirs)), "place") == expected


def test_country_in_the_name_tells_branches_apart() -> None:
    """Two firms of one name that name different countries are branches."""
    match = against(lead(company="Nordwind Tools UK Ltd"), account(name="Nordwind Tools Deutschland GmbH"))
    assert (level(match, "name"), level(match, "branch")) == ("branch", "different")


def test_score_is_the_sum_of_its_reasons() -> None:
    """Every point has a comparison with both values and a sentence; together with the start they are the score."""
    match = against(lead(phone="+491713920045"), contact(mobile="+491713920045", title="CTO"))
    assert match.score == pytest.approx(rules().people.start + sum(c.points for c in match.comparisons))
    assert all(c.because.endswith(".") for c in match.comparisons)
    email = next(c for c in match.comparisons if c.name == "email")
    assert (email.left, email.right) == ("ann.weber@nordwindtools.com", "ann.weber@nordwindtools.com")


def test_comparing_is_symmetric_between_leads() -> None:
    """Two leads score the same from either side."""
    left, right = lead("L1", phone="+491713920045", title="CTO"), lead("L2", first_name="A.", company="Nordwind")
    assert against(left, right).score == against(right, left).score
