"""Pairs of records that are kept in step: unique both ways, and looked at only when something moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from connector.model.match import Entry
from connector.model.progress import CrosswalkEntry
from connector.model.records import Kind, Record, RecordRef
from connector.model.twins import Carrying, End, Pair
from connector.store import SqliteStore

from .making import START, contact, lead, link, record

WORDS = dict.fromkeys(Kind, "w1")


def key(number: int) -> str:
    """The key of what became of a lead's contact."""
    return f"sugar:{number}:contact"


def linked(number: int, source: int, target: int) -> list[CrosswalkEntry]:
    """What the conversion of a lead teaches: a contact in each CRM."""
    refs = (contact(source, "sugar"), contact(target, "sf"))
    return [link(key(number), ref, created=False) for ref in refs]


def pair(source: int = 1, target: int = 1, number: int = 1) -> Pair:
    """A pair of contacts that agree on their titles."""
    agreed = {End.SOURCE: {"title": "CTO"}, End.TARGET: {"title": "C.T.O."}}
    return Pair(Kind.CONTACT, key(number), contact(source, "sugar"), contact(target, "sf"), agreed, words="w1")


def shelve(store: SqliteStore, *records: Record) -> None:
    """Put records in the directory."""
    store.directory.put([Entry(each) for each in records])


def both(title: str = "CTO", number: int = 1) -> list[Record]:
    """Both records of a pair, as the directory holds them."""
    return [record(contact(number, name), Kind.CONTACT, title=title) for name in ("sugar", "sf")]


def moved(store: SqliteStore, words: dict[Kind, str] = WORDS, batch: int = 500) -> list[Pair]:
    """Pairs to be looked at."""
    return [each for found in store.twins.moved("sugar", "sf", words, batch) for each in found]


def unpaired(store: SqliteStore, batch: int = 500) -> list[tuple[RecordRef, RecordRef]]:
    """Links that are no pairs yet."""
    return [(each.source, each.target) for found in store.twins.unpaired("sugar", "sf", batch) for each in found]


@pytest.fixture
def standing(store: SqliteStore) -> Pair:
    """A pair that is in step."""
    shelve(store, *both())
    number = store.twins.add(pair(), START)
    return replace(pair(), id=number)


def test_links_of_both_sides_are_found(store: SqliteStore) -> None:
    """A key with a record in each CRM is a pair to be; leads, other routes' keys and half links are none."""
    store.crosswalk.link([*linked(1, 1, 1), *linked(2, 2, 2)])
    store.crosswalk.link([link(key(3), contact(3, "sugar"), created=False)])
    store.crosswalk.link([link("sugar:1", lead(1, name), role="lead", created=False) for name in ("sugar", "sf")])
    store.crosswalk.link([link("other:1:contact", contact(9, name), created=False) for name in ("sugar", "sf")])
    expected = [(contact(number, "sugar"), contact(number, "sf")) for number in (1, 2)]
    assert unpaired(store) == unpaired(store, batch=1) == expected


def test_record_has_one_twin(store: SqliteStore) -> None:
    """Neither record of a pair gets a second twin in the same CRM, whichever side it stands on."""
    assert store.twins.add(pair(1, 1), START)
    assert [store.twins.add(pair(*ends), START) for ends in ((1, 2), (2, 1), (1, 1))] == [0, 0, 0]
    other_way = Pair(Kind.CONTACT, "sf:1:contact", contact(1, "sf"), contact(1, "sugar"))
    assert store.twins.add(other_way, START) == 0
    elsewhere = Pair(Kind.CONTACT, key(1), contact(1, "sugar"), contact(1, "third"))
    assert store.twins.add(elsewhere, START)
    store.crosswalk.link([*linked(1, 1, 1), *linked(2, 1, 2), *linked(3, 2, 1)])
    assert unpaired(store) == []


def test_ended_pair_stays_ended(store: SqliteStore, standing: Pair) -> None:
    """The same links make no pair again; each record may have another twin later."""
    store.crosswalk.link(linked(1, 1, 1))
    store.twins.end(standing, "one was deleted", START)
    assert (unpaired(store), moved(store), list(store.twins.of(standing.source))) == ([], [], [])
    store.crosswalk.link(linked(2, 1, 2))
    assert unpaired(store) == [(contact(1, "sugar"), contact(2, "sf"))]


def test_pair_comes_back_as_kept(store: SqliteStore, standing: Pair) -> None:
    """Values, revision and writes under way are as they were put."""
    under_way = Carrying("step-1", End.TARGET, {"title": "COO", "phone": None}, {"title": "C.T.O.", "phone": "1"})
    changed = replace(standing, revision=3, pending=(under_way,), agreed={End.SOURCE: {"title": None}, End.TARGET: {}})
    store.twins.keep(changed, looked=True)
    assert moved(store) == [changed]
    assert store.twins.of(contact(1, "sf")) == [changed]


@pytest.mark.parametrize("side", [0, 1])
def test_moves_when_the_directory_does(store: SqliteStore, standing: Pair, side: int) -> None:
    """A pair is looked at when either record changed, until that was taken in."""
    assert moved(store) == []
    shelve(store, both("COO")[side])
    assert moved(store) == [standing]
    store.twins.keep(standing, looked=True)
    assert moved(store) == []


def test_moves_until_looked_at(store: SqliteStore, standing: Pair) -> None:
    """A pair that was kept without a look is looked at by the next cycle."""
    store.twins.keep(standing, looked=False)
    assert moved(store) == [standing]


def test_moves_with_the_mapping(store: SqliteStore, standing: Pair) -> None:
    """Values read with another mapping are looked at; another kind's mapping does not matter."""
    assert moved(store, {**WORDS, Kind.ACCOUNT: "w2"}) == []
    assert moved(store, {**WORDS, Kind.CONTACT: "w2"}) == [standing]


def test_batches_while_pairs_are_kept(store: SqliteStore) -> None:
    """Every moved pair comes once, also when pairs are kept in between."""
    for number in range(1, 8):
        shelve(store, *both(number=number))
        store.twins.add(pair(number, number, number), START)
        shelve(store, *both("COO", number=number))
    seen: list[Sequence[Pair]] = []
    for found in store.twins.moved("sugar", "sf", WORDS, 3):
        seen.append(found)
        for each in found:
            store.twins.keep(each, looked=False)
    assert [len(found) for found in seen] == [3, 3, 1]


def test_pair_moves_to_a_survivor(store: SqliteStore, standing: Pair) -> None:
    """One end may become another record."""
    store.twins.keep(standing.moved(End.SOURCE, contact(7, "sugar")), looked=True)
    assert [each.target for each in store.twins.of(contact(7, "sugar"))] == [contact(1, "sf")]
    assert store.twins.of(contact(1, "sugar")) == []
