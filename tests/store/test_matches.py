"""Matches and judgements: the latest answer, and the word of people that stands above it."""

from __future__ import annotations

from datetime import timedelta

from connector.model.match import Judgement, Word
from connector.model.records import RecordRef
from connector.store import SqliteStore

from .making import ROUTE, START, account, contact, lead, resolution


def word(what: Word, left: RecordRef, right: RecordRef, hours: int = 0, by: str = "ann") -> Judgement:
    """A person's word, *hours* after the start."""
    return Judgement(left, right, what, by, START + timedelta(hours=hours), "seen them both")


def test_latest_resolution_holds(store: SqliteStore) -> None:
    """Each route keeps its latest resolution of a lead, whole."""
    assert store.matches.latest(ROUTE, lead()) is None
    store.matches.save(ROUTE, resolution(1, contact(1)), START)
    store.matches.save(ROUTE, resolution(1, contact(2)), START)
    store.matches.save("other", resolution(1), START)
    assert store.matches.latest(ROUTE, lead()) == resolution(1, contact(2))
    assert store.matches.latest("other", lead()) == resolution(1)


def test_leaning_on_follows_the_latest(store: SqliteStore) -> None:
    """Leads lean on what their latest resolution names, and no more on what the one before named."""
    store.matches.save(ROUTE, resolution(1, contact(1), account(1)), START)
    store.matches.save(ROUTE, resolution(2, contact(1)), START)
    store.matches.save("other", resolution(2, contact(1)), START)
    assert store.matches.leaning_on([contact(1), account(1)]) == [lead(1), lead(2)]
    store.matches.save(ROUTE, resolution(1, contact(2)), START)
    assert store.matches.leaning_on([account(1)]) == []
    assert store.matches.leaning_on(iter([contact(2), contact(9)])) == [lead(1)]


def test_latest_word_stands(store: SqliteStore) -> None:
    """A later word on the same pair, said either way round, supersedes the earlier, which stays on record."""
    store.matches.judge(word(Word.SAME, lead(), contact()))
    later = word(Word.DIFFERENT, contact(), lead(), hours=1, by="bob")
    store.matches.judge(later)
    assert store.matches.judgements(lead()) == [later]
    assert store.matches.judgements(contact()) == [later]
    assert store.database.rows("SELECT word, said_by, standing FROM judgements ORDER BY id") == [
        ("same", "ann", 0),
        ("different", "bob", 1),
    ]


def test_older_word_that_comes_late(store: SqliteStore) -> None:
    """A word that was said earlier but is handed in later does not stand above the later one."""
    later = word(Word.DIFFERENT, lead(), contact(), hours=1)
    store.matches.judge(later)
    store.matches.judge(word(Word.SAME, lead(), contact()))
    assert store.matches.judgements(lead()) == [later]


def test_words_on_several_pairs(store: SqliteStore) -> None:
    """Every standing word on a pair that holds the record comes, once, oldest first."""
    words = [
        word(Word.SAME, lead(), contact(1)),
        word(Word.UNSURE, contact(2), lead()),
        word(Word.SAME, lead(), lead()),
    ]
    for one in words:
        store.matches.judge(one)
    store.matches.judge(word(Word.SAME, lead(2), contact(1)))
    assert store.matches.judgements(lead()) == words


def test_pairs_are_not_mixed_up(store: SqliteStore) -> None:
    """Names with colons and quotes in them cannot make two pairs look like one."""
    one, other = RecordRef("a", "b", 'c","d:e:f'), RecordRef("d", "e", "f")
    store.matches.judge(word(Word.SAME, one, other))
    store.matches.judge(word(Word.DIFFERENT, RecordRef("a", "b", "c"), RecordRef("d", "e", 'f","d:e:f')))
    assert [said.word for said in store.matches.judgements(one)] == [Word.SAME]
