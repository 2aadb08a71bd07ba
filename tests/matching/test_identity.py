"""The gate before any matching, and the keys under which records are looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from connector.matching import entry, load_matching, query
from connector.matching.profile import profile, read, written
from connector.model.match import Entry, Query
from connector.model.records import Record, Scalar
from tests.matching.making import account, contact, lead, rules, text

NOTHING: dict[str, Scalar] = {"first_name": None, "last_name": None, "email": None, "company": None}


def weak(**values: Scalar) -> tuple[str, ...]:
    """What is set aside of a lead with only these values."""
    return tuple(profile(lead(**(NOTHING | values)), rules().lists).weak)


def by_name(keys: Iterable[str]) -> dict[str, set[str]]:
    """The values of keys, by key."""
    found: dict[str, set[str]] = {}
    for key in keys:
        name, _, value = key.partition("=")
        found.setdefault(name, set()).add(value)
    return found


def keys_of(record: Record) -> dict[str, set[str]]:
    """The keys that a record is laid under."""
    return by_name(entry(record, rules()).keys)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"last_name": "test", "email": "test@test.com", "company": "test"}, "junk junk-name junk-email junk-company"),
        ({"last_name": "asdf", "phone": "0000000000"}, "junk junk-name junk-phone"),
        ({"last_name": "none", "email": "ann.weber@nordwindtools.com"}, "junk-name"),
        ({"last_name": "Weber", "email": "n/a", "company": "Nordwind"}, "junk-email"),
        ({"last_name": "Weber", "email": "n/a", "company": "n/a"}, "junk junk-email junk-company"),
        ({"last_name": "Weber", "email": "n/a", "phone": "+491713920045"}, "junk-email"),
        ({"last_name": "Weber", "email": "info@nordwindtools.com"}, "role-mailbox"),
        ({"last_name": "Weber", "email": "kx8@guerrillamail.com"}, "disposable"),
        ({"last_name": "Weber", "company": "Nordwind", "phone": "12345"}, "junk-phone"),
        ({"last_name": "Mickey Mouse", "email": "mickey@mouse.com", "company": "Disney"}, "junk junk-name junk-email"),
        ({"last_name": "Weber"}, ""),
        ({}, ""),
    ],
)
def test_gate_names_what_is_no_evidence(values: dict[str, Scalar], expected: str) -> None:
    """Fillers are named one by one; the whole lead is junk only when nothing of it tells who this is."""
    assert " ".join(weak(**values)) == expected


def test_own_lists_extend_the_built_in_ones() -> None:
    """What this organisation knows of junk, roles and free mail is added to what is built in."""
    own = text()
    for name, value in {
        "free_mail_domains": "stadtmail.example",
        "role_mailboxes": "pforte",
        "junk_emails": "a@b.co",
        "junk_names": "Erika Muster",
        "junk_companies": "Muster AG",
        "junk_phones": "'0301234500'",
        "own_domains": "us.example",
    }.items():
        own = own.replace(f"{name}: []", f"{name}: [{value}]")
    lists = load_matching(own, "p").lists
    assert profile(lead(email="x@stadtmail.example"), lists).domains == ()
    assert profile(lead(email="pforte@nordwindtools.com"), lists).weak == ("role-mailbox",)
    assert profile(lead(email="a@b.co"), lists).weak == ("junk-email",)
    assert profile(lead(first_name="Erika", last_name="Muster"), lists).weak == ("junk-name",)
    assert profile(lead(company="Muster AG"), lists).weak == ("junk-company",)
    assert profile(lead(phone="030 1234500"), lists).weak == ("junk-phone",)
    assert profile(lead(email="x@us.example"), lists).domains == ()


def test_lead_has_keys_of_person_and_company() -> None:
    """A lead is looked up as a person and as a company."""
    found = keys_of(lead(phone="+49 171 3920045"))
    assert found == {
        "email": {"ann.weber@nordwindtools.com"},
        "mailbox-domain": {"annweber@nordwindtools.com"},
        "sound-domain": {"WBR@nordwindtools.com"},
        "first-domain": {"ann@nordwindtools.com"},
        "first-company": {"ann@nordw"},
        "acronym": {"nt"},
        "sound-company": {"WBR@nord"},
        "name": {"ann+weber"},
        "phone": {"13920045"},
        "domain": {"nordwindtools.com"},
        "company-or-domain": {"nordwindtools"},
        "company-beginning": {"nordwi"},
    }


def test_contacts_and_accounts_have_their_own_keys() -> None:
    """A contact has the keys of a person, an account those of a company."""
    assert "domain" not in keys_of(contact())
    assert {"email", "sound-domain", "name"} <= set(keys_of(contact()))
    assert keys_of(account(phone="+494315550100")) == {
        "domain": {"nordwindtools.com"},
        "company-or-domain": {"nordwindtools"},
        "acronym": {"nt"},
        "company-beginning": {"nordwi"},
        "phone": {"15550100"},
    }


@pytest.mark.parametrize(
    "values",
    [
        {"email": "ann.weber2@nordwindtools.com", "company": None},
        {"first_name": "Weber", "last_name": "Ann", "email": None},
        {"last_name": "Webber", "email": "aw@nordwindtools.com", "company": None},
        {"last_name": "Wheber", "email": None},
        {"email": None, "company": None, "phone": "0171 3920045"},
        {"email": "x@gmail.com", "company": None},
    ],
)
def test_noisy_leads_meet_their_contact(values: dict[str, Scalar]) -> None:
    """A slip in one field leaves at least one key in common."""
    known = contact(mobile="+491713920045", company="Nordwind Tools GmbH")
    asked = query(lead(**values), rules())
    assert {*asked.strong, *asked.weak} & set(entry(known, rules()).keys)


def test_weak_keys_are_asked_apart() -> None:
    """Weak keys stand by themselves, so that a lookup can stop before them."""
    asked = query(lead(), rules())
    assert set(by_name(asked.weak)) == {"company-beginning", "acronym"}
    assert set(by_name(asked.strong)).isdisjoint(by_name(asked.weak))


def test_guesses_are_asked_and_never_laid() -> None:
    """Swapped names and a domain that is the firm's name are looked up, so that the directory stays small."""
    asked, laid = by_name(query(lead(), rules()).strong), keys_of(lead())
    assert asked["first-company"] - laid["first-company"] == {"weber@nordw"}


def test_lookup_tells_what_to_count() -> None:
    """The words whose frequency counts are laid by contacts and accounts, and asked for by leads."""
    asked = query(lead(), rules())
    laid = {term for record in (contact(), account()) for term in entry(record, rules()).terms}
    assert laid <= set(asked.terms)
    assert (asked.domains, entry(contact(), rules()).vote) == (("nordwindtools.com",), "nordwindtools.com")
    assert entry(contact(email="annweber@gmail.com"), rules()).vote == ""


@pytest.mark.parametrize(
    ("values", "absent"),
    [
        ({"email": "info@nordwindtools.com"}, "email"),
        ({"email": "ann@gmail.com"}, "domain"),
        ({"email": "kx8@guerrillamail.com"}, "email"),
        ({"phone": "0000000000"}, "phone"),
        ({"company": "n/a"}, "company-beginning"),
    ],
)
def test_weak_identity_makes_no_keys(values: dict[str, Scalar], absent: str) -> None:
    """What is no evidence is not looked up either."""
    assert absent not in keys_of(lead(**values))


def test_junk_and_gone_records_have_no_keys() -> None:
    """Junk cannot be found as somebody else, nor can what was deleted."""
    filler = lead(first_name="test", last_name="test", email=None, company="test", phone="+491713920045")
    assert entry(filler, rules()).keys == ()
    assert query(filler, rules()) == Query()
    for gone in (replace(contact(), deleted=True), replace(contact(), merged_into="C2")):
        assert entry(gone, rules()) == Entry(gone)


def test_unused_keys_are_not_made() -> None:
    """A key that the file does not name is not made; its strength is the file's to say."""
    lines = [line for line in text().splitlines() if not line.startswith("  domain: {says")]
    weaker = "\n".join(lines).replace('of each phone number."}', 'of each phone number.", strong: false}')
    lean = load_matching(weaker, "p")
    asked = query(lead(phone="+491713920045"), lean)
    assert "domain" not in by_name((*asked.strong, *asked.weak))
    assert "phone" in by_name(asked.weak)


def test_profiles_are_read_as_written() -> None:
    """The directory gives back the identity that was laid."""
    who = profile(lead(phone="+49 171 3920045 ext. 7", city="Kiel", last_name="Weber Jr."), rules().lists)
    assert [*map(_listed, read(written(who)))] == [*map(_listed, who)]


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
