"""Pairs whose truth is known: what teaches, and what must not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.matching import entry
from connector.matching.training import best_of_each, points_in_use
from connector.matching.truth import Asked, Truth
from connector.model.match import Word
from connector.model.progress import CrosswalkEntry
from connector.model.records import Kind, Record, Scalar
from connector.pipeline.examples import decoys, from_history, from_labels, from_pairs, from_words, weighed
from connector.ports import Store
from connector.wiring.tables import scratch_directory
from tests.matching.making import account, contact, lead, rules, word

BEFORE, AFTER = "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty state of its own."""
    with scratch_directory() as (made, _):
        yield made


def put(store: Store, *records: Record) -> None:
    """Lay records in the directory."""
    store.directory.put([entry(record, rules()) for record in records])


def converted(record_id: str = "L1", **values: Scalar) -> Record:
    """A lead that somebody converted into contact C1 of account A1."""
    given = {"converted": True, "converted_contact_id": "C1", "converted_account_id": "A1", "created_at": AFTER}
    return lead(record_id, **{**given, **values})  # type: ignore[arg-type]


def known(record_id: str = "C1", **values: Scalar) -> Record:
    """A contact that was there before the lead."""
    return contact(record_id, **{"created_at": BEFORE, **values})


def test_words_of_people_teach(store: Store) -> None:
    """Same and different are examples, unsure is none, and neither is a pair of which one record is gone."""
    put(store, lead(), contact(), contact("C2", email="other@x.example"), contact("C3"))
    for other, said in ((contact(), Word.SAME), (contact("C2"), Word.DIFFERENT), (contact("C3"), Word.UNSURE)):
        store.matches.judge(word(lead(), other, said))
    store.matches.judge(word(lead(), contact("gone"), Word.SAME))
    found = list(from_words(store, rules()))
    assert sorted((one.section, one.same) for one in found) == [("people", False), ("people", True)]
    assert {one.asked for one in found} == {str(lead().ref)}


def test_past_conversions_teach(store: Store) -> None:
    """What a person converted a lead into is the same, and its other candidates are different."""
    put(store, converted(), known(), known("C2", email="other@nordwindtools.com"), account(created_at=BEFORE))
    found = list(from_history(store, rules()))
    assert sorted((one.section, one.same) for one in found) == [
        ("companies", True), ("people", False), ("people", True),
    ]  # fmt: skip


@pytest.mark.parametrize("born", ["2026-01-01T00:00:05Z", ""])
def test_copies_of_the_lead_do_not_teach(store: Store, born: str) -> None:
    """A contact that the conversion itself made, or whose age is not known, says nothing about matching."""
    put(store, converted(), contact(created_at=born))
    assert list(from_history(store, rules())) == []


def test_own_conversions_do_not_teach(store: Store) -> None:
    """What the connector itself converted would teach it its own opinion."""
    put(store, converted(), known(), account(created_at=BEFORE))
    key = converted().ref.key
    store.crosswalk.link(
        [CrosswalkEntry(key, "lead", converted().ref, False), CrosswalkEntry(key, "contact", known().ref, False)]
    )
    assert list(from_history(store, rules())) == []


def test_open_leads_are_no_past(store: Store) -> None:
    """A lead that nobody converted is no example."""
    put(store, lead(), known())
    assert list(from_history(store, rules())) == []


def truth(record_id: str, person: str, **right: str) -> Truth:
    """What is true of one lead."""
    return Truth(record_id, {a: frozenset(filter(None, [right.get(a.value, "")])) for a in Asked}, "dev", "", person)


def test_labels_judge_every_candidate(store: Store) -> None:
    """Contacts and accounts by their ids, leads by the person; a lead outside the labelled rows is left out."""
    put(store, lead(), lead("L2"), lead("L3"), lead("L9"), contact(), contact("C2"), account())
    labels = [truth("L1", "P1", contact="C1"), truth("L2", "P1", contact="C1"), truth("L3", "P3")]
    found = [one for one in from_labels(labels, "crm", store.directory, rules()) if one.asked == "L1"]
    assert sorted((one.section, one.same) for one in found) == [
        ("companies", False), ("people", False), ("people", True), ("repeats", False), ("repeats", True),
    ]  # fmt: skip
    assert {one.group for one in found} == {"P1"}


def test_candidates_are_weighed_as_the_engine_does(store: Store) -> None:
    """The best candidate carries what its rivals take off; the others come alone, with the score of the pair."""
    put(store, lead(), contact(), contact("C2", title="CFO"), account())
    matches = [match for match in weighed(lead(title="CFO"), store.directory, rules()) if match.kind is Kind.CONTACT]
    assert {match.ref.id for match in matches} == {"C1", "C2"}
    examples = list(from_labels([truth("L1", "P1", contact="C1")], "crm", store.directory, rules()))
    graded = best_of_each(examples, points_in_use(rules()))
    assert graded["people"].wanted == 1
    assert len(graded["people"].links) == 1


def test_pairs_are_compared_by_themselves() -> None:
    """A table of pairs gives one example a row."""
    found = list(from_pairs([(lead(), contact(), True), (account(), account("A2"), False)], rules()))
    assert [(one.section, one.same) for one in found] == [("people", True), ("companies", False)]


def test_decoys_leave_the_best_out(store: Store) -> None:
    """The second score is what would be found were the best candidate, and its repeats, not in the directory."""
    other = contact("C3", first_name="Bernd", email="bernd.weber@nordwindtools.com")
    put(store, lead(), contact(), contact("C2"), other)
    seen = decoys(store.directory, rules())[Kind.CONTACT]
    assert len(seen.best) == len(seen.second) == 1
    assert seen.best[0] > rules().people.link_at > seen.second[0]
