"""A person's word wins over every score, and an address that hundreds bear is never taken for new."""

from __future__ import annotations

from dataclasses import replace

from connector.matching import resolve
from connector.model.lookup import RUNAWAY
from connector.model.match import Linkage, Word

from .making import account, contact, found, lead, resolved, rules, word

HERE = account("A1")
OTHER = account("A2", name="Castor Instruments Inc", website="www.castor-instruments.com")
ANN = contact("C1", account_id="A1")


def test_named_account_outranks_the_contact() -> None:
    """A lead that a person put to another account goes there, though its contact is at the first."""
    me = lead()
    answer = resolved(me, HERE, OTHER, ANN, words=[word(me, OTHER, Word.SAME)])
    assert answer.linkage is Linkage.ACCOUNT
    assert answer.account is not None
    assert answer.account.ref == OTHER.ref


def test_answer_to_a_job_change_is_heard() -> None:
    """The known contact names another firm: the firm that a person chose is the answer, and no question again."""
    me = lead(company="Castor Instruments", email="ann.weber@castor-instruments.com", phone="+491713920045")
    known = contact("C1", account_id="A1", phone="+491713920045", email="")
    asked = resolved(me, HERE, OTHER, known)
    assert asked.linkage is Linkage.POSSIBLE
    settled = resolved(me, HERE, OTHER, known, words=[word(me, OTHER, Word.SAME)])
    assert settled.linkage is Linkage.ACCOUNT


def test_account_called_different_is_asked() -> None:
    """A contact that only a score proposes brings no lead to an account that a person said it is not of."""
    me = lead()
    answer = resolved(me, HERE, ANN, words=[word(me, HERE, Word.DIFFERENT)])
    assert answer.linkage is Linkage.POSSIBLE
    assert [one.ref for one in answer.candidates] == [ANN.ref]


def test_named_contact_brings_its_account() -> None:
    """A contact that a person named is the lead's, with the account that the contact has."""
    me = lead()
    words = [word(me, HERE, Word.DIFFERENT), word(me, ANN, Word.SAME)]
    assert resolved(me, HERE, ANN, words=words).linkage is Linkage.CONTACT


def test_named_lead_outranks_the_contact() -> None:
    """A lead that a person called the same as an earlier one follows it, whatever contact a score proposes."""
    me, before = lead("L2"), lead("L1", first_name="Hanna", last_name="Krug", email="hk@castor.example")
    answer = resolved(me, before, HERE, ANN, words=[word(me, before, Word.SAME)])
    assert answer.linkage is Linkage.LEAD
    assert answer.duplicate_of is not None
    assert answer.duplicate_of.ref == before.ref


def test_crowded_address_is_asked() -> None:
    """Where more records bear the address than a look-up brings, the lead is no new contact without asking."""
    me = lead()
    crowd = replace(found(HERE), held={"email=ann.weber@nordwindtools.com": RUNAWAY + 1})
    assert resolve(me, crowd, (), rules()).linkage is Linkage.POSSIBLE
    few = replace(crowd, held={"email=ann.weber@nordwindtools.com": RUNAWAY})
    assert resolve(me, few, (), rules()).linkage is Linkage.ACCOUNT


def test_known_contact_of_another_known_firm_is_asked() -> None:
    """The old firm's address with the name of another known account is a change of job: a person is asked."""
    me = lead(company="Castor Instruments")
    answer = resolved(me, HERE, OTHER, ANN)
    assert answer.linkage is Linkage.POSSIBLE
    assert {one.ref for one in answer.candidates} >= {ANN.ref, OTHER.ref}


def test_namesake_colleague_is_offered_too() -> None:
    """Where a colleague of one name keeps a contact from being linked, both stand in the question."""
    me = lead(email="", phone="+491713920045")
    known = contact("C1", account_id="A1", phone="+491713920045", email="")
    colleague = contact("C2", account_id="A1", email="ann.weber2@nordwindtools.com")
    answer = resolved(me, HERE, known, colleague)
    assert answer.linkage is Linkage.POSSIBLE
    assert {one.ref for one in answer.candidates} >= {known.ref, colleague.ref}
