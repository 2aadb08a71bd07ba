"""The directory: what changed, who shares a key, and where a merged record went."""

from __future__ import annotations

from pathlib import Path

from connector.model.lookup import MOST, RUNAWAY
from connector.model.match import Candidates, Entry, Known, Query
from connector.model.records import Kind, Record, RecordRef
from connector.store import SqliteStore, open_store

from .making import HeldClock, account, contact, lead, record

EMAIL = "email=a@b.co"
NAME = "name=ann"
PHONE = "phone=1"


def entry(one: Record, *keys: str, terms: tuple[str, ...] = (), vote: str = "") -> Entry:
    """A record as matching hands it over; its profile is its name for itself."""
    return Entry(one, keys, f"profile of {one.ref.id}", terms, vote)


def put(store: SqliteStore, *records: Record, keys: tuple[str, ...] = (EMAIL,)) -> list[RecordRef]:
    """Put records under the same keys."""
    return list(store.directory.put([entry(one, *keys) for one in records]))


def ask(store: SqliteStore, *strong: str, weak: tuple[str, ...] = ()) -> Candidates:
    """What comes for these keys."""
    return store.directory.candidates(Query(strong, weak), ["sf"])


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
    assert put(store, one, keys=("phone=+491",)) == []
    assert contacts(ask(store, EMAIL)) == []
    assert contacts(ask(store, "phone=+491")) == [contact(1)]


def test_deleted_record_leaves_the_index(store: SqliteStore) -> None:
    """A deleted record is a change, is found no more, and holds no personal data any more."""
    put(store, record(contact(1), Kind.CONTACT, email="a@b.co"))
    gone = record(contact(1), Kind.CONTACT, deleted=True, email="a@b.co")
    assert put(store, gone) == [contact(1)]
    assert put(store, gone) == []
    assert store.directory.get(contact(1)) is None
    assert ask(store, EMAIL) == Candidates()
    assert store.database.rows("SELECT count(*) FROM directory WHERE fields LIKE '%a@b.co%'") == [(0,)]


def test_restored_record_comes_back(store: SqliteStore) -> None:
    """A record taken out of the bin is found again."""
    put(store, record(contact(1), Kind.CONTACT, deleted=True))
    assert put(store, record(contact(1), Kind.CONTACT, email="a@b.co")) == [contact(1)]
    assert contacts(ask(store, EMAIL)) == [contact(1)]


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
    assert contacts(ask(store, EMAIL)) == [contact(3)]


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
    found = ask(store, EMAIL, EMAIL)
    assert [[one.ref for one in some] for some in (found.contacts, found.accounts, found.leads)] == [
        [contact(1)],
        [account(1)],
        [lead(1)],
    ]
    assert contacts(store.directory.candidates(Query((EMAIL,)), ["sf", "sugar"])) == [contact(1), contact(9, "sugar")]
    assert store.directory.candidates(Query((EMAIL,)), []) == Candidates()
    assert contacts(ask(store)) == []


def test_most_shared_keys_come_first(store: SqliteStore) -> None:
    """The record that shares more keys comes before the one that was there first."""
    put(store, record(contact(1), Kind.CONTACT))
    put(store, record(contact(2), Kind.CONTACT), keys=(EMAIL, PHONE))
    assert contacts(ask(store, EMAIL, PHONE)) == [contact(2), contact(1)]


def test_weak_keys_wait_for_need(store: SqliteStore) -> None:
    """Weak keys bring records of a kind only where the strong ones brought fewer than three of it."""
    put(store, record(contact(9), Kind.CONTACT), record(account(9), Kind.ACCOUNT), keys=(NAME,))
    put(store, record(contact(1), Kind.CONTACT), record(contact(2), Kind.CONTACT))
    found = ask(store, EMAIL, weak=(NAME,))
    assert set(contacts(found)) == {
        contact(1),
        contact(2),
        contact(9),
    }
    put(store, record(contact(3), Kind.CONTACT))
    found = ask(store, EMAIL, weak=(NAME,))
    assert set(contacts(found)) == {contact(1), contact(2), contact(3)}
    assert [one.ref for one in found.accounts] == [account(9)]


def test_runaway_key_brings_nothing(store: SqliteStore) -> None:
    """A key that too many records share is passed over, and says something again once fewer share it."""
    crowd = [record(contact(number), Kind.CONTACT) for number in range(1, RUNAWAY + 2)]
    put(store, *crowd, record(account(1), Kind.ACCOUNT))
    put(store, crowd[0], keys=(EMAIL, PHONE))
    found = ask(store, EMAIL, PHONE)
    assert contacts(found) == [contact(1)]
    assert [one.ref for one in found.accounts] == [account(1)]
    put(store, record(contact(5), Kind.CONTACT, deleted=True))
    assert contacts(ask(store, EMAIL)) == [contact(number) for number in (*range(1, 5), *range(6, MOST + 2))]


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
    assert [one.ref for one in ask(store, EMAIL).accounts] == [account(1)]


def test_more_keys_than_one_question_holds(store: SqliteStore) -> None:
    """A lead with very many keys is answered all the same."""
    put(store, record(contact(1), Kind.CONTACT))
    many = [f"email={number}" for number in range(900)]
    assert contacts(ask(store, *many, EMAIL)) == [contact(1)]


def test_counts_live_records(store: SqliteStore) -> None:
    """Only records that are still there are counted."""
    put(store, record(contact(1), Kind.CONTACT), record(contact(2), Kind.CONTACT, deleted=True))
    put(store, record(account(1), Kind.ACCOUNT))
    assert store.directory.counts() == {"contact": 1, "account": 1}
    assert store.directory.get(contact(7)) is None


def test_profile_comes_as_it_was_given(store: SqliteStore) -> None:
    """A candidate is known by its profile, and so is a record that is asked for; one that is gone is not known."""
    put(store, record(contact(1), Kind.CONTACT, merged_into=contact(2).id), record(contact(2), Kind.CONTACT))
    known = Known(contact(2), Kind.CONTACT, f"profile of {contact(2).id}")
    assert ask(store, EMAIL).contacts == (known,)
    assert (store.directory.known(contact(2)), store.directory.known(contact(1))) == (known, known)
    put(store, record(contact(2), Kind.CONTACT, deleted=True))
    assert (store.directory.known(contact(2)), store.directory.known(contact(7))) == (None, None)


def test_new_profile_without_new_content(store: SqliteStore) -> None:
    """A record that is read otherwise is no other record, and is known as it is read now."""
    one = record(contact(1), Kind.CONTACT, title="CEO")
    put(store, one)
    assert store.directory.put([Entry(one, (EMAIL,), "another")]) == []
    assert [found.profile for found in ask(store, EMAIL).contacts] == ["another"]


def test_closed_record_is_kept_unknown(store: SqliteStore) -> None:
    """A record without keys and profile can be read, and is nobody that a lead could be."""
    store.directory.put([Entry(record(lead(1), Kind.LEAD, title="CEO"))])
    assert (store.directory.get(lead(1)) is not None, store.directory.known(lead(1))) == (True, None)


def test_rare_key_beats_common_ones(store: SqliteStore) -> None:
    """Of many that share something with a lead, the one that alone shares a key is never left out."""
    crowd = [record(contact(number), Kind.CONTACT) for number in range(1, 60)]
    put(store, *crowd, keys=(NAME, PHONE))
    put(store, record(contact(99), Kind.CONTACT))
    assert contacts(ask(store, NAME, PHONE, EMAIL))[0] == contact(99)


def test_order_of_laying_does_not_matter(store: SqliteStore, tmp_path: Path) -> None:
    """Of many that share equally much, the same ones come in whatever order they were laid."""
    crowd = [record(contact(number), Kind.CONTACT) for number in range(1, 90)]
    put(store, *crowd)
    with open_store(tmp_path / "other" / "connector.db", clock=HeldClock()) as other:
        put(other, *reversed(crowd))
        assert contacts(ask(store, EMAIL)) == contacts(ask(other, EMAIL)) == [one.ref for one in crowd[:MOST]]


def test_terms_are_counted_over_kinds(store: SqliteStore) -> None:
    """A term counts every record of the connection that holds it, once; one that nobody holds is absent."""
    lee = ("last=lee", "last=lee")
    store.directory.put([entry(record(contact(n), Kind.CONTACT), terms=lee) for n in (1, 2)])
    store.directory.put([entry(record(lead(1), Kind.LEAD), terms=("last=lee", "token=acme"))])
    store.directory.put([entry(record(contact(1, "sugar"), Kind.CONTACT), terms=lee)])
    asked = Query(terms=("last=lee", "token=acme", "last=li", "last=lee"))
    assert store.directory.candidates(asked, ["sf"]).counts == {"last=lee": 3, "token=acme": 1}
    assert store.directory.candidates(asked, ["sf", "sugar"]).counts == {"last=lee": 4, "token=acme": 1}
    store.directory.put([entry(record(lead(1), Kind.LEAD, title="CEO"), terms=("token=acme",))])
    store.directory.put([Entry(record(contact(2), Kind.CONTACT, deleted=True))])
    assert store.directory.candidates(asked, ["sf"]).counts == {"last=lee": 1, "token=acme": 1}


def test_holders_of_a_key_are_told(store: SqliteStore) -> None:
    """How many share a key is told over all kinds, as far as they were counted; weak keys only where looked up."""
    put(store, *(record(contact(n), Kind.CONTACT) for n in range(1, 6)), keys=(EMAIL, NAME))
    put(store, record(account(1), Kind.ACCOUNT), record(lead(1), Kind.LEAD))
    assert ask(store, EMAIL, PHONE, weak=(NAME,)).held == {EMAIL: 7, NAME: 5}
    for ref in (account(2), account(3)):
        put(store, record(ref, Kind.ACCOUNT))
    for ref in (lead(2), lead(3)):
        put(store, record(ref, Kind.LEAD))
    assert ask(store, EMAIL, weak=(NAME,)).held == {EMAIL: 11}
    put(store, *(record(contact(n), Kind.CONTACT) for n in range(1, RUNAWAY + 50)), keys=(PHONE,))
    assert ask(store, PHONE).held == {PHONE: RUNAWAY + 1}


def test_holders_of_a_line_are_contacts(store: SqliteStore) -> None:
    """Open leads and accounts that have a number do not make it one that several contacts share."""
    put(store, record(contact(1), Kind.CONTACT), record(lead(1), Kind.LEAD), keys=(PHONE,))
    put(store, record(lead(2), Kind.LEAD), record(account(1), Kind.ACCOUNT), keys=(PHONE,))
    assert ask(store, PHONE).held == {PHONE: 1}


def voter(number: int, of: int, connection: str = "sf", vote: str = "acme.com") -> Entry:
    """A contact of an account that writes from its domain, and is under no key."""
    ref = contact(number, connection)
    return entry(record(ref, Kind.CONTACT, account_id=account(of, connection).id), vote=vote)


def test_domain_brings_voted_accounts(store: SqliteStore) -> None:
    """The accounts whose contacts write from a domain of the lead come, the five most voted, merged as survivor."""
    accounts = [record(account(n), Kind.ACCOUNT) for n in range(1, 8)]
    put(store, *accounts, keys=())
    put(store, record(account(8), Kind.ACCOUNT, merged_into=account(7).id))
    store.directory.put([voter(10 * of + n, of) for of in range(1, 8) for n in range(of)])
    store.directory.put([voter(100 + n, 8) for n in range(9)])
    found = store.directory.candidates(Query(domains=("acme.com", "other.com")), ["sf"])
    assert [one.ref for one in found.accounts] == [account(n) for n in (7, 6, 5, 4)]
    assert found.votes == {"acme.com": {account(n).id: n for n in range(1, 8)} | {account(8).id: 9}}


def test_votes_follow_the_contact(store: SqliteStore) -> None:
    """A contact that moves to another firm takes its vote along; one that leaves takes it away."""
    store.directory.put([voter(1, 1), voter(2, 1), voter(3, 1, vote="acme.de")])
    asked = Query(domains=("acme.com",))
    store.directory.put([voter(2, 2)])
    assert store.directory.candidates(asked, ["sf"]).votes == {"acme.com": {account(1).id: 1, account(2).id: 1}}
    store.directory.put([Entry(record(contact(1), Kind.CONTACT, deleted=True)), voter(2, 2, vote="acme.de")])
    assert store.directory.candidates(asked, ["sf"]).votes == {}
    assert store.database.rows("SELECT min(votes) FROM directory_votes") == [(1,)]


def test_size_counts_live_records(store: SqliteStore) -> None:
    """Live records are counted per kind over the connections that were asked for."""
    put(store, record(contact(1), Kind.CONTACT), record(contact(2), Kind.CONTACT), record(lead(1), Kind.LEAD))
    put(store, record(contact(1, "sugar"), Kind.CONTACT))
    put(store, record(contact(2), Kind.CONTACT, deleted=True), record(contact(2), Kind.CONTACT, deleted=True))
    assert ask(store).size == {Kind.CONTACT: 1, Kind.LEAD: 1}
    assert store.directory.candidates(Query(), ["sf", "sugar"]).size == {Kind.CONTACT: 2, Kind.LEAD: 1}
    assert store.directory.sizes() == {"sf": {"contact": 1, "lead": 1}, "sugar": {"contact": 1}}


def test_record_of_another_kind_moves(store: SqliteStore) -> None:
    """A record that is read as another kind now is found as that, and no more as what it was."""
    ref = RecordRef("sf", "Party__c", "1")
    put(store, record(ref, Kind.ACCOUNT))
    assert put(store, record(ref, Kind.CONTACT)) == [ref]
    found = ask(store, EMAIL)
    assert (contacts(found), found.accounts, found.size) == ([ref], (), {Kind.CONTACT: 1})
