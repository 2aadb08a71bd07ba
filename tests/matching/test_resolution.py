"""One answer per lead: links when it is certain, asks when it is not, and never links strangers."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from connector.model.match import Band, Linkage, Resolution, Word
from connector.model.records import Scalar
from tests.matching.making import account, contact, lead, resolved, rules, word


def told(resolution: Resolution) -> tuple[str, str, str]:
    """The linkage, the contact and the account of an answer."""
    return (
        resolution.linkage.value,
        resolution.contact.ref.id if resolution.contact else "",
        resolution.account.ref.id if resolution.account else "",
    )


def test_known_contact_brings_its_account() -> None:
    """A contact with the same mailbox and name is linked, with the account it belongs to."""
    answer = resolved(lead(), contact(), account())
    assert told(answer) == ("contact", "C1", "A1")
    assert answer.contact is not None
    assert answer.contact.comparisons


@pytest.mark.parametrize(
    "values",
    [
        {"first_name": "ANN", "last_name": "WEBER", "email": "ANN.WEBER@NORDWINDTOOLS.COM"},
        {"email": None, "company": "nordwind tools"},
        {"email": "annweber@gmail.com"},
        {"email": None, "phone": "+491713920045", "company": None},
        {"email": "ann.weber+fair@nordwindtools.com", "first_name": None},
        {"first_name": "Weber", "last_name": "Ann"},
        {"email": "info@nordwindtools.com"},
        {"last_name": "Huber"},
    ],
)
def test_known_contact_is_found_through_noise(values: dict[str, Scalar]) -> None:
    """Casing, plus tags, swapped names, private mailboxes and a new last name do not hide a known contact."""
    answer = resolved(lead(**values), contact(mobile="+491713920045"), account())
    assert told(answer) == ("contact", "C1", "A1")


@pytest.mark.parametrize(
    "values",
    [
        {"email": "ann.weber2@nordwindtools.com"},
        {"first_name": "Karl", "email": "karl.weber@nordwindtools.com"},
        {"last_name": "Weber Sr.", "email": None},
        {"first_name": "Eva", "last_name": "Braun", "email": "eva.braun@nordwindtools.com"},
    ],
)
def test_namesakes_and_colleagues_are_new_people(values: dict[str, Scalar]) -> None:
    """Another mailbox, first name or generation at the firm is another person: a new contact at the account."""
    known = contact(last_name="Weber Jr.") if "Sr." in str(values.get("last_name")) else contact()
    assert told(resolved(lead(**values), known, account())) == ("account", "", "A1")


def test_other_pattern_is_the_same_person() -> None:
    """A firm's other way to write the same name is an alias of the one contact who bears it."""
    answer = resolved(lead(email="aweber@nordwindtools.com"), contact(), account())
    assert told(answer) == ("contact", "C1", "A1")


@pytest.mark.parametrize("mailbox", ["weber.fleet", "aweber7", "a.weber-huber"])
def test_second_mailbox_is_asked_about(mailbox: str) -> None:
    """Another mailbox at the firm under the contact's very name may be a namesake's: a person decides."""
    who, known = lead(email=f"{mailbox}@nordwindtools.com"), contact(mobile="+491713920045")
    answer = resolved(who, known, account())
    assert (answer.linkage, answer.candidates[0].ref.id) == (Linkage.POSSIBLE, "C1")
    line = resolved(replace(who, values={**who.values, "phone": "+491713920045"}), known, account())
    assert told(line) == ("contact", "C1", "A1")


def test_numbered_mailbox_is_asked_about() -> None:
    """A firm numbers a mailbox when the plain one is taken: perhaps by the contact whose mailbox we do not know."""
    answer = resolved(lead(email="ann.weber2@nordwindtools.com"), contact(email=None), account())
    assert answer.linkage is Linkage.POSSIBLE


def test_shared_mailbox_with_other_name_is_asked_about() -> None:
    """One personal address under two names is never simply somebody new."""
    shared = {"email": "weberhuber@gmail.com"}
    stranger = lead(first_name="Karl", last_name="Huber", company="Suedsee Fish", **shared)
    answer = resolved(stranger, contact(**shared), account())
    assert (answer.linkage, answer.candidates[0].ref.id) == (Linkage.POSSIBLE, "C1")


def test_role_mailbox_glues_nobody() -> None:
    """Two people who use info@ are not one person."""
    other = contact(first_name="Karl", last_name="Huber", email="info@nordwindtools.com")
    answer = resolved(lead(email="info@nordwindtools.com"), other, account())
    assert told(answer) == ("account", "", "A1")
    assert answer.weak_identity == ("role-mailbox",)


def test_tied_contacts_are_asked_about() -> None:
    """Two contacts that fit equally well are both offered, with the gap between them."""
    answer = resolved(lead(), contact("C1"), contact("C2"), account())
    assert answer.linkage is Linkage.POSSIBLE
    assert {match.ref.id for match in answer.candidates} == {"C1", "C2", "A1"}
    assert answer.gap == 0.0


def test_gap_tells_the_distance_to_the_next() -> None:
    """A link names the runner-up and how far it is behind."""
    answer = resolved(lead(), contact("C1"), contact("C2", first_name="Karl", email=None), account())
    assert answer.contact is not None
    assert answer.runner_up is not None
    assert (answer.contact.ref.id, answer.runner_up.ref.id) == ("C1", "C2")
    assert answer.gap == pytest.approx(answer.contact.score - answer.runner_up.score)


@pytest.mark.parametrize(
    "values",
    [
        {"company": "Suedsee Fish", "email": "ann.weber@suedseefish.com", "phone": "+491713920045"},
        {"company": "Suedsee Fish", "email": "annweber71@gmail.com"},
        {"company": None, "email": "ann.weber@suedseefish.com", "phone": "+491713920045"},
    ],
)
def test_change_of_job_is_asked_about(values: dict[str, Scalar]) -> None:
    """A known contact who names another firm than their account's is offered, beside that other firm's account."""
    known = contact(email="annweber71@gmail.com" if "gmail" in str(values["email"]) else None, mobile="+491713920045")
    new_home = account("A2", name="Suedsee Fish AG", website="suedseefish.com")
    answer = resolved(lead(**values), known, account(), new_home)
    assert answer.linkage is Linkage.POSSIBLE
    assert answer.candidates[0].ref.id == "C1"
    assert {"C1", "A2"} <= {match.ref.id for match in answer.candidates}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"email": None},
        {"company": None},
        {"company": "nordwind tools gmbh", "email": "eva@gmail.com"},
        {"company": "NordwindTools", "email": None},
        {"company": "Nordwnd Tools"},
    ],
)
def test_account_is_found_by_name_or_domain(values: dict[str, Scalar]) -> None:
    """The company's name or its domain is enough when nothing contradicts."""
    person = {"first_name": "Eva", "last_name": "Braun", "email": "eva.braun@nordwindtools.com"}
    assert told(resolved(lead(**(person | values)), account())) == ("account", "", "A1")


@pytest.mark.parametrize(
    "values",
    [
        {"company": "Nordwnd Tools", "email": None},
        {"company": "Nordwind Tool", "email": "eva@else.com"},
        {"company": "Nordwind Tools AG", "email": None},
        {"company": "Nordwind Tools", "email": "eva@nordwind-industries.com"},
        {"company": "Nordwind Tools", "email": None, "country": "BR"},
        {"company": "Nordwind Tools AG", "email": "eva@else.com", "country": "BR"},
    ],
)
def test_near_identical_company_is_asked_about(values: dict[str, Scalar]) -> None:
    """A name that is nearly or quite the account's, with something against it, is a person's to tell apart."""
    who = lead(**{"first_name": "Eva", "last_name": "Braun", **values})
    answer = resolved(who, account(country="DE"))
    assert (answer.linkage, [m.ref.id for m in answer.candidates]) == (Linkage.POSSIBLE, ["A1"])


@pytest.mark.parametrize("company", ["Nordwind", "Suedwind Tools", "Nordwind Tourism", "NT"])
def test_shared_words_are_no_match(company: str) -> None:
    """A word in common does not make two firms one."""
    who = lead(first_name="Eva", last_name="Braun", company=company, email="eva@else.com")
    assert resolved(who, account()).linkage is Linkage.NEW


def test_near_name_in_another_country_is_another_firm() -> None:
    """A name that is nearly the account's, on another domain in another country, is somebody new."""
    who = lead(first_name="Eva", last_name="Braun", company="Nordwind Tool", email="eva@else.com", country="BR")
    assert resolved(who, account(country="DE")).linkage is Linkage.NEW


def test_branch_on_one_domain_is_told_by_its_name() -> None:
    """Of a family on one domain, the branch that the lead names is chosen; an unclear one is asked about."""
    germany = account("A1", name="Nordwind Tools Deutschland GmbH", city="Kiel", country="DE")
    spain = account("A2", name="Nordwind Tools España SL", city="Madrid", country="ES")
    who = {"first_name": "Eva", "last_name": "Braun", "email": "eva@nordwindtools.com"}
    clear = resolved(lead(**who, company="Nordwind Tools España", city="Madrid"), germany, spain)
    assert told(clear) == ("account", "", "A2")
    unclear = resolved(lead(**who, company="Nordwind Tools España", city="Kiel", country="DE"), germany, spain)
    assert unclear.linkage is Linkage.POSSIBLE
    nameless = resolved(lead(**who, company=None), germany, spain)
    assert {match.ref.id for match in nameless.candidates} == {"A1", "A2"}


def test_contacts_vote_for_an_account_without_web_site() -> None:
    """The domain from which an account's contacts write counts as the account's."""
    colleague = contact("C9", first_name="Eva", last_name="Braun", email="eva.braun@nordwindtools.com")
    answer = resolved(lead(company=None), colleague, account(website=None))
    assert told(answer) == ("account", "", "A1")


def test_switchboard_is_weak_evidence() -> None:
    """A number of the whole firm does not make two people one."""
    who = lead(first_name="A.", email=None, company=None, phone="+494315550100")
    known = contact(email=None, phone="+494315550100")
    assert resolved(who, known).linkage is Linkage.CONTACT
    assert resolved(who, known, account(phone="+494315550100")).linkage is not Linkage.CONTACT


@pytest.mark.parametrize("said", [Word.SAME, Word.DIFFERENT, Word.UNSURE])
@pytest.mark.parametrize("turned", [False, True])
def test_judgement_wins_over_any_score(said: Word, turned: bool) -> None:
    """Same links whatever the score, different forbids it, unsure asks; in either order of the pair."""
    expected = {Word.SAME: Linkage.CONTACT, Word.DIFFERENT: Linkage.ACCOUNT, Word.UNSURE: Linkage.POSSIBLE}[said]
    who, known = lead(first_name="Zoe", last_name="Quist", email=None), contact()
    if said is not Word.SAME:
        who = lead()
    pair = (known, who) if turned else (who, known)
    answer = resolved(who, known, account(), words=[word(*pair, said)])
    assert answer.linkage is expected
    if answer.contact is not None:
        assert answer.contact.judged
        assert answer.contact.band is Band.LINK


def test_latest_word_counts() -> None:
    """A later word on a pair supersedes an earlier one; words on other pairs are not ours."""
    words = [word(lead(), contact(), Word.DIFFERENT, 9), word(lead(), contact(), Word.SAME, 5)]
    assert resolved(lead(), contact(), account(), words=words).linkage is Linkage.ACCOUNT
    strangers = [word(lead("L9"), contact(), Word.DIFFERENT), word(contact(), lead("L9"), Word.DIFFERENT)]
    assert resolved(lead(), contact(), account(), words=strangers).linkage is Linkage.CONTACT


def test_judged_contact_ends_tie_and_job_question() -> None:
    """What a person said is not asked again: neither between twins nor after a change of job."""
    words = [word(lead(), contact("C2"), Word.SAME)]
    assert told(resolved(lead(), contact("C1"), contact("C2"), account(), words=words))[1] == "C2"
    mover = lead(company="Suedsee Fish", email="annweber71@gmail.com")
    known = contact(email="annweber71@gmail.com")
    assert resolved(mover, known, account()).linkage is Linkage.POSSIBLE
    assert resolved(mover, known, account(), words=[word(mover, known, Word.SAME)]).linkage is Linkage.CONTACT


def test_all_different_means_new() -> None:
    """When a person said that it is none of them, the lead is somebody new."""
    words = [word(lead(), contact(), Word.DIFFERENT), word(lead(), account(), Word.DIFFERENT)]
    assert resolved(lead(), contact(), account(), words=words).linkage is Linkage.NEW


def test_contact_without_account_is_still_known() -> None:
    """A private contact is linked without an account."""
    answer = resolved(lead(), contact(account_id=""))
    assert told(answer) == ("contact", "C1", "")


def test_gone_records_are_nobody() -> None:
    """Deleted and merged records are not linked to."""
    gone = (replace(contact(), deleted=True), replace(account(), merged_into="A2"))
    assert resolved(lead(), *gone).linkage is Linkage.NEW


def test_order_of_candidates_does_not_matter() -> None:
    """The same candidates in any order give the same answer, evidence included."""
    records = [
        contact("C1"),
        contact("C2", email="ann.weber2@nordwindtools.com"),
        contact("C3", first_name="Karl", email=None),
        account("A1"),
        account("A2", name="Nordwind Tool AG", website=None),
        lead("L2", first_name="Anne"),
    ]
    expected = resolved(lead(), *records)
    for seed in range(10):
        random.Random(seed).shuffle(records)
        assert resolved(lead(), *records) == expected


def test_junk_is_resolved_to_nobody() -> None:
    """Junk matches nobody, however much of it agrees."""
    junk = {"first_name": "test", "last_name": "test", "email": "test@test.com", "company": "test"}
    answer = resolved(lead(**junk), contact(**junk), account(name="test"), lead("L2", **junk))
    assert (answer.linkage, answer.weak_identity[0]) == (Linkage.NEW, "junk")


def test_shipped_bands_leave_room_to_ask() -> None:
    """Between linking and forgetting there is room for a person in every kind of match."""
    for bands in (rules().people, rules().companies, rules().repeats):
        assert bands.of(bands.link_at) is Band.LINK
        assert bands.of(bands.ask_at) is Band.POSSIBLE
        assert bands.of(bands.ask_at - 0.01) is Band.NEW
