"""The directory: what changed, who shares a key, and where a merged record went."""

from __future__ import annotations

from connector.model.match import BlockingKey, Candidates
from connector.model.records import Kind, Record, RecordRef
from connector.store import SqliteStore
from connector.store.directory import RUNAWAY

from .making import account, contact, key, lead, record

EMAIL = key("email", "a@b.co")
NAME = key("name", "ann", strong=False)


def put(store: SqliteStore, *records: Record, keys: tuple[BlockingKey, ...] = (EMAIL,)) -> list[RecordRef]:
    """Put records under the same keys."""
    return list(store.directory.put([(one, keys) for one in records]))


def contacts(found: Candidates) -> list[RecordRef]:
    """The contacts that came."""
    return [one.ref for one in found.contacts]


def test_put_answers_what_changed(store: SqliteStore) -> None:
    """New and changed records are named; one that reads the same is not, in whatever order its fields come."""
    first = record(contact(1), Kind.CONTACT, email="a@b.co", title="CEO")
    assert put(store, first) == [contact(1)]
    assert put(store, record(contact(1), Kind.CONTACT, title="CEO", email="a@b.co")) == []
    assert put(store, record(contact(1), Kind.CONTACT, email="a@b.co", title="CFO")) == [contact(1)]
    kept = store.directory.get(contact(1))
    assert kept is not None
    assert (kept.values, kept.kind, kept.modified) == (
        {"email": "a@b.co", "title": "CFO"},
        Kind.CONTACT,
        first.modified,
    )


def test_later_reading_in_one_put_holds(store: SqliteStore) -> None:
    """A record that comes twice in one put is kept as it came last."""
    put(store, record(contact(1), Kind.CONTACT, title="CEO"), record(contact(1), Kind.CONTACT, title="CFO"))
    kept = store.directory.get(contact(1))
    assert kept is not None
    assert kept.text("title") == "CFO"


def test_new_keys_without_new_content(store: SqliteStore) -> None:
    """Other matching rules give a record other keys; that is no change of the record."""
    one = record(contact(1), Kind.CONTACT, email="a@b.co")
    put(store, one)
    assert put(store, one, keys=(key("phone", "+491"),)) == []
    assert contacts(store.directory.candidates([EMAIL], ["sf"])) == []
    assert contacts(store.directory.candidates([key("phone", "+491")], ["sf"])) == [contact(1)]


def test_deleted_record_leaves_the_index(store: SqliteStore) -> None:
    """A deleted record is a change, is found no more, and holds no personal data any more."""
    put(store, record(contact(1), Kind.CONTACT, email="a@b.co"))
    gone = record(contact(1), Kind.CONTACT, deleted=True, email="a@b.co")
    assert put(store, gone) == [contact(1)]
    assert put(store, gone) == []
    assert store.directory.get(contact(1)) is None
    assert store.directory.candidates([EMAIL], ["sf"]) == Candidates()
    assert store.database.rows("SELECT count(*) FROM directory WHERE fields LIKE '%a@b.co%'") == [(0,)]


def test_restored_record_comes_back(store: SqliteStore) -> None:
    """A record taken out of the bin is found again."""
    put(store, record(contact(1), Kind.CONTACT, deleted=True))
    assert put(store, record(contact(1), Kind.CONTACT, email="a@b.co")) == [contact(1)]
    assert contacts(store.directory.candidates([EMAIL], ["sf"])) == [contact(1)]


def test_merged_record_leads_to_survivor(store: SqliteStore) -> None:
    """However often it was merged on, a record is followed to the one that is left."""
    put(
        store,
        record(contact(1), Kind.CONTACT, deleted=True, merged_into=contact(2).id),
        record(contact(2), Kind.CONTACT, merged_into=contact(3).id),
        record(contact(3), Kind.CONTACT, title="CEO"),
    )
    survivor = store.directory.get(contact(1))
    assert survivor is not None
    assert survivor.ref == contact(3)
    assert contacts(store.directory.candidates([EMAIL], ["sf"])) == [contact(3)]


def test_ring_of_merges_ends(store: SqliteStore) -> None:
    """Records that claim to be merged into each other lead nowhere, and do not hang."""
    put(
        store,
        record(contact(1), Kind.CONTACT, merged_into=contact(2).id),
        record(contact(2), Kind.CONTACT, merged_into=contact(1).id),
    )
    assert store.directory.get(contact(1)) is None


def test_candidates_of_each_kind(store: SqliteStore) -> None:
    """Contacts, accounts and leads that share a key come each in their place; no other connection's do."""
    put(
        store,
        record(contact(1), Kind.CONTACT),
        record(account(1), Kind.ACCOUNT),
        record(lead(1), Kind.LEAD),
        record(contact(9, "sugar"), Kind.CONTACT),
    )
    found = store.directory.candidates([EMAIL, EMAIL], ["sf"])
    assert [[one.ref for one in some] for some in (found.contacts, found.accounts, found.leads)] == [
        [contact(1)],
        [account(1)],
        [lead(1)],
    ]
    assert contacts(store.directory.candidates([EMAIL], ["sf", "sugar"])) == [contact(1), contact(9, "sugar")]
    assert store.directory.candidates([EMAIL], []) == Candidates()
    assert store.directory.candidates([], ["sf"]) == Candidates()


def test_most_shared_keys_come_first(store: SqliteStore) -> None:
    """The record that shares more keys comes before the one that was there first."""
    put(store, record(contact(1), Kind.CONTACT))
    put(store, record(contact(2), Kind.CONTACT), keys=(EMAIL, key("phone", "1")))
    assert contacts(store.directory.candidates([EMAIL, key("phone", "1")], ["sf"])) == [contact(2), contact(1)]


def test_weak_keys_wait_for_need(store: SqliteStore) -> None:
    """Weak keys bring records of a kind only where the strong ones brought fewer than three of it."""
    put(store, record(contact(9), Kind.CONTACT), record(account(9), Kind.ACCOUNT), keys=(NAME,))
    put(store, record(contact(1), Kind.CONTACT), record(contact(2), Kind.CONTACT))
    found = store.directory.candidates([NAME, EMAIL], ["sf"])
    assert set(contacts(found)) == {
        contact(1),
        contact(2),
        contact(9),
    }
    put(store, record(contact(3), Kind.CONTACT))
    found = store.directory.candidates([NAME, EMAIL], ["sf"])
    assert set(contacts(found)) == {contact(1), contact(2), contact(3)}
    assert [one.ref for one in found.accounts] == [account(9)]


def test_runaway_key_brings_nothing(store: SqliteStore) -> None:
    """A key that too many records share is passed over, and says something again once fewer share it."""
    crowd = [record(contact(number), Kind.CONTACT) for number in range(1, RUNAWAY + 2)]
    put(store, *crowd, record(account(1), Kind.ACCOUNT))
    put(store, crowd[0], keys=(EMAIL, key("phone", "1")))
    found = store.directory.candidates([EMAIL, key("phone", "1")], ["sf"])
    assert contacts(found) == [contact(1)]
    assert [one.ref for one in found.accounts] == [account(1)]
    put(store, record(contact(5), Kind.CONTACT, deleted=True))
    assert len(contacts(store.directory.candidates([EMAIL], ["sf"]))) == RUNAWAY


def test_contact_brings_its_account(store: SqliteStore) -> None:
    """A contact's account comes along, once, from the same connection, merged ones as their survivor."""
    put(store, record(account(1), Kind.ACCOUNT, name="Acme"), keys=())
    put(store, record(account(1, "sugar"), Kind.ACCOUNT, name="Other"), keys=())
    put(store, record(account(2), Kind.ACCOUNT, merged_into=account(1).id), keys=())
    put(
        store,
        record(contact(1), Kind.CONTACT, account_id=account(1).id),
        record(contact(2), Kind.CONTACT, account_id=account(2).id),
        record(contact(3), Kind.CONTACT, account_id="unknown"),
        record(contact(4), Kind.CONTACT),
    )
    assert [one.ref for one in store.directory.candidates([EMAIL], ["sf"]).accounts] == [account(1)]


def test_more_keys_than_one_question_holds(store: SqliteStore) -> None:
    """A lead with very many keys is answered all the same."""
    put(store, record(contact(1), Kind.CONTACT))
    many = [key("email", str(number)) for number in range(400)]
    assert contacts(store.directory.candidates([*many, EMAIL], ["sf"])) == [contact(1)]


def test_counts_live_records(store: SqliteStore) -> None:
    """Only records that are still there are counted."""
    put(store, record(contact(1), Kind.CONTACT), record(contact(2), Kind.CONTACT, deleted=True))
    put(store, record(account(1), Kind.ACCOUNT))
    assert store.directory.counts() == {"contact": 1, "account": 1}
    assert store.directory.get(contact(7)) is None
