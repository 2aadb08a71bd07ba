"""Against labelled leads: what is linked is right, and most of what could be linked is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.matching import resolve
from connector.matching.identity import identity
from connector.model.match import Linkage, Resolution
from tests.matching.labelled import Labelled, read
from tests.matching.making import rules


@dataclass
class Answers:
    """The leads of the test split and who they were resolved to."""

    data: Labelled
    found: dict[str, Resolution]

    def share(self, hits: Iterable[bool]) -> float:
        """How many of *hits* are true."""
        counted = list(hits)
        assert counted
        return sum(counted) / len(counted)

    def right(self, lead: str, chosen: str, column: str) -> bool:
        """Whether *chosen* is acceptable for that lead."""
        return chosen in self.data.truth[lead][column].split("|")


@pytest.fixture(scope="module")
def answers(shared_data: Path) -> Answers:
    """Resolve every lead of the test split; the split on which nothing was tuned."""
    folder = shared_data / "crm-matching"
    if not folder.is_dir():
        pytest.skip(f"no labelled matching set at {folder}")
    data = read(folder)
    held_out = [lead for name, lead in data.leads.items() if data.truth[name]["split"] == "test"]
    found = {lead.ref.id: resolve(lead, data.candidates(lead), (), rules()) for lead in held_out}
    return Answers(data, found)


def test_linked_contacts_are_right(answers: Answers) -> None:
    """Hardly any lead is linked to the wrong contact."""
    linked = {name: answer.contact.ref.id for name, answer in answers.found.items() if answer.contact}
    assert answers.share(answers.right(name, chosen, "contact_ok") for name, chosen in linked.items()) >= 0.98


def test_known_contacts_are_found(answers: Answers) -> None:
    """Most known contacts are linked without asking, and nearly all are linked, repeated or asked about."""
    known = {name: answer for name, answer in answers.found.items() if answers.data.truth[name]["contact_ok"]}
    assert answers.share(answer.linkage is Linkage.CONTACT for answer in known.values()) >= 0.80
    kept = (Linkage.CONTACT, Linkage.POSSIBLE, Linkage.LEAD)
    assert answers.share(answer.linkage in kept for answer in known.values()) >= 0.90


def test_linked_accounts_are_right(answers: Answers) -> None:
    """Hardly any lead is linked to the wrong account."""
    linked = {name: answer.account.ref.id for name, answer in answers.found.items() if answer.account}
    assert answers.share(answers.right(name, chosen, "account_ok") for name, chosen in linked.items()) >= 0.98


def test_known_accounts_are_found(answers: Answers) -> None:
    """Most leads of known companies are linked to their account, directly or through their survivor."""
    known = [answer for name, answer in answers.found.items() if answers.data.truth[name]["account_ok"]]
    assert answers.share(bool(answer.account or answer.duplicate_of) for answer in known) >= 0.85


def test_repeats_are_one_person(answers: Answers) -> None:
    """A lead that is said to repeat another is the same person."""
    truth = answers.data.truth
    repeats = {name: answer.duplicate_of.ref.id for name, answer in answers.found.items() if answer.duplicate_of}
    assert len(repeats) > 50
    assert answers.share(truth[name]["person"] == truth[other]["person"] for name, other in repeats.items()) >= 0.97


def test_namesakes_at_one_firm_stay_apart(answers: Answers) -> None:
    """A namesake with a mailbox of their own is hardly ever taken for the contact."""
    namesakes = [
        answer for name, answer in answers.found.items() if answers.data.truth[name]["case"] == "hn_namesake_same_firm"
    ]
    assert sum(answer.linkage is Linkage.CONTACT for answer in namesakes) <= 1


def test_people_are_rarely_asked(answers: Answers) -> None:
    """At most one lead in ten is put before a person."""
    assert answers.share(answer.linkage is Linkage.POSSIBLE for answer in answers.found.values()) <= 0.10


def test_junk_is_told_from_people(answers: Answers) -> None:
    """The gate catches junk and hardly ever takes a person for it."""
    data = answers.data
    gated = {name for name in answers.found if identity(data.leads[name], rules().lists).junk}
    junk = {name for name in answers.found if data.truth[name]["case"] == "junk"}
    assert len(gated & junk) / len(junk) >= 0.95
    assert len(gated - junk) <= 5
