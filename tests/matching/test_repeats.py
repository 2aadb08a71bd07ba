"""Leads of one person: one survivor, the same from every side, and junk glues nobody."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.matching import company_group
from connector.model.match import Linkage, Word
from connector.model.records import Record, Scalar
from tests.matching.making import account, contact, lead, resolved, rules, word

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-09T00:00:00Z"


def survivor_of(who: Record, *others: Record) -> str:
    """The id of the lead that *who* repeats, empty when it stands for itself."""
    answer = resolved(who, *others)
    return answer.duplicate_of.ref.id if answer.duplicate_of else ""


@pytest.mark.parametrize(
    ("one", "other", "survivor"),
    [
        ({"created_at": EARLY}, {"created_at": LATE}, "L1"),
        ({"created_at": LATE}, {"created_at": EARLY}, "L2"),
        ({"created_at": EARLY}, {"created_at": EARLY}, "L1"),
        ({}, {"created_at": LATE}, "L2"),
        ({"created_at": EARLY}, {"created_at": LATE, "external_key": "web:7"}, "L2"),
        ({}, {}, "L1"),
    ],
)
def test_one_survivor_from_both_sides(one: dict[str, Scalar], other: dict[str, Scalar], survivor: str) -> None:
    """Landed before not landed, then the older, then the smaller id; the other one repeats it."""
    first, second = lead("L1", **one), lead("L2", **other)
    found = {survivor_of(first, second), survivor_of(second, first)}
    assert found == {"", survivor}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([EARLY, LATE, ""]), st.booleans()), min_size=2, max_size=5))
def test_repeats_never_wait_in_a_circle(made: list[tuple[str, bool]]) -> None:
    """Of any group of repeats exactly one stands for itself, and all others lead to it."""
    leads = [
        lead(f"L{index}", created_at=at, external_key=f"web:{index}" if landed else None)
        for index, (at, landed) in enumerate(made)
    ]
    follows = {who.ref.id: survivor_of(who, *leads) for who in leads}
    standing = [name for name, target in follows.items() if not target]
    assert len(standing) == 1
    assert set(follows.values()) == {"", standing[0]}


@pytest.mark.parametrize(
    ("values", "repeats"),
    [
        ({"first_name": "Anne"}, True),
        ({"email": None}, True),
        ({"email": "ann.weber+x@nordwindtools.com", "company": None}, True),
        ({"email": "ann.weber2@nordwindtools.com"}, False),
        ({"first_name": "Karl", "email": "karl@nordwindtools.com"}, False),
        ({"company": "Suedsee Fish", "email": None}, False),
        ({"first_name": "Karl", "last_name": "Huber", "email": "karl.huber@nordwindtools.com"}, False),
    ],
)
def test_repeats_need_the_evidence_of_a_person(values: dict[str, Scalar], repeats: bool) -> None:
    """The same person at the same firm is a repeat; a colleague, a namesake or a stranger is not."""
    assert (survivor_of(lead("L2", **values), lead("L1")) == "L1") is repeats


def test_known_contact_comes_before_repeats() -> None:
    """A lead that is certainly a contact is that contact, even when an older lead says the same."""
    answer = resolved(lead("L2"), lead("L1"), contact(), account())
    assert answer.linkage is Linkage.CONTACT


def test_repeat_comes_before_account_and_doubt() -> None:
    """A repeat follows its survivor to the account, and opens no question of its own."""
    assert resolved(lead("L2"), lead("L1"), account()).linkage is Linkage.LEAD
    assert resolved(lead("L2"), lead("L1"), contact("C1"), contact("C2"), account()).linkage is Linkage.LEAD


def test_converted_leads_are_not_waited_for() -> None:
    """A lead that was converted is no survivor; its contact is what later leads find."""
    assert survivor_of(lead("L2"), lead("L1", converted=True)) == ""


def test_own_copies_are_no_repeats() -> None:
    """The lead itself, its landed copy in the target, and the row it came from are not duplicates of it."""
    row = lead("7", "web")
    landed = lead("L1", external_key="web:7")
    assert survivor_of(row, row, landed) == ""
    assert survivor_of(landed, landed, row) == ""


@pytest.mark.parametrize(
    "shared",
    [
        {"email": "info@nordwindtools.com"},
        {"email": "test@test.com"},
        {"email": "kx8@guerrillamail.com"},
        {"email": None, "phone": "0000000000"},
    ],
)
def test_weak_identity_glues_no_strangers(shared: dict[str, Scalar]) -> None:
    """People who share a role mailbox, a throw-away address or a filler are still different people."""
    other = lead("L1", first_name="Karl", last_name="Huber", company="Suedsee Fish", **shared)
    assert survivor_of(lead("L2", **shared), other) == ""


def test_junk_leads_repeat_nobody() -> None:
    """Two leads of pure junk are not one person."""
    junk = {"first_name": "asdf", "last_name": "asdf", "email": "asdf@asdf.com", "company": "asdf"}
    assert survivor_of(lead("L2", **junk), lead("L1", **junk)) == ""


def test_words_on_leads_count() -> None:
    """A person can join and part leads."""
    one, other = lead("L1"), lead("L2")
    parted = resolved(other, one, words=[word(one, other, Word.DIFFERENT)])
    assert parted.linkage is Linkage.NEW
    stranger = lead("L3", first_name="Karl", last_name="Huber", email="kh@gmail.com", company="Suedsee Fish")
    assert resolved(stranger, one, words=[word(one, stranger, Word.SAME)]).linkage is Linkage.LEAD


@pytest.mark.parametrize(
    ("values", "group"),
    [
        ({}, "domain:nordwindtools.com"),
        ({"email": "x@mail.nordwindtools.com"}, "domain:nordwindtools.com"),
        ({"email": "info@nordwindtools.com"}, "domain:nordwindtools.com"),
        ({"email": "ann@gmail.com", "website": "nordwindtools.com"}, "domain:nordwindtools.com"),
        ({"email": "ann@gmail.com"}, "company:nordwindtools"),
        ({"email": "ann@gmail.com", "company": "Nordwind-Tools GmbH"}, "company:nordwindtools"),
        ({"email": "ann@gmail.com", "country": "Germany"}, "company:nordwindtools:DE"),
        ({"email": "ann@gmail.com", "company": "Nordwind Tools Deutschland"}, "company:nordwindtools:DE"),
        ({"email": None, "company": "n/a"}, ""),
        ({"email": "test@test.com", "first_name": "test", "last_name": "test", "company": "test"}, ""),
    ],
)
def test_new_company_has_one_name(values: dict[str, Scalar], group: str) -> None:
    """Leads of one new company share a name for it: the domain, else company and country, else nothing."""
    assert company_group(lead(**values), rules()) == group
