"""Laws of matching that hold for any records: symmetry, invariance under writing, and that agreement never hurts."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.matching import compare
from connector.model.match import Band, Candidates, Linkage
from connector.model.records import Kind, Record, RecordRef, Scalar
from tests.matching.making import account, contact, found, lead, resolved, rules

FIRST = ("Ann", "A.", "Anne Marie", "Jürgen", "Juergen", "Bob", "Robert", "José", "Ян", "Łukasz", "Li", "Weber")
LAST = ("Weber", "Webber", "Müller", "Mueller", "Weber Jr.", "Weber Huber", "Núñez", "Белов", "O'Neill", "Ann")
MAILS = (
    "ann.weber@nordwindtools.com", "ann.weber2@nordwindtools.com", "aweber@nordwindtools.com", "annweber@gmail.com",
    "anweber@gmail.com", "info@nordwindtools.com", "ann.weber@nordwind.de", "b.keller@suedsee.fish",
)  # fmt: skip
FIRMS = ("Nordwind Tools", "Nordwind Tools GmbH", "NordwindTools", "Nordwind", "Südsee Fisch AG", "NT", "Fund 2 Ltd")
SITES = ("www.nordwindtools.com", "nordwind-tools.com", "suedsee.fish")
PHONES = ("+491713920045", "+491713920046", "+494315550100", "+14155550123;ext=12", "+14155550123;ext=77")
PLACES = {
    "street": ("Hafenweg 1", "Kaistraße 2"),
    "postal_code": ("24103", "20095"),
    "city": ("Kiel", "Hamburg", "München"),
    "country": ("DE", "Germany", "AT"),
}
TITLES = ("CTO", "Head of Sales")

PERSON: dict[str, tuple[str, ...]] = {
    "first_name": FIRST, "last_name": LAST, "email": MAILS, "company": FIRMS, "website": SITES,
    "phone": PHONES, "mobile": PHONES, "title": TITLES, **PLACES,
}  # fmt: skip
FIRM: dict[str, tuple[str, ...]] = {"name": FIRMS, "website": SITES, "phone": PHONES, **PLACES}

LAW = settings(max_examples=300, deadline=None)


def values(fields: dict[str, tuple[str, ...]]) -> st.SearchStrategy[dict[str, Scalar]]:
    """Some of these fields, each with one of its values."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(texts) for name, texts in fields.items()})


def of_kind(kind: Kind, number: str, given: dict[str, Scalar]) -> Record:
    """A record that holds just these values."""
    return Record(kind, RecordRef("crm", kind.value, number), given)


def score(left: Record, right: Record) -> float:
    """How well two records agree, by the shipped rules."""
    return compare(left, right, rules()).score


@LAW
@given(values(PERSON), values(PERSON), st.sampled_from([Kind.LEAD, Kind.CONTACT]))
def test_people_compare_alike_from_both_sides(one: dict[str, Scalar], other: dict[str, Scalar], kind: Kind) -> None:
    """Two leads, or two contacts, score the same whichever is asked about."""
    left, right = of_kind(kind, "1", one), of_kind(kind, "2", other)
    assert score(left, right) == score(right, left)


@LAW
@given(values(FIRM), values(FIRM))
def test_firms_compare_alike_from_both_sides(one: dict[str, Scalar], other: dict[str, Scalar]) -> None:
    """Two accounts score the same whichever is asked about."""
    left, right = of_kind(Kind.ACCOUNT, "1", one), of_kind(Kind.ACCOUNT, "2", other)
    assert score(left, right) == score(right, left)


FORMS = ("NFC", "NFD", "NFKC", "NFKD")
SHOWN = frozenset(("first_name", "last_name", "company", "name", "city", "street", "title"))


def rewritten(given: dict[str, Scalar], draw: random.Random, form: str) -> dict[str, Scalar]:
    """The same values in another order, Unicode form, case and spacing."""
    fields = list(given.items())
    draw.shuffle(fields)
    return {name: _rewritten(str(text), draw, form, spaced=name in SHOWN) for name, text in fields}


def _rewritten(text: str, draw: random.Random, form: str, spaced: bool) -> str:
    text = unicodedata.normalize(form, draw.choice([text.upper(), text.lower(), text]))  # type: ignore[arg-type]
    if spaced:
        text = text.replace(" ", draw.choice(["  ", " ", "\u00a0", "\t"]))
    return draw.choice(["", " "]) + text + draw.choice(["", " "])


@LAW
@given(values(PERSON), values(PERSON), values(FIRM), st.integers(0, 2**32), st.sampled_from(FORMS))
def test_writing_changes_no_score(
    one: dict[str, Scalar], other: dict[str, Scalar], firm: dict[str, Scalar], seed: int, form: str
) -> None:
    """Case, spacing, Unicode form and the order of fields change no score and no band."""
    draw = random.Random(seed)
    who = of_kind(Kind.LEAD, "1", one)
    again = of_kind(Kind.LEAD, "1", rewritten(one, draw, form))
    for kind, given_ in ((Kind.CONTACT, other), (Kind.ACCOUNT, firm)):
        known = of_kind(kind, "2", given_)
        same = of_kind(kind, "2", rewritten(given_, draw, form))
        before, after = compare(who, known, rules()), compare(again, same, rules())
        assert (before.score, before.band) == (after.score, after.band)


AGREEING: dict[str, str] = {
    "mobile": "+493022334455",
    "phone": "+493022334455",
    "title": "Procurement Manager",
    "city": "Lübeck",
    "postal_code": "23552",
    "street": "Breite Straße 9",
    "country": "DE",
    "company": "Weidenau Pumps",
    "website": "weidenau-pumps.com",
    "email": "ann.weber@weidenau-pumps.com",
}


def agreed(name: str, one: dict[str, Scalar], other: dict[str, Scalar]) -> tuple[dict[str, Scalar], dict[str, Scalar]]:
    """Both with the same value in a field; a site that the addresses contradict is not the firm's, so they go."""
    return one | {name: AGREEING[name]}, other | {name: AGREEING[name]}


@LAW
@given(values(PERSON), values(PERSON), st.sampled_from(sorted(AGREEING)), st.sampled_from([Kind.LEAD, Kind.CONTACT]))
def test_agreement_never_hurts_people(one: dict[str, Scalar], other: dict[str, Scalar], name: str, kind: Kind) -> None:
    """The same phone, title, place, firm or address on both sides never takes points off two people."""
    one, other = ({key: value for key, value in side.items() if key != name} for side in (one, other))
    before = score(of_kind(Kind.LEAD, "1", one), of_kind(kind, "2", other))
    both = agreed(name, one, other)
    assert score(of_kind(Kind.LEAD, "1", both[0]), of_kind(kind, "2", both[1])) >= before


@LAW
@given(values(PERSON), values(FIRM), st.sampled_from(sorted(AGREEING.keys() - {"mobile", "title", "email"})))
def test_agreement_never_hurts_firms(one: dict[str, Scalar], other: dict[str, Scalar], name: str) -> None:
    """The same name, site, phone or place on both sides never takes points off a lead's firm and an account."""
    theirs = "name" if name == "company" else name
    one, other = ({key: value for key, value in side.items() if key not in (name, theirs)} for side in (one, other))
    before = score(of_kind(Kind.LEAD, "1", one), of_kind(Kind.ACCOUNT, "2", other))
    left = of_kind(Kind.LEAD, "1", one | {name: AGREEING[name]})
    assert score(left, of_kind(Kind.ACCOUNT, "2", other | {theirs: AGREEING[name]})) >= before


POSING = (
    ("first_name", "Аnn"), ("first_name", "A\u200dnn"), ("first_name", "Ａnn"), ("first_name", "𝐀nn"),
    ("last_name", "Wеber"), ("last_name", "We\u200bber"), ("last_name", "Weber\u202e"), ("last_name", "Ｗｅｂｅｒ"),
    ("company", "Nоrdwind Tools"), ("company", "Nord\u2060wind Tools"), ("company", "𝐍ordwind Tools"),
    ("company", "\u202eNordwind Tools"), ("company", "Ｎordwind Tools"), ("company", "Nord\u00adwind Tools"),
    ("email", "аnn.weber@nordwindtools.com"), ("email", "ann.weber@nоrdwindtools.com"),
    ("email", "ａｎｎ.weber@nordwindtools.com"), ("email", "ann.weber＠nordwindtools.com"),
    ("email", "an\u200bn.weber@nordwindtools.com"), ("email", "\u202eann.weber@nordwindtools.com"),
    ("email", "𝐚nn.weber@nordwindtools.com"), ("email", "ann.weber@nordwindtools。com"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "text"), POSING)
def test_look_alikes_are_never_linked(name: str, text: str) -> None:
    """Letters that look like others, or that nobody sees, are at most asked about, whichever side they stand on."""
    for other in (contact(), account(), lead("L0")):
        assert compare(lead(**{name: text}), other, rules()).band is not Band.LINK
    assert resolved(lead(**{name: text}), contact(), account(), lead("L0")).linkage is Linkage.POSSIBLE
    if name != "company":
        assert compare(lead(), contact(**{name: text}), rules()).band is not Band.LINK


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"first_name": "惠子", "last_name": "山田"}, {"first_name": "惠子", "last_name": "山田"}),
        ({"company": "ＡＢＣ株式会社"}, {"company": "ＡＢＣ株式会社"}),
        ({"last_name": "Müller"}, {"last_name": unicodedata.normalize("NFD", "Müller")}),
        ({"first_name": "Сергей", "last_name": "Белов"}, {"first_name": "Sergey", "last_name": "Belov"}),
    ],
)
def test_scripts_of_daily_use_are_linked(ours: dict[str, Scalar], theirs: dict[str, Scalar]) -> None:
    """Names in their own writing are no disguise."""
    assert resolved(lead(**ours), contact(**theirs), account()).linkage is Linkage.CONTACT


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Fund 2 Ltd", "Fund 3 Ltd"),
        ("Studio 54", "Studio 45"),
        ("Route 66 Logistics", "Route 99 Logistics"),
        ("Nordwind Tools II", "Nordwind Tools III"),
        ("Century 21", "Century 20"),
    ],
)
def test_digits_in_names_count(ours: str, theirs: str) -> None:
    """Firms whose names differ in a number are sisters at best, and people whose mailboxes do are namesakes."""
    answer = resolved(lead(company=ours, email=None, phone=None), account(name=theirs, website=None))
    assert answer.linkage is Linkage.NEW


CROWD = (
    contact("C1"), contact("C2", email="ann.weber2@nordwindtools.com"), contact("C3", first_name="Karl", email=None),
    contact("C4", account_id="A2", email="annweber@gmail.com"), account("A1"),
    account("A2", name="Nordwind Tool AG", website=None), account("A3", name="Nordwind Tools Österreich GmbH"),
    lead("L2", first_name="Anne"), lead("L3", email=None),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.permutations(CROWD), values(PERSON))
def test_order_of_candidates_does_not_count(crowd: list[Record], given_: dict[str, Scalar]) -> None:
    """The same candidates in any order give the same answer, evidence included."""
    who = of_kind(Kind.LEAD, "L1", given_)
    assert resolved(who, *crowd) == resolved(who, *CROWD)


@settings(max_examples=60, deadline=None)
@given(st.lists(values(PERSON), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_count(people: list[dict[str, Scalar]], draw: random.Random) -> None:
    """Every lead has the same answer whichever of the others the directory took up first."""
    leads = [of_kind(Kind.LEAD, f"L{at}", given_) for at, given_ in enumerate(people)]
    known = found(*leads, *CROWD)
    shuffled = leads[:]
    draw.shuffle(shuffled)
    again = found(*shuffled, *CROWD)
    for who in leads:
        assert _answer(who, known) == _answer(who, again)


def _answer(who: Record, candidates: Candidates) -> object:
    from connector.matching import resolve

    return resolve(who, replace(candidates), (), rules())
