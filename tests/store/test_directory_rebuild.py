"""The directory keeps no more and no less than its records say, however they came to be as they are."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import StateError
from connector.model.match import Entry, Query
from connector.model.records import Kind, Record, RecordRef
from connector.store import SqliteStore, open_directory, open_store
from connector.store.directory_rebuild import sorted_keys
from connector.store.directory_rows import pack

from .making import HeldClock, account, contact, lead, record

_TABLES = (
    "SELECT connection, object, record_id, account_id, profile, keys, terms, vote FROM identities",
    "SELECT k.hash, i.connection, i.object, i.record_id FROM blocking_keys k"
    " LEFT JOIN identities i ON i.directory_id = k.directory_id",
    "SELECT hash, accounts, contacts, leads FROM directory_terms",
    "SELECT domain, account_id, votes FROM directory_votes",
    "SELECT connection, kind, live FROM directory_sizes WHERE live <> 0",
)
_MAKERS = {Kind.ACCOUNT: account, Kind.CONTACT: contact, Kind.LEAD: lead}
_Some = TypeVar("_Some")
_Made = TypeVar("_Made")


def entry_of(one: Record, prefix: str = "") -> Entry:
    """A record is found by its words, counts them, and speaks for its account where it has a domain."""
    words = [prefix + word for word in one.text("words").split()]
    return Entry(one, tuple(words), f"{prefix}{one.text('words')}", tuple(words[:2]), one.text("domain"))


def derived(store: SqliteStore) -> list[list[tuple[Any, ...]]]:
    """All that is kept beside the records, in one order, without the numbers of rows."""
    return [sorted(store.database.rows(sql), key=repr) for sql in _TABLES]


@st.composite
def histories(draw: st.DrawFn) -> list[list[Record]]:
    """Batches in which a few records come, change, are merged and deleted, and come back."""
    words = st.lists(st.sampled_from(["ab", "cd", "ef", "gh"]), max_size=4).map(" ".join)

    def one() -> Record:
        kind, number = draw(st.sampled_from(list(_MAKERS))), draw(st.integers(1, 3))
        connection = draw(st.sampled_from(["sf", "sugar"]))
        fate = draw(st.sampled_from(["live", "live", "live", "deleted", "merged"]))
        return record(
            _MAKERS[kind](number, connection),
            kind,
            deleted=fate == "deleted",
            merged_into=_MAKERS[kind](1, connection).id if fate == "merged" else None,
            words=draw(words),
            domain=draw(st.sampled_from(["", "acme.com"])),
            account_id=draw(st.sampled_from(["", "1", "2"])) if kind is Kind.CONTACT else "",
        )

    return [[one() for _ in range(draw(st.integers(1, 4)))] for _ in range(draw(st.integers(1, 6)))]


@given(histories())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_history_leaves_no_trace(tmp_path_factory: pytest.TempPathFactory, history: list[list[Record]]) -> None:
    """After any history the index holds what a fresh one of the surviving records holds, rebuilt or not."""
    folder = tmp_path_factory.mktemp("histories")
    with (
        open_store(folder / "a" / "a.db", clock=HeldClock()) as lived,
        open_store(folder / "b" / "b.db", clock=HeldClock()) as fresh,
    ):
        for batch in history:
            lived.directory.put([entry_of(one) for one in batch])
        for survivors in lived.directory.live():
            fresh.directory.put([entry_of(one) for one in survivors])
        standing = derived(lived)
        assert standing == derived(fresh)
        lived.directory.rebuild(entry_of, "again")
        assert derived(lived) == standing


def test_rebuild_lays_by_other_rules(store: SqliteStore) -> None:
    """Under other rules a record is found by other keys only; the records themselves stay as they are."""
    before = record(contact(1), Kind.CONTACT, words="ab")
    store.directory.put([entry_of(before), entry_of(record(RecordRef("sf", "Opportunity", "6"), Kind.OPPORTUNITY))])
    assert store.directory.made_by() == ""
    heard: list[int] = []
    assert store.directory.rebuild(partial(entry_of, prefix="x"), "rules 2", map, heard.append) == 1
    assert (store.directory.made_by(), heard) == ("rules 2", [1])
    found = store.directory.candidates(Query(("ab", "xab"), terms=("ab", "xab")), ["sf"])
    assert ([one.profile for one in found.contacts], found.held, found.counts) == (["xab"], {"xab": 1}, {"xab": 1})
    assert store.directory.get(contact(1)) == before


def test_failed_rebuild_changes_nothing(store: SqliteStore) -> None:
    """A rebuild that breaks off leaves the index as it was."""
    store.directory.put([entry_of(record(contact(number), Kind.CONTACT, words="ab cd")) for number in range(1, 5)])
    standing = derived(store)

    def broken(work: Callable[[_Some], _Made], batches: Iterable[_Some]) -> Iterator[_Made]:
        yield from map(work, batches)
        raise StateError("the lights went out")

    with pytest.raises(StateError, match="lights"):
        store.directory.rebuild(partial(entry_of, prefix="x"), "rules 2", broken)
    assert (derived(store), store.directory.made_by()) == (standing, "")


def test_reader_sees_old_until_the_end(store: SqliteStore, path: Path, clock: HeldClock) -> None:
    """Who reads while the index is laid anew finds it whole, as it was."""
    store.directory.put([entry_of(record(contact(1), Kind.CONTACT, words="ab"))])
    seen: list[int] = []
    with open_directory(path, clock=clock) as reader:

        def told(_: int) -> None:
            seen.append(len(reader.candidates(Query(("ab",)), ["sf"]).contacts))

        store.directory.rebuild(partial(entry_of, prefix="x"), "rules 2", map, told)
        assert (seen, len(reader.candidates(Query(("xab",)), ["sf"]).contacts)) == ([1], 1)


def test_reader_cannot_write(store: SqliteStore, path: Path, clock: HeldClock) -> None:
    """The directory that was opened for reading refuses to be written."""
    with open_directory(path, clock=clock) as reader, pytest.raises(StateError):
        reader.put([entry_of(record(contact(1), Kind.CONTACT))])


def test_keys_sort_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys come in the same order whether or not numpy is there to sort them."""
    kept = [([7, 9], [2, 1], pack([5, -3, 5])), ([8], [2], pack([5, 1 << 62]))]
    with_numpy = list(sorted_keys(kept))
    true_import = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "numpy":
            raise ImportError(name)
        return true_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert list(sorted_keys(kept)) == with_numpy == [[-3, 7, 5, 7, 5, 8, 5, 9, 1 << 62, 8]]


def test_bare_record_asks_for_rebuild(store: SqliteStore) -> None:
    """A record laid without its identity is found by nobody, so nothing stands for current until all are laid anew."""
    store.directory.put([entry_of(record(contact(1), Kind.CONTACT, words="ab"))])
    store.directory.rebuild(entry_of, "rules 1")
    store.directory.put(
        [Entry(record(contact(2), Kind.CONTACT, deleted=True)), entry_of(record(lead(1), Kind.LEAD, words="ef"))]
    )
    store.directory.put([entry_of(record(contact(3), Kind.CONTACT, words="cd"))])
    store.directory.put([Entry(record(RecordRef("sf", "Opportunity", "1"), Kind.OPPORTUNITY, name="deal"))])
    assert store.directory.made_by() == "rules 1"
    store.directory.put([Entry(record(contact(1), Kind.CONTACT, words="ab cd"))])
    assert store.directory.made_by() == ""
