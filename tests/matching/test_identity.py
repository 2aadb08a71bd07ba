"""The gate before any matching, and the keys under which records are looked up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.matching import keys, load_matching
from connector.matching.identity import identity
from connector.model.records import Record, Scalar
from tests.matching.making import account, contact, lead, rules, text

NOTHING: dict[str, Scalar] = {"first_name": None, "last_name": None, "email": None, "company": None}


def weak(**values: Scalar) -> tuple[str, ...]:
    """What is set aside of a lead with only these values."""
    return identity(lead(**(NOTHING | values)), rules().lists).weak


def keys_of(record: Record) -> dict[str, set[str]]:
    """The values of a record's keys, by key."""
    found: dict[str, set[str]] = {}
    for key in keys(record, rules()):
        found.setdefault(key.name, set()).add(key.value)
    return found


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
    assert identity(lead(email="x@stadtmail.example"), lists).firm.domains == ()
    assert identity(lead(email="pforte@nordwindtools.com"), lists).weak == ("role-mailbox",)
    assert identity(lead(email="a@b.co"), lists).weak == ("junk-email",)
    assert identity(lead(first_name="Erika", last_name="Muster"), lists).weak == ("junk-name",)
    assert identity(lead(company="Muster AG"), lists).weak == ("junk-company",)
    assert identity(lead(phone="030 1234500"), lists).weak == ("junk-phone",)
    assert identity(lead(email="x@us.example"), lists).firm.domains == ()


def test_lead_has_keys_of_person_and_company() -> None:
    """A lead is looked up as a person and as a company."""
    found = keys_of(lead(phone="+49 171 3920045"))
    assert found == {
        "email": {"ann.weber@nordwindtools.com"},
        "mailbox-domain": {"annweber@nordwindtools.com"},
        "sound-domain": {"WBR@nordwindtools.com"},
        "name-company": {"ann+weber@nordwindtools"},
        "sound-company": {"WBR@nord"},
        "name": {"ann+weber"},
        "phone": {"13920045"},
        "domain": {"nordwindtools.com"},
        "company": {"nordwindtools"},
        "company-beginning": {"nordwi"},
    }


def test_contacts_and_accounts_have_their_own_keys() -> None:
    """A contact has the keys of a person, an account those of a company."""
    assert "domain" not in keys_of(contact())
    assert {"email", "sound-domain", "name"} <= set(keys_of(contact()))
    assert keys_of(account(phone="+494315550100")) == {
        "domain": {"nordwindtools.com"},
        "company": {"nordwindtools"},
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
    assert set(keys(lead(**values), rules())) & set(keys(known, rules()))


def test_strong_keys_come_first() -> None:
    """Weak keys stand last, so that a lookup can stop before them."""
    strengths = [key.strong for key in keys(lead(), rules())]
    assert strengths == sorted(strengths, reverse=True)
    assert False in strengths


@pytest.mark.parametrize(
    ("values", "absent"),
    [
        ({"email": "info@nordwindtools.com"}, "email"),
        ({"email": "ann@gmail.com"}, "domain"),
        ({"email": "kx8@guerrillamail.com"}, "email"),
        ({"phone": "0000000000"}, "phone"),
        ({"company": "n/a"}, "company"),
    ],
)
def test_weak_identity_makes_no_keys(values: dict[str, Scalar], absent: str) -> None:
    """What is no evidence is not looked up either."""
    assert absent not in keys_of(lead(**values))


def test_junk_and_gone_records_have_no_keys() -> None:
    """Junk cannot be found as somebody else, nor can what was deleted."""
    filler = lead(first_name="test", last_name="test", email=None, company="test", phone="+491713920045")
    assert keys(filler, rules()) == ()
    assert keys(replace(contact(), deleted=True), rules()) == ()


def test_unused_keys_are_not_made() -> None:
    """A key that the file does not name is not made; its strength is the file's to say."""
    lines = [line for line in text().splitlines() if not line.startswith("  domain: {says")]
    weaker = "\n".join(lines).replace('of each phone number."}', 'of each phone number.", strong: false}')
    lean = load_matching(weaker, "p")
    made = {key.name: key.strong for key in keys(lead(phone="+491713920045"), lean)}
    assert "domain" not in made
    assert made["phone"] is False
