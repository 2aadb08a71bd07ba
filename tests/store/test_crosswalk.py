"""The crosswalk: one record, its id in each CRM."""

from __future__ import annotations

import pytest

from connector.errors import StateError
from connector.store import SqliteStore

from .making import account, contact, link


def test_link_both_ways(store: SqliteStore) -> None:
    """A link is found by its key and by its record, in every role."""
    entries = [link("sf:1", account(1), role="account"), link("sf:1", contact(1))]
    store.crosswalk.link(entries)
    store.crosswalk.link(entries)
    assert store.crosswalk.by_key("sf:1") == entries
    assert store.crosswalk.by_ref(contact(1)) == [entries[1]]
    assert store.crosswalk.by_ref(contact(2)) == []


def test_one_key_in_each_crm(store: SqliteStore) -> None:
    """A key may name one record in each of several CRMs."""
    store.crosswalk.link([link("sf:1", contact(1)), link("sf:1", contact(1, "sugar"))])
    assert len(store.crosswalk.by_key("sf:1")) == 2


def test_made_record_has_one_key(store: SqliteStore) -> None:
    """One record cannot have been made for two leads."""
    store.crosswalk.link([link("sf:1", contact(1))])
    with pytest.raises(StateError, match="made for another key"):
        store.crosswalk.link([link("sf:2", contact(2)), link("sf:2", contact(1), role="other")])
    assert store.crosswalk.by_key("sf:2") == []


def test_key_of_made_record_never_moves(store: SqliteStore) -> None:
    """A second record made for the same key would be a double, and is told as one."""
    store.crosswalk.link([link("sf:1", contact(1))])
    for created in (True, False):
        with pytest.raises(StateError, match="cannot also name"):
            store.crosswalk.link([link("sf:1", contact(2), created=created)])
    assert store.crosswalk.by_key("sf:1") == [link("sf:1", contact(1))]


def test_found_record_serves_many_keys(store: SqliteStore) -> None:
    """Many leads may be attached to one contact that was there before."""
    entries = [link(f"sf:{number}", contact(1), created=False) for number in range(3)]
    store.crosswalk.link(entries)
    assert store.crosswalk.by_ref(contact(1)) == entries


def test_found_record_may_be_replaced(store: SqliteStore) -> None:
    """A link to a record that somebody else made follows when it turns out to be another one."""
    store.crosswalk.link([link("sf:1", contact(1), created=False)])
    store.crosswalk.link([link("sf:1", contact(2), created=False)])
    assert store.crosswalk.by_key("sf:1") == [link("sf:1", contact(2), created=False)]


def test_made_stays_made(store: SqliteStore) -> None:
    """Finding a record again does not forget that we made it."""
    store.crosswalk.link([link("sf:1", contact(1))])
    store.crosswalk.link([link("sf:1", contact(1), created=False)])
    assert store.crosswalk.by_key("sf:1") == [link("sf:1", contact(1))]
